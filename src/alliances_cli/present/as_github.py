"""Problems → GitHub workflow annotations."""

from __future__ import annotations

from alliances_cli.api import Controle
from alliances_cli.errors import Problem

_TITLES = {
    "erreur": "Erreur",
    "systeme": "Erreur",
    "total": "Totaux",
    "regle": "Règle",
    "avertissement": "Avertissement",
}


def check(controle: Controle) -> str:
    """One `::error` or `::warning` a problem; empty where there is none. At a revision, the title names it: an
    annotation's file is one of the work tree."""
    return "".join(_annotation(controle, problem) + "\n" for problem in controle.problems)


def _annotation(controle: Controle, problem: Problem) -> str:
    level = "warning" if problem.kind == "avertissement" else "error"
    source, title = problem.source, _TITLES[problem.kind]
    if controle.revision is not None:
        source = source.removeprefix(f"{controle.revision.demandee}:")
        title += f" ({controle.revision.demandee})"
    place = {"file": source, "line": problem.line, "col": problem.column, "title": title}
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in place.items() if value)
    return f"::{level} {properties}::{_data(problem.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
