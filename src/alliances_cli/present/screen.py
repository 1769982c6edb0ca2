"""What a screen is made of, before it is drawn: lines of styled pieces, and tables. Both drawers take this."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A piece of text; `style` is `""`, `strong`, `soft`, `alert`, `good`, `title` or a colour `#rrggbb`."""

    text: str
    style: str = ""


Line: TypeAlias = tuple[Span, ...]


class Column(NamedTuple):
    """A column: `wraps` where its cells may take several lines; `right` for numbers."""

    titre: str
    wraps: bool = False
    right: bool = False


class Table(NamedTuple):
    """Rows of cells, one line of pieces each; `headed` where the columns' titles are shown."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]
    headed: bool = True


class Wrapped(NamedTuple):
    """A paragraph, wrapped where the screen has a width; its further lines are indented by `hang` characters."""

    line: Line
    hang: int = 0


Block: TypeAlias = "Line | Table | Wrapped"
Screen: TypeAlias = "list[Block]"


class Terminal(NamedTuple):
    """What the output can show: `width` in columns (None: not a terminal, nothing is cut or wrapped)."""

    width: int | None = None
    colour: bool = False
    glyphs: bool = True

    @property
    def ellipsis(self) -> str:
        return "…" if self.glyphs else "..."


def line(*pieces: str | Span) -> Line:
    """Pieces as a line; bare texts have no style."""
    return tuple([Span(p) if isinstance(p, str) else p for p in pieces])


# An emoji joined to the one before by U+200D, or that gives it a skin, takes no place of its own.
_JOINED = re.compile("\u200d.|[\U0001f3fb-\U0001f3ff]")
# Letters of Latin alphabets, punctuation, lines and shapes, each of one column: nearly every text has nothing else.
_NARROW = re.compile("[\x00-\xac\xae-\u02ff\u2010-\u2027\u202f\u2500-\u25fc]*")


@lru_cache(4096)
def cells(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Cf")
        else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in _JOINED.sub("", text)
    )


def width_of(pieces: Line) -> int:
    """How many columns a line takes."""
    return sum([cells(span.text) for span in pieces])


def clipped(text: str, width: int, ellipsis: str) -> str:
    """The text in at most `width` columns, its end replaced by the ellipsis where it doesn't fit."""
    if cells(text) <= width:
        return text
    out, used = "", 0
    for char in text:
        used += cells(char)
        if used > max(width, 1) - len(ellipsis):
            break
        out += char
    return out.rstrip() + ellipsis


def clip_line(pieces: Line, terminal: Terminal) -> Line:
    """The line in at most the terminal's columns."""
    width = terminal.width
    if width is None or width_of(pieces) <= width:
        return pieces
    out: list[Span] = []
    left = width
    for span in pieces:
        size = cells(span.text)
        if size > left or (size == left and span is not pieces[-1]):
            out.append(Span(clipped(span.text + " " * (left + 1), left, terminal.ellipsis), span.style))
            break
        out.append(span)
        left -= size
    return tuple(out)


def fold(text: Line, width: int | None) -> list[Line]:
    """A line cut between words into as many as it takes; its further lines are indented."""
    if width is None or width_of(text) <= width:
        return [text]
    lines: list[list[Span]] = [[]]
    for span in text:
        for word in re.findall(r" *[^ ]+| +$", span.text):
            if lines[-1] and width_of(tuple(lines[-1])) + cells(word) > width:
                lines.append([Span("    ")])
                word = word.lstrip(" ")
            lines[-1].append(Span(word, span.style))
    return [tuple(pieces) for pieces in lines]


def flow(groups: Sequence[Line], width: int | None, gap: str = "   ", indent: int = 4) -> list[Line]:
    """Groups set one after the other on as many lines as they need; one too long for a line has it alone."""
    lines: list[Line] = []
    for group in groups:
        if lines and (width is None or width_of(lines[-1]) + len(gap) + width_of(group) <= width):
            lines[-1] = (*lines[-1], Span(gap), *group)
        else:
            lines.append((Span(" " * indent), *group) if lines else group)
    return lines
