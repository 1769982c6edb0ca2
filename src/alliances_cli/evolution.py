"""Before + after → what changed: as values (`compare`, the proof of an edit), and as what a roadmap's readers call it
(`between`, two moments of a roadmap)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from alliances_cli import bilan
from alliances_cli.bilan import Compte
from alliances_cli.champs import FAMILLES, Champ, Famille
from alliances_cli.model import FeuilleDeRoute, Item, Mission, Record, Retiree, Suivi
from alliances_cli.nombre import Nombre
from alliances_cli.periode import Periode
from alliances_cli.typographie import folded, words
from alliances_cli.yamltext.read import Path, Value

# What happened. A level: `niveau_*`; an item: `ajout` … `titre`; a next step: `etape_*`; its date: `echeance_*`;
# `provenance`: where a level comes from; `texte`: a text, to be shown word by word; `champ`: any other field.
Type = Literal[
    "niveau_monte",
    "niveau_baisse",
    "niveau_change",
    "niveau_donne",
    "niveau_perdu",
    "provenance",
    "ajout",
    "disparition",
    "retrait",
    "retour",
    "renumerotation",
    "titre",
    "etape_faite",
    "etape_remplacee",
    "etape_abandonnee",
    "etape_annoncee",
    "echeance_reportee",
    "echeance_avancee",
    "echeance_fixee",
    "echeance_supprimee",
    "bloqueur_pose",
    "bloqueur_leve",
    "pilotes",
    "texte",
    "champ",
]
# What it happened to; the last four are what mission.yaml declares, and its own fields.
Objet = Literal["mesure", "chantier", "levier", "bilan", "dimension", "bloqueur", "mission"]
Tendance = Literal["en_progres", "stable", "en_recul", "non_comparable", "nouvelle"]
OBJETS: dict[Famille, Objet] = {"mesures": "mesure", "chantiers": "chantier", "leviers": "levier"}
FAMILLE_DE: dict[str, Famille] = {objet: famille for famille, objet in OBJETS.items()}


class Changement(NamedTuple):
    """One value that differs: None where it is absent."""

    path: Path
    before: Value
    after: Value


class Mouvement(NamedTuple):
    """One thing that happened to an item, or to what the mission declares.

    `id` and `titre` are those of after (of before, where it is no longer there); `champ` is the field, None where the
    whole is meant. `avant` and `apres` are as JSON has them: None where there was nothing; codes and ids, not labels.
    A date put off or brought forward: by `jours` days (always positive), which are `mois` months where they are whole
    months; put off `fois` times from one moment to the other.
    """

    type: Type
    objet: Objet
    id: str
    titre: str
    champ: str | None = None
    avant: Any = None
    apres: Any = None
    jours: int | None = None
    mois: int | None = None
    fois: int | None = None


class Evolution(NamedTuple):
    """What changed from one moment to another.

    `mouvements` are in the order of the files of after, what is no longer there last in its family. `avant` and `apres`
    count the mesures. `refus` says why levels aren't compared; empty where they are. `tendances`, by family and id
    of after, has every item that can have a level.
    """

    mouvements: tuple[Mouvement, ...]
    avant: Compte
    apres: Compte
    refus: str
    tendances: Mapping[tuple[Famille, str], Tendance]

    @property
    def changed(self) -> bool:
        """Whether anything did. Where only totals are known, a level that isn't there is at 0."""
        before, after = ({code: n for code, n in side.comptes.items() if n} for side in (self.avant, self.apres))
        return bool(self.mouvements or self.refus) or before != after


def compare(before: Value, after: Value, path: Path = ()) -> tuple[Changement, ...]:
    """What differs between two values that were read, in the order of `before`; lists of other values than groups are
    compared whole."""
    if before == after:
        return ()
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return tuple(c for key in keys for c in compare(before.get(key), after.get(key), (*path, key)))
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        groups = all(isinstance(value, dict) for value in (*before, *after))
        if groups:
            pairs = enumerate(zip(before, after, strict=True))
            return tuple(c for index, (b, a) in pairs for c in compare(b, a, (*path, index)))
    return (Changement(path, before, after),)


# --- two moments of a roadmap ---------------------------------------------------------------------------------------


def between(avant: FeuilleDeRoute, apres: FeuilleDeRoute) -> Evolution:
    """What changed from one moment of a roadmap to another. Levels are compared where both have the same scale: the
    same codes in the same order."""
    refus = scale_refusal(list(avant.niveaux), list(apres.niveaux))
    mouvements: list[Mouvement] = []
    tendances: dict[tuple[Famille, str], Tendance] = {}
    for famille in FAMILLES:
        origines = origins(avant, apres, famille)
        for item in apres.items(famille):
            before = origines.get(item.id)
            mouvements += item_changes(avant, apres, famille, before, item, levels=not refus)
            if isinstance(item, Suivi):
                tendances[famille, item.id] = trend(apres, before, item, comparable=not refus)
        mouvements += _departures(avant, apres, famille, origines)
    return Evolution(
        (*mouvements, *mission_changes(avant.mission, apres.mission)),
        bilan.count(avant, avant.mesures),
        bilan.count(apres, apres.mesures),
        refus,
        tendances,
    )


def scale_refusal(avant: Sequence[str], apres: Sequence[str]) -> str:
    """Why levels of two scales, by their codes in order, aren't compared; empty where they may be."""
    if list(avant) == list(apres):
        return ""
    return f"les deux échelles diffèrent ({', '.join(avant)} ; puis {', '.join(apres)})"


def origins(avant: FeuilleDeRoute, apres: FeuilleDeRoute, famille: Famille) -> dict[str, Item]:
    """By id of after, the item of before; see `pairs`."""
    return pairs(avant.items(famille), apres.items(famille), {gone.id for gone in apres.gone(famille)})


def pairs(avant: Iterable[Item], apres: Iterable[Item], retired: Container[str] = ()) -> dict[str, Item]:
    """By id of after, the item of before: of the same id and title; else, renumbered, of the same title (bold and
    spaces aside); else, retitled, of the same id.

    Where an item is put among numbered ones, those that follow are renumbered: a title says more than an id. A title
    that several of those that moved bear tells nothing. What is in `retired` (ids of after) isn't there under another
    id.
    """
    before = {item.id: item for item in avant}
    after = {item.id: item for item in apres}
    found = {i: before[i] for i, item in after.items() if i in before and words(before[i].titre) == words(item.titre)}
    if len(found) < len(after) and len(found) < len(before):
        went = _by_title(item for item in before.values() if item.id not in found and item.id not in retired)
        came = _by_title(item for item in after.values() if item.id not in found)
        for key, items in came.items():
            if len(items) == 1 and len(went.get(key, ())) == 1:
                found[items[0].id] = went[key][0]
        taken = {item.id for item in found.values()}
        found |= {i: before[i] for i in after if i in before and i not in found and i not in taken}
    return found


def _by_title(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(words(item.titre), []).append(item)
    return found


def item_changes(
    avant: FeuilleDeRoute,
    apres: FeuilleDeRoute,
    famille: Famille,
    before: Item | None,
    item: Item,
    levels: bool = True,
) -> tuple[Mouvement, ...]:
    """What happened to an item: it came (`before` is None), or its fields moved. `levels`: levels may be compared."""
    name: tuple[Objet, str, str] = (OBJETS[famille], item.id, item.titre)
    if before is None:
        if any(gone.id == item.id for gone in avant.gone(famille)):
            return (Mouvement("retour", *name),)
        level = getattr(item, "avancement", None)
        return (Mouvement("ajout", *name, "avancement" if level else None, None, level),)
    same = before is item or (before.__class__ is item.__class__ and before == item)
    if same and avant.mission.provenance == apres.mission.provenance:
        return ()
    found: list[Mouvement] = []
    if before.id != item.id:
        found.append(Mouvement("renumerotation", *name, "id", before.id, item.id))
    if before.titre != item.titre:
        found.append(Mouvement("titre", *name, "titre", before.titre, item.titre))
    told = {"id", "titre"}
    if isinstance(before, Suivi) and isinstance(item, Suivi):
        if levels:
            found += level_changes(avant, apres, famille, before, item)
        told.add("avancement")
        if item.avancement is not None and before.avancement is not None:
            origins = avant.provenance(before), apres.provenance(item)
            if origins[0] != origins[1]:
                found.append(Mouvement("provenance", *name, "provenance", *origins))
        if item.avancement is not None or before.avancement is not None:
            told.add("provenance")
        found += _step(name, before, item)
        found += _listed("bloqueur_pose", "bloqueur_leve", name, "bloqueurs", before.bloqueurs, item.bloqueurs)
        if before.pilotes != item.pilotes:
            found.append(Mouvement("pilotes", *name, "pilotes", list(before.pilotes), list(item.pilotes)))
        told |= {"prochaine_etape", "echeance", "bloqueurs", "pilotes"}
    for champ in _every_field(avant, apres, famille):
        # Two numbers that count the same are the same, however they are written.
        if champ.code in told or getattr(before, champ.attribut, None) == getattr(item, champ.attribut, None):
            continue
        values = _value(champ, before), _value(champ, item)
        if values[0] != values[1]:
            texts = champ.type == "texte" and not any(isinstance(value, list) for value in values)
            found.append(Mouvement("texte" if texts else "champ", *name, champ.code, *values))
    return tuple(found)


def _every_field(avant: FeuilleDeRoute, apres: FeuilleDeRoute, famille: Famille) -> Iterator[Champ]:
    """Those of after, then those that only before declares."""
    champs = apres.champs(famille)
    yield from champs
    if avant.champs(famille) is not champs:
        known = {champ.code for champ in champs}
        yield from (champ for champ in avant.champs(famille) if champ.code not in known)


def level_changes(
    avant: FeuilleDeRoute, apres: FeuilleDeRoute, famille: Famille, before: Suivi, item: Suivi
) -> Iterator[Mouvement]:
    """How a level moved: on two scales, or outside the order of one, neither up nor down."""
    old, new = before.avancement, item.avancement
    if old == new:
        return
    kind: Type
    if old is None:
        kind = "niveau_donne"
    elif new is None:
        kind = "niveau_perdu"
    elif avant.niveaux[old].hors_ordre or apres.niveaux[new].hors_ordre or list(avant.niveaux) != list(apres.niveaux):
        kind = "niveau_change"
    else:
        kind = "niveau_monte" if apres.niveaux[new].rang < avant.niveaux[old].rang else "niveau_baisse"
    yield Mouvement(kind, OBJETS[famille], item.id, item.titre, "avancement", old, new)


def _step(name: tuple[Objet, str, str], before: Suivi, item: Suivi) -> Iterator[Mouvement]:
    """The next step and its date. A date that is told for a step that was done is the next one's, not put off."""
    old, new = before.prochaine_etape, item.prochaine_etape
    done = False
    if old is None and new is not None:
        yield Mouvement("etape_annoncee", *name, "prochaine_etape", None, new)
    elif old is not None and new is not None and old != new and words(old) == words(new):
        # The same promise, set otherwise.
        yield Mouvement("texte", *name, "prochaine_etape", old, new)
    elif old is not None and old != new:
        done = is_told(old, item.realise)
        kind: Type = "etape_faite" if done else "etape_remplacee" if new is not None else "etape_abandonnee"
        yield Mouvement(kind, *name, "prochaine_etape", old, new)
    yield from _due(name, before.echeance, item.echeance, done)


def is_told(step: str, realise: str | None) -> bool:
    """Whether what was done contains the step's text, in whole words: bold, case, accents and spaces aside."""
    if not realise:
        return False
    text = folded(step)
    before = r"(?<!\w)" if text[:1].isalnum() else ""
    after = r"(?!\w)" if text[-1:].isalnum() else ""
    return bool(text) and re.search(before + re.escape(text) + after, folded(realise)) is not None


def _due(name: tuple[Objet, str, str], old: Periode | None, new: Periode | None, done: bool) -> Iterator[Mouvement]:
    if old == new or (old and new and old.same_days(new)):
        return
    texts = old.text if old else None, new.text if new else None
    if new is None:
        yield Mouvement("echeance_supprimee", *name, "echeance", *texts)
    elif old is None or done or old.last == new.last:
        yield Mouvement("echeance_fixee", *name, "echeance", *texts)
    else:
        days = (new.last - old.last).days
        kind: Type = "echeance_reportee" if days > 0 else "echeance_avancee"
        first, last = sorted((old.last, new.last))
        yield Mouvement(kind, *name, "echeance", *texts, jours=abs(days), mois=whole_months(first, last))


def whole_months(first: date, last: date) -> int | None:
    """How many months part two days, where these are whole: the same day of the month, or both the last of theirs."""
    months = 12 * (last.year - first.year) + last.month - first.month
    ends = all(day.day == monthrange(day.year, day.month)[1] for day in (first, last))
    return months if months and (first.day == last.day or ends) else None


def put_off(dates: Iterable[Periode | None]) -> int:
    """How many times a date was put off, along its successive states, oldest first. Where it was taken away between
    two, the last one known is what the next is compared with."""
    times = 0
    last: Periode | None = None
    for found in dates:
        if found is not None:
            times += last is not None and found.last > last.last
            last = found
    return times


def _listed(
    came: Type, went: Type, name: tuple[Objet, str, str], champ: str, before: Sequence[str], after: Sequence[str]
) -> Iterator[Mouvement]:
    if before and after and before != after and set(before) == set(after):
        yield Mouvement("champ", *name, champ, list(before), list(after))
    yield from (Mouvement(went, *name, champ, value, None) for value in before if value not in after)
    yield from (Mouvement(came, *name, champ, None, value) for value in after if value not in before)


def _departures(
    avant: FeuilleDeRoute, apres: FeuilleDeRoute, famille: Famille, origins: Mapping[str, Item]
) -> Iterator[Mouvement]:
    kept = {item.id for item in origins.values()}
    gone: dict[str, Retiree] = {retiree.id: retiree for retiree in apres.gone(famille)}
    known = {retiree.id for retiree in avant.gone(famille)}
    objet = OBJETS[famille]
    for item in avant.items(famille):
        if item.id in kept:
            continue
        retiree = gone.get(item.id)
        level = getattr(item, "avancement", None)
        if retiree is None:
            yield Mouvement("disparition", objet, item.id, item.titre, "avancement" if level else None, level)
        else:
            yield Mouvement("retrait", objet, item.id, retiree.titre, "motif", None, retiree.motif)
    here = {item.id for item in avant.items(famille)}
    for retiree in gone.values():
        # Added and retired between the two moments.
        if retiree.id not in known and retiree.id not in here:
            yield Mouvement("retrait", objet, retiree.id, retiree.titre, "motif", None, retiree.motif)
    present = {item.id for item in apres.items(famille)}
    for retiree in avant.gone(famille):
        if retiree.id not in gone and (retiree.id not in present or retiree.id in origins):
            yield Mouvement("disparition", objet, retiree.id, retiree.titre, "motif", retiree.motif)
        elif retiree.id in gone and retiree != gone[retiree.id]:
            for champ in ("titre", "date", "motif", "vers", "avancement"):
                values = _plain(getattr(retiree, champ)), _plain(getattr(gone[retiree.id], champ))
                if values[0] != values[1]:
                    kind: Type = "texte" if champ in ("titre", "motif") else "champ"
                    yield Mouvement(kind, objet, retiree.id, gone[retiree.id].titre, champ, *values)


def trend(apres: FeuilleDeRoute, before: Item | None, item: Suivi, comparable: bool = True) -> Tendance:
    """Where an item's level is heading, from `before` (None: it wasn't there). `comparable`: both are on one scale."""
    if before is None:
        return "nouvelle"
    old = getattr(before, "avancement", None)
    new = item.avancement
    if not comparable or old is None or new is None:
        return "non_comparable"
    if old == new:
        return "stable"
    if apres.niveaux[old].hors_ordre or apres.niveaux[new].hors_ordre:
        return "non_comparable"
    return "en_progres" if apres.niveaux[new].rang < apres.niveaux[old].rang else "en_recul"


# --- the mission ----------------------------------------------------------------------------------------------------

# What mission.yaml declares, by what names an entry; an entry is an object of its own.
_DECLARED: tuple[tuple[str, Objet, str, str], ...] = (
    ("dimensions", "dimension", "code", "libelle"),
    ("bloqueurs", "bloqueur", "id", "libelle"),
    ("bilans", "bilan", "date", "titre"),
)
# Its other lists, by what names an entry.
_NAMED = {"echelle": "code", "champs": "code", "parties": "id", "fiche": "libelle"}
# Records whose fields are compared one by one, even where the whole record came or went.
_RECORDS = ("document", "emetteur", "sections", "theme")
_CODES = ("etat_au", "provenance", "date", "code", "id", "type", "famille", "couleur")


def mission_changes(avant: Mission, apres: Mission) -> tuple[Mouvement, ...]:
    """What changed in what is said once for the whole roadmap."""
    if avant is apres or avant == apres:
        return ()
    found: list[Mouvement] = []
    before, after = _plain(avant), _plain(apres)
    titre = apres.titre
    for key, objet, named, label in _DECLARED:
        old = {entry[named]: entry for entry in before.pop(key, ())}
        new = {entry[named]: entry for entry in after.pop(key, ())}
        for code, entry in new.items():
            if code not in old:
                found.append(Mouvement("ajout", objet, code, entry.get(label, code)))
            else:
                changes = compare(old[code], entry)
                found += (_mission_change(c, objet, code, entry.get(label, code)) for c in changes)
        for code, entry in old.items():
            if code not in new:
                found.append(Mouvement("disparition", objet, code, entry.get(label, code)))
        found += _reordered(key, list(old), list(new), titre)
    for key, named in _NAMED.items():
        lists = before.get(key, ()), after.get(key, ())
        by_name = [{str(entry[named]): entry for entry in entries} for entries in lists]
        if all(len(inside) == len(entries) for inside, entries in zip(by_name, lists, strict=True)):
            before[key], after[key] = by_name
            found += _reordered(key, list(by_name[0]), list(by_name[1]), titre)
    for mission in (before, after):
        for key in _RECORDS:
            mission.setdefault(key, {})
    for mission in (before, after):
        for section, said in {**before["sections"], **after["sections"]}.items():
            if isinstance(said, dict):
                mission["sections"].setdefault(section, {})
    found += (_mission_change(change, "mission", "mission", titre) for change in compare(before, after))
    return tuple(found)


def _reordered(key: str, before: Sequence[str], after: Sequence[str], titre: str) -> Iterator[Mouvement]:
    """A list of the mission of which what stayed is in another order."""
    stayed = [name for name in before if name in set(after)]
    if stayed != [name for name in after if name in set(before)]:
        yield Mouvement("champ", "mission", "mission", titre, key, list(before), list(after))


def _mission_change(change: Changement, objet: Objet, identifier: str, titre: str) -> Mouvement:
    texts = all(value is None or isinstance(value, str) for value in (change.before, change.after))
    kind: Type = "texte" if texts and change.path[-1] not in _CODES and change.path[0] != "theme" else "champ"
    champ = ".".join(str(step + 1) if isinstance(step, int) else step for step in change.path)
    return Mouvement(kind, objet, identifier, titre, champ, change.before, change.after)


# --- values ---------------------------------------------------------------------------------------------------------


def _value(champ: Champ, item: Item) -> Any:
    value = _plain(getattr(item, champ.attribut, None))
    if value == []:
        return None
    return value[0] if champ.propre and isinstance(value, list) and len(value) == 1 else value


def _plain(value: Any) -> Any:
    """A value of a record as JSON has it; a record's empty fields are left out."""
    if isinstance(value, Periode):
        return value.text
    if isinstance(value, Nombre):
        return value.plain
    if isinstance(value, Record):
        fields = {key: _plain(inner) for key, inner in value.__dict__.items()}
        return {key: inner for key, inner in fields.items() if inner is not None and inner != [] and inner != {}}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return value
