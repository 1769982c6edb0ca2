"""Shell completion, asked as bash asks: words in the environment, candidates on stdout."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import DATA


def complete(line: str, folder: Path) -> list[str]:
    """What a TAB at the end of the line offers."""
    words = shlex.split(line) + ([""] if line.endswith(" ") else [])
    environment = {
        **os.environ,
        "_ALLIANCES_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    environment.pop("ALLIANCES_DATA", None)
    done = subprocess.run(
        [sys.executable, "-m", "alliances_cli"], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("alliances s", ["status", "show", "summarise"]),
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
