"""A roadmap in its repository: where it lies, where it lay before its folder moved, its bilans."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import NamedTuple

from alliances_cli import git, location, store
from alliances_cli.champs import INTERNE
from alliances_cli.errors import NotFound, Problem
from alliances_cli.git import Commit, Depot, File, Objects
from alliances_cli.location import FILES, Root
from alliances_cli.model import BilanPublie, FeuilleDeRoute, Mission
from alliances_cli.periode import Periode
from alliances_cli.store import Reading, Source
from alliances_cli.typographie import enumeration
from alliances_cli.yamltext.read import MAX_BYTES

HEAD = "HEAD"
TEMPLATES = "templates"
ABSENT = "ce fichier manque au dépôt git ; « git fsck » dit ce qui y manque"
# Where the tool's own source is, in its own repository.
TOOL = "src/alliances_cli"


class Point(NamedTuple):
    """A commit of the line that changed the roadmap, with the data folder and the files by part as they were then;
    without `mesures`, there was no roadmap."""

    commit: Commit
    folder: str
    files: Mapping[str, File]


class Gabarits(NamedTuple):
    """A roadmap's own templates at a commit: their folder as messages give it, their texts by name; what is wrong with
    one that can't be read."""

    folder: str
    texts: Mapping[str, str | Problem]


@dataclass(frozen=True)
class Passe:
    """A roadmap's past. `root` is where it is in the work tree, or would be; `folder` is its data folder as git names
    it, empty at the top. `objects` reads the contents, by one process. `present`: whether the work tree has it.
    `standings`: the dates at which the missions that were read stand, by the id of their content. `public`: what is
    internal is left out of what is said of it, and so are the messages of commits, which may name it; its readings
    stay whole."""

    depot: Depot
    root: Root
    folder: str
    objects: Objects
    present: bool
    standings: dict[str, Periode | None] = field(default_factory=dict, compare=False, repr=False)
    public: bool = False
    _trees: dict[tuple[str, str], dict[str, File]] = field(default_factory=dict, compare=False, repr=False)
    _readings: dict[tuple[str, str, str], Reading] = field(default_factory=dict, compare=False, repr=False)
    _lines: dict[tuple[str, str, str | None], tuple[Point, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def head(self) -> str:
        """HEAD's hash.

        Raises: NotFound where there is no commit.
        """
        found = git.head(self.depot)
        if found is None:
            raise NotFound(f"le dépôt « {self.depot.top} » n'a encore aucun commit : rien n'y est daté")
        return found

    @cached_property
    def shallow(self) -> bool:
        """Whether the clone lacks the oldest commits."""
        return self.depot.shallow

    @cached_property
    def partial(self) -> bool:
        """Whether the clone may lack the contents of files."""
        return git.is_partial(self.depot)

    @cached_property
    def mission(self) -> Mission | None:
        """The work tree's mission, else, where it is missing or broken, HEAD's."""
        source = store.read_source(self.root.path("mission"), "mission.yaml") if self.present else None
        found = store.parse({"mission": source}).lecture.mission if source is not None else None
        if found is None and git.head(self.depot) is not None:
            sources = self.sources(self.head, self.folder, "")
            if "mission" in sources:
                found = store.parse({"mission": sources["mission"]}).lecture.mission
        return found

    @property
    def bilans(self) -> tuple[BilanPublie, ...]:
        """The bilans of the mission, soonest first; only the public ones where only these are told."""
        bilans = self.mission.bilans if self.mission is not None else ()
        if self.public:
            bilans = tuple(publie for publie in bilans if publie.diffusion != INTERNE)
        return tuple(sorted(bilans, key=lambda publie: (publie.date.last, publie.date.first)))

    @cached_property
    def today(self) -> FeuilleDeRoute | None:
        """The work tree's whole roadmap, else HEAD's; None where neither has one.

        Raises: InvalidRoadmap where it can't be read; SystemFault.
        """
        if self.present:
            return store.parse(store.read_sources(self.root)).require()
        if git.head(self.depot) is None or "mesures" not in self.files(self.head, self.folder):
            return None
        return self.reading(self.head, self.folder, "").require()

    def paths(self, folder: str | None = None) -> dict[str, str]:
        """The roadmap's files by part, as git names them."""
        within = self.folder if folder is None else folder
        return {part: f"{within}/{name}" if within else name for part, name in FILES.items()}

    def files(self, commit: str, folder: str) -> dict[str, File]:
        """The roadmap's files at a commit, by part."""
        key = (commit, folder)
        if key not in self._trees:
            self._trees[key] = git.tree(self.depot, commit, folder)
        found = self._trees[key]
        return {part: found[name] for part, name in FILES.items() if name in found}

    def sources(self, commit: str, folder: str, prefix: str) -> dict[str, Source]:
        """The roadmap's texts at a commit, by part; `prefix` stands before each file's name."""
        return self.read(self.files(commit, folder), {p: prefix + path for p, path in self.paths(folder).items()})

    def read(self, files: Mapping[str, File], names: Mapping[str, str]) -> dict[str, Source]:
        """The texts of some files, by part or name; the mission first: it says what the others may hold."""
        ordered = sorted(files.items(), key=lambda pair: pair[0] != "mission")
        texts = self.objects.read([file.blob for _, file in ordered])
        found: dict[str, Source] = {}
        for (part, file), data in zip(ordered, texts, strict=True):
            name = location.printable(names[part])
            if file.link:
                message = "c'est un lien symbolique : dans le passé, il n'est pas suivi"
                found[part] = Source(name, problem=Problem(name, 0, 0, message))
            elif data is None:
                message = f"ce clone est partiel : {git.LACKING}" if self.partial else ABSENT
                found[part] = Source(name, problem=Problem(name, 0, 0, message, "systeme"))
            elif len(data) > MAX_BYTES:
                message = f"fichier trop gros : {MAX_BYTES // 1024 // 1024} Mo au plus"
                found[part] = Source(name, problem=Problem(name, 0, 0, message))
            else:
                found[part] = Source(name, data)
        return found

    def reading(self, commit: str, folder: str, prefix: str) -> Reading:
        """Everything the files held at a commit, problems included."""
        key = (commit, folder, prefix)
        if key not in self._readings:
            self._readings[key] = store.parse(self.sources(commit, folder, prefix))
        return self._readings[key]

    def templates(self, commit: str, folder: str, prefix: str) -> Gabarits:
        """The roadmap's own templates at a commit, none where it had none; `prefix` stands before their folder's name.
        Those that the tool is shipped with, beside its own source, aren't a roadmap's."""
        beside = f"{folder.rpartition('/')[0]}/" if "/" in folder else ""
        within = f"{prefix}{location.printable(beside)}{TEMPLATES}"
        # Beside a data folder that is the top, there is nothing that git knows.
        if not folder or git.tree(self.depot, commit, f"{beside}{TOOL}"):
            return Gabarits(within, {})
        files = git.tree(self.depot, commit, f"{beside}{TEMPLATES}", deep=True)
        sources = self.read(files, {name: f"{within}/{name}" for name in files})
        return Gabarits(within, {name: _text(source) for name, source in sources.items()})

    def beside(self, commit: str, folder: str, prefix: str, chemin: str, most: int) -> Source:
        """As `store.read_beside`, at a commit; `prefix` stands before the file's name."""
        path = PurePosixPath(chemin)
        # Beside a data folder that is the top, there is nothing that git knows.
        folders = [*([folder.rpartition("/")[0]] if folder else []), folder]
        tried = []
        for within in folders:
            place = PurePosixPath(within) / path
            name = location.printable(f"{prefix}{place}")
            parent = "" if place.parent == PurePosixPath() else str(place.parent)
            file = git.tree(self.depot, commit, parent).get(path.name)
            if file is not None:
                (source,) = self.read({chemin: file}, {chemin: name}).values()
                return source._replace(data=source.data[: most + 1])
            tried.append(name)
        return store.missing(chemin, tried)

    def commit(self, name: str) -> Commit:
        """The commit that git calls so."""
        return self._told(git.describe(self.depot, name))

    def _told(self, commit: Commit) -> Commit:
        return commit._replace(message="") if self.public else commit

    def points(self, tip: str, folder: str, excluded: str | None = None) -> tuple[Point, ...]:
        """The commits of the first-parent line of `tip` that changed the roadmap, newest first, without those that
        `excluded` comes from. `folder` is the data folder at `tip`; where it moved as a whole, it is followed."""
        key = (tip, folder, excluded)
        if key not in self._lines:
            self._lines[key] = self._points(tip, folder, excluded)
        return self._lines[key]

    def _points(self, tip: str, folder: str, excluded: str | None) -> tuple[Point, ...]:
        found: list[Point] = []
        while True:
            by_path = {path: part for part, path in self.paths(folder).items()}
            files = self.files(tip, folder)
            origin: str | None = None
            for commit, touched in git.log(self.depot, tip, list(by_path), excluded):
                changed = [touch for touch in touched if touch.path in by_path and touch.before != touch.after]
                if not changed:
                    continue
                found.append(Point(self._told(commit), folder, files))
                before = {by_path[touch.path]: touch.before for touch in changed}
                files = {p: f for p, f in {**files, **before}.items() if f is not None}
                came = any(by_path[t.path] == "mesures" and t.before is None for t in changed)
                origin = self.origin(commit, folder) if came else None
                if origin is not None and commit.parent is not None:
                    tip, folder = commit.parent, origin
                    break
            if origin is None:
                return tuple(found)

    @cached_property
    def line(self) -> tuple[Point, ...]:
        """The points of HEAD's line; none where HEAD has no roadmap."""
        return self.points(self.head, self.folder)

    def __enter__(self) -> Passe:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.objects.close()

    def origin(self, entry: Commit, folder: str) -> str | None:
        """The data folder before a commit moved it, where git can tell."""
        old = git.moved_from(self.depot, entry, self.paths(folder)["mesures"])
        if old is None or old.rpartition("/")[2] != FILES["mesures"]:
            return None
        return old.rpartition("/")[0]

    @cached_property
    def moves(self) -> tuple[tuple[Commit, str, str], ...]:
        """When the data folder moved on HEAD's first-parent line, newest first: the commit, the folder before, the
        folder after."""
        found: list[tuple[Commit, str, str]] = []
        tip, folder = self.head, self.folder
        while True:
            for entry, touched in git.log(self.depot, tip, [self.paths(folder)["mesures"]]):
                before = self.origin(entry, folder) if any(touch.before is None for touch in touched) else None
                if before is not None and entry.parent is not None:
                    found.append((entry, before, folder))
                    tip, folder = entry.parent, before
                    break
            else:
                return tuple(found)

    def folder_at(self, commit: str) -> str:
        """The data folder at a commit.

        Raises: NotFound where the commit has no roadmap.
        """
        if "mesures" in self.files(commit, self.folder):
            return self.folder
        folder = self.folder
        for moved, before, _ in self.moves:
            if git.is_ancestor(self.depot, moved.hash, commit):
                break
            folder = before
        if folder != self.folder and "mesures" in self.files(commit, folder):
            return folder
        raise NotFound(f"pas de feuille de route à cette révision : {self._elsewhere(commit)}")

    def _elsewhere(self, commit: str) -> str:
        wanted = location.printable(self.paths()["mesures"])
        others = [location.printable(path) for path in git.paths_of(self.depot, commit, FILES["mesures"])]
        if not others:
            return f"« {wanted} » n'y est pas"
        folders = enumeration([self._option(path) for path in others[:3]], "ou")
        return f"« {wanted} » n'y est pas, mais {enumeration([f'« {p} »' for p in others[:3]])} y est ; {folders}"

    def _option(self, path: str) -> str:
        """How the roadmap of a file of the repository is asked for, from the current folder."""
        folder = os.path.relpath((self.depot.top / path).parent)
        return f"« --data {shlex.quote(folder)} »"

    def beginning(self, line: Sequence[Point]) -> str:
        """What is to be said where a line begins with a roadmap that came new while another went; nothing elsewhere:
        it may be the same, moved and changed beyond what git can tell."""
        first = line[-1] if line else None
        if first is None or first.commit.parent is None:
            return ""
        before = git.paths_of(self.depot, first.commit.parent, FILES["mesures"])
        after = git.paths_of(self.depot, self.head, FILES["mesures"])
        gone = [path for path in before if path not in after]
        if not gone:
            return ""
        shown = enumeration([f"« {location.printable(path)} »" for path in gone[:3]])
        options = enumeration([self._option(path) for path in gone[:3]], "ou")
        return (
            f"le passé s'arrête au commit {first.commit.short} du {first.commit.day}, où la feuille de route "
            f"arrive dans « {location.printable(first.folder or '.')} » ; {shown} y était avant, et git n'y voit "
            f"pas de déplacement : {options}"
        )


def opened(data: str | None, variable: str | None, start: Path) -> Passe:
    """The past of the roadmap that `--data`, else the variable, else a search from `start` upwards names. The work tree
    need not have it any more.

    Raises: NotFound; SystemFault.
    """
    try:
        root = location.find_root(data, variable, start)
    except NotFound as absent:
        return _from_head(data or variable, start, absent)
    depot = git.require(root.data)
    return Passe(depot, root, depot.path(root.data), Objects(depot), True)


def _from_head(given: str | None, start: Path, absent: NotFound) -> Passe:
    """A roadmap that the work tree hasn't: HEAD's, else one that some commit had."""
    base = Path(given) if given else start
    existing = next((path for path in (base.absolute(), *base.absolute().parents) if path.is_dir()), None)
    depot = git.find(existing) if existing is not None else None
    if existing is None or depot is None:
        if existing is not None:
            try:
                git.require(existing)
            except NotFound:
                # A folder that isn't there is what to tell; of one that is, why git doesn't know it.
                if base.is_dir():
                    raise
        raise absent
    candidates: Sequence[Path] = (base, base / "data") if given else [f / "data" for f in (start, *start.parents)]
    resolved = {folder: Path(os.path.realpath(folder)) for folder in candidates}
    inside = {f: depot.path(f) for f, path in resolved.items() if path == depot.top or depot.top in path.parents}
    present = git.head(depot)
    for folder, name in inside.items():
        if present is not None and FILES["mesures"] in git.tree(depot, present, name):
            return Passe(depot, Root(folder), name, Objects(depot), False)
    for folder, name in inside.items():
        if git.ever_had(depot, f"{name}/{FILES['mesures']}" if name else FILES["mesures"]):
            return Passe(depot, Root(folder), name, Objects(depot), False)
    raise absent


def of(root: Root) -> Passe | None:
    """The past of a roadmap of the work tree; None where there is no repository, no commit, or no git."""
    depot = git.find(root.data)
    if depot is None or git.head(depot) is None:
        return None
    return Passe(depot, root, depot.path(root.data), Objects(depot), True)


def _text(source: Source) -> str | Problem:
    if source.problem is not None:
        return source.problem
    try:
        return source.data.decode("utf-8")
    except UnicodeDecodeError:
        return Problem(source.name, 1, 1, "le fichier n'est pas en UTF-8")
