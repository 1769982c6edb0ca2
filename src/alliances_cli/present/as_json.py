"""Records → JSON. `version` is the envelope's: a key is never renamed or removed without raising it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from alliances_cli import api, bilan
from alliances_cli.api import Controle, Vue
from alliances_cli.bilan import Bilan, Compte, Groupe, Groupement
from alliances_cli.champs import FAMILLES, SINGULIER, Champ, Famille
from alliances_cli.errors import Problem
from alliances_cli.model import FeuilleDeRoute, Item, Preuve, Retiree
from alliances_cli.nombre import Nombre
from alliances_cli.periode import Periode
from alliances_cli.present import liens, phrases

if TYPE_CHECKING:
    from alliances_cli.past.revision import Revision
    from alliances_cli.timeline import Recul, Revoir, Sommeil

VERSION = 1


def dump(content: dict[str, Any]) -> str:
    """The envelope: the content under its version."""
    return json.dumps({"version": VERSION, **content}, ensure_ascii=False, indent=2) + "\n"


def head(answer: Vue | Controle) -> dict[str, Any]:
    """The date of reading; where in the past it was read, if it was; what a public version leaves out."""
    moment = answer.moment
    at = {"revision": revision(answer.revision)} if answer.revision is not None else {}
    return {"au": moment.iso, "au_origine": moment.origin, **at, **reserve(answer.feuille)}


def reserve(feuille: FeuilleDeRoute | None) -> dict[str, Any]:
    """How many of each kind a public version leaves out; nothing of a whole roadmap."""
    return {"reserve": dict(feuille.reserve.nombres)} if feuille is not None and feuille.reserve is not None else {}


def revision(at: Revision) -> dict[str, str]:
    """What was asked for as it was typed, the commit, its day."""
    return {"demandee": at.demandee, "commit": at.commit, "date": at.date}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "fichier": problem.source,
        "ligne": problem.line,
        "colonne": problem.column,
        "type": problem.kind,
        "message": problem.message,
    }


def _revision(revision: Revision) -> dict[str, Any]:
    return {"demandee": revision.demandee, "commit": revision.commit, "date": revision.date}


def _compte(compte: Compte) -> dict[str, Any]:
    return {"total": compte.total, "comptes": dict(compte.comptes), "sans_avancement": compte.sans_avancement}


def _controle(whole: Bilan) -> dict[str, Any] | None:
    controle = whole.controle
    if controle is None:
        return None
    codes = [code for code in whole.compte.comptes if code in controle.publie.totaux]
    counted = dict(zip(codes, map(int, controle.compte_text.split("/")), strict=True))
    return {
        "date": controle.publie.date.text,
        "publie": dict(controle.publie.totaux),
        "compte": {code: counted[code] for code in controle.publie.totaux},
        "concorde": controle.agrees,
        **({"retirees": controle.retirees} if controle.retirees else {}),
        **({"internes": controle.internes} if controle.internes else {}),
    }


def _value(value: Any) -> Any:
    if isinstance(value, Periode):
        return value.text
    if isinstance(value, Preuve):
        return {k: _value(v) for k, v in value.__dict__.items() if v is not None}
    if isinstance(value, Nombre):
        return figure(value.value)
    if isinstance(value, tuple):
        return [_value(v) for v in value]
    return value


def figure(value: Decimal) -> int | float:
    """A number as JSON has it: whole where it is."""
    return int(value) if value == value.to_integral_value() else float(value)


def _own_value(values: tuple[Any, ...]) -> Any:
    """A declared field's values: null, the one there is, or the list of several."""
    return [_value(v) for v in values] if len(values) > 1 else _value(values[0]) if values else None


def item(feuille: FeuilleDeRoute, famille: Famille, record: Item) -> dict[str, Any]:
    """All the fields of the family, in the order of the files; empty ones are null or []."""
    found: dict[str, Any] = {}
    for champ in feuille.exported(famille):
        value = getattr(record, champ.attribut)
        found[champ.code] = _own_value(value) if champ.propre else _value(value)
    if "provenance" in found:
        found["provenance"] = feuille.provenance(record)
    return found


def status(vue: Vue) -> str:
    """What `status` shows, with ids in place of lines."""
    feuille, day = vue.feuille, vue.moment.day
    whole = bilan.of(feuille)
    familles: dict[str, Any] = {}
    for famille in FAMILLES[:2]:
        suivis = feuille.with_level(famille)
        etapes = bilan.etapes(feuille, suivis, day)
        familles[famille] = {
            **_compte(bilan.count(feuille, suivis)),
            "retirees": len(feuille.gone(famille)),
            "en_retard": [i.id for i in bilan.late(feuille, suivis)],
            "etapes": {
                "echues": [i.id for i in etapes.echues],
                "a_venir": [i.id for i in etapes.a_venir],
                "sans_date": [i.id for i in etapes.sans_date],
            },
        }
    return dump(
        {
            **head(vue),
            "titre": feuille.mission.titre,
            "echelle": [_niveau(feuille, code) for code in feuille.niveaux],
            **familles,
            "leviers": {"total": len(feuille.leviers), "retirees": len(feuille.gone("leviers"))},
            "par_dimension": {g.code: _compte(g.compte) for g in whole.par_dimension},
            "sans_dimension": _compte(whole.sans_dimension) if whole.sans_dimension else None,
            "bloqueurs": [
                {"id": r.reference, "libelle": r.libelle, "retient": [f"{SINGULIER[f]}-{i.id}" for f, i in r.items]}
                for r in bilan.retenues(feuille)
            ],
            "provenance": dict(whole.provenance),
            "controle": _controle(whole),
            "avertissements": api.warnings(vue),
        }
    )


def _niveau(feuille: FeuilleDeRoute, code: str) -> dict[str, Any]:
    niveau = feuille.niveaux[code]
    return {"code": code, "libelle": niveau.libelle, "alerte": niveau.alerte, "clos": niveau.clos}


def listing(vue: Vue, famille: Famille, items: Sequence[Item], recul: Recul | None = None) -> str:
    """The items, all their fields; by id, what the past says of them, where that was asked."""
    return dump(
        {
            **head(vue),
            "famille": famille,
            "total": len(items),
            "sur": len(vue.feuille.items(famille)),
            "items": [item(vue.feuille, famille, record) for record in items],
            **_hindsight(items, recul),
        }
    )


def _hindsight(items: Sequence[Item], recul: Recul | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if recul is not None and recul.dormantes is not None:
        found["dormantes"] = {record.id: _sommeil(recul.dormantes[record.id]) for record in items}
    if recul is not None and recul.a_revoir is not None:
        found["a_revoir"] = {record.id: [_revoir(one) for one in recul.a_revoir[record.id]] for record in items}
    return found


def _sommeil(sommeil: Sommeil) -> dict[str, Any]:
    return {
        "depuis": sommeil.depuis.day,
        "commit": sommeil.depuis.hash,
        "jours": sommeil.jours,
        "au_moins": sommeil.au_moins,
        "promesse": sommeil.promesse or None,
    }


def _revoir(one: Revoir) -> dict[str, Any]:
    dates = {"date": one.le.day if one.le else None, "item_date": one.item_le.day if one.item_le else None}
    return {"famille": one.famille, "id": one.id, "titre": one.titre, **dates}


def retired(vue: Vue, famille: Famille, items: Sequence[Retiree]) -> str:
    """The retired items."""
    return dump(
        {
            **head(vue),
            "famille": famille,
            "total": len(items),
            "sur": len(vue.feuille.gone(famille)),
            "items": [_retiree(vue.feuille, record) for record in items],
        }
    )


def _retiree(feuille: FeuilleDeRoute, record: Retiree) -> dict[str, Any]:
    return {
        "retiree": True,
        **{name: _value(getattr(record, name)) for name in Retiree.model_fields if name != "diffusion"},
        **({"diffusion": record.diffusion} if record.diffusion else {}),
        "avancement_libelle": phrases.last_level(feuille, record) or None,
    }


def _links(links: Sequence[liens.Lien]) -> list[dict[str, Any]]:
    return [{"famille": f, "id": i, "titre": t} for f, i, t in links]


def show_retired(vue: Vue, famille: Famille, record: Retiree) -> str:
    """One retired item, what replaces it and what it had replaced."""
    feuille = vue.feuille
    links = {
        "vers": liens.replacing(feuille, famille, record),
        "remplace": liens.replaced(feuille).get((famille, record.id), []),
    }
    return dump(
        {
            **head(vue),
            "famille": famille,
            "retiree": True,
            "item": _retiree(feuille, record),
            "liens": {name: _links(found) for name, found in links.items() if found},
        }
    )


def show(vue: Vue, famille: Famille, record: Item) -> str:
    """One item, its level, where its next step stands, its links both ways."""
    feuille = vue.feuille
    content: dict[str, Any] = {**head(vue), "famille": famille, "item": item(feuille, famille, record)}
    if famille != "leviers":
        code = getattr(record, "avancement", None)
        content["niveau"] = _niveau(feuille, code) if code else None
        content["etape"] = bilan.etat(feuille, record, vue.moment.day)
    links = liens.both_ways(feuille).get((famille, record.id), {})
    if replaced := liens.replaced(feuille).get((famille, record.id)):
        links = {**links, "remplace": replaced}
    content["liens"] = {name: _links(found) for name, found in links.items()}
    return dump(content)


def summary(vue: Vue, whole: Bilan, groupes: Sequence[Groupe], groupement: Groupement | None) -> str:
    """The counts, and the groups where a grouping was asked for."""
    content: dict[str, Any] = {
        **head(vue),
        "famille": whole.famille,
        **_compte(whole.compte),
        "retirees": whole.retirees,
        "par_dimension": {g.code: _compte(g.compte) for g in whole.par_dimension},
        "sans_dimension": _compte(whole.sans_dimension) if whole.sans_dimension else None,
        "provenance": dict(whole.provenance),
        "controle": _controle(whole),
    }
    if groupement:
        content["par"] = groupement.code if isinstance(groupement, Champ) else groupement
        content["groupes"] = [{"code": g.code, "libelle": g.libelle, **_compte(g.compte)} for g in groupes]
    return dump(content)


def check(controle: Controle) -> str:
    """All the problems and their numbers."""
    feuille = controle.feuille
    return dump(
        {
            **head(controle),
            "valide": controle.count("erreur", "total", "regle", "systeme") == 0,
            "erreurs": controle.count("erreur", "systeme"),
            # Not looked for while there are errors.
            "totaux": controle.count("total") if feuille else None,
            "regles": controle.count("regle") if feuille and controle.depuis else None,
            "avertissements": controle.count("avertissement") if feuille else None,
            "fichiers": list(controle.files),
            "total": {f: len(feuille.items(f)) for f in FAMILLES} if feuille else None,
            "retirees": {f: len(feuille.gone(f)) for f in FAMILLES} if feuille else None,
            **({"depuis": _revision(controle.depuis)} if controle.depuis is not None else {}),
            "problemes": [_problem(problem) for problem in controle.problems],
        }
    )
