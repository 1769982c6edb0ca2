"""Partial dates: first and last day, words, what is refused and why."""

from __future__ import annotations

from datetime import date

import pytest

from alliances_cli import periode

LEAP = date(2020, 2, 29)


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2021", date(2021, 1, 1), date(2021, 12, 31), "2021"),
        ("2021-06", date(2021, 6, 1), date(2021, 6, 30), "juin 2021"),
        ("2020-02", date(2020, 2, 1), LEAP, "février 2020"),
        ("2021-02", date(2021, 2, 1), date(2021, 2, 28), "février 2021"),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28), "février 1900"),
        ("2021-12", date(2021, 12, 1), date(2021, 12, 31), "décembre 2021"),
        ("2021-05-07", date(2021, 5, 7), date(2021, 5, 7), "7 mai 2021"),
        ("2021-08-01", date(2021, 8, 1), date(2021, 8, 1), "1er août 2021"),
        ("2020-02-29", LEAP, LEAP, "29 février 2020"),
        ("2021-T1", date(2021, 1, 1), date(2021, 3, 31), "premier trimestre 2021"),
        ("2021-T2", date(2021, 4, 1), date(2021, 6, 30), "deuxième trimestre 2021"),
        ("2021-T3", date(2021, 7, 1), date(2021, 9, 30), "troisième trimestre 2021"),
        ("2021-T4", date(2021, 10, 1), date(2021, 12, 31), "quatrième trimestre 2021"),
        ("2021-S1", date(2021, 1, 1), date(2021, 6, 30), "premier semestre 2021"),
        ("2021-S2", date(2021, 7, 1), date(2021, 12, 31), "deuxième semestre 2021"),
        ("0001", date(1, 1, 1), date(1, 12, 31), "0001"),
        ("9999-S2", date(9999, 7, 1), date(9999, 12, 31), "deuxième semestre 9999"),
    ],
)
def test_first_and_last_day_and_words(text: str, first: date, last: date, words: str) -> None:
    found = periode.parse(text)
    assert (found.first, found.last, found.in_words, str(found)) == (first, last, words, text)


YEAR_FIRST = "« {} » : l'année s'écrit en premier et en entier, par exemple 2021-06-30"
NO_DATE = "« {} » n'est pas une date : écrivez 2021, 2021-06, 2021-06-30, 2021-T3 (trimestre) ou 2021-S2 (semestre)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *((text, YEAR_FIRST) for text in ("30/06/21", "21-06-30", "30.06.2021", "06/2021", "6/21", "21", "1-2-03")),
        *((text, NO_DATE) for text in ("", "demain", "juin 2021", "2021/06/30", "20210630", "2021-6", "2021-06-3")),
        *((text, NO_DATE) for text in ("2021-T0", "2021-T5", "2021-S3", "2021-t3", "2021-T", "-2021", "2021-06-30T12")),
        *((text, NO_DATE) for text in ("٢٠٢١", "2021-٠٦", "2021 ", "2021\n", "12021", "202")),
        ("2021-02-30", "« {} » : février 2021 n'a pas de jour 30 (1 à 28)"),
        ("2021-02-29", "« {} » : février 2021 n'a pas de jour 29 (1 à 28)"),
        ("2021-04-31", "« {} » : avril 2021 n'a pas de jour 31 (1 à 30)"),
        ("2021-04-00", "« {} » : avril 2021 n'a pas de jour 00 (1 à 30)"),
        ("2021-13", "« {} » : le mois 13 n'existe pas"),
        ("2021-00-10", "« {} » : le mois 00 n'existe pas"),
        ("0000", "« {} » n'est pas une date : l'année 0 n'existe pas"),
        ("0000-T1", "« {} » n'est pas une date : l'année 0 n'existe pas"),
    ],
)
def test_what_is_no_date(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="^«") as refused:
        periode.parse(text)
    assert str(refused.value) == message.format(text)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2021", "2021-06-30", True),
        ("2021-06", "2021-T2", True),
        ("2021-S1", "2021-T3", False),
        ("2021-06-30", "2021-07-01", False),
        ("2021-06-30", "2021-06", True),
    ],
)
def test_overlaps_both_ways(one: str, other: str, expected: bool) -> None:
    first, second = periode.parse(one), periode.parse(other)
    assert first.overlaps(second) is expected
    assert second.overlaps(first) is expected


def test_of_day() -> None:
    assert periode.of_day(LEAP) == periode.parse("2020-02-29")


@pytest.mark.parametrize(
    ("text", "du", "au"),
    [
        ("2021-05-07", "du 7 mai 2021", "au 7 mai 2021"),
        ("2021-06-01", "du 1er juin 2021", "au 1er juin 2021"),
        ("2021-04", "d'avril 2021", "à avril 2021"),
        ("2021-10", "d'octobre 2021", "à octobre 2021"),
        ("2021-06", "de juin 2021", "à juin 2021"),
        ("2021", "de 2021", "à 2021"),
        ("2021-T1", "du premier trimestre 2021", "au premier trimestre 2021"),
    ],
)
def test_the_articles_of_a_date(text: str, du: str, au: str) -> None:
    found = periode.parse(text)
    assert (found.du, found.au) == (du, au)
