"""What a roadmap is begun with → the texts of its files. It reads the templates that are shipped, and nothing else."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from string import Template
from typing import NamedTuple, TypeAlias

from alliances_cli.champs import FAMILLES, NIVEAUX_PAR_DEFAUT, Famille
from alliances_cli.location import FILES, shipped_templates
from alliances_cli.typographie import enumeration, spans
from alliances_cli.yamltext import compose
from alliances_cli.yamltext.compose import Style, Written

# Where each file goes, and the template that it is made of.
PLACES = {
    "data/mission.yaml": "mission.yaml",
    "data/chantiers.yaml": "chantiers.yaml",
    "data/mesures.yaml": "mesures.yaml",
    "data/leviers.yaml": "leviers.yaml",
    "README.md": "README.md",
    "requirements.txt": "requirements.txt",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".github/workflows/feuille-de-route.yml": "github.yml",
    ".gitlab-ci.yml": "gitlab-ci.yml",
}
DATA = {part: f"data/{name}" for part, name in FILES.items()}
# What stands for the tool's address where it wasn't given.
OUTIL = "ADRESSE@VERSION"

_STYLE = Style(
    block=frozenset(("pilotes", "co_construction", "etiquettes")),
    bare=frozenset(("id", "chantiers", "leviers", "bloqueurs", "renvois")),
)
_EXAMPLES = {
    "dimensions": ("code: operationnelle", "libelle: Opérationnelles", "horizon: [3, 9]"),
    "bloqueurs": ("id: vehicule-legislatif", "libelle: véhicule législatif"),
    "champs": ("code: budget", "libelle: Budget", "type: nombre", "famille: mesures"),
}
_UNFILLED = f"""
Tant que `requirements.txt` contient `{OUTIL}`, la dernière de ces lignes échoue : remplacez-le d'abord par
l'adresse du dépôt de l'outil et une version.
"""
MAX_NAMED = 8

Groupe: TypeAlias = "Mapping[str, str]"


class Charpente(NamedTuple):
    """What the texts are made of; `echelle`, `dimensions`, `bloqueurs` and `champs` hold their groups as mission.yaml
    has them, `items` those of each family. `etat_au` is an ISO day."""

    titre: str
    etat_au: str
    echelle: tuple[Groupe, ...]
    dimensions: tuple[Groupe, ...] = ()
    bloqueurs: tuple[Groupe, ...] = ()
    champs: tuple[Groupe, ...] = ()
    items: Mapping[Famille, Sequence[Mapping[str, Written]]] = {}
    outil: str = OUTIL


class Textes(NamedTuple):
    """The texts by the path of their file, and the line where each item of each family begins in its own."""

    files: Mapping[str, str]
    firsts: Mapping[Famille, tuple[int, ...]]


def default_levels() -> tuple[dict[str, str], ...]:
    """The scale of a roadmap that declares none, as mission.yaml has it."""
    return tuple(
        {
            "code": code,
            "libelle": libelle,
            "abrege": abrege,
            "symbole": symbole,
            "alerte": "true" if alerte else "false",
        }
        for code, libelle, abrege, symbole, alerte in NIVEAUX_PAR_DEFAUT
    )


def write(charpente: Charpente) -> Textes:
    """The texts of all the files."""
    words: dict[str, str] = {
        "titre": "\n".join(compose.group([("titre", charpente.titre)], 0, _STYLE)),
        "etat_au": f"etat_au: {charpente.etat_au}",
        "echelle": _listed("echelle", charpente.echelle),
        "dimensions": _listed("dimensions", charpente.dimensions),
        "bloqueurs": _listed("bloqueurs", charpente.bloqueurs),
        "champs": "\n# Les champs que cette feuille de route ajoute aux siens.\n"
        + _listed("champs", charpente.champs)
        + "\n",
        "vocabulaire": _vocabulary(charpente),
        "exemple": _example(charpente),
        "outil": charpente.outil,
    }
    files: dict[str, str] = {}
    firsts: dict[Famille, tuple[int, ...]] = {}
    for place, name in PLACES.items():
        template = (shipped_templates() / "init" / name).read_text(encoding="utf-8")
        famille = next((f for f in FAMILLES if place == DATA[f]), None)
        if famille is not None:
            items = charpente.items.get(famille, ())
            blocks = [compose.item(values.items(), 2, _STYLE) for values in items]
            line = template[: template.index("$items")].count("\n") + words["vocabulaire"].count("\n")
            line += words["exemple"].count("\n") + 2
            starts = []
            for block in blocks:
                starts.append(line)
                line += len(block) + 1
            firsts[famille] = tuple(starts)
            body = "\n\n".join("\n".join(block) for block in blocks)
            words["items"] = f"{famille}:\n{body}" if body else f"{famille}:"
        # A workflow has `$` of its own.
        if name in ("github.yml", "gitlab-ci.yml", "gitignore", "pre-commit-config.yaml"):
            files[place] = template
        elif name == "README.md":
            unfilled = _UNFILLED if charpente.outil == OUTIL else ""
            files[place] = Template(template).substitute(titre=_heading(charpente.titre), a_remplir=unfilled)
        else:
            files[place] = Template(template).substitute(words)
    return Textes(files, firsts)


def key_of(lines: Sequence[str], first: int, line: int) -> str | None:
    """The key to which a line belongs, of the item that begins at `first`; both count from 1."""
    for at in range(line, first - 1, -1):
        match = re.match(r"(?:  - |    )([^\W\d]\w*):", lines[at - 1])
        if match:
            return match[1]
    return None


def folders(places: Iterable[str]) -> tuple[str, ...]:
    """The folders that the places need, each before those that are in it."""
    found: dict[str, None] = {}
    for place in places:
        found.update((str(parent), None) for parent in reversed(PurePosixPath(place).parents) if str(parent) != ".")
    return tuple(found)


def _listed(key: str, groups: Sequence[Groupe]) -> str:
    """A key with its groups; where there is none, an example in a comment."""
    if not groups:
        first, *others = _EXAMPLES[key]
        return "\n".join([f"# {key}:", f"#   - {first}", *(f"#     {other}" for other in others)])
    return f"{key}:\n" + "\n\n".join("\n".join(_group(group)) for group in groups)


def _group(group: Groupe) -> list[str]:
    """A group's lines; yes and no go without quotes, as the files have them."""
    lines = compose.item(((k, v) for k, v in group.items() if k not in ("alerte", "symbole")), 2, _STYLE)
    # `symbole` is one sign: it needs no more quotes than a word, whatever YAML's writer fears.
    return [*lines, *(f"    {key}: {group[key]}" for key in ("symbole", "alerte") if key in group)]


def _vocabulary(charpente: Charpente) -> str:
    """The comments that name the codes, where they are few."""
    lines = []
    for key, groups, where in (
        ("dimension", charpente.dimensions, "dimensions"),
        ("avancement", charpente.echelle, "echelle"),
    ):
        codes = [group["code"] for group in groups]
        said = enumeration(codes, "ou") if 0 < len(codes) <= MAX_NAMED else ""
        source = f"de `{where}`, dans mission.yaml"
        text = f"{key} : {said} (les codes {source})." if said else f"{key} : un code {source}."
        lines += textwrap.wrap(text, 108, initial_indent="# ", subsequent_indent="#   ", break_long_words=False)
    return "\n".join(lines)


def _example(charpente: Charpente) -> str:
    """The lines of the commented item that name a dimension and a level."""
    lines = [f"#    dimension: {group['code']}" for group in charpente.dimensions[:1]]
    return "\n".join([*lines, *(f"#    avancement: {group['code']}" for group in charpente.echelle[:1])])


def _heading(titre: str) -> str:
    """The title in a Markdown heading: its bold stays, nothing else is a mark."""
    pieces = [(re.sub(r"([\\`<>\[\]_#&*~])", r"\\\1", text), bold) for text, bold in spans(titre)]
    return "".join(f"**{text}**" if bold else text for text, bold in pieces)
