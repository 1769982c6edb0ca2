"""The bilan as a mail: the answer, what is late and what changed, in 4,000 bytes whatever the roadmap."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from alliances_cli import store
from alliances_cli.location import Root
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.present import report
from alliances_cli.present.report import Edition, mail
from conftest import Invoke
from story import Repository
from test_report import PAYLOADS, full, moment_of, real, small
from test_shapes import SHAPES, items, words
from test_shapes import roadmap as shaped

LIMIT = 4000


def written(feuille: FeuilleDeRoute, own: Path | None = None) -> str:
    return report.render(Edition(feuille, moment_of(feuille), "9.9.9", own), "txt-mail")


def bare(text: str) -> str:
    """A text with its lines joined, its spaces ordinary."""
    return " ".join(text.replace("’", "'").split())


def read(tmp_path: Path, made: dict[str, Any]) -> FeuilleDeRoute:
    for part, content in made.items():
        (tmp_path / f"{part}.yaml").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return store.parse(store.read_sources(Root(tmp_path))).require()


def check_form(text: str) -> None:
    assert len(text.encode()) < LIMIT
    lines = text.split("\n")
    assert max(map(len, lines)) <= 76
    assert lines[-1] == "" and lines[-2] != "" and lines[0] != ""
    assert not re.search(
        r"[ \t\u00a0]$|\n\n\n|[\r\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]|[─-╿]", text, re.MULTILINE
    )


@cache
def of_real() -> str:
    return written(real())


def test_the_real_one_answers_first() -> None:
    text = of_real()
    check_form(text)
    assert text.startswith(
        "Bilan anniversaire\n"
        "Mission ministérielle «\u00a0Accélérer les alliances\u00a0»\n"
        "État au 7\u00a0mai 2021\n"
        "\n"
        "21\u00a0mesures\u00a0: 9\u00a0très satisfaisant, 9\u00a0satisfaisant, 3\u00a0en retard.\n"
    )
    said = bare(text)
    for part in (
        "● très satisfaisant : 9 ◐ satisfaisant : 9 ▲ en retard : 3",
        "- Stratégiques, 7 mesures : 3 très satisfaisant, 3 satisfaisant, 1 en retard",
        "- mesure 19 : Instruire l'opportunité d'un nouveau statut de « société de bien commun » – ▲ en retard "
        "(inféré)",
        "- juin 2021, mesure 6 : 11ème session en juin sur le CRTE",
        "Niveaux inférés : 25.",
        "Licence non précisée. Document produit par alliances 9.9.9.",
    ):
        assert part in said
    assert "**" not in text


def test_all_that_is_late_is_there_where_there_is_room() -> None:
    feuille = real()
    late = [m.id for m in feuille.mesures if m.avancement == "en_retard"]
    part = bare(of_real()).partition("Ce qui est en retard :")[2].partition("Prochaines étapes :")[0]
    assert re.findall(r"mesure (\d+) :", part) == late


@pytest.mark.parametrize("name", SHAPES)
def test_it_always_fits(name: str, tmp_path: Path) -> None:
    check_form(written(read(tmp_path, SHAPES[name]())))


@pytest.mark.parametrize(
    "payload", ["m" * 5000, "é" * 5000, "🎉" * 900, "mot " * 1200, "<b>&amp;</b> **g** {{ x }}\n\n| a |"]
)
def test_it_fits_whatever_the_texts(payload: str) -> None:
    text = written(full(lambda name: f"{payload} {name}" if name else ""))
    check_form(text)
    assert "Ce qui est en retard" in text and "Document produit par" in bare(text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_is_escaped_nor_marked(payload: str) -> None:
    text = written(small([{"id": "1", "titre": payload, "avancement": "en_retard"}], etat_au="2021-05-07"))
    check_form(text)
    expected = mail.shortened(payload, 400)
    assert "".join(expected.split()) in "".join(text.split())


def test_what_has_no_room_is_counted(tmp_path: Path) -> None:
    made = items(
        300,
        titre=lambda i: words(400, i),
        avancement=lambda i: "en_retard" if i % 3 else "satisfaisant",
        echeance=lambda i: "2024-01" if i % 2 else "2025-01",
        prochaine_etape=lambda i: words(300, i),
    )
    text = written(read(tmp_path, shaped(made)))
    check_form(text)
    said = bare(text)
    late, after, coming = re.split(
        "- Étape échue .*étapes échues|Prochaines étapes :", said.partition("Ce qui est en retard :")[2]
    )
    assert after.strip() == ""
    for part, total, noun in ((late, 200, "mesures"), (coming, 150, "étapes à venir")):
        shown = len(re.findall(r"mesure \d+ :", part))
        left = re.search(rf"… et (\d+) autres {noun}", part)
        assert left is not None and shown > 0 and shown + int(left[1]) == total
    # Texts are cut between two words.
    cut = re.findall(r"mesure (\d+) : ([^…–]+)… –", late)
    assert cut
    for number, begun in cut:
        title = next(item["titre"] for item in made if str(item["id"]) == number)
        assert re.match(rf"{re.escape(bare(begun))}(?!\w)", bare(title))


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("Un mot", 6, "Un mot"),
        ("Un mot de trop", 9, "Un mot…"),
        ("Un **mot** de trop", 9, "Un mot…"),
        ("Une liste, une autre", 11, "Une liste…"),
        ("Dire « bonjour » à tous", 8, "Dire…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("a\nb", 10, "a b"),
    ],
)
def test_a_text_is_cut_between_two_words(text: str, most: int, expected: str) -> None:
    assert mail.shortened(text, most) == expected


def test_what_changed_is_told_where_it_is_asked(here: Repository, invoke: Invoke) -> None:
    text = invoke("render", "--format", "txt-mail", "--since", "precedent").out
    check_form(text)
    said = bare(text)
    for part in (
        "3 très satisfaisant (+1)",
        "Ce qui a changé depuis le bilan du 7 mai 2021 : 5 mesures : 1 en progrès, 3 stables, 1 nouvelle.",
        "- Mesure 4 (Mobiliser les entreprises) : en progrès : satisfaisant → très satisfaisant",
        "- Étape échue (mai 2021), mesure 1 : Ouvrir un guichet – Ouvrir dix guichets",
    ):
        assert part in said
    assert "Ce qui a changé" not in invoke("render", "--format", "txt-mail").out


def test_it_is_written_in_a_txt_file_or_shown(roadmap: Path, invoke: Invoke) -> None:
    invoke("render", "-o", "bilan.txt")
    shown = invoke("render", "--format", "txt-mail", columns=80)
    assert Path("bilan.txt").read_bytes() == shown.raw
    assert shown.out.startswith("Bilan anniversaire\n")


def test_a_roadmap_changes_a_part_and_the_size_still_holds(roadmap: Path, invoke: Invoke) -> None:
    folder = roadmap.parent / "templates"
    folder.mkdir()
    own = folder / "bilan.txt-mail.j2"
    own.write_text(
        '{% extends "alliances/bilan.txt-mail.j2" %}\n{% block pied %}\nBien à vous & merci\n{% endblock %}\n', "utf-8"
    )
    text = invoke("render", "--format", "txt-mail").out
    assert text.endswith("\nBien à vous & merci\n") and "Document produit par" not in text
    own.write_text("{% for n in range(900) %}encore {{ n }} {% endfor %}", "utf-8")
    text = invoke("render", "--format", "txt-mail").out
    assert len(text.encode()) < LIMIT and text.endswith("\n[…]\n")
    own.write_text("{{ place.inconnu }}", "utf-8")
    assert "templates/bilan.txt-mail.j2:1" in invoke("render", "--format", "txt-mail", code=1).spoken
