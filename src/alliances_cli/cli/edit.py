"""Commands that change the files: `update`, `add`, `rename`, `retire`, `remove`."""

from __future__ import annotations

import inspect
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alliances_cli.champs import CHAMPS, DIFFUSIONS, FAMILLES, MISSION_CHAMPS, PROVENANCES, SINGULIER, Champ, Famille
from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import Au, Data, choose, format_option, reading_date
from alliances_cli.errors import UsageFault
from alliances_cli.typographie import capitalised, count, enumeration, spaced

if TYPE_CHECKING:
    from alliances_cli.editing.draft import Modification
    from alliances_cli.location import Root

EDIT_FORMATS = ("text", "json")
# `id` names the item and `preuves` are groups: both are edited by hand.
_EDITABLE = {champ.code: champ for champ in (*MISSION_CHAMPS, *CHAMPS) if champ.code not in ("id", "preuves")}
_ADDABLE = {champ.code: champ for champ in CHAMPS if champ.code not in ("id", "titre")}
# What somebody may try all the same, and why it isn't done.
_REFUSED = {
    "--id": "l'identifiant se change par « alliances rename ID NOUVEAU », qui suit ses références",
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
    "diffusion": "|".join(DIFFUSIONS),
    "preuves": "PREUVE",
}
# What `add` adds: the families in the singular, and what mission.yaml declares.
_DECLARED = {"bloqueur": "bloqueurs", "dimension": "dimensions"}
ADDED = (*SINGULIER.values(), *_DECLARED)
# The filters of `update`: those of `list` whose names aren't those of fields, and `--dimension`.
_FILTERS = ("chantier", "pilote", "sans", "search", "bloquees", "en_retard", "echues")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Montre la différence et n'écrit rien.")]
Format = Annotated[str, format_option(EDIT_FORMATS)]
Item = Annotated[
    str,
    typer.Argument(metavar="ID", help="15, legaliser, ou mesure-15, chantier-…, levier-…", autocompletion=complete.ids),
]


def update(
    id: list[str] | None = None,
    champ: list[str] | None = None,
    sans_champ: list[str] | None = None,
    yes: bool = False,
    dry_run: bool = False,
    data: str | None = None,
    au: str | None = None,
    format: str = "text",
    **values: Any,
) -> None:
    """Change des champs d'un ou plusieurs éléments ou de la mission, et rien d'autre. Tout est écrit, ou rien.

    ID : 15, legaliser, mesure-15, chantier-legaliser, levier-…, ou « mission ». Sans ID, un filtre choisit les mesures
    (ou « chantiers », « leviers ») : --dimension, --chantier, --pilote, --sans… Une liste se remplace en répétant son
    option. Une valeur qui commence par un tiret s'écrit --realise=-x.
    """
    choose(format, EDIT_FORMATS, "--format")
    for option, why in _REFUSED.items():
        if values.get(_parameter(option)):
            raise UsageFault(f"{option} : {why}")
    named = list(id or ())
    famille = _famille(named)
    filters = {name: values[name] for name in _FILTERS if values.get(name)}
    if famille is not None and values.get("dimension"):
        # Without an id, a dimension chooses.
        filters["dimension"] = values.pop("dimension")
    changes = {**_given(_EDITABLE, values), **_own(champ, sans_champ)}
    if not changes:
        asked = " (sans ID, --dimension choisit les éléments)" if "dimension" in filters else ""
        raise UsageFault(f"aucun champ à changer{asked} : donnez par exemple --avancement ou --realise (voir --help)")
    if famille is None and filters:
        options = enumeration(sorted("--" + name.replace("_", "-") for name in filters))
        raise UsageFault(f"donnez des identifiants ou un filtre ({options}), pas les deux")
    if famille is not None and not filters:
        raise UsageFault("donnez un ID, ou un filtre : --dimension, --chantier, --pilote, --sans, --bloquees…")
    from alliances_cli.editing.update import update as journey

    if famille is not None:
        named = _matching(data, au, famille, filters)
        if not named:
            emit.emit_text(spaced(f"{count(0, SINGULIER[famille])} à modifier : rien ne passe le filtre.\n"))
            return
        if not (yes or dry_run):
            _confirm(famille, named)
    _answer(journey(_root(data), named, changes, dry_run), data, dry_run, format)


def add(
    kind: str,
    titre: str | None = None,
    id: str | None = None,
    after: str | None = None,
    before: str | None = None,
    libelle: str | None = None,
    horizon: str | None = None,
    champ: list[str] | None = None,
    dry_run: bool = False,
    data: str | None = None,
    format: str = "text",
    **values: Any,
) -> None:
    """Ajoute une mesure, un chantier, un levier, un bloqueur ou une dimension, dans le style du fichier.

    L'élément va après --after ID ou avant --before ID, sinon à la fin de sa dimension, sinon à la fin. Sans --id : le
    numéro suivant là où tous les identifiants sont des nombres, sinon le titre, en minuscules, d'un
    chantier ou d'un levier ; l'identifiant d'une mesure est demandé.
    """
    choose(format, EDIT_FORMATS, "--format")
    kind = kind.removesuffix("s") if kind.removesuffix("s") in ADDED else kind
    choose(kind, ADDED, "ce qui s'ajoute")
    given = _given(_ADDABLE, values)
    if kind in _DECLARED:
        alone = {"--titre": titre, "--after": after, "--before": before, "--champ": champ}
        rest = [champ_.option for code, champ_ in _ADDABLE.items() if code in given]
        wrong = [name for name, value in alone.items() if value] + [
            option for option in rest if option != "--diffusion" and (kind, option) != ("dimension", "--texte")
        ]
        if horizon and kind == "bloqueur":
            wrong.append("--horizon")
        if wrong:
            raise UsageFault(f"{wrong[0]} : un{'e dimension' if kind == 'dimension' else ' bloqueur'} n'en a pas")
        _add_declared(kind, id, libelle, horizon, given, data, dry_run, format)
        return
    if libelle or horizon:
        raise UsageFault(f"{'--libelle' if libelle else '--horizon'} : pour un élément, donnez --titre")
    if titre is None:
        raise UsageFault("--titre est obligatoire")
    from alliances_cli.editing.add import IdentifierNeeded
    from alliances_cli.editing.add import add as journey

    famille = next(famille for famille in FAMILLES if SINGULIER[famille] == kind)
    root = _root(data, begun=True)
    whole = {**given, **_own(champ, None)}
    try:
        done = journey(root, famille, titre, whole, id, after, before, dry_run)
    except IdentifierNeeded:
        if not emit.interactive():
            raise
        asked = emit.ask("Identifiant : ").strip()
        done = journey(root, famille, titre, whole, asked, after, before, dry_run)
    _answer(done, data, dry_run, format)


def _add_declared(
    kind: str,
    id: str | None,
    libelle: str | None,
    horizon: str | None,
    given: Mapping[str, Any],
    data: str | None,
    dry_run: bool,
    format: str,
) -> None:
    if id is None or libelle is None:
        raise UsageFault(f"{'--id' if id is None else '--libelle'} est obligatoire")
    from alliances_cli.editing import add as adding

    values: dict[str, Any] = {}
    if horizon is not None:
        values["horizon"] = adding.horizon(horizon)
    values |= {code: given[code] for code in ("texte", "diffusion") if code in given}
    done = adding.add_declared(
        _root(data), "bloqueurs" if kind == "bloqueur" else "dimensions", id, libelle, values, dry_run
    )
    _answer(done, data, dry_run, format)


def rename(
    id: Item,
    new: Annotated[str, typer.Argument(metavar="NOUVEAU", help="Le nouvel identifiant.")],
    dry_run: DryRun = False,
    data: Data = None,
    format: Format = "text",
) -> None:
    """Donne un autre identifiant à un élément, et le change dans toutes les références, dans tous les fichiers.

    ID peut aussi être bloqueur-… ou dimension-…
    """
    choose(format, EDIT_FORMATS, "--format")
    from alliances_cli.editing.rename import rename as journey

    _answer(journey(_root(data), id, new, dry_run), data, dry_run, format)


def retire(
    id: Item,
    motif: Annotated[
        str | None, typer.Option("--motif", metavar="TEXTE", help="Pourquoi il est retiré (obligatoire).")
    ] = None,
    vers: Annotated[
        list[str] | None,
        typer.Option(
            "--vers", metavar="ID", help="Ce qui le remplace (option répétable).", autocompletion=complete.ids
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Le fait revenir, avec ce que git en garde ; se donne seul.")
    ] = False,
    dry_run: DryRun = False,
    data: Data = None,
    au: Au = None,
    format: Format = "text",
) -> None:
    """Retire un élément abandonné ou fondu dans un autre : il reste en vue, avec sa raison.

    Ce qui renvoyait à lui renvoie à ce qui le remplace (--vers) ; si rien ne le remplace, il faut que rien n'y renvoie.
    """
    choose(format, EDIT_FORMATS, "--format")
    day = reading_date(au)
    if undo:
        if motif is not None or vers or au is not None:
            raise UsageFault("--undo se donne seul, sans --motif, --vers ni --au")
        from alliances_cli.editing.restore import restore

        _answer(restore(_root(data), id, dry_run), data, dry_run, format)
        return
    if motif is None:
        raise UsageFault("--motif est obligatoire : dites pourquoi l'élément est retiré")
    from alliances_cli.editing.retire import retire as journey

    _answer(journey(_root(data), id, motif, vers or (), day, dry_run=dry_run), data, dry_run, format)


def remove(id: Item, dry_run: DryRun = False, data: Data = None, format: Format = "text") -> None:
    """Efface un élément entré par erreur, auquel rien ne renvoie et qu'aucun bilan publié ne contient.

    ID peut aussi être bloqueur-… ou dimension-… Une promesse abandonnée ne s'efface pas : alliances retire.
    """
    choose(format, EDIT_FORMATS, "--format")
    from alliances_cli.editing.remove import remove as journey

    _answer(journey(_root(data), id, dry_run), data, dry_run, format)


# --- what was given ---------------------------------------------------------------------------------------------------


def _root(data: str | None, begun: bool = False) -> Root:
    from alliances_cli import api

    return api.locate(data, begun)


def _given(champs: Mapping[str, Champ], values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields' values, None for those to clear.

    Raises: UsageFault.
    """
    changes: dict[str, Any] = {}
    for code, champ in champs.items():
        given, cleared = values.get(code) or [], values.get(f"sans_{code}")
        if given and cleared:
            raise UsageFault(f"{champ.option} et {champ.sans_option} se contredisent")
        if len(given) > 1 and not champ.multiple:
            raise UsageFault(f"{champ.option} est donnée {len(given)} fois, mais le champ n'a qu'une valeur")
        if given:
            changes[code] = given if champ.multiple else given[0]
        elif cleared:
            changes[code] = None
    return changes


def _own(given: Iterable[str] | None, cleared: Iterable[str] | None) -> dict[str, Any]:
    """The declared fields' values, by code.

    Raises: UsageFault.
    """
    changes: dict[str, Any] = {}
    for text in given or ():
        code, equals, value = text.partition("=")
        if not equals or not code.strip():
            raise UsageFault(f"--champ : écrivez CODE=VALEUR, par exemple budget=12000, pas « {text} »")
        changes.setdefault(code.strip(), []).append(value)
    for code in map(str.strip, cleared or ()):
        if changes.get(code):
            raise UsageFault(f"--champ {code} et --sans-champ {code} se contredisent")
        changes[code] = None
    for code in changes:
        if code in _EDITABLE or code in ("id", "preuves"):
            raise UsageFault(f"--champ : « {code} » est un champ de l'outil : donnez --{code.replace('_', '-')}")
    return changes


def _famille(named: Sequence[str]) -> Famille | None:
    """The family to filter: what is named where it is a family, mesures where nothing is; None for ids."""
    if not named:
        return "mesures"
    return next((famille for famille in FAMILLES if list(named) == [famille]), None)


def _matching(data: str | None, au: str | None, famille: Famille, filters: Mapping[str, Any]) -> list[str]:
    """The references of the items that pass the filters."""
    day = reading_date(au)
    from alliances_cli import api
    from alliances_cli.selection import Filtres

    vue = api.view(api.locate(data), day)
    return [f"{SINGULIER[famille]}-{item.id}" for item in api.items(vue, famille, Filtres(**filters))]


def _confirm(famille: Famille, named: Sequence[str]) -> None:
    """Asks on a terminal whether to go on.

    Raises: UsageFault where there is nobody to ask; typer.Abort on a no.
    """
    said = count(len(named), SINGULIER[famille])
    ids = [name.partition("-")[2] for name in named]
    shown = enumeration(ids) if len(ids) <= 20 else f"{', '.join(ids[:20])}…"
    if not emit.interactive():
        raise UsageFault(f"le filtre retient {said} ({shown}) : ajoutez --yes pour les modifier, --dry-run pour voir")
    if not emit.agrees(spaced(f"Modifier {said} ({shown}) ?")):
        emit.tell("Rien n'a été écrit.")
        raise typer.Exit(1)


# --- the answer -------------------------------------------------------------------------------------------------------


def _answer(done: Modification, data: str | None, dry_run: bool, format: str) -> None:
    from alliances_cli.present import edited

    place = ["--data", data] if data else []
    commands = [shlex.join(["alliances", *command, *place]) for command in done.undo]
    if format == "json":
        emit.emit(edited.json(done, commands))
    elif dry_run and done.files:
        emit.emit(edited.unified_diff(done))
    else:
        emit.emit_text(emit.drawn(lambda _: edited.screen(done), sys.stdout))
    for note in done.notes:
        emit.tell(spaced(note))
    for problem in done.totals:
        emit.tell(spaced(problem.message))
    if done.remaining:
        emit.tell(spaced(f"Il reste des erreurs ({len(done.remaining)}) : alliances check"))
    if format == "text" and done.written:
        # As it is: a command is copied.
        emit.emit_text(edited.undo(done) + " && ".join(commands) + "\n")


# --- the options, from the table of fields ----------------------------------------------------------------------------


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
    return _flag(f"sans_{champ.code}", champ.sans_option, f"Efface « {champ.code} ».")


def _flag(name: str, option: str, help: str) -> inspect.Parameter:
    annotation = Annotated[bool, typer.Option(option, help=help)]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)


def _text(name: str, option: str, metavar: str, help: str, completion: Any = None) -> inspect.Parameter:
    annotation = Annotated[
        str | None, typer.Option(option, metavar=metavar, help=help, autocompletion=completion or complete.nothing)
    ]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _texts(name: str, option: str, metavar: str, help: str, completion: Any = None) -> inspect.Parameter:
    annotation = Annotated[
        list[str] | None,
        typer.Option(option, metavar=metavar, help=help, autocompletion=completion or complete.nothing),
    ]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _parameter(option: str) -> str:
    return "refused_" + option.strip("-").replace("-", "_")


def _refused(option: str) -> inspect.Parameter:
    kind: object = bool if option.startswith("--sans-") else str | None
    default = False if option.startswith("--sans-") else None
    annotation = Annotated[kind, typer.Option(option, hidden=True)]  # type: ignore[valid-type]
    return inspect.Parameter(_parameter(option), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _common() -> list[inspect.Parameter]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter("dry_run", keyword, default=False, annotation=DryRun),
        inspect.Parameter("data", keyword, default=None, annotation=Data),
        inspect.Parameter("format", keyword, default="text", annotation=Format),
    ]


_CHAMP = ("champ", "--champ", "CODE=VALEUR", "Champ déclaré par la mission (option répétable).")


def _update_parameters() -> list[inspect.Parameter]:
    """The filters, one option a field, and one to clear it."""
    item = Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID…]", help="Les éléments à changer.", autocompletion=complete.ids_or_mission),
    ]
    champs = list(_EDITABLE.values())
    return [
        inspect.Parameter("id", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=item),
        *map(_option, champs),
        _texts(*_CHAMP, complete.own_values),
        *(_clearing(champ) for champ in champs if champ.code != "titre"),
        _texts("sans_champ", "--sans-champ", "CODE", "Efface ce champ déclaré.", complete.own_fields),
        _texts("chantier", "--chantier", "ID", "Filtre : mesures de ce chantier.", complete.chantiers),
        _texts("pilote", "--pilote", "NOM", "Filtre : piloté par.", complete.pilots),
        _texts("sans", "--sans", "CHAMP", "Filtre : ce champ est vide.", complete.fields),
        _texts("search", "--search", "TEXTE", "Filtre : contient ce texte."),
        _flag("bloquees", "--bloquees", "Filtre : retenus par un bloqueur."),
        _flag("en_retard", "--en-retard", "Filtre : à un niveau d'alerte."),
        _flag("echues", "--echues", "Filtre : échéance passée à la date de lecture."),
        _flag("yes", "--yes", "Modifie ce que retient le filtre, sans le demander."),
        *map(_refused, _REFUSED),
        inspect.Parameter("au", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Au),
        *_common(),
    ]


def _add_parameters() -> list[inspect.Parameter]:
    """What is added, where, and one option a field."""
    kind = Annotated[
        str,
        typer.Argument(
            metavar="|".join(ADDED),
            help="Ce qui est ajouté.",
            autocompletion=lambda incomplete: [name for name in ADDED if name.startswith(incomplete)],
        ),
    ]
    return [
        inspect.Parameter("kind", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=kind),
        _text("titre", "--titre", "TEXTE", "Intitulé d'une mesure, d'un chantier ou d'un levier (obligatoire)."),
        _text("id", "--id", "ID", "Identifiant (obligatoire pour un bloqueur ou une dimension)."),
        _text("after", "--after", "ID", "Après cet élément.", complete.ids),
        _text("before", "--before", "ID", "Avant cet élément.", complete.ids),
        *map(_option, _ADDABLE.values()),
        _texts(*_CHAMP, complete.own_values),
        _text("libelle", "--libelle", "TEXTE", "Libellé d'un bloqueur ou d'une dimension (obligatoire)."),
        _text("horizon", "--horizon", "MOIS-MOIS", "Horizon d'une dimension, comme 3-9."),
        *_common(),
    ]


_PARAMETERS: dict[Callable[..., None], Callable[[], list[inspect.Parameter]]] = {
    update: _update_parameters,
    add: _add_parameters,
}


def declare(function: Callable[..., None]) -> None:
    """Gives a command whose options come from the table of fields the signature that typer reads."""
    parameters = _PARAMETERS.get(function)
    if parameters is not None:
        signature = inspect.Signature(parameters())
        function.__signature__ = signature  # type: ignore[attr-defined]
        function.__annotations__ = {name: p.annotation for name, p in signature.parameters.items()}
