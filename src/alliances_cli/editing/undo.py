"""The commands that undo an edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alliances_cli.champs import Champ, Famille
from alliances_cli.editing import given
from alliances_cli.errors import UsageFault
from alliances_cli.evolution import Changement
from alliances_cli.store import Reading
from alliances_cli.yamltext.read import Value


def options_for(champ: Champ, value: Value) -> list[str] | None:
    """The options that give a field a value that a file holds; None where no option can."""
    if value is None or value == "" or value == []:
        return champ.sans_option.split(" ")
    listed = value if isinstance(value, list) else [value]
    options: list[str] = []
    for one in listed:
        text = preuve(one) if champ.type == "preuves" and isinstance(one, dict) else one
        if not isinstance(text, str):
            return None
        if champ.propre:
            options += ["--champ", f"{champ.code}={text.strip()}"]
        else:
            # A value that begins with a dash would be taken for an option.
            dashed = text.startswith("-")
            options += [f"{champ.option}={text.strip()}"] if dashed else [champ.option, text.strip()]
    return options


def preuve(preuve: Mapping[str, Value]) -> str | None:
    """« TITRE <ADRESSE> (DATE) », as `--preuves` takes it; None where it has no address."""
    titre, url, date = (preuve.get(key) for key in ("titre", "url", "date"))
    if not isinstance(url, str):
        return None
    text = f"{titre.strip()} <{url.strip()}>" if isinstance(titre, str) else url.strip()
    if isinstance(date, str):
        text = text if isinstance(titre, str) else f"<{url.strip()}>"
        text += f" ({date.strip()})"
    return text


def update_options(
    reading: Reading, famille: Famille | None, after: Mapping[str, Value], changes: Sequence[Changement]
) -> tuple[str, ...] | None:
    """The options that give the fields that changed what they held before; None where what one held can't be given."""
    known = given.fields(reading, famille)
    options: list[str] = []
    for change in changes:
        champ = known[str(change.path[-1])]
        found = options_for(champ, change.before)
        if found is None or (isinstance(change.before, list) and not champ.multiple):
            return None
        if change.before not in (None, "", []):
            try:
                given.values(reading, famille, after, {champ.code: _texts(change.before)})
            except UsageFault:
                return None
        options += found
    given_back = {str(change.path[-1]) for change in changes if change.before not in (None, "", [])}
    if "avancement" in given_back and not any(change.path[-1] == "provenance" for change in changes):
        # A level that is given says that it was entered, unless told.
        origin = after.get("provenance")
        default = reading.lecture.mission.provenance if reading.lecture.mission else None
        if isinstance(origin, str) and origin.strip() != "saisi":
            options += ["--provenance", origin.strip()]
        elif not origin and (default or "saisi") != "saisi":
            options.append("--sans-provenance")
    return tuple(options)


def _texts(value: Value) -> str | Sequence[str]:
    return [str(inner) for inner in value] if isinstance(value, list) else str(value)


def grouped(commands: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[tuple[str, ...], ...]:
    """One `update` for all the items that get the same values: (name, options) of each → the commands."""
    by_options: dict[tuple[str, ...], list[str]] = {}
    for name, options in commands:
        by_options.setdefault(options, []).append(name)
    return tuple(("update", *names, *options) for options, names in by_options.items())
