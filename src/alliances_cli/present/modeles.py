"""The templates that a roadmap may override, and the copy that was made of one → screens, JSON."""

from __future__ import annotations

from collections.abc import Sequence

from alliances_cli.present import as_json
from alliances_cli.present.report.catalogue import Modele
from alliances_cli.present.screen import Column, Screen, Span, Table, Wrapped, line
from alliances_cli.typographie import count, spaced


def screen(modeles: Sequence[Modele], folder: str) -> Screen:
    """Each template, then its blocks; `folder` is where the roadmap's own are, or would be."""
    own = sum(modele.remplace for modele in modeles)
    total = count(len(modeles), "modèle")
    said = f"{total} ; cette feuille de route en remplace {own}" if own else f"{total}, dont aucun n'est remplacé ici"
    drawn: Screen = [Wrapped(line(Span(spaced(f"{said} ({folder})"), "title"))), line("")]
    for modele in modeles:
        pieces = [Span(modele.nom, "strong"), Span(spaced(f" : {modele.role} ({modele.format})"))]
        if modele.remplace:
            pieces.append(Span(spaced(" – remplacé"), "alert"))
        drawn.append(Wrapped(line(*pieces), hang=2))
        if modele.blocs:
            rows = [(line(f"  {bloc.nom}"), line(spaced(bloc.contenu))) for bloc in modele.blocs]
            drawn.append(Table((Column("Bloc"), Column("Contenu", wraps=True)), tuple(rows), headed=False))
    drawn += [line(""), Wrapped(line("alliances templates --copy NOM"))]
    return drawn


def json(modeles: Sequence[Modele], folder: str) -> str:
    """The same for programs."""
    return as_json.dump(
        {
            "dossier": folder,
            "modeles": [
                {
                    "nom": modele.nom,
                    "role": modele.role,
                    "format": modele.format,
                    "remplace": modele.remplace,
                    "blocs": [{"nom": bloc.nom, "contenu": bloc.contenu} for bloc in modele.blocs],
                    "macros": list(modele.macros),
                }
                for modele in modeles
            ],
        }
    )


def copied(name: str, file: str) -> Screen:
    """The copy that was written."""
    return [Wrapped(line(Span(spaced(f"Modèle copié : {file}"), "title")))]


def copied_as_json(name: str, file: str) -> str:
    """The same for programs."""
    return as_json.dump({"action": "copy", "nom": name, "fichier": file})
