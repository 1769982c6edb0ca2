"""`editing.update` on real files: what is asked happens, alone, whole or not at all."""

from __future__ import annotations

import difflib
import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from alliances_cli import api, store
from alliances_cli.editing import update as updating
from alliances_cli.editing.draft import Modification
from alliances_cli.errors import AlliancesError, EditRefused, InvalidRoadmap, NotFound, SystemFault, UsageFault
from alliances_cli.location import Root

DATA = Path(__file__).resolve().parent.parent / "data"
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX only")


@pytest.fixture
def root(tmp_path: Path) -> Root:
    shutil.copytree(DATA, tmp_path / "data")
    return Root(tmp_path / "data")


def text(root: Root, part: str = "mesures") -> str:
    return root.path(part).read_bytes().decode("utf-8")


def exchange(root: Root, old: str, new: str, part: str = "mesures") -> None:
    """Changes a file by hand, at the one place where it says `old`."""
    before = text(root, part)
    assert before.count(old) == 1, old
    root.path(part).write_bytes(before.replace(old, new).encode("utf-8"))


def state(root: Root) -> dict[str, tuple[bytes, int, int]]:
    """The folder's files: bytes, inode, time of change; a temporary file that was left would show."""
    return {path.name: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns) for path in root.data.iterdir()}


def shown(modification: Modification) -> dict[str, tuple[object, object]]:
    return {str(change.path[-1]): (change.before, change.after) for change in modification.changes}


def update(root: Root, reference: str, **values: str | Sequence[str] | None) -> Modification:
    return updating.update(root, reference, values)


def refused(root: Root, error: type[AlliancesError], reference: str, **values: str | Sequence[str] | None) -> str:
    """The message of a refusal, which leaves every file as it was."""
    before = state(root)
    with pytest.raises(error) as caught:
        update(root, reference, **values)
    assert type(caught.value) is error
    assert state(root) == before
    return caught.value.message


MESURE_15 = """\
    avancement: en_retard
    provenance: infere
    realise: En attente portage politique
    prochaine_etape: A définir selon portage politique
    bloqueurs: [portage-politique]  # d'après « En attente portage politique »
"""


# --- each kind of field -----------------------------------------------------------------------------------------------


FIELDS: dict[str, tuple[str, str | list[str], object, str]] = {
    "text": (
        "realise",
        "  Portage trouvé : l'AMF \n",
        "Portage trouvé : l'AMF",
        '    realise: "Portage trouvé : l\'AMF"\n',
    ),
    "text on two lines": ("texte", "un\r\ndeux", "un\ndeux", '    texte: "un\\ndeux"\n'),
    "title": ("titre", "Inscrire **autrement**", "Inscrire **autrement**", "    titre: Inscrire **autrement**\n"),
    "day": ("echeance", "2021-12-31", "2021-12-31", '    echeance: "2021-12-31"\n'),
    "quarter": ("echeance", "2021-T4", "2021-T4", "    echeance: 2021-T4\n"),
    "words": ("delai", "18 mois", "18 mois", "    delai: 18 mois\n"),
    "dimension by its label": ("dimension", "STRATEGIQUE", "strategique", "    dimension: strategique\n"),
    "names": ("pilotes", ["A", "B, C"], ["A", "B, C"], '    pilotes: [A, "B, C"]\n'),
    "one name": ("co_construction", "l'AMF", ["l'AMF"], "    co_construction: [l'AMF]\n"),
    "references": (
        "renvois",
        ["14", "chantier-legaliser"],
        ["14", "chantier-legaliser"],
        '    renvois: ["14", chantier-legaliser]\n',
    ),
    "chantiers": ("chantiers", ["mobiliser"], ["mobiliser"], "    chantiers: [mobiliser]\n"),
    "leviers": ("leviers", ["faire-alliance"], ["faire-alliance"], "    leviers: [faire-alliance]\n"),
    "key words": ("etiquettes", ["no", "été"], ["no", "été"], '    etiquettes: ["no", été]\n'),
    "blockers": (
        "bloqueurs",
        ["portage-politique", "vehicule-legislatif"],
        ["portage-politique", "vehicule-legislatif"],
        "    bloqueurs: [portage-politique, vehicule-legislatif]  # d'après « En attente portage politique »\n",
    ),
}


@pytest.mark.parametrize(("code", "given", "after", "line"), FIELDS.values(), ids=FIELDS)
def test_each_kind_of_field(root: Root, code: str, given: str | list[str], after: object, line: str) -> None:
    before = text(root)
    modification = update(root, "15", **{code: given})
    assert modification.written
    assert {name: new for name, (_, new) in shown(modification).items()} == {code: after}
    assert [change.path[:2] for change in modification.changes] == [("mesures", 14)]
    diff = list(difflib.unified_diff(before.splitlines(True), text(root).splitlines(True), n=0))[3:]
    assert [row[1:] for row in diff if row[0] == "+"] == [line]
    gone = [row[1:] for row in diff if row[0] == "-"]
    assert len(gone) == (shown(modification)[code][0] is not None)
    assert all(row.startswith(f"    {code}:") for row in gone)
    assert api.load(root).feuille is not None


def test_several_fields_at_once_are_shown_in_the_model_s_order(root: Root) -> None:
    modification = update(root, "mesure-15", echeance="2022", bloqueurs=None, realise="Fait", avancement="satisfaisant")
    assert list(shown(modification).items()) == [
        ("avancement", ("en_retard", "satisfaisant")),
        ("provenance", ("infere", "saisi")),
        ("realise", ("En attente portage politique", "Fait")),
        ("echeance", (None, "2022")),
        ("bloqueurs", (["portage-politique"], None)),
    ]
    assert modification.lost_comments == ("# d'après « En attente portage politique »",)
    (element,), (file,) = modification.elements, modification.files
    assert (element.kind, element.id, file.part) == ("mesures", "15", "mesures")
    assert element.titre.startswith("Inscrire les « alliances stratégiques »")
    assert MESURE_15 in file.before and file.after == text(root)
    assert file.after == file.before.replace(
        MESURE_15,
        """\
    avancement: satisfaisant
    provenance: saisi
    realise: Fait
    prochaine_etape: A définir selon portage politique
    echeance: "2022"
""",
    )


def test_a_field_is_cleared_with_its_line(root: Root) -> None:
    before = text(root)
    modification = update(root, "15", realise=None, delai=None)
    assert shown(modification) == {"realise": ("En attente portage politique", None)}
    assert text(root) == before.replace("    realise: En attente portage politique\n", "")


@pytest.mark.parametrize("nothing", ['realise: ""', "realise:", "realise: ~  # à écrire"])
def test_a_field_that_holds_nothing_can_be_cleared(root: Root, nothing: str) -> None:
    exchange(root, "realise: En attente portage politique", nothing)
    update(root, "15", realise=None)
    assert api.load(root).feuille is not None


def test_chantiers_and_leviers(root: Root) -> None:
    assert shown(update(root, "legaliser", pilotes=["Cathy RACON-BOUZON", "La DJEPVA"])) == {
        "pilotes": (["Cathy RACON-BOUZON"], ["Cathy RACON-BOUZON", "La DJEPVA"])
    }
    assert "    pilotes:\n      - Cathy RACON-BOUZON\n      - La DJEPVA\n    co_construction:" in text(
        root, "chantiers"
    )
    modification = update(root, "levier-droit-de-l-alliance", texte="**PPL** votée")
    assert (modification.elements[0].kind, modification.files[0].part) == ("leviers", "leviers")
    assert '    texte: "**PPL** votée"\n' in text(root, "leviers")


def test_the_mission_s_scalar_fields(root: Root) -> None:
    before = text(root, "mission")
    modification = update(root, "mission", etat_au="2021-11-01", licence="CC BY 4.0", nature=None)
    element = modification.elements[0]
    assert (element.kind, modification.files[0].part, element.id) == ("mission", "mission", "")
    assert shown(modification) == {
        "nature": ("mission ministérielle", None),
        "etat_au": ("2021-05-07", "2021-11-01"),
        "licence": (None, "CC BY 4.0"),
    }
    assert text(root, "mission") == before.replace("nature: mission ministérielle\n", "").replace(
        "etat_au: 2021-05-07\n", 'etat_au: "2021-11-01"\nlicence: CC BY 4.0\n'
    )


@pytest.mark.parametrize("given", ["satisfaisant", "Satisfaisant", "SATISFAISANT "])
def test_a_level_by_code_or_label(root: Root, given: str) -> None:
    assert shown(update(root, "15", avancement=given))["avancement"] == ("en_retard", "satisfaisant")


def test_a_level_s_label_accents_aside(root: Root) -> None:
    assert shown(update(root, "15", avancement="tres satisfaisant"))["avancement"][1] == "tres_satisfaisant"
    assert shown(update(root, "16", avancement="Très Satisfaisant"))["avancement"][1] == "tres_satisfaisant"


# --- provenance -------------------------------------------------------------------------------------------------------


def test_a_level_that_is_set_becomes_saisi(root: Root) -> None:
    assert shown(update(root, "15", avancement="satisfaisant")) == {
        "avancement": ("en_retard", "satisfaisant"),
        "provenance": ("infere", "saisi"),
    }


def test_confirming_a_level_is_a_change(root: Root) -> None:
    assert shown(update(root, "15", avancement="en retard")) == {"provenance": ("infere", "saisi")}
    before = state(root)
    again = update(root, "15", avancement="en_retard")
    assert (again.changes, again.written) == ((), False)
    assert state(root) == before


def test_the_provenance_that_is_given_wins(root: Root) -> None:
    assert shown(update(root, "15", avancement="en_retard", provenance="Publié")) == {
        "provenance": ("infere", "publie")
    }
    assert shown(update(root, "15", avancement="satisfaisant", provenance="infere")) == {
        "avancement": ("en_retard", "satisfaisant"),
        "provenance": ("publie", "infere"),
    }
    assert shown(update(root, "15", avancement="en_retard", provenance=None))["provenance"] == ("infere", None)


@pytest.mark.parametrize(("default", "added"), [(None, False), ("saisi", False), ("infere", True), ("publie", True)])
def test_no_provenance_is_added_where_the_default_says_it(root: Root, default: str | None, added: bool) -> None:
    update(root, "15", provenance=None)
    if default:
        update(root, "mission", provenance=default)
    after = shown(update(root, "15", avancement="satisfaisant"))
    assert after.pop("avancement") == ("en_retard", "satisfaisant")
    assert after == ({"provenance": (None, "saisi")} if added else {})


def test_other_fields_leave_the_provenance(root: Root) -> None:
    assert shown(update(root, "15", realise="Fait")).keys() == {"realise"}
    assert shown(update(root, "15", avancement=None)).keys() == {"avancement"}


# --- nothing to do ----------------------------------------------------------------------------------------------------


def test_nothing_to_change_writes_nothing(root: Root) -> None:
    before = state(root)
    for values in (
        {"realise": "En attente portage politique"},
        {"realise": "  En attente portage politique  "},
        {"bloqueurs": ["portage-politique"]},
        {"delai": None, "dimension": "Politique"},
        {},
    ):
        modification = updating.update(root, "15", values)
        assert (modification.changes, modification.written, modification.lost_comments) == ((), False, ())
        assert modification.files == () and modification.undo == ()
    assert state(root) == before


def test_a_dry_run_writes_nothing(root: Root) -> None:
    before = state(root)
    modification = updating.update(root, "15", {"avancement": "satisfaisant", "bloqueurs": None}, dry_run=True)
    assert not modification.written
    assert shown(modification).keys() == {"avancement", "provenance", "bloqueurs"}
    assert modification.files[0].before == text(root) != modification.files[0].after
    assert "provenance: saisi" in modification.files[0].after
    assert modification.totals and modification.lost_comments
    assert state(root) == before


@posix
def test_a_dry_run_needs_no_lock(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_WAIT_S", 0.0)
    with store.locked(root.data):
        assert updating.update(root, "15", {"realise": "Fait"}, dry_run=True).changes


# --- what names nothing -----------------------------------------------------------------------------------------------


NAMELESS: dict[str, tuple[str, dict[str, str | list[str] | None], tuple[str, ...]]] = {
    "level": ("15", {"avancement": "en retrad"}, ("--avancement", "« en retrad »", "« en_retard »")),
    "level, nothing near": ("15", {"avancement": "zzz"}, ("tres_satisfaisant, satisfaisant, en_retard",)),
    "dimension": ("15", {"dimension": "politiqe"}, ("--dimension", "vouliez-vous dire « politique »")),
    "provenance": ("15", {"provenance": "inferé!"}, ("--provenance", "infere")),
    "blocker": ("15", {"bloqueurs": ["portage-politiqe"]}, ("--bloqueurs", "« portage-politique »")),
    "reference": ("15", {"renvois": ["chantier-legalise"]}, ("--renvois", "« chantier-legaliser »")),
    "itself": ("15", {"renvois": ["15"]}, ("--renvois", "elle-même")),
    "chantier": ("15", {"chantiers": ["legalisr"]}, ("--chantiers", "« legaliser »")),
    "date": ("15", {"echeance": "2021-13"}, ("--echeance", "le mois 13 n'existe pas")),
    "date in words": ("15", {"echeance": "bientôt"}, ("--echeance", "bientôt")),
    "empty text": ("15", {"realise": " \n "}, ("--realise", "--sans-realise")),
    "empty item": ("15", {"pilotes": ["A", " "]}, ("--pilotes", "--sans-pilotes")),
    "control character": ("15", {"realise": "a\x07b"}, ("U+0007",)),
    "lone CR": ("15", {"realise": "a\rb"}, ("U+000D",)),
    "NEL": ("15", {"realise": "a\x85b"}, ("U+0085",)),
    "lone surrogate": ("15", {"realise": "a\udcffb"}, ("--realise", "UTF-8")),
    "field of another family": ("legaliser", {"chantiers": ["mobiliser"]}, ("--chantiers", "un chantier")),
    "level of a levier": ("faire-alliance", {"avancement": "satisfaisant"}, ("--avancement", "un levier")),
    "field of an item for the mission": ("mission", {"realise": "x"}, ("--realise", "la mission")),
    "field that nothing has": ("15", {"etat_au": "2021"}, ("--etat-au", "une mesure")),
}


@pytest.mark.parametrize(("reference", "values", "parts"), NAMELESS.values(), ids=NAMELESS)
def test_a_value_that_names_nothing(
    root: Root, reference: str, values: dict[str, str | list[str] | None], parts: tuple[str, ...]
) -> None:
    message = refused(root, UsageFault, reference, **values)
    for part in parts:
        assert part in message


def test_an_item_that_is_not_there(root: Root) -> None:
    assert "« legaliser »" in refused(root, NotFound, "legalise", realise="x")
    assert "« 99 »" in refused(root, NotFound, "99", realise="x")
    root.path("mission").unlink()
    assert "mission.yaml" in refused(root, NotFound, "mission", licence="x")


def test_an_id_that_two_families_have(root: Root) -> None:
    exchange(root, "  - id: faire-alliance\n", '  - id: "15"\n', "leviers")
    message = refused(root, UsageFault, "15", realise="x")
    assert "« mesure-15 »" in message and "« levier-15 »" in message
    assert shown(update(root, "levier-15", texte="x")).keys() == {"texte"}
    assert shown(update(root, "mesure-15", realise="x")).keys() == {"realise"}


def test_an_id_that_two_items_of_a_family_have(root: Root) -> None:
    exchange(root, "  - id: 16\n", "  - id: 15\n")
    assert "2 mesures portent l'identifiant « 15 »" in refused(root, EditRefused, "15", realise="x")


@pytest.mark.parametrize("reference", ["15", "legaliser", "faire-alliance", "mission"])
def test_a_title_cannot_be_cleared(root: Root, reference: str) -> None:
    before = state(root)
    with pytest.raises((EditRefused, UsageFault)) as caught:
        update(root, reference, titre=None)
    assert "titre" in caught.value.message
    assert state(root) == before


# --- invalid roadmaps -------------------------------------------------------------------------------------------------


def test_an_edit_may_repair_the_field_while_other_errors_stand(root: Root) -> None:
    exchange(root, MESURE_15, MESURE_15.replace("en_retard", "en_retrad"))
    exchange(
        root,
        "    dimension: politique\n" + MESURE_15.replace("en_retard", "en_retrad"),
        "    dimension: politiq\n" + MESURE_15.replace("en_retard", "en_retrad"),
    )
    exchange(root, "  - id: mobiliser\n", "  - id: mobiliser\n    couleur: vert\n", "chantiers")
    modification = update(root, "15", avancement="en_retard")
    assert modification.written
    assert len(modification.remaining) == 2 and modification.feuille is None and modification.totals == ()
    assert update(root, "15", dimension="politique").written
    assert update(root, "14", realise="x").remaining[0].message.startswith("clé inconnue « couleur »")


def test_a_missing_title_may_be_given(root: Root) -> None:
    exchange(
        root,
        "    titre: Inscrire les « alliances stratégiques » aux **agendas des instances** des différents « mondes »\n",
        "",
    )
    assert update(root, "15", titre="Inscrire").feuille is not None
    assert "  - id: 15\n    titre: Inscrire\n    dimension: politique\n" in text(root)


def test_a_wrong_type_may_be_repaired(root: Root) -> None:
    exchange(root, "    realise: En attente portage politique\n", "    realise: [En attente, portage]  # vu\n")
    modification = update(root, "15", realise="En attente")
    assert shown(modification) == {"realise": (["En attente", "portage"], "En attente")}
    assert "    realise: En attente  # vu\n" in text(root)


def test_an_edit_that_adds_an_error_is_refused(root: Root) -> None:
    message = refused(root, EditRefused, "4", debut="2022")
    assert "rien n'a été écrit" in message and "mesures.yaml:" in message
    assert "échéance 2021 antérieure au début 2022" in message


def test_an_edit_that_adds_an_error_beside_others_is_refused(root: Root) -> None:
    exchange(root, MESURE_15, MESURE_15.replace("en_retard", "en_retrad"))
    message = refused(root, EditRefused, "4", debut="2022")
    assert "antérieure" in message and "en_retrad" not in message


@pytest.mark.parametrize("code", ["id", "preuves"])
def test_what_is_edited_by_hand_is_refused(root: Root, code: str) -> None:
    assert f"« {code} » se modifie à la main" in refused(root, UsageFault, "15", **{code: "x"})


def test_a_file_that_cannot_be_read_is_refused(root: Root) -> None:
    exchange(root, "mesures:\n", "mesures: [\n")
    before = state(root)
    for reference in ("15", "mesure-15"):
        with pytest.raises(InvalidRoadmap) as caught:
            update(root, reference, realise="x")
        assert caught.value.problems[0].source.endswith("mesures.yaml")
    assert state(root) == before
    # What is in another file can still be edited.
    assert update(root, "legaliser", realise="x").written


UNREADABLE = {
    "latin-1": "mesures:\n- id: 15\n  titre: é\n".encode("latin-1"),
    "UTF-16": "mesures:\n- id: 15\n  titre: T\n".encode("utf-16"),
    "NUL": b"mesures:\n- id: 15\n  titre: T\0\n",
    "lone CR": b"mesures:\r- id: 15\r  titre: T\r",
    "tab": b"mesures:\n- id: 15\n\ttitre: T\n",
    "several documents": b"mesures:\n- id: 15\n  titre: T\n---\nx: y\n",
    "conflict markers": b"mesures:\n<<<<<<< HEAD\n- id: 15\n=======\n- id: 15\n>>>>>>> b\n",
    "empty": b"",
    "merge key": b"mesures:\n- &a\n  id: 15\n  titre: T\n- <<: *a\n  id: 16\n",
    "tag": b"mesures:\n- id: 15\n  titre: !!binary eA==\n",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_hostile_file_is_left_as_it_is(root: Root, content: bytes) -> None:
    root.path("mesures").write_bytes(content)
    before = state(root)
    with pytest.raises(AlliancesError):
        update(root, "mesure-15", realise="x")
    assert state(root) == before


def test_a_duplicate_key_is_refused_where_it_is_and_left_elsewhere(root: Root) -> None:
    exchange(root, MESURE_15, MESURE_15 + "    realise: encore\n")
    assert "clé « realise » en double" in refused(root, EditRefused, "15", realise="x")
    assert update(root, "15", echeance="2022").written


def test_a_shared_value_is_refused_with_its_place(root: Root) -> None:
    exchange(
        root,
        MESURE_15,
        MESURE_15.replace("realise: En", "realise: &r En").replace("prochaine_etape: A", "prochaine_etape: *r # A"),
    )
    line = text(root)[: text(root).index("&r")].count("\n") + 1
    message = refused(root, EditRefused, "15", realise="x")
    assert f"mesures.yaml:{line}:14 : cette valeur sert aussi à la ligne {line + 1}" in message
    assert shown(update(root, "15", prochaine_etape="Autre")).keys() == {"prochaine_etape"}


def test_a_refusal_among_several_fields_names_the_file_s_line(root: Root) -> None:
    shared = MESURE_15.replace("realise: En", "realise: &r En").replace("prochaine_etape: A", "prochaine_etape: *r # A")
    exchange(root, MESURE_15, shared)
    line = text(root)[: text(root).index("&r")].count("\n") + 1
    message = refused(root, EditRefused, "15", texte="Un long texte, pour décaler la suite. " * 9, realise="x")
    assert f"mesures.yaml:{line}:14 : cette valeur sert aussi à la ligne {line + 1}" in message


# --- totals -----------------------------------------------------------------------------------------------------------


def test_totals_that_no_longer_agree_are_told_and_written(root: Root) -> None:
    modification = update(root, "15", avancement="satisfaisant")
    assert modification.written
    (total,) = modification.totals
    assert total.kind == "total"
    assert "compté 9/10/2, publié 9/9/3" in total.message
    assert update(root, "16", avancement="en_retard").totals == ()
    assert update(root, "15", realise="Fait").totals == ()


def test_a_later_date_lifts_the_totals(root: Root) -> None:
    assert update(root, "15", avancement="satisfaisant").totals
    assert update(root, "mission", etat_au="2021-11-01").totals == ()


# --- bytes ------------------------------------------------------------------------------------------------------------


def test_crlf_bom_and_a_missing_final_newline_are_kept(root: Root) -> None:
    path = root.path("mesures")
    content = b"\xef\xbb\xbf" + path.read_bytes().rstrip(b"\n").replace(b"\n", b"\r\n")
    path.write_bytes(content)
    modification = update(root, "15", realise="Fait", echeance="2021-T4", bloqueurs=None)
    assert modification.written
    expected = content.decode("utf-8").replace(
        MESURE_15.replace("\n", "\r\n"),
        MESURE_15.replace("En attente portage politique\n", "Fait\n")
        .replace(
            "    bloqueurs: [portage-politique]  # d'après « En attente portage politique »\n",
            "    echeance: 2021-T4\n",
        )
        .replace("\n", "\r\n"),
    )
    assert path.read_bytes().decode("utf-8") == expected


@posix
@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664, 0o755])
def test_mode_bits_are_kept(root: Root, mode: int) -> None:
    root.path("mesures").chmod(mode)
    update(root, "15", realise="Fait")
    assert stat.S_IMODE(root.path("mesures").stat().st_mode) == mode


@posix
def test_a_symbolic_link_stays_one(root: Root, tmp_path: Path) -> None:
    path, target = root.path("mesures"), tmp_path / "ailleurs.yaml"
    path.rename(target)
    path.symlink_to(Path("..") / "ailleurs.yaml")
    update(root, "15", realise="Fait")
    assert path.is_symlink()
    assert "    realise: Fait\n" in target.read_text(encoding="utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ailleurs.yaml", "data"]


@posix
def test_a_folder_that_is_a_symbolic_link(root: Root, tmp_path: Path) -> None:
    (tmp_path / "lien").symlink_to(root.data)
    assert update(Root(tmp_path / "lien"), "15", realise="Fait").written
    assert "    realise: Fait\n" in text(root)


# --- several hands ----------------------------------------------------------------------------------------------------

ONE_UPDATE = """
import sys
from pathlib import Path
from alliances_cli import store
from alliances_cli.editing import update as updating
from alliances_cli.errors import AlliancesError
from alliances_cli.location import Root
store.LOCK_WAIT_S = 60.0
try:
    updating.update(Root(Path(sys.argv[1])), sys.argv[2], {"realise": "par " + sys.argv[2], "echeance": "2022-T1"})
except AlliancesError as error:
    print(error.message)
    sys.exit(error.exit_code)
"""


def start(root: Root, reference: str, before: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", before + ONE_UPDATE, str(root.data), reference], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.complet
def test_updates_at_the_same_time_lose_nothing(root: Root) -> None:
    running = [start(root, f"mesure-{number}") for number in range(1, 13)]
    outputs = [(process.communicate(timeout=120)[0], process.returncode) for process in running]
    assert outputs == [("", 0)] * 12
    feuille = api.load(root).require()
    assert [feuille.mesures[n].realise for n in range(12)] == [f"par mesure-{n}" for n in range(1, 13)]
    assert [str(feuille.mesures[n].echeance) for n in range(12)] == ["2022-T1"] * 12
    assert sorted(p.name for p in root.data.iterdir()) == [
        "chantiers.yaml",
        "leviers.yaml",
        "mesures.yaml",
        "mission.yaml",
    ]


@posix
def test_a_lock_held_elsewhere_is_waited_for_then_refused(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_WAIT_S", 0.1)
    with store.locked(root.data):
        message = refused(root, EditRefused, "15", realise="Fait")
    assert "une autre modification est en cours" in message
    assert update(root, "15", realise="Fait").written


@posix
def test_the_lock_is_free_after_a_refusal(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_WAIT_S", 0.0)
    refused(root, UsageFault, "15", avancement="zzz")
    assert update(root, "15", realise="Fait").written


def test_a_file_that_changed_meanwhile_is_left_to_the_other_hand(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_files = store.replace_files

    def meanwhile(writes: Sequence[store.Write]) -> None:
        writes[0].path.write_bytes(writes[0].path.read_bytes() + b"# une autre main\n")
        replace_files(writes)

    monkeypatch.setattr(store, "replace_files", meanwhile)
    before = text(root)
    with pytest.raises(EditRefused, match="a changé pendant la modification"):
        update(root, "15", realise="Fait")
    assert text(root) == before + "# une autre main\n"
    assert len(list(root.data.iterdir())) == 4


# --- the machine refuses ----------------------------------------------------------------------------------------------


@posix
def test_a_full_disk_leaves_the_file_whole(root: Root) -> None:
    before = state(root)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    process = start(root, "15", limit)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 5
    assert "mesures.yaml : fichier trop gros pour ce disque" in output
    assert state(root) == before


@pytest.mark.parametrize(
    ("function", "code", "message"),
    [("fsync", errno.ENOSPC, "disque plein"), ("replace", errno.EIO, "erreur de lecture ou d'écriture")],
)
def test_a_failure_while_writing_leaves_no_trace(
    root: Root, monkeypatch: pytest.MonkeyPatch, function: str, code: int, message: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, function, fail)
    assert message in refused(root, SystemFault, "15", realise="Fait")


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_is_refused(root: Root) -> None:
    root.path("mesures").chmod(0o444)
    assert "lecture seule" in refused(root, SystemFault, "15", realise="Fait")


def test_a_file_that_the_system_calls_read_only(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "lecture seule" in refused(root, SystemFault, "15", realise="Fait")
