"""References, resolved both ways: what each item names, and what names it."""

from __future__ import annotations

from typing import TypeAlias

from alliances_cli.champs import FAMILLES, Famille
from alliances_cli.model import FeuilleDeRoute, first_family

Lien: TypeAlias = "tuple[Famille | None, str, str]"
SORTANTS = ("chantiers", "leviers", "bloqueurs", "renvois")


def both_ways(feuille: FeuilleDeRoute) -> dict[tuple[Famille, str], dict[str, list[Lien]]]:
    """For each item, (family, id, title) by kind of link, in the files' order; the family is None for a blocker of the
    mission. Items and kinds without a link are left out.

    `chantiers`, `leviers`, `bloqueurs`, `renvois`: what the item names, as often as it does. `cite_par`: what names it;
    `mesures`: those that belong to it (a chantier or a levier), once each.
    """
    outgoing: dict[tuple[Famille, str], dict[str, list[Lien]]] = {}
    incoming: dict[tuple[Famille, str], dict[str, dict[Lien, None]]] = {}
    for famille in FAMILLES:
        for item in feuille.with_level(famille):
            own: Lien = (famille, item.id, item.titre)
            for field in SORTANTS:
                for reference in getattr(item, field, ()):
                    link: Lien
                    if field == "bloqueurs" and reference in feuille.bloqueurs:
                        link = (None, reference, feuille.bloqueurs[reference].libelle)
                    else:
                        target = feuille.resolve(reference, first_family(field, famille))[0]
                        link = (*target, feuille.by_id[target[0]][target[1]].titre)
                        kind = "mesures" if field in ("chantiers", "leviers") else "cite_par"
                        incoming.setdefault(target, {}).setdefault(kind, {})[own] = None
                    outgoing.setdefault((famille, item.id), {}).setdefault(field, []).append(link)
    return {
        key: {**outgoing.get(key, {}), **{kind: list(links) for kind, links in incoming.get(key, {}).items()}}
        for key in outgoing.keys() | incoming.keys()
    }
