"""`--format pdf`: its structure, its origin, its bytes; what the foot of a page says; what it does without Pango."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
import time
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
import pypdf
import pytest

from alliances_cli import model, typographie
from alliances_cli.bilan import Moment
from alliances_cli.errors import UsageFault
from alliances_cli.present import report
from alliances_cli.present.report import as_pdf, paper
from alliances_cli.present.report.stamp import stamp
from alliances_cli.ressources import Fichier, Ressources
from conftest import Invoke, Visit
from test_report import PAYLOADS, VERSION, full, real, small

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


class Mot(NamedTuple):
    """A piece of text of a page, in points from its lower left corner."""

    text: str
    x: float
    y: float


def pieces(page: Any) -> list[Mot]:
    found: list[Mot] = []

    def heard(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text.strip():
            x, y = tm[4], tm[5]
            found.append(Mot(text, x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]))

    page.extract_text(visitor_text=heard)
    return found


def pages(document: bytes) -> list[Any]:
    return list(pypdf.PdfReader(io.BytesIO(document)).pages)


def squeezed(text: str) -> str:
    """A text without its spaces, which printers draw, or don't."""
    return re.sub(r"[\s\u200b\xad]+", "", unicodedata.normalize("NFKC", text)).replace("’", "'")


def set_as_printed(text: str) -> str:
    """A text of the roadmap as a page has it, without its spaces."""
    return squeezed(typographie.typeset(typographie.plain(text)))


def printed(visit: Visit, edition: report.Edition, folder: Path) -> bytes:
    """The HTML bilan, printed by Chromium."""
    from browser import file_url

    path = folder / "bilan.html"
    path.write_text(report.render(edition, "html"), encoding="utf-8")
    with visit(file_url(path), media="print") as page:
        return bytes(page.pdf(prefer_css_page_size=True))


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


def test_each_figure_has_its_words(pdf: pikepdf.Pdf, laid_out: None) -> None:
    """The bars of the counts, and a roadmap's logo."""
    page = report.render(report.Edition(real(), MOMENT, VERSION), "html")
    words = [str(element.get("/Alt", "")) for element in elements(pdf.Root.StructTreeRoot) if element.S == "/Figure"]
    assert len(words) == page.count("<svg") > 1
    assert all(re.match(r"\d+\s\w", said) for said in words), words

    logo = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#05a"/></svg>'
    feuille = small([{"id": "1", "titre": "Une mesure"}], theme={"logo": "logo.svg"}, emetteur={"nom": "Le Rameau"})
    ressources = Ressources(logo=Fichier("svg", logo))
    made = report.document(report.Edition(feuille, MOMENT, VERSION, ressources=ressources), "pdf")
    with pikepdf.open(io.BytesIO(made)) as themed:
        figures = [element for element in elements(themed.Root.StructTreeRoot) if element.S == "/Figure"]
        assert "Logo : Le Rameau" in [str(figure.get("/Alt", "")).replace("\xa0", " ") for figure in figures]
        assert all(str(figure.get("/Alt", "")).strip() for figure in figures)


def test_evidence_has_its_address_on_paper(laid_out: None) -> None:
    url = "https://preuve.example/rapport?a=1&b=2"
    mesure = {"id": "1", "titre": "Une mesure", "preuves": [{"titre": "Le rapport", "url": url}]}
    made = report.document(report.Edition(small([mesure]), MOMENT, VERSION), "pdf")
    text = squeezed("".join(page.extract_text() for page in pages(made)))
    assert squeezed(f"Le rapport {url}") in text


def test_its_fonts_are_in_it(pdf: pikepdf.Pdf) -> None:
    described = [
        item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
    ]
    assert described
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in described)
    fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"]
    # No drawing instead of letters.
    assert {str(font.Subtype) for font in fonts} <= {"/Type0", "/CIDFontType0", "/CIDFontType2"}


# --- its pages ------------------------------------------------------------------------------------------------------

# The foot begins there, in points from the bottom.
FOOT = 37
# What is left free at the end of each page, that another machine's rounding may take.
SLACK = 8


def check_slack(document: bytes) -> None:
    for number, page in enumerate(pages(document), 1):
        lowest = min(word.y for word in pieces(page) if word.y > FOOT)
        assert lowest > FOOT + SLACK, f"page {number} is full: its last line is at {lowest:.0f} points"


def places(document: bytes, feuille: model.FeuilleDeRoute) -> dict[str, int]:
    """The page of each item: the last that its whole title stands on, as tiles and links say it before."""
    texts = [squeezed(page.extract_text()) for page in pages(document)]
    items = [*feuille.chantiers, *feuille.mesures, *feuille.leviers]
    return {
        item.titre: max((n for n, text in enumerate(texts, 1) if set_as_printed(item.titre) in text), default=0)
        for item in items
    }


def test_the_real_roadmap_is_four_pages(written: bytes) -> None:
    assert len(pages(written)) == 4
    check_slack(written)
    assert set(places(written, real()).values()) <= {2, 3, 4}


@pytest.mark.complet
@pytest.mark.navigateur
def test_both_printers_have_each_item_on_the_same_page(written: bytes, visit: Visit, tmp_path: Path) -> None:
    other = printed(visit, report.Edition(real(), MOMENT, VERSION), tmp_path)
    assert len(pages(other)) == len(pages(written)) == 4
    check_slack(other)
    assert places(other, real()) == places(written, real())


MANY = 150


@cache
def crowd() -> report.Edition:
    """Many mesures, whose cells begin and end with marks of their own."""

    def filled(word: str, n: int) -> str:
        return f"{word}{n}a {'mot ' * (5 + 13 * n % 60)}{word}{n}z"

    given = [{"id": str(n), "titre": filled("T", n), "realise": filled("R", n)} for n in range(MANY)]
    return report.Edition(small(given), MOMENT, VERSION)


def check_rows(document: bytes) -> None:
    """Each row on one page, under the table's head."""
    texts = [page.extract_text() for page in pages(document)]
    rows = [set(re.findall(r"\bR(\d+)a\b", text)) for text in texts]
    assert sum(map(len, rows)) == MANY
    for number, (text, found) in enumerate(zip(texts, rows, strict=True), 1):
        for mark in (r"\bR(\d+)z\b", r"\bT(\d+)z\b"):
            assert set(re.findall(mark, text)) == found, f"a row is cut at an end of page {number}"
        assert not found or re.search(r"Mesure\s+Réalisé", text), f"page {number} has no head"
    assert sum(map(bool, rows)) > 3


@pytest.mark.complet
def test_rows_are_whole_and_heads_come_again(laid_out: None) -> None:
    document = report.document(crowd(), "pdf")
    check_rows(document)
    check_titles(document)


@pytest.mark.complet
@pytest.mark.navigateur
def test_rows_are_whole_in_a_browser_too(visit: Visit, tmp_path: Path) -> None:
    check_rows(printed(visit, crowd(), tmp_path))


def check_titles(document: bytes) -> None:
    """Under each title, on its page, something begins."""
    reader = pypdf.PdfReader(io.BytesIO(document))
    inside = [pieces(page) for page in reader.pages]

    def walk(items: Any) -> None:
        for item in items:
            if isinstance(item, list):
                walk(item)
                continue
            number = reader.get_destination_page_number(item)
            assert number is not None
            under = [
                word for word in inside[number] if FOOT < word.y < float(item.top) - 12 and word.x < item.left + 99
            ]
            assert any(word.text.strip() not in titles for word in under), f"{item.title} ends page {number + 1}"

    titles = {title for title in bookmarks(pikepdf.open(io.BytesIO(document)))}
    walk(reader.outline)


@pytest.mark.complet
def test_no_title_ends_a_page(written: bytes) -> None:
    check_titles(written)


# --- its bytes ------------------------------------------------------------------------------------------------------


@pytest.mark.complet
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
    """A template of the roadmap asks for files and addresses: none is read."""
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    # Read, either would turn the page.
    sheet = "@page{size:A4 landscape}h1::after{content:'SECRETSECRET'}"
    Path("secret.css").write_text(sheet)
    Path("templates").mkdir()
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        web, file = f"http://127.0.0.1:{server.server_port}", Path("secret.css").absolute().as_uri()
        Path("templates/bilan.html.j2").write_text(
            f'<!DOCTYPE html><html lang="fr"><title>t</title><link rel=stylesheet href="{file}">'
            f'<link rel=stylesheet href="{web}/l.css"><style>@import "{file}";@import "{web}/i.css";'
            f"@font-face{{font-family:f;src:url({web}/f.woff2)}}h1{{font-family:f;background:url({web}/b.png)}}</style>"
            f'<link rel=attachment href="{file}"><h1>Bilan</h1><img alt="x" src="{web}/i.png">'
            f'<img alt="x" src="{file}"><object data="{web}/o.svg"></object>'
            f'<svg><title>x</title><image href="{web}/s.png"/><use href="{web}/u.svg#a"/></svg>'
        )
        answer = invoke("render", "-o", "bilan.pdf")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []
    assert answer.err.strip().endswith("bilan.pdf")
    with pikepdf.open("bilan.pdf") as pdf:
        assert float(pdf.pages[0].mediabox[3]) > float(pdf.pages[0].mediabox[2])
        streams = [item for item in pdf.objects if isinstance(item, pikepdf.Stream)]
        assert not [stream for stream in streams if stream.get("/Subtype") == "/Image"]
        assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})
        assert len(pdf.attachments) == 0
    text = pypdf.PdfReader("bilan.pdf").pages[0].extract_text()
    assert "Bilan" in text and "SECRET" not in text


def test_what_would_be_fetched_would_be_seen(tmp_path: Path, laid_out: None) -> None:
    """With the sheet in the page, the test above would fail."""
    import weasyprint

    sheet = tmp_path / "secret.css"
    sheet.write_text("@page{size:A4 landscape}h1::after{content:'SECRETSECRET'}")
    page = f'<link rel=stylesheet href="{sheet.as_uri()}"><h1>Bilan</h1>'
    (read,) = pages(weasyprint.HTML(string=page).write_pdf())
    assert read.mediabox.width > read.mediabox.height and "SECRET" in read.extract_text()


# --- beyond measure -------------------------------------------------------------------------------------------------


def test_a_word_beyond_measure_can_be_broken_and_keeps_its_letters() -> None:
    from xml.etree.ElementTree import fromstring

    word, normal = "anticonstitutionnellement" * 20, "https://exemple.example/une/adresse/ordinaire"
    root = fromstring(f"<p>{normal} <b>{word}</b> {word}<style>{word}</style></p>")
    as_pdf._break_long_words(root)
    text = "".join(root.itertext())
    assert text.replace(as_pdf.ZWSP, "") == f"{normal} {word} {word}{word}"
    assert max(map(len, re.split(rf"[\s{as_pdf.ZWSP}]", text.removesuffix(word)))) <= len(normal)
    assert root.findtext("style") == word


@pytest.mark.complet
def test_rows_that_fit_no_page_are_laid_out_and_the_others_stay_whole(laid_out: None) -> None:
    edition = crowd()
    first, *others = edition.feuille.mesures[:40]
    long = first.model_copy(update={"realise": f"R0a {'mot ' * 4000} R0z"})
    feuille = replace(edition.feuille, mesures=(*others, long))
    made = report.document(edition._replace(feuille=feuille), "pdf")
    texts = [page.extract_text() for page in pages(made)]
    assert sum(text.count("mot") for text in texts) > 4000
    begun, ended = (next(n for n, text in enumerate(texts) if re.search(rf"\bR0{end}\b", text)) for end in "az")
    assert begun < ended
    for text in texts:
        first_marks, last_marks = (set(re.findall(rf"\bR(\d+){end}\b", text)) - {"0"} for end in "az")
        assert first_marks == last_marks


@pytest.mark.complet
def test_a_hostile_roadmap_is_laid_out_in_time_and_keeps_its_letters(laid_out: None) -> None:
    """Every payload and a word of 5,000 letters in each text."""
    feuille = full(lambda name: f"{' '.join(PAYLOADS)} {'m' * 5000} {name}")
    began = time.process_time()
    made = report.document(report.Edition(feuille, MOMENT, VERSION), "pdf")
    assert time.process_time() - began < 60
    written = squeezed("".join(page.extract_text() for page in pages(made)))
    assert written.count("m" * 12) > 100 * 5000 // 12


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
    assert '@bottom-right{content:"État au 7\\0000a0mai 2021 · page " counter(page) " / " counter(pages)}' in page
