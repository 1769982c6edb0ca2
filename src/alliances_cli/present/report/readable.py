"""What a template may read of each kind of thing: what isn't here is refused, whatever Python would let it do."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from functools import cached_property, lru_cache
from types import FunctionType

# The methods of texts whose cost is known (`limits.py`).
TEXT = frozenset(
    {
        "capitalize",
        "casefold",
        "center",
        "count",
        "endswith",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
    }
    | {
        "isdigit",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "join",
        "ljust",
        "lower",
        "lstrip",
        "partition",
    }
    | {
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
    }
    | {"startswith", "strip", "swapcase", "title", "upper", "zfill"}
)
LISTS = frozenset({"count", "index"})
MAPPINGS = frozenset({"get", "items", "keys", "values"})
SETS = frozenset({"difference", "intersection", "isdisjoint", "issubset", "issuperset", "union"})
# Neither `today`, which reads the clock, nor `strftime`, which speaks the machine's language.
DATES = frozenset({"day", "isocalendar", "isoformat", "isoweekday", "month", "toordinal", "weekday", "year"})

_OURS = __name__.partition(".")[0]
# How a class has a value, or what gives one.
_MEMBERS = (property, cached_property, FunctionType)


@lru_cache(512)
def readable(kind: type) -> frozenset[str] | None:
    """The attributes that a template may read of a thing of this kind; None for Jinja's own, which Jinja rules."""
    if kind.__module__.partition(".")[0] == "jinja2":
        return None
    if issubclass(kind, str):
        return TEXT
    own = members(kind)
    if own:
        return own
    known: tuple[tuple[type | tuple[type, ...], frozenset[str]], ...] = (
        (date, DATES),
        (Mapping, MAPPINGS),
        ((list, tuple), LISTS),
        (Set, SETS),
    )
    return next((names for kinds, names in known if issubclass(kind, kinds)), frozenset())


def members(kind: type) -> frozenset[str]:
    """The public fields, properties and methods that a class of ours declares; nothing that it inherits from others:
    a model of pydantic's can read files."""
    found: set[str] = set(getattr(kind, "model_fields", ()))
    for base in kind.__mro__:
        if base.__module__.partition(".")[0] == _OURS:
            found.update(getattr(base, "_fields", ()), getattr(base, "__dataclass_fields__", ()))
            found.update(name for name, value in vars(base).items() if isinstance(value, _MEMBERS))
    return frozenset(name for name in found if not name.startswith("_"))
