"""Roadmap → counts: levels for the whole and by group, next steps at a date, blockers, control totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from alliances_cli.champs import FAMILLES, PROVENANCES, Champ, Famille
from alliances_cli.model import BilanPublie, FeuilleDeRoute, Item, Mesure, Reserve, Suivi, Valeur, in_words
from alliances_cli.periode import Periode, day_in_words
from alliances_cli.typographie import folded, name_key, natural_key

Origin = Literal["etat_au", "au", "jour"]
Etat = Literal["echue", "a_venir", "sans_date"]
# What items are counted by: a field of every roadmap, or one that the mission declares.
Fixe = Literal["dimension", "chantier", "pilote", "echeance"]
Groupement = Fixe | Champ
GROUPEMENTS: tuple[Fixe, ...] = ("dimension", "chantier", "pilote", "echeance")


class Moment(NamedTuple):
    """The date of reading: its `day`, and where it comes from (`etat_au`, the option `au`, or the clock)."""

    day: date
    origin: Origin

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def in_words(self) -> str:
        return day_in_words(self.day)


def moment(feuille: FeuilleDeRoute, au: Periode | None, today: date | None) -> Moment | None:
    """The date of reading: `au`, else the roadmap's `etat_au`, else `today`; None where all are missing. A partial date
    is read on its last day."""
    if au is not None:
        return Moment(au.last, "au")
    if feuille.mission.etat_au is not None:
        return Moment(feuille.mission.etat_au.last, "etat_au")
    return Moment(today, "jour") if today is not None else None


class Compte(NamedTuple):
    """How many items stand at each level. `comptes` has every level of the scale, best first, zeros too."""

    total: int
    comptes: Mapping[str, int]
    sans_avancement: int


class Groupe(NamedTuple):
    """The count of one group; `code` is None for the items that are in none."""

    code: str | None
    libelle: str
    compte: Compte


class Etapes(NamedTuple):
    """Next steps at a date; items that are over (`clos`) are in none. Coming and overdue ones by their date."""

    echues: tuple[Suivi, ...]
    a_venir: tuple[Suivi, ...]
    sans_date: tuple[Suivi, ...]


class Retenue(NamedTuple):
    """A blocker and what it holds back, as (family, item) in the files' order."""

    reference: str
    libelle: str
    items: tuple[tuple[Famille, Suivi], ...]


class Controle(NamedTuple):
    """A published total against the counted one, as « 9/9/3 » in the scale's order. `retirees`: how many of the counted
    mesures were retired since, at their last level; `internes`: how many of them a public version leaves out
    otherwise: what was published counted them."""

    publie: BilanPublie
    publie_text: str
    compte_text: str
    retirees: int = 0
    internes: int = 0

    @property
    def agrees(self) -> bool:
        return self.publie_text == self.compte_text


class Bilan(NamedTuple):
    """What one family comes to; `retirees` is how many of its items were retired, counted nowhere else. `groupes` is
    its count by dimension, empty where no item has one; the group without dimension, if any, is the last."""

    famille: Famille
    compte: Compte
    groupes: tuple[Groupe, ...]
    provenance: Mapping[str, int]
    controle: Controle | None
    retirees: int = 0

    @property
    def par_dimension(self) -> tuple[Groupe, ...]:
        """The declared dimensions' groups; empty where no item has a dimension."""
        return tuple(groupe for groupe in self.groupes if groupe.code is not None)

    @property
    def sans_dimension(self) -> Compte | None:
        """The count of the items without dimension; None where every item has one or none does."""
        return next((groupe.compte for groupe in self.groupes if groupe.code is None), None)


def count(feuille: FeuilleDeRoute, items: Iterable[Suivi]) -> Compte:
    """The items by level."""
    comptes = dict.fromkeys(feuille.niveaux, 0)
    total = sans = 0
    for item in items:
        total += 1
        if item.avancement is None:
            sans += 1
        else:
            comptes[item.avancement] += 1
    return Compte(total, comptes, sans)


def of(feuille: FeuilleDeRoute, famille: Famille = "mesures") -> Bilan:
    """The counts of a family."""
    items = feuille.with_level(famille)
    origins = [feuille.provenance(item) for item in items]
    return Bilan(
        famille,
        count(feuille, items),
        by_dimension(feuille, items),
        {p: origins.count(p) for p in PROVENANCES if p in origins},
        control(feuille) if famille == "mesures" else None,
        len(feuille.gone(famille)),
    )


def by_dimension(feuille: FeuilleDeRoute, items: Sequence[Suivi]) -> tuple[Groupe, ...]:
    """Declared dimensions in their order, empty ones too, then the items without one where some have one. Empty where
    no item has a dimension."""
    if not any(item.dimension for item in items):
        return ()
    buckets: dict[str | None, list[Suivi]] = {code: [] for code in feuille.dimensions}
    for item in items:
        buckets.setdefault(item.dimension, []).append(item)
    groupes = [
        Groupe(code, feuille.dimensions[code].libelle, count(feuille, inside))
        for code, inside in buckets.items()
        if code is not None
    ]
    if None in buckets:
        groupes.append(Groupe(None, "Sans dimension", count(feuille, buckets[None])))
    return tuple(groupes)


def by(feuille: FeuilleDeRoute, items: Sequence[Suivi], groupement: Groupement) -> tuple[Groupe, ...]:
    """The items counted by group; one that is in several counts under each. Those in none come last."""
    if isinstance(groupement, Champ):
        return by_champ(feuille, items, groupement)
    if groupement == "dimension":
        return by_dimension(feuille, items) or (Groupe(None, "Sans dimension", count(feuille, items)),)
    buckets: dict[str | None, tuple[str, list[Suivi]]] = {}
    nowhere = {"chantier": "Sans chantier", "pilote": "Sans pilote", "echeance": "Sans échéance"}[groupement]
    if groupement == "chantier":
        buckets = {chantier.id: (chantier.titre, []) for chantier in feuille.chantiers}
    for item in items:
        keys: list[tuple[str | None, str]]
        if groupement == "chantier":
            references = item.chantiers if isinstance(item, Mesure) else ()
            keys = [
                (i, feuille.by_id["chantiers"][i].titre) for r in references for _, i in feuille.resolve(r, "chantiers")
            ]
        elif groupement == "pilote":
            keys = [(name_key(name), name) for name in item.pilotes]
        else:
            keys = [(item.echeance.text, item.echeance.in_words)] if item.echeance else []
        for code, libelle in keys or [(None, nowhere)]:
            inside = buckets.setdefault(code, (libelle, []))[1]
            if not inside or inside[-1] is not item:
                inside.append(item)
    codes: list[str | None] = [code for code in buckets if code is not None]
    if groupement == "echeance":
        ends = {item.echeance.text: (item.echeance.last, item.echeance.first) for item in items if item.echeance}
        codes.sort(key=lambda code: ends[code or ""])
    elif groupement == "pilote":
        codes.sort(key=lambda code: (-len(buckets[code][1]), code or ""))
    if None in buckets:
        codes.append(None)
    # A pilot's key is the name made comparable; what programs get as its code is the name itself.
    return tuple(
        Groupe(buckets[c][0] if groupement == "pilote" and c else c, buckets[c][0], count(feuille, buckets[c][1]))
        for c in codes
    )


def by_champ(feuille: FeuilleDeRoute, items: Sequence[Suivi], champ: Champ) -> tuple[Groupe, ...]:
    """The items counted by the values of a declared field, in their order (`rank`); of a text, the most frequent first.

    One that has several values counts under each. The choices that nothing has are there too; items without a value
    come last.
    """
    buckets: dict[Any, tuple[Valeur, list[Suivi]]] = {choix: (choix, []) for choix in champ.choix}
    nowhere: list[Suivi] = []
    for item in items:
        values: tuple[Valeur, ...] = getattr(item, champ.attribut, ())
        for value in values:
            inside = buckets.setdefault(_group(champ, value), (value, []))[1]
            if not inside or inside[-1] is not item:
                inside.append(item)
        if not values:
            nowhere.append(item)

    def order(bucket: tuple[Valeur, list[Suivi]]) -> Any:
        frequency = -len(bucket[1]) if champ.type in ("texte", "url") else 0
        return (frequency, rank(champ, bucket[0]))

    groupes = [
        Groupe(_code(value), in_words(value), count(feuille, inside))
        for value, inside in sorted(buckets.values(), key=order)
    ]
    if nowhere:
        groupes.append(Groupe(None, "Sans valeur", count(feuille, nowhere)))
    return tuple(groupes)


def rank(champ: Champ, value: Any) -> Any:
    """Where a value of a declared field stands among others: numbers by size, dates by their end, « oui » first,
    choices as they are declared, texts naturally."""
    if champ.type == "nombre":
        return value.value
    if champ.type == "date":
        return (value.last, value.first)
    if champ.type == "oui_non":
        return not value
    if champ.type == "choix":
        return champ.choix.index(value)
    return natural_key(value)


def _group(champ: Champ, value: Any) -> Any:
    """What two values share that count together."""
    if champ.type == "nombre":
        return value.value
    return folded(value) if champ.type == "texte" else value


def _code(value: Any) -> str:
    """A value as programs read it."""
    if isinstance(value, bool):
        return in_words(value)
    return str(getattr(value, "plain", value))


def etat(feuille: FeuilleDeRoute, item: Item, day: date) -> Etat | None:
    """Where the item's next step stands at a day: only `echeance` decides. None where the item is over, or has no
    step (a levier), or where nothing is told of its date."""
    if not isinstance(item, Suivi):
        return None
    niveau = feuille.niveaux.get(item.avancement or "")
    if niveau is not None and niveau.clos:
        return None
    if item.echeance is None:
        famille: Famille = "mesures" if isinstance(item, Mesure) else "chantiers"
        return None if feuille.tait(famille, "echeance") else "sans_date"
    return "echue" if item.echeance.last < day else "a_venir"


def etapes(feuille: FeuilleDeRoute, items: Iterable[Suivi], day: date) -> Etapes:
    """The next steps of the items at a day."""
    found: dict[Etat, list[Suivi]] = {"echue": [], "a_venir": [], "sans_date": []}
    for item in items:
        state = etat(feuille, item, day)
        if state is not None:
            found[state].append(item)

    def by_date(item: Suivi) -> date:
        assert item.echeance is not None
        return item.echeance.last

    return Etapes(
        tuple(sorted(found["echue"], key=by_date)),
        tuple(sorted(found["a_venir"], key=by_date)),
        tuple(found["sans_date"]),
    )


def late(feuille: FeuilleDeRoute, items: Iterable[Suivi]) -> tuple[Suivi, ...]:
    """The items whose level is an alert."""
    return tuple(item for item in items if item.avancement and feuille.niveaux[item.avancement].alerte)


def retenues(feuille: FeuilleDeRoute) -> tuple[Retenue, ...]:
    """The blockers that hold something back, declared ones first, in the files' order."""
    held: dict[str, list[tuple[Famille, Suivi]]] = {code: [] for code in feuille.bloqueurs}
    labels = {code: bloqueur.libelle for code, bloqueur in feuille.bloqueurs.items()}
    for famille in FAMILLES:
        for item in feuille.with_level(famille):
            for reference in item.bloqueurs:
                key = reference
                if reference not in feuille.bloqueurs:
                    target, identifier = feuille.resolve(reference, famille)[0]
                    key = f"{target}:{identifier}"
                    labels[key] = feuille.by_id[target][identifier].titre
                held.setdefault(key, []).append((famille, item))
    return tuple(Retenue(code, labels[code], tuple(items)) for code, items in held.items() if items)


def control(feuille: FeuilleDeRoute, compte: Compte | None = None) -> Controle | None:
    """The totals published at the date where the roadmap stands, against the counted ones (`compte`, where they were
    counted already); None where there are none, or where they are of another scale. Totals are of the mesures.

    What is retired on the day of a bilan may have been in it: it counts where the totals agree with it only.
    """
    etat_au = feuille.mission.etat_au
    for publie in feuille.mission.bilans:
        if etat_au is not None and publie.totaux and publie.date.same_days(etat_au):
            return reconcile(feuille, publie, compte)
    return None


def reconcile(feuille: FeuilleDeRoute, publie: BilanPublie, compte: Compte | None = None) -> Controle | None:
    """The totals of a bilan against those of a roadmap that stands at its date, as `control`; None where they are of
    another scale."""
    codes = [code for code in feuille.niveaux if code in publie.totaux]
    own = [niveau.code for niveau in publie.echelle]
    if len(codes) < len(publie.totaux) or (own and own != list(feuille.niveaux)):
        return None
    reserve = feuille.reserve or Reserve()
    counts = (compte or count(feuille, feuille.mesures)).comptes
    comptes = {code: counts[code] + reserve.niveaux.get(code, 0) for code in codes}
    internes = sum(reserve.niveaux.get(code, 0) for code in codes)
    published = "/".join(str(publie.totaux[code]) for code in codes)
    counted = "/".join(str(comptes[code]) for code in codes)
    since = [g.avancement for g in feuille.gone("mesures") if g.date and g.date.last >= publie.date.first]
    hidden = [code for code, day in reserve.retraits if day and day.last >= publie.date.first]
    before = "/".join(str(comptes[code] + since.count(code) + hidden.count(code)) for code in codes)
    if counted != published == before:
        retirees, others = (sum(code in codes for code in inside) for inside in (since, hidden))
        return Controle(publie, published, before, retirees, internes + others)
    return Controle(publie, published, counted, internes=internes)
