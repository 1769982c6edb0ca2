"""Rules on a change, each one a small named function that yields what it finds; the mission says which are on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from alliances_cli import evolution
from alliances_cli.champs import FAMILLES, LE, RETIRE, Famille
from alliances_cli.checks import Finding
from alliances_cli.evolution import FAMILLE_DE, Evolution, Mouvement, Type
from alliances_cli.model import BilanPublie, FeuilleDeRoute, Item, Regle, Suivi
from alliances_cli.typographie import words

# The texts that may explain that a date is put off, besides the fields of that type that the mission declares.
_EXPLICATIONS = ("realise", "prochaine_etape", "texte")


class Passage(NamedTuple):
    """From one moment of a roadmap to another. `origines`: by family and id of after, the item of before."""

    avant: FeuilleDeRoute
    apres: FeuilleDeRoute
    evolution: Evolution
    origines: Mapping[Famille, Mapping[str, Item]]


def hausse_justifiee(passage: Passage) -> Iterator[Finding]:
    """A level raised needs a text in `realise` that wasn't there, or a proof that wasn't."""
    if passage.evolution.refus:
        message = f"hausse_justifiee n'est pas vérifiée : {passage.evolution.refus}"
        yield Finding("mission", ("echelle",), message, "avertissement", key=True)
    for mouvement, famille, before, item in _moved(passage, "niveau_monte"):
        known = {preuve.url for preuve in before.preuves}
        if _new_text(before.realise, item.realise) or any(preuve.url not in known for preuve in item.preuves):
            continue
        levels = passage.apres.niveaux[mouvement.avant].libelle, passage.apres.niveaux[mouvement.apres].libelle
        message = (
            f"hausse_justifiee : « {levels[0]} » devient « {levels[1]} » sans nouveau « realise » ni nouvelle preuve ; "
            "écrivez ce qui a été fait, ou donnez une preuve"
        )
        yield _at(passage, famille, item, "avancement", message)


def report_explique(passage: Passage) -> Iterator[Finding]:
    """A date put off needs a text that changed: what was done, the next step, the text, or a declared text."""
    for mouvement, famille, before, item in _moved(passage, "echeance_reportee"):
        own = [champ.attribut for champ in passage.apres.champs(famille) if champ.propre and champ.type == "texte"]
        if any(_new_text(_text(before, name), _text(item, name)) for name in (*_EXPLICATIONS, *own)):
            continue
        message = (
            f"report_explique : l'échéance passe de {mouvement.avant} à {mouvement.apres} sans qu'aucun texte change ; "
            "dites pourquoi dans « realise », « prochaine_etape » ou « texte »"
        )
        yield _at(passage, famille, item, "echeance", message)


def bilan_intact(passage: Passage) -> Iterator[Finding]:
    """A published bilan's entry stays as it is. One that had no totals may gain what it lacked."""
    bilans = passage.apres.mission.bilans
    ranks = {(publie.date.first, publie.date.last): rank for rank, publie in enumerate(bilans)}
    for before in passage.avant.mission.bilans:
        rank = ranks.get((before.date.first, before.date.last))
        said = f"bilan_intact : le bilan {before.date.du}, publié,"
        if rank is None:
            yield Finding("mission", ("bilans",), f"{said} a disparu ; remettez-le tel qu'il était", "regle", key=True)
            continue
        for field in BilanPublie.model_fields.keys() - {"diffusion"}:
            old, new = getattr(before, field), getattr(bilans[rank], field)
            if old != new and (before.totaux or old):
                message = f"{said} a changé (« {field} ») ; remettez-le tel qu'il était"
                yield Finding("mission", ("bilans", rank, field), message, "regle", key=True)


def publie_source(passage: Passage) -> Iterator[Finding]:
    """A level that was inferred is said to be published only with a source: a proof of the item, or the `source` of the
    bilan at its date (`avancement_au`, else `etat_au`)."""
    mission = passage.apres.mission
    for mouvement, famille, _, item in _moved(passage, "provenance"):
        if (mouvement.avant, mouvement.apres) != ("infere", "publie") or item.preuves:
            continue
        date = item.avancement_au or mission.etat_au
        if any(publie.source and date is not None and publie.date.same_days(date) for publie in mission.bilans):
            continue
        message = (
            "publie_source : ce niveau, inféré, est dit publié sans source ; donnez une preuve, ou la « source » du "
            "bilan qui le publie"
        )
        yield _at(passage, famille, item, "provenance", message)


def rien_ne_disparait(passage: Passage) -> Iterator[Finding]:
    """What is no longer there was retired; what was retired stays so, or comes back."""
    for mouvement in passage.evolution.mouvements:
        famille = FAMILLE_DE.get(mouvement.objet)
        if mouvement.type != "disparition" or famille is None:
            continue
        gone = f", {RETIRE[famille]}," if mouvement.champ == "motif" else ""
        advice = (
            f"remettez-{LE[famille][:2]} sous « retirees »"
            if gone
            else "une promesse se retire avec sa raison (alliances retire)"
        )
        message = f"rien_ne_disparait : {LE[famille]} {mouvement.id}{gone} a disparu ; {advice}"
        yield Finding(famille, (famille,), message, "regle", key=True)


# The order of the mission's keys is nothing: what is found is told in reading order.
REGLES: Mapping[Regle, Callable[[Passage], Iterator[Finding]]] = {
    "hausse_justifiee": hausse_justifiee,
    "report_explique": report_explique,
    "bilan_intact": bilan_intact,
    "publie_source": publie_source,
    "rien_ne_disparait": rien_ne_disparait,
}


def findings(avant: FeuilleDeRoute, apres: FeuilleDeRoute, codes: Iterable[Regle]) -> Iterator[Finding]:
    """What the rules of these codes find in the change from `avant` to `apres`; and those that `avant` had on and that
    `apres` hasn't, as warnings."""
    origins = {famille: evolution.origins(avant, apres, famille) for famille in FAMILLES}
    passage = Passage(avant, apres, evolution.between(avant, apres), origins)
    on = tuple(codes)
    for code in on:
        yield from REGLES[code](passage)
    for code in avant.mission.regles:
        if code not in on:
            message = f"la règle « {code} » n'est plus dans « regles » : elle n'a pas été vérifiée"
            yield Finding("mission", ("regles",), message, "avertissement", key=True)


def _moved(passage: Passage, kind: Type) -> Iterator[tuple[Mouvement, Famille, Suivi, Suivi]]:
    """What happened of a kind, with the item before and after."""
    for mouvement in passage.evolution.mouvements:
        if mouvement.type == kind and mouvement.objet in FAMILLE_DE:
            famille = FAMILLE_DE[mouvement.objet]
            before = passage.origines[famille][mouvement.id]
            item = passage.apres.by_id[famille][mouvement.id]
            assert isinstance(before, Suivi) and isinstance(item, Suivi)
            yield mouvement, famille, before, item


def _at(passage: Passage, famille: Famille, item: Item, field: str, message: str) -> Finding:
    return Finding(famille, (famille, passage.apres.items(famille).index(item), field), message, "regle")


def _text(item: Item, name: str) -> str | None:
    """A text of an item, those of a declared field put together."""
    value = getattr(item, name, None)
    return "\n".join(value) if isinstance(value, tuple) else value


def _new_text(before: str | None, after: str | None) -> bool:
    """Whether there is a text, other than the one before; bold and spaces aside."""
    said = words(after or "")
    return bool(said) and said != words(before or "")
