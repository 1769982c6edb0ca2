"""A Word document, piece by piece: headings, paragraphs, tables whose heads repeat, links inside and out.

What is text stays text: it only ever goes in `w:t` nodes, where no field, tag or formula means anything. The same calls
give the same bytes: no clock, no random id, a fixed order of parts.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm

from alliances_cli.present import markdown
from alliances_cli.present.report import word_styles
from alliances_cli.present.report.texts import one_line
from alliances_cli.typographie import ordinals, typeset

Element = Any  # lxml's, of python-docx's classes
# What a line is made of: a text of the roadmap or of the tool, or what `run`, `link` and the like made.
Piece = str | Element

PAGE, MARGIN = (210, 297), 20
WIDTH = PAGE[0] - 2 * MARGIN
# A row that would be taller than a page may be cut: about how wide a letter and how high a line are, in millimetres.
_SIZES = {"": (1.75, 4.2), "Celluledtail": (1.55, 3.8)}
_TWIPS_PER_MM = 1440 / 25.4
# Word's own limit, beyond which it drops a bookmark.
_BOOKMARK_LENGTH = 40
_ADDRESS_LENGTH = 2000
# The most that a logo takes, in width and in height.
LOGO = (Mm(60), Mm(18))
# What the library's empty document comes with, and ours has no use for.
_LEFT_OUT = ("thumbnail", "customXml", "stylesWithEffects", "webSettings", "fontTable", "extended-properties")


class Column(NamedTuple):
    """A column of a table: its head, its share of the width, whether it holds numbers."""

    head: Sequence[Piece]
    share: float
    numbers: bool = False


class Properties(NamedTuple):
    """What the file says of the document. `moment`: when it was made and changed, in universal time."""

    title: str
    subject: str
    author: str
    application: str
    moment: datetime


def _w(tag: str, *children: Element, **attributes: object) -> Element:
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(children)
    return made


def _run(text: str, bold: bool = False, rises: bool = False, style: str = "", colour: str = "") -> Element:
    format = _w("rPr")
    if style:
        format.append(_w("rStyle", val=style))
    if bold:
        format.extend((_w("b"), _w("bCs")))
    if colour:
        format.append(_w("color", val=colour.lstrip("#")))
    if rises:
        format.append(_w("vertAlign", val="superscript"))
    inside = _w("t")
    inside.text = text
    inside.set(qn("xml:space"), "preserve")
    return _w("r", format, inside) if len(format) else _w("r", inside)


def _rich(text: str) -> list[list[list[tuple[str, bool, bool]]]]:
    """The text as paragraphs of lines of pieces (text, is it bold, does it rise): what is written of any text."""
    return [
        [
            [(part.replace("\t", " "), bold, rises) for piece, bold in line for part, rises in ordinals(piece) if part]
            for line in block
        ]
        for block in markdown.paragraphs(typeset(text))
    ]


def runs(text: str, bold: bool = False, style: str = "") -> list[Element]:
    """The text on a line, its bold honoured; spaces at its ends stay, for what stands beside."""
    text = re.sub(r"\s*\n\s*", " ", typeset(markdown.clean(text)))
    core = text.strip()
    if not core:
        return [_run(" ", style=style)] if text else []
    made = [_run(piece, bold or fat, rises, style) for block in _rich(core) for piece, fat, rises in block[0]]
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return [*([_run(before, style=style)] if before else []), *made, *([_run(after, style=style)] if after else [])]


def literal(text: str, style: str = "") -> list[Element]:
    """The text as it is, on a line: an id, a code, an address; bold marks in it are no marks."""
    text = re.sub(r"\s+", " ", markdown.clean(text))
    return [_run(text, style=style)] if text else []


def strong(text: str) -> list[Element]:
    """The text on a line, all of it bold."""
    return runs(text, bold=True)


def discreet(text: str) -> list[Element]:
    """What is said beside, on a line."""
    return runs(text, style="Discret")


def sign(symbol: str, colour: str = "") -> list[Element]:
    """A level's shape, in a font that has it."""
    return [_run(markdown.clean(symbol), style="Forme", colour=colour)]


def paragraph(style: str, *pieces: Piece | Sequence[Piece]) -> Element:
    """A paragraph of one line of pieces."""
    return _w("p", _w("pPr", _w("pStyle", val=style)), *_flat(pieces))


def paragraphs(style: str, text: str) -> list[Element]:
    """The text's own paragraphs, with its line breaks."""
    made = []
    for block in _rich(text):
        inside: list[Element] = []
        for index, line in enumerate(block):
            if index:
                inside.append(_w("r", _w("br")))
            inside += [_run(piece, bold, rises) for piece, bold, rises in line]
        made.append(paragraph(style, inside))
    return made


def _flat(pieces: Iterable[Piece | Sequence[Piece]]) -> list[Element]:
    made: list[Element] = []
    for piece in pieces:
        if isinstance(piece, str):
            made += runs(piece)
        elif isinstance(piece, list | tuple):
            made += _flat(piece)
        else:
            made.append(piece)
    return made


class Word:
    """The document that is being written."""

    def __init__(self) -> None:
        self.document = Document()
        self.part = self.document.part
        for rels in (self.part.rels, self.part.package.rels):
            for key in [key for key, rel in rels.items() if rel.reltype.rpartition("/")[2] in _LEFT_OUT]:
                del rels[key]
        _replace(self.document.styles.element, word_styles.STYLES)
        _replace(self.part.numbering_part.element, word_styles.NUMBERING)
        _replace(self.document.settings.element, word_styles.SETTINGS)
        self.body = self.document.element.body
        self.names: dict[str, str] = {}
        self.taken: set[str] = set()
        self.placed = 0

    # --- what stands in the text ------------------------------------------------------------------------------------

    def add(self, *elements: Element) -> None:
        """Puts paragraphs or tables at the end."""
        for element in elements:
            self.body.insert(len(self.body) - 1, element)  # the last one says what pages are like

    def heading(self, level: int, anchor: str, *pieces: Piece | Sequence[Piece]) -> None:
        """A heading of level 1 to 3, which links lead to by `anchor`."""
        self.add(self.place(anchor, paragraph(f"Titre{level}", *pieces)))

    def say(self, style: str, *pieces: Piece | Sequence[Piece]) -> None:
        """A paragraph of one line of pieces."""
        self.add(paragraph(style, *pieces))

    def tell(self, style: str, text: str | None) -> None:
        """A text, as many paragraphs as it has; nothing where there is none."""
        if text:
            self.add(*paragraphs(style, text))

    def bullet(self, *pieces: Piece | Sequence[Piece], level: int = 0, text: str = "") -> None:
        """An entry of a list: a line of pieces, or the lines of a `text` followed by them."""
        blocks = paragraphs("Listepuces", text) or [paragraph("Listepuces")]
        blocks[-1].extend(_flat(pieces))
        for index, block in enumerate(blocks):
            deep = min(level, word_styles.LIST_LEVELS - 1)
            if deep or index:
                # A second paragraph of the same entry has no bullet of its own.
                marked = _w("numId", val=0 if index else 1)
                block.pPr.append(_w("numPr", _w("ilvl", val=deep), marked))
            if index:
                block.pPr.append(_w("ind", left=284 * (deep + 1)))
        self.add(*blocks)

    def picture(self, png: bytes, alt: str) -> None:
        """A picture at the left, no higher than a logo, with what is said where it isn't seen."""
        run = self.document.add_paragraph(style="Normal").add_run()
        shape = run.add_picture(io.BytesIO(png))
        ratio = min(LOGO[0] / shape.width, LOGO[1] / shape.height)
        shape.width, shape.height = round(shape.width * ratio), round(shape.height * ratio)
        shape._inline.docPr.set("descr", _attribute(alt))

    def place(self, anchor: str, block: Element) -> Element:
        """The paragraph, as the place that links lead to by `anchor`."""
        self.placed += 1
        name = self._name(anchor)
        block.insert(1, _w("bookmarkStart", id=self.placed, name=name))
        block.insert(2, _w("bookmarkEnd", id=self.placed))
        return block

    def link(self, label: str, anchor: str) -> list[Element]:
        """A link to a place of the document."""
        made = _w("hyperlink", *runs(one_line(label), style="Lienhypertexte"), anchor=self._name(anchor), history=1)
        return [made]

    def address(self, label: str, address: str | None) -> list[Element]:
        """A link to the address, which is safe already; the label alone where it is None, or longer than Word takes."""
        if address is None or len(address) > _ADDRESS_LENGTH:
            return runs(label)
        made = _w("hyperlink", *runs(one_line(label), style="Lienhypertexte"), history=1)
        made.set(qn("r:id"), self.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        return [made]

    def _name(self, anchor: str) -> str:
        """The bookmark's name: the anchor, shortened where it is too long; Word takes no account of case."""
        if anchor not in self.names:
            name = anchor
            if len(name) > _BOOKMARK_LENGTH or name.casefold() in self.taken or not name[:1].isalpha():
                digest = hashlib.sha256(anchor.encode()).hexdigest()[:12]
                name = f"{name[: _BOOKMARK_LENGTH - 13]}-{digest}"
            self.names[anchor] = name
            self.taken.add(name.casefold())
        return self.names[anchor]

    # --- tables -----------------------------------------------------------------------------------------------------

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Sequence[Element]]],
        caption: str,
        total: bool = False,
        head: bool = True,
    ) -> None:
        """A table of cells, each a sequence of paragraphs; its first row, the columns' heads, comes again on each page.
        `caption` is what is read aloud of it; `total`: the last row sums the others up; `head`: there is a first row.
        """
        shares = sum(column.share for column in columns)
        widths = [WIDTH * column.share / shares for column in columns]
        grid = _w("tblGrid", *(_w("gridCol", w=_twips(width)) for width in widths))
        look = _look(firstRow=head, lastRow=total, firstColumn=True, lastColumn=False, noHBand=True, noVBand=True)
        made = _w(
            "tbl",
            _w(
                "tblPr",
                _w("tblStyle", val="Tableau"),
                _w("tblW", w=_twips(WIDTH), type="dxa"),
                _w("tblLayout", type="fixed"),
                look,
                _w("tblCaption", val=_attribute(caption)),
            ),
            grid,
        )
        if head:
            heads = [[paragraph("Enttenombre" if c.numbers else "Entte", c.head)] for c in columns]
            made.append(_row(heads, widths, head=True))
        for cells in rows:
            made.append(_row(cells, widths))
        if len(self.body) > 1 and self.body[-2].tag == made.tag:
            self.say("Remarque")  # two tables in a row would be one
        self.add(made)

    # --- the file ---------------------------------------------------------------------------------------------------

    def page(self, footer: str) -> None:
        """A4 in portrait, with a foot of page: the text, then « page X / Y »."""
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
        section.header_distance = section.footer_distance = Mm(10)
        section.gutter = Mm(0)
        foot = section.footer
        foot.is_linked_to_previous = False
        block = foot.paragraphs[0]._p
        block.getparent().replace(
            block,
            _w(
                "p",
                _w(
                    "pPr",
                    _w("pStyle", val="Pieddepage"),
                    _w("tabs", _w("tab", val="right", pos=_twips(WIDTH))),
                ),
                *runs(footer),
                _w("r", _w("tab")),
                *runs("page "),
                _field("PAGE"),
                *runs(" / "),
                _field("NUMPAGES"),
            ),
        )

    def describe(self, properties: Properties) -> None:
        """Sets what the file says of itself; what isn't known is left out."""
        core = self.document.core_properties
        element = core._element
        for child in list(element):
            element.remove(child)
        core.title = _attribute(properties.title)
        if properties.subject:
            core.subject = _attribute(properties.subject)
        if properties.author:
            core.author = _attribute(properties.author)
        core.language = "fr-FR"
        # Readers of the file know no year of three digits.
        if properties.moment.year >= 1000:
            core.created = core.modified = properties.moment
        core.revision = 1
        extended = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
            'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
            f"<Application>{properties.application}</Application></Properties>"
        )
        package = self.part.package
        kind = "application/vnd.openxmlformats-officedocument.extended-properties+xml"
        part = Part(PackURI("/docProps/app.xml"), kind, extended.encode(), package)
        package.relate_to(part, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)

    def bytes(self) -> bytes:
        """The file: the same parts in the same order, at no date."""
        written = io.BytesIO()
        self.document.save(written)
        out = io.BytesIO()
        with zipfile.ZipFile(written) as found, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name in sorted(found.namelist(), key=lambda name: (not name.startswith("["), name)):
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3  # the same on every system
                entry.external_attr = 0o644 << 16
                made.writestr(entry, found.read(name))
        return out.getvalue()


def _twips(mm: float) -> int:
    return round(mm * _TWIPS_PER_MM)


def _attribute(text: str) -> str:
    """A text where Word takes no more than 255 characters."""
    text = one_line(text).replace("\t", " ")
    return text if len(text) <= 255 else text[:254].rstrip() + "…"


def _replace(element: Element, xml: str) -> None:
    """What is inside an element gives way to what is inside another."""
    for child in list(element):
        element.remove(child)
    element.extend(list(parse_xml(xml)))


# The same twice: an attribute each, for today's Word; their sum, for what came before and for LibreOffice.
_LOOKS = {
    "firstRow": 0x20,
    "lastRow": 0x40,
    "firstColumn": 0x80,
    "lastColumn": 0x100,
    "noHBand": 0x200,
    "noVBand": 0x400,
}


def _look(**parts: bool) -> Element:
    value = sum(_LOOKS[name] for name, so in parts.items() if so)
    return _w("tblLook", val=f"{value:04X}", **{name: int(so) for name, so in parts.items()})


def _field(code: str) -> Element:
    return _w("fldSimple", _run("1"), instr=f" {code} ")


def _row(cells: Sequence[Sequence[Element]], widths: Sequence[float], head: bool = False) -> Element:
    format = _w("trPr")
    if head or not _tall(cells, widths):
        format.append(_w("cantSplit"))
    if head:
        format.append(_w("tblHeader"))
    made = _w("tr", format) if len(format) else _w("tr")
    for inside, width in zip(cells, widths, strict=True):
        # A cell without a paragraph is a broken file.
        blocks = list(inside) or [paragraph("Cellule")]
        made.append(_w("tc", _w("tcPr", _w("tcW", w=_twips(width), type="dxa")), *blocks))
    return made


def _tall(cells: Sequence[Sequence[Element]], widths: Sequence[float]) -> bool:
    """Whether a row may be taller than a page."""

    def height(block: Element, width: float) -> float:
        letter, line = _SIZES.get(block.style, _SIZES[""])
        letters = max(1, int((width - 3) / letter))
        return 1 + line * (1 + sum(len(text.text or "") for text in block.iter(qn("w:t"))) // letters)

    return any(
        sum(height(block, width) for block in inside) > PAGE[1] - 3 * MARGIN
        for inside, width in zip(cells, widths, strict=True)
    )
