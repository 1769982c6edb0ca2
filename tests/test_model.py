"""The records: the table of fields, scales as they are shown, references, provenance, what each type takes."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from alliances_cli import store
from alliances_cli.champs import CHAMPS, FAMILLES, MISSION_CHAMPS, NIVEAUX_PAR_DEFAUT, PROVENANCES, Famille, of_famille
from alliances_cli.location import FILES
from alliances_cli.model import (
    ECHELLE_PAR_DEFAUT,
    ITEM_MODELS,
    Echelon,
    FeuilleDeRoute,
    Mission,
    Niveau,
    Preuve,
    Provenance,
    echelons,
)
from alliances_cli.periode import Periode
from alliances_cli.store import Source


def feuille(mesures: str, **others: str) -> FeuilleDeRoute:
    """The checked roadmap of files given as text, by part."""
    texts = {"mesures": f"mesures: {mesures}", **others}
    return store.parse({part: Source(FILES[part], text.encode()) for part, text in texts.items()}).require()


# --- fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("famille", FAMILLES)
def test_the_table_of_fields_is_the_model(famille: Famille) -> None:
    codes = [champ.code for champ in of_famille(famille)]
    assert sorted(codes) == sorted(ITEM_MODELS[famille].model_fields)


def test_fields_stand_in_the_order_of_the_format() -> None:
    assert " ".join(champ.code for champ in CHAMPS) == (
        "id titre texte dimension chantiers leviers pilotes co_construction avancement avancement_au provenance "
        "realise prochaine_etape debut echeance delai bloqueurs renvois etiquettes preuves diffusion"
    )


@pytest.mark.parametrize("famille", FAMILLES)
def test_the_table_gives_each_field_its_type(famille: Famille) -> None:
    for champ in of_famille(famille):
        spelled = str(ITEM_MODELS[famille].model_fields[champ.code].annotation)
        assert champ.multiple == spelled.startswith("tuple[")
        assert (champ.type == "date") == (Periode.__name__ in spelled)
        assert (champ.type == "preuves") == (Preuve.__name__ in spelled)
        assert (champ.type == "provenance") == ("infere" in spelled)
        required = ITEM_MODELS[famille].model_fields[champ.code].is_required()
        assert required == (champ.code in ("id", "titre"))


def test_fields_of_a_mission_are_its_scalars_in_order() -> None:
    codes = [champ.code for champ in MISSION_CHAMPS]
    scalars = [
        name
        for name, field in Mission.model_fields.items()
        if not any(word in str(field.annotation) for word in ("tuple[", "model.")) or "Periode" in str(field.annotation)
    ]
    assert codes == scalars


def test_words_that_two_tables_share() -> None:
    assert get_args(Provenance) == PROVENANCES
    assert [(n.code, n.libelle, n.abrege, n.symbole, n.alerte) for n in ECHELLE_PAR_DEFAUT] == list(NIVEAUX_PAR_DEFAUT)
    assert len({champ.code for champ in CHAMPS}) == len(CHAMPS)


def test_records_are_frozen() -> None:
    (mesure,) = feuille("[{id: 1, titre: a}]").mesures
    with pytest.raises(ValidationError):
        mesure.titre = "b"


# --- scales -----------------------------------------------------------------------------------------------------------


def scale(*niveaux: dict[str, Any]) -> tuple[Echelon, ...]:
    """A scale as it is shown; each level's code is its rank."""
    filled = [{"code": f"n{i}", "libelle": f"niveau {'abcdefgh'[i]}", **n} for i, n in enumerate(niveaux)]
    return echelons(tuple(Niveau.model_validate(n) for n in filled))


@pytest.mark.parametrize("size", range(2, 9))
def test_what_a_scale_leaves_out_is_unique(size: int) -> None:
    for libelles in (["niveau"] * size, [f"{'abcdefgh'[i]} x" for i in range(size)]):
        shown = scale(*({"libelle": libelle} for libelle in libelles))
        for attribute in ("abrege", "symbole", "couleur"):
            assert len({getattr(n, attribute) for n in shown}) == size, attribute
        assert [n.alerte for n in shown] == [False] * (size - 1) + [True]
        assert (shown[0].symbole, shown[-1].symbole) == ("●", "▲")
        assert [n.rang for n in shown] == list(range(size))
        assert all(0 < len(n.abrege) <= 8 for n in shown)


def test_what_a_scale_says_stands() -> None:
    shown = scale({"abrege": "N", "symbole": "◐", "couleur": "#123456"}, {"libelle": "n"}, {})
    assert (shown[0].abrege, shown[0].symbole, shown[0].couleur) == ("N", "◐", "#123456")
    assert shown[1].abrege == "N2"
    assert shown[1].symbole not in ("◐", "●", "▲")


def test_alerts_are_told_apart() -> None:
    alert = {"alerte": "oui"}
    shown = scale({}, {}, alert, alert, alert)
    assert [n.symbole for n in shown] == ["●", "◐", "▲", "▼", "◆"]
    assert len({n.couleur for n in shown}) == 5
    assert [n.symbole for n in scale({}, {"symbole": "▼"}, alert, {**alert, "symbole": "!"}, alert)][2:] == [
        "▲",
        "!",
        "◆",
    ]
    assert len({n.symbole for n in scale(*[{}] * 4, *[alert] * 3)}) == 7


def alerts(*niveaux: dict[str, Any]) -> list[int]:
    """The ranks of the levels that are alerts."""
    return [n.rang for n in scale(*niveaux) if n.alerte]


def test_which_levels_are_alerts() -> None:
    assert alerts({}, {}, {}) == [2]
    assert alerts({}, {"alerte": "oui"}, {}) == [1]
    assert alerts({}, {"alerte": "oui"}, {"alerte": "true"}) == [1, 2]
    assert alerts({}, {}, {"clos": "oui"}, {"hors_ordre": "oui"}) == [1]
    assert alerts({}) == []
    assert alerts({"clos": "oui"}, {}) == []
    assert alerts({}, {}, {"alerte": "non"}) == []


# --- references and provenance ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "first", "found"),
    [
        ("1", "mesures", [("mesures", "1")]),
        ("1", "chantiers", [("chantiers", "1")]),
        ("1", "leviers", [("mesures", "1"), ("chantiers", "1")]),
        ("1", None, [("mesures", "1"), ("chantiers", "1")]),
        ("mesure-1", "chantiers", [("mesures", "1")]),
        ("chantier-1", "mesures", [("chantiers", "1")]),
        ("levier-l", None, [("leviers", "l")]),
        ("l", "mesures", [("leviers", "l")]),
        # An id that looks like a named reference comes before what it would name.
        ("mesure-2", "mesures", [("mesures", "mesure-2")]),
        ("mesure-mesure-2", None, [("mesures", "mesure-2")]),
        ("levier-1", None, []),
        ("mesures-1", None, []),
        ("01", None, []),
        ("", None, []),
    ],
)
def test_what_a_reference_names(reference: str, first: Famille | None, found: list[tuple[str, str]]) -> None:
    roadmap = feuille(
        "[{id: 1, titre: a}, {id: 2, titre: b}, {id: mesure-2, titre: c}]",
        chantiers="chantiers: [{id: '1', titre: a}]",
        leviers="leviers: [{id: l, titre: a}]",
    )
    assert roadmap.resolve(reference, first) == found


@pytest.mark.parametrize(("own", "default"), [*product(["publie", None], ["infere", None])])
def test_where_a_level_comes_from(own: str | None, default: str | None) -> None:
    roadmap = feuille(
        f"[{{id: 1, titre: a, avancement: satisfaisant, provenance: {own or '~'}}}, {{id: 2, titre: b}}]",
        mission=f"titre: x\nprovenance: {default or '~'}",
    )
    assert roadmap.provenance(roadmap.mesures[0]) == (own or default or "saisi")
    assert roadmap.provenance(roadmap.mesures[1]) is None


# --- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["https://a.fr", "HTTP://a.fr", "mailto:a@b.fr", "tel:+33", "www.a.fr", "a.fr:8080/x", "localhost:80", "/a", "a b"],
)
def test_addresses_that_pass(address: str) -> None:
    assert Preuve.model_validate({"url": f" {address} "}).url == address


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JaVaScRiPt:x", "java\tscript:x", "java\nscript:x", "\u00a0javascript:x", "data:,x"),
        *("javascript:1", "javascript:1/alert(1)", "javascript:0?x", "vbscript:x", "file:///x", "ftp://a.fr", "blob:x"),
        *("view-source:x", "x:", "java\x01script:x", "javascript\x00:x", "java script :x"),
    ],
)
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Preuve.model_validate({"url": address})


@pytest.mark.parametrize("identifier", ["M1C1-1", "E1.2", "axe/3", "KEP-1234", "010", "é", "a" * 100, "#", "a-"])
def test_ids_that_pass(identifier: str) -> None:
    assert Niveau.model_validate({"code": identifier, "libelle": "x"}).code == identifier


@pytest.mark.parametrize(
    "identifier", ["", "-1", "a b", "a\tb", "a\n", " a", "a" * 101, "a\x00", "a\x9f", "a\u200b", "a\u2028", "\ufeffa"]
)
def test_ids_that_are_refused(identifier: str) -> None:
    with pytest.raises(ValidationError):
        Niveau.model_validate({"code": identifier, "libelle": "x"})


@pytest.mark.parametrize(
    ("text", "value"),
    [*((t, True) for t in ("true", "True", "TRUE", "oui", "OUI")), *((t, False) for t in ("false", "FALSE", "non"))],
)
def test_yes_and_no(text: str, value: bool) -> None:
    assert Niveau.model_validate({"code": "a", "libelle": "x", "clos": text}).clos is value


@pytest.mark.parametrize("text", ["yes", "1", "vrai", "on", "", "o"])
def test_neither_yes_nor_no(text: str) -> None:
    with pytest.raises(ValidationError):
        Niveau.model_validate({"code": "a", "libelle": "x", "clos": text})


def test_texts_are_trimmed_and_kept() -> None:
    (mesure,) = feuille('[{id: 1, titre: "  **a**  b\\n\\n c \\u00a0"}]').mesures
    assert mesure.titre == "**a**  b\n\n c"
