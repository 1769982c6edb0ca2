"""Colours as WCAG measures them: contrast, and a colour made legible on its grounds."""

from __future__ import annotations

from functools import lru_cache

# What a text needs of its ground, and what it had better have where the ground is dark: thin strokes read less well
# there.
TEXTE = 4.5
TEXTE_SUR_SOMBRE = 7.0
_BLACK, _WHITE = "#000000", "#ffffff"


@lru_cache(512)
def legible(colour: str, *grounds: str) -> str:
    """The colour, moved towards black or white until its contrast with each of the grounds is 4.5, or 7 where they are
    dark and it can be; black or white where nothing else will do."""
    extreme = max((_BLACK, _WHITE), key=lambda end: least_contrast(end, *grounds))
    wanted = TEXTE if extreme == _BLACK else min(TEXTE_SUR_SOMBRE, max(TEXTE, least_contrast(extreme, *grounds)))
    steps = (mixed(colour, extreme, step / 20) for step in range(21))
    return next((moved for moved in steps if least_contrast(moved, *grounds) >= wanted), extreme)


def nearest_legible(colour: str, *grounds: str) -> str | None:
    """The colour that differs least from this one, towards black or white, and has a contrast of 4.5 with each of the
    grounds; None where there is none."""
    steps = (mixed(colour, extreme, step / 100) for step in range(101) for extreme in (_BLACK, _WHITE))
    return next((moved for moved in steps if least_contrast(moved, *grounds) >= TEXTE), None)


def mixed(colour: str, other: str, part: float) -> str:
    """The colour with that part of another, from 0 to 1."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def least_contrast(colour: str, *grounds: str) -> float:
    """The contrast of a colour with the ground where it is the least."""
    return min(contrast(colour, ground) for ground in grounds)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG computes it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
