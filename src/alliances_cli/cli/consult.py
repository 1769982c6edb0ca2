"""Commands that look: `status`, `list`, `show`, `summarise`, `check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.champs import FAMILLES, Famille
from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import Au, Data, choose, format_option, reading_date

if TYPE_CHECKING:
    from alliances_cli.api import Vue

STATUS_FORMATS = ("text", "json")
LIST_FORMATS = ("text", "json", "csv", "csv-excel", "md")
CHECK_FORMATS = ("text", "json", "github")
GROUPEMENTS = ("dimension", "chantier", "pilote", "echeance")

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
    format: Annotated[str, format_option(STATUS_FORMATS)] = "text",
) -> None:
    """Montre l'état de la feuille de route en un écran."""
    choose(format, STATUS_FORMATS, "--format")
    vue = _view(data, au)
    if format == "json":
        from alliances_cli.present import as_json

        _tell_totals(vue)
        emit.emit(as_json.status(vue))
        return
    from alliances_cli.present import as_text

    shown_on = emit.terminal(sys.stdout)
    emit.emit_screen(as_text.status(vue, shown_on), shown_on)


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
    format: Annotated[str, format_option(LIST_FORMATS)] = "text",
) -> None:
    """Liste les mesures, les chantiers ou les leviers. Les filtres se combinent ; répété, un filtre vaut « ou »."""
    choose(format, LIST_FORMATS, "--format")
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
    if format == "text":
        from alliances_cli.present import as_text

        shown_on = emit.terminal(sys.stdout)
        emit.emit_screen(as_text.listing(vue, chosen, items, filtres, shown_on), shown_on)
    elif format == "json":
        from alliances_cli.present import as_json

        emit.emit(as_json.listing(vue, chosen, items))
    else:
        from alliances_cli.present import as_table

        if format == "md":
            emit.emit(as_table.list_as_md(vue, chosen, items))
        else:
            write = as_table.as_csv if format == "csv" else as_table.as_csv_excel
            emit.emit(write(as_table.listing(vue, chosen, items)))


def show(
    id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="15, legaliser, ou mesure-15, chantier-legaliser, levier-…", autocompletion=complete.ids
        ),
    ],
    data: Data = None,
    au: Au = None,
    format: Annotated[str, format_option(STATUS_FORMATS)] = "text",
) -> None:
    """Montre tout d'une mesure, d'un chantier ou d'un levier, renvois compris dans les deux sens."""
    choose(format, STATUS_FORMATS, "--format")
    from alliances_cli import selection

    vue = _view(data, au)
    famille, item = selection.find(vue.feuille, id)
    _tell_totals(vue)
    if format == "json":
        from alliances_cli.present import as_json

        emit.emit(as_json.show(vue, famille, item))
        return
    from alliances_cli.present import as_text

    shown_on = emit.terminal(sys.stdout)
    emit.emit_screen(as_text.show(vue, famille, item, shown_on), shown_on)


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
    format: Annotated[str, format_option(LIST_FORMATS)] = "text",
) -> None:
    """Compte les niveaux d'avancement, avec leur provenance et les totaux publiés."""
    choose(format, LIST_FORMATS, "--format")
    chosen = _famille(famille, FAMILLES)
    if by is not None:
        choose(by, GROUPEMENTS, "--by")
    from alliances_cli import api

    vue = _view(data, au)
    whole, groupes = api.summarise(vue, chosen, by)  # type: ignore[arg-type]
    if format == "text":
        from alliances_cli.present import as_text

        shown_on = emit.terminal(sys.stdout)
        emit.emit_screen(as_text.summary(vue, whole, groupes, by, shown_on), shown_on)
        return
    _tell_totals(vue)
    if format == "json":
        from alliances_cli.present import as_json

        emit.emit(as_json.summary(vue, whole, groupes, by))
        return
    from alliances_cli.present import as_table

    if format == "md":
        emit.emit(as_table.summary_as_md(vue, whole, groupes, by))
    else:
        write = as_table.as_csv if format == "csv" else as_table.as_csv_excel
        emit.emit(write(as_table.summary(vue, whole, groupes, by)))


def check(
    strict: Annotated[
        bool, typer.Option("--strict", help="Un avertissement suffit pour sortir avec le code 1.")
    ] = False,
    data: Data = None,
    format: Annotated[str, format_option(CHECK_FORMATS)] = "text",
) -> None:
    """Vérifie tous les fichiers et montre toutes les erreurs, ligne par ligne."""
    choose(format, CHECK_FORMATS, "--format")
    from alliances_cli import api

    controle = api.check(api.locate(data))
    if format == "json":
        from alliances_cli.present import as_json

        emit.emit(as_json.check(controle))
    elif format == "github":
        from alliances_cli.present import as_github

        emit.emit(as_github.check(controle))
    else:
        from alliances_cli.present import as_text

        shown_on = emit.terminal(sys.stdout)
        emit.emit_screen(as_text.check(controle, shown_on), shown_on)
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
