"""What templates can read: the roadmap, its counts, its dates, and where each thing is in the document."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup, escape

from alliances_cli import bilan, typographie
from alliances_cli.bilan import Compte
from alliances_cli.champs import FAMILLES, PROVENANCE_LIBELLES, REMPLACE, RETIRE, SINGULIER, Champ, Famille
from alliances_cli.couleurs import legible, mixed
from alliances_cli.model import (
    BilanPublie,
    Chantier,
    Dimension,
    Echelon,
    FeuilleDeRoute,
    Item,
    Mesure,
    Partie,
    Point,
    Retiree,
    Section,
    Suivi,
    echelons,
    in_words,
    is_font_file,
)
from alliances_cli.present import liens as links_of
from alliances_cli.present import phrases
from alliances_cli.present.report.edition import Edition
from alliances_cli.present.report.paper import shortened, state
from alliances_cli.present.report.places import Kind, address, anchor
from alliances_cli.present.report.texts import one_line
from alliances_cli.ressources import Ressources
from alliances_cli.theme import Palette, palettes

if TYPE_CHECKING:
    from alliances_cli.present.changements import Changements, Tendu

WHITE = "#ffffff"
# What a tile shows of a title, in characters.
MAX_TILE = 56
# Raised when something that templates read is renamed, removed, or comes to mean something else.
VERSION_CONTEXTE = 1

SANS_NIVEAU = "○"
# What a cut title doesn't end with: words that announce another, marks that open.
_DANGLING = re.compile(
    r"(?:(?:^|[\s'’])(?:l|d|qu|aux?|avec|ce|ces|cette|dans|des?|du|en|entre|et|les?|la|leurs?|ou|par|pour|que?|qui|sa|ses"
    r"|son|sous|sur|un|une|vers|à|y)(?=[\s'’]|$)|[\s'’«(\[,;:–-])+$",
    re.IGNORECASE,
)
LINKS = ("chantiers", "leviers", "bloqueurs", "renvois", "mesures", "cite_par", "remplace")


class Lien(NamedTuple):
    """A reference once resolved: where it leads in the document, what it is called, and its title."""

    ancre: Markup
    nom: str
    titre: str


class Lieu(NamedTuple):
    """A section of the document: where it is, what the contents call it."""

    ancre: str
    nom: str


class Barre(NamedTuple):
    """A level's part of a bar: its rank in the scale (-1: no level), where it begins and its width, in per cent; how it
    is drawn, on white: full for the best level, hatched for an alert, a tint of its colour for the others."""

    rang: int
    x: str
    largeur: str
    classe: Markup
    couleur: str
    fond: str
    hachure: bool


class Publication(NamedTuple):
    """A published bilan with the levels that its totals are of."""

    bilan: BilanPublie
    totaux: tuple[tuple[Echelon, int], ...]
    echelle: tuple[Echelon, ...]


class Propre(NamedTuple):
    """What an item has for a field that the mission declares, its values as they are read."""

    champ: Champ
    valeurs: tuple[str, ...]


class TableauDeBord(NamedTuple):
    """The mesures at a glance, as signs: by dimension (label, signs), and what each sign says."""

    rangees: tuple[tuple[str, tuple[str, ...]], ...]
    cle: tuple[str, ...]


class Retrait(NamedTuple):
    """A retired item: its place in the document, what replaces it, what it had replaced, the level that it had."""

    element: Retiree
    ancre: Markup
    vers: tuple[Lien, ...]
    remplace: tuple[Lien, ...]
    niveau: str


class Colonnes(NamedTuple):
    """Which columns a family's table needs: those that one item at least has something for."""

    precisions: bool
    avancement: bool
    realise: bool
    etape: bool


class Logo(NamedTuple):
    """The roadmap's logo: the picture itself as an address (`data:…`), what is said where it isn't seen; its kind
    (`png` or `svg`) and its bytes, for what isn't a page."""

    donnees: Markup
    alt: str
    genre: str
    octets: bytes


class Habillage(NamedTuple):
    """What the roadmap's theme sets: its logo; the name of its font, None where it is a file or where none is set; its
    colours, light and dark."""

    logo: Logo | None
    police: str | None
    clair: Palette
    sombre: Palette


def context(edition: Edition) -> dict[str, Any]:
    """All that a template can read, by name. `docs/templates.md` lists it."""
    feuille, moment, revision, comparaison = edition.feuille, edition.moment, edition.revision, edition.comparaison
    mission = feuille.mission
    links = _links(feuille)
    suivis: dict[Famille, Sequence[Suivi]] = {f: feuille.with_level(f) for f in ("mesures", "chantiers")}
    provenances = [feuille.provenance(item) for items in suivis.values() for item in items if item.avancement]
    bilans: dict[Famille, bilan.Bilan] = {famille: bilan.of(feuille, famille) for famille in suivis}
    en_frise, autres = _parted(mission.parties)
    found: Changements | None = None
    origine = None
    if revision is not None or comparaison is not None:
        from alliances_cli.present import changements

        origine = changements.origine(revision) if revision is not None else None
        found = _signed(changements.of(comparaison, bilans)) if comparaison is not None else None
    ecart = partial(_gap, found)

    def liens(famille: Famille, item: Item) -> Mapping[str, tuple[Lien, ...]]:
        return {**dict.fromkeys(LINKS, ()), **links.get((famille, item.id), {})}

    def niveau(item: Suivi) -> Echelon | None:
        return feuille.niveaux[item.avancement] if item.avancement else None

    def provenance(item: Suivi) -> str:
        """« publié » and « inféré » are said beside the level; that somebody entered it goes without saying."""
        found = feuille.provenance(item)
        return PROVENANCE_LIBELLES[found] if found and found != "saisi" else ""

    return {
        "version_contexte": VERSION_CONTEXTE,
        "feuille": feuille,
        "mission": mission,
        "moment": moment,
        "version": edition.version,
        "outil": f"alliances {edition.version}",
        "echelle": feuille.echelle,
        "a_des_niveaux": bool(provenances),
        "colonnes": {
            famille: _columns(items, partial(liens, famille), _own(feuille, famille), found)
            for famille, items in suivis.items()
        },
        "presentes": _present_sections(feuille),
        "bilans": bilans,
        "etapes": {famille: _steps(feuille, items, moment.day) for famille, items in suivis.items()},
        "mesures_par_dimension": _by_dimension(feuille),
        "tableau_de_bord": _board(feuille, bilans["mesures"]),
        "parties_en_frise": en_frise,
        "autres_parties": autres,
        "publications": tuple(_publication(feuille, publie) for publie in mission.bilans),
        "retenues": _blockers(feuille),
        "provenances": {p: provenances.count(p) for p in PROVENANCE_LIBELLES},
        "retires": {famille: _retired(feuille, famille, links) for famille in FAMILLES},
        "retire": RETIRE,
        "sont_retires": lambda famille: f", {phrases.retired(famille, n)}" if (n := len(feuille.gone(famille))) else "",
        "remplace": REMPLACE,
        "dont_retirees": phrases.since,
        # What a public version leaves out, as a sentence; empty where nothing is.
        "reserve": phrases.reserve_of(feuille),
        "propres": partial(_own_values, feuille),
        "champs_propres": tuple(champ for famille in FAMILLES for champ in _own(feuille, famille)),
        "provenance_libelles": PROVENANCE_LIBELLES,
        "singulier": SINGULIER,
        "titre_de_page": _page_title(feuille),
        "sommaire": _contents(feuille, found is not None, bool(autres)),
        "citation": _citation(edition),
        "court": _short,
        "datee": lambda partie: _dates_something(partie.points),
        "tableur": partial(_spreadsheet, edition),
        "utiles": lambda compte: tuple(niveau for niveau in feuille.echelle if compte.comptes[niveau.code]),
        "theme": _theme(feuille, edition.ressources),
        "adresse": address,
        "ancre": anchor,
        "barre": partial(bar, feuille),
        "decompte": partial(_tally, feuille, ecart),
        "decompter": partial(bilan.count, feuille),
        "liens": liens,
        "niveau": niveau,
        "provenance": provenance,
        # Of the past: None, or nothing, where it isn't asked for.
        "revision": origine,
        "changements": found,
        "ecart": ecart,
        "tendance": partial(_trend, found),
        "promesse": found.promesse if found is not None else lambda item: "",
    }


def _theme(feuille: FeuilleDeRoute, ressources: Ressources) -> Habillage:
    theme, mission = feuille.mission.theme, feuille.mission
    logo = None
    if ressources.logo is not None:
        whose = typographie.plain(one_line(mission.emetteur.nom or mission.titre))
        genre, octets = ressources.logo
        logo = Logo(Markup(ressources.logo.adresse), f"Logo : {whose}", genre, octets)
    named = theme.police if theme.police and not is_font_file(theme.police) else None
    return Habillage(logo, named, *palettes(theme.couleurs))


def bar(feuille: FeuilleDeRoute, compte: Compte) -> tuple[Barre, ...]:
    """The parts of a bar that stands for a whole; none where there is nothing."""
    counts = [*enumerate(compte.comptes.values()), (-1, compte.sans_avancement)]
    parts: list[Barre] = []
    before = 0
    for rank, n in counts:
        if n:
            look = _drawn(feuille.echelle[rank] if rank >= 0 else None)
            parts.append(Barre(rank, f"{100 * before / compte.total:.3f}%", f"{100 * n / compte.total:.3f}%", *look))
            before += n
    return tuple(parts)


def _drawn(niveau: Echelon | None) -> tuple[Markup, str, str, bool]:
    if niveau is None:
        return Markup("sans"), "#424f5d", WHITE, False
    colour = legible(niveau.couleur, WHITE)
    if niveau.alerte:
        return Markup(f"n{niveau.rang} alerte"), colour, WHITE, True
    best = niveau.rang == 0
    classe = Markup(f"n{niveau.rang}{' meilleur' if best else ''}")
    return classe, colour, colour if best else mixed(colour, WHITE, 0.6), False


def _gap(found: Changements | None, compte: Compte, code: str | None = None) -> Markup:
    """« (+3) »: what a count of the document grew by, whole or at a level ("": without level); else nothing."""
    said = found.ecarts.of(compte, code) if found is not None else ""
    return Markup(f"({said})" if said else "")


NO_GAP = ("", "(=)")


def _signed(found: Changements) -> Changements:
    """What changed, with signs that need no escaping."""
    return found._replace(totaux=tuple(total._replace(ecart=Markup(total.ecart)) for total in found.totaux))


def _trend(found: Changements | None, item: Suivi) -> Tendu | None:
    tendu = found.tendance(item) if found is not None else None
    return tendu._replace(signe=Markup(tendu.signe)) if tendu is not None else None


def _tally(feuille: FeuilleDeRoute, ecart: Callable[..., Markup], compte: Compte) -> list[str]:
    """« 9 très satisfaisant », « 3 sans niveau »: the levels that some items have, or had, best first, in the scale's
    words; then what the count grew by."""

    def told(n: int, libelle: str, gap: Markup) -> str:
        said = f"{typographie.number(n)}{typographie.NBSP}{libelle}"
        return f"{said}{typographie.NBSP}{gap}" if gap else said

    said = [
        told(n, feuille.niveaux[code].libelle, ecart(compte, code))
        for code, n in compte.comptes.items()
        if n or ecart(compte, code) not in NO_GAP
    ]
    if compte.sans_avancement and said:
        said.append(told(compte.sans_avancement, "sans niveau", ecart(compte, "")))
    return said


def _by_dimension(feuille: FeuilleDeRoute) -> list[tuple[Dimension | None, list[Mesure]]]:
    """The mesures under each declared dimension, in its order; those without one last, or first where none has one."""
    alone = [mesure for mesure in feuille.mesures if not mesure.dimension]
    groups: list[tuple[Dimension | None, list[Mesure]]] = [
        (dimension, [mesure for mesure in feuille.mesures if mesure.dimension == code])
        for code, dimension in feuille.dimensions.items()
    ]
    if alone:
        groups.insert(0 if len(alone) == len(feuille.mesures) else len(groups), (None, alone))
    return groups


def _board(feuille: FeuilleDeRoute, found: bilan.Bilan) -> TableauDeBord:
    def sign(mesure: Mesure) -> str:
        return feuille.niveaux[mesure.avancement].symbole if mesure.avancement else SANS_NIVEAU

    groups = [
        (dimension.libelle if dimension else "Sans dimension" if found.par_dimension else "", items)
        for dimension, items in _by_dimension(feuille)
    ]
    levels = feuille.echelle if any(found.compte.comptes.values()) else ()
    said = [f"{niveau.symbole}{typographie.NBSP}{niveau.libelle}" for niveau in levels]
    if found.compte.sans_avancement:
        said.append(f"{SANS_NIVEAU}{typographie.NBSP}sans niveau")
    return TableauDeBord(tuple((libelle, tuple(map(sign, items))) for libelle, items in groups if items), tuple(said))


def _parted(parties: Sequence[Partie]) -> tuple[tuple[Partie, ...], tuple[Partie, ...]]:
    """The parts that tell the mission's story, up to the last one that dates something, and those after it. Where none
    dates anything, all of them tell it."""
    dated = [rank for rank, partie in enumerate(parties, 1) if _dates_something(partie.points)]
    end = dated[-1] if dated else len(parties)
    return tuple(parties[:end]), tuple(parties[end:])


def _dates_something(points: Sequence[Point]) -> bool:
    return any(point.date is not None or _dates_something(point.points) for point in points)


def _own(feuille: FeuilleDeRoute, famille: Famille) -> list[Champ]:
    return [champ for champ in feuille.champs(famille) if champ.propre]


def _own_values(feuille: FeuilleDeRoute, famille: Famille, item: Item) -> list[Propre]:
    """The declared fields that the item has a value for, in the order of their declaration."""
    values = [(champ, getattr(item, champ.attribut)) for champ in _own(feuille, famille)]
    return [Propre(champ, tuple(map(in_words, inside))) for champ, inside in values if inside]


def _columns(
    items: Sequence[Suivi],
    liens: Callable[[Item], Mapping[str, tuple[Lien, ...]]],
    own: Sequence[Champ],
    changements: Changements | None,
) -> Colonnes:
    def some(fields: str, links: str = "") -> bool:
        return any(
            any(getattr(item, field, None) for field in fields.split())
            or any(liens(item)[kind] for kind in links.split())
            for item in items
        )

    chantiers = any(isinstance(item, Chantier) and item.dimension for item in items)
    return Colonnes(
        some("texte pilotes co_construction etiquettes preuves", "chantiers leviers mesures remplace")
        or chantiers
        or any(getattr(item, champ.attribut) for champ in own for item in items),
        some("avancement avancement_au")
        or (changements is not None and any(changements.tendance(item) is not None for item in items)),
        some("realise"),
        some("prochaine_etape debut echeance delai", "bloqueurs renvois cite_par"),
    )


def _present_sections(feuille: FeuilleDeRoute) -> tuple[str, ...]:
    """The sections that have something to say; the others (`synthese`, `methode`) always do. That there is no mesure is
    said only where there is nothing else either."""
    mission, sections = feuille.mission, feuille.mission.sections
    items = [item for famille in FAMILLES for item in feuille.with_level(famille)]
    told = sections.mesures != Section() or any(dimension.texte for dimension in mission.dimensions)
    said: dict[str, object] = {
        "mesures": feuille.mesures or told or not (feuille.chantiers or feuille.leviers),
        "mission": mission.fiche or mission.parties or sections.mission != Section(),
        "chantiers": feuille.chantiers or sections.chantiers != Section(),
        "leviers": feuille.leviers or sections.leviers != Section(),
        "retirees": any(map(feuille.gone, FAMILLES)),
        "bilans": mission.bilans,
        "bloqueurs": mission.bloqueurs or any(item.bloqueurs for item in items),
        "etapes": any(any(_steps(feuille, feuille.with_level(famille), date.max)) for famille in FAMILLES),
    }
    return tuple(name for name, something in said.items() if something)


def _steps(feuille: FeuilleDeRoute, items: Sequence[Suivi], day: date) -> bilan.Etapes:
    """The next steps of a family; none where no item that isn't over has a step or a date: nothing is waited for."""
    waited = any((item.echeance or item.prochaine_etape) and bilan.etat(feuille, item, day) for item in items)
    return bilan.etapes(feuille, items if waited else (), day)


def _publication(feuille: FeuilleDeRoute, publie: BilanPublie) -> Publication:
    own = echelons(publie.echelle)
    levels = own or feuille.echelle
    return Publication(publie, tuple((n, publie.totaux[n.code]) for n in levels if n.code in publie.totaux), own)


def _blockers(feuille: FeuilleDeRoute) -> list[tuple[str, Markup, str, list[Lien]]]:
    """Each blocker, declared ones first, even those that hold nothing: its id, its anchor, its label, what it holds."""
    held = {retenue.reference: retenue for retenue in bilan.retenues(feuille)}
    rows: list[tuple[str, Markup, str, list[Lien]]] = []
    for code, bloqueur in feuille.bloqueurs.items():
        items = held.pop(code).items if code in held else ()
        rows.append((code, anchor("bloqueur", code), bloqueur.libelle, [_lien(f, item) for f, item in items]))
    for reference, retenue in held.items():
        famille, identifier = reference.split(":", 1)
        # No id begins with a dash: this anchor is no declared blocker's.
        place = anchor("bloqueur", f"-{_kind(famille)}-{identifier}")
        rows.append(("", place, retenue.libelle, [_lien(f, item) for f, item in retenue.items]))
    return rows


def _kind(famille: str) -> Kind:
    return SINGULIER[famille]  # type: ignore[index,return-value]


def _lien(famille: Famille, item: Item) -> Lien:
    return _place_of(famille, item.id, item.titre)


def _place_of(famille: Famille, identifier: str, titre: str) -> Lien:
    return Lien(anchor(_kind(famille), identifier), f"{SINGULIER[famille]}{typographie.NBSP}{identifier}", titre)


def _links(feuille: FeuilleDeRoute) -> dict[tuple[Famille, str], dict[str, tuple[Lien, ...]]]:
    """What each item names and what names it, by kind, as places of the document."""

    def placed(famille: Famille | None, identifier: str, titre: str) -> Lien:
        if famille is None:
            return Lien(anchor("bloqueur", identifier), titre, titre)
        return _place_of(famille, identifier, titre)

    found: dict[tuple[Famille, str], dict[str, list[links_of.Lien]]] = links_of.both_ways(feuille)
    for key, gone in links_of.replaced(feuille).items():
        found.setdefault(key, {})["remplace"] = gone
    return {
        key: {kind: tuple(dict.fromkeys(placed(*link) for link in links)) for kind, links in kinds.items()}
        for key, kinds in found.items()
    }


def _retired(
    feuille: FeuilleDeRoute, famille: Famille, links: Mapping[tuple[Famille, str], Mapping[str, tuple[Lien, ...]]]
) -> tuple[Retrait, ...]:
    return tuple(
        Retrait(
            retiree,
            anchor(_kind(famille), retiree.id),
            tuple(_place_of(f, i, t) for f, i, t in links_of.replacing(feuille, famille, retiree) if f),
            links.get((famille, retiree.id), {}).get("remplace", ()),
            phrases.last_level(feuille, retiree),
        )
        for retiree in feuille.gone(famille)
    )


def _contents(feuille: FeuilleDeRoute, compared: bool, others: bool) -> tuple[Lieu, ...]:
    present = _present_sections(feuille)
    places = (
        (True, "essentiel", "L’essentiel"),
        (compared, "changements", "Ce qui a changé"),
        ("mission" in present, "mission", "La mission"),
        ("chantiers" in present, "chantiers", "Chantiers"),
        ("mesures" in present, "mesures", "Mesures"),
        ("leviers" in present, "leviers", "Leviers"),
        ("etapes" in present, "etapes", "Prochaines étapes"),
        ("bloqueurs" in present, "bloqueurs", "Bloqueurs"),
        ("retirees" in present, "retires", "Éléments retirés"),
        (others, "autres-parties", "À savoir aussi"),
        ("bilans" in present, "bilans", "Bilans publiés"),
        (True, "methode", "Méthode"),
    )
    return tuple(Lieu(anchor, name) for there, anchor, name in places if there)


def _short(text: str) -> str:
    """A title as a tile shows it; where it is cut, not after a word that announces another."""
    whole = one_line(typographie.plain(text))
    cut = shortened(whole, MAX_TILE)
    return cut if cut == whole else _DANGLING.sub("", cut.removesuffix("…")) + "…"


def _citation(edition: Edition) -> str:
    """What to write when the document is cited: who, what, and the date at which it stands."""
    mission = edition.feuille.mission
    words = (mission.emetteur.nom, mission.titre, mission.document.titre, state(edition))
    return ", ".join(typographie.plain(one_line(word)) for word in words if word) + "."


def _spreadsheet(edition: Edition, famille: Famille) -> Markup:
    """The family's rows for French Excel, as an address that needs no request."""
    from alliances_cli.present import as_table

    rows = as_table.as_csv_excel(as_table.listing(edition, famille, edition.feuille.items(famille)))
    return Markup(f"data:text/csv;charset=utf-8;base64,{base64.b64encode(rows.encode()).decode()}")


def _page_title(feuille: FeuilleDeRoute) -> str:
    """What a window's title shows: at most 70 characters, as they are written in the page."""
    words = [feuille.mission.document.titre, feuille.mission.titre]
    text = " – ".join(typographie.plain(one_line(word)) for word in words if word)
    if len(escape(text)) <= 70:
        return text
    return next(cut for end in range(69, -1, -1) if len(escape(cut := text[:end].rstrip() + "…")) <= 70)
