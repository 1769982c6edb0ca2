"""The bilan as a Word document: all its texts, in real headings and tables, inert, the same bytes each time."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from alliances_cli import store, typographie
from alliances_cli.bilan import Moment
from alliances_cli.couleurs import contrast
from alliances_cli.location import Root
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.present.report import Edition, document, word, word_styles
from conftest import Invoke, some
from story import Repository
from test_imports import run
from test_report import PAYLOADS, SCHEMES, full, leaves, moment_of, real, small
from test_shapes import SHAPES
from test_theme import SVG, png

LEVELS = ("très satisfaisant", "satisfaisant", "en retard")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Written:
    """A document as Word opens it: its parts, its paragraphs in order, its text."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.docx = Document(io.BytesIO(data))
        self.body = self.docx.element.body
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
            self.entries = archive.infolist()
        self.paragraphs = [(p.style or "", shown(p)) for p in self.body.iter(qn("w:p"))]
        self.text = flat(" ".join(text for _, text in self.paragraphs))

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [(int(style[-1]), flat(text)) for style, text in self.paragraphs if re.fullmatch("Titre[123]", style)]

    @property
    def bookmarks(self) -> list[str]:
        return [mark.get(qn("w:name")) for mark in self.body.iter(qn("w:bookmarkStart"))]

    @property
    def tables(self) -> list[Any]:
        return list(self.body.iter(qn("w:tbl")))

    @property
    def targets(self) -> list[str]:
        return [rel.target_ref for rel in self.docx.part.rels.values() if rel.is_external]


def shown(block: Any) -> str:
    """What a paragraph, a row or a cell shows; its lines and paragraphs are parted."""
    said = ""
    for node in block.iter(qn("w:t"), qn("w:br"), qn("w:p")):
        said += node.text if node.tag == qn("w:t") else " "
    return said.lstrip(" ")


def flat(text: str) -> str:
    """A text aside the marks and spaces that typography changes."""
    return re.sub(r'«\s?|\s?»|"', "", " ".join(text.split()).replace("’", "'"))


def written(feuille: FeuilleDeRoute, moment: Moment | None = None) -> Written:
    return Written(document(Edition(feuille, moment or moment_of(feuille), "9.9.9"), "docx"))


@cache
def of_real() -> Written:
    return written(real())


@cache
def of_full() -> Written:
    return written(full())


def missing(feuille: FeuilleDeRoute, found: Written) -> list[tuple[str, str]]:
    return [(path, text) for path, text in leaves(feuille) if flat(typographie.plain(text)) not in found.text]


def rows(table: Any) -> list[Any]:
    return list(table.iter(qn("w:tr")))


def has(row: Any, name: str) -> bool:
    return row.find(f"{qn('w:trPr')}/{qn(name)}") is not None


def head_of(table: Any) -> list[str]:
    return [flat(shown(cell)) for cell in rows(table)[0].iter(qn("w:tc"))]


# --- what it says ---------------------------------------------------------------------------------------------------


def test_every_text_is_there() -> None:
    assert missing(real(), of_real()) == []
    assert missing(full(), of_full()) == []


def test_sections_come_in_the_order_of_the_bilan_as_real_headings() -> None:
    first = [text for level, text in of_real().headings if level == 1]
    assert first == [
        "L'essentiel",
        "Résultats de la démarche de co-construction",
        "Principaux résultats des chantiers politiques",
        "Principaux résultats de la feuille de route technique",
        "Les avancées sur les 7 leviers de déploiement",
        "Prochaines étapes",
        "Bloqueurs",
        "À savoir aussi",
        "Bilans publiés",
        "Méthode et provenance",
    ]
    levels = [level for level, _ in of_real().headings]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    assert of_real().paragraphs[1] == ("Titre", "Bilan anniversaire")
    names = {style.style_id: style.name for style in of_real().docx.styles}
    assert names["Titre"] == "Title"
    # The library gives the names of Word's own styles a capital.
    assert [names[f"Titre{n}"] for n in (1, 2, 3)] == ["Heading 1", "Heading 2", "Heading 3"]
    assert {style for style, _ in of_real().paragraphs + of_full().paragraphs} <= set(names)


def test_the_first_page_answers() -> None:
    said = [flat(text) for _, text in of_real().paragraphs]
    assert "21 mesures : 9 très satisfaisant, 9 satisfaisant, 3 en retard." in said
    assert said.index("4 chantiers : 4 satisfaisant.") < said.index("Tableau de bord")
    assert (
        "Totaux de contrôle : 9/9/3 comptés, 9/9/3 publiés au 7 mai 2021 (Bilan anniversaire) ; ils concordent." in said
    )
    counts = next(table for table in of_real().tables if head_of(table)[0] == "Dimension")
    assert [flat(shown(row)) for row in rows(counts)][1:] == [
        "Opérationnelles Horizon : de 3 à 9 mois 5 2 0 7",
        "Stratégiques Horizon : de 6 à 12 mois 3 3 1 7",
        "Politiques Horizon : de 12 à 18 mois 1 4 2 7",
        "Ensemble 9 9 3 21",
    ]


def test_each_row_of_a_mesure_has_its_level_in_words_and_where_it_comes_from() -> None:
    feuille = real()
    for heads in (
        ["N°", "Mesure", "Dimension", "Avancement"],
        ["N°", "Mesure", "Avancement", "Réalisé", "Prochaine étape"],
    ):
        found = [row for table in of_real().tables if head_of(table) == heads for row in rows(table)[1:]]
        assert len(found) == len(feuille.mesures)
        for row, mesure in zip(found, feuille.mesures, strict=True):
            niveau = feuille.niveaux[mesure.avancement or ""]
            said = flat(shown(row))
            assert said.startswith(f"{mesure.id} {flat(typographie.plain(mesure.titre))}")
            assert f"{niveau.symbole} {niveau.libelle} (inféré)" in said
            assert sum(f"{symbole} " in said for symbole in "●◐▲○") == 1


def test_bold_is_bold_and_its_marks_are_gone() -> None:
    bold = [
        flat(run.find(qn("w:t")).text)
        for run in of_real().body.iter(qn("w:r"))
        if run.find(f"{qn('w:rPr')}/{qn('w:b')}") is not None
    ]
    assert "immédiatement accessible" in bold
    assert "**" not in of_real().text


def test_it_is_typeset() -> None:
    shown_ = " ".join(text for _, text in of_real().paragraphs)
    assert "l’existant" in shown_ and "«\u00a0Feuille de route\u00a0»" in shown_ and "'" not in shown_
    risen = [
        run.find(qn("w:t")).text
        for run in of_real().body.iter(qn("w:r"))
        if run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}") is not None
    ]
    assert risen and set(risen) == {"ème"}
    # A colon that stands between two pieces of a line keeps its space.
    assert not re.search(r"[^\S\u00a0]:", " ".join(text for _, text in of_full().paragraphs))


def test_a_roadmap_of_nothing_says_so() -> None:
    found = written(small(), Moment(datetime(2021, 5, 7, tzinfo=UTC).date(), "au"))
    assert "Aucune mesure." in found.text
    assert "Aucun niveau d'avancement n'est donné." in found.text
    assert "sans date d'état, lu au 7 mai 2021" in found.text
    assert "Licence non précisée" in found.text


def test_what_changed_is_told_where_it_is_asked(here: Repository, invoke: Invoke) -> None:
    invoke("render", "--since", "precedent", "-o", "bilan.docx")
    found = Written((here.folder / "bilan.docx").read_bytes())
    assert "Ce qui a changé depuis le bilan du 7 mai 2021" in [text for level, text in found.headings if level == 1]
    assert "↑ en progrès : satisfaisant → très satisfaisant" in found.text
    assert "retirée : Confié à la mesure 6" in found.text
    assert "3 (+1)" in found.text and "(promesse inchangée depuis 2 bilans)" in found.text
    invoke("render", "-o", "sans.docx")
    assert "changé" not in Written((here.folder / "sans.docx").read_bytes()).text


# --- how it stands --------------------------------------------------------------------------------------------------


@cache
def shape(name: str) -> Written:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for part, content in SHAPES[name]().items():
            (Path(folder) / f"{part}.yaml").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        feuille = store.parse(store.read_sources(Root(Path(folder)))).require()
    return written(feuille)


SMALL = [name for name in SHAPES if name not in ("thousand", "crowd")]
ALL: dict[str, Callable[[], Written]] = {
    "real": of_real,
    "full": of_full,
    **{name: lambda name=name: shape(name) for name in SMALL},  # type: ignore[misc]
}


@pytest.mark.parametrize("name", some(ALL, 3))
def test_tables_are_whole_and_their_heads_repeat(name: str) -> None:
    for table in ALL[name]().tables:
        grid = [int(column.get(qn("w:w"))) for column in table.iter(qn("w:gridCol"))]
        assert abs(sum(grid) - Mm(word.WIDTH).twips) <= len(grid) and min(grid) > 300
        look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
        first, *others = rows(table)
        assert has(first, "w:tblHeader") == (look.get(qn("w:firstRow")) == "1")
        assert not any(has(row, "w:tblHeader") for row in others)
        assert table.getprevious() is None or table.getprevious().tag != table.tag
        for row in (first, *others):
            cells = list(row.iter(qn("w:tc")))
            assert len(cells) == len(grid)
            assert all(cell[-1].tag == qn("w:p") for cell in cells)
        if has(first, "w:tblHeader"):
            assert all(head_of(table))
    body = ALL[name]().body
    assert body[-1].tag == qn("w:sectPr") and body[-2].tag == qn("w:p")


def test_mesures_stand_in_tables_whose_heads_repeat_and_whose_rows_are_whole() -> None:
    found = [table for table in of_real().tables if head_of(table)[0] == "N°"]
    assert len(found) == 4
    for table in found:
        assert has(rows(table)[0], "w:tblHeader")
        assert all(has(row, "w:cantSplit") for row in rows(table))


def test_only_a_row_taller_than_a_page_may_be_cut() -> None:
    # 1,500 letters in a column of 42 mm take about 65 lines; 700, about 30.
    for letters, whole in ((700, True), (4000, False)):
        feuille = small([{"id": "1", "titre": "Une", "realise": "mot " * (letters // 4), "prochaine_etape": "x"}])
        table = next(t for t in written(feuille, moment_of(full())).tables if "Réalisé" in head_of(t))
        assert has(rows(table)[1], "w:cantSplit") == whole


@pytest.mark.parametrize("name", ALL)
def test_links_lead_somewhere(name: str) -> None:
    found = ALL[name]()
    marks = found.bookmarks
    assert len({mark.casefold() for mark in marks}) == len(marks)
    assert all(len(mark) <= 40 and mark[0].isalpha() for mark in marks)
    links = list(found.body.iter(qn("w:hyperlink")))
    assert {link.get(qn("w:anchor")) for link in links} - {None} <= set(marks)
    for link in links:
        assert (link.get(qn("w:anchor")) is None) != (link.get(qn("r:id")) is None)
        assert shown(link).strip()
    ids = [mark.get(qn("w:id")) for mark in found.body.iter(qn("w:bookmarkStart"))]
    assert len(set(ids)) == len(ids)
    assert ids == [mark.get(qn("w:id")) for mark in found.body.iter(qn("w:bookmarkEnd"))]
    assert all(target.startswith(SCHEMES) for target in found.targets)


def test_each_item_is_a_place_that_links_name() -> None:
    marks = of_real().bookmarks
    assert {"mesure-9", "chantier-legaliser", "levier-droit-de-l-alliance", "bloqueur-portage-politique"} <= set(marks)
    row = next(
        row
        for row in of_real().body.iter(qn("w:tr"))
        for mark in row.iter(qn("w:bookmarkStart"))
        if mark.get(qn("w:name")) == "mesure-7"
    )
    assert "mesure-8" in [link.get(qn("w:anchor")) for link in row.iter(qn("w:hyperlink"))]
    assert set(of_real().targets) == {"mailto:info@lerameau.fr", "https://www.lerameau.fr"}


def test_two_ids_that_differ_by_case_are_two_places() -> None:
    long = "m" * 60
    mesures = [{"id": i, "titre": f"La {i}", "renvois": [j]} for i, j in (("a", "A"), ("A", "a"), (long, "a"))]
    found = written(small([*mesures, {"id": "z", "titre": "z", "renvois": [long]}]), moment_of(full()))
    assert len(found.bookmarks) == len({mark.casefold() for mark in found.bookmarks})
    links = {link.get(qn("w:anchor")) for link in found.body.iter(qn("w:hyperlink"))}
    assert links <= set(found.bookmarks) and len({link.casefold() for link in links}) >= 3


def test_an_address_that_no_link_may_have_is_text() -> None:
    feuille = small(emetteur={"courriel": "javascript:alert(1)", "site": "pas une adresse"})
    found = written(feuille, moment_of(full()))
    assert found.targets == []
    assert "javascript:alert(1)" in found.text and "pas une adresse" in found.text


def test_the_page_is_a4_in_french_and_says_where_one_is() -> None:
    section = of_real().docx.sections[0]
    width, height = section.page_width, section.page_height
    assert width is not None and height is not None and (round(width.mm), round(height.mm)) == (210, 297)
    foot = section.footer._element
    assert "Bilan anniversaire" in flat(shown(foot)) and "7 mai 2021" in flat(shown(foot))
    assert [field.get(qn("w:instr")).strip() for field in foot.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    langs = [lang for lang in of_real().docx.styles.element.iter(qn("w:lang"))]
    assert [lang.get(qn("w:val")) for lang in langs] == ["fr-FR"]
    assert of_real().docx.core_properties.language == "fr-FR"
    assert b"en-US" not in b"".join(of_real().parts.values())


def test_every_ink_is_legible_on_paper() -> None:
    inks = set(re.findall(r'<w:color w:val="([0-9A-Fa-f]{6})"', of_full().parts["word/document.xml"].decode()))
    inks |= set(re.findall(r'<w:color w:val="([0-9A-Fa-f]{6})"', word_styles.STYLES))
    assert len(inks) > 4
    for ink in inks:
        for ground in ("ffffff", word_styles.GROUND):
            assert contrast(f"#{ink.lower()}", f"#{ground.lower()}") >= (4.5 if ground == "ffffff" else 4), ink


# --- inert ----------------------------------------------------------------------------------------------------------

WORD_PAYLOADS = [
    '{ HYPERLINK "http://x.example" }',
    '{ DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc" }',
    "=cmd|' /C calc'!A0",
    '<w:p/></w:t></w:r><w:fldSimple w:instr="DDE"/>',
    "]]> &amp; <!DOCTYPE x> <?xml?>",
    "\ufffe \uffff \ufdd0 \ufeff",
    "\u202eabc\u2066def\u2069 ligne \u2028 fin \x85 suite",
    "une\ttabulation\nune ligne\n\nun paragraphe",
    "m" * 5000,
    "**",
    "** ** ****",
]
FIELDS = ("instrText", "fldChar", "object", "pict", "drawing", "altChunk", "script", "sym", "proofErr")


@pytest.mark.parametrize("turn", some(range(8), 2))
def test_hostile_texts_are_inert(turn: int) -> None:
    payloads = PAYLOADS + WORD_PAYLOADS
    place = count(turn * 13)

    def text(name: str) -> str:
        return f"{payloads[next(place) % len(payloads)]} fin" if name else ""

    feuille = full(text)
    found = written(feuille)
    assert {node.tag for node in found.body.iter()} <= {node.tag for node in of_full().body.iter()} | {
        qn("w:br"),
        qn("w:ind"),
    }
    assert set(found.parts) == set(of_full().parts)
    assert all(target.startswith(SCHEMES) for target in found.targets)
    whole = b"".join(found.parts[name] for name in found.parts if name.startswith("word/")).decode()
    assert not any(f"<w:{name}" in whole for name in FIELDS)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", whole)
    dropped = re.compile("[\u202a-\u202e\u2066-\u2069\ufffe\uffff\ufdd0\ufeff]")
    wanted = [(path, dropped.sub("", text)) for path, text in leaves(feuille)]
    assert [(path, text) for path, text in wanted if flat(typographie.plain(text)) not in found.text] == []


@pytest.mark.parametrize("text", ["a\x00b\x08c\x1fd\x7fe", "a\ud800b\udfffc", "a\x0bb\x0cc", "\ud800", "\x00", "\x0b"])
def test_what_xml_has_no_place_for_is_dropped(text: str) -> None:
    made = word.Word()
    made.tell("Normal", text)
    made.say("Normal", text, word.strong(text), word.literal(text), made.link(text, "mesure-1"))
    made.bullet(text=text)
    made.page(text)
    made.describe(word.Properties(text, text, text, "alliances", datetime(500, 1, 1, tzinfo=UTC)))
    found = Written(made.bytes())
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", found.parts["word/document.xml"].decode())
    assert not text.startswith("a") or found.text.startswith("a")


def test_no_mark_of_a_text_reaches_into_another() -> None:
    mesure = {"id": "1", "titre": "Une", "pilotes": ["a**b", "c**d"], "etiquettes": ["**e", "f**"]}
    found = written(small([mesure]), moment_of(full()))
    assert "a**b, c**d" in found.text and "**e, f**" in found.text


# --- the file -------------------------------------------------------------------------------------------------------


def test_the_file_says_what_it_is_and_no_more() -> None:
    core = of_full().docx.core_properties
    assert core.author == "Texte emetteur nom" and core.revision == 1 and core.last_modified_by == ""
    assert core.title.startswith("Texte document titre")
    assert core.created == core.modified == datetime(2021, 5, 7, tzinfo=UTC)
    assert of_real().docx.core_properties.author == ""
    assert b"python-docx" not in b"".join(of_real().parts.values())
    assert b"Microsoft" not in of_real().parts["docProps/app.xml"]
    assert not any("thumbnail" in name or "customXml" in name for name in of_real().parts)
    assert {entry.date_time for entry in of_real().entries} == {(1980, 1, 1, 0, 0, 0)}
    assert of_real().entries[0].filename == "[Content_Types].xml"


def test_a_picture_has_words_and_the_size_of_a_logo() -> None:
    picture = png(400, 100)

    def made() -> bytes:
        written_ = word.Word()
        written_.picture(picture, 'Logo : "L\'émetteur" <b>')
        written_.say("Normal", "Suite")
        return written_.bytes()

    found = Written(made())
    (shape,) = found.docx.inline_shapes
    assert (round(shape.width.mm), round(shape.height.mm)) == (60, 15)
    assert shape._inline.docPr.get("descr") == 'Logo : "L\'émetteur" <b>'
    assert found.paragraphs[-1][1] == "Suite" and found.body[-1].tag == qn("w:sectPr")
    assert found.data == made()


@pytest.mark.parametrize(("name", "data", "shapes"), [("logo.png", png(40, 20), 1), ("logo.svg", SVG, 0)])
def test_the_theme_s_logo_is_shown_where_word_knows_it(
    name: str, data: bytes, shapes: int, roadmap: Path, invoke: Invoke
) -> None:
    (roadmap.parent / name).write_bytes(data)
    with (roadmap / "mission.yaml").open("a") as mission:
        mission.write(f"theme: {{logo: {name}}}\n")
    found = Written(invoke("render", "--format", "docx").raw)
    assert len(found.docx.inline_shapes) == shapes
    if shapes:
        assert found.docx.inline_shapes[0]._inline.docPr.get("descr").startswith("Logo : ")
        assert data in found.parts.values()


def test_the_environment_may_give_the_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert written(real()).docx.core_properties.created == datetime.fromtimestamp(1700000000, UTC)


def test_the_same_data_give_the_same_bytes(roadmap: Path) -> None:
    outputs = []
    for seed, zone, language in (("1", "Pacific/Auckland", "C"), ("2", "America/Lima", "fr_FR.UTF-8")):
        given = {"PYTHONHASHSEED": seed, "TZ": zone, "LANG": language, "LC_ALL": language, "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "alliances_cli", "render", "--format", "docx"],
            cwd=roadmap.parent,
            env={**os.environ, **given},
            capture_output=True,
            check=True,
            timeout=60,
        )
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1] and len(outputs[0]) > 10_000
    assert missing(real(), Written(outputs[0])) == []


def test_check_and_terminals(roadmap: Path, invoke: Invoke) -> None:
    assert "terminal" in invoke("render", "--format", "docx", code=2, columns=80).spoken
    invoke("render", "-o", "bilan.docx")
    invoke("render", "-o", "bilan.docx", "--check")
    path = roadmap / "mesures.yaml"
    path.write_text(path.read_text("utf-8").replace("MAJ mensuelle", "MAJ annuelle"), "utf-8")
    invoke("render", "-o", "bilan.docx", "--check", code=6)


def test_without_the_extra_it_says_what_to_install(
    roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    answer = invoke("render", "-o", "bilan.docx", code=5)
    assert "pip install 'alliances[docx]'" in answer.spoken
    assert not Path("bilan.docx").exists()


def test_no_other_format_loads_the_library(tmp_path: Path) -> None:
    for format in ("md", "txt-mail"):
        loaded = run(tmp_path, "render", "--format", format)
        assert "docx" not in loaded.modules and "lxml" not in loaded.modules
    assert "docx" in run(tmp_path, "render", "--format", "docx", "-o", str(tmp_path / "x.docx")).modules


def test_three_hundred_mesures_take_no_time() -> None:
    import time

    mesures = [{"id": str(n), "titre": f"Mesure numéro {n}", "avancement": "satisfaisant"} for n in range(300)]
    started = time.perf_counter()
    found = written(small(mesures), moment_of(full()))
    assert time.perf_counter() - started < 10
    assert sum(text.startswith("Mesure numéro") for _, text in found.paragraphs) == 600
