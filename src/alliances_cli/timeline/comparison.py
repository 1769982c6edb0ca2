"""Two moments, and what changed from one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from alliances_cli import api, bilan, evolution
from alliances_cli.api import Vue
from alliances_cli.bilan import Compte
from alliances_cli.champs import Famille
from alliances_cli.errors import NotFound
from alliances_cli.evolution import FAMILLE_DE, Evolution
from alliances_cli.git import Commit
from alliances_cli.location import Root
from alliances_cli.model import BilanPublie, FeuilleDeRoute, Item
from alliances_cli.past import ligne, passe, revision
from alliances_cli.past.passe import Passe
from alliances_cli.past.revision import SHALLOW, Revision
from alliances_cli.periode import Periode
from alliances_cli.timeline.following import earlier_id, promises
from alliances_cli.timeline.views import later, reading_at, work_tree


class Cote(NamedTuple):
    """One side of a comparison. `revision` is None for the work tree, and for a bilan that git can't give, of which
    `feuille` is None too: its published totals are all that is known. `publie` is the bilan, where the side is one;
    `demandee`, what was typed."""

    revision: Revision | None
    publie: BilanPublie | None
    feuille: FeuilleDeRoute | None
    demandee: str | None = None


class Comparaison(NamedTuple):
    """Two moments, and what changed from one to the other. `promesses`: by family and id of after, in how many bilans
    in a row, up to the last, the same next step stands, from two on; `since` alone looks for them. `remarques`: what
    else is to be said."""

    root: Root
    de: Cote
    a: Cote
    evolution: Evolution
    promesses: Mapping[tuple[Famille, str], int]
    remarques: tuple[str, ...]


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
    # What the public view leaves out says what the other moment leaves out too.
    whole = vue.reading.require() if past.public else vue.feuille
    after = Cote(vue.revision, vue.revision.bilan if vue.revision is not None else None, whole)
    found = _compared(past, _side(past, de, _etat_au(after), remarques), after, remarques)
    return found if found.de.feuille is None else found._replace(promesses=promises(past, vue.feuille))


def _worktree(past: Passe) -> Cote:
    return Cote(None, None, api.load(work_tree(past)).require())


def _side(past: Passe, text: str, present: Periode | None, remarques: list[str]) -> Cote:
    if present is None and past.mission is not None:
        present = past.mission.etat_au
    trouvee = revision.resolve(past, text, present)
    remarques += [remarque for remarque in trouvee.remarques if remarque not in remarques]
    if trouvee.revision is None:
        assert trouvee.bilan is not None
        if not trouvee.bilan.totaux:
            raise NotFound(f"{trouvee.remarques[0]} ; aucun total n'en est publié : il n'y a rien à comparer")
        return Cote(None, trouvee.bilan, None, text)
    return Cote(trouvee.revision, trouvee.revision.bilan, reading_at(past, trouvee.revision).require(), text)


def _last_bilan(past: Passe, remarques: list[str]) -> Cote:
    for publie in reversed(past.bilans):
        trouvee = revision.of_bilan(past, publie, publie.date.text)
        if trouvee.revision is not None:
            remarques += trouvee.remarques
            return Cote(trouvee.revision, publie, reading_at(past, trouvee.revision).require(), publie.date.text)
    remarques.append("aucun bilan n'a de révision dans git : la comparaison part de HEAD")
    return _side(past, passe.HEAD, None, remarques)


def _etat_au(cote: Cote) -> Periode | None:
    return cote.feuille.mission.etat_au if cote.feuille is not None else None


def _public(past: Passe, before: Cote, after: Cote) -> tuple[Cote, Cote]:
    """Both sides without what is internal; see `diffusion.pair`."""
    from alliances_cli import diffusion

    others = later(past)
    if before.feuille is not None and after.feuille is not None:
        avant, apres = diffusion.pair(before.feuille, after.feuille, *others)
        return before._replace(feuille=avant), after._replace(feuille=apres)
    known = [
        cote._replace(feuille=diffusion.public(cote.feuille, *others)) if cote.feuille is not None else cote
        for cote in (before, after)
    ]
    return known[0], known[1]


def _compared(past: Passe, before: Cote, after: Cote, remarques: list[str]) -> Comparaison:
    if past.public:
        before, after = _public(past, before, after)
    if before.feuille is None or after.feuille is None:
        found = _totals_only(before, after)
        for known in (cote.publie for cote in (before, after) if cote.feuille is None):
            assert known is not None
            remarques.append(f"du bilan {known.date.du}, seuls les totaux publiés sont comparés")
    else:
        skipped: list[Commit] = []
        found = _counted_delays(past, before, after, evolution.between(before.feuille, after.feuille), skipped)
        remarques += ligne.unread(skipped, "des reports peuvent manquer au compte")
    if past.shallow and SHALLOW not in remarques:
        remarques.append(SHALLOW)
    return Comparaison(past.root, before, after, found, {}, tuple(remarques))


def _totals_only(before: Cote, after: Cote) -> Evolution:
    """What can be said where a side is a bilan of which only the totals are known."""
    scales = [_scale(cote, before if cote is after else after) for cote in (before, after)]
    counts = [_totals(cote) for cote in (before, after)]
    refus = evolution.scale_refusal(scales[0], scales[1]) or _uncounted(before, after)
    return Evolution((), counts[0], counts[1], refus, {})


def _uncounted(before: Cote, after: Cote) -> str:
    """Why counts that leave something out aren't compared with published totals, which don't; empty where they are."""
    reserves = [cote.feuille.reserve for cote in (before, after) if cote.feuille is not None]
    hidden = sum(reserve.nombres.get("mesures", 0) for reserve in reserves if reserve is not None)
    if not hidden:
        return ""
    return f"les totaux publiés comptent aussi des mesures à diffusion interne ({hidden} ici)"


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


def _counted_delays(past: Passe, before: Cote, after: Cote, found: Evolution, skipped: list[Commit]) -> Evolution:
    """The evolution, with how many times each date that was put off was, along the first-parent line; see
    `ligne.readable`."""
    late = [m for m in found.mouvements if m.type == "echeance_reportee"]
    if not late or before.revision is None or before.feuille is None or after.feuille is None:
        return found
    tip = after.revision.commit if after.revision is not None else past.head
    folder = after.revision.folder if after.revision is not None else past.folder
    line = past.points(tip, folder, before.revision.commit)
    wanted = {(FAMILLE_DE[m.objet], m.id) for m in late}
    dates: dict[tuple[Famille, str], list[Periode | None]] = {key: [] for key in wanted}
    between = (feuille for _, _, feuille in ligne.readable(past, line, skipped))
    for key, item in _backwards(wanted, chain([after.feuille], between, [before.feuille])):
        dates[key].append(getattr(item, "echeance", None))
    times = {key: evolution.put_off(reversed(inside)) for key, inside in dates.items()}
    return found._replace(
        mouvements=tuple(
            m._replace(fois=max(times[FAMILLE_DE[m.objet], m.id], 1)) if m.type == "echeance_reportee" else m
            for m in found.mouvements
        )
    )


def _backwards(
    wanted: set[tuple[Famille, str]], states: Iterable[FeuilleDeRoute]
) -> Iterator[tuple[tuple[Famille, str], Item]]:
    """Each wanted item (by its name in the first state) in each state where it is, newest first, renumberings
    followed."""
    names = {key: key[1] for key in wanted}
    newer: FeuilleDeRoute | None = None
    for feuille in states:
        for key in wanted & names.keys():
            name = earlier_id(feuille, newer, key[0], names[key]) if newer is not None else names[key]
            if name is None:
                del names[key]
                continue
            names[key] = name
            item = feuille.by_id[key[0]].get(name)
            if item is not None:
                yield key, item
        newer = feuille
