"""When files change: woken by the system, and by looking again a few times a second.

The system says nothing of a link's target, of some network drives and shared folders, nor of a folder made anew under
the name of one that was watched; and it watches only so many folders. Looking again costs a few `stat`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import TypeAlias

import watchfiles

LOOK_AGAIN_MS = 250
# Changes that follow one another by less are one.
QUIET_MS = 25
LONGEST_MS = 100

Snapshot: TypeAlias = "dict[Path, tuple[int, ...] | None]"
Watched: TypeAlias = "Callable[[], Iterable[Path]]"


def snapshot(watched: Watched) -> Snapshot:
    """What tells one state of the files from another; None for one that isn't there."""
    return {file: _state(file) for path in _listed(watched) for file in (path, *_held(path))}


def changes(watched: Watched, seen: Snapshot, stop: Event) -> Iterator[Snapshot]:
    """The state of the files, each time that it is no more the one seen before, until `stop`."""
    while not stop.is_set():
        folders = _folders(watched)
        with closing(_wakes(list(folders), stop)) as wakes:
            for _ in wakes:
                now = snapshot(watched)
                if now != seen:
                    seen = now
                    yield now
                if _folders(watched) != folders:
                    break


def _wakes(folders: list[Path], stop: Event) -> Generator[None, None, None]:
    """Yields when something may have changed."""
    try:
        for _ in watchfiles.watch(
            *folders,
            watch_filter=None,
            debounce=LONGEST_MS,
            step=QUIET_MS,
            rust_timeout=LOOK_AGAIN_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
            recursive=False,
        ):
            yield
    except (OSError, RuntimeError):
        # The system can't watch (any more): a folder has just gone, or too many are watched.
        while not stop.wait(LOOK_AGAIN_MS / 1000):
            yield


def _listed(watched: Watched) -> list[Path]:
    try:
        return list(watched())
    except (OSError, RuntimeError):  # a link that goes round in circles
        return []


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    # What a folder holds is listed beside it.
    told = () if stat.S_ISDIR(status.st_mode) else (status.st_mtime_ns, status.st_ctime_ns, status.st_size)
    return (*told, status.st_ino, status.st_dev)


def _held(folder: Path) -> Iterator[Path]:
    """All that a folder holds, but what is hidden and what Python keeps there."""
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
        yield from (Path(where, name) for name in (*folders, *files) if name[0] != ".")


def _folders(watched: Watched) -> dict[Path, tuple[int, ...]]:
    """The folders to watch that are there, with what tells one from another of the same name."""
    found: dict[Path, tuple[int, ...]] = {}
    for path in _listed(watched):
        nearest = next((parent for parent in path.absolute().parents if parent.is_dir()), None)
        for folder in (nearest, path.absolute(), *_held(path.absolute())):
            if folder is not None and folder not in found and folder.is_dir():
                status = _state(folder)
                if status is not None:
                    found[folder] = status[-2:]
    return found
