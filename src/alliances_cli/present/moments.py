"""The line of time: the moments of a roadmap, its bilans, the changes of one item → a screen, JSON, rows of CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from alliances_cli.bilan import Compte
from alliances_cli.git import Commit
from alliances_cli.model import Echelon
from alliances_cli.present import as_json, phrases
from alliances_cli.present.as_table import Rows
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
    fold,
    line,
    width_of,
)
from alliances_cli.timeline import Histoire, Pas, Publication, Releve
from alliances_cli.typographie import NBSP, capitalised, count, number, one_line, spaced

# Between two columns.
GAP = "  "
# Heights of a line of time, from nothing to the most.
_HEIGHTS = "▁▂▃▄▅▆▇█"
_ASCII_HEIGHTS = "_.-:=+*#"
_UNCUT = 60


# --- history ----------------------------------------------------------------------------------------------------------


class _Cells(NamedTuple):
    """A column: its title, what stands in its rows, the side where these stand."""

    titre: str
    rows: list[Line]
    right: bool = False

    @property
    def width(self) -> int:
        return max(cells(self.titre), *map(width_of, self.rows))

    def aligned(self) -> list[Line]:
        """The title, then the rows, each as wide as the widest."""
        rows = [line(Span(self.titre, "strong")), *self.rows]
        sizes = [width_of(row) for row in rows]
        width = max(sizes)
        spaces = [(Span(" " * (width - size)),) for size in sizes]
        return [(*s, *row) if self.right else (*row, *s) for row, s in zip(rows, spaces, strict=True)]


def history(histoire: Histoire, terminal: Terminal) -> Screen:
    """One row a moment, each on a line as wide as the terminal at most, what is wrong with it below; then a line of
    time a level. All are plain lines: a thousand of them are drawn at once."""
    releves = histoire.releves
    if not releves:
        return [line(_NONE[histoire.pas])]
    screen: Screen = list(fold(_heading(histoire), terminal.width))
    screen += _reserve(left_out(histoire), terminal)
    screen.append(line())
    titles, *rows = zip(*[column.aligned() for column in _columns(histoire, terminal)], strict=True)
    screen.append(clip_line(_joined(titles), terminal))
    for row, releve in zip(rows, releves, strict=True):
        screen.append(clip_line(_joined(row), terminal))
        for said in _faults(releve):
            screen += [clip_line(text, terminal) for text in fold(line("    ", Span(said, "alert")), terminal.width)]
    return [*screen, *_sparklines(histoire, terminal)]


_NONE: dict[Pas, str] = {
    "commit": "Aucun commit de cette ligne n'a touché la feuille de route.",
    "month": "Aucun mois n'a de commit qui se lise.",
    "bilan": "Aucun bilan n'est publié dans mission.yaml.",
}


def _reserve(said: str, terminal: Terminal) -> list[Line]:
    return fold(line(Span(spaced(said), "soft")), terminal.width) if said else []


def left_out(found: Histoire | Sequence[Publication]) -> str:
    """As a sentence, what is left out of what was counted; empty where nothing is."""
    if isinstance(found, Histoire):
        return phrases.reserves([releve.reserve for releve in found.releves if releve.compte is not None])
    return phrases.reserves([one.reserve for one in found if one.accord not in ("sans_revision", "illisible")])


def _heading(histoire: Histoire) -> Line:
    releves = histoire.releves
    noun, plural = {"commit": ("commit", None), "month": ("mois", "mois"), "bilan": ("bilan", None)}[histoire.pas]
    title = capitalised(count(len(releves), noun, plural))
    unread = sum(releve.compte is None for releve in releves)
    title += f", dont {number(unread)} sans compte" if unread else ""
    days = sorted(_day(releve) for releve in releves)
    between = f" (du {phrases.day(days[0])} au {phrases.day(days[-1])})" if days[0] != days[-1] else ""
    return line(Span(title, "title"), between or f" ({phrases.day(days[0])})")


def _day(releve: Releve) -> str:
    """The day of a commit; a bilan has its own, which isn't its commit's."""
    if releve.bilan is not None:
        return releve.bilan.date.text
    assert releve.commit is not None
    return releve.commit.day


def _columns(histoire: Histoire, terminal: Terminal) -> list[_Cells]:
    """The columns that fit: the bar, then the author, then the ends of the messages make room."""
    releves = histoire.releves
    marked = any(releve.ecart or releve.compte is None for releve in releves)
    fixed = [
        _Cells("Bilan" if histoire.pas == "bilan" else "Date", [line(_day(releve)) for releve in releves]),
        _Cells("Commit", [line(releve.commit.short if releve.commit else "") for releve in releves]),
    ]
    if marked:
        marks = [line(Span("!" if r.ecart or r.compte is None else "", "alert")) for r in releves]
        fixed.append(_Cells("", marks))
    fixed += _counts(releves, terminal)
    authors = [spaced(releve.commit.author) if releve.commit else "" for releve in releves]
    messages = [_message(releve) for releve in releves]
    texts = [("Auteur", authors), ("Message", messages)] if any(messages) else [("Auteur", authors)]
    if terminal.width is None:
        return [*fixed, _bars(releves, 40, terminal), *(_texts(titre, said) for titre, said in texts)]
    *first, (titre, said) = texts
    used = sum(column.width + len(GAP) for column in fixed)
    wanted = min(max(map(cells, said)), 18)
    for bar_width, author_width in ((20, 20), (12, 14), (8, 10), (0, 10), (0, 0)):
        shown = [*fixed]
        if bar_width:
            shown.append(_bars(releves, bar_width, terminal))
        if author_width:
            shown += [
                _texts(name, [clipped(text, author_width, terminal.ellipsis) for text in names])
                for name, names in first
            ]
        used = sum(column.width + len(GAP) for column in shown)
        if terminal.width - used >= wanted:
            break
    room = max(terminal.width - used, 1)
    return [*shown, _texts(titre, [clipped(text, room, terminal.ellipsis) for text in said])]


def _message(releve: Releve) -> str:
    if releve.bilan is not None and releve.bilan.titre:
        return spaced(one_line(releve.bilan.titre))
    return spaced(releve.commit.message) if releve.commit else ""


def _texts(titre: str, texts: Iterable[str]) -> _Cells:
    return _Cells(titre, [line(text) for text in texts])


def _counts(releves: Sequence[Releve], terminal: Terminal) -> list[_Cells]:
    """A column a level where all the moments have the same scale, else one, each row with the signs of its own."""
    readable = [releve for releve in releves if releve.compte is not None]
    if not readable:
        return []
    niveaux = readable[0].niveaux
    sans = any(releve.compte.sans_avancement for releve in readable if releve.compte)
    if any(list(releve.niveaux) != list(niveaux) for releve in readable):
        return [_Cells("Niveaux", [_own_counts(releve, terminal) for releve in releves])]
    columns = []
    for code, niveau in niveaux.items():
        figures = [_figure(releve.compte and releve.compte.comptes[code]) for releve in releves]
        columns.append(_Cells(level_sign(niveau, terminal), figures, right=True))
    if sans:
        figures = [_figure(releve.compte and releve.compte.sans_avancement) for releve in releves]
        columns.append(_Cells(no_level(terminal), figures, right=True))
    return columns


@cache
def _figure(n: int | None) -> Line:
    return line(Span("-", "soft")) if n is None else line(Span(number(n), "" if n else "soft"))


def _own_counts(releve: Releve, terminal: Terminal) -> Line:
    if releve.compte is None:
        return line(Span("-", "soft"))
    pieces: list[Span] = []
    for code, niveau in releve.niveaux.items():
        n = releve.compte.comptes[code]
        pieces += [Span(level_sign(niveau, terminal), level_style(niveau)), Span(f"{NBSP}{number(n)} ")]
    if releve.compte.sans_avancement:
        pieces.append(Span(f"{no_level(terminal)}{NBSP}{number(releve.compte.sans_avancement)}", "soft"))
    return tuple(pieces)


def _bars(releves: Sequence[Releve], width: int, terminal: Terminal) -> _Cells:
    largest = max((releve.compte.total for releve in releves if releve.compte), default=0)
    rows: list[Line] = []
    # Most moments have the scale and the counts of another.
    drawn: dict[tuple[int, ...], Line] = {}
    for releve in releves:
        compte = releve.compte
        if compte is None:
            rows.append(())
            continue
        key = (id(releve.niveaux), *compte.comptes.values(), compte.sans_avancement)
        if key not in drawn:
            drawn[key] = tuple(level_bar(tuple(releve.niveaux.values()), compte, largest, width, terminal))
        rows.append(drawn[key])
    return _Cells("", rows)


def _joined(row: Sequence[Line]) -> Line:
    gap = Span(GAP)
    pieces = [piece for cell in row for piece in (*cell, gap)]
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    return tuple(pieces)


def _faults(releve: Releve) -> list[str]:
    """What a marked row is marked for."""
    if releve.ecart:
        return [spaced(f"totaux : {releve.ecart}")]
    if releve.compte is not None:
        return []
    if releve.commit is not None:
        return [spaced(f"illisible : {releve.probleme}")]
    assert releve.bilan is not None
    totaux = "/".join(map(str, releve.bilan.totaux.values()))
    return [spaced(releve.probleme + (f" ; totaux publiés : {totaux}" if totaux else ""))]


def _sparklines(histoire: Histoire, terminal: Terminal) -> list[Line]:
    """How each level's count moved, the oldest moment first whatever the order of the rows: the first count, the line,
    the last count."""
    readable = [releve for releve in reversed(_newest_first(histoire)) if releve.compte is not None]
    if not readable:
        return []
    known = _levels(histoire)
    series: list[tuple[str, str, str, list[int | None]]] = []
    marks = bar_signs(tuple(known.values()), terminal)
    for (code, niveau), mark in zip(known.items(), marks, strict=True):
        sign = level_sign(niveau, terminal) + ("" if terminal.glyphs else f" {mark}")
        counted = [releve.compte.comptes.get(code) for releve in readable if releve.compte]
        series.append((sign, spaced(one_line(niveau.libelle)), level_style(niveau), counted))
    if any(releve.compte.sans_avancement for releve in readable if releve.compte):
        counted = [releve.compte.sans_avancement for releve in readable if releve.compte]
        series.append((no_level(terminal) + ("" if terminal.glyphs else " ."), "sans niveau", "soft", counted))
    labels = [f"{sign}{NBSP}{label}" for sign, label, _, _ in series]
    room = max(map(cells, labels))
    if terminal.width is not None:
        room = min(room, terminal.width // 2)
    digits = max(len(_ends(counted)[i]) for *_, counted in series for i in (0, 1))
    width = min(len(readable), _UNCUT if terminal.width is None else terminal.width - room - 2 * digits - 6)
    most = max((n for *_, counted in series for n in counted if n is not None), default=0)
    said = "Du plus ancien au plus récent" if len(readable) > 1 else ""
    lines = [line(), *([line(Span(f"{said}{NBSP}:", "soft"))] if said else [])]
    for label, (_, _, style, counted) in zip(labels, series, strict=True):
        name = clipped(label, room, terminal.ellipsis)
        first, last = _ends(counted)
        drawn = _spark(counted, max(width, 1), most, terminal)
        pieces = [Span(name + " " * (room - cells(name)), style), Span(f"{GAP}{first:>{digits}} ")]
        pieces += [Span(drawn, style), Span(f" {last}")] if len(readable) > 1 else []
        lines.append(tuple(pieces))
    return lines


def _newest_first(histoire: Histoire) -> Sequence[Releve]:
    return histoire.releves[::-1] if histoire.reverse else histoire.releves


def _levels(histoire: Histoire) -> dict[str, Echelon]:
    """Every level that any moment has, by code: the last scale, then what others had."""
    known: dict[str, Echelon] = {}
    for releve in _newest_first(histoire):
        for code, niveau in releve.niveaux.items():
            known.setdefault(code, niveau)
    return known


def _ends(counted: Sequence[int | None]) -> tuple[str, str]:
    first, last = counted[0], counted[-1]
    return number(first) if first is not None else "-", number(last) if last is not None else "-"


def _spark(counted: Sequence[int | None], width: int, most: int, terminal: Terminal) -> str:
    """A sign a moment; where there isn't the room, some of the moments, the first and the last always."""
    heights = _HEIGHTS if terminal.glyphs else _ASCII_HEIGHTS
    total = len(counted)
    ranks = range(total) if total <= width else [round(i * (total - 1) / max(width - 1, 1)) for i in range(width)]
    top = len(heights) - 1
    signs = []
    for rank in ranks:
        n = counted[rank]
        # A level that has an item is never drawn as one that has none.
        signs.append(" " if n is None else heights[max(1, n * top // most) if n and most else 0])
    return "".join(signs)


def history_as_json(histoire: Histoire) -> str:
    """The moments; `comptes` where the roadmap can be read, else `probleme`."""
    return as_json.dump(
        {"par": histoire.pas, "moments": [_moment(releve, histoire.public) for releve in histoire.releves]}
    )


def _moment(releve: Releve, public: bool) -> dict[str, Any]:
    found = commit_as_json(releve.commit)
    if releve.bilan is not None:
        publie = releve.bilan
        found["bilan"] = {"date": publie.date.text, "titre": publie.titre, "totaux": dict(publie.totaux)}
    if releve.compte is None:
        return {**found, "probleme": releve.probleme}
    compte = releve.compte
    counted = {"comptes": dict(compte.comptes), "sans_avancement": compte.sans_avancement, "total": compte.total}
    return {**found, **counted, "ecart": releve.ecart or None, **({"reserve": dict(releve.reserve)} if public else {})}


def commit_as_json(commit: Commit | None) -> dict[str, Any]:
    """What JSON says of a commit; nulls for none, and for a message that isn't told."""
    if commit is None:
        return dict.fromkeys(("commit", "date", "auteur", "message"))
    return {"commit": commit.hash, "date": commit.day, "auteur": commit.author, "message": commit.message or None}


def history_as_rows(histoire: Histoire) -> Rows:
    """One row a moment, one column a level that any of them has; `bilan` is the date of the bilan that a row is."""
    codes = list(_levels(histoire))
    by_bilan = histoire.pas == "bilan"
    header = ("commit", "date", "auteur", "message", *codes, "sans_avancement", "total", "ecart", "probleme")
    rows = []
    for releve in histoire.releves:
        compte = releve.compte or Compte(0, {}, 0)
        comptes = [str(compte.comptes.get(code, "")) for code in codes]
        totals = [str(compte.sans_avancement), str(compte.total)] if releve.compte else ["", ""]
        row = [*_commit_cells(releve.commit), *comptes, *totals, releve.ecart, releve.probleme]
        rows.append((*row, *[releve.bilan.date.text if releve.bilan else ""] * by_bilan))
    return Rows((*header, *["bilan"] * by_bilan), tuple(rows))


def _commit_cells(commit: Commit | None) -> list[str]:
    return [value or "" for value in commit_as_json(commit).values()]


# --- bilans -----------------------------------------------------------------------------------------------------------


def bilans(found: Sequence[Publication], terminal: Terminal) -> Screen:
    """The bilans as a table, or, where it would be too narrow, one after the other."""
    if not found:
        return [line("Aucun bilan n'est publié dans mission.yaml.")]
    screen: Screen = [line(Span(capitalised(count(len(found), "bilan")), "title"))]
    screen += _reserve(left_out(found), terminal)
    if terminal.width is not None and terminal.width < 100:
        for one in found:
            title = line(Span(one.publie.date.in_words, "strong"), f"  {_titre(one)}" if _titre(one) else "")
            screen += [line(), Wrapped(title, hang=2)]
            said = [f"Totaux publiés : {_totaux(one)}"] if _totaux(one) else []
            said += [f"Révision : {_at(one)}"] if _at(one) else []
            said.append(f"Données : {_accord(one)}" if one.accord != "sans_revision" else one.probleme)
            said += [one.probleme] if one.accord == "illisible" else []
            screen += [Wrapped(line("  " + spaced(text)), hang=4) for text in said]
        return screen
    columns = [Column("Date"), Column("Titre", wraps=True), Column("Totaux"), Column("Révision", wraps=True)]
    rows = []
    reasons: Screen = []
    for one in found:
        if one.accord == "illisible":
            reasons.append(Wrapped(line(spaced(f"{one.publie.date.in_words} : {one.probleme}")), hang=4))
        elif one.accord == "sans_revision":
            reasons.append(Wrapped(line(spaced(capitalised(one.probleme))), hang=4))
        style = "alert" if one.accord in ("differe", "illisible") else ""
        texts = [one.publie.date.in_words.replace(" ", NBSP), _titre(one), _totaux(one), _at(one)]
        rows.append((*(line(spaced(text)) for text in texts), line(Span(spaced(_accord(one)), style))))
    screen += [line(), Table((*columns, Column("Données", wraps=True)), tuple(rows))]
    return [*screen, line(), *reasons] if reasons else screen


def _titre(one: Publication) -> str:
    return spaced(one_line(one.publie.titre or ""))


def _totaux(one: Publication) -> str:
    return "/".join(map(str, one.publie.totaux.values()))


def _at(one: Publication) -> str:
    at = one.revision
    if at is None:
        return ""
    commit = f"{at.short} du {phrases.day(at.date)}"
    return f"{at.tag} ({commit})" if at.tag else f"{commit}, sans tag"


def _accord(one: Publication) -> str:
    internal = f" (dont {phrases.internal(one.internes)})" if one.internes else ""
    if one.accord == "concorde":
        return f"concordent{internal}"
    if one.accord == "differe":
        return f"diffèrent : {one.probleme or f'compté {one.compte}{internal}, publié {_totaux(one)}'}"
    if one.accord == "sans_totaux":
        return f"compté {one.compte}, aucun total publié"
    return "illisibles" if one.accord == "illisible" else "sans révision"


def bilans_as_json(found: Sequence[Publication]) -> str:
    """The bilans, soonest first; `revision` is null where git has none."""
    return as_json.dump({"bilans": [_publication(one) for one in found]})


def _left_out(nombres: Mapping[str, int]) -> dict[str, Any]:
    return {"reserve": dict(nombres)} if nombres else {}


def _publication(one: Publication) -> dict[str, Any]:
    at = one.revision
    return {
        "date": one.publie.date.text,
        "titre": one.publie.titre,
        "totaux": dict(one.publie.totaux),
        "revision": {"commit": at.commit, "date": at.date, "tag": at.tag} if at is not None else None,
        "accord": one.accord,
        "compte": one.compte or None,
        "probleme": one.probleme or None,
        **({"internes": one.internes} if one.internes else {}),
        **_left_out(one.reserve),
    }


def bilans_as_rows(found: Sequence[Publication]) -> Rows:
    """One row a bilan, one column a level of which any publishes a total."""
    codes = list(dict.fromkeys(code for one in reversed(found) for code in one.publie.totaux))
    header = ("date", "titre", *codes, "commit", "commit_date", "tag", "accord", "compte", "probleme")
    rows = []
    for one in found:
        at = one.revision
        totaux = [str(one.publie.totaux.get(code, "")) for code in codes]
        place = [at.commit, at.date, at.tag or ""] if at is not None else ["", "", ""]
        rows.append(
            (one.publie.date.text, one.publie.titre or "", *totaux, *place, one.accord, one.compte, one.probleme)
        )
    return Rows(header, tuple(rows))
