"""Which items, in which order: filters that combine, and sorts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from alliances_cli import bilan, periode
from alliances_cli.champs import FAMILLES, PAR_CODE, SINGULIER, Champ, Famille, of_famille
from alliances_cli.errors import NotFound, UsageFault
from alliances_cli.model import FeuilleDeRoute, Item, resolve
from alliances_cli.periode import Periode
from alliances_cli.typographie import enumeration, folded, name_key, natural_key, suggestion


class Filtres(NamedTuple):
    """What was asked for, as it was typed; several values of one filter mean either, several filters mean all."""

    avancement: Sequence[str] = ()
    dimension: Sequence[str] = ()
    chantier: Sequence[str] = ()
    pilote: Sequence[str] = ()
    echeance: Sequence[str] = ()
    sans: Sequence[str] = ()
    search: Sequence[str] = ()
    bloquees: bool = False
    en_retard: bool = False
    echues: bool = False


def select(feuille: FeuilleDeRoute, famille: Famille, filtres: Filtres, day: date) -> tuple[Item, ...]:
    """The items that pass every filter, in the file's order.

    Raises: UsageFault for a value that names nothing, or a filter that the family's items can't answer.
    """
    tests = _tests(feuille, famille, filtres, day)
    return tuple(item for item in feuille.items(famille) if all(test(item) for test in tests))


def _tests(feuille: FeuilleDeRoute, famille: Famille, filtres: Filtres, day: date) -> list[Callable[[Any], bool]]:
    tests: list[Callable[[Any], bool]] = []
    if filtres.avancement:
        _require(famille, "avancement")
        codes = {level(feuille, text) for text in filtres.avancement}
        tests.append(lambda item: item.avancement in codes)
    if filtres.dimension:
        _require(famille, "dimension")
        dimensions = {dimension(feuille, text) for text in filtres.dimension}
        tests.append(lambda item: item.dimension in dimensions)
    if filtres.chantier:
        _require(famille, "chantiers")
        chantiers = {chantier(feuille, text) for text in filtres.chantier}
        tests.append(lambda i: any(k in chantiers for r in i.chantiers for _, k in feuille.resolve(r, "chantiers")))
    if filtres.pilote:
        _require(famille, "pilotes")
        names = {pilote(feuille, text) for text in filtres.pilote}
        tests.append(lambda item: any(name_key(name) in names for name in item.pilotes))
    if filtres.echeance:
        _require(famille, "echeance")
        periods = [period(text, "--echeance") for text in filtres.echeance]
        tests.append(lambda i: i.echeance is not None and any(p.first <= i.echeance.last <= p.last for p in periods))
    if filtres.sans:
        keys = [field(famille, code, "--sans").code for code in filtres.sans]
        tests.append(lambda item: any(not getattr(item, key) for key in keys))
    if filtres.search:
        needles = [folded(text) for text in filtres.search]
        tests.append(lambda item: any(needle in haystack(item) for needle in needles))
    if filtres.bloquees:
        _require(famille, "bloqueurs")
        tests.append(lambda item: bool(item.bloqueurs))
    if filtres.en_retard:
        _require(famille, "avancement")
        tests.append(lambda item: item.avancement is not None and feuille.niveaux[item.avancement].alerte)
    if filtres.echues:
        _require(famille, "echeance")
        tests.append(lambda item: bilan.etat(feuille, item, day) == "echue")
    return tests


def haystack(item: Item) -> str:
    """Everything that the item says, made comparable."""
    pieces: list[str] = []
    for value in item.__dict__.values():
        if isinstance(value, str):
            pieces.append(value)
        elif isinstance(value, tuple):
            pieces.extend(v if isinstance(v, str) else f"{v.titre or ''} {v.url}" for v in value)
    return folded(" \n ".join(pieces))


def sort(feuille: FeuilleDeRoute, famille: Famille, items: Sequence[Item], key: str) -> tuple[Item, ...]:
    """The items by one field: ids naturally, levels best first, dates by their end, empty ones last.

    Raises: UsageFault for a field that the family's items don't have.
    """
    champ = field(famille, key, "--sort")
    if champ.code == "id":
        return tuple(sorted(items, key=lambda item: natural_key(item.id)))
    ranks = {"niveau": list(feuille.niveaux), "dimension": list(feuille.dimensions)}.get(champ.type, [])

    def sort_key(item: Item) -> tuple[bool, Any]:
        value = getattr(item, champ.code)
        if not value:
            return (True, 0)
        if champ.type == "date":
            return (False, (value.last, value.first))
        if champ.type in ("niveau", "dimension"):
            return (False, ranks.index(value))
        if champ.type == "preuves":
            return (False, -len(value))
        return (False, natural_key(" ".join(value) if isinstance(value, tuple) else value))

    return tuple(sorted(items, key=sort_key))


def find(feuille: FeuilleDeRoute, reference: str) -> tuple[Famille, Item]:
    """The item that a bare id, `mesure-15`, `chantier-x` or `levier-y` names.

    Raises: NotFound; UsageFault where a bare id fits several items.
    """
    famille, identifier = locate(reference, {f: list(feuille.by_id[f]) for f in FAMILLES})
    return famille, feuille.by_id[famille][identifier]


def locate(reference: str, ids: dict[Famille, list[str]]) -> tuple[Famille, str]:
    """The (family, id) that a reference typed by a person names; see `find`."""
    reference = reference.strip()
    found = resolve(reference, None, ids)
    if not found:
        by_case = {folded(i): (f, i) for f in FAMILLES for i in ids[f]}
        known = [*(i for f in FAMILLES for i in ids[f]), *(f"{SINGULIER[f]}-{i}" for f in FAMILLES for i in ids[f])]
        near = by_case.get(folded(reference))
        hint = f" ; vouliez-vous dire « {near[1]} » ?" if near else suggestion(reference, known) or _families(ids)
        raise NotFound(f"« {reference} » ne désigne aucun élément de la feuille de route{hint}")
    if len(found) > 1:
        names = enumeration([f"« {SINGULIER[f]}-{i} »" for f, i in found], "ou")
        raise UsageFault(f"« {reference} » désigne plusieurs éléments ; précisez {names}")
    return found[0]


def _families(ids: dict[Famille, list[str]]) -> str:
    kinds = [f"{famille} ({ids[famille][0]}…)" for famille in FAMILLES if ids[famille]]
    return f" ; identifiants connus : {', '.join(kinds)}" if kinds else ""


def level(feuille: FeuilleDeRoute, text: str) -> str:
    """The code of the level that a code or a label names, accents and case aside.

    Raises: UsageFault.
    """
    return named(text, {n.code: n.libelle for n in feuille.echelle}, "niveau inconnu")


def dimension(feuille: FeuilleDeRoute, text: str) -> str:
    """The code of the dimension that a code or a label names.

    Raises: UsageFault.
    """
    return named(text, {d.code: d.libelle for d in feuille.mission.dimensions}, "dimension inconnue")


def named(text: str, labels: dict[str, str], fault: str, declare: str = "") -> str:
    """The code among `labels` that the text names, by code or label.

    Raises: UsageFault, which begins with `fault`, and ends with `declare` where nothing is near.
    """
    if text in labels:
        return text
    wanted = _aside(text)
    for code, libelle in labels.items():
        if wanted in (_aside(code), _aside(libelle)):
            return code
    by_label = {libelle: code for code, libelle in labels.items()}
    hint = suggestion(text, [*labels, *by_label])
    if not hint:
        hint = f" ; possibles : {', '.join(labels)}" if labels else " ; la feuille de route n'en déclare pas"
        hint += declare
    raise UsageFault(f"{fault} « {text} »{hint}")


def _aside(text: str) -> str:
    return folded(text).replace("_", " ").replace("-", " ")


def chantier(feuille: FeuilleDeRoute, text: str) -> str:
    """The id of the chantier that an id, `chantier-x` or a title names.

    Raises: UsageFault.
    """
    ids = {item.id: item.titre for item in feuille.chantiers}
    return named(text.removeprefix("chantier-") if text not in ids else text, ids, "chantier inconnu")


def pilote(feuille: FeuilleDeRoute, text: str) -> str:
    """The comparable form of a pilot's name.

    Raises: UsageFault where nobody of that name pilots anything in the roadmap.
    """
    known = {name_key(n): n for f in FAMILLES for item in feuille.with_level(f) for n in item.pilotes}
    key = name_key(text)
    if key not in known:
        hint = suggestion(text, known.values())
        if not hint:
            hint = (
                f" ; pilotes connus : {', '.join(list(known.values())[:8])}"
                if known
                else " ; aucun pilote n'est déclaré"
            )
        raise UsageFault(f"pilote inconnu « {text} »{hint}")
    return key


def period(text: str, option: str) -> Periode:
    """The period that an option's value names.

    Raises: UsageFault.
    """
    try:
        return periode.parse(text.strip())
    except ValueError as error:
        raise UsageFault(f"{option} : {error}") from None


def field(famille: Famille, text: str, option: str) -> Champ:
    """The field of the family that an option's value names, by key, option form or label.

    Raises: UsageFault.
    """
    code = text.strip().removeprefix("--").replace("-", "_")
    champs = of_famille(famille)
    for champ in champs:
        if code == champ.code or folded(text) == folded(champ.libelle):
            return champ
    known = [champ.code for champ in champs]
    if code in PAR_CODE:
        raise UsageFault(f"{option} : les {famille} n'ont pas de champ « {code} »")
    hint = suggestion(code, known) or f" ; champs : {', '.join(known)}"
    raise UsageFault(f"{option} : champ inconnu « {text} »{hint}")


def _require(famille: Famille, code: str) -> None:
    if famille not in PAR_CODE[code].familles:
        raise UsageFault(f"les {famille} n'ont pas de champ « {code} »")
