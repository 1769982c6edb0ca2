"""What a document is made of: a roadmap at a moment, and how it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from alliances_cli.bilan import Moment
from alliances_cli.model import FeuilleDeRoute, Record
from alliances_cli.ressources import Ressources

if TYPE_CHECKING:
    from alliances_cli.past.passe import Gabarits
    from alliances_cli.past.revision import Revision
    from alliances_cli.timeline import Comparaison


class Edition(NamedTuple):
    """A roadmap as it stands at `moment`, to be published. `version` is the tool's, for the colophon, which names the
    `revision` too. `templates`: the roadmap's own folder of templates, or what it held in the past, which go first
    where there are any. `comparaison`: what changed up to this roadmap is told. `ressources`: the files that its theme
    names."""

    feuille: FeuilleDeRoute
    moment: Moment
    version: str
    templates: Path | Gabarits | None = None
    revision: Revision | None = None
    comparaison: Comparaison | None = None
    ressources: Ressources = Ressources()


def characters(edition: Edition) -> int:
    """How many characters the roadmap has, and the other one where two are compared; each value counts for some."""
    total = 0
    waiting: list[object] = [edition.feuille]
    if edition.comparaison is not None:
        waiting += [edition.comparaison.de.feuille, edition.comparaison.evolution]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            total += len(found)
        elif isinstance(found, FeuilleDeRoute):
            waiting += [found.mission, found.mesures, found.chantiers, found.leviers, found.retirees]
        elif isinstance(found, Record):
            waiting.extend(value for _, value in found)
        elif isinstance(found, Mapping):
            waiting.extend(found.values())
        elif isinstance(found, tuple):
            waiting.extend(found)
        total += 8 * (found is not None)
    return total
