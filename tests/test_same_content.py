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

from alliances_cli import diffusion, model, store
from alliances_cli.location import Root
from alliances_cli.present import report
from alliances_cli.present.report import Edition
from conftest import Invoke
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

    BLOCKS = frozenset("p div li ul ol dl dt dd table caption thead tbody tfoot tr th td h1 h2 h3 h4 br hr section header "
                       "footer main nav pre blockquote fieldset legend label".split())  # fmt: skip
    VOID = frozenset("meta link br hr img input rect path".split())

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
        if tag in self.BLOCKS:
            self.end_block()
        hidden = tag in ("head", "svg") or (given.get("aria-hidden") == "true" and not self.signs)
        hidden = hidden or (tag == "pre" and self.signs) or (tag == "ul" and self.third == BOARD)
        classes = set((given.get("class") or "").split())
        hidden = hidden or bool(classes & INTERFACE - (WITH_SIGNS if self.signs else set()))
        if tag not in self.VOID:
            self.open.append((tag, hidden))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BLOCKS:
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.BLOCKS:
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
    return Documents(
        report.render(edition, "html"), report.render(edition, "md"), report.document(edition, "docx")
    )


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


@pytest.mark.parametrize("name", [name for name in SHAPES if name not in ("thousand", "crowd")])
def test_they_do_of_roadmaps_unlike_the_first(name: str, tmp_path: Path) -> None:
    # In Markdown a second heading of the same words says which it is: links lead to it by its words.
    said = ["not in the page: Les mesures: " + one for one in ("dimension d1", "dimension", "d1")] if name == "scripts" else []
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

