"""Shell completion from the roadmap's own data. Reads the files unchecked: a broken one completes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from alliances_cli.champs import (
    DIFFUSIONS,
    FAMILLES,
    NIVEAUX_PAR_DEFAUT,
    PAR_CODE,
    PROVENANCES,
    SINGULIER,
    Champ,
    of_famille,
)

Found = list[tuple[str, str]]
GROUPEMENTS = ("dimension", "chantier", "pilote", "echeance")


def _value(ctx: typer.Context, part: str, key: str) -> Any:
    """What a key of one file holds; None where the file isn't there or can't be read."""
    try:
        import os
        from pathlib import Path

        from alliances_cli.location import find_root
        from alliances_cli.yamltext.read import MAX_BYTES, decode, read

        above = ctx.parent.params if ctx.parent else {}
        root = find_root(ctx.params.get("data") or above.get("data"), os.environ.get("ALLIANCES_DATA"), Path.cwd())
        path = root.path(part)
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        document = read(decode(path.read_bytes()))
        return document.value.get(key) if isinstance(document.value, dict) else None
    except Exception:  # whatever is wrong, a TAB stays silent
        return None


def _entries(ctx: typer.Context, part: str, key: str) -> list[dict[str, Any]]:
    """The groups listed under a key of one file."""
    entries = _value(ctx, part, key)
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []


def _pairs(entries: list[dict[str, Any]], name: str, label: str) -> Found:
    return [(str(e[name]), str(e.get(label) or "").replace("**", "")) for e in entries if isinstance(e.get(name), str)]


def _starting(found: Found, incomplete: str) -> Found:
    return [(name, label) for name, label in found if name.startswith(incomplete)]


def ids(ctx: typer.Context, incomplete: str) -> Found:
    """Ids of all the items: bare where only one bears it, else with their family."""
    every = [(famille, pair) for famille in FAMILLES for pair in _pairs(_entries(ctx, famille, famille), "id", "titre")]
    names = [pair[0] for _, pair in every]
    return _starting(
        [(i if names.count(i) == 1 else f"{SINGULIER[f]}-{i}", titre) for f, (i, titre) in every], incomplete
    )


def ids_or_mission(ctx: typer.Context, incomplete: str) -> Found:
    """What `update` may change."""
    return [*ids(ctx, incomplete), *_starting([("mission", "les champs de mission.yaml")], incomplete)]


def levels(ctx: typer.Context, incomplete: str) -> Found:
    """Codes of the scale, the default one's where none is declared."""
    declared = _pairs(_entries(ctx, "mission", "echelle"), "code", "libelle")
    return _starting(declared or [(code, libelle) for code, libelle, *_ in NIVEAUX_PAR_DEFAUT], incomplete)


def dimensions(ctx: typer.Context, incomplete: str) -> Found:
    """Codes of the dimensions."""
    return _starting(_pairs(_entries(ctx, "mission", "dimensions"), "code", "libelle"), incomplete)


def chantiers(ctx: typer.Context, incomplete: str) -> Found:
    """Ids of the chantiers."""
    return _starting(_pairs(_entries(ctx, "chantiers", "chantiers"), "id", "titre"), incomplete)


def leviers(ctx: typer.Context, incomplete: str) -> Found:
    """Ids of the leviers."""
    return _starting(_pairs(_entries(ctx, "leviers", "leviers"), "id", "titre"), incomplete)


def blockers(ctx: typer.Context, incomplete: str) -> Found:
    """Ids of the declared blockers."""
    return _starting(_pairs(_entries(ctx, "mission", "bloqueurs"), "id", "libelle"), incomplete)


def pilots(ctx: typer.Context, incomplete: str) -> Found:
    """Names that pilot something."""
    names: dict[str, None] = {}
    for famille in ("mesures", "chantiers"):
        for entry in _entries(ctx, famille, famille):
            found = entry.get("pilotes")
            names.update((name, None) for name in (found if isinstance(found, list) else []) if isinstance(name, str))
    return _starting([(name, "") for name in names], incomplete)


def _bilans(ctx: typer.Context) -> Found:
    """Dates of the published bilans, the last first."""
    return _pairs(_entries(ctx, "mission", "bilans"), "date", "titre")[::-1]


def moments(ctx: typer.Context, incomplete: str) -> Found:
    """The bilans by their dates: what needs no git of all that names a revision."""
    return _starting([("precedent", "le bilan d'avant"), *_bilans(ctx)], incomplete)


def spans(ctx: typer.Context, incomplete: str) -> Found:
    """`A..`, then `A..B`, between bilans."""
    start, dots, _ = incomplete.partition("..")
    if not dots:
        return [(f"{date}..", label) for date, label in moments(ctx, incomplete)]
    return _starting([(f"{start}..{date}", label) for date, label in _bilans(ctx)], incomplete)


def publishable(ctx: typer.Context, incomplete: str) -> Found:
    """The date at which the roadmap stands, and those of the bilans, which may want their tag."""
    etat_au = _value(ctx, "mission", "etat_au")
    found = dict(_bilans(ctx))
    if isinstance(etat_au, str):
        found = {etat_au: "", **found}
    return _starting(list(found.items()), incomplete)


def provenances(incomplete: str) -> Found:
    """Where a level may come from."""
    return _starting([(name, "") for name in PROVENANCES], incomplete)


def diffusions(incomplete: str) -> Found:
    """Who an item is for."""
    return _starting([(name, "") for name in DIFFUSIONS], incomplete)


def familles(incomplete: str) -> Found:
    """The lists of a roadmap."""
    return _starting([(famille, "") for famille in FAMILLES], incomplete)


def fields(ctx: typer.Context, incomplete: str) -> Found:
    """The fields of an item, declared ones too."""
    built_in = [(champ.code, champ.libelle) for champ in of_famille("mesures")]
    return [*_starting(built_in, incomplete), *own_fields(ctx, incomplete)]


def own_fields(ctx: typer.Context, incomplete: str) -> Found:
    """The fields that the mission declares for the list that is read, for any where none is named."""
    return _starting([(code, label) for code, label, _ in _declared(ctx)], incomplete)


def own_values(ctx: typer.Context, incomplete: str) -> Found:
    """`code=` for each declared field, then the values that it may have."""
    code, sign, _ = incomplete.partition("=")
    if not sign:
        return [(f"{name}=", label) for name, label, _ in _declared(ctx) if name.startswith(incomplete)]
    values = [value for name, _, known in _declared(ctx) if name == code for value in known]
    return _starting([(f"{code}={value}", "") for value in dict.fromkeys(values)], incomplete)


def groupings(ctx: typer.Context, incomplete: str) -> Found:
    """What items are counted by."""
    return [*_starting([(name, "") for name in GROUPEMENTS], incomplete), *own_fields(ctx, incomplete)]


def _declared(ctx: typer.Context) -> list[tuple[str, str, list[str]]]:
    """(code, label, values that it may have) of the declared fields."""
    # While an option waits for its value, the arguments before it are still apart.
    names = [word.removesuffix("s") for word in (*ctx.args, str(ctx.params.get("famille") or ""))]
    named = next((name for name in names if name in SINGULIER.values()), "")
    found: list[tuple[str, str, list[str]]] = []
    for entry in _entries(ctx, "mission", "champs"):
        code, choix = entry.get("code"), entry.get("choix")
        if (
            not isinstance(code, str)
            or code in PAR_CODE
            or named not in ("", str(entry.get("famille") or "mesures").removesuffix("s"))
        ):
            continue
        values = [value for value in choix if isinstance(value, str)] if isinstance(choix, list) else []
        if entry.get("type") == "oui_non":
            values = ["oui", "non"]
        found.append((code, str(entry.get("libelle") or "").replace("**", ""), values))
    return found


def templates(incomplete: str) -> Found:
    """The shipped templates, by the names of their files."""
    from alliances_cli.location import shipped_templates

    found = sorted(path.name for path in shipped_templates().glob("*.*") if path.suffix in (".j2", ".css"))
    return _starting([(name, "") for name in found], incomplete)


def nothing(incomplete: str) -> Found:
    """For free text."""
    return []


def of(champ: Champ) -> Callable[..., Found]:
    """What completes a field's value."""
    by_code: dict[str, Callable[..., Found]] = {
        "chantiers": chantiers,
        "leviers": leviers,
        "bloqueurs": blockers,
        "renvois": ids,
        "pilotes": pilots,
    }
    by_type: dict[str, Callable[..., Found]] = {
        "niveau": levels,
        "dimension": dimensions,
        "provenance": provenances,
        "diffusion": diffusions,
    }
    return by_code.get(champ.code, by_type.get(champ.type, nothing))
