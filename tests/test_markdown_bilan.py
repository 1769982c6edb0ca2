"""The bilan in Markdown: what it says and in what order, raw as on a forge; nothing but what the HTML says."""

from __future__ import annotations

import pytest

from alliances_cli import model
from alliances_cli.present.report import Edition
from alliances_cli.present.report.context import context
from test_report import VERSION, moment_of, small


@pytest.mark.parametrize(
    ("dated", "told", "after"),
    [
        ("", "", ""),
        ("abc", "abc", ""),
        ("aBc", "aB", "c"),
        ("Abc", "A", "bc"),
        ("aBcDe", "aBcD", "e"),
        ("abC", "abC", ""),
    ],
)
def test_the_parts_up_to_the_last_dated_one_tell_the_mission_s_story(dated: str, told: str, after: str) -> None:
    """A part in upper case dates something, under one of its points."""

    def partie(id: str) -> dict[str, object]:
        under = {"texte": "Dessous", "date": "2020"} if id.isupper() else "Dessous"
        return {"id": id, "titre": id, "points": ["Dessus", {"texte": "Dessus", "points": [under]}]}

    feuille = small(parties=[partie(id) for id in dated])
    found = context(Edition(feuille, moment_of(feuille), VERSION))

    def ids(parties: tuple[model.Partie, ...]) -> str:
        return "".join(partie.id for partie in parties)

    assert ids(found["parties_en_frise"]) == told and ids(found["autres_parties"]) == after
