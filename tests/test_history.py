"""`history`, `bilans`, `show --history`: the line of time, its marks, and an item's own."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from alliances_cli import timeline
from alliances_cli.cli import past
from conftest import Golden, Invoke, Outcome, some
from story import Repository, begin, late_story

SCREENS = {
    "history": ("history",),
    "history-bilan": ("history", "--by", "bilan"),
    "bilans": ("bilans",),
    "item-3": ("show", "3", "--history"),
    "item-1-rev": ("show", "1", "--history", "--rev", "bilan/2021-05-07"),
    "item-legaliser": ("show", "legaliser", "--history"),
}
FILES = {
    "history.json": ("history", "--format", "json"),
    "history.csv": ("history", "--format", "csv"),
    "history-bilan.json": ("history", "--by", "bilan", "--format", "json"),
    "history-bilan.csv": ("history", "--by", "bilan", "--format", "csv"),
    "bilans.json": ("bilans", "--format", "json"),
    "bilans.csv": ("bilans", "--format", "csv"),
    "item-3.json": ("show", "3", "--history", "--format", "json"),
}


@pytest.fixture
def own(told: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy of the story that a test may change, without what isn't committed."""
    shutil.copytree(told.folder, tmp_path / "depot")
    monkeypatch.chdir(tmp_path / "depot")
    repository = Repository(tmp_path / "depot")
    repository.git("checkout", "-q", "--", "data")
    return repository


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The real roadmap, committed years after its bilans; the current folder is set in it."""
    repository = late_story(tmp_path / "depot")
    monkeypatch.chdir(repository.folder)
    return repository


def bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def moments(answer: Outcome) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(answer.out)["moments"]
    return found


def days(answer: Outcome) -> list[str]:
    return [moment["date"] for moment in moments(answer)]


@pytest.mark.parametrize("columns", [None, 60, 80, 120])
@pytest.mark.parametrize("name", some(SCREENS, 3))
def test_screen(name: str, columns: int | None, here: Repository, invoke: Invoke, golden: Golden) -> None:
    answer = invoke(*SCREENS[name], columns=columns)
    assert all(len(text) <= (columns or 999) for text in bare(answer.out).split("\n"))
    golden(f"past/{name}-{columns or 'pipe'}.txt", bare(answer.out))


@pytest.mark.parametrize("name", FILES)
def test_file(name: str, here: Repository, invoke: Invoke, golden: Golden) -> None:
    golden(f"past/{name}", invoke(*FILES[name]).out)


@pytest.mark.parametrize("columns", [60, 120])
def test_bilans_of_the_real_roadmap(columns: int, late: Repository, invoke: Invoke, golden: Golden) -> None:
    golden(f"past/bilans-late-{columns}.txt", bare(invoke("bilans", columns=columns).out))
    golden(f"past/history-late-{columns}.txt", bare(invoke("history", "--by", "bilan", columns=columns).out))


def test_ascii_where_the_locale_says_so(here: Repository, invoke: Invoke, golden: Golden) -> None:
    answer = invoke("history", columns=80, NO_COLOR="1", LC_ALL="C")
    assert answer.out.isascii() and "?" not in answer.out
    golden("past/history-80-ascii.txt", answer.out)
    assert invoke("history", "--format", "csv", LC_ALL="C").raw == invoke("history", "--format", "csv").raw


# --- history ----------------------------------------------------------------------------------------------------------


def test_steps_are_those_of_the_journey() -> None:
    assert past.BY == timeline.PAS


def test_the_line(here: Repository, invoke: Invoke) -> None:
    answer = invoke("history", "--format", "json")
    # Neither the commit that only touched another file, nor the merged branch's own; the merge has a row.
    expected = ["2021-09-01", "2021-07-12", "2021-06-15", "2021-05-07", "2021-02-10", "2020-10-17"]
    assert days(answer) == expected
    assert days(invoke("history", "--reverse", "--format", "json")) == expected[::-1]
    assert days(invoke("history", "precedent..HEAD", "--format", "json")) == expected[:3]
    assert days(invoke("history", "2020-10-17..2021-05-07", "--format", "json")) == expected[3:5]
    assert days(invoke("history", "..HEAD~1", "--format", "json")) == expected[1:]
    assert "Aucun commit" in invoke("history", "HEAD..HEAD").spoken
    assert moments(answer)[0]["comptes"] == {"tres_satisfaisant": 3, "satisfaisant": 1, "en_retard": 1}
    for moment in moments(answer):
        assert invoke("summarise", "--rev", moment["commit"][:12]).out
    text = invoke("history").out
    assert all(moment["commit"][:12] in text for moment in moments(answer))
    # What isn't committed isn't a moment.
    assert "locaux" not in text


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("--by", "year"), 2),
        (("A...B",), 2),
        (("",), 2),
        (("inconnue..HEAD",), 3),
        (("HEAD..inconnue",), 3),
        (("--by", "bilan", "HEAD~1..HEAD"), 2),
        (("--format", "md"), 2),
    ],
)
def test_misuse(argv: tuple[str, ...], code: int, here: Repository, invoke: Invoke) -> None:
    answer = invoke("history", *argv, code=code)
    assert "Erreur : " in answer.spoken and answer.out == ""


def test_sparklines_run_from_the_oldest(here: Repository, invoke: Invoke) -> None:
    said = invoke("history").spoken
    assert "● très satisfaisant  1 ▃▃▅▅██ 3" in said
    # The order of the rows changes nothing to them.
    assert invoke("history", "--reverse").spoken.split("Du plus ancien")[1] == said.split("Du plus ancien")[1]


def test_by_month_skips_what_cannot_be_read(own: Repository, invoke: Invoke) -> None:
    good = (own.data / "mesures.yaml").read_text("utf-8")
    own.item("mesures", "2", ("realise: 120", "realise: 130"))
    own.commit("Se lit", "2021-09-10")
    (own.data / "mesures.yaml").write_text(good + "mesures: [\n", "utf-8")
    own.commit("Ne se lit pas", "2021-09-20")
    own.commit("Rien de la feuille de route", "2021-09-21")
    (own.data / "mesures.yaml").write_text(good.replace("satisfaisant\n", "parfait\n"), "utf-8")
    own.commit("Ne se lit pas non plus", "2021-10-20")
    (own.data / "mesures.yaml").write_text(good, "utf-8")
    own.commit("Se relit", "2021-11-02")
    found = moments(invoke("history", "--by", "month", "--format", "json"))
    assert [moment["message"] for moment in found[:2]] == ["Se relit", "Se lit"]
    assert all("comptes" in moment for moment in found)
    by_commit = moments(invoke("history", "--format", "json"))
    unread = [moment for moment in by_commit if "comptes" not in moment]
    assert [moment["message"] for moment in unread] == ["Ne se lit pas non plus", "Ne se lit pas"]
    assert all(moment["probleme"].startswith("data/mesures.yaml:") for moment in unread)
    answer = invoke("history", columns=80, NO_COLOR="1")
    assert "dont 2 sans compte" in answer.spoken
    assert len(re.findall(r"^    illisible : data/mesures\.yaml:\d+:\d+: ", answer.spoken, re.MULTILINE)) == 2
    assert re.search(r"^2021-10-20  [0-9a-f]{12}  !  -  -  -", answer.out, re.MULTILINE)
    rows = list(csv.DictReader(io.StringIO(invoke("history", "--format", "csv").out, newline="")))
    assert rows[1]["probleme"] and rows[1]["total"] == rows[1]["satisfaisant"] == ""


def test_totals_that_differ_are_a_mark(own: Repository, invoke: Invoke) -> None:
    own.change("mission", ("en_retard: 2", "en_retard: 3"), ("etat_au: 2021-09-01", "etat_au: 2021-05-07"))
    own.commit("Contredit ses totaux", "2021-09-02")
    first = moments(invoke("history", "--format", "json"))[0]
    assert first["ecart"] == "compté 3/1/1, publié 2/1/3" and first["comptes"]["en_retard"] == 1
    answer = invoke("history", columns=60, NO_COLOR="1")
    assert re.search(r"^2021-09-02  [0-9a-f]{12}  !  3  1  1", answer.out, re.MULTILINE)
    assert "\n    totaux : compté 3/1/1, publié 2/1/3\n" in answer.spoken
    rows = list(csv.DictReader(io.StringIO(invoke("history", "--format", "csv").out, newline="")))
    assert [bool(row["ecart"]) for row in rows[:3]] == [True, False, False]


def test_scales_that_differ(own: Repository, invoke: Invoke) -> None:
    own.change(
        "mission",
        (
            "etat_au: 2021-09-01\n",
            "etat_au: 2021-09-15\n\nechelle:\n"
            "  - {code: fait, libelle: fait, abrege: F, symbole: ■}\n"
            "  - {code: en_retard, libelle: en retard, abrege: R, symbole: ▲, alerte: true}\n",
        ),
    )
    path = own.data / "mission.yaml"
    path.write_text(path.read_text("utf-8").split("\nbilans:")[0], "utf-8")
    path = own.data / "mesures.yaml"
    path.write_text(re.sub(r"avancement: (tres_)?satisfaisant", "avancement: fait", path.read_text("utf-8")), "utf-8")
    path = own.data / "chantiers.yaml"
    path.write_text(path.read_text("utf-8").replace("avancement: satisfaisant", "avancement: fait"), "utf-8")
    invoke("status")
    own.commit("Change d'échelle", "2021-09-15")
    for columns in (60, 80, 120):
        lines = bare(invoke("history", columns=columns).out).replace("\u00a0", " ").split("\n")
        assert all(len(text) <= columns for text in lines)
        assert any("■ 4 ▲ 1" in text and text.startswith("2021-09-15") for text in lines)
        assert any("● 3 ◐ 1 ▲ 1" in text and text.startswith("2021-09-01") for text in lines)
    header = invoke("history", "--format", "csv").out.split("\r\n")[0].split(",")
    assert header[4:8] == ["fait", "en_retard", "tres_satisfaisant", "satisfaisant"]
    assert header == invoke("history", "--reverse", "--format", "csv").out.split("\r\n")[0].split(",")
    rows = list(csv.DictReader(io.StringIO(invoke("history", "--format", "csv").out, newline="")))
    assert (rows[0]["fait"], rows[0]["tres_satisfaisant"]) == ("4", "")
    assert (rows[1]["fait"], rows[1]["tres_satisfaisant"]) == ("", "3")


def test_many_levels_are_cut_not_wrapped(tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = begin(tmp_path / "depot", None)
    repository.data.mkdir()
    scale = "".join(f"  - {{code: n{n}, libelle: Le niveau numéro {n}, abrege: N{n}}}\n" for n in range(14))
    (repository.data / "mission.yaml").write_text(f"titre: Essai\netat_au: 2021\nechelle:\n{scale}", "utf-8")
    items = "".join(f"  - id: {n}\n    titre: Mesure {n}\n    avancement: n{n % 14}\n" for n in range(400))
    (repository.data / "mesures.yaml").write_text(f"mesures:\n{items}", "utf-8")
    message = "Un message de commit bien long, " * 5
    repository.commit(message, "2021-01-01", who="Une personne au nom interminable de famille")
    monkeypatch.chdir(repository.folder)
    for columns in (60, 80, 120):
        lines = bare(invoke("history", columns=columns).out).split("\n")
        assert all(len(text) <= columns for text in lines)
        assert sum(text.startswith("2021-01-01  ") for text in lines) == 1
    assert message.strip() in invoke("history").out


def test_long_histories_are_resampled(late: Repository, invoke: Invoke) -> None:
    path = late.data / "mission.yaml"
    text = path.read_text("utf-8")
    for n in range(70):
        path.write_text(f"# {n}\n{text}", "utf-8")
        late.git("commit", "-q", "-a", "-m", f"Numéro {n}", day="2026-12-01")
    said = invoke("history", columns=60, NO_COLOR="1").spoken
    assert "72 commits" in said
    assert all(len(line) <= 60 for line in said.split("\n"))
    sparklines = re.findall(r"9 (█+) 9", said)
    assert len(sparklines) == 2 and 20 < len(sparklines[0]) < 72


def test_a_bilan_that_git_cannot_give(late: Repository, invoke: Invoke) -> None:
    answer = invoke("history", "--by", "bilan", "--format", "json")
    newest, oldest = moments(answer)
    assert newest["bilan"]["date"] == "2021-05-07" and newest["date"] == "2026-11-25" and newest["total"] == 21
    assert oldest["commit"] is None and oldest["date"] is None and "n'a pas de révision" in oldest["probleme"]
    assert "Remarque : pas de tag « bilan/2021-05-07 »" in answer.spoken
    rows = list(csv.DictReader(io.StringIO(invoke("history", "--by", "bilan", "--format", "csv").out, newline="")))
    assert [row["bilan"] for row in rows] == ["2021-05-07", "2020-10-17"]


def test_no_repository(roadmap: Path, invoke: Invoke) -> None:
    for argv in (("history",), ("bilans",), ("show", "1", "--history"), ("status", "--rev", "HEAD")):
        assert "n'est pas dans un dépôt git" in invoke(*argv, code=3).spoken


def test_no_commit(roadmap: Path, invoke: Invoke) -> None:
    subprocess.run(["git", "init", "-q", str(roadmap.parent)], check=True)
    assert "aucun commit" in invoke("history", code=3).spoken


def test_a_shallow_clone_says_so(
    told: Repository, tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "2", told.folder.as_uri(), str(clone)], check=True)
    monkeypatch.chdir(clone)
    assert "git fetch --unshallow" in invoke("history").spoken


# --- bilans -----------------------------------------------------------------------------------------------------------


def test_bilans(own: Repository, invoke: Invoke) -> None:
    found = json.loads(invoke("bilans", "--format", "json").out)["bilans"]
    assert [(one["date"], one["accord"]) for one in found] == [("2020-10-17", "concorde"), ("2021-05-07", "concorde")]
    assert found[0]["revision"]["tag"] is None and found[1]["revision"]["tag"] == "bilan/2021-05-07"
    said = invoke("bilans").spoken
    assert "sans tag" in said and "bilan/2021-05-07 (19525751a15f du 7 mai 2021)" in said
    # The bilans are those of the work tree's mission.
    own.change("mission", ("en_retard: 2", "en_retard: 3"))
    assert "diffèrent : compté 2/1/2, publié 2/1/3" in invoke("bilans").spoken
    path = own.data / "mission.yaml"
    path.write_text(path.read_text("utf-8") + "\n  - date: 2019-05-07\n    titre: Jamais vu\n", "utf-8")
    assert json.loads(invoke("bilans", "--format", "json").out)["bilans"][0]["accord"] == "sans_revision"
    said = invoke("bilans").spoken
    assert "sans révision" in said and "Le bilan du 7 mai 2019 n'a pas de révision" in said


def test_a_mesure_retired_on_the_day_of_a_bilan_was_in_it(own: Repository, invoke: Invoke) -> None:
    own.git("checkout", "-q", "--", "data")
    own.git("config", "user.name", "Ada Lovelace")
    own.git("config", "user.email", "ada@exemple.fr")
    invoke("publish", "2021-09-15")
    invoke("retire", "3", "--motif", "Sans suite", "--au", "2021-09-15")
    own.commit("Publie", "2021-09-15")
    # `check`, `publish --tag` and `bilans` agree.
    invoke("check")
    invoke("publish", "2021-09-15", "--tag")
    found = json.loads(invoke("bilans", "--format", "json").out)["bilans"][-1]
    assert (found["accord"], found["compte"]) == ("concorde", "3/1/1")


def test_bilans_whose_data_cannot_be_read(own: Repository, invoke: Invoke) -> None:
    (own.data / "mesures.yaml").write_text("mesures: [", "utf-8")
    own.commit("Ne se lit pas", "2021-09-02")
    own.tag("bilan/2020-10-17")
    found = json.loads(invoke("bilans", "--format", "json").out)["bilans"][0]
    assert found["accord"] == "illisible" and "data/mesures.yaml:1:" in found["probleme"]
    for columns in (None, 60, 120):
        said = " ".join(invoke("bilans", columns=columns, NO_COLOR="1").spoken.split())
        assert "illisibles" in said and "data/mesures.yaml:1:" in said


def test_no_bilan(own: Repository, invoke: Invoke) -> None:
    path = own.data / "mission.yaml"
    path.write_text(path.read_text("utf-8").split("bilans:")[0], "utf-8")
    assert "Aucun bilan" in invoke("bilans").spoken
    assert "Aucun bilan" in invoke("history", "--by", "bilan").spoken
    assert json.loads(invoke("bilans", "--format", "json").out)["bilans"] == []


# --- one item ---------------------------------------------------------------------------------------------------------


def test_an_item(here: Repository, invoke: Invoke) -> None:
    found = json.loads(invoke("show", "1", "--history", "--format", "json").out)
    assert [passage["date"] for passage in found["historique"]] == [
        "2021-09-01",
        "2021-05-07",
        "2021-02-10",
        "2020-10-17",
    ]
    assert (found["tendance"], found["depuis"], found["promesse"]) == ("stable", "2021-05-07", None)
    put_off = found["historique"][2]
    assert put_off["auteur"] == "Émile Zola"
    assert put_off["changements"] == [
        {
            "type": "echeance_reportee",
            "objet": "mesure",
            "id": "1",
            "titre": "Ouvrir un guichet",
            "champ": "echeance",
            "avant": "2021-03",
            "apres": "2021-05",
            "jours": 61,
            "mois": 2,
            "fois": None,
        }
    ]
    # What isn't committed comes first, without commit.
    found = json.loads(invoke("show", "2", "--history", "--format", "json").out)
    assert found["historique"][0]["commit"] is None and found["historique"][0]["changements"][0]["type"] == "titre"
    assert found["promesse"] == 2
    assert "Dans le dossier de travail, sans commit" in invoke("show", "2", "--history").spoken
    assert "Promesse inchangée depuis 2 bilans" in invoke("show", "2", "--history").spoken


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("4", "--rev", "HEAD"), "en progrès"),
        (("5", "--rev", "2021-05-07"), "en recul"),
        (("2", "--rev", "2021-05-07"), "stable"),
        (("6",), "nouvelle"),
    ],
)
def test_trend(argv: tuple[str, ...], said: str, here: Repository, invoke: Invoke) -> None:
    text = invoke("show", *argv, "--history").spoken
    assert re.search(rf"^Depuis le bilan du (7 mai 2021|17 octobre 2020) : {said}$", text, re.MULTILINE)


def test_a_trend_since_a_bilan_that_git_cannot_give_is_told(late: Repository, invoke: Invoke) -> None:
    said = invoke("show", "9", "--history").spoken
    assert "Depuis le bilan" not in said
    assert "le bilan du 17 octobre 2020 n'a pas de révision" in said


def test_a_trend_that_is_not_known_is_told(own: Repository, invoke: Invoke) -> None:
    said = invoke("show", "3", "--history", "--rev", "2021-05-07").spoken
    assert "Depuis le bilan du 17 octobre 2020 : stable" in said
    assert "pas de tag « bilan/2020-10-17 »" in said
    own.git("tag", "-d", "bilan/2021-05-07")
    own.item("mesures", "1", ("    dimension:", "    inconnu: x\n    dimension:"))
    own.commit("Casse", "2021-10-01")
    own.tag("bilan/2021-05-07")
    own.git("checkout", "-q", "HEAD~1", "--", "data")
    said = invoke("show", "3", "--history").spoken
    assert "le bilan du 7 mai 2021 ne se lit pas : la tendance n'est pas connue" in said


def test_what_cannot_be_read_is_told_of_an_item(own: Repository, invoke: Invoke) -> None:
    good = (own.data / "mesures.yaml").read_bytes()
    own.item("mesures", "3", ("echeance: 2021-12-31", "echeance: 2022-01-31\n    inconnu: x"))
    broken = own.commit("Casse", "2021-10-01")
    (own.data / "mesures.yaml").write_bytes(good)
    own.item("mesures", "3", ("echeance: 2021-12-31", "echeance: 2022-03-31"))
    own.commit("Répare", "2021-10-02")
    told = f"Remarque : 1 commit ne se lit pas ({broken[:12]}) : "
    for argv in (("show", "3", "--history"), ("list", "--dormantes", "1"), ("list", "--a-revoir")):
        assert f"{told}ce qui y a changé est daté du commit suivant" in invoke(*argv).spoken, argv
    assert f"{told}des reports peuvent manquer au compte" in invoke("diff", "HEAD~2").spoken
    # An item that came since, and a comparison that doesn't go so far.
    assert told not in invoke("show", "3", "--history", "--rev", "HEAD~2").spoken
    assert told not in invoke("diff", "HEAD").spoken


def test_a_level_that_moves_with_the_scale_is_told(own: Repository, invoke: Invoke) -> None:
    own.change(
        "mission",
        (
            "etat_au: 2021-09-01\n",
            "etat_au: 2021-09-15\n\nechelle:\n"
            "  - {code: en_retard, libelle: en retard, symbole: ▲}\n"
            "  - {code: satisfaisant, libelle: satisfaisant, symbole: ◐}\n"
            "  - {code: tres_satisfaisant, libelle: très satisfaisant, symbole: ●}\n",
        ),
    )
    own.item("mesures", "3", ("avancement: en_retard", "avancement: satisfaisant"))
    own.commit("Change d'échelle", "2021-09-15")
    said = invoke("show", "3", "--history").spoken
    assert "Depuis le bilan du 7 mai 2021 : non comparable" in said
    assert "Avancement : en retard → satisfaisant" in said
    history = json.loads(invoke("show", "3", "--history", "--format", "json").out)["historique"]
    assert [change["type"] for change in history[0]["changements"]] == ["niveau_change"]
    assert "Change d'échelle" not in invoke("show", "2", "--history").spoken


def test_an_item_at_a_revision(here: Repository, invoke: Invoke) -> None:
    said = invoke("show", "1", "--history", "--rev", "2021-05-07").spoken
    assert "Révision 2021-05-07 : commit" in said and "Bilan anniversaire" in said
    assert "Retire l'observatoire" not in said
    found = json.loads(invoke("show", "5", "--history", "--rev", "2021-05-07", "--format", "json").out)
    assert found["revision"]["demandee"] == "2021-05-07" and len(found["historique"]) == 2


def test_a_renumbered_item_is_followed(own: Repository, invoke: Invoke) -> None:
    own.change("mesures", ("  - id: 1\n", "  - id: 1-bis\n"))
    own.commit("Renumérote", "2021-10-01")
    said = invoke("show", "1-bis", "--history").spoken
    assert "Renumérotée, 1 → 1-bis" in said
    assert "Échéance reportée de 2 mois (61 jours), de mars 2021 à mai 2021" in said and "  Ajoutée" in said


def test_an_item_never_committed(own: Repository, invoke: Invoke) -> None:
    own.change("mesures", ("\nretirees:", "  - id: 9\n    titre: Toute neuve\n\nretirees:"))
    found = json.loads(invoke("show", "9", "--history", "--format", "json").out)
    assert [passage["commit"] for passage in found["historique"]] == [None]
    assert "  Ajoutée" in invoke("show", "9", "--history").spoken


def test_a_retired_item_and_an_unknown_one(here: Repository, invoke: Invoke) -> None:
    said = invoke("show", "5", "--history").spoken
    assert "Retirée le 1er septembre 2021, remplacée par la mesure 6" in said
    assert said.index("Retirée") < said.index("Avancement : satisfaisant → en retard") < said.index("  Ajoutée")
    assert invoke("show", "77", "--history", code=3).out == ""


def test_a_sentence_says_labels(own: Repository, invoke: Invoke) -> None:
    own.item("mesures", "4", ("dimension: terrain", "dimension: politique"), ("renvois: [2]", "bloqueurs: [loi]"))
    own.item("mesures", "2", ("    realise: 120 élus formés, puis 80 autres\n", ""))
    own.item("mesures", "1", ("    echeance: 2021-05\n", ""))
    own.commit("Change des codes", "2021-10-02")
    said = invoke("show", "4", "--history").spoken
    assert "Dimension : Dimension de terrain → Dimension politique" in said
    assert "Bloqueur posé, « En attente de la loi »" in said and "Renvois : [-mesure 2" in said
    assert "Réalisé : [-120 élus formés, puis 80 autres-]" in invoke("show", "2", "--history").spoken
    assert "Désormais sans échéance (avant : mai 2021)" in invoke("show", "1", "--history").spoken
