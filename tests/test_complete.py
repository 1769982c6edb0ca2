"""Shell completion, asked as bash asks: words in the environment, candidates on stdout."""

from __future__ import annotations

import gc
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import DATA, Stream


def complete(line: str, folder: Path) -> list[str]:
    """What a TAB at the end of the line offers, in this process."""
    from alliances_cli.__main__ import main

    with pytest.MonkeyPatch.context() as patch:
        for name, value in asked(line).items():
            patch.setenv(name, value)
        patch.delenv("ALLIANCES_DATA", raising=False)
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["alliances"])
        patch.setattr(gc, "disable", lambda: None)
        out, err = Stream(tty=False), Stream(tty=False)
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as left:
            main()
    assert not left.value.code
    assert err.bytes() == b""
    return out.bytes().decode().split()


def asked(line: str) -> dict[str, str]:
    words = shlex.split(line) + ([""] if line.endswith(" ") else [])
    return {"_ALLIANCES_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}


def test_a_shell_asks_in_a_process() -> None:
    environment = {**os.environ, **asked("alliances list --dimension p")}
    environment.pop("ALLIANCES_DATA", None)
    argv = [sys.executable, "-m", "alliances_cli"]
    done = subprocess.run(argv, cwd=DATA.parent, env=environment, capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == (["politique"], "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("alliances s", ["status", "show", "summarise", "serve"]),
        ("alliances show 2", ["2", "20", "21"]),
        ("alliances show leg", ["legaliser"]),
        ("alliances update mis", ["mission"]),
        ("alliances list --avancement ", ["tres_satisfaisant", "satisfaisant", "en_retard"]),
        ("alliances update 1 --dimension s", ["strategique"]),
        ("alliances list --chantier ", ["legaliser", "mobiliser", "soutenir", "eduquer"]),
        ("alliances update 1 --bloqueurs v", ["vehicule-legislatif"]),
        ("alliances list --format csv", ["csv", "csv-excel"]),
        ("alliances list --sans pro", ["provenance", "prochaine_etape"]),
        ("alliances update 1 --prov", ["--provenance"]),
        ("alliances diff ", ["precedent", "2021-05-07", "2020-10-17"]),
        ("alliances diff precedent 2021", ["2021-05-07"]),
        ("alliances show 1 --rev 2020", ["2020-10-17"]),
        ("alliances check --since p", ["precedent"]),
        ("alliances history --by ", ["commit", "month", "bilan"]),
        ("alliances history 2020-10-17..", ["2020-10-17..2021-05-07", "2020-10-17..2020-10-17"]),
        ("alliances publish ", ["2021-05-07", "2020-10-17"]),
        ("alliances summarise --by p", ["pilote"]),
        (f"alliances --data {DATA} show leg", ["legaliser"]),
        (f"alliances show --data {DATA} 1", ["1", *(str(n) for n in range(10, 20))]),
    ],
)
def test_candidates(line: str, expected: list[str]) -> None:
    assert complete(line, DATA.parent) == expected


@pytest.mark.parametrize("content", [b"mesures: [", b"\xff\xfe\x00", b"mesures: 3", b"- a", b""])
def test_a_broken_file_completes_nothing_in_silence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mesures.yaml").write_bytes(content)
    (tmp_path / "data" / "mission.yaml").write_bytes(content)
    assert complete("alliances show ", tmp_path) == []
    assert complete("alliances list --dimension ", tmp_path) == []


def test_no_roadmap_completes_nothing(tmp_path: Path) -> None:
    assert complete("alliances show ", tmp_path) == []
