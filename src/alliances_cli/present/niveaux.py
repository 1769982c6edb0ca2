"""How a level is shown: its sign, its style, a bar of them."""

from __future__ import annotations

from collections.abc import Sequence

from alliances_cli.bilan import Compte
from alliances_cli.model import Echelon
from alliances_cli.present.screen import Span, Terminal

# One character a level in ASCII bars, from the best on; alerts have their own.
_ASCII_BAR = "#=-+~:%$"
_ASCII_ALERTS = "!?@&"


def level_style(niveau: Echelon) -> str:
    """The style of what is said of a level: its colour, or an alert's."""
    if niveau.alerte:
        return "alert"
    return _DARK.get(niveau.couleur, niveau.couleur)


# The document's default colours, made lighter for terminals, whose background is dark more often than not.
_DARK = {"#17559c": "#5fafff", "#2676b8": "#87d7ff", "#c2410c": "#ff875f"}


def level_sign(niveau: Echelon, terminal: Terminal) -> str:
    """The level's sign; its short form where the terminal can't show signs."""
    return niveau.symbole if terminal.glyphs else f"[{niveau.abrege}]"


def no_level(terminal: Terminal) -> str:
    """The sign of what has no level."""
    return "○" if terminal.glyphs else "[-]"


def bar_signs(echelle: Sequence[Echelon], terminal: Terminal) -> list[str]:
    """What stands for an item in a bar, a sign a level of the scale."""
    if terminal.glyphs:
        return [niveau.symbole for niveau in echelle]
    alerts = [niveau.code for niveau in echelle if niveau.alerte]
    return [
        _ASCII_ALERTS[alerts.index(niveau.code) % len(_ASCII_ALERTS)]
        if niveau.alerte
        else _ASCII_BAR[rank % len(_ASCII_BAR)]
        for rank, niveau in enumerate(echelle)
    ]


def level_bar(echelle: Sequence[Echelon], compte: Compte, largest: int, width: int, terminal: Terminal) -> list[Span]:
    """One sign an item, in the scale's order; scaled down where the whole wouldn't fit, each level that has an item
    keeping one sign."""
    if width < 8 or not compte.total:
        return []
    scale = min(1.0, width / largest)
    spans = []
    for niveau, mark in zip(echelle, bar_signs(echelle, terminal), strict=True):
        n = compte.comptes[niveau.code]
        spans.append(Span(mark * (max(1, int(n * scale)) if n else 0), level_style(niveau)))
    n = compte.sans_avancement
    spans.append(Span(("○" if terminal.glyphs else ".") * (max(1, int(n * scale)) if n else 0), "soft"))
    return spans
