"""Which items, in which order: filters that combine, and sorts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from alliances_cli import bilan, nombre, periode
from alliances_cli.champs import DIFFUSIONS, FAMILLES, PAR_CODE, PUBLIQUE, SINGULIER, Champ, Famille
from alliances_cli.errors import NotFound, UsageFault
from alliances_cli.model import OUI_NON, FeuilleDeRoute, Item, Retiree, resolve
from alliances_cli.nombre import Nombre
from alliances_cli.periode import Periode
from alliances_cli.typographie import enumeration, folded, name_key, natural_key, suggestion

# The fields of the groupings that aren't called as they are.
_GROUPED = {"chantier": "chantiers", "pilote": "pilotes"}


class Filtres(NamedTuple):
    """What was asked for, as it was typed; several values of one filter mean either, several filters mean all.

    `champ`: « code=valeur » of declared fields, each code a filter of its own; `sans_champ`: their codes.
    """

    avancement: Sequence[str] = ()
    dimension: Sequence[str] = ()
    chantier: Sequence[str] = ()
    pilote: Sequence[str] = ()
    echeance: Sequence[str] = ()
    sans: Sequence[str] = ()
    champ: Sequence[str] = ()
    sans_champ: Sequence[str] = ()
    search: Sequence[str] = ()
    bloquees: bool = False
    en_retard: bool = False
    echues: bool = False
    diffusion: Sequence[str] = ()


def select(feuille: FeuilleDeRoute, famille: Famille, filtres: Filtres, day: date) -> tuple[Item, ...]:
    """The items that pass every filter, in the file's order.

    Raises: UsageFault for a value that names nothing, or a filter that the family's items can't answer.
    """
    tests = _tests(feuille, famille, filtres, day)
    return tuple(item for item in feuille.items(famille) if all(test(item) for test in tests))


def _tests(feuille: FeuilleDeRoute, famille: Famille, filtres: Filtres, day: date) -> list[Callable[[Any], bool]]:
    tests: list[Callable[[Any], bool]] = []
    if filtres.avancement:
        _require(feuille, famille, "avancement")
        codes = {level(feuille, text) for text in filtres.avancement}
        tests.append(lambda item: item.avancement in codes)
    if filtres.dimension:
        _require(feuille, famille, "dimension")
        dimensions = {dimension(feuille, text) for text in filtres.dimension}
        tests.append(lambda item: item.dimension in dimensions)
    if filtres.chantier:
        _require(feuille, famille, "chantiers")
        chantiers = {chantier(feuille, text) for text in filtres.chantier}
        tests.append(lambda i: any(k in chantiers for r in i.chantiers for _, k in feuille.resolve(r, "chantiers")))
    if filtres.pilote:
        _require(feuille, famille, "pilotes")
        names = {pilote(feuille, text) for text in filtres.pilote}
        tests.append(lambda item: any(name_key(name) in names for name in item.pilotes))
    if filtres.echeance:
        _require(feuille, famille, "echeance")
        periods = [period(text, "--echeance") for text in filtres.echeance]
        tests.append(lambda i: i.echeance is not None and any(p.first <= i.echeance.last <= p.last for p in periods))
    if filtres.sans:
        tests.append(_empty([field(feuille, famille, code, "--sans") for code in filtres.sans]))
    if filtres.sans_champ:
        tests.append(_empty([own_field(feuille, famille, code, "--sans-champ") for code in filtres.sans_champ]))
    tests += _own_tests(feuille, famille, filtres.champ)
    if filtres.search:
        needles = [folded(text) for text in filtres.search]
        tests.append(lambda item: any(needle in haystack(item) for needle in needles))
    if filtres.bloquees:
        _require(feuille, famille, "bloqueurs")
        tests.append(lambda item: bool(item.bloqueurs))
    if filtres.en_retard:
        _require(feuille, famille, "avancement")
        tests.append(lambda item: item.avancement is not None and feuille.niveaux[item.avancement].alerte)
    if filtres.diffusion:
        known = {d: d for d in DIFFUSIONS}
        wanted = {named(text, known, "--diffusion : diffusion inconnue") for text in filtres.diffusion}
        tests.append(lambda item: (item.diffusion or PUBLIQUE) in wanted)
    if filtres.echues:
        _require(feuille, famille, "echeance")
        tests.append(lambda item: bilan.etat(feuille, item, day) == "echue")
    return tests


def _empty(champs: Sequence[Champ]) -> Callable[[Any], bool]:
    return lambda item: any(not getattr(item, champ.attribut) for champ in champs)


def _own_tests(feuille: FeuilleDeRoute, famille: Famille, asked: Sequence[str]) -> list[Callable[[Any], bool]]:
    """One test a declared field: one of the item's values is one of those asked for."""
    wanted: dict[Champ, list[Callable[[Any], bool]]] = {}
    for text in asked:
        code, sign, value = text.partition("=")
        if not sign:
            raise UsageFault(f"--champ : écrivez un champ et sa valeur, « {code.strip() or 'code'}=valeur »")
        champ = own_field(feuille, famille, code, "--champ")
        wanted.setdefault(champ, []).append(_is(champ, value.strip()))

    def test(champ: Champ, either: Sequence[Callable[[Any], bool]]) -> Callable[[Any], bool]:
        return lambda item: any(is_it(value) for value in getattr(item, champ.attribut) for is_it in either)

    return [test(champ, either) for champ, either in wanted.items()]


def _is(champ: Champ, text: str) -> Callable[[Any], bool]:
    """Whether a value of the declared field is the one typed: numbers by size, dates that fall in the period, words
    aside case and accents.

    Raises: UsageFault where no value of the field can be.
    """
    if not text:
        raise UsageFault(f"--champ : « {champ.code} » sans valeur ; ce qui n'en a pas : {champ.sans_option}")
    if champ.type == "nombre":
        try:
            number = nombre.parse(text).value
        except ValueError as error:
            raise UsageFault(f"--champ {champ.code} : {error}") from None
        return lambda value: value.value == number
    if champ.type == "date":
        when = period(text, f"--champ {champ.code}")
        return lambda value: when.first <= value.last <= when.last
    if champ.type == "oui_non":
        if folded(text) not in OUI_NON:
            raise UsageFault(f"--champ {champ.code} : « oui » ou « non » est attendu, pas « {text} »")
        return lambda value: value is OUI_NON[folded(text)]
    if champ.type == "choix":
        choix = named(text, {c: c for c in champ.choix}, f"--champ {champ.code} : valeur inconnue")
        return lambda value: value == choix
    return lambda value: folded(value) == folded(text)


def haystack(item: Item | Retiree) -> str:
    """Everything that the item says, made comparable."""
    pieces: list[str] = []
    for value in item.__dict__.values():
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, str):
                pieces.append(inner)
            elif isinstance(inner, Nombre):
                pieces.append(f"{inner.text} \n {inner.in_words} \n {inner.plain}")
            elif hasattr(inner, "url"):
                pieces.append(f"{inner.titre or ''} {inner.url}")
    return folded(" \n ".join(pieces))


def sort(feuille: FeuilleDeRoute, famille: Famille, items: Sequence[Item], key: str) -> tuple[Item, ...]:
    """The items by one field: ids naturally, levels best first, dates by their end, empty ones last.

    Raises: UsageFault for a field that the family's items don't have.
    """
    champ = field(feuille, famille, key, "--sort")
    if champ.code == "id":
        return tuple(sorted(items, key=lambda item: natural_key(item.id)))
    ranks = {"niveau": list(feuille.niveaux), "dimension": list(feuille.dimensions)}.get(champ.type, [])

    def sort_key(item: Item) -> tuple[bool, Any]:
        value = getattr(item, champ.attribut)
        if not value:
            return (True, 0)
        if champ.propre:
            return (False, [bilan.rank(champ, inner) for inner in value])
        if champ.type == "date":
            return (False, (value.last, value.first))
        if champ.type in ("niveau", "dimension"):
            return (False, ranks.index(value))
        if champ.type == "preuves":
            return (False, -len(value))
        return (False, natural_key(" ".join(value) if isinstance(value, tuple) else value))

    return tuple(sorted(items, key=sort_key))


def retired(feuille: FeuilleDeRoute, famille: Famille, filtres: Filtres, key: str | None) -> tuple[Retiree, ...]:
    """The family's retired items that hold a text of `filtres.search`, in the file's order or sorted.

    Raises: UsageFault for a filter or a sort that retired items can't answer.
    """
    for name, value in filtres._asdict().items():
        if value and name != "search":
            option = "--" + name.replace("_", "-")
            raise UsageFault(f"{option} : ne s'emploie pas avec --retirees, où seul --search choisit")
    needles = [folded(text) for text in filtres.search]
    found = [r for r in feuille.gone(famille) if not needles or any(needle in haystack(r) for needle in needles)]
    if key is None:
        return tuple(found)
    sorts: dict[str, Callable[[Retiree], Any]] = {
        "id": lambda r: natural_key(r.id),
        "date": lambda r: (not r.date, (r.date.last, r.date.first) if r.date else 0),
        "titre": lambda r: natural_key(r.titre),
    }
    code = folded(key.strip().removeprefix("--"))
    if code not in sorts:
        hint = suggestion(key, sorts) or f" ; possibles : {', '.join(sorts)}"
        raise UsageFault(f"--sort : les éléments retirés ne se trient pas par « {key} »{hint}")
    return tuple(sorted(found, key=sorts[code]))


def find(feuille: FeuilleDeRoute, reference: str) -> tuple[Famille, Item | Retiree]:
    """The item, or else the retired one, that a bare id, `mesure-15`, `chantier-x` or `levier-y` names.

    Raises: NotFound; UsageFault where a bare id fits several items.
    """
    reference = reference.strip()
    live = {f: list(feuille.by_id[f]) for f in FAMILLES}
    gone = {f: {retiree.id: retiree for retiree in feuille.gone(f)} for f in FAMILLES}
    if not resolve(reference, None, live) and resolve(reference, None, gone):
        famille, identifier = locate(reference, {f: list(gone[f]) for f in FAMILLES})
        return famille, gone[famille][identifier]
    famille, identifier = locate(reference, live)
    return famille, feuille.by_id[famille][identifier]


def locate(reference: str, ids: Mapping[Famille, Sequence[str]]) -> tuple[Famille, str]:
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


def _families(ids: Mapping[Famille, Sequence[str]]) -> str:
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


def field(feuille: FeuilleDeRoute, famille: Famille, text: str, option: str) -> Champ:
    """The field of the family that an option's value names, by key, option form or label.

    Raises: UsageFault.
    """
    champs = feuille.champs(famille)
    champ = _named_field(champs, text)
    return champ if champ else _unknown_field(feuille, famille, champs, text, option)


def own_field(feuille: FeuilleDeRoute, famille: Famille, text: str, option: str) -> Champ:
    """As `field`, among those that the mission declares.

    Raises: UsageFault.
    """
    champs = feuille.champs(famille)
    own = [champ for champ in champs if champ.propre]
    champ = _named_field(own, text)
    if champ is not None:
        return champ
    built_in = _named_field(champs, text)
    if built_in is not None:
        raise UsageFault(f"{option} : « {built_in.code} » n'est pas un champ que la mission déclare")
    return _unknown_field(feuille, famille, own, text, option)


def grouping(feuille: FeuilleDeRoute, famille: Famille, text: str) -> bilan.Groupement:
    """What `--by` names: a built-in grouping, or a declared field by key or label.

    Raises: UsageFault.
    """
    for groupement in bilan.GROUPEMENTS:
        if text.strip() == groupement and not feuille.tait(famille, _GROUPED.get(groupement, groupement)):
            return groupement
    own = [champ for champ in feuille.champs(famille) if champ.propre]
    champ = _named_field(own, text)
    if champ is not None:
        return champ
    _refuse_elsewhere(feuille, famille, text, "--by")
    groups = [g for g in bilan.GROUPEMENTS if not feuille.tait(famille, _GROUPED.get(g, g))]
    known = [*groups, *(champ.code for champ in own)]
    hint = suggestion(text, known) or f" ; possibles : {', '.join(known)}"
    raise UsageFault(f"--by : valeur inconnue « {text} »{hint}")


def named_by(feuille: FeuilleDeRoute, famille: Famille, filtres: Filtres, sort_key: str | None) -> tuple[Champ, ...]:
    """The declared fields that the filters and the sort name, once each, as they are declared."""
    names = [*(text.partition("=")[0] for text in filtres.champ), *([sort_key] if sort_key else [])]
    own = [champ for champ in feuille.champs(famille) if champ.propre]
    asked = {_named_field(feuille.champs(famille), name) for name in names}
    return tuple(champ for champ in own if champ in asked)


def _named_field(champs: Iterable[Champ], text: str) -> Champ | None:
    code = text.strip().removeprefix("--")
    key = folded(text)
    for champ in champs:
        if champ.code in (code, code.replace("-", "_")) or key in (folded(champ.libelle), folded(champ.code)):
            return champ
    return None


def _unknown_field(feuille: FeuilleDeRoute, famille: Famille, champs: Sequence[Champ], text: str, option: str) -> Champ:
    """Raises: UsageFault, which says where the field is, or what it may have been."""
    code = text.strip().removeprefix("--").replace("-", "_")
    if code in PAR_CODE:
        raise UsageFault(f"{option} : les {famille} n'ont pas de champ « {code} »")
    _refuse_elsewhere(feuille, famille, text, option)
    known = [champ.code for champ in champs]
    if not known:
        raise UsageFault(f"{option} : champ inconnu « {text} » ; la mission n'en déclare pas pour les {famille}")
    hint = suggestion(code, known) or f" ; champs : {', '.join(known)}"
    raise UsageFault(f"{option} : champ inconnu « {text} »{hint}")


def _refuse_elsewhere(feuille: FeuilleDeRoute, famille: Famille, text: str, option: str) -> None:
    for other in FAMILLES:
        champ = _named_field((c for c in feuille.champs(other) if c.propre), text)
        if champ is not None and other != famille:
            raise UsageFault(f"{option} : « {champ.code} » est un champ des {other}, pas des {famille}")


def _require(feuille: FeuilleDeRoute, famille: Famille, code: str) -> None:
    if famille not in PAR_CODE[code].familles or feuille.tait(famille, code):
        raise UsageFault(f"les {famille} n'ont pas de champ « {code} »")
