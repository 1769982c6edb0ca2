"""What changed from one moment to another, in sentences that text and Markdown share, their spaces made French."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from alliances_cli import nombre, periode
from alliances_cli.bilan import Compte
from alliances_cli.champs import (
    LE,
    MISSION_CHAMPS,
    PROVENANCE_LIBELLES,
    REMPLACE,
    RETIRE,
    SINGULIER,
    Champ,
    Famille,
)
from alliances_cli.editing.undo import preuve
from alliances_cli.evolution import FAMILLE_DE, Mouvement, Objet, Type
from alliances_cli.model import FeuilleDeRoute, first_family, in_words
from alliances_cli.present import liens, phrases
from alliances_cli.present.mots import Piece, names, words
from alliances_cli.timeline import Comparaison, Cote
from alliances_cli.typographie import NBSP, capitalised, count, enumeration, number, one_line, signed, spaced

Phrase = tuple[Piece, ...]


class Groupe(NamedTuple):
    """The sentences on one matter, under its title, which counts them: « Bloqueurs : 1 posé, 2 levés »."""

    titre: str
    phrases: tuple[Phrase, ...]


class Ligne(NamedTuple):
    """How many mesures stand at a level, before and after. `libelle` is empty for their total."""

    libelle: str
    avant: int
    apres: int


_HAUSSE, _BAISSE, _NIVEAUX = "Niveaux en hausse", "Niveaux en baisse", "Autres changements de niveau"
_ELEMENTS, _ETAPES = "Ajouts, retraits et titres", "Étapes et échéances"
_BLOQUEURS, _PILOTES, _CHAMPS, _MISSION = "Bloqueurs", "Pilotes", "Textes et autres champs", "Mission"
_TITRES = (_HAUSSE, _BAISSE, _NIVEAUX, _ELEMENTS, _ETAPES, _BLOQUEURS, _PILOTES, _CHAMPS, _MISSION)
# The group that tells of each, and what it is counted as: singular, plural.
_MATTERS: dict[Type, tuple[str, str, str]] = {
    "niveau_monte": (_HAUSSE, "", ""),
    "niveau_baisse": (_BAISSE, "", ""),
    "niveau_change": (_NIVEAUX, "niveau changé", "niveaux changés"),
    "niveau_donne": (_NIVEAUX, "niveau donné", "niveaux donnés"),
    "niveau_perdu": (_NIVEAUX, "niveau perdu", "niveaux perdus"),
    "provenance": (_NIVEAUX, "provenance changée", "provenances changées"),
    "ajout": (_ELEMENTS, "ajout", "ajouts"),
    "retrait": (_ELEMENTS, "retrait", "retraits"),
    "disparition": (_ELEMENTS, "disparition", "disparitions"),
    "retour": (_ELEMENTS, "retour", "retours"),
    "renumerotation": (_ELEMENTS, "renumérotation", "renumérotations"),
    "titre": (_ELEMENTS, "titre changé", "titres changés"),
    "etape_faite": (_ETAPES, "étape faite", "étapes faites"),
    "etape_remplacee": (_ETAPES, "étape remplacée", "étapes remplacées"),
    "etape_abandonnee": (_ETAPES, "étape abandonnée", "étapes abandonnées"),
    "etape_annoncee": (_ETAPES, "étape annoncée", "étapes annoncées"),
    "echeance_reportee": (_ETAPES, "échéance reportée", "échéances reportées"),
    "echeance_avancee": (_ETAPES, "échéance avancée", "échéances avancées"),
    "echeance_fixee": (_ETAPES, "échéance fixée", "échéances fixées"),
    "echeance_supprimee": (_ETAPES, "sans échéance", "sans échéance"),
    "bloqueur_pose": (_BLOQUEURS, "posé", "posés"),
    "bloqueur_leve": (_BLOQUEURS, "levé", "levés"),
    "pilotes": (_PILOTES, "", ""),
    "texte": (_CHAMPS, "texte changé", "textes changés"),
    "champ": (_CHAMPS, "autre champ", "autres champs"),
}
_FEMININE = ("mesure", "dimension")
# What a retired item says of itself, and what mission.yaml's keys are called.
_RETIREE = {"titre": "Titre", "date": "Date du retrait", "motif": "Motif", "avancement": "Dernier niveau"}
_KEYS = {
    **{champ.code: champ.libelle for champ in MISSION_CHAMPS},
    "adresse": "adresse",
    "bilans": "Bilans",
    "regles": "Règles",
    "bloqueurs": "Bloqueurs",
    "champs": "Champs déclarés",
    "chantiers": "chantiers",
    "code": "code",
    "conclusion": "conclusion",
    "courriel": "courriel",
    "destinataires": "Destinataires",
    "dimensions": "Dimensions",
    "document": "Document",
    "echelle": "Échelle",
    "emetteur": "Émetteur",
    "fiche": "Fiche",
    "hors_ordre": "hors de l'ordre",
    "libelle": "libellé",
    "obligatoire": "obligatoire",
    "parties": "Parties",
    "sections": "Sections",
    "sous_titre": "sous-titre",
    "symbole": "signe",
    "abrege": "abrégé",
    "telephone": "téléphone",
    "theme": "Thème",
    "accent_sombre": "accent, thème sombre",
    "fond_sombre": "fond, thème sombre",
    "texte_sombre": "texte, thème sombre",
}


# --- the two moments ------------------------------------------------------------------------------------------------


def span(comparaison: Comparaison) -> str:
    """« du bilan du 7 mai 2021 à dossier de travail »."""
    return spaced(f"{_side(comparaison.de, 'de')} {_side(comparaison.a, 'à')}")


def clocks(comparaison: Comparaison) -> str:
    """As `span`, with the commit of each moment, its day, and the date at which the roadmap stood."""
    de, a = comparaison.de, comparaison.a
    return spaced(f"{_side(de, 'de')} ({_clocks(de)}) {_side(a, 'à')} ({_clocks(a)})")


def _side(cote: Cote, word: str) -> str:
    if cote.publie is not None:
        return f"{'du' if word == 'de' else 'au'} bilan {_bound(cote.publie.date.du)}"
    if cote.revision is not None:
        asked = cote.revision.demandee
        # A whole hash, as a program gives it, says no more than its beginning.
        return f"{word} « {cote.revision.short if asked == cote.revision.commit else asked} »"
    return "du dossier de travail" if word == "de" else "au dossier de travail"


def _clocks(cote: Cote) -> str:
    if cote.feuille is None:
        return "totaux publiés"
    etat_au = cote.feuille.mission.etat_au
    stands = f"état {_bound(etat_au.au)}" if etat_au is not None else "sans date d'état"
    if cote.revision is None:
        return stands
    return f"commit {cote.revision.short} {_bound(periode.parse(cote.revision.date).du)}, {stands}"


def _bound(date: str) -> str:
    """A date with its article, whose words stay on one line."""
    article, _, words_ = date.partition(" ")
    return f"{article} {words_.replace(' ', NBSP)}"


# --- the totals -----------------------------------------------------------------------------------------------------


def totals(comparaison: Comparaison) -> tuple[Ligne, ...]:
    """The mesures by level, best first, then those without level where there are some, then all of them; empty where
    the two scales differ. Where a side is known by its published totals, only its levels are."""
    found = comparaison.evolution
    if found.refus:
        return ()
    labels = _labels(comparaison.a, comparaison.de)
    codes = list(dict.fromkeys((*labels, *found.avant.comptes, *found.apres.comptes)))
    lines = [Ligne(labels.get(c, c), found.avant.comptes.get(c, 0), found.apres.comptes.get(c, 0)) for c in codes]
    if comparaison.de.feuille is None or comparaison.a.feuille is None:
        return tuple(lines)
    if found.avant.sans_avancement or found.apres.sans_avancement:
        lines.append(Ligne("sans niveau", found.avant.sans_avancement, found.apres.sans_avancement))
    return (*lines, Ligne("", found.avant.total, found.apres.total))


def heading(comparaison: Comparaison) -> str:
    """« 5 mesures : très satisfaisant 2 → 3 (+1), satisfaisant 1 »; of two scales, each side's totals."""
    found = comparaison.evolution
    if found.refus:
        said = [_counted(comparaison.de, found.avant), _counted(comparaison.a, found.apres)]
        return spaced(f"Avant : {said[0]} ; après : {said[1]}")
    lines = totals(comparaison)
    levels = ", ".join(f"{line.libelle} {moved(line)}" for line in lines if line.libelle)
    whole = next((line for line in lines if not line.libelle), None)
    if whole is None:
        return spaced(f"Mesures : {levels}")
    size = count(whole.apres, "mesure")
    if whole.avant != whole.apres:
        size = f"{number(whole.avant)} → {size}"
    return spaced(f"{size} : {levels}")


def reserve(comparaison: Comparaison) -> str:
    """What is left out of two public versions; empty where nothing is."""
    sides = [c.feuille.reserve for c in (comparaison.de, comparaison.a) if c.feuille is not None]
    return spaced(phrases.reserves([side.nombres for side in sides if side is not None]))


def refusal(comparaison: Comparaison) -> str:
    """Why levels aren't compared; empty where they are."""
    refus = comparaison.evolution.refus
    return spaced(f"Les niveaux ne sont pas comparés : {refus}.") if refus else ""


def moved(line: Ligne) -> str:
    """« 2 → 3 (+1) », « 2 »."""
    if line.avant == line.apres:
        return number(line.apres)
    return f"{number(line.avant)} → {number(line.apres)} ({delta(line)})"


def delta(line: Ligne) -> str:
    """« +1 », « −2 »; empty where nothing moved."""
    n = line.apres - line.avant
    return signed(n) if n else ""


def _counted(cote: Cote, compte: Compte) -> str:
    labels = _labels(cote, cote)
    said = [f"{labels.get(code, code)} {number(n)}" for code, n in compte.comptes.items()]
    said += [f"sans niveau {number(compte.sans_avancement)}"] * bool(compte.sans_avancement)
    return ", ".join(said)


def _labels(cote: Cote, other: Cote) -> dict[str, str]:
    """The levels' labels by code, as a side's own scale has them, else the other's."""
    for side in (cote, other):
        if side.feuille is not None:
            return {code: spaced(one_line(niveau.libelle)) for code, niveau in side.feuille.niveaux.items()}
        if side.publie is not None and side.publie.echelle:
            return {niveau.code: spaced(one_line(niveau.libelle)) for niveau in side.publie.echelle}
    return {}


# --- what changed ---------------------------------------------------------------------------------------------------


def groups(comparaison: Comparaison) -> tuple[Groupe, ...]:
    """What changed, by matter; in each, in the order of the files."""
    mouvements = comparaison.evolution.mouvements
    if comparaison.de.feuille is None or comparaison.a.feuille is None:
        return ()
    levelled = {(m.objet, m.id) for m in mouvements if m.type.startswith("niveau_")}
    context = _Contexte(comparaison.de.feuille, comparaison.a.feuille, frozenset(levelled))
    by_title: dict[str, list[Mouvement]] = {titre: [] for titre in _TITRES}
    for m in mouvements:
        by_title[_MATTERS[m.type][0] if m.objet in FAMILLE_DE else _MISSION].append(m)
    return tuple(
        Groupe(_title(titre, inside), tuple(context.phrase(m) for m in inside))
        for titre, inside in by_title.items()
        if inside
    )


def of_item(avant: FeuilleDeRoute, apres: FeuilleDeRoute, mouvements: Sequence[Mouvement]) -> tuple[Phrase, ...]:
    """What happened to one item, without its name: « Avancement : satisfaisant → très satisfaisant »."""
    levelled = frozenset((m.objet, m.id) for m in mouvements if m.type.startswith("niveau_"))
    context = _Contexte(avant, apres, levelled)
    return tuple(context.bare(m) for m in mouvements)


def _title(titre: str, inside: Sequence[Mouvement]) -> str:
    types = [m.type for m in inside]
    said = [
        count(types.count(kind), one, many)
        for kind, (matter, one, many) in _MATTERS.items()
        if matter == titre and one and kind in types
    ]
    return spaced(f"{titre} : {', '.join(said) or number(len(inside))}")


class _Contexte(NamedTuple):
    """The two roadmaps, which know what codes are called; the items whose level moved."""

    avant: FeuilleDeRoute
    apres: FeuilleDeRoute
    levelled: frozenset[tuple[Objet, str]]

    def phrase(self, m: Mouvement) -> Phrase:
        """What happened, as a sentence."""
        if m.objet not in FAMILLE_DE:
            pieces = self._mission(m)
        elif m.type in _SAID:
            pieces = [Piece(_name(m), "name"), Piece(" : "), *_SAID[m.type](self, m), Piece(".")]
        else:
            name = f"{_name(m)}, {_agreed(m, 'retiré')}" if self._retired(m) else _name(m)
            pieces = [Piece(name, "name"), Piece(f" ({self._label(m)}) : "), *self._field(m)]
        return _spaced(pieces)

    def bare(self, m: Mouvement) -> Phrase:
        """What happened to an item, without its name."""
        if m.type not in _SAID:
            return _spaced([Piece(f"{self._label(m)} : "), *self._field(m)])
        first, *others = _SAID[m.type](self, m)
        if m.type in _MOVED:
            return _spaced([Piece("Avancement : "), first, *others])
        return _spaced([Piece(capitalised(first.text), first.mark), *others])

    def _retired(self, m: Mouvement) -> bool:
        return m.id not in self.apres.by_id[FAMILLE_DE[m.objet]]

    def _label(self, m: Mouvement) -> str:
        if self._retired(m):
            return f"{capitalised(_remplace(m))} par" if m.champ == "vers" else _RETIREE[m.champ or ""]
        champ = self._champ(m)
        return one_line(champ.libelle) if champ is not None else m.champ or ""

    def _field(self, m: Mouvement) -> list[Piece]:
        if m.type in ("texte", "titre"):
            return _text(m)
        champ = self._champ(m) if not self._retired(m) else None
        before, after = self._values(self.avant, m, champ, m.avant), self._values(self.apres, m, champ, m.apres)
        return _values(before, after, isinstance(m.avant, list) or isinstance(m.apres, list))

    def _mission(self, m: Mouvement) -> list[Piece]:
        head = [Piece(_mission_name(m), "name")]
        if m.champ is None:
            return [*head, Piece(f" : {_agreed(m, 'ajouté' if m.type == 'ajout' else 'supprimé')}.")]
        steps = m.champ.split(".")
        labels = {code: niveau.libelle for side in (self.avant, self.apres) for code, niveau in side.niveaux.items()}
        known = {**_KEYS, **labels} if steps[0] in ("echelle", "totaux") else _KEYS
        said = [f"n° {step}" if step.isdecimal() else known.get(step, step) for step in steps]
        head.append(Piece(f" ({capitalised(', '.join(said))}) : "))
        if m.type == "texte":
            return [*head, *_text(m)]
        listed = any(isinstance(value, list | dict) for value in (m.avant, m.apres))
        before, after = (_leaves(value, steps[-1], known) for value in (m.avant, m.apres))
        return [*head, *_values(before, after, listed)]

    def _champ(self, m: Mouvement) -> Champ | None:
        famille = FAMILLE_DE[m.objet]
        champs = (*self.apres.champs(famille), *self.avant.champs(famille))
        return next((champ for champ in champs if champ.code == m.champ), None)

    def _values(self, feuille: FeuilleDeRoute, m: Mouvement, champ: Champ | None, value: Any) -> list[str]:
        """A field's values as they are shown; none where it is empty."""
        listed = value if isinstance(value, list) else [] if value is None else [value]
        return [spaced(one_line(self._shown(feuille, m, champ, inner))) for inner in listed]

    def _shown(self, feuille: FeuilleDeRoute, m: Mouvement, champ: Champ | None, value: Any) -> str:
        famille = FAMILLE_DE[m.objet]
        if isinstance(value, dict):
            return preuve(value) or ""
        if champ is not None and champ.propre:
            return own_value(champ, value)
        text = str(value)
        if m.champ == "vers" or (champ is not None and champ.type == "ids"):
            return reference(feuille, first_family(m.champ or "", famille), text)
        if m.champ == "avancement":
            return _level(feuille, text)
        if m.champ == "dimension":
            return feuille.dimensions[text].libelle if text in feuille.dimensions else text
        if m.champ == "date" or (champ is not None and champ.type == "date"):
            return _date(text)
        return PROVENANCE_LIBELLES.get(text, text) if m.champ == "provenance" else text


def own_value(champ: Champ, value: Any) -> str:
    """A declared field's value, as an evolution has it, in words."""
    if isinstance(value, bool):
        return in_words(value)
    if champ.type == "nombre":
        return _number(str(value))
    return _date(str(value)) if champ.type == "date" else str(value)


def reference(feuille: FeuilleDeRoute, first: Famille | None, text: str) -> str:
    """What an id names: a blocker by its label, an item by its title."""
    if text in feuille.bloqueurs and first not in ("chantiers", "leviers"):
        return f"« {one_line(feuille.bloqueurs[text].libelle)} »"
    found = feuille.resolve(text, first)
    if len(found) != 1:
        return text
    famille, identifier = found[0]
    return f"{SINGULIER[famille]} {identifier} (« {one_line(feuille.by_id[famille][identifier].titre)} »)"


def _number(text: str) -> str:
    try:
        return nombre.parse(text).in_words
    except ValueError:
        # The field was of another type then.
        return text


def _date(text: str) -> str:
    try:
        return periode.parse(text).in_words
    except ValueError:
        return text


def _level(feuille: FeuilleDeRoute, code: str | None) -> str:
    niveau = feuille.niveaux.get(code or "")
    return spaced(one_line(niveau.libelle)) if niveau is not None else code or ""


def _name(m: Mouvement) -> str:
    return f"{capitalised(m.objet)} {m.id} — {one_line(m.titre)}"


def _agreed(m: Mouvement, word: str) -> str:
    return word + ("e" if m.objet in _FEMININE else "")


def _remplace(m: Mouvement) -> str:
    return REMPLACE[FAMILLE_DE[m.objet]]


def _text(m: Mouvement) -> list[Piece]:
    return words(m.avant or "", m.apres or "") or [Piece("seuls le gras ou les espaces changent")]


def _values(before: list[str], after: list[str], listed: bool) -> list[Piece]:
    if listed:
        return names(before, after)
    return [Piece(", ".join(before) or "(vide)"), Piece(" → "), Piece(", ".join(after) or "(vide)")]


def _spaced(pieces: Sequence[Piece]) -> Phrase:
    return tuple(Piece(spaced(text), mark) for text, mark in pieces)


def _quoted(text: str) -> str:
    return f"« {one_line(text).strip()} »"


# --- each kind of change, after the name of the item ------------------------------------------------------------------


_MOVED: tuple[Type, ...] = ("niveau_monte", "niveau_baisse", "niveau_change")


def _level_moved(context: _Contexte, m: Mouvement) -> list[Piece]:
    after = _level(context.apres, m.apres)
    found = [Piece(_level(context.avant, m.avant)), Piece(" → ")]
    if m.type == "niveau_change":
        return [*found, Piece(after), Piece(" (hors de l'ordre de l'échelle)")]
    return [*found, Piece(after, "better" if m.type == "niveau_monte" else "worse")]


def _provenance(context: _Contexte, m: Mouvement) -> list[Piece]:
    before, after = (PROVENANCE_LIBELLES.get(code or "", code or "") for code in (m.avant, m.apres))
    confirmed = m.avant == "infere" and (m.objet, m.id) not in context.levelled
    return [Piece(f"provenance du niveau, {before} → {after}{', le niveau est confirmé' if confirmed else ''}")]


def _added(context: _Contexte, m: Mouvement) -> list[Piece]:
    level = f" ({_level(context.apres, m.apres)})" if m.apres else ""
    return [Piece(_agreed(m, "ajouté") + level)]


def _gone(context: _Contexte, m: Mouvement) -> list[Piece]:
    if m.champ == "motif":
        return [Piece(f"n'est plus parmi les éléments retirés (motif d'alors : {_quoted(m.avant)})")]
    level = f" (avant : {_level(context.avant, m.avant)})" if m.avant else ""
    return [Piece(f"{_agreed(m, 'disparu')} sans être {_agreed(m, 'retiré')}{level}")]


def _retired(context: _Contexte, m: Mouvement) -> list[Piece]:
    famille = FAMILLE_DE[m.objet]
    retiree = next(gone for gone in context.apres.gone(famille) if gone.id == m.id)
    when = f" {phrases.when(retiree.date)}" if retiree.date else ""
    replacing = [
        f"{LE[f]} {i} ({_quoted(titre)})" if f else i
        for f, i, titre in liens.replacing(context.apres, famille, retiree)
    ]
    by = f", {_remplace(m)} par {enumeration(replacing)}" if replacing else ""
    level = phrases.last_level(context.apres, retiree)
    last = f", dernier niveau {level}" if level else ""
    return [Piece(f"{RETIRE[famille]}{when}{by}{last} ; motif : {_quoted(retiree.motif)}")]


def _returned(context: _Contexte, m: Mouvement) -> list[Piece]:
    item = context.apres.by_id[FAMILLE_DE[m.objet]][m.id]
    level = getattr(item, "avancement", None)
    said = f", {_level(context.apres, level)}" if level else ""
    return [Piece(f"{_agreed(m, 'revenu')} ({_agreed(m, 'retiré')} avant){said}")]


def _renumbered(_: _Contexte, m: Mouvement) -> list[Piece]:
    return [Piece(f"{_agreed(m, 'renuméroté')}, {m.avant} → {m.apres}")]


def _done(_: _Contexte, m: Mouvement) -> list[Piece]:
    then = f"prochaine étape, {_quoted(m.apres)}" if m.apres else "pas d'autre étape annoncée"
    return [Piece(f"étape faite, {_quoted(m.avant)} ; {then}")]


def _step_replaced(_: _Contexte, m: Mouvement) -> list[Piece]:
    return [Piece("étape remplacée, « "), *_text(m), Piece(" »")]


def _put_off(_: _Contexte, m: Mouvement) -> list[Piece]:
    word = "reportée" if m.type == "echeance_reportee" else "avancée"
    before, after = periode.parse(m.avant), periode.parse(m.apres)
    days = count(m.jours or 0, "jour")
    by = phrases.shift(m.jours or 0, m.mois) + (f" ({days})" if m.mois else "")
    times = f" ; {count(m.fois, 'report')}" if m.fois else ""
    return [Piece(f"échéance {word} {by}, {_bound(before.du)} {_bound(after.au)}{times}")]


def _fixed(_: _Contexte, m: Mouvement) -> list[Piece]:
    before = f" (avant : {_date(m.avant)})" if m.avant else ""
    return [Piece(f"échéance fixée, {_date(m.apres)}{before}")]


def _blocked(context: _Contexte, m: Mouvement) -> list[Piece]:
    famille = FAMILLE_DE[m.objet]
    if m.type == "bloqueur_pose":
        return [Piece(f"bloqueur posé, {reference(context.apres, famille, m.apres)}")]
    return [Piece(f"bloqueur levé, {reference(context.avant, famille, m.avant)}")]


_SAID: dict[Type, Callable[[_Contexte, Mouvement], list[Piece]]] = {
    "niveau_monte": _level_moved,
    "niveau_baisse": _level_moved,
    "niveau_change": _level_moved,
    "niveau_donne": lambda context, m: [Piece(f"niveau donné, {_level(context.apres, m.apres)}")],
    "niveau_perdu": lambda context, m: [Piece(f"sans niveau (avant : {_level(context.avant, m.avant)})")],
    "provenance": _provenance,
    "ajout": _added,
    "disparition": _gone,
    "retrait": _retired,
    "retour": _returned,
    "renumerotation": _renumbered,
    "etape_faite": _done,
    "etape_remplacee": _step_replaced,
    "etape_abandonnee": lambda _, m: [Piece(f"étape abandonnée, {_quoted(m.avant)}")],
    "etape_annoncee": lambda _, m: [Piece(f"étape annoncée, {_quoted(m.apres)}")],
    "echeance_reportee": _put_off,
    "echeance_avancee": _put_off,
    "echeance_fixee": _fixed,
    "echeance_supprimee": lambda _, m: [Piece(f"désormais sans échéance (avant : {_date(m.avant)})")],
    "bloqueur_pose": _blocked,
    "bloqueur_leve": _blocked,
}


# --- the mission ----------------------------------------------------------------------------------------------------


def _mission_name(m: Mouvement) -> str:
    if m.objet == "mission":
        return "Mission"
    if m.objet == "bilan":
        named = f" — {one_line(m.titre)}" if m.titre != m.id else ""
        return f"Bilan {_bound(periode.parse(m.id).du)}{named}"
    return f"{capitalised(m.objet)} « {one_line(m.titre)} »"


def _leaves(value: Any, key: str, labels: Mapping[str, str]) -> list[str]:
    """What a value of the mission holds, each text on its own; a number after its key."""
    if value is None:
        return []
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner, key, labels)]
    if isinstance(value, dict):
        return [
            f"{labels.get(inner, inner)} {leaf}" if isinstance(held, int) else leaf
            for inner, held in value.items()
            for leaf in _leaves(held, inner, labels)
        ]
    if isinstance(value, bool):
        return [in_words(value)]
    if isinstance(value, int):
        return [number(value)]
    if key == "provenance":
        return [PROVENANCE_LIBELLES.get(value, value)]
    return [spaced(one_line(_date(value) if key in ("date", "etat_au") else labels.get(value, value)))]
