"""Records → screens: one function a command. What they return is drawn by `plain` or `rich_screen`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alliances_cli import api, bilan
from alliances_cli.api import Controle, Vue
from alliances_cli.bilan import Bilan, Compte, Groupe, Groupement, Moment
from alliances_cli.champs import (
    FAMILLES,
    PROVENANCE_LIBELLES,
    REMPLACE,
    RETIRE,
    SINGULIER,
    Champ,
    Famille,
)
from alliances_cli.errors import Problem
from alliances_cli.model import Echelon, FeuilleDeRoute, Item, Preuve, Retiree, Suivi, Valeur, in_words
from alliances_cli.periode import Periode
from alliances_cli.present import liens, phrases
from alliances_cli.present.niveaux import bar_signs, level_bar, level_sign, level_style, no_level
from alliances_cli.present.screen import (
    Column,
    Line,
    Screen,
    Span,
    Table,
    Terminal,
    Wrapped,
    cells,
    clip_line,
    clipped,
    flow,
    fold,
    line,
    width_of,
)
from alliances_cli.selection import Filtres
from alliances_cli.typographie import (
    NBSP,
    capitalised,
    count,
    enumeration,
    number,
    one_line,
    plain,
    spaced,
)

if TYPE_CHECKING:
    from alliances_cli.timeline import Recul

MAX_LINES = 23
INFERE = "niveau inféré du texte, ni publié ni saisi"


# --- status -----------------------------------------------------------------------------------------------------------


@dataclass
class _Section:
    """A part of the status: its head always stands, its items fold when the screen is too small.

    Items take a line each, or, where `lead` is given, follow each other after it. An `attached` part has no blank line
    before it. `whole` is said where no item is shown (else their number and `more`).
    """

    head: list[Line] = field(default_factory=list)
    items: list[Line] = field(default_factory=list)
    more: str = ""
    whole: str = ""
    lead: Line | None = None
    attached: bool = False
    shown: int = 0

    def lines(self, width: int | None) -> list[Line]:
        shown = self.items[: self.shown]
        if self.lead is not None and shown:
            shown = flow([self.lead + shown[0], *shown[1:]], width)
        left = len(self.items) - self.shown
        if left and not shown:
            said = Span(spaced(self.whole or f"{number(left)} : {self.more}"), "soft")
            return [*self.head, *fold((*(self.lead or line("  ")), said), width)]
        others = f"  … et {number(left)} {'autre' if left == 1 else 'autres'} : {self.more}"
        return [*self.head, *shown, *(fold(line(Span(spaced(others), "soft")), width) if left else [])]


def status(vue: Vue, terminal: Terminal) -> Screen:
    """The whole in one look: at most 23 lines on a terminal of 80 columns; everything where nothing has a width."""
    sections = [
        _Section(_headline(vue, terminal)),
        *_counts(vue, terminal),
        *_chantiers(vue, terminal),
        *_late(vue, terminal),
        *_steps(vue, terminal),
        *_blockers(vue, terminal),
        _Section(_remarks(vue, terminal)),
    ]
    sections = [s for s in sections if s.head or s.items]
    for section in sections:
        section.shown = len(section.items)
    blanks = len(sections)
    if terminal.width is not None:
        blanks = _fit(sections, terminal.width)
    screen: Screen = []
    for section in sections:
        if screen and blanks and not section.attached:
            screen.append(line())
            blanks -= 1
        screen.extend(clip_line(text, terminal) for text in section.lines(terminal.width))
    return screen


def _fit(sections: list[_Section], width: int) -> int:
    """Folds the longest lists until all stands in `MAX_LINES`; returns how many blank lines are left between parts."""
    while True:
        sizes = [len(section.lines(width)) for section in sections]
        room = MAX_LINES - sum(sizes)
        foldable = [(size, section) for size, section in zip(sizes, sections, strict=True) if section.shown]
        if room >= 0 or not foldable:
            return max(room, 0)
        longest = max(foldable, key=lambda pair: pair[0])[1]
        # Folding one item away makes no room: its place is taken by the line that says so.
        longest.shown -= 2 if longest.shown == len(longest.items) and longest.shown > 1 else 1


def _headline(vue: Vue, terminal: Terminal) -> list[Line]:
    return [
        line(Span(spaced(one_line(vue.feuille.mission.titre)), "title")),
        *fold(line(spaced(f"{_at(vue.moment)} : {phrases.sizes(vue.feuille)}")), terminal.width),
        *_revision(vue, terminal),
    ]


def _revision(vue: Vue, terminal: Terminal) -> list[Line]:
    """Where in the past it was read, if it was; what a public version leaves out."""
    said = [phrases.revision(vue.revision)] if vue.revision is not None else []
    said += [reserve] if (reserve := phrases.reserve_of(vue.feuille)) else []
    return [piece for text in said for piece in fold(line(Span(spaced(text), "soft")), terminal.width)]


def _again(vue: Vue, command: str) -> str:
    """A command, at the same revision, for the same readers."""
    command += f" --rev {shlex.quote(vue.revision.demandee)}" if vue.revision is not None else ""
    return f"{command} --public" if vue.feuille.reserve is not None else command


def _at(moment: Moment) -> str:
    origin = {"etat_au": "État au", "au": "Lu au", "jour": "Date du jour,"}[moment.origin]
    return f"{origin} {moment.in_words.replace(' ', NBSP)}"


def _counts(vue: Vue, terminal: Terminal) -> list[_Section]:
    feuille = vue.feuille
    whole = bilan.of(feuille)
    compte = whole.compte
    if not compte.total:
        return []
    if compte.sans_avancement == compte.total:
        return [_Section([line(f"{capitalised(count(compte.total, 'mesure'))}, sans niveau")])]
    groupes = [Groupe(None, "Ensemble", compte), *whole.groupes]
    sans = compte.sans_avancement > 0
    legend: list[Line] = []
    for niveau, mark in zip(feuille.echelle, bar_signs(feuille.echelle, terminal), strict=True):
        bar = "" if terminal.glyphs else f" {mark}"
        sign = f"{level_sign(niveau, terminal)}{bar} {number(compte.comptes[niveau.code])}{NBSP}"
        legend.append(line(Span(sign, level_style(niveau)), spaced(niveau.libelle)))
    if sans:
        legend.append(line(f"{no_level(terminal)} {number(compte.sans_avancement)}{NBSP}sans niveau"))
    label_width = max(cells(spaced(g.libelle)) for g in groupes)
    if terminal.width is not None:
        label_width = min(label_width, 30)
    numbers = [[*g.compte.comptes.values(), *([g.compte.sans_avancement] if sans else [])] for g in groupes]
    digits = [max(len(number(row[i])) for row in numbers) for i in range(len(numbers[0]))]
    signs = [(level_sign(n, terminal), level_style(n)) for n in feuille.echelle] + [(no_level(terminal), "soft")] * sans
    left = label_width + 2 + sum(cells(sign) + 1 + width + 2 for (sign, _), width in zip(signs, digits, strict=True))
    head = flow(legend, terminal.width, indent=0)
    summarise = _again(vue, "alliances summarise")
    more = f"Par dimension : {summarise} ({count(len(groupes) - 1, 'groupe')})"
    if terminal.width is not None and left - 2 > terminal.width:
        # So many levels that a row of counts doesn't fit: the legend has the whole's.
        return [
            _Section([*head, *(fold(line(Span(spaced("  " + more), "soft")), terminal.width) if groupes[1:] else [])])
        ]
    bar_width = min(max((terminal.width or 120) - left - 1, 0), 60)
    rows: list[Line] = []
    for groupe, row in zip(groupes, numbers, strict=True):
        label = clipped(spaced(groupe.libelle), label_width, terminal.ellipsis)
        pieces = [
            Span(label + " " * (label_width - cells(label) + 2), "strong" if groupe.libelle == "Ensemble" else "")
        ]
        for (sign, style), n, width in zip(signs, row, digits, strict=True):
            pieces += [Span(sign, style if n else "soft"), Span(f" {number(n):>{width}}  ", "" if n else "soft")]
        pieces += level_bar(feuille.echelle, groupe.compte, compte.total, bar_width, terminal)
        rows.append(tuple(pieces))
    return [_Section([*head, rows[0]], rows[1:], summarise, more)]


def _chantiers(vue: Vue, terminal: Terminal) -> list[_Section]:
    feuille = vue.feuille
    groups: list[Line] = []
    for chantier in feuille.chantiers:
        niveau = feuille.niveaux[chantier.avancement] if chantier.avancement else None
        sign = Span(level_sign(niveau, terminal), level_style(niveau)) if niveau else Span(no_level(terminal), "soft")
        titre = spaced(one_line(chantier.titre))
        groups.append((sign, Span(NBSP + (clipped(titre, 40, terminal.ellipsis) if terminal.width else titre))))
    lead = line(f"{count(len(groups), 'chantier')}{NBSP}: ")
    more = _again(vue, "alliances list chantiers")
    return [_Section(items=groups, more=more, whole=more, lead=lead)] if groups else []


def _late(vue: Vue, terminal: Terminal) -> list[_Section]:
    feuille = vue.feuille
    alerts = [n for n in feuille.echelle if n.alerte]
    items = bilan.late(feuille, feuille.mesures)
    others = bilan.late(feuille, feuille.chantiers)
    if not alerts or not (items or others):
        return []
    found: dict[Famille, tuple[Suivi, ...]] = {"mesures": items, "chantiers": others}
    said = [count(len(inside), SINGULIER[famille]) for famille, inside in found.items() if inside]
    counted = f"{NBSP}: {enumeration(said)}"
    labels = [spaced(one_line(n.libelle)) for n in alerts]
    head = fold(line(Span(capitalised(enumeration(labels, "ou")), "strong"), counted), terminal.width)
    if terminal.width is not None and len(head) > 2:
        # Every label has its part of two lines.
        share = max((2 * terminal.width - cells(counted) - 8) // len(labels) - 4, 6)
        words = enumeration([clipped(label, share, terminal.ellipsis) for label in labels], "ou")
        head = fold(line(Span(capitalised(words), "strong"), counted), terminal.width)
    room = min(max(cells(item.id) for item in (*items, *others)), (terminal.width or 60) // 3)
    lines = []
    for item in (*items, *others):
        identifier = clipped(item.id, room, terminal.ellipsis) if terminal.width else item.id
        space = " " * max(room - cells(identifier), 0)
        lines.append(line(f"  {identifier}{space}  ", spaced(one_line(item.titre))))
    return [_Section(head, lines, _lists(vue, "--en-retard", [f for f, inside in found.items() if inside]))]


def _steps(vue: Vue, terminal: Terminal) -> list[_Section]:
    feuille = vue.feuille
    every: list[Suivi] = [*feuille.mesures, *feuille.chantiers]
    if not any(item.echeance or item.prochaine_etape for item in every):
        return []
    heads: list[Line] = []
    overdue: list[tuple[Famille, Suivi]] = []
    coming: list[tuple[Famille, Suivi]] = []
    for famille in FAMILLES:
        suivis = feuille.with_level(famille)
        if any(item.echeance or item.prochaine_etape for item in suivis) and not feuille.tait(famille, "echeance"):
            etapes = bilan.etapes(feuille, suivis, vue.moment.day)
            overdue += [(famille, item) for item in etapes.echues]
            coming += [(famille, item) for item in etapes.a_venir]
            echues = Span(count(len(etapes.echues), "échue"), "alert" if etapes.echues else "")
            others = f", {number(len(etapes.a_venir))} à venir, {number(len(etapes.sans_date))} sans date"
            said = line(Span(spaced(f"Étapes des {famille} : "), "strong"), echues, others)
            heads += fold(said, terminal.width)
    return [
        _Section(heads),
        _due_section(vue, "échues", overdue, "--echues", terminal),
        _due_section(vue, "à venir", coming, "--sort echeance", terminal),
    ]


def _due_section(
    vue: Vue, word: str, found: Sequence[tuple[Famille, Suivi]], option: str, terminal: Terminal
) -> _Section:
    """The dates, soonest first, each with what is due then, or with how many where these are too many for a screen."""
    by_date: dict[tuple[Any, str], list[str]] = {}
    for famille, item in found:
        assert item.echeance is not None
        words = item.echeance.in_words.replace(" ", NBSP)
        by_date.setdefault((item.echeance.last, words), []).append(_short(famille, item))
    lead = line(spaced(f"  {word} : "))
    groups = []
    for (_, words), names in sorted(by_date.items()):
        room = terminal.width - width_of(lead) - cells(words) - 3 if terminal.width else None
        groups.append(line(f"{words} ({_names(names, terminal, room)})"))
    more = _lists(vue, option, [famille for famille, _ in found])
    whole = f"{count(len(groups), 'date')} : {more}"
    return _Section(items=groups, more=more, whole=whole, lead=lead, attached=True)


def _lists(vue: Vue, option: str, familles: Sequence[Famille]) -> str:
    """The commands that list what doesn't fit, one a family concerned."""
    commands = {"mesures": f"alliances list {option}", "chantiers": f"alliances list chantiers {option}"}
    return enumeration([_again(vue, commands[famille]) for famille in dict.fromkeys(familles)])


def _names(names: Sequence[str], terminal: Terminal, room: int | None = None) -> str:
    """All the names, or, on a terminal, the first ones and how many there are, in `room` columns where it is given."""
    joined = ", ".join(names)
    if terminal.width is None:
        return joined
    room = terminal.width if room is None else room
    if len(names) <= 6 and cells(joined) <= min(terminal.width // 2, room):
        return joined
    if len(names) == 1:
        return clipped(joined, max(min(terminal.width // 2, room), 6), terminal.ellipsis)
    total = f"{number(len(names))} en tout"
    said = [f"{', '.join(names[:n])}{terminal.ellipsis} {total}" for n in (2, 1) if n < len(names)]
    return next((text for text in said if cells(text) <= room), total)


def _blockers(vue: Vue, terminal: Terminal) -> list[_Section]:
    retenues = bilan.retenues(vue.feuille)
    groups: list[Line] = []
    for r in retenues:
        names = [_short(famille, item) for famille, item in r.items]
        held = f" ({_names(names, terminal, max((terminal.width or 0) - 31, 10))})"
        libelle = spaced(one_line(r.libelle))
        if terminal.width is not None:
            # What is held back stays in sight, beside « Bloqueurs : » too.
            libelle = clipped(libelle, max(terminal.width - cells(held) - 12, 12), terminal.ellipsis)
        groups.append(line(libelle + held))
    lead = line(Span("Bloqueurs", "strong"), f"{NBSP}: ")
    more = _lists(vue, "--bloquees", [famille for r in retenues for famille, _ in r.items])
    return [_Section(items=groups, more=more, lead=lead)] if groups else []


def _short(famille: Famille, item: Suivi) -> str:
    """What an item is called in a list of others: a chantier by its title where that is short, a mesure by its id."""
    titre = one_line(item.titre)
    return spaced(titre) if famille == "chantiers" and len(titre) <= 20 else item.id


def _remarks(vue: Vue, terminal: Terminal) -> list[Line]:
    feuille = vue.feuille
    said: list[Line] = []
    inferred = [
        count(n, SINGULIER[f])
        for f in FAMILLES
        if (n := sum(feuille.provenance(i) == "infere" for i in feuille.with_level(f)))
    ]
    if inferred:
        text = f"Niveaux inférés du texte, ni publiés ni saisis : {enumeration(inferred)}"
        said.append(line(Span(spaced(text), "soft")))
    said += [line(Span(spaced(phrases.mismatch(problem)), "alert")) for problem in vue.totals]
    warnings = api.warnings(vue)
    if warnings:
        # `check` reads the whole.
        where = f" : {_again(vue, 'alliances check')}" if vue.feuille.reserve is None else ""
        said.append(line(spaced(f"{count(warnings, 'avertissement')}{where}")))
    return [piece for text in said for piece in fold(text, terminal.width)]


# --- list -------------------------------------------------------------------------------------------------------------


def listing(
    vue: Vue,
    famille: Famille,
    items: Sequence[Item],
    filtres: Filtres,
    own: Sequence[Champ],
    recul: Recul | None,
    terminal: Terminal,
) -> Screen:
    """The items as a table, under a line that gives their number and the date. `own`: the declared fields to show;
    `recul`: what the past says of them."""
    feuille = vue.feuille
    screen = _list_head(vue, count(len(items), SINGULIER[famille]), len(items), len(feuille.items(famille)), terminal)
    if not items:
        return [*screen, _nothing(filtres) if recul is None else line(_NOTHING)]
    wide = terminal.width is None or terminal.width >= 100
    columns = [Column("Id", wraps=any(len(record.id) > (terminal.width or 80) // 2 for record in items))]
    makers: list[Any] = [lambda record: line(Span(record.id, "strong"))]

    def add(column: Column, make: Any) -> None:
        columns.append(column)
        makers.append(make)

    if terminal.width is not None:
        add(Column(capitalised(SINGULIER[famille]), wraps=True), lambda record: line(spaced(one_line(record.titre))))
    if famille == "leviers":
        if any(record.texte for record in items):
            add(Column("Texte", wraps=True), lambda record: line(spaced(one_line(record.texte or ""))))
    else:
        # What the past says needs the room of a narrow screen.
        roomy = recul is None or terminal.width is None or terminal.width >= 80
        levelled = roomy and any(getattr(record, "avancement", None) for record in items)
        if levelled:
            add(Column("Avancement", wraps=True), lambda record: _level(feuille, record, terminal))
        if wide and famille == "chantiers" and any(getattr(record, "pilotes", ()) for record in items):
            add(Column("Pilotes", wraps=True), lambda record: line(spaced(", ".join(record.pilotes))))
        if wide and any(getattr(record, "prochaine_etape", None) for record in items):
            add(
                Column("Prochaine étape", wraps=True),
                lambda record: line(spaced(one_line(record.prochaine_etape or ""))),
            )
        if roomy and any(getattr(record, "echeance", None) for record in items):
            add(Column("Échéance", wraps=True), lambda record: _due(vue, record))
    for title, said in phrases.hindsight(famille, recul):
        add(Column(title, wraps=True), lambda record, said=said: line(spaced(said(record.id))))
    for champ in own:
        add(
            Column(spaced(one_line(champ.libelle)), wraps=True),
            lambda record, champ=champ: _own_line(champ, getattr(record, champ.attribut)),
        )
    if terminal.width is None:
        add(Column(capitalised(SINGULIER[famille])), lambda record: line(spaced(one_line(record.titre))))
    screen.append(line())
    screen.append(Table(tuple(columns), tuple(tuple(make(record) for make in makers) for record in items)))
    if famille != "leviers" and any(feuille.provenance(r) == "infere" for r in items):
        screen += [line(), line(Span(f"* {INFERE}", "soft"))]
    return screen


def _list_head(vue: Vue, said: str, shown: int, total: int, terminal: Terminal) -> Screen:
    title = capitalised(said) + (f" sur {number(total)}" if shown != total else "")
    origin = ", date du jour" if vue.moment.origin == "jour" else ""
    head = line(Span(title, "title"), f" (au {vue.moment.in_words.replace(' ', NBSP)}{origin})")
    return [*fold(head, terminal.width), *_revision(vue, terminal)]


def _nothing(filtres: Filtres) -> Line:
    return line(_NOTHING if any(filtres) else "La liste est vide.")


_NOTHING = "Aucun élément ne répond à ces filtres."


def retired(vue: Vue, famille: Famille, items: Sequence[Retiree], filtres: Filtres, terminal: Terminal) -> Screen:
    """The retired items as a table, or, where it would be too narrow, one after the other."""
    feuille = vue.feuille
    said = count(len(items), f"{SINGULIER[famille]} {RETIRE[famille]}", f"{famille} {RETIRE[famille]}s")
    screen = _list_head(vue, said, len(items), len(feuille.gone(famille)), terminal)
    if not items:
        return [*screen, _nothing(filtres)]
    if terminal.width is not None and terminal.width < 100:
        for retiree in items:
            title = line(Span(f"{retiree.id}  ", "strong"), spaced(one_line(retiree.titre)))
            screen += [line(), Wrapped(title, hang=2), *_retirement(feuille, famille, retiree)]
        return screen
    columns = ["Id", capitalised(SINGULIER[famille]), "Date", "Motif"]
    rows: list[list[Line]] = [
        [
            line(Span(r.id, "strong")),
            line(spaced(one_line(r.titre))),
            line(r.date.in_words if r.date else ""),
            line(spaced(one_line(r.motif))),
        ]
        for r in items
    ]
    if any(r.vers for r in items):
        columns.append(f"{capitalised(REMPLACE[famille])} par")
        for row, r in zip(rows, items, strict=True):
            row.append(line(", ".join(f"{SINGULIER[f]} {i}" for f, i, _ in liens.replacing(feuille, famille, r) if f)))
    if any(r.avancement for r in items):
        columns.append("Dernier niveau")
        for row, r in zip(rows, items, strict=True):
            row.append(line(spaced(one_line(phrases.last_level(feuille, r)))))
    table = Table(tuple(Column(name, wraps=True) for name in columns), tuple(map(tuple, rows)))
    return [*screen, line(), table]


def _retirement(feuille: FeuilleDeRoute, famille: Famille, retiree: Retiree) -> Screen:
    """When and why an item was retired, by what it is replaced, and its last level."""
    when = capitalised(RETIRE[famille]) + (f" {phrases.when(retiree.date)}" if retiree.date else "")
    replaced = [f"{SINGULIER[f]} {i}" for f, i, _ in liens.replacing(feuille, famille, retiree) if f]
    by = f", {REMPLACE[famille]} par {enumeration(replaced)}" if replaced else ""
    level = phrases.last_level(feuille, retiree)
    said = [f"{when}{by}", f"Motif : {one_line(retiree.motif)}", *([f"Dernier niveau : {level}"] if level else [])]
    return [Wrapped(line("  " + spaced(text)), hang=2) for text in said]


def _level(feuille: FeuilleDeRoute, item: Any, terminal: Terminal) -> Line:
    if item.avancement is None:
        return line(Span(f"{no_level(terminal)}{NBSP}sans niveau", "soft"))
    niveau = feuille.niveaux[item.avancement]
    mark = "*" if feuille.provenance(item) == "infere" else ""
    return line(Span(f"{level_sign(niveau, terminal)}{NBSP}{spaced(niveau.libelle)}{mark}", level_style(niveau)))


def _due(vue: Vue, item: Any) -> Line:
    if item.echeance is None:
        return line(spaced(item.delai or ""))
    words = item.echeance.in_words
    if bilan.etat(vue.feuille, item, vue.moment.day) == "echue":
        return line(Span(f"{words} (échue)", "alert"))
    return line(words)


# --- show -------------------------------------------------------------------------------------------------------------


def show(vue: Vue, famille: Famille, item: Item, terminal: Terminal) -> Screen:
    """Everything about one item, its references resolved both ways."""
    feuille = vue.feuille
    rows: list[tuple[Line, ...]] = []

    def add(label: str, *values: Line) -> None:
        for rank, value in enumerate(values):
            rows.append((line(Span(label if not rank else "", "strong")), value))

    links = liens.both_ways(feuille).get((famille, item.id), {})
    for champ in feuille.champs(famille):
        value = getattr(item, champ.attribut)
        if champ.code == "avancement" and not value:
            add(champ.libelle, line(Span("sans niveau", "soft")))
        if champ.code in ("id", "titre", "provenance") or not value:
            continue
        if champ.propre:
            add(spaced(one_line(champ.libelle)), *_own_values(champ, value))
        elif champ.type == "niveau":
            origin = feuille.provenance(item)
            niveau = feuille.niveaux[value]
            pieces = [*_level(feuille, item, terminal), Span(f" ({PROVENANCE_LIBELLES[origin or 'saisi']})", "soft")]
            add(champ.libelle, tuple(pieces))
            if niveau.sens:
                add("", line(Span(spaced(one_line(niveau.sens)), "soft")))
        elif champ.type == "dimension":
            dimension = feuille.dimensions[value]
            horizon = f" ({dimension.horizon[0]} à {dimension.horizon[1]}{NBSP}mois)" if dimension.horizon else ""
            add(champ.libelle, line(spaced(dimension.libelle + horizon)))
        elif champ.code == "echeance":
            add(champ.libelle, _due(vue, item))
        elif champ.type == "ids":
            add(champ.libelle, *(_link(link) for link in links.get(champ.code, ())))
        elif champ.type == "preuves":
            add(champ.libelle, *(_preuve(preuve) for preuve in value))
        elif champ.type == "noms":
            add(champ.libelle, line(spaced(", ".join(plain(v) for v in value))))
        elif isinstance(value, Periode):
            add(champ.libelle, line(value.in_words))
        else:
            add(champ.libelle, *_paragraphs(str(value)))
    add("Mesures", *(_link(link) for link in links.get("mesures", ())))
    add("Cité par", *(_link(link) for link in links.get("cite_par", ())))
    add("Remplace", *(_link(link) for link in liens.replaced(feuille).get((famille, item.id), ())))
    screen: Screen = [
        Wrapped(line(Span(f"{capitalised(SINGULIER[famille])} {item.id} — {spaced(one_line(item.titre))}", "title"))),
        line(_at(vue.moment)),
        *_revision(vue, terminal),
    ]
    if rows:
        # The mission's own labels may be long.
        wide = max(width_of(label) for label, _ in rows) > (terminal.width or 120) // 3
        screen += [line(), Table((Column("", wraps=wide), Column("", wraps=True)), tuple(rows), headed=False)]
    if famille != "leviers" and feuille.provenance(item) == "infere":
        screen += [line(), line(Span(f"* {INFERE}", "soft"))]
    return screen


def show_retired(vue: Vue, famille: Famille, retiree: Retiree, terminal: Terminal) -> Screen:
    """What is left of a retired item: when and why it was retired, by what it is replaced, what it had replaced."""
    feuille = vue.feuille
    rows: list[tuple[Line, ...]] = []

    def add(label: str, *values: Line) -> None:
        for rank, value in enumerate(values):
            rows.append((line(Span(label if not rank else "", "strong")), value))

    gone = RETIRE[famille]
    add(capitalised(gone), line(phrases.when(retiree.date) if retiree.date else "date inconnue"))
    add("Motif", *_paragraphs(retiree.motif))
    replacing = liens.replacing(feuille, famille, retiree)
    add(f"{capitalised(REMPLACE[famille])} par", *(_link(link) for link in replacing))
    if retiree.avancement:
        niveau = feuille.niveaux.get(retiree.avancement)
        level = line(Span(f"{level_sign(niveau, terminal)}{NBSP}", level_style(niveau))) if niveau else line()
        add("Dernier niveau", (*level, Span(spaced(one_line(phrases.last_level(feuille, retiree))))))
    add("Remplace", *(_link(link) for link in liens.replaced(feuille).get((famille, retiree.id), ())))
    name = f"{capitalised(SINGULIER[famille])} {retiree.id} ({gone}) — {spaced(one_line(retiree.titre))}"
    return [
        Wrapped(line(Span(name, "title"))),
        line(_at(vue.moment)),
        *_revision(vue, terminal),
        line(),
        Table((Column("", wraps=False), Column("", wraps=True)), tuple(rows), headed=False),
    ]


def _own_values(champ: Champ, values: Sequence[Valeur]) -> list[Line]:
    """A declared field's values: on one line where they are short, else one a line; a text keeps its lines."""
    if champ.type in ("texte", "url") and (len(values) > 1 or "\n" in str(values[0])):
        said = [piece for value in values for piece in _paragraphs(in_words(value))]
        several = any("\n" in str(value) for value in values)
        if several or champ.type == "url" or sum(width_of(piece) for piece in said) > 60:
            return said
    return [_own_line(champ, values)]


def _own_line(champ: Champ, values: Sequence[Valeur]) -> Line:
    return line(phrases.values(champ, [one_line(in_words(value)) for value in values]))


def _paragraphs(text: str) -> list[Line]:
    return [line(spaced(plain(piece))) for piece in text.split("\n") if piece.strip()]


def _link(link: liens.Lien) -> Line:
    famille, identifier, titre = link
    name = f"{SINGULIER[famille]} {identifier} — " if famille else ""
    return line(name + spaced(one_line(titre)))


def _preuve(preuve: Preuve) -> Line:
    date = f" ({preuve.date.in_words})" if preuve.date else ""
    return line(f"{spaced(one_line(preuve.titre))}{NBSP}: {preuve.url}{date}" if preuve.titre else preuve.url + date)


# --- summarise --------------------------------------------------------------------------------------------------------


def summary(
    vue: Vue, whole: Bilan, groupes: Sequence[Groupe], groupement: Groupement | None, terminal: Terminal
) -> Screen:
    """The counts by group, where the levels come from, and the published totals beside the counted ones."""
    feuille = vue.feuille
    compte = whole.compte
    sentence = phrases.size(whole.famille, compte.total, whole.retirees)
    if compte.total and compte.sans_avancement == compte.total:
        sentence += ", sans niveau"
    elif compte.total:
        levels = [f"{number(compte.comptes[n.code])}{NBSP}{n.libelle}" for n in feuille.echelle]
        levels += [f"{number(compte.sans_avancement)}{NBSP}sans niveau"] * bool(compte.sans_avancement)
        sentence += f" : {', '.join(levels)}"
    screen: Screen = [
        Wrapped(line(Span(spaced(one_line(feuille.mission.titre)), "title"))),
        line(_at(vue.moment)),
        *_revision(vue, terminal),
        Wrapped(line(spaced(sentence))),
    ]
    if not compte.total:
        if whole.famille == "mesures" and any(chantier.avancement for chantier in feuille.chantiers):
            again = _again(vue, "alliances summarise chantiers")
            screen.append(Wrapped(line(Span(spaced(f"Les chantiers ont des niveaux : {again}"), "soft"))))
        return screen
    screen += _count_table(feuille, compte, groupes, groupement, terminal)
    notes: Screen = []
    if sum(groupe.compte.total for groupe in groupes) > compte.total:
        notes.append(
            Wrapped(
                line(Span("Un élément compte dans chacun de ses groupes, mais une seule fois dans l'ensemble.", "soft"))
            )
        )
    notes += [Wrapped(line(spaced(said))) for said in (phrases.provenance(whole), phrases.control(whole)) if said]
    notes += [Wrapped(line(Span(spaced(phrases.mismatch(problem)), "alert"))) for problem in vue.totals]
    return [*screen, line(), *notes] if notes else screen


def _count_table(
    feuille: FeuilleDeRoute,
    compte: Compte,
    groupes: Sequence[Groupe],
    groupement: Groupement | None,
    terminal: Terminal,
) -> Screen:
    """One row a group and one for the whole; no column for levels where no item has one."""
    sans = compte.sans_avancement
    niveaux = feuille.echelle if sans < compte.total else ()
    everything = (*groupes, Groupe(None, "Ensemble", compte))
    names = [f"{level_sign(n, terminal)}{NBSP}{spaced(n.libelle)}" for n in niveaux]
    label_width = min(max(cells(groupe.libelle) for groupe in everything), 24)
    nowhere = "sans niveau"
    screen: Screen = [line()]
    if terminal.width and label_width + sum(cells(name) + 3 for name in names) + (22 if sans else 8) > terminal.width:
        # The labels don't fit over their columns: they are told once, above.
        short = [level_sign(n, terminal) + (f"{NBSP}{n.abrege}" if terminal.glyphs else "") for n in niveaux]
        if min(label_width, 16) + sum(cells(name) + 2 for name in short) + (22 if sans else 8) > terminal.width:
            short = [level_sign(n, terminal) for n in niveaux]
            nowhere = no_level(terminal)
        legend = [line(f"{s}{NBSP}: {spaced(n.libelle)}") for s, n in zip(short, niveaux, strict=True)]
        legend += [line(f"{nowhere}{NBSP}: sans niveau")] * bool(sans and nowhere != "sans niveau")
        for text in flow(legend, terminal.width, indent=0):
            screen.append(Wrapped(text, hang=4) if width_of(text) > terminal.width else text)
        screen.append(line())
        names = short
        numbers = [_figures(compte, niveaux, nowhere=bool(sans))]
        numbers += [_figures(groupe.compte, niveaux, nowhere=bool(sans)) for groupe in groupes]
        heads = [*names, *[nowhere] * bool(sans), "Total"]
        widths = [max(cells(head), *(len(number(row[i])) for row in numbers)) for i, head in enumerate(heads)]
        if min(label_width, 8) + sum(width + 2 for width in widths) > terminal.width:
            return [*screen, *_count_blocks(everything, heads, niveaux, bool(sans), terminal)]
    heading = phrases.group_heading(groupement) if groupement else "Dimension" if groupes else ""
    columns = [Column(spaced(one_line(heading)), wraps=True)]
    columns += [Column(name, right=True) for name in (*names, *[nowhere] * bool(sans), "Total")]
    rows = []
    for groupe in everything:
        whole = "strong" if groupe is everything[-1] else ""
        found = _figures(groupe.compte, niveaux, nowhere=bool(sans))
        figures = [line(Span(number(n), whole or ("" if n else "soft"))) for n in found]
        rows.append((line(Span(spaced(one_line(groupe.libelle)), whole)), *figures))
    return [*screen, Table(tuple(columns), tuple(rows))]


def _figures(compte: Compte, niveaux: Sequence[Echelon], nowhere: bool) -> list[int]:
    """The count of each level, then of what has none (`nowhere`), then of all."""
    return [*(compte.comptes[n.code] for n in niveaux), *[compte.sans_avancement] * nowhere, compte.total]


def _count_blocks(
    groupes: Sequence[Groupe], heads: Sequence[str], niveaux: Sequence[Echelon], nowhere: bool, terminal: Terminal
) -> Screen:
    """A group after the other, its numbers under its label: what a terminal too narrow for the table gets."""
    screen: Screen = []
    for groupe in groupes:
        label = spaced(one_line(groupe.libelle))
        screen.append(Wrapped(line(Span(label, "strong")), hang=2))
        figures = _figures(groupe.compte, niveaux, nowhere)
        said = [
            line(Span(f"{head.lower() if head == 'Total' else head}{NBSP}{number(n)}", "" if n else "soft"))
            for head, n in zip(heads, figures, strict=True)
        ]
        rows = flow([line("  ", *said[0]), *said[1:]], terminal.width, indent=2)
        screen += [Wrapped(row, hang=4) if width_of(row) > (terminal.width or 0) else row for row in rows]
    return screen


# --- check and problems -----------------------------------------------------------------------------------------------


# What comes before the message of a problem that isn't an error.
KINDS = {"avertissement": "avertissement : ", "total": "totaux : ", "regle": "règle "}


def problems(found: Sequence[Problem], terminal: Terminal) -> Screen:
    """Each problem on its line, with the line of the file and the place marked on a terminal."""
    screen: Screen = []
    for problem in found:
        word = KINDS.get(problem.kind, "")
        style = "" if problem.kind == "avertissement" else "alert"
        pieces = line(Span(f"{problem.where}: ", "strong"), Span(spaced(word), style), spaced(problem.message))
        screen.append(Wrapped(pieces, hang=4))
        if terminal.width is not None and problem.line and problem.excerpt.strip():
            screen.extend(_excerpt(problem, terminal.width))
    return screen


def _excerpt(problem: Problem, width: int) -> list[Line]:
    """The line of the file around the place, and a mark under it."""
    room = max(width - 6, 20)
    text = "".join(c if c.isprintable() else " " for c in problem.excerpt)
    at = min(problem.column - 1, len(text))
    start = max(0, at - room * 2 // 3) if len(text) > room else 0
    shown = text[start : start + room]
    lead = "…" if start else ""
    return [
        line(Span(f"    {lead}{shown}", "soft")),
        line("    " + " " * (cells(lead) + cells(text[start:at])), Span("^", "alert")),
    ]


def check(controle: Controle, terminal: Terminal) -> Screen:
    """All the problems, then their count."""
    screen = problems(controle.problems, terminal)
    feuille = controle.feuille
    errors, totals = controle.count("erreur", "systeme"), controle.count("total")
    warnings, broken = controle.count("avertissement"), controle.count("regle")
    if screen:
        screen.append(line())
    said = [count(errors, "erreur")] if errors else []
    said += [count(totals, "total", "totaux") + " à réconcilier"] if totals else []
    said += [count(broken, "manquement aux règles", "manquements aux règles")] if broken else []
    said += [count(warnings, "avertissement")] if warnings else []
    if said:
        style = "alert" if errors or totals or broken else "strong"
        where = f" dans {count(len({p.source for p in controle.problems}), 'fichier')}"
        rules = ", règles" if controle.depuis is not None else ""
        unseen = f" (totaux{rules} et avertissements non vérifiés)" if feuille is None else ""
        screen.append(line(Span(", ".join(said), style), where + unseen))
        if controle.revision is not None:
            read = f"{phrases.revision(controle.revision)} ; {_at(controle.moment).lower()}"
            screen += fold(line(Span(spaced(read), "soft")), terminal.width)
        return screen
    assert feuille is not None
    text = f" : {phrases.sizes(feuille)} dans {count(len(controle.files), 'fichier')} ({_at(controle.moment).lower()})"
    if controle.depuis is not None and controle.regles:
        kept = count(len(controle.regles), "règle respectée", "règles respectées")
        text += f" ; {kept} depuis « {controle.depuis.demandee} »"
    screen.append(Wrapped(line(Span("Rien à signaler", "good"), spaced(text))))
    if controle.revision is not None:
        screen += fold(line(Span(spaced(phrases.revision(controle.revision)), "soft")), terminal.width)
    return screen
