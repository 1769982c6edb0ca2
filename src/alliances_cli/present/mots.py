"""Two texts, or two lists, → what was taken away and what came, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from alliances_cli.typographie import one_line

# A number with its separators, a compound, an address are one word.
_WORDS = re.compile(r"\w+(?:['’./-]\w+)*|\s+|[^\w\s]")
# Where less than this part of the shorter text is kept, the two are told one after the other.
_ALIKE = 0.4
# Beyond, comparing word by word takes longer than reading both.
_MOST = 20_000_000
# What is the same is kept so many words long beside a change.
_KEPT = 6
_MOST_NAMES = 8


class Piece(NamedTuple):
    """A piece of a sentence: `name` is what it is about; `-` went, `+` came; `better` and `worse` are levels."""

    text: str
    mark: Literal["", "name", "-", "+", "better", "worse"] = ""


def words(before: str, after: str) -> list[Piece]:
    """A text and what became of it. Empty where only bold, or white space, moved."""
    old, new = one_line(before).strip(), one_line(after).strip()
    if old == new:
        return []
    if not old or not new:
        return [Piece(old, "-") if old else Piece(new, "+")]
    blocks = _blocks(_WORDS.findall(old), _WORDS.findall(new))
    same = sum(len(a.strip()) for a, _, equal in blocks if equal)
    if same < _ALIKE * min(len(old), len(new)):
        blocks = [(old, new, False)]
    found: list[Piece] = []
    for rank, (a, b, equal) in enumerate(blocks):
        if equal:
            found.append(Piece(_shortened(b, bool(rank), rank + 1 < len(blocks))))
        else:
            found += _changed(a, b)
    return found if any(piece.mark for piece in found) else []


def names(before: Sequence[str], after: Sequence[str]) -> list[Piece]:
    """A list and what became of it, one name after the other."""
    went = [name for name in before if name not in after]
    stayed = [name for name in after if name in before]
    marked = [Piece(name, "-") for name in went]
    short = len(before) + len(after) > 2 * _MOST_NAMES and len(stayed) < len(before) + len(after)
    if short and stayed:
        marked.append(Piece("…"))
    marked += [Piece(name, "" if name in before else "+") for name in after if not short or name not in before]
    found: list[Piece] = []
    for piece in marked:
        found += [Piece(", "), piece] if found else [piece]
    return found if went or len(stayed) < len(after) else [Piece("même liste, dans un autre ordre : "), *found]


def _blocks(old: list[str], new: list[str]) -> list[tuple[str, str, bool]]:
    """What is the same and what isn't, in turn; a few signs between two changes are part of them."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    codes = SequenceMatcher(None, a, b).get_opcodes() if len(a) * len(b) <= _MOST else []
    inside = [("".join(a[i:j]), "".join(b[k:m]), tag == "equal") for tag, i, j, k, m in codes]
    found = [("".join(old[:start]),) * 2 + (True,)] if start else []
    for rank, (one, other, equal) in enumerate(inside or [("".join(a), "".join(b), False)]):
        inner = 0 < rank < len(inside) - 1
        equal = equal and not (inner and len(one.strip()) <= 3)
        if found and not equal and not found[-1][2]:
            found[-1] = (found[-1][0] + one, found[-1][1] + other, False)
        else:
            found.append((one, other, equal))
    tail = "".join(old[len(old) - end :])
    return [*found, (tail, tail, True)] if tail else found


def _changed(before: str, after: str) -> list[Piece]:
    """What went, then what came; the white space around them is in neither."""
    old, new = before.strip(), after.strip()
    longest = max((before, after), key=lambda text: len(text) - len(text.lstrip()))
    lead = longest[: len(longest) - len(longest.lstrip())]
    longest = max((before, after), key=lambda text: len(text) - len(text.rstrip()))
    trail = longest[len(longest.rstrip()) :] if old or new else ""
    core = [Piece(old, "-")] if old else []
    if new:
        core += [*([Piece(" ")] if old else []), Piece(new, "+")]
    return [*([Piece(lead)] if lead else []), *core, *([Piece(trail)] if trail else [])]


def _shortened(text: str, after_change: bool, before_change: bool) -> str:
    """What is the same, without what is far from any change."""
    pieces = re.findall(r"\s*\S+\s*", text)
    if len(pieces) <= _KEPT * (after_change + before_change) + _KEPT:
        return text
    head = "".join(pieces[:_KEPT]).rstrip() + " " if after_change else ""
    tail = " " + "".join(pieces[-_KEPT:]).lstrip() if before_change else ""
    return f"{head}…{tail}"
