"""One function a journey: what the commands call, and what a script may import. Nothing is printed here."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from alliances_cli import bilan, checks, location, selection, store
from alliances_cli.bilan import Bilan, Groupe, Groupement, Moment
from alliances_cli.champs import Famille
from alliances_cli.checks import Finding
from alliances_cli.errors import EditRefused, InvalidRoadmap, Problem, SystemFault, UsageFault
from alliances_cli.location import FILES, Root
from alliances_cli.model import FeuilleDeRoute, Item, Mission, Regle, Retiree, Theme, is_font_file
from alliances_cli.periode import Periode
from alliances_cli.ressources import LOGO_MAX, POLICE_MAX, Fichier, Ressources, logo, police
from alliances_cli.selection import Filtres
from alliances_cli.store import Reading, Source

if TYPE_CHECKING:
    from alliances_cli.past.revision import Revision

# Reads a file that the roadmap names, up to a number of bytes, now or in the past.
Lire: TypeAlias = Callable[[str, int], Source]


class Vue(NamedTuple):
    """A checked roadmap at its date of reading; `totals` are published totals that the counted levels contradict.
    `revision`: where it was read in git's past; `remarques`: what is to be said of that revision; `ressources`: the
    files that a document carries, which only what publishes reads."""

    root: Root
    feuille: FeuilleDeRoute
    moment: Moment
    totals: tuple[Problem, ...]
    reading: Reading
    revision: Revision | None = None
    remarques: tuple[str, ...] = ()
    ressources: Ressources = Ressources()


class Controle(NamedTuple):
    """What `check` found, in reading order; `feuille` is None where there are errors. `revision` and `remarques`: see
    `Vue`. `depuis`: since when the change was checked, by the rules of the mission that are on (`regles`)."""

    root: Root
    moment: Moment
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    feuille: FeuilleDeRoute | None
    revision: Revision | None = None
    remarques: tuple[str, ...] = ()
    depuis: Revision | None = None
    regles: tuple[Regle, ...] = ()

    def count(self, *kinds: str) -> int:
        return sum(problem.kind in kinds for problem in self.problems)


def locate(data: str | None = None, begun: bool = False) -> Root:
    """The roadmap that `data` (`--data`), ALLIANCES_DATA or the current folder names; `begun`: even without mesures.

    Raises: NotFound.
    """
    return location.find_root(data, os.environ.get("ALLIANCES_DATA"), Path.cwd(), begun)


def carried(root: Root, reading: Reading) -> tuple[Path, ...]:
    """Where the files that the roadmap's theme names are looked for, whether they are there or not."""
    theme = _mission(reading).theme
    return tuple(path for chemin in _named(theme) if chemin for path in store.places_beside(root, chemin))


def _named(theme: Theme) -> tuple[str | None, str | None]:
    """The paths of the theme's logo and of its font."""
    return theme.logo, theme.police if theme.police and is_font_file(theme.police) else None


def ressources(reading: Reading, lire: Lire) -> tuple[Ressources, tuple[Problem, ...]]:
    """The files that the roadmap's theme names, and what is wrong with them, where they are named."""
    logotype, fonte = _named(reading.require().mission.theme)
    wanted: list[tuple[str, str | None, int, Callable[[str, bytes], Fichier]]] = [
        ("logo", logotype, LOGO_MAX, logo),
        ("police", fonte, POLICE_MAX, police),
    ]
    found: dict[str, Fichier] = {}
    problems: list[Problem] = []
    for key, chemin, most, checked in wanted:
        if chemin is None:
            continue
        source = lire(chemin, most)
        message, kind = "", source.problem.kind if source.problem else "erreur"
        try:
            if source.problem is not None:
                message = source.problem.message
            else:
                found[key] = checked(chemin.rpartition(".")[2].lower(), source.data)
        except ValueError as error:
            message = str(error)
        if message:
            said = f"{key} « {source.name} » : {message}"
            problems.append(reading.locate(Finding("mission", ("theme", key), said, kind)))
    return Ressources(**found), tuple(problems)


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


def public(vue: Vue, *later: FeuilleDeRoute) -> Vue:
    """The same view, without what is internal, then or in later moments; `reading` stays whole."""
    from alliances_cli import diffusion

    feuille = diffusion.public(vue.feuille, *later)
    said = next(checks.totals(feuille), None)
    totals = tuple(problem._replace(message=said.message) for problem in vue.totals) if said is not None else ()
    return vue._replace(feuille=feuille, totals=totals)


def warnings(vue: Vue) -> int:
    """How many things of what is shown are worth a look."""
    return sum(1 for _ in checks.warnings(vue.feuille))


def check(root: Root, today: date | None = None) -> Controle:
    """All that is wrong or doubtful."""
    return controlled(root, load(root), partial(store.read_beside, root), interrupted(root), today)


def controlled(
    root: Root, reading: Reading, lire: Lire, first: Sequence[Problem] = (), today: date | None = None
) -> Controle:
    """All that is wrong or doubtful in what was read, after the problems `first`."""
    problems = reading.problems
    feuille = reading.feuille
    if feuille is not None:
        _, problems = ressources(reading, lire)
        if problems:
            feuille = None
        else:
            problems = tuple(sorted((*reading.totals(), *reading.warnings()), key=lambda p: p.sort_key))
    problems = (*first, *problems)
    moment = bilan.moment(feuille or FeuilleDeRoute(_mission(reading)), None, today or date.today())
    assert moment is not None
    return Controle(root, moment, problems, tuple(reading.names.values()), feuille)


def interrupted(root: Root) -> tuple[Problem, ...]:
    """What interrupted edits left; it explains references that lead nowhere."""
    return tuple(_leftover(root, path) for path in store.leftovers(root))


def _leftover(root: Root, path: Path) -> Problem:
    """What is said of the file that an interrupted edit left."""
    part = next(part for part, name in FILES.items() if path.name.startswith(f".{name}."))
    message = (
        f"une modification s'est interrompue (« {path.name} » en reste) : relancez la même commande, qui la termine ; "
        "toute modification réussie efface ce reste"
    )
    return Problem(root.name(part), 0, 0, message, "avertissement")


def _mission(reading: Reading) -> Mission:
    return reading.lecture.mission or Mission(titre=store.TITRE_PAR_DEFAUT)


def items(vue: Vue, famille: Famille, filtres: Filtres, sort: str | None = None) -> tuple[Item, ...]:
    """The family's items that pass the filters, in the file's order or sorted.

    Raises: UsageFault.
    """
    found = selection.select(vue.feuille, famille, filtres, vue.moment.day)
    return selection.sort(vue.feuille, famille, found, sort) if sort else found


def retired(vue: Vue, famille: Famille, filtres: Filtres, sort: str | None = None) -> tuple[Retiree, ...]:
    """The family's retired items that hold a text of `filtres.search`, in the file's order or sorted.

    Raises: UsageFault.
    """
    return selection.retired(vue.feuille, famille, filtres, sort)


def summarise(vue: Vue, famille: Famille, by: str | None) -> tuple[Bilan, tuple[Groupe, ...], Groupement | None]:
    """The family's counts, the groups (by dimension unless told), and what they are groups of.

    Raises: UsageFault for a family without levels, or a name that isn't a grouping's nor a declared field's.
    """
    if famille == "leviers":
        raise UsageFault("les leviers n'ont pas de niveau d'avancement : résumez « mesures » ou « chantiers »")
    if famille == "chantiers" and by == "chantier":
        raise UsageFault("--by : un chantier n'appartient pas à un chantier ; comptez les mesures")
    whole = bilan.of(vue.feuille, famille)
    if by is None:
        return whole, whole.groupes, None
    groupement = selection.grouping(vue.feuille, famille, by)
    return whole, bilan.by(vue.feuille, vue.feuille.with_level(famille), groupement), groupement


def publishable(root: Root, au: Periode | None) -> Vue:
    """The roadmap as a document may show it: its totals reconcile, and its date doesn't come from the clock.

    Raises: InvalidRoadmap (errors, or totals that don't reconcile); UsageFault where no date is known.
    """
    return published(root, load(root), au)


def published(root: Root, reading: Reading, au: Periode | None) -> Vue:
    """As `publishable`, of files that were read already.

    Raises: InvalidRoadmap; UsageFault.
    """
    return document(root, reading, au, partial(store.read_beside, root))


def document(root: Root, reading: Reading, au: Periode | None, lire: Lire) -> Vue:
    """What was read, as a document may show it, with the files that it carries; see `publishable`.

    Raises: InvalidRoadmap; UsageFault.
    """
    feuille = reading.require()
    totals = reading.totals()
    if totals:
        raise InvalidRoadmap(totals)
    moment = bilan.moment(feuille, au, None)
    if moment is None:
        raise UsageFault("la feuille de route n'a pas de date (« etat_au ») : donnez-la avec --au DATE")
    carried, problems = ressources(reading, lire)
    if problems:
        raise InvalidRoadmap(problems)
    return Vue(root, feuille, moment, (), reading, ressources=carried)


def write_document(root: Root, path: Path, document: bytes) -> None:
    """Writes a rendered document, whole or not at all; a file of the roadmap is never overwritten.

    Raises: UsageFault; SystemFault.
    """
    check_output(root, path)
    store.replace_file(path, document, None)


def add_template(root: Root, name: str, text: str) -> None:
    """Writes a template of the roadmap's own, with the folder where there is none.

    Raises: EditRefused where something of that name is there; SystemFault.
    """
    path = root.templates / name
    (written,) = store.create_files([(path, text.encode("utf-8"))])
    if not written:
        where = "templates/" + name
        raise EditRefused(f"« {where} » existe déjà : rien n'est écrit ; pour repartir de l'outil, renommez-le d'abord")


def document_differs(root: Root, path: Path, document: bytes) -> bool:
    """Whether the file isn't what would be written; a missing file differs.

    Raises: UsageFault; SystemFault.
    """
    check_output(root, path)
    try:
        return path.read_bytes() != document
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
