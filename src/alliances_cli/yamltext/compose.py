"""Values → lines of YAML: a group of keys, or an item of a list of groups, in a given style."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from alliances_cli.yamltext import scalars
from alliances_cli.yamltext.read import Value

# What a key of a new group may hold: a text, texts, groups of texts, a group of texts.
Written: TypeAlias = "str | Sequence[str] | Sequence[Mapping[str, str]] | Mapping[str, str]"


MAX_SHORT = 60


class Style(NamedTuple):
    """How the keys of a group are written. `quotes`: by key, `'`, `"`, `|`, `>` or nothing; `block`: the keys whose
    lists and groups stand under them, the others' being in brackets and braces; `offset`: how far the dashes of such
    lists stand from their key, `within`: how far the keys of such groups do; `gap`: how many spaces follow a dash;
    `bare`: the keys whose numbers go without quotes, as ids do; `quoted`: in braces, every key and text is in double
    quotes."""

    quotes: Mapping[str, str] = {}
    block: frozenset[str] = frozenset()
    offset: int = 2
    gap: int = 1
    bare: frozenset[str] = frozenset()
    quoted: bool = False
    within: int = 2


def value_of(written: Written) -> Value:
    """What is read of a value that was written."""
    if isinstance(written, str):
        return written
    if isinstance(written, Mapping):
        return dict(written)
    return [inner if isinstance(inner, str) else dict(inner) for inner in written]


def item(pairs: Iterable[tuple[str, Written]], indent: int, style: Style) -> list[str]:
    """The lines of an item of a list whose dashes have `indent` spaces before them."""
    lines = group(pairs, indent + 1 + style.gap, style)
    lines[0] = " " * indent + "-" + " " * style.gap + lines[0].lstrip(" ")
    return lines


def group(pairs: Iterable[tuple[str, Written]], indent: int, style: Style) -> list[str]:
    """The lines of a group whose keys have `indent` spaces before them."""
    lines: list[str] = []
    space = " " * indent
    for key, value in pairs:
        if isinstance(value, str):
            lines += _text(key, value, indent, style)
        elif isinstance(value, Mapping):
            if key in style.block:
                lines.append(f"{space}{key}:")
                lines += [space + " " * style.within + line for line in pairs_of(value)]
            else:
                lines.append(f"{space}{key}: {{{', '.join(pairs_of(value, flow=True))}}}")
        elif value and not isinstance(value[0], str):
            lines.append(f"{space}{key}:")
            for inner in value:
                assert not isinstance(inner, str)
                lines += item(inner.items(), indent + style.offset, style._replace(quotes={}))
        elif key in style.block:
            lines.append(f"{space}{key}:")
            dash = " " * (indent + style.offset) + "-" + " " * style.gap
            lines += [dash + _simplest(key, str(text), False, style) for text in value]
        else:
            lines.append(f"{space}{key}: {_brackets(key, value, style)}")
    return lines


def _text(key: str, value: str, indent: int, style: Style) -> list[str]:
    space = " " * indent
    quote = style.quotes.get(key, "")
    # A short text needs no block, even beside long ones that have theirs.
    if quote in ("|", ">") and ("\n" in value or len(value) > MAX_SHORT):
        write = scalars.literal if quote == "|" else scalars.folded_block
        body = write(value, space + "  ", "\n")
        if body is not None:
            return [f"{space}{key}: {quote}", *body.split("\n")]
    if quote not in ("'", '"') and "\n" in value:
        body = scalars.literal(value, space + "  ", "\n")
        if body is not None:
            return [f"{space}{key}: |", *body.split("\n")]
    if not quote:
        return [f"{space}{key}: {_simplest(key, value, False, style)}"]
    return [f"{space}{key}: {scalars.styled(value, quote, False)[0]}"]


def braces(pairs: Iterable[tuple[str, Written]], style: Style) -> str:
    """The group in braces, on one line."""
    pieces = []
    for key, value in pairs:
        name = f'"{key}"' if style.quoted else key
        if isinstance(value, str):
            quote = style.quotes.get(key, "")
            single = quote == "'" and not style.quoted
            written = scalars.styled(value, quote, True)[0] if single else _simplest(key, value, True, style)
        elif isinstance(value, Mapping):
            written = "{" + ", ".join(pairs_of(value, True, style.quoted)) + "}"
        elif value and not isinstance(value[0], str):
            written = "[" + ", ".join(braces(i.items(), style) for i in value if not isinstance(i, str)) + "]"
        else:
            written = _brackets(key, value, style)
        pieces.append(f"{name}: {written}")
    return "{" + ", ".join(pieces) + "}"


def pairs_of(group: Mapping[str, str], flow: bool = False, quoted: bool = False) -> list[str]:
    """Each key of a group of texts with its value; whole numbers go without quotes."""
    return [
        f"{scalars.simplest(key, flow, quoted)[0]}: "
        + (text if scalars.is_whole_number(text) else scalars.simplest(text, flow, quoted)[0])
        for key, text in group.items()
    ]


def _brackets(key: str, texts: Sequence[str] | Sequence[Mapping[str, str]], style: Style) -> str:
    return "[" + ", ".join(_simplest(key, str(text), True, style) for text in texts) + "]"


def _simplest(key: str, text: str, flow: bool, style: Style) -> str:
    if key in style.bare and not style.quoted and scalars.is_number(text):
        return text
    return scalars.simplest(text, flow, style.quoted)[0]
