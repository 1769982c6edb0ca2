"""The templates that are shipped: what each is, the blocks that it names, and the copy that an override starts from."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, nodes

from alliances_cli.location import shipped_templates
from alliances_cli.present.report.loading import SHIPPED_PREFIX

# What each template is, and what each block holds, whatever its format.
ROLES = {
    "bilan.css": "le style du bilan en HTML",
    "bilan.html.j2": "le bilan en HTML",
    "bilan.md.j2": "le bilan en Markdown",
    "bilan.txt-mail.j2": "le bilan en un courrier",
    "changements.css": "le style de ce qui a changé",
    "changements.html.j2": "ce qui a changé (--since), en HTML",
    "changements.md.j2": "ce qui a changé (--since), en Markdown",
    "macros.html.j2": "les pièces du bilan en HTML : niveaux, tableaux, barres",
    "macros.md.j2": "les pièces du bilan en Markdown : niveaux, tableaux",
}
BLOCS = {
    "titre": "le titre de la fenêtre",
    "description": "la description de la page, que montre un moteur de recherche",
    "couverture": "le titre, la date, qui l'émet et pour qui",
    "sommaire": "les liens vers les parties",
    "contenu": "tout ce qui est entre le sommaire et le pied",
    "essentiel": "la réponse, les nombres et le tableau de bord",
    "reponse": "la réponse en une phrase, et ce qu'il faut savoir pour la lire",
    "dimensions": "les nombres, par dimension et par niveau",
    "tableau_de_bord": "toutes les mesures d'un coup d'œil",
    "entete": "le titre et la date",
    "synthese": "la réponse en une phrase",
    "niveaux": "les nombres, par niveau",
    "retards": "ce qui est en retard, et les étapes échues",
    "changements": "ce qui a changé, avec --since",
    "mission": "la fiche et les parties qui racontent la mission",
    "chantiers": "les chantiers",
    "mesures": "les mesures, par dimension",
    "filtre": "le choix d'un niveau, qui ne montre que ses mesures",
    "leviers": "les leviers",
    "etapes": "les prochaines étapes",
    "bloqueurs": "les bloqueurs et ce qu'ils retiennent",
    "retires": "ce qui a été retiré, et pourquoi",
    "autres_parties": "les autres parties de la mission",
    "bilans": "les bilans publiés",
    "methode": "l'échelle, la provenance des niveaux, de quoi citer le document",
    "provenance": "combien de niveaux sont inférés",
    "conclusion": "la dernière phrase du document",
    "pied": "la date, la licence, la révision, l'outil",
}
_FORMATS = {"html": "html", "md": "md", "css": "css"}


class Bloc(NamedTuple):
    """A named block of a template, and what it holds, in a few words (empty where nobody said)."""

    nom: str
    contenu: str


class Modele(NamedTuple):
    """A shipped template: what it is, in a few words; its format; its blocks, in the document's order; `macros`, the
    names of its macros. `remplace`: the roadmap has its own."""

    nom: str
    role: str
    format: str
    blocs: tuple[Bloc, ...]
    macros: tuple[str, ...]
    remplace: bool


def names() -> tuple[str, ...]:
    """The names of the shipped templates, in order."""
    return tuple(sorted(path.name for path in shipped_templates().glob("*.*") if path.suffix in (".j2", ".css")))


def catalogue(own: Path) -> tuple[Modele, ...]:
    """The shipped templates, in the order of their names; `own` is the folder where the roadmap may have its own."""
    apart = own.resolve() != shipped_templates().resolve()
    return tuple(_modele(name, apart and (own / name).is_file()) for name in names())


def _modele(name: str, overridden: bool) -> Modele:
    format = name.removesuffix(".j2").rpartition(".")[2]
    parsed = Environment().parse(_text(name)) if name.endswith(".j2") else nodes.Template([])
    blocks = tuple(Bloc(block.name, BLOCS.get(block.name, "")) for block in parsed.find_all(nodes.Block))
    macros = tuple(macro.name for macro in parsed.body if isinstance(macro, nodes.Macro))
    return Modele(name, ROLES.get(name, ""), _FORMATS.get(format, format), blocks, macros, overridden)


def copy(name: str) -> str:
    """The whole text of a shipped template, under a comment that says how to change less of it. It renders as the
    shipped one does."""
    text = _text(name)
    modele = _modele(name, False)
    if not name.endswith(".j2"):
        return f"/* Copie de {SHIPPED_PREFIX}/{name}, que ce fichier remplace en entier. */\n{text}"
    said = [f"Copie de {SHIPPED_PREFIX}/{name}, que ce fichier remplace en entier."]
    if modele.blocs:
        block = modele.blocs[-1].nom
        said += [
            "Pour n'en changer qu'un morceau, et suivre l'outil pour le reste, gardez ceci seulement :",
            "",
            f'{{% extends "{SHIPPED_PREFIX}/{name}" %}}',
            f"{{% block {block} %}}…{{% endblock %}}",
            "",
            "Les blocs de chaque modèle : alliances templates",
        ]
    return "{# " + "\n   ".join(said).replace("   \n", "\n") + " #}\n" + text


def _text(name: str) -> str:
    return (shipped_templates() / name).read_text(encoding="utf-8")
