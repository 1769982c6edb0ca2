"""The command that makes a roadmap's documents its own: `templates`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from alliances_cli.cli import complete
from alliances_cli.cli.consult import Formats, answer, drawn, presenter
from alliances_cli.cli.options import Data, choose, format_option

TEMPLATES: Formats = {
    "text": lambda *content: drawn(lambda _: presenter("modeles").screen(*content)),
    "json": lambda *content: presenter("modeles").json(*content),
}
COPIED: Formats = {
    "text": lambda *content: drawn(lambda _: presenter("modeles").copied(*content)),
    "json": lambda *content: presenter("modeles").copied_as_json(*content),
}


def templates(
    copy: Annotated[
        str | None,
        typer.Option(
            "--copy",
            metavar="NOM",
            help="Écrit ce modèle dans « templates », à côté du dossier des données ; n'écrase rien.",
            autocompletion=complete.templates,
        ),
    ] = None,
    data: Data = None,
    format: Annotated[str, format_option(TEMPLATES)] = "text",
) -> None:
    """Liste les modèles des documents et leurs blocs, ou en copie un pour le changer."""
    choose(format, TEMPLATES, "--format")
    from alliances_cli import api
    from alliances_cli.location import printable
    from alliances_cli.present.report import catalogue

    root = api.locate(data, begun=True)
    folder = printable(os.path.relpath(root.templates))
    if copy is None:
        answer(TEMPLATES, format, catalogue.catalogue(root.templates), folder)
        return
    name = choose(copy, catalogue.names(), "--copy")
    api.add_template(root, name, catalogue.copy(name))
    answer(COPIED, format, name, f"{folder}/{name}")
