"""One text written as YAML: the styles that can hold it, and what YAML 1.1 and 1.2 readers would make of it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

# What double quotes must escape: C0, DEL, C1 with NEL, line and paragraph separators, BOM, non-characters.
_ESCAPED = re.compile('[\\\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_SHORT = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\x85": "\\N",
    "\u2028": "\\L",
    "\u2029": "\\P",
}
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

_CORE_1_2 = re.compile(
    r"null|Null|NULL|~|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|"
)
# Of YAML 1.1's types, what PyYAML leaves to others.
_EXTRA_1_1 = re.compile(r"y|Y|n|N|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[-+]?0b[0-1_]+|=|<<")


@cache
def _resolvers() -> dict[str, list[tuple[str, Any]]]:
    from yaml.resolver import Resolver

    return dict(Resolver.yaml_implicit_resolvers)


def is_text(value: str) -> bool:
    """Whether the plain scalar is a text, and nothing else, for readers of YAML 1.1 and of YAML 1.2."""
    if _CORE_1_2.fullmatch(value) or _EXTRA_1_1.fullmatch(value):
        return False
    return not any(pattern.match(value) for _, pattern in _resolvers().get(value[:1], []))


def is_whole_number(value: str) -> bool:
    """Whether the text is a number that every reader of YAML makes the same text again, as ids are."""
    return re.fullmatch(r"0|[1-9][0-9]{0,14}", value) is not None


def is_number(value: str) -> bool:
    """Whether the text is a number in plain figures, as a field of numbers may hold without quotes."""
    return re.fullmatch(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?", value) is not None


def plain(value: str, flow: bool) -> str | None:
    """The value without quotes, or None where that could be read otherwise."""
    if not value or value != value.strip() or UNSAFE.search(value) or "\u200b" in value:
        return None
    first = value[0]
    if not (first.isalnum() or first in "«(…€$~^/’" or ord(first) > 0xA0 and not first.isspace()):
        return None
    if first == "~" and len(value) == 1:
        return None
    if ": " in value or value.endswith(":") or " #" in value or "\t" in value:
        return None
    if re.search(r"\s{2}|[^\S ]", value.replace("\u00a0", "x").replace("\u202f", "x")):
        return None
    if flow and re.search(r"[\[\]{},]|:(?=\W|$)", value):
        return None
    return value if is_text(value) else None


def single(value: str) -> str | None:
    """The value in single quotes, or None where they can't hold it."""
    return None if UNSAFE.search(value) else "'" + value.replace("'", "''") + "'"


def double(value: str) -> str:
    """The value in double quotes: they hold any text."""

    def escape(match: re.Match[str]) -> str:
        char = match[0]
        return _SHORT.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}")

    return '"' + _ESCAPED.sub(escape, value) + '"'


def simplest(value: str, flow: bool = False, quoted: bool = False) -> list[str]:
    """The ways to write a value that had no style, tidiest first; `quoted`: never plain (its neighbours are quoted)."""
    bare = None if quoted else plain(value, flow)
    return [bare, double(value)] if bare is not None else [double(value)]


def styled(value: str, style: str, flow: bool) -> list[str]:
    """The ways to write a value in the style that it had (`'`, `"`, plain), then in double quotes."""
    if style == '"':
        return [double(value)]
    if style == "'":
        quoted = single(value)
        return [quoted, double(value)] if quoted is not None else [double(value)]
    return simplest(value, flow)


def literal(value: str, indent: str, eol: str) -> str | None:
    """The lines of a `|` block, without the last end of line; None where such a block can't hold the value."""
    if not value or value != value.strip() or UNSAFE.search(value.replace("\n", "").replace("\t", "")):
        return None
    return eol.join(indent + line if line else "" for line in value.split("\n"))


def folded_block(value: str, indent: str, eol: str, width: int = 80) -> str | None:
    """The lines of a `>` block, wrapped on single spaces; None where such a block can't hold the value."""
    if not value or value != value.strip() or UNSAFE.search(value.replace("\n", "")):
        return None
    out = ""
    for piece in re.split(r"(\n+)", value):
        if piece.startswith("\n"):
            out += eol * (len(piece) + 1)
        elif piece.startswith((" ", "\t")):
            return None
        else:
            out += eol.join(indent + line for line in _wrapped(piece, width - len(indent)))
    return out


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in re.split(r"(?<=[^\s]) (?=[^\s])", text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
