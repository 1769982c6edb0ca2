"""Records → rows for spreadsheets and Markdown: CSV (RFC 4180), CSV for French Excel, Markdown tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from alliances_cli import bilan
from alliances_cli.api import Vue
from alliances_cli.bilan import Bilan, Groupe, Groupement
from alliances_cli.champs import PROVENANCE_LIBELLES, REMPLACE, RETIRE, SINGULIER, Champ, Famille
from alliances_cli.model import Echelon, FeuilleDeRoute, Item, Preuve, Retiree, Suivi, in_words
from alliances_cli.nombre import Nombre
from alliances_cli.nombre import parse as number_of
from alliances_cli.periode import Periode
from alliances_cli.present import liens, markdown, phrases
from alliances_cli.typographie import NBSP, capitalised, count, plain, spaced

if TYPE_CHECKING:
    from alliances_cli.bilan import Moment
    from alliances_cli.git import Commit
    from alliances_cli.timeline import Recul, Revoir

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


# A text, or numbers: their decimal sign is the spreadsheet's.
Cell: TypeAlias = "str | tuple[Nombre, ...]"


@dataclass(frozen=True)
class Rows:
    """A header and its rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Lue(Protocol):
    """A roadmap at the date at which it is read."""

    @property
    def feuille(self) -> FeuilleDeRoute: ...

    @property
    def moment(self) -> Moment: ...


def listing(vue: Lue, famille: Famille, items: Sequence[Item], recul: Recul | None = None) -> Rows:
    """Every field of the family, by its key; levels and dimensions also by their label; `au` is the date of reading.
    After it, what the past says, where that was asked."""
    header: list[str] = []
    champs = vue.feuille.exported(famille)
    for champ in champs:
        header.append(champ.code)
        if champ.type in ("niveau", "dimension"):
            header.append(f"{champ.code}_libelle")
    past = _hindsight(recul)
    rows = []
    for record in items:
        row: list[Cell] = []
        for champ in champs:
            value = getattr(record, champ.attribut)
            if champ.code == "provenance":
                value = vue.feuille.provenance(record)
            row.append(value if champ.type == "nombre" else _cell(value))
            if champ.type == "niveau":
                row.append(vue.feuille.niveaux[value].libelle if value else "")
            elif champ.type == "dimension":
                row.append(vue.feuille.dimensions[value].libelle if value else "")
        rows.append((*row, vue.moment.iso, *(said(record.id) for _, said in past)))
    return Rows((*header, "au", *(name for name, _ in past)), tuple(rows))


def _hindsight(recul: Recul | None) -> list[tuple[str, Callable[[str], str]]]:
    """The columns of what the past says: a name, and the cell of an id."""
    columns: list[tuple[str, Callable[[str], str]]] = []
    if recul is not None and recul.dormantes is not None:
        dormantes = recul.dormantes
        columns.append(("inchange_depuis", lambda identifier: dormantes[identifier].depuis.day))
        columns.append(("inchange_jours", lambda identifier: str(dormantes[identifier].jours)))
        columns.append(("promesse_bilans", lambda identifier: str(dormantes[identifier].promesse or "")))
    if recul is not None and recul.a_revoir is not None:
        a_revoir = recul.a_revoir
        columns.append(("a_revoir", lambda identifier: " ; ".join(map(_moved, a_revoir[identifier]))))
        columns.append(("dernier_changement", lambda identifier: _day(a_revoir[identifier][0].item_le)))
    return columns


def _moved(target: Revoir) -> str:
    return f"{SINGULIER[target.famille]}-{target.id} ({_day(target.le) or 'sans commit'})"


def _day(commit: Commit | None) -> str:
    return commit.day if commit is not None else ""


def retired(vue: Vue, famille: Famille, items: Sequence[Retiree]) -> Rows:
    """Every field of the retired items, the label of their last level, the date of reading."""
    header = ("id", "titre", "date", "motif", "vers", "avancement", "avancement_libelle", "au")
    rows = [
        (*(_cell(getattr(r, name)) for name in header[:6]), phrases.last_level(vue.feuille, r), vue.moment.iso)
        for r in items
    ]
    return Rows(header, tuple(rows))


def summary(vue: Vue, whole: Bilan, groupes: Sequence[Groupe], groupement: Groupement | None) -> Rows:
    """One row a group, then the whole: its code, its label, its total, the count of each level."""
    own = groupement if isinstance(groupement, Champ) else None
    name = own.code if own else str(groupement or "dimension")
    header = (name, "libelle", "total", *whole.compte.comptes, "sans_avancement", "au")
    rows: list[tuple[Cell, ...]] = []
    for g in (*groupes, Groupe(None, "Ensemble", whole.compte)):
        code: Cell = (number_of(g.code),) if own and own.type == "nombre" and g.code else g.code or ""
        counts = map(str, (g.compte.total, *g.compte.comptes.values(), g.compte.sans_avancement))
        rows.append((code, g.libelle, *counts, vue.moment.iso))
    return Rows(header, tuple(rows))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ; ".join(_cell(inner) for inner in value)
    if isinstance(value, bool):
        return in_words(value)
    if isinstance(value, Periode):
        return value.text
    if isinstance(value, Preuve):
        date = f" ({value.date})" if value.date else ""
        return (f"{plain(value.titre)} <{value.url}>" if value.titre else value.url) + date
    return plain(str(value))


def as_csv(rows: Rows) -> str:
    """RFC 4180: commas, CRLF, no BOM, text as it is."""
    out = io.StringIO()
    plain_rows = [[cell if isinstance(cell, str) else _numbers(cell) for cell in row] for row in rows.rows]
    csv.writer(out, lineterminator="\r\n").writerows([rows.header, *plain_rows])
    return out.getvalue()


def as_csv_excel(rows: Rows) -> str:
    """For French Excel: semicolons, CRLF, a BOM; a cell that would be a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(rows.header)
    writer.writerows([[_excel(cell) for cell in row] for row in rows.rows])
    return "\ufeff" + out.getvalue()


def _numbers(values: tuple[Nombre, ...]) -> str:
    return " ; ".join(value.plain for value in values)


def _excel(cell: Cell) -> str:
    if not isinstance(cell, str):
        text = _numbers(cell).replace(".", ",")
        if len(cell) < 2:
            # A number is no formula, even a negative one.
            return text
        cell = text
    return "'" + cell if cell.startswith(_FORMULA) else cell


def list_as_md(vue: Vue, famille: Famille, items: Sequence[Item], recul: Recul | None = None) -> str:
    """A Markdown table of what a reader needs, under a line that names the date and the count."""
    feuille = vue.feuille
    total = len(feuille.items(famille))
    said = count(len(items), SINGULIER[famille]) + (f" sur {total}" if len(items) != total else "")
    header = ["Id", "Titre"]
    if famille == "leviers":
        header.append("Texte")
        rows = [
            [
                markdown.escape(r.id, cell=True),
                markdown.rich(r.titre, cell=True),
                markdown.rich(r.texte or "", cell=True),
            ]
            for r in items
        ]
    else:
        header += ["Avancement", "Réalisé", "Prochaine étape", "Échéance"]
        rows = [_row(vue, record) for record in items if isinstance(record, Suivi)]
    for champ in feuille.champs(famille):
        if champ.propre and any(getattr(record, champ.attribut) for record in items):
            header.append(markdown.escape(plain(champ.libelle), cell=True))
            for row, record in zip(rows, items, strict=True):
                values = [in_words(value) for value in getattr(record, champ.attribut)]
                row.append(phrases.values(champ, [markdown.rich(spaced(value), cell=True) for value in values]))
    for title, told in phrases.hindsight(famille, recul):
        header.append(title)
        for row, record in zip(rows, items, strict=True):
            row.append(markdown.escape(told(record.id), cell=True))
    return _markdown(f"{said} {_at(vue)}", header, rows, notes=_reserve(vue))


def retired_as_md(vue: Vue, famille: Famille, items: Sequence[Retiree]) -> str:
    """The retired items as a Markdown table."""
    total = len(vue.feuille.gone(famille))
    said = count(len(items), f"{SINGULIER[famille]} {RETIRE[famille]}", f"{famille} {RETIRE[famille]}s")
    said += f" sur {total}" if len(items) != total else ""
    header = ["Id", "Titre", "Date", "Motif", f"{capitalised(REMPLACE[famille])} par", "Dernier niveau"]
    rows = [
        [
            markdown.escape(r.id, cell=True),
            markdown.rich(spaced(r.titre), cell=True),
            r.date.in_words if r.date else "",
            markdown.rich(spaced(r.motif), cell=True),
            markdown.escape(_replacing(vue.feuille, famille, r), cell=True),
            markdown.escape(phrases.last_level(vue.feuille, r), cell=True),
        ]
        for r in items
    ]
    return _markdown(f"{said} {_at(vue)}", header, rows, notes=_reserve(vue))


def _reserve(vue: Vue) -> list[str]:
    said = phrases.reserve_of(vue.feuille)
    return [said] if said else []


def _row(vue: Vue, item: Suivi) -> list[str]:
    niveau = vue.feuille.niveaux[item.avancement] if item.avancement else None
    mark = f" ({PROVENANCE_LIBELLES['infere']})" if vue.feuille.provenance(item) == "infere" else ""
    overdue = " (échue)" if bilan.etat(vue.feuille, item, vue.moment.day) == "echue" else ""
    return [
        markdown.escape(item.id, cell=True),
        markdown.rich(item.titre, cell=True),
        f"{_level(niveau)}{mark}" if niveau else "sans niveau",
        markdown.rich(item.realise or "", cell=True),
        markdown.rich(item.prochaine_etape or "", cell=True),
        item.echeance.in_words + overdue if item.echeance else markdown.rich(item.delai or "", cell=True),
    ]


def _at(vue: Vue) -> str:
    today = ", date du jour" if vue.moment.origin == "jour" else ""
    return f"au {vue.moment.in_words}{today}"


def _replacing(feuille: FeuilleDeRoute, famille: Famille, retiree: Retiree) -> str:
    return ", ".join(f"{SINGULIER[f]} {i}" for f, i, _ in liens.replacing(feuille, famille, retiree) if f)


def summary_as_md(vue: Vue, whole: Bilan, groupes: Sequence[Groupe], groupement: Groupement | None) -> str:
    """The counts as a Markdown table; no column for levels where no item has one."""
    sans = whole.compte.sans_avancement > 0
    niveaux = vue.feuille.echelle if whole.compte.sans_avancement < whole.compte.total else ()
    head = phrases.group_heading(groupement) if groupement else "Dimension" if groupes else whole.famille.capitalize()
    header = [markdown.escape(plain(head), cell=True)]
    header += [_level(niveau) for niveau in niveaux]
    header += ["sans niveau"] * sans + ["Total"]
    rows = []
    for groupe in (*groupes, Groupe(None, "Ensemble", whole.compte)):
        compte = groupe.compte
        label = markdown.rich(groupe.libelle, cell=True)
        numbers = [compte.comptes[n.code] for n in niveaux] + [compte.sans_avancement] * sans + [compte.total]
        rows.append([f"**{label}**" if groupe.libelle == "Ensemble" else label, *map(str, numbers)])
    notes = [said for said in (phrases.provenance(whole, " "), phrases.control(whole)) if said]
    notes += [markdown.escape(phrases.mismatch(problem)) for problem in vue.totals]
    notes += _reserve(vue)
    title = f"{count(whole.compte.total, SINGULIER[whole.famille])} {_at(vue)}"
    title += f", {phrases.retired(whole.famille, whole.retirees)}" if whole.retirees else ""
    return _markdown(title, header, rows, numbers_from=1, notes=notes)


def _level(niveau: Echelon) -> str:
    return f"{markdown.escape(niveau.symbole, cell=True)}{NBSP}{markdown.escape(niveau.libelle, cell=True)}"


def _markdown(
    title: str, header: list[str], rows: list[list[str]], numbers_from: int | None = None, notes: Sequence[str] = ()
) -> str:
    aligns = [" --: " if numbers_from is not None and i >= numbers_from else " :-- " for i in range(len(header))]
    lines = [spaced(title), "", "| " + " | ".join(header) + " |", "|" + "|".join(aligns) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines = [line.replace("|  |", "| |") for line in lines]
    for note in notes:
        lines += ["", spaced(note)]
    return "\n".join(lines) + "\n"
