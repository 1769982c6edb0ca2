"""What was given on a command line → what the files write: codes for labels, references that exist, dates that are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from alliances_cli import checks, model, nombre, selection
from alliances_cli.champs import (
    DIFFUSIONS,
    FAMILLES,
    LE,
    MISSION_CHAMPS,
    PAR_CODE,
    PROVENANCES,
    SINGULIER,
    UN,
    Champ,
    Famille,
)
from alliances_cli.errors import UsageFault
from alliances_cli.store import Reading
from alliances_cli.typographie import enumeration, folded, slug, suggestion
from alliances_cli.yamltext.compose import Written
from alliances_cli.yamltext.read import Value

# By field: a text, several, or None to empty it.
Given: TypeAlias = "Mapping[str, str | Sequence[str] | None]"

_PREUVE = re.compile(r"(?:(?P<titre>.*\S)\s+)?<(?P<url>\S+)>(?:\s*\((?P<date>[^()]+)\))?", re.DOTALL)


def fields(reading: Reading, famille: Famille | None) -> dict[str, Champ]:
    """The fields that a family's items have, by code; the mission's own where there is no family."""
    champs = reading.lecture.champs[famille] if famille else MISSION_CHAMPS
    return {champ.code: champ for champ in champs}


def values(
    reading: Reading, famille: Famille | None, current: Mapping[str, Value], given: Given
) -> dict[str, Written | None]:
    """The values that were given, as the files write them, in the fields' order.

    Raises: UsageFault for a field that isn't there, or a value that names nothing.
    """
    known = fields(reading, famille)
    wanted: dict[str, Written | None] = {}
    for code, value in given.items():
        champ = known.get(code)
        if champ is None:
            raise UsageFault(_no_field(reading, famille, code, clears=value is None))
        if value is None:
            if champ.obligatoire:
                raise UsageFault(f"{champ.sans_option} : le champ « {code} » est obligatoire")
            wanted[code] = None
        elif champ.multiple:
            texts = [value] if isinstance(value, str) else list(value)
            if champ.type == "preuves":
                wanted[code] = [_preuve(text) for text in texts]
                continue
            written = tuple(dict.fromkeys(text_of(reading, famille, current, champ, text) for text in texts))
            # A declared field holds one value or several: one goes without a list.
            wanted[code] = written[0] if champ.propre and len(written) == 1 else written
        else:
            assert isinstance(value, str)
            wanted[code] = text_of(reading, famille, current, champ, value)
    if wanted.get("avancement") and famille and "provenance" not in wanted:
        default = reading.lecture.mission.provenance if reading.lecture.mission else None
        if current.get("provenance") or (default or "saisi") != "saisi":
            wanted["provenance"] = "saisi"
    order = list(known)
    return {code: wanted[code] for code in sorted(wanted, key=order.index)}


def _no_field(reading: Reading, famille: Famille | None, code: str, clears: bool) -> str:
    what = UN[famille] if famille else "la mission"
    sans = "sans-" if clears else ""
    if code in PAR_CODE or code in {champ.code for champ in MISSION_CHAMPS}:
        return f"--{sans}{code.replace('_', '-')} : {what} n'a pas de champ « {code} »"
    declared = {f: [c.code for c in reading.lecture.champs[f] if c.propre] for f in FAMILLES}
    own = declared[famille] if famille else []
    hint = suggestion(code, own)
    if not hint and (others := [f for f in FAMILLES if code in declared[f]]):
        hint = f" ; c'est un champ des {enumeration(others)}"
    if not hint:
        hint = (
            f" ; champs déclarés : {', '.join(own)}"
            if own
            else " ; mission.yaml ne lui en déclare pas (clé « champs »)"
        )
    return f"--{sans}champ : {what} n'a pas de champ « {code} »{hint}"


def checked(option: str, given: str, empty: str) -> str:
    """A text that a file can hold, trimmed; `empty` is what is said of one that holds nothing.

    Raises: UsageFault.
    """
    text = given.replace("\r\n", "\n").strip()
    if not text:
        raise UsageFault(f"{option} : valeur vide{' ; ' + empty if empty else ''}")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise UsageFault(f"{option} : le texte n'est pas de l'UTF-8 valable")
    bad = next(
        (c for c in text if ord(c) < 32 and c not in "\n\t" or 0x7F <= ord(c) < 0xA0 or c in "\ufeff\ufffe\uffff"), None
    )
    if bad is not None:
        raise UsageFault(f"{option} : le texte contient un caractère de contrôle (U+{ord(bad):04X})")
    return text


def identifier(option: str, given: str) -> str:
    """An id that a file can hold.

    Raises: UsageFault.
    """
    text = given.strip()
    fault = model.identifier_fault(text)
    if fault:
        raise UsageFault(f"{option} : {fault}")
    return text


def free_identifier(reading: Reading, famille: Famille, option: str, given: str) -> str:
    """An id that no item of the family bears, nor ever bore.

    Raises: UsageFault.
    """
    text = identifier(option, given)
    vocabulaire = reading.lecture.vocabulaire
    if text in vocabulaire.ids[famille]:
        raise UsageFault(
            f"{option} : l'identifiant « {text} » est déjà pris dans {famille}.yaml ; choisissez-en un autre"
        )
    if text in vocabulaire.retirees[famille]:
        gone = checks.retired(famille, vocabulaire.retirees[famille][text])
        raise UsageFault(f"{option} : l'identifiant « {text} » est celui d'{gone} ; il n'est jamais redonné")
    if text == "mission":
        raise UsageFault(f"{option} : « mission » désigne la mission ; choisissez un autre identifiant")
    for other in FAMILLES:
        name, _, rest = text.partition("-")
        if name == SINGULIER[other] and rest in vocabulaire.ids[other]:
            said = f"« {text} » se lirait comme {LE[other]} {rest}"
            raise UsageFault(f"{option} : {said} ; choisissez un autre identifiant")
    return text


def text_of(reading: Reading, famille: Famille | None, current: Mapping[str, Value], champ: Champ, given: str) -> str:
    """A value as the file writes it.

    Raises: UsageFault.
    """
    never = "le titre ne peut pas être effacé"
    text = checked(champ.option, given, never if champ.code == "titre" else f"pour l'effacer : {champ.sans_option}")
    vocabulaire = reading.lecture.vocabulaire
    if champ.type == "niveau" and vocabulaire.niveaux is not None:
        return selection.named(text, dict(vocabulaire.niveaux), "--avancement : niveau inconnu")
    if champ.type == "dimension" and vocabulaire.dimensions is not None:
        known = dict(vocabulaire.dimensions)
        return selection.named(text, known, "--dimension : dimension inconnue", declare=_declare("dimension", text))
    if champ.type == "provenance":
        return selection.named(text, {p: p for p in PROVENANCES}, "--provenance : provenance inconnue")
    if champ.type == "diffusion":
        return diffusion(text)
    if champ.type == "date":
        return selection.period(text, champ.option).text
    if champ.type == "ids" and famille is not None:
        own = current.get("id")
        fault = checks.reference_fault(text, champ.code, famille, own if isinstance(own, str) else "", vocabulaire)
        if fault:
            unknown = champ.code == "bloqueurs" and "inconnu" in fault and model.identifier_fault(text) is None
            raise UsageFault(f"{champ.option} : {fault}{_declare('bloqueur', text) if unknown else ''}")
    return _own(champ, text) if champ.propre else text


def diffusion(text: str) -> str:
    """Who something is for, as the files write it.

    Raises: UsageFault.
    """
    return selection.named(text, {d: d for d in DIFFUSIONS}, "--diffusion : diffusion inconnue")


def _declare(kind: str, text: str) -> str:
    identifiant = text if model.identifier_fault(text) is None else "…"
    return f" ; pour l'ajouter : alliances add {kind} --id {identifiant} --libelle …"


def _own(champ: Champ, text: str) -> str:
    """A declared field's value.

    Raises: UsageFault.
    """
    if champ.type == "choix":
        near = [choice for choice in champ.choix if folded(choice) == folded(text)]
        if not near:
            raise UsageFault(f"{champ.option} : {checks.unknown_choice(text, champ.choix)}")
        return text if text in champ.choix else near[0]
    if champ.type == "nombre":
        try:
            nombre.parse(text)
        except ValueError as error:
            raise UsageFault(f"{champ.option} : {error}") from None
    if champ.type == "oui_non":
        if text.lower() not in model.OUI_NON:
            raise UsageFault(f"{champ.option} : « oui » ou « non » est attendu, pas « {text} »")
        return model.in_words(model.OUI_NON[text.lower()])
    if champ.type == "url" and (fault := model.address_fault(text)):
        raise UsageFault(f"{champ.option} : {fault}")
    return text


def _preuve(given: str) -> dict[str, str]:
    """« TITRE <ADRESSE> (DATE) », or an address alone.

    Raises: UsageFault.
    """
    text = checked("--preuves", given, "pour les effacer : --sans-preuves")
    match = _PREUVE.fullmatch(text)
    found = {name: value for name, value in match.groupdict().items() if value} if match else {"url": text}
    if match is None and re.search(r"\s", text):
        raise UsageFault(f"--preuves : « {text} » ne se lit pas ; écrivez TITRE <ADRESSE> (DATE), ou l'adresse seule")
    if fault := model.address_fault(found["url"]):
        raise UsageFault(f"--preuves : {fault}")
    if "date" in found:
        found["date"] = selection.period(found["date"], "--preuves").text
    return found


def next_identifier(reading: Reading, famille: Famille, titre: str) -> str | None:
    """The id of an item to come: the next number where all the family's ids are numbers, retired ones counted; a slug
    of its title for the other families than mesures; None where it has to be asked for."""
    vocabulaire = reading.lecture.vocabulaire
    every = [*vocabulaire.ids[famille], *vocabulaire.retirees[famille]]
    if all(re.fullmatch(r"[1-9][0-9]{0,8}", known) for known in every) and (every or famille == "mesures"):
        return str(max(map(int, every), default=0) + 1)
    return slug(titre) or None if famille != "mesures" else None
