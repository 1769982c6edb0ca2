"""Numbers as they are typed in French: `12000`, `12 000`, `12000,5`, `-3`."""

from __future__ import annotations

import re
from decimal import Decimal

_SPACES = " \u00a0\u202f"
_FORM = rf"(?a)([-+\u2212])?(\d{{1,3}}(?:[{_SPACES}]\d{{3}})+|\d+)(?:[.,](\d+))?"
MAX_DIGITS = 40


class Nombre:
    """A number, as it was typed (`text`) and as it counts (`value`); two that count the same are equal."""

    __slots__ = ("text", "value")

    def __init__(self, text: str, value: Decimal) -> None:
        self.text = text
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Nombre) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"Nombre({self.text!r})"

    def __str__(self) -> str:
        return self.text

    @property
    def in_words(self) -> str:
        """As it is shown: thousands apart, a decimal comma (« 12 000,5 »)."""
        whole, _, decimals = f"{self.value:,f}".partition(".")
        return whole.replace(",", "\u202f").replace("-", "\u2212") + (f",{decimals}" if decimals else "")

    @property
    def plain(self) -> str:
        """As programs read it: no space, a decimal point."""
        return f"{self.value:f}"


def parse(text: str) -> Nombre:
    """Returns the number that the text names.

    Raises: ValueError with a French sentence when it names none.
    """
    match = re.fullmatch(_FORM, text)
    if match is None:
        raise ValueError(f"« {text} » n'est pas un nombre : écrivez 12000, 12 000 ou 12000,5")
    sign, whole, decimals = match.groups()
    digits = re.sub(rf"[{_SPACES}]", "", whole)
    if len(digits) + len(decimals or "") > MAX_DIGITS:
        raise ValueError(f"un nombre a {MAX_DIGITS} chiffres au plus")
    value = Decimal(f"{digits}.{decimals}" if decimals else digits)
    return Nombre(text, -value if sign in ("-", "\u2212") else value)
