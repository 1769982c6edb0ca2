"""Sentences that several forms of an answer share, their spaces not yet made French."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from alliances_cli.bilan import Bilan, Controle, Groupement
from alliances_cli.champs import FAMILLES, PROVENANCE_LIBELLES, RETIRE, SINGULIER, Champ, Famille
from alliances_cli.errors import Problem
from alliances_cli.model import FeuilleDeRoute, Retiree
from alliances_cli.periode import Periode
from alliances_cli.periode import parse as period
from alliances_cli.typographie import NBSP, count, enumeration, number, one_line, spaced

if TYPE_CHECKING:
    # What doesn't ask for the past doesn't load what reads it.
    from alliances_cli.past.revision import Revision
    from alliances_cli.timeline import Recul, Revoir, Sommeil

_GROUPES = {"dimension": "Dimension", "pilote": "Pilote", "chantier": "Chantier", "echeance": "Échéance"}


def sizes(feuille: FeuilleDeRoute) -> str:
    """« 21 mesures, 4 chantiers, 7 leviers »: the mesures, and the other families that have or had an item. « 20
    mesures, 1 retirée ; 4 chantiers » where something was retired."""
    shown = [f for f in FAMILLES if f == "mesures" or feuille.items(f) or feuille.gone(f)]
    said = [size(f, len(feuille.items(f)), len(feuille.gone(f))) for f in shown]
    return (" ; " if any(map(feuille.gone, FAMILLES)) else ", ").join(said)


def size(famille: Famille, items: int, gone: int) -> str:
    """« 20 mesures, 1 retirée »; the second part only where something was retired."""
    said = count(items, SINGULIER[famille])
    return f"{said}, {retired(famille, gone)}" if gone else said


def retired(famille: Famille, gone: int) -> str:
    """« 1 retirée », « 2 retirés »."""
    return count(gone, RETIRE[famille])


def when(date: Periode) -> str:
    """« le 3 juin 2021 », « en juin 2021 », « au quatrième trimestre 2021 »."""
    word = "le" if date.first == date.last else "au" if date.text[5:6] in ("T", "S") else "en"
    return f"{word} {date.in_words}"


def shift(jours: int, mois: int | None) -> str:
    """By how much a date moved: « de 3 mois », « d'un mois » where they are whole, else « de 12 jours »."""
    n, one, many = (mois, "mois", "mois") if mois else (jours, "jour", "jours")
    return f"d'un {one}" if n == 1 else f"de {count(n, one, many)}"


def last_level(feuille: FeuilleDeRoute, retiree: Retiree) -> str:
    """The level that a retired item had: its label in today's scale, else its code; empty where it had none."""
    if retiree.avancement in feuille.niveaux:
        return feuille.niveaux[retiree.avancement].libelle
    return retiree.avancement or ""


def values(champ: Champ, said: Sequence[str]) -> str:
    """A declared field's values, one after the other: numbers have commas already."""
    return spaced((" ; " if champ.type == "nombre" else ", ").join(said))


def revision(at: Revision) -> str:
    """« Révision precedent : commit 3f2a… du 17 octobre 2020, bilan du 17 octobre 2020 »: what was asked for, the
    commit and its day, the bilan's tag, else the bilan."""
    said = f"Révision {at.demandee} : commit {at.short} du {day(at.date)}"
    if at.tag is not None:
        return said if at.tag == at.demandee else f"{said}, tag {at.tag}"
    return f"{said}, bilan du {day(at.bilan.date.text)}" if at.bilan is not None else said


def day(text: str) -> str:
    """A date in words, on one line: « 7 mai 2021 »."""
    return period(text).in_words.replace(" ", NBSP)


def hindsight(famille: Famille, recul: Recul | None) -> list[tuple[str, Callable[[str], str]]]:
    """The columns of what the past says: a title, and what is said of an id."""
    columns: list[tuple[str, Callable[[str], str]]] = []
    if recul is not None and recul.dormantes is not None:
        dormantes = recul.dormantes
        agreed = "Inchangée" if RETIRE[famille].endswith("e") else "Inchangé"
        columns.append((f"{agreed} depuis", lambda identifier: _asleep(dormantes[identifier])))
    if recul is not None and recul.a_revoir is not None:
        a_revoir = recul.a_revoir
        columns.append(("Changé depuis", lambda identifier: " ; ".join(map(_moved, a_revoir[identifier]))))
        columns.append(("Dernier changement", lambda identifier: _own_move(a_revoir[identifier])))
    return columns


def _breakable(text: str) -> str:
    """A date in words, for a column that may be narrow."""
    return period(text).in_words


def _asleep(sommeil: Sommeil) -> str:
    """« 17 octobre 2020 (319 jours) ; promesse inchangée depuis 2 bilans »."""
    earlier = " ou avant" if sommeil.au_moins else ""
    said = f"{_breakable(sommeil.depuis.day)}{earlier} ({count(sommeil.jours, 'jour')})"
    return f"{said} ; {promise(sommeil.promesse)}" if sommeil.promesse else said


def promise(bilans: int) -> str:
    """« promesse inchangée depuis 2 bilans »."""
    return f"promesse inchangée depuis {count(bilans, 'bilan')}"


def _moved(target: Revoir) -> str:
    """« mesure 8 — Créer un observatoire (12 juillet 2021) »: what an item refers to, and when that moved."""
    when_ = _breakable(target.le.day) if target.le is not None else "sans commit"
    return f"{SINGULIER[target.famille]} {target.id} — {one_line(target.titre)} ({when_})"


def _own_move(targets: Sequence[Revoir]) -> str:
    """When the item that makes the references moved last."""
    at = targets[0].item_le
    return _breakable(at.day) if at is not None else "sans commit"


def group_heading(groupement: Groupement) -> str:
    """What a column of groups is called."""
    return groupement.libelle if isinstance(groupement, Champ) else _GROUPES[groupement]


def provenance(whole: Bilan, space: str = NBSP) -> str:
    """« Provenance des niveaux : 21 inférés »; empty where no item has a level. `space` parts a number and its noun."""
    said = [f"{number(n)}{space}{PROVENANCE_LIBELLES[p]}{'s' if n > 1 else ''}" for p, n in whole.provenance.items()]
    return f"Provenance des niveaux : {', '.join(said)}" if said else ""


def control(whole: Bilan) -> str:
    """« Totaux de contrôle : 9/9/3, comme publié au 7 mai 2021 »; empty where nothing was published, or they differ."""
    controle = whole.controle
    if controle is None or not controle.agrees:
        return ""
    said = f"Totaux de contrôle : {controle.compte_text}, comme publié {controle.publie.date.au}"
    counting = since(controle)
    return f"{said} ({counting})" if counting else said


def since(controle: Controle) -> str:
    """« dont 1 mesure retirée depuis », « dont 2 mesures à diffusion interne », both; empty where none is."""
    said = []
    if n := controle.retirees:
        said.append(f"{count(n, 'mesure retirée', 'mesures retirées')} depuis")
    if controle.internes:
        said.append(internal(controle.internes))
    return f"dont {enumeration(said)}" if said else ""


def internal(mesures: int) -> str:
    """« 2 mesures à diffusion interne »."""
    return f"{count(mesures, 'mesure')} à diffusion interne"


# What each kind that a reserve counts is called, one and several; then the feminine ones; those that no number counts.
_RESERVE: dict[str, tuple[str, str]] = {
    **{famille: (SINGULIER[famille], f"{SINGULIER[famille]}s") for famille in FAMILLES},
    "mesures_retirees": ("mesure retirée", "mesures retirées"),
    "chantiers_retires": ("chantier retiré", "chantiers retirés"),
    "leviers_retires": ("levier retiré", "leviers retirés"),
    "champs": ("champ", "champs"),
    "dimensions": ("dimension", "dimensions"),
    "bloqueurs": ("bloqueur", "bloqueurs"),
    "bilans": ("bilan", "bilans"),
    "preuves": ("preuve", "preuves"),
    "passages": ("passage", "passages"),
}
_FEMININE = ("mesures", "mesures_retirees", "dimensions", "preuves")
_UNCOUNTED = ("champs", "passages")


def reserve(nombres: Mapping[str, int]) -> str:
    """« Version publique : 2 mesures et 1 levier à diffusion interne n'y figurent pas ; les nombres ne les comptent
    pas. »; empty where nothing is left out."""
    if not nombres:
        return ""
    said = enumeration([count(n, *_RESERVE[kind]) for kind, n in nombres.items()])
    alone = sum(nombres.values()) == 1
    text = f"Version publique : {said} à diffusion interne n'y figure{'' if alone else 'nt'} pas"
    if not nombres.keys() <= set(_UNCOUNTED):
        it = ("la" if nombres.keys() & set(_FEMININE) else "le") if alone else "les"
        text += f" ; les nombres ne {it} comptent pas"
    return f"{text}."


def reserve_of(feuille: FeuilleDeRoute | None) -> str:
    """As `reserve`, of a roadmap; empty where it is whole."""
    return reserve(feuille.reserve.nombres) if feuille is not None and feuille.reserve is not None else ""


def reserves(moments: Sequence[Mapping[str, int]]) -> str:
    """As `reserve`, of several moments."""
    if all(nombres == moments[0] for nombres in moments):
        return reserve(moments[0]) if moments else ""
    return "Version publique : ce qui est à diffusion interne n'y figure pas ; les nombres ne le comptent pas."


def mismatch(problem: Problem) -> str:
    """A published total that the counted levels contradict, on one line."""
    return f"Totaux : {problem.message}"
