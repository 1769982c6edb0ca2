"""An item's references, resolved both ways: what it names, and what names it."""

from __future__ import annotations

from typing import TypeAlias

from alliances_cli.champs import FAMILLES, Famille
from alliances_cli.model import FeuilleDeRoute, Item

Lien: TypeAlias = "tuple[Famille | None, str, str]"
SORTANTS = ("chantiers", "leviers", "bloqueurs", "renvois")


def both_ways(feuille: FeuilleDeRoute, famille: Famille, record: Item) -> dict[str, list[Lien]]:
    """(family, id, title) by kind of link; the family is None for a blocker of the mission.

    `chantiers`, `leviers`, `bloqueurs`, `renvois`: what the item names. `cite_par`: what names it; `mesures`: those
    that belong to it (a chantier or a levier). Kinds without a link are left out.
    """
    links: dict[str, list[Lien]] = {}
    for field in SORTANTS:
        found = [_target(feuille, famille, field, reference) for reference in getattr(record, field, ())]
        if found:
            links[field] = found
    own = (famille, record.id)
    for source in FAMILLES:
        for other in feuille.with_level(source):
            for field in SORTANTS:
                for reference in getattr(other, field, ()):
                    if field == "bloqueurs" and reference in feuille.bloqueurs:
                        continue
                    if own in feuille.resolve(reference, _first(source, field)):
                        kind = "mesures" if field in ("chantiers", "leviers") else "cite_par"
                        entry: Lien = (source, other.id, other.titre)
                        if entry not in links.setdefault(kind, []):
                            links[kind].append(entry)
    return links


def _first(famille: Famille, field: str) -> Famille:
    return field if field in ("chantiers", "leviers") else famille  # type: ignore[return-value]


def _target(feuille: FeuilleDeRoute, famille: Famille, field: str, reference: str) -> Lien:
    if field == "bloqueurs" and reference in feuille.bloqueurs:
        return None, reference, feuille.bloqueurs[reference].libelle
    target, identifier = feuille.resolve(reference, _first(famille, field))[0]
    return target, identifier, feuille.by_id[target][identifier].titre
