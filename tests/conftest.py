"""What the tests share: the real roadmap copied aside, the command line run in this process, golden outputs."""

from __future__ import annotations

import gc
import io
import itertools
import os
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from story import Repository, story

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY / "data"
# CI requires the browser, and the long tests.
IN_CI = os.environ.get("ALLIANCES_EXIGER_NAVIGATEUR") == "1"
# None of the golden outputs may be left as it was.
EVERY_CASE = IN_CI or bool(os.environ.get("ALLIANCES_GOLDEN"))
GOLDEN = REPOSITORY / "tests" / "golden"
# A command line of ours that asks nothing of a shell but to part its words.
PLAIN = re.compile(r"alliances [^|>&$;<*`\\\n]*")

# Looking for garbage as often as Python does takes a twentieth of the suite's time.
gc.set_threshold(20_000, 20, 20)


def crossed(*axes: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Every combination of the axes' values in CI; elsewhere, fewer, among which each value stands."""
    ranked = [list(enumerate(axis)) for axis in axes]
    step = 1 if EVERY_CASE else min(len(axis) for axis in ranked)
    return [
        tuple(value for _, value in combination)
        for combination in itertools.product(*ranked)
        if sum(rank for rank, _ in combination) % step == 0
    ]


Value = TypeVar("Value")


def some(values: Iterable[Value], one_in: int) -> list[Value]:
    """All of them in CI; elsewhere one in so many, always the same."""
    all_ = list(values)
    kept = sorted(random.Random(0).sample(range(len(all_)), -(-len(all_) // one_in)))
    return all_ if EVERY_CASE else [all_[rank] for rank in kept]


def examples(count: int) -> int:
    """How many examples hypothesis tries: fewer outside CI."""
    return count if IN_CI else count // 4


@dataclass(frozen=True)
class Outcome:
    """What a command line came to; `spoken` is stdout and stderr with French spaces made ordinary."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def spoken(self) -> str:
        return (self.out + self.err).replace("\u00a0", " ").replace("\u202f", " ")


class Stream(io.TextIOWrapper):
    """A stream that is, or isn't, a terminal."""

    def __init__(self, tty: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    def bytes(self) -> bytes:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue()


Invoke = Callable[..., Outcome]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Runs a command line in this process; expects success unless told, and never a traceback."""

    def run(*argv: str, code: int | None = 0, columns: int | None = None, **environment: str) -> Outcome:
        from alliances_cli.cli.app import main

        with monkeypatch.context() as patch:
            for name in ("ALLIANCES_DATA", "LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "COLUMNS"):
                patch.delenv(name, raising=False)
            patch.setenv("TERM", "xterm-256color")
            if columns is not None:
                patch.setenv("COLUMNS", str(columns))
            for name, value in environment.items():
                patch.setenv(name, value)
            out, err = Stream(columns is not None), Stream(columns is not None)
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            found = main(argv)
        outcome = Outcome(found, out.bytes().decode("utf-8", "surrogateescape"), err.bytes().decode(), out.bytes())
        assert "Traceback" not in outcome.err
        assert code is None or found == code, f"{argv} → {found}\n{outcome.out}{outcome.err}"
        return outcome

    return run


@pytest.fixture
def roadmap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real roadmap, the current folder set beside it; returns its data folder."""
    shutil.copytree(DATA, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The current folder is the repository's."""
    monkeypatch.chdir(REPOSITORY)
    yield


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The story of a roadmap in git, built once, to be read only."""
    return story(tmp_path_factory.mktemp("told") / "depot")


@pytest.fixture
def here(told: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The story that all read, the current folder set in it."""
    monkeypatch.chdir(told.folder)
    return told


Golden = Callable[[str, str], None]


@pytest.fixture
def golden() -> Golden:
    """Compares a text with the kept one; ALLIANCES_GOLDEN=1 rewrites it."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("ALLIANCES_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.read_bytes().decode() == text, f"{path.name} differs; ALLIANCES_GOLDEN=1 rewrites it"

    return compare


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser, for the tests of one file: while it lives, nothing else in the process may run an event loop."""
    try:
        import browser
    except ImportError:
        # What stands in for it says so in the same words.
        if IN_CI:
            raise
        pytest.skip("no playwright (pip install 'alliances[test]')")
    yield from browser.launched()


Visit = Callable[..., AbstractContextManager["Page"]]


@pytest.fixture
def visit(chromium: Browser) -> Visit:
    """Opens an address in a context of its own (`browser.visited`): `with visit(url, width=320) as page`."""
    from browser import visited

    return partial(visited, chromium)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the long tests to CI, and says so."""
    if not IN_CI:
        for item in items:
            if item.get_closest_marker("complet"):
                item.add_marker(pytest.mark.skip(reason="long: ALLIANCES_EXIGER_NAVIGATEUR=1 runs it, as CI does"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was measured and isn't judged."""
    measured = [
        f"  {said}"
        for report in terminalreporter.getreports("passed")
        for name, said in report.user_properties
        if name == "measured"
    ]
    if measured:
        terminalreporter.write_line("\n".join(["measured in the browser:", *sorted(measured)]))
