"""The one place that writes to stdout and stderr, and knows what they can show."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, TextIO

import typer

from alliances_cli.typographie import encodable

if TYPE_CHECKING:
    from alliances_cli.present.screen import Screen, Terminal

MAX_WIDTH = 120
MIN_WIDTH = 40
# Beyond this many rows, drawing wrapped tables takes longer than anybody reads.
MAX_DRAWN_ROWS = 2000
# What the screens draw levels and lines of time with.
_GLYPHS = "●◐▲○▁▂▃▄▅▆▇█"


def _environment() -> dict[str, str]:
    """The locale variables as they were given: Python itself sets LC_CTYPE where the locale was C or nothing."""
    given = {name: os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")}
    if sys.flags.utf8_mode and given["LC_CTYPE"].upper() in ("C.UTF-8", "C.UTF8", "UTF-8"):
        given["LC_CTYPE"] = ""
        with suppress(OSError), open("/proc/self/environ", "rb") as file:
            for entry in file.read().split(b"\0"):
                if entry.startswith(b"LC_CTYPE="):
                    given["LC_CTYPE"] = os.fsdecode(entry[len(b"LC_CTYPE=") :])
    return given


def text_encoding(stream: IO[str]) -> str:
    """What human text is encoded in: ASCII where the locale says C or POSIX, else what the stream holds."""
    given = _environment()
    said = given["LC_ALL"] or given["LC_CTYPE"] or given["LANG"]
    if said in ("C", "POSIX"):
        return "ascii"
    return getattr(stream, "encoding", None) or "utf-8"


def terminal(stream: TextIO) -> Terminal:
    """What the stream can show."""
    from alliances_cli.present.screen import Terminal

    encoding = text_encoding(stream)
    glyphs = encodable(_GLYPHS, encoding) == _GLYPHS
    if not stream.isatty():
        return Terminal(None, False, glyphs)
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb"
    width = min(max(shutil.get_terminal_size().columns, MIN_WIDTH), MAX_WIDTH)
    return Terminal(width, colour, glyphs)


def drawn(make: Callable[[Terminal], Screen], stream: TextIO) -> str:
    """The screen that `make` makes for what the stream can show, as text, by rich only where there is a terminal."""
    from alliances_cli.present import plain
    from alliances_cli.present.screen import Table

    shown_on = terminal(stream)
    screen = make(shown_on)
    # A line counts for a tenth of a row.
    rows = sum(len(block.rows) if isinstance(block, Table) else 0.1 for block in screen)
    if shown_on.width is None or rows > MAX_DRAWN_ROWS:
        return plain.draw(screen)
    from alliances_cli.present import rich_screen

    return rich_screen.draw(screen, shown_on)


def emit(text: str) -> None:
    """An answer for programs, on stdout, always in UTF-8."""
    _write(sys.stdout, text, "utf-8")


def emit_bytes(document: bytes) -> None:
    """A document, on stdout, as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(document)
    sys.stdout.buffer.flush()


def emit_text(text: str) -> None:
    """An answer for people, on stdout, in what the stream can hold."""
    _write(sys.stdout, text, text_encoding(sys.stdout))


def tell(text: str) -> None:
    """Everything else, on stderr."""
    _write(sys.stderr, text if text.endswith("\n") else text + "\n", text_encoding(sys.stderr))


def remark(remarques: Sequence[str]) -> None:
    """What else to know, on stderr, a line each."""
    from alliances_cli.typographie import spaced

    for remarque in remarques:
        tell(spaced(f"Remarque : {remarque}"))


def interactive() -> bool:
    """Whether somebody can be asked: there is a terminal to read the question, and one to answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> str:
    """The line that somebody types after a question, which goes to stderr.

    Raises: typer.Abort where there is none.
    """
    _write(sys.stderr, question, text_encoding(sys.stderr))
    try:
        answer = sys.stdin.readline()
    except UnicodeDecodeError:
        return "\0"  # refused by whoever asks, as any control character
    if not answer:
        _write(sys.stderr, "\n", "ascii")
        raise typer.Abort
    return answer


def agrees(question: str) -> bool:
    """Whether the answer to a question is yes; anything else is no.

    Raises: typer.Abort where there is none.
    """
    return ask(f"{question} [o/N] ").strip().lower() in ("o", "oui", "y", "yes")


def _write(stream: TextIO, text: str, encoding: str) -> None:
    data = encodable(text, encoding).encode(encoding, "replace")
    stream.flush()
    if hasattr(stream, "buffer"):
        stream.buffer.write(data)
        stream.buffer.flush()
    else:
        stream.write(data.decode(encoding))
        stream.flush()
