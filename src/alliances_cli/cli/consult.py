"""Commands that look: `status`, `list`, `show`, `summarise`, `check`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.champs import FAMILLES, Famille
from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import Au, Data, choose, format_option, reading_date

if TYPE_CHECKING:
    from alliances_cli.api import Vue
    from alliances_cli.present.screen import Screen, Terminal

GROUPEMENTS = ("dimension", "chantier", "pilote", "echeance")


def _as(name: str) -> ModuleType:
    """A presenter, loaded when its format is asked for."""
    return import_module(f"alliances_cli.present.as_{name}")


def _drawn(make: Callable[[Terminal], Screen]) -> str:
    return emit.drawn(make, sys.stdout)


# What each command answers, by format; `--format` lists the keys.
Formats = Mapping[str, Callable[..., str]]
STATUS: Formats = {
    "text": lambda vue: _drawn(lambda on: _as("text").status(vue, on)),
    "json": lambda vue: _as("json").status(vue),
}
LIST: Formats = {
    "text": lambda *content: _drawn(lambda on: _as("text").listing(*content, on)),
    "json": lambda vue, famille, items, _: _as("json").listing(vue, famille, items),
    "csv": lambda vue, famille, items, _: _as("table").as_csv(_as("table").listing(vue, famille, items)),
    "csv-excel": lambda vue, famille, items, _: _as("table").as_csv_excel(_as("table").listing(vue, famille, items)),
    "md": lambda vue, famille, items, _: _as("table").list_as_md(vue, famille, items),
}
SHOW: Formats = {
    "text": lambda *content: _drawn(lambda on: _as("text").show(*content, on)),
    "json": lambda *content: _as("json").show(*content),
}
SUMMARISE: Formats = {
    "text": lambda *content: _drawn(lambda on: _as("text").summary(*content, on)),
    "json": lambda *content: _as("json").summary(*content),
    "csv": lambda *content: _as("table").as_csv(_as("table").summary(*content)),
    "csv-excel": lambda *content: _as("table").as_csv_excel(_as("table").summary(*content)),
    "md": lambda *content: _as("table").summary_as_md(*content),
}
CHECK: Formats = {
    "text": lambda controle: _drawn(lambda on: _as("text").check(controle, on)),
    "json": lambda controle: _as("json").check(controle),
    "github": lambda controle: _as("github").check(controle),
}


def _answer(formats: Formats, format: str, *content: object) -> None:
    """Text in what the terminal can hold, everything else in UTF-8."""
    write = emit.emit_text if format == "text" else emit.emit
    write(formats[format](*content))


Famille_ = Annotated[
    str,
    typer.Argument(metavar="[mesures|chantiers|leviers]", help="La liste à lire.", autocompletion=complete.familles),
]


def _view(data: str | None, au: str | None) -> Vue:
    day = reading_date(au)
    from alliances_cli import api

    return api.view(api.locate(data), day)


def _tell_totals(vue: Vue) -> None:
    """Totals that don't reconcile, on one line of stderr."""
    from alliances_cli.typographie import spaced

    for problem in vue.totals:
        emit.tell(spaced(f"{problem.where}: {problem.message}"))


def status(
    data: Data = None,
    au: Au = None,
    format: Annotated[str, format_option(STATUS)] = "text",
) -> None:
    """Montre l'état de la feuille de route en un écran."""
    choose(format, STATUS, "--format")
    vue = _view(data, au)
    if format != "text":
        _tell_totals(vue)
    _answer(STATUS, format, vue)


def list_(
    famille: Famille_ = "mesures",
    avancement: Annotated[
        list[str] | None,
        typer.Option(
            "--avancement", metavar="NIVEAU", help="Niveau, par code ou libellé.", autocompletion=complete.levels
        ),
    ] = None,
    dimension: Annotated[
        list[str] | None,
        typer.Option("--dimension", metavar="DIMENSION", help="Dimension.", autocompletion=complete.dimensions),
    ] = None,
    chantier: Annotated[
        list[str] | None,
        typer.Option("--chantier", metavar="ID", help="Mesures de ce chantier.", autocompletion=complete.chantiers),
    ] = None,
    pilote: Annotated[
        list[str] | None,
        typer.Option(
            "--pilote",
            metavar="NOM",
            help="Piloté par (article, casse, accents indifférents).",
            autocompletion=complete.pilots,
        ),
    ] = None,
    bloquees: Annotated[bool, typer.Option("--bloquees", help="Retenus par un bloqueur.")] = False,
    en_retard: Annotated[bool, typer.Option("--en-retard", help="À un niveau d'alerte.")] = False,
    echues: Annotated[bool, typer.Option("--echues", help="Échéance passée à la date de lecture.")] = False,
    echeance: Annotated[
        list[str] | None, typer.Option("--echeance", metavar="PERIODE", help="Échéance dans cette période (2021-06).")
    ] = None,
    sans: Annotated[
        list[str] | None,
        typer.Option("--sans", metavar="CHAMP", help="Ce champ est vide.", autocompletion=complete.fields),
    ] = None,
    search: Annotated[list[str] | None, typer.Option("--search", metavar="TEXTE", help="Contient ce texte.")] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="CHAMP",
            help="Trie par ce champ ; sinon l'ordre du fichier.",
            autocompletion=complete.fields,
        ),
    ] = None,
    data: Data = None,
    au: Au = None,
    format: Annotated[str, format_option(LIST)] = "text",
) -> None:
    """Liste les mesures, les chantiers ou les leviers. Les filtres se combinent ; répété, un filtre vaut « ou »."""
    choose(format, LIST, "--format")
    chosen = _famille(famille, FAMILLES)
    from alliances_cli import api
    from alliances_cli.selection import Filtres

    filtres = Filtres(
        avancement=avancement or (),
        dimension=dimension or (),
        chantier=chantier or (),
        pilote=pilote or (),
        echeance=echeance or (),
        sans=sans or (),
        search=search or (),
        bloquees=bloquees,
        en_retard=en_retard,
        echues=echues,
    )
    vue = _view(data, au)
    items = api.items(vue, chosen, filtres, sort)
    _tell_totals(vue)
    _answer(LIST, format, vue, chosen, items, filtres)


def show(
    id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="15, legaliser, ou mesure-15, chantier-legaliser, levier-…", autocompletion=complete.ids
        ),
    ],
    data: Data = None,
    au: Au = None,
    format: Annotated[str, format_option(SHOW)] = "text",
) -> None:
    """Montre tout d'une mesure, d'un chantier ou d'un levier, renvois compris dans les deux sens."""
    choose(format, SHOW, "--format")
    from alliances_cli import selection

    vue = _view(data, au)
    famille, item = selection.find(vue.feuille, id)
    _tell_totals(vue)
    _answer(SHOW, format, vue, famille, item)


def summarise(
    famille: Annotated[
        str, typer.Argument(metavar="[mesures|chantiers]", help="La liste à compter.", autocompletion=complete.familles)
    ] = "mesures",
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="|".join(GROUPEMENTS),
            help="Compte par dimension (sauf avis contraire), chantier, pilote ou échéance.",
            autocompletion=lambda incomplete: [g for g in GROUPEMENTS if g.startswith(incomplete)],
        ),
    ] = None,
    data: Data = None,
    au: Au = None,
    format: Annotated[str, format_option(SUMMARISE)] = "text",
) -> None:
    """Compte les niveaux d'avancement, avec leur provenance et les totaux publiés."""
    choose(format, SUMMARISE, "--format")
    chosen = _famille(famille, FAMILLES)
    if by is not None:
        choose(by, GROUPEMENTS, "--by")
    from alliances_cli import api

    vue = _view(data, au)
    whole, groupes = api.summarise(vue, chosen, by)  # type: ignore[arg-type]
    if format != "text":
        _tell_totals(vue)
    _answer(SUMMARISE, format, vue, whole, groupes, by)


def check(
    strict: Annotated[
        bool, typer.Option("--strict", help="Un avertissement suffit pour sortir avec le code 1.")
    ] = False,
    data: Data = None,
    format: Annotated[str, format_option(CHECK)] = "text",
) -> None:
    """Vérifie tous les fichiers et montre toutes les erreurs, ligne par ligne."""
    choose(format, CHECK, "--format")
    from alliances_cli import api

    controle = api.check(api.locate(data))
    _answer(CHECK, format, controle)
    if controle.count("systeme"):
        raise typer.Exit(5)
    if controle.count("erreur", "total") or (strict and controle.count("avertissement")):
        raise typer.Exit(1)


def _famille(text: str, known: tuple[Famille, ...]) -> Famille:
    """The family that an argument names, in the singular too."""
    for famille in known:
        if text in (famille, famille.removesuffix("s")):
            return famille
    choose(text, known, "liste")
    raise AssertionError
