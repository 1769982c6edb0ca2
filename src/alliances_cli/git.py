"""Every call of git: what a repository holds, as plain results. Nothing here writes to one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

# What git reads of the environment may name another repository than that of the folder.
_DROPPED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE")


class Depot(NamedTuple):
    """A repository, by the top folder of its work tree."""

    top: Path

    def path(self, path: Path) -> str:
        """The path as git names it: from the top, with slashes."""
        return path.resolve().relative_to(self.top).as_posix()


class Revision(NamedTuple):
    """A commit: its hash and the day of its commit, in the committer's time zone (`2021-05-07`)."""

    hash: str
    day: str


def find(folder: Path) -> Depot | None:
    """The repository that the folder is in; None where there is none, or no git."""
    top = _run(folder, "rev-parse", "--show-toplevel")
    return Depot(Path(os.fsdecode(top.rstrip(b"\n"))).resolve()) if top else None


def revisions(depot: Depot, path: Path, first_parent: bool = False) -> list[Revision]:
    """The commits that touched the path, newest first."""
    options = ["--first-parent"] if first_parent else []
    said = _run(depot.top, "log", *options, "--format=%H %cs", "--", depot.path(path)) or b""
    return [Revision(*line.split(" ", 1)) for line in said.decode("ascii", "replace").splitlines() if " " in line]


def tags(depot: Depot, prefix: str) -> list[str]:
    """The tags whose name begins with the prefix, in the order of their names."""
    said = _run(depot.top, "for-each-ref", "--format=%(refname:strip=2)", f"refs/tags/{prefix}*") or b""
    return said.decode("utf-8", "replace").splitlines()


def show(depot: Depot, revision: str, path: Path) -> bytes | None:
    """The file's bytes at a revision; None where it isn't there."""
    return next(iter(show_all(depot, [(revision, path)])))


def show_all(depot: Depot, wanted: Sequence[tuple[str, Path]]) -> Iterator[bytes | None]:
    """The bytes of several files at several revisions, by one process, as long as they are asked for."""
    argv = ["git", "-C", str(depot.top), "cat-file", "--batch"]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            for revision, path in wanted:
                process.stdin.write(os.fsencode(f"{revision}:{depot.path(path)}\n"))
                process.stdin.flush()
                head = process.stdout.readline().split()
                if len(head) != 3 or head[1] != b"blob":
                    yield None
                    continue
                data = process.stdout.read(int(head[2]))
                process.stdout.read(1)
                yield data
        finally:
            process.stdin.close()
            process.kill()


def _run(folder: Path, *argv: str) -> bytes | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
