"""Commands that ask for the past: `diff`, `history`, `bilans`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.cli import complete, emit
from alliances_cli.cli.consult import Formats, answer, drawn, presenter, tell_left_out
from alliances_cli.cli.options import Data, Public, choose, format_option

if TYPE_CHECKING:
    from alliances_cli.timeline import Pas

BY: tuple[Pas, ...] = ("commit", "month", "bilan")

# The exit code that says that something changed.
CHANGED = 6

DIFF: Formats = {
    "text": lambda comparaison: drawn(lambda _: presenter("compared").screen(comparaison)),
    "md": lambda comparaison: presenter("compared").as_md(comparaison),
    "json": lambda comparaison: presenter("compared").json(comparaison),
}
HISTORY: Formats = {
    "text": lambda histoire: drawn(lambda on: presenter("moments").history(histoire, on)),
    "json": lambda histoire: presenter("moments").history_as_json(histoire),
    "csv": lambda histoire: presenter("as_table").as_csv(presenter("moments").history_as_rows(histoire)),
}
BILANS: Formats = {
    "text": lambda found: drawn(lambda on: presenter("moments").bilans(found, on)),
    "json": lambda found: presenter("moments").bilans_as_json(found),
    "csv": lambda found: presenter("as_table").as_csv(presenter("moments").bilans_as_rows(found)),
}


def diff(
    a: Annotated[
        str | None,
        typer.Argument(
            metavar="[A]",
            help="Le premier moment, comme --rev ; sinon le dernier bilan qui a une révision.",
            show_default=False,
            autocompletion=complete.moments,
        ),
    ] = None,
    b: Annotated[
        str | None,
        typer.Argument(
            metavar="[B]",
            help="Le second moment ; sinon le dossier de travail.",
            show_default=False,
            autocompletion=complete.moments,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="N'écrit rien si rien n'a changé.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help=f"Sort avec le code {CHANGED} si quelque chose a changé.")
    ] = False,
    data: Data = None,
    public: Public = False,
    format: Annotated[str, format_option(DIFF)] = "text",
) -> None:
    """Dit ce qui a changé d'un moment à un autre : niveaux, étapes, échéances, bloqueurs, textes."""
    choose(format, DIFF, "--format")
    from alliances_cli import timeline

    with timeline.opened(data, public) as past:
        comparaison = timeline.compare(past, a, b)
    if comparaison.evolution.changed or not quiet:
        emit.remark(comparaison.remarques)
        answer(DIFF, format, comparaison)
    if exit_code and comparaison.evolution.changed:
        raise typer.Exit(CHANGED)


def history(
    span: Annotated[
        str | None,
        typer.Argument(
            metavar="[A..B]",
            help="Après A, jusqu'à B ; sinon depuis le début, jusqu'à HEAD.",
            autocompletion=complete.spans,
        ),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="|".join(BY),
            help="Une ligne par commit qui a touché la feuille de route, par mois ou par bilan.",
            autocompletion=lambda incomplete: [name for name in BY if name.startswith(incomplete)],
        ),
    ] = "commit",
    reverse: Annotated[bool, typer.Option("--reverse", help="Du plus ancien au plus récent.")] = False,
    data: Data = None,
    public: Public = False,
    format: Annotated[str, format_option(HISTORY)] = "text",
) -> None:
    """Suit les niveaux d'avancement au fil des commits, des mois ou des bilans."""
    choose(format, HISTORY, "--format")
    choose(by, BY, "--by")
    from alliances_cli import timeline

    with timeline.opened(data, public) as past:
        histoire = timeline.history(past, span, next(pas for pas in BY if pas == by), reverse)
    emit.remark(histoire.remarques)
    if public and format == "csv":
        tell_left_out(presenter("moments").left_out(histoire))
    answer(HISTORY, format, histoire)


def bilans(
    data: Data = None,
    public: Public = False,
    format: Annotated[str, format_option(BILANS)] = "text",
) -> None:
    """Liste les bilans publiés, avec leur révision, et dit si les données y concordent."""
    choose(format, BILANS, "--format")
    from alliances_cli import timeline

    with timeline.opened(data, public) as past:
        found = timeline.bilans(past)
    if public and format == "csv":
        tell_left_out(presenter("moments").left_out(found))
    answer(BILANS, format, found)
