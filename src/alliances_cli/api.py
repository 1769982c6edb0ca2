"""One function a journey: what the commands call, and what a script may import. Nothing is printed here."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from alliances_cli import bilan, checks, location, selection, store
from alliances_cli.bilan import Bilan, Groupe, Groupement, Moment
from alliances_cli.champs import FAMILLES, MISSION_CHAMPS, PAR_CODE, PROVENANCES, SINGULIER, Champ, Famille, of_famille
from alliances_cli.errors import EditRefused, InvalidRoadmap, NotFound, Problem, SystemFault, UsageFault
from alliances_cli.location import FILES, Root
from alliances_cli.model import FeuilleDeRoute, Item, Mission
from alliances_cli.periode import Periode
from alliances_cli.selection import Filtres
from alliances_cli.store import Reading
from alliances_cli.yamltext.read import Path as YamlPath
from alliances_cli.yamltext.read import Value

if TYPE_CHECKING:
    from alliances_cli.evolution import Changement


class Vue(NamedTuple):
    """A checked roadmap at its date of reading; `totals` are published totals that the counted levels contradict."""

    root: Root
    feuille: FeuilleDeRoute
    moment: Moment
    totals: tuple[Problem, ...]
    reading: Reading


class Controle(NamedTuple):
    """What `check` found, in reading order; `feuille` is None where there are errors."""

    root: Root
    moment: Moment
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    feuille: FeuilleDeRoute | None

    def count(self, *kinds: str) -> int:
        return sum(problem.kind in kinds for problem in self.problems)


class Modification(NamedTuple):
    """What an update changed, or would change. `changes` is empty where there was nothing to do; `part` is the file's
    part, `famille` None for the mission. `totals` are published totals that the new levels contradict."""

    root: Root
    source: str
    part: str
    famille: Famille | None
    id: str
    titre: str
    changes: tuple[Changement, ...]
    before: str
    after: str
    lost_comments: tuple[str, ...]
    totals: tuple[Problem, ...]
    remaining: tuple[Problem, ...]
    feuille: FeuilleDeRoute | None
    written: bool


def locate(data: str | None = None) -> Root:
    """The roadmap that `data` (`--data`), ALLIANCES_DATA or the current folder names.

    Raises: NotFound.
    """
    return location.find_root(data, os.environ.get("ALLIANCES_DATA"), Path.cwd())


def load(root: Root) -> Reading:
    """Everything the files hold, problems included."""
    return store.parse(store.read_sources(root))


def view(root: Root, au: Periode | None = None, today: date | None = None) -> Vue:
    """The checked roadmap at `au`, else at its own date, else `today`.

    Raises: InvalidRoadmap.
    """
    reading = load(root)
    feuille = reading.require()
    moment = bilan.moment(feuille, au, today or date.today())
    assert moment is not None
    return Vue(root, feuille, moment, reading.totals(), reading)


def check(root: Root, today: date | None = None) -> Controle:
    """All that is wrong or doubtful."""
    reading = load(root)
    problems = reading.problems
    feuille = reading.feuille
    if feuille is not None:
        problems = tuple(sorted((*reading.totals(), *reading.warnings()), key=lambda p: p.sort_key))
    moment = bilan.moment(feuille or FeuilleDeRoute(_mission(reading)), None, today or date.today())
    assert moment is not None
    return Controle(root, moment, problems, tuple(reading.names.values()), feuille)


def _mission(reading: Reading) -> Mission:
    return reading.lecture.mission or Mission(titre=store.TITRE_PAR_DEFAUT)


def items(vue: Vue, famille: Famille, filtres: Filtres, sort: str | None = None) -> tuple[Item, ...]:
    """The family's items that pass the filters, in the file's order or sorted.

    Raises: UsageFault.
    """
    found = selection.select(vue.feuille, famille, filtres, vue.moment.day)
    return selection.sort(vue.feuille, famille, found, sort) if sort else found


def summarise(vue: Vue, famille: Famille, groupement: Groupement | None) -> tuple[Bilan, tuple[Groupe, ...]]:
    """The family's counts, and the groups of the grouping (by dimension unless told).

    Raises: UsageFault for a family without levels.
    """
    if famille == "leviers":
        raise UsageFault("les leviers n'ont pas de niveau d'avancement : résumez « mesures » ou « chantiers »")
    if famille == "chantiers" and groupement == "chantier":
        raise UsageFault("--by : un chantier n'appartient pas à un chantier ; comptez les mesures")
    whole = bilan.of(vue.feuille, famille)
    if groupement is None:
        return whole, whole.groupes
    return whole, bilan.by(vue.feuille, vue.feuille.with_level(famille), groupement)


def publishable(root: Root, au: Periode | None) -> Vue:
    """The roadmap as a document may show it: its totals reconcile, and its date doesn't come from the clock.

    Raises: InvalidRoadmap (errors, or totals that don't reconcile); UsageFault where no date is known.
    """
    reading = load(root)
    feuille = reading.require()
    totals = reading.totals()
    if totals:
        raise InvalidRoadmap(totals)
    moment = bilan.moment(feuille, au, None)
    if moment is None:
        raise UsageFault("la feuille de route n'a pas de date (« etat_au ») : donnez-la avec --au DATE")
    return Vue(root, feuille, moment, (), reading)


def write_document(root: Root, path: Path, text: str) -> None:
    """Writes a rendered document, whole or not at all; a file of the roadmap is never overwritten.

    Raises: UsageFault; SystemFault.
    """
    check_output(root, path)
    store.replace_file(path, text.encode("utf-8"), None)


def document_differs(root: Root, path: Path, text: str) -> bool:
    """Whether the file isn't what would be written; a missing file differs.

    Raises: UsageFault; SystemFault.
    """
    check_output(root, path)
    try:
        return path.read_bytes() != text.encode("utf-8")
    except FileNotFoundError:
        return True
    except OSError as error:
        raise SystemFault(f"{path} : {store.reason(error)}") from None


def check_output(root: Root, path: Path) -> None:
    """Whether a document may be written there.

    Raises: UsageFault for a file of the roadmap, for a folder, and for what isn't a plain file.
    """
    if path.is_dir():
        raise UsageFault(f"« {path} » est un dossier : donnez un nom de fichier")
    if path.exists() and not path.is_file():
        raise UsageFault(f"« {path} » n'est pas un fichier ordinaire ; pour la sortie standard, retirez -o")
    target = Path(os.path.realpath(path))
    data, templates = (Path(os.path.realpath(folder)) for folder in (root.data, root.templates))
    own = [root.path(part) for part in FILES]
    inside = templates in target.parents or (target.suffix.lower() in (".yaml", ".yml") and data in target.parents)
    if inside or any(target.exists() and file.exists() and target.samefile(file) for file in own):
        raise UsageFault(f"« {path} » est un fichier de la feuille de route : choisissez un autre nom")


def update(
    root: Root, reference: str, values: Mapping[str, str | Sequence[str] | None], dry_run: bool = False
) -> Modification:
    """Gives an item (or `mission`) new values for some fields; None clears one. Proven before anything is written.

    Raises: NotFound; UsageFault for a value that names nothing; EditRefused; InvalidRoadmap where the item's file can't
    be read; SystemFault.
    """
    # Only an edit pays for what edits.
    from alliances_cli import evolution
    from alliances_cli.yamltext import edit
    from alliances_cli.yamltext.faults import YamlFault

    with nullcontext() if dry_run else store.locked(root.data):
        sources = store.read_sources(root)
        reading = store.parse(sources)
        part, famille, path = _target(reading, reference)
        source = sources[part]
        document = reading.documents[part]
        current = _value_at(document.value, path)
        wanted = _wanted(reading, famille, current, values)
        text = document.text
        lost: list[str] = []
        asked: dict[YamlPath, Value] = {}
        order = [champ.code for champ in of_famille(famille)] if famille else list(Mission.model_fields)

        def apply(before: str, at: YamlPath, value: str | tuple[str, ...] | None) -> edit.Edited:
            if value is None:
                return edit.remove(before, at)
            if isinstance(value, str):
                return edit.set_text(before, at, value, order)
            return edit.set_list(before, at, value, order)

        for code, value in wanted.items():
            field_path = (*path, code)
            try:
                edited = apply(text, field_path, value)
            except YamlFault as late:
                fault = late
                try:
                    # The place to show is the file's, not that of the half-edited text.
                    apply(document.text, field_path, value)
                except YamlFault as alone:
                    fault = alone
                line, column = document.line_column(min(fault.index, len(document.text)))
                raise EditRefused(f"{source.name}:{line}:{column} : {fault.message} ; rien n'a été écrit") from None
            text = edited.text
            lost.extend(edited.lost_comments)
            asked[field_path] = list(value) if isinstance(value, tuple) else value
        after = store.parse({**sources, part: source._replace(data=text.encode("utf-8"))})
        changes = evolution.compare(document.value, after.documents[part].value)
        _prove(changes, asked)
        changes = tuple(sorted(changes, key=lambda change: order.index(str(change.path[-1]))))
        _refuse_new_errors(reading, after)
        item = _value_at(after.documents[part].value, path)
        if changes and not dry_run:
            store.replace_file(root.path(part), text.encode("utf-8"), source.data)
        return Modification(
            root=root,
            source=source.name,
            part=part,
            famille=famille,
            id=str(item.get("id", "")),
            titre=str(item.get("titre") or ""),
            changes=changes,
            before=document.text,
            after=text,
            lost_comments=tuple(lost),
            totals=after.totals(),
            remaining=after.problems,
            feuille=after.feuille,
            written=bool(changes) and not dry_run,
        )


def _target(reading: Reading, reference: str) -> tuple[str, Famille | None, YamlPath]:
    """The part, the family (None: the mission) and the path of what a reference names."""
    if reference == "mission":
        if "mission" not in reading.names:
            raise NotFound("il n'y a pas de mission.yaml : créez-le avec une ligne « titre: … »")
        if "mission" in reading.lecture.vocabulaire.unreadable:
            raise InvalidRoadmap(reading.problems)
        return "mission", None, ()
    indexed = {f: [(index, item.id) for index, item in reading.lecture.items.get(f, ())] for f in FAMILLES}
    try:
        famille, identifier = selection.locate(reference, {f: [i for _, i in indexed[f] if i] for f in FAMILLES})
    except NotFound:
        if reading.lecture.vocabulaire.unreadable:
            raise InvalidRoadmap(reading.problems) from None
        raise
    places = [index for index, found in indexed[famille] if found == identifier]
    if len(places) > 1:
        raise EditRefused(
            f"{len(places)} {famille} portent l'identifiant « {identifier} » : corrigez le fichier à la main d'abord"
        )
    return famille, famille, (famille, places[0])


def _value_at(value: Value, path: YamlPath) -> dict[str, Value]:
    for step in path:
        value = value[step]  # type: ignore[index]
    assert isinstance(value, dict)
    return value


def _wanted(
    reading: Reading,
    famille: Famille | None,
    current: Mapping[str, Value],
    values: Mapping[str, str | Sequence[str] | None],
) -> dict[str, str | tuple[str, ...] | None]:
    """The changes to make, in the model's order: values made what the file writes, those already there left out."""
    known = {champ.code: champ for champ in (of_famille(famille) if famille else MISSION_CHAMPS)}
    what = (
        f"un {SINGULIER[famille]}" if famille in ("chantiers", "leviers") else "une mesure" if famille else "la mission"
    )
    wanted: dict[str, str | tuple[str, ...] | None] = {}
    for code, given in values.items():
        if code in ("id", "preuves"):
            raise UsageFault(f"« {code} » se modifie à la main, dans le fichier")
        if code not in known:
            option = PAR_CODE[code].option if code in PAR_CODE else "--" + code.replace("_", "-")
            raise UsageFault(f"{option} : {what} n'a pas de champ « {code} »")
        champ = known[code]
        if given is None:
            wanted[code] = None
        elif champ.multiple:
            texts = [given] if isinstance(given, str) else list(given)
            wanted[code] = tuple(dict.fromkeys(_written(reading, famille, current, champ, text) for text in texts))
        else:
            assert isinstance(given, str)
            wanted[code] = _written(reading, famille, current, champ, given)
    if wanted.get("avancement") and famille and "provenance" not in wanted:
        default = reading.lecture.mission.provenance if reading.lecture.mission else None
        if current.get("provenance") or (default or "saisi") != "saisi":
            wanted["provenance"] = "saisi"
    order = list(known)
    return {code: wanted[code] for code in sorted(wanted, key=order.index) if _differs(current.get(code), wanted[code])}


def _differs(current: Value, wanted: str | tuple[str, ...] | None) -> bool:
    if isinstance(current, str) and isinstance(wanted, str):
        return current.strip() != wanted
    return current != (list(wanted) if isinstance(wanted, tuple) else wanted)


def _written(reading: Reading, famille: Famille | None, current: Mapping[str, Value], champ: Champ, given: str) -> str:
    """A value as the file writes it: levels and dimensions by their code, references that exist, dates that are.

    Raises: UsageFault.
    """
    text = given.replace("\r\n", "\n").strip()
    if not text:
        how = (
            "le titre ne peut pas être effacé"
            if champ.code == "titre"
            else f"pour l'effacer : --sans-{champ.option[2:]}"
        )
        raise UsageFault(f"{champ.option} : valeur vide ; {how}")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise UsageFault(f"{champ.option} : le texte n'est pas de l'UTF-8 valable")
    bad = next(
        (c for c in text if ord(c) < 32 and c not in "\n\t" or 0x7F <= ord(c) < 0xA0 or c in "\ufeff\ufffe\uffff"), None
    )
    if bad is not None:
        raise UsageFault(f"{champ.option} : le texte contient un caractère de contrôle (U+{ord(bad):04X})")
    vocabulaire = reading.lecture.vocabulaire
    if champ.type == "niveau" and vocabulaire.niveaux is not None:
        return selection.named(text, dict(vocabulaire.niveaux), "--avancement : niveau inconnu")
    if champ.type == "dimension" and vocabulaire.dimensions is not None:
        return selection.named(text, dict(vocabulaire.dimensions), "--dimension : dimension inconnue")
    if champ.type == "provenance":
        return selection.named(text, {p: p for p in PROVENANCES}, "--provenance : provenance inconnue")
    if champ.type == "date":
        return selection.period(text, champ.option).text
    if champ.type == "ids" and famille is not None:
        own = current.get("id")
        fault = checks.reference_fault(text, champ.code, famille, own if isinstance(own, str) else "", vocabulaire)
        if fault:
            raise UsageFault(f"{champ.option} : {fault}")
    return text


def _prove(changes: Sequence[Changement], asked: Mapping[YamlPath, Value]) -> None:
    """The comparison of the two texts must show exactly what was asked."""

    def bare(value: Value) -> Value:
        return value.rstrip("\n") if isinstance(value, str) else value

    if {change.path: bare(change.after) for change in changes} != dict(asked):
        raise EditRefused("la modification toucherait autre chose que ce qui est demandé ; rien n'a été écrit")


def _refuse_new_errors(before: Reading, after: Reading) -> None:
    def key(problem: Problem) -> tuple[str, str]:
        # An edit moves lines: the same complaint about another line isn't a new one.
        return problem.source, re.sub(r"ligne \d+", "ligne", problem.message)

    added = Counter(map(key, after.problems)) - Counter(map(key, before.problems))
    if added:
        found = [problem for problem in after.problems if key(problem) in added]
        lines = "\n".join(f"{problem.where}: {problem.message}" for problem in found)
        raise EditRefused(f"la modification rendrait la feuille de route invalide ; rien n'a été écrit\n{lines}")
