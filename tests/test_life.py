"""The life of an item on the real roadmap: added, renamed, retired, brought back, removed, and several updated."""

from __future__ import annotations

import json
import os
import pty
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from alliances_cli import store
from alliances_cli.yamltext.read import read
from conftest import DATA, Invoke, Outcome, some

State = dict[str, bytes]
LISTS = ("mission", "chantiers", "mesures", "leviers")
SOURCE = str(Path(__file__).resolve().parent.parent / "src")


def state(folder: Path) -> State:
    """All that the folder holds, hidden files too."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def text(folder: Path, part: str = "mesures") -> str:
    return (folder / f"{part}.yaml").read_bytes().decode()


def write(folder: Path, part: str, content: str) -> None:
    (folder / f"{part}.yaml").write_bytes(content.encode())


def replace(folder: Path, old: str, new: str, part: str = "mesures") -> None:
    before = text(folder, part)
    assert before.count(old) == 1, (old, before.count(old))
    write(folder, part, before.replace(old, new))


def value(folder: Path, part: str = "mesures") -> Any:
    found = read(text(folder, part))
    assert found.readable and not found.faults
    return found.value


def values(folder: Path) -> dict[str, Any]:
    """What all the files say, ends of blocks aside."""

    def bare(inner: Any) -> Any:
        if isinstance(inner, dict):
            return {key: bare(one) for key, one in inner.items() if one not in (None, "", [])}
        if isinstance(inner, list):
            return [bare(one) for one in inner]
        return inner.strip() if isinstance(inner, str) else inner

    return {part: bare(value(folder, part)) for part in LISTS if (folder / f"{part}.yaml").exists()}


def item(folder: Path, own: str, part: str = "mesures", key: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in value(folder, part)[key or part] if one["id"] == own)
    return found


def ids(folder: Path, part: str = "mesures") -> list[str]:
    return [one["id"] for one in value(folder, part)[part]]


def removed(before: str, after: str) -> tuple[str, str]:
    """The one piece of the old text that isn't in the new one, and what stands in its place."""
    head = len(os.path.commonprefix([before, after]))
    rest = before[head:], after[head:]
    tail = len(os.path.commonprefix([rest[0][::-1], rest[1][::-1]]))
    return rest[0][: len(rest[0]) - tail], rest[1][: len(rest[1]) - tail]


@pytest.fixture
def refused(roadmap: Path, invoke: Invoke) -> Callable[..., str]:
    """Runs a command line that must be refused with a code: nothing on stdout, nothing written; its one message."""

    def run(*argv: str, code: int) -> str:
        before = state(roadmap)
        outcome = invoke(*argv, code=code)
        assert outcome.out == ""
        assert state(roadmap) == before
        assert outcome.spoken.startswith("Erreur : ") or code == 1, outcome.spoken
        assert "Erreur interne" not in outcome.spoken
        return outcome.spoken

    return run


def git(folder: Path, *argv: str, day: str = "2021-05-07") -> str:
    moment = f"{day}T12:00:00+00:00"
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        **{
            f"GIT_{who}_{what}": said
            for who in ("AUTHOR", "COMMITTER")
            for what, said in (("NAME", "a"), ("EMAIL", "a@a.fr"), ("DATE", moment))
        },
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *argv], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def commit(folder: Path, day: str = "2021-05-07") -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x", day=day)


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds the real roadmap as it stood on 2021-05-07, built once."""
    folder = tmp_path_factory.mktemp("depot") / "depot"
    shutil.copytree(DATA, folder / "data")
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


@pytest.fixture
def versioned(roadmap: Path, repository: Path) -> Path:
    """The real roadmap, in a repository."""
    shutil.copytree(repository / ".git", roadmap.parent / ".git")
    return roadmap


# --- add: ids ---------------------------------------------------------------------------------------------------------


def test_the_next_number_counts_the_retired_and_fills_no_gap(roadmap: Path, invoke: Invoke) -> None:
    assert "Mesure 22 — Neuf" in invoke("add", "mesure", "--titre", "Neuf").spoken
    invoke("retire", "22", "--motif", "Non")
    assert "Mesure 23 — Encore" in invoke("add", "mesure", "--titre", "Encore").spoken
    invoke("add", "mesure", "--titre", "Puis")
    invoke("remove", "23")
    assert "Mesure 25 — Enfin" in invoke("add", "mesure", "--titre", "Enfin").spoken
    assert ids(roadmap)[-3:] == ["21", "24", "25"]


def test_chantiers_and_leviers_are_named_by_their_title(roadmap: Path, invoke: Invoke) -> None:
    assert "Chantier droit-r-et-d-de-l-ete — " in invoke("add", "chantier", "--titre", "Droit « R&D » de l'été").spoken
    assert "Levier droit-d-essai — " in invoke("add", "levier", "--titre", "Droit d'essai").spoken
    assert ids(roadmap, "chantiers")[-1] == "droit-r-et-d-de-l-ete"


def test_a_slug_that_is_taken_or_empty(roadmap: Path, refused: Callable[..., str]) -> None:
    titre = item(roadmap, "legaliser", "chantiers")["titre"]
    assert "déjà pris" in refused("add", "chantier", "--titre", titre, "--id", "legaliser", code=2)
    assert "« legaliser » est déjà pris" in refused("add", "chantier", "--titre", "Légaliser", code=2)
    assert "--id" in refused("add", "levier", "--titre", "עברית", code=2)


def test_ids_of_another_shape_are_asked_for(roadmap: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    invoke("rename", "1", "M1C1-1")
    assert "donnez l'identifiant avec --id" in refused("add", "mesure", "--titre", "x", code=2)
    invoke("add", "mesure", "--titre", "x", "--id", "M1C1-2")


def run_on_a_terminal(folder: Path, answer: str, *argv: str) -> tuple[int, str]:
    """Runs the program with a terminal, types an answer; its code and all that it showed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "alliances_cli", *argv],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": SOURCE, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"},
    )
    os.close(follower)
    os.write(leader, answer.encode())
    shown = b""
    try:
        while piece := os.read(leader, 65536):
            shown += piece
    except OSError:  # the other end is closed
        pass
    os.close(leader)
    return process.wait(timeout=20), shown.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_an_id_is_asked_for_on_a_terminal(roadmap: Path, invoke: Invoke) -> None:
    invoke("rename", "1", "M1C1-1")
    code, shown = run_on_a_terminal(roadmap, "M1C1-2\n", "add", "mesure", "--titre", "Neuf")
    assert (code, ids(roadmap)[-1]) == (0, "M1C1-2"), shown
    assert "Identifiant : " in shown


def test_a_filter_asks_before_it_writes(roadmap: Path) -> None:
    before = state(roadmap)
    argv = ("update", "--dimension", "politique", "--realise", "Vu")
    code, shown = run_on_a_terminal(roadmap, "n\n", *argv)
    assert code == 1 and "Rien n'a été écrit" in shown and "7 mesures" in shown
    assert state(roadmap) == before
    code, shown = run_on_a_terminal(roadmap, "o\n", *argv)
    assert code == 0 and "7 mesures modifiées" in shown
    assert text(roadmap).count("realise: Vu\n") == 7


@pytest.mark.parametrize(
    "wrong",
    ["", " ", "a b", "-x", "a\u200bb", "x" * 101, "a\nb"],
    ids=["empty", "blank", "space", "dash", "hidden", "long", "line"],
)
def test_what_is_no_id(refused: Callable[..., str], wrong: str) -> None:
    assert "--id : " in refused("add", "mesure", "--titre", "x", f"--id={wrong}", code=2)
    assert "NOUVEAU : " in refused("rename", "--", "1", wrong, code=2)


def test_an_id_that_is_taken_or_was(roadmap: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    assert "« 4 » est déjà pris" in refused("add", "mesure", "--titre", "x", "--id", "4", code=2)
    assert "« 4 » est déjà pris" in refused("rename", "5", "4", code=2)
    invoke("retire", "4", "--motif", "Non", "--vers", "8")
    for argv in (("add", "mesure", "--titre", "x", "--id", "4"), ("rename", "5", "4")):
        said = refused(*argv, code=2)
        assert "remplacée par « 8 »" in said and "jamais redonné" in said
    assert "remplacée par « 8 »" in refused("update", "1", "--renvois", "4", code=2)
    assert "remplacée par « 8 »" in refused("rename", "4", "99", code=3)
    assert "remplacée par « 8 »" in refused("retire", "4", "--motif", "x", code=3)
    assert "retirée" in refused("retire", "5", "--motif", "x", "--vers", "4", code=3)


# --- add: places and styles -------------------------------------------------------------------------------------------


def test_at_the_end_of_its_dimension(roadmap: Path, invoke: Invoke) -> None:
    before = text(roadmap)
    invoke(
        "add", "mesure", "--titre", "Neuf : oui", "--dimension", "opérationnelles", "--pilotes", "A", "--pilotes", "B"
    )
    assert ids(roadmap)[6:9] == ["7", "22", "8"]
    gone, come = removed(before, text(roadmap))
    assert gone == ""
    expected = (
        '  - id: 22\n    titre: "Neuf : oui"\n    dimension: operationnelle\n    pilotes:\n      - A\n      - B\n'
    )
    assert expected in text(roadmap) and len(come) == len(expected) + 1
    assert "22\n" in text(roadmap) and "  # Mesures stratégiques\n\n  - id: 8\n" in text(roadmap)


def test_after_before_and_last(roadmap: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    invoke("add", "mesure", "--titre", "A", "--after", "3")
    invoke("add", "mesure", "--titre", "B", "--before", "mesure-1")
    invoke("add", "mesure", "--titre", "C")
    invoke("add", "chantier", "--titre", "D", "--before", "legaliser")
    assert ids(roadmap) == ["23", "1", "2", "3", "22", *map(str, range(4, 22)), "24"]
    assert ids(roadmap, "chantiers")[:2] == ["d", "legaliser"]
    said = refused("add", "mesure", "--titre", "x", "--after", "legaliser", code=2)
    assert "--after" in said and "chantiers.yaml" in said
    assert "--before" in refused("add", "levier", "--titre", "x", "--before", "1", code=2)
    assert "--after" in refused("add", "mesure", "--titre", "x", "--after", "99", code=3)
    assert "se contredisent" in refused("add", "mesure", "--titre", "x", "--after", "1", "--before", "2", code=2)


STYLES = {
    "crlf": (
        "mesures:\r\n  - id: 1\r\n    titre: A\r\n\r\n  - id: 2\r\n    titre: B\r\n",
        "\r\n\r\n  - id: 3\r\n    titre: Neuf\r\n    realise: Vu",
    ),
    "flush": ("mesures:\n- id: 1\n  titre: A\n- id: 2\n  titre: B\n", "\n- id: 3\n  titre: Neuf\n  realise: Vu"),
    "four": ("mesures:\n    - id: 1\n      titre: A\n", "\n\n    - id: 3\n      titre: Neuf\n      realise: Vu"),
    "gap": (
        "mesures:\n-   id: 1\n    titre: A\n-   id: 2\n    titre: B\n",
        "\n-   id: 3\n    titre: Neuf\n    realise: Vu",
    ),
    "double": (
        'mesures:\n  - id: "1"\n    titre: "A"\n    realise: "x"\n',
        '\n\n  - id: "3"\n    titre: "Neuf"\n    realise: "Vu"',
    ),
    "single": (
        "mesures:\n  - id: '1'\n    titre: 'A'\n    realise: 'x'\n",
        "\n\n  - id: '3'\n    titre: 'Neuf'\n    realise: 'Vu'",
    ),
    "order": ("mesures:\n  - titre: A\n    realise: x\n    id: 1\n", "\n\n  - titre: Neuf\n    realise: Vu\n    id: 3"),
    "unended": ("mesures:\n  - id: 1\n    titre: A", "\n\n  - id: 3\n    titre: Neuf\n    realise: Vu"),
    "bom": ("\ufeffmesures:\n  - id: 1\n    titre: A\n", "\n\n  - id: 3\n    titre: Neuf\n    realise: Vu"),
    "flow": ("mesures: [{id: 1, titre: A}, {id: 2, titre: B}]\n", ", {id: 3, titre: Neuf, realise: Vu}"),
    "json": ('{"mesures": [{"id": "1", "titre": "A"}]}\n', ', {"id": "3", "titre": "Neuf", "realise": "Vu"}'),
    "tail": (
        "mesures:\n  - id: 1\n    titre: A  # fin\n      # dessous\n\n# La fin.\n",
        "\n\n  - id: 3\n    titre: Neuf\n    realise: Vu",
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_in_the_style_of_its_neighbours(
    tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    before, expected = STYLES[style]
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "data", "mesures", before)
    invoke("add", "mesure", "--titre", "Neuf", "--id", "3", "--realise", "Vu")
    after = text(tmp_path / "data")
    assert any(before[:n] + expected + before[n:] == after for n in range(len(before) + 1)), after
    invoke("remove", "3")
    assert text(tmp_path / "data") == before


@pytest.mark.parametrize("content", [None, "", "# Rien encore.\n", "mesures: []\n", "mesures:\n", "\ufeff\n"])
def test_a_file_that_is_missing_or_empty_is_begun(roadmap: Path, invoke: Invoke, content: str | None) -> None:
    shutil.rmtree(roadmap)
    roadmap.mkdir()
    shutil.copy(DATA / "mission.yaml", roadmap)
    replace(roadmap, text(roadmap, "mission")[text(roadmap, "mission").index("    totaux:\n") :], "", "mission")
    if content is not None:
        write(roadmap, "mesures", content)
    invoke("add", "mesure", "--titre", "Première", "--preuves", "https://a.fr")
    assert value(roadmap) == {"mesures": [{"id": "1", "titre": "Première", "preuves": [{"url": "https://a.fr"}]}]}
    assert text(roadmap).lstrip("\ufeff").startswith((content or "").strip("\ufeff\n").replace(" []", ""))
    assert stat.S_IMODE((roadmap / "mesures.yaml").stat().st_mode) == 0o666 & ~store._umask() or content is not None
    invoke("check", "--strict")


def test_a_family_of_its_own_is_begun_beside(roadmap: Path, invoke: Invoke) -> None:
    (roadmap / "leviers.yaml").unlink()
    shown = invoke("add", "levier", "--titre", "Essai", "--dry-run").out
    assert "--- /dev/null" in shown and not (roadmap / "leviers.yaml").exists()
    invoke("add", "levier", "--titre", "Essai")
    assert text(roadmap, "leviers") == "leviers:\n  - id: essai\n    titre: Essai\n"
    invoke("check")


def test_every_kind_of_field_at_once(roadmap: Path, invoke: Invoke) -> None:
    invoke(
        *(
            "add",
            "mesure",
            "--titre",
            "T",
            "--texte",
            "Deux\nlignes",
            "--dimension",
            "Politiques",
            "--chantiers",
            "legaliser",
        ),
        *("--leviers", "faire-alliance", "--co-construction", "X, Y", "--avancement", "très satisfaisant"),
        *("--avancement-au", "2021-T1", "--debut", "2021", "--echeance", "2022-S1", "--delai", "18 mois"),
        *("--bloqueurs", "portage-politique", "--bloqueurs", "mesure-2", "--renvois", "15", "--etiquettes", "a"),
        *("--preuves", "Le site <https://a.fr> (2021-05)", "--preuves", "https://b.fr"),
    )
    assert item(roadmap, "22") == {
        "id": "22",
        "titre": "T",
        "texte": "Deux\nlignes\n",
        "dimension": "politique",
        "chantiers": ["legaliser"],
        "leviers": ["faire-alliance"],
        "co_construction": ["X, Y"],
        "avancement": "tres_satisfaisant",
        "avancement_au": "2021-T1",
        "debut": "2021",
        "echeance": "2022-S1",
        "delai": "18 mois",
        "bloqueurs": ["portage-politique", "mesure-2"],
        "renvois": ["15"],
        "etiquettes": ["a"],
        "preuves": [{"titre": "Le site", "url": "https://a.fr", "date": "2021-05"}, {"url": "https://b.fr"}],
    }


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("mesure",), "--titre est obligatoire"),
        (("mesure", "--titre", ""), "--titre : valeur vide"),
        (("mesure", "--titre", "a\x07"), "caractère de contrôle"),
        (("zut", "--titre", "x"), "zut"),
        (("levier", "--titre", "x", "--avancement", "satisfaisant"), "un levier n'a pas de champ"),
        (("chantier", "--titre", "x", "--leviers", "faire-alliance"), "un chantier n'a pas de champ"),
        (("mesure", "--titre", "x", "--renvois", "99"), "99"),
        (("mesure", "--titre", "x", "--renvois", "22"), "22"),
        (("mesure", "--titre", "x", "--echeance", "demain"), "--echeance"),
        (("mesure", "--titre", "x", "--preuves", "un deux"), "TITRE <ADRESSE> (DATE)"),
        (("mesure", "--titre", "x", "--preuves", "T <https://a.fr> (hier)"), "--preuves"),
        (("mesure", "--titre", "x", "--libelle", "y"), "--titre"),
        (("bloqueur", "--id", "x"), "--libelle est obligatoire"),
        (("bloqueur", "--libelle", "x"), "--id est obligatoire"),
        (("bloqueur", "--id", "x", "--libelle", ""), "--libelle : valeur vide"),
        (("bloqueur", "--id", "portage-politique", "--libelle", "x"), "déjà dans"),
        (("bloqueur", "--id", "x", "--libelle", "x", "--horizon", "1-2"), "--horizon"),
        (("bloqueur", "--id", "x", "--libelle", "x", "--titre", "y"), "--titre"),
        (("dimension", "--id", "x", "--libelle", "x", "--horizon", "9-3"), "--horizon"),
        (("dimension", "--id", "x", "--libelle", "x", "--horizon", "a"), "--horizon"),
        (("dimension", "--id", "politique", "--libelle", "x"), "déjà dans"),
        (("dimension", "--id", "x", "--libelle", "x", "--texte", "\x07"), "caractère de contrôle"),
    ],
)
def test_what_cannot_be_added(refused: Callable[..., str], argv: tuple[str, ...], said: str) -> None:
    assert said in refused("add", *argv, code=2)


# --- what the mission declares ----------------------------------------------------------------------------------------


def test_a_blocker_is_proposed_added_and_used(roadmap: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    proposed = refused("update", "1", "--bloqueurs", "inconnu", code=2)
    command = proposed[proposed.index("alliances add") :].replace("…", "Un inconnu").split("alliances ")[1]
    before = text(roadmap, "mission")
    invoke(*shlex.split(command.replace("Un inconnu", "'Un inconnu'")))
    gone, come = removed(before, text(roadmap, "mission"))
    assert gone == "" and come.count("\n") == 3
    assert "  - id: inconnu\n    libelle: Un inconnu\n" in text(roadmap, "mission")
    invoke("update", "1", "--bloqueurs", "inconnu")
    assert "est cité par mesure 1 (bloqueurs)" in refused("remove", "bloqueur-inconnu", code=4)


def test_a_dimension_is_proposed_added_and_used(roadmap: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    assert "alliances add dimension --id zz --libelle" in refused("update", "1", "--dimension", "zz", code=2)
    invoke("add", "dimension", "--id", "zz", "--libelle", "Zed", "--horizon", "12-24", "--texte", "Dit.")
    assert value(roadmap, "mission")["dimensions"][-1] == {
        "code": "zz",
        "libelle": "Zed",
        "horizon": ["12", "24"],
        "texte": "Dit.",
    }
    invoke("update", "1", "--dimension", "Zed")
    assert "est cité par mesure 1" in refused("remove", "dimension-zz", code=4)
    invoke("rename", "dimension-zz", "z2")
    assert item(roadmap, "1")["dimension"] == "z2"
    invoke("check")


def test_lists_that_the_mission_lacks_are_begun_and_end(roadmap: Path, invoke: Invoke) -> None:
    write(roadmap, "mission", "titre: T\n")
    write(roadmap, "mesures", "mesures:\n  - id: 1\n    titre: A\n")
    write(roadmap, "chantiers", "chantiers: []\n")
    invoke("add", "bloqueur", "--id", "b", "--libelle", "B")
    assert text(roadmap, "mission") == "titre: T\n\nbloqueurs:\n  - id: b\n    libelle: B\n"
    invoke("remove", "bloqueur-b")
    assert text(roadmap, "mission") == "titre: T\n"
    (roadmap / "mission.yaml").unlink()
    assert "mission.yaml" in invoke("add", "bloqueur", "--id", "b", "--libelle", "B", code=3).spoken


CHAMPS = """
champs:
  - {code: budget, libelle: Budget, type: nombre}
  - {code: etat, libelle: État, type: choix, choix: [À faire, Fait]}
  - {code: site, libelle: Site, type: url}
  - {code: signe, libelle: Signé, type: oui_non}
  - {code: jour, libelle: Jour, type: date}
  - {code: lieu, libelle: Lieu, type: texte, famille: chantiers, obligatoire: true}
"""


@pytest.fixture
def declared(roadmap: Path) -> Path:
    """The real roadmap, with fields of its own."""
    write(roadmap, "mission", text(roadmap, "mission") + CHAMPS)
    for own in ids(roadmap, "chantiers"):
        replace(roadmap, f"- id: {own}\n", f"- id: {own}\n    lieu: Ici\n", "chantiers")
    return roadmap


def test_declared_fields_are_given_and_cleared(declared: Path, invoke: Invoke) -> None:
    invoke(
        *(
            "add",
            "mesure",
            "--titre",
            "x",
            "--champ",
            "budget=1 200,5",
            "--champ",
            "etat=a faire",
            "--champ",
            "signe=Oui",
        ),
        *("--champ", "site=https://a.fr", "--champ", "site=https://b.fr", "--champ", "jour=2021-T2"),
    )
    assert item(declared, "22") == {
        "id": "22",
        "titre": "x",
        "budget": "1 200,5",
        "etat": "À faire",
        "site": ["https://a.fr", "https://b.fr"],
        "signe": "oui",
        "jour": "2021-T2",
    }
    invoke("update", "22", "21", "--champ", "etat=Fait", "--sans-champ", "site", "--champ", "budget=3")
    assert item(declared, "21")["etat"] == "Fait" and item(declared, "21")["budget"] == "3"
    assert "site" not in item(declared, "22")
    invoke("add", "chantier", "--titre", "Neuf", "--champ", "lieu=Là")
    invoke("check")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("update", "1", "--champ", "budget=beaucoup"), "budget"),
        (("update", "1", "--champ", "etat=Fini"), "valeur inconnue « Fini »"),
        (("update", "1", "--champ", "etat="), "valeur vide"),
        (("update", "1", "--champ", "signe=peut-être"), "« oui » ou « non »"),
        (("update", "1", "--champ", "site=javascript:alert(1)"), "« javascript: » est refusé"),
        (("update", "1", "--champ", "jour=demain"), "jour"),
        (("update", "1", "--champ", "budjet=3"), "vouliez-vous dire « budget »"),
        (("update", "1", "--champ", "lieu=x"), "lieu"),
        (("update", "1", "--champ", "realise=x"), "--realise"),
        (("update", "1", "--champ", "id=x"), "--id"),
        (("update", "1", "--champ", "budget"), "CODE=VALEUR"),
        (("update", "1", "--champ", "=3"), "CODE=VALEUR"),
        (("update", "1", "--champ", "budget=1", "--sans-champ", "budget"), "se contredisent"),
        (("update", "1", "--champ", "budget=1", "--sans-champ", " budget"), "se contredisent"),
        (("update", "1", "--sans-champ", "budjet"), "vouliez-vous dire « budget »"),
        (("update", "legaliser", "--sans-champ", "lieu"), "obligatoire"),
        (("add", "chantier", "--titre", "x"), "--champ lieu=…"),
        (("add", "mesure", "--titre", "x", "--champ", "realise=x"), "--realise"),
        (("add", "levier", "--titre", "x", "--champ", "budget=3"), "budget"),
        (("update", "mission", "--champ", "budget=3"), "la mission"),
        (("add", "bloqueur", "--id", "x", "--libelle", "x", "--champ", "budget=3"), "--champ"),
    ],
)
def test_declared_fields_that_cannot_be_given(
    declared: Path, refused: Callable[..., str], argv: tuple[str, ...], said: str
) -> None:
    assert said in refused(*argv, code=2)


# --- rename -----------------------------------------------------------------------------------------------------------

FORMS = {
    "bare": ("    renvois: [{}]  # vu\n", "15", "42"),
    "named": ("    renvois: [{}]\n", "mesure-15", "mesure-42"),
    "several": ("    renvois: [{}, 2, chantier-legaliser]\n", "15", "42"),
    "single": ("    renvois: ['{}']\n", "15", "42"),
    "double": ('    renvois: ["{}", "3"]\n', "mesure-15", "mesure-42"),
    "block": ("    renvois:\n      - 2  # a\n      - {}  # b\n      - 3\n", "15", "42"),
    "flush": ("    renvois:\n    - '{}'\n", "15", "42"),
    "blockers": ("    bloqueurs: [portage-politique, {}]\n", "15", "42"),
    "spread": ("    renvois: [\n      2,\n      {},\n    ]\n", "15", "42"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_reference_keeps_its_form(roadmap: Path, invoke: Invoke, form: str) -> None:
    line, old, new = FORMS[form]
    anchor = "    prochaine_etape: MAJ mensuelle\n"
    replace(roadmap, anchor, anchor + line.format(old))
    before = text(roadmap)
    shown = invoke("rename", "15", "42").spoken
    expected = before.replace(line.format(old), line.format(new)).replace("- id: 15\n", "- id: 42\n")
    assert text(roadmap) == expected
    assert "15 → 42" in shown
    assert "alliances rename 42 15" in shown
    invoke("rename", "42", "15")
    assert text(roadmap) == before


def test_all_the_files_follow_and_prose_is_told(roadmap: Path, invoke: Invoke) -> None:
    replace(roadmap, "- id: legaliser\n", "- id: legaliser\n    renvois: [mesure-8]\n", "chantiers")
    replace(roadmap, "    prochaine_etape: MAJ mensuelle\n", "    prochaine_etape: Voir la mesure 8, et la mesure 18\n")
    invoke("retire", "12", "--motif", "Fondue", "--vers", "8")
    before = state(roadmap)
    done = invoke("rename", "8", "80")
    assert "mesures.yaml:" in done.err and "mesure 8" in done.err.replace("\u00a0", " ")
    assert "titre: Faire" in text(roadmap) and "Voir mesure 8\n" in text(roadmap)
    assert item(roadmap, "legaliser", "chantiers")["renvois"] == ["mesure-80"]
    assert item(roadmap, "12", key="retirees")["vers"] == ["80"]
    assert item(roadmap, "7")["renvois"] == ["80"]
    invoke("check")
    invoke("rename", "80", "8")
    assert state(roadmap) == before


def test_an_id_that_two_families_bear_is_prefixed(roadmap: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    replace(roadmap, "    prochaine_etape: MAJ mensuelle\n", "    prochaine_etape: MAJ\n    renvois: [legaliser]\n")
    invoke("rename", "15", "mobiliser")
    assert item(roadmap, "2")["renvois"] == ["legaliser"]
    invoke("rename", "mesure-mobiliser", "15")
    replace(roadmap, "    renvois: [legaliser]\n", "    renvois: [mesure-15]\n")
    invoke("rename", "15", "legaliser")
    assert item(roadmap, "2")["renvois"] == ["mesure-legaliser"]
    invoke("rename", "mesure-legaliser", "15")
    replace(roadmap, "    renvois: [mesure-15]\n", "    renvois: [legaliser]\n")
    said = refused("rename", "15", "legaliser", code=4)
    assert "désignerait autre chose" in said


def test_a_blocker_that_an_item_would_hide(roadmap: Path, refused: Callable[..., str], invoke: Invoke) -> None:
    """A blocker of the mission comes first: renaming one can't take another's references."""
    replace(roadmap, "    prochaine_etape: MAJ mensuelle\n", "    prochaine_etape: MAJ\n    bloqueurs: [15]\n")
    assert "désignerait autre chose" in refused("rename", "bloqueur-portage-politique", "15", code=4)
    invoke("rename", "bloqueur-portage-politique", "portage")
    assert item(roadmap, "15")["bloqueurs"] == ["portage"]
    assert "déjà dans" in refused("rename", "bloqueur-portage", "reponse-politique", code=2)


def test_the_same_id_changes_nothing(roadmap: Path, invoke: Invoke) -> None:
    before = state(roadmap)
    assert "rien à changer" in invoke("rename", "15", "15").spoken
    assert state(roadmap) == before


KILLED = """
import os, signal, sys
real, count = os.replace, 0
def replace(*args, **kwargs):
    global count
    real(*args, **kwargs)
    count += 1
    if count == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = replace
from alliances_cli.cli.app import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(
    "argv",
    [
        ("rename", "legaliser", "loi"),
        ("retire", "legaliser", "--motif", "Fondu", "--vers", "mobiliser"),
        ("update", "1", "legaliser", "--realise", "Vu"),
    ],
)
def test_killed_between_two_files(roadmap: Path, invoke: Invoke, argv: tuple[str, ...]) -> None:
    replace(roadmap, "    prochaine_etape: MAJ mensuelle\n", "    prochaine_etape: MAJ\n    chantiers: [legaliser]\n")
    before = state(roadmap)
    invoke(*argv)
    wanted = state(roadmap)
    for name, data in before.items():
        (roadmap / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, "1", *argv], env={**os.environ, "PYTHONPATH": SOURCE}, cwd=roadmap.parent
    )
    assert done.returncode == -signal.SIGKILL
    left = [name for name in state(roadmap) if name.endswith(".tmp")]
    assert left
    told = invoke("check", code=0 if argv[0] in ("update", "retire") else 1).spoken
    assert left[0] in told
    if argv[0] == "rename":
        assert "« loi »" in told
    invoke(*argv)
    assert state(roadmap) == wanted


def test_killed_on_the_way_back(versioned: Path, invoke: Invoke) -> None:
    """What refers to the item is written before it is back: run again, the command completes the work."""
    replace(versioned, "    prochaine_etape: MAJ mensuelle\n", "    prochaine_etape: MAJ\n    chantiers: [legaliser]\n")
    commit(versioned.parent, "2021-05-08")
    before = state(versioned)
    invoke("retire", "legaliser", "--motif", "Fondu", "--vers", "mobiliser")
    argv = ("retire", "legaliser", "--undo")
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run([sys.executable, "-c", KILLED, "1", *argv], env=environment, cwd=versioned.parent)
    assert done.returncode == -signal.SIGKILL
    assert "un chantier retiré, remplacé par « mobiliser »" in invoke("check", code=1).spoken
    invoke(*argv)
    assert state(versioned) == before
    invoke("check")


def test_what_git_has_not_comes_back_all_the_same(versioned: Path, invoke: Invoke) -> None:
    assert "commit" not in invoke("retire", "3", "--motif", "Non").spoken
    invoke("update", "4", "--realise", "Pas encore dans git", "--etiquettes", "x")
    before = items(roadmap=versioned)
    told = invoke("retire", "4", "--motif", "Non")
    assert "aucun commit n'a cet élément tel qu'il est" in told.spoken
    again = "alliances update 4 --realise 'Pas encore dans git' --etiquettes x"
    assert told.out.rstrip().endswith(f"alliances retire mesure-4 --undo && {again}")
    undone(told, invoke)
    assert items(roadmap=versioned) == before
    assert "commit" not in invoke("retire", "5", "--motif", "Non").spoken
    invoke("add", "mesure", "--titre", "Neuf", "--renvois", "6", "--avancement", "en retard")
    before = items(roadmap=versioned)
    undone(invoke("retire", "22", "--motif", "Non"), invoke)
    assert items(roadmap=versioned) == before


def items(roadmap: Path) -> list[object]:
    value = read((roadmap / "mesures.yaml").read_text("utf-8")).value
    assert isinstance(value, dict) and isinstance(value["mesures"], list)
    return list(value["mesures"])


def undone(told: Outcome, invoke: Invoke) -> None:
    """Runs what an edit says undoes it."""
    line = told.out.rstrip("\n").split("\n")[-1].replace("\u00a0", " ").removeprefix("Pour annuler : ")
    for command in line.split(" && "):
        invoke(*shlex.split(command)[1:])


def test_the_second_file_cannot_take_its_place(roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(roadmap, "    prochaine_etape: MAJ mensuelle\n", "    prochaine_etape: MAJ\n    chantiers: [legaliser]\n")
    before = state(roadmap)
    real, calls = os.replace, []

    def replace_once(source: str, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace_once)
        assert "disque plein" in invoke("rename", "legaliser", "loi", code=5).spoken
    assert len(calls) >= 2
    assert state(roadmap) == before


# --- retire -----------------------------------------------------------------------------------------------------------


def test_a_retired_item_keeps_its_reason_and_its_comments(roadmap: Path, invoke: Invoke) -> None:
    before = text(roadmap)
    shown = invoke("retire", "4", "--motif", "Fondue : « 8 »", "--vers", "8", "--vers", "chantier-legaliser").spoken
    entry = {
        "id": "4",
        "titre": item_titre(before, "4"),
        "date": "2021-05-07",
        "motif": "Fondue : « 8 »",
        "vers": ["8", "chantier-legaliser"],
        "avancement": "tres_satisfaisant",
    }
    found = value(roadmap)["retirees"]
    assert found == [entry] and list(found[0]) == list(entry)
    assert "alliances retire mesure-4 --undo" in shown
    assert text(roadmap).index("retirees:") > text(roadmap).index("- id: 21")
    assert "# d'après « en 2021 »" in text(roadmap)[text(roadmap).index("retirees:") :]
    assert "  # Mesures opérationnelles\n" in text(roadmap)
    invoke("check")
    invoke("retire", "5", "--motif", "Non", "--au", "2021-09-30")
    assert value(roadmap)["retirees"][1]["date"] == "2021-09-30"
    assert "4" not in ids(roadmap) and "vers" not in value(roadmap)["retirees"][1]


def item_titre(whole: str, own: str) -> str:
    found: Any = read(whole).value
    return str(next(one["titre"] for one in found["mesures"] if one["id"] == own))


def test_references_follow_what_replaces(roadmap: Path, invoke: Invoke) -> None:
    anchor = "    prochaine_etape: MAJ mensuelle\n"
    replace(roadmap, anchor, anchor + "    bloqueurs: [portage-politique, mesure-8, 9]\n    renvois: [3, 8, 9]\n")
    replace(roadmap, "- id: legaliser\n", "- id: legaliser\n    renvois: ['mesure-8']  # vu\n", "chantiers")
    shown = invoke("retire", "8", "--motif", "Fondue", "--vers", "9", "--vers", "7").spoken
    assert item(roadmap, "2")["renvois"] == ["3", "7", "9"]
    assert item(roadmap, "2")["bloqueurs"] == ["portage-politique", "mesure-7", "9"]
    assert item(roadmap, "7")["renvois"] == ["9"]
    assert item(roadmap, "legaliser", "chantiers")["renvois"] == ["mesure-9", "mesure-7"]
    assert "# vu" in text(roadmap, "chantiers") and "# d'après « Voir mesure 8 »" in text(roadmap)
    assert "Voir mesure 8" in shown or "mesure 8" in shown
    invoke("check")


def test_chantiers_follow_chantiers_only(roadmap: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    invoke("update", "1", "2", "--chantiers", "legaliser", "--leviers", "faire-alliance")
    assert "mesure 1 (chantiers)" in refused("retire", "legaliser", "--motif", "x", "--vers", "mesure-3", code=4)
    assert "mesure 1 (chantiers)" in refused("retire", "legaliser", "--motif", "x", code=4)
    invoke("retire", "legaliser", "--motif", "x", "--vers", "mesure-3", "--vers", "mobiliser")
    assert item(roadmap, "1")["chantiers"] == item(roadmap, "2")["chantiers"] == ["mobiliser"]


def test_without_replacement_the_references_are_listed(refused: Callable[..., str]) -> None:
    assert "« mesure-8 » est cité par mesure 7 (renvois)" in refused("retire", "8", "--motif", "Non", code=4)


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("4",), 2, "--motif est obligatoire"),
        (("4", "--motif", " "), 2, "--motif : valeur vide"),
        (("4", "--motif", "x", "--vers", "4"), 2, "se remplacer"),
        (("4", "--motif", "x", "--vers", "99"), 3, "--vers"),
        (("99", "--motif", "x"), 3, "99"),
        (("4", "--undo"), 3, "aucun élément retiré"),
        (("4", "--undo", "--motif", "x"), 2, "--undo se donne seul"),
        (("4", "--motif", "x", "--au", "hier"), 2, "--au"),
    ],
)
def test_what_cannot_be_retired(refused: Callable[..., str], argv: tuple[str, ...], code: int, said: str) -> None:
    assert said in refused("retire", *argv, code=code)


@pytest.mark.parametrize(
    "content",
    [
        "mesures:\n  - id: 1\n    titre: A\n",
        "mesures:\r\n  - id: 1\r\n    titre: A\r\n",
        "mesures: [{id: 1, titre: A}]\n",
        '{"mesures": [{"id": "1", "titre": "A"}]}\n',
        "mesures:\n- id: 1\n  titre: A",
    ],
)
def test_the_last_item_of_a_list(roadmap: Path, invoke: Invoke, content: str) -> None:
    write(roadmap, "mesures", content)
    write(roadmap, "mission", "titre: T\netat_au: 2021\n")
    write(roadmap, "chantiers", "chantiers: []\n")
    invoke("retire", "1", "--motif", "Non")
    assert value(roadmap) == {
        "mesures": [],
        "retirees": [{"id": "1", "titre": "A", "date": "2021-12-31", "motif": "Non"}],
    }
    assert ("\r\n" in text(roadmap)) == ("\r\n" in content)
    invoke("check")
    assert "Mesure 2" in invoke("add", "mesure", "--titre", "B").spoken
    invoke("remove", "2")
    invoke("retire", "1", "--undo")
    assert value(roadmap) == {"mesures": [{"id": "1", "titre": "A"}]}


@pytest.mark.parametrize("own", ["1", "8", "15", "7", "21", "12"])
@pytest.mark.parametrize("crlf", [False, True])
def test_undone_at_once_every_byte_comes_back(versioned: Path, invoke: Invoke, own: str, crlf: bool) -> None:
    if crlf:
        write(versioned, "mesures", text(versioned).replace("\n", "\r\n"))
        commit(versioned.parent)
    before = state(versioned)
    invoke("retire", own, "--motif", "Non", "--vers", "2")
    invoke("retire", own, "--undo")
    assert state(versioned) == before


def test_undone_after_commits(versioned: Path, invoke: Invoke) -> None:
    before = values(versioned)
    invoke("retire", "8", "--motif", "Non", "--vers", "9")
    commit(versioned.parent, "2021-05-08")
    invoke("update", "3", "--realise", "Plus tard")
    commit(versioned.parent, "2021-05-09")
    invoke("add", "mesure", "--titre", "Neuf")
    commit(versioned.parent, "2021-05-10")
    shown = invoke("retire", "8", "--undo")
    assert "2021-05-07" in shown.spoken
    assert ids(versioned) == [*map(str, range(1, 23))]
    after = values(versioned)
    assert item(versioned, "8") in before["mesures"]["mesures"] and item(versioned, "7")["renvois"] == ["8"]
    assert after["mesures"]["mesures"][3:21] == before["mesures"]["mesures"][3:21]
    assert "retirees" not in after["mesures"]


def test_undone_without_git(roadmap: Path, invoke: Invoke) -> None:
    titre = item(roadmap, "4")["titre"]
    invoke("retire", "4", "--motif", "Non")
    assert "git n'a rien gardé" in invoke("retire", "4", "--undo").spoken
    assert item(roadmap, "4") == {"id": "4", "titre": titre, "avancement": "tres_satisfaisant"}
    assert "retirees" not in value(roadmap)


def test_undone_in_a_folder_that_git_ignores(versioned: Path, invoke: Invoke) -> None:
    shutil.copytree(versioned, versioned.parent / "autre")
    invoke("retire", "4", "--motif", "Non", "--data", "autre")
    assert "git n'a rien gardé" in invoke("retire", "4", "--undo", "--data", "autre").spoken


def test_retired_twice(versioned: Path, invoke: Invoke) -> None:
    invoke("retire", "4", "--motif", "Un")
    commit(versioned.parent, "2021-06-01")
    invoke("retire", "4", "--undo")
    invoke("update", "4", "--realise", "Revenue")
    commit(versioned.parent, "2021-06-02")
    invoke("retire", "4", "--motif", "Deux")
    invoke("retire", "4", "--undo")
    assert item(versioned, "4")["realise"] == "Revenue"


# --- remove -----------------------------------------------------------------------------------------------------------


def test_what_is_cited_stays(roadmap: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    assert "« 8 » est cité par mesure 7 (renvois)" in refused("remove", "8", code=4)
    invoke("retire", "4", "--motif", "x", "--vers", "5")
    assert "mesure 4 (retirees)" in refused("remove", "5", code=4)
    assert "mesure 15" in refused("remove", "bloqueur-portage-politique", code=4)
    assert "mesure 1," in refused("remove", "dimension-operationnelle", code=4)


def test_what_a_published_bilan_holds_stays(versioned: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    """The last commit of the first-parent line that stands at a published date."""
    said = refused("remove", "3", code=4)
    assert "dans le bilan publié au 7 mai 2021" in said and "alliances retire 3 --motif" in said
    invoke("add", "mesure", "--titre", "Erreur")
    invoke("remove", "22")
    invoke("add", "mesure", "--titre", "Erreur")
    invoke("update", "mission", "--etat-au", "2021-06-01")
    commit(versioned.parent, "2021-06-01")
    invoke("remove", "22")
    git(versioned.parent, "checkout", "-q", "--", "data")
    git(versioned.parent, "tag", "bilan/2021-06-01")
    assert "« 2021-06-01 »" in refused("remove", "22", code=4)


def test_a_tag_decides_for_its_date(versioned: Path, invoke: Invoke, refused: Callable[..., str]) -> None:
    """An item that was added once the bilan was published, at the same date, isn't in it."""
    git(versioned.parent, "tag", "-m", "x", "bilan/2021-05-07")
    invoke("add", "mesure", "--titre", "Erreur")
    commit(versioned.parent, "2021-05-20")
    invoke("remove", "22")
    assert "au 7 mai 2021" in refused("remove", "3", code=4)


def test_without_git_the_totals_hold_what_they_count(
    roadmap: Path, invoke: Invoke, refused: Callable[..., str]
) -> None:
    assert "dont les totaux le comptent" in refused("remove", "5", code=4)
    invoke("add", "mesure", "--titre", "Erreur")
    invoke("remove", "22")


# --- several at once --------------------------------------------------------------------------------------------------


def test_several_items_of_two_files_are_one_write(
    roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    real = store.replace_files

    def counted(files: Sequence[store.Write]) -> None:
        writes.append(len(files))
        real(files)

    monkeypatch.setattr(store, "replace_files", counted)
    shown = invoke("update", "1", "legaliser", "mesure-2", "1", "--realise", "Vu", "--sans-prochaine-etape").spoken
    assert writes == [2]
    assert "3 éléments modifiés" in shown
    assert [item(roadmap, own)["realise"] for own in "12"] == ["Vu", "Vu"]
    assert "2 mesures sur 3 modifiées" in invoke("update", "1", "3", "4", "--realise", "Vu").spoken
    assert "rien à changer" in invoke("update", "1", "3", "--realise", "Vu").spoken


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("1", "99", "--realise", "x"), 3, "99"),
        (("1", "faire-alliance", "--realise", "x"), 2, "un levier n'a pas de champ"),
        (("1", "8", "--renvois", "8"), 2, "elle-même"),
        (("mission", "1", "--titre", "x"), 2, "« mission » se change seule"),
        (("1", "4", "--debut", "2022"), 4, "antérieure au début"),
        (("1", "--en-retard", "--realise", "x"), 2, "pas les deux"),
        (("--realise", "x"), 2, "donnez un ID, ou un filtre"),
        (("chantiers", "--realise", "x"), 2, "filtre"),
        (("--dimension", "politique"), 2, "aucun champ à changer"),
        (("--dimension", "politique", "--realise", "x"), 2, "--yes"),
        (("--dimension", "zut", "--realise", "x", "--yes"), 2, "dimension inconnue"),
        (("leviers", "--en-retard", "--texte", "x", "--yes"), 2, "leviers"),
    ],
)
def test_all_or_nothing(refused: Callable[..., str], argv: tuple[str, ...], code: int, said: str) -> None:
    assert said in refused("update", *argv, code=code)


def test_a_filter_chooses(roadmap: Path, invoke: Invoke) -> None:
    before = state(roadmap)
    assert "7 mesures" in invoke("update", "--dimension", "politique", "--echeance", "2021-12", code=2).spoken
    assert (
        "+    echeance: 2021-12"
        in invoke("update", "--dimension", "politique", "--echeance", "2021-12", "--dry-run").out
    )
    assert state(roadmap) == before
    done = invoke("update", "--dimension", "politique", "--echeance", "2021-12", "--yes")
    assert "7 mesures modifiées" in done.spoken
    assert text(roadmap).count("echeance: 2021-12") == 7
    assert "0 mesure" in invoke("update", "--sans", "titre", "--realise", "x", "--yes").spoken
    invoke("update", "chantiers", "--sans", "debut", "--realise", "Vu", "--yes")
    assert text(roadmap, "chantiers").count("realise: Vu") == 4


# --- dry runs, JSON, undo ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", [("git", "apply", "-"), ("patch", "-p1", "-s")])
@pytest.mark.parametrize(
    "argv",
    [
        ("rename", "legaliser", "loi"),
        ("retire", "legaliser", "--motif", "x", "--vers", "mobiliser"),
        ("add", "levier", "--titre", "Neuf"),
        ("remove", "22"),
        ("update", "1", "legaliser", "--realise", "Vu"),
    ],
    ids=lambda argv: argv[0],
)
def test_a_dry_run_writes_nothing_and_its_difference_applies(
    roadmap: Path, invoke: Invoke, argv: tuple[str, ...], tool: tuple[str, ...]
) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"no {tool[0]}")
    invoke("update", "1", "--chantiers", "legaliser")
    invoke("add", "mesure", "--titre", "x")
    if argv[0] == "add":
        (roadmap / "leviers.yaml").unlink()
    before = state(roadmap)
    shown = invoke(*argv, "--dry-run").raw
    assert state(roadmap) == before
    subprocess.run(tool, cwd=roadmap.parent, input=shown, check=True, stdout=subprocess.DEVNULL)
    applied = state(roadmap)
    for name in {*before, *applied}:
        (roadmap / name).unlink() if name not in before else (roadmap / name).write_bytes(before[name])
    invoke(*argv)
    assert state(roadmap) == applied != before


@pytest.mark.parametrize(
    ("argv", "action", "files"),
    [
        (("rename", "legaliser", "loi"), "rename", 2),
        (("retire", "8", "--motif", "x", "--vers", "9"), "retire", 1),
        (("add", "levier", "--titre", "Neuf"), "add", 1),
        (("add", "bloqueur", "--id", "z", "--libelle", "Z"), "add", 1),
        (("remove", "22"), "remove", 1),
        (("update", "1", "legaliser", "--realise", "Vu"), "update", 2),
    ],
)
def test_for_programs(roadmap: Path, invoke: Invoke, argv: tuple[str, ...], action: str, files: int) -> None:
    invoke("update", "1", "--chantiers", "legaliser")
    invoke("add", "mesure", "--titre", "x")
    dry = json.loads(invoke(*argv, "--format", "json", "--dry-run").out)
    said = json.loads(invoke(*argv, "--format", "json").out)
    assert set(said) == {
        *("version", "action", "fichier", "famille", "id", "ecrit", "changements", "elements", "fichiers"),
        *("commentaires_retires", "totaux", "remarques", "annulation"),
    }
    assert (dry.pop("ecrit"), said.pop("ecrit")) == (False, True) and dry == said
    assert said["action"] == action and len(said["fichiers"]) == files
    assert said["annulation"] and all(shlex.split(command)[0] == "alliances" for command in said["annulation"])
    assert all(element["changements"] for element in said["elements"])


UNDONE: list[Sequence[str]] = [
    ("update", "1", "--realise", 'L\'un « a »\n"b" $HOME `x` \\n !', "--sans-prochaine-etape"),
    ("update", "2", "3", "legaliser", "--realise=-x"),
    ("update", "15", "--sans-bloqueurs", "--titre=--undo", "--avancement", "satisfaisant"),
    ("update", "mission", "--etat-au", "2022", "--titre", "M"),
    ("update", "10", "--etiquettes", "a, b", "--etiquettes=-c", "--pilotes", "L'un"),
    ("update", "--dimension", "politique", "--sans-provenance", "--yes"),
    ("add", "mesure", "--titre=-x", "--dimension", "politique"),
    ("add", "chantier", "--titre", "Neuf", "--id", "1"),
    ("add", "bloqueur", "--id", "z", "--libelle", "Z"),
    ("add", "dimension", "--id", "z", "--libelle", "Z"),
    ("rename", "8", "x'y"),
    ("rename", "1", "legaliser"),
    ("rename", "8", "mesures"),
    ("rename", "bloqueur-portage-politique", "p"),
    ("retire", "8", "--motif", "x", "--vers", "9"),
    ("remove", "22"),
    ("remove", "bloqueur-zz"),
    ("remove", "dimension-zz"),
]


@pytest.mark.parametrize("argv", some(UNDONE, 3), ids=lambda argv: "-".join(argv[:2]))
def test_each_edit_tells_the_command_that_undoes_it(versioned: Path, invoke: Invoke, argv: Sequence[str]) -> None:
    """By the shell, from a folder with a space in its name."""
    invoke("add", "bloqueur", "--id", "zz", "--libelle", "L'un")
    invoke("add", "dimension", "--id", "zz", "--libelle", "Zed", "--horizon", "1-2", "--texte", "-t")
    invoke(
        *(
            "add",
            "mesure",
            "--titre",
            "L'essai\nen deux",
            '--texte=-a\n"b"',
            "--preuves",
            "T (x) <https://a.fr> (2021)",
        ),
        *(
            "--preuves",
            "<https://b.fr> (2020)",
            "--preuves",
            "https://c.fr",
            "--preuves",
            "U <https://d.fr>",
            "--renvois",
            "1",
        ),
        *("--after", "20", "--etiquettes=-z", "--etiquettes", "k"),
    )
    git(versioned.parent, "tag", "bilan/2021-05-07")
    commit(versioned.parent, "2021-05-08")
    folder = versioned.rename(versioned.parent / "mes données")
    commit(versioned.parent, "2021-05-09")
    before, bytes_before = values(folder), state(folder)
    shown = invoke(*argv, "--data", "mes données").out.replace("\u00a0", " ").replace("\u202f", " ")
    assert values(folder) != before
    tail = shown[shown.index("Pour annuler : ") + len("Pour annuler : ") :]
    script = 'alliances() { "$PYTHON" -m alliances_cli "$@"; }\n' + tail
    environment = {**os.environ, "PYTHONPATH": SOURCE, "PYTHON": sys.executable, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["bash", "-ec", script], cwd=folder.parent, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, (tail, done.stderr)
    assert values(folder) == before
    if argv[0] in ("add", "rename", "retire"):
        assert state(folder) == bytes_before


# --- other hands ------------------------------------------------------------------------------------------------------

EVERY: list[Sequence[str]] = [
    ("add", "mesure", "--titre", "x"),
    ("rename", "legaliser", "loi"),
    ("retire", "4", "--motif", "x"),
    ("remove", "22"),
    ("update", "1", "legaliser", "--realise", "Vu"),
]
every = pytest.mark.parametrize("argv", EVERY, ids=lambda argv: argv[0])


@every
def test_locked_read_only_or_changed_meanwhile(
    roadmap: Path, invoke: Invoke, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, argv: Sequence[str]
) -> None:
    invoke("update", "1", "--chantiers", "legaliser")
    invoke("add", "mesure", "--titre", "Pour rien")
    with monkeypatch.context() as patch, store.locked(roadmap):
        patch.setattr(store, "LOCK_WAIT_S", 0.05)
        assert "une autre modification est en cours" in refused(*argv, code=4)
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        assert "lecture seule" in refused(*argv, code=5)
    with monkeypatch.context() as patch:
        temporary = store._temporary

        def meddled(one: store.Write, target: Path) -> str:
            target.write_bytes(target.read_bytes() + b"# autre main\n")
            return temporary(one, target)

        patch.setattr(store, "_temporary", meddled)
        assert "a changé" in invoke(*argv, code=4).spoken
    assert not any(name.endswith(".tmp") for name in state(roadmap))


def test_two_edits_at_the_same_time_lose_nothing(roadmap: Path, invoke: Invoke) -> None:
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    commands = [
        *[("add", "mesure", "--titre", f"Neuf {n}") for n in range(3)],
        ("rename", "legaliser", "loi"),
        ("retire", "4", "--motif", "x"),
    ]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "alliances_cli", *argv],
            cwd=roadmap.parent,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        for argv in commands
    ]
    assert [process.wait(timeout=60) for process in running] == [0] * 5
    found = ids(roadmap)
    assert sorted(found[-3:]) == ["22", "23", "24"] and "4" not in found and "loi" in ids(roadmap, "chantiers")
    invoke("check")


# --- bad files --------------------------------------------------------------------------------------------------------


@every
def test_errors_that_stand_elsewhere_are_left(roadmap: Path, invoke: Invoke, argv: Sequence[str]) -> None:
    invoke("update", "1", "--chantiers", "legaliser")
    invoke("add", "mesure", "--titre", "Pour rien")
    replace(
        roadmap,
        "    avancement: en_retard\n    provenance: infere\n    realise: Réflexion",
        "    avancement: zut\n    provenance: infere\n    realise: Réflexion",
    )
    told = invoke(*argv)
    assert "Il reste des erreurs (1)" in told.spoken
    assert "zut" in invoke("check", code=1).spoken


@pytest.mark.parametrize("argv", EVERY[1:4], ids=lambda argv: argv[0])
def test_another_file_that_cannot_be_read(
    roadmap: Path, invoke: Invoke, refused: Callable[..., str], argv: Sequence[str]
) -> None:
    invoke("add", "mesure", "--titre", "Pour rien")
    write(roadmap, "leviers", "leviers:\n  - id: [\n")
    assert "leviers.yaml:" in refused(*argv, code=1)


def test_duplicate_ids(roadmap: Path, refused: Callable[..., str]) -> None:
    replace(roadmap, "- id: 5\n", "- id: 4\n")
    for argv in (
        ("rename", "4", "44"),
        ("retire", "4", "--motif", "x"),
        ("remove", "4"),
        ("update", "4", "--realise", "x"),
    ):
        assert "2 mesures portent l'identifiant « 4 »" in refused(*argv, code=4)


def test_shared_nodes_are_refused_with_their_place(roadmap: Path, refused: Callable[..., str]) -> None:
    replace(roadmap, "  - id: 4\n    titre:", "  - &quatre\n    id: 4\n    titre:")
    replace(roadmap, "    renvois: [8]  #", "    renvois: &r [8]  #")
    replace(roadmap, "    realise: Réseau des catalyseurs", "    renvois: *r\n    realise: Réseau des catalyseurs")
    said = refused("rename", "8", "80", code=4)
    assert "mesures.yaml:" in said and "*r" in said
    said = refused("retire", "8", "--motif", "x", "--vers", "9", code=4)
    assert "mesures.yaml:" in said


@pytest.mark.parametrize(
    ("content", "argv"),
    [
        ("mesures: x\n", ("add", "mesure", "--titre", "x")),
        ("mesures: {a: b}\n", ("add", "mesure", "--titre", "x")),
        ("- a\n", ("add", "mesure", "--titre", "x")),
        ("mesures: [\n", ("add", "mesure", "--titre", "x")),
        ("zut: 1\n", ("retire", "1", "--motif", "x")),
        ("mesures:\n  - id: 1\n    titre: A\nretirees: x\n", ("retire", "1", "--motif", "x")),
        ("mesures:\n  - id: 1\n    titre: A\nretirees: {a: b}\n", ("retire", "1", "--motif", "x")),
        ("mesures:\n  - id: 1\n    titre: A\nretirees: &r []\nx: *r\n", ("retire", "1", "--motif", "x")),
        ("mesures: &m\n  - id: 1\n    titre: A\nretirees: *m\n", ("retire", "1", "--motif", "x")),
        ("? mesures\n: - id: 1\n    titre: A\n", ("retire", "1", "--motif", "x")),
        ("mesures:\n  - id: 1\n    titre: A\n---\nmesures: []\n", ("add", "mesure", "--titre", "x")),
        ("mesures:\n  - id: 1\n    titre: A\nmesures: []\n", ("add", "mesure", "--titre", "x")),
    ],
)
def test_a_layout_that_leaves_no_safe_place(
    roadmap: Path, refused: Callable[..., str], invoke: Invoke, content: str, argv: tuple[str, ...]
) -> None:
    """Refused with the place, or done right: never anything else."""
    write(roadmap, "mesures", content)
    before = state(roadmap)
    outcome = invoke(*argv, code=None)
    if outcome.code == 0:
        assert value(roadmap)["retirees"][-1]["id"] == "1"
        invoke("check", code=None)
        return
    assert outcome.code in (1, 3, 4) and state(roadmap) == before and outcome.out == ""
    assert "mesures.yaml" in outcome.spoken or outcome.code == 3


@pytest.mark.parametrize(
    "tail",
    [
        "retirees:\n",
        "retirees: []\n",
        "retirees: [] # rien\n",
        "retirees: ~\n",
        "retirees:\n# rien\n",
        "retirees: [{id: 9, titre: T}]\n",
        "retirees:\n    - {id: 9, titre: T}\n",
    ],
)
@pytest.mark.parametrize("first", [False, True])
def test_retired_lists_in_odd_layouts(roadmap: Path, invoke: Invoke, tail: str, first: bool) -> None:
    body = "mesures:\n  - id: 1\n    titre: A\n  - id: 2\n    titre: B\n"
    write(roadmap, "mesures", tail + body if first else body + tail)
    write(roadmap, "mission", "titre: T\netat_au: 2021\n")
    write(roadmap, "chantiers", "chantiers: []\n")
    known = value(roadmap)["retirees"] or []
    invoke("retire", "2", "--motif", "Non")
    entry = {"id": "2", "titre": "B", "date": "2021-12-31", "motif": "Non"}
    assert value(roadmap) == {"mesures": [{"id": "1", "titre": "A"}], "retirees": [*known, entry]}
    assert "  - id: 1\n    titre: A\n" in text(roadmap)
    assert ("# rien" in tail) <= ("# rien" in text(roadmap))
    invoke("retire", "2", "--undo")
    assert value(roadmap)["mesures"] == [{"id": "1", "titre": "A"}, {"id": "2", "titre": "B"}]


def test_time_is_not_wasted_on_many_items(tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bulk edit costs a few times what one edit does, not once for each item."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    lines = [f"  - id: {n}\n    titre: Mesure {n}\n    realise: Fait {n}\n" for n in range(1, 1201)]
    write(tmp_path / "data", "mesures", "mesures:\n" + "\n".join(lines))

    def seconds(*argv: str) -> float:
        start = time.process_time()
        invoke(*argv)
        return time.process_time() - start

    one = seconds("update", "1", "--realise", "Vu")
    assert seconds("update", *map(str, range(1, 601)), "--realise", "Bien", "--delai", "2 ans") < 8 * one + 1
    assert text(tmp_path / "data").count("delai: 2 ans") == 600


def test_the_way_back_needs_no_file_that_git_never_had(
    tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "mission.yaml").write_text("titre: M\n")
    (data / "chantiers.yaml").write_text("chantiers:\n- id: 1\n  titre: C\n- id: 2\n  titre: D\n")
    (data / "mesures.yaml").write_text("mesures:\n- id: 1\n  titre: M\n")
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "2021-05-08")
    before = state(data)
    undone(invoke("retire", "chantier-2", "--motif", "m"), invoke)
    assert state(data) == before


def test_a_level_that_comes_back_keeps_where_it_came_from(roadmap: Path, invoke: Invoke) -> None:
    before = items(roadmap)
    undone(invoke("update", "18", "--sans-avancement"), invoke)
    assert items(roadmap) == before


def test_a_comment_beside_a_reference_stays_when_it_follows(roadmap: Path, invoke: Invoke) -> None:
    replace(
        roadmap, "    renvois: [8]  # d'après « Voir mesure 8 »\n", "    renvois:\n      - 8  # vers 8\n      - 2\n"
    )
    invoke("retire", "8", "--motif", "Fondue", "--vers", "9")
    assert "    renvois:\n      - 9  # vers 8\n      - 2\n" in (roadmap / "mesures.yaml").read_text("utf-8")


def test_an_id_that_reads_as_a_reference_is_refused(roadmap: Path, invoke: Invoke) -> None:
    assert "se lirait comme la mesure 4" in invoke("rename", "3", "mesure-4", code=2).spoken
    assert "désigne la mission" in invoke("add", "mesure", "--id", "mission", "--titre", "X", code=2).spoken


def test_a_number_goes_without_quotes_where_a_field_holds_numbers(roadmap: Path, invoke: Invoke) -> None:
    with (roadmap / "mission.yaml").open("a", encoding="utf-8") as file:
        file.write("\nchamps:\n  - {code: budget, libelle: Budget, type: nombre}\n")
    invoke("update", "1", "--champ", "budget=12000")
    invoke("add", "mesure", "--titre", "X", "--champ", "budget=3.5")
    text = (roadmap / "mesures.yaml").read_text("utf-8")
    assert "    budget: 12000\n" in text and "    budget: 3.5\n" in text
    assert "rien à changer" in invoke("update", "1", "--champ", "budget=12 000").spoken


def test_proofs_that_no_commit_has_are_told_before_they_go(versioned: Path, invoke: Invoke) -> None:
    added = invoke("add", "mesure", "--titre", "Neuf", "--preuves", "Annonce <https://exemple.fr> (2021)")
    assert "Preuves : Annonce <https://exemple.fr> (2021)" in added.spoken
    told = invoke("retire", "22", "--motif", "Non")
    assert "ses preuves, qu'aucun commit n'a, ne reviendraient pas" in told.spoken
    assert told.out.rstrip().endswith("alliances retire mesure-22 --undo")
    commit(versioned.parent, "2021-05-08")
    assert "preuves, qu'aucun" not in invoke("retire", "21", "--motif", "Non").spoken
