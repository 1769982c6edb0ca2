"""`update`: gives some fields of one or several items, or of the mission, new values."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from alliances_cli import nombre
from alliances_cli.champs import Famille
from alliances_cli.editing import given, targets, undo
from alliances_cli.editing.draft import Draft, Element, Modification, opened
from alliances_cli.editing.given import Given
from alliances_cli.editing.targets import Target
from alliances_cli.errors import UsageFault
from alliances_cli.evolution import compare
from alliances_cli.location import Root
from alliances_cli.model import Mission
from alliances_cli.yamltext.compose import Written
from alliances_cli.yamltext.edit import Change
from alliances_cli.yamltext.read import Value


def update(root: Root, references: str | Sequence[str], values: Given, dry_run: bool = False) -> Modification:
    """Gives the items that the references name (or `mission`) new values for some fields; None clears one. All of them
    or none, written as one.

    Raises: NotFound; UsageFault for a value that names nothing; EditRefused; InvalidRoadmap where an item's file can't
    be read; SystemFault.
    """
    with opened(root, dry_run) as draft:
        named = [references] if isinstance(references, str) else references
        found = dict.fromkeys(_target(draft, reference) for reference in named)
        if len({target.kind == "mission" for target in found}) > 1:
            raise UsageFault("« mission » se change seule : les autres éléments n'ont pas les mêmes champs")
        asked: dict[str, list[Change]] = {}
        orders: dict[str, list[str]] = {}
        for target in found:
            current = targets.value_at(draft.value(target.part), target.path)
            wanted = given.values(draft.reading, target.famille, current, values)
            known = given.fields(draft.reading, target.famille).values()
            numbers = {champ.code for champ in known if champ.type == "nombre"}
            for code, value in wanted.items():
                if code in ("id", "preuves"):
                    raise UsageFault(f"« {code} » se modifie à la main, dans le fichier")
                if _differs(current.get(code), value, numbers=code in numbers):
                    asked.setdefault(target.part, []).append(((*target.path, code), value))  # type: ignore[arg-type]
            orders[target.part] = _order(draft, target.famille)
        for part, changes in asked.items():
            draft.change(part, changes, orders[part])
        elements = [_element(draft, target, orders[target.part]) for target in found]
        commands = [_undo(draft, target, element) for target, element in zip(found, elements, strict=True)]
        back = [command for command in commands if command is not None]
        return draft.close(
            "update",
            elements,
            undo.grouped(command for command in back if command[1]) if len(back) == len(commands) else (),
        )


def _target(draft: Draft, reference: str) -> Target:
    return targets.mission(draft.reading) if reference == "mission" else targets.item(draft.reading, reference)


def _order(draft: Draft, famille: Famille | None) -> list[str]:
    return list(given.fields(draft.reading, famille)) if famille else list(Mission.model_fields)


def _differs(current: Value, wanted: Written | None, numbers: bool) -> bool:
    """`numbers`: 12 000 is 12000."""
    if isinstance(current, str) and isinstance(wanted, str):
        if numbers:
            with suppress(ValueError):
                return nombre.parse(current.strip()) != nombre.parse(wanted)
        return current.strip() != wanted
    return current != (list(wanted) if isinstance(wanted, tuple) else wanted)


def _element(draft: Draft, target: Target, order: Sequence[str]) -> Element:
    document = draft.reading.documents[target.part]
    before = targets.value_at(document.value, target.path)
    after = targets.value_at(draft.value(target.part), target.path)
    changes = sorted(compare(before, after, target.path), key=lambda change: order.index(str(change.path[-1])))
    return Element(target.kind, target.id, targets.titre_of(after), tuple(changes))


def _undo(draft: Draft, target: Target, element: Element) -> tuple[str, tuple[str, ...]] | None:
    after = targets.value_at(draft.value(target.part), target.path)
    options = undo.update_options(draft.reading, target.famille, after, element.changes)
    return None if options is None else (targets.name_of(draft, target), options)
