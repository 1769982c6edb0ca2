"""The bilan as a PDF: the HTML one, laid out on paper by WeasyPrint."""

from __future__ import annotations

from alliances_cli.errors import ExtraMissing
from alliances_cli.present import report
from alliances_cli.present.report.edition import Edition


def render(edition: Edition) -> bytes:
    """The whole document.

    Raises: TemplateFault; InvalidRoadmap; ExtraMissing; SystemFault.
    """
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]
        from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]
    except ImportError:
        raise ExtraMissing("pdf", "le format pdf") from None
    page = HTML(string=report.render(edition, "html"), url_fetcher=URLFetcher(allowed_protocols=("data",)))
    document: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return document
