"""Sentences that several forms of an answer share, their spaces not yet made French."""

from __future__ import annotations

from collections.abc import Sequence

from alliances_cli.bilan import Bilan, Controle, Groupement
from alliances_cli.champs import FAMILLES, PROVENANCE_LIBELLES, RETIRE, SINGULIER, Champ, Famille
from alliances_cli.errors import Problem
from alliances_cli.model import FeuilleDeRoute, Retiree
from alliances_cli.periode import Periode
from alliances_cli.typographie import NBSP, count, number, spaced

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


def last_level(feuille: FeuilleDeRoute, retiree: Retiree) -> str:
    """The level that a retired item had: its label in today's scale, else its code; empty where it had none."""
    if retiree.avancement in feuille.niveaux:
        return feuille.niveaux[retiree.avancement].libelle
    return retiree.avancement or ""


def values(champ: Champ, said: Sequence[str]) -> str:
    """A declared field's values, one after the other: numbers have commas already."""
    return spaced((" ; " if champ.type == "nombre" else ", ").join(said))


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
    said = f"Totaux de contrôle : {controle.compte_text}, comme publié au {controle.publie.date.in_words}"
    return f"{said} ({since(controle)})" if controle.retirees else said


def since(controle: Controle) -> str:
    """« dont 1 mesure retirée depuis »; empty where none was."""
    n = controle.retirees
    return f"dont {count(n, 'mesure retirée', 'mesures retirées')} depuis" if n else ""


def mismatch(problem: Problem) -> str:
    """A published total that the counted levels contradict, on one line."""
    return f"Totaux : {problem.message}"
