"""A spreadsheet's bytes → rows with their places; its header → fields; its cells → values.

It reads what a French Excel writes, and what `list --format csv` does. Nothing is guessed: what can be taken in two
ways is refused, with what to say to settle it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple, TypeAlias

from alliances_cli import periode
from alliances_cli.champs import (
    CHAMPS,
    DIFFUSIONS,
    PAR_CODE,
    PROVENANCE_LIBELLES,
    PROVENANCES,
    RESERVES,
    SINGULIER,
    Champ,
    Famille,
    of_famille,
)
from alliances_cli.errors import InvalidSheet, UsageFault
from alliances_cli.french import shown
from alliances_cli.typographie import count, enumeration, folded, nearest, slug

SEPARATORS = {";": "« ; »", ",": "« , »", "\t": "tabulation"}
MAX_FAULTS = 20
MAX_MESSAGE = 600
# How alike two names that don't begin alike must be, from 0 to 1.
MIN_RATIO = 0.8

_BOMS = (
    (b"\xef\xbb\xbf", "UTF-8", "utf-8"),
    (b"\xff\xfe", "UTF-16", "utf-16-le"),
    (b"\xfe\xff", "UTF-16", "utf-16-be"),
)
_CSV = "« Enregistrer sous », puis « CSV UTF-8 »"
_BINARIES = (
    (b"PK\x03\x04", f"un classeur .xlsx ou .ods (ou une archive) : dans le tableur, {_CSV}"),
    (b"\xd0\xcf\x11\xe0", f"un classeur .xls (ou un autre document binaire) : dans le tableur, {_CSV}"),
    (b"%PDF-", "un PDF : c'est le tableau d'origine qu'il faut"),
)
_BREAKS = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# As `list --format csv-excel` writes what Excel would take for a formula.
_SHIELDED = re.compile(r"'(?=[=+\-@\t\r])")
_DATE = re.compile(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{4})(?: 00:00(?::00)?)?", re.ASCII)
_SHORT_DATE = re.compile(r"(?:\d{1,2}/){1,2}\d{2}", re.ASCII)
_MOIS = {folded(name): n for n, name in enumerate(periode.MOIS, 1)}
# Other ways to say a date, each with ours: they are proposed, never applied.
_OTHER_DATES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"([ts])\s?([1-4])[\s/-]*(\d{4})", lambda m: f"{m[3]}-{m[1].upper()}{m[2]}"),
    (r"(\d{4})[\s/-]*([ts])\s?([1-4])", lambda m: f"{m[1]}-{m[2].upper()}{m[3]}"),
    (r"([1-4])(?:er|e|eme)\s(trimestre|semestre)\s(?:de\s)?(\d{4})", lambda m: f"{m[3]}-{m[2][0].upper()}{m[1]}"),
    (rf"({'|'.join(_MOIS)})\s(\d{{4}})", lambda m: f"{m[2]}-{_MOIS[m[1]]:02}"),
    (
        rf"(\d{{1,2}})(?:er)?\s({'|'.join(_MOIS)})\s(\d{{4}})",
        lambda m: f"{m[3]}-{_MOIS[m[2]]:02}-{m[1].zfill(2)}",
    ),
    (r"(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?", lambda m: "-".join(p.zfill(2) for p in m.groups() if p)),
    (r"(\d{1,2})[.-](\d{1,2})[.-](\d{4})", lambda m: f"{m[3]}-{m[2].zfill(2)}-{m[1].zfill(2)}"),
)
_PREUVE = re.compile(r"(?:(?P<titre>.*?)\s*<(?P<lien>[^<>\s]+)>|(?P<url>[^<>\s]+))(?:\s+\((?P<date>[^()]+)\))?")
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_ID = re.compile(r"[a-z0-9][a-z0-9_./-]{0,99}|(?=.*\d)[A-Za-z0-9][A-Za-z0-9_./-]{0,99}")

Value: TypeAlias = "str | tuple[str, ...] | tuple[dict[str, str], ...]"
Nommes: TypeAlias = "tuple[tuple[str, str], ...]"


class Fault(NamedTuple):
    """What is wrong at a line of the file, from 1 (0: the whole file), in a column's title or `""`."""

    line: int
    column: str
    message: str


class Row(NamedTuple):
    """A row's cells, and the line of the file where it begins."""

    line: int
    cells: tuple[str, ...]


class Sheet(NamedTuple):
    """A spreadsheet as it was read; blank rows are left out, the others are as wide as the header."""

    name: str
    encoding: str
    separator: str
    header: Row
    rows: tuple[Row, ...]


class Colonne(NamedTuple):
    """What the column at `position`, from 0, becomes.

    `champ`: a field's code, None where it is left out. `devient`: a field of the tool's (`champ`), one that the mission
    will declare (`propre`), the labels of another column's codes (`libelle`), nothing because it is empty (`vide`),
    because `--map` says so (`ecartee`), or because an export has it for its readers alone (`export`). `said`: it is
    `--map` that says so.
    """

    position: int
    titre: str
    champ: str | None
    devient: Literal["champ", "propre", "libelle", "vide", "ecartee", "export"]
    said: bool = False


class Element(NamedTuple):
    """An item: the line where its row begins, and its values by field, in the order of the files."""

    line: int
    values: Mapping[str, Value]


class Contenu(NamedTuple):
    """What the rows hold. The names are (code or id, label), in the order in which they first appear.

    `niveaux`: the levels that occur; `nouveaux`: the codes of those that weren't in the scale. `converted`: how many
    dates were in French form; `example`: the first of them, and what it becomes.
    `unknown`: what isn't among the levels and dimensions said, and what to say to take it. `faults`: what is wrong with
    the values.
    """

    elements: tuple[Element, ...]
    numbered: bool
    niveaux: Nommes
    nouveaux: frozenset[str]
    dimensions: Nommes
    chantiers: Nommes
    leviers: Nommes
    bloqueurs: Nommes
    champs: Nommes
    converted: int
    example: tuple[str, str]
    unknown: tuple[str, ...]
    faults: tuple[Fault, ...]


def refused(name: str, faults: Iterable[Fault]) -> InvalidSheet:
    """The error that says all the faults, in the order of the lines; beyond `MAX_FAULTS` only their number."""
    found = sorted(dict.fromkeys(faults), key=lambda fault: fault.line)
    lines = [said(name, fault) for fault in found[:MAX_FAULTS]]
    if len(found) > MAX_FAULTS:
        lines.append(f"… et {count(len(found) - MAX_FAULTS, 'autre faute', 'autres fautes')}")
    return InvalidSheet(f"{count(len(found), 'faute')} dans « {name} » ; rien n'a été écrit\n" + "\n".join(lines))


def said(name: str, fault: Fault) -> str:
    """`FILE:line: colonne « X » : …`."""
    place = f"{name}:{fault.line}: " if fault.line else f"{name}: "
    return place + shown((f"colonne « {fault.column} » : " if fault.column else "") + fault.message, MAX_MESSAGE)


# --- bytes → rows -----------------------------------------------------------------------------------------------------


def read(name: str, data: bytes) -> Sheet:
    """The rows of a CSV file.

    Raises: InvalidSheet with all that keeps it from being read.
    """
    text, encoding = _decode(name, data)
    if not text.strip("\ufeff \t\r\n;,"):
        raise refused(name, [Fault(0, "", "le fichier est vide")])
    separator, body, line = _separator(name, text)
    faults: list[Fault] = []
    rows = [row for row in _rows(body, separator, line, faults) if any(cell.strip() for cell in row.cells)]
    titles = tuple(" ".join(cell.split()) for cell in rows[0].cells)
    needed = max((index for index, title in enumerate(titles, 1) if title), default=0)
    header = Row(rows[0].line, titles)
    whole: list[Row] = []
    for row in rows[1:]:
        size, extra = len(row.cells), [cell for cell in row.cells[len(titles) :] if cell.strip()]
        if size < needed or extra:
            message = f"{count(size, 'cellule')} pour {count(needed, 'colonne')} (séparateur ou guillemet de trop ?)"
            faults.append(Fault(row.line, "", message))
        cells = tuple(_unshielded(cell, separator).strip() for cell in row.cells[: len(titles)])
        whole.append(Row(row.line, cells + ("",) * (len(titles) - len(cells))))
    for index, title in enumerate(titles):
        filled = next((row.line for row in whole if row.cells[index]), None)
        if not title and filled:
            faults.append(Fault(filled, "", f"la colonne {index + 1} a des valeurs, mais pas de titre"))
    first: dict[str, str] = {}
    for title in filter(None, titles):
        if _key(title) in first:
            faults.append(Fault(header.line, title, f"deux colonnes ont ce titre (« {first[_key(title)]} »)"))
        first.setdefault(_key(title), title)
    if not whole and not faults:
        faults.append(Fault(header.line, "", "il n'y a que la ligne des titres : aucun élément à reprendre"))
    if faults:
        # Where no title is known, the true header may be below, or missing.
        if not any(_key(title) in _known() for title in titles):
            faults.insert(0, Fault(header.line, "", _header_hint(header)))
        raise refused(name, faults)
    return Sheet(name, encoding, separator, header, tuple(whole))


def _known() -> set[str]:
    """The fields' names, as titles are compared."""
    return {_key(name) for champ in CHAMPS for name in (champ.code, champ.libelle)}


def _header_hint(header: Row) -> str:
    """What to do where the first row isn't the header, or isn't separated as one."""
    titles = [title for title in header.cells if title]
    if len(titles) == 1 and "|" in titles[0]:
        return "« | » ne sépare pas les colonnes : « ; », « , » ou une tabulation est attendu"
    return (
        f"la ligne {header.line} est lue comme celle des titres : si les titres manquent, ajoutez-les au début ; "
        "s'ils sont plus bas, retirez ce qui les précède"
    )


def _decode(name: str, data: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding."""
    kind = next((kind for start, kind in _BINARIES if data.startswith(start)), None)
    if kind:
        raise refused(name, [Fault(0, "", f"ce n'est pas un fichier CSV, c'est {kind}")])
    mark, encoding, codec = next((b for b in _BOMS if data.startswith(b[0])), (b"", "UTF-8", "utf-8"))
    try:
        text = data[len(mark) :].decode(codec)
    except UnicodeDecodeError as error:
        line = _line_of(data[len(mark) :], error.start)
        if mark:
            raise refused(name, [Fault(line, "", f"ce n'est pas du texte en {encoding}")]) from None
        encoding, text = "Windows-1252", _decode_windows(name, data, line)
    bad = _CONTROL.search(text)
    if bad:
        line = len(_BREAKS.findall(text[: bad.start()])) + 1
        what = "nul" if bad[0] == "\0" else f"de contrôle (U+{ord(bad[0]):04X})"
        raise refused(name, [Fault(line, "", f"ce n'est pas un fichier CSV : caractère {what}")])
    return text, encoding


def _line_of(data: bytes, index: int) -> int:
    return len(_BREAKS.findall(data[:index].decode("latin-1"))) + 1


def _decode_windows(name: str, data: bytes, line: int) -> str:
    """What isn't UTF-8 as Windows-1252, unless it is UTF-8 that was damaged."""
    high = sum(byte >= 0x80 for byte in data)
    whole = sum(len(found) for found in _MULTIBYTE.findall(data))
    if whole * 2 <= high:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError as error:
            line = _line_of(data, error.start)
    raise refused(name, [Fault(line, "", "ni UTF-8, ni UTF-16, ni Windows-1252 : enregistrez-le en « CSV UTF-8 »")])


def _separator(name: str, text: str) -> tuple[str, str, int]:
    """The separator, the text after a line that says it (`sep=;`), and the number of that text's first line."""
    declared = re.match(r"\s*\"?sep=(.)\"?[ \t]*(?:\r\n|\n|\r)", text, re.IGNORECASE)
    if declared:
        if declared[1] not in SEPARATORS:
            message = f"séparateur « {declared[1]} » : « ; », « , » ou une tabulation est attendu"
            raise refused(name, [Fault(1, "", message)])
        return declared[1], text[declared.end() :], len(_BREAKS.findall(text[: declared.end()])) + 1
    scores: dict[str, tuple[int, int]] = {}
    known = _known()
    for separator in SEPARATORS:
        head = next((r for r in _rows(text, separator, 1, []) if any(c.strip(" ;,\t") for c in r.cells)), None)
        cells = head.cells if head else ()
        scores[separator] = (sum(_key(cell) in known for cell in cells), len(cells))
    best = max(scores.values())
    winners = [separator for separator, score in scores.items() if score == best]
    if len(winners) > 1 and best[1] > 1:
        names = enumeration([SEPARATORS[winner] for winner in winners], "ou")
        message = f"le séparateur peut être {names} : mettez une première ligne « sep=; » (ou « sep=, »)"
        raise refused(name, [Fault(1, "", message)])
    return winners[0], text, 1


def _rows(text: str, separator: str, line: int, faults: list[Fault]) -> Iterator[Row]:
    """All the rows, blank ones too. A quote that nothing closes ends them, as a fault."""
    bare = re.compile(f"[^{separator}\r\n]*")
    index = 0
    while index < len(text):
        first, ended = line, False
        cells: list[str] = []
        while not ended:
            value = ""
            if text.startswith('"', index):
                quoted = _QUOTED.match(text, index)
                if quoted is None:
                    faults.append(Fault(line, "", "un guillemet ouvert n'est jamais fermé"))
                    yield Row(first, (*cells, text[index:]))
                    return
                value = _BREAKS.sub("\n", quoted[1].replace('""', '"'))
                index = quoted.end()
                line += value.count("\n")
            rest = bare.match(text, index)
            assert rest is not None
            if value and rest[0].strip():
                faults.append(Fault(line, "", f"du texte suit un guillemet fermant (« {rest[0].strip()[:40]} »)"))
            value += rest[0]
            index = rest.end()
            cells.append(value)
            ended = not text.startswith(separator, index)
            index += not ended
        end = _BREAKS.match(text, index)
        if end:
            index, line = end.end(), line + 1
        yield Row(first, tuple(cells))


def _unshielded(cell: str, separator: str) -> str:
    # Our own CSV with commas has the text as it is.
    return cell if separator == "," else _SHIELDED.sub("", cell, count=1) if cell.startswith("'") else cell


# --- header → fields --------------------------------------------------------------------------------------------------


def columns(sheet: Sheet, famille: Famille, maps: Sequence[str]) -> tuple[Colonne, ...]:
    """What each titled column becomes; `maps` are `Colonne=champ` as they were given.

    Raises: UsageFault, with all that has to be settled; InvalidSheet where no column is the title.
    """
    settled = _settled(sheet, famille, maps)
    champs = of_famille(famille)
    names = {_key(name): champ.code for champ in champs for name in (champ.libelle, champ.code)}
    titles = [(index, title) for index, title in enumerate(sheet.header.cells) if title]
    found: dict[int, Colonne] = {}
    for index, title in titles:
        key = _key(title)
        if index in settled:
            found[index] = settled[index]
        elif key in names:
            found[index] = Colonne(index, title, names[key], "champ")
        elif key == "au":
            found[index] = Colonne(index, title, None, "export")
    taken = {colonne.champ for colonne in found.values()}
    for index, title in titles:
        code = {"avancementlibelle": "avancement", "dimensionlibelle": "dimension"}.get(_key(title))
        if index not in found and code and any(champ.code == code for champ in champs):
            found[index] = Colonne(index, title, code, "libelle" if code in taken else "champ")
    unsettled: list[str] = []
    used = {champ.code for champ in CHAMPS} | RESERVES | {c.champ for c in found.values() if c.devient == "propre"}
    for index, title in titles:
        if index in found:
            continue
        if not any(row.cells[index] for row in sheet.rows):
            found[index] = Colonne(index, title, None, "vide")
            continue
        free = [name for champ in champs if champ.code not in taken for name in (champ.code, champ.libelle)]
        near = nearest(title, [name for name in free if _alike(title, name)])
        if near:
            own = _own_code(title, index)
            plus = "+autre_nom" if own in PAR_CODE or own in RESERVES else "+"
            ways = [_way(title, names[_key(near)]), _way(title, plus), _way(title, "")]
            unsettled.append(f"colonne « {title} » : est-ce « {names[_key(near)]} » ? {' ou '.join(ways)}")
            continue
        code = _own_code(title, index)
        if code in PAR_CODE or code in RESERVES:
            why = "n'est pas un champ d'un " + SINGULIER[famille] if code in PAR_CODE else "est un mot réservé"
            ways = [_way(title, "+autre_nom"), _way(title, "")]
            unsettled.append(f"colonne « {title} » : « {code} » {why} ; {' ou '.join(ways)}")
            continue
        code = _unique(code, used, "_")
        used.add(code)
        found[index] = Colonne(index, title, code, "propre")
    by_field: dict[str, list[str]] = {}
    for colonne in found.values():
        if colonne.champ and colonne.devient != "libelle":
            by_field.setdefault(colonne.champ, []).append(colonne.titre)
    for code, several in by_field.items():
        if len(several) > 1:
            ways = [_way(title, "") for title in several]
            unsettled.append(
                f"« {code} » est donné par {len(several)} colonnes, {enumeration([f'« {t} »' for t in several])} ; "
                + " ou ".join(ways)
            )
    if "titre" not in by_field and not any('=titre"' in line for line in unsettled):
        message = (
            f"aucune colonne n'est le titre ({', '.join(t for _, t in titles)}) ; {_way('COLONNE', 'titre')} le dit"
        )
        said = (message, _header_hint(sheet.header), *unsettled)
        raise refused(sheet.name, [Fault(sheet.header.line, "", text) for text in said])
    if unsettled:
        raise UsageFault(
            f"{count(len(unsettled), 'colonne')} de « {sheet.name} » à préciser ; rien n'a été écrit\n"
            + "\n".join(unsettled)
        )
    return tuple(found[index] for index, _ in titles)


def _settled(sheet: Sheet, famille: Famille, maps: Sequence[str]) -> dict[int, Colonne]:
    """What `--map` says, by the column's index."""
    titles = [title for title in sheet.header.cells if title]
    champs = of_famille(famille)
    names = {_key(name): champ.code for champ in champs for name in (champ.libelle, champ.code)}
    found: dict[int, Colonne] = {}
    for given in maps:
        title, equals, target = given.rpartition("=")
        title, target = " ".join(title.split()), target.strip()
        if not equals or not title:
            raise UsageFault(f"--map « {given} » : « Colonne=champ » est attendu (« Colonne= » l'écarte)")
        same = [t for t in titles if t == title] or [t for t in titles if _key(t) == _key(title)]
        if not same:
            near = nearest(title, titles)
            hint = f"vouliez-vous dire « {near} » ?" if near else f"colonnes : {', '.join(titles)}"
            raise UsageFault(f"--map : « {sheet.name} » n'a pas de colonne « {title} » ; {hint}")
        index = sheet.header.cells.index(same[0])
        if index in found:
            raise UsageFault(f"--map : la colonne « {same[0]} » est donnée deux fois")
        if not target:
            found[index] = Colonne(index, same[0], None, "ecartee", True)
        elif target.startswith("+"):
            code = target[1:].strip() or _own_code(same[0], index)
            if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", code):
                raise UsageFault(
                    f"--map : « {code} » : un nom de champ a des lettres sans accent, des chiffres et « _ »"
                )
            if code in PAR_CODE or code in RESERVES:
                raise UsageFault(
                    f"--map : « {code} » est pris par l'outil ; donnez un autre nom : {_way(title, '+nom')}"
                )
            found[index] = Colonne(index, same[0], code, "propre", True)
        elif _key(target) in names:
            found[index] = Colonne(index, same[0], names[_key(target)], "champ", True)
        else:
            near = nearest(target, [champ.code for champ in champs])
            hint = f"vouliez-vous dire « {near} » ?" if near else f"un champ nouveau se dit {_way(title, '+')}"
            raise UsageFault(f"--map : champ inconnu « {target} » ; {hint}")
    return found


def _way(title: str, target: str) -> str:
    word = f"{title}={target}"
    return "--map " + (shlex.quote(word) if re.search(r'["$`\\!]', word) else f'"{word}"')


def _key(title: str) -> str:
    """For comparing titles: letters and digits alone, aside case and accents."""
    return re.sub(r"[\s_-]+", "", folded(title))


def _alike(title: str, name: str) -> bool:
    """Whether one may be a slip for the other: « Vers » is none for « leviers », whatever letters they share."""
    one, other = _key(title), _key(name)
    return one[:1] == other[:1] or SequenceMatcher(None, one, other).ratio() >= MIN_RATIO


def _own_code(title: str, index: int) -> str:
    code = slug(title, "_") or f"colonne_{index + 1}"
    return code if code[0].isalpha() else f"champ_{code}"[:60]


def _unique(name: str, used: Iterable[str | None], joint: str) -> str:
    taken, unique, n = set(used), name, 2
    while unique in taken:
        unique, n = f"{name}{joint}{n}", n + 1
    return unique


# --- cells → values ---------------------------------------------------------------------------------------------------


class _Noms:
    """Names that the cells give, each with its code: those known beforehand, then new ones as they come.

    `fixed`: what is known was said by hand, and keeps its codes whatever the file calls them.
    """

    def __init__(self, known: Nommes, fixed: bool, valid: re.Pattern[str], joint: str, fallback: str) -> None:
        self.known, self.fixed = dict(known), fixed
        self.valid, self.joint, self.fallback = valid, joint, fallback
        self.used: dict[str, str] = {}
        self.lines: dict[str, list[int]] = {}
        self.conflicts: list[tuple[int, str]] = []
        self._by_name = {folded(name): code for code, label in known for name in (label, code)}
        self._new: dict[str, str] = {}

    def code(self, text: str, label: str, line: int) -> str:
        """The code of what a cell names; `label` is another column's word for it, or nothing."""
        found = self._by_name.get(folded(text))
        if found and label and folded(label) != folded(self.known[found]):
            if not self.fixed:
                # The file's words go before those that nobody chose.
                del self.known[found]
                self._by_name = {name: code for name, code in self._by_name.items() if code != found}
            found = None
        found = found or self._new.get(folded(text)) or (self._by_name.get(folded(label)) if label else None)
        if found is None:
            wanted = text if self.valid.fullmatch(text) else slug(text, self.joint)
            wanted = wanted or f"{self.fallback}{self.joint}{len(self._new) + 1}"
            found = _unique(wanted, (*self.used, *self.known), self.joint)
            self._new[folded(text)] = found
            self.used[found] = label or text
        elif found not in self.known and label and folded(label) != folded(self.used[found]):
            self.conflicts.append((line, f"« {text} » se dit « {label} » ici, « {self.used[found]} » plus haut"))
        self.used.setdefault(found, self.known.get(found, text))
        self.lines.setdefault(found, []).append(line)
        return found

    def names(self) -> Nommes:
        """Those that occur, in the order in which they first do."""
        return tuple(self.used.items())

    def new(self) -> tuple[str, ...]:
        return tuple(code for code in self.used if code not in self.known)

    def described(self) -> list[str]:
        """« libellé » (lignes 2, 3 et 9): what is new."""
        out = []
        for code in self.new():
            lines = self.lines[code]
            where = (
                enumeration([str(n) for n in lines[:5]]) if len(lines) <= 5 else f"{', '.join(map(str, lines[:5]))}…"
            )
            out.append(f"« {self.used[code]} » ({'ligne' if len(lines) == 1 else 'lignes'} {where})")
        return out


def content(
    sheet: Sheet,
    mapping: Sequence[Colonne],
    famille: Famille,
    niveaux: Nommes,
    scale_given: bool,
    new_scale: bool,
    dimensions: Nommes | None,
) -> Contenu:
    """What the rows hold. `niveaux`: the scale; `scale_given`: it was said by hand. `dimensions`: those that were said;
    None: the file's are taken.
    """
    by_field = {colonne.champ: colonne for colonne in mapping if colonne.champ and colonne.devient != "libelle"}
    labels = {colonne.champ: colonne.position for colonne in mapping if colonne.devient == "libelle"}
    champs = [champ for champ in of_famille(famille) if champ.code in by_field]
    own = [colonne for colonne in mapping if colonne.devient == "propre"]
    faults: list[Fault] = []
    identifiers, numbered = _identifiers(sheet, by_field.get("id"), faults)
    every = {name for i in identifiers for name in (i, f"{SINGULIER[famille]}-{i}") if i}
    noms = {
        "avancement": _Noms(niveaux, scale_given, _CODE, "_", "niveau"),
        "dimension": _Noms(dimensions or (), True, _CODE, "_", "dimension"),
        "chantiers": _Noms((), True, _ID, "-", "chantier"),
        "leviers": _Noms((), True, _ID, "-", "levier"),
        "bloqueurs": _Noms((), True, _ID, "-", "bloqueur"),
    }
    dates = _Dates()
    elements: list[Element] = []
    for row, identifier in zip(sheet.rows, identifiers, strict=True):
        values: dict[str, Value] = {"id": identifier}
        for champ in champs:
            cell = row.cells[by_field[champ.code].position]
            label = row.cells[labels[champ.code]] if champ.code in labels else ""
            if champ.code == "id" or not (cell or label):
                continue
            try:
                value = _value(champ, cell, label, row.line, noms, every, dates)
            except ValueError as error:
                faults.append(Fault(row.line, by_field[champ.code].titre, str(error)))
            else:
                if value:
                    values[champ.code] = value
        if "titre" not in values:
            faults.append(Fault(row.line, by_field["titre"].titre, "le titre est vide"))
        for colonne in own:
            if colonne.champ and row.cells[colonne.position]:
                values[colonne.champ] = row.cells[colonne.position]
        elements.append(Element(row.line, values))
    for code, found in noms.items():
        faults += [Fault(line, by_field[code].titre, message) for line, message in found.conflicts]
    unknown = []
    if not new_scale and (new := noms["avancement"].described()):
        said_count = count(len(new), "niveau", "niveaux")
        unknown.append(f"{said_count} hors de l'échelle ({_labels(niveaux)}) : {', '.join(new)}")
        unknown.append(
            "--new-scale en fait des niveaux ; --niveau LIBELLÉ, répété du meilleur au moins bon, dit l'échelle"
        )
    if dimensions is not None and (new := noms["dimension"].described()):
        said_count = count(len(new), "dimension")
        unknown.append(f"{said_count} hors de celles qui sont données ({_labels(dimensions)}) : {', '.join(new)}")
        unknown.append("ajoutez-les avec --dimension LIBELLÉ, ou retirez --dimension : celles du fichier sont prises")
    return Contenu(
        tuple(elements),
        numbered,
        noms["avancement"].names(),
        frozenset(noms["avancement"].new()),
        noms["dimension"].names(),
        noms["chantiers"].names(),
        noms["leviers"].names(),
        noms["bloqueurs"].names(),
        tuple((colonne.champ, colonne.titre) for colonne in own if colonne.champ),
        dates.converted,
        dates.example,
        tuple(unknown),
        tuple(faults),
    )


def _labels(names: Nommes) -> str:
    return ", ".join(label for _, label in names) or "aucune"


def _identifiers(sheet: Sheet, colonne: Colonne | None, faults: list[Fault]) -> tuple[list[str], bool]:
    """The id of each row, and whether it is its number because the file gives none."""
    if colonne is None or not any(row.cells[colonne.position] for row in sheet.rows):
        return [str(n) for n in range(1, len(sheet.rows) + 1)], True
    found = [row.cells[colonne.position] for row in sheet.rows]
    first: dict[str, int] = {}
    for row, identifier in zip(sheet.rows, found, strict=True):
        if not identifier:
            faults.append(Fault(row.line, colonne.titre, "l'identifiant est vide"))
        elif identifier in first:
            faults.append(
                Fault(
                    row.line, colonne.titre, f"l'identifiant « {identifier} » est déjà à la ligne {first[identifier]}"
                )
            )
        first.setdefault(identifier, row.line)
    return found, False


class _Dates:
    """Reads dates, and counts those that were in French form."""

    def __init__(self) -> None:
        self.converted = 0
        self.example = ("", "")

    def __call__(self, text: str) -> str:
        """The date as the files write it.

        Raises: ValueError with a French sentence.
        """
        french = _DATE.fullmatch(text)
        if _SHORT_DATE.fullmatch(text):
            raise ValueError(f"« {text} » : l'année s'écrit en entier (30/06/2021, 06/2021 ou 2021-06-30)")
        if french:
            day, month, year = french.groups()
            iso = "-".join([year, month.zfill(2), *([day.zfill(2)] if day else [])])
            if not self.converted:
                self.example = (text, iso)
            self.converted += 1
        else:
            iso = re.sub(r"[ T]00:00(:00)?$", "", text)
        try:
            return periode.parse(iso).text
        except ValueError as error:
            meant = _meant(text)
            if meant:
                raise ValueError(f"« {shown(text)} » : écrivez {meant}") from None
            raise ValueError(str(error).replace(f"« {iso} »", f"« {text} »")) from None


def _meant(text: str) -> str:
    """The date that a text says in another form than ours, as the files write it; empty where it says none."""
    found = folded(text)
    for pattern, make in _OTHER_DATES:
        match = re.fullmatch(pattern, found, re.ASCII)
        if match:
            try:
                return periode.parse(make(match)).text
            except ValueError:
                return ""
    return ""


def _value(
    champ: Champ,
    cell: str,
    label: str,
    line: int,
    noms: Mapping[str, _Noms],
    every: set[str],
    date: Callable[[str], str],
) -> Value:
    """A cell as the files write it.

    Raises: ValueError with a French sentence.
    """
    if champ.type in ("niveau", "dimension"):
        name, label = (" ".join(text.split()) for text in (cell or label, label))
        return noms[champ.code].code(name, label, line)
    if champ.type == "date":
        return date(cell)
    if champ.type == "provenance":
        known = {folded(name): code for code in PROVENANCES for name in (code, PROVENANCE_LIBELLES[code])}
        if folded(cell) not in known:
            raise ValueError(f"provenance inconnue « {cell} » ; possibles : {', '.join(PROVENANCES)}")
        return known[folded(cell)]
    if champ.type == "diffusion":
        if folded(cell) not in DIFFUSIONS:
            raise ValueError(f"diffusion inconnue « {cell} » ; possibles : {', '.join(DIFFUSIONS)}")
        return folded(cell)
    if champ.type == "preuves":
        return tuple(_preuve(piece.strip(), date) for piece in re.split(r" ; |\n", cell) if piece.strip())
    if not champ.multiple:
        return cell
    pieces = list(dict.fromkeys(piece for part in re.split(r"[;\n]", cell) if (piece := part.strip())))
    if champ.code in noms:
        pieces = [p if champ.code == "bloqueurs" and p in every else noms[champ.code].code(p, "", line) for p in pieces]
    return tuple(dict.fromkeys(pieces))


def _preuve(text: str, date: Callable[[str], str]) -> dict[str, str]:
    """`TITRE <ADRESSE> (DATE)`, or a bare address, as `list --format csv` writes them."""
    match = _PREUVE.fullmatch(text)
    if match is None or (match["url"] and not re.search(r"[.:]", match["url"])):
        raise ValueError(f"« {text[:60]} » n'est pas une preuve : TITRE <ADRESSE> (DATE), ou une adresse, est attendu")
    found = {
        "titre": match["titre"],
        "url": match["lien"] or match["url"],
        "date": match["date"] and date(match["date"]),
    }
    return {key: value for key, value in found.items() if value}
