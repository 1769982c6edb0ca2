"""The bilan as a PDF: the HTML one, laid out on paper by WeasyPrint, with its structure and its origin."""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

from alliances_cli import typographie
from alliances_cli.errors import ExtraMissing, SystemFault
from alliances_cli.present import report
from alliances_cli.present.report.edition import Edition
from alliances_cli.present.report.stamp import stamp

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# A word as long takes WeasyPrint seconds to break; a place to break at every few characters spares them.
LONG_WORD = 100
BREAK_EVERY = 12
# Of a text with such a word, nothing that is to be kept whole fits a page.
ENDLESS_WORD = 300
FREE = "*{break-inside:auto!important;break-before:auto!important;break-after:auto!important}"
_LONG = re.compile(rf"\S{{{LONG_WORD},}}")
ZWSP = "\u200b"
# What is not set as text.
_UNSEEN = ("style", "script", "title", "template")


def render(edition: Edition) -> bytes:
    """The whole document. Nothing is fetched: what the page doesn't hold isn't in it.

    Raises: TemplateFault; InvalidRoadmap; UsageFault; ExtraMissing; SystemFault where a library is missing.
    """
    weasyprint, fetcher = _weasyprint()
    made = stamp(edition).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = report.render(edition, "html")
    page = weasyprint.HTML(string=text, url_fetcher=fetcher(allowed_protocols=("data",)))
    endless = _break_long_words(page.etree_element)
    options = {"pdf_variant": "pdf/ua-1", "pdf_identifier": hashlib.sha256(text.encode()).hexdigest()[:32].encode()}
    # No fault of the page's style is told: a browser keeps it silent too.
    try:
        document = page.render(**options, stylesheets=[weasyprint.CSS(string=FREE)] if endless else None)
    except AssertionError:
        # WeasyPrint gives up where what is to be kept whole fits no page.
        document = page.render(**options, stylesheets=[weasyprint.CSS(string=FREE)])
    mission, metadata = edition.feuille.mission, document.metadata
    metadata.lang = metadata.lang or "fr"
    metadata.title = metadata.title or typographie.one_line(mission.titre)
    metadata.authors = [typographie.one_line(mission.emetteur.nom)] if mission.emetteur.nom else []
    metadata.description = typographie.one_line(f"{mission.titre}, état au {edition.moment.in_words}")
    metadata.generator = f"alliances {edition.version}"
    metadata.created = metadata.modified = made
    written: bytes = document.write_pdf(**options)
    return written


def _weasyprint() -> tuple[Any, Any]:
    """The library, and what fetches for it.

    Raises: ExtraMissing; SystemFault.
    """
    try:
        # Where a library of the system is missing, it prints a page about it.
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            import weasyprint  # type: ignore[import-untyped]
            from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]
    except ImportError:
        raise ExtraMissing("pdf", "le format pdf") from None
    except OSError as error:
        missing = re.search(r"lib[\w.-]+|[\w.-]+\.(?:dylib|dll)", str(error))
        raise SystemFault(
            f"le format pdf demande Pango, que WeasyPrint ne trouve pas{f' ({missing[0]})' if missing else ''} ; "
            "sur Debian et Ubuntu : apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from None
    return weasyprint, URLFetcher


def _break_long_words(root: Element) -> bool:
    """Lets the words of the page that are beyond measure be broken every few characters; whether one is endless."""
    longest = 0

    def broken(text: str) -> str:
        return _LONG.sub(in_pieces, text)

    def in_pieces(word: re.Match[str]) -> str:
        nonlocal longest
        longest = max(longest, len(word[0]))
        return ZWSP.join(_pieces(word[0]))

    for element in root.iter():
        if element.text and element.tag not in _UNSEEN:
            element.text = broken(element.text)
        if element.tail:
            element.tail = broken(element.tail)
    return longest >= ENDLESS_WORD


def _pieces(word: str) -> list[str]:
    return [word[start : start + BREAK_EVERY] for start in range(0, len(word), BREAK_EVERY)]
