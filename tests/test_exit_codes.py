"""Each documented exit code, by a command line that earns it; nothing is ever written on the way to a refusal."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alliances_cli import store
from alliances_cli.errors import EditRefused
from conftest import Invoke


def test_done(roadmap: Path, invoke: Invoke) -> None:
    invoke("status", code=0)
    invoke("list", "--search", "introuvable", code=0)
    invoke("update", "1", "--avancement", "tres_satisfaisant", "--provenance", "infere", code=0)


def test_invalid_data_totals_and_templates(roadmap: Path, invoke: Invoke) -> None:
    Path("templates").mkdir()
    Path("templates/bilan.md.j2").write_text("{% if %}")
    invoke("render", code=1)
    invoke("update", "1", "--avancement", "en_retard")
    invoke("check", code=1)
    (roadmap / "mesures.yaml").write_text("mesures: [")
    invoke("status", code=1)
    invoke("update", "1", "--realise", "x", code=1)


def test_usage_and_what_names_nothing(roadmap: Path, invoke: Invoke) -> None:
    for argv in (
        ("statu",),
        ("status", "--zut"),
        ("list", "--avancement", "zut"),
        ("list", "--echeance", "2021-13"),
        ("update", "1", "--avancement", "zut"),
        ("update", "1", "--echeance", "demain"),
        ("update", "1", "--renvois", "99"),
        ("update", "1"),
        ("update", "1", "--realise", "x", "--sans-realise"),
        ("update", "1", "--realise", "x", "--realise", "y"),
        ("update", "faire-alliance", "--avancement", "satisfaisant"),
        ("render", "--au", "hier"),
        ("templates", "--copy", "bilan"),
    ):
        assert invoke(*argv, code=2).out == ""


def test_not_found(roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    invoke("show", "99", code=3)
    invoke("update", "99", "--realise", "x", code=3)
    (roadmap / "mission.yaml").unlink()
    (roadmap / "mesures.yaml").write_text("mesures: []\n")
    (roadmap / "chantiers.yaml").unlink()
    invoke("update", "mission", "--etat-au", "2022", code=3)
    monkeypatch.chdir("/")
    invoke("status", code=3)


def test_refused_moved_or_locked(roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (roadmap / "mesures.yaml").read_bytes()
    assert "antérieure au début" in invoke("update", "4", "--debut", "2022", code=4).spoken

    def moved(*_: object) -> None:
        raise EditRefused("data/mesures.yaml a changé")

    with monkeypatch.context() as patch:
        patch.setattr(store, "replace_files", moved)
        assert "a changé" in invoke("update", "1", "--realise", "x", code=4).spoken
    with monkeypatch.context() as patch, store.locked(roadmap):
        patch.setattr(store, "LOCK_WAIT_S", 0.1)
        assert "une autre modification est en cours" in invoke("update", "1", "--realise", "x", code=4).spoken
        invoke("update", "1", "--realise", "x", "--dry-run")
    assert (roadmap / "mesures.yaml").read_bytes() == before


def test_the_system_fails(roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (roadmap / "mesures.yaml").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for argv in (("update", "1", "--realise", "x"), ("render", "-o", "bilan.md")):
            assert "disque plein" in invoke(*argv, code=5).spoken
    assert (roadmap / "mesures.yaml").read_bytes() == before
    assert sorted(path.name for path in roadmap.iterdir()) == [
        "chantiers.yaml",
        "leviers.yaml",
        "mesures.yaml",
        "mission.yaml",
    ]
    assert not Path("bilan.md").exists()


def test_a_difference_that_was_asked_about(roadmap: Path, invoke: Invoke) -> None:
    invoke("render", "-o", "bilan.md", "--check", code=6)


def test_a_defect_of_the_tool_is_told_without_a_traceback(
    roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(store, "read_sources", broken)
    assert "Erreur interne (ZeroDivisionError)" in invoke("status", code=5).spoken
    with pytest.raises(ZeroDivisionError):
        invoke("status", ALLIANCES_DEBUG="1")


def test_a_stream_that_the_caller_closed(roadmap: Path) -> None:
    """What is said there is lost; the code is still the one documented."""

    def code(command: str) -> int:
        return subprocess.run(["bash", "-c", f"{sys.executable} -m alliances_cli {command}"]).returncode

    assert code("status >&-") == 0
    assert code("status --format json >&-") == 0
    assert code("update 1 --realise x >&- 2>&-") == 0
    assert code("list --avancement zz 2>&-") == 2
    assert code("show 99 2>&-") == 3


def test_the_dry_run_difference_can_be_applied(
    roadmap: Path, tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the command was run, the difference is that of the folder beside the data, in bytes."""
    mesures = roadmap / "mesures.yaml"
    mesures.write_bytes(b"\xef\xbb\xbf" + mesures.read_bytes().replace(b"\n", b"\r\n").rstrip())
    (tmp_path / "sous dossier").mkdir()
    monkeypatch.chdir(tmp_path / "sous dossier")
    argv = ("update", "21", "--realise", "Autre chose : « x »", "--pilotes", "DJEPVA", "--sans-bloqueurs")
    shown = invoke(*argv, "--dry-run").raw
    subprocess.run(["git", "apply", "--check", "-"], cwd=tmp_path, input=shown, check=True)
    done = subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=shown, check=True)
    assert done.returncode == 0
    applied = mesures.read_bytes()
    assert b"Autre chose" in applied
    assert "rien à changer" in invoke(*argv).spoken
    assert mesures.read_bytes() == applied
