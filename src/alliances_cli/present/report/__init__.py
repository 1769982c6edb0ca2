"""The bilan as a document, by the templates of the roadmap, else those that are shipped.

The data's texts reach a template raw; whatever a template prints is escaped for its format on the way out, so that no
template or macro can forget to. The same roadmap, date and version give the same text: no clock, no path, no locale.
"""

from __future__ import annotations

import re
from functools import partial

from alliances_cli.errors import InvalidRoadmap
from alliances_cli.present.report import mail
from alliances_cli.present.report.context import context
from alliances_cli.present.report.edition import Edition, characters
from alliances_cli.present.report.environment import environment, shipped_environment
from alliances_cli.present.report.faults import fault
from alliances_cli.present.report.headings import linked
from alliances_cli.present.report.loading import own_templates
from alliances_cli.present.report.paper import page_footer, state
from alliances_cli.present.report.style import STYLE, STYLE_CHANGEMENTS, sheet
from alliances_cli.typographie import typeset

__all__ = ["FORMATS", "Edition", "document", "render"]

# Those that are texts, each by its own templates.
FORMATS = ("md", "html")


def document(edition: Edition, format: str) -> bytes:
    """The whole document as a file holds it, in one of the tool's formats.

    Raises: TemplateFault; InvalidRoadmap; SystemFault where a library that the format needs is missing.
    """
    if format == "pdf":
        from alliances_cli.present.report import as_pdf

        return as_pdf.render(edition)
    if format == "docx":
        from alliances_cli.present.report import as_docx

        return as_docx.render(edition)
    return render(edition, format).encode("utf-8")


def render(edition: Edition, format: str) -> str:
    """The whole text, in one of FORMATS.

    Raises: TemplateFault; InvalidRoadmap for a template of the past that can't be read.
    """
    own = own_templates(edition.templates)
    if own is not None:
        made = environment(format, own, edition.version, partial(characters, edition))
    else:
        made = shipped_environment(format, edition.version)
    try:
        values = context(edition)
        if format == "html":
            sheets = (STYLE, STYLE_CHANGEMENTS) if edition.comparaison is not None else (STYLE,)
            foot = page_footer(typeset(values["titre_de_page"]), typeset(state(edition)))
            theme, police = edition.feuille.mission.theme, edition.ressources.police
            values["style"] = sheet(made, edition.feuille.echelle, sheets, foot, theme, police)
        template = made.get_template(f"bilan.{format}.j2")
        if format == "txt-mail":
            values |= mail.values(edition.feuille)
            return mail.fitted(lambda place: template.render({**values, **place}))
        text = template.render(values)
    except InvalidRoadmap:
        raise
    except Exception as error:
        raise fault(error, f"bilan.{format}.j2", own) from error
    return linked(_tidied(text)) if format == "md" else _tidied(text)


def _tidied(text: str) -> str:
    """No space at the end of a line, never two blank lines, one newline at the end."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).strip("\n") + "\n"
