"""The wheel and the sdist work outside the checkout, templates included."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from alliances_cli import __version__
from conftest import DATA, REPOSITORY


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=REPOSITORY, check=True, capture_output=True
    )
    return folder


def test_the_wheel_renders_outside_the_checkout(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
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
    assert run("render", "--format", "html").startswith("<!DOCTYPE html>")
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
    } <= names


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("alliances")
    assert subprocess.run([command, "--version"], capture_output=True, text=True).stdout == f"alliances {__version__}\n"
