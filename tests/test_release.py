"""`publish`: the entry written byte for byte, then the tag on the commit that holds it; each refusal writes nothing."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alliances_cli import store
from alliances_cli.editing.publish import publish
from alliances_cli.location import Root
from alliances_cli.periode import parse
from alliances_cli.yamltext.read import read
from conftest import Golden, Invoke, examples
from story import Repository, begin, story

MESURES = """\
mesures:
  - {id: 1, titre: Un, avancement: satisfaisant}
  - {id: 2, titre: Deux, avancement: en_retard}
  - {id: 3, titre: Trois, avancement: satisfaisant}
  - {id: 4, titre: Quatre}
"""
MISSION = "titre: Alliances\netat_au: 2021-05-07\n"
ENTRY = """\
bilans:
  - date: "2021-05-07"
    totaux:
      tres_satisfaisant: 0
      satisfaisant: 2
      en_retard: 1
"""


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, built once."""
    folder = tmp_path_factory.mktemp("publication") / "depot"
    story(folder)
    return folder


@pytest.fixture
def repository(told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy of the story whose work tree is HEAD's, Ada being known to git; the current folder is there."""
    shutil.copytree(told, tmp_path / "depot")
    found = Repository(tmp_path / "depot")
    found.git("checkout", "-q", "--", "data")
    found.git("config", "user.name", "Ada Lovelace")
    found.git("config", "user.email", "ada@exemple.fr")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.chdir(found.folder)
    return found


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a roadmap in no repository."""
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder, MISSION)
    (folder / "mesures.yaml").write_bytes(MESURES.encode())
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def refused(invoke: Invoke) -> Callable[..., str]:
    """Runs a command line that must be refused with a code: nothing on stdout, no file, no reference, no staged thing
    changed."""

    def run(folder: Path, *argv: str, code: int = 4, **environment: str) -> str:
        before = state(folder)
        outcome = invoke(*argv, code=code, **environment)
        assert outcome.out == ""
        assert state(folder) == before
        assert "Erreur interne" not in outcome.spoken
        return outcome.spoken

    return run


def state(folder: Path) -> tuple[dict[str, bytes], str]:
    """The bytes of all files but git's, and git's references and index."""
    files = {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and ".git" not in p.parts}
    if not (folder / ".git").exists():
        return files, ""
    return files, Repository(folder).git("for-each-ref") + Repository(folder).git("diff", "--cached", "--raw")


def write(folder: Path, text: str) -> None:
    (folder / "mission.yaml").write_bytes(text.encode())


def mission(folder: Path) -> str:
    return (folder / "mission.yaml").read_bytes().decode()


def published(repository: Repository, invoke: Invoke, date: str = "2021-09-01") -> None:
    """The first step, committed."""
    invoke("publish", date, "--titre", "Bilan d'étape")
    repository.commit(f"Publie {date}", date)


# --- the entry --------------------------------------------------------------------------------------------------------


def test_the_entry_and_the_date_are_all_that_changes(repository: Repository, invoke: Invoke, golden: Golden) -> None:
    before = mission(repository.data)
    argv = ("publish", "2021-09-15", "--titre", "Bilan d'étape", "--source", "Sur 5 mesures, 3 le sont")
    golden("publish-dry-run.txt", invoke(*argv, "--dry-run").out)
    assert mission(repository.data) == before
    outcome = invoke(*argv)
    golden("publish.txt", outcome.out)
    assert outcome.err == ""
    assert mission(repository.data) == before.replace("etat_au: 2021-09-01", 'etat_au: "2021-09-15"') + (
        '\n  - date: "2021-09-15"\n    titre: Bilan d\'étape\n    totaux:\n      tres_satisfaisant: 3\n'
        "      satisfaisant: 1\n      en_retard: 1\n    source: Sur 5 mesures, 3 le sont\n"
    )
    assert Repository(repository.folder).git("diff", "--name-only") == "data/mission.yaml"


def test_the_two_steps_by_the_commands_that_are_printed(repository: Repository, invoke: Invoke) -> None:
    out = invoke("publish", "2021-09-15").out
    add, commit, tag, push = re.findall(r"^  (git .*|alliances .*)$", out, re.MULTILINE)
    assert push == "git push origin HEAD tag bilan/2021-09-15"
    head = repository.git("rev-parse", "HEAD")
    for command in (add, commit):
        repository.git(*shlex.split(command)[1:])
    assert repository.git("rev-parse", "HEAD^") == head
    assert repository.git("log", "-1", "--format=%s") == "Publie le bilan du 15 septembre 2021"
    said = invoke(*shlex.split(tag)[1:]).out
    assert "git push origin tag bilan/2021-09-15" in said
    assert repository.git("cat-file", "-t", "bilan/2021-09-15") == "tag"
    assert repository.git("rev-parse", "bilan/2021-09-15^{commit}") == repository.git("rev-parse", "HEAD")
    message = repository.git("tag", "-l", "--format=%(contents)", "bilan/2021-09-15").rstrip()
    assert message == (
        "Alliances de territoire\n\nBilan (15 septembre 2021)\n3 très satisfaisant, 1 satisfaisant, 1 en retard"
    )
    # The entry, its date and its tag reconcile.
    invoke("check")


def test_from_any_folder_the_commands_name_the_repository(
    repository: Repository, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ici et là").mkdir()
    monkeypatch.chdir(tmp_path / "ici et là")
    out = invoke("publish", "2021-09-01", "--data", "../depot").out
    for command in re.findall(r"^  (git -C .* (?:add|commit) .*)$", out, re.MULTILINE):
        subprocess.run(command, shell=True, check=True, capture_output=True)
    assert "alliances publish 2021-09-01 --tag --data ../depot\n" in out
    assert (
        "git -C ../depot/data push origin tag bilan/2021-09-01"
        in invoke("publish", "2021-09-01", "--tag", "--data", "../depot").out
    )
    (repository.folder / "a b").mkdir()
    monkeypatch.chdir(repository.folder / "a b")
    assert "git add -- ../data/mission.yaml" in invoke("publish", "2021-09-02").out


def test_before_the_first_commit_no_undo_is_promised(
    repository: Repository, invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undo = "git checkout"
    assert undo in invoke("publish", "2021-09-15").out
    fresh = begin(tmp_path / "neuf", repository.data)
    monkeypatch.chdir(fresh.folder)
    assert undo not in invoke("publish", "2021-09-16").out
    shutil.rmtree(fresh.folder / ".git")
    assert undo not in invoke("publish", "2021-09-17").out


def test_json(repository: Repository, invoke: Invoke) -> None:
    found = json.loads(invoke("publish", "2021-09-15", "--titre", "T", "--format", "json").out)
    assert found["version"] == 1
    assert found["entree"] == {
        "date": "2021-09-15",
        "titre": "T",
        "totaux": {"tres_satisfaisant": 3, "satisfaisant": 1, "en_retard": 1},
    }
    assert found["etat_au"] == {"avant": "2021-09-01", "apres": "2021-09-15"}
    assert found["ecrit"] is True and len(found["commandes"]) == 4
    repository.commit("Publie", "2021-09-15")
    found = json.loads(invoke("publish", "2021-09-15", "--tag", "--format", "json").out)
    assert (found["tag"], found["pose"]) == ("bilan/2021-09-15", True)
    assert found["commit"] == repository.git("rev-parse", "HEAD")


def test_a_second_time_there_is_nothing_to_do(repository: Repository, invoke: Invoke) -> None:
    first = invoke("publish", "2021-09-15").out
    before = mission(repository.data)
    again = invoke("publish", "2021-09-15").out
    assert "rien à faire" in again
    assert re.findall(r"^  (?:git|alliances) .*", again, re.M) == re.findall(r"^  (?:git|alliances) .*", first, re.M)
    assert mission(repository.data) == before


def test_the_way_back_is_given_where_it_loses_nothing(repository: Repository, invoke: Invoke) -> None:
    before = mission(repository.data)
    found = re.search(r"^Pour annuler avant le commit.* : git (.*)$", invoke("publish", "2021-09-15").spoken, re.M)
    assert found is not None
    # Between `git add` and the commit too.
    repository.git("add", "-A")
    repository.git(*shlex.split(found[1]))
    assert mission(repository.data) == before and repository.git("status", "--porcelain") == ""
    # What was there and isn't committed would be lost.
    repository.change("mission", ("titre: Alliances de territoire", "titre: Alliances"))
    assert "Pour annuler" not in invoke("publish", "2021-09-15").out
    repository.git("checkout", "HEAD", "--", "data")
    repository.git("rm", "-q", "--cached", "data/mission.yaml")
    repository.git("commit", "-q", "-m", "Oublie la mission")
    assert "Pour annuler" not in invoke("publish", "2021-09-15").out


def test_where_git_has_nothing_it_gives_nothing_back(small: Path, invoke: Invoke) -> None:
    assert "Pour annuler" not in invoke("publish", "2021-05-07").out
    repository = begin(small.parent, None)
    write(small, MISSION)
    assert "Pour annuler" not in invoke("publish", "2021-05-07").out
    assert repository.git("for-each-ref") == ""


def test_levels_that_are_missing_and_later_bilans_are_told(small: Path, invoke: Invoke) -> None:
    outcome = invoke("publish", "2021-05-07")
    assert "1 mesure sans niveau : les totaux ne la comptent pas" in outcome.spoken
    assert "dépôt git" in outcome.spoken
    assert mission(small) == MISSION + "\n" + ENTRY
    assert "ce bilan précède celui du 7 mai 2021" in invoke("publish", "2021-04").spoken


def test_totals_are_filled_in_where_there_were_none(small: Path, invoke: Invoke) -> None:
    write(small, MISSION + "bilans:\n  # Le premier.\n  - date: 2021-05-07  # jour J\n    titre: Un bilan\n")
    invoke("publish", "2021-05-07", "--source", "Le dossier")
    assert mission(small) == (
        MISSION + "bilans:\n  # Le premier.\n  - date: 2021-05-07  # jour J\n    titre: Un bilan\n"
        "    totaux:\n      tres_satisfaisant: 0\n      satisfaisant: 2\n      en_retard: 1\n    source: Le dossier\n"
    )
    for empty in ("totaux:  # à compter", "totaux: {}", "totaux: ~"):
        write(small, MISSION + f"bilans:\n  - date: 2021-05-07\n    {empty}\n    source: Le dossier\n")
        invoke("publish", "2021-05-07")
        kept = "  # à compter" if "#" in empty else ""
        assert mission(small) == (
            MISSION + "bilans:\n  - date: 2021-05-07\n"
            f"    totaux: {{tres_satisfaisant: 0, satisfaisant: 2, en_retard: 1}}{kept}\n    source: Le dossier\n"
        )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("titre: A\n", 'titre: A\netat_au: "2021-05-07"\n\n' + ENTRY),
        ("titre: A\netat_au: 2021-05-07", "titre: A\netat_au: 2021-05-07\n\n" + ENTRY.rstrip()),
        ("titre: A\netat_au: 2021-05-07\nbilans:\n", "titre: A\netat_au: 2021-05-07\n" + ENTRY),
        (
            "titre: A\netat_au: 2021-05-07\nbilans: []  # rien\n",
            "titre: A\netat_au: 2021-05-07\nbilans:  # rien\n" + ENTRY[8:],
        ),
        (
            "titre: A\netat_au: 2021-05-07\nregles: [bilan_intact]\n# Fin.\n",
            "titre: A\netat_au: 2021-05-07\nregles: [bilan_intact]\n# Fin.\n\n" + ENTRY,
        ),
        (
            "titre: A\netat_au: 2021-05-07\nbilans: [{date: 2020-10-17, totaux: {en_retard: 1}}, {date: 2022}]\n",
            "titre: A\netat_au: 2021-05-07\nbilans: [{date: 2020-10-17, totaux: {en_retard: 1}}, "
            '{date: "2021-05-07", totaux: {tres_satisfaisant: 0, satisfaisant: 2, en_retard: 1}}, {date: 2022}]\n',
        ),
        (
            "titre: A\netat_au: 2021-05-07\nbilans:\n- date: 2022\n  totaux:\n      en_retard: 3\n- date: '2020'\n",
            "titre: A\netat_au: 2021-05-07\nbilans:\n- date: 2022\n  totaux:\n      en_retard: 3\n"
            '- date: "2021-05-07"\n'
            "  totaux:\n      tres_satisfaisant: 0\n      satisfaisant: 2\n      en_retard: 1\n"
            "- date: '2020'\n",
        ),
        (
            '{"titre": "A", "etat_au": "2021-05-07"}\n',
            '{"titre": "A", "etat_au": "2021-05-07", "bilans": [{"date": "2021-05-07", "totaux": '
            '{"tres_satisfaisant": 0, "satisfaisant": 2, "en_retard": 1}}]}\n',
        ),
    ],
    ids=["rien", "sans-fin-de-ligne", "cle-vide", "liste-vide", "apres-les-regles", "crochets", "a-rebours", "json"],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_entry_takes_the_style_of_the_file(small: Path, invoke: Invoke, before: str, after: str, eol: str) -> None:
    write(small, before.replace("\n", eol))
    invoke("publish", "2021-05-07")
    assert mission(small) == after.replace("\n", eol)


DATES = ("2020-10-17", "2020", "2021-03", "2021-T1", "2021-04-30", "2021-06", "2022-S1", "2022-01-01")


def _missions() -> st.SearchStrategy[str]:
    def text(
        dates: list[str], head: str, comments: bool, flow: bool, eol: str, end: bool, quote: str, etat_au: str
    ) -> str:
        lines = [*head.split("\n"), "titre: Alliances", *([f"etat_au: {etat_au}"] if etat_au else [])]
        lines += ["", "# Les bilans."] if comments else []
        if flow:
            inner = ", ".join(f"{{date: {d}, totaux: {{satisfaisant: 1}}}}" for d in dates)
            lines += [f"bilans: [{inner}]"]
        elif dates:
            lines += ["bilans:"]
            for date in dates:
                lines += [f"  # {date}"] if comments else []
                lines += [f"  - date: {quote}{date}{quote}", "    totaux:", "      satisfaisant: 1  # un"]
                lines += [""] if comments else []
        lines += ["# Fin."] if comments else []
        return eol.join(lines) + (eol if end else "")

    return st.builds(
        text,
        st.lists(st.sampled_from(DATES), unique=True),
        st.sampled_from(["# En tête", "nature: une mission", "document:\n  titre: |\n    Sur deux\n    lignes"]),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["\n", "\r\n"]),
        st.booleans(),
        st.sampled_from(["", '"', "'"]),
        st.sampled_from(["", "2021-05-07", '"2020-10-17"', "2021  # fin d'année"]),
    )


@settings(max_examples=examples(60), deadline=None)
@given(_missions())
def test_whatever_the_file_looks_like_nothing_else_changes(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("data")
    write(folder, text)
    (folder / "mesures.yaml").write_bytes(MESURES.encode())
    old = read(text).value
    publish(Root(folder), parse("2021-05-07"), "Un bilan")
    after = mission(folder)
    new = read(after).value
    assert isinstance(old, dict) and isinstance(new, dict)
    entries = new.pop("bilans")
    assert isinstance(entries, list)
    added = [entry for entry in entries if entry["date"] == "2021-05-07"]  # type: ignore[index, call-overload]
    totaux = {"tres_satisfaisant": "0", "satisfaisant": "2", "en_retard": "1"}
    assert added == [{"date": "2021-05-07", "titre": "Un bilan", "totaux": totaux}]
    assert [entry for entry in entries if entry not in added] == (old.pop("bilans", None) or [])
    assert new == {**old, "etat_au": "2021-05-07"}
    # Line by line, nothing of the old text is gone but the date; the ends of lines are the file's.
    gone = [line for line in text.splitlines() if line not in after.splitlines()]
    assert all("etat_au" in line or line.startswith("bilans: [") for line in gone)
    assert ("\r\n" in text) == ("\r\n" in after) and (after.count("\n") == after.count("\r\n")) == ("\r\n" in text)
    reading = store.parse(store.read_sources(Root(folder)))
    assert reading.require() and reading.totals() == ()


def test_first_step_refusals(
    repository: Repository, refused: Callable[..., str], invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository.folder
    for date in ("demain", "2021-13", "2021-02-30", "21-05-07", "", "bilan/2021-05-07", "-x"):
        refused(folder, "publish", date, code=2)
    refused(folder, "publish", "2021-09-15", "--titre", " ", code=2)
    refused(folder, "publish", "2021-09-15", "--source", "\x07", code=2)
    refused(folder, "publish", "2021-09-15", "--tag", "--titre", "x", code=2)
    refused(folder, "publish", "2021-09-15", "--tag", "--source", "x", code=2)
    refused(folder, "publish", "2021-09-15", "--format", "xml", code=2)
    # A published bilan is never changed.
    assert "compté 3/1/1, publié 2/1/2" in refused(folder, "publish", "2021-05-07")
    invoke("publish", "2021-09-15", "--titre", "Un titre")
    assert "avec « titre: Un titre » : un bilan" in refused(folder, "publish", "2021-09-15", "--titre", "Un autre")
    assert "sans « source » : un bilan" in refused(folder, "publish", "2021-09-15", "--source", "Une source")
    with monkeypatch.context() as patch, store.locked(repository.data):
        patch.setattr(store, "LOCK_WAIT_S", 0.1)
        assert "une autre modification est en cours" in refused(folder, "publish", "2021-09-16")
    # Errors are told with their places; warnings don't stop it.
    repository.item("mesures", "1", ("dimension: terrain", "dimension: zzz"))
    for argv in (("2021-09-16",), ("2021-09-15", "--tag"), ("2021-09-16", "--dry-run")):
        assert "data/mesures.yaml:5:16: dimension inconnue" in refused(folder, "publish", *argv, code=1)


def test_another_scale_is_refused(small: Path, refused: Callable[..., str]) -> None:
    scale = "[{code: a, libelle: A}, {code: b, libelle: B}]"
    write(small, MISSION + f"bilans:\n  - date: 2021-05-07\n    totaux: {{a: 1}}\n    echelle: {scale}\n")
    assert "autre échelle" in refused(small.parent, "publish", "2021-05-07")


def test_without_mission_or_roadmap(small: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    (small / "mission.yaml").unlink()
    assert "mission.yaml" in refused(small.parent, "publish", "2021-05-07", code=3)
    monkeypatch.chdir("/")
    refused(small.parent, "publish", "2021-05-07", code=3)


def test_what_was_retired_that_day_still_counts(small: Path, invoke: Invoke) -> None:
    write(small, MISSION + ENTRY.replace("en_retard: 1", "en_retard: 2"))
    gone = "retirees:\n  - {id: 5, titre: Cinq, motif: x, date: 2021-05-07, avancement: en_retard}\n"
    (small / "mesures.yaml").write_text(MESURES + gone, "utf-8")
    before = mission(small)
    assert "rien à faire" in invoke("publish", "2021-05-07").out
    assert mission(small) == before


# --- the tag ----------------------------------------------------------------------------------------------------------


def test_the_second_step_refuses_what_isnt_committed(
    repository: Repository, refused: Callable[..., str], invoke: Invoke
) -> None:
    folder, argv = repository.folder, ("publish", "2021-09-15", "--tag")
    assert "n'a pas de bilan du 15 septembre 2021" in refused(folder, *argv)
    invoke("publish", "2021-09-15")
    assert "« data/mission.yaml » n'est pas tel que dans le dernier commit" in refused(folder, *argv)
    repository.git("add", "-A")
    assert "commitez" in refused(folder, *argv)
    repository.commit("Publie", "2021-09-15")
    # Dirty in another file; a file more, a file less.
    repository.item("mesures", "2", ("titre: Former les élus", "titre: Former tous les élus"))
    assert "« data/mesures.yaml »" in refused(folder, *argv)
    repository.git("checkout", "-q", "--", "data")
    (repository.data / "leviers.yaml").write_text("leviers: []\n")
    assert "« data/leviers.yaml »" in refused(folder, *argv)
    (repository.data / "leviers.yaml").unlink()
    chantiers = (repository.data / "chantiers.yaml").read_bytes()
    (repository.data / "chantiers.yaml").unlink()
    assert "« data/chantiers.yaml »" in refused(folder, *argv)
    (repository.data / "chantiers.yaml").write_bytes(chantiers)
    # Staged, the work tree as HEAD has it.
    repository.item("mesures", "2", ("titre: Former les élus", "titre: Former tous les élus"))
    repository.git("add", "data/mesures.yaml")
    repository.item("mesures", "2", ("titre: Former tous les élus", "titre: Former les élus"))
    assert "l'index contient" in refused(folder, *argv)
    repository.git("reset", "-q")
    # Whatever else is in the work tree is no matter.
    (folder / "LISEZMOI").write_text("Autre chose\n")
    invoke(*argv, "--dry-run")
    assert repository.git("tag", "-l", "bilan/2021-09-15") == ""
    invoke(*argv)
    assert repository.git("tag", "-l", "bilan/2021-09-15") == "bilan/2021-09-15"


def test_the_second_step_refuses_another_date_and_other_totals(
    repository: Repository, refused: Callable[..., str], invoke: Invoke
) -> None:
    folder = repository.folder
    invoke("publish", "2021-09-15")
    invoke("update", "mission", "--etat-au", "2021-09-16")
    repository.commit("Publie", "2021-09-15")
    assert "« etat_au » est 2021-09-16, pas 2021-09-15" in refused(folder, "publish", "2021-09-15", "--tag")
    invoke("update", "mission", "--etat-au", "2021-09-15")
    invoke("update", "1", "--avancement", "en_retard")
    repository.commit("Change un niveau", "2021-09-15")
    assert "compté 2/1/2, publié 3/1/1" in refused(folder, "publish", "2021-09-15", "--tag")
    path = repository.data / "mission.yaml"
    path.write_text(path.read_text("utf-8").replace('etat_au: "2021-09-15"\n', ""), "utf-8")
    repository.commit("Retire la date", "2021-09-15")
    assert "« etat_au » manque" in refused(folder, "publish", "2021-09-15", "--tag")


def test_an_existing_tag_is_never_moved(repository: Repository, refused: Callable[..., str], invoke: Invoke) -> None:
    published(repository, invoke)
    invoke("publish", "2021-09-01", "--tag")
    refs = repository.git("for-each-ref")
    assert "rien à faire" in invoke("publish", "2021-09-01", "--tag").out
    assert repository.git("for-each-ref") == refs
    repository.commit("Autre chose", "2021-09-02")
    assert "ne se déplace pas" in refused(repository.folder, "publish", "2021-09-01", "--tag")
    blob = repository.git("rev-parse", "HEAD:data/mission.yaml")
    repository.git("tag", "-d", "bilan/2021-09-01")
    repository.git("update-ref", "refs/tags/bilan/2021-09-01", blob)
    assert "déjà posé ailleurs" in refused(repository.folder, "publish", "2021-09-01", "--tag")


def test_no_hook_signature_editor_or_alias_of_the_user_runs(repository: Repository, invoke: Invoke) -> None:
    trace = repository.folder.parent / "trace"
    script = f"#!/bin/sh\necho \"$0 $@\" >> '{trace}'\nexit 1\n"
    hooks = repository.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    published(repository, invoke)
    for name in ("reference-transaction", "post-commit", "pre-push", "pre-commit", "post-index-change"):
        (hooks / name).write_text(script)
        (hooks / name).chmod(0o755)
    program = repository.folder.parent / "program"
    program.write_text(script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    for key, value in {
        "tag.gpgSign": "true",
        "tag.forceSignAnnotated": "true",
        "commit.gpgSign": "true",
        "gpg.program": str(program),
        "core.editor": str(program),
        "core.pager": str(program),
        "core.fsmonitor": str(program),
        "alias.tag": f"!{program}",
        "diff.external": str(program),
    }.items():
        # Straight to the file: git itself would run what is configured.
        (repository.folder / ".git" / "config").open("a").write(
            f"[{key.partition('.')[0]}]\n\t{key.partition('.')[2]} = {value}\n"
        )
    invoke("publish", "2021-09-01", "--tag", GIT_EDITOR=str(program), EDITOR=str(program))
    assert not trace.exists()
    raw = (repository.folder / ".git" / "refs" / "tags" / "bilan" / "2021-09-01").read_text().strip()
    done = subprocess.run(
        ["git", "-c", "core.fsmonitor=false", "cat-file", "tag", raw],
        cwd=repository.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "SIGNATURE" not in done.stdout and "Bilan d'étape (1er septembre 2021)" in done.stdout


def test_ends_of_lines_that_git_changes_are_no_difference(repository: Repository, invoke: Invoke) -> None:
    published(repository, invoke)
    for path in repository.data.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    invoke("publish", "2021-09-01", "--tag")
    assert repository.git("tag", "-l", "bilan/2021-09-01")


def test_a_detached_head_a_worktree_and_a_title_that_begins_with_a_hash(
    repository: Repository, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.change("mission", ("titre: Alliances de territoire", 'titre: "# Alliances"'))
    published(repository, invoke)
    repository.git("worktree", "add", "-q", "--detach", str(repository.folder.parent / "autre"))
    monkeypatch.chdir(repository.folder.parent / "autre")
    invoke("publish", "2021-09-01", "--tag")
    assert repository.git("tag", "-l", "--format=%(subject)", "bilan/2021-09-01") == "# Alliances"


def test_git_is_missing_unused_or_empty(
    small: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, invoke: Invoke
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    invoke("publish", "2021-05-07")
    argv = ("publish", "2021-05-07", "--tag")
    assert "dépôt git" in refused(tmp_path, *argv, code=3)
    assert "git n'est pas installé" in refused(tmp_path, *argv, code=5, PATH=str(small))
    repository = begin(tmp_path, None)
    assert "aucun commit" in refused(tmp_path, *argv, code=3)
    repository.git("commit", "-q", "--allow-empty", "-m", "Rien")
    assert "data/mission.yaml » et « data/mesures.yaml » ne sont pas tels" in refused(tmp_path, *argv)
    repository.commit("Publie", "2021-05-07")
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(tmp_path / "nulle-part")}
    repository.git("config", "user.useConfigOnly", "true")
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    assert "git config user.name" in refused(tmp_path, *argv, code=5, **nobody)


def test_the_variables_that_point_git_elsewhere_are_ignored(
    repository: Repository, invoke: Invoke, tmp_path: Path
) -> None:
    published(repository, invoke)
    other = begin(tmp_path / "autre", None)
    other.git("commit", "-q", "--allow-empty", "-m", "Rien")
    invoke("publish", "2021-09-01", "--tag", GIT_DIR=str(other.folder / ".git"), GIT_WORK_TREE=str(other.folder))
    assert other.git("tag", "-l") == ""
    assert "bilan/2021-09-01" in repository.git("tag", "-l")
