"""What a document is made of: a roadmap at a moment, and how it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from alliances_cli.bilan import Moment
from alliances_cli.model import FeuilleDeRoute
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
