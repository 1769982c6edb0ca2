"""The Typer app: which commands there are, and the one place that turns an error into an exit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Annotated

import typer

from alliances_cli import __version__
from alliances_cli.cli import begin, consult, edit, emit, faults, framework, past, publish, release, serve, templates
from alliances_cli.cli.options import Data
from alliances_cli.errors import AlliancesError, InvalidRoadmap

framework.install()

# What each command is, and the example that ends its help; `summary` is an American's `summarise`.
COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "init": (begin.init, 'alliances init ma-feuille --titre "Ma feuille de route"'),
    "status": (consult.status, "alliances status --au 2021-09"),
    "list": (consult.list_, "alliances list --dimension politique --sans echeance"),
    "show": (consult.show, "alliances show 15"),
    "summarise": (consult.summarise, "alliances summarise --by pilote --format csv-excel > pilotes.csv"),
    "summary": (consult.summarise, "alliances summary"),
    "check": (consult.check, "alliances check --strict"),
    "history": (past.history, "alliances history --by month"),
    "bilans": (past.bilans, "alliances bilans"),
    "diff": (past.diff, "alliances diff 2020-10-17 2021-05-07"),
    "update": (edit.update, 'alliances update 15 --avancement satisfaisant --realise "Texte"'),
    "add": (edit.add, 'alliances add mesure --titre "Former les élus" --dimension politique'),
    "rename": (edit.rename, "alliances rename 15 15-bis --dry-run"),
    "retire": (edit.retire, 'alliances retire 16 --motif "Fondue dans la mesure 15" --vers 15'),
    "remove": (edit.remove, "alliances remove 22"),
    "render": (publish.render, "alliances render -o bilan.html"),
    "serve": (serve.serve, "alliances serve --open"),
    "templates": (templates.templates, "alliances templates --copy bilan.html.j2"),
    "publish": (release.publish, 'alliances publish 2021-06-30 --titre "Bilan d\'étape"'),
}

HIDDEN = "summary"


def _version(value: bool) -> None:
    if value:
        emit.emit_text(f"alliances {__version__}\n")
        raise typer.Exit


def _root(
    ctx: typer.Context,
    data: Data = None,
    version: Annotated[
        bool, typer.Option("--version", help="Affiche la version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    # Given before the command, `--data` is what the command's own option is where it isn't given.
    ctx.default_map = {name: {"data": data} for name in COMMANDS} if data else None


def build(names: Iterable[str], bare: bool = False) -> typer.Typer:
    """The app with these commands; `bare`: with their names and what they are for, none of their options."""
    built = typer.Typer(
        name="alliances",
        cls=framework.FrenchGroup,
        callback=_root,
        help="Tient une feuille de route publique dans git : la vérifie, la montre, la met à jour, publie son bilan.",
        epilog="Exemple : alliances status",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    for name in names:
        function, example = COMMANDS[name]
        if bare:
            function = _named(function)
        else:
            edit.declare(function)
        add = built.command(name, cls=framework.FrenchCommand, epilog=f"Exemple : {example}", hidden=name == HIDDEN)
        add(function)
    return built


def _named(function: Callable[..., None]) -> Callable[..., None]:
    def nothing() -> None:
        pass

    nothing.__doc__ = function.__doc__
    return nothing


@cache
def _command(names: tuple[str, ...], bare: bool = False) -> typer.core.TyperGroup:
    """What typer makes of `build`, made once a process: who calls `main` again doesn't declare the options again."""
    command = typer.main.get_command(build(names, bare))
    assert isinstance(command, typer.core.TyperGroup)
    return command


def _needed(argv: Sequence[str]) -> typer.core.TyperGroup:
    """The app, reduced to the command that the first word names: declaring the options of all costs 12 ms a start."""
    words = (os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or "").split()[1:] or argv
    if words and words[0] in COMMANDS:
        return _command((words[0],))
    # The list of the commands, or the completion of a name, needs none of their options.
    bare = not words or words in (["--help"], ["-h"]) or (len(words) == 1 and words is not argv and words[0][:1] != "-")
    return _command(tuple(name for name in COMMANDS if name != HIDDEN or HIDDEN in words), bare)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line; returns its exit code."""
    # A stream that the caller closed is None: what is said there is lost, not an error.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    try:
        return _run(sys.argv[1:] if argv is None else list(argv))
    except BrokenPipeError:
        # The reader has what it wanted. What Python would flush at exit must go somewhere.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _run(argv: list[str]) -> int:
    try:
        code = _needed(argv).main(argv, prog_name="alliances", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        raise
    except InvalidRoadmap as error:
        from alliances_cli.present import as_text

        problems = error.problems
        emit.tell(emit.drawn(lambda shown_on: as_text.problems(problems, shown_on), sys.stderr))
        return error.exit_code
    except (AlliancesError, OSError, MemoryError, RecursionError) as error:
        emit.tell(faults.described(error))
        return error.exit_code if isinstance(error, AlliancesError) else 5
    except (typer.TyperException, typer.Abort) as error:
        emit.tell(framework.describe_usage_error(error))
        return getattr(error, "exit_code", 1)
    except Exception as error:
        if os.environ.get("ALLIANCES_DEBUG"):
            raise
        emit.tell(faults.described(error))
        return 5
