"""The wheel and the sdist work outside the checkout, templates included."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from alliances_cli import __version__
from conftest import DATA, REPOSITORY

POLICES = ("LICENCE-dejavu.txt", "LICENCE-figtree.txt", "figtree-400.woff2", "figtree-700.woff2", "signes.woff2")


def templates() -> Iterator[Path]:
    """The files that a roadmap's documents, or its beginning, are made of."""
    for path in (REPOSITORY / "templates").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=REPOSITORY, check=True, capture_output=True
    )
    return folder


@pytest.mark.complet
def test_the_wheel_renders_outside_the_checkout(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name.removeprefix("alliances_cli/") for name in wheel.namelist()}
        wheel.extractall(tmp_path / "site")
    shipped = {path.relative_to(REPOSITORY).as_posix() for path in templates()}
    # With each font, its licence; no template compiled on this machine.
    assert {name for name in names if name.startswith("templates/")} == shipped
    assert {f"templates/polices/{name}" for name in POLICES} <= shipped
    assert {"preview/reload.js", "py.typed"} <= names
    licences = {name.rpartition("/")[2] for name in names if ".dist-info/licenses/" in name}
    assert licences == {"LICENSE", *(name for name in POLICES if name.endswith(".txt"))}
    assert (tmp_path / "site" / "alliances_cli" / "templates" / "bilan.html.j2").is_file()
    # The wheel's copy goes before the checkout's, whose folder is on the path by the editable install.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "ALLIANCES_DATA": str(DATA)}

    def run(*argv: str) -> str:
        command = [sys.executable, "-m", "alliances_cli", *argv]
        return subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout

    where = [sys.executable, "-c", "import alliances_cli; print(alliances_cli.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout
    assert found.startswith(str(tmp_path))
    assert run("--version") == f"alliances {__version__}\n"
    assert "21" in run("status")
    page = run("render", "--format", "html")
    assert page.startswith("<!DOCTYPE html>") and page.count("data:font/woff2;base64,") == 3
    assert "Bilan anniversaire" in run("render", "--format", "txt-mail")
    run("init", "f", "--yes")
    assert (tmp_path / "f" / ".github" / "workflows" / "feuille-de-route.yml").is_file()


def test_the_sdist_holds_what_the_tests_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    assert {
        "templates/bilan.html.j2",
        "templates/init/gitignore",
        "data/mesures.yaml",
        "tests/conftest.py",
        "LICENSE",
        "README.md",
        *(f"templates/polices/{name}" for name in POLICES),
    } <= names


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("alliances")
    assert subprocess.run([command, "--version"], capture_output=True, text=True).stdout == f"alliances {__version__}\n"
