"""Partial dates: `2021`, `2021-06`, `2021-06-30`, `2021-T3` (quarter), `2021-S2` (half-year)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
RANGS = ("premier", "deuxième", "troisième", "quatrième")

_FORM = re.compile(r"(\d{4})(?:-(?:(\d{2})(?:-(\d{2}))?|T([1-4])|S([12])))?", re.ASCII)
_TWO_DIGITS = r"(?a)\d{1,2}([/.-]\d{1,2}){1,2}(\d{2})?|\d{2}"


@dataclass(frozen=True, slots=True)
class Periode:
    """A stretch of days, as it was typed: `first` and `last` are its first and last day; it is due on `last`."""

    text: str
    first: date
    last: date

    def __str__(self) -> str:
        return self.text

    def same_days(self, other: Periode) -> bool:
        """Whether both are the same stretch of days, however they were typed."""
        return (self.first, self.last) == (other.first, other.last)

    def overlaps(self, other: Periode) -> bool:
        return self.first <= other.last and other.first <= self.last

    @property
    def in_words(self) -> str:
        """French words: « 7 mai 2021 », « juin 2021 », « 3e trimestre 2021 », « 2021 »."""
        match = _FORM.fullmatch(self.text)
        assert match is not None
        year, month, day, quarter, half = match.groups()
        if day:
            return day_in_words(self.first)
        if month:
            return f"{MOIS[int(month) - 1]} {year}"
        if quarter:
            return f"{RANGS[int(quarter) - 1]} trimestre {year}"
        if half:
            return f"{RANGS[int(half) - 1]} semestre {year}"
        return year

    @property
    def du(self) -> str:
        """« du 7 mai 2021 », « de juin 2021 », « d'août 2021 », « du premier trimestre 2021 », « de 2021 »."""
        if self.first == self.last or self.text[5:6] in ("T", "S"):
            return f"du {self.in_words}"
        return f"d'{self.in_words}" if self.in_words[0] in "ao" else f"de {self.in_words}"

    @property
    def au(self) -> str:
        """« au 7 mai 2021 », « à juin 2021 », « au premier trimestre 2021 », « à 2021 »."""
        return f"{self.preposition} {self.in_words}"

    @property
    def preposition(self) -> str:
        """« au » or « à », as `au` begins."""
        return "au" if self.du.startswith("du ") else "à"


def day_in_words(day: date) -> str:
    """« 7 mai 2021 », « 1er juin 2021 »."""
    return f"{'1er' if day.day == 1 else day.day} {MOIS[day.month - 1]} {day.year}"


def parse(text: str) -> Periode:
    """Returns the period that the text names.

    Raises: ValueError with a French sentence when it names none (unknown form, impossible day, two-digit year).
    """
    match = _FORM.fullmatch(text)
    if match is None:
        if re.fullmatch(_TWO_DIGITS, text):
            raise ValueError(f"« {text} » : l'année s'écrit en premier et en entier, par exemple 2021-06-30")
        raise ValueError(
            f"« {text} » n'est pas une date : écrivez 2021, 2021-06, 2021-06-30, "
            "2021-T3 (trimestre) ou 2021-S2 (semestre)"
        )
    year_text, month, day, quarter, half = match.groups()
    year = int(year_text)
    if year < 1:
        raise ValueError(f"« {text} » n'est pas une date : l'année 0 n'existe pas")
    if quarter:
        return _months(text, year, 3 * int(quarter) - 2, 3 * int(quarter))
    if half:
        return _months(text, year, 6 * int(half) - 5, 6 * int(half))
    if not month:
        return _months(text, year, 1, 12)
    if not 1 <= int(month) <= 12:
        raise ValueError(f"« {text} » : le mois {month} n'existe pas")
    if not day:
        return _months(text, year, int(month), int(month))
    days = monthrange(year, int(month))[1]
    if not 1 <= int(day) <= days:
        raise ValueError(f"« {text} » : {MOIS[int(month) - 1]} {year} n'a pas de jour {day} (1 à {days})")
    exact = date(year, int(month), int(day))
    return Periode(text, exact, exact)


def of_day(day: date) -> Periode:
    """The period of one day."""
    return Periode(day.isoformat(), day, day)


def _months(text: str, year: int, first: int, last: int) -> Periode:
    return Periode(text, date(year, first, 1), date(year, last, monthrange(year, last)[1]))
