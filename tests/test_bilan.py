"""Counts: levels by group, next steps at a day, what is late, blockers, control totals; the real roadmap's figures."""

from __future__ import annotations

from datetime import date

import pytest

from alliances_cli import bilan, store
from alliances_cli.location import FILES, Root
from alliances_cli.model import FeuilleDeRoute, Mission
from alliances_cli.periode import parse
from alliances_cli.store import Source
from conftest import DATA

REAL = store.parse(store.read_sources(Root(DATA))).require()
THE_DAY = date(2021, 5, 7)


def feuille(mesures: str, mission: str = "titre: x", chantiers: str = "[]") -> FeuilleDeRoute:
    """The checked roadmap of files given as text."""
    texts = {"mesures": f"mesures: {mesures}", "mission": mission, "chantiers": f"chantiers: {chantiers}"}
    return store.parse({part: Source(FILES[part], text.encode()) for part, text in texts.items()}).require()


def levels(compte: bilan.Compte) -> str:
    """« 9/9/3 »"""
    return "/".join(map(str, compte.comptes.values()))


def groups(found: tuple[bilan.Groupe, ...]) -> list[tuple[str | None, str, int]]:
    """Code, label and size of each group."""
    return [(groupe.code, groupe.libelle, groupe.compte.total) for groupe in found]


def sizes(etapes: bilan.Etapes) -> tuple[int, int, int]:
    return len(etapes.echues), len(etapes.a_venir), len(etapes.sans_date)


# --- the real roadmap -------------------------------------------------------------------------------------------------


def test_the_published_synthesis_comes_out_of_the_data() -> None:
    whole = bilan.of(REAL)
    assert (whole.compte.total, levels(whole.compte), whole.compte.sans_avancement) == (21, "9/9/3", 0)
    assert [(g.code, levels(g.compte)) for g in whole.par_dimension] == [
        ("operationnelle", "5/2/0"),
        ("strategique", "3/3/1"),
        ("politique", "1/4/2"),
    ]
    assert whole.sans_dimension is None
    assert whole.provenance == {"infere": 21}
    assert whole.controle is not None and whole.controle.agrees
    assert (whole.controle.publie_text, whole.controle.compte_text) == ("9/9/3", "9/9/3")


def test_the_chantiers() -> None:
    whole = bilan.of(REAL, "chantiers")
    assert (whole.compte.total, levels(whole.compte), whole.par_dimension) == (4, "0/4/0", ())
    assert whole.controle is None


@pytest.mark.parametrize(
    ("day", "mesures", "chantiers"),
    [
        (THE_DAY, (0, 6, 15), (0, 1, 3)),
        (date(2021, 6, 30), (0, 6, 15), (0, 1, 3)),
        (date(2021, 7, 1), (1, 5, 15), (0, 1, 3)),
        (date(2021, 7, 12), (1, 5, 15), (0, 1, 3)),
        (date(2021, 7, 13), (1, 5, 15), (1, 0, 3)),
        (date(2021, 9, 1), (2, 4, 15), (1, 0, 3)),
        (date(2021, 12, 31), (2, 4, 15), (1, 0, 3)),
        (date(2022, 1, 1), (6, 0, 15), (1, 0, 3)),
    ],
)
def test_next_steps_fall_due(day: date, mesures: tuple[int, int, int], chantiers: tuple[int, int, int]) -> None:
    assert sizes(bilan.etapes(REAL, REAL.mesures, day)) == mesures
    assert sizes(bilan.etapes(REAL, REAL.chantiers, day)) == chantiers


def test_next_steps_come_by_date() -> None:
    steps = bilan.etapes(REAL, REAL.mesures, THE_DAY)
    assert [item.id for item in steps.a_venir] == ["6", "17", "4", "9", "10", "14"]


def test_what_is_late_and_what_holds_back() -> None:
    assert [item.id for item in bilan.late(REAL, REAL.mesures)] == ["11", "15", "19"]
    assert [(r.reference, [item.id for _, item in r.items]) for r in bilan.retenues(REAL)] == [
        ("vehicule-legislatif", ["18", "21", "legaliser"]),
        ("portage-politique", ["15"]),
        ("reponse-politique", ["16"]),
    ]


def test_pilots_are_counted_aside_from_articles() -> None:
    found = bilan.by(REAL, REAL.chantiers, "pilote")
    assert {(g.libelle, g.compte.total) for g in found} == {("DJEPVA", 3), ("Le RAMEAU", 3), ("Cathy RACON-BOUZON", 1)}
    assert groups(bilan.by(REAL, REAL.mesures, "pilote")) == [(None, "Sans pilote", 21)]


def test_the_moment() -> None:
    found = bilan.moment(REAL, None, date(2030, 1, 1))
    assert found == bilan.Moment(THE_DAY, "etat_au")
    assert found is not None and (found.iso, found.in_words) == ("2021-05-07", "7 mai 2021")
    assert bilan.moment(REAL, parse("2021-T3"), None) == bilan.Moment(date(2021, 9, 30), "au")
    bare = feuille("[]")
    assert bilan.moment(bare, None, THE_DAY) == bilan.Moment(THE_DAY, "jour")
    assert bilan.moment(bare, None, None) is None


# --- groups -----------------------------------------------------------------------------------------------------------

DIMENSIONS = "titre: x\ndimensions: [{code: a, libelle: A}, {code: b, libelle: B}]\n"


def test_by_dimension() -> None:
    one = feuille("[{id: 1, titre: x, dimension: b, avancement: en_retard}, {id: 2, titre: x}]", DIMENSIONS)
    assert groups(bilan.by(one, one.mesures, "dimension")) == [
        ("a", "A", 0),
        ("b", "B", 1),
        (None, "Sans dimension", 1),
    ]
    whole = bilan.of(one)
    assert [g.code for g in whole.par_dimension] == ["a", "b"]
    assert whole.sans_dimension is not None and whole.sans_dimension.total == 1
    none = feuille("[{id: 1, titre: x}]", DIMENSIONS)
    assert bilan.of(none).par_dimension == ()
    assert bilan.of(none).sans_dimension is None
    assert groups(bilan.by(none, none.mesures, "dimension")) == [(None, "Sans dimension", 1)]


def test_by_chantier_pilot_and_due_date() -> None:
    roadmap = feuille(
        "[{id: 1, titre: x, chantiers: [c, chantier-d], pilotes: [la Ville, LA VILLE, État], echeance: 2021-12},"
        " {id: 2, titre: x, chantiers: [d, d], pilotes: [Ville], echeance: 2021-T2},"
        " {id: 3, titre: x, echeance: 2021}]",
        chantiers="[{id: c, titre: C}, {id: d, titre: D}, {id: e, titre: E}]",
    )
    mesures = roadmap.mesures
    assert groups(bilan.by(roadmap, mesures, "chantier")) == [
        ("c", "C", 1),
        ("d", "D", 2),
        ("e", "E", 0),
        (None, "Sans chantier", 1),
    ]
    assert groups(bilan.by(roadmap, mesures, "pilote")) == [
        ("la Ville", "la Ville", 2),
        ("État", "État", 1),
        (None, "Sans pilote", 1),
    ]
    assert [g.code for g in bilan.by(roadmap, mesures, "echeance")] == ["2021-T2", "2021", "2021-12"]
    assert bilan.of(roadmap).compte.total == 3


# --- levels that are over, late, outside the order --------------------------------------------------------------------

SCALE = """titre: x
etat_au: 2021-05-07
echelle:
  - {code: fait, libelle: fait, clos: oui}
  - {code: cours, libelle: en cours}
  - {code: retard, libelle: en retard}
  - {code: evaluer, libelle: non évaluée, hors_ordre: oui}
"""
FOUR = (
    "[{id: 1, titre: x, avancement: fait, echeance: 2020}, {id: 2, titre: x, avancement: cours, echeance: 2021-05-06},"
    " {id: 3, titre: x, avancement: retard, echeance: 2021-05-07}, {id: 4, titre: x, avancement: evaluer},"
    " {id: 5, titre: x, echeance: 2020}, {id: 6, titre: x, delai: 18 mois}]"
)


def test_levels_that_are_over_are_never_overdue() -> None:
    roadmap = feuille(FOUR, SCALE)
    steps = bilan.etapes(roadmap, roadmap.mesures, THE_DAY)
    assert [[item.id for item in found] for found in steps] == [["5", "2"], ["3"], ["4", "6"]]
    assert bilan.etat(roadmap, roadmap.mesures[0], THE_DAY) is None
    assert [item.id for item in bilan.late(roadmap, roadmap.mesures)] == ["3"]
    compte = bilan.of(roadmap).compte
    assert (compte.comptes, compte.sans_avancement) == ({"fait": 1, "cours": 1, "retard": 1, "evaluer": 1}, 2)


def test_a_roadmap_without_levels() -> None:
    whole = bilan.of(feuille("[{id: 1, titre: x}]"))
    assert (levels(whole.compte), whole.compte.sans_avancement, whole.provenance) == ("0/0/0", 1, {})


# --- control totals ---------------------------------------------------------------------------------------------------


def control(totals: str, date_of_bilan: str = "2021-05-07", more: str = "") -> bilan.Controle | None:
    mission = f"{SCALE}bilans: [{{date: {date_of_bilan}, totaux: {totals}{more}}}]\n"
    return bilan.control(feuille(FOUR, mission))


def test_control_totals() -> None:
    same = control("{retard: 1, fait: 1, cours: 1, evaluer: 1}")
    assert same is not None and same.agrees and same.publie_text == "1/1/1/1"
    other = control("{fait: 2, cours: 1}")
    assert other is not None and not other.agrees
    assert (other.publie_text, other.compte_text) == ("2/1", "1/1")
    assert control("{fait: 2}", date_of_bilan="2021-05") is None
    assert control("{}") is None
    assert control("{autre: 2}", more=", echelle: [{code: autre, libelle: autre}]") is None


def test_a_total_that_disagrees_is_told_at_its_place() -> None:
    text = SCALE + "bilans:\n  - date: 2021-05-07\n    totaux: {fait: 2, cours: 1}\n"
    reading = store.parse(
        {
            "mesures": Source("mesures.yaml", f"mesures: {FOUR}".encode()),
            "mission": Source("mission.yaml", text.encode()),
        }
    )
    (problem,) = reading.totals()
    assert (problem.where, problem.kind) == ("mission.yaml:10:5", "total")
    assert problem.message.startswith("compté 1/1, publié 2/1 au 7 mai 2021 : ")
    assert reading.problems == ()


def test_blockers_may_be_items() -> None:
    roadmap = feuille(
        "[{id: 1, titre: Un, bloqueurs: [loi, 2, chantier-c]}, {id: 2, titre: Deux}]",
        "titre: x\nbloqueurs: [{id: libre, libelle: L}, {id: loi, libelle: la loi}]",
        "[{id: c, titre: C, bloqueurs: [loi]}]",
    )
    assert [(r.reference, r.libelle, [item.id for _, item in r.items]) for r in bilan.retenues(roadmap)] == [
        ("loi", "la loi", ["1", "c"]),
        ("mesures:2", "Deux", ["1"]),
        ("chantiers:c", "C", ["1"]),
    ]


def test_totals_of_another_scale_are_never_compared() -> None:
    """A published bilan with its own scale, even one whose codes are all among today's."""
    levels = [{"code": c, "libelle": c} for c in ("a", "b", "c")]
    mission = Mission.model_validate(
        {
            "titre": "x",
            "etat_au": "2021",
            "echelle": levels,
            "bilans": [{"date": "2021", "totaux": {"a": "5"}, "echelle": levels[:2]}],
        }
    )
    assert bilan.control(FeuilleDeRoute(mission)) is None
