"""The first-parent line of a commit: the moments at which the roadmap changed, and the roadmap at each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from alliances_cli import store
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.past.passe import Passe, Point
from alliances_cli.past.reader import Reader
from alliances_cli.periode import Periode

# How many points are read before the texts of the ones before them are let go.
_AHEAD = 50


class Etat(NamedTuple):
    """The roadmap at a point; where it can't be read, `feuille` is None and `probleme` says why, with the place."""

    point: Point
    feuille: FeuilleDeRoute | None
    probleme: str = ""


def states(passe: Passe, line: Sequence[Point]) -> Iterator[Etat]:
    """The roadmap at each point, in their order; each file and each item that they share is read once."""
    reader = Reader(passe)
    for start in range(0, len(line), _AHEAD):
        some = line[start : start + _AHEAD]
        reader.fetch([file for point in some for file in point.files.values()])
        for point in some:
            feuille, probleme = reader.feuille(point.files, passe.paths(point.folder))
            yield Etat(point, feuille, probleme)


def standings(passe: Passe) -> Iterator[tuple[Point, Periode | None]]:
    """The date at which the roadmap stands (`etat_au`) at each point of HEAD's line, newest first."""
    known: dict[str, Periode | None] = {}
    for point in passe.line:
        file = point.files.get("mission")
        if file is not None and file.blob not in known:
            sources = passe.read({"mission": file}, passe.paths(point.folder))
            mission = store.parse(sources).lecture.mission
            known[file.blob] = mission.etat_au if mission is not None else None
        yield point, known[file.blob] if file is not None else None
