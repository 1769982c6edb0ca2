"""The colours of a document, light and dark: those that a roadmap gives, the others chosen to go with them, and whether
they can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from alliances_cli.couleurs import TEXTE, contrast, least_contrast, legible, mixed, nearest_legible
from alliances_cli.model import Couleurs, Theme


class Palette(NamedTuple):
    """The colours of one theme: the page's ground, that of bands and boxes, that of what a link led to; texts, quieter
    texts; lines, stronger lines; titles, links and bands."""

    fond: str
    fond2: str
    cible: str
    texte: str
    doux: str
    filet: str
    filet2: str
    accent: str
    lien: str

    @property
    def grounds(self) -> tuple[str, str, str]:
        """All that a text can stand on."""
        return self.fond, self.fond2, self.cible


# Those of `bilan.css`.
CLAIRE = Palette("#ffffff", "#f1f5fa", "#fff6d6", "#17222f", "#424f5d", "#d5dde7", "#7d8b9b", "#0b3d75", "#0b4a94")
SOMBRE = Palette("#10171f", "#18222d", "#3a3413", "#e9eef4", "#aebccb", "#2d3a48", "#6b7d90", "#b9dbff", "#9ccbff")


def palettes(couleurs: Couleurs) -> tuple[Palette, Palette]:
    """The light and the dark theme."""
    light = _palette(CLAIRE, couleurs.fond, couleurs.texte, couleurs.accent, None)
    dark = _palette(SOMBRE, couleurs.fond_sombre, couleurs.texte_sombre, couleurs.accent_sombre, couleurs.accent)
    return light, dark


def _palette(default: Palette, fond: str | None, texte: str | None, accent: str | None, twin: str | None) -> Palette:
    """The default colours with those that are given; what isn't is made to go with them. `twin`: the other theme's
    accent, which this one's comes from where it has none."""
    found = default
    if fond or texte:
        fond = fond or default.fond
        grounds = _around(fond)
        texte = texte or legible(default.texte, *grounds)
        found = Palette(
            *grounds,
            texte,
            doux=legible(mixed(texte, fond, 0.25), *grounds),
            filet=mixed(fond, texte, 0.16),
            filet2=mixed(fond, texte, 0.5),
            accent=default.accent,
            lien=default.lien,
        )
    if accent or twin:
        accent = accent or legible(str(twin), *found.grounds)
        return found._replace(accent=accent, lien=accent)
    if found is default:
        return found
    return found._replace(accent=legible(found.accent, *found.grounds), lien=legible(found.lien, *found.grounds))


def _around(fond: str) -> tuple[str, str, str]:
    """A page's ground and those that go with it. No text changes them: what is advised for one stays true once done."""
    towards = max(("#000000", "#ffffff"), key=lambda end: contrast(end, fond))
    return fond, mixed(fond, towards, 0.04), mixed(fond, towards, 0.06)


def faults(theme: Theme) -> Iterator[tuple[tuple[str, ...], str]]:
    """What can't be read among the colours that a roadmap gives: where it is given in the theme, and what to do."""
    given = theme.couleurs.model_dump(exclude_none=True)
    for palette, twin in zip(palettes(theme.couleurs), ("", "_sombre"), strict=True):
        for name, colour in (("texte", palette.texte), ("accent", palette.accent)):
            if least_contrast(colour, *palette.grounds) >= TEXTE:
                continue
            if name + twin in given:
                yield ("couleurs", name + twin), _unreadable(name + twin, colour, palette)
            elif name == "texte":
                message = f"fond{twin} : sur {palette.fond}, ni un texte clair ni un texte sombre ne se lit bien"
                yield ("couleurs", f"fond{twin}"), f"{message} ; choisissez un fond plus clair ou plus sombre"


def _unreadable(name: str, colour: str, palette: Palette) -> str:
    ground = min(palette.grounds, key=lambda ground: contrast(colour, ground))
    shown = f"le fond {ground}" if ground == palette.fond else f"le fond teinté {ground}"
    # Rounded down: 4.499 isn't 4.5.
    ratio = f"{int(contrast(colour, ground) * 100) / 100:.2f}".replace(".", ",")
    nearest = nearest_legible(colour, *palette.grounds)
    hint = f"la plus proche qui convient est {nearest}" if nearest else "changez plutôt de fond"
    return f"{name} : contraste de {ratio} entre {colour} et {shown}, 4,5 au moins est attendu ; {hint}"
