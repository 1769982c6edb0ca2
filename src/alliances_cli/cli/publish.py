"""Commands that make documents: `render`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import Au, Data, Public, Rev, choose, reading_date
from alliances_cli.errors import UsageFault

if TYPE_CHECKING:
    from alliances_cli.location import Root
    from alliances_cli.periode import Periode

RENDER_FORMATS = ("md", "html")
_EXTENSIONS = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html"}

Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="REVISION",
        help="Dit aussi ce qui a changé depuis : un bilan (2021-05-07, precedent), un commit, un tag, une date.",
        autocompletion=complete.moments,
    ),
]


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
    rev: Rev = None,
    since: Since = None,
    public: Public = False,
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
    from alliances_cli import api

    path = Path(output) if output not in (None, "-") else None
    day = reading_date(au)
    if rev is None and since is None:
        root = api.locate(data)
        text = _rendered(root, path, day, format, public)
    else:
        root, text = _rendered_past(data, path, day, format, rev, since, public)
    if path is None:
        emit.emit(text)
        return
    from alliances_cli.typographie import spaced

    if not check:
        api.write_document(root, path, text)
        emit.tell(spaced(f"Bilan écrit : {output}"))
    elif api.document_differs(root, path, text):
        given = {"--format": asked, "--au": au, "--rev": rev, "--since": since, "--data": data, "-o": output}
        again = shlex.join(
            ["alliances", "render", *(w for k, v in given.items() if v for w in (k, v)), *["--public"] * public]
        )
        emit.tell(spaced(f"« {output} » n'est pas à jour : ") + again)
        raise typer.Exit(6)


def _rendered(root: Root, path: Path | None, day: Periode | None, format: str, public: bool) -> str:
    """The document, as the files are; no git is started."""
    from alliances_cli import __version__, api
    from alliances_cli.present import report

    if path is not None:
        api.check_output(root, path)
    vue = api.publishable(root, day)
    vue = api.public(vue) if public else vue
    return report.render(report.Edition(vue.feuille, vue.moment, __version__, root.templates), format)


def _rendered_past(
    data: str | None,
    path: Path | None,
    day: Periode | None,
    format: str,
    rev: str | None,
    since: str | None,
    public: bool,
) -> tuple[Root, str]:
    """Where the roadmap is, and the document as it was at `rev`, with what changed since `since`."""
    from alliances_cli import __version__, api, timeline
    from alliances_cli.present import report

    with timeline.opened(data, public) as past:
        if path is not None:
            api.check_output(past.root, path)
        if rev is not None:
            vue = timeline.publishable(past, rev, day)
        else:
            vue = api.publishable(api.locate(data), day)
            vue = api.public(vue) if public else vue
        comparaison = timeline.since(past, vue, since) if since is not None else None
        own = timeline.templates(past, vue.revision) if vue.revision is not None else vue.root.templates
        others = comparaison.remarques if comparaison is not None else ()
        emit.remark(list(dict.fromkeys((*vue.remarques, *others))))
        edition = report.Edition(vue.feuille, vue.moment, __version__, own, vue.revision, comparaison)
        text = report.render(edition, format)
    return past.root, text
