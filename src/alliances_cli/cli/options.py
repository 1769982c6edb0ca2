"""The options that several commands have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.cli import complete
from alliances_cli.errors import UsageFault
from alliances_cli.typographie import suggestion

if TYPE_CHECKING:
    from alliances_cli.periode import Periode

DATES = "2021, 2021-06, 2021-06-30, 2021-T3 ou 2021-S2"

Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DOSSIER",
        help="Dossier de la feuille de route ; sinon ALLIANCES_DATA, sinon cherché depuis le dossier courant.",
    ),
]
Au = Annotated[
    str | None,
    typer.Option("--au", metavar="DATE", help=f"Date de lecture ({DATES}), à la place de « etat_au »."),
]

Rev = Annotated[
    str | None,
    typer.Option(
        "--rev",
        metavar="REVISION",
        help="Lit le passé : un bilan (2021-05-07, bilan/2021-05-07, precedent), un commit, un tag, une date.",
        autocompletion=complete.moments,
    ),
]

Public = Annotated[
    bool,
    typer.Option("--public", help="Sans ce qui est à diffusion interne (« diffusion: interne » dans les fichiers)."),
]


def format_option(formats: Iterable[str]) -> typer.models.OptionInfo:
    """`--format`, with the keys of a command's table of presenters."""
    names = list(formats)

    def complete_format(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    option: typer.models.OptionInfo = typer.Option(
        "--format", metavar="|".join(names), help="Forme de la réponse.", autocompletion=complete_format
    )
    return option


def choose(value: str, known: Iterable[str], option: str) -> str:
    """The value, if it is one of the known ones.

    Raises: UsageFault.
    """
    names = list(known)
    if value in names:
        return value
    hint = suggestion(value, names) or f" ; possibles : {', '.join(names)}"
    raise UsageFault(f"{option} : valeur inconnue « {value} »{hint}")


def reading_date(au: str | None) -> Periode | None:
    """The period that `--au` names.

    Raises: UsageFault.
    """
    if au is None:
        return None
    from alliances_cli import periode

    try:
        return periode.parse(au.strip())
    except ValueError as error:
        raise UsageFault(f"--au : {error}") from None
