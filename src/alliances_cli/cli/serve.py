"""The command that shows the bilan while it is written: `serve`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.cli import complete, emit, faults
from alliances_cli.cli.options import Au, Data, Public, reading_date
from alliances_cli.errors import InvalidRoadmap, NotFound, UsageFault

if TYPE_CHECKING:
    from alliances_cli.location import Root

PORT = 8000
MAX_PORT = 65535


def serve(
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="N",
            help=f"Port, {PORT} sauf indication ; 0 : un port libre.",
            autocompletion=complete.nothing,
        ),
    ] = PORT,
    open_: Annotated[bool, typer.Option("--open", help="Ouvre aussi le bilan dans le navigateur.")] = False,
    data: Data = None,
    au: Au = None,
    public: Public = False,
) -> None:
    """Montre le bilan dans le navigateur, refait à chaque enregistrement ; Ctrl-C l'arrête."""
    if not 0 <= port <= MAX_PORT:
        raise UsageFault(f"--port : {port} n'est pas un port ; donnez un nombre de 1 à {MAX_PORT}, ou 0")
    day = reading_date(au)
    from alliances_cli import __version__, api, preview
    from alliances_cli.present import as_page, report

    root = api.locate(data)
    # Those that the theme named, the last time that what names them could be read.
    carried: tuple[Path, ...] = ()

    def build() -> str:
        nonlocal carried
        _require(root)
        reading = api.load(root)
        if reading.lecture.mission is not None:
            carried = api.carried(root, reading)
        vue = api.published(root, reading, day)
        vue = api.public(vue) if public else vue
        edition = report.Edition(vue.feuille, vue.moment, __version__, root.templates, ressources=vue.ressources)
        return report.render(edition, "html")

    def explain(error: Exception, last_good: str | None) -> str:
        _tell(error)
        problems = error.problems if isinstance(error, InvalidRoadmap) else ()
        return as_page.fault(problems, faults.described(error), last_good)

    def ready(address: str) -> None:
        emit.emit_text(f"{address}\n")
        if open_:
            _open(address)

    # A server lives long: what makes a command start and end fast would fill the memory.
    import gc

    gc.enable()
    preview.serve(preview.Preview(build, explain, lambda: _sources(root, carried)), port, ready)


def _require(root: Root) -> None:
    """Where all the files are gone, nothing is wrong in them.

    Raises: NotFound.
    """
    path = root.path("mesures")
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        if not path.with_suffix(".yml").exists():
            raise NotFound(f"la feuille de route n'est plus là : « {root.name('mesures')} » manque") from None
    except OSError:
        # Whoever reads it says why.
        pass


def _sources(root: Root, carried: Iterable[Path]) -> Iterator[Path]:
    """The files that the bilan is made of; a file whose name nearly is one of them is told of, too."""
    from alliances_cli.location import FILES

    for part in FILES:
        yield root.path(part)
        yield root.path(part).with_suffix(".yml")
    yield root.templates
    yield from carried


def _tell(error: Exception) -> None:
    """On stderr, what the page says; a server goes on where nobody reads it."""
    from contextlib import suppress

    with suppress(OSError, ValueError):
        if isinstance(error, InvalidRoadmap):
            from alliances_cli.present import as_text

            problems = error.problems
            emit.tell(emit.drawn(lambda shown_on: as_text.problems(problems, shown_on), sys.stderr))
        else:
            emit.tell(faults.described(error))
        if os.environ.get("ALLIANCES_DEBUG"):
            from traceback import format_exception

            emit.tell("".join(format_exception(error)))


def _open(address: str) -> None:
    """Opens the browser; one that is slow to come, or holds the terminal, holds back nothing."""
    from threading import Thread

    def opened() -> None:
        import webbrowser

        if not webbrowser.open(address):
            emit.tell(f"Aucun navigateur n'a pu être ouvert ; ouvrez {address}")

    Thread(target=opened, name="navigateur", daemon=True).start()
