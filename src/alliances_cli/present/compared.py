"""What changed from one moment to another → a screen, Markdown for a merge request's comment, JSON."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from alliances_cli.bilan import Compte
from alliances_cli.evolution import FAMILLE_DE, Mouvement
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.present import as_json, ecarts, markdown
from alliances_cli.present.ecarts import Phrase
from alliances_cli.present.mots import Piece
from alliances_cli.present.screen import Column, Line, Screen, Span, Table, Wrapped, line
from alliances_cli.timeline import Comparaison, Cote
from alliances_cli.typographie import capitalised, number, spaced

_STYLES = {"name": "strong", "-": "alert", "+": "good", "better": "good", "worse": "alert"}
_MARKS = {"-": "~~", "+": "**"}
_UNCHANGED = "Rien n'a changé"


def screen(comparaison: Comparaison) -> Screen:
    """Both moments, the totals of each, then what changed, a sentence each."""
    if not comparaison.evolution.changed:
        reserve = ecarts.reserve(comparaison)
        said = [Wrapped(line(Span(reserve, "soft")))] if reserve else []
        return [line(f"{_UNCHANGED} {ecarts.span(comparaison)}."), *said]
    shown: Screen = [Wrapped(line(Span(capitalised(ecarts.clocks(comparaison)), "title")))]
    if reserve := ecarts.reserve(comparaison):
        shown.append(Wrapped(line(Span(reserve, "soft"))))
    shown.append(line())
    refusal = ecarts.refusal(comparaison)
    if refusal:
        shown += [Wrapped(line(ecarts.heading(comparaison))), Wrapped(line(Span(refusal, "alert")))]
    else:
        shown.append(_totals(comparaison))
    for groupe in ecarts.groups(comparaison):
        shown += [line(), Wrapped(line(Span(groupe.titre, "title")))]
        shown += [Wrapped(marked(phrase), hang=4) for phrase in groupe.phrases]
    return shown


def _totals(comparaison: Comparaison) -> Table:
    columns = (Column("Mesures", wraps=True), *(Column(name, right=True) for name in ("Avant", "Après", "Écart")))
    rows: list[tuple[Line, ...]] = []
    for row in ecarts.totals(comparaison):
        style = "" if row.libelle else "strong"
        cells = (row.libelle or "Ensemble", number(row.avant), number(row.apres), ecarts.delta(row))
        rows.append(tuple(line(Span(cell, style)) for cell in cells))
    return Table(columns, tuple(rows))


def marked(phrase: Phrase) -> Line:
    """A sentence as a line of a screen, indented: what went stands between `[-` and `-]`, what came between `{+` and
    `+}`, with longer marks where the texts have these."""
    sign = 1
    while any(mark in text for text, _ in phrase for mark in _around("", sign)):
        sign += 1
    pieces = [Span("  ")]
    for text, mark in phrase:
        before, after = _around(mark, sign)[:2] if mark in _MARKS else ("", "")
        pieces.append(Span(before + text + after, _STYLES.get(mark, "")))
    return tuple(pieces)


def _around(mark: str, sign: int) -> tuple[str, ...]:
    went, came = ("[" + "-" * sign, "-" * sign + "]"), ("{" + "+" * sign, "+" * sign + "}")
    return went if mark == "-" else came if mark == "+" else (*went, *came)


def as_md(comparaison: Comparaison) -> str:
    """A heading with the totals, both moments, then what changed as lists; made to be pasted."""
    if not comparaison.evolution.changed:
        reserve = ecarts.reserve(comparaison)
        said = f"\n{_escaped(reserve)}\n" if reserve else ""
        return f"### {_escaped(f'{_UNCHANGED} {ecarts.span(comparaison)}')}\n{said}"
    blocks = [
        f"### {_escaped(ecarts.heading(comparaison))}",
        _escaped(f"{capitalised(ecarts.clocks(comparaison))}."),
    ]
    blocks += [_escaped(reserve)] if (reserve := ecarts.reserve(comparaison)) else []
    refusal = ecarts.refusal(comparaison)
    blocks += [_escaped(refusal)] if refusal else []
    for groupe in ecarts.groups(comparaison):
        listed = "\n".join(f"- {markdown.marked(_md(phrase))}" for phrase in groupe.phrases)
        blocks += [markdown.bold(groupe.titre), listed]
    return "\n\n".join(blocks) + "\n"


def _md(phrase: Iterable[Piece]) -> Iterable[tuple[str, str]]:
    return ((text, _MARKS.get(mark, "")) for text, mark in phrase)


def _escaped(text: str) -> str:
    return markdown.marked([(spaced(text), "")])


def json(comparaison: Comparaison) -> str:
    """The two moments, the counts of the mesures, each change with its codes and ids."""
    found = comparaison.evolution
    return as_json.dump(
        {
            "de": _moment(comparaison.de),
            "a": _moment(comparaison.a),
            "comptes": {"avant": dict(found.avant.comptes), "apres": dict(found.apres.comptes)},
            "total": {"avant": found.avant.total, "apres": found.apres.total},
            "sans_avancement": {
                "avant": _unlevelled(comparaison.de, found.avant),
                "apres": _unlevelled(comparaison.a, found.apres),
            },
            "refus": found.refus or None,
            "changements": [change(comparaison.de.feuille, comparaison.a.feuille, m) for m in found.mouvements],
        }
    )


def _moment(cote: Cote) -> dict[str, Any]:
    etat_au = cote.feuille.mission.etat_au if cote.feuille is not None else None
    return {
        "demandee": cote.demandee,
        "commit": cote.revision.commit if cote.revision is not None else None,
        "date": cote.revision.date if cote.revision is not None else None,
        "etat_au": etat_au.text if etat_au is not None else None,
        "bilan": cote.publie.date.text if cote.publie is not None else None,
        **as_json.reserve(cote.feuille),
    }


def _unlevelled(cote: Cote, compte: Compte) -> int | None:
    """How many have no level; None where the published totals, which don't say, are all that is known."""
    return compte.sans_avancement if cote.feuille is not None else None


def change(avant: FeuilleDeRoute | None, apres: FeuilleDeRoute | None, m: Mouvement) -> dict[str, Any]:
    """A change with its codes and ids; the roadmaps say which of its values are numbers."""
    found: dict[str, Any] = {
        "type": m.type,
        "objet": m.objet,
        "id": m.id,
        "titre": m.titre,
        "champ": m.champ,
        "avant": _json_value(avant, apres, m, m.avant),
        "apres": _json_value(apres, apres, m, m.apres),
    }
    if m.jours is not None:
        found |= {"jours": m.jours, "mois": m.mois, "fois": m.fois}
    return found


def _json_value(side: FeuilleDeRoute | None, after: FeuilleDeRoute | None, m: Mouvement, value: Any) -> Any:
    """The value; a number that the mission declares, as one."""
    famille = FAMILLE_DE.get(m.objet)
    if famille is None or after is None or side is None or value is None or m.id not in after.by_id[famille]:
        return value
    champ = next((champ for champ in side.champs(famille) if champ.code == m.champ), None)
    if champ is None or champ.type != "nombre":
        return value
    found = [as_json.figure(Decimal(text)) for text in (value if isinstance(value, list) else [value])]
    return found if isinstance(value, list) else found[0]
