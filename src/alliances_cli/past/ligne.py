"""The first-parent line of a commit: the moments at which the roadmap changed, and the roadmap at each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from alliances_cli import store
from alliances_cli.errors import SystemFault
from alliances_cli.git import Commit
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.past.passe import Passe, Point
from alliances_cli.past.reader import Reader
from alliances_cli.periode import Periode
from alliances_cli.typographie import count

# How many points are read before the texts of the ones before them are let go.
_AHEAD = 50


class Etat(NamedTuple):
    """The roadmap at a point; where it can't be read, `feuille` is None and `probleme` says why, with the place.
    `manque`: it may be sound, but the repository lacks a content (a partial clone)."""

    point: Point
    feuille: FeuilleDeRoute | None
    probleme: str = ""
    manque: bool = False


def states(passe: Passe, line: Sequence[Point]) -> Iterator[Etat]:
    """The roadmap at each point, in their order; each file and each item that they share is read once."""
    reader = Reader(passe)
    for start in range(0, len(line), _AHEAD):
        some = line[start : start + _AHEAD]
        reader.fetch([file for point in some for file in point.files.values()])
        for point in some:
            yield Etat(point, *reader.feuille(point.files, passe.paths(point.folder)))


def readable(passe: Passe, line: Sequence[Point], skipped: list[Commit]) -> Iterator[tuple[int, Point, FeuilleDeRoute]]:
    """The roadmaps that can be read, each with its rank on the line and its point; the commits of the others are added
    to `skipped`.

    Raises: SystemFault where the repository lacks a content: what would be said without it could be wrong.
    """
    for rank, etat in enumerate(states(passe, line)):
        if etat.manque:
            raise SystemFault(f"commit {etat.point.commit.short} : {etat.probleme}")
        if etat.feuille is not None:
            yield rank, etat.point, etat.feuille
        elif etat.point.files.get("mesures") is not None:
            skipped.append(etat.point.commit)


def unread(skipped: Sequence[Commit], lost: str) -> tuple[str, ...]:
    """That commits, newest first, can't be read, and what is lost by it; nothing where there are none."""
    if not skipped:
        return ()
    names = [commit.short for commit in skipped]
    which = names[0] if len(names) == 1 else f"de {names[-1]} à {names[0]}"
    read = "se lit" if len(names) == 1 else "se lisent"
    return (f"{count(len(names), 'commit')} ne {read} pas ({which}) : {lost} ; « alliances history » dit pourquoi",)


def standings(passe: Passe) -> Iterator[tuple[Point, Periode | None]]:
    """The date at which the roadmap stands (`etat_au`) at each point of HEAD's line, newest first.

    Raises: SystemFault where the repository lacks a content.
    """
    known = passe.standings
    for point in passe.line:
        file = point.files.get("mission")
        if file is not None and file.blob not in known:
            sources = passe.read({"mission": file}, passe.paths(point.folder))
            problem = sources["mission"].problem
            if problem is not None and problem.kind == "systeme":
                raise SystemFault(f"commit {point.commit.short} : {problem.where}: {problem.message}")
            mission = store.parse(sources).lecture.mission
            known[file.blob] = mission.etat_au if mission is not None else None
        yield point, known[file.blob] if file is not None else None
