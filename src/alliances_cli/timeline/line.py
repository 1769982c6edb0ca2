"""The line of time: the counts of commits, of months, of bilans; the published bilans and their revisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from alliances_cli import bilan, git
from alliances_cli.bilan import Compte
from alliances_cli.errors import UsageFault
from alliances_cli.git import Commit
from alliances_cli.location import Root
from alliances_cli.model import BilanPublie, Echelon, FeuilleDeRoute
from alliances_cli.past import ligne, revision
from alliances_cli.past.ligne import Etat
from alliances_cli.past.passe import Passe
from alliances_cli.past.revision import SHALLOW, Revision
from alliances_cli.timeline.views import fault, reading_at, required, told
from alliances_cli.typographie import count

Pas = Literal["commit", "month", "bilan"]
PAS: tuple[Pas, ...] = ("commit", "month", "bilan")
Accord = Literal["concorde", "differe", "sans_totaux", "illisible", "sans_revision"]


class Releve(NamedTuple):
    """One moment of the line of time. `commit` is None for a bilan that git can't give; `bilan`: the one that it is.

    `compte` counts the mesures by the levels of then (`niveaux`); None where the roadmap can't be read, and `probleme`
    says why. `ecart`: the published totals that the counted ones contradict, as a sentence, empty where they agree.
    `reserve`: what a public version leaves out (see `model.Reserve`).
    """

    commit: Commit | None
    niveaux: Mapping[str, Echelon]
    compte: Compte | None
    probleme: str = ""
    ecart: str = ""
    bilan: BilanPublie | None = None
    reserve: Mapping[str, int] = {}


class Histoire(NamedTuple):
    """The moments asked for, newest first, or oldest first where `reverse` was asked for. `public`: without what is
    internal."""

    root: Root
    pas: Pas
    releves: tuple[Releve, ...]
    remarques: tuple[str, ...]
    reverse: bool = False
    public: bool = False


class Publication(NamedTuple):
    """A bilan of the mission: its revision, if git has one; whether the data there reconcile with its totals.
    `compte` are the counted totals, as « 9/9/3 », where they can be. In a public version, `internes` of the mesures
    that they count are internal, and `reserve` is all that is left out there (see `model.Reserve`)."""

    publie: BilanPublie
    revision: Revision | None
    accord: Accord
    compte: str = ""
    probleme: str = ""
    internes: int = 0
    reserve: Mapping[str, int] = {}


def history(past: Passe, span: str | None = None, pas: Pas = "commit", reverse: bool = False) -> Histoire:
    """The moments of the first-parent line at which the roadmap changed (`commit`), the last readable one of each month
    (`month`), or the bilans (`bilan`); of HEAD's line, or of `A..B`.

    Raises: UsageFault; NotFound; SystemFault.
    """
    remarques: list[str] = []
    if pas == "bilan":
        if span is not None:
            raise UsageFault("« --by bilan » donne tous les bilans : il ne se combine pas avec « A..B »")
        releves = [_published(past, publie, remarques) for publie in reversed(past.bilans)]
    else:
        tip, folder, excluded = _span(past, span, remarques)
        line = past.points(tip, folder, excluded)
        if excluded is None and (beginning := past.beginning(line)):
            remarques.append(beginning)
        releves = list(_releves(past, ligne.states(past, line)))
        if pas == "month":
            releves = _by_month(releves)
    if past.shallow and SHALLOW not in remarques:
        remarques.append(SHALLOW)
    ordered = tuple(reversed(releves) if reverse else releves)
    return Histoire(past.root, pas, ordered, tuple(remarques), reverse, past.public)


def _span(past: Passe, span: str | None, remarques: list[str]) -> tuple[str, str, str | None]:
    """The last commit of the range, its data folder, and the commit before the range."""
    if span is None:
        return past.head, past.folder_at(past.head), None
    if not span.strip():
        raise UsageFault("l'intervalle est vide : écrivez A..B, ou rien pour toute la branche")
    first, dots, last = span.partition("..")
    if last.startswith("."):
        raise UsageFault(f"« {span} » : écrivez A..B, avec deux points")
    if not dots:
        first, last = "", span

    def end(text: str) -> Revision:
        at, said = required(past, text)
        remarques.extend(remarque for remarque in said if remarque not in remarques)
        return at

    excluded, tip = (end(text) if text else None for text in (first, last))
    before = excluded.commit if excluded is not None else None
    if tip is None:
        return past.head, past.folder_at(past.head), before
    if before not in (None, tip.commit) and git.is_ancestor(past.depot, tip.commit, before):
        remarques.append(f"« {first} » vient après « {last} » : l'intervalle est vide")
    return tip.commit, tip.folder, before


def _releves(past: Passe, states: Iterable[Etat]) -> Iterator[Releve]:
    for etat in states:
        if etat.feuille is None:
            yield Releve(etat.point.commit, {}, None, fault(past, etat.probleme))
            continue
        yield _counted(etat.point.commit, told(past, etat.feuille))


def _counted(commit: Commit, feuille: FeuilleDeRoute, publie: BilanPublie | None = None) -> Releve:
    compte = bilan.count(feuille, feuille.mesures)
    controle = bilan.control(feuille, compte)
    ecart = ""
    if controle is not None and not controle.agrees:
        counted = f"{controle.compte_text}{_internal(controle.internes)}"
        ecart = f"compté {counted}, publié {controle.publie_text}"
    reserve = dict(feuille.reserve.nombres) if feuille.reserve is not None else {}
    return Releve(commit, feuille.niveaux, compte, "", ecart, publie, reserve)


def _internal(mesures: int) -> str:
    return f" (dont {count(mesures, 'mesure')} à diffusion interne)" if mesures else ""


def _by_month(releves: Sequence[Releve]) -> list[Releve]:
    """The last readable one of each month, the last month first."""
    found: dict[str, Releve] = {}
    for releve in releves:
        if releve.compte is not None and releve.commit is not None:
            found.setdefault(releve.commit.day[:7], releve)
    return [found[month] for month in sorted(found, reverse=True)]


def _published(past: Passe, publie: BilanPublie, remarques: list[str]) -> Releve:
    trouvee = revision.of_bilan(past, publie, publie.date.text)
    if trouvee.revision is None:
        return Releve(None, {}, None, trouvee.remarques[0], bilan=publie)
    remarques += trouvee.remarques
    commit = past.commit(trouvee.revision.commit)
    reading = reading_at(past, trouvee.revision)
    if reading.feuille is None:
        first = reading.problems[0]
        return Releve(commit, {}, None, fault(past, f"{first.where}: {first.message}"), bilan=publie)
    return _counted(commit, told(past, reading.feuille), publie)


def bilans(past: Passe) -> tuple[Publication, ...]:
    """The bilans of the mission, soonest first.

    Raises: NotFound; SystemFault.
    """
    return tuple(_publication(past, publie) for publie in past.bilans)


def _publication(past: Passe, publie: BilanPublie) -> Publication:
    trouvee = revision.of_bilan(past, publie, publie.date.text)
    at = trouvee.revision
    if at is None:
        return Publication(publie, None, "sans_revision", probleme=trouvee.remarques[0])
    reading = reading_at(past, at)
    feuille = reading.feuille
    if feuille is None:
        first = reading.problems[0]
        return Publication(publie, at, "illisible", probleme=fault(past, f"{first.where}: {first.message}"))
    feuille = told(past, feuille)
    reserve = dict(feuille.reserve.nombres) if feuille.reserve is not None else {}
    if not publie.totaux:
        return Publication(publie, at, "sans_totaux", _counts(feuille, list(feuille.niveaux)), reserve=reserve)
    controle = bilan.reconcile(feuille, publie)
    if controle is None:
        other = "les totaux sont d'une autre échelle que les données"
        return Publication(publie, at, "differe", probleme=other, reserve=reserve)
    accord: Accord = "concorde" if controle.agrees else "differe"
    return Publication(publie, at, accord, controle.compte_text, internes=controle.internes, reserve=reserve)


def _counts(feuille: FeuilleDeRoute, codes: Sequence[str]) -> str:
    comptes = bilan.count(feuille, feuille.mesures).comptes
    return "/".join(str(comptes[code]) for code in codes)
