"""A roadmap → its public version: what is marked `diffusion: interne` is left out, with all that leads to it.

Texts that name what is internal are their author's words: they stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from alliances_cli import evolution
from alliances_cli.champs import FAMILLES, INTERNE, PAR_CODE, RETIRE, Champ, Famille
from alliances_cli.model import (
    ITEM_MODELS,
    BilanPublie,
    Bloqueur,
    Dimension,
    FeuilleDeRoute,
    Item,
    Mission,
    Preuve,
    Record,
    Reserve,
    Retiree,
    first_family,
    resolve,
)

# What a record is counted as; the texts of the mission and of its parts are `passages`.
_KINDS: dict[type[Record], str] = {
    Preuve: "preuves",
    Dimension: "dimensions",
    Bloqueur: "bloqueurs",
    BilanPublie: "bilans",
}
# What names a record among others of its list, the first that it has.
_NAMES = ("id", "code", "url", "libelle", "texte", "date")
_REFERENCES = ("chantiers", "leviers", "bloqueurs", "renvois")

_R = TypeVar("_R", bound=Record)
# By family, ids.
_Ids = Mapping[Famille, frozenset[str]]


def public(feuille: FeuilleDeRoute, *autres: FeuilleDeRoute) -> FeuilleDeRoute:
    """The roadmap without what is internal in it, nor what is in later moments of it (`autres`), however it was called
    here. Its `reserve` counts what was left out."""
    return _without(feuille, autres, _hidden_fields(feuille, *autres))


def pair(
    avant: FeuilleDeRoute, apres: FeuilleDeRoute, *autres: FeuilleDeRoute
) -> tuple[FeuilleDeRoute, FeuilleDeRoute]:
    """Two moments to be compared: what is internal after, or in later moments (`autres`), is left out of both, and what
    was before, of before: where it is public since, it is new. A field that is internal at one moment is told of
    none."""
    fields = _hidden_fields(avant, apres, *autres)
    return _without(avant, (apres, *autres), fields), _without(apres, autres, fields)


def retired_kind(famille: Famille) -> str:
    """The key under which a reserve counts the family's retired items: `mesures_retirees`, `chantiers_retires`."""
    return f"{famille}_{RETIRE[famille].replace('é', 'e')}s"


def _hidden(record: object) -> bool:
    return getattr(record, "diffusion", None) == INTERNE


def _hidden_fields(*moments: FeuilleDeRoute) -> frozenset[tuple[Famille, str]]:
    """The fields that are internal in any of the moments, by family and code."""
    return frozenset(
        (famille, champ.code)
        for moment in moments
        for champ in moment.mission.champs
        if _hidden(champ)
        for famille in champ.familles
    )


def _without(
    feuille: FeuilleDeRoute, autres: Sequence[FeuilleDeRoute], fields: frozenset[tuple[Famille, str]]
) -> FeuilleDeRoute:
    voile = _Voile()
    others = {famille: _counterparts(feuille, autres, famille) for famille in FAMILLES}
    live: dict[Famille, frozenset[str]] = {}
    gone: dict[Famille, frozenset[str]] = {}
    for famille in FAMILLES:
        # What is retired keeps its id.
        then_gone = {g.id for autre in autres for g in autre.gone(famille) if _hidden(g)}
        then_live = {i.id for autre in autres for i in autre.items(famille) if _hidden(i)}
        live[famille] = frozenset(
            item.id
            for item in feuille.items(famille)
            if _hidden(item) or any(map(_hidden, others[famille][item.id])) or item.id in then_gone
        )
        gone[famille] = frozenset(
            g.id for g in feuille.gone(famille) if _hidden(g) or g.id in then_gone or g.id in then_live
        )
    mission = _mission(feuille.mission, [autre.mission for autre in autres], fields, voile)
    known = {f: frozenset(g.id for g in feuille.gone(f)) for f in FAMILLES}
    items: dict[Famille, tuple[Item, ...]] = {}
    retirees: dict[Famille, tuple[Retiree, ...]] = {}
    dimensions = {dimension.code for dimension in mission.dimensions}
    for famille in FAMILLES:
        emptied = _emptied(feuille.champs(famille), famille, fields)
        kept = [item for item in feuille.items(famille) if item.id not in live[famille]]
        items[famille] = tuple(
            _item(feuille, famille, item, voile.told(item, others[famille][item.id]), emptied, live, mission)
            for item in kept
        )
        items[famille] = tuple(_in_dimension(item, dimensions) for item in items[famille])
        retirees[famille] = tuple(
            _retiree(feuille, famille, voile.told(g, ()), live, gone, known)
            for g in feuille.gone(famille)
            if g.id not in gone[famille]
        )
        voile.nombres[famille] += len(live[famille])
        voile.nombres[retired_kind(famille)] += len(gone[famille])
    mesures = [mesure for mesure in feuille.mesures if mesure.id in live["mesures"]]
    reserve = Reserve(
        _ordered(voile.nombres),
        Counter(mesure.avancement for mesure in mesures if mesure.avancement is not None),
        tuple((g.avancement, g.date) for g in feuille.gone("mesures") if g.id in gone["mesures"] and g.avancement),
        frozenset(pair for pair in fields if pair[1] in PAR_CODE),
    )
    filled = {famille: inside for famille, inside in retirees.items() if inside}
    return FeuilleDeRoute(mission, **items, retirees=filled, reserve=reserve)  # type: ignore[arg-type]


def _counterparts(
    feuille: FeuilleDeRoute, autres: Sequence[FeuilleDeRoute], famille: Famille
) -> dict[str, tuple[Item, ...]]:
    """By id of the roadmap, what the item became in the later moments where it is."""
    found: dict[str, tuple[Item, ...]] = {item.id: () for item in feuille.items(famille)}
    for autre in autres:
        for after, before in evolution.origins(feuille, autre, famille).items():
            found[before.id] += (autre.by_id[famille][after],)
    return found


def _mission(
    mission: Mission, autres: Sequence[Mission], fields: frozenset[tuple[Famille, str]], voile: _Voile
) -> Mission:
    champs = tuple(champ for champ in mission.champs if champ.propre and (champ.famille, champ.code) not in fields)
    voile.nombres["champs"] += len({champ.code for champ in mission.champs} - {champ.code for champ in champs})
    whole = mission.model_copy(update={"champs": champs})
    # A list of what no item is said to have would be told as if nothing had it.
    for famille, code in fields:
        if code == "dimension":
            whole = whole.model_copy(update={"dimensions": ()})
        elif code == "bloqueurs" and famille in PAR_CODE[code].familles:
            whole = whole.model_copy(update={"bloqueurs": ()})
    return voile.told(whole, autres)


def _emptied(champs: Iterable[Champ], famille: Famille, fields: frozenset[tuple[Famille, str]]) -> dict[str, Any]:
    """What each hidden field of a family becomes, by attribute."""
    defaults = ITEM_MODELS[famille].model_fields
    return {
        champ.attribut: () if champ.propre else defaults[champ.code].default
        for champ in champs
        if (famille, champ.code) in fields
    }


def _item(
    feuille: FeuilleDeRoute,
    famille: Famille,
    item: Item,
    told: Item,
    emptied: Mapping[str, Any],
    live: _Ids,
    mission: Mission,
) -> Item:
    """An item without its hidden fields, nor its references to what is hidden. These are followed in the whole roadmap:
    what is left of it may have another thing of that name."""
    changes = {name: value for name, value in emptied.items() if getattr(told, name, value) != value}
    bloqueurs = {bloqueur.id for bloqueur in mission.bloqueurs}
    for field in _REFERENCES:
        references: tuple[str, ...] = getattr(item, field, ())
        kept = []
        for reference in references:
            if field == "bloqueurs" and reference in feuille.bloqueurs:
                shown = reference in bloqueurs
            else:
                target, identifier = feuille.resolve(reference, first_family(field, famille))[0]
                shown = identifier not in live[target]
            kept += [reference] * shown
        if field not in changes and len(kept) < len(references):
            changes[field] = tuple(kept)
    return told.model_copy(update=changes) if changes else told


def _in_dimension(item: Item, dimensions: Iterable[str]) -> Item:
    """An item without a dimension that isn't there."""
    code = getattr(item, "dimension", None)
    return item.model_copy(update={"dimension": None}) if code is not None and code not in dimensions else item


def _retiree(
    feuille: FeuilleDeRoute, famille: Famille, retiree: Retiree, live: _Ids, gone: _Ids, known: _Ids
) -> Retiree:
    """A retired item without the replacements that are hidden."""
    kept = []
    for reference in retiree.vers:
        found = feuille.resolve(reference, famille)
        target, identifier = (found or resolve(reference, famille, known))[0]
        kept += [reference] * (identifier not in (live if found else gone)[target])
    return retiree.model_copy(update={"vers": tuple(kept)}) if len(kept) < len(retiree.vers) else retiree


_ORDER = (
    *(kind for famille in FAMILLES for kind in (famille, retired_kind(famille))),
    "champs",
    "dimensions",
    "bloqueurs",
    "bilans",
    "preuves",
    "passages",
)


def _ordered(nombres: Mapping[str, int]) -> dict[str, int]:
    """What there is some of, families first."""
    return {kind: nombres[kind] for kind in _ORDER if nombres.get(kind)}


class _Voile:
    """Takes internal records out of those that hold them, at any depth, and counts them."""

    def __init__(self) -> None:
        self.nombres: Counter[str] = Counter()

    def told(self, record: _R, autres: Sequence[Record]) -> _R:
        """The record without what is internal in it, or in what it became (`autres`). The same where nothing is."""
        changes: dict[str, Any] = {}
        for name, value in record.__dict__.items():
            later = [getattr(autre, name, None) for autre in autres]
            if isinstance(value, Record):
                kept = self._kept(value, [inner for inner in later if isinstance(inner, Record)])
                if kept is not value:
                    changes[name] = kept if kept is not None else type(record).model_fields[name].default
            elif isinstance(value, tuple) and any(isinstance(inner, Record) for inner in value):
                listed = self._listed(value, [inner for inner in later if isinstance(inner, tuple)])
                if len(listed) < len(value) or any(a is not b for a, b in zip(listed, value, strict=True)):
                    changes[name] = listed
        if getattr(record, "diffusion", None) is not None:
            changes["diffusion"] = None
        return record.model_copy(update=changes) if changes else record

    def _kept(self, record: Record, autres: Sequence[Record]) -> Record | None:
        if _hidden(record) or any(map(_hidden, autres)):
            self.nombres[_KINDS.get(type(record), "passages")] += 1
            return None
        return self.told(record, autres)

    def _listed(self, records: Sequence[Record], others: Sequence[Sequence[Record]]) -> tuple[Record, ...]:
        """The records of a list that are kept. What one became is what bears its name; else, in a list as long, what
        stands in its place and bears a new one."""
        by_name = [{_name(other): other for other in listed} for listed in others]
        names = {_name(record) for record in records}
        kept: list[Record] = []
        for rank, record in enumerate(records):
            later: list[Record] = []
            for listed, named in zip(others, by_name, strict=True):
                if _name(record) in named:
                    later.append(named[_name(record)])
                elif len(listed) == len(records) and _name(listed[rank]) not in names:
                    later.append(listed[rank])
            found = self._kept(record, later)
            kept += [found] if found is not None else []
        return tuple(kept)


def _name(record: Record) -> object:
    found = next((getattr(record, name) for name in _NAMES if getattr(record, name, None) is not None), None)
    return getattr(found, "text", found)
