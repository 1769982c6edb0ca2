"""The bilan as a mail: plain text, short enough for any mailbox, what has no room left out and counted."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from alliances_cli import bilan
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.present.report.texts import one_line
from alliances_cli.typographie import plain, typeset

# In UTF-8.
MOST_BYTES = 3990
WIDTH = 74


class Place(NamedTuple):
    """How much a mail has room for: `lignes` of each list, `longueur` characters of each text, the counts by dimension
    or not."""

    lignes: int
    longueur: int
    dimensions: bool


# From the most to the least; the first that makes a mail short enough is kept.
PLACES = tuple(
    Place(lignes, longueur, dimensions)
    for lignes, longueur in (
        (40, 400), (40, 200), (30, 160), (24, 140), (20, 120), (16, 110), (13, 100), (11, 90), (9, 90), (7, 80),
        (6, 80), (5, 70), (4, 70), (3, 60), (2, 50), (1, 40), (0, 40), (0, 20),
    )
    for dimensions in (True, False)
)  # fmt: skip


def values(feuille: FeuilleDeRoute) -> dict[str, Any]:
    """What the template of a mail can read besides what all can: the items whose level is an alert."""
    return {"retards": {f: bilan.late(feuille, feuille.with_level(f)) for f in ("mesures", "chantiers")}}


def fitted(write: Callable[[Mapping[str, Any]], str]) -> str:
    """The mail that has most room among those that are short enough. `write` makes one of a `place`, and of `court`,
    which shortens a text to it."""
    for place in PLACES:
        court = partial(shortened, most=place.longueur)
        text = wrapped(typeset(write({"place": place, "court": court})))
        if len(text.encode()) <= MOST_BYTES:
            return text
    return _cut(text)


def shortened(text: str, most: int) -> str:
    """The plain text on a line, cut between two words where it has more than `most` characters."""
    text = plain(one_line(text))
    if len(text) <= most:
        return text
    head, space, _ = text[:most].rpartition(" ")
    return (head if space else text[: most - 1]).rstrip(" ,;:.«(–-\u00a0\u202f") + "…"


def wrapped(text: str) -> str:
    """The text in lines of at most WIDTH characters, as a mail has them: what follows a dash is set under its first
    word."""
    lines: list[str] = []
    for line in text.split("\n"):
        mark = re.match(r"\s*(?:[-–•] )?", line)
        lines += textwrap.wrap(
            line.rstrip(),
            WIDTH,
            subsequent_indent=" " * len(mark[0]) if mark else "",
            break_on_hyphens=False,
        ) or [""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _cut(text: str) -> str:
    """As much of the text as there is room for, up to the end of a word."""
    head = text.encode()[: MOST_BYTES - 10].decode(errors="ignore")
    return re.sub(r"\s+\S*$", "", head) + "\n[…]\n"
