"""`alliances init`: a roadmap begun from nothing, from answers, from a spreadsheet; nothing is ever overwritten."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from alliances_cli.cli.app import COMMANDS, build
from conftest import DATA, PLAIN, REPOSITORY, Invoke, Outcome

PLACES = {
    "data/mission.yaml",
    "data/chantiers.yaml",
    "data/mesures.yaml",
    "data/leviers.yaml",
    "README.md",
    "requirements.txt",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".github/workflows/feuille-de-route.yml",
    ".gitlab-ci.yml",
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def files(folder: Path | str) -> dict[str, bytes]:
    found = Path(folder)
    return {p.relative_to(found).as_posix(): p.read_bytes() for p in found.rglob("*") if p.is_file()}


def mission(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(folder, "data/mission.yaml").read_text("utf-8"))
    return found


# --- from nothing -----------------------------------------------------------------------------------------------------


def test_begins_a_roadmap_that_passes_at_once(invoke: Invoke) -> None:
    said = invoke("init", "f", "--titre", "Ma feuille").spoken
    assert set(files("f")) == PLACES
    assert "Feuille de route commencée : Ma feuille" in said
    assert "date du jour" in said
    assert all(f"f/{place}" in said for place in PLACES)
    assert "cd f\n  alliances status\n  git init\n" in said
    assert "Rien à signaler : 0 mesure dans 4 fichiers" in invoke("check", "--strict", "--data", "f").spoken
    for argv in (("status",), ("list",), ("summarise",), ("render",), ("list", "leviers", "--format", "csv")):
        invoke(*argv, "--data", "f")
    found = mission("f")
    assert (found["titre"], found["etat_au"]) == ("Ma feuille", date.today())
    assert [n["code"] for n in found["echelle"]] == ["tres_satisfaisant", "satisfaisant", "en_retard"]
    assert "dimensions" not in found


def test_the_example_of_each_list_is_one(invoke: Invoke) -> None:
    """What the comments propose to copy is a valid item."""
    invoke("init", "--titre", "T", "--dimension", "Été & co", "--niveau", "Fait", "--niveau", "À faire")
    for part in ("chantiers", "mesures", "leviers"):
        path = Path(f"data/{part}.yaml")
        text = path.read_text("utf-8")
        lines = text.splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith("#  - id: "))
        last = lines.index("", first)
        path.write_text(text + "".join(line[1:] + "\n" for line in lines[first:last]), "utf-8")
    said = invoke("check", "--strict").spoken
    assert "1 mesure, 1 chantier, 1 levier" in said
    shown = invoke("show", "mesure-1").spoken
    assert "Été & co" in shown and "Fait" in shown


def test_words_that_yaml_would_twist_are_kept(invoke: Invoke) -> None:
    titre = "« A » : # 'b' \"c\" $titre ${items} **gras** \\n"
    invoke("init", "--titre", titre, "--dimension", "oui", "--dimension", "1: a", "--niveau", "no", "--niveau", "~")
    found = mission(".")
    assert found["titre"] == titre
    assert [(d["code"], d["libelle"]) for d in found["dimensions"]] == [("oui", "oui"), ("1_a", "1: a")]
    assert [(n["code"], n["libelle"]) for n in found["echelle"]] == [("no", "no"), ("niveau_2", "~")]
    assert found["echelle"][1]["alerte"] is True
    invoke("check", "--strict")
    assert "# « A » : \\# 'b' \"c\" $titre ${items} **gras** \\\\n\n" in Path("README.md").read_text("utf-8")


def test_the_title_is_no_markup_in_the_readme_but_for_its_bold(invoke: Invoke) -> None:
    invoke("init", "--titre", "2 * 3 * 4 ~~non~~ **oui *a***")
    assert Path("README.md").read_text("utf-8").startswith("# 2 \\* 3 \\* 4 \\~\\~non\\~\\~ **")


def test_the_workflows_are_valid_and_their_commands_exist(invoke: Invoke) -> None:
    invoke("init", "--yes", "--outil", "https://exemple.fr/outils/alliances.git@v1.0")
    github = yaml.safe_load(Path(".github/workflows/feuille-de-route.yml").read_text("utf-8"))
    gitlab = yaml.safe_load(Path(".gitlab-ci.yml").read_text("utf-8"))
    hooks = yaml.safe_load(Path(".pre-commit-config.yaml").read_text("utf-8"))
    # YAML 1.1 reads the key `on` as a yes.
    assert github[True] == ["push", "pull_request"]
    steps = github["jobs"]["verifier"]["steps"]
    assert steps[0]["with"]["fetch-depth"] == 0
    assert github["jobs"]["publier"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert gitlab["variables"]["GIT_DEPTH"] == 0
    assert gitlab["pages"]["artifacts"]["paths"] == ["public"]
    assert gitlab["pages"]["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
    hook = hooks["repos"][0]["hooks"][0]
    assert re.search(hook["files"], "data/mesures.yaml") and not re.search(hook["files"], "public/data.yaml")
    lines = [line for step in steps for line in step.get("run", "").split(" && ")]
    lines += [line for job in ("verifier", "pages") for line in gitlab[job]["script"]]
    ours = [line for line in (*lines, hook["entry"]) if line.startswith("alliances ")]
    assert len(ours) == 9
    for line in dict.fromkeys(ours):
        Path("public").mkdir(exist_ok=True)
        invoke(*shlex.split(line)[1:])
    assert Path("public/index.html").is_file()
    requirement = Path("requirements.txt").read_text("utf-8").splitlines()[-1]
    assert requirement == "alliances @ git+https://exemple.fr/outils/alliances.git@v1.0"
    assert (
        sum("pip install -r requirements.txt" in text.decode() for name, text in files(".").items() if "ml" in name)
        == 2
    )


def test_the_readme_names_commands_that_exist(invoke: Invoke) -> None:
    invoke("init", "--yes")
    group: Any = typer.main.get_command(build(COMMANDS))
    text = Path("README.md").read_text("utf-8")
    named = set(re.findall(r"^alliances (\w+)", text, re.MULTILINE))
    assert {"status", "list", "update", "add", "retire", "check", "render"} <= named
    assert named <= set(group.commands)


def test_the_commands_of_the_readme_work_as_they_are(invoke: Invoke) -> None:
    """All but those that install the tool, in their order, in a folder that has one item."""
    invoke("init", "--yes")
    Path("bin").mkdir()
    command = Path("bin/alliances")
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m alliances_cli "$@"\n')
    command.chmod(0o755)
    names = {f"GIT_{who}_{what}": "x@exemple.fr" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {
        **os.environ,
        **names,
        "PATH": f"{Path('bin').absolute()}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY / "src"),
    }
    blocks = re.findall(r"```sh\n(.*?)```", Path("README.md").read_text("utf-8"), re.DOTALL)
    lines = [line for block in blocks[1:] for line in block.splitlines()]
    assert len(lines) >= 13
    for line in ("git init -q", 'alliances add mesure --titre "Une promesse"', *lines):
        said = line.replace(" ID", " 1").replace(" DATE", " 2021-06-30")
        if PLAIN.fullmatch(said):
            invoke(*shlex.split(said, comments=True)[1:], **names)
            continue
        done = subprocess.run(["sh", "-c", said], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{said}\n{done.stdout}{done.stderr}"
    assert {"public/index.html", "public/bilan.md"} <= set(files("."))


def test_the_readme_says_what_is_to_be_filled_in_only_where_it_is(invoke: Invoke) -> None:
    said = "Tant que `requirements.txt` contient `ADRESSE@VERSION`"
    invoke("init", "sans", "--yes")
    invoke("init", "avec", "--yes", "--outil", "https://exemple.fr/outils/alliances.git@v1.0")
    assert said in Path("sans/README.md").read_text("utf-8")
    readme = Path("avec/README.md").read_text("utf-8")
    assert said not in readme and "$" not in readme


def test_what_git_is_told_to_leave_out(invoke: Invoke) -> None:
    invoke("init", "--yes")
    subprocess.run(["git", "init", "-q"], check=True)
    for name in ("public/index.html", "data/.mesures.yaml.a1b2.tmp", ".venv/pyvenv.cfg"):
        assert subprocess.run(["git", "check-ignore", "-q", name]).returncode == 0, name
    for name in PLACES:
        assert subprocess.run(["git", "check-ignore", "-q", name]).returncode == 1, name
    assert "git init" not in invoke("init", "sous", "--yes").out


def test_what_only_works_at_the_root_of_a_repository_is_said_below_it(invoke: Invoke) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    assert "racine" not in invoke("init", "--yes").out
    said = invoke("init", "docs/un plan", "--yes").spoken
    assert "Ce dossier est « docs/un plan » dans un dépôt git plus grand" in said
    assert (
        ".pre-commit-config.yaml, .github/workflows/feuille-de-route.yml et .gitlab-ci.yml n'y ont aucun effet" in said
    )
    assert "--data 'docs/un plan'" in said
    assert "racine" not in invoke("init", "docs/un plan").out
    # Moved as it says, the hook sees the files and finds the roadmap.
    hook = yaml.safe_load(Path("docs/un plan/.pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"][0]
    assert re.search(hook["files"], "docs/un plan/data/mesures.yaml")
    assert re.search(hook["files"], "data/mesures.yaml") and not re.search(hook["files"], "metadata/x.yaml")
    invoke(*shlex.split(hook["entry"])[1:], "--data", "docs/un plan")


# --- what stands already ----------------------------------------------------------------------------------------------


def test_nothing_that_stands_is_touched_and_the_rest_is_written(invoke: Invoke) -> None:
    Path("README.md").write_text("à moi\n")
    Path(".gitignore").symlink_to("nulle-part")
    Path(".gitlab-ci.yml").mkdir()
    said = invoke("init", "--titre", "T").spoken
    assert "déjà là  README.md" in said
    assert "déjà là  .gitignore" in said
    assert "déjà là  .gitlab-ci.yml" in said
    assert "(3 fichiers)" in said
    assert Path("README.md").read_text() == "à moi\n"
    assert Path(".gitignore").is_symlink() and not Path("nulle-part").exists()
    before = files(".")
    assert "tous les fichiers sont déjà là" in invoke("init").spoken
    assert files(".") == before


def test_a_roadmap_that_stands_is_completed(invoke: Invoke, roadmap: Path) -> None:
    before = files(roadmap)
    (roadmap / "leviers.yaml").unlink()
    said = invoke("init").spoken
    assert "Feuille de route complétée : Mission ministérielle « Accélérer les alliances »" in said
    assert {k: v for k, v in files(roadmap).items() if k != "leviers.yaml"} == {
        k: v for k, v in before.items() if k != "leviers.yaml"
    }
    assert Path("README.md").read_text("utf-8").startswith("# Mission ministérielle « Accélérer les alliances »\n")
    assert "7 leviers" not in invoke("check").spoken


def test_the_title_of_a_mission_that_stands_is_the_readmes(invoke: Invoke) -> None:
    Path("data").mkdir()
    Path("data/mission.yaml").write_text("titre: |\n  Un\n  titre\n")
    invoke("init")
    assert Path("README.md").read_text("utf-8").startswith("# Un titre\n")


def test_options_that_a_standing_file_keeps_from_applying_are_told(invoke: Invoke) -> None:
    argv = ("init", "g", "--titre", "Un  titre", "--niveau", "Fait", "--dimension", "D")
    tool = ("--outil", "https://exemple.fr/a.git@v1")
    invoke(*argv, *tool)
    before = files("g")
    # The same words again ask for nothing else.
    same = invoke(*argv, *tool)
    assert "tous les fichiers sont déjà là" in same.spoken and same.err == ""
    other = ("init", "g", "--titre", "Autre", "--niveau", "A", "--outil", "https://exemple.fr/a.git@v2")
    said = invoke(*other, code=2).spoken
    assert "rien à écrire : tous les fichiers sont déjà là" in said
    assert "--titre et --niveau restent sans effet : « g/data/mission.yaml » est déjà là" in said
    assert "--outil reste sans effet : « g/requirements.txt » est déjà là" in said
    assert files("g") == before
    # Where something can be written it is, in the words of the mission that stands.
    Path("g/README.md").unlink()
    Path("g/data/mesures.yaml").unlink()
    done = invoke(*other, "--format", "json")
    assert "--titre et --niveau restent sans effet" in done.err.replace("\u00a0", " ")
    assert json.loads(done.out)["echelle"] == [{"code": "fait", "libelle": "Fait"}]
    assert {k: v for k, v in files("g").items() if k != "README.md"} == {
        k: v for k, v in before.items() if k != "README.md"
    }
    assert Path("g/README.md").read_text("utf-8").startswith("# Un titre\n")


def test_what_stands_and_does_not_agree_is_refused(invoke: Invoke) -> None:
    Path("data").mkdir()
    Path("data/mesures.yaml").write_text("mesures:\n  - id: 1\n    titre: a\n    avancement: en_retard\n")
    said = invoke("init", "--titre", "T", "--niveau", "Fait", "--niveau", "Non", code=4).spoken
    assert "data/mesures.yaml:4:17: niveau inconnu « en_retard »" in said
    assert set(files(".")) == {"data/mesures.yaml"}
    invoke("init", "--titre", "T")
    assert "1 mesure" in invoke("check", "--strict").spoken


@pytest.mark.parametrize(
    ("standing", "complaint"),
    [
        ("f", "« f » n'est pas un dossier"),
        ("f/data", "« f/data » n'est pas un dossier"),
        ("f/.github", "« f/.github » n'est pas un dossier"),
        ("f/data/mesures.yml", "renommez-le en « mesures.yaml »"),
    ],
)
@pytest.mark.parametrize("link", [False, True])
def test_a_place_that_cannot_hold_them_is_refused_at_once(
    invoke: Invoke, standing: str, complaint: str, link: bool
) -> None:
    path = Path(standing)
    path.parent.mkdir(parents=True, exist_ok=True)
    Path("x").write_text("")
    path.symlink_to(Path("x").absolute()) if link else path.write_text("")
    before = files(".")
    assert complaint in invoke("init", "f", "--yes", code=2).spoken
    assert files(".") == before


def test_the_machine_refuses_and_nothing_is_left(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    def full(descriptor: int) -> None:
        nonlocal count
        count += 1
        if count == 6:
            raise OSError(errno.ENOSPC, "No space left on device")

    Path("f").mkdir()
    Path("f/README.md").write_text("à moi")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert "disque plein" in invoke("init", "f", "--yes", code=5).spoken
    assert files("f") == {"README.md": "à moi".encode()}
    assert [p.name for p in Path("f").iterdir()] == ["README.md"]


def test_a_folder_that_cannot_be_written(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    Path("f").mkdir()
    with monkeypatch.context() as patch:
        # The tests may run as root, who writes anywhere.
        patch.setattr(Path, "mkdir", refused)
        assert "f/data/mission.yaml : permission refusée" in invoke("init", "f", "--yes", code=5).spoken
    assert list(Path("f").iterdir()) == []


def test_a_disk_without_links_is_written_all_the_same(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    invoke("init", "--yes")
    assert set(files(".")) == PLACES


# --- the options ------------------------------------------------------------------------------------------------------


def test_without_a_terminal_a_title_or_yes_is_needed(invoke: Invoke) -> None:
    assert "donnez --titre TEXTE, ou --yes" in invoke("init", code=2).spoken
    assert files(".") == {}
    assert "à écrire" in invoke("init", "--dry-run").spoken
    assert files(".") == {}
    invoke("init", "--yes")
    assert mission(".")["titre"] == "Feuille de route"


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (("--titre", ""), "--titre : valeur vide"),
        (("--titre", "a\nb"), "--titre : le texte contient un saut de ligne"),
        (("--titre", "T", "--niveau", "Fait", "--niveau", "fait"), "--niveau : « fait » est donné deux fois"),
        (("--titre", "T", "--dimension", " "), "--dimension : valeur vide"),
        (("--titre", "T", "--outil", "alliances"), "--outil : « alliances » : l'adresse"),
        (("--titre", "T", "--outil", "git@exemple.fr:a/b.git@v1"), "par exemple ssh://git@exemple.fr/a/b.git@v1"),
        (("--titre", "T", "--outil", "git@exemple.fr:a/b.git"), "par exemple ssh://git@exemple.fr/a/b.git@VERSION"),
        (("--titre", "T", "--map", "a=b"), "--map ne va qu'avec --from"),
        (("--titre", "T", "--famille", "leviers"), "--famille ne va qu'avec --from"),
        (("--titre", "T", "--new-scale"), "--new-scale ne va qu'avec --from"),
        (("--titre", "T", "--from", ""), "--from : le nom du fichier est vide"),
        (("--data", "x"), "alliances init DOSSIER"),
        (("--format", "xml"), "--format : valeur inconnue « xml »"),
    ],
)
def test_words_that_are_off_are_refused(invoke: Invoke, argv: tuple[str, ...], complaint: str) -> None:
    assert complaint in invoke("init", *argv, code=2).spoken
    assert files(".") == {}


def test_the_answer_for_programs(invoke: Invoke) -> None:
    Path("README.md").write_text("à moi")
    Path("x.csv").write_text("titre;Budget;chantiers\na;12;Former\n")
    argv = ("init", "--titre", "T", "--from", "x.csv", "--format", "json")
    shown = json.loads(invoke(*argv, "--dry-run").out)
    done = json.loads(invoke(*argv, "--yes").out)
    assert (shown["ecrit"], done["ecrit"], done["version"]) == (False, True, 1)
    assert {"fichier": "README.md", "etat": "present"} in done["fichiers"]
    assert {"fichier": "data/mesures.yaml", "etat": "ecrit"} in done["fichiers"]
    assert {"fichier": "data/mesures.yaml", "etat": "a_ecrire"} in shown["fichiers"]
    assert done["source"]["colonnes"][1] == {"titre": "Budget", "champ": "budget", "devient": "propre"}
    assert (done["source"]["chantiers"], done["source"]["champs"]) == (["former"], ["budget"])
    assert done["ensuite"][0] == "alliances status"


# --- on a terminal ----------------------------------------------------------------------------------------------------


def converse(argv: list[str], answers: list[bytes]) -> tuple[int, str]:
    """A command line run on a terminal: its exit code, and what was seen there."""
    import pty

    master, slave = pty.openpty()
    environment = {
        **os.environ,
        "TERM": "xterm",
        "COLUMNS": "80",
        "PYTHONPATH": str(REPOSITORY / "src"),
        "NO_COLOR": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "alliances_cli", *argv],
        env={**environment, "LANG": "C.UTF-8"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # Linux's way to say that nobody writes any more
                break
            if not piece:
                break
            seen += piece
            if answers and seen.rstrip(b" ").endswith((b"] :", b"]\xc2\xa0:", b"[o/N]")):
                os.write(master, answers.pop(0))
        code = process.wait(timeout=60)
    os.close(master)
    return code, seen.decode("utf-8", "replace").replace("\u00a0", " ").replace("\u202f", " ").replace("\r\n", "\n")


def test_questions_are_asked_and_enter_keeps_the_default() -> None:
    answers = [b"Ma feuille\n", "Politiques ; Stratégiques\n".encode(), b"a;A\n", b"\n"]
    code, seen = converse(["init"], answers)
    assert code == 0
    assert "Titre [Feuille de route] : " in seen
    assert "niveaux : « A » est donné deux fois\nNiveaux, du meilleur au moins bon" in seen
    assert all(len(line.partition(" : ")[0]) < 58 for line in seen.splitlines() if "] : " in line)
    found = mission(".")
    assert found["titre"] == "Ma feuille"
    assert [d["code"] for d in found["dimensions"]] == ["politiques", "strategiques"]
    assert len(found["echelle"]) == 3


def test_a_spreadsheet_is_written_only_where_somebody_agrees() -> None:
    Path("x.csv").write_text("titre;Budget\na;12\n")
    code, seen = converse(["init", "--from", "x.csv"], [b"\n", b"\n"])
    assert code == 1
    assert "budget, champ déclaré (texte)" in seen and "Écrire ? [o/N]" in seen
    assert set(files(".")) == {"x.csv"}
    code, seen = converse(["init", "--from", "x.csv", "--titre", "T"], [b"oui\n"])
    assert code == 0
    assert set(files(".")) == PLACES | {"x.csv"}


def test_an_answer_that_never_comes_writes_nothing() -> None:
    code, seen = converse(["init"], [b"T\n", b"\x04"])
    assert code == 1
    assert files(".") == {}


# --- from a spreadsheet -----------------------------------------------------------------------------------------------


def begin(invoke: Invoke, text: str | bytes, *argv: str, code: int = 0) -> Outcome:
    Path("x.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return invoke("init", "f", "--from", "x.csv", *argv, code=code)


@pytest.mark.parametrize("format", ["csv", "csv-excel"])
def test_an_export_comes_back(invoke: Invoke, format: str) -> None:
    """`list` of the real roadmap, begun again from its own export, is the same."""
    for famille in ("mesures", "chantiers", "leviers"):
        folder = f"f-{famille}"
        au = ("--au", "2021-05-07")
        exported = invoke("list", famille, "--format", format, "--data", str(DATA), *au)
        Path("x.csv").write_bytes(exported.raw)
        done = invoke("init", folder, "--from", "x.csv", "--famille", famille, "--titre", "T", "--yes")
        assert "laissée de côté (date de lecture)" in done.spoken
        assert invoke("list", famille, "--format", format, "--data", folder, *au).raw == exported.raw
        invoke("check", "--data", folder)


def test_a_french_excel_file_comes_in(invoke: Invoke) -> None:
    text = (
        'Intitulé;Pilotes;Échéance;Avancement;Budget;Notes;Chantiers\r\n"Former\nles élus";"Le RAMEAU ; la DJEPVA";'
        "30/06/2021;En retard;12 000 €;;Été\r\n;;;;;;\r\nÉcrire un guide;;06/2021;;;;Été\r\n"
    ).encode("cp1252")
    assert '--map "COLONNE=titre"' in begin(invoke, text, "--yes", code=1).spoken
    said = begin(invoke, text, "--map", "Intitulé=titre", "--yes").spoken
    for line in (
        "x.csv : 2 lignes, lu en Windows-1252, séparateur « ; »",
        "Intitulé    titre (--map)",
        "Budget      budget, champ déclaré (texte)",
        "Notes       laissée de côté (vide)",
        "Identifiants : le fichier n'en donne pas ; de 1 à 2, dans son ordre",
        "Chantiers créés : Été (ete)",
        "Dates : 2 en forme française, réécrites (30/06/2021 : 2021-06-30)",
    ):
        assert line in said
    invoke("check", "--data", "f")
    item = json.loads(invoke("show", "1", "--format", "json", "--data", "f").out)["item"]
    assert (item["titre"], item["echeance"], item["avancement"]) == ("Former\nles élus", "2021-06-30", "en_retard")
    assert (item["pilotes"], item["chantiers"]) == (["Le RAMEAU", "la DJEPVA"], ["ete"])
    assert mission("f")["champs"] == [{"code": "budget", "libelle": "Budget", "type": "texte", "famille": "mesures"}]
    raw = yaml.safe_load(Path("f/data/mesures.yaml").read_text("utf-8"))["mesures"]
    assert [i.get("budget") for i in raw] == ["12 000 €", None]


def test_one_row_is_numbered_1_and_its_own_date_is_cited(invoke: Invoke) -> None:
    said = begin(invoke, "titre;échéance\na;02/2027\n", "--dry-run").spoken
    assert "Identifiants : le fichier n'en donne pas ; 1\n" in said
    assert "Dates : 1 en forme française, réécrite (02/2027 : 2027-02)" in said


def test_the_mapping_is_shown_and_nothing_written_before_somebody_agrees(invoke: Invoke) -> None:
    shown = begin(invoke, "titre;Budget\na;1\n", "--titre", "T", code=2)
    assert "budget, champ déclaré" in shown.err and "ajoutez --yes" in shown.spoken
    assert shown.out == ""
    assert not Path("f").exists()
    assert "à écrire" in begin(invoke, "titre;Budget\na;1\n", "--dry-run").spoken
    assert not Path("f").exists()


def test_near_misses_and_their_maps(invoke: Invoke) -> None:
    said = begin(invoke, "titre;Pilote\na;b\n", "--yes", code=2).spoken
    maps = re.findall(r'--map "([^"]+)"', said)
    # `pilote` is a word of the tool's: a field of that title needs another name.
    assert maps == ["Pilote=pilotes", "Pilote=+autre_nom", "Pilote="]
    assert not Path("f").exists()
    assert "pris par l'outil" in begin(invoke, "titre;Pilote\na;b\n", "--yes", "--map", "Pilote=+", code=2).spoken
    begin(invoke, "titre;Pilote\na;b\n", "--yes", "--map", maps[0])
    assert "b" in invoke("show", "1", "--data", "f").out


def test_levels_outside_the_scale(invoke: Invoke) -> None:
    text = "titre;avancement\na;En cours\nb;Fait\nc;en retard\nd;fait\n"
    said = begin(invoke, text, "--yes", code=2).spoken
    assert "2 niveaux hors de l'échelle" in said and "« Fait » (lignes 3 et 5)" in said and "--new-scale" in said
    assert not Path("f").exists()
    said = begin(invoke, text, "--yes", "--new-scale").spoken
    assert "Échelle : « En cours », « Fait » et « en retard »" in said and "relisez « echelle »" in said
    scale = mission("f")["echelle"]
    assert [(n["code"], n["alerte"]) for n in scale] == [("en_cours", False), ("fait", False), ("en_retard", True)]
    begun = invoke("list", "--en-retard", "--data", "f").spoken
    assert begun.startswith("1 mesure sur 4")


def test_no_new_level_is_an_alert_by_itself(invoke: Invoke) -> None:
    begin(invoke, "titre;avancement\na;Un\nb;Deux\nc;satisfaisant\n", "--yes", "--new-scale")
    assert "0 mesure sur 3" in invoke("list", "--en-retard", "--data", "f").spoken


def test_a_scale_that_was_said_is_widened_at_its_end(invoke: Invoke) -> None:
    scale = ("--niveau", "Fait", "--niveau", "À faire")
    text = "titre;avancement\na;En cours\nb;FAIT\n"
    assert "« En cours » (ligne 2)" in begin(invoke, text, "--yes", *scale, code=2).spoken
    begin(invoke, text, "--yes", *scale, "--new-scale")
    assert [(n["code"], n.get("alerte")) for n in mission("f")["echelle"]] == [
        ("fait", None),
        ("a_faire", True),
        ("en_cours", False),
    ]


def test_dimensions_are_the_files_or_those_said(invoke: Invoke) -> None:
    text = "titre;dimension\na;Politiques\nb;Été\n"
    said = begin(invoke, text, "--yes", "--dimension", "Été", code=2).spoken
    assert "1 dimension hors de celles qui sont données (Été) : « Politiques » (ligne 2)" in said
    assert not Path("f").exists()
    begin(invoke, text, "--yes")
    assert [d["code"] for d in mission("f")["dimensions"]] == ["politiques", "ete"]


def test_all_the_faults_of_the_values_are_said_at_once(invoke: Invoke) -> None:
    text = (
        "id;titre;échéance;avancement;preuves;renvois;début\n"
        "1;;30/06/21;Fait;rien;2;\n"
        "-a;b;2021;;javascript:x;9;2022\n"
        "1;c;;;;;\n"
    )
    said = begin(invoke, text, "--yes", code=1).spoken
    for complaint in (
        "x.csv:2: colonne « titre » : le titre est vide",
        "x.csv:2: colonne « échéance » : « 30/06/21 » : l'année s'écrit en entier",
        "x.csv:2: colonne « preuves » : « rien » n'est pas une preuve",
        "x.csv:2: colonne « renvois » : renvoi inconnu « 2 »",
        "x.csv:3: colonne « id » : l'identifiant « -a » commence par un tiret",
        "« javascript: » est refusé",
        "x.csv:3: colonne « renvois » : renvoi inconnu « 9 »",
        "x.csv:4: colonne « id » : l'identifiant « 1 » est déjà à la ligne 2",
        "x.csv: 1 niveau hors de l'échelle",
    ):
        assert complaint in said
    assert not Path("f").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Titre;Preuves\nA;www.ville.example\n", ["2: colonne « Preuves » : adresse douteuse « www.ville.example »"]),
        ("titre;renvois\na;2\nb;1\n", ["2: colonne « renvois » : renvois qui tournent en rond"]),
        ("id;titre;prochaine_etape\nx;a;voir\ny;b;\n", ["3: mesure y : pas de « prochaine_etape »"]),
        ("titre;avancement;bloqueurs\na;très satisfaisant;loi\n", ["2: colonne « bloqueurs » : « très satisfaisant »"]),
        ("titre;Preuves\n" + "a;b.fr\n" * 23, [f"{n}: colonne « Preuves » : adresse" for n in range(2, 22)]),
    ],
)
def test_what_strict_would_refuse_is_told_before_anything_is_written(
    invoke: Invoke, text: str, told: list[str]
) -> None:
    shown = begin(invoke, text, "--titre", "T", code=2).spoken
    assert [line for line in shown.splitlines() if line.startswith("x.csv:")] != []
    for place in told:
        assert f"x.csv:{place}" in shown
    n = 23 if len(told) > 1 else 1
    word = "avertissements" if n > 1 else "avertissement"
    assert (
        f"{n} {word} ; « check --strict », que lancent le crochet et les workflows, échouera tant qu'il en reste"
        in shown
    )
    assert ("… et 3 autres avertissements" in shown) is (n > 20)
    assert not Path("f").exists()
    done = begin(invoke, text, "--titre", "T", "--yes", "--format", "json")
    assert len(json.loads(done.out)["source"]["avertissements"]) == n
    Path("f/README.md").unlink()
    done = begin(invoke, text, "--titre", "T", "--yes")
    assert f"{n} {word} : alliances check" in done.out.replace("\u00a0", " ")
    assert f"{n} {word}" in invoke("check", "--strict", "--data", "f", code=1).spoken


def test_a_clean_spreadsheet_says_nothing_of_warnings(invoke: Invoke) -> None:
    assert "avertissement" not in begin(invoke, "titre\na\n", "--yes").spoken
    invoke("check", "--strict", "--data", "f")


def test_other_lists_can_be_filled(invoke: Invoke) -> None:
    begin(invoke, "titre;texte\nR&D;a\n", "--yes", "--famille", "leviers")
    assert json.loads(invoke("list", "leviers", "--format", "json", "--data", "f").out)["total"] == 1
    Path("f/data/leviers.yaml").unlink()
    said = begin(invoke, "titre;avancement\na;en retard\n", "--yes", "--famille", "chantiers", code=4).spoken
    assert "« f/data/chantiers.yaml » existe déjà" in said


def test_a_spreadsheet_never_goes_over_a_roadmap_but_may_be_written_again(invoke: Invoke) -> None:
    text = "titre;chantiers\na;Former\n"
    begin(invoke, text, "--yes")
    whole = files("f")
    Path("f/data/leviers.yaml").unlink()
    Path("f/README.md").unlink()
    begin(invoke, text, "--yes")
    assert files("f") == whole
    before = files("f")
    assert "« f/data/mesures.yaml » existent déjà" in begin(invoke, "titre\nb\n", "--yes", code=4).spoken
    assert files("f") == before


def test_a_file_that_is_not_one(invoke: Invoke) -> None:
    assert "le fichier « absent.csv » n'existe pas" in invoke("init", "--yes", "--from", "absent.csv", code=3).spoken
    Path("d.csv").mkdir()
    assert "n'est pas un fichier ordinaire" in invoke("init", "--yes", "--from", "d.csv", code=2).spoken
    assert "n'est pas un fichier ordinaire" in invoke("init", "--yes", "--from", "/dev/zero", code=2).spoken
    with open("gros.csv", "wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert "fichier trop gros : 100 Mo, 50 Mo au plus" in invoke("init", "--yes", "--from", "gros.csv", code=1).spoken
    assert set(files(".")) == {"gros.csv"}
