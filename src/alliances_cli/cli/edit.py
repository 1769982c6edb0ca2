"""Commands that change the files: `update`."""

from __future__ import annotations

import inspect
import sys
from typing import Annotated, Any

import typer

from alliances_cli.champs import CHAMPS, MISSION_CHAMPS, PROVENANCES, Champ
from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import Data, choose, format_option
from alliances_cli.errors import UsageFault
from alliances_cli.typographie import capitalised

UPDATE_FORMATS = ("text", "json")
# `id` names the item and `preuves` are groups: both are edited by hand.
_EDITABLE = {champ.code: champ for champ in (*MISSION_CHAMPS, *CHAMPS) if champ.code not in ("id", "preuves")}
# What somebody may try all the same, and why it isn't done.
_REFUSED = {
    "--id": "l'identifiant ne se change pas : d'autres éléments peuvent y renvoyer",
    "--preuves": "les preuves se modifient à la main, dans le fichier",
    "--sans-titre": "le titre ne peut pas être effacé",
}
_METAVARS = {
    "ids": "ID",
    "noms": "NOM",
    "niveau": "NIVEAU",
    "date": "DATE",
    "dimension": "DIMENSION",
    "provenance": "|".join(PROVENANCES),
}


def update(id: str, dry_run: bool = False, data: str | None = None, format: str = "text", **values: Any) -> None:
    """Change des champs d'une mesure, d'un chantier, d'un levier ou de la mission, et rien d'autre.

    ID : 15, legaliser, mesure-15, chantier-legaliser, levier-…, ou « mission ». Une liste se remplace en répétant son
    option. Une valeur qui commence par un tiret s'écrit --realise=-x.
    """
    choose(format, UPDATE_FORMATS, "--format")
    for option, why in _REFUSED.items():
        if values.get(_parameter(option)):
            raise UsageFault(f"{option} : {why}")
    changes: dict[str, Any] = {}
    for code, champ in _EDITABLE.items():
        given, cleared = values.get(code) or [], values.get(f"sans_{code}")
        if given and cleared:
            raise UsageFault(f"{champ.option} et --sans-{champ.option[2:]} se contredisent")
        if len(given) > 1 and not champ.multiple:
            raise UsageFault(f"{champ.option} est donnée {len(given)} fois, mais le champ n'a qu'une valeur")
        if given:
            changes[code] = given if champ.multiple else given[0]
        elif cleared:
            changes[code] = None
    if not changes:
        raise UsageFault("aucun champ à changer : donnez par exemple --avancement ou --realise (voir --help)")
    from alliances_cli import api
    from alliances_cli.typographie import spaced

    done = api.update(api.locate(data), id, changes, dry_run)
    if format == "json":
        from alliances_cli.present import as_json

        emit.emit(as_json.modification(done))
    else:
        from alliances_cli.present import as_text

        if dry_run and done.changes:
            emit.emit(as_text.unified_diff(done))
        else:
            emit.emit_text(emit.drawn(lambda _: as_text.modification(done), sys.stdout))
    for problem in done.totals:
        emit.tell(spaced(problem.message))
    if done.remaining:
        emit.tell(spaced(f"Il reste des erreurs ({len(done.remaining)}) : alliances check"))


def _option(champ: Champ) -> inspect.Parameter:
    option = typer.Option(
        champ.option,
        metavar=_METAVARS.get(champ.type, "TEXTE"),
        help=capitalised(champ.aide) + (" (option répétable)." if champ.multiple else "."),
        autocompletion=complete.of(champ),
    )
    # A list for every field, so that a value given twice to one that has but one can be refused.
    annotation = Annotated[list[str] | None, option]
    return inspect.Parameter(champ.code, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _clearing(champ: Champ) -> inspect.Parameter:
    option = f"--sans-{champ.option[2:]}"
    annotation = Annotated[bool, typer.Option(option, help=f"Efface « {champ.code} ».")]
    return inspect.Parameter(f"sans_{champ.code}", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)


def _parameter(option: str) -> str:
    return "refused_" + option.strip("-").replace("-", "_")


def _refused(option: str) -> inspect.Parameter:
    kind: object = bool if option.startswith("--sans-") else str | None
    default = False if option.startswith("--sans-") else None
    annotation = Annotated[kind, typer.Option(option, hidden=True)]  # type: ignore[valid-type]
    return inspect.Parameter(_parameter(option), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _signature() -> inspect.Signature:
    """One option a field, and one to clear it, from the table of fields."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    item = Annotated[
        str, typer.Argument(metavar="ID", help="L'élément à changer.", autocompletion=complete.ids_or_mission)
    ]
    dry = Annotated[bool, typer.Option("--dry-run", help="Montre la différence et n'écrit rien.")]
    form = Annotated[str, format_option(UPDATE_FORMATS)]
    champs = list(_EDITABLE.values())
    return inspect.Signature(
        [
            inspect.Parameter("id", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=item),
            *map(_option, champs),
            *(_clearing(champ) for champ in champs if champ.code != "titre"),
            *map(_refused, _REFUSED),
            inspect.Parameter("dry_run", keyword, default=False, annotation=dry),
            inspect.Parameter("data", keyword, default=None, annotation=Data),
            inspect.Parameter("format", keyword, default="text", annotation=form),
        ]
    )


def _declare() -> None:
    """Gives `update` the signature that typer reads."""
    signature = _signature()
    update.__signature__ = signature  # type: ignore[attr-defined]
    update.__annotations__ = {name: p.annotation for name, p in signature.parameters.items()}


_declare()
