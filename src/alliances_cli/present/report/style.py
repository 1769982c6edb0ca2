"""The style of the HTML bilan: its sheets on one line, its colours, and the hash that its security policy names."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

from jinja2 import Environment
from markupsafe import Markup

from alliances_cli.couleurs import legible
from alliances_cli.model import Echelon

STYLE = "bilan.css"
# Besides, where the document says what changed.
STYLE_CHANGEMENTS = "changements.css"


class Style(NamedTuple):
    """The style sheet on one line, and its hash as a content security policy gives it."""

    texte: Markup
    empreinte: str


def sheet(environment: Environment, echelle: Iterable[Echelon], sheets: Iterable[str], besides: str = "") -> Style:
    """The style sheets, the roadmap's own, else the shipped ones, with a colour for each level, and more rules.

    On one line: a checker of pages and a browser don't agree on the hash of one that has several.
    """
    assert environment.loader is not None
    css = "".join(environment.loader.get_source(environment, sheet)[0] for sheet in sheets)
    levels = [(f".n{niveau.rang}", niveau.couleur) for niveau in echelle]
    light = "".join(f"{name}{{--niveau:{legible(colour, LIGHT)}}}" for name, colour in levels)
    dark = "".join(f"{name}{{--niveau:{legible(colour, DARK)}}}" for name, colour in levels)
    css = f"{css}{light}@media screen and (prefers-color-scheme:dark){{{dark}}}{besides}"
    css = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    css = re.sub(r" ?([{};]) ?", r"\1", css).replace(";}", "}").strip()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return Style(Markup(css), f"sha256-{digest}")


# The ground that is hardest on a level's colour in each theme: `--fond2` of bilan.css.
LIGHT = "#f1f5fa"
DARK = "#18222d"
