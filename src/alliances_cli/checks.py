"""Rules that span records: each one a small named function that yields what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from alliances_cli import bilan, theme
from alliances_cli.champs import (
    COMMUNS,
    FAMILLES,
    LE,
    PAR_CODE,
    REMPLACE,
    RETIRE,
    RETIREES,
    SINGULIER,
    TOUJOURS_PUBLICS,
    UN,
    Champ,
    Famille,
)
from alliances_cli.errors import Kind
from alliances_cli.model import ChampPropre, FeuilleDeRoute, Mesure, Mission, first_family, resolve
from alliances_cli.periode import MOIS, Periode, parse
from alliances_cli.typographie import count, enumeration, folded, suggestion


class Finding(NamedTuple):
    """Something found in one part (`mission`, `mesures`…) at a path of its value; `key`: at the key, not the value.

    `first` is the path of what this repeats: its line ends the message.
    """

    part: str
    path: tuple[str | int, ...]
    message: str
    kind: Kind = "erreur"
    key: bool = False
    first: tuple[str | int, ...] | None = None


class Vocabulaire(NamedTuple):
    """The names that the files may use; None where what declares them can't be read. Labels by code.

    `retirees`: by family, the ids that were retired, with what replaces them. `unreadable`: the parts of which nothing,
    or no list, could be read.
    """

    niveaux: Mapping[str, str] | None
    dimensions: Mapping[str, str] | None
    bloqueurs: Mapping[str, str] | None
    ids: Mapping[Famille, Mapping[str, int]]
    retirees: Mapping[Famille, Mapping[str, tuple[str, ...]]]
    unreadable: frozenset[str]


class Lecture(NamedTuple):
    """What could be read, errors or not: the items with their index in the file. `mission` is None where it is
    wrong."""

    mission: Mission | None
    items: Mapping[Famille, list[tuple[int, Any]]]
    vocabulaire: Vocabulaire
    raw_mission: Mapping[str, Any]
    champs: Mapping[Famille, tuple[Champ, ...]]
    retirees: Mapping[Famille, list[tuple[int, Any]]]


# --- errors -------------------------------------------------------------------------------------------------------


def duplicate_ids(lecture: Lecture) -> Iterator[Finding]:
    """An id stands once in its list; the second one is the one to change."""
    for famille, items in lecture.items.items():
        first: dict[str, int] = {}
        for index, item in items:
            if not item.id:
                continue
            if item.id in first:
                message = f"l'identifiant « {item.id} » est déjà pris"
                place = (famille, first[item.id], "id")
                yield Finding(famille, (famille, index, "id"), message, first=place)
            first.setdefault(item.id, index)


def retired_ids(lecture: Lecture) -> Iterator[Finding]:
    """The id of what was retired isn't given again, and is retired once."""
    for famille, gone in lecture.retirees.items():
        ids = lecture.vocabulaire.ids[famille]
        seen: dict[str, int] = {}
        for index, retiree in gone:
            if retiree.id in ids:
                message = f"l'identifiant « {retiree.id} » est celui d'{UN[famille]} {RETIRE[famille]}"
                place = (RETIREES, index, "id")
                yield Finding(famille, (famille, ids[retiree.id], "id"), message, first=place)
            elif retiree.id in seen:
                message = f"l'identifiant « {retiree.id} » est déjà dans « {RETIREES} »"
                place = (RETIREES, seen[retiree.id], "id")
                yield Finding(famille, (RETIREES, index, "id"), message, first=place)
            if retiree.id:
                seen.setdefault(retiree.id, index)


def broken_replacements(lecture: Lecture) -> Iterator[Finding]:
    """What replaces a retired item exists, retired in its turn or not, and isn't itself."""
    vocabulaire = lecture.vocabulaire
    for famille, gone in lecture.retirees.items():
        for index, retiree in gone:
            for position, reference in enumerate(retiree.vers):
                message = replacement_fault(reference, famille, retiree.id, vocabulaire)
                if message:
                    yield Finding(famille, (RETIREES, index, "vers", position), message)


def replacement_fault(reference: str, famille: Famille, own: str, vocabulaire: Vocabulaire) -> str | None:
    """What is wrong with a reference to what replaces the retired item `own`, or None."""
    found = resolve(reference, famille, vocabulaire.ids) or resolve(reference, famille, vocabulaire.retirees)
    if not found:
        if vocabulaire.unreadable & set(FAMILLES):
            return None
        known = [i for f in FAMILLES for i in vocabulaire.ids[f]]
        hint = suggestion(reference, known) or " ; aucun élément ne porte cet identifiant"
        return f"remplaçant inconnu « {reference} »{hint}"
    if len(found) > 1:
        return _ambiguous(reference, found)
    if found[0] == (famille, own):
        return f"{LE[famille]} {own} ne peut pas se remplacer {_itself(famille)}"
    return None


def declared_fields(lecture: Lecture) -> Iterator[Finding]:
    """A code is declared once for a family; a choice has its values, and nothing else has any."""
    seen: dict[tuple[str, str], int] = {}
    for index, champ in enumerate(lecture.mission.champs if lecture.mission else ()):
        keys = [(champ.code, famille) for famille in champ.familles]
        if twice := next((key for key in keys if key in seen), None):
            message = f"le champ « {champ.code} » est déjà déclaré pour les {twice[1]}"
            yield Finding("mission", ("champs", index, "code"), message, first=("champs", seen[twice], "code"))
        seen.update({key: index for key in keys if key not in seen})
        if not champ.propre:
            if fault := _hiding_fault(champ):
                yield Finding("mission", ("champs", index, "code"), fault)
            continue
        if champ.type == "choix" and not champ.choix:
            message = f"le champ « {champ.code} » est un choix : donnez ses valeurs (« choix: [a, b] »)"
            yield Finding("mission", ("champs", index), message)
        elif champ.choix and champ.type != "choix":
            message = f"le champ « {champ.code} » n'est pas un choix ; écrivez « type: choix » ou retirez ces valeurs"
            yield Finding("mission", ("champs", index, "choix"), message)
        known: dict[str, str] = {}
        for position, value in enumerate(champ.choix):
            other = known.setdefault(folded(value), value)
            if position and other == value and value in champ.choix[:position]:
                yield Finding(
                    "mission", ("champs", index, "choix", position), f"« {value} » est deux fois dans « choix »"
                )
            elif other != value:
                message = f"« {value} » et « {other} » ne diffèrent que par la casse ou les accents"
                yield Finding("mission", ("champs", index, "choix", position), message)


def _hiding_fault(champ: ChampPropre) -> str | None:
    """What is wrong with an entry that names a field that items have already: it can only say that it is internal."""
    code = champ.code
    if champ.model_fields_set - {"code", "famille", "diffusion"}:
        return (
            f"code « {code} » est déjà un champ des éléments ; choisissez un autre code, "
            "ou ne donnez avec celui-ci que « diffusion: interne »"
        )
    if code in TOUJOURS_PUBLICS:
        return (
            f"le champ « {code} » ne peut pas être interne ; mettez « diffusion: interne » sur les éléments eux-mêmes"
        )
    if "famille" in champ.model_fields_set and champ.famille not in PAR_CODE[code].familles:
        return f"les {champ.famille} n'ont pas de champ « {code} »"
    if "famille" in champ.model_fields_set and code in COMMUNS:
        return f"le champ « {code} » est interne pour toutes les listes ou pour aucune ; retirez « famille »"
    return None


def declared_choices(lecture: Lecture) -> Iterator[Finding]:
    """What a declared choice holds is one of its values."""
    for famille, items in lecture.items.items():
        for champ in (champ for champ in lecture.champs[famille] if champ.type == "choix"):
            for index, item in items:
                for position, value in enumerate(getattr(item, champ.attribut, ())):
                    if value not in champ.choix:
                        path = (famille, index, champ.code, position)
                        yield Finding(famille, path, f"{champ.code} : {unknown_choice(value, champ.choix)}")


def unknown_choice(given: str, choix: Sequence[str]) -> str:
    """What is said of a value that isn't one of a field's choices."""
    hint = suggestion(given, choix) or f" ; choix possibles : {', '.join(choix)}"
    return f"valeur inconnue « {given} »{hint}"


def duplicate_names(lecture: Lecture) -> Iterator[Finding]:
    """The same code twice in the scale, the dimensions, the blockers, the parts; the same date twice in the bilans; the
    same rule twice."""
    for key, field in (
        ("echelle", "code"),
        ("dimensions", "code"),
        ("bloqueurs", "id"),
        ("parties", "id"),
        ("bilans", "date"),
        ("regles", ""),
    ):
        entries = lecture.raw_mission.get(key)
        seen: dict[str, int] = {}
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            name = entry.get(field) if isinstance(entry, dict) else None if field else entry
            if isinstance(name, str):
                if name in seen:
                    message = f"« {name} » est déjà dans « {key} »"
                    # A rule is its own name.
                    inside = (field,) if field else ()
                    yield Finding("mission", (key, index, *inside), message, first=(key, seen[name], *inside))
                seen.setdefault(name, index)


def unknown_levels(lecture: Lecture) -> Iterator[Finding]:
    """`avancement` is a code of the scale."""
    niveaux = lecture.vocabulaire.niveaux
    if niveaux is None:
        return
    for famille, index, item in _levelled(lecture):
        if item.avancement is not None and item.avancement not in niveaux:
            yield Finding(famille, (famille, index, "avancement"), unknown_level(item.avancement, niveaux))


def unknown_level(given: str, niveaux: Mapping[str, str]) -> str:
    """What is said of a level that the scale doesn't have, the nearest one proposed as its code."""
    hint = _named(given, niveaux) or f" ; niveaux possibles : {', '.join(niveaux)}"
    return f"niveau inconnu « {given} »{hint}"


def unknown_dimensions(lecture: Lecture) -> Iterator[Finding]:
    """`dimension` is a declared code."""
    dimensions = lecture.vocabulaire.dimensions
    if dimensions is None:
        return
    for famille, index, item in _levelled(lecture):
        if item.dimension is not None and item.dimension not in dimensions:
            yield Finding(famille, (famille, index, "dimension"), unknown_dimension(item.dimension, dimensions))


def unknown_dimension(given: str, dimensions: Mapping[str, str]) -> str:
    """What is said of a dimension that isn't declared, the nearest one proposed as its code."""
    if not dimensions:
        return f"dimension inconnue « {given} » ; mission.yaml n'en déclare aucune (clé « dimensions »)"
    hint = _named(given, dimensions) or f" ; dimensions possibles : {', '.join(dimensions)}"
    return f"dimension inconnue « {given} »{hint}"


def broken_references(lecture: Lecture) -> Iterator[Finding]:
    """What `renvois`, `bloqueurs`, `chantiers` and `leviers` name exists, once, and isn't the item itself."""
    vocabulaire = lecture.vocabulaire
    size = sum(len(ids) for ids in vocabulaire.ids.values())
    budget = MAX_COMPARISONS
    for famille, index, item in _levelled(lecture):
        for field in ("renvois", "bloqueurs", "chantiers", "leviers"):
            for position, reference in enumerate(getattr(item, field, ())):
                message = reference_fault(reference, field, famille, item.id, vocabulaire, hint=budget > 0)
                if message:
                    budget -= size
                    yield Finding(famille, (famille, index, field, position), message)


def reference_fault(
    reference: str, field: str, famille: Famille, own: str, vocabulaire: Vocabulaire, hint: bool = True
) -> str | None:
    """What is wrong with a reference written in `field` of the item `own`, or None. `hint`: look for near names."""
    if field == "bloqueurs" and (vocabulaire.bloqueurs is None or reference in vocabulaire.bloqueurs):
        return None
    target = first_family(field, famille)
    found = resolve(reference, target, vocabulaire.ids)
    searched = FAMILLES
    if field == target:
        found = [pair for pair in found if pair[0] == target]
        searched = (target,)
    if not found:
        if any(part in vocabulaire.unreadable for part in searched):
            return None
        if gone := resolve(reference, target, vocabulaire.retirees):
            return _retired_reference(reference, *gone[0], vocabulaire)
        return (
            _unknown_reference(reference, field, famille, vocabulaire) if hint else f"{_UNKNOWN[field]} « {reference} »"
        )
    if len(found) > 1:
        return _ambiguous(reference, found)
    if own and found[0] == (famille, own):
        return f"{LE[famille]} {own} se désigne {_itself(famille)} dans « {field} »"
    return None


def _ambiguous(reference: str, found: Sequence[tuple[Famille, str]]) -> str:
    names = enumeration([f"« {SINGULIER[f]}-{i} »" for f, i in found], "ou")
    return f"« {reference} » désigne plusieurs éléments ; écrivez {names}"


def _retired_reference(reference: str, famille: Famille, identifier: str, vocabulaire: Vocabulaire) -> str:
    vers = vocabulaire.retirees[famille][identifier]
    return f"« {reference} » désigne {retired(famille, vers)}{'' if vers else ' : retirez la référence'}"


def retired(famille: Famille, vers: Sequence[str]) -> str:
    """« une mesure retirée, remplacée par « 8 » », « un chantier retiré, sans remplaçant »."""
    how = f"{REMPLACE[famille]} par {enumeration([f'« {v} »' for v in vers])}" if vers else "sans remplaçant"
    return f"{UN[famille]} {RETIRE[famille]}, {how}"


def _itself(famille: Famille) -> str:
    return "elle-même" if famille == "mesures" else "lui-même"


def _unknown_reference(reference: str, field: str, famille: Famille, vocabulaire: Vocabulaire) -> str:
    ids = vocabulaire.ids
    known: list[str]
    if field == "renvois":
        known = [*ids[famille], *(f"{SINGULIER[f]}-{i}" for f in FAMILLES if f != famille for i in ids[f])]
        where = "aucune mesure, aucun chantier, aucun levier ne porte cet identifiant"
    elif field == "bloqueurs":
        known = [*(vocabulaire.bloqueurs or ())]
        where = "mission.yaml n'en déclare aucun (clé « bloqueurs »)"
    else:
        known = [*ids[field]]  # type: ignore[index]
        where = f"{field}.yaml n'en contient aucun"
    message = f"{_UNKNOWN[field]} « {reference} »"
    if near := suggestion(reference, known):
        return message + near
    if known and field != "renvois":
        return f"{message} ; {field} possibles : {', '.join(known)}" if len(known) <= 12 else message
    return f"{message} ; {where}"


def bilans(lecture: Lecture) -> Iterator[Finding]:
    """Published totals must be of levels that the bilan's own scale, else today's, has."""
    if lecture.mission is None or lecture.vocabulaire.niveaux is None:
        return
    for index, publie in enumerate(lecture.mission.bilans):
        codes = {n.code: n.libelle for n in publie.echelle} if publie.echelle else lecture.vocabulaire.niveaux
        for code in publie.totaux:
            if code not in codes:
                yield Finding("mission", ("bilans", index, "totaux", code), unknown_level(code, codes), key=True)


def horizons(lecture: Lecture) -> Iterator[Finding]:
    """A horizon's first month doesn't follow its last."""
    for index, dimension in enumerate(lecture.mission.dimensions if lecture.mission else ()):
        if dimension.horizon and dimension.horizon[0] > dimension.horizon[1]:
            yield Finding("mission", ("dimensions", index, "horizon"), "horizon : le premier mois suit le dernier")


def backward_dates(lecture: Lecture) -> Iterator[Finding]:
    """An item isn't due before it begins."""
    for famille, index, item in _levelled(lecture):
        if item.debut and item.echeance and item.echeance.last < item.debut.first:
            message = f"échéance {item.echeance} antérieure au début {item.debut}"
            yield Finding(famille, (famille, index, "echeance"), message)


def unreadable_colours(lecture: Lecture) -> Iterator[Finding]:
    """A colour of the theme stands out from what it is seen on."""
    for place, message in theme.faults(lecture.mission.theme) if lecture.mission else ():
        yield Finding("mission", ("theme", *place), message)


ERRORS: tuple[Callable[[Lecture], Iterator[Finding]], ...] = (
    duplicate_ids,
    retired_ids,
    broken_replacements,
    declared_fields,
    declared_choices,
    duplicate_names,
    unknown_levels,
    unknown_dimensions,
    broken_references,
    bilans,
    horizons,
    backward_dates,
    unreadable_colours,
)


# Looking for near names in long lists, for each of many broken references, would take longer than anybody waits.
MAX_COMPARISONS = 100_000
_UNKNOWN = {
    "renvois": "renvoi inconnu",
    "bloqueurs": "bloqueur inconnu",
    "chantiers": "chantier inconnu",
    "leviers": "levier inconnu",
}


# --- control totals -------------------------------------------------------------------------------------------------


def totals(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """While the roadmap stands at a bilan's date, the counted levels must be those that were published."""
    controle = bilan.control(feuille)
    if controle is not None and not controle.agrees:
        index = feuille.mission.bilans.index(controle.publie)
        date = controle.publie.date
        when = f"au {date.in_words}" if date.first == date.last else f"({date.in_words})"
        internal = count(controle.internes, "mesure")
        counting = f" (dont {internal} à diffusion interne)" if controle.internes else ""
        message = (
            f"compté {controle.compte_text}{counting}, publié {controle.publie_text} {when} : "
            "changez un autre niveau, ou « alliances update mission --etat-au DATE »"
        )
        yield Finding("mission", ("bilans", index, "totaux"), message, "total", key=True)


# --- warnings -------------------------------------------------------------------------------------------------------


def best_but_undefined(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """The best level beside a next step that is still to be defined."""
    best = next((n for n in feuille.echelle if not (n.clos or n.hors_ordre or n.alerte)), None)
    for famille, index, item in _all(feuille):
        if not (best and item.avancement == best.code and item.prochaine_etape):
            continue
        if re.search(r"\ba definir\b", folded(item.prochaine_etape)):
            yield _warn(
                famille, index, "prochaine_etape", f"« {best.libelle} », mais l'étape suivante est « à définir »"
            )


def best_but_blocked(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """The best level beside a blocker."""
    best = next((n for n in feuille.echelle if not (n.hors_ordre or n.alerte)), None)
    for famille, index, item in _all(feuille):
        if best and item.avancement == best.code and item.bloqueurs:
            yield _warn(famille, index, "bloqueurs", f"« {best.libelle} », mais un bloqueur est déclaré")


def closed_but_coming(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """An item that is over beside a next step."""
    for famille, index, item in _all(feuille):
        niveau = feuille.niveaux.get(item.avancement or "")
        if niveau and niveau.clos and item.prochaine_etape:
            yield _warn(
                famille, index, "prochaine_etape", f"« {niveau.libelle} », mais une étape suivante est annoncée"
            )


def missing_next_step(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """An open item without next step, where its family uses that field."""
    for famille in FAMILLES:
        items = feuille.with_level(famille)
        if not any(item.prochaine_etape for item in items):
            continue
        for index, item in enumerate(items):
            niveau = feuille.niveaux.get(item.avancement or "")
            if not item.prochaine_etape and not (niveau and niveau.clos):
                yield Finding(
                    famille,
                    (famille, index),
                    f"{SINGULIER[famille]} {item.id} : pas de « prochaine_etape »",
                    "avertissement",
                )


def done_again(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """A next step that repeats what was done, word for word."""
    for famille, index, item in _all(feuille):
        done, step = item.realise, item.prochaine_etape
        # As many words, or they can't be the same: counting is ten times faster than folding.
        if done and step and len(done.split()) == len(step.split()) and folded(done) == folded(step):
            yield _warn(famille, index, "prochaine_etape", "l'étape suivante répète « realise » mot pour mot")


def cycles(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """Items that refer to each other in a ring: each ring is told once, at its first item."""
    graph: dict[tuple[Famille, str], list[tuple[Famille, str]]] = {}
    place: dict[tuple[Famille, str], tuple[Famille, int]] = {}
    for famille, index, item in _all(feuille):
        node = (famille, item.id)
        place[node] = (famille, index)
        graph[node] = [pair for reference in item.renvois for pair in feuille.resolve(reference, famille)]
    for ring in _rings(graph):
        first = min(range(len(ring)), key=lambda i: (FAMILLES.index(ring[i][0]), place[ring[i]][1]))
        ordered = ring[first:] + ring[: first + 1]
        famille, index = place[ordered[0]]
        names = " → ".join(f"{SINGULIER[f]} {i}" for f, i in (ordered if len(ordered) <= 12 else ordered[:10]))
        if len(ordered) > 12:
            names += f" → … ({len(ring)} éléments)"
        yield _warn(famille, index, "renvois", f"renvois qui tournent en rond : {names}")


def text_names_unknown(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """« Voir mesure 40 » where no such mesure is, or no longer."""
    pattern = re.compile(r"\b(mesure|chantier|levier)s?\s+(\d+)\b", re.IGNORECASE)
    for famille, index, item in _all(feuille):
        for field in ("realise", "prochaine_etape"):
            for match in pattern.finditer(getattr(item, field) or ""):
                target: Famille = f"{match[1].lower()}s"  # type: ignore[assignment]
                ids = feuille.by_id[target]
                gone = next((g for g in feuille.gone(target) if g.id == match[2]), None)
                if gone is not None:
                    said = retired(target, gone.vers)
                    yield _warn(famille, index, field, f"le texte cite « {match[0]} », {said}")
                # « 4 chantiers » counts; « mesure 8 » names, but only where ids of that list are numbers.
                elif match[2] not in ids and any(identifier.isdecimal() for identifier in ids):
                    yield _warn(famille, index, field, f"le texte cite « {match[0]} », qui n'existe pas")


def text_contradicts_date(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """A next step that gives one date while `echeance` gives another."""
    for famille, index, item in _all(feuille):
        if item.echeance and item.prochaine_etape:
            told = _dates_in(item.prochaine_etape)
            if told and not any(periode.overlaps(item.echeance) for periode in told):
                yield _warn(
                    famille,
                    index,
                    "echeance",
                    f"échéance {item.echeance}, mais l'étape suivante donne une autre date ({told[0].in_words})",
                )


def judged_later(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """A level judged after the date at which the roadmap stands."""
    etat_au = feuille.mission.etat_au
    for famille, index, item in _all(feuille):
        if etat_au and item.avancement_au and item.avancement_au.first > etat_au.last:
            yield _warn(
                famille,
                index,
                "avancement_au",
                f"niveau jugé au {item.avancement_au}, après l'état au {etat_au} de la mission",
            )


def provenance_without_level(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """Where a level comes from, without a level."""
    for famille, index, item in _all(feuille):
        if item.provenance and not item.avancement:
            yield _warn(famille, index, "provenance", "une provenance est donnée, mais aucun niveau (« avancement »)")


def same_labels(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """A declared field that is called as another of its family."""
    for famille in FAMILLES:
        called = {folded(c.libelle): c.code for c in feuille.champs(famille) if not c.propre}
        for index, champ in enumerate(feuille.mission.champs):
            if champ.propre and champ.famille == famille:
                other = called.setdefault(folded(champ.libelle or champ.code), champ.code)
                if other != champ.code:
                    message = f"le champ « {champ.code} » a le même libellé que « {other} »"
                    yield Finding("mission", ("champs", index, "libelle"), message, "avertissement")


# Plain patterns: `re` compiles, and keeps, those that a run needs.
_EMAIL = r"[^@\s<>()]+@[^@\s<>()]+\.[^@\s<>().]{2,}"
_HOST = r"(?i)https?://[^\s/?#<>\"]+\.[^\s/?#<>\".]{2,}(?:[/?#][^\s<>\"]*)?|https?://localhost(?::\d+)?(?:/\S*)?"


def malformed_addresses(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """E-mails and addresses that can't be right; an issuer's site may lack its scheme."""
    emetteur = feuille.mission.emetteur
    if emetteur.courriel and not re.fullmatch(_EMAIL, emetteur.courriel):
        yield Finding(
            "mission",
            ("emetteur", "courriel"),
            f"adresse électronique douteuse « {emetteur.courriel} »",
            "avertissement",
        )
    if emetteur.site and _address_fault(emetteur.site, scheme=False):
        yield Finding("mission", ("emetteur", "site"), f"adresse douteuse « {emetteur.site} »", "avertissement")
    for famille in FAMILLES:
        for index, item in enumerate(feuille.items(famille)):
            for position, preuve in enumerate(item.preuves):
                fault = _address_fault(preuve.url, scheme=True)
                if fault:
                    path = (famille, index, "preuves", position, "url")
                    yield Finding(famille, path, f"adresse douteuse « {preuve.url} »{fault}", "avertissement")
            for champ in feuille.champs(famille):
                for position, url in enumerate(getattr(item, champ.attribut) if champ.type == "url" else ()):
                    if fault := _address_fault(url, scheme=True):
                        where = (famille, index, champ.code, position)
                        yield Finding(famille, where, f"adresse douteuse « {url} »{fault}", "avertissement")


def _address_fault(url: str, scheme: bool) -> str:
    """What makes an address doubtful, as the end of a sentence; empty when nothing does. `scheme`: one is expected."""
    lowered = url.lower()
    if lowered.startswith("mailto:"):
        return "" if re.fullmatch(_EMAIL, url[7:].split("?")[0]) else " : le courriel est incomplet"
    if lowered.startswith("tel:"):
        return "" if re.fullmatch(r"[+\d][\d .()-]+", url[4:]) else " : le numéro est incomplet"
    if not re.match(r"https?:", lowered):
        if scheme:
            return " : écrivez-la en entier, avec « https:// »"
        url = "https://" + url
    return "" if re.fullmatch(_HOST, url) else " : elle est incomplète ou contient une espace"


WARNINGS: tuple[Callable[[FeuilleDeRoute], Iterator[Finding]], ...] = (
    best_but_undefined,
    best_but_blocked,
    closed_but_coming,
    missing_next_step,
    done_again,
    cycles,
    text_names_unknown,
    text_contradicts_date,
    judged_later,
    provenance_without_level,
    same_labels,
    malformed_addresses,
)


def errors(lecture: Lecture) -> Iterator[Finding]:
    """What makes the roadmap invalid, as far as it could be read."""
    for rule in ERRORS:
        yield from rule(lecture)


def warnings(feuille: FeuilleDeRoute) -> Iterator[Finding]:
    """What is worth a look in a valid roadmap."""
    for rule in WARNINGS:
        yield from rule(feuille)


# --- ground ---------------------------------------------------------------------------------------------------------


def _levelled(lecture: Lecture) -> Iterator[tuple[Famille, int, Any]]:
    for famille, items in lecture.items.items():
        if famille != "leviers":
            for index, item in items:
                yield famille, index, item


def _all(feuille: FeuilleDeRoute) -> Iterator[tuple[Famille, int, Mesure]]:
    """Every item that can have a level. (A chantier has all the fields that the rules read of a mesure.)"""
    for famille in FAMILLES:
        for index, item in enumerate(feuille.with_level(famille)):
            yield famille, index, item  # type: ignore[misc]


def _warn(famille: Famille, index: int, field: str, message: str) -> Finding:
    return Finding(famille, (famille, index, field), message, "avertissement")


def _named(given: str, labels: Mapping[str, str]) -> str:
    """A suggestion among codes and labels, always given as the code to write."""
    by_label = {label: code for code, label in labels.items() if label}
    hint = suggestion(given, [*labels, *by_label])
    for label, code in by_label.items():
        hint = hint.replace(f"« {label} »", f"« {code} »")
    return hint


# A dense graph has more rings than anybody reads; they go as their links do.
MAX_RINGS = 50


def _rings(graph: dict[tuple[Famille, str], list[tuple[Famille, str]]]) -> list[list[tuple[Famille, str]]]:
    """Rings of a graph, each once, found by a depth-first walk without recursion; no more than `MAX_RINGS`."""
    rings: list[list[tuple[Famille, str]]] = []
    done: set[tuple[Famille, str]] = set()
    for start in graph:
        if start in done:
            continue
        path: list[tuple[Famille, str]] = [start]
        on_path = {start: 0}
        branches = [iter(graph[start])]
        while branches:
            following = next(branches[-1], None)
            if following is None:
                branches.pop()
                node = path.pop()
                del on_path[node]
                done.add(node)
            elif following in on_path:
                rings.append(path[on_path[following] :])
                if len(rings) == MAX_RINGS:
                    return rings
            elif following not in done and following in graph:
                on_path[following] = len(path)
                path.append(following)
                branches.append(iter(graph[following]))
    return rings


_MONTH_NUMBERS = {folded(name): number for number, name in enumerate(MOIS, 1)}
_NUMERIC = r"(?<![\d/])(?:(\d{1,2})/)?(\d{1,2})/(\d{2}|\d{4})(?![\d/])"
_WORDS = r"(?<!\d)(?:(\d{1,2})(?:er)? )?(" + "|".join(_MONTH_NUMBERS) + r") (\d{4})\b"
_YEAR = r"\b(20\d{2})\b"


def _dates_in(text: str) -> list[Periode]:
    """The dates that a sentence gives (« 12/07/21 », « 08/21 », « 12 juillet 2021 », « fin 2021 »)."""
    # Most texts give none; folding them all would cost more than every other rule.
    if not re.search(r"\d/\d|\d{4}", text):
        return []
    plain = folded(text)
    found: list[str] = []
    for day, month, year in re.findall(_NUMERIC, plain):
        year = year if len(year) == 4 else f"20{year}"
        found.append(f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else ""))
    plain = re.sub(_NUMERIC, " ", plain)
    for day, month, year in re.findall(_WORDS, plain):
        found.append(f"{year}-{_MONTH_NUMBERS[month]:02}" + (f"-{int(day):02}" if day else ""))
    found.extend(re.findall(_YEAR, re.sub(_WORDS, " ", plain)))
    dates: list[Periode] = []
    for iso in found:
        try:
            dates.append(parse(iso))
        except ValueError:
            continue
    return dates
