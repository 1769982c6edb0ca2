"""What the style says of the printed page, which it must say in words: the running footer."""

from __future__ import annotations

import re

from alliances_cli.present.report.edition import Edition

# What fits on a line beside the date and the number of the page.
MAX_TITLE = 90
_HIDDEN = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
# What a string of a style sheet doesn't hold as it is, whatever is done to the sheet afterwards. A space after an
# escape would be taken for its end: it is escaped too.
_ESCAPED = re.compile(r"[^\w .,:!?…\-–—·’«»()] *")


def page_footer(title: str, date: str) -> str:
    """The rules that print at the foot of each page the title, shortened where it is long, the date, the number of the
    page and how many there are. `title` and `date` are as they are read: one line, no markup.

    In literal strings: browsers know neither `string-set` nor `content()` there.
    """
    left = css_string(shortened(title, MAX_TITLE))
    right = css_string(f"{date} · page ")
    return f'@page{{@bottom-left{{content:{left}}}@bottom-right{{content:{right} counter(page) " / " counter(pages)}}}}'


def state(edition: Edition) -> str:
    """« État au 7 mai 2021 », « État à juin 2021 » : the date at which the roadmap stands, else that it is read at."""
    etat_au = edition.feuille.mission.etat_au
    if etat_au is None:
        return f"État au {edition.moment.in_words}"
    return f"État {etat_au.preposition} {etat_au.in_words}"


def shortened(text: str, length: int) -> str:
    """The text on one line, cut after a word, with « … », where it is longer than `length` characters."""
    text = re.sub(" {2,}", " ", _HIDDEN.sub(" ", text)).strip()
    if len(text) <= length:
        return text
    whole, space, _ = text[:length].rpartition(" ")
    return (whole if space and len(whole) > length // 2 else text[: length - 1]).rstrip(" ,;:.-–\u00a0\u202f") + "…"


def css_string(text: str) -> str:
    """The text as a string of a style sheet: each character that could end it, or that a sheet on one line would lose,
    by its number."""
    escaped = _ESCAPED.sub(lambda found: "".join(f"\\{ord(char):06x}" for char in found[0]), _HIDDEN.sub(" ", text))
    return f'"{escaped}"'
