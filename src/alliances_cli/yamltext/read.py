"""Bytes → text → values with positions, in one pass over libyaml's events.

No scalar is resolved: plain text stays the text that was typed; an unquoted empty value, `~` or `null` is None. What a
hand-edited file has no use for is refused by name: merge keys, tags, several documents, keys that aren't text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from alliances_cli.yamltext.faults import YamlFault, describe

try:
    from yaml import cyaml
except ImportError:  # pragma: no cover - a PyYAML built without libyaml
    cyaml = None  # type: ignore[assignment]

Value: TypeAlias = "str | None | list[Value] | dict[str, Value]"
Path: TypeAlias = tuple[str | int, ...]
# Where a value begins; for a mapping, also where each of its keys does: (start, {key: (key start, marks)}).
Marks: TypeAlias = "int | tuple[int, list[Marks]] | tuple[int, dict[str, tuple[int, Marks]]]"

MAX_BYTES = 50 * 1024 * 1024
MAX_DEPTH = 32
BOM = "\ufeff"
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
STR_TAG = "tag:yaml.org,2002:str"
EMPTY = "le fichier est vide"
# A longer line isn't worth showing.
MAX_EXCERPT = 4000

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_LONE_CR = re.compile(r"\r(?!\n)")
_CONFLICT = re.compile(r"^(?:(<{7}|>{7}|\|{7})(?: |\r?$)|(={7})\r?$)", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """Something refused: `index` counts characters from 0 in the text."""

    index: int
    message: str


@dataclass
class Document:
    """A text that was read: its value, where each part of it begins, and what is wrong with it.

    `value` is None where the text can't be read at all; `faults` then has the reason. Duplicate keys leave the value
    readable (the first one stands).
    """

    text: str
    value: Value = None
    marks: Marks = 0
    faults: list[Fault] = field(default_factory=list)
    readable: bool = False

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_column(self, index: int) -> tuple[int, int]:
        """Line and column, from 1; lines are what `\\n` ends, as editors count."""
        line = bisect_right(self._line_starts, index)
        column = index - self._line_starts[line - 1] + 1
        return line, max(column - 1, 1) if line == 1 and self.text.startswith(BOM) else column

    def line_text(self, line: int) -> str:
        """The line as it stands; empty where it is longer than `MAX_EXCERPT`."""
        start = self._line_starts[line - 1]
        end = self.text.find("\n", start, start + MAX_EXCERPT + 1)
        if end < 0:
            end = len(self.text)
        return self.text[start:end].rstrip("\r").lstrip(BOM) if end - start <= MAX_EXCERPT else ""

    def find(self, path: Path, key: bool = False) -> int:
        """Where the value at `path` begins (its key, if `key`), or the deepest part of the path that is there."""
        marks: Any = self.marks
        for depth, step in enumerate(path):
            if isinstance(marks, int):
                return marks
            start, inside = marks
            if isinstance(inside, dict):
                if step not in inside:
                    return int(start)
                key_start, marks = inside[step]
                if key and depth == len(path) - 1:
                    return int(key_start)
            elif isinstance(step, int) and step < len(inside):
                marks = inside[step]
            else:
                return int(start)
        return marks if isinstance(marks, int) else int(marks[0])


def ended(value: Value) -> Value:
    """A value without the end of line that a block of text ends with."""
    if isinstance(value, dict):
        return {key: ended(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [ended(inner) for inner in value]
    return value.rstrip("\n") if isinstance(value, str) else value


def decode(data: bytes) -> str:
    """The file's text, its BOM kept as the first character.

    Raises: YamlFault when the bytes aren't UTF-8 text that YAML allows.
    """
    start = data[:4]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or (start.count(0) >= 2 and any(start)):
        raise YamlFault("fichier en UTF-16 ou UTF-32 ; enregistrez-le en UTF-8", 0)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        shown = data[error.start : error.start + 1].decode("cp1252", "replace")
        raise YamlFault(
            f"l'octet 0x{data[error.start]:02x} (en latin-1 ou Windows : {shown}) n'est pas de l'UTF-8 ; "
            "enregistrez le fichier en UTF-8",
            len(before),
        ) from None
    return text


def _forbidden(text: str, start: int) -> YamlFault | None:
    """What YAML or this tool forbids anywhere in a text, whatever its structure."""
    control = _CONTROL.search(text, start)
    if control:
        char = control[0]
        name = "caractère nul" if char == "\0" else "BOM au milieu du texte" if char == BOM else "caractère de contrôle"
        return YamlFault(f"{name} (U+{ord(char):04X}) : supprimez-le", control.start())
    lone = _LONE_CR.search(text)
    if lone:
        return YamlFault(
            "retour chariot seul (fin de ligne de vieux Mac) : enregistrez avec des fins de ligne LF", lone.start()
        )
    conflict = _CONFLICT.search(text)
    if conflict:
        return YamlFault(
            f"marqueur de conflit git « {conflict[1] or conflict[2]} » : "
            "choisissez une version et retirez les marqueurs",
            conflict.start(),
        )
    return None


def read(text: str) -> Document:
    """Reads one document. Never raises: what is wrong is in `faults`."""
    document = Document(text)
    try:
        forbidden = _forbidden(text, 1 if text.startswith(BOM) else 0)
        if forbidden:
            raise forbidden
        _build(document)
    except YamlFault as fault:
        document.faults.append(Fault(fault.index, fault.message))
    else:
        document.readable = True
    return document


def parser(text: str) -> Any:
    """A libyaml event parser over the text, whose BOM, if any, it doesn't count."""
    if cyaml is None:  # pragma: no cover
        raise YamlFault("PyYAML est installé sans libyaml ; réinstallez-le depuis une roue (« pip install pyyaml »)", 0)
    return cyaml.CParser(text[1:] if text.startswith(BOM) else text)  # type: ignore[attr-defined]


def syntax_fault(error: YAMLError, text: str, shift: int) -> YamlFault:
    """libyaml's error as a French fault."""
    mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    index = min(mark.index + shift, len(text)) if mark else 0
    at_end = not text[index:].strip()
    context = str(getattr(error, "context", "") or "")
    message, at_context = describe(
        str(getattr(error, "problem", "") or ""),
        context,
        at_end,
        text[index : index + 1],
        text[max(index - 200, 0) : index].rstrip(" ")[-1:],
    )
    opened = context_mark.index + shift if context_mark else index
    if at_context:
        index = opened
    elif at_end:
        index = len(text.rstrip())
    elif context.startswith("while parsing a flow") and "\n" in text[opened:index]:
        line = text.count("\n", 0, opened) + 1
        message += f" (ouverture à la ligne {line})"
    return YamlFault(message, index)


def check_tag(tag: str | None, index: int) -> None:
    """Raises: YamlFault for any tag but `!!str`."""
    if tag is not None and tag != STR_TAG:
        name = tag.replace("tag:yaml.org,2002:", "!!")
        raise YamlFault(f"étiquette de type « {name} » refusée : retirez-la (le texte entre guillemets suffit)", index)


def _build(document: Document) -> None:
    text = document.text
    shift = 1 if text.startswith(BOM) else 0
    source = parser(text)
    get_event = source.get_event
    anchors: dict[str, tuple[Value, int]] = {}
    # One frame for each collection around the open one: it, its marks, whether it is a mapping, the pending key and its
    # place, the anchor and the size before the inner one.
    stack: list[tuple[Any, Any, bool, str | None, int, str | None, int]] = []
    value: Any = None
    marks: Any = 0
    key: str | None = None
    key_index = 0
    container: Any = None
    inside: Any = None
    is_map = False
    nodes = expanded = last_alias = 0
    open_anchors: dict[str, int] = {}
    heights: dict[
        int, tuple[int, Value]
    ] = {}  # of anchored collections by identity, each kept so that it stays its own
    seen_document = False
    try:
        while True:
            event = get_event()
            cls = event.__class__
            if cls is ScalarEvent:
                nodes += 1
                expanded += 1
                index = event.start_mark.index + shift
                if event.tag is not None:
                    check_tag(event.tag, index)
                value = event.value
                if event.implicit[0] and value in NULLS and event.tag is None:
                    value = None
                marks = index
                if event.anchor is not None:
                    anchors[event.anchor] = (value, 1)
            elif cls is MappingStartEvent or cls is SequenceStartEvent:
                nodes += 1
                expanded += 1
                index = event.start_mark.index + shift
                if event.tag is not None:
                    check_tag(event.tag, index)
                if is_map and key is None:
                    raise YamlFault("une clé est un texte simple, pas une liste ni un groupe", index)
                if len(stack) >= MAX_DEPTH:
                    raise YamlFault(f"plus de {MAX_DEPTH} niveaux imbriqués", index)
                stack.append((container, inside, is_map, key, key_index, event.anchor, expanded - 1))
                if event.anchor is not None:
                    open_anchors[event.anchor] = index
                is_map = cls is MappingStartEvent
                container, inside = ({}, (index, {})) if is_map else ([], (index, []))
                key = None
                continue
            elif cls is MappingEndEvent or cls is SequenceEndEvent:
                value, marks = container, inside
                container, inside, is_map, key, key_index, anchor, before = stack.pop()
                if anchor is not None:
                    open_anchors.pop(anchor, None)
                    anchors[anchor] = (value, expanded - before)
                    heights[id(value)] = (_height(value, heights), value)
            elif cls is AliasEvent:
                index = event.start_mark.index + shift
                if event.anchor in open_anchors:
                    raise YamlFault(f"l'alias « *{event.anchor} » se contient lui-même", index)
                if event.anchor not in anchors:
                    raise YamlFault(
                        f"l'alias « *{event.anchor} » ne renvoie à aucune ancre « &{event.anchor} » ; "
                        "un texte qui commence par « * » se met entre guillemets",
                        index,
                    )
                value, size = anchors[event.anchor]
                if len(stack) + _height(value, heights) > MAX_DEPTH:
                    raise YamlFault(f"plus de {MAX_DEPTH} niveaux imbriqués, alias compris", index)
                expanded += size
                marks = last_alias = index
            elif cls is DocumentStartEvent:
                if seen_document:
                    raise YamlFault("un seul document par fichier : retirez « --- »", event.start_mark.index + shift)
                seen_document = True
                continue
            elif cls is StreamEndEvent:
                if expanded > 1000 + 10 * nodes:
                    raise YamlFault("les alias se multiplient au-delà du raisonnable", last_alias)
                break
            else:
                continue

            if container is None:
                document.value, document.marks = value, marks
            elif is_map:
                if key is None:
                    if not isinstance(value, str):
                        at = marks if isinstance(marks, int) else marks[0]
                        raise YamlFault("une clé est un texte simple et non vide", at)
                    if value == "<<" and event.__class__ is ScalarEvent and event.implicit[0]:
                        raise YamlFault("clé de fusion « << » refusée : recopiez les champs", marks)
                    key, key_index = value, marks
                else:
                    if key in container:
                        first, _ = document.line_column(inside[1][key][0])
                        message = f"clé « {key} » en double, déjà donnée à la ligne {first}"
                        document.faults.append(Fault(key_index, message))
                    else:
                        container[key] = value
                        inside[1][key] = (key_index, marks)
                    key = None
            else:
                container.append(value)
                inside[1].append(marks)
    except YAMLError as error:
        raise syntax_fault(error, text, shift) from None
    finally:
        source.dispose()
    if document.value is None:
        raise YamlFault(EMPTY, 0)


def _height(value: Value, known: dict[int, tuple[int, Value]]) -> int:
    """How many collections deep a value is; `known` has those of what aliases share."""
    if not isinstance(value, dict | list):
        return 0
    if id(value) in known:
        return known[id(value)][0]
    inside = value.values() if isinstance(value, dict) else value
    return 1 + max((_height(inner, known) for inner in inside), default=0)
