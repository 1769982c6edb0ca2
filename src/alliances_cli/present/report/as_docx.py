"""The bilan as a Word document, that a ministry can annotate: it says what the HTML one says."""

from __future__ import annotations

from alliances_cli.errors import ExtraMissing
from alliances_cli.present.report.edition import Edition
from alliances_cli.present.report.stamp import stamp


def render(edition: Edition) -> bytes:
    """The whole document.

    Raises: ExtraMissing; UsageFault where the environment's date can't be read.
    """
    try:
        import docx  # noqa: F401
    except ImportError:
        raise ExtraMissing("docx", "le format docx") from None
    from alliances_cli.present.report import word_bilan

    return word_bilan.write(edition, stamp(edition))
