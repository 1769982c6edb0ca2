"""The same content in every document: what the page says under each h2, the Markdown and the Word document say under
the same words, and the other way round."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from docx import Document
from docx.oxml.ns import qn
from markdown_it import MarkdownIt

from alliances_cli import model, store
from alliances_cli.location import Root
from alliances_cli.present import report
from alliances_cli.present.report import Edition
from conftest import Invoke, some
from story import Repository
from test_report import VERSION, full, moment_of, real, small
from test_shapes import SHAPES

# Blocks that serve a page's reader and say nothing of the roadmap that isn't said beside, by their class:
INTERFACE = {
    "evitement",  # « Aller au contenu »
    "sommaire",  # the contents: the h2 themselves
    "filtre",  # the choice of the mesures to show
    "telecharger",  # the link to the CSV
    "cle",  # what each sign means: its word is said again wherever the sign is
    "rappel",  # the mission's title, said again above an h2
    "chiffres",  # the counts of the sentence above them, drawn
    "tuiles",  # the mesures under « Tableau de bord », which each format lists in its way: `test_the_same_board`
}
WITH_SIGNS = {"cle"}  # Where signs are compared, it is there that some stand before their words.
# Heads of columns: where one format has a column, another says the same under a title, or in a list.
HEADS = frozenset(("Précisions", "Levier"))
# What is said aloud of an arrow.
THEN = '<span class="lu">, puis</span>'
BOARD = "Tableau de bord"


class Parts(HTMLParser):
    """A document in HTML cut at its h2 (before the first: « »), each part being blocks of words."""

    INLINE = frozenset(("a", "abbr", "b", "code", "em", "i", "img", "input", "span", "strong", "sup", "time", "title"))
    VOID = frozenset(("meta", "link", "br", "hr", "img", "input", "rect", "path"))

    def __init__(self, html: str, signs: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.signs = signs  # those that are for the eye only are there too
        self.third = ""  # the last h3
        self.open: list[tuple[str, bool]] = []
        self.parts: list[tuple[str, list[str]]] = [("", [])]
        self.block = ""
        self.feed(html)
        self.close()
        self.end_block()

    def end_block(self, heading: bool = False) -> None:
        text, self.block = " ".join(self.block.split()), ""
        if any(tag == "h3" for tag, _ in self.open):
            self.third = text
        if heading:
            self.third = ""
            self.parts.append((text, []))
        elif text:
            self.parts[-1][1].append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in self.INLINE:
            self.end_block()
        hidden = tag in ("head", "svg") or (given.get("aria-hidden") == "true" and not self.signs)
        hidden = hidden or (tag == "pre" and self.signs) or (tag == "ul" and self.third == BOARD)
        classes = set((given.get("class") or "").split())
        hidden = hidden or bool(classes & INTERFACE - (WITH_SIGNS if self.signs else set()))
        if tag not in self.VOID:
            self.open.append((tag, hidden))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.INLINE:
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.INLINE:
            self.end_block(heading=tag == "h2")
        if any(tag == name for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not any(hidden for _, hidden in self.open):
            # Of the board, its rows: the key says what each sign means.
            self.block += data.split("\n\n")[0] if any(tag == "pre" for tag, _ in self.open) else data


Said = list[tuple[str, list[str]]]


def of_page(html: str, signs: bool = False) -> Said:
    return Parts(html.replace(THEN, " → "), signs).parts


def of_markdown(source: str, signs: bool = False) -> Said:
    """Its contents aside, which are the headings themselves; where `signs`, the board's block of signs too."""
    made = Parts(MarkdownIt("commonmark").enable("table").render(source), signs).parts
    return [(heading, blocks) for heading, blocks in made if heading != "Sommaire"]


def of_word(octets: bytes) -> Said:
    """The board included: it says of each mesure its dimension, as a heading of the page does."""
    parts: Said = [("", [])]
    for block in Document(io.BytesIO(octets)).element.body:
        for paragraph in block.iter(qn("w:p")):
            lines = lines_of(paragraph)
            if paragraph.style == "Titre1":
                parts.append((" ".join(lines), []))
            else:
                parts[-1][1].extend(lines)
    return parts


def lines_of(paragraph: Any) -> list[str]:
    lines = [""]
    for piece in paragraph.iter(qn("w:t"), qn("w:br")):
        if piece.tag == qn("w:br"):
            lines.append("")
        else:
            lines[-1] += piece.text or ""
    return [" ".join(line.split()) for line in lines if line.strip()]


def words(text: str) -> str:
    """Its words, between spaces; signs, punctuation and capitals are each format's own."""
    return " " + " ".join(re.findall(r"\w+", text)).casefold() + " "


def phrases(blocks: list[str]) -> Iterator[str]:
    """What blocks say, cut where formats join or part: « mesure 9 (inféré) » is two phrases."""
    for block in blocks:
        yield from (phrase for phrase in re.split(r"[():;→–]|, ", block) if words(phrase).strip())


def unsaid(one: Said, other: Said) -> list[str]:
    """What one says under a heading and the other doesn't, under the same words and as many times."""
    headings, others = [heading for heading, _ in one], [heading for heading, _ in other]
    if headings != others:
        return [f"{headings} != {others}"]
    found: list[str] = []
    for (heading, blocks), (_, there) in zip(one, other, strict=True):
        said = words(" ".join(there))
        counted = Counter(map(words, phrases([block for block in blocks if block not in HEADS])))
        missed = [phrase.strip() for phrase, n in counted.items() if occurrences(phrase, said) < n]
        # A phrase may be found inside another: each word has to be there as often.
        missed += Counter(word for phrase, n in counted.items() for word in phrase.split() * n) - Counter(said.split())
        found += [f"{heading}: {one}" for one in missed]
    return found


def occurrences(phrase: str, said: str) -> int:
    """How many times a phrase is there; two that follow one another share a space."""
    n, place = 0, said.find(phrase)
    while place >= 0:
        n, place = n + 1, said.find(phrase, place + 1)
    return n


class Documents(NamedTuple):
    """An edition in three formats."""

    html: str
    md: str
    docx: bytes


def documents(feuille: model.FeuilleDeRoute) -> Documents:
    edition = Edition(feuille, moment_of(feuille), VERSION)
    return Documents(report.render(edition, "html"), report.render(edition, "md"), report.document(edition, "docx"))


def differences(made: Documents) -> list[str]:
    """What one of the three says and another doesn't."""
    page, seen = of_page(made.html), of_page(made.html, signs=True)
    compared = {
        "not in Markdown": unsaid(page, of_markdown(made.md)),
        "not in the page": unsaid(of_markdown(made.md, signs=True), seen),
        "not in Word": unsaid(page, of_word(made.docx)),
    }
    return [f"{which}: {one}" for which, found in compared.items() for one in found]


def shape(name: str, folder: Path) -> model.FeuilleDeRoute:
    """One of the roadmaps that are unlike the first."""
    for part, content in SHAPES[name]().items():
        (folder / f"{part}.yaml").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return store.parse(store.read_sources(Root(folder))).require()


def several() -> model.FeuilleDeRoute:
    """Levels without mesures, mesures of no dimension and of one with a horizon, steps of each kind; all that is told
    of each: two proofs, two fields, a chantier that is over."""
    return small(
        [
            {"id": "1", "titre": "Une", "echeance": "2020", "prochaine_etape": "Signer"},
            {"id": "2", "titre": "Deux", "dimension": "d", "avancement": "en_retard", "etiquettes": ["a", "b"]},
            {"id": "3", "titre": "Trois", "echeance": "2030", "preuves": [{"url": f"http://a.fr/{n}"} for n in "ab"]},
            {"id": "4", "titre": "Quatre", "delai": "Bientôt", "prochaine_etape": "Voir"},
        ],
        dimensions=[{"code": "d", "libelle": "Locale", "horizon": ["1", "1"]}, {"code": "e", "libelle": "Vide"}],
        bloqueurs=[{"id": "b", "libelle": "Frein"}],
        licence="Licence Ouverte 2.0",
        parties=[{"id": "p", "titre": "Note", "points": ["Un", {"texte": "Deux", "points": ["Trois"]}]}],
    )


@pytest.mark.parametrize("make", [real, full, small, several])
def test_the_three_say_the_same(make: Callable[[], model.FeuilleDeRoute]) -> None:
    assert differences(documents(make())) == []


@pytest.mark.parametrize("name", some([name for name in SHAPES if name not in ("thousand", "crowd")], 3))
def test_they_do_of_roadmaps_unlike_the_first(name: str, tmp_path: Path) -> None:
    # In Markdown a second heading of the same words says which it is: links lead to it by its words.
    said = (
        ["not in the page: Les mesures: " + one for one in ("dimension d1", "dimension", "d1")]
        if name == "scripts"
        else []
    )
    assert differences(documents(shape(name, tmp_path))) == said


def asked(invoke: Invoke, folder: Path, *options: str) -> Documents:
    """What the command makes."""
    invoke("render", *options, "--format", "docx", "-o", str(folder / "bilan.docx"))
    html, md = (invoke("render", *options, "--format", format).out for format in ("html", "md"))
    return Documents(html, md, (folder / "bilan.docx").read_bytes())


@pytest.mark.parametrize("since", ["precedent", "2021-05-07", "2020-10-17"])
def test_they_do_of_what_changed(since: str, here: Repository, invoke: Invoke, tmp_path: Path) -> None:
    made = asked(invoke, tmp_path, "--since", since)
    assert [heading for heading, _ in of_page(made.html)][2].startswith("Ce qui a changé depuis")
    assert differences(made) == []


def test_they_do_of_what_is_public(roadmap: Path, invoke: Invoke, tmp_path: Path) -> None:
    mesures = roadmap / "mesures.yaml"
    text = mesures.read_text(encoding="utf-8")
    mesures.write_text(re.sub(r"^(  - id: 9\n)", r"\1    diffusion: interne\n", text, flags=re.MULTILINE), "utf-8")
    made = asked(invoke, tmp_path, "--public")
    assert any("n’y figure pas" in block for block in of_page(made.html)[1][1])
    assert differences(made) == []


@pytest.mark.parametrize("make", [real, full, several])
def test_the_same_board(make: Callable[[], model.FeuilleDeRoute]) -> None:
    """Each mesure at its level: a tile of the page, a line of a list in Markdown, a row in Word."""
    made = documents(make())
    tiles = re.findall(
        r'<strong>([^<]*)</strong> <span[^>]*>[^<]*</span><span class="lu">([^<]*)&nbsp;:</span>', made.html
    )
    page = {identifier: words(level).strip() for identifier, level in tiles}
    listed: dict[str, str] = {}
    level = ""
    for line in made.md[made.md.index("### Tableau de bord") :].partition("\n## ")[0].split("\n"):
        if line.startswith("- "):
            level = words(line.split(None, 2)[2]).strip()
        elif mesure := re.match(r"  - \[mesure[ \xa0]([^]]*)\]", line):
            listed[mesure[1]] = level
    assert page == {identifier: re.sub("^te ", "", level) for identifier, level in listed.items()}
    tables = Document(io.BytesIO(made.docx)).tables
    board = next(t for t in tables if t.rows[0].cells[0].text == "N°" and t.rows[0].cells[-1].text == "Avancement")
    rows = {row.cells[0].text: words(row.cells[-1].text) for row in board.rows[1:]}
    assert page.keys() == rows.keys() and all(f" {page[identifier]} " in rows[identifier] for identifier in page)


# --- the comparison itself --------------------------------------------------------------------------------------------


def test_whatever_goes_from_a_document_is_missed() -> None:
    """Each block of the real page, however short, and of the real Markdown; in turn."""
    made = documents(real())
    page, seen = of_page(made.html), of_page(made.html, signs=True)
    markdown, text = of_markdown(made.md), of_markdown(made.md, signs=True)
    # The board of the Markdown, which the page isn't asked for, says these once more.
    more = {"Opérationnelles", "Stratégiques", "Politiques"}
    for one, other, but in ((page, markdown, HEADS), (text, seen, HEADS | more)):
        for rank, (heading, blocks) in enumerate(other):
            for place, block in enumerate(blocks):
                less = (heading, blocks[:place] + ["…"] + blocks[place + 1 :])
                if words(block).strip() and block not in but:
                    before = one[rank : rank + 1]
                    assert unsaid(before, [less]), (heading, block)


def test_a_part_that_moved_is_missed() -> None:
    made = of_page(documents(real()).html)
    assert unsaid(made, [*made[:2], made[3], made[2], *made[4:]])
    assert unsaid(made, [*made[:2], ("Autre titre", made[2][1]), *made[3:]])
    assert unsaid(made, [*made[:2], (made[2][0], made[3][1]), (made[3][0], made[2][1]), *made[4:]])


# --- French typography, over whole documents --------------------------------------------------------------------------

# What no reader should see: an ordinary space where French has one that doesn't break, a straight quote or apostrophe,
# « (s) », a 0 or a 1 in the plural.
UNTYPESET = (
    r"« | »| (?=[:;!?%€](?:\W|$))",
    r"(?<=[^\W\d_])'(?=[^\W\d_])",
    r'(?<!\w)"[^"\n]+"(?!\w)',
    r"\w\(s\)",
    r"(?<![\w.,/\u202f\u00a0-])[01][ \u00a0](?:mesures|chantiers|leviers|bilans|niveaux|étapes|jours|preuves)\b",
)
ADDRESS = r"(?:https?://|mailto:|tel:|www\.)[^\s\"<>«»)\]]+|[^\s\"<>«»(\[]+@[^\s\"<>«»)\]]+"


def untypeset(texts: list[str]) -> list[str]:
    found = []
    for text in texts:
        said = re.sub(ADDRESS, "x", text)
        found += [said[max(0, m.start() - 30) : m.end() + 30] for rule in UNTYPESET for m in re.finditer(rule, said)]
    return found


class Texts(HTMLParser):
    """The blocks of text of a document in HTML, spaces as they are; code is no text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found = [""]
        self.within: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "code", "pre"):
            self.within.append(tag)
        if tag not in Parts.INLINE:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.within:
            self.within.remove(tag)
        if tag not in Parts.INLINE:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if "style" not in self.within and "code" not in self.within:
            self.found[-1] += data


def texts_of(made: Documents) -> dict[str, list[str]]:
    return {
        "html": Texts(made.html).found,
        "md": Texts(MarkdownIt("commonmark").enable("table").render(made.md)).found,
        "docx": [
            "".join(t.text or "" for t in p.iter(qn("w:t")))
            for p in Document(io.BytesIO(made.docx)).element.body.iter(qn("w:p"))
        ],
    }


def odd() -> model.FeuilleDeRoute:
    """Texts as they are typed, in every field."""
    return full(lambda name: name and f"{name} : l'« eau » ! \"d'un 7ème\" **l'usage** ; 50 % ? qu'**on** 12 000 € x")


@pytest.mark.parametrize("make", [real, full, several, odd])
def test_every_text_is_typeset(make: Callable[[], model.FeuilleDeRoute]) -> None:
    for format, texts in texts_of(documents(make())).items():
        assert untypeset(texts) == [], format


@pytest.mark.parametrize("since", ["precedent", "2021-05-07"])
def test_what_changed_is_typeset(since: str, here: Repository, invoke: Invoke, tmp_path: Path) -> None:
    for format, texts in texts_of(asked(invoke, tmp_path, "--since", since)).items():
        assert untypeset(texts) == [], format


@pytest.mark.parametrize("text", ["« a »", "a : b", "a !", "50 %", "l'eau", 'dit "oui"', "mesure(s)", "0 mesures"])
def test_what_is_not_typeset_is_found(text: str) -> None:
    assert untypeset([text]) and not untypeset(['«\u00a0a\u00a0» l’eau\u202f! 10 mesures, http://a.fr/?l\'a="b"'])
