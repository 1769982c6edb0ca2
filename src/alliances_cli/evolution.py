"""Before + after → what changed, as values: the proof that an edit did what was asked, and its answer."""

from __future__ import annotations

from typing import NamedTuple

from alliances_cli.yamltext.read import Path, Value


class Changement(NamedTuple):
    """One value that differs: None where it is absent."""

    path: Path
    before: Value
    after: Value


def compare(before: Value, after: Value, path: Path = ()) -> tuple[Changement, ...]:
    """What differs between two values that were read, in the order of `before`; lists of other values than groups are
    compared whole."""
    if before == after:
        return ()
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return tuple(c for key in keys for c in compare(before.get(key), after.get(key), (*path, key)))
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        groups = all(isinstance(value, dict) for value in (*before, *after))
        if groups:
            pairs = enumerate(zip(before, after, strict=True))
            return tuple(c for index, (b, a) in pairs for c in compare(b, a, (*path, index)))
    return (Changement(path, before, after),)
