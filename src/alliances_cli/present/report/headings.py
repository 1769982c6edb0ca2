"""The headings of a Markdown document: each one of a kind, and linked to by the name that GitHub and GitLab give it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import NamedTuple

from alliances_cli.typographie import NBSP

_HEADING = re.compile(r'(#{1,6}) (?:<a name="([^"]+)"></a>)?(.+)')
_ANCHOR = re.compile(r'<a name="([^"]+)"></a>')
_LINK = re.compile(r"(?<!\\)((?:\\\\)*\]\(#)([^)\s]+)\)")
# What can stand in a heading besides its words: cuts, tags, bold marks, escapes.
_MARKS = re.compile(r"<!-- -->|</?[a-z][^>]*>|\*\*|\\(?P<char>[!-/:-@\[-`{-~])")
# What a linter holds to be the end of a sentence.
_END = tuple(".,;:!。，；：！")
# GitLab takes « (free) », « (beta) »… out of a heading; linters, what is in brackets or begins by `:`.
_OTHERWISE = re.compile(r"\((?:premium|ultimate|free|beta|experiment|core|starter)\b|[\[\]]|:\w", re.IGNORECASE)


class _Heading(NamedTuple):
    """A heading: where it is, its level as `##`, its own anchor (empty: none), its Markdown, its slug."""

    row: int
    level: str
    name: str
    text: str
    slug: str | None


def slug(heading: str) -> str | None:
    """The anchor that GitHub and GitLab make alike of a heading's words; None where they may differ. Both keep letters,
    digits, `_` and `-`, and make a space a hyphen; GitLab alone makes several hyphens one."""
    kept = ""
    for char in heading.strip().lower():
        kind = unicodedata.category(char)
        if char in " -":
            kept += "-"
        elif kind[0] in "LM" or kind in ("Nd", "Pc"):
            kept += char
        elif kind[0] == "N" or kind == "Cf":
            return None
    alike = kept and "--" not in kept and not kept.isdecimal() and not _OTHERWISE.search(heading)
    return kept if alike else None


def linked(document: str) -> str:
    """The document with its headings' own slugs in the place of their named anchors, and in that of the links to them,
    wherever the forges agree on the slug and nothing else bears it. A heading whose words another had says its name."""
    lines = document.split("\n")
    outside = _outside_fences(lines)
    headings = _headings(lines, outside)
    taken = Counter(heading.slug for heading in headings)
    # The second heading of a slug gets another: `x-1`.
    taken.update(f"{slug}-{n}" for slug, many in list(taken.items()) for n in range(1, many))
    named = Counter(name for row in outside for name in _ANCHOR.findall(lines[row]))
    addresses: dict[str, str] = {}
    for row, level, name, text, slug in headings:
        own = slug is not None and taken[slug] == 1 and named[slug] == (slug == name)
        if name and own and slug is not None:
            addresses[name] = slug
        anchor = f'<a name="{name}"></a>' if name and not own else ""
        if text.endswith(_END):
            # No rule on how a heading ends holds where its anchor does.
            lines[row] = f"{level} {text}{anchor or '<!-- -->'}"
        else:
            lines[row] = f"{level} {anchor}{text}"
    for row in outside:
        if "](#" in lines[row]:
            lines[row] = _LINK.sub(lambda link: f"{link[1]}{addresses.get(link[2], link[2])})", lines[row])
    return "\n".join(lines)


def _outside_fences(lines: list[str]) -> list[int]:
    found: list[int] = []
    fence = ""
    for row, line in enumerate(lines):
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = "`" * (len(line) - len(line.lstrip("`")))
        else:
            found.append(row)
    return found


def _headings(lines: list[str], rows: list[int]) -> list[_Heading]:
    found: list[_Heading] = []
    seen: set[str] = set()
    for row in rows:
        match = _HEADING.fullmatch(lines[row]) if lines[row].startswith("#") else None
        if match is None:
            continue
        level, name, text = match[1], match[2] or "", match[3]
        if name and _words(text) in seen:
            text = f"{text} ({name.replace('-', NBSP, 1)})"
        words = _words(text)
        seen.add(words)
        found.append(_Heading(row, level, name, text, slug(words)))
    return found


def _words(text: str) -> str:
    return _MARKS.sub(lambda mark: mark["char"] or "", text)
