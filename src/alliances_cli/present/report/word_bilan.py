"""What the bilan says as a Word document, section by section, in the order of the bilan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from alliances_cli.bilan import Bilan, Compte
from alliances_cli.champs import FAMILLES, Famille
from alliances_cli.couleurs import legible
from alliances_cli.model import Echelon, Item, Partie, Point, Preuve, Section, Suivi
from alliances_cli.present.report.context import Lien, Retrait, context
from alliances_cli.present.report.edition import Edition
from alliances_cli.present.report.texts import one_line
from alliances_cli.present.report.word import (
    Column,
    Element,
    Piece,
    Properties,
    Word,
    discreet,
    literal,
    paragraph,
    paragraphs,
    sign,
    strong,
)
from alliances_cli.typographie import NBSP, capitalised, count, number, plain

if TYPE_CHECKING:
    from alliances_cli.present.changements import Changements, Dit

PAPER = "#ffffff"
NO_LEVEL = ("○", "sans niveau")
# Beyond this many columns of numbers, their heads have the levels' short forms, told above the table.
_WIDE_HEADS = 4


def write(edition: Edition, moment: datetime) -> bytes:
    """The whole document; `moment` is when it says that it was made."""
    values = SimpleNamespace(**context(edition))
    mission = values.mission
    word = Word()
    _Bilan(word, values).write()
    word.page(f"{values.titre_de_page} – {_state(values)}")
    word.describe(
        Properties(
            title=values.titre_de_page,
            subject=plain(mission.document.sous_titre or mission.nature or mission.titre),
            author=plain(mission.emetteur.nom or ""),
            application=values.outil,
            moment=moment,
        )
    )
    return word.bytes()


def _state(v: Any) -> str:
    """« état au 7 mai 2021 »."""
    etat_au = v.mission.etat_au
    return f"état {etat_au.au}" if etat_au is not None else f"lu au {v.moment.in_words}"


class _Bilan:
    """One document and what it says."""

    def __init__(self, word: Word, values: SimpleNamespace) -> None:
        self.word = word
        self.v = values

    def write(self) -> None:
        """The sections, in the order of the bilan."""
        presentes = self.v.presentes
        self.cover()
        self.summary()
        if self.v.changements:
            self.changes(self.v.changements)
        if "mission" in presentes:
            self.mission()
        if "chantiers" in presentes:
            self.chantiers()
        if "mesures" in presentes:
            self.mesures()
        if "leviers" in presentes:
            self.leviers()
        if "etapes" in presentes:
            self.steps()
        if "bloqueurs" in presentes:
            self.blockers()
        if "retirees" in presentes:
            self.retired()
        if self.v.autres_parties:
            self.word.heading(1, "autres-parties", "À savoir aussi")
            for part in self.v.autres_parties:
                self.part(part)
        if "bilans" in presentes:
            self.published()
        self.method()
        self.word.tell("Conclusion", self.v.mission.document.conclusion)
        self.colophon()

    # --- the first page ---------------------------------------------------------------------------------------------

    def cover(self) -> None:
        """Title, date, who issues it and for whom."""
        word, mission = self.word, self.v.mission
        logo = self.v.theme.logo
        # Word takes an SVG picture only beside another kind of it, which nothing here can make.
        if logo is not None and logo.genre == "png":
            word.picture(logo.octets, logo.alt)
        document, emetteur = mission.document, mission.emetteur
        if document.titre:
            word.tell("Surtitre", mission.titre)
        word.tell("Titre", document.titre or mission.titre)
        word.tell("Sous-titre", document.sous_titre)
        word.tell("Accroche", document.mention)
        rows: list[tuple[str, list[Element]]] = []
        date = mission.etat_au.in_words if mission.etat_au else self.v.moment.in_words
        rows.append(("État au", self.cell(date)))
        if mission.nature:
            rows.append(("Nature", self.cell(mission.nature)))
        issuer = [*self.cell(emetteur.nom), *self.cell(emetteur.adresse), *self.cell(emetteur.telephone)]
        if emetteur.courriel:
            issuer.append(self.line(word.address(emetteur.courriel, self.v.adresse(emetteur.courriel, "courriel"))))
        if emetteur.site:
            issuer.append(self.line(word.address(emetteur.site, self.v.adresse(emetteur.site))))
        if issuer:
            rows.append(("Émetteur", issuer))
        if mission.destinataires:
            rows.append(("Réalisé à destination de", [p for text in mission.destinataires for p in self.cell(text)]))
        self.pairs(rows, "Identité du document")

    def summary(self) -> None:
        """The answer in a sentence, the counts by dimension, the dashboard."""
        word, v = self.word, self.v
        bilans, retires, feuille = v.bilans, v.retires, v.feuille
        word.heading(1, "essentiel", "L’essentiel")
        told = "mesures" in v.presentes or retires["mesures"]
        if told:
            word.say("Phare", self.sentence(bilans["mesures"].compte, "mesure", "Aucune mesure", "mesures"), ".")
        if feuille.chantiers or retires["chantiers"]:
            said = self.sentence(bilans["chantiers"].compte, "chantier", "Aucun chantier", "chantiers")
            word.say("Accroche" if told else "Phare", said, ".")
        elif not told:
            word.say("Phare", count(len(feuille.leviers), "levier") + v.sont_retires("leviers"), ".")
        word.tell("Remarque", v.reserve)
        if v.provenances["infere"]:
            infere = v.provenance_libelles["infere"]
            words = f"Les niveaux marqués «{NBSP}{infere}{NBSP}» sont déduits, non publiés : voir "
            word.say("Remarque", words, word.link("la méthode", "methode"), ".")
        if feuille.mesures:
            self.counts(bilans["mesures"])
        controle = bilans["mesures"].controle
        if controle is not None:
            gone = v.dont_retirees(controle)
            since = f" ({gone})" if gone else ""
            titre = f" ({one_line(controle.publie.titre)})" if controle.publie.titre else ""
            agree = ["ils concordent"] if controle.agrees else strong("ils ne concordent pas")
            words = f"Totaux de contrôle : {controle.compte_text} comptés{since}, {controle.publie_text} publiés "
            word.say("Remarque", f"{words}{controle.publie.date.au}{titre} ; ", agree, ".")
        if feuille.mesures and v.a_des_niveaux:
            word.heading(2, "tableau-de-bord", "Tableau de bord")
            grouped = bool(bilans["mesures"].par_dimension)
            columns = [Column(("N°",), self.narrow()), Column(("Mesure",), 86)]
            columns += [Column(("Dimension",), 28)] if grouped else []
            columns.append(Column(("Avancement",), 44))
            rows = []
            for dimension, items in v.mesures_par_dimension:
                for item in items:
                    row = [[self.line(word.link(item.id, v.ancre("mesure", item.id)))], self.cell(item.titre)]
                    row += [self.cell(dimension.libelle if dimension else "Sans dimension")] if grouped else []
                    rows.append([*row, list(self.progress(item, judged=False))])
            word.table(columns, rows, "Chaque mesure et son niveau d’avancement")

    def counts(self, counted: Bilan) -> None:
        """How many mesures stand at each level, by dimension."""
        word, v = self.word, self.v
        levels: tuple[Echelon, ...] = v.echelle if v.decompte(counted.compte) else ()
        without = bool(levels and counted.compte.sans_avancement)
        short = len(levels) + without > _WIDE_HEADS
        caption = "Mesures par dimension et par niveau d’avancement"
        caption = caption if counted.par_dimension else "Mesures par niveau d’avancement"
        word.say("Lgende", caption)
        if short:
            key: list[Piece | Sequence[Piece]] = []
            for niveau in levels:
                key += [self.level(niveau), f" ({niveau.abrege}) ; "]
            key += [sign(NO_LEVEL[0]), NBSP, NO_LEVEL[1]] if without else []
            word.say("Remarque", *key)
        heads: list[list[Piece]] = []
        for niveau in levels:
            shown = [*sign(niveau.symbole, self.colour(niveau)), f"{NBSP}{niveau.abrege}"]
            heads.append(shown if short else self.level(niveau))
        if without:
            heads.append(sign(NO_LEVEL[0]) if short else [*sign(NO_LEVEL[0]), f"{NBSP}{NO_LEVEL[1]}"])
        width = min(34.0, 104 / len(heads)) if heads else 0
        columns = [Column(("Dimension" if counted.par_dimension else "Mesures",), 154 - width * len(heads))]
        columns += [Column(head, width, numbers=True) for head in heads]
        columns.append(Column(("Total",), 16, numbers=True))

        def row(libelle: str, compte: Compte, whole: bool = False, code: str | None = None) -> list[list[Element]]:
            horizon = v.feuille.dimensions[code].horizon if code and v.a_des_niveaux else None
            named = [self.line(strong(plain(libelle)))] if whole else self.cell(libelle)
            named += [self.detail(_horizon(horizon))] if horizon else []
            codes = [*(niveau.code for niveau in levels), *([""] if without else []), None]
            cells = []
            for level in codes:
                n = compte.total if level is None else compte.comptes[level] if level else compte.sans_avancement
                gap = v.ecart(compte, level)
                said = f"{number(n)}{NBSP}{gap}" if gap else number(n)
                cells.append([paragraph("Cellulenombre", strong(said) if whole else said)])
            return [named, *cells]

        rows = [row(groupe.libelle, groupe.compte, code=groupe.code) for groupe in counted.par_dimension]
        if counted.sans_dimension and counted.par_dimension:
            rows.append(row("Sans dimension", counted.sans_dimension))
        rows.append(row("Ensemble", counted.compte, whole=True))
        word.table(columns, rows, caption, total=True)
        if v.ecart(counted.compte):
            word.say("Remarque", f"Entre parenthèses : l’écart depuis {v.changements.depuis}.")

    # --- what changed -----------------------------------------------------------------------------------------------

    def changes(self, c: Changements) -> None:
        """What changed since another moment."""
        word, v = self.word, self.v
        word.heading(1, "changements", f"Ce qui a changé depuis {c.depuis}")
        if c.publie is not None:
            word.tell("Accroche", c.publie.titre)
        if c.origine is not None:
            state = f" et l’état {c.etat_avant.au}" if c.etat_avant is not None else ""
            day = c.origine.date.in_words
            word.say("Remarque", f"Comparé à la révision {c.origine.commit}, dont le commit est du {day}{state}.")
        else:
            word.say(
                "Normal",
                "De ce bilan, seuls les totaux publiés sont connus : git n’en a pas de révision. Les niveaux de chaque "
                "élément, les étapes et les textes ne sont pas comparés.",
            )
        for said in c.resume:
            word.say("Normal", strong(f"{said}."))
        if c.refus:
            word.say("Remarque", f"Les niveaux ne sont pas comparés : {c.refus}.")
        if c.totaux:
            columns = [
                Column(("Niveau",), 80),
                *(Column((head,), 30, numbers=True) for head in ("Avant", "Après", "Écart")),
            ]
            rows = [
                [
                    [self.line(self.level(t.niveau) if t.niveau else t.libelle)],
                    *([paragraph("Cellulenombre", said)] for said in (t.avant, t.apres, t.ecart)),
                ]
                for t in c.totaux
            ]
            summed = c.totaux[-1].niveau is None
            caption = f"Mesures par niveau d’avancement, depuis {c.depuis}"
            word.say("Lgende", caption)
            word.table(columns, rows, caption, total=summed)
        for theme in c.themes:
            word.heading(2, f"changements-{theme.code}", theme.titre)
            for row in theme.lignes:
                named = word.link(row.nom, v.ancre(v.singulier[row.famille], row.id)) if row.famille else row.nom
                word.bullet(named, f" – {one_line(row.titre)}" if row.titre else "")
                for dit in row.dits:
                    word.bullet(_said(dit), level=1)
        if c.origine is not None and not c.themes:
            word.say("Normal", "Rien d’autre n’a changé." if c.refus else "Rien n’a changé.")

    # --- the sections -----------------------------------------------------------------------------------------------

    def head(self, anchor: str, section: Section, default: str) -> None:
        """A section's title, and the words that come before what it has."""
        self.word.heading(1, anchor, one_line(section.titre or default))
        self.word.tell("Surtitre", section.surtitre)
        self.word.tell("Accroche", section.sous_titre)
        self.word.tell("Accroche", section.accroche)

    def mission(self) -> None:
        """The fiche, and the parts that tell the mission's story."""
        section = self.v.mission.sections.mission
        self.head("mission", section, "La mission")
        self.pairs([(row.libelle, self.cell(row.texte)) for row in self.v.mission.fiche], "Fiche de la mission")
        for part in self.v.parties_en_frise:
            self.part(part)
        self.word.tell("Conclusion", section.conclusion)

    def part(self, part: Partie) -> None:
        """A part of the document, with its sentences."""
        self.word.heading(2, self.v.ancre("partie", part.id), one_line(part.titre))
        self.word.tell("Accroche", part.sous_titre)
        self.points(part.points, 0)

    def points(self, points: Sequence[Point], level: int) -> None:
        """Sentences, and those under them."""
        for point in points:
            date = point.date.in_words if point.date is not None else ""
            beside = f" ({date})" if date and f" {date}" not in f" {point.texte}" else ""
            self.word.bullet(beside, level=level, text=point.texte)
            self.points(point.points, level + 1)

    def chantiers(self) -> None:
        """The chantiers."""
        section = self.v.mission.sections.chantiers
        self.head("chantiers", section, "Les chantiers")
        chantiers = self.v.feuille.chantiers
        if chantiers:
            said = count(len(chantiers), "chantier")
            self.word.say("Lgende", said)
            self.items("chantiers", chantiers, said)
        else:
            self.word.say("Normal", "Aucun chantier.")
        self.word.tell("Conclusion", section.conclusion)

    def mesures(self) -> None:
        """The mesures, by dimension."""
        word, v = self.word, self.v
        section = v.mission.sections.mesures
        self.head("mesures", section, "Les mesures")
        if not v.feuille.mesures:
            word.say("Normal", "Aucune mesure.")
        for dimension, items in v.mesures_par_dimension:
            if dimension is not None:
                word.heading(2, v.ancre("dimension", dimension.code), one_line(dimension.libelle))
                word.tell("Chapeau", dimension.texte)
                if dimension.horizon:
                    word.say("Prcision", _horizon(dimension.horizon))
            elif v.bilans["mesures"].par_dimension:
                word.heading(2, "sans-dimension", "Sans dimension")
            if items:
                word.say("Lgende", self.sentence(v.decompter(items), "mesure", "", None))
                self.items("mesures", items, count(len(items), "mesure"))
            else:
                word.say("Normal", "Aucune mesure.")
        word.tell("Conclusion", section.conclusion)

    def items(self, famille: Famille, items: Sequence[Suivi], caption: str) -> None:
        """Chantiers or mesures as a table. A column that nothing in the whole family fills isn't made."""
        word, shown = self.word, self.v.colonnes[famille]
        mesures = famille == "mesures"
        columns = [Column(("N°",), self.narrow())] if mesures else []
        first = 56 if mesures else 46
        columns.append(Column(("Mesure" if mesures else "Chantier",), first + (10 if shown.precisions else 0)))
        columns += [Column(("Avancement",), 34 if shown.precisions else 30)] if shown.avancement else []
        columns += [Column(("Réalisé",), 42 if mesures else 52)] if shown.realise else []
        columns += [Column(("Prochaine étape",), 41 if mesures else 44)] if shown.etape else []
        rows = []
        for item in items:
            more = list(self.details(famille, item))
            named = self.line(strong(item.id if mesures else plain(item.titre)))
            word.place(self.v.ancre(self.v.singulier[famille], item.id), named)
            row = [[named], [*self.cell(item.titre), *more]] if mesures else [[named, self.mark(item.id), *more]]
            if shown.avancement:
                row.append(list(self.progress(item)))
            if shown.realise:
                row.append(self.cell(item.realise))
            if shown.etape:
                row.append(list(self.step(famille, item)))
            rows.append(row)
        word.table(columns, rows, caption)

    def leviers(self) -> None:
        """The leviers."""
        word, v = self.word, self.v
        section = v.mission.sections.leviers
        self.head("leviers", section, "Les leviers")
        if v.feuille.leviers:
            rows = []
            for levier in v.feuille.leviers:
                first = word.place(v.ancre("levier", levier.id), self.line(strong(plain(levier.titre))))
                rows.append([[first, self.mark(levier.id)], [*self.cell(levier.texte), *self.links("leviers", levier)]])
            some = any(cells[1] for cells in rows)
            columns = [Column(("Levier",), 60), *([Column(("Avancées et précisions",), 110)] if some else [])]
            word.table(columns, [row[: len(columns)] for row in rows], count(len(v.feuille.leviers), "levier"))
        else:
            word.say("Normal", "Aucun levier.")
        word.tell("Conclusion", section.conclusion)

    def steps(self) -> None:
        """The next steps: overdue, to come, without date."""
        word, v = self.word, self.v
        word.heading(1, "etapes", "Prochaines étapes")
        today = " (date du jour)" if v.moment.origin == "jour" else ""
        word.say(
            "Prcision",
            f"Échéances lues au {v.moment.in_words}{today}. Une étape est échue quand le dernier jour de son échéance "
            "est passé ; sans échéance, elle n’est jamais échue.",
        )
        titles: dict[Famille, str] = {"mesures": "Étapes des mesures", "chantiers": "Étapes des chantiers"}
        for famille, title in titles.items():
            found = v.etapes[famille]
            if not any(found):
                continue
            word.heading(2, f"etapes-{famille}", title)
            late = count(len(found.echues), "étape échue", "étapes échues")
            said = f"{late}, {number(len(found.a_venir))} à venir, {number(len(found.sans_date))} sans date."
            word.say("Chapeau", said)
            rows = []
            for state, items in (("échue", found.echues), ("à venir", found.a_venir)):
                for item in items:
                    shown = self.line(strong(state) if items is found.echues else state)
                    named = self.line(self.named(famille, item), self.titled(famille, item))
                    rows.append([self.cell(item.echeance.in_words), [shown], [named], self.cell(item.prochaine_etape)])
            if rows:
                what = capitalised(v.singulier[famille])
                columns = [
                    Column(("Échéance",), 28),
                    Column(("État",), 18),
                    Column((what,), 62),
                    Column(("Étape",), 62),
                ]
                word.say("Lgende", f"{title}, par échéance")
                word.table(columns, rows, f"{title}, par échéance")
            if found.sans_date:
                word.say("Remarque", "Sans date : ", listed([self.named(famille, i) for i in found.sans_date]), ".")

    def blockers(self) -> None:
        """What holds items back, and which."""
        word = self.word
        word.heading(1, "bloqueurs", "Bloqueurs")
        rows = []
        for id, anchor, libelle, items in self.v.retenues:
            first = word.place(anchor, self.line(strong(plain(libelle))))
            held = self.line("retient ", self.references(items, titles=True)) if items else self.line("ne retient rien")
            rows.append([[first, *([self.mark(id)] if id else [])], [held]])
        word.table(
            [Column(("Bloqueur",), 60), Column(("Éléments retenus",), 110)], rows, "Ce que chaque bloqueur retient"
        )

    def retired(self) -> None:
        """What was retired, and why."""
        self.word.heading(1, "retires", "Éléments retirés")
        for famille in FAMILLES:
            found = self.v.retires[famille]
            if found:
                self.word.heading(2, f"retires-{famille}", f"{capitalised(famille)} {self.v.retire[famille]}s")
                self.gone(famille, found)

    def gone(self, famille: Famille, found: Sequence[Retrait]) -> None:
        """The retired items of a family. A column that nothing fills isn't made."""
        word, v = self.word, self.v
        dated, followed = any(r.element.date for r in found), any(r.vers for r in found)
        levelled = any(r.niveau for r in found)
        columns = [Column(("Repère",), 22), Column((capitalised(v.singulier[famille]),), 46)]
        columns += [Column(("Date",), 22)] if dated else []
        columns.append(Column(("Motif",), 44))
        columns += [Column((f"{capitalised(v.remplace[famille])} par",), 36)] if followed else []
        columns += [Column(("Dernier niveau",), 26)] if levelled else []
        rows = []
        for r in found:
            first = word.place(r.ancre, self.line(strong(r.element.id)))
            titled = self.cell(r.element.titre)
            if r.remplace:
                titled.append(self.detail("Remplace : ", self.references(r.remplace, titles=True)))
            row = [[first], titled]
            row += [self.cell(r.element.date.in_words if r.element.date else None)] if dated else []
            row.append(self.cell(r.element.motif))
            row += [[self.line(self.references([lien], titles=True)) for lien in r.vers]] if followed else []
            row += [self.cell(r.niveau)] if levelled else []
            rows.append(row)
        one, many = (
            f"{word_}{NBSP}{v.retire[famille]}{s}" for word_, s in ((v.singulier[famille], ""), (famille, "s"))
        )
        said = count(len(found), one, many)
        word.say("Lgende", said)
        word.table(columns, rows, said)

    def published(self) -> None:
        """The published bilans, with the scale of those whose isn't today's."""
        word = self.word
        word.heading(1, "bilans", "Bilans publiés")
        for p in self.v.publications:
            word.bullet(strong(p.bilan.date.in_words), f" – {one_line(p.bilan.titre)}" if p.bilan.titre else "")
            if p.totaux:
                said = listed([f"{number(total)}{NBSP}{one_line(niveau.libelle)}"] for niveau, total in p.totaux)
                word.bullet("Totaux publiés : ", said, ".", level=1)
            if p.bilan.source:
                word.bullet(f"Source : {one_line(p.bilan.source)}", level=1)
            if p.echelle:
                word.say("Lgende", "Échelle de ce bilan")
                self.scale(p.echelle, "Échelle de ce bilan")

    def method(self) -> None:
        """The scale, where levels come from, the fields of this roadmap alone."""
        word, v = self.word, self.v
        word.heading(1, "methode", "Méthode et provenance")
        if v.a_des_niveaux or v.mission.echelle:
            caption = "Échelle d’avancement, du meilleur niveau au moins bon"
            word.say("Lgende", caption)
            self.scale(v.echelle, caption)
        else:
            word.say("Normal", "Aucun niveau d’avancement n’est donné.")
        meanings = {
            "publie": "une source donne le niveau.",
            "saisi": "qui tient la feuille de route a entré le niveau ; c’est le cas de ceux qui ne portent aucune "
            "marque.",
            "infere": "le niveau est déduit des textes de la feuille de route, faute d’un niveau publié ou saisi.",
        }
        for provenance, meaning in meanings.items():
            n = v.provenances[provenance]
            if n:
                label = strong(capitalised(v.provenance_libelles[provenance]))
                word.bullet(label, f" ({count(n, 'niveau', 'niveaux')}) : {meaning}")
        if v.champs_propres:
            word.say("Normal", "Champs propres à cette feuille de route :")
            for champ in v.champs_propres:
                choices = [" : ", *_names(champ.choix)] if champ.choix else []
                help = f" – {one_line(champ.aide)}" if champ.aide != champ.libelle else ""
                word.bullet(strong(plain(champ.libelle)), f" ({champ.familles[0]})", choices, help)
        word.say("Normal", "Pour citer ce document :")
        word.tell("Citation", v.citation)
        word.say(
            "Normal",
            "Les nombres et les listes de ce document sont calculés à partir des données ; les textes de la mission "
            "sont cités tels quels.",
        )

    def scale(self, levels: Sequence[Echelon], caption: str) -> None:
        """The levels of a scale, and what they mean."""
        meant, noted = any(n.sens for n in levels), any(n.alerte or n.clos or n.hors_ordre for n in levels)
        columns = [Column(("Niveau",), 44)]
        columns += [Column(("Sens",), 60)] if meant else []
        columns += [Column(("Abrégé",), 20), Column(("Code",), 36)]
        columns += [Column(("Remarque",), 44)] if noted else []
        rows = []
        for n in levels:
            row = [[self.line(self.level(n))]]
            row += [self.cell(n.sens)] if meant else []
            row += [self.cell(n.abrege), [self.mark(n.code, style="Cellule")]]
            notes = [
                words
                for words, so in (
                    ("compte comme un retard", n.alerte),
                    ("élément clos", n.clos),
                    ("hors de l’ordre de l’échelle", n.hors_ordre),
                )
                if so
            ]
            row += [self.cell(", ".join(notes))] if noted else []
            rows.append(row)
        self.word.table(columns, rows, caption)

    def colophon(self) -> None:
        """The last lines: what it is, at which date, under which licence, by which version."""
        word, v = self.word, self.v
        mission = v.mission
        words = f"état {mission.etat_au.au}" if mission.etat_au else "sans date d’état"
        asked = v.moment.origin != "etat_au"
        read = not mission.etat_au or (mission.etat_au.in_words != v.moment.in_words and asked)
        words += f", lu au {v.moment.in_words}" if read else ""
        word.say("Remarque", f"{one_line(mission.titre)} – {words}")
        if mission.licence:
            word.say("Remarque", f"Licence : {one_line(mission.licence)}")
        else:
            word.say("Remarque", "Licence non précisée")
        if v.revision is not None:
            word.say("Remarque", f"Révision {v.revision.commit} du {v.revision.date.in_words}")
        word.say("Remarque", f"Document produit par {v.outil}")

    # --- pieces -----------------------------------------------------------------------------------------------------

    def sentence(self, compte: Compte, one: str, none: str, famille: Famille | None) -> list[Piece]:
        """« 21 mesures : 9 très satisfaisant, 9 satisfaisant, 3 en retard »."""
        said = count(compte.total, one) if compte.total else none
        gap = self.v.ecart(compte)
        said += f"{NBSP}{gap}" if gap else ""
        said += self.v.sont_retires(famille) if famille else ""
        if not compte.total:
            return [said]
        levels = self.v.decompte(compte)
        return [f"{said} : ", *listed([level] for level in levels)] if levels else [f"{said}, sans niveau"]

    def narrow(self) -> float:
        """The width of a column of the mesures' ids, in millimetres."""
        longest = max(len(mesure.id) for mesure in self.v.feuille.mesures)
        return min(12.0 + 2.2 * max(0, longest - 3), 30.0)

    def cell(self, text: str | None) -> list[Element]:
        """A text as the paragraphs of a cell."""
        return paragraphs("Cellule", text) if text else []

    def line(self, *pieces: Piece | Sequence[Piece]) -> Element:
        """A line of a cell."""
        return paragraph("Cellule", *pieces)

    def detail(self, *pieces: Piece | Sequence[Piece]) -> Element:
        """A line of a cell, of what is said beside."""
        return paragraph("Celluledtail", *pieces)

    def mark(self, id: str, style: str = "Celluledtail") -> Element:
        """An id or a code, for those who look for it."""
        return paragraph(style, literal(id, style="Repre"))

    def pairs(self, rows: Sequence[tuple[str, list[Element]]], caption: str) -> None:
        """A table of two columns: what is told, and the words for it."""
        if rows:
            cells = [[[self.line(strong(plain(label)))], inside] for label, inside in rows]
            self.word.table([Column((), 50), Column((), 120)], cells, caption, head=False)

    def colour(self, niveau: Echelon) -> str:
        """The level's colour, as paper lets it be seen."""
        return legible(niveau.couleur, PAPER)

    def level(self, niveau: Echelon) -> list[Piece]:
        """A level: its shape, then its words."""
        return [*sign(niveau.symbole, self.colour(niveau)), f"{NBSP}{one_line(niveau.libelle)}"]

    def level_of(self, item: Suivi) -> list[Piece]:
        """An item's level, with what is said of where it comes from."""
        niveau = self.v.niveau(item)
        said = self.level(niveau) if niveau else [*sign(NO_LEVEL[0]), f"{NBSP}{NO_LEVEL[1]}"]
        provenance = self.v.provenance(item)
        return [*said, *discreet(f" ({provenance})")] if provenance else said

    def progress(self, item: Suivi, judged: bool = True) -> Iterator[Element]:
        """An item's level, when it was judged unless told, where it is heading."""
        yield self.line(self.level_of(item))
        if item.avancement_au and judged:
            yield self.detail(f"jugé {item.avancement_au.au}")
        found = self.v.tendance(item)
        if found:
            yield self.detail(sign(found.signe), f"{NBSP}{found.mot}")

    def named(self, famille: Famille, item: Item) -> list[Element]:
        """A link to an item: « mesure 9 », or a chantier's title."""
        anchor = self.v.ancre(self.v.singulier[famille], item.id)
        return self.word.link(item.titre if famille == "chantiers" else f"mesure{NBSP}{item.id}", anchor)

    def titled(self, famille: Famille, item: Item) -> str:
        """What `named` leaves out of an item's name."""
        return f" – {one_line(item.titre)}" if famille == "mesures" else ""

    def references(self, found: Sequence[Lien], titles: bool = False) -> list[Piece]:
        """Links, one after the other, with the titles."""
        return listed(
            [
                [*self.word.link(r.nom, r.ancre), *([f" ({one_line(r.titre)})"] if titles and r.titre != r.nom else [])]
                for r in found
            ]
        )

    def proof(self, preuve: Preuve) -> list[Piece]:
        """What shows that a thing was done: its title, its address, its date."""
        address = self.v.adresse(preuve.url)
        said: list[Piece] = [f"{one_line(preuve.titre)} : "] if preuve.titre else []
        said += self.word.address(preuve.url, address)
        return [*said, f" ({preuve.date.in_words})"] if preuve.date else said

    def details(self, famille: Famille, item: Item) -> Iterator[Element]:
        """What an item says besides its title, a line for each thing."""
        if item.texte:
            yield from paragraphs("Celluledtail", item.texte)
        yield from self.links(famille, item)

    def links(self, famille: Famille, item: Item) -> Iterator[Element]:
        """Who, with whom, what it belongs to, what proves it, the fields of this roadmap alone."""
        v, detail = self.v, self.detail
        found = v.liens(famille, item)
        dimension = getattr(item, "dimension", None)
        if famille == "chantiers" and dimension:
            yield detail("Dimension : ", one_line(v.feuille.dimensions[dimension].libelle))
        if isinstance(item, Suivi):
            if item.pilotes:
                yield detail("Pilotage : ", _names(item.pilotes))
            if item.co_construction:
                yield detail("Co-construction : ", _names(item.co_construction))
        for kind, word_, titles in (
            ("chantiers", "Chantier", True),
            ("leviers", "Levier", True),
            ("mesures", "Mesure", False),
        ):
            if found[kind]:
                yield detail(f"{_several(word_, found[kind])} : ", self.references(found[kind], titles))
        if famille == "leviers" and found["cite_par"]:
            yield detail("Cité par : ", self.references(found["cite_par"]))
        if item.etiquettes:
            yield detail(f"{_several('Étiquette', item.etiquettes)} : ", _names(item.etiquettes))
        for index, preuve in enumerate(item.preuves):
            yield detail("" if index else f"{_several('Preuve', item.preuves)} : ", self.proof(preuve))
        for own in v.propres(famille, item):
            between = " ; " if own.champ.type == "nombre" else ", "
            said_: list[Piece] = []
            for index, value in enumerate(own.valeurs):
                said_ += [between] if index else []
                url = own.champ.type == "url"
                said_ += self.word.address(value, v.adresse(value)) if url else [one_line(value)]
            yield detail(f"{one_line(own.champ.libelle)} : ", said_)
        if found["remplace"]:
            yield detail("Remplace : ", self.references(found["remplace"], titles=True))

    def step(self, famille: Famille, item: Suivi) -> Iterator[Element]:
        """The next step: what it is, for when, what holds it back, what it refers to."""
        v, detail = self.v, self.detail
        found = v.liens(famille, item)
        yield from self.cell(item.prochaine_etape)
        if v.promesse(item):
            yield detail(f"({v.promesse(item)})")
        if item.debut:
            yield detail(f"Début : {item.debut.in_words}")
        if item.echeance:
            yield detail(f"Échéance : {item.echeance.in_words}")
        if item.delai:
            yield detail(f"Délai : {one_line(item.delai)}")
        if found["bloqueurs"]:
            yield detail(f"{_several('Bloqueur', found['bloqueurs'])} : ", self.references(found["bloqueurs"]))
        if found["renvois"]:
            yield detail("Renvoie à : ", self.references(found["renvois"]))
        if found["cite_par"]:
            yield detail("Cité par : ", self.references(found["cite_par"]))


def listed(found: Iterable[Sequence[Piece]]) -> list[Piece]:
    """Pieces, a comma between each and the next."""
    made: list[Piece] = []
    for pieces in found:
        made += [", ", *pieces] if made else pieces
    return made


def _horizon(horizon: tuple[int, int]) -> str:
    first, last = horizon
    return f"Horizon : de {first} à {count(last, 'mois', 'mois')}"


def _names(texts: Sequence[str]) -> list[Piece]:
    """Texts, one after the other."""
    return listed([one_line(text)] for text in texts)


def _several(word: str, found: Sequence[object]) -> str:
    return f"{word}s" if len(found) > 1 else word


def _said(d: Dit) -> list[Piece]:
    """What happened, in words: what was, what is, by how much."""
    said: list[Piece] = [*sign(d.signe), " "] if d.signe else []
    said.append(one_line(d.quoi))
    values = [text for text in (d.avant, d.apres) if text]
    said += [" : "] if values else []
    for index, text in enumerate(values):
        said += [" ", *sign("→"), " "] if index else []
        said += [f"«{NBSP}", one_line(text), f"{NBSP}»"] if d.cite else [one_line(text)]
    return [*said, f" ({d.precision})"] if d.precision else said
