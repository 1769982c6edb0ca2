"""Journeys through a roadmap's past: one function for each question that is asked of git. Nothing is printed here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from alliances_cli import api, bilan, evolution, git, selection
from alliances_cli.api import Controle, Vue
from alliances_cli.bilan import Compte
from alliances_cli.champs import FAMILLES, Famille
from alliances_cli.errors import NotFound, UsageFault
from alliances_cli.evolution import OBJETS, Evolution, Mouvement, Tendance
from alliances_cli.git import Commit
from alliances_cli.location import Root
from alliances_cli.model import BilanPublie, Echelon, FeuilleDeRoute, Item, Retiree, Suivi
from alliances_cli.past import ligne, passe, revision
from alliances_cli.past.ligne import Etat
from alliances_cli.past.passe import Passe, Point
from alliances_cli.past.revision import SHALLOW, Revision, Trouvee
from alliances_cli.periode import Periode
from alliances_cli.store import Reading

Pas = Literal["commit", "month", "bilan"]
PAS: tuple[Pas, ...] = ("commit", "month", "bilan")
Accord = Literal["concorde", "differe", "sans_totaux", "illisible", "sans_revision"]
# What an item moves by: the fields whose silence makes it dormant.
MOUVANTS = ("realise", "prochaine_etape", "avancement")


class Cote(NamedTuple):
    """One side of a comparison. `revision` is None for the work tree, and for a bilan that git can't give, of which
    `feuille` is None too: its published totals are all that is known. `publie` is the bilan, where the side is one."""

    revision: Revision | None
    publie: BilanPublie | None
    feuille: FeuilleDeRoute | None


class Comparaison(NamedTuple):
    """Two moments, and what changed from one to the other. `promesses`: by family and id of after, in how many bilans
    in a row, up to the last, the same next step stands, from two on. `remarques`: what else is to be said."""

    root: Root
    de: Cote
    a: Cote
    evolution: Evolution
    promesses: Mapping[tuple[Famille, str], int]
    remarques: tuple[str, ...]


class Releve(NamedTuple):
    """One moment of the line of time. `commit` is None for a bilan that git can't give; `bilan`: the one that it is.

    `compte` counts the mesures by the levels of then (`niveaux`); None where the roadmap can't be read, and `probleme`
    says why. `ecart`: the published totals that the counted ones contradict, as a sentence, empty where they agree.
    """

    commit: Commit | None
    niveaux: Mapping[str, Echelon]
    compte: Compte | None
    probleme: str = ""
    ecart: str = ""
    bilan: BilanPublie | None = None


class Histoire(NamedTuple):
    """The moments asked for, newest first unless told."""

    root: Root
    pas: Pas
    releves: tuple[Releve, ...]
    remarques: tuple[str, ...]


class Passage(NamedTuple):
    """A moment at which an item changed: the commit (None: in the work tree, not committed), and what changed."""

    commit: Commit | None
    mouvements: tuple[Mouvement, ...]


class Parcours(NamedTuple):
    """An item through time, its changes newest first. `promesse`: in how many bilans in a row the same next step
    stands, 0 below two. `tendance` is since the bilan `depuis`; None where there is no such bilan."""

    vue: Vue
    famille: Famille
    item: Item
    passages: tuple[Passage, ...]
    promesse: int
    tendance: Tendance | None
    depuis: BilanPublie | None


class Dernier(NamedTuple):
    """When an item last moved: the commit (None: in the work tree, not committed), its rank on the line (the last
    commit is 0, the work tree -1). `debut`: nothing older is known, it came then."""

    commit: Commit | None
    rang: int
    debut: bool = False


class Sommeil(NamedTuple):
    """An item that hasn't moved: since which commit, for how many days before the last commit of the line.
    `au_moins`: the clone doesn't go further back. `promesse`: see `Parcours`."""

    depuis: Commit
    jours: int
    au_moins: bool
    promesse: int


class Revoir(NamedTuple):
    """A reference whose target moved after the item that makes it; None: in the work tree, not committed."""

    famille: Famille
    id: str
    titre: str
    le: Commit | None
    item_le: Commit | None


class Publication(NamedTuple):
    """A bilan of the mission: its revision, if git has one; whether the data there reconcile with its totals.
    `compte` are the counted totals, as « 9/9/3 », where they can be."""

    publie: BilanPublie
    revision: Revision | None
    accord: Accord
    compte: str = ""
    probleme: str = ""


def opened(data: str | None = None) -> Passe:
    """The past of the roadmap that `data` (`--data`), ALLIANCES_DATA or the current folder names.

    Raises: NotFound; SystemFault.
    """
    return passe.opened(data, os.environ.get("ALLIANCES_DATA"), Path.cwd())


# --- one moment -----------------------------------------------------------------------------------------------------


def view(past: Passe, rev: str, au: Periode | None = None, today: date | None = None) -> Vue:
    """The checked roadmap at a revision, read at `au`, else at its own date of then, else `today`.

    Raises: UsageFault; NotFound; InvalidRoadmap; SystemFault.
    """
    trouvee = _required(past, rev)
    assert trouvee.revision is not None
    reading = _reading(past, trouvee.revision)
    feuille = reading.require()
    moment = bilan.moment(feuille, au, today or date.today())
    assert moment is not None
    return Vue(past.root, feuille, moment, reading.totals(), reading, trouvee.revision, trouvee.remarques)


def publishable(past: Passe, rev: str, au: Periode | None) -> Vue:
    """As `api.publishable`, at a revision.

    Raises: UsageFault; NotFound; InvalidRoadmap; SystemFault.
    """
    trouvee = _required(past, rev)
    assert trouvee.revision is not None
    reading = _reading(past, trouvee.revision)
    vue = api.document(past.root, reading, au)
    return vue._replace(revision=trouvee.revision, remarques=trouvee.remarques)


def templates(past: Passe, at: Revision) -> dict[str, str]:
    """The texts of the roadmap's own templates at a revision, by name; empty where it had none.

    Raises: NotFound; SystemFault.
    """
    return past.templates(at.commit, at.folder)


def check(past: Passe, rev: str | None = None, today: date | None = None) -> Controle:
    """All that is wrong or doubtful at a revision, else in the work tree.

    Raises: UsageFault; NotFound; SystemFault.
    """
    if rev is None:
        return api.check(past.root, today)
    trouvee = _required(past, rev)
    assert trouvee.revision is not None
    reading = _reading(past, trouvee.revision)
    controle = api.controlled(past.root, reading, (), today)
    return controle._replace(revision=trouvee.revision, remarques=trouvee.remarques)


def _required(past: Passe, rev: str) -> Trouvee:
    """The revision that an X names.

    Raises: NotFound for a bilan that has none.
    """
    present = past.mission.etat_au if past.mission is not None else None
    trouvee = revision.resolve(past, rev, present)
    if trouvee.revision is None:
        raise NotFound(trouvee.remarques[0])
    return trouvee


def _reading(past: Passe, at: Revision) -> Reading:
    return past.reading(at.commit, at.folder, f"{at.demandee}:")


# --- two moments ----------------------------------------------------------------------------------------------------


def compare(past: Passe, de: str | None = None, a: str | None = None) -> Comparaison:
    """What changed from `de` (the last bilan that has a revision, else HEAD) to `a` (the work tree).

    Raises: UsageFault; NotFound; InvalidRoadmap where one of them can't be read; SystemFault.
    """
    remarques: list[str] = []
    after = _worktree(past) if a is None else _side(past, a, None, remarques)
    before = _last_bilan(past, remarques) if de is None else _side(past, de, _etat_au(after), remarques)
    return _compared(past, before, after, remarques)


def since(past: Passe, vue: Vue, de: str) -> Comparaison:
    """What changed from `de` to a roadmap that was read already.

    Raises: UsageFault; NotFound; InvalidRoadmap; SystemFault.
    """
    remarques: list[str] = []
    after = Cote(vue.revision, vue.revision.bilan if vue.revision is not None else None, vue.feuille)
    return _compared(past, _side(past, de, _etat_au(after), remarques), after, remarques)


def _worktree(past: Passe) -> Cote:
    root = past.root if past.present else api.locate(str(past.root.data))
    return Cote(None, None, api.load(root).require())


def _side(past: Passe, text: str, present: Periode | None, remarques: list[str]) -> Cote:
    if present is None and past.mission is not None:
        present = past.mission.etat_au
    trouvee = revision.resolve(past, text, present)
    remarques += [remarque for remarque in trouvee.remarques if remarque not in remarques]
    if trouvee.revision is None:
        assert trouvee.bilan is not None
        if not trouvee.bilan.totaux:
            raise NotFound(f"{trouvee.remarques[0]} ; aucun total n'en est publié : il n'y a rien à comparer")
        return Cote(None, trouvee.bilan, None)
    return Cote(trouvee.revision, trouvee.revision.bilan, _reading(past, trouvee.revision).require())


def _last_bilan(past: Passe, remarques: list[str]) -> Cote:
    for publie in reversed(past.bilans):
        trouvee = revision.of_bilan(past, publie, publie.date.text)
        if trouvee.revision is not None:
            remarques += trouvee.remarques
            return Cote(trouvee.revision, publie, _reading(past, trouvee.revision).require())
    remarques.append("aucun bilan n'a de révision dans git : la comparaison part de HEAD")
    return _side(past, passe.HEAD, None, remarques)


def _etat_au(cote: Cote) -> Periode | None:
    return cote.feuille.mission.etat_au if cote.feuille is not None else None


def _compared(past: Passe, before: Cote, after: Cote, remarques: list[str]) -> Comparaison:
    promesses: Mapping[tuple[Famille, str], int] = {}
    if before.feuille is None or after.feuille is None:
        found = _totals_only(before, after)
        known = before.publie if before.feuille is None else after.publie
        assert known is not None
        remarques.append(f"du bilan du {known.date.in_words}, seuls les totaux publiés sont comparés")
    else:
        found = _counted_delays(past, before, after, evolution.between(before.feuille, after.feuille))
        promesses = promises(past, after.feuille)
    if past.shallow and SHALLOW not in remarques:
        remarques.append(SHALLOW)
    return Comparaison(past.root, before, after, found, promesses, tuple(remarques))


def _totals_only(before: Cote, after: Cote) -> Evolution:
    """What can be said where a side is a bilan of which only the totals are known."""
    scales = [_scale(cote, before if cote is after else after) for cote in (before, after)]
    counts = [_totals(cote) for cote in (before, after)]
    return Evolution((), counts[0], counts[1], evolution.scale_refusal(scales[0], scales[1]), {})


def _scale(cote: Cote, other: Cote) -> list[str]:
    if cote.feuille is not None:
        return list(cote.feuille.niveaux)
    assert cote.publie is not None
    if cote.publie.echelle:
        return [niveau.code for niveau in cote.publie.echelle]
    known = list(other.feuille.niveaux) if other.feuille is not None else []
    return known if set(cote.publie.totaux) <= set(known) else list(cote.publie.totaux)


def _totals(cote: Cote) -> Compte:
    if cote.feuille is not None:
        return bilan.count(cote.feuille, cote.feuille.mesures)
    assert cote.publie is not None
    return Compte(sum(cote.publie.totaux.values()), dict(cote.publie.totaux), 0)


def _counted_delays(past: Passe, before: Cote, after: Cote, found: Evolution) -> Evolution:
    """The evolution, with how many times each date that was put off was, along the first-parent line."""
    late = [m for m in found.mouvements if m.type == "echeance_reportee"]
    if not late or before.revision is None or before.feuille is None or after.feuille is None:
        return found
    tip = after.revision.commit if after.revision is not None else past.head
    folder = after.revision.folder if after.revision is not None else past.folder
    line = past.points(tip, folder, before.revision.commit)
    familles = {objet: famille for famille, objet in OBJETS.items()}
    wanted = {(familles[m.objet], m.id) for m in late}
    dates: dict[tuple[Famille, str], list[Periode | None]] = {key: [] for key in wanted}
    newest: Iterator[FeuilleDeRoute] = iter([after.feuille])
    for key, item in _backwards(wanted, (*newest, *_readable(past, line), before.feuille)):
        dates[key].append(getattr(item, "echeance", None))
    times = {key: evolution.put_off(reversed(inside)) for key, inside in dates.items()}
    return found._replace(
        mouvements=tuple(
            m._replace(fois=max(times[familles[m.objet], m.id], 1)) if m.type == "echeance_reportee" else m
            for m in found.mouvements
        )
    )


def _readable(past: Passe, line: Sequence[Point]) -> Iterator[FeuilleDeRoute]:
    return (etat.feuille for etat in ligne.states(past, line) if etat.feuille is not None)


def _backwards(
    wanted: set[tuple[Famille, str]], states: Iterator[FeuilleDeRoute] | Sequence[FeuilleDeRoute]
) -> Iterator[tuple[tuple[Famille, str], Item]]:
    """Each wanted item (by its name in the first state) in each state where it is, newest first, renumberings
    followed."""
    names = {key: key[1] for key in wanted}
    newer: FeuilleDeRoute | None = None
    for feuille in states:
        for key in wanted & names.keys():
            name = _earlier(feuille, newer, key[0], names[key]) if newer is not None else names[key]
            if name is None:
                del names[key]
                continue
            names[key] = name
            item = feuille.by_id[key[0]].get(name)
            if item is not None:
                yield key, item
        newer = feuille


def _earlier(older: FeuilleDeRoute, newer: FeuilleDeRoute, famille: Famille, name: str) -> str | None:
    """The id that an item of the newer state had in the older one; None where it wasn't there."""
    if name in older.by_id[famille]:
        return name
    origin = evolution.pairs(older.items(famille), newer.items(famille)).get(name)
    return origin.id if origin is not None else None


def promises(past: Passe, feuille: FeuilleDeRoute) -> dict[tuple[Famille, str], int]:
    """By family and id, in how many bilans in a row, up to the last that isn't after the roadmap's date, the item's
    next step stands word for word; from two on."""
    etat_au = feuille.mission.etat_au
    found: dict[tuple[Famille, str], int] = {}
    standing = {
        (famille, item.id): (item.id, _step(item))
        for famille in FAMILLES
        for item in feuille.with_level(famille)
        if item.prochaine_etape
    }
    newer = feuille
    for publie in reversed(past.bilans):
        if not standing:
            break
        if etat_au is not None and publie.date.last > etat_au.last:
            continue
        trouvee = revision.of_bilan(past, publie, publie.date.text)
        older = _reading(past, trouvee.revision).feuille if trouvee.revision is not None else None
        if older is None:
            continue
        for key, (name, step) in list(standing.items()):
            earlier = _earlier(older, newer, key[0], name)
            item = older.by_id[key[0]][earlier] if earlier is not None else None
            if earlier is None or item is None or _step(item) != step:
                del standing[key]
                continue
            standing[key] = (earlier, step)
            found[key] = found.get(key, 0) + 1
        newer = older
    return {key: times for key, times in found.items() if times > 1}


def _step(item: Item) -> str:
    text = getattr(item, "prochaine_etape", None) or ""
    return " ".join(text.replace("**", "").split())


# --- the line of time -----------------------------------------------------------------------------------------------


def history(past: Passe, span: str | None = None, pas: Pas = "commit", reverse: bool = False) -> Histoire:
    """The moments of the first-parent line at which the roadmap changed (`commit`), the last readable one of each month
    (`month`), or the bilans (`bilan`); of HEAD's line, or of `A..B`.

    Raises: UsageFault; NotFound; SystemFault.
    """
    remarques: list[str] = []
    if pas == "bilan":
        if span is not None:
            raise UsageFault("« --by bilan » donne tous les bilans : il ne se combine pas avec « A..B »")
        releves = [_published(past, publie) for publie in reversed(past.bilans)]
    else:
        tip, folder, excluded = _span(past, span, remarques)
        line = past.points(tip, folder, excluded)
        releves = [_releve(etat) for etat in ligne.states(past, line)]
        if pas == "month":
            releves = _by_month(releves)
    if past.shallow and SHALLOW not in remarques:
        remarques.append(SHALLOW)
    return Histoire(past.root, pas, tuple(reversed(releves) if reverse else releves), tuple(remarques))


def _span(past: Passe, span: str | None, remarques: list[str]) -> tuple[str, str, str | None]:
    """The last commit of the range, its data folder, and the commit before the range."""
    if span is None:
        return past.head, past.folder_at(past.head), None
    first, dots, last = span.partition("..")
    if last.startswith("."):
        raise UsageFault(f"« {span} » : écrivez A..B, avec deux points")
    if not dots:
        first, last = "", span
    ends: dict[str, Revision | None] = {}
    for text in dict.fromkeys((first, last)):
        trouvee = _required(past, text) if text else None
        remarques += trouvee.remarques if trouvee is not None else ()
        ends[text] = trouvee.revision if trouvee is not None else None
    tip = ends[last]
    excluded = ends[first]
    if tip is None:
        return past.head, past.folder_at(past.head), excluded.commit if excluded is not None else None
    return tip.commit, tip.folder, excluded.commit if excluded is not None else None


def _releve(etat: Etat) -> Releve:
    if etat.feuille is None:
        return Releve(etat.point.commit, {}, None, etat.probleme)
    return _counted(etat.point.commit, etat.feuille)


def _counted(commit: Commit, feuille: FeuilleDeRoute, publie: BilanPublie | None = None) -> Releve:
    compte = bilan.count(feuille, feuille.mesures)
    controle = bilan.control(feuille)
    ecart = ""
    if controle is not None and not controle.agrees:
        ecart = f"compté {controle.compte_text}, publié {controle.publie_text}"
    return Releve(commit, feuille.niveaux, compte, "", ecart, publie)


def _by_month(releves: Sequence[Releve]) -> list[Releve]:
    """The last readable one of each month, the last month first."""
    found: dict[str, Releve] = {}
    for releve in releves:
        if releve.compte is not None and releve.commit is not None:
            found.setdefault(releve.commit.day[:7], releve)
    return [found[month] for month in sorted(found, reverse=True)]


def _published(past: Passe, publie: BilanPublie) -> Releve:
    trouvee = revision.of_bilan(past, publie, publie.date.text)
    if trouvee.revision is None:
        return Releve(None, {}, None, trouvee.remarques[0], bilan=publie)
    commit = git.describe(past.depot, trouvee.revision.commit)
    reading = _reading(past, trouvee.revision)
    if reading.feuille is None:
        first = reading.problems[0]
        return Releve(commit, {}, None, f"{first.where}: {first.message}", bilan=publie)
    return _counted(commit, reading.feuille, publie)


def item(past: Passe, vue: Vue, reference: str) -> Parcours:
    """Each change of an item along the line that leads to what `vue` shows, followed through renumberings.

    Raises: NotFound; UsageFault for a retired item, or an ambiguous id; SystemFault.
    """
    famille, found = selection.find(vue.feuille, reference)
    if isinstance(found, Retiree):
        raise UsageFault(f"« {reference} » a été retiré : « --rev » le montre comme il était")
    tip, folder = _tip(past, vue)
    passages: list[Passage] = []
    newer, name = vue.feuille, found.id
    at: Commit | None = None
    for etat in ligne.states(past, past.points(tip, folder)):
        if etat.feuille is None:
            continue
        if vue.revision is not None and at is None:
            # The first state is the one that was asked for.
            newer, at = etat.feuille, etat.point.commit
            continue
        older = etat.feuille
        earlier = _earlier(older, newer, famille, name)
        passages += _passage(older, newer, famille, earlier, name, at)
        if earlier is None:
            break
        newer, name, at = older, earlier, etat.point.commit
    else:
        if at is not None or vue.revision is not None:
            came = newer.by_id[famille][name]
            first = evolution.item_changes(newer, newer, famille, None, came)
            passages.append(Passage(at, first))
    promesse = promises(past, vue.feuille).get((famille, found.id), 0) if isinstance(found, Suivi) else 0
    tendance, depuis = _trend(past, vue.feuille, famille, found)
    return Parcours(vue, famille, found, tuple(passages), promesse, tendance, depuis)


def _passage(
    older: FeuilleDeRoute, newer: FeuilleDeRoute, famille: Famille, earlier: str | None, name: str, at: Commit | None
) -> list[Passage]:
    before = older.by_id[famille][earlier] if earlier is not None else None
    same = list(older.niveaux) == list(newer.niveaux)
    changes = evolution.item_changes(older, newer, famille, before, newer.by_id[famille][name], levels=same)
    return [Passage(at, changes)] if changes else []


def _trend(
    past: Passe, feuille: FeuilleDeRoute, famille: Famille, found: Item
) -> tuple[Tendance | None, BilanPublie | None]:
    publie = revision.preceding(past, feuille.mission.etat_au)
    if publie is None or not isinstance(found, Suivi):
        return None, None
    trouvee = revision.of_bilan(past, publie, publie.date.text)
    older = _reading(past, trouvee.revision).feuille if trouvee.revision is not None else None
    if older is None:
        return None, None
    earlier = _earlier(older, feuille, famille, found.id)
    before = older.by_id[famille][earlier] if earlier is not None else None
    comparable = list(older.niveaux) == list(feuille.niveaux)
    return evolution.trend(feuille, before, found, comparable), publie


def _tip(past: Passe, vue: Vue) -> tuple[str, str]:
    if vue.revision is not None:
        return vue.revision.commit, vue.revision.folder
    return past.head, past.folder_at(past.head)


def dormant(past: Passe, vue: Vue, famille: Famille, days: int) -> dict[str, Sommeil]:
    """By id, the family's items of which neither `realise`, nor `prochaine_etape`, nor `avancement` has moved for so
    many days, or more, before the last commit of the line.

    Raises: UsageFault for leviers; NotFound; SystemFault.
    """
    if famille == "leviers":
        raise UsageFault("--dormantes : les leviers n'ont ni niveau ni étape suivante")
    tip, folder = _tip(past, vue)
    last = date.fromisoformat(git.describe(past.depot, tip).day)
    moves = _moves(past, vue, past.points(tip, folder), (famille,))
    promised = promises(past, vue.feuille)
    found: dict[str, Sommeil] = {}
    for (_, name), move in moves.items():
        if move.commit is None:
            continue
        asleep = (last - date.fromisoformat(move.commit.day)).days
        if asleep >= days:
            at_least = move.debut and past.shallow
            found[name] = Sommeil(move.commit, asleep, at_least, promised.get((famille, name), 0))
    return found


def to_review(past: Passe, vue: Vue, famille: Famille) -> dict[str, tuple[Revoir, ...]]:
    """By id, the family's items that refer (`renvois`) to something that moved after they did, and to what.

    Raises: UsageFault for leviers; NotFound; SystemFault.
    """
    if famille == "leviers":
        raise UsageFault("--a-revoir : les leviers n'ont pas de renvois")
    tip, folder = _tip(past, vue)
    moves = _moves(past, vue, past.points(tip, folder), FAMILLES)
    found: dict[str, tuple[Revoir, ...]] = {}
    for item_ in vue.feuille.with_level(famille):
        own = moves[famille, item_.id]
        targets = [pair for reference in item_.renvois for pair in vue.feuille.resolve(reference, famille)]
        later = [pair for pair in dict.fromkeys(targets) if moves[pair].rang < own.rang]
        if later:
            found[item_.id] = tuple(
                Revoir(f, i, vue.feuille.by_id[f][i].titre, moves[f, i].commit, own.commit) for f, i in later
            )
    return found


def _moves(
    past: Passe, vue: Vue, line: Sequence[Point], familles: Sequence[Famille]
) -> dict[tuple[Famille, str], Dernier]:
    """When each item last moved; one that was never committed, in the work tree."""
    pending = {(f, i.id): (i.id, i) for f in familles for i in vue.feuille.items(f)}
    found: dict[tuple[Famille, str], Dernier] = {}
    newer = vue.feuille
    at = Dernier(None, -1)
    for rank, etat in enumerate(ligne.states(past, line)):
        if etat.feuille is None:
            continue
        if rank == 0 and vue.revision is not None:
            newer, at = etat.feuille, Dernier(etat.point.commit, 0)
            pending = {key: (name, newer.by_id[key[0]][name]) for key, (name, _) in pending.items()}
            continue
        for key, (name, item_) in list(pending.items()):
            earlier = _earlier(etat.feuille, newer, key[0], name)
            before = etat.feuille.by_id[key[0]][earlier] if earlier is not None else None
            if earlier is None or before is None or _moved(before, item_):
                found[key] = at
                del pending[key]
            else:
                pending[key] = (earlier, before)
        newer, at = etat.feuille, Dernier(etat.point.commit, rank)
        if not pending:
            break
    return {**found, **dict.fromkeys(pending, at._replace(debut=True))}


def _moved(before: Item, after: Item) -> bool:
    if before is after:
        return False
    if isinstance(after, Suivi):
        return any(getattr(before, field) != getattr(after, field) for field in MOUVANTS)
    return {**before.__dict__, "id": ""} != {**after.__dict__, "id": ""}


# --- the bilans -----------------------------------------------------------------------------------------------------


def bilans(past: Passe) -> tuple[Publication, ...]:
    """The bilans of the mission, soonest first.

    Raises: NotFound; SystemFault.
    """
    return tuple(_publication(past, publie) for publie in past.bilans)


def _publication(past: Passe, publie: BilanPublie) -> Publication:
    trouvee = revision.of_bilan(past, publie, publie.date.text)
    at = trouvee.revision
    if at is None:
        return Publication(publie, None, "sans_revision", probleme=trouvee.remarques[0])
    reading = _reading(past, at)
    feuille = reading.feuille
    if feuille is None:
        first = reading.problems[0]
        return Publication(publie, at, "illisible", probleme=f"{first.where}: {first.message}")
    if not publie.totaux:
        return Publication(publie, at, "sans_totaux", _counts(feuille, list(feuille.niveaux)))
    codes = [code for code in feuille.niveaux if code in publie.totaux]
    if len(codes) < len(publie.totaux):
        return Publication(publie, at, "differe", probleme="les totaux sont d'une autre échelle que les données")
    counted = _counts(feuille, codes)
    published = "/".join(str(publie.totaux[code]) for code in codes)
    return Publication(publie, at, "concorde" if counted == published else "differe", counted)


def _counts(feuille: FeuilleDeRoute, codes: Sequence[str]) -> str:
    comptes = bilan.count(feuille, feuille.mesures).comptes
    return "/".join(str(comptes[code]) for code in codes)
