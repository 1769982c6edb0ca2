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

from alliances_cli.couleurs import TEXTE, contrast, legible, mixed
from alliances_cli.location import shipped_templates
from alliances_cli.model import Couleurs, Echelon, Theme, is_font_file
from alliances_cli.ressources import Fichier
from alliances_cli.theme import CLAIRE, SOMBRE, Palette, palettes

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

# How much of the ground is in a level's tint, at least: what is written on it must be legible.
LIGHT_TINT = 0.82
DARK_TINT = 0.76


def sheet(
    environment: Environment,
    echelle: Sequence[Echelon],
    sheets: Iterable[str],
    footer: str,
    theme: Theme,
    police: Fichier | None,
) -> Style:
    """The fonts, then the style sheets, the roadmap's own, else the shipped ones, then the roadmap's theme and what the
    scale asks for: the colours of each level, and which mesures are shown when one is chosen. `footer`: the rules of a
    page's foot. `police`: the file of the theme's font.

    On one line: a checker of pages and a browser don't agree on the hash of one that has several.
    """
    assert environment.loader is not None
    css = "".join(environment.loader.get_source(environment, sheet)[0] for sheet in sheets)
    css = f"{css}{theme_css(theme, police)}{_colours(echelle, *palettes(theme.couleurs))}{_choices(echelle)}{footer}"
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


def _colours(echelle: Iterable[Echelon], clair: Palette, sombre: Palette) -> str:
    light = "".join(_level(niveau, clair, LIGHT_TINT) for niveau in echelle)
    dark = "".join(_level(niveau, sombre, DARK_TINT) for niveau in echelle)
    return f"{light}{DARK}{{{dark}}}"


def _level(niveau: Echelon, palette: Palette, share: float) -> str:
    colour = legible(niveau.couleur, *palette.grounds)
    tints = (mixed(colour, palette.fond, share + (1 - share) * step / 10) for step in range(11))
    tint = next((t for t in tints if min(contrast(colour, t), contrast(palette.texte, t)) >= TEXTE), palette.fond)
    return f".n{niveau.rang}{{--niveau:{colour};--teinte:{tint}}}"


def _choices(echelle: Iterable[Echelon]) -> str:
    """Where a level is chosen, the mesures of the others are hidden, but for the one that the address names, and so are
    the dimensions that have none left. On the screen only: what is printed is whole."""
    rules = "".join(
        f".les-mesures:has(#voir-{name}:checked) :is(tr[class^=v]:not(.v{name},:target),"
        f".dimension:not(:has(.v{name},tr:target))){{display:none}}"
        for name in (*(str(niveau.rang) for niveau in echelle), "sans")
    )
    return f"@media screen{{@supports selector(:has(*)){{.filtre{{display:flex}}{rules}}}}}"


DARK = "@media screen and (prefers-color-scheme:dark)"
# The name that a font's file is known by in the document: its own might be that of another.
POLICE_DU_BILAN = "police-du-bilan"
# What means a kind of font, and not one of that name.
_GENERIC = ("serif", "sans-serif", "monospace", "system-ui", "ui-serif", "ui-sans-serif", "ui-monospace", "ui-rounded")
# What `bilan.css` calls the colours of a palette.
_PROPERTIES = {field: "encre" if field == "texte" else field for field in Palette._fields}


def theme_css(theme: Theme, police: Fichier | None) -> str:
    """What a roadmap's theme adds to the style sheet; nothing where it has none."""
    couleurs = theme.couleurs
    css = _font(theme.police, police) if theme.police else ""
    if theme.logo:
        css += _logo(couleurs)
    if couleurs == Couleurs():
        return css
    clair, sombre = palettes(couleurs)
    light = [field for field in Palette._fields if getattr(clair, field) != getattr(CLAIRE, field)]
    # What the light theme says here comes after what `bilan.css` says of the dark one, and would undo it.
    dark = [field for field in Palette._fields if field in light or getattr(sombre, field) != getattr(SOMBRE, field)]
    css += f":root{{{_properties(clair, light)}}}"
    css += f"{DARK}{{:root{{{_properties(sombre, dark)}}}.couverture{{border-top-color:var(--accent)}}}}"
    # Again, after the colours that would have the last word.
    return f"{css}@media (prefers-contrast:more){{:root{{--doux:var(--encre);--filet:var(--filet2)}}}}"


def _properties(palette: Palette, fields: Iterable[str]) -> str:
    return ";".join(f"--{_PROPERTIES[field]}:{getattr(palette, field)}" for field in fields)


def _font(name: str, file: Fichier | None) -> str:
    face = ""
    if is_font_file(name):
        if file is None:
            return ""
        form = {"ttf": "truetype", "otf": "opentype"}.get(file.genre, file.genre)
        face = f'@font-face{{font-family:"{POLICE_DU_BILAN}";src:url({file.adresse}) format("{form}")}}'
        name = POLICE_DU_BILAN
    first = name if name in _GENERIC else f'"{name}"'
    return f"{face}html{{font-family:{first},var(--pile,sans-serif)}}"


def _logo(couleurs: Couleurs) -> str:
    """A logo is drawn for a light page: in the dark, it keeps one around it."""
    plate = palettes(couleurs)[0].fond
    return (
        ".logo{display:block;height:4.5rem;width:auto;max-width:100%;object-fit:contain;object-position:left;"
        "margin-bottom:1rem;forced-color-adjust:none}"
        f"{DARK}{{.logo{{background:{plate};padding:.5rem;border-radius:.25rem}}}}"
        "@media (forced-colors:active){.logo{background:#fff;padding:.5rem}}"
    )
