"""References, resolved both ways: what each item names, and what names it."""

from __future__ import annotations

from typing import TypeAlias

from alliances_cli.champs import FAMILLES, Famille
from alliances_cli.model import FeuilleDeRoute, Retiree, first_family, resolve

Lien: TypeAlias = "tuple[Famille | None, str, str]"
SORTANTS = ("chantiers", "leviers", "bloqueurs", "renvois")


def replaced(feuille: FeuilleDeRoute) -> dict[tuple[Famille, str], list[Lien]]:
    """For each item, retired or not, the retired ones that it replaces, as (family, id, title), in the files' order."""
    found: dict[tuple[Famille, str], list[Lien]] = {}
    for famille in FAMILLES:
        for retiree in feuille.gone(famille):
            for target in dict.fromkeys((link[0], link[1]) for link in replacing(feuille, famille, retiree)):
                found.setdefault(target, []).append((famille, retiree.id, retiree.titre))  # type: ignore[arg-type]
    return found


def replacing(feuille: FeuilleDeRoute, famille: Famille, retiree: Retiree) -> list[Lien]:
    """What replaces a retired item, as (family, id, title); it may have been retired in its turn."""
    gone = {f: {other.id: other for other in feuille.gone(f)} for f in FAMILLES}
    found: list[Lien] = []
    for reference in retiree.vers:
        target, identifier = (feuille.resolve(reference, famille) or resolve(reference, famille, gone))[0]
        record = feuille.by_id[target].get(identifier) or gone[target][identifier]
        found.append((target, identifier, record.titre))
    return found


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
