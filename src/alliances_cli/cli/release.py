"""The command that publishes a bilan: `publish`. It writes and checks; committing and pushing are the user's."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import DATES, Data, choose, format_option
from alliances_cli.errors import UsageFault
from alliances_cli.typographie import spaced

if TYPE_CHECKING:
    from alliances_cli.editing.publish import Ecriture, Tag
    from alliances_cli.location import Root
    from alliances_cli.periode import Periode

PUBLISH_FORMATS = ("text", "json")


def publish(
    date: Annotated[
        str,
        typer.Argument(metavar="DATE", help=f"La date du bilan ({DATES}).", autocompletion=complete.publishable),
    ],
    titre: Annotated[str | None, typer.Option("--titre", metavar="TEXTE", help="Le titre du bilan.")] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="TEXTE", help="Ce qui le publie : un document, une phrase.")
    ] = None,
    tag: Annotated[
        bool, typer.Option("--tag", help="Seconde étape, après le commit : pose le tag bilan/DATE sur HEAD.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montre ce qui serait fait et ne fait rien.")] = False,
    data: Data = None,
    format: Annotated[str, format_option(PUBLISH_FORMATS)] = "text",
) -> None:
    """Publie le bilan d'une date, en deux étapes : l'écrit dans mission.yaml puis, après le commit, pose son tag.

    La première étape compte les totaux, les écrit sous « bilans » avec la date dans « etat_au », et donne les commandes
    git à lancer. L'outil ne fait ni commit ni envoi (push) ; un bilan publié ne change plus, un tag ne se
    déplace pas.
    """
    choose(format, PUBLISH_FORMATS, "--format")
    day = _day(date)
    if tag and (titre is not None or source is not None):
        raise UsageFault(f"--{'titre' if titre is not None else 'source'} se donne à la première étape, sans --tag")
    from alliances_cli import api
    from alliances_cli.editing import publish as publishing

    root = api.locate(data)
    if tag:
        _answer_tag(publishing.tag(root, day, dry_run), format)
    else:
        _answer(publishing.publish(root, day, titre, source, dry_run), data, dry_run, format)


def _day(text: str) -> Periode:
    """Raises: UsageFault for what isn't a date."""
    from alliances_cli import periode

    try:
        return periode.parse(text.strip())
    except ValueError as error:
        raise UsageFault(str(error)) from None


def _answer(done: Ecriture, data: str | None, dry_run: bool, format: str) -> None:
    from alliances_cli.location import FILES
    from alliances_cli.present import edited, publication

    root = done.modification.root
    present = [part for part in FILES if root.path(part).exists()]
    git, within = _git(root, done.depot is None or _inside(done.depot.top))
    paths = [os.path.join(within, root.path(part).name) for part in present]
    again = ["alliances", "publish", done.date.text, "--tag", *(["--data", data] if data else [])]
    commands = [
        shlex.join([*git, "add", "--", *paths]),
        shlex.join([*git, "commit", "-m", f"Publie le bilan {done.date.du}"]),
        shlex.join(again),
        shlex.join([*git, "push", "origin", "HEAD", "tag", f"bilan/{done.date}"]),
    ]
    if format == "json":
        emit.emit(publication.written_as_json(done, commands))
    else:
        emit.emit_text(emit.drawn(lambda _: publication.written(done), sys.stdout))
        if dry_run and done.modification.files:
            emit.emit_text("\n")
            emit.emit(edited.unified_diff(done.modification))
    emit.remark(done.modification.notes)
    if done.depot is None:
        emit.remark(["ces fichiers ne sont pas dans un dépôt git : le tag en demande un (git init)"])
    if format == "text" and not dry_run:
        _next(commands)
        if done.modification.written and done.restorable:
            mission = os.path.join(within, root.path("mission").name)
            undo = shlex.join([*git, "checkout", "HEAD", "--", mission])
            said = "Pour annuler avant le commit, et rendre mission.yaml tel que dans le dernier : "
            emit.emit_text(f"\n{spaced(said)}{undo}\n")


def _answer_tag(done: Tag, format: str) -> None:
    from alliances_cli.present import publication

    git, _ = _git(done.root, _inside(done.depot.top))
    commands = [shlex.join([*git, "push", "origin", "tag", done.name])]
    if format == "json":
        emit.emit(publication.tagged_as_json(done, commands))
        return
    emit.emit_text(emit.drawn(lambda _: publication.tagged(done), sys.stdout))
    if done.pose or done.existing:
        _next(commands)


def _next(commands: Sequence[str]) -> None:
    """The commands that come next, each as it is: it is copied."""
    emit.emit_text(spaced("\nEnsuite :\n") + "".join(f"  {command}\n" for command in commands))


def _inside(top: Path) -> bool:
    here = Path.cwd().resolve()
    return here == top or top in here.parents


def _git(root: Root, inside: bool) -> tuple[list[str], str]:
    """How git is called from the current folder on the roadmap's repository, and where the data are from there."""
    folder = os.path.relpath(root.data)
    return (["git"], folder) if inside else (["git", "-C", folder], "")
