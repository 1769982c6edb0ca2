"""Many versions of one roadmap, which differ little: each file and each item that they share is read once.

What is sure is read item by item, kept by its own text; whatever leaves a doubt is read whole, as `store.parse` does,
which has the last word on what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from alliances_cli import checks, store
from alliances_cli.champs import FAMILLES, RETIREES, Champ, Famille
from alliances_cli.checks import Lecture, Vocabulaire
from alliances_cli.git import File
from alliances_cli.location import printable
from alliances_cli.model import KEYS, FeuilleDeRoute, Mission, Record, Retiree, item_model
from alliances_cli.past.passe import Passe
from alliances_cli.store import Source
from alliances_cli.typographie import count
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import decode, read

# Where a document could end or begin again: cutting it there would hide it.
_DOCUMENT = re.compile(rb"^(?:---|\.\.\.|%)", re.MULTILINE)
_DASH = re.compile(rb"^( *)- ", re.MULTILINE)
_TOP = re.compile(rb"^(?=[^\s#-])", re.MULTILINE)


class _Declared(NamedTuple):
    """What a mission says of the items: their fields and records (`version` tells those of one mission from those of
    another)."""

    mission: Mission
    raw: Mapping[str, Any]
    champs: Mapping[Famille, tuple[Champ, ...]]
    models: Mapping[str, type[Record]]
    version: int


class _Items(NamedTuple):
    """A family's file: its items, their ids, and the retired ones."""

    items: tuple[Any, ...]
    ids: tuple[str, ...]
    retirees: tuple[Any, ...]


class _Known(NamedTuple):
    """The names that some roadmaps share, and the items that were checked against them, by identity."""

    vocabulaire: Vocabulaire
    checked: set[int]


class Reader:
    """Reads the roadmaps of a repository. What it keeps grows with what differs between them, not with their number."""

    def __init__(self, passe: Passe) -> None:
        self._passe = passe
        self._fetched: dict[str, bytes | None] = {}
        self._missions: dict[str, _Declared | None] = {}
        self._versions: dict[tuple[Any, ...], tuple[Mapping[str, type[Record]], int]] = {}
        self._files: dict[tuple[str, Famille, int], _Items | None] = {}
        self._pieces: dict[tuple[bytes, str, int], Any] = {}
        self._known: dict[object, _Known] = {}
        self._faults: dict[tuple[tuple[str, str], ...], str] = {}

    def fetch(self, files: Iterable[File]) -> None:
        """Gets the contents that aren't known yet, and lets the earlier ones go."""
        known = {*self._missions, *(blob for blob, _, _ in self._files)}
        wanted = list(dict.fromkeys(file.blob for file in files if file.blob not in known and not file.link))
        self._fetched = dict(zip(wanted, self._passe.objects.read(wanted), strict=True))

    def feuille(self, files: Mapping[str, File], names: Mapping[str, str]) -> tuple[FeuilleDeRoute | None, str]:
        """The checked roadmap of some files by part, or None and the first thing that is wrong, with its place by
        `names`."""
        if "mesures" not in files:
            return None, f"pas de feuille de route : « {printable(names['mesures'])} » n'y est pas"
        feuille = self._sure(files)
        if feuille is not None:
            return feuille, ""
        key = tuple((names[part], file.blob) for part, file in files.items())
        if key in self._faults:
            return None, self._faults[key]
        reading = store.parse(self._passe.read(files, names))
        if reading.feuille is not None:
            return reading.feuille, ""
        first, *others = reading.problems
        said = f"{first.where}: {first.message}"
        self._faults[key] = f"{said} (et {count(len(others), 'autre erreur', 'autres erreurs')})" if others else said
        return None, self._faults[key]

    def _sure(self, files: Mapping[str, File]) -> FeuilleDeRoute | None:
        """The roadmap where nothing leaves a doubt, else None."""
        if any(file.link for file in files.values()):
            return None
        blob = files["mission"].blob if "mission" in files else ""
        if blob not in self._missions:
            self._missions[blob] = self._declared(blob)
        declared = self._missions[blob]
        if declared is None:
            return None
        found: dict[Famille, _Items] = {}
        for famille in FAMILLES:
            if famille not in files:
                continue
            key = (files[famille].blob, famille, declared.version)
            if key not in self._files:
                self._files[key] = self._items(files[famille].blob, famille, declared)
            items = self._files[key]
            if items is None:
                return None
            found[famille] = items
        if not self._agree(blob, declared, found):
            return None
        return FeuilleDeRoute(
            declared.mission,
            **{famille: inside.items for famille, inside in found.items()},
            retirees={famille: inside.retirees for famille, inside in found.items() if inside.retirees},
        )

    def _agree(self, blob: str, declared: _Declared, found: Mapping[Famille, _Items]) -> bool:
        """Whether no rule that spans records finds an error."""
        # Two equal tuples of ids are of the same items, or of others that bear the same names: what an item may name
        # is the same.
        key = (blob, *((f, inside.ids, tuple(map(id, inside.retirees))) for f, inside in found.items()))
        known = self._known.get(key)
        items: dict[Famille, list[tuple[int, Any]]] = {f: list(enumerate(i.items)) for f, i in found.items()}
        retirees: dict[Famille, list[tuple[int, Any]]] = {f: list(enumerate(i.retirees)) for f, i in found.items()}
        if known is None:
            known = _Known(store.vocabulaire(declared.raw, items, retirees, frozenset()), set())
        checked = known.checked
        fresh = {f: [pair for pair in inside if id(pair[1]) not in checked] for f, inside in items.items()}
        if key in self._known and not any(fresh.values()):
            return True
        lecture = Lecture(declared.mission, fresh, known.vocabulaire, declared.raw, declared.champs, retirees)
        if next(checks.errors(lecture), None) is not None:
            return False
        self._known[key] = known
        checked.update(id(item) for inside in fresh.values() for _, item in inside)
        return True

    def _declared(self, blob: str) -> _Declared | None:
        data = self._data(blob) if blob else b""
        if data is None:
            return None
        reading = store.parse({"mission": Source("", data)} if blob else {})
        mission = reading.lecture.mission
        if mission is None or (blob and reading.problems):
            return None
        if mission.champs not in self._versions:
            champs = reading.lecture.champs
            models: dict[str, type[Record]] = {f: item_model(f, champs[f]) for f in FAMILLES}
            self._versions[mission.champs] = ({**models, RETIREES: Retiree}, len(self._versions))
        models_, version = self._versions[mission.champs]
        return _Declared(mission, reading.lecture.raw_mission, reading.lecture.champs, models_, version)

    def _items(self, blob: str, famille: Famille, declared: _Declared) -> _Items | None:
        data = self._data(blob)
        pieces = _cut(data, famille) if data is not None else None
        if pieces is None:
            return None
        found: dict[str, tuple[Any, ...]] = {}
        for key, inside in pieces.items():
            records = tuple(self._piece(piece, key, famille, declared) for piece in inside)
            if None in records:
                return None
            found[key] = records
        items = found[famille]
        return _Items(items, tuple(item.id for item in items), found.get(RETIREES, ()))

    def _piece(self, piece: bytes, key: str, famille: Famille, declared: _Declared) -> Any:
        """The record of one item's text, or None where there is a doubt."""
        known = (piece, key if key == RETIREES else famille, declared.version)
        if known not in self._pieces:
            value = _alone(key.encode() + b":\n" + piece, key)
            raw = value[0] if isinstance(value, list) and len(value) == 1 else None
            champs = [champ for champ in declared.champs[famille] if champ.propre] if key == famille else []
            self._pieces[known] = _record(raw, declared.models[key], champs) if isinstance(raw, dict) else None
        return self._pieces[known]

    def _data(self, blob: str) -> bytes | None:
        if blob not in self._fetched:
            self._fetched[blob] = next(iter(self._passe.objects.read([blob])))
        return self._fetched[blob]


def _record(raw: dict[str, Any], model: type[Record], champs: Sequence[Champ]) -> Any:
    given = store.present(raw, KEYS | {champ.code for champ in champs} if champs else KEYS)
    if any(champ.obligatoire and champ.code not in given for champ in champs):
        return None
    return store.validated(model, given)


def _cut(data: bytes, famille: Famille) -> dict[str, list[bytes]] | None:
    """The texts of the items under each of a file's keys; None where cutting leaves a doubt. Whatever isn't an item has
    been read, and says nothing."""
    if _DOCUMENT.search(data):
        return None
    tops = [match.start() for match in _TOP.finditer(data)]
    if not tops:
        return None
    found: dict[str, list[bytes]] = {}
    for start, end in zip([0, *tops[1:]], [*tops[1:], len(data)], strict=True):
        section = data[start:end]
        dash = _DASH.search(section)
        if dash is None:
            return None
        head = _heading(section[: dash.start()])
        if head not in (famille, RETIREES) or head in found:
            return None
        starts = [m.start() for m in re.finditer(rb"^" + dash[1] + rb"-(?=[ \r\n])", section, re.MULTILINE)]
        found[head] = [section[a:b] for a, b in zip(starts, [*starts[1:], len(section)], strict=True)]
    return found if famille in found else None


@cache
def _heading(text: bytes) -> str | None:
    """The key that a text gives without anything under it."""
    value = _value(text)
    return next(iter(value)) if isinstance(value, dict) and len(value) == 1 and None in value.values() else None


def _alone(text: bytes, key: str) -> Any:
    """What a text has under its only key."""
    value = _value(text)
    return value.get(key) if isinstance(value, dict) and len(value) == 1 else None


def _value(text: bytes) -> Any:
    """What a text says; None where anything is wrong with it."""
    try:
        document = read(decode(text))
    except YamlFault:
        return None
    return document.value if document.readable and not document.faults else None
