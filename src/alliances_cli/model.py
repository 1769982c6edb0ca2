"""The records as the YAML spells them: frozen, unknown keys refused. Every scalar comes in as the text that was typed.

Field order is the order of the files (`champs.py` has the items' fields as a table). An absent value is None, an absent
list is empty.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    create_model,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from alliances_cli import nombre, periode
from alliances_cli.champs import (
    FAMILLES,
    INTERNE,
    NIVEAUX_PAR_DEFAUT,
    PAR_CODE,
    RESERVES,
    SINGULIER,
    Champ,
    Famille,
    TypePropre,
    of_famille,
)
from alliances_cli.nombre import Nombre
from alliances_cli.periode import Periode
from alliances_cli.ressources import LOGOS, POLICES

SCHEMES = ("http", "https", "mailto", "tel")
# `localhost:8080` and `exemple.fr:8080/page` have a port, not a scheme; `javascript:1/…` has a scheme.
_SCHEME = re.compile(r"(?!(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+):\d+(?:[/?#]|$))([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_BAD_IN_ID = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _refuse(message: str) -> PydanticCustomError:
    return PydanticCustomError("alliances", "{message}", {"message": message})


def identifier_fault(text: str) -> str | None:
    """What keeps a text from being an id, or None."""
    if not text:
        return "un identifiant ne peut pas être vide"
    if len(text) > 100:
        return f"l'identifiant a {len(text)} caractères, 100 au plus"
    if text.startswith("-"):
        return f"l'identifiant « {text} » commence par un tiret ; retirez-le"
    if _BAD_IN_ID.search(text):
        return f"l'identifiant « {text} » contient une espace ou un caractère invisible ; retirez-le"
    return None


def _identifier(text: str) -> str:
    if fault := identifier_fault(text):
        raise _refuse(fault)
    return text


def _periode(value: object) -> Periode:
    if not isinstance(value, str):
        raise _refuse("une date est attendue (2021, 2021-06, 2021-06-30, 2021-T3 ou 2021-S2)")
    try:
        return periode.parse(value.strip())
    except ValueError as error:
        raise _refuse(str(error)) from None


# How yes and no are written.
OUI_NON = {"true": True, "oui": True, "false": False, "non": False}


def _yes_no(value: object) -> bool:
    if isinstance(value, str) and value.lower() in OUI_NON:
        return OUI_NON[value.lower()]
    given = f", pas « {value} »" if isinstance(value, str) else ""
    raise _refuse(f"« true » ou « false » (ou « oui », « non ») est attendu{given}")


def _number(value: object) -> Nombre:
    if not isinstance(value, str):
        raise _refuse("un nombre est attendu (12000 ou 12000,5)")
    try:
        return nombre.parse(value.strip())
    except ValueError as error:
        raise _refuse(str(error)) from None


def _own_code(text: str, info: ValidationInfo) -> str:
    if text in PAR_CODE and info.data.get("diffusion") != INTERNE:
        raise _refuse(f"« {text} » est déjà un champ des éléments ; choisissez un autre code")
    if text in RESERVES:
        raise _refuse(f"« {text} » est un mot réservé ; choisissez un autre code")
    if not re.fullmatch(r"[^\W\d_][\w-]{0,59}", text):
        raise _refuse(
            f"« {text} » : un code commence par une lettre et n'a que des lettres, des chiffres, « _ » et « - »"
        )
    return text


def _label(text: str | None, info: ValidationInfo) -> str | None:
    """Every declared field has one; what items have already bears its own."""
    if text is None and info.data.get("code") not in PAR_CODE:
        raise PydanticKnownError("missing")
    return text


def _listed(value: object) -> object:
    """A declared field holds one value, or a list of several."""
    return [value] if isinstance(value, str) else value


def _integer(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return int(value)
    given = f", pas « {value} »" if isinstance(value, str) else ""
    raise _refuse(f"un nombre entier est attendu{given}")


def address_fault(text: str) -> str | None:
    """What keeps a text from being an address that a document may link to, or None."""
    # A browser ignores white space and control characters inside a scheme; so does this test.
    match = _SCHEME.match(re.sub(r"[\x00-\x20\x7f-\xa0]", "", text))
    if match and match[1].lower() not in SCHEMES:
        return f"une adresse commence par {', '.join(s + ':' for s in SCHEMES)} ; « {match[1]}: » est refusé"
    return None


def _address(text: str) -> str:
    if fault := address_fault(text):
        raise _refuse(fault)
    return text


def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise _refuse(f"une couleur s'écrit #rrvvbb, par exemple #17559c, pas « {text} »")
    return text


def _theme_colour(text: str) -> str:
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text):
        raise _refuse(f"une couleur s'écrit #rrvvbb ou #rvb, par exemple #17559c, pas « {text} »")
    digits = text[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _file_fault(text: str, endings: Sequence[str]) -> str | None:
    """What keeps a text from naming a file of the roadmap that ends so, or None."""
    if re.match(r"[a-z][a-z0-9+.-]+:", text, re.IGNORECASE):
        return f"« {text} » est une adresse ; donnez le chemin d'un fichier de la feuille de route"
    if "\\" in text or ":" in text:
        return f"« {text} » : un chemin s'écrit avec des « / », sans « \\ » ni « : »"
    if text.startswith(("/", "~")) or ".." in text.split("/"):
        return f"« {text} » est hors de la feuille de route, ce qui est refusé ; donnez un chemin depuis son dossier"
    if not text.lower().endswith(tuple(f".{ending}" for ending in endings)):
        return f"« {text} » : un fichier en {' ou '.join(f'.{ending}' for ending in endings)} est attendu"
    return None


def _logo(text: str) -> str:
    if fault := _file_fault(text, LOGOS):
        raise _refuse(fault)
    return text


def _police(text: str) -> str:
    if is_font_file(text):
        if fault := _file_fault(text, POLICES):
            raise _refuse(fault)
    elif not re.fullmatch(r"[^\W_][\w -]{0,59}", text):
        raise _refuse(
            f"« {text} » : donnez le nom d'une seule police (des lettres, des chiffres, des espaces, « _ » et « - », "
            "60 caractères au plus) ou un fichier de police"
        )
    return text


def is_font_file(police: str) -> bool:
    """Whether what `theme.police` holds means a file, not the name of a font."""
    return "/" in police or "\\" in police or "." in police


def _point(value: object) -> object:
    return {"texte": value} if isinstance(value, str) else value


# YAML's escapes can put control characters in a value; no text has a use for them. Line breaks and tabs are fine.
_NO_CONTROL = r"^[^\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]*$"

Texte = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=_NO_CONTROL)]
Identifiant = Annotated[str, AfterValidator(_identifier)]
Date = Annotated[Periode, BeforeValidator(_periode)]
OuiNon = Annotated[bool, BeforeValidator(_yes_no)]
Entier = Annotated[int, BeforeValidator(_integer)]
Adresse = Annotated[Texte, AfterValidator(_address)]
Couleur = Annotated[str, AfterValidator(_colour)]
CouleurDuTheme = Annotated[Texte, AfterValidator(_theme_colour)]
CheminDuLogo = Annotated[Texte, AfterValidator(_logo)]
Police = Annotated[Texte, AfterValidator(_police)]
Nombre_ = Annotated[Nombre, BeforeValidator(_number)]
CodePropre = Annotated[str, AfterValidator(_own_code)]
Provenance = Literal["publie", "saisi", "infere"]
Diffusion = Literal["interne", "publique"]
# The rules on a change that a mission may switch on; `regles.py` has what each one says.
Regle = Literal["hausse_justifiee", "report_explique", "bilan_intact", "publie_source", "rien_ne_disparait"]
# What a declared field may hold.
Valeur = str | Nombre | Periode | bool


class Record(BaseModel):
    """What all records share: frozen, unknown keys refused."""

    # Built when first used: most records are parts of others, and are built with them.
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)


class Preuve(Record):
    """What shows that a thing was done."""

    titre: Texte | None = None
    url: Adresse
    date: Date | None = None
    diffusion: Diffusion | None = None


class Item(Record):
    """What every item has: `id` is unique in its list. The order of the fields in a file is that of `champs.py`."""

    id: Identifiant
    titre: Texte
    texte: Texte | None = None
    etiquettes: tuple[Texte, ...] = ()
    preuves: tuple[Preuve, ...] = ()
    diffusion: Diffusion | None = None


class Suivi(Item):
    """An item that is followed. `avancement` is a code of the scale, None where no level is known; `provenance` says
    where that level comes from (None: the roadmap's default). `delai` is a deadline in words, undatable when it stands
    alone."""

    dimension: Texte | None = None
    pilotes: tuple[Texte, ...] = ()
    co_construction: tuple[Texte, ...] = ()
    avancement: Texte | None = None
    avancement_au: Date | None = None
    provenance: Provenance | None = None
    realise: Texte | None = None
    prochaine_etape: Texte | None = None
    debut: Date | None = None
    echeance: Date | None = None
    delai: Texte | None = None
    bloqueurs: tuple[Identifiant, ...] = ()
    renvois: tuple[Identifiant, ...] = ()


class Chantier(Suivi):
    """A line of work."""


class Mesure(Suivi):
    """A measure, with the chantiers and leviers that it belongs to."""

    chantiers: tuple[Identifiant, ...] = ()
    leviers: tuple[Identifiant, ...] = ()


class Levier(Item):
    """A lever of deployment."""


class Document(Record):
    """The words of the cover and the last sentence."""

    titre: Texte | None = None
    sous_titre: Texte | None = None
    mention: Texte | None = None
    conclusion: Texte | None = None
    diffusion: Diffusion | None = None


class Emetteur(Record):
    """Who issues the bilan. `site` may lack its scheme."""

    nom: Texte | None = None
    adresse: Texte | None = None
    telephone: Texte | None = None
    courriel: Texte | None = None
    site: Adresse | None = None
    diffusion: Diffusion | None = None


class LigneFiche(Record):
    """A row of the fiche, as printed."""

    libelle: Texte
    texte: Texte
    diffusion: Diffusion | None = None


class Point(Record):
    """A sentence of a part, with the sentences under it."""

    texte: Texte
    date: Date | None = None
    points: tuple[Annotated[Point, BeforeValidator(_point)], ...] = ()
    diffusion: Diffusion | None = None


class Partie(Record):
    """A part of the document (contexte, travaux, suivi…)."""

    id: Identifiant
    titre: Texte
    sous_titre: Texte | None = None
    points: tuple[Annotated[Point, BeforeValidator(_point)], ...] = ()
    diffusion: Diffusion | None = None


class Section(Record):
    """The words around one list."""

    surtitre: Texte | None = None
    titre: Texte | None = None
    sous_titre: Texte | None = None
    accroche: Texte | None = None
    conclusion: Texte | None = None
    diffusion: Diffusion | None = None


class Sections(Record):
    """The words around the mission and each of the lists."""

    mission: Section = Section.model_construct()
    chantiers: Section = Section.model_construct()
    mesures: Section = Section.model_construct()
    leviers: Section = Section.model_construct()
    diffusion: Diffusion | None = None


class Niveau(Record):
    """A level of the scale. `alerte`: it counts as late; `clos`: the item is over; `hors_ordre`: outside the order."""

    code: Identifiant
    libelle: Texte
    sens: Texte | None = None
    abrege: Annotated[Texte, StringConstraints(max_length=8)] | None = None
    symbole: Annotated[Texte, StringConstraints(max_length=2)] | None = None
    couleur: Couleur | None = None
    alerte: OuiNon | None = None
    clos: OuiNon = False
    hors_ordre: OuiNon = False


class Dimension(Record):
    """A grouping of items. `horizon`: first and last month of its effects."""

    code: Identifiant
    libelle: Texte
    horizon: tuple[Entier, Entier] | None = None
    texte: Texte | None = None
    diffusion: Diffusion | None = None


class Bloqueur(Record):
    """What holds items back, shared by those that name it."""

    id: Identifiant
    libelle: Texte
    diffusion: Diffusion | None = None


class ChampPropre(Record):
    """A field that the mission declares for the items of one family; `choix`: the values of a field of that type.

    One that items have already (`propre` is False) is only said to be internal: see `familles`.
    """

    # First: it says whether the code may be one that items have.
    diffusion: Diffusion | None = None
    code: CodePropre
    libelle: Annotated[Texte | None, AfterValidator(_label)] = Field(None, validate_default=True)
    type: TypePropre = "texte"
    famille: Famille = "mesures"
    choix: tuple[Texte, ...] = ()
    obligatoire: OuiNon = False
    aide: Texte | None = None

    @property
    def propre(self) -> bool:
        """Whether the mission declares it: items don't have it otherwise."""
        return self.code not in PAR_CODE

    @property
    def familles(self) -> tuple[Famille, ...]:
        """The families of which this is said: the one that is given, else, of what items have already, all."""
        if self.propre or "famille" in self.model_fields_set:
            return (self.famille,)
        return PAR_CODE[self.code].familles

    def champ(self) -> Champ:
        """The field, as the table of fields has it."""
        return Champ(
            self.code,
            self.libelle or self.code,
            self.type,
            self.aide or self.libelle or self.code,
            (self.famille,),
            self.choix,
            self.obligatoire,
            propre=True,
        )


class Retiree(Record):
    """An item that was retired: when, why, by what it is replaced, and its last level (a code of the scale of then)."""

    id: Identifiant
    titre: Texte
    date: Date | None = None
    motif: Texte
    vers: tuple[Identifiant, ...] = ()
    avancement: Texte | None = None
    diffusion: Diffusion | None = None


class BilanPublie(Record):
    """A published bilan: its totals per level's code; `echelle` where it isn't today's."""

    date: Date
    titre: Texte | None = None
    totaux: dict[str, Entier] = Field(default_factory=dict)
    source: Texte | None = None
    echelle: tuple[Niveau, ...] = ()
    diffusion: Diffusion | None = None


class Couleurs(Record):
    """The colours of a document that the roadmap chooses; `*_sombre`: in the dark theme."""

    accent: CouleurDuTheme | None = None
    texte: CouleurDuTheme | None = None
    fond: CouleurDuTheme | None = None
    accent_sombre: CouleurDuTheme | None = None
    texte_sombre: CouleurDuTheme | None = None
    fond_sombre: CouleurDuTheme | None = None


class Theme(Record):
    """What the roadmap's documents look like. `police` is the name of a font, or a file; both files are named from the
    roadmap's folder, else from its data folder."""

    couleurs: Couleurs = Couleurs.model_construct()
    police: Police | None = None
    logo: CheminDuLogo | None = None


class Mission(Record):
    """`mission.yaml`: what is said once for the whole roadmap."""

    titre: Texte
    nature: Texte | None = None
    document: Document = Document.model_construct()
    etat_au: Date | None = None
    provenance: Provenance | None = None
    licence: Texte | None = None
    emetteur: Emetteur = Emetteur.model_construct()
    destinataires: tuple[Texte, ...] = ()
    fiche: tuple[LigneFiche, ...] = ()
    parties: tuple[Partie, ...] = ()
    sections: Sections = Sections.model_construct()
    echelle: tuple[Niveau, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    bloqueurs: tuple[Bloqueur, ...] = ()
    champs: tuple[ChampPropre, ...] = ()
    regles: tuple[Regle, ...] = ()
    theme: Theme = Theme.model_construct()
    bilans: tuple[BilanPublie, ...] = ()

    def declared(self) -> tuple[Champ, ...]:
        """The fields that the mission declares."""
        return tuple(champ.champ() for champ in self.champs if champ.propre)


ITEM_MODELS: dict[Famille, type[Item]] = {
    "mesures": Mesure,
    "chantiers": Chantier,
    "leviers": Levier,
}

_TYPES_PROPRES: dict[str, Any] = {
    "texte": Annotated[tuple[Texte, ...], BeforeValidator(_listed)],
    "nombre": Annotated[tuple[Nombre_, ...], BeforeValidator(_listed)],
    "date": Annotated[tuple[Date, ...], BeforeValidator(_listed)],
    "choix": Annotated[tuple[Texte, ...], BeforeValidator(_listed)],
    "url": Annotated[tuple[Adresse, ...], BeforeValidator(_listed)],
    "oui_non": Annotated[tuple[OuiNon, ...], BeforeValidator(_listed)],
}


def item_model(famille: Famille, champs: Iterable[Champ]) -> type[Item]:
    """The family's record, with the declared fields among `champs`."""
    own = tuple((champ.attribut, champ.code, champ.type) for champ in champs if champ.propre)
    return _declared(famille, own) if own else ITEM_MODELS[famille]


# Remembered: `past` reads the same fields once a revision, and pydantic takes 5 ms to make ready for them.
@lru_cache(maxsize=64)
def _declared(famille: Famille, own: tuple[tuple[str, str, str], ...]) -> type[Item]:
    fields: dict[str, Any] = {attribut: (_TYPES_PROPRES[type], Field((), alias=code)) for attribut, code, type in own}
    base = ITEM_MODELS[famille]
    return create_model(base.__name__, __base__=base, **fields)


# Every key that some record has.
KEYS = frozenset(
    key
    for record in list(globals().values())
    if isinstance(record, type) and issubclass(record, Record)
    for key in record.model_fields
)

# Constructed, not validated, as the empty records are: validating one builds its record apart from the others.
ECHELLE_PAR_DEFAUT = tuple(
    Niveau.model_construct(code=code, libelle=libelle, abrege=abrege, symbole=symbole, alerte=alerte)
    for code, libelle, abrege, symbole, alerte in NIVEAUX_PAR_DEFAUT
)

_MIDDLE_SHAPES = "◐◕◔◆■◇□"
# The first alert has the first shape and colour, and so on.
_ALERT_SHAPES = "▲▼◆■◇□"
_ALERT_COLOURS = ("#c2410c", "#9d174d", "#7c2d12")
_MIDDLE_COLOURS = ("#2676b8", "#3d7f9e", "#5b6f9c", "#6b7280", "#7a5c99", "#8a6d3b", "#98612f")


class Echelon(NamedTuple):
    """A level as it is shown: what its author left out is filled from its rank (0 is the best)."""

    code: str
    libelle: str
    sens: str | None
    abrege: str
    symbole: str
    couleur: str
    rang: int
    alerte: bool
    clos: bool
    hors_ordre: bool


def echelons(niveaux: tuple[Niveau, ...]) -> tuple[Echelon, ...]:
    """The scale, best first, as it is shown. Where no level is an alert, the last one that is neither over nor outside
    the order is, unless it says that it isn't."""
    ordered = [niveau for niveau in niveaux if not (niveau.clos or niveau.hors_ordre)]
    last = {niveau.code for niveau in ordered[1:][-1:] if niveau.alerte is None}
    alerts = {niveau.code for niveau in niveaux if niveau.alerte} or last
    taken: set[str] = {n.abrege for n in niveaux if n.abrege}
    declared = {niveau.symbole for niveau in niveaux if niveau.symbole}
    alert_shapes = [s for s in _ALERT_SHAPES if s not in declared] or list(_ALERT_SHAPES)
    unsigned = sum(niveau.code in alerts and not niveau.symbole for niveau in niveaux)
    shapes = [s for s in _MIDDLE_SHAPES if s not in {*declared, *alert_shapes[:unsigned]}] or list(_MIDDLE_SHAPES)
    out: list[Echelon] = []
    middle = alarm = signed = 0
    for rank, niveau in enumerate(niveaux):
        alert = niveau.code in alerts
        shape, colour = "●", "#17559c"
        if alert:
            shape, colour = alert_shapes[signed % len(alert_shapes)], _ALERT_COLOURS[alarm % len(_ALERT_COLOURS)]
            alarm += 1
            signed += not niveau.symbole
        elif rank > 0 or niveau.hors_ordre:
            shape = shapes[middle % len(shapes)]
            colour = _MIDDLE_COLOURS[middle % len(_MIDDLE_COLOURS)]
            middle += 1
        out.append(
            Echelon(
                niveau.code,
                niveau.libelle,
                niveau.sens,
                niveau.abrege or _initials(niveau.libelle, taken),
                niveau.symbole or shape,
                niveau.couleur or colour,
                rank,
                alert,
                niveau.clos,
                niveau.hors_ordre,
            )
        )
    return tuple(out)


def _initials(libelle: str, taken: set[str]) -> str:
    base = "".join(word[0] for word in re.findall(r"\w+", libelle)[:3]).upper() or "?"
    name, n = base, 2
    while name in taken:
        name, n = f"{base}{n}", n + 1
    taken.add(name)
    return name


class Reserve(NamedTuple):
    """What a public version leaves out, by kind, as numbers that say nothing else of it (see `diffusion.py`).

    `niveaux` counts the internal mesures by level; `retraits` has the last level of the retired ones, with the date.
    `tus`: the fields, of those that all roadmaps have, of which nothing is told.
    """

    nombres: Mapping[str, int] = {}
    niveaux: Mapping[str, int] = {}
    retraits: tuple[tuple[str, Periode | None], ...] = ()
    tus: frozenset[tuple[Famille, str]] = frozenset()


@dataclass(frozen=True)
class FeuilleDeRoute:
    """The whole roadmap, checked. `chantiers`, `mesures` and `leviers` keep the files' order; `retirees`, by family,
    too. `reserve`: this is the public version, without what it counts; None: nothing was left out."""

    mission: Mission
    chantiers: tuple[Chantier, ...] = ()
    mesures: tuple[Mesure, ...] = ()
    leviers: tuple[Levier, ...] = ()
    retirees: Mapping[Famille, tuple[Retiree, ...]] = field(default_factory=dict)
    reserve: Reserve | None = None

    @cached_property
    def echelle(self) -> tuple[Echelon, ...]:
        return echelons(self.mission.echelle or ECHELLE_PAR_DEFAUT)

    @cached_property
    def niveaux(self) -> dict[str, Echelon]:
        """The levels by code, best first."""
        return {niveau.code: niveau for niveau in self.echelle}

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        return {dimension.code: dimension for dimension in self.mission.dimensions}

    @cached_property
    def bloqueurs(self) -> dict[str, Bloqueur]:
        return {bloqueur.id: bloqueur for bloqueur in self.mission.bloqueurs}

    @cached_property
    def by_id(self) -> dict[Famille, dict[str, Item]]:
        return {famille: {item.id: item for item in self.items(famille)} for famille in FAMILLES}

    @cached_property
    def _champs(self) -> dict[Famille, tuple[Champ, ...]]:
        found = fields_by_famille(self.mission.declared())
        if self.reserve is None:
            return found
        # Everything that stands in a public version is public: that goes without saying.
        return {
            f: tuple(champ for champ in champs if champ.code != "diffusion" and not self.tait(f, champ.code))
            for f, champs in found.items()
        }

    def filled(
        self, items: Mapping[Famille, tuple[Item, ...]], retirees: Mapping[Famille, tuple[Retiree, ...]]
    ) -> FeuilleDeRoute:
        """The roadmap of the same mission with other items. What the mission alone says is worked out once for both."""
        found = FeuilleDeRoute(self.mission, **items, retirees=retirees)  # type: ignore[arg-type]
        found.__dict__.update({"echelle": self.echelle, "niveaux": self.niveaux, "_champs": self._champs})
        return found

    def champs(self, famille: Famille) -> tuple[Champ, ...]:
        """The fields that the family's items have, in the order of the files: the built-in ones, then the declared."""
        return self._champs[famille]

    @cached_property
    def _exported(self) -> dict[Famille, tuple[Champ, ...]]:
        marked = {f: any(item.diffusion for item in self.items(f)) for f in FAMILLES}
        return {
            f: champs if marked[f] else tuple(champ for champ in champs if champ.code != "diffusion")
            for f, champs in self._champs.items()
        }

    def exported(self, famille: Famille) -> tuple[Champ, ...]:
        """The fields that an export has, filled or empty: all but `diffusion`, where nothing says it."""
        return self._exported[famille]

    def tait(self, famille: Famille, code: str) -> bool:
        """Whether this is a public version that tells nothing of a field of the family."""
        return self.reserve is not None and (famille, code) in self.reserve.tus

    def gone(self, famille: Famille) -> tuple[Retiree, ...]:
        """The family's retired items, in the file's order."""
        return self.retirees.get(famille, ())

    def items(self, famille: Famille) -> tuple[Item, ...]:
        if famille == "leviers":
            return self.leviers
        return self.with_level(famille)

    def with_level(self, famille: Famille) -> tuple[Suivi, ...]:
        """The items of a family whose items have levels; empty for leviers."""
        if famille == "mesures":
            return self.mesures
        return self.chantiers if famille == "chantiers" else ()

    def resolve(self, reference: str, first: Famille | None) -> list[tuple[Famille, str]]:
        """What a reference names: one pair (family, id); several where it is ambiguous; none where nothing bears it.

        A bare id means the family `first` before the others; `mesure-8`, `chantier-x`, `levier-y` name theirs.
        """
        return resolve(reference, first, self.by_id)

    def provenance(self, item: Item) -> str | None:
        """Where the item's level comes from, the roadmap's default included; None where it has no level."""
        if not isinstance(item, Suivi) or item.avancement is None:
            return None
        return item.provenance or self.mission.provenance or "saisi"


def in_words(value: Valeur) -> str:
    """A declared field's value as it is shown: numbers and dates in French, « oui » or « non »."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    return value if isinstance(value, str) else value.in_words


def fields_by_famille(own: Iterable[Champ]) -> dict[Famille, tuple[Champ, ...]]:
    """Each family's fields, in the order of the files: the built-in ones, then those of `own`."""
    declared = tuple(own)
    return {f: (*of_famille(f), *(champ for champ in declared if f in champ.familles)) for f in FAMILLES}


def first_family(field: str, famille: Famille) -> Famille:
    """The family where a reference in `field` of one of `famille`'s items is looked for first."""
    named: dict[str, Famille] = {"chantiers": "chantiers", "leviers": "leviers"}
    return named.get(field, famille)


def resolve(reference: str, first: Famille | None, ids: Mapping[Famille, Container[str]]) -> list[tuple[Famille, str]]:
    """See `FeuilleDeRoute.resolve`; `ids` holds each family's known ids."""
    if first is not None and reference in ids[first]:
        return [(first, reference)]
    found: list[tuple[Famille, str]] = [(famille, reference) for famille in FAMILLES if reference in ids[famille]]
    if found:
        return found
    for famille in FAMILLES:
        prefix = SINGULIER[famille] + "-"
        if reference.startswith(prefix) and reference[len(prefix) :] in ids[famille]:
            return [(famille, reference[len(prefix) :])]
    return []
