"""Colours as WCAG measures them: contrast, and a colour made legible on a ground."""

from __future__ import annotations


def legible(colour: str, ground: str) -> str:
    """The colour, moved towards black or white until its contrast with the ground is 4.5, or 7 where the ground is
    dark: thin strokes read less well there."""
    towards, least = ("#000000", 4.5) if _luminance(ground) > 0.5 else ("#ffffff", 7.0)
    for step in range(21):
        moved = mixed(colour, towards, step / 20)
        if contrast(moved, ground) >= least:
            break
    return moved


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with a share, from 0 to 1, of the other."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG computes it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
