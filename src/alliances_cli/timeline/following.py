"""Items through time: the changes of one, those that haven't moved, those that refer to what moved since, promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from alliances_cli import evolution, git, selection
from alliances_cli.api import Vue
from alliances_cli.champs import FAMILLES, Famille
from alliances_cli.errors import UsageFault
from alliances_cli.evolution import OBJETS, Mouvement, Tendance
from alliances_cli.git import Commit
from alliances_cli.model import BilanPublie, FeuilleDeRoute, Item, Retiree, Suivi
from alliances_cli.past import ligne, revision
from alliances_cli.past.passe import Passe, Point
from alliances_cli.past.revision import SHALLOW, Trouvee
from alliances_cli.timeline.views import reading_at, told
from alliances_cli.typographie import words

# What an item moves by: the fields whose silence makes it dormant.
MOUVANTS = ("realise", "prochaine_etape", "avancement")


class Passage(NamedTuple):
    """A moment at which an item changed: the commit (None: in the work tree, not committed), what changed, and the
    roadmap before and after."""

    commit: Commit | None
    mouvements: tuple[Mouvement, ...]
    avant: FeuilleDeRoute
    apres: FeuilleDeRoute


class Parcours(NamedTuple):
    """An item through time, its changes newest first. `promesse`: in how many bilans in a row the same next step
    stands, 0 below two. `tendance` is since the bilan `depuis`; None where there is no such bilan. `remarques`: what
    else is to be said."""

    vue: Vue
    famille: Famille
    item: Item | Retiree
    passages: tuple[Passage, ...]
    promesse: int
    tendance: Tendance | None
    depuis: BilanPublie | None
    remarques: tuple[str, ...] = ()


class Dernier(NamedTuple):
    """When an item last moved: the commit (None: in the work tree, not committed), its rank on the line (the last
    commit is 0, the work tree -1). `debut`: nothing older is known, it came then."""

    commit: Commit | None
    rang: int
    debut: bool = False


Moves: TypeAlias = Mapping[tuple[Famille, str], Dernier]


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


class Recul(NamedTuple):
    """What the past says of listed items, by id; None for what wasn't asked."""

    dormantes: Mapping[str, Sommeil] | None = None
    a_revoir: Mapping[str, tuple[Revoir, ...]] | None = None
    remarques: tuple[str, ...] = ()

    def keeps(self, identifier: str) -> bool:
        """Whether an item answers all that was asked."""
        return all(identifier in found for found in (self.dormantes, self.a_revoir) if found is not None)


def item(past: Passe, vue: Vue, reference: str) -> Parcours:
    """Each change of an item, retired or not, along the line that leads to what `vue` shows, followed through
    renumberings.

    Raises: NotFound; UsageFault for an ambiguous id; SystemFault.
    """
    famille, found = selection.find(vue.feuille, reference)
    tip, folder = _tip(past, vue)
    line = past.points(tip, folder)
    passages: list[Passage] = []
    newer, name = vue.feuille, found.id
    at: Commit | None = None
    skipped: list[Commit] = []
    for _, point, whole in ligne.readable(past, line, skipped):
        older = told(past, whole, vue.reading.require())
        if vue.revision is not None and at is None:
            # The first state is the one that was asked for.
            newer, at = older, point.commit
            continue
        earlier, changes = _changes(older, newer, famille, name)
        if changes:
            passages.append(Passage(at, changes, older, newer))
        if earlier is None:
            break
        newer, name, at = older, earlier, point.commit
    else:
        # The first commit of a shallow clone isn't where the item came.
        if at is None or at.parent is not None or not past.shallow:
            passages.append(Passage(at, _coming(newer, famille, name), newer, newer))
    suivi = found if isinstance(found, Suivi) else None
    promesse = promises(past, vue.feuille).get((famille, found.id), 0) if suivi is not None else 0
    remarques: list[str] = []
    tendance, depuis = _trend(past, vue.feuille, famille, suivi, remarques) if suivi is not None else (None, None)
    remarques += [SHALLOW] if past.shallow and not any(SHALLOW in remarque for remarque in remarques) else []
    remarques += ligne.unread(skipped, "ce qui y a changé est daté du commit suivant")
    remarques += [beginning] if (beginning := past.beginning(line)) else []
    return Parcours(vue, famille, found, tuple(passages), promesse, tendance, depuis, tuple(remarques))


def _changes(
    older: FeuilleDeRoute, newer: FeuilleDeRoute, famille: Famille, name: str
) -> tuple[str | None, tuple[Mouvement, ...]]:
    """What happened to an item of the newer state, live or retired, and its id in the older one (None: it wasn't
    there)."""
    was_gone = any(gone.id == name for gone in older.gone(famille))
    item_ = newer.by_id[famille].get(name)
    if item_ is None:
        was_there = name in older.by_id[famille]
        return name if was_there or was_gone else None, () if was_gone else _coming(newer, famille, name)
    earlier = earlier_id(older, newer, famille, name)
    before = older.by_id[famille][earlier] if earlier is not None else None
    changes = evolution.item_changes(older, newer, famille, before, item_)
    return name if earlier is None and was_gone else earlier, changes


def _coming(feuille: FeuilleDeRoute, famille: Famille, name: str) -> tuple[Mouvement, ...]:
    """How an item stands in the state at which it came: it was added, or retired."""
    item_ = feuille.by_id[famille].get(name)
    if item_ is not None:
        return evolution.item_changes(feuille, feuille, famille, None, item_)
    return tuple(
        Mouvement("retrait", OBJETS[famille], name, gone.titre, "motif", None, gone.motif)
        for gone in feuille.gone(famille)
        if gone.id == name
    )


def _trend(
    past: Passe, feuille: FeuilleDeRoute, famille: Famille, found: Suivi, remarques: list[str]
) -> tuple[Tendance | None, BilanPublie | None]:
    """Where an item is heading since the bilan before, and this bilan; what is to be said of it, or why it isn't known,
    is added to `remarques`."""
    publie = revision.preceding(past, feuille.mission.etat_au)
    if publie is None:
        return None, None
    trouvee = revision.of_bilan(past, publie, publie.date.text)
    older = _older(past, trouvee)
    remarques += trouvee.remarques
    if older is None:
        if trouvee.revision is not None:
            remarques.append(f"le bilan {publie.date.du} ne se lit pas : la tendance n'est pas connue")
        return None, None
    earlier = earlier_id(older, feuille, famille, found.id)
    before = older.by_id[famille][earlier] if earlier is not None else None
    comparable = list(older.niveaux) == list(feuille.niveaux)
    return evolution.trend(feuille, before, found, comparable), publie


def _dormant(past: Passe, vue: Vue, famille: Famille, days: int, moves: Moves) -> dict[str, Sommeil]:
    """By id, the family's items that haven't moved for so many days, or more, before the last commit of the line."""
    last = date.fromisoformat(git.describe(past.depot, _tip(past, vue)[0]).day)
    promised = promises(past, vue.feuille)
    found: dict[str, Sommeil] = {}
    for (f, name), move in moves.items():
        if f != famille or move.commit is None:
            continue
        asleep = (last - date.fromisoformat(move.commit.day)).days
        if asleep >= days:
            at_least = move.debut and past.shallow
            found[name] = Sommeil(move.commit, asleep, at_least, promised.get((famille, name), 0))
    return found


def _to_review(vue: Vue, famille: Famille, moves: Moves) -> dict[str, tuple[Revoir, ...]]:
    """By id, the family's items that refer (`renvois`) to something that moved after they did, and to what."""
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


def hindsight(past: Passe, vue: Vue, famille: Famille, days: int | None, review: bool) -> Recul:
    """What the past says of the family's items: those of which neither `realise`, nor `prochaine_etape`, nor
    `avancement` has moved for `days` or more before the last commit of the line; those to `review`, which refer
    (`renvois`) to something that moved after they did; and that a clone may not know it all.

    Raises: UsageFault for leviers; NotFound; SystemFault.
    """
    if famille == "leviers" and days is not None:
        raise UsageFault("--dormantes : les leviers n'ont ni niveau ni étape suivante")
    if famille == "leviers" and review:
        raise UsageFault("--a-revoir : les leviers n'ont pas de renvois")
    skipped: list[Commit] = []
    moves = _moves(past, vue, past.points(*_tip(past, vue)), FAMILLES if review else (famille,), skipped)
    dormantes = _dormant(past, vue, famille, days, moves) if days is not None else None
    a_revoir = _to_review(vue, famille, moves) if review else None
    remarques = [SHALLOW] if past.shallow and SHALLOW not in vue.remarques else []
    remarques += ligne.unread(skipped, "ce qui y a changé est daté du commit suivant")
    return Recul(dormantes, a_revoir, tuple(remarques))


def _moves(past: Passe, vue: Vue, line: Sequence[Point], familles: Sequence[Famille], skipped: list[Commit]) -> Moves:
    """When each item last moved; one that was never committed, in the work tree. See `ligne.readable`."""
    pending = {(f, i.id): (i.id, i) for f in familles for i in vue.feuille.items(f)}
    found: dict[tuple[Famille, str], Dernier] = {}
    newer = vue.feuille
    at = Dernier(None, -1)
    for rank, point, whole in ligne.readable(past, line, skipped):
        feuille = told(past, whole, vue.reading.require())
        if rank == 0 and vue.revision is not None:
            newer, at = feuille, Dernier(point.commit, 0)
            pending = {key: (name, newer.by_id[key[0]][name]) for key, (name, _) in pending.items()}
            continue
        for key, (name, item_) in list(pending.items()):
            earlier = earlier_id(feuille, newer, key[0], name)
            before = feuille.by_id[key[0]][earlier] if earlier is not None else None
            if earlier is None or before is None or _moved(before, item_):
                found[key] = at
                del pending[key]
            else:
                pending[key] = (earlier, before)
        newer, at = feuille, Dernier(point.commit, rank)
        if not pending:
            break
    return {**found, **dict.fromkeys(pending, at._replace(debut=True))}


def _moved(before: Item, after: Item) -> bool:
    if before is after:
        return False
    if isinstance(after, Suivi):
        return any(getattr(before, field) != getattr(after, field) for field in MOUVANTS)
    return {**before.__dict__, "id": ""} != {**after.__dict__, "id": ""}


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
        older = _older(past, trouvee)
        if older is None:
            continue
        for key, (name, step) in list(standing.items()):
            earlier = earlier_id(older, newer, key[0], name)
            item = older.by_id[key[0]][earlier] if earlier is not None else None
            if earlier is None or item is None or _step(item) != step:
                del standing[key]
                continue
            standing[key] = (earlier, step)
            found[key] = found.get(key, 0) + 1
        newer = older
    return {key: times for key, times in found.items() if times > 1}


def _older(past: Passe, trouvee: Trouvee) -> FeuilleDeRoute | None:
    """The roadmap of a bilan; None where it has no revision, or can't be read.

    Raises: InvalidRoadmap where the repository lacks a content.
    """
    if trouvee.revision is None:
        return None
    reading = reading_at(past, trouvee.revision)
    if any(problem.kind == "systeme" for problem in reading.problems):
        reading.require()
    return told(past, reading.feuille) if reading.feuille is not None else None


def _step(item: Item) -> str:
    return words(getattr(item, "prochaine_etape", None) or "")


def earlier_id(older: FeuilleDeRoute, newer: FeuilleDeRoute, famille: Famille, name: str) -> str | None:
    """The id that an item of the newer state had in the older one; None where it wasn't there."""
    before, after = older.by_id[famille].get(name), newer.by_id[famille].get(name)
    if before is not None and after is not None and before.titre == after.titre:
        return name
    origin = evolution.origins(older, newer, famille).get(name)
    return origin.id if origin is not None else None


def _tip(past: Passe, vue: Vue) -> tuple[str, str]:
    if vue.revision is not None:
        return vue.revision.commit, vue.revision.folder
    return past.head, past.folder_at(past.head)
