"""Journeys through a roadmap's past: one function for each question that is asked of git. Nothing is printed here."""

from alliances_cli.timeline.comparison import Comparaison, Cote, compare, since
from alliances_cli.timeline.following import (
    MOUVANTS,
    Dernier,
    Parcours,
    Passage,
    Recul,
    Revoir,
    Sommeil,
    hindsight,
    item,
    promises,
)
from alliances_cli.timeline.line import PAS, Accord, Histoire, Pas, Publication, Releve, bilans, history
from alliances_cli.timeline.views import check, opened, publishable, templates, view

__all__ = [
    "Accord",
    "Comparaison",
    "Cote",
    "Dernier",
    "Histoire",
    "MOUVANTS",
    "PAS",
    "Parcours",
    "Pas",
    "Passage",
    "Publication",
    "Recul",
    "Releve",
    "Revoir",
    "Sommeil",
    "bilans",
    "check",
    "compare",
    "hindsight",
    "history",
    "item",
    "opened",
    "promises",
    "publishable",
    "since",
    "templates",
    "view",
]
