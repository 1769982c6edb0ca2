"""Text → Markdown, typeset, that says only it: nothing in it can become a link, a tag, a table, a heading, a mention.

What comes out reads the same under CommonMark, on GitHub and on GitLab. `**bold**` is the one mark that `rich` honours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from alliances_cli.present.screen import cells
from alliances_cli.typographie import ordinals, plain, spans, typeset

_LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# Controls, bidi embeddings and overrides, the byte order mark and the characters that are none.
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# An empty comment cuts a text where a backslash wouldn't do: the forges look for addresses, mentions, emoji codes and
# marks of their own once escapes are gone. It is never first on its line, where it would open a block of HTML.
_CUT = "<!-- -->"

# An underscore inside a word emphasises nothing.
_ALWAYS = r"[\\`*{}\[\]<>|~$#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?[A-Za-z0-9]+;|\d)|!(?=\d)|%(?=[\w\"])"
# `:smile:`, `{+ changed +}`.
_LOOKED_FOR = r"(?<!\w):(?=[\w+-]+:)|:(?=[\w+-]{0,40}[a-z][\w+-]{0,40}:)|[\[{](?=[-+])"
# `http://…`, `@mention`, a task's `[ ]`, an alert's `[!NOTE]`, `[TOC]`, `[issue:1]`.
_LOOKED_FOR_OUT_OF_LINK = r":(?=//)|@(?=\S)|\[(?=[ x~]\]|!|\[?_?toc_?\]|[a-z_]+:\S)"
_SPECIAL = re.compile(rf"(?P<cut>{_LOOKED_FOR})|{_ALWAYS}", re.IGNORECASE)
_SPECIAL_OUT_OF_LINK = re.compile(
    rf"(?P<cut>{_LOOKED_FOR}|{_LOOKED_FOR_OUT_OF_LINK})|{_ALWAYS}|(?<=www)\.", re.IGNORECASE
)
_AT_START = re.compile(r"(?=[-+=:])|[0-9]+(?=[.)])")
# A board's columns, and those that its labels may take.
_WIDTH, _LABEL = 72, 30
_ENTITY = re.compile(r"&(?=#?[A-Za-z0-9]+;)")


def clean(text: str) -> str:
    """The text without control characters and marks that reverse its direction; every line break is one `\\n`, every
    tab a space."""
    return _SURROGATE.sub("\ufffd", _DROPPED.sub("", _LINE_BREAKS.sub("\n", text))).replace("\t", " ")


def paragraphs(text: str) -> list[list[list[tuple[str, bool]]]]:
    """The text, clean and typeset, as paragraphs of lines of pieces (text, is it bold): what every format of document
    starts from.

    Blank lines part paragraphs; a line has no white space at its ends. A bold span that crosses lines is bold in each.
    """
    return _blocks(spans(typeset(clean(text))))


def escape(text: str, cell: bool = False) -> str:
    """Markdown for the text, all of it literal. In a table's cell (`cell`) lines are parted by `<br>`."""
    return _joined(_blocks([(typeset(clean(text)), False)]), cell)


def rich(text: str, cell: bool = False) -> str:
    """As `escape`, with `**bold**` honoured."""
    return _joined(paragraphs(text), cell)


def bold(text: str) -> str:
    """The text on one line, all of it bold; its own marks say nothing more and go."""
    return _line(_trimmed([(typeset(" ".join(plain(clean(text)).split("\n"))), True)]))


def marked(pieces: Iterable[tuple[str, str]]) -> str:
    """Pieces (text, mark) on one line, each between its marks: `**`, `~~`, or none. The texts are literal."""
    out = ""
    found = [(typeset(" ".join(clean(text).split("\n"))), mark) for text, mark in pieces]
    for index, (text, mark) in enumerate(found):
        core = text.strip()
        if not mark or not core:
            out += _literal(text.lstrip() if not out else text, start=not out)
            continue
        out += text[: len(text) - len(text.lstrip())] if out else ""
        following = text[len(text.rstrip()) :] or next((t for t, _ in found[index + 1 :] if t), "")
        # As in `_line`.
        if out.endswith(mark) or (out and _is_letter(out[-1]) and not _is_letter(core[0])):
            out += _CUT
        out += f"{mark}{_literal(core, start=not out)}{mark}"
        if following and _is_letter(following[0]) and not _is_letter(core[-1]):
            out += _CUT
        out += text[len(text.rstrip()) :]
    return out.rstrip()


def link(label: str, address: str) -> str:
    """A link of one line, bold honoured. `address` is safe already: characters of URLs only, no parenthesis, no bar."""
    pieces = spans(typeset(" ".join(clean(label).split("\n"))))
    return f"[{_line(_trimmed(pieces), in_link=True)}]({_ENTITY.sub('&amp;', address)})"


def board(rows: Sequence[tuple[str, Sequence[str]]], key: Sequence[str]) -> str:
    """A block of text: signs on lines under one another, each row after its label, then what the signs say. The texts
    are plain and on one line. Lines are of 72 columns, but for a word that takes more."""
    widest = max((cells(label) for label, _ in rows), default=0)
    margin = min(widest, _LABEL) + 2 if widest else 0
    lines: list[str] = []
    for label, signs in rows:
        label_lines = _wrapped(label.split(" "), " ") if cells(label) > _LABEL else [label]
        first = label_lines.pop() if cells(label_lines[-1]) <= _LABEL else ""
        lines += label_lines
        for line in _wrapped(signs, " ", _WIDTH - margin):
            lines.append(f"{first}{' ' * (margin - cells(first))}{line}")
            first = ""
    lines += ["", *_wrapped(key, "  ")]
    inside = "\n".join(line.rstrip() for line in lines)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", inside)), default=0))
    return f"{fence}text\n{inside}\n{fence}"


def _wrapped(words: Sequence[str], joint: str, width: int = _WIDTH) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and cells(lines[-1] + joint + word) <= width:
            lines[-1] += joint + word
        else:
            lines.append(word)
    return lines


def _blocks(pieces: list[tuple[str, bool]]) -> list[list[list[tuple[str, bool]]]]:
    lines: list[list[tuple[str, bool]]] = [[]]
    for piece, bold in pieces:
        for index, part in enumerate(piece.split("\n")):
            if index:
                lines.append([])
            if part:
                lines[-1].append((part, bold))
    found: list[list[list[tuple[str, bool]]]] = []
    blank = True
    for line in map(_trimmed, lines):
        if line and blank:
            found.append([])
        if line:
            found[-1].append(line)
        blank = not line
    return found


def _trimmed(line: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    while line and not line[0][0].strip():
        line = line[1:]
    while line and not line[-1][0].strip():
        line = line[:-1]
    if line:
        line = [(line[0][0].lstrip(), line[0][1]), *line[1:]]
        line = [*line[:-1], (line[-1][0].rstrip(), line[-1][1])]
    return line


def _joined(blocks: list[list[list[tuple[str, bool]]]], cell: bool) -> str:
    within, between = ("<br>", "<br><br>") if cell else ("\\\n", "\n\n")
    return between.join(within.join(_line(line) for line in block) for block in blocks)


def _line(pieces: list[tuple[str, bool]], in_link: bool = False) -> str:
    out = ""
    for index, (piece, bold) in enumerate(pieces):
        core = piece.strip()
        if not bold or not core:
            out += _literal(piece, start=not out, in_link=in_link)
            continue
        lead = piece[: len(piece) - len(piece.lstrip())]
        following = piece[len(lead) + len(core) :] or (pieces[index + 1][0] if index + 1 < len(pieces) else "")
        out += lead
        # Stars open or close a bold only where punctuation is on neither side, or on both: a cut counts as punctuation.
        if out and (out.endswith("**") or (_is_letter(out[-1]) and not _is_letter(core[0]))):
            out += _CUT
        out += f"**{_literal(core, start=not out, in_link=in_link)}**"
        if following and _is_letter(following[0]) and not _is_letter(core[-1]):
            out += _CUT
        out += piece[len(lead) + len(core) :]
    return out


def _is_letter(char: str) -> bool:
    """Neither white space nor punctuation, in the words of CommonMark."""
    return not char.isspace() and unicodedata.category(char)[0] not in "PS"


def _literal(text: str, start: bool = False, in_link: bool = False) -> str:
    parts = (f"<sup>{part}</sup>" if rises else _escape(part, in_link) for part, rises in ordinals(text))
    out = "".join(parts)
    mark = _AT_START.match(out) if start else None
    return f"{mark[0]}\\{out[mark.end() :]}" if mark else out


def _escape(text: str, in_link: bool) -> str:
    return (_SPECIAL if in_link else _SPECIAL_OUT_OF_LINK).sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}{_CUT if match['cut'] else ''}"
