"""`status`, `list`, `show`, `summarise`: what is on screen, in a pipe and in files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Golden, Invoke

pytestmark = pytest.mark.usefixtures("at_home")

SCREENS = {
    "status": ("status",),
    "list": ("list",),
    "list-chantiers": ("list", "chantiers"),
    "list-leviers": ("list", "leviers"),
    "show-7": ("show", "7"),
    "show-8": ("show", "8"),
    "show-legaliser": ("show", "legaliser"),
    "show-levier": ("show", "faire-alliance"),
    "summarise": ("summarise",),
    "summarise-pilote": ("summarise", "chantiers", "--by", "pilote"),
    "summarise-echeance": ("summarise", "--by", "echeance"),
    "check": ("check",),
}
FILES = {
    "status.json": ("status", "--format", "json"),
    "list.json": ("list", "--format", "json"),
    "list.csv": ("list", "--format", "csv"),
    "list-excel.csv": ("list", "--format", "csv-excel"),
    "list.md": ("list", "--format", "md"),
    "list-leviers.md": ("list", "leviers", "--format", "md"),
    "show-7.json": ("show", "7", "--format", "json"),
    "summarise.json": ("summarise", "--format", "json"),
    "summarise-chantier.json": ("summarise", "--by", "chantier", "--format", "json"),
    "summarise.csv": ("summarise", "--format", "csv"),
    "summarise.md": ("summarise", "--format", "md"),
    "check.json": ("check", "--format", "json"),
}


def bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("columns", [None, 60, 80, 120])
@pytest.mark.parametrize("name", SCREENS)
def test_screen(name: str, columns: int | None, invoke: Invoke, golden: Golden) -> None:
    answer = invoke(*SCREENS[name], columns=columns)
    assert answer.err == ""
    golden(f"{name}-{columns or 'pipe'}.txt", bare(answer.out))
    if columns is None:
        assert "\x1b" not in answer.out
    else:
        assert max(len(line) for line in bare(answer.out).split("\n")) <= columns
        assert "\x1b" in answer.out


@pytest.mark.parametrize("name", FILES)
def test_file(name: str, invoke: Invoke, golden: Golden) -> None:
    golden(name, invoke(*FILES[name]).out)


def test_status_is_one_screen(invoke: Invoke) -> None:
    for columns in (80, 120):
        assert invoke("status", columns=columns).out.count("\n") <= 23


@pytest.mark.parametrize("variable", ["LC_ALL", "LC_CTYPE", "LANG"])
@pytest.mark.parametrize("value", ["C", "POSIX"])
def test_ascii_where_the_locale_says_so(variable: str, value: str, invoke: Invoke, golden: Golden) -> None:
    answer = invoke("status", columns=80, NO_COLOR="1", **{variable: value})
    assert answer.out.isascii()
    assert "[TS] 9  [S] 9  [R] 3" in answer.out
    golden("status-80-ascii.txt", answer.out)


def test_ascii_in_a_process_of_its_own(invoke: Invoke) -> None:
    """Python itself changes LC_CTYPE where the locale is C: what the user said must still be heard."""
    bare_environment = {k: v for k, v in os.environ.items() if not k.startswith("LC_") and k != "LANG"}

    def run(**said: str) -> bytes:
        argv = [sys.executable, "-m", "alliances_cli", "status"]
        return subprocess.run(argv, env={**bare_environment, **said}, capture_output=True, check=True).stdout

    assert run(LANG="C").isascii()
    assert run(LC_CTYPE="POSIX").isascii()
    assert "●" in run().decode()
    assert "●" in run(LANG="C.UTF-8").decode()
    assert "●" in run(LANG="C", LC_ALL="C.UTF-8").decode()
    console = run(PYTHONIOENCODING="cp1252").decode("cp1252")
    assert "[TS] 9" in console and "Opérationnelles" in console


def test_files_are_utf8_whatever_the_locale(invoke: Invoke) -> None:
    for argv in FILES.values():
        assert invoke(*argv, LC_ALL="C").raw == invoke(*argv).raw


def test_no_color(invoke: Invoke) -> None:
    assert "\x1b" not in invoke("status", columns=80, NO_COLOR="1").out
    assert "\x1b" not in invoke("status", columns=80, TERM="dumb").out


def test_help_follows_the_locale_and_breaks_no_quote(invoke: Invoke) -> None:
    assert invoke("--help", LC_ALL="C").out.isascii()
    for command in ("status", "list", "show", "update", "render"):
        for line in invoke(command, "--help").out.split("\n"):
            assert not line.rstrip().endswith("«") and not line.lstrip().startswith("»"), line


def test_the_other_name_of_summarise(invoke: Invoke) -> None:
    expected = invoke("summarise").out
    assert invoke("summary").out == expected
    assert invoke("--data", ".", "summary").out == expected
    assert "summary" not in invoke("--help").out


def test_a_closed_pipe_makes_no_noise() -> None:
    for argv in ("list --format json", "list", "status", "check"):
        script = f"{sys.executable} -m alliances_cli {argv} | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", script], capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_is_said() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m alliances_cli status > /dev/full"], capture_output=True, text=True
    )
    assert done.returncode == 5
    assert "disque plein" in done.stderr and "Traceback" not in done.stderr


def test_summary_holds_what_programs_were_promised(invoke: Invoke) -> None:
    found = json.loads(invoke("summary", "--format", "json").out)
    assert found["version"] == 1
    assert found["au"] == "2021-05-07"
    assert found["total"] == 21
    assert found["comptes"] == {"tres_satisfaisant": 9, "satisfaisant": 9, "en_retard": 3}
    assert found["sans_avancement"] == 0
    assert list(found["par_dimension"]) == ["operationnelle", "strategique", "politique"]
    assert found["sans_dimension"] is None
    assert found["provenance"] == {"infere": 21}


def test_steps_at_the_date(invoke: Invoke) -> None:
    def steps(*argv: str) -> list[list[int]]:
        found = json.loads(invoke("status", "--format", "json", *argv).out)
        return [[len(ids) for ids in found[f]["etapes"].values()] for f in ("mesures", "chantiers")]

    assert steps() == [[0, 6, 15], [0, 1, 3]]
    assert steps("--au", "2021-06-30") == [[0, 6, 15], [0, 1, 3]]
    assert steps("--au", "2021-07-01") == [[1, 5, 15], [0, 1, 3]]
    assert steps("--au", "2022") == [[6, 0, 15], [1, 0, 3]]


@pytest.mark.parametrize(
    ("argv", "ids"),
    [
        (("--avancement", "en_retard"), "11 15 19"),
        (
            ("--avancement", "En Retard", "--avancement", "tres satisfaisant", "--dimension", "Stratégiques"),
            "8 9 11 14",
        ),
        (("--dimension", "Stratégiques", "--avancement", "satisfaisant"), "10 12 13"),
        (("chantiers", "--sans", "echeance", "--sans", "bloqueurs"), "legaliser mobiliser soutenir eduquer"),
        (("--en-retard",), "11 15 19"),
        (("--bloquees",), "15 16 18 21"),
        (("--bloquees", "--en-retard"), "15"),
        (("--echeance", "2021-06"), "6"),
        (("--echeance", "2021-T3"), "17"),
        (("--echeance", "2021"), "4 6 9 10 14 17"),
        (("--echeance", "2021-06", "--echeance", "2021-08"), "6 17"),
        (("--echues",), ""),
        (("--echues", "--au", "2021-09"), "6 17"),
        (("--sans", "echeance", "--dimension", "operationnelle"), "1 2 3 5 7"),
        (("--search", "ETAT"), "11 12"),
        (("--search", "état", "--search", "kit"), "1 11 12"),
        (("--search", "usage des donnees"), "3"),
        (("--sort", "echeance", "--echeance", "2021"), "6 17 4 9 10 14"),
        (("--sort", "avancement", "--dimension", "politique"), "17 16 18 20 21 15 19"),
        (("chantiers", "--pilote", "le rameau"), "mobiliser soutenir eduquer"),
        (
            ("chantiers", "--pilote", "LA DJEPVA", "--pilote", "cathy racon-bouzon"),
            "legaliser mobiliser soutenir eduquer",
        ),
        (("--pilote", "DJEPVA"), ""),
        (("leviers", "--search", "boîte"), "faire-alliance"),
    ],
)
def test_filters(argv: tuple[str, ...], ids: str, invoke: Invoke) -> None:
    found = json.loads(invoke("list", *argv, "--format", "json").out)
    assert " ".join(item["id"] for item in found["items"]) == ids


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("list", "--avancement", "retard"), 2, "niveau inconnu « retard » ; vouliez-vous dire « en_retard » ?"),
        (("list", "--dimension", "polique"), 2, "vouliez-vous dire « politique » ?"),
        (("list", "--chantier", "legalise"), 2, "vouliez-vous dire « legaliser » ?"),
        (("list", "--pilote", "DJEPA"), 2, "vouliez-vous dire « DJEPVA » ?"),
        (("list", "--sans", "echeances"), 2, "vouliez-vous dire « echeance » ?"),
        (("list", "--sort", "titres"), 2, "vouliez-vous dire « titre » ?"),
        (("list", "--echeance", "30/06/21"), 2, "l'année s'écrit en premier et en entier"),
        (("list", "mesurs"), 2, "vouliez-vous dire « mesures » ?"),
        (("list", "--format", "cvs"), 2, "vouliez-vous dire « csv » ?"),
        (("list", "leviers", "--avancement", "en_retard"), 2, "les leviers n'ont pas de champ « avancement »"),
        (("list", "leviers", "--sans", "pilotes"), 2, "les leviers n'ont pas de champ « pilotes »"),
        (("summarise", "leviers"), 2, "les leviers n'ont pas de niveau"),
        (("summarise", "--by", "pilot"), 2, "vouliez-vous dire « pilote » ?"),
        (("status", "--au", "2021-02-30"), 2, "février 2021 n'a pas de jour 30"),
        (("show", "99"), 3, "« 99 » ne désigne aucun élément"),
        (("show", "legalise"), 3, "vouliez-vous dire « legaliser » ?"),
        (("show", "LEGALISER"), 3, "vouliez-vous dire « legaliser » ?"),
        (("status", "--data", "nulle-part"), 3, "n'existe pas"),
        (("status", "--data", "tests"), 3, "ne contient ni mesures.yaml ni data/mesures.yaml"),
    ],
)
def test_what_names_nothing(argv: tuple[str, ...], code: int, said: str, invoke: Invoke) -> None:
    answer = invoke(*argv, code=code)
    assert answer.out == ""
    assert said in answer.spoken


def test_an_id_in_two_lists_is_a_usage_error(roadmap: Path, invoke: Invoke) -> None:
    leviers = roadmap / "leviers.yaml"
    leviers.write_text(leviers.read_text().replace("id: faire-alliance", "id: legaliser"))
    answer = invoke("show", "legaliser", code=2)
    assert "« chantier-legaliser » ou « levier-legaliser »" in answer.spoken
    assert invoke("show", "levier-legaliser").out
    assert invoke("show", "mesure-15").out == invoke("show", "15").out


def test_where_the_roadmap_is_found(
    roadmap: Path, tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = invoke("summarise").out
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "mesures.yaml").write_text("mesures:\n  - {id: 1, titre: Seule}\n")
    monkeypatch.chdir(deep)
    assert invoke("summarise").out == expected
    assert "1 mesure, sans niveau" in invoke("summarise", ALLIANCES_DATA=str(other)).spoken
    assert invoke("summarise", "--data", str(tmp_path), ALLIANCES_DATA=str(other)).out == expected
    assert invoke("--data", str(tmp_path), "summarise", ALLIANCES_DATA=str(other)).out == expected
    assert invoke("--data", str(other), "summarise", "--data", str(tmp_path)).out == expected
    monkeypatch.chdir("/")
    assert "data/mesures.yaml" in invoke("status", code=3).spoken
    assert invoke("summarise", "--data", str(roadmap)).out == expected


def test_today_is_said_where_the_roadmap_has_no_date(tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "mesures.yaml").write_text("mesures:\n  - {id: 1, titre: Seule}\n")
    data = ("--data", str(tmp_path))
    assert "Date du jour" in invoke("status", *data).spoken
    assert json.loads(invoke("status", *data, "--format", "json").out)["au_origine"] == "jour"
    assert "--au DATE" in invoke("render", *data, code=2).spoken
    assert invoke("render", *data, "--au", "2021-05").out


def test_csv(invoke: Invoke) -> None:
    text = invoke("list", "--format", "csv").out
    assert not text.startswith("\ufeff") and "\r\n" in text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 21
    assert rows[0]["titre"] == "Rendre immédiatement accessible l'existant pour agir dès à présent"
    assert rows[0]["au"] == "2021-05-07"
    excel = invoke("list", "--format", "csv-excel").out
    assert excel.startswith("\ufeffid;titre;")


def test_csv_excel_defuses_formulas(roadmap: Path, invoke: Invoke) -> None:
    invoke("update", "1", "--realise==SOMME(A1)", "--prochaine-etape=@x")
    excel = list(csv.reader(io.StringIO(invoke("list", "--format", "csv-excel").out, newline=""), delimiter=";"))
    plain = list(csv.reader(io.StringIO(invoke("list", "--format", "csv").out, newline="")))
    assert "'=SOMME(A1)" in excel[1] and "'@x" in excel[1]
    assert "=SOMME(A1)" in plain[1] and "@x" in plain[1]


def test_a_pilot_counts_under_each_of_his_groups_and_once_in_all(invoke: Invoke) -> None:
    found = json.loads(invoke("summarise", "chantiers", "--by", "pilote", "--format", "json").out)
    assert found["total"] == 4
    assert {g["code"]: g["total"] for g in found["groupes"]} == {"DJEPVA": 3, "Le RAMEAU": 3, "Cathy RACON-BOUZON": 1}
    mesures = json.loads(invoke("summarise", "--by", "pilote", "--format", "json").out)
    assert [(g["code"], g["libelle"], g["total"]) for g in mesures["groupes"]] == [(None, "Sans pilote", 21)]


def test_an_invalid_roadmap_says_nothing_on_stdout(roadmap: Path, invoke: Invoke) -> None:
    mesures = roadmap / "mesures.yaml"
    mesures.write_text(mesures.read_text().replace("avancement: en_retard", "avancement: en_retar", 1))
    complaint = invoke("check", code=1).out.split("\n")[0]
    for argv in (("status",), ("list",), ("show", "1"), ("summarise",), ("render",), ("status", "--format", "json")):
        answer = invoke(*argv, code=1)
        assert answer.out == ""
        assert complaint in answer.err


def test_totals_that_do_not_reconcile(roadmap: Path, invoke: Invoke) -> None:
    invoke("update", "15", "--avancement", "satisfaisant")
    said = "compté 9/10/2, publié 9/9/3 au 7 mai 2021"
    for argv in (("status",), ("list",), ("show", "1"), ("summarise",), ("list", "--format", "json")):
        answer = invoke(*argv)
        assert answer.spoken.count(said) == 1
    assert json.loads(invoke("summarise", "--format", "json").out)["controle"]["concorde"] is False
    assert said in invoke("check", code=1).spoken
    assert invoke("check", "--format", "github", code=1).out.startswith("::error file=data/mission.yaml,line=")
    assert said in invoke("render", code=1).err.replace("\u00a0", " ")
    invoke("update", "mission", "--etat-au", "2021-11-01")
    assert said not in invoke("status").spoken
    invoke("check")
    invoke("render")


def test_warnings_are_one_line_of_status(roadmap: Path, invoke: Invoke) -> None:
    invoke("update", "5", "--avancement", "tres_satisfaisant")
    assert "1 avertissement : alliances check" in invoke("status").spoken
    invoke("update", "mission", "--etat-au", "2021-11-01")
    answer = invoke("check")
    assert "avertissement : « très satisfaisant », mais l'étape suivante est « à définir »" in answer.spoken
    invoke("check", "--strict", code=1)
    assert "::warning file=data/mesures.yaml,line=" in invoke("check", "--format", "github").out
