"""The command that begins a roadmap: `init`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

import typer

from alliances_cli.champs import FAMILLES, NIVEAUX_PAR_DEFAUT, Famille
from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import choose, format_option
from alliances_cli.errors import UsageFault

if TYPE_CHECKING:
    from alliances_cli.beginning import Debut, Projet

INIT_FORMATS = ("text", "json")
_Answer = TypeVar("_Answer")


def init(
    folder: Annotated[str, typer.Argument(metavar="DOSSIER", help="Le dossier ; sinon le dossier courant.")] = ".",
    titre: Annotated[str | None, typer.Option("--titre", metavar="TEXTE", help="Titre de la feuille de route.")] = None,
    dimension: Annotated[
        list[str] | None,
        typer.Option("--dimension", metavar="LIBELLÉ", help="Une dimension (option répétable)."),
    ] = None,
    niveau: Annotated[
        list[str] | None,
        typer.Option("--niveau", metavar="LIBELLÉ", help="Un niveau, du meilleur au moins bon (option répétable)."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="FICHIER", help="Fichier CSV à reprendre : un élément par ligne.")
    ] = None,
    famille: Annotated[
        str | None,
        typer.Option(
            "--famille",
            metavar="|".join(FAMILLES),
            help="Avec --from : la liste à remplir, mesures sans l'option.",
            autocompletion=complete.familles,
        ),
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLONNE=CHAMP",
            help="Avec --from : le champ d'une colonne (option répétable) ; « COLONNE= » l'écarte, "
            "« COLONNE=+ » en fait un champ déclaré.",
        ),
    ] = None,
    new_scale: Annotated[
        bool, typer.Option("--new-scale", help="Avec --from : les niveaux inconnus entrent dans l'échelle.")
    ] = False,
    outil: Annotated[
        str | None,
        typer.Option("--outil", metavar="ADRESSE@VERSION", help="Dépôt git de l'outil, pour requirements.txt."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ne pose aucune question.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Dit ce qui serait écrit et n'écrit rien.")] = False,
    format: Annotated[str, format_option(INIT_FORMATS)] = "text",
    data: Annotated[str | None, typer.Option("--data", hidden=True)] = None,
) -> None:
    """Commence une feuille de route : données, vérifications, publication. N'écrase jamais rien."""
    choose(format, INIT_FORMATS, "--format")
    _refuse(folder, source, data, {"--famille": famille, "--map": mapped, "--new-scale": new_scale})
    list_ = cast(Famille, choose(famille or "mesures", FAMILLES, "--famille"))
    asking = not (yes or dry_run) and emit.interactive()
    from alliances_cli import beginning
    from alliances_cli.typographie import spaced

    tool = beginning.outil(outil)
    levels, dimensions = beginning.labels(niveau or (), "--niveau"), beginning.labels(dimension or (), "--dimension")
    terrain = beginning.survey(Path(folder))
    tableau = beginning.read_sheet(Path(source), list_, mapped or (), new_scale) if source is not None else None
    if terrain.needs_title and titre is None and not (yes or dry_run or asking):
        raise UsageFault("donnez --titre TEXTE, ou --yes pour le titre « Feuille de route » ; rien n'a été écrit")
    if asking and terrain.needs_title:
        titre = titre or _ask_title()
        if tableau is None:
            dimensions = dimensions or _ask("Dimensions, séparées par « ; » [aucune] : ", _labels("dimensions"))
            default = " ; ".join(label for _, label, *_ in NIVEAUX_PAR_DEFAUT)
            levels = levels or _ask(
                f"Niveaux, du meilleur au moins bon, séparés par « ; »\n[{default}] : ", _labels("niveaux")
            )
    projet = beginning.plan(terrain, date.today(), titre, dimensions, levels, tool, tableau)
    if projet.sans_effet and terrain.is_whole:
        raise UsageFault("\n".join(["rien à écrire : tous les fichiers sont déjà là", *projet.sans_effet]))
    for said in projet.sans_effet:
        emit.tell(spaced(said))
    if tableau is not None:
        _confirm(projet, asking, yes or dry_run)
    debut = beginning.show(projet) if dry_run else beginning.write(projet)
    _answer(debut, format)


def _refuse(folder: str, source: str | None, data: str | None, of_from: dict[str, object]) -> None:
    if data is not None:
        raise UsageFault("--data : une feuille de route à commencer se donne par son dossier : alliances init DOSSIER")
    if not folder:
        raise UsageFault("le nom du dossier est vide")
    if source == "":
        raise UsageFault("--from : le nom du fichier est vide")
    for option, value in of_from.items():
        if value and source is None:
            raise UsageFault(f"{option} ne va qu'avec --from FICHIER")


def _ask_title() -> str:
    from alliances_cli import beginning
    from alliances_cli.store import TITRE_PAR_DEFAUT

    return _ask(f"Titre [{TITRE_PAR_DEFAUT}] : ", lambda text: beginning.one_line(text or TITRE_PAR_DEFAUT, "titre"))


def _labels(what: str) -> Callable[[str], tuple[str, ...]]:
    from alliances_cli import beginning

    return lambda text: beginning.labels([piece for piece in text.split(";") if piece.strip()], what)


def _ask(question: str, read: Callable[[str], _Answer]) -> _Answer:
    """The answer, asked again until `read` takes it."""
    from alliances_cli.typographie import spaced

    while True:
        try:
            return read(emit.ask(spaced(question)).strip())
        except UsageFault as fault:
            emit.tell(spaced(fault.message))


def _confirm(projet: Projet, asking: bool, settled: bool) -> None:
    """Shows what the spreadsheet becomes, and goes on only where somebody agrees."""
    from alliances_cli.present import begun
    from alliances_cli.typographie import spaced

    emit.tell(emit.drawn(lambda _: begun.mapping(projet), sys.stderr))
    if settled:
        return
    if not asking:
        raise UsageFault("relisez ce que deviennent les colonnes, puis ajoutez --yes ; rien n'a été écrit")
    if not emit.agrees(spaced("Écrire ?")):
        raise typer.Abort


def _answer(debut: Debut, format: str) -> None:
    from alliances_cli.present import begun

    if format == "json":
        emit.emit(begun.as_dump(debut))
    else:
        emit.emit_text(emit.drawn(lambda _: begun.begun(debut), sys.stdout))
