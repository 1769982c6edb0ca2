"""Commands that make documents: `render`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from alliances_cli.cli import emit
from alliances_cli.cli.options import Au, Data, choose, reading_date
from alliances_cli.errors import UsageFault

RENDER_FORMATS = ("md", "html")
_EXTENSIONS = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html"}


def render(
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="|".join(RENDER_FORMATS),
            help="Forme du document ; sinon celle de l'extension de -o, sinon md.",
            autocompletion=lambda incomplete: [f for f in RENDER_FORMATS if f.startswith(incomplete)],
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FICHIER", help="Fichier à écrire ; sinon la sortie standard."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="N'écrit rien ; sort avec le code 6 si FICHIER n'est pas à jour.")
    ] = False,
    data: Data = None,
    au: Au = None,
) -> None:
    """Écrit le bilan, en Markdown ou en HTML."""
    if output == "":
        raise UsageFault("-o : le nom du fichier est vide")
    if check and output in (None, "-"):
        raise UsageFault("--check demande un fichier : -o FICHIER")
    asked = format
    if format is None:
        format = _EXTENSIONS.get(Path(output).suffix.lower(), "md") if output else "md"
    choose(format, RENDER_FORMATS, "--format")
    from alliances_cli import __version__, api
    from alliances_cli.present import as_report
    from alliances_cli.typographie import spaced

    root = api.locate(data)
    path = Path(output) if output not in (None, "-") else None
    if path is not None:
        api.check_output(root, path)
    vue = api.publishable(root, reading_date(au))
    text = as_report.render(vue.feuille, vue.moment, format, root.templates, __version__)
    if path is None:
        emit.emit(text)
    elif check:
        if api.document_differs(root, path, text):
            given = {"--format": asked, "--au": au, "--data": data, "-o": output}
            again = shlex.join(["alliances", "render", *(w for k, v in given.items() if v for w in (k, v))])
            emit.tell(spaced(f"« {output} » n'est pas à jour : ") + again)
            raise typer.Exit(6)
    else:
        api.write_document(root, path, text)
        emit.tell(spaced(f"Bilan écrit : {output}"))
