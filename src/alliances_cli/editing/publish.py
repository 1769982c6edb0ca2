"""`publish`: a bilan's entry, with the counted totals, in mission.yaml; then the tag on the commit that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from alliances_cli import bilan, git, store
from alliances_cli.bilan import Compte
from alliances_cli.editing import given, targets
from alliances_cli.editing.draft import Element, Modification, opened
from alliances_cli.errors import EditRefused, NotFound
from alliances_cli.evolution import Changement
from alliances_cli.git import Commit, Depot, Objects
from alliances_cli.location import FILES, Root
from alliances_cli.model import BilanPublie, FeuilleDeRoute, Mission
from alliances_cli.past.passe import Passe
from alliances_cli.past.revision import TAG
from alliances_cli.periode import Periode
from alliances_cli.typographie import count, enumeration, one_line
from alliances_cli.yamltext.compose import Written
from alliances_cli.yamltext.edit import Change

_ORDER = list(BilanPublie.model_fields)


class Ecriture(NamedTuple):
    """What the first step wrote, or would write: nothing where the entry and `etat_au` are as they should be.

    `entree` is the entry as mission.yaml has it; `compte` counts the mesures; `depot` is the repository, if there is
    one. `restorable`: HEAD has mission.yaml as it was before.
    """

    date: Periode
    modification: Modification
    entree: Mapping[str, Written]
    compte: Compte
    depot: Depot | None
    restorable: bool


class Tag(NamedTuple):
    """The tag of a bilan. `pose`: it was made now; else it was there already, or (`dry_run`) would be made."""

    root: Root
    date: Periode
    name: str
    commit: Commit
    pose: bool
    existing: bool
    depot: Depot


# --- the entry --------------------------------------------------------------------------------------------------------


def publish(
    root: Root, date: Periode, titre: str | None = None, source: str | None = None, dry_run: bool = False
) -> Ecriture:
    """Writes the bilan at a date, with the counted totals, into mission.yaml, and `etat_au` where it differs. One that
    is published already is never changed.

    Raises: InvalidRoadmap; NotFound without mission.yaml; UsageFault; EditRefused; SystemFault.
    """
    said = {"titre": titre, "source": source}
    asked = {key: given.checked(f"--{key}", text, "") for key, text in said.items() if text is not None}
    with opened(root, dry_run) as draft:
        feuille = draft.reading.require()
        targets.mission(draft.reading)
        compte = bilan.count(feuille, feuille.mesures)
        wanted: dict[str, Written] = {
            "date": date.text,
            **asked,
            "totaux": {code: str(n) for code, n in compte.comptes.items()},
        }
        wanted = {key: wanted[key] for key in _ORDER if key in wanted}
        mission = feuille.mission
        rank = _rank(mission, date)
        changes: list[Changement] = []
        if rank is None:
            rank = _place(mission, date)
            draft.insert("mission", "bilans", rank, wanted, _ORDER)
            changes.append(
                Changement(("bilans", rank), None, targets.value_at(draft.value("mission"), ("bilans", rank)))
            )
        else:
            missing = _missing(feuille, mission.bilans[rank], date, asked)
            fields = [key for key in _ORDER if key in missing]
            added: list[Change] = [(("bilans", rank, key), wanted[key]) for key in fields]  # type: ignore[misc]
            draft.change("mission", added, _ORDER)
            entry = targets.value_at(draft.value("mission"), ("bilans", rank))
            changes += [Changement(("bilans", rank, key), None, entry[key]) for key in fields]
            wanted = {key: entry[key] for key in _ORDER if entry.get(key)}  # type: ignore[misc]
        if mission.etat_au is None or not mission.etat_au.same_days(date):
            before = mission.etat_au.text if mission.etat_au is not None else None
            draft.change("mission", [(("etat_au",), date.text)], list(Mission.model_fields))
            changes.append(Changement(("etat_au",), before, date.text))
        element = Element("mission", "", one_line(mission.titre), tuple(changes))
        done = draft.close("publish", [element], notes=_notes(mission, date, compte))
        depot = git.find(root.data)
        restorable = depot is not None and _restorable(depot, root, draft.sources["mission"].data)
        return Ecriture(date, done, wanted, compte, depot, restorable)


def _restorable(depot: Depot, root: Root, before: bytes | None) -> bool:
    """Whether HEAD has mission.yaml as it was before: taking it from there loses nothing else."""
    try:
        path = depot.path(root.path("mission"))
    except NotFound:
        return False
    if depot.tip is None or before is None:
        return False
    with Objects(depot) as objects:
        return _equal(before, next(objects.read([f"{depot.tip}:{path}"])))


def _rank(mission: Mission, date: Periode) -> int | None:
    """The rank of the entry at a date."""
    return next((rank for rank, publie in enumerate(mission.bilans) if publie.date.same_days(date)), None)


def _place(mission: Mission, date: Periode) -> int:
    """Where an entry goes by its date: after those before it; before them where the last bilan is the first."""
    days = [(publie.date.last, publie.date.first) for publie in mission.bilans]
    own = (date.last, date.first)
    earlier = [rank for rank, day in enumerate(days) if day < own]
    if len(days) > 1 and days == sorted(days, reverse=True):
        return earlier[0] if earlier else len(days)
    return earlier[-1] + 1 if earlier else 0


def _missing(feuille: FeuilleDeRoute, publie: BilanPublie, date: Periode, asked: Mapping[str, str]) -> set[str]:
    """The keys to add to the entry: those that one without totals lacks; none where it is published.

    Raises: EditRefused where it would be changed.
    """
    said = f"le bilan {publie.date.du} est déjà dans mission.yaml"
    for key, text in asked.items():
        known = getattr(publie, key)
        if known != text and (known is not None or publie.totaux):
            instead = f"avec « {key}: {one_line(known)} »" if known is not None else f"sans « {key} »"
            raise EditRefused(f"{said}, {instead} : un bilan publié ne se change pas")
    scale = [niveau.code for niveau in publie.echelle]
    if (scale and scale != list(feuille.niveaux)) or not publie.totaux.keys() <= feuille.niveaux.keys():
        raise EditRefused(f"{said}, sur une autre échelle que celle d'aujourd'hui : un bilan publié ne se change pas")
    if not publie.totaux:
        return {"totaux", *(key for key in asked if getattr(publie, key) is None)}
    there = bilan.control(_standing(feuille, date))
    if there is not None and not there.agrees:
        raise EditRefused(
            f"{said}, avec d'autres totaux (compté {there.compte_text}, publié {there.publie_text}) : un bilan publié "
            "ne se change pas ; donnez une autre date, ou reprenez les niveaux"
        )
    return set()


def _standing(feuille: FeuilleDeRoute, date: Periode) -> FeuilleDeRoute:
    """The roadmap as it would be at a date."""
    mission = feuille.mission.model_copy(update={"etat_au": date})
    return FeuilleDeRoute(mission, feuille.chantiers, feuille.mesures, feuille.leviers, feuille.retirees)


def _notes(mission: Mission, date: Periode, compte: Compte) -> list[str]:
    notes = []
    if compte.sans_avancement:
        n = compte.sans_avancement
        notes.append(f"{count(n, 'mesure')} sans niveau : les totaux ne {'la' if n == 1 else 'les'} comptent pas")
    later = [publie.date for publie in mission.bilans if publie.date.last > date.last]
    if later:
        last = max(later, key=lambda other: other.last)
        notes.append(f"ce bilan précède celui {last.du}, qui est déjà dans mission.yaml")
    return notes


# --- the tag ----------------------------------------------------------------------------------------------------------


def tag(root: Root, date: Periode, dry_run: bool = False) -> Tag:
    """Makes the annotated tag `bilan/DATE` on HEAD, where the roadmap is as HEAD has it, stands at that date, and its
    totals reconcile with the bilan's. One that exists is never moved.

    Raises: NotFound where there is no repository, or no commit; InvalidRoadmap; EditRefused; SystemFault.
    """
    depot = git.require(root.data)
    with Passe(depot, root, depot.path(root.data), Objects(depot), True) as past:
        head = git.describe(depot, past.head)
        sources = store.read_sources(root)
        feuille = store.parse(sources).require()
        publie = _published(feuille, date)
        name = TAG + publie.date.text
        if git.has_ref(depot, f"refs/tags/{name}"):
            other = git.commit(depot, f"refs/tags/{name}")
            if other != head.hash:
                where = f"sur le commit {other[: git.SHORT]}" if other is not None else "ailleurs"
                raise EditRefused(
                    f"le tag « {name} » est déjà posé {where}, pas sur HEAD ({head.short}) : un tag publié ne se "
                    "déplace pas"
                )
            return Tag(root, date, name, head, False, True, depot)
        _require_standing(feuille, publie)
        _require_committed(past, {part: source.data for part, source in sources.items()})
        if not dry_run:
            git.make_tag(depot, name, head.hash, _message(feuille, publie))
        return Tag(root, date, name, head, not dry_run, False, depot)


def _published(feuille: FeuilleDeRoute, date: Periode) -> BilanPublie:
    rank = _rank(feuille.mission, date)
    if rank is None or not feuille.mission.bilans[rank].totaux:
        lacks = "n'a pas de bilan" if rank is None else "n'a pas les totaux du bilan"
        raise EditRefused(
            f"mission.yaml {lacks} {date.du} : « alliances publish {date} » l'écrit, puis commitez avant --tag"
        )
    return feuille.mission.bilans[rank]


def _require_standing(feuille: FeuilleDeRoute, publie: BilanPublie) -> None:
    """Raises: EditRefused where the roadmap stands at another date than the bilan's, or counts other totals."""
    etat_au = feuille.mission.etat_au
    if etat_au is None or not etat_au.same_days(publie.date):
        stands = f"« etat_au » est {etat_au}" if etat_au is not None else "« etat_au » manque"
        raise EditRefused(
            f"{stands}, pas {publie.date} : « alliances publish {publie.date} » l'écrit, puis commitez avant --tag"
        )
    controle = bilan.control(feuille)
    if controle is None:
        raise EditRefused(f"les totaux du bilan {publie.date.du} sont d'une autre échelle que les données")
    if not controle.agrees:
        raise EditRefused(
            f"les totaux du bilan {publie.date.du} ne concordent pas avec les données : compté {controle.compte_text}, "
            f"publié {controle.publie_text} ; reprenez les niveaux (alliances check), puis commitez avant --tag"
        )


def _require_committed(past: Passe, present: Mapping[str, bytes]) -> None:
    """Raises: EditRefused where a file isn't what HEAD has, or what is staged isn't."""
    paths = past.paths()
    files = past.files(past.head, past.folder)
    committed = past.read(files, paths)
    for source in committed.values():
        if source.problem is not None:
            raise EditRefused(f"« {source.name} », dans le dernier commit (HEAD) : {source.problem.message}")
    differ = [part for part in FILES if not _equal(present.get(part), committed[part].data if part in files else None)]
    if differ:
        names = enumeration([f"« {past.root.name(part)} »" for part in differ])
        verb = "ne sont pas tels que dans le" if len(differ) > 1 else "n'est pas tel que dans le"
        raise EditRefused(f"{names} {verb} dernier commit (HEAD) : commitez la feuille de route avant --tag")
    if git.staged(past.depot, list(paths.values())):
        raise EditRefused(
            "l'index contient des changements de la feuille de route qui ne sont pas commités : commitez-les ou "
            "retirez-les (git restore --staged) avant --tag"
        )


def _equal(present: bytes | None, committed: bytes | None) -> bool:
    """Whether a file is the one of the commit: the same bytes, else but for the ends of lines, which git may change."""
    if present is None or committed is None:
        return present is committed
    return present == committed or present.replace(b"\r\n", b"\n") == committed.replace(b"\r\n", b"\n")


def _message(feuille: FeuilleDeRoute, publie: BilanPublie) -> str:
    """What the tag says: the mission's title, the bilan's, its date and totals."""
    named = one_line(publie.titre) if publie.titre else "Bilan"
    totaux = [f"{n} {feuille.niveaux[code].libelle}" for code, n in publie.totaux.items()]
    return f"{one_line(feuille.mission.titre)}\n\n{named} ({publie.date.in_words})\n{', '.join(totaux)}\n"
