"""The four files ↔ one `FeuilleDeRoute`: find them, read them, parse them, write one safely.

`parse` takes text, not paths, so that the disk and any git revision take the same road.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError

from alliances_cli import checks
from alliances_cli.champs import CHAMPS, FAMILLES, RETIREES, SINGULIER, Champ, Famille
from alliances_cli.checks import Finding, Lecture, Vocabulaire
from alliances_cli.errors import EditRefused, InvalidRoadmap, Kind, Problem, SystemFault
from alliances_cli.french import describe_pydantic, shown
from alliances_cli.location import FILES, Root
from alliances_cli.location import shown as shown_path
from alliances_cli.model import (
    ECHELLE_PAR_DEFAUT,
    KEYS,
    ChampPropre,
    Couleurs,
    FeuilleDeRoute,
    Item,
    Mission,
    Niveau,
    Record,
    Retiree,
    fields_by_famille,
    item_model,
)
from alliances_cli.typographie import suggestion
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import EMPTY, MAX_BYTES, Document, decode, read

LOCK_WAIT_S = 5.0
TITRE_PAR_DEFAUT = "Feuille de route"
MAX_MESSAGE = 600
# What can't be internal, and why.
_NOT_INTERNAL: Mapping[type[Record] | None, str] = {
    Niveau: "« diffusion » ne se met pas sur un niveau : sans lui, les nombres par niveau seraient faux",
    Mission: "« diffusion » ne se met pas sur toute la mission : mettez-la sur ce qui est interne dans ce fichier",
}
# How the name of a file that is being written ends.
TEMPORARY = ".tmp"


_COMMENTED = re.compile(r"[\w'\"]+[ \t]*:[ \t]+(#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3}))[ \t]*$")


class Source(NamedTuple):
    """A file's name, as messages give it, and its bytes or what kept them from being read."""

    name: str
    data: bytes = b""
    problem: Problem | None = None


class Reading(NamedTuple):
    """What the files hold. `feuille` is None where there are errors; `lecture` is what could be read all the same."""

    documents: Mapping[str, Document]
    names: Mapping[str, str]
    lecture: Lecture
    problems: tuple[Problem, ...]
    feuille: FeuilleDeRoute | None

    def require(self) -> FeuilleDeRoute:
        """The checked roadmap.

        Raises: InvalidRoadmap with all the errors.
        """
        if self.feuille is None:
            raise InvalidRoadmap(self.problems)
        return self.feuille

    def locate(self, finding: Finding) -> Problem:
        """A finding of `checks` as a problem with its place."""
        document = self.documents[finding.part]
        message = finding.message
        if finding.first is not None:
            message += f", à la ligne {document.line_column(document.find(finding.first))[0]}"
        place = document.find(finding.path, finding.key)
        return _problem(self.names[finding.part], document, place, message, finding.kind)

    def totals(self) -> tuple[Problem, ...]:
        """The published totals that the counted levels contradict."""
        return tuple(self.locate(f) for f in checks.totals(self.feuille)) if self.feuille else ()

    def warnings(self) -> tuple[Problem, ...]:
        """What is worth a look, in reading order."""
        if self.feuille is None:
            return ()
        found = (*(self.locate(f) for f in checks.warnings(self.feuille)), *self._commented_colours())
        return tuple(sorted(found, key=lambda p: p.sort_key))

    def _commented_colours(self) -> Iterator[Problem]:
        """The colours that YAML takes for a comment, and that nobody sees."""
        document = self.documents.get("mission")
        for path in _empty_colours(document.value, ()) if document is not None else ():
            assert document is not None
            index = document.find(path, True)
            line, column = document.line_column(index)
            found = _COMMENTED.match(document.line_text(line), column - 1)
            if found is not None:
                message = (
                    f"{path[-1]} : « {found[1]} » est lu comme un commentaire de YAML ; "
                    f"mettez cette couleur entre guillemets (« '{found[1]}' »)"
                )
                yield _problem(self.names["mission"], document, index, message, "avertissement")


def read_sources(root: Root) -> dict[str, Source]:
    """The files that are there, by part (`mission`, `chantiers`, `mesures`, `leviers`). Only plain files are read."""
    return {part: source for part in FILES if (source := read_source(root.path(part), root.name(part))) is not None}


def read_source(path: Path, name: str) -> Source | None:
    """One file, or None where there is none; one that only differs by its ending `.yml` is told, not ignored."""

    def refused(message: str, kind: Kind = "erreur") -> Source:
        return Source(name, problem=Problem(name, 0, 0, message, kind))

    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            return refused("c'est un dossier ; un fichier YAML est attendu")
        if not stat.S_ISREG(status.st_mode):
            return refused("ce n'est pas un fichier ordinaire (tube, périphérique…)")
        if status.st_size > MAX_BYTES:
            megabytes = status.st_size / 1024 / 1024
            return refused(f"fichier trop gros : {megabytes:.0f} Mo, {MAX_BYTES // 1024 // 1024} Mo au plus")
        return Source(name, path.read_bytes())
    except FileNotFoundError:
        if os.path.lexists(path):
            return refused("ce lien ne mène à aucun fichier")
        other = path.with_suffix(".yml")
        if other.exists():
            return refused(f"« {other.name} » n'est pas lu : renommez-le en « {path.name} »")
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return refused("ce lien tourne en rond et ne mène à aucun fichier")
        return refused(reason(error), "systeme")


def read_beside(root: Root, chemin: str, most: int) -> Source:
    """A file that the roadmap names, from its own folder, else from its data folder. Only a plain file is read, of at
    most `most` bytes (and one more, which tells that there are others); one that a link leads out to isn't."""
    tried = []
    for path in places_beside(root, chemin):
        name = shown_path(path)

        def refused(message: str, kind: Kind = "erreur", name: str = name) -> Source:
            return Source(name, problem=Problem(name, 0, 0, message, kind))

        try:
            if not Path(os.path.realpath(path)).is_relative_to(root.around):
                return refused("il mène hors de la feuille de route, ce qui est refusé")
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            tried.append(name)
            continue
        except OSError as error:
            return refused(reason(error), "systeme")
        try:
            status = os.stat(path)
            if stat.S_ISDIR(status.st_mode):
                return refused("c'est un dossier ; un fichier est attendu")
            if not stat.S_ISREG(status.st_mode):
                return refused("ce n'est pas un fichier ordinaire (tube, périphérique…)")
            with open(path, "rb") as file:
                return Source(name, file.read(most + 1))
        except FileNotFoundError:
            return refused("ce lien ne mène à aucun fichier")
        except OSError as error:
            if error.errno == errno.ELOOP:
                return refused("ce lien tourne en rond et ne mène à aucun fichier")
            return refused(reason(error), "systeme")
    return missing(chemin, tried)


def places_beside(root: Root, chemin: str) -> tuple[Path, ...]:
    """Where a file that the roadmap names may be, the first that is there first."""
    return root.around / chemin, root.data.resolve() / chemin


def missing(chemin: str, tried: Sequence[str]) -> Source:
    """A file that the roadmap names and hasn't, where it was looked for."""
    message = f"fichier introuvable : {', '.join(f'ni « {name} »' for name in tried)}"
    return Source(chemin, problem=Problem(chemin, 0, 0, message))


def reason(error: OSError) -> str:
    """The system's refusal in French."""
    known = {
        errno.EACCES: "permission refusée : vérifiez les droits du fichier",
        errno.EPERM: "permission refusée : vérifiez les droits du fichier",
        errno.ENOSPC: "disque plein",
        errno.EDQUOT: "quota de disque dépassé",
        errno.EFBIG: "fichier trop gros pour ce disque",
        errno.EROFS: "disque en lecture seule",
        errno.ELOOP: "lien symbolique qui tourne en rond",
        errno.EISDIR: "c'est un dossier",
        errno.ENOTDIR: "un élément du chemin n'est pas un dossier",
        errno.ENOENT: "le dossier n'existe pas",
        errno.ENAMETOOLONG: "nom de fichier trop long",
        errno.EIO: "erreur de lecture ou d'écriture du disque",
    }
    return known.get(error.errno or 0, f"le système a refusé (erreur {error.errno})")


def parse(sources: Mapping[str, Source]) -> Reading:
    """Reads, types and checks the whole roadmap; never raises. All problems of all files are in the answer."""
    problems: list[Problem] = []
    documents: dict[str, Document] = {}
    records: dict[Famille, list[tuple[int, Any]]] = {}
    retired: dict[Famille, list[tuple[int, Any]]] = {}
    unreadable: set[str] = set()
    declared: dict[Famille, tuple[Champ, ...]] | None = None
    mission: Mission | None = None
    raw_mission: dict[str, Any] = {}
    for part, source in sources.items():
        if source.problem is not None:
            problems.append(source.problem)
            unreadable.add(part)
            continue
        try:
            document = read(decode(source.data))
        except YamlFault as fault:
            document = Document(source.data.decode("utf-8", "replace"))
            problems.append(_problem(source.name, document, fault.index, fault.message))
            unreadable.add(part)
            continue
        documents[part] = document
        first = "titre: …" if part == "mission" else f"{part}:"
        for found in document.faults:
            message = f"{EMPTY} ; il doit contenir « {first} »" if found.message == EMPTY else found.message
            problems.append(_problem(source.name, document, found.index, message))
        if not document.readable:
            unreadable.add(part)
        elif not isinstance(document.value, dict):
            message = f"le fichier doit commencer par « {first} »"
            problems.append(_problem(source.name, document, document.find(()), message))
            unreadable.add(part)
        elif part == "mission":
            raw_mission = present(document.value)
            mission = _validate(Mission, raw_mission, (), source.name, document, problems)
        else:
            famille: Famille = part  # type: ignore[assignment]
            if declared is None:
                declared = _declared(raw_mission)
            known = None if "mission" in unreadable else declared
            items, gone = _items(famille, known, document, source.name, problems)
            retired[famille] = gone
            if items is None:
                unreadable.add(part)
            else:
                records[famille] = items
    lecture = Lecture(
        mission=mission if "mission" in documents else Mission(titre=TITRE_PAR_DEFAUT),
        items=records,
        vocabulaire=vocabulaire(raw_mission, records, retired, unreadable),
        raw_mission=raw_mission,
        champs=declared or _declared(raw_mission),
        retirees=retired,
    )
    names = {part: source.name for part, source in sources.items()}
    reading = Reading(documents, names, lecture, (), None)
    problems.extend(reading.locate(finding) for finding in checks.errors(lecture))
    if not problems:
        assert lecture.mission is not None
        feuille = FeuilleDeRoute(
            lecture.mission,
            **{f: tuple(item for _, item in records.get(f, ())) for f in FAMILLES},  # type: ignore[arg-type]
            retirees={famille: tuple(gone for _, gone in inside) for famille, inside in retired.items() if inside},
        )
        return reading._replace(feuille=feuille)
    return reading._replace(problems=tuple(sorted(problems, key=lambda p: p.sort_key)))


def _empty_colours(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Where a mission's text has a colour's key with nothing after it."""
    if isinstance(value, dict):
        colours = Couleurs.model_fields if path == ("theme", "couleurs") else ("couleur",)
        for key, inner in value.items():
            if inner is None and key in colours:
                yield (*path, key)
            elif path or key in ("theme", "echelle", "bilans"):
                yield from _empty_colours(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _empty_colours(inner, (*path, index))


def present(value: Any, known: Container[str] = KEYS) -> Any:
    """The value without keys that hold nothing: a known key with no value, `""`, `[]` or `{}` is the same as no key."""
    if isinstance(value, dict):
        return {
            key: present(inner, known) if inner.__class__ is dict or inner.__class__ is list else inner
            for key, inner in value.items()
            if (inner is not None and inner != "" and inner != [] and inner != {}) or key not in known
        }
    if isinstance(value, list):
        return [present(inner, known) for inner in value]
    return value


def validated(model: type[Record], value: object) -> Record | None:
    """The record that a value makes, or None."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def _declared(raw: Mapping[str, Any]) -> dict[Famille, tuple[Champ, ...]]:
    """Each family's fields, the declared ones read leniently: an entry that is wrong elsewhere still lends its name."""
    own: dict[tuple[str, str], Champ] = {}
    entries = raw.get("champs")
    for entry in entries if isinstance(entries, list) else ():
        try:
            said = ChampPropre.model_validate(entry)
            if not said.propre:
                continue
            champ = said.champ()
        except ValidationError:
            code = entry.get("code") if isinstance(entry, dict) else None
            if not isinstance(code, str) or code in KEYS:
                continue
            familles = tuple(f for f in FAMILLES if entry.get("famille", f) == f) or FAMILLES
            champ = Champ(code, code, "texte", code, familles, propre=True)
        own.setdefault((champ.code, champ.familles[0]), champ)
    return fields_by_famille(own.values())


def _items(
    famille: Famille,
    declared: Mapping[Famille, Sequence[Champ]] | None,
    document: Document,
    name: str,
    problems: list[Problem],
) -> tuple[list[tuple[int, Any]] | None, list[tuple[int, Any]]]:
    """The items with their index, as far as they could be read (None where there is no list), and the retired ones.

    `declared`: the fields that each family's items may have; None where those that the mission declares can't be known.
    """
    value = document.value
    assert isinstance(value, dict)
    for key in value:
        if key not in (famille, RETIREES):
            hint = suggestion(key, (famille, RETIREES)) or f" ; seule la clé « {famille} » est attendue ici"
            problems.append(_problem(name, document, document.find((key,), True), f"clé inconnue « {key} »{hint}"))
    champs = [champ for champ in declared[famille] if champ.propre] if declared is not None else []
    elsewhere = None if declared is None else {c.code: f for f in FAMILLES for c in declared[f] if c.propre}
    hint = f"(une ligne « - id: … » par {SINGULIER[famille]})"
    found = _records(famille, item_model(famille, champs), champs, elsewhere, document, name, problems, hint)
    hint = "(une ligne « - id: … » par élément retiré)"
    gone = _records(RETIREES, Retiree, (), {}, document, name, problems, hint)
    if famille not in value and not value.keys() - {RETIREES}:
        problems.append(_problem(name, document, document.find(()), f"il manque la clé « {famille} »"))
    return found if famille in value else None, gone or []


def _records(
    key: str,
    model: type[Record],
    champs: Sequence[Champ],
    elsewhere: Mapping[str, Famille] | None,
    document: Document,
    name: str,
    problems: list[Problem],
    hint: str,
) -> list[tuple[int, Any]] | None:
    """The records listed under a key, with their index, as far as they could be read; None where it holds no list.

    `champs`: the declared fields that they may have; `elsewhere`: see `_validate`.
    """
    assert isinstance(document.value, dict)
    listed = document.value.get(key)
    if listed is None or listed == "":
        return []
    if not isinstance(listed, list):
        message = f"une liste est attendue sous « {key}: » {hint}"
        problems.append(_problem(name, document, document.find((key,)), message))
        return None
    known = KEYS | {champ.code for champ in champs}
    needed = [champ.code for champ in champs if champ.obligatoire]
    records: list[tuple[int, Any]] = []
    for index, raw in enumerate(listed):
        given = present(raw, known)
        record = _validate(model, given, (key, index), name, document, problems, elsewhere)
        if record is None:
            continue
        records.append((index, record))
        for code in needed:
            if code not in given:
                problems.append(_problem(name, document, document.find((key, index)), f"il manque « {code} »"))
    return records


def _validate(
    model: type[Record],
    value: Any,
    path: tuple[str | int, ...],
    name: str,
    document: Document,
    problems: list[Problem],
    elsewhere: Mapping[str, Famille] | None = MappingProxyType({}),
) -> Any:
    """The record; where some fields are wrong, a record without them, so that the others are still checked (its id is
    empty where that is what is wrong). None where nothing can be made of it. `elsewhere`: the families that have the
    keys that the mission declares; None where it can't be read: a key that isn't known may be one, and isn't told."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    bad: set[str] = set()
    for fault in faults:
        location = tuple(step for step in fault["loc"])
        if location:
            bad.add(str(location[0]))
        key, message = _describe(model, location, fault)
        if fault["type"] == "extra_forbidden" and len(location) == 1:
            if elsewhere is None:
                continue
            if location[0] in elsewhere:
                message = f"le champ « {location[0]} » est déclaré pour les {elsewhere[str(location[0])]} seulement"
        problems.append(_problem(name, document, document.find(path + location, key), message))
    if not isinstance(value, dict):
        return None
    kept = {key: inner for key, inner in value.items() if key not in bad}
    needed = {key: "?" for key in ("id", "titre", "motif") if key in model.model_fields}
    try:
        whole = model.model_validate({**needed, **kept})
    except ValidationError:  # pragma: no cover - what is left was valid a moment ago
        return None
    return whole if "id" in kept or "id" not in needed else whole.model_copy(update={"id": ""})


def _describe(model: type[Record], location: tuple[str | int, ...], fault: Any) -> tuple[bool, str]:
    """Whether the key is the place to show, and the French sentence."""
    kind, given = fault["type"], fault["input"]
    last = location[-1] if location else ""
    named = next((step for step in reversed(location) if isinstance(step, str)), "")
    if kind == "alliances":
        message = str(fault["ctx"]["message"])
        # « champ « valeur » … », where the sentence begins with the value.
        joint = " " if isinstance(given, str) and message.startswith(f"« {given.strip()} »") else " : "
        return False, f"{named}{joint}{message}" if named else message
    if kind == "extra_forbidden" and last == "diffusion":
        return True, _NOT_INTERNAL[_model_at(model, location[:-1])]
    if kind == "extra_forbidden":
        known = _keys_at(model, location[:-1])
        hint = suggestion(str(last), known) or f" ; clés possibles : {', '.join(known)}"
        return True, f"clé inconnue « {last} »{hint}"
    if kind == "missing" and isinstance(last, str):
        return False, f"il manque « {last} »"
    if kind == "string_pattern_mismatch":
        return False, f"{named} : le texte contient un caractère de contrôle (échappement « \\x… ») ; retirez-le"
    message = describe_pydantic(kind, fault.get("ctx", {}), given)
    return False, f"{named} : {message}" if named else message


def _keys_at(model: type[Record], location: tuple[str | int, ...]) -> list[str]:
    """The keys that the record at `location` may have."""
    current = _model_at(model, location)
    if current is None:
        return []
    if issubclass(current, Item):
        built_in = [champ.code for champ in CHAMPS if champ.code in current.model_fields]
        return [*built_in, *(info.alias for info in current.model_fields.values() if info.alias)]
    return list(current.model_fields)


def _model_at(model: type[Record], location: tuple[str | int, ...]) -> type[Record] | None:
    """What the record at `location` is; None where there is no record."""
    from typing import get_args

    current: Any = model
    for step in location:
        if isinstance(step, int):
            continue
        fields = current.model_fields
        current = fields[step if step in fields else f"propre_{step}"].annotation
        while not (isinstance(current, type) and issubclass(current, Record)):
            inner = [a for a in get_args(current) if a is not type(None) and a is not Ellipsis]
            if not inner:
                return None
            current = inner[0]
    return current  # type: ignore[no-any-return]


def vocabulaire(
    raw: Mapping[str, Any],
    records: Mapping[Famille, list[tuple[int, Any]]],
    retired: Mapping[Famille, list[tuple[int, Any]]],
    unreadable: Set[str],
) -> Vocabulaire:
    """What names may be used, read leniently: an entry that is wrong elsewhere still lends its name.

    None where a name may be lost: an entry has none, or the key itself may be one of the unknown ones.
    """
    unknown = [key for key in raw if key not in Mission.model_fields]

    def names(key: str, field: str, default: dict[str, str]) -> dict[str, str] | None:
        if "mission" in unreadable or (key not in raw and any(suggestion(other, (key,)) for other in unknown)):
            return None
        entries = raw.get(key, [])
        if not isinstance(entries, list) or not all(
            isinstance(e, dict) and isinstance(e.get(field), str) for e in entries
        ):
            return None
        return {e[field]: str(e.get("libelle", "")) for e in entries} or default

    return Vocabulaire(
        niveaux=names("echelle", "code", {n.code: n.libelle for n in ECHELLE_PAR_DEFAUT}),
        dimensions=names("dimensions", "code", {}),
        bloqueurs=names("bloqueurs", "id", {}),
        # A dict, for its order.
        ids={f: {item.id: index for index, item in records.get(f, ()) if item.id} for f in FAMILLES},
        retirees={f: {gone.id: gone.vers for _, gone in retired.get(f, ()) if gone.id} for f in FAMILLES},
        unreadable=frozenset(unreadable),
    )


def _problem(name: str, document: Document, index: int, message: str, kind: Kind = "erreur") -> Problem:
    """A problem at a place of a text. Its message stays one line, whatever the text that it quotes."""
    line, column = document.line_column(index)
    if len(message) > MAX_MESSAGE:
        message = f"{message[: MAX_MESSAGE - 200]}…{message[-199:]}"
    return Problem(name, line, column, shown(message, MAX_MESSAGE), kind, document.line_text(line))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the folder against other writers.

    Raises: EditRefused when somebody else still holds it after `LOCK_WAIT_S`; SystemFault.
    """
    if os.name == "nt":  # pragma: no cover - a folder can't be locked there
        with _locked_windows(folder):
            yield
        return
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise SystemFault(f"{folder} : {reason(error)}") from None
    try:
        _wait(lambda: fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _locked_windows(folder: Path) -> Iterator[None]:  # pragma: no cover
    import hashlib
    import importlib

    msvcrt: Any = importlib.import_module("msvcrt")
    key = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    with open(Path(tempfile.gettempdir()) / f"alliances-{key}.lock", "a+b") as file:
        file.seek(0)
        _wait(lambda: msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1))
        try:
            yield
        finally:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)


def _wait(take: Callable[[], object]) -> None:
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            take()
            return
        except OSError:
            if time.monotonic() >= deadline:
                raise EditRefused(
                    "une autre modification est en cours dans ce dossier ; rien n'a été écrit, relancez dans un instant"
                ) from None
            time.sleep(0.05)


def create_files(files: Sequence[tuple[Path, bytes]]) -> tuple[bool, ...]:
    """Writes the files that aren't there, with the folders that they need: all of them or, where one can't be, none.

    Returns, for each, whether it was written: False where something of its name stood.
    Raises: SystemFault.
    """
    made: list[Path] = []
    written: list[bool] = []
    path = Path()
    try:
        for path, data in files:
            for folder in reversed([parent for parent in path.parents if not os.path.lexists(parent)]):
                folder.mkdir()
                made.append(folder)
            written.append(_create(path, data))
            if written[-1]:
                made.append(path)
    except BaseException as error:
        for done in reversed(made):
            with suppress(OSError):
                done.rmdir() if done.is_dir() and not done.is_symlink() else done.unlink()
        if isinstance(error, OSError):
            raise SystemFault(f"{path} : {reason(error)} ; rien n'a été écrit") from None
        raise
    return tuple(written)


def _create(path: Path, data: bytes) -> bool:
    if os.path.lexists(path):
        return False
    temporary = _temporary(Write(path, data), path)
    try:
        try:
            # Unlike a replacement, a link never takes the place of what somebody wrote meanwhile.
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a disk without hard links
            if os.path.lexists(path):
                return False
            os.rename(temporary, path)
        return True
    finally:
        with suppress(OSError):
            os.unlink(temporary)


class Write(NamedTuple):
    """A file to write whole. `expected` is what it must still hold (None: anything); `new`: it must not be there."""

    path: Path
    data: bytes
    expected: bytes | None = None
    new: bool = False


def replace_file(path: Path, data: bytes, expected: bytes | None) -> None:
    """Writes the bytes, whole or not at all; see `replace_files`."""
    replace_files([Write(path, data, expected)])


def replace_files(writes: Sequence[Write]) -> None:
    """Writes the files as one: a temporary file beside each, all synced before the first takes its file's place, in the
    order given. Where the system refuses a later one, those before are set back.

    Symbolic links are followed, mode bits kept. Raises: EditRefused when a file has changed; SystemFault.
    """
    temporaries: list[tuple[Write, Path, str]] = []
    try:
        for write in writes:
            target = Path(os.path.realpath(write.path))
            with _told(write.path):
                temporaries.append((write, target, _temporary(write, target)))
        for write, target, _ in temporaries:
            with _told(write.path):
                moved = write.new and os.path.lexists(target)
                if moved or (write.expected is not None and target.read_bytes() != write.expected):
                    raise EditRefused(
                        f"{write.path} a changé pendant la modification ; rien n'a été écrit, relancez la commande"
                    )
        _replace(temporaries)
        for folder in {target.parent for _, target, _ in temporaries}:
            with suppress(OSError):
                descriptor = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
    finally:
        for _, _, temporary in temporaries:
            with suppress(OSError):
                os.unlink(temporary)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SystemFault(f"{path} : {reason(error)}") from None


def _temporary(write: Write, target: Path) -> str:
    """A synced file beside the target, with its bytes to be and its rights; its path."""
    status = os.stat(target) if target.exists() else None
    mode = stat.S_IMODE(status.st_mode) if status is not None else None
    if mode is not None and not os.access(target, os.W_OK):
        raise SystemFault(f"{write.path} : permission refusée : le fichier est en lecture seule")
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=TEMPORARY, dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(write.data)
            file.flush()
            os.fsync(file.fileno())
        if status is not None and hasattr(os, "chown"):
            with suppress(OSError):
                os.chown(temporary, status.st_uid, status.st_gid)
        os.chmod(temporary, mode if mode is not None else 0o666 & ~_umask())
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return temporary


def _replace(temporaries: Sequence[tuple[Write, Path, str]]) -> None:
    done: list[tuple[Write, Path]] = []
    for write, target, temporary in temporaries:
        try:
            os.replace(temporary, target)
        except OSError as error:
            for earlier, place in reversed(done):
                _set_back(earlier, place)
            raise SystemFault(f"{write.path} : {reason(error)}") from None
        done.append((write, target))


def _set_back(write: Write, target: Path) -> None:
    with suppress(OSError):
        if write.new:
            target.unlink()
        elif write.expected is not None:
            target.write_bytes(write.expected)


def leftovers(root: Root) -> tuple[Path, ...]:
    """What an interrupted write left beside the roadmap's files: under the lock, nobody writes them any more."""
    with suppress(OSError):
        names = tuple(f".{name}." for name in FILES.values())
        return tuple(
            sorted(path for path in root.data.iterdir() if path.name.startswith(names) and path.suffix == TEMPORARY)
        )
    return ()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
