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
# One as long has its lines too, of so many pieces.
ENDLESS_WORD, LINE = 300, 10
# Side by side, texts beyond measure would have their widths sought by laying each out several times: they follow each
# other. Of a row or an item, what no page holds is cut where the page ends, the rest of the document is kept whole.
LONG_TEXT = 2_000
LONG_CELL, LONG_PIECE = 5_000, 16_000
PLAIN = (
    ".duo,.fiche,.tuiles,.tuiles>li,.tuile,.bloqueurs,.identite,.chiffres li,.cle,.leviers,.niveau"
    "{display:block!important;columns:auto!important}"
    ".parties{columns:auto!important}"
    ".niveau,.provenance,td.nombre{white-space:normal!important}"
    "table{table-layout:fixed!important}"
    ".fiches,.fiches>*,.fiches>*>tr,.fiches>*>tr>*{display:block!important;width:auto!important}"
)
CUT = ".libre{break-inside:auto!important}"
FREE = "*{break-inside:auto!important;break-before:auto!important;break-after:auto!important}"
_KEPT_WHOLE = ("tr", "li", "div", "table", "h1", "h2", "h3", "h4", "caption", "p", "dl")
_LONG = re.compile(rf"\S{{{LONG_WORD},}}")
ZWSP = "\u200b"
# No text of a document has it.
_FORCED = "\x1f"
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
    _break_long_words(page.etree_element)
    sheet = CUT + PLAIN if _free_long_pieces(page.etree_element) else CUT
    options = {"pdf_variant": "pdf/ua-1", "pdf_identifier": hashlib.sha256(text.encode()).hexdigest()[:32].encode()}
    # No fault of the page's style is told: a browser keeps it silent too.
    try:
        document = page.render(**options, stylesheets=[weasyprint.CSS(string=sheet)])
    except AssertionError:
        # WeasyPrint gives up where what is to be kept whole fits no page.
        document = page.render(**options, stylesheets=[weasyprint.CSS(string=sheet + FREE)])
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


def _break_long_words(root: Element) -> None:
    """Lets the words of the page that are beyond measure be broken every few characters. One without end is broken: it
    would be laid out anew from each of its lines on."""
    for element in list(root.iter()):
        if element.tag in _UNSEEN:
            continue
        inside: list[Element] = []
        element.text, broken = _in_lines(element, element.text)
        inside += broken
        for child in list(element):
            child.tail, broken = _in_lines(element, child.tail)
            inside += [child, *broken]
        element[:] = inside


def _in_lines(parent: Element, text: str | None) -> tuple[str | None, list[Element]]:
    """The text up to its first forced break, then the breaks, each with what follows it."""
    if not text or not _LONG.search(text):
        return text, []
    first, *others = _LONG.sub(_in_pieces, text).split(_FORCED)
    breaks = [parent.makeelement("br", {}) for _ in others]
    for line, follows in zip(breaks, others, strict=True):
        line.tail = follows
    return first, breaks


def _in_pieces(word: re.Match[str]) -> str:
    pieces = [word[0][start : start + BREAK_EVERY] for start in range(0, len(word[0]), BREAK_EVERY)]
    if len(word[0]) < ENDLESS_WORD:
        return ZWSP.join(pieces)
    return _FORCED.join(ZWSP.join(pieces[start : start + LINE]) for start in range(0, len(pieces), LINE))


def _free_long_pieces(root: Element) -> bool:
    """Marks what no page holds; whether a text of the page is beyond measure."""
    long = False
    lengths: dict[Element, int] = {}
    # Children come before what holds them.
    for element in reversed(list(root.iter())):
        if element.tag in _UNSEEN:
            continue
        own = [len(element.text or ""), *(len(child.tail or "") for child in element)]
        inside = [lengths.get(child, 0) for child in element]
        long = long or sum(own) > LONG_TEXT
        lengths[element] = sum(own) + sum(inside)
        # The cells of a row are side by side.
        cut = max(inside, default=0) > LONG_CELL if element.tag == "tr" else lengths[element] > LONG_PIECE
        if cut and element.tag in _KEPT_WHOLE:
            element.set("class", f"{element.get('class', '')} libre".strip())
        if element.tag == "table" and any("libre" in row.get("class", "") for row in element.iter("tr")):
            # In columns, as narrow as they are, it would have many times its pages.
            element.set("class", f"{element.get('class', '')} fiches".strip())
    return long
