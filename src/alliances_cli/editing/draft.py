"""The files as they will be: changed step by step, proven, written as one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import Literal, NamedTuple, TypeVar

from alliances_cli import store
from alliances_cli.champs import RETIREES, Famille
from alliances_cli.editing.references import Links, links
from alliances_cli.errors import EditRefused, InvalidRoadmap, Problem
from alliances_cli.evolution import Changement, compare
from alliances_cli.location import FILES, Root
from alliances_cli.model import FeuilleDeRoute, Mission, Retiree
from alliances_cli.store import Reading, Source, Write
from alliances_cli.yamltext import edit
from alliances_cli.yamltext.compose import Style, Written, value_of
from alliances_cli.yamltext.edit import Change, Edited
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import Document, Value
from alliances_cli.yamltext.read import Path as YamlPath

Action = Literal["update", "add", "rename", "retire", "restore", "remove", "publish"]
# What an edit may bear on besides the items: what mission.yaml declares, and its own fields.
Kind = Literal[Famille, "bloqueurs", "dimensions", "mission"]

# How items are written where nothing around them tells.
STYLE = Style(
    block=frozenset(("pilotes", "co_construction", "totaux")),
    bare=frozenset(("id", "code", "chantiers", "leviers", "bloqueurs", "renvois", "vers", "horizon")),
)
_RETIREE_ORDER = list(Retiree.model_fields)


class Fichier(NamedTuple):
    """A file that changes: its part, its name in messages, its text before and after; `new`: it wasn't there."""

    part: str
    source: str
    before: str
    after: str
    new: bool = False


class Element(NamedTuple):
    """One thing that changes, and how: an item, a blocker, a dimension, the mission. `titre` is its label."""

    kind: Kind
    id: str
    titre: str
    changes: tuple[Changement, ...] = ()


class Modification(NamedTuple):
    """What an edit changed, or would change. `elements` begins with what the edit was about, changed or not; `files`
    are those that differ. `undo`: the commands that undo it, each without the program's name; empty where none can.
    `totals` are published totals that the new levels contradict; `notes` is what else to know."""

    root: Root
    action: Action
    elements: tuple[Element, ...]
    files: tuple[Fichier, ...]
    lost_comments: tuple[str, ...]
    totals: tuple[Problem, ...]
    remaining: tuple[Problem, ...]
    feuille: FeuilleDeRoute | None
    written: bool
    undo: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Changement, ...]:
        """All the changes of the elements, in a row."""
        return tuple(change for element in self.elements for change in element.changes)


T = TypeVar("T")


class Draft:
    """The files' texts and values as they will be. Each step is proven by itself; `close` proves the whole."""

    def __init__(self, root: Root, sources: Mapping[str, Source], reading: Reading, dry_run: bool) -> None:
        self.root, self.sources, self.reading, self.dry_run = root, sources, reading, dry_run
        self.texts: dict[str, str] = {}
        self.values: dict[str, Value] = {}
        self.lost: list[str] = []

    def text(self, part: str) -> str:
        """The part's text so far; empty where there is no file."""
        if part in self.texts:
            return self.texts[part]
        return self.reading.documents[part].text if part in self.reading.documents else ""

    def value(self, part: str) -> Value:
        """The part's value so far; an empty group where there is no file, or nothing in it."""
        if part in self.values:
            return self.values[part]
        document = self.reading.documents.get(part)
        return document.value if document is not None and document.value is not None else {}

    def change(self, part: str, changes: Sequence[Change], order: Sequence[str]) -> None:
        """Gives keys new values; see `yamltext.edit.change`.

        Raises: EditRefused.
        """
        if not changes:
            return
        numbers = self._numbers()
        edited = self._tried(part, changes, lambda text, some: edit.change(text, some, order, numbers))
        value = self.value(part)
        for path, wanted in changes:
            value = _with(value, path, wanted if wanted is None else value_of(wanted))
        self._keep(part, edited, value)

    def exchange(self, part: str, texts: Mapping[YamlPath, str]) -> None:
        """Exchanges texts that are there; see `yamltext.edit.exchange`.

        Raises: EditRefused.
        """
        if not texts:
            return
        edited = self._tried(part, list(texts.items()), lambda text, some: edit.exchange(text, dict(some)))
        value = self.value(part)
        for path, wanted in texts.items():
            value = _with(value, path, wanted)
        self._keep(part, edited, value)

    def insert(
        self,
        part: str,
        key: str,
        rank: int,
        item: Mapping[str, Written],
        order: Sequence[str],
        comments: Sequence[str] = (),
        lines: Sequence[str] = (),
        value: Value = None,
        headed: bool = False,
    ) -> None:
        """Puts an item in the list under a key; `lines` are those that it once had, and `value` what they say. See
        `yamltext.items.insert_item`.

        Raises: EditRefused.
        """
        root = list(Mission.model_fields) if part == "mission" else [part, RETIREES]
        # Most edits move no item.
        from alliances_cli.yamltext import items

        style = STYLE._replace(bare=STYLE.bare | self._numbers())
        wanted = items.Order(_RETIREE_ORDER if key == RETIREES else order, root)
        edited = self._tried(
            part,
            [item],
            lambda text, _: items.insert_item(text, key, rank, item, wanted, style, comments, lines, headed),
        )
        whole = self.value(part)
        assert isinstance(whole, dict)
        listed = whole.get(key) or []
        assert isinstance(listed, list)
        added: Value = value if value is not None else {k: value_of(v) for k, v in item.items()}
        self._keep(part, edited, {**whole, key: [*listed[:rank], added, *listed[rank:]]})

    def remove(self, part: str, key: str, rank: int, with_key: bool = False) -> tuple[str, ...]:
        """Takes an item out of the list under a key; returns the comments that went with it.

        Raises: EditRefused.
        """
        from alliances_cli.yamltext import items

        edited = self._tried(part, [rank], lambda text, _: items.remove_item(text, key, rank, with_key))
        whole = self.value(part)
        assert isinstance(whole, dict)
        listed = whole[key]
        assert isinstance(listed, list)
        left = [*listed[:rank], *listed[rank + 1 :]]
        value = {**whole, key: left} if left or not with_key else {k: v for k, v in whole.items() if k != key}
        self._keep(part, Edited(edited.text), value)
        return edited.lost_comments

    def _numbers(self) -> frozenset[str]:
        """The keys that hold numbers, which need no quotes."""
        every = self.reading.lecture.champs.values()
        return frozenset(champ.code for champs in every for champ in champs if champ.type == "nombre")

    def _keep(self, part: str, edited: Edited, value: Value) -> None:
        self.texts[part] = edited.text
        self.values[part] = value
        self.lost.extend(edited.lost_comments)

    def _tried(self, part: str, asked: Sequence[T], make: Callable[[str, Sequence[T]], Edited]) -> Edited:
        text = self.text(part)
        try:
            return make(text, asked)
        except YamlFault as late:
            fault, place = late, Document(text)
            # The place to show is the file's, not that of a half-edited text.
            if part in self.reading.documents:
                whole = self.reading.documents[part]
                alone = _first_fault(asked, lambda some: make(whole.text, some))
                fault, place = (alone, whole) if alone is not None else (fault, place)
            line, column = place.line_column(min(fault.index, len(place.text)))
            name = self.root.name(part)
            raise EditRefused(f"{name}:{line}:{column} : {fault.message} ; rien n'a été écrit") from None

    def close(
        self,
        action: Action,
        elements: Sequence[Element],
        undo: Sequence[Sequence[str]] = (),
        notes: Sequence[str] = (),
        led: Links | None = None,
        last: str | None = None,
        warn: bool = False,
    ) -> Modification:
        """Proves the whole and writes it, the part `last` after the others. `led`: where each reference must lead,
        where that may have changed; `warn`: tell the new warnings among the notes.

        Raises: EditRefused; SystemFault.
        """
        changed = [part for part in self.texts if self.texts[part] != self._before(part)]
        changed.sort(key=lambda part: part == last)
        sources = dict(self.sources)
        for part in changed:
            sources[part] = Source(self.root.name(part), self.texts[part].encode("utf-8"))
        after = store.parse({part: sources[part] for part in FILES if part in sources})
        for part in changed:
            _prove(self.values[part], after.documents[part].value)
        _refuse_new_errors(self.reading, after)
        if led is not None:
            _prove_links(led, links(after))
        if changed and not self.dry_run:
            self._write(changed)
        notes = [*notes, *(_new_warnings(self.reading, after) if warn and changed else ())]
        return Modification(
            root=self.root,
            action=action,
            elements=tuple(elements),
            files=tuple(
                Fichier(part, self.root.name(part), self._before(part), self.texts[part], part not in self.sources)
                for part in changed
            ),
            lost_comments=tuple(self.lost),
            totals=after.totals(),
            remaining=after.problems,
            feuille=after.feuille,
            written=bool(changed) and not self.dry_run,
            undo=tuple(tuple(command) for command in undo) if changed else (),
            notes=tuple(notes),
        )

    def _before(self, part: str) -> str:
        return self.reading.documents[part].text if part in self.reading.documents else ""

    def _write(self, parts: Sequence[str]) -> None:
        for path in store.leftovers(self.root):
            with suppress(OSError):
                path.unlink()
        store.replace_files(
            [
                Write(
                    self.root.path(part),
                    self.texts[part].encode("utf-8"),
                    self.sources[part].data if part in self.sources else None,
                    part not in self.sources,
                )
                for part in parts
            ]
        )


@contextmanager
def opened(root: Root, dry_run: bool) -> Iterator[Draft]:
    """A draft of the files as they are, nobody else writing meanwhile.

    Raises: EditRefused when somebody else is; SystemFault.
    """
    with nullcontext() if dry_run else store.locked(root.data):
        sources = store.read_sources(root)
        yield Draft(root, sources, store.parse(sources), dry_run)


def require_readable(reading: Reading, *parts: str) -> None:
    """Raises: InvalidRoadmap where one of the parts (all of them, unless told) is there and can't be read."""
    unreadable = reading.lecture.vocabulaire.unreadable
    if unreadable & set(parts or FILES):
        raise InvalidRoadmap(reading.problems)


def _first_fault(asked: Sequence[T], make: Callable[[Sequence[T]], object]) -> YamlFault | None:
    """The fault of the first that can't be made alone, found by halves."""
    try:
        make(asked)
    except YamlFault as fault:
        if len(asked) == 1:
            return fault
        half = len(asked) // 2
        return _first_fault(asked[:half], make) or _first_fault(asked[half:], make)
    return None


def _with(value: Value, path: YamlPath, wanted: Value) -> Value:
    """The value with another one at a path (None: without that key); what isn't on the path is shared."""
    if not path:
        return wanted
    step = path[0]
    if isinstance(value, list):
        assert isinstance(step, int)
        return [*value[:step], _with(value[step], path[1:], wanted), *value[step + 1 :]]
    assert isinstance(value, dict) and isinstance(step, str)
    if len(path) == 1 and wanted is None:
        return {key: inner for key, inner in value.items() if key != step}
    return {**value, step: _with(value.get(step), path[1:], wanted)}


def _prove(expected: Value, actual: Value) -> None:
    """The new text must say exactly what was asked; a block of text may end with its end of line.

    Raises: EditRefused.
    """
    for change in compare(expected, actual):
        wanted, found = change.before, change.after
        if not (isinstance(wanted, str) and isinstance(found, str) and found.rstrip("\n") == wanted.rstrip("\n")):
            raise EditRefused("la modification toucherait autre chose que ce qui est demandé ; rien n'a été écrit")


def _refuse_new_errors(before: Reading, after: Reading) -> None:
    def key(problem: Problem) -> tuple[str, str]:
        # An edit moves lines: the same complaint about another line isn't a new one.
        return problem.source, re.sub(r"ligne \d+", "ligne", problem.message)

    added = Counter(map(key, after.problems)) - Counter(map(key, before.problems))
    if added:
        found = [problem for problem in after.problems if key(problem) in added]
        lines = "\n".join(f"{problem.where}: {problem.message}" for problem in found)
        raise EditRefused(f"la modification rendrait la feuille de route invalide ; rien n'a été écrit\n{lines}")


def _prove_links(led: Links, found: Links) -> None:
    """No reference may come to lead elsewhere.

    Raises: EditRefused.
    """
    for place, targets in led.items():
        for wanted, actual in zip(targets, found.get(place, ()), strict=False):
            if wanted is not None and actual != wanted:
                famille, identifier, field = place
                raise EditRefused(
                    f"« {field} » de {famille} {identifier} désignerait autre chose qu'avant : "
                    "choisissez un autre identifiant ; rien n'a été écrit"
                )


def _new_warnings(before: Reading, after: Reading) -> list[str]:
    known = Counter(problem.message for problem in before.warnings())
    added = Counter(problem.message for problem in after.warnings()) - known
    return [f"{p.where}: avertissement : {p.message}" for p in after.warnings() if p.message in added]
