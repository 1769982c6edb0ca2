"""The fields of an item, in the order of the files: one table for options, columns, labels and insertion.

The model (`model.py`) declares the same fields as types; a test holds the two together. This table imports nothing, so
that `--help` and completion can read it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Famille = Literal["mesures", "chantiers", "leviers"]
# What a field that a mission declares may hold.
TypePropre = Literal["texte", "nombre", "date", "choix", "url", "oui_non"]
Type = Literal[TypePropre, "id", "noms", "ids", "niveau", "provenance", "dimension", "preuves", "diffusion"]

FAMILLES: tuple[Famille, ...] = ("mesures", "chantiers", "leviers")
SINGULIER: dict[Famille, str] = {"mesures": "mesure", "chantiers": "chantier", "leviers": "levier"}
# The singular with its articles.
UN: dict[Famille, str] = {"mesures": "une mesure", "chantiers": "un chantier", "leviers": "un levier"}
LE: dict[Famille, str] = {"mesures": "la mesure", "chantiers": "le chantier", "leviers": "le levier"}
# What is said of an item that was retired.
RETIRE: dict[Famille, str] = {"mesures": "retirée", "chantiers": "retiré", "leviers": "retiré"}
# What is said of it where another took its place.
REMPLACE: dict[Famille, str] = {"mesures": "remplacée", "chantiers": "remplacé", "leviers": "remplacé"}
# The list of what was retired, at the end of a family's file.
RETIREES = "retirees"
TYPES_PROPRES: tuple[TypePropre, ...] = ("texte", "nombre", "date", "choix", "url", "oui_non")
# Names that a declared field can't take: columns of exports, words of `--by`.
RESERVES = frozenset(("au", "retiree", "pilote", "chantier", "avancement_libelle", "dimension_libelle"))
PROVENANCES = ("publie", "saisi", "infere")
# What is `interne` is left out of what is made for everybody (`--public`).
INTERNE, PUBLIQUE = "interne", "publique"
DIFFUSIONS = (INTERNE, PUBLIQUE)
# The scale of a roadmap that declares none: code, label, short form, sign, whether it is an alert.
NIVEAUX_PAR_DEFAUT = (
    ("tres_satisfaisant", "très satisfaisant", "TS", "●", False),
    ("satisfaisant", "satisfaisant", "S", "◐", False),
    ("en_retard", "en retard", "R", "▲", True),
)
PROVENANCE_LIBELLES = {"publie": "publié", "saisi": "saisi", "infere": "inféré"}


class Champ(NamedTuple):
    """A field: its key in the file, what it is called on screen, its type, the families that have it.

    `propre`: the mission declares it; it holds one or several values, always a tuple in the records. `choix`: the
    values that it may have (type `choix`).
    """

    code: str
    libelle: str
    type: Type
    aide: str
    familles: tuple[Famille, ...] = ("mesures", "chantiers")
    choix: tuple[str, ...] = ()
    obligatoire: bool = False
    propre: bool = False

    @property
    def multiple(self) -> bool:
        return self.propre or self.type in ("noms", "ids", "preuves")

    @property
    def attribut(self) -> str:
        """The record's attribute that holds it."""
        return f"propre_{self.code}" if self.propre else self.code

    @property
    def option(self) -> str:
        """`prochaine_etape` → `--prochaine-etape`; a declared field is given by `--champ`."""
        return f"--champ {self.code}" if self.propre else "--" + self.code.replace("_", "-")

    @property
    def sans_option(self) -> str:
        """The option that empties it."""
        return f"--sans-champ {self.code}" if self.propre else f"--sans-{self.option[2:]}"


CHAMPS: tuple[Champ, ...] = (
    Champ("id", "Identifiant", "id", "identifiant, unique dans sa liste", FAMILLES),
    Champ("titre", "Titre", "texte", "intitulé", FAMILLES),
    Champ("texte", "Texte", "texte", "texte libre", FAMILLES),
    Champ("dimension", "Dimension", "dimension", "code ou libellé d'une dimension"),
    Champ("chantiers", "Chantiers", "ids", "identifiant d'un chantier", ("mesures",)),
    Champ("leviers", "Leviers", "ids", "identifiant d'un levier", ("mesures",)),
    Champ("pilotes", "Pilotes", "noms", "qui pilote"),
    Champ("co_construction", "Co-construction", "noms", "avec qui"),
    Champ("avancement", "Avancement", "niveau", "code ou libellé d'un niveau de l'échelle"),
    Champ("avancement_au", "Avancement jugé au", "date", "date à laquelle le niveau a été jugé"),
    Champ("provenance", "Provenance du niveau", "provenance", "d'où vient le niveau : publie, saisi ou infere"),
    Champ("realise", "Réalisé", "texte", "ce qui a été fait"),
    Champ("prochaine_etape", "Prochaine étape", "texte", "ce qui vient ensuite"),
    Champ("debut", "Début", "date", "date de début (2021, 2021-06, 2021-06-30, 2021-T3, 2021-S2)"),
    Champ("echeance", "Échéance", "date", "date de l'étape suivante (2021, 2021-06, 2021-06-30, 2021-T3, 2021-S2)"),
    Champ("delai", "Délai", "texte", "délai en toutes lettres (« 18 mois », « continu »)"),
    Champ("bloqueurs", "Bloqueurs", "ids", "identifiant d'un bloqueur"),
    Champ("renvois", "Renvois", "ids", "identifiant auquel l'élément renvoie"),
    Champ("etiquettes", "Étiquettes", "noms", "mot-clé", FAMILLES),
    Champ("preuves", "Preuves", "preuves", "une preuve, écrite TITRE <ADRESSE> (DATE), ou son adresse seule", FAMILLES),
    Champ(
        "diffusion", "Diffusion", "diffusion", "interne (hors de ce qui est fait avec --public) ou publique", FAMILLES
    ),
)

MISSION_CHAMPS: tuple[Champ, ...] = (
    Champ("titre", "Titre", "texte", "intitulé de la mission", ()),
    Champ("nature", "Nature", "texte", "ce qu'est la mission, en quelques mots", ()),
    Champ("etat_au", "État au", "date", "date à laquelle la feuille de route se tient", ()),
    Champ(
        "provenance", "Provenance des niveaux", "provenance", "d'où viennent les niveaux : publie, saisi ou infere", ()
    ),
    Champ("licence", "Licence", "texte", "licence des données", ()),
)

PAR_CODE: dict[str, Champ] = {champ.code: champ for champ in CHAMPS}
# What no field of all the items may hide: without it, an item would be nameless, or its level another than it is.
TOUJOURS_PUBLICS = frozenset(("id", "titre", "avancement", "provenance", "diffusion"))
# What mission.yaml lists: hidden for one family, the list would be wrong for another.
COMMUNS = frozenset(("dimension", "bloqueurs"))


def of_famille(famille: Famille) -> tuple[Champ, ...]:
    """The fields that the family's items have, in the order of the files."""
    return tuple(champ for champ in CHAMPS if famille in champ.familles)
