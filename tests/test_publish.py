"""`render`: which format, where it is written, what it refuses. What the documents hold is in `test_report.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import DATA, Golden, Invoke


def test_the_documents_of_the_real_roadmap(roadmap: Path, invoke: Invoke, golden: Golden) -> None:
    golden("bilan.md", invoke("render").out)
    golden("bilan.html", invoke("render", "--format", "html").out)


def test_the_format_comes_from_the_option_then_from_the_name(roadmap: Path, invoke: Invoke) -> None:
    md, html = invoke("render").out, invoke("render", "--format", "html").out
    for name, argv, expected in (
        ("a.html", (), html),
        ("a.HTM", (), html),
        ("a.md", (), md),
        ("bilan", (), md),
        ("un.bilan.MARKDOWN", (), md),
        ("a.odt", ("--format", "md"), md),
        ("b.md", ("--format", "html"), html),
    ):
        answer = invoke("render", "-o", name, *argv)
        assert answer.out == ""
        assert name in answer.err
        assert Path(name).read_bytes() == expected.encode()
    assert invoke("render", "-o", "-").out == md
    assert "vouliez-vous dire « html » ?" in invoke("render", "--format", "htlm", code=2).spoken


def test_an_extension_that_no_format_has_is_not_taken_for_markdown(roadmap: Path, invoke: Invoke) -> None:
    told = invoke("render", "-o", "bilan.odt", code=2).spoken
    assert "extension inconnue « .odt »" in told
    assert ".html" in told and "--format" in told
    assert not Path("bilan.odt").exists()


def test_check_writes_nothing_and_says_what_differs(roadmap: Path, invoke: Invoke) -> None:
    assert "n'est pas à jour" in invoke("render", "-o", "bilan.html", "--check", code=6).spoken
    assert not Path("bilan.html").exists()
    invoke("render", "-o", "bilan.html")
    before = os.stat("bilan.html")
    invoke("render", "-o", "bilan.html", "--check")
    invoke("update", "1", "--realise", "Autre chose")
    invoke("render", "-o", "bilan.html", "--check", code=6)
    after = os.stat("bilan.html")
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    invoke("render", "--check", code=2)


OWN = ["data/mesures.yaml", "data/note.YAML", "templates/bilan.html.j2", "templates/bilan.css", "link.html"]


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_the_roadmap_is_never_overwritten(name: str, roadmap: Path, invoke: Invoke) -> None:
    Path("templates").mkdir()
    Path("link.html").symlink_to(roadmap / "mesures.yaml")
    before = {path: path.read_bytes() for path in roadmap.iterdir()}
    answer = invoke("render", "--format", "html", "-o", name, code=2)
    assert "est un fichier de la feuille de route" in answer.spoken
    assert {path: path.read_bytes() for path in roadmap.iterdir()} == before


def test_what_is_not_a_plain_file_stays_what_it_is(roadmap: Path, invoke: Invoke) -> None:
    os.mkfifo("tube.md")
    assert "n'est pas un fichier ordinaire" in invoke("render", "-o", "tube.md", code=2).spoken
    assert Path("tube.md").is_fifo()
    assert "n'est pas un fichier ordinaire" in invoke("render", "-o", os.devnull, code=2).spoken
    assert "vide" in invoke("render", "-o", "", code=2).spoken


def test_the_command_that_a_stale_file_asks_for(roadmap: Path, invoke: Invoke) -> None:
    argv = ("--format", "html", "--au", "2021-09", "-o", "un bilan.txt")
    told = invoke("render", *argv, "--check", code=6).spoken
    assert "alliances render --format html --au 2021-09 -o 'un bilan.txt'" in told


def test_where_nothing_can_be_written(roadmap: Path, invoke: Invoke) -> None:
    assert "le dossier n'existe pas" in invoke("render", "-o", "nulle/part.md", code=5).spoken
    Path("dossier").mkdir()
    assert "est un dossier" in invoke("render", "-o", "dossier", code=2).spoken


def test_modes_and_links_are_kept(roadmap: Path, invoke: Invoke) -> None:
    Path("out").mkdir()
    target = Path("out/bilan.md")
    target.write_text("ancien")
    target.chmod(0o640)
    Path("bilan.md").symlink_to(target)
    invoke("render", "-o", "bilan.md")
    assert Path("bilan.md").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert target.read_text().startswith("#") or "Bilan" in target.read_text()
    assert [path.name for path in Path("out").iterdir()] == ["bilan.md"]


@pytest.mark.complet
def test_the_same_data_give_the_same_bytes(roadmap: Path, tmp_path: Path, invoke: Invoke) -> None:
    """No clock, no folder, no locale, no hash order, no git."""
    elsewhere = tmp_path / "un autre dossier"
    elsewhere.mkdir()
    (elsewhere / "data").symlink_to(roadmap)
    for format in ("md", "html"):
        expected = invoke("render", "--format", format).out.encode()
        for seed, zone, locale in (("1", "Asia/Tokyo", "C"), ("2", "America/Lima", "fr_FR.UTF-8")):
            environment = {
                **os.environ,
                "PYTHONHASHSEED": seed,
                "TZ": zone,
                "LC_ALL": locale,
                "PATH": "/nowhere",
            }
            command = [sys.executable, "-m", "alliances_cli", "render", "--format", format]
            done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, check=True)
            assert done.stdout == expected


def test_a_broken_template_is_told_by_file_and_line(roadmap: Path, invoke: Invoke) -> None:
    Path("templates").mkdir()
    Path("templates/bilan.md.j2").write_text("# {{ feuille.mission.titre }}\n\n{% for x in %}\n")
    answer = invoke("render", code=1)
    assert answer.out == ""
    assert "bilan.md.j2:3" in answer.err
    Path("templates/bilan.md.j2").write_text("un\n{{ inconnu }}\n")
    assert "bilan.md.j2:2" in invoke("render", code=1).err


def test_the_repository_renders_its_own_data(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA.parent)
    assert "Accélérer les alliances" in invoke("render").out
