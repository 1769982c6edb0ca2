"""The style of the HTML bilan: its sheets on one line, its colours, and the hash that its security policy names."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from jinja2 import Environment
from markupsafe import Markup

from alliances_cli.couleurs import legible, mixed
from alliances_cli.location import shipped_templates
from alliances_cli.model import Echelon

STYLE = "bilan.css"
# Besides, where the document says what changed.
STYLE_CHANGEMENTS = "changements.css"


class Style(NamedTuple):
    """The style sheet on one line, and its hash as a content security policy gives it."""

    texte: Markup
    empreinte: str


# The fonts that documents embed, so that they have the same lines on each machine: a family, a weight, a file. The
# second has the signs that the first lacks. Their licences lie beside them.
FONTS = (
    ("Figtree", 400, "figtree-400.woff2"),
    ("Figtree", 700, "figtree-700.woff2"),
    ("Alliances Signes", 400, "signes.woff2"),
)

# The ground that is hardest on a level's colour in each theme: `--fond2` of bilan.css.
LIGHT = "#f1f5fa"
DARK = "#18222d"
# How much of the ground is in a level's tint.
LIGHT_TINT = 0.82
DARK_TINT = 0.76


def sheet(environment: Environment, echelle: Sequence[Echelon], sheets: Iterable[str], footer: str) -> Style:
    """The fonts, then the style sheets, the roadmap's own, else the shipped ones, then what the scale asks for: the
    colours of each level, and which mesures are shown when one is chosen. `footer`: the rules of a page's foot.

    On one line: a checker of pages and a browser don't agree on the hash of one that has several.
    """
    assert environment.loader is not None
    css = "".join(environment.loader.get_source(environment, sheet)[0] for sheet in sheets)
    css = f"{css}{_colours(echelle)}{_choices(echelle)}{footer}"
    css = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    css = _fonts() + re.sub(r" ?([{};]) ?", r"\1", css).replace(";}", "}").strip()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return Style(Markup(css), f"sha256-{digest}")


@cache
def _fonts() -> str:
    folder = shipped_templates() / "polices"
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};'
        f"src:url(data:font/woff2;base64,{base64.b64encode((folder / file).read_bytes()).decode()})}}"
        for family, weight, file in FONTS
    )


def _colours(echelle: Iterable[Echelon]) -> str:
    light = "".join(_level(niveau, LIGHT, LIGHT_TINT) for niveau in echelle)
    dark = "".join(_level(niveau, DARK, DARK_TINT) for niveau in echelle)
    return f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"


def _level(niveau: Echelon, ground: str, share: float) -> str:
    colour = legible(niveau.couleur, ground)
    return f".n{niveau.rang}{{--niveau:{colour};--teinte:{mixed(colour, ground, share)}}}"


def _choices(echelle: Iterable[Echelon]) -> str:
    """Where a level is chosen, the mesures of the others are hidden, but for the one that the address names, and so are
    the dimensions that have none left. On the screen only: what is printed is whole."""
    rules = "".join(
        f".les-mesures:has(#voir-{name}:checked) :is(tr[class^=v]:not(.v{name},:target),"
        f".dimension:not(:has(.v{name},tr:target))){{display:none}}"
        for name in (*(str(niveau.rang) for niveau in echelle), "sans")
    )
    return f"@media screen{{@supports selector(:has(*)){{.filtre{{display:flex}}{rules}}}}}"
