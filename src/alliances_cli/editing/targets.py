"""What a reference typed on a command line names: an item, a blocker, a dimension, the mission, and where it stands."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from alliances_cli import checks, selection
from alliances_cli.champs import FAMILLES, SINGULIER, Famille
from alliances_cli.editing.draft import Draft, Kind
from alliances_cli.errors import EditRefused, InvalidRoadmap, NotFound, UsageFault
from alliances_cli.model import resolve
from alliances_cli.store import Reading
from alliances_cli.yamltext.read import Path as YamlPath
from alliances_cli.yamltext.read import Value

# What mission.yaml declares: the key that names each entry, and what one is called in a reference.
DECLARED: dict[Kind, tuple[str, str]] = {"bloqueurs": ("id", "bloqueur"), "dimensions": ("code", "dimension")}


class Target(NamedTuple):
    """A thing of the files: its kind, its id, the part that holds it, its path there (empty for the mission)."""

    kind: Kind
    id: str
    part: str
    path: YamlPath

    @property
    def famille(self) -> Famille | None:
        """The family of an item; None for the rest."""
        return self.kind if self.kind in FAMILLES else None

    @property
    def rank(self) -> int:
        """Its rank in its list."""
        rank = self.path[1]
        assert isinstance(rank, int)
        return rank


def item(reading: Reading, reference: str) -> Target:
    """The item that a reference names.

    Raises: NotFound; UsageFault where it fits several; EditRefused where two items bear the id; InvalidRoadmap where it
    may be in a file that can't be read.
    """
    vocabulaire = reading.lecture.vocabulaire
    try:
        known = resolve(reference.strip(), None, vocabulaire.ids)
        # What is named exactly needs no list of all the ids, which `update` would make for each of its own.
        ids = {f: list(vocabulaire.ids[f]) for f in FAMILLES} if len(known) != 1 else {}
        famille, identifier = known[0] if not ids else selection.locate(reference, ids)
    except NotFound:
        if reading.lecture.vocabulaire.unreadable:
            raise InvalidRoadmap(reading.problems) from None
        gone = resolve(reference.strip(), None, reading.lecture.vocabulaire.retirees)
        if len(gone) == 1:
            said = checks.retired(gone[0][0], reading.lecture.vocabulaire.retirees[gone[0][0]][gone[0][1]])
            undo = f"alliances retire {SINGULIER[gone[0][0]]}-{gone[0][1]} --undo"
            raise NotFound(f"« {reference} » désigne {said} ; pour revenir dessus : {undo}") from None
        raise
    items = reading.lecture.items[famille]
    if len(items) != len(vocabulaire.ids[famille]) and (same := sum(i.id == identifier for _, i in items)) > 1:
        raise EditRefused(
            f"{same} {famille} portent l'identifiant « {identifier} » : corrigez le fichier à la main d'abord"
        )
    return Target(famille, identifier, famille, (famille, vocabulaire.ids[famille][identifier]))


def mission(reading: Reading) -> Target:
    """The mission.

    Raises: NotFound; InvalidRoadmap.
    """
    if "mission" not in reading.names:
        raise NotFound("il n'y a pas de mission.yaml : créez-le avec une ligne « titre: … », ou par « alliances init »")
    if "mission" in reading.lecture.vocabulaire.unreadable:
        raise InvalidRoadmap(reading.problems)
    return Target("mission", "", "mission", ())


def any_of(reading: Reading, reference: str) -> Target:
    """The item, or, where no item bears that id, the blocker (`bloqueur-x`) or the dimension (`dimension-x`).

    Raises: as `item`.
    """
    ids = reading.lecture.vocabulaire.ids
    if not resolve(reference.strip(), None, ids):
        if reference.strip() == "mission":
            raise UsageFault(
                "la mission n'a pas d'identifiant : elle ne se renomme ni ne s'efface (alliances update mission)"
            )
        for kind, (key, name) in DECLARED.items():
            for rank, entry in enumerate(entries(reading, kind)):
                if isinstance(entry, dict) and reference.strip() == f"{name}-{entry.get(key)}":
                    return Target(kind, str(entry[key]), "mission", (kind, rank))
    return item(reading, reference)


def entries(reading: Reading, kind: Kind) -> Sequence[Value]:
    """What mission.yaml lists under a key."""
    document = reading.documents.get("mission")
    return listed(document.value, kind) if document is not None else []


def listed(whole: Value, key: str) -> list[Value]:
    """What is listed under a key; nothing where there is no list."""
    found = whole.get(key) if isinstance(whole, dict) else None
    return found if isinstance(found, list) else []


def value_at(value: Value, path: YamlPath) -> dict[str, Value]:
    """The group at a path."""
    for step in path:
        value = value[step]  # type: ignore[index]
    assert isinstance(value, dict)
    return value


def titre_of(group: Mapping[str, Value]) -> str:
    """What a thing is called."""
    return str(group.get("titre") or group.get("libelle") or "").strip()


def name_of(draft: Draft, target: Target) -> str:
    """The shortest reference that names a target: its bare id where that suits, else with its kind."""
    if target.kind == "mission":
        return "mission"
    if target.famille is None:
        return f"{DECLARED[target.kind][1]}-{target.id}"
    return item_name(draft.reading, target.famille, target.id)


def item_name(reading: Reading, famille: Famille, identifier: str) -> str:
    """The shortest reference that names an item, be it there yet or not; with its family where none does."""
    return named(reading.lecture.vocabulaire.ids, famille, identifier) or f"{SINGULIER[famille]}-{identifier}"


def named(ids: Mapping[Famille, Container[str]], famille: Famille, identifier: str, short: bool = True) -> str | None:
    """A reference that a command line takes for this item once it is among the ids, the shortest one or, not `short`,
    the one with its family where it can be; None where each names another: an id may read as `mesure-1` does."""
    known = {f: _With(ids[f], identifier) if f == famille else ids[f] for f in FAMILLES}
    forms = [identifier, f"{SINGULIER[famille]}-{identifier}"]
    if not short:
        forms.reverse()
    free = [form for form in forms if form not in ("mission", *FAMILLES, *SINGULIER.values())]
    return next((form for form in free if resolve(form, None, known) == [(famille, identifier)]), None)


class _With:
    """Ids, and one more."""

    def __init__(self, ids: Container[str], more: str) -> None:
        self.ids, self.more = ids, more

    def __contains__(self, identifier: object) -> bool:
        return identifier == self.more or identifier in self.ids
