"""`rename`: another id for an item, a blocker or a dimension, and for every reference to it."""

from __future__ import annotations

from alliances_cli.champs import FAMILLES, SINGULIER
from alliances_cli.editing import given, targets
from alliances_cli.editing.draft import Draft, Element, Modification, opened, require_readable
from alliances_cli.editing.references import FIELDS, Links, links, references, written
from alliances_cli.editing.targets import DECLARED, Target
from alliances_cli.errors import EditRefused, UsageFault
from alliances_cli.evolution import Changement, compare
from alliances_cli.location import Root
from alliances_cli.yamltext.read import Path as YamlPath


def rename(root: Root, reference: str, identifier: str, dry_run: bool = False) -> Modification:
    """Gives what the reference names another id, there and in every reference of all the files, each in its form.

    The file that defines it is written last: cut short, the others name what isn't there yet, and the same call
    completes the work. Raises: NotFound; UsageFault for an id that is taken, retired or no id; EditRefused;
    InvalidRoadmap where a file can't be read; SystemFault.
    """
    with opened(root, dry_run) as draft:
        require_readable(draft.reading)
        target = targets.any_of(draft.reading, reference)
        if target.famille is not None:
            key = "id"
            same = identifier.strip() == target.id
            new = target.id if same else given.free_identifier(draft.reading, target.famille, "NOUVEAU", identifier)
        else:
            key = DECLARED[target.kind][0]
            new = given.identifier("NOUVEAU", identifier)
            known = [entry.get(key) for entry in targets.entries(draft.reading, target.kind) if isinstance(entry, dict)]
            if new != target.id and new in known:
                raise UsageFault(f"NOUVEAU : « {new} » est déjà dans « {target.kind} » ; choisissez-en un autre")
        if new == target.id:
            titre = targets.titre_of(targets.value_at(draft.value(target.part), target.path))
            return draft.close("rename", [Element(target.kind, target.id, titre)])
        texts: dict[str, dict[YamlPath, str]] = {target.part: {(*target.path, key): new}}
        for part, path, text in _renamed(draft, target, new):
            texts.setdefault(part, {})[path] = text
        for part, exchanged in texts.items():
            draft.exchange(part, exchanged)
        return draft.close(
            "rename",
            _elements(draft, target, new, key),
            [("rename", name, target.id)] if (name := _name(draft, target, new)) is not None else [],
            led=_led(links(draft.reading), target, new),
            last=target.part,
            warn=True,
        )


def _renamed(draft: Draft, target: Target, new: str) -> list[tuple[str, YamlPath, str]]:
    """The references to what is renamed: part, path, and what each becomes."""
    if target.kind == "dimensions":
        return [
            (famille, (famille, rank, "dimension"), new)
            for famille in FAMILLES
            for rank, item in draft.reading.lecture.items.get(famille, ())
            if getattr(item, "dimension", None) == target.id
        ]
    if target.kind == "bloqueurs":
        found = [r for r in references(draft.reading) if r.target == (None, target.id)]
        return [(r.famille, r.path, new) for r in found]
    assert target.famille is not None
    ids = {
        famille: {new if (famille, known) == (target.kind, target.id) else known for known in inside}
        for famille, inside in draft.reading.lecture.vocabulaire.ids.items()
    }
    out: list[tuple[str, YamlPath, str]] = []
    for reference in references(draft.reading):
        if reference.target == (target.famille, target.id):
            text = written((target.famille, new), reference.field, reference.famille, ids, like=reference.text)
            if text is None:
                raise EditRefused(
                    f"« {new} » serait ambigu dans « {reference.field} » de {SINGULIER[reference.famille]} "
                    f"{reference.owner} : choisissez un autre identifiant ; rien n'a été écrit"
                )
            out.append((reference.famille, reference.path, text))
    return out


def _led(before: Links, target: Target, new: str) -> Links:
    """Where each reference must lead once the target bears its new id."""
    old = (target.famille, target.id) if target.kind != "dimensions" else None
    renamed = (target.famille, new)
    return {
        (famille, new if (famille, owner) == old else owner, field): tuple(
            renamed if old is not None and found == old else found for found in inside
        )
        for (famille, owner, field), inside in before.items()
    }


def _name(draft: Draft, target: Target, new: str) -> str | None:
    """What a command line will call it; None where nothing names it and nothing else."""
    if target.famille is None:
        return f"{DECLARED[target.kind][1]}-{new}"
    return targets.named(draft.reading.lecture.vocabulaire.ids, target.famille, new)


def _elements(draft: Draft, target: Target, new: str, key: str) -> list[Element]:
    """What is renamed, then what refers to it."""
    found: dict[tuple[str, str | int, str | int], list[Changement]] = {}
    for part in draft.texts:
        for change in compare(draft.reading.documents[part].value, draft.value(part)):
            found.setdefault((part, change.path[0], change.path[1]), []).append(change)
    first = (target.part, *target.path)
    elements = [_element(draft, *place, found[place]) for place in sorted(found, key=lambda place: place != first)]
    return elements


def _element(draft: Draft, part: str, key: str | int, rank: str | int, changes: list[Changement]) -> Element:
    group = targets.value_at(draft.value(part), (key, rank))
    kind = part if part != "mission" else str(key)
    return Element(
        kind,  # type: ignore[arg-type]
        str(group.get("id") or group.get("code")),
        targets.titre_of(group),
        tuple(sorted(changes, key=lambda change: change.path[-1] in FIELDS)),
    )
