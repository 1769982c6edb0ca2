"""The journey that begins a roadmap: what stands in the folder, what would be written, then the writing."""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from alliances_cli import skeleton, spreadsheet, store
from alliances_cli.champs import Famille
from alliances_cli.errors import EditRefused, InvalidRoadmap, NotFound, Problem, SystemFault, UsageFault
from alliances_cli.location import FILES, printable
from alliances_cli.skeleton import DATA, OUTIL, PLACES, Charpente, Textes
from alliances_cli.spreadsheet import Colonne, Contenu, Fault, Sheet
from alliances_cli.store import TITRE_PAR_DEFAUT, Reading, Source
from alliances_cli.typographie import enumeration, folded, slug
from alliances_cli.yamltext.compose import Written, value_of
from alliances_cli.yamltext.read import MAX_BYTES, Value, ended

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


class Terrain(NamedTuple):
    """A folder where a roadmap may be begun: the places where something stands already, and the data files there."""

    folder: Path
    standing: frozenset[str]
    sources: Mapping[str, Source]
    reading: Reading

    @property
    def needs_title(self) -> bool:
        return DATA["mission"] not in self.standing

    @property
    def is_roadmap(self) -> bool:
        return DATA["mesures"] in self.standing

    @property
    def is_whole(self) -> bool:
        return len(self.standing) == len(PLACES)


class Tableau(NamedTuple):
    """A spreadsheet that was read, and what its columns become."""

    sheet: Sheet
    famille: Famille
    mapping: tuple[Colonne, ...]
    new_scale: bool


class Projet(NamedTuple):
    """What would be written, proven. `echelle` and `dimensions`: the labels, in order; `contenu`: what the spreadsheet
    held, where there is one. `textes` has all the files, those that stand too. `avertissements`: what `check --strict`
    would refuse of the spreadsheet's items, at its place in the spreadsheet. `sans_effet`: a sentence for each file
    that stands and keeps options from being applied."""

    terrain: Terrain
    charpente: Charpente
    textes: Textes
    tableau: Tableau | None
    contenu: Contenu | None
    avertissements: tuple[Fault, ...] = ()
    sans_effet: tuple[str, ...] = ()


class Fichier(NamedTuple):
    """A file and what became of it: `ecrit`, `present` (something stood there), `a_ecrire` (nothing is written yet)."""

    place: str
    name: str
    etat: Literal["ecrit", "present", "a_ecrire"]


class Debut(NamedTuple):
    """A roadmap begun, or that would be. `in_git`: the folder is in a git repository already; `below`: its path in that
    repository, where it isn't its root."""

    projet: Projet
    fichiers: tuple[Fichier, ...]
    written: bool
    in_git: bool
    below: str = ""


def survey(folder: Path) -> Terrain:
    """What stands in the folder, which needn't exist.

    Raises: UsageFault where no file could be put; SystemFault.
    """
    for needed in ("", *skeleton.folders(PLACES)):
        path = folder / needed
        if os.path.lexists(path) and not path.is_dir():
            raise UsageFault(f"« {printable(str(path))} » n'est pas un dossier ; rien n'a été écrit")
    parent = next((p for p in (folder, *folder.absolute().parents) if p.exists()), folder)
    if not parent.is_dir():
        raise UsageFault(f"« {printable(str(parent))} » n'est pas un dossier ; rien n'a été écrit")
    standing = frozenset(place for place in PLACES if os.path.lexists(folder / place))
    sources = {
        part: source
        for part, place in DATA.items()
        if (source := store.read_source(folder / place, printable(str(folder / place)))) is not None
    }
    for part, source in sources.items():
        if DATA[part] not in standing and source.problem is not None:
            raise UsageFault(f"{source.name} : {source.problem.message}")
    return Terrain(folder, standing, sources, store.parse(sources))


def read_sheet(path: Path, famille: Famille, maps: Sequence[str], new_scale: bool) -> Tableau:
    """The spreadsheet, and what its columns become.

    Raises: NotFound; UsageFault; InvalidSheet; SystemFault.
    """
    name = printable(str(path))
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise UsageFault(f"--from : « {name} » n'est pas un fichier ordinaire")
        if status.st_size > MAX_BYTES:
            size = f"{status.st_size / 1024 / 1024:.0f} Mo, {MAX_BYTES // 1024 // 1024} Mo au plus"
            raise spreadsheet.refused(name, [Fault(0, "", f"fichier trop gros : {size}")])
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"--from : le fichier « {name} » n'existe pas") from None
    except OSError as error:
        raise SystemFault(f"{name} : {store.reason(error)}") from None
    sheet = spreadsheet.read(name, data)
    return Tableau(sheet, famille, spreadsheet.columns(sheet, famille, maps), new_scale)


def labels(given: Sequence[str], option: str) -> tuple[str, ...]:
    """The labels that an option, or an answer, gives.

    Raises: UsageFault where one is empty, given twice, or can't be written.
    """
    found: dict[str, str] = {}
    for text in given:
        label = one_line(text, option)
        if folded(label) in found:
            raise UsageFault(f"{option} : « {label} » est donné deux fois")
        found[folded(label)] = label
    return tuple(found.values())


def one_line(text: str, option: str) -> str:
    """The text, trimmed, if it can stand on one line.

    Raises: UsageFault.
    """
    found = text.strip()
    if not found:
        raise UsageFault(f"{option} : valeur vide")
    if _CONTROL.search(found):
        raise UsageFault(f"{option} : le texte contient un saut de ligne ou un caractère de contrôle")
    return found


def outil(given: str | None) -> str:
    """The tool's address and version, as `pip` takes them after `git+`.

    Raises: UsageFault.
    """
    if given is None:
        return OUTIL
    text = given.strip().removeprefix("git+")
    # git takes this form, pip doesn't.
    scp = re.fullmatch(r"([^\s@:/]+@[^\s@:/]+):(?!//)([^\s@]+)(@[^\s@]+)?", text)
    if scp:
        address = f"ssh://{scp[1]}/{scp[2].lstrip('/')}{scp[3] or '@VERSION'}"
        raise UsageFault(f"--outil : « {given} » : pip veut une adresse en https:// ou ssh:// ; par exemple {address}")
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s@#]+(?:@[^\s@#/]+[^\s@#]*)?@[^\s@#]+", text):
        raise UsageFault(
            f"--outil : « {given} » : l'adresse du dépôt de l'outil et une version, séparées par « @ », sont attendues"
        )
    return text


def plan(
    terrain: Terrain,
    today: date,
    titre: str | None = None,
    dimensions: tuple[str, ...] = (),
    niveaux: tuple[str, ...] = (),
    outil: str = OUTIL,
    tableau: Tableau | None = None,
) -> Projet:
    """What `write` would write, proven.

    Raises: UsageFault; InvalidSheet; EditRefused where what stands in the folder doesn't go with it; InvalidRoadmap.
    """
    titre = one_line(titre, "--titre") if titre is not None else None
    sans_effet = _without_effect(terrain, titre, dimensions, niveaux, outil, tableau)
    echelle = _scale(niveaux)
    contenu = None
    if tableau is not None:
        contenu = spreadsheet.content(
            tableau.sheet,
            tableau.mapping,
            tableau.famille,
            tuple((niveau["code"], niveau["libelle"]) for niveau in echelle),
            bool(niveaux),
            tableau.new_scale,
            _coded(dimensions, "dimension") if dimensions else None,
        )
        echelle = _widened(echelle, contenu, bool(niveaux))
    named = dict(_coded(dimensions, "dimension"))
    named.update((code, label) for code, label in (contenu.dimensions if contenu else ()) if code not in named)
    standing = terrain.reading.lecture.mission
    if not terrain.needs_title and standing is not None:
        if titre is None or tableau is None:
            titre = " ".join(standing.titre.split())
        if tableau is None:
            # What is written beside a mission that stands speaks its words.
            echelle = tuple({"code": n.code, "libelle": n.libelle} for n in standing.echelle) or _scale(())
            named = {dimension.code: dimension.libelle for dimension in standing.dimensions}
    charpente = Charpente(
        titre=titre if titre is not None else TITRE_PAR_DEFAUT,
        etat_au=today.isoformat(),
        echelle=echelle,
        dimensions=_groups(list(named.items()), "code"),
        bloqueurs=_groups(contenu.bloqueurs if contenu else (), "id"),
        champs=tuple(
            {"code": code, "libelle": libelle, "type": "texte", "famille": tableau.famille}
            for code, libelle in (contenu.champs if contenu else ())
            if tableau is not None
        ),
        items=_items(tableau, contenu),
        outil=outil,
    )
    projet = Projet(terrain, charpente, skeleton.write(charpente), tableau, contenu)
    return projet._replace(avertissements=_prove(projet), sans_effet=sans_effet)


def show(projet: Projet) -> Debut:
    """What would be written."""
    return _told(projet, None)


def write(projet: Projet) -> Debut:
    """Writes what isn't there: all of it, or nothing.

    Raises: SystemFault.
    """
    texts = projet.textes.files
    new = [place for place in PLACES if place not in projet.terrain.standing]
    done = store.create_files([(projet.terrain.folder / place, texts[place].encode("utf-8")) for place in new])
    return _told(projet, {place for place, written in zip(new, done, strict=True) if written})


def _told(projet: Projet, written: set[str] | None) -> Debut:
    terrain = projet.terrain
    fichiers = []
    for place in PLACES:
        etat: Literal["ecrit", "present", "a_ecrire"] = "present"
        if written is None and place not in terrain.standing:
            etat = "a_ecrire"
        elif written is not None and place in written:
            etat = "ecrit"
        fichiers.append(Fichier(place, printable(str(terrain.folder / place)), etat))
    absolute = terrain.folder.absolute()
    absolute = Path(os.path.normpath(absolute))
    root = next((folder for folder in (absolute, *absolute.parents) if os.path.lexists(folder / ".git")), None)
    below = printable(str(absolute.relative_to(root))) if root not in (None, absolute) else ""
    return Debut(projet, tuple(fichiers), bool(written), root is not None, below)


def _coded(given: Sequence[str], fallback: str) -> tuple[tuple[str, str], ...]:
    """The labels with their codes."""
    found: dict[str, str] = {}
    for rank, label in enumerate(given, 1):
        code = base = slug(label, "_") or f"{fallback}_{rank}"
        n = 2
        while code in found:
            code, n = f"{base}_{n}", n + 1
        found[code] = label
    return tuple(found.items())


def _scale(niveaux: Sequence[str]) -> tuple[dict[str, str], ...]:
    """The scale of these labels, best first; the default one where there is none. The last of several is an alert."""
    if not niveaux:
        return skeleton.default_levels()
    found = [{"code": code, "libelle": label} for code, label in _coded(niveaux, "niveau")]
    if len(found) > 1:
        found[-1]["alerte"] = "true"
    return tuple(found)


def _widened(scale: tuple[dict[str, str], ...], contenu: Contenu, given: bool) -> tuple[dict[str, str], ...]:
    """The scale with the file's new levels, none of which is an alert until somebody says so; where no scale was given,
    the file's levels alone, in its order."""
    if not contenu.nouveaux:
        return scale
    known = {} if given else {niveau["code"]: niveau for niveau in scale}
    found = list(scale) if given else []
    for code, libelle in contenu.niveaux:
        if code in contenu.nouveaux:
            found.append({"code": code, "libelle": libelle, "alerte": "false"})
        elif not given:
            found.append(known[code])
    return tuple(found)


def _groups(names: Sequence[tuple[str, str]], key: str) -> tuple[dict[str, str], ...]:
    return tuple({key: code, "libelle": label} for code, label in names)


def _items(tableau: Tableau | None, contenu: Contenu | None) -> dict[Famille, list[dict[str, Written]]]:
    if tableau is None or contenu is None:
        return {}
    found: dict[Famille, list[dict[str, Written]]] = {
        "chantiers": [{"id": i, "titre": label} for i, label in contenu.chantiers],
        "leviers": [{"id": i, "titre": label} for i, label in contenu.leviers],
    }
    # What a row lacks has been told; something stands for it, so that the rest of the row is read.
    found[tableau.famille] = [
        {"id": element.values["id"] or f"?{element.line}", "titre": "?", **_but_empty_id(element.values)}
        for element in contenu.elements
    ]
    return found


def _but_empty_id(values: Mapping[str, Written]) -> dict[str, Written]:
    return {key: value for key, value in values.items() if value or key != "id"}


def _without_effect(
    terrain: Terrain,
    titre: str | None,
    dimensions: tuple[str, ...],
    niveaux: tuple[str, ...],
    outil: str,
    tableau: Tableau | None,
) -> tuple[str, ...]:
    """A sentence for each file that stands and says something else than the options that are for it."""
    found = []
    # With a spreadsheet, a mission that says something else is refused.
    if not terrain.needs_title and tableau is None:
        mission = terrain.reading.lecture.mission
        pairs = (
            ("--titre", titre and " ".join(titre.split()), mission and " ".join(mission.titre.split())),
            ("--dimension", dimensions, mission and tuple(d.libelle for d in mission.dimensions)),
            ("--niveau", niveaux, mission and tuple(n.libelle for n in mission.echelle)),
        )
        found.append((DATA["mission"], [option for option, given, there in pairs if given and given != there]))
    if outil != OUTIL and "requirements.txt" in terrain.standing:
        try:
            known = outil.encode() in (terrain.folder / "requirements.txt").read_bytes()
        except OSError:
            known = False
        found.append(("requirements.txt", [] if known else ["--outil"]))
    return tuple(
        f"{enumeration(options)} {'reste' if len(options) == 1 else 'restent'} sans effet : "
        f"« {printable(str(terrain.folder / place))} » est déjà là ; c'est lui qu'il faut modifier"
        for place, options in found
        if options
    )


def _prove(projet: Projet) -> tuple[Fault, ...]:
    """The warnings about the spreadsheet's items, once it is sure that what would be in the folder is a valid roadmap
    that holds what was asked, or at least no worse than it was.

    Raises: InvalidSheet; EditRefused; InvalidRoadmap.
    """
    terrain, texts = projet.terrain, projet.textes.files
    in_the_way = [
        place
        for place in DATA.values()
        if place in terrain.standing and not _same(terrain.folder / place, texts[place].encode("utf-8"))
    ]
    if projet.tableau is not None and in_the_way:
        names = enumeration([f"« {printable(str(terrain.folder / place))} »" for place in in_the_way])
        verb = "existe déjà" if len(in_the_way) == 1 else "existent déjà"
        raise EditRefused(f"--from commence une feuille de route, mais {names} {verb} ; rien n'a été écrit")
    sources = {
        part: terrain.sources.get(part) or Source(printable(str(terrain.folder / place)), texts[place].encode("utf-8"))
        for part, place in DATA.items()
    }
    reading = store.parse({part: sources[part] for part in FILES})
    if projet.tableau is not None and projet.contenu is not None:
        return _prove_sheet(projet, projet.tableau, projet.contenu, reading)
    before = {problem.message for problem in terrain.reading.problems}
    added = tuple(problem for problem in reading.problems if problem.message not in before)
    if added and terrain.standing & set(DATA.values()):
        lines = "\n".join(f"{problem.where}: {problem.message}" for problem in added)
        raise EditRefused(f"ce qui est déjà là ne s'accorde pas avec ce qui serait écrit ; rien n'a été écrit\n{lines}")
    if added:
        raise InvalidRoadmap(added)
    return ()


def _prove_sheet(projet: Projet, tableau: Tableau, contenu: Contenu, reading: Reading) -> tuple[Fault, ...]:
    """The warnings, at their places in the spreadsheet.

    Raises: InvalidSheet; UsageFault; EditRefused.
    """
    famille = tableau.famille
    lines = projet.textes.files[DATA[famille]].split("\n")
    firsts = projet.textes.firsts[famille]
    titles = {colonne.champ: colonne.titre for colonne in tableau.mapping if colonne.devient != "libelle"}
    faults = list(contenu.faults)
    told = {(fault.line, fault.column) for fault in faults}

    def placed(problem: Problem) -> Fault:
        rank = bisect_right(firsts, problem.line) - 1
        if problem.source != reading.names[famille] or rank < 0:
            return Fault(0, "", problem.message)
        key = skeleton.key_of(lines, firsts[rank], problem.line)
        # No warning is about an id: one that is placed there is about the whole item.
        title = "" if key == "id" and problem.kind == "avertissement" else titles.get(key, "")
        message = problem.message.removeprefix(f"{key} : " if title else "")
        return Fault(contenu.elements[rank].line, title, message)

    # An id given twice has been told in the words of the spreadsheet.
    faults += [
        fault for fault in map(placed, reading.problems) if not fault.line or (fault.line, fault.column) not in told
    ]
    name = tableau.sheet.name
    if faults:
        raise spreadsheet.refused(name, [*faults, *(Fault(0, "", text) for text in contenu.unknown)])
    if contenu.unknown:
        raise UsageFault("\n".join([f"« {name} » : {contenu.unknown[0]}", *contenu.unknown[1:], "rien n'a été écrit"]))
    document = reading.documents[famille].value
    assert isinstance(document, dict)
    asked: Value = [{key: value_of(value) for key, value in e.values.items()} for e in contenu.elements]
    if ended(document[famille]) != ended(asked):
        raise EditRefused("le texte composé ne redonne pas les valeurs du tableur ; rien n'a été écrit")
    return tuple(sorted(map(placed, reading.warnings()), key=lambda fault: fault.line))


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
