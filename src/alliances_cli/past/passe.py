"""A roadmap in its repository: where it lies, where it lay before its folder moved, its bilans."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from alliances_cli import git, location, store
from alliances_cli.errors import NotFound, Problem
from alliances_cli.git import Commit, Depot, File, Objects
from alliances_cli.location import FILES, Root
from alliances_cli.model import BilanPublie, Mission
from alliances_cli.store import Reading, Source
from alliances_cli.typographie import enumeration

HEAD = "HEAD"
TEMPLATES = "templates"
# Where the tool's own source is, in its own repository.
TOOL = "src/alliances_cli"


class Point(NamedTuple):
    """A commit of the line that changed the roadmap, with the data folder and the files by part as they were then;
    without `mesures`, there was no roadmap."""

    commit: Commit
    folder: str
    files: Mapping[str, File]


@dataclass(frozen=True)
class Passe:
    """A roadmap's past. `root` is where it is in the work tree, or would be; `folder` is its data folder as git names
    it, empty at the top. `objects` reads the contents, by one process. `present`: whether the work tree has it."""

    depot: Depot
    root: Root
    folder: str
    objects: Objects
    present: bool

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
        return git.is_shallow(self.depot)

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
        """The bilans of the mission, soonest first."""
        bilans = self.mission.bilans if self.mission is not None else ()
        return tuple(sorted(bilans, key=lambda publie: (publie.date.last, publie.date.first)))

    def paths(self, folder: str | None = None) -> dict[str, str]:
        """The roadmap's files by part, as git names them."""
        within = self.folder if folder is None else folder
        return {part: f"{within}/{name}" if within else name for part, name in FILES.items()}

    def files(self, commit: str, folder: str) -> dict[str, File]:
        """The roadmap's files at a commit, by part."""
        found = git.tree(self.depot, commit, folder)
        return {part: found[name] for part, name in FILES.items() if name in found}

    def sources(self, commit: str, folder: str, prefix: str) -> dict[str, Source]:
        """The roadmap's texts at a commit, by part; `prefix` stands before each file's name."""
        return self.read(self.files(commit, folder), {p: prefix + path for p, path in self.paths(folder).items()})

    def read(self, files: Mapping[str, File], names: Mapping[str, str]) -> dict[str, Source]:
        """The texts of some files, by part."""
        texts = self.objects.read([file.blob for file in files.values()])
        found: dict[str, Source] = {}
        for (part, file), data in zip(files.items(), texts, strict=True):
            name = location.printable(names[part])
            if file.link:
                message = "c'est un lien symbolique : dans le passé, il n'est pas suivi"
                found[part] = Source(name, problem=Problem(name, 0, 0, message))
            elif data is None:
                message = "ce clone partiel n'a pas ce fichier : « git fetch --refetch » le rapporte"
                found[part] = Source(name, problem=Problem(name, 0, 0, message, "systeme"))
            else:
                found[part] = Source(name, data)
        return found

    def reading(self, commit: str, folder: str, prefix: str) -> Reading:
        """Everything the files held at a commit, problems included."""
        return store.parse(self.sources(commit, folder, prefix))

    def templates(self, commit: str, folder: str) -> dict[str, str]:
        """The texts of the roadmap's own templates at a commit, by name; empty where it had none. Those that the tool
        is shipped with, beside its own source, aren't a roadmap's."""
        beside = folder.rpartition("/")[0]
        source = f"{beside}/{TOOL}" if beside else TOOL
        if git.tree(self.depot, commit, source):
            return {}
        files = git.tree(self.depot, commit, f"{beside}/{TEMPLATES}" if beside else TEMPLATES, deep=True)
        names = [name for name, file in files.items() if not file.link]
        texts = self.objects.read([files[name].blob for name in names])
        return {n: data.decode("utf-8", "replace") for n, data in zip(names, texts, strict=True) if data is not None}

    def points(self, tip: str, folder: str, excluded: str | None = None) -> tuple[Point, ...]:
        """The commits of the first-parent line of `tip` that changed the roadmap, newest first, without those that
        `excluded` comes from. `folder` is the data folder at `tip`; where it moved as a whole, it is followed."""
        found: list[Point] = []
        while True:
            by_path = {path: part for part, path in self.paths(folder).items()}
            files = self.files(tip, folder)
            origin: str | None = None
            for commit, touched in git.log(self.depot, tip, list(by_path), excluded):
                changed = [touch for touch in touched if touch.path in by_path and touch.before != touch.after]
                if not changed:
                    continue
                found.append(Point(commit, folder, files))
                files = {
                    **files,
                    **{by_path[touch.path]: touch.before for touch in changed if touch.before is not None},
                }
                for touch in changed:
                    if touch.before is None:
                        del files[by_path[touch.path]]
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
            entries = git.log(self.depot, tip, [self.paths(folder)["mesures"]])
            # The oldest commit of the line is where the folder came from elsewhere, if it did.
            entry = entries[-1][0] if entries else None
            before = self.origin(entry, folder) if entry is not None else None
            if entry is None or before is None or entry.parent is None:
                return tuple(found)
            found.append((entry, before, folder))
            tip, folder = entry.parent, before

    def folder_at(self, commit: str) -> str:
        """The data folder at a commit.

        Raises: NotFound where the commit has no roadmap.
        """
        if FILES["mesures"] in git.tree(self.depot, commit, self.folder):
            return self.folder
        folder = self.folder
        for moved, before, _ in self.moves:
            if git.is_ancestor(self.depot, moved.hash, commit):
                break
            folder = before
        if folder != self.folder and FILES["mesures"] in git.tree(self.depot, commit, folder):
            return folder
        raise NotFound(f"pas de feuille de route à cette révision : {self._elsewhere(commit)}")

    def _elsewhere(self, commit: str) -> str:
        wanted = location.printable(self.paths()["mesures"])
        others = [location.printable(path) for path in git.paths_of(self.depot, commit, FILES["mesures"])]
        if not others:
            return f"« {wanted} » n'y est pas"
        folders = enumeration([f"--data {path.rpartition('/')[0] or '.'}" for path in others[:3]], "ou")
        return f"« {wanted} » n'y est pas, mais {enumeration([f'« {p} »' for p in others[:3]])} y est ; {folders}"


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
    """A roadmap that HEAD has and the work tree hasn't."""
    base = Path(given) if given else start
    existing = next((path for path in (base.absolute(), *base.absolute().parents) if path.is_dir()), None)
    depot = git.find(existing) if existing is not None else None
    if existing is None or depot is None or git.head(depot) is None:
        # Whatever git says, there is no roadmap; where git itself is what is missing, it says so.
        if existing is not None:
            git.require(existing)
        raise absent
    candidates: Sequence[Path] = (base, base / "data") if given else [f / "data" for f in (start, *start.parents)]
    for folder in candidates:
        resolved = Path(os.path.realpath(folder))
        if resolved != depot.top and depot.top not in resolved.parents:
            continue
        name = depot.path(folder)
        if FILES["mesures"] in git.tree(depot, HEAD, name):
            return Passe(depot, Root(folder), name, Objects(depot), False)
    raise absent


def of(root: Root) -> Passe | None:
    """The past of a roadmap of the work tree; None where there is no repository, no commit, or no git."""
    depot = git.find(root.data)
    if depot is None or git.head(depot) is None:
        return None
    return Passe(depot, root, depot.path(root.data), Objects(depot), True)
