"""What changed since an earlier moment, in words: by theme, what happened to each thing; trends; what counts grew by.
Texts of the roadmap stay as they are; spaces aren't yet French."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from alliances_cli import bilan, nombre, periode
from alliances_cli.bilan import Bilan, Compte
from alliances_cli.champs import FAMILLES, MISSION_CHAMPS, PROVENANCE_LIBELLES, RETIRE, SINGULIER, Champ, Famille
from alliances_cli.evolution import FAMILLE_DE
from alliances_cli.model import BilanPublie, Chantier, Echelon, FeuilleDeRoute, Suivi, in_words
from alliances_cli.periode import Periode
from alliances_cli.present import phrases
from alliances_cli.typographie import NBSP, capitalised, count, number, signed

if TYPE_CHECKING:
    from alliances_cli.evolution import Mouvement, Objet, Tendance, Type
    from alliances_cli.past.revision import Revision
    from alliances_cli.timeline import Comparaison

# The themes, in their order, each with what belongs to it, in its order; what happened to the mission is apart.
_THEMES: tuple[tuple[str, str, tuple[Type, ...]], ...] = (
    (
        "niveaux",
        "Niveaux d’avancement",
        ("niveau_monte", "niveau_baisse", "niveau_change", "niveau_donne", "niveau_perdu", "provenance"),
    ),
    (
        "elements",
        "Éléments ajoutés, retirés ou renommés",
        ("ajout", "retour", "renumerotation", "titre", "retrait", "disparition"),
    ),
    (
        "etapes",
        "Étapes et échéances",
        (
            "etape_faite",
            "etape_remplacee",
            "etape_abandonnee",
            "etape_annoncee",
            "echeance_reportee",
            "echeance_avancee",
            "echeance_fixee",
            "echeance_supprimee",
        ),
    ),
    ("bloqueurs", "Bloqueurs posés ou levés", ("bloqueur_leve", "bloqueur_pose")),
    ("pilotes", "Pilotage", ("pilotes",)),
    ("textes", "Textes et autres champs", ("champ", "texte")),
)
_MISSION = ("mission", "Feuille de route")
# What happened, where it takes no more than words.
_QUOI: dict[Type, str] = {
    "niveau_monte": "en progrès",
    "niveau_baisse": "en recul",
    "niveau_change": "niveau changé",
    "niveau_donne": "niveau donné",
    "niveau_perdu": "sans niveau désormais",
    "provenance": "provenance du niveau",
    "titre": "titre changé",
    "etape_faite": "étape faite",
    "etape_remplacee": "étape remplacée",
    "etape_abandonnee": "étape abandonnée",
    "etape_annoncee": "étape annoncée",
    "echeance_reportee": "échéance reportée",
    "echeance_avancee": "échéance avancée",
    "echeance_fixee": "échéance fixée",
    "echeance_supprimee": "échéance supprimée",
    "bloqueur_pose": "bloqueur posé",
    "bloqueur_leve": "bloqueur levé",
    "pilotes": "pilotes",
}
_SIGNES: dict[Tendance, str] = {
    "en_progres": "↑",
    "stable": "=",
    "en_recul": "↓",
    "non_comparable": "≠",
    "nouvelle": "+",
}
# The sign of a level's move.
_FLECHES: dict[Type, str] = {"niveau_monte": "↑", "niveau_baisse": "↓"}
# What a retired item's entry has, and what the mission has besides its plain fields.
_RETRAIT = {"date": "date du retrait", "motif": "motif du retrait", "vers": "éléments qui le remplacent"}
_PARTIES = {
    "document": "couverture et conclusion",
    "emetteur": "émetteur",
    "destinataires": "destinataires",
    "fiche": "fiche",
    "parties": "parties",
    "sections": "titres des sections",
    "echelle": "échelle d’avancement",
    "champs": "champs propres",
    "regles": "règles",
    "theme": "couleurs, police et logo",
    "libelle": "libellé",
    "horizon": "horizon",
    "texte": "texte",
    "totaux": "totaux publiés",
    "source": "source",
}


class Tendu(NamedTuple):
    """A trend as it is shown: a sign, and the word, which says it alone."""

    signe: str
    mot: str


class Dit(NamedTuple):
    """What happened, in words: `avant` and `apres` are what was and what is, None where there is nothing to show;
    `cite`: these are the roadmap's own sentences. `precision`: by how much, or which; `signe` stands before."""

    quoi: str
    avant: str | None = None
    apres: str | None = None
    precision: str = ""
    cite: bool = False
    signe: str = ""


class Ligne(NamedTuple):
    """A thing and all that happened to it. `famille` and `id` say where a document has it; `famille` is None where none
    has."""

    famille: Famille | None
    id: str
    nom: str
    titre: str
    dits: tuple[Dit, ...]


class Sujet(NamedTuple):
    """What changed of one kind."""

    code: str
    titre: str
    lignes: tuple[Ligne, ...]


class Total(NamedTuple):
    """How many mesures stood at a level (None: not a level, `libelle` says what), how many do, and the difference;
    empty where it isn't known."""

    niveau: Echelon | None
    libelle: str
    avant: str
    apres: str
    ecart: str


class Origine(NamedTuple):
    """A revision as a document names it, however it was asked for."""

    commit: str
    date: Periode


class Ecarts(NamedTuple):
    """What counts grew by: `paires` has each count with what it was. `niveaux`: those of levels are known; `total`: the
    others are."""

    paires: tuple[tuple[Compte, Compte], ...]
    niveaux: bool
    total: bool

    def of(self, compte: Compte, code: str | None = None) -> str:
        """« +3 », « −1 », « = »: of a level's code, of the items without level (""), of all; empty where it isn't
        known."""
        before = next((avant for known, avant in self.paires if known is compte), None)
        if before is None or not (self.niveaux if code else self.total):
            return ""
        old, new = (_counted(side, code) for side in (before, compte))
        if old is None or new is None:
            return ""
        return signed(new - old) if new != old else "="


class Changements(NamedTuple):
    """All that a document says of what changed. `depuis`: « le bilan du 7 mai 2021 »; `origine` is None where git
    doesn't have it: only the totals are compared. `refus`: why levels aren't. `resume`: how many items head where, a
    sentence a family."""

    depuis: str
    publie: BilanPublie | None
    origine: Origine | None
    etat_avant: Periode | None
    totaux: tuple[Total, ...]
    refus: str
    resume: tuple[str, ...]
    themes: tuple[Sujet, ...]
    ecarts: Ecarts
    tendances: Mapping[tuple[Famille, str], Tendance]
    promesses: Mapping[tuple[Famille, str], int]

    def tendance(self, item: Suivi) -> Tendu | None:
        """Where the item is heading; None where that isn't known."""
        famille = _family(item)
        found = self.tendances.get((famille, item.id))
        return Tendu(_SIGNES[found], trend(found, famille)) if found is not None else None

    def promesse(self, item: Suivi) -> str:
        """« promesse inchangée depuis 3 bilans », or nothing."""
        times = self.promesses.get((_family(item), item.id), 0)
        return f"promesse inchangée depuis {count(times, 'bilan')}" if times > 1 else ""


def of(comparaison: Comparaison, bilans: Mapping[Famille, Bilan]) -> Changements:
    """All that a document says of what changed up to the roadmap of which `bilans` are the counts."""
    de, evolution = comparaison.de, comparaison.evolution
    apres = comparaison.a.feuille
    assert apres is not None
    moment = de.publie.date if de.publie is not None else None
    if moment is not None:
        depuis = f"le bilan {_dated(moment)}"
    else:
        assert de.revision is not None
        depuis = f"le {periode.parse(de.revision.date).in_words}"
    mesures = bilans["mesures"].compte
    ecarts = _ecarts(de.feuille, evolution.avant, bilans, not evolution.refus)
    return Changements(
        depuis,
        de.publie,
        origine(de.revision) if de.revision is not None else None,
        de.feuille.mission.etat_au if de.feuille is not None else None,
        _totals(apres, evolution.avant, mesures, ecarts),
        evolution.refus,
        tuple(_headings(evolution.tendances)),
        themes(de.feuille, apres, evolution.mouvements) if de.feuille is not None else (),
        ecarts,
        evolution.tendances,
        comparaison.promesses,
    )


def origine(revision: Revision) -> Origine:
    """The revision as a document names it."""
    return Origine(revision.short, periode.parse(revision.date))


def _dated(date: Periode) -> str:
    return date.du.replace("'", "’")


# --- counts ---------------------------------------------------------------------------------------------------------


def _counted(compte: Compte, code: str | None) -> int | None:
    if code is None:
        return compte.total
    return compte.comptes.get(code) if code else compte.sans_avancement


def _ecarts(avant: FeuilleDeRoute | None, totaux: Compte, bilans: Mapping[Famille, Bilan], comparable: bool) -> Ecarts:
    mesures = bilans["mesures"].compte
    if avant is None:
        # Totals are those of the levels: they tell the number of mesures where each mesure has a level.
        whole = comparable and not mesures.sans_avancement and set(totaux.comptes) == set(mesures.comptes)
        return Ecarts(((mesures, totaux),), comparable, whole)
    pairs: list[tuple[Compte, Compte]] = []
    for famille, whole_ in bilans.items():
        before = bilan.of(avant, famille)
        groups = {groupe.code: groupe.compte for groupe in before.groupes}
        pairs.append((whole_.compte, before.compte))
        pairs += [(groupe.compte, groups[groupe.code]) for groupe in whole_.groupes if groupe.code in groups]
    return Ecarts(tuple(pairs), comparable, True)


def _totals(feuille: FeuilleDeRoute, avant: Compte, apres: Compte, ecarts: Ecarts) -> tuple[Total, ...]:
    rows: list[tuple[Echelon | None, str, str | None]] = []
    if ecarts.niveaux:
        rows = [(niveau, niveau.libelle, niveau.code) for niveau in feuille.echelle]
    if ecarts.total and (avant.sans_avancement or apres.sans_avancement):
        rows.append((None, "sans niveau", ""))
    if ecarts.total:
        rows.append((None, "Total", None))
    found: list[Total] = []
    for niveau, libelle, code in rows:
        counts = [_counted(side, code) for side in (avant, apres)]
        said = ["" if n is None else number(n) for n in counts]
        found.append(Total(niveau, libelle, said[0], said[1], ecarts.of(apres, code)))
    return tuple(found)


# --- trends ---------------------------------------------------------------------------------------------------------


def trend(tendance: Tendance, famille: Famille, n: int = 1) -> str:
    """The word for a trend, of one item or of several: « stable », « nouvelles », « nouveau »."""
    if tendance in ("en_progres", "en_recul"):
        return "en progrès" if tendance == "en_progres" else "en recul"
    if tendance == "nouvelle":
        one, many = ("nouvelle", "nouvelles") if famille == "mesures" else ("nouveau", "nouveaux")
        return many if n > 1 else one
    word = "stable" if tendance == "stable" else "non comparable"
    return f"{word}s" if n > 1 else word


def _headings(tendances: Mapping[tuple[Famille, str], Tendance]) -> Iterable[str]:
    """« 5 mesures : 2 en progrès, 3 stables »."""
    for famille in FAMILLES:
        of_family = [tendance for (f, _), tendance in tendances.items() if f == famille]
        if of_family:
            counts = [(tendance, of_family.count(tendance)) for tendance in _SIGNES]
            said = [f"{number(n)}{NBSP}{trend(tendance, famille, n)}" for tendance, n in counts if n]
            yield f"{count(len(of_family), SINGULIER[famille])} : {', '.join(said)}"


def _family(item: Suivi) -> Famille:
    return "chantiers" if isinstance(item, Chantier) else "mesures"


# --- what happened --------------------------------------------------------------------------------------------------


def themes(avant: FeuilleDeRoute, apres: FeuilleDeRoute, mouvements: Sequence[Mouvement]) -> tuple[Sujet, ...]:
    """What happened, by theme; those that have nothing to say are left out."""
    found: list[Sujet] = []
    of_items = [m for m in mouvements if m.objet in FAMILLE_DE]
    for code, titre, types in _THEMES:
        inside = sorted((m for m in of_items if m.type in types), key=lambda m: types.index(m.type))
        found.append(Sujet(code, titre, _lines(avant, apres, inside)))
    found.append(Sujet(*_MISSION, _lines(avant, apres, [m for m in mouvements if m.objet not in FAMILLE_DE])))
    return tuple(theme for theme in found if theme.lignes)


def _lines(avant: FeuilleDeRoute, apres: FeuilleDeRoute, mouvements: Iterable[Mouvement]) -> tuple[Ligne, ...]:
    """A line for each thing, where it comes first."""
    things: dict[tuple[str, str], list[Mouvement]] = {}
    for m in mouvements:
        things.setdefault((m.objet, m.id), []).append(m)
    lines: list[Ligne] = []
    for (objet, identifier), happened in things.items():
        famille = FAMILLE_DE.get(objet)
        nom, titre = _named(objet, identifier, happened[0].titre)
        here = famille is not None and (
            identifier in apres.by_id[famille] or any(gone.id == identifier for gone in apres.gone(famille))
        )
        dits = (*(say(avant, apres, m) for m in happened if not _is_vague(m)), *_vague(avant, apres, happened))
        lines.append(Ligne(famille if here else None, identifier, nom, titre, dits))
    return tuple(lines)


def _named(objet: Objet | str, identifier: str, titre: str) -> tuple[str, str]:
    """What a thing is called, and its title where it has one besides."""
    if objet == "mission":
        return "Mission", ""
    if objet == "bilan":
        return f"Bilan {_dated(periode.parse(identifier))}", "" if titre == identifier else titre
    return (f"{capitalised(objet)}{NBSP}{identifier}" if objet in FAMILLE_DE else capitalised(objet)), titre


def say(avant: FeuilleDeRoute, apres: FeuilleDeRoute, m: Mouvement) -> Dit:
    """What happened, in words; a field whose values aren't shown is left to others."""
    famille = FAMILLE_DE.get(m.objet)
    quoi = _QUOI.get(m.type, "")
    if m.type.startswith("niveau_"):
        return Dit(quoi, _level(avant, m.avant), _level(apres, m.apres), signe=_FLECHES.get(m.type, ""))
    if m.type == "provenance":
        return Dit(quoi, PROVENANCE_LIBELLES[m.avant], PROVENANCE_LIBELLES[m.apres])
    if m.type in ("titre", "etape_faite", "etape_remplacee", "etape_abandonnee", "etape_annoncee"):
        return Dit(quoi, m.avant, m.apres, cite=True)
    if m.type.startswith("echeance_"):
        # A date that is given says all: what it was before belonged to another step, or is the same day.
        before = _day(m.avant) if m.type != "echeance_fixee" else None
        return Dit(quoi, before, _day(m.apres), _delay(m))
    if m.type in ("bloqueur_pose", "bloqueur_leve"):
        assert famille is not None
        labels = _blocker(avant, famille, m.avant), _blocker(apres, famille, m.apres)
        return Dit(quoi, *labels)
    if m.type == "pilotes":
        return Dit(quoi, ", ".join(m.avant) or "aucun", ", ".join(m.apres) or "aucun")
    if m.type in ("texte", "champ"):
        champ = _field(avant, apres, m)
        before, after = (_value(champ, value) for value in (m.avant, m.apres))
        return Dit(_label(avant, apres, m), before or "rien", after or "rien")
    return _entry(apres, famille, m)


def _entry(apres: FeuilleDeRoute, famille: Famille | None, m: Mouvement) -> Dit:
    """What came, went, or has another name."""
    feminine = famille == "mesures" or m.objet == "dimension"
    agreed = "e" if feminine else ""
    if m.type == "ajout":
        if famille is None:
            return Dit(f"ajouté{agreed}")
        return Dit("nouvelle" if feminine else "nouveau", None, _level(apres, m.apres))
    if m.type == "retour":
        return Dit(f"de nouveau dans la feuille de route, après avoir été {RETIRE[famille or 'mesures']}")
    if m.type == "renumerotation":
        return Dit(f"renuméroté{agreed}", m.avant, m.apres)
    if m.type == "retrait":
        return Dit(RETIRE[famille or "mesures"], None, m.apres, cite=True)
    if famille is None:
        return Dit(f"retiré{agreed}")
    if m.champ == "motif":
        return Dit(f"n’est plus parmi les {famille} {RETIRE[famille]}s")
    return Dit(f"disparu{agreed}, sans avoir été {RETIRE[famille]}")


def _level(feuille: FeuilleDeRoute, code: str | None) -> str | None:
    return feuille.niveaux[code].libelle if code in feuille.niveaux else code


def _day(text: str | None) -> str | None:
    return periode.parse(text).in_words if text else None


def _delay(m: Mouvement) -> str:
    """« de 3 mois, en 2 fois »."""
    if m.jours is None:
        return ""
    by = phrases.shift(m.jours, m.mois).replace("'", "’")
    return f"{by}, en {number(m.fois)}{NBSP}fois" if m.fois and m.fois > 1 else by


def _blocker(feuille: FeuilleDeRoute, famille: Famille, reference: str | None) -> str | None:
    if reference is None or reference in feuille.bloqueurs:
        return feuille.bloqueurs[reference].libelle if reference is not None else None
    target, identifier = feuille.resolve(reference, famille)[0]
    return f"{SINGULIER[target]}{NBSP}{identifier}"


# --- fields ---------------------------------------------------------------------------------------------------------


def _is_vague(m: Mouvement) -> bool:
    """Whether the field is only named: its values are long, or lists, or parts of a larger whole."""
    if m.type != "champ":
        return m.type == "texte"
    return "." in (m.champ or "") or any(isinstance(value, list | dict) for value in (m.avant, m.apres))


def _vague(avant: FeuilleDeRoute, apres: FeuilleDeRoute, happened: Iterable[Mouvement]) -> Iterable[Dit]:
    names = list(dict.fromkeys(_label(avant, apres, m) for m in happened if _is_vague(m)))
    if names:
        yield Dit("champ modifié" if len(names) == 1 else "champs modifiés", precision=", ".join(names))


def _field(avant: FeuilleDeRoute, apres: FeuilleDeRoute, m: Mouvement) -> Champ | None:
    if m.objet == "mission":
        return next((champ for champ in MISSION_CHAMPS if champ.code == m.champ), None)
    famille = FAMILLE_DE.get(m.objet)
    known = (*apres.champs(famille), *avant.champs(famille)) if famille is not None else ()
    return next((champ for champ in known if champ.code == m.champ), None)


def _label(avant: FeuilleDeRoute, apres: FeuilleDeRoute, m: Mouvement) -> str:
    """What a field is called, in the middle of a sentence."""
    assert m.champ is not None
    champ = _field(avant, apres, m)
    if champ is not None and (champ.propre or champ.code not in _RETRAIT):
        return champ.libelle[:1].lower() + champ.libelle[1:]
    top = m.champ.partition(".")[0]
    return {**_RETRAIT, **_PARTIES}.get(top, top)


def _value(champ: Champ | None, value: Any) -> str | None:
    """A field's value, from what JSON has of it."""
    if value is None or isinstance(value, bool):
        return None if value is None else in_words(value)
    text = str(value)
    kind = champ.type if champ is not None else ""
    if kind == "provenance":
        return PROVENANCE_LIBELLES.get(text, text)
    if kind not in ("date", "nombre"):
        return text
    return periode.parse(text).in_words if kind == "date" else nombre.parse(text).in_words
