"""Commands that make documents: `render`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import Au, Data, Public, Rev, choose, reading_date
from alliances_cli.errors import UsageFault
from alliances_cli.formats import DEFAUT, FORMATS, Format, of_extension

if TYPE_CHECKING:
    from alliances_cli.location import Root
    from alliances_cli.periode import Periode

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
            metavar="|".join(FORMATS),
            help=f"Forme du document ; sinon celle de l'extension de -o, sinon {DEFAUT}.",
            autocompletion=lambda incomplete: [code for code in FORMATS if code.startswith(incomplete)],
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
    """Écrit le bilan : Markdown, HTML, PDF, Word ou courrier."""
    if output == "":
        raise UsageFault("-o : le nom du fichier est vide")
    if check and output in (None, "-"):
        raise UsageFault("--check demande un fichier : -o FICHIER")
    path = Path(output) if output is not None and output != "-" else None
    form = _form(format, path)
    if path is None and form.binaire and sys.stdout.isatty():
        raise UsageFault(f"le document {form.nom} ne s'affiche pas dans un terminal : donnez un fichier, -o FICHIER")
    from alliances_cli import api

    day = reading_date(au)
    if rev is None and since is None:
        root = api.locate(data)
        document = _rendered(root, path, day, form, public)
    else:
        root, document = _rendered_past(data, path, day, form, rev, since, public)
    if path is None:
        emit.emit_bytes(document)
        return
    from alliances_cli.typographie import spaced

    if not check:
        api.write_document(root, path, document)
        emit.tell(spaced(f"Bilan écrit : {output}"))
    elif api.document_differs(root, path, document):
        given = {"--format": format, "--au": au, "--rev": rev, "--since": since, "--data": data, "-o": output}
        again = shlex.join(
            ["alliances", "render", *(w for k, v in given.items() if v for w in (k, v)), *["--public"] * public]
        )
        emit.tell(spaced(f"« {output} » n'est pas à jour : ") + again)
        raise typer.Exit(6)


def _form(asked: str | None, path: Path | None) -> Format:
    """The form of the document: the one asked for, else the one that the file's extension says.

    Raises: UsageFault.
    """
    if asked is not None:
        return FORMATS[choose(asked, FORMATS, "--format")]
    if path is None or path.suffix in ("", "."):
        return FORMATS[DEFAUT]
    found = of_extension(path.name)
    if found is None:
        known = ", ".join(extension for form in FORMATS.values() for extension in form.extensions)
        raise UsageFault(f"-o : extension inconnue « {path.suffix} » ; connues : {known} ; sinon, donnez --format")
    return found


def _rendered(root: Root, path: Path | None, day: Periode | None, form: Format, public: bool) -> bytes:
    """The document, as the files are; no git is started."""
    from alliances_cli import __version__, api
    from alliances_cli.present import report

    if path is not None:
        api.check_output(root, path)
    vue = api.publishable(root, day)
    vue = api.public(vue) if public else vue
    edition = report.Edition(vue.feuille, vue.moment, __version__, root.templates, ressources=vue.ressources)
    return report.document(edition, form.code)


def _rendered_past(
    data: str | None,
    path: Path | None,
    day: Periode | None,
    form: Format,
    rev: str | None,
    since: str | None,
    public: bool,
) -> tuple[Root, bytes]:
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
        edition = report.Edition(vue.feuille, vue.moment, __version__, own, vue.revision, comparaison, vue.ressources)
        document = report.document(edition, form.code)
    return past.root, document
