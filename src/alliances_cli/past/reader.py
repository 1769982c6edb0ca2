"""Many versions of one roadmap, which differ little: each file and each item that they share is read once.

What is sure is read item by item, kept by its own text; whatever leaves a doubt is read whole, as `store.parse` does,
which has the last word on what is wrong.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from alliances_cli import checks, store
from alliances_cli.champs import FAMILLES, RETIREES, Champ, Famille
from alliances_cli.checks import Lecture, Vocabulaire
from alliances_cli.git import File
from alliances_cli.location import printable
from alliances_cli.model import KEYS, FeuilleDeRoute, Mission, Record, Retiree, fields_by_famille, item_model
from alliances_cli.past.passe import Passe
from alliances_cli.typographie import count
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import MAX_BYTES, MAX_DEPTH, decode, read

# What begins with a line break is found far faster than what begins with `^`.
_DASH = re.compile(rb"\n( *)- ")
_TOP = re.compile(rb"\n(?=[^\s#-]|---)")
# Where a document could end or begin again: cutting it there would hide it.
_DOCUMENT = (b"---", b"...", b"%")
# A key at the edge with nothing beside it: after `mesures: ~`, what follows would be the end of that text.
_HEADING = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t\r]*(?:#.*)?\n)*(?!\xef\xbb\xbf)[^\s#].*:[ \t\r]*(?:#.*)?\n(?:[ \t\r]*(?:#.*)?\n)*"
)
_FIRST = re.compile(rb" *- +(?=[^\s#-])")
# What opens a list or a group, in whatever style.
_NESTING = re.compile(rb"[\[{:?-]")
# What could be an anchor, and an alias of it: how many there may be is counted over a whole file.
_ANCHOR = re.compile(rb"(?<!\w)&[\w-]")
_ALIAS = re.compile(rb"(?<![\w*])\*[\w-]")


class _Declared(NamedTuple):
    """What a mission says of the items: their fields and records (`version` tells those of one mission from those of
    another). `empty`: its roadmap, without items."""

    mission: Mission
    raw: Mapping[str, Any]
    champs: Mapping[Famille, tuple[Champ, ...]]
    models: Mapping[str, type[Record]]
    version: int
    empty: FeuilleDeRoute


class _Items(NamedTuple):
    """A family's file: its items, their ids, and the retired ones."""

    items: tuple[Any, ...]
    ids: tuple[str, ...]
    retirees: tuple[Any, ...]


class _Known(NamedTuple):
    """The names that some roadmaps share, and the files and items that were checked against them, by identity."""

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
        self._values: dict[bytes, dict[str, Any] | None] = {}
        self._pieces: dict[tuple[bytes, str, int], dict[bytes, Any]] = {}
        self._known: dict[object, _Known] = {}
        self._faults: dict[tuple[tuple[str, str], ...], tuple[str, bool]] = {}

    def fetch(self, files: Iterable[File]) -> None:
        """Gets the contents that aren't known yet, and lets the earlier ones go."""
        known = {*self._missions, *(blob for blob, _, _ in self._files)}
        wanted = list(dict.fromkeys(file.blob for file in files if file.blob not in known and not file.link))
        self._fetched = dict(zip(wanted, self._passe.objects.read(wanted), strict=True))

    def feuille(self, files: Mapping[str, File], names: Mapping[str, str]) -> tuple[FeuilleDeRoute | None, str, bool]:
        """The checked roadmap of some files by part, or None and the first thing that is wrong, with its place by
        `names`; whether what is wrong is that the repository lacks a content."""
        if "mesures" not in files:
            return None, f"pas de feuille de route : « {printable(names['mesures'])} » n'y est pas", False
        feuille = self._sure(files)
        if feuille is not None:
            return feuille, "", False
        key = tuple((names[part], file.blob) for part, file in files.items())
        if key in self._faults:
            return None, *self._faults[key]
        reading = store.parse(self._passe.read(files, names))
        if reading.feuille is not None:
            return reading.feuille, "", False
        first, *others = reading.problems
        said = f"{first.where}: {first.message}"
        if others:
            said += f" (et {count(len(others), 'autre erreur', 'autres erreurs')})"
        self._faults[key] = said, any(problem.kind == "systeme" for problem in reading.problems)
        return None, *self._faults[key]

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
        return declared.empty.filled(
            {famille: inside.items for famille, inside in found.items()},
            {famille: inside.retirees for famille, inside in found.items() if inside.retirees},
        )

    def _agree(self, blob: str, declared: _Declared, found: Mapping[Famille, _Items]) -> bool:
        """Whether no rule that spans records finds an error."""
        # Two equal tuples of ids are of the same items, or of others that bear the same names: what an item may name
        # is the same.
        key = (blob, *[(f, inside.ids, tuple(map(id, inside.retirees))) for f, inside in found.items()])
        known = self._known.get(key)
        if known is None:
            items: dict[Famille, list[tuple[int, Any]]] = {f: list(enumerate(i.items)) for f, i in found.items()}
            retirees: dict[Famille, list[tuple[int, Any]]] = {f: list(enumerate(i.retirees)) for f, i in found.items()}
            known = _Known(store.vocabulaire(declared.raw, items, retirees, frozenset()), set())
            lecture = Lecture(declared.mission, items, known.vocabulaire, declared.raw, declared.champs, retirees)
        else:
            checked = known.checked
            fresh = {
                f: [pair for pair in enumerate(inside.items) if id(pair[1]) not in checked]
                for f, inside in found.items()
                if id(inside) not in checked
            }
            if not any(fresh.values()):
                return True
            # What the mission and the retired items say by themselves was checked with the names.
            lecture = Lecture(None, fresh, known.vocabulaire, {}, declared.champs, {})
        if next(checks.errors(lecture), None) is not None:
            return False
        self._known[key] = known
        for famille, inside in lecture.items.items():
            known.checked.add(id(found[famille]))
            known.checked.update([id(item) for _, item in inside])
        return True

    def _declared(self, blob: str) -> _Declared | None:
        raw = self._mission(blob) if blob else {}
        mission = store.validated(Mission, raw or {"titre": store.TITRE_PAR_DEFAUT}) if raw is not None else None
        if raw is None or mission is None:
            return None
        assert isinstance(mission, Mission)
        champs = fields_by_famille(mission.declared())
        if mission.champs not in self._versions:
            models: dict[str, type[Record]] = {f: item_model(f, champs[f]) for f in FAMILLES}
            self._versions[mission.champs] = ({**models, RETIREES: Retiree}, len(self._versions))
        models_, version = self._versions[mission.champs]
        return _Declared(mission, raw, champs, models_, version, FeuilleDeRoute(mission))

    def _mission(self, blob: str) -> dict[str, Any] | None:
        """What the mission's file gives under each of its keys; None where there is a doubt."""
        data = self._data(blob)
        sections = _sections(data) if data is not None else None
        found = self._entries(sections) if sections is not None else None
        return store.present(found) if found else None

    def _entries(self, texts: Iterable[bytes]) -> dict[str, Any] | None:
        """What texts of one key each say together; None where there is a doubt."""
        found: dict[str, Any] = {}
        for text in texts:
            if text not in self._values:
                value = _value(text)
                self._values[text] = value if isinstance(value, dict) and len(value) == 1 else None
            value = self._values[text]
            if value is None or value.keys() & found.keys():
                return None
            found.update(value)
        return found

    def _items(self, blob: str, famille: Famille, declared: _Declared) -> _Items | None:
        data = self._data(blob)
        lists = _cut(data, famille) if data is not None else None
        if lists is None:
            return None
        found: dict[str, tuple[Any, ...]] = {}
        for key, (indent, pieces) in lists.items():
            known = self._pieces.setdefault((indent, key if key == RETIREES else famille, declared.version), {})
            for piece in pieces:
                if piece not in known:
                    known[piece] = self._record(indent + b"-" + piece, key, famille, declared)
            records = tuple([known[piece] for piece in pieces])
            if not all(records):
                return None
            found[key] = records
        items = found[famille]
        return _Items(items, tuple([item.id for item in items]), found.get(RETIREES, ()))

    def _record(self, text: bytes, key: str, famille: Famille, declared: _Declared) -> Record | None:
        """The record of one item's text, or None where there is a doubt."""
        fields = _fields(text)
        raw = self._entries(fields) if fields is not None else None
        if raw is None:
            raw = _whole(text, key)
        if raw is None:
            return None
        champs = [champ for champ in declared.champs[famille] if champ.propre] if key == famille else []
        given = store.present(raw, KEYS | {champ.code for champ in champs} if champs else KEYS)
        if any(champ.obligatoire and champ.code not in given for champ in champs):
            return None
        return store.validated(declared.models[key], given)

    def _data(self, blob: str) -> bytes | None:
        if blob not in self._fetched:
            self._fetched[blob] = next(iter(self._passe.objects.read([blob])))
        data = self._fetched[blob]
        return data if data is None or len(data) <= MAX_BYTES else None


def _fields(text: bytes) -> list[bytes] | None:
    """The texts of an item's fields, where each begins a line of its own; None where cutting leaves a doubt."""
    dash = _FIRST.match(text)
    if dash is None:
        return None
    indent = b" " * dash.end()
    *fields, last = re.split(b"\n" + indent + rb"(?=[^\s#-])", text[dash.end() :])
    fields = [*[indent + field + b"\n" for field in fields], indent + last]
    # Alone, a field stands two levels less deep.
    return fields if all([len(_NESTING.findall(field)) < MAX_DEPTH - 2 for field in fields]) else None


def _whole(text: bytes, key: str) -> dict[str, Any] | None:
    """What an item's text has; None where there is a doubt."""
    value = _value(key.encode() + b":\n" + text)
    listed = value.get(key) if isinstance(value, dict) and len(value) == 1 else None
    raw = listed[0] if isinstance(listed, list) and len(listed) == 1 else None
    return raw if isinstance(raw, dict) else None


def _sections(data: bytes) -> list[bytes] | None:
    """The text of each of a file's keys, the first with all that is before it; None where cutting leaves a doubt."""
    text = b"\n" + data
    tops = [match.start() for match in _TOP.finditer(text)]
    # At the head of a piece, a BOM would be taken for that of a file. (One byte is found far faster than three.)
    marked = BOM_UTF8[:1] in data and data.find(BOM_UTF8, 1) > 0
    if marked or any([data.startswith(_DOCUMENT, top) for top in tops]):
        return None
    return [data[start:end] for start, end in zip([0, *tops[1:]], [*tops[1:], len(data)], strict=True) if tops]


def _cut(data: bytes, famille: Famille) -> dict[str, tuple[bytes, list[bytes]]] | None:
    """The items under each of a file's keys: what stands before each dash, and the texts after it; None where cutting
    leaves a doubt. Whatever isn't an item has been read, and says nothing."""
    found: dict[str, tuple[bytes, list[bytes]]] = {}
    for section in _sections(data) or ():
        dash = _DASH.search(section)
        if dash is None:
            return None
        head = _heading(section[: dash.start() + 1])
        if head not in (famille, RETIREES) or head in found:
            return None
        _, *pieces, last = section[dash.start() :].split(b"\n" + dash[1] + b"-")
        pieces = [*[piece + b"\n" for piece in pieces], last]
        if not all([piece.startswith((b" ", b"\r", b"\n")) for piece in pieces]):
            return None
        found[head] = (dash[1], pieces)
    return found if famille in found else None


@cache
def _heading(text: bytes) -> str | None:
    """The key that a text gives without anything under it."""
    value = _value(text) if _HEADING.fullmatch(text) else None
    return next(iter(value)) if isinstance(value, dict) and len(value) == 1 and None in value.values() else None


def _value(text: bytes) -> Any:
    """What a text says; None where anything is wrong with it, or could be in a longer one."""
    if _ANCHOR.search(text) and _ALIAS.search(text):
        return None
    try:
        document = read(decode(text))
    except YamlFault:
        return None
    return document.value if document.readable and not document.faults else None
