"""`--rev` on the commands that look: the screens and files of a moment, what is said of it; nothing is touched."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from alliances_cli import timeline
from conftest import Golden, Invoke, Outcome, some
from story import Repository, begin, late_story

BILAN = "bilan/2021-05-07"
SCREENS = {
    "status": ("status", "--rev", BILAN),
    "list": ("list", "--rev", BILAN),
    "show-3": ("show", "3", "--rev", "2021-05-07"),
    "show-retired": ("show", "5", "--rev", "HEAD"),
    "summarise": ("summarise", "--rev", "precedent"),
    "check": ("check", "--rev", "HEAD~3"),
    "dormantes": ("list", "--dormantes", "50"),
    "a-revoir": ("list", "--a-revoir", "--rev", "2021-06-15"),
}
FILES = {
    "status.json": ("status", "--rev", BILAN, "--format", "json"),
    "list.csv": ("list", "--rev", BILAN, "--format", "csv"),
    "list.md": ("list", "--rev", BILAN, "--format", "md"),
    "show-retired.json": ("show", "5", "--rev", "HEAD", "--format", "json"),
    "summarise.md": ("summarise", "--rev", "precedent", "--format", "md"),
    "check.json": ("check", "--rev", BILAN, "--format", "json"),
    "dormantes.json": ("list", "--dormantes", "300", "--format", "json"),
    "dormantes.csv": ("list", "--dormantes", "50", "--format", "csv"),
    "dormantes.md": ("list", "--dormantes", "50", "--format", "md"),
    "a-revoir.json": ("list", "--a-revoir", "--rev", "2021-06-15", "--format", "json"),
    "a-revoir.csv": ("list", "--a-revoir", "--rev", "2021-06-15", "--format", "csv"),
}


@pytest.fixture
def own(told: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy of the story that a test may change."""
    shutil.copytree(told.folder, tmp_path / "depot")
    monkeypatch.chdir(tmp_path / "depot")
    return Repository(tmp_path / "depot")


def bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def revision(answer: Outcome) -> dict[str, str]:
    found: dict[str, str] = json.loads(answer.out)["revision"]
    return found


@pytest.mark.parametrize("columns", [None, 60, 80, 120])
@pytest.mark.parametrize("name", some(SCREENS, 3))
def test_screen(name: str, columns: int | None, here: Repository, invoke: Invoke, golden: Golden) -> None:
    answer = invoke(*SCREENS[name], columns=columns)
    assert all(len(text) <= (columns or 999) for text in bare(answer.out).split("\n"))
    golden(f"past/{name}-{columns or 'pipe'}.txt", bare(answer.out))


@pytest.mark.parametrize("name", FILES)
def test_file(name: str, here: Repository, invoke: Invoke, golden: Golden) -> None:
    golden(f"past/{name}", invoke(*FILES[name]).out)


def test_status_stays_on_a_screen(here: Repository, invoke: Invoke) -> None:
    for columns in (60, 80, 120):
        answer = invoke("status", "--rev", BILAN, columns=columns, NO_COLOR="1")
        assert answer.out.count("\n") <= 23
        assert "Révision bilan/2021-05-07 : commit" in answer.spoken


def test_status_of_the_real_roadmap_stays_on_a_screen(
    tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_story(tmp_path / "depot")
    monkeypatch.chdir(tmp_path / "depot")
    answer = invoke("status", "--rev", "2021-05-07", columns=80, NO_COLOR="1")
    assert answer.out.count("\n") <= 23
    # The commit is years later than the date of reading: both are shown.
    assert "État au 7 mai 2021" in answer.spoken
    assert "du 25 novembre 2026, bilan du 7 mai 2021" in " ".join(answer.spoken.split())
    assert "Remarque : pas de tag « bilan/2021-05-07 »" in answer.spoken
    assert "n'a pas de révision" in invoke("status", "--rev", "2020-10-17", code=3).spoken
    assert "n'a pas de révision" in invoke("status", "--rev", "precedent", code=3).spoken


def test_date_of_reading(here: Repository, invoke: Invoke) -> None:
    found = json.loads(invoke("status", "--rev", "2021-02-10", "--format", "json").out)
    assert (found["au"], found["au_origine"], found["revision"]["date"]) == ("2021-02-10", "etat_au", "2021-02-10")
    # What stands at HEAD~1 was written before it was merged: its own date isn't the commit's.
    found = json.loads(invoke("status", "--rev", "HEAD~1", "--format", "json").out)
    assert (found["au"], found["revision"]["date"]) == ("2021-06-15", "2021-07-12")
    found = json.loads(invoke("status", "--rev", "HEAD~1", "--au", "2022", "--format", "json").out)
    assert (found["au"], found["au_origine"]) == ("2022-12-31", "au")
    assert "Lu au 31 décembre 2022" in invoke("status", "--rev", "HEAD~1", "--au", "2022").spoken


def test_what_names_a_revision(here: Repository, invoke: Invoke) -> None:
    bilan = here.git("rev-parse", "bilan/2021-05-07^{commit}")
    for text in ("2021-05-07", BILAN, "precedent", bilan[:8], "HEAD~3", "2021-05-31", "2021-05", "2021-06-14"):
        answer = invoke("status", "--rev", text, "--format", "json")
        assert revision(answer) == {"demandee": text, "commit": bilan, "date": "2021-05-07"}
        assert answer.err == ""
    # A bilan without tag is said; it is the last commit at which the roadmap stands at its date.
    answer = invoke("status", "--rev", "2020-10-17", "--format", "json")
    assert revision(answer)["commit"] == here.git("rev-parse", "HEAD~5")
    assert "Remarque : pas de tag « bilan/2020-10-17 »" in answer.spoken
    for text, code in (("", 2), ("--output=x", 2), ("2021-02-30", 2), ("a\nb", 2), ("2019-01-01", 3), ("inconnue", 3)):
        assert invoke("status", f"--rev={text}", code=code).out == ""


def test_files_say_their_revision_on_stderr(here: Repository, invoke: Invoke) -> None:
    for format in ("csv", "csv-excel", "md"):
        for argv in (("list",), ("summarise",)):
            answer = invoke(*argv, "--rev", BILAN, "--format", format)
            assert re.search(r"Révision bilan/2021-05-07 : commit [0-9a-f]{12} .*; lu au 7 mai 2021", answer.spoken)
            assert "Révision" not in answer.out
    assert invoke("list", "--rev", BILAN, "--format", "json").err == ""


def test_suggested_commands_read_the_same_moment(own: Repository, invoke: Invoke) -> None:
    items = "".join(
        f"  - id: {100 + n}\n    titre: Mesure {n}\n    dimension: terrain\n    avancement: en_retard\n"
        for n in range(40)
    )
    path = own.data / "mesures.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("\nretirees:", items + "\nretirees:"), "utf-8")
    own.commit("Ajoute", "2021-09-02")
    said = invoke("status", "--rev", "HEAD", columns=80, NO_COLOR="1").spoken
    assert "alliances list --en-retard --rev HEAD" in said
    said = invoke("status", columns=80, NO_COLOR="1").spoken
    assert "alliances list --en-retard" in said and "--rev" not in said
    assert "alliances check --rev 'HEAD^{/Ajoute}'" in invoke("status", "--rev", "HEAD^{/Ajoute}").spoken


def test_the_work_tree_is_not_read_nor_touched(own: Repository, invoke: Invoke) -> None:
    before = own.git("status", "--porcelain")
    expected = {name: invoke(*argv).raw for name, argv in SCREENS.items() if "--rev" in argv}
    (own.data / "mesures.yaml").write_text("mesures: [", "utf-8")
    for name, content in expected.items():
        assert invoke(*SCREENS[name]).raw == content, name
    own.git("checkout", "-q", "--", "data")
    assert before and own.git("status", "--porcelain") == ""


def test_a_work_tree_without_the_roadmap(own: Repository, invoke: Invoke) -> None:
    expected = {name: invoke(*argv).raw for name, argv in SCREENS.items() if "--rev" in argv}
    shutil.rmtree(own.data)
    for name, content in expected.items():
        assert invoke(*SCREENS[name]).raw == content, name
    assert "aucune feuille de route ici" in invoke("status", code=3).spoken
    for argv in (("list", "--dormantes", "3"), ("show", "1", "--history")):
        said = invoke(*argv, code=3).spoken
        assert "pas dans le dossier de travail (« data/mesures.yaml »)" in said and "--data" not in said, argv
        assert invoke(*argv, "--rev", "HEAD").out, argv
    assert invoke("history").out and invoke("bilans").out


def test_what_has_gone_since(here: Repository, invoke: Invoke) -> None:
    assert "En retard : 2 mesures" in invoke("status", "--rev", BILAN).spoken
    assert "Mesure 5 — Tenir un observatoire" in invoke("show", "5", "--rev", BILAN).spoken
    assert "Mesure 5 (retirée)" in invoke("show", "5", "--rev", "HEAD").spoken
    assert json.loads(invoke("show", "5", "--rev", "HEAD", "--format", "json").out)["retiree"] is True
    assert "1 mesure retirée" in invoke("list", "--retirees", "--rev", "HEAD").spoken
    assert invoke("show", "6", "--rev", BILAN, code=3).out == ""


def test_check_names_the_place_at_the_revision(own: Repository, invoke: Invoke) -> None:
    own.git("checkout", "-q", "--", "data")
    own.item("mesures", "2", ("avancement: tres_satisfaisant", "avancement: excellent"))
    own.commit("Se trompe", "2021-09-02")
    own.git("revert", "--no-edit", "HEAD", day="2021-09-03")
    invoke("check")
    answer = invoke("check", "--rev", "HEAD~1", code=1)
    first = answer.out.split("\n")[0]
    assert re.match(r"HEAD~1:data/mesures\.yaml:\d+:\d+: .*excellent", first)
    assert "Révision HEAD~1 : commit" in answer.spoken and "état au 1er septembre 2021" in answer.spoken
    found = json.loads(invoke("check", "--rev", "HEAD~1", "--format", "json", code=1).out)
    assert found["problemes"][0]["fichier"] == "HEAD~1:data/mesures.yaml"
    assert found["revision"]["demandee"] == "HEAD~1"
    # An annotation's file is one of the work tree; its title says when.
    notice = invoke("check", "--rev", "HEAD~1", "--format", "github", code=1).out
    assert re.match(r"::error file=data/mesures\.yaml,line=\d+,col=\d+,title=Erreur \(HEAD~1\)::", notice)
    for argv in (("status",), ("list",), ("show", "1"), ("summarise",)):
        assert invoke(*argv, "--rev", "HEAD~1", code=1).err.startswith("HEAD~1:data/mesures.yaml:"), argv


def test_check_exits_as_it_does(own: Repository, invoke: Invoke) -> None:
    own.git("checkout", "-q", "--", "data")
    own.change("mission", ("en_retard: 2", "en_retard: 3"), ("etat_au: 2021-09-01", "etat_au: 2021-05-07"))
    own.commit("Contredit ses totaux", "2021-09-02")
    own.git("checkout", "-q", "HEAD~1", "--", "data")
    invoke("check")
    answer = invoke("check", "--rev", "HEAD", code=1)
    assert re.search(r"^HEAD:data/mission\.yaml:\d+:\d+: totaux", answer.spoken, re.MULTILINE)
    assert "compt" in invoke("status", "--rev", "HEAD", "--format", "json").err


def test_dates_are_the_committers_own(tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = begin(tmp_path / "depot")
    first = repository.commit("Un", "2021-05-07", "00:30:00", "+1400")
    second = repository.commit("Deux", "2021-05-07", "23:30:00", "-1100")
    third = repository.commit("Trois", "2021-05-08", "00:10:00", "+0200")
    # Written after, dated before: of the commits up to the day, the one nearest to the tip answers.
    fourth = repository.commit("Quatre", "2021-05-06", "12:00:00", "+0200")
    monkeypatch.chdir(repository.folder)
    for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        for day, expected in (("2021-05-06", fourth), ("2021-05-07", fourth), ("2021-05-08", fourth)):
            # 7 May is the date of a bilan.
            text = "2021-05-06" if day == "2021-05-07" else day
            assert revision(invoke("status", "--rev", text, "--format", "json", TZ=zone))["commit"] == expected
    repository.git("reset", "-q", "--hard", third)
    repository.change("mission", ("date: 2021-05-07", "date: 2020-05-07"))
    for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        answer = invoke("status", "--rev", "2021-05-07", "--format", "json", TZ=zone)
        assert revision(answer) == {"demandee": "2021-05-07", "commit": second, "date": "2021-05-07"}
    assert first != second


# --- what the past says of listed items -------------------------------------------------------------------------------


def listed(answer: Outcome) -> list[str]:
    return [item["id"] for item in json.loads(answer.out)["items"]]


def test_dormant(here: Repository, invoke: Invoke) -> None:
    # The last commit of the line is of 1 September 2021, whatever the roadmap's own date.
    for days, expected in (("0", ["1", "2", "3", "4", "6"]), ("51", ["1", "2", "3", "4"]), ("52", ["1", "2", "3"])):
        assert listed(invoke("list", "--dormantes", days, "--format", "json")) == expected
    assert listed(invoke("list", "--dormantes", "118", "--format", "json")) == ["3"]
    assert listed(invoke("list", "--dormantes", "320", "--format", "json")) == []
    # Filters, sorts and revisions go with it.
    both = ("list", "--dormantes", "0", "--dimension", "politique", "--sort", "titre")
    assert listed(invoke(*both, "--format", "json")) == ["6", "2", "3"]
    answer = invoke("list", "--dormantes", "200", "--rev", BILAN, "--format", "json")
    assert json.loads(answer.out)["dormantes"]["2"] | {"commit": ""} == {
        "depuis": "2020-10-17",
        "commit": "",
        "jours": 202,
        "au_moins": False,
        "promesse": 2,
    }
    assert "Aucun élément ne répond" in invoke("list", "--dormantes", "1000").spoken
    assert "Inchangé depuis" in invoke("list", "chantiers", "--dormantes", "300").spoken


def test_dormancy_outlives_a_renumbering(own: Repository, invoke: Invoke) -> None:
    own.git("checkout", "-q", "--", "data")
    own.change("mesures", ("  - id: 3\n", "  - id: 33\n"))
    own.commit("Renumérote", "2021-10-01")
    found = json.loads(invoke("list", "--dormantes", "300", "--format", "json").out)["dormantes"]
    assert {key: value["depuis"] for key, value in found.items()} == {"33": "2020-10-17"}


def test_what_moves_in_the_work_tree_is_not_dormant(own: Repository, invoke: Invoke) -> None:
    own.item("mesures", "3", ("realise: Proposition déposée", "realise: Proposition votée"))
    assert listed(invoke("list", "--dormantes", "118", "--format", "json")) == []
    assert listed(invoke("list", "--dormantes", "118", "--rev", "HEAD", "--format", "json")) == ["3"]


def test_to_review(own: Repository, invoke: Invoke) -> None:
    assert listed(invoke("list", "--a-revoir", "--format", "json")) == []
    answer = invoke("list", "--a-revoir", "--rev", "2021-06-15", "--format", "json")
    assert json.loads(answer.out)["a_revoir"] == {
        "4": [
            {
                "famille": "mesures",
                "id": "2",
                "titre": "Former les élus",
                "date": "2021-06-15",
                "item_date": "2020-10-17",
            }
        ]
    }
    said = invoke("list", "--a-revoir", "--rev", "2021-06-15").spoken
    assert "mesure 2 — Former les élus (15 juin 2021)" in said and "17 octobre 2020" in said
    # The target moves, and isn't committed.
    own.item("mesures", "2", ("prochaine_etape: Publier le guide", "prochaine_etape: Vendre le guide"))
    found = json.loads(invoke("list", "--a-revoir", "--format", "json").out)["a_revoir"]["4"][0]
    assert (found["date"], found["item_date"]) == (None, "2021-07-12")
    assert "(sans commit)" in invoke("list", "--a-revoir").spoken
    rows = list(csv.DictReader(io.StringIO(invoke("list", "--a-revoir", "--format", "csv").out, newline="")))
    assert (rows[0]["a_revoir"], rows[0]["dernier_changement"]) == ("mesure-2 (sans commit)", "2021-07-12")
    assert listed(invoke("list", "--a-revoir", "--dormantes", "40", "--format", "json")) == ["4"]
    assert listed(invoke("list", "--a-revoir", "--dormantes", "60", "--format", "json")) == []


@pytest.mark.parametrize(
    "argv",
    [
        ("list", "--dormantes", "-1"),
        ("list", "--dormantes", "1.5"),
        ("list", "--dormantes", "six"),
        ("list", "leviers", "--dormantes", "3"),
        ("list", "leviers", "--a-revoir"),
        ("list", "--retirees", "--dormantes", "3"),
        ("list", "--retirees", "--a-revoir"),
    ],
)
def test_misuse(argv: tuple[str, ...], here: Repository, invoke: Invoke) -> None:
    assert "Erreur : " in invoke(*argv, code=2).spoken


def test_a_shallow_clone_says_at_least(
    told: Repository, tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "2", told.folder.as_uri(), str(clone)], check=True)
    monkeypatch.chdir(clone)
    answer = invoke("list", "--dormantes", "51", "--format", "json")
    assert json.loads(answer.out)["dormantes"]["1"]["au_moins"] is True
    assert "git fetch --unshallow" in answer.spoken
    assert "12 juillet 2021 ou avant (51 jours)" in invoke("list", "--dormantes", "51").spoken
    # Nobody knows when it came.
    answer = invoke("show", "3", "--history")
    assert "ajoutée" not in answer.spoken and "git fetch --unshallow" in answer.spoken


def test_views_of_the_present_start_no_git(here: Repository, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    for argv in (("status",), ("list",), ("list", "--retirees"), ("show", "1"), ("summarise",), ("check",)):
        assert invoke(*argv).out
    with pytest.raises(AssertionError, match="a process"):
        timeline.opened(str(here.data))
