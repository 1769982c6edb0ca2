"""`--format pdf`: its structure, its origin, its bytes; what the foot of a page says; what it does without Pango."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from alliances_cli.bilan import Moment
from alliances_cli.errors import UsageFault
from alliances_cli.present import report
from alliances_cli.present.report import as_pdf, paper
from alliances_cli.present.report.stamp import stamp
from conftest import Invoke
from test_report import VERSION, full, real

MOMENT = Moment(datetime(2021, 5, 7).date(), "etat_au")


@pytest.fixture(scope="session")
def laid_out() -> None:
    """Skips where WeasyPrint finds no Pango."""
    try:
        import weasyprint  # type: ignore[import-untyped]  # noqa: F401
    except OSError as error:
        pytest.skip(f"no Pango on this machine (apt-get install libpango-1.0-0 libpangoft2-1.0-0): {error}")


@pytest.fixture(scope="session")
def written(laid_out: None) -> bytes:
    """The PDF of the real roadmap, made once."""
    return report.document(report.Edition(real(), MOMENT, VERSION), "pdf")


@pytest.fixture
def pdf(written: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(written))


def elements(node: Any) -> list[Any]:
    """The elements of the structure under one, in reading order."""
    found: list[Any] = []
    children = node.get("/K")
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            found += [child, *elements(child)]
    return found


def bookmarks(pdf: pikepdf.Pdf) -> list[str]:
    found: list[str] = []

    def walk(items: Any) -> None:
        for item in items:
            found.append(item.title)
            walk(item.children)

    with pdf.open_outline() as outline:
        walk(outline.root)
    return found


# --- what it is -----------------------------------------------------------------------------------------------------


def test_it_says_what_it_is_in_which_language_and_of_when(pdf: pikepdf.Pdf) -> None:
    info = pdf.docinfo
    assert "Accélérer les alliances" in str(info["/Title"])
    assert str(info["/CreationDate"]) == str(info["/ModDate"]) == "D:20210507000000Z"
    assert str(info["/Creator"]) == f"alliances {VERSION}"
    assert str(info["/Producer"]).startswith("WeasyPrint ")
    assert "7 mai 2021" in str(info["/Subject"])
    assert str(pdf.Root.Lang) == "fr"
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert "conform" not in bytes(pdf.Root.Metadata.read_bytes()).decode().lower()


def test_every_page_is_a4(pdf: pikepdf.Pdf) -> None:
    assert {tuple(round(float(n)) for n in page.mediabox) for page in pdf.pages} == {(0, 0, 595, 842)}


def test_each_title_has_its_bookmark(pdf: pikepdf.Pdf) -> None:
    found = bookmarks(pdf)
    page = report.render(report.Edition(real(), MOMENT, VERSION), "html")
    assert len(found) == len(re.findall(r"<h[1-6]\b", page))
    assert any("Méthode" in title for title in found)


def test_tables_have_heads_and_links_have_words(pdf: pikepdf.Pdf) -> None:
    kinds = Counter(str(element.S) for element in elements(pdf.Root.StructTreeRoot))
    page = report.render(report.Edition(real(), MOMENT, VERSION), "html")
    # One that goes on overleaf counts twice.
    assert kinds["/Table"] >= page.count("<table")
    assert kinds["/TH"] > 20 and kinds["/TD"] > 20
    links = [note for sheet in pdf.pages for note in sheet.get("/Annots", []) if note.Subtype == "/Link"]
    assert len(links) > 20
    assert all(str(link.get("/Contents", "")).strip() for link in links)


def test_its_fonts_are_in_it(pdf: pikepdf.Pdf) -> None:
    described = [
        item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
    ]
    assert described
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in described)


# --- its bytes ------------------------------------------------------------------------------------------------------


def test_the_same_data_give_the_same_bytes(roadmap: Path, tmp_path: Path, laid_out: None) -> None:
    made = []
    for seed, zone, locale in (("1", "Asia/Tokyo", "C"), ("2", "America/Lima", "fr_FR.UTF-8")):
        folder = tmp_path / f"dossier {seed}"
        folder.mkdir()
        (folder / "data").symlink_to(roadmap)
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PATH": "/nowhere"}
        command = [sys.executable, "-m", "alliances_cli", "render", "--format", "pdf"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
        assert done.stderr == b""
        made.append(done.stdout)
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF-1.7")


def test_a_given_epoch_dates_it(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = report.Edition(real(), MOMENT, VERSION)
    assert stamp(edition) == datetime(2021, 5, 7, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert stamp(edition) == datetime(1970, 1, 2, tzinfo=UTC)
    for wrong in ("hier", "9" * 40):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        with pytest.raises(UsageFault, match="SOURCE_DATE_EPOCH"):
            stamp(edition)


def test_a_file_is_written_whole_and_compared(
    roadmap: Path, invoke: Invoke, written: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_pdf, "render", lambda edition: written)
    invoke("render", "-o", "bilan.pdf", "--check", code=6)
    assert not Path("bilan.pdf").exists()
    assert "Bilan écrit" in invoke("render", "-o", "bilan.pdf").err
    assert Path("bilan.pdf").read_bytes() == written
    invoke("render", "-o", "bilan.pdf", "--check")
    Path("bilan.pdf").write_bytes(Path("bilan.pdf").read_bytes()[:-1])
    invoke("render", "-o", "bilan.pdf", "--check", code=6)


@pytest.mark.parametrize("output", [(), ("-o", "-")])
def test_it_is_not_written_to_a_terminal(output: tuple[str, ...], roadmap: Path, invoke: Invoke) -> None:
    answer = invoke("render", "--format", "pdf", *output, code=2, columns=80)
    assert answer.out == ""
    assert "-o FICHIER" in answer.spoken


# --- what isn't there -----------------------------------------------------------------------------------------------


def test_without_the_extra(roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    answer = invoke("render", "-o", "bilan.pdf", code=5)
    assert "alliances[pdf]" in answer.spoken
    assert not Path("bilan.pdf").exists()


def test_without_pango(roadmap: Path, tmp_path: Path) -> None:
    """What WeasyPrint does then: a page printed on stdout, and an OSError."""
    fake = tmp_path / "fausses" / "weasyprint"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text(
        "print('WeasyPrint could not import some external libraries')\n"
        "raise OSError(\"cannot load library 'libpango-1.0-0': no such file\")\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(fake.parent), *sys.path])}
    command = [sys.executable, "-m", "alliances_cli", "render", "-o", "bilan.pdf", "--data", str(roadmap)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 5
    assert done.stdout == ""
    assert "libpango-1.0-0" in done.stderr and "apt-get install" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "bilan.pdf").exists()


# --- what isn't asked for -------------------------------------------------------------------------------------------


def test_nothing_is_fetched(roadmap: Path, invoke: Invoke, laid_out: None) -> None:
    """A template of the roadmap asks for a file and an address: neither is read."""
    Path("secret.css").write_text("h1::after{content:'SECRETSECRET'}")
    Path("templates").mkdir()
    Path("templates/bilan.html.j2").write_text(
        '<!DOCTYPE html><html lang="fr"><title>t</title>'
        f'<link rel=stylesheet href="{Path("secret.css").absolute().as_uri()}">'
        '<link rel=attachment href="file:///etc/hostname"><h1>Bilan</h1><img alt="x" src="http://127.0.0.1:9/i.png">'
    )
    answer = invoke("render", "-o", "bilan.pdf")
    assert answer.err.strip().endswith("bilan.pdf")
    page = pikepdf.open("bilan.pdf")
    assert not [item for item in page.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"]
    with pikepdf.open("bilan.pdf") as pdf:
        assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})
        assert len(pdf.attachments) == 0


# --- beyond measure -------------------------------------------------------------------------------------------------


def test_a_word_beyond_measure_can_be_broken_and_keeps_its_letters() -> None:
    from xml.etree.ElementTree import fromstring

    word, normal = "anticonstitutionnellement" * 20, "https://exemple.example/une/adresse/ordinaire"
    root = fromstring(f"<p>{normal} <b>{word}</b> {word}<style>{word}</style></p>")
    assert as_pdf._break_long_words(root)
    text = "".join(root.itertext())
    assert text.replace(as_pdf.ZWSP, "") == f"{normal} {word} {word}{word}"
    assert max(map(len, re.split(rf"[\s{as_pdf.ZWSP}]", text.removesuffix(word)))) <= len(normal)
    assert root[1].text == word
    assert not as_pdf._break_long_words(fromstring("<p>court</p>"))


def test_rows_that_fit_no_page_are_laid_out_all_the_same(laid_out: None) -> None:
    feuille = full(lambda name: "mot " * 400 if name == "mesures.1.realise" else "un mot")
    assert any(len(mesure.realise or "") > 1000 for mesure in feuille.mesures)
    document = report.document(report.Edition(feuille, MOMENT, VERSION), "pdf")
    assert len(pikepdf.open(io.BytesIO(document)).pages) > 1


# --- the foot of a page ---------------------------------------------------------------------------------------------

TITLES = [
    'Un titre "entre guillemets" \\ et l\'autre',
    "</style><script>alert(1)</script>",
    "a; b { c } /* d */ e; }",
    "« Accélérer » : deux",
    "a\\000041 b\\",
    "été 2021 – 7ème & co",
]


@pytest.mark.parametrize("title", TITLES)
def test_the_foot_reads_as_the_title(title: str) -> None:
    string = paper.css_string(title)
    assert not re.search(r'[<>{};/*&\n"]', string[1:-1])
    tinycss2 = pytest.importorskip("tinycss2")
    # As the style does: on one line, spaces tidied.
    tidied = re.sub(r" ?([{};]) ?", r"\1", re.sub(r"\s+", " ", f"a{{content:{string}}}"))
    (token,) = tinycss2.parse_component_value_list(tidied)[1].content[2:]
    assert token.value == title


def test_the_foot_is_one_line_of_bounded_length() -> None:
    assert paper.shortened("un deux", 90) == "un deux"
    assert paper.shortened("un\n deux\u202e\x00 trois", 90) == "un deux trois"
    long = paper.shortened("mot " * 100, 90)
    assert len(long) <= 90 and long.endswith("mot…")
    assert paper.shortened("x" * 500, 90) == "x" * 89 + "…"


def test_the_foot_is_in_both_pages_that_are_printed() -> None:
    page = report.render(report.Edition(real(), MOMENT, VERSION), "html")
    assert '@bottom-right{content:"État au 7 mai 2021 · page " counter(page) " / " counter(pages)}' in page
