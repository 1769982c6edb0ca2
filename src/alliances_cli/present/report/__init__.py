"""The bilan as a document, by the templates of the roadmap, else those that are shipped.

The data's texts reach a template raw; whatever a template prints is escaped for its format on the way out, so that no
template or macro can forget to. The same roadmap, date and version give the same text: no clock, no path, no locale.
"""

from __future__ import annotations

import re

from alliances_cli.errors import InvalidRoadmap
from alliances_cli.present.report.context import context
from alliances_cli.present.report.edition import Edition
from alliances_cli.present.report.environment import environment, shipped_environment
from alliances_cli.present.report.faults import fault
from alliances_cli.present.report.headings import linked
from alliances_cli.present.report.loading import own_templates
from alliances_cli.present.report.style import STYLE, STYLE_CHANGEMENTS, sheet

__all__ = ["FORMATS", "Edition", "render"]

FORMATS = ("md", "html")


def render(edition: Edition, format: str) -> str:
    """The whole document, in one of FORMATS.

    Raises: TemplateFault; InvalidRoadmap for a template of the past that can't be read.
    """
    own = own_templates(edition.templates)
    made = environment(format, own, edition.version) if own else shipped_environment(format, edition.version)
    try:
        values = context(edition)
        if format == "html":
            sheets = (STYLE, STYLE_CHANGEMENTS) if edition.comparaison is not None else (STYLE,)
            values["style"] = sheet(made, edition.feuille.echelle, sheets)
        text = made.get_template(f"bilan.{format}.j2").render(values)
    except InvalidRoadmap:
        raise
    except Exception as error:
        raise fault(error, f"bilan.{format}.j2", own) from error
    return linked(_tidied(text)) if format == "md" else _tidied(text)


def _tidied(text: str) -> str:
    """No space at the end of a line, never two blank lines, one newline at the end."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).strip("\n") + "\n"
