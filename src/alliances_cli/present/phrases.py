"""Sentences that several forms of an answer share, their spaces not yet made French."""

from __future__ import annotations

from alliances_cli.bilan import Bilan
from alliances_cli.champs import FAMILLES, PROVENANCE_LIBELLES, SINGULIER
from alliances_cli.errors import Problem
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.typographie import NBSP, count, number


def sizes(feuille: FeuilleDeRoute) -> str:
    """« 21 mesures, 4 chantiers, 7 leviers »: the mesures, and the other families that have an item."""
    shown = [famille for famille in FAMILLES if famille == "mesures" or feuille.items(famille)]
    return ", ".join(count(len(feuille.items(famille)), SINGULIER[famille]) for famille in shown)


def provenance(whole: Bilan, space: str = NBSP) -> str:
    """« Provenance des niveaux : 21 inférés »; empty where no item has a level. `space` parts a number and its noun."""
    said = [f"{number(n)}{space}{PROVENANCE_LIBELLES[p]}{'s' if n > 1 else ''}" for p, n in whole.provenance.items()]
    return f"Provenance des niveaux : {', '.join(said)}" if said else ""


def control(whole: Bilan) -> str:
    """« Totaux de contrôle : 9/9/3, comme publié au 7 mai 2021 »; empty where nothing was published, or they differ."""
    controle = whole.controle
    if controle is None or not controle.agrees:
        return ""
    return f"Totaux de contrôle : {controle.compte_text}, comme publié au {controle.publie.date.in_words}"


def mismatch(problem: Problem) -> str:
    """A published total that the counted levels contradict, on one line."""
    return f"Totaux : {problem.message}"
