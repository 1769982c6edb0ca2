"""What each reference of the files leads to, and how one is written."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from alliances_cli.champs import FAMILLES, RETIREES, SINGULIER, Famille
from alliances_cli.checks import Vocabulaire
from alliances_cli.model import first_family, resolve
from alliances_cli.store import Reading
from alliances_cli.yamltext.read import Path as YamlPath
from alliances_cli.yamltext.read import Value

FIELDS = ("chantiers", "leviers", "bloqueurs", "renvois")
# A family and an id; no family: a blocker that the mission declares.
Target: TypeAlias = "tuple[Famille | None, str]"
# By family, id and field of the item that refers, what each reference leads to; None where that isn't one thing.
Links: TypeAlias = "dict[tuple[Famille, str, str], tuple[Target | None, ...]]"
Ids: TypeAlias = "Mapping[Famille, Container[str]]"


class Reference(NamedTuple):
    """A reference where it stands: in a family's file, at a path (`mesures`, 3, `renvois`, 0) of its value.

    `owner` is the id of the item that refers, `field` one of FIELDS, or `vers` for a retired one."""

    famille: Famille
    path: YamlPath
    owner: str
    field: str
    text: str
    target: Target | None


def references(reading: Reading) -> Iterator[Reference]:
    """All the references of the items, and those of the retired ones to what replaces them, in the files' order."""
    for famille in FAMILLES:
        document = reading.documents.get(famille)
        whole = document.value if document is not None else None
        if not isinstance(whole, dict):
            continue
        for key, fields in ((famille, FIELDS), (RETIREES, ("vers",))):
            listed = whole.get(key)
            for rank, item in enumerate(listed if isinstance(listed, list) else ()):
                if not isinstance(item, dict):
                    continue
                for field in fields:
                    yield from _of(reading, famille, (key, rank, field), item, field)


def _of(
    reading: Reading, famille: Famille, path: YamlPath, item: Mapping[str, Value], field: str
) -> Iterator[Reference]:
    listed = item.get(field)
    for position, text in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(text, str):
            target = lead(text, field, famille, reading.lecture.vocabulaire)
            yield Reference(famille, (*path, position), str(item.get("id")), field, text, target)


def lead(text: str, field: str, famille: Famille, vocabulaire: Vocabulaire) -> Target | None:
    """What a reference in `field` of one of the family's items leads to; None where that isn't one thing."""
    if field == "bloqueurs" and text in (vocabulaire.bloqueurs or ()):
        return None, text
    found = _found(text, field, famille, vocabulaire.ids)
    if field == "vers" and not found:
        found = _found(text, field, famille, vocabulaire.retirees)
    return found[0] if len(found) == 1 else None


def _found(text: str, field: str, famille: Famille, ids: Ids) -> list[tuple[Famille, str]]:
    first = first_family(field, famille)
    found = resolve(text, first, ids)
    return [pair for pair in found if pair[0] == first] if field == first else found


def links(reading: Reading) -> Links:
    """Where all the references lead."""
    found: dict[tuple[Famille, str, str], list[Target | None]] = {}
    for reference in references(reading):
        found.setdefault((reference.famille, reference.owner, reference.field), []).append(reference.target)
    return {place: tuple(targets) for place, targets in found.items()}


def written(target: tuple[Famille, str], field: str, famille: Famille, ids: Ids, like: str | None = None) -> str | None:
    """How `field` of one of the family's items names the target: by its bare id where that leads there, else with its
    family. `like`: a reference whose form is kept if it can be. None where no form leads there."""
    bare, named = target[1], f"{SINGULIER[target[0]]}-{target[1]}"
    forms = [bare, named]
    if like is not None and any(like.startswith(f"{SINGULIER[f]}-") for f in FAMILLES):
        forms.reverse()
    return next((form for form in forms if _found(form, field, famille, ids) == [target]), None)


def strayed(reading: Reading, vocabulaire: Vocabulaire) -> Iterator[tuple[Reference, str | None]]:
    """The references that would lead elsewhere, or nowhere, if the names were those of `vocabulaire`; each with a
    writing that leads where it did, None where there is none."""
    for reference in references(reading):
        target = reference.target
        if target is None or lead(reference.text, reference.field, reference.famille, vocabulaire) == target:
            continue
        forms = [target[1]] if target[0] is None else [f"{SINGULIER[target[0]]}-{target[1]}", target[1]]
        led = (f for f in forms if lead(f, reference.field, reference.famille, vocabulaire) == target)
        yield reference, next(led, None)
