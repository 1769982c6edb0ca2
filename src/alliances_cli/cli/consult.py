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
    "json": lambda *content: _as("json").listing(*content[:3]),
    "csv": lambda *content: _as("table").as_csv(_as("table").listing(*content[:3])),
    "csv-excel": lambda *content: _as("table").as_csv_excel(_as("table").listing(*content[:3])),
    "md": lambda *content: _as("table").list_as_md(*content[:3]),
}
RETIREES: Formats = {
    "text": lambda *content: _drawn(lambda on: _as("text").retired(*content, on)),
    "json": lambda *content: _as("json").retired(*content[:3]),
    "csv": lambda *content: _as("table").as_csv(_as("table").retired(*content[:3])),
    "csv-excel": lambda *content: _as("table").as_csv_excel(_as("table").retired(*content[:3])),
    "md": lambda *content: _as("table").retired_as_md(*content[:3]),
}
SHOW: Formats = {
    "text": lambda *content: _drawn(lambda on: _as("text").show(*content, on)),
    "json": lambda *content: _as("json").show(*content),
}
SHOW_RETIRED: Formats = {
    "text": lambda *content: _drawn(lambda on: _as("text").show_retired(*content, on)),
    "json": lambda *content: _as("json").show_retired(*content),
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
    champ: Annotated[
        list[str] | None,
        typer.Option(
            "--champ",
            metavar="CODE=VALEUR",
            help="Ce champ que la mission déclare a cette valeur.",
            autocompletion=complete.own_values,
        ),
    ] = None,
    sans_champ: Annotated[
        list[str] | None,
        typer.Option(
            "--sans-champ",
            metavar="CODE",
            help="Ce champ que la mission déclare est vide.",
            autocompletion=complete.own_fields,
        ),
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
    retirees: Annotated[bool, typer.Option("--retirees", help="Ce qui a été retiré, et pourquoi.")] = False,
    data: Data = None,
    au: Au = None,
    format: Annotated[str, format_option(LIST)] = "text",
) -> None:
    """Liste les mesures, les chantiers ou les leviers. Les filtres se combinent ; répété, un filtre vaut « ou »."""
    choose(format, LIST, "--format")
    chosen = _famille(famille, FAMILLES)
    from alliances_cli import api
    from alliances_cli.selection import Filtres, named_by

    filtres = Filtres(
        avancement=avancement or (),
        dimension=dimension or (),
        chantier=chantier or (),
        pilote=pilote or (),
        echeance=echeance or (),
        sans=sans or (),
        champ=champ or (),
        sans_champ=sans_champ or (),
        search=search or (),
        bloquees=bloquees,
        en_retard=en_retard,
        echues=echues,
    )
    vue = _view(data, au)
    if retirees:
        gone = api.retired(vue, chosen, filtres, sort)
        _tell_totals(vue)
        _answer(RETIREES, format, vue, chosen, gone, filtres)
        return
    items = api.items(vue, chosen, filtres, sort)
    _tell_totals(vue)
    _answer(LIST, format, vue, chosen, items, filtres, named_by(vue.feuille, chosen, filtres, sort))


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
    _answer(SHOW_RETIRED if item in vue.feuille.gone(famille) else SHOW, format, vue, famille, item)


def summarise(
    famille: Annotated[
        str, typer.Argument(metavar="[mesures|chantiers]", help="La liste à compter.", autocompletion=complete.familles)
    ] = "mesures",
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="dimension|chantier|pilote|echeance|CHAMP",
            help="Compte par dimension (sauf avis contraire), chantier, pilote, échéance ou champ déclaré.",
            autocompletion=complete.groupings,
        ),
    ] = None,
    data: Data = None,
    au: Au = None,
    format: Annotated[str, format_option(SUMMARISE)] = "text",
) -> None:
    """Compte les niveaux d'avancement, avec leur provenance et les totaux publiés."""
    choose(format, SUMMARISE, "--format")
    chosen = _famille(famille, FAMILLES)
    from alliances_cli import api

    vue = _view(data, au)
    whole, groupes, groupement = api.summarise(vue, chosen, by)
    if format != "text":
        _tell_totals(vue)
    _answer(SUMMARISE, format, vue, whole, groupes, groupement)


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
