"""Where a roadmap lives: its files' names, and how its folder is found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from alliances_cli.errors import NotFound, SystemFault

FILES = {"mission": "mission.yaml", "chantiers": "chantiers.yaml", "mesures": "mesures.yaml", "leviers": "leviers.yaml"}


class Root(NamedTuple):
    """Where a roadmap lives: its data folder, and the folder beside it that may hold its own templates."""

    data: Path

    @property
    def around(self) -> Path:
        """The roadmap's folder: the one that holds its data folder."""
        return self.data.resolve().parent

    @property
    def templates(self) -> Path:
        return self.around / "templates"

    def path(self, part: str) -> Path:
        return self.data / FILES[part]

    def name(self, part: str) -> str:
        """The file's name as messages give it."""
        return shown(self.path(part))


def shown(path: Path) -> str:
    """A file's name as messages give it: relative to the current folder where that is short."""
    whole = str(path)
    try:
        relative = os.path.relpath(whole)
    except ValueError:
        relative = whole
    return printable(whole if relative.startswith(os.path.join("..", "..", "..", "")) else relative)


def shipped_templates() -> Path:
    """The templates that come with the tool: in the package once installed, at the root of the repository before."""
    package = Path(__file__).resolve().parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent.parent / "templates"


def printable(name: str) -> str:
    """A path as messages give it: what can't be shown is escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


def find_root(data: str | None, variable: str | None, start: Path, begun: bool = False) -> Root:
    """The roadmap that `--data`, else the variable, else a search from `start` upwards names. `begun`: one that has no
    mesures yet, but another of the files, is one too.

    Raises: NotFound; SystemFault.
    """

    def is_roadmap(folder: Path) -> bool:
        if os.path.lexists(folder / FILES["mesures"]):
            return True
        others = any(os.path.lexists(folder / name) for name in FILES.values())
        return begun and others and not os.path.lexists(folder / "mesures.yml")

    if data == "":
        raise NotFound("--data : le nom du dossier est vide")
    for given, origin in ((data, "--data"), (variable, "ALLIANCES_DATA")):
        if given:
            folder = Path(given)
            for candidate in (folder, folder / "data"):
                if is_roadmap(candidate):
                    return Root(candidate)
            if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
                raise SystemFault(f"{origin} : permission refusée pour le dossier « {given} »")
            if folder.is_file():
                raise NotFound(f"{origin} : « {given} » est un fichier ; donnez son dossier")
            if not folder.is_dir():
                raise NotFound(f"{origin} : le dossier « {given} » n'existe pas")
            raise NotFound(
                f"{origin} : « {given} » ne contient ni mesures.yaml ni data/mesures.yaml{_other_spelling(folder)}"
            )
    for folder in (start, *start.parents):
        if is_roadmap(folder / "data"):
            return Root(folder / "data")
    raise NotFound(
        "aucune feuille de route ici : « data/mesures.yaml » manque dans ce dossier et dans ceux qui le contiennent"
        f"{_other_spelling(start)} ; indiquez-la avec --data DOSSIER"
    )


def _other_spelling(folder: Path) -> str:
    for candidate in (folder / "mesures.yml", folder / "data" / "mesures.yml"):
        if os.path.exists(candidate):
            return f" (renommez « {candidate.name} » en « mesures.yaml »)"
    return ""
