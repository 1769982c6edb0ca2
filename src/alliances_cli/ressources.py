"""The files that a document carries with it: what bytes are a logo or a font that it can show without harm."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Mapping
from typing import NamedTuple
from xml.parsers import expat

# A document that carries them stays one that can be mailed.
LOGO_MAX = 200_000
POLICE_MAX = 300_000
# Once decoded, a picture of this side fills a page; one of some kilobytes could fill the memory.
SIDE_MAX = 4096
SVG = "http://www.w3.org/2000/svg"
MEDIA = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "otf": "font/otf",
}
LOGOS = ("png", "svg")
POLICES = ("woff2", "woff", "ttf", "otf")


class Fichier(NamedTuple):
    """A file of the roadmap: its kind, one of MEDIA, and its bytes."""

    genre: str
    donnees: bytes

    @property
    def adresse(self) -> str:
        """The file itself as a `data:` address; none of its characters needs escaping in HTML or in CSS."""
        return f"data:{MEDIA[self.genre]};base64,{base64.b64encode(self.donnees).decode()}"


class Ressources(NamedTuple):
    """What a roadmap's theme names, read and checked; None where it names none."""

    logo: Fichier | None = None
    police: Fichier | None = None


def logo(genre: str, data: bytes) -> Fichier:
    """The file, whose name says that it is of that kind.

    Raises: ValueError that says in French what keeps it from being shown.
    """
    if len(data) > LOGO_MAX:
        raise ValueError(_too_big(LOGO_MAX))
    fault = (_png_fault if genre == "png" else _svg_fault)(data)
    if fault:
        raise ValueError(fault)
    return Fichier(genre, data)


def police(genre: str, data: bytes) -> Fichier:
    """The file, whose name says that it is of that kind.

    Raises: ValueError that says in French what keeps it from being used.
    """
    if len(data) > POLICE_MAX:
        raise ValueError(_too_big(POLICE_MAX))
    fault = _font_fault(genre, data)
    if fault:
        raise ValueError(fault)
    return Fichier(genre, data)


def _too_big(most: int) -> str:
    return f"fichier trop gros : {most // 1000} ko au plus ; le document le porte en lui"


# --- pictures -------------------------------------------------------------------------------------------------------


def _png_fault(data: bytes) -> str | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "ce n'est pas une image PNG"
    damaged = "cette image PNG est abîmée ou incomplète"
    place = 8
    kinds: list[bytes] = []
    while place < len(data) and kinds[-1:] != [b"IEND"]:
        size = int.from_bytes(data[place : place + 4], "big")
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        if zlib.crc32(kind + body) != int.from_bytes(data[place + 8 + size : place + 12 + size], "big"):
            return damaged
        if not kinds:
            if kind != b"IHDR" or size != 13:
                return damaged
            width, height = (int.from_bytes(body[i : i + 4], "big") for i in (0, 4))
            if not width or not height:
                return damaged
            if max(width, height) > SIDE_MAX:
                return f"image de {width} × {height} points ; {SIDE_MAX} de côté au plus"
        kinds.append(kind)
        place += 12 + size
    if b"IDAT" not in kinds or kinds[-1] != b"IEND" or place != len(data):
        return damaged
    if b"acTL" in kinds:
        return "cette image PNG est animée ; enregistrez-la fixe"
    return None


class _Unfit(Exception):
    """What keeps a drawing from being shown."""


# What acts, moves, plays or brings in what isn't a drawing.
_ACTIVE = {"script", "handler", "listener", "foreignobject", "iframe", "object", "embed", "audio", "video", "canvas"}
_ACTIVE |= {"animate", "animatecolor", "animatemotion", "animatetransform", "set", "discard", "image", "feimage"}
_NAMES = {"foreignobject": "foreignObject", "feimage": "feImage"}
_DEPTH_MAX = 100
# How many shapes may be drawn, once each copy (`use`, patterns…) is counted.
_DRAWN_MAX = 50_000
_TO_OWN = re.compile(r"\burl\(\s*['\"]?#([^'\")\s]+)['\"]?\s*\)", re.IGNORECASE)
_FOREIGN_STYLE = re.compile(
    r"url\(|image-set\(|image\(|src\(|@import|@font-face|animation|@keyframes|\\", re.IGNORECASE
)


class _Node:
    """An element of a drawing: what is in it, and the ids that it draws again."""

    def __init__(self) -> None:
        self.inside: list[_Node] = []
        self.copies: list[str] = []


class _Drawing:
    """An SVG as its elements come: refuses what a still drawing has no use for."""

    def __init__(self) -> None:
        self.root = _Node()
        self.open = [self.root]
        self.ids: dict[str, _Node] = {}
        self.style: list[str] | None = None

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        # The browser believes it; what was checked would be another text.
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
            raise _Unfit("ce dessin SVG n'est pas en UTF-8")

    def doctype(self, *_: object) -> None:
        raise _Unfit("ce dessin SVG a une DTD (« <!DOCTYPE ») ; retirez-la")

    def instruction(self, target: str, data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise _Unfit("ce dessin SVG appelle une feuille de style (« <?xml-stylesheet ») ; retirez-la")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if len(self.open) == 1 and (space, local) != (SVG, "svg"):
            raise _Unfit("ce n'est pas un dessin SVG")
        if len(self.open) > _DEPTH_MAX:
            raise _Unfit("ce dessin SVG a trop de groupes les uns dans les autres")
        if local.lower() in _ACTIVE or space == "http://www.w3.org/1999/xhtml":
            raise _Unfit(f"ce dessin SVG contient « {_NAMES.get(local.lower(), local)} » ; retirez-le")
        node = _Node()
        for key, value in attributes.items():
            self._attribute(node, key.rpartition(" ")[2].lower(), value)
        self.open[-1].inside.append(node)
        self.open.append(node)
        if local.lower() == "style":
            self.style = []

    def _attribute(self, node: _Node, key: str, value: str) -> None:
        if key.startswith("on"):
            raise _Unfit(f"ce dessin SVG contient un programme (« {key} ») ; retirez-le")
        if key in ("href", "src", "base"):
            if not value.strip().startswith("#"):
                raise _Unfit("ce dessin SVG renvoie hors de lui-même ; n'y gardez que des tracés, ou donnez un PNG")
            node.copies.append(value.strip()[1:])
        if key == "id":
            self.ids.setdefault(value, node)
        node.copies += self._styled(value, key == "style" or "(" in value)

    def _styled(self, text: str, is_style: bool) -> list[str]:
        if is_style and _FOREIGN_STYLE.search(_TO_OWN.sub("", text)):
            raise _Unfit("le style de ce dessin SVG renvoie hors de lui-même ou l'anime ; retirez-le")
        return _TO_OWN.findall(text)

    def text(self, text: str) -> None:
        if self.style is not None:
            self.style.append(text)

    def end(self, name: str) -> None:
        node = self.open.pop()
        if self.style is not None and name.rpartition(" ")[2].lower() == "style":
            node.copies += self._styled("".join(self.style), True)
            self.style = None

    def drawn(self) -> int:
        """How many elements are drawn, each copy counted.

        Raises: _Unfit where one draws itself.
        """
        known: dict[int, int] = {}
        within: set[int] = set()

        def weigh(node: _Node) -> int:
            if id(node) in within:
                raise _Unfit("ce dessin SVG se copie lui-même sans fin")
            if id(node) not in known:
                within.add(id(node))
                copied = (self.ids[name] for name in node.copies if name in self.ids)
                known[id(node)] = 1 + sum(map(weigh, node.inside)) + sum(map(weigh, copied))
                within.discard(id(node))
            return known[id(node)]

        try:
            return weigh(self.root)
        except RecursionError:
            raise _Unfit("ce dessin SVG a trop de copies les unes dans les autres") from None


def _svg_fault(data: bytes) -> str | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "ce dessin SVG n'est pas en UTF-8"
    drawing = _Drawing()
    parser = expat.ParserCreate("utf-8", " ")
    parser.XmlDeclHandler = drawing.declaration
    # Before any entity of its own is expanded.
    parser.StartDoctypeDeclHandler = drawing.doctype
    parser.ProcessingInstructionHandler = drawing.instruction
    parser.StartElementHandler = drawing.start
    parser.EndElementHandler = drawing.end
    parser.CharacterDataHandler = drawing.text
    try:
        parser.Parse(data, True)
        if drawing.drawn() > _DRAWN_MAX:
            return f"ce dessin SVG compte trop d'éléments, copies comprises : {_DRAWN_MAX} au plus"
    except _Unfit as fault:
        return str(fault)
    except expat.ExpatError as error:
        return f"ce n'est pas un dessin SVG bien formé (ligne {error.lineno})"
    return None


# --- fonts ----------------------------------------------------------------------------------------------------------

_SIGNATURES = {
    "woff2": (b"wOF2",),
    "woff": (b"wOFF",),
    # An OpenType file may bear either ending.
    "ttf": (b"\x00\x01\x00\x00", b"true", b"OTTO"),
    "otf": (b"OTTO", b"\x00\x01\x00\x00"),
}


def _font_fault(genre: str, data: bytes) -> str | None:
    if not data.startswith(_SIGNATURES[genre]):
        return f"ce n'est pas une police {genre.upper()}"
    damaged = f"cette police {genre.upper()} est abîmée ou incomplète"
    if genre in ("woff2", "woff"):
        return None if int.from_bytes(data[8:12], "big") == len(data) else damaged
    tables = int.from_bytes(data[4:6], "big")
    ends = []
    for row in range(12, 12 + 16 * tables, 16):
        start, size = (int.from_bytes(data[row + i : row + i + 4], "big") for i in (8, 12))
        ends.append(start + size)
    return None if ends and 12 + 16 * tables <= len(data) and max(ends) <= len(data) else damaged
