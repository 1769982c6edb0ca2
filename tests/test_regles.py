"""`check --since`: what each rule of the mission says of a change, where, and in each format."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from alliances_cli import timeline
from alliances_cli.model import Regle
from alliances_cli.regles import REGLES
from conftest import Golden, Invoke
from story import Repository, begin, story

CODES = list(get_args(Regle))
MISSION = f"""\
titre: Une feuille de route
etat_au: 2021-05-07
provenance: saisi
regles: [{", ".join(CODES)}]
champs:
  - {{code: note, libelle: Note}}
  - {{code: budget, libelle: Budget, type: nombre}}
bilans:
  - date: 2020-10-17
    titre: Premier
  - date: 2021-05-07
    titre: Anniversaire
    totaux: {{satisfaisant: 3}}
"""
MESURES = """\
mesures:
  - id: 1
    titre: Ouvrir un guichet
    avancement: satisfaisant
    realise: Étude **remise**
    prochaine_etape: Ouvrir
    echeance: 2021-06
    budget: 12
    preuves:
      - {titre: Rapport, url: "https://a.fr/1"}

  - id: 2
    titre: Former
    avancement: satisfaisant
    provenance: infere
    prochaine_etape: Publier
    echeance: 2021-06-30

  - id: 3
    titre: Évaluer
    avancement: satisfaisant
    prochaine_etape: Mesurer

retirees:
  - {id: 9, titre: Abandonnée, motif: x}
"""
CHANTIERS = "chantiers:\n  - {id: a, titre: A, avancement: satisfaisant, prochaine_etape: x, echeance: 2021-06}\n"
LEVIERS = "leviers:\n  - {id: l, titre: L}\n  - {id: m, titre: M}\n"


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of one commit, built once."""
    folder = tmp_path_factory.mktemp("regles") / "depot"
    repository = begin(folder, None)
    repository.data.mkdir()
    texts = {"mission": MISSION, "mesures": MESURES, "chantiers": CHANTIERS, "leviers": LEVIERS}
    for part, text in texts.items():
        (repository.data / f"{part}.yaml").write_text(text, "utf-8")
    repository.commit("Commence", "2021-05-07")
    return folder


@pytest.fixture
def repository(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy of it; the current folder is there."""
    shutil.copytree(kept, tmp_path / "depot")
    monkeypatch.chdir(tmp_path / "depot")
    return Repository(tmp_path / "depot")


Found = list[tuple[str, int, int, str]]


@pytest.fixture
def rules(invoke: Invoke) -> Callable[..., Found]:
    """What the rules find since HEAD: file, line, column, code; and that it decides of the exit code."""

    def run(*argv: str) -> Found:
        outcome = invoke("check", "--since", "HEAD", "--format", "json", *argv, code=None)
        said: dict[str, Any] = json.loads(outcome.out)
        found = [p for p in said["problemes"] if p["type"] == "regle"]
        assert said["regles"] == len(found)
        assert outcome.code == (1 if found or said["totaux"] else 0)
        return [(p["fichier"], p["ligne"], p["colonne"], p["message"].partition(" ")[0]) for p in found]

    return run


def test_every_code_has_its_rule() -> None:
    assert list(REGLES) == CODES


def test_nothing_changed(repository: Repository, rules: Callable[..., Found], invoke: Invoke) -> None:
    assert rules() == []
    assert "5 règles respectées depuis « HEAD »" in invoke("check", "--since", "HEAD").spoken


# --- hausse_justifiee -------------------------------------------------------------------------------------------------

RAISED = ("avancement: satisfaisant", "avancement: tres_satisfaisant")


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ((), True),
        ((("    realise: Étude **remise**\n", ""),), True),
        ((("Étude **remise**", "'**Étude**  remise'"),), True),
        ((("prochaine_etape: Ouvrir", "prochaine_etape: Fermer"),), True),
        ((("{titre: Rapport", "{titre: Le rapport"),), True),
        ((("Étude **remise**", "Étude remise, guichet ouvert"),), False),
        (((', url: "https://a.fr/1"}', ', url: "https://a.fr/1"}\n      - {url: "https://a.fr/2"}'),), False),
        (((', url: "https://a.fr/1"}', ', url: "https://a.fr/2"}'),), False),
    ],
    ids=["rien", "texte-retire", "gras", "autre-texte", "titre-de-preuve", "texte", "preuve-ajoutee", "preuve-changee"],
)
def test_a_level_raised(
    repository: Repository, rules: Callable[..., Found], changes: tuple[tuple[str, str], ...], broken: bool
) -> None:
    repository.change("mission", ("totaux: {satisfaisant: 3}", "totaux: {satisfaisant: 2}"), (", bilan_intact", ""))
    repository.item("mesures", "1", RAISED, *changes)
    assert rules() == ([("data/mesures.yaml", 4, 17, "hausse_justifiee")] if broken else [])


def test_what_isnt_a_rise(repository: Repository, rules: Callable[..., Found]) -> None:
    repository.change("mission", (", bilan_intact", ""), ("    totaux: {satisfaisant: 3}\n", ""))
    repository.item("mesures", "1", ("avancement: satisfaisant", "avancement: en_retard"))
    repository.item("mesures", "3", ("    avancement: satisfaisant\n", ""))
    assert rules() == []
    # A new item may come with any level; a level given where there was none is no rise.
    repository.commit("Baisse", "2021-05-08")
    repository.item("mesures", "3", ("    titre: Évaluer\n", "    titre: Évaluer\n    avancement: tres_satisfaisant\n"))
    repository.change(
        "mesures", ("\nretirees:", "\n  - {id: 4, titre: Neuve, avancement: tres_satisfaisant}\n\nretirees:")
    )
    assert rules() == []


def test_levels_outside_the_order_and_other_scales(
    repository: Repository, rules: Callable[..., Found], invoke: Invoke
) -> None:
    scale = "echelle:\n  - {code: fait, libelle: Fait}\n  - {code: satisfaisant, libelle: S}\n"
    scale += "  - {code: inconnu, libelle: I, hors_ordre: true}\n"
    path = repository.data / "mission.yaml"
    text = path.read_text("utf-8").replace("    totaux: {satisfaisant: 3}\n", "").replace("champs:", scale + "champs:")
    path.write_text(text, "utf-8")
    repository.item("mesures", "1", ("avancement: satisfaisant", "avancement: fait"))
    assert "hausse_justifiee" not in [code for *_, code in rules()]
    said = invoke("check", "--since", "HEAD", code=1).spoken
    assert "data/mission.yaml:5:1: avertissement : hausse_justifiee n'est pas vérifiée : les deux échelles" in said
    repository.commit("Change d'échelle", "2021-05-08")
    repository.item("mesures", "3", ("avancement: satisfaisant", "avancement: inconnu"))
    assert rules() == []
    repository.commit("Ne sait plus", "2021-05-09")
    repository.item("mesures", "3", ("avancement: inconnu", "avancement: fait"))
    assert rules() == []


# --- report_explique --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ((), True),
        ((("budget: 12", "budget: 13"),), True),
        ((("prochaine_etape: Ouvrir", "prochaine_etape: Ouvrir\n    delai: après l'été"),), True),
        ((("    prochaine_etape: Ouvrir\n", ""),), True),
        ((("prochaine_etape: Ouvrir", "prochaine_etape: Ouvrir après le vote"),), False),
        ((("Étude **remise**", "Étude remise en retard"),), False),
        ((("titre: Ouvrir un guichet", "titre: Ouvrir un guichet\n    texte: Le vote est reporté"),), False),
        ((("budget: 12", "budget: 12\n    note: [Le vote, reporté]"),), False),
    ],
    ids=["rien", "nombre", "delai", "etape-retiree", "etape", "realise", "texte", "champ-declare"],
)
def test_a_date_put_off(
    repository: Repository, rules: Callable[..., Found], changes: tuple[tuple[str, str], ...], broken: bool
) -> None:
    repository.item("mesures", "1", ("echeance: 2021-06", "echeance: 2021-09"), *changes)
    assert [(file, code) for file, *_, code in rules()] == (
        [("data/mesures.yaml", "report_explique")] if broken else []
    )


def test_dates_that_are_not_put_off_and_those_of_chantiers(repository: Repository, rules: Callable[..., Found]) -> None:
    # The same last day, a date brought forward, one taken away.
    repository.item("mesures", "1", ("echeance: 2021-06", "echeance: 2021-T2"))
    repository.item("mesures", "2", ("    echeance: 2021-06-30\n", ""))
    repository.change("chantiers", ("echeance: 2021-06", "echeance: 2021-05"))
    assert rules() == []
    repository.change("chantiers", ("echeance: 2021-05", "echeance: 2021-07"))
    assert rules() == [("data/chantiers.yaml", 2, 79, "report_explique")]


# --- bilan_intact -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("titre: Anniversaire", "titre: Un an"), (12, 5)),
        (("totaux: {satisfaisant: 3}", "totaux: {satisfaisant: 3, en_retard: 0}"), (13, 5)),
        (("    totaux: {satisfaisant: 3}\n", ""), (11, 5)),
        (("totaux: {satisfaisant: 3}", "totaux: {satisfaisant: 3}\n    source: Le dossier"), (14, 5)),
        (("titre: Premier", "titre: Premier bilan"), (10, 5)),
        (("  - date: 2020-10-17\n    titre: Premier\n", ""), (8, 1)),
        (("date: 2020-10-17", "date: 2020-10-18"), (8, 1)),
        # One that had no totals may gain some; a new one may come; their order, and how they are written, is nothing.
        (("titre: Premier\n", "titre: Premier\n    totaux: {satisfaisant: 2}\n    source: Le dossier\n"), None),
        (("  - date: 2020-10-17", "  - date: 2019\n  - date: 2020-10-17"), None),
        (("totaux: {satisfaisant: 3}", "totaux:\n      # Trois.\n      satisfaisant: 3"), None),
    ],
)
def test_the_entry_of_a_bilan(
    repository: Repository, rules: Callable[..., Found], change: tuple[str, str], where: tuple[int, int] | None
) -> None:
    repository.change("mission", change)
    assert rules() == ([("data/mission.yaml", *where, "bilan_intact")] if where else [])


def test_publishing_breaks_no_rule(repository: Repository, rules: Callable[..., Found], invoke: Invoke) -> None:
    for date in ("2021-09-01", "2020-10-17"):
        invoke("publish", date)
        assert rules() == []


# --- publie_source ----------------------------------------------------------------------------------------------------

PUBLISHED = ("provenance: infere", "provenance: publie")


def test_an_inferred_level_that_is_said_published(repository: Repository, rules: Callable[..., Found]) -> None:
    repository.item("mesures", "2", PUBLISHED)
    assert rules() == [("data/mesures.yaml", 15, 17, "publie_source")]
    repository.change("mission", ("titre: Premier", "titre: Premier\n    source: Le dossier"))
    assert rules() == [("data/mesures.yaml", 15, 17, "publie_source")]
    # The bilan at the level's own date has a source; so may the one at the roadmap's.
    repository.item("mesures", "2", ("provenance: publie", "provenance: publie\n    avancement_au: 2020-10-17"))
    assert rules() == []


def test_a_source_is_a_proof_or_the_bilan_of_the_roadmap(repository: Repository, rules: Callable[..., Found]) -> None:
    repository.item("mesures", "2", (*PUBLISHED,))
    repository.change("mission", (", bilan_intact", ""), ("titre: Anniversaire", "titre: Anniversaire\n    source: x"))
    assert rules() == []
    repository.change("mission", ("    source: x\n", ""))
    repository.item("mesures", "2", ("titre: Former", 'titre: Former\n    preuves: [{url: "https://a.fr"}]'))
    assert rules() == []


def test_confirmed_is_no_publication_and_the_default_counts(
    repository: Repository, rules: Callable[..., Found]
) -> None:
    repository.item("mesures", "2", ("provenance: infere", "provenance: saisi"))
    assert rules() == []
    repository.item("mesures", "2", ("    provenance: saisi\n", ""))
    repository.change("mission", ("provenance: saisi", "provenance: publie"))
    assert rules() == [("data/mesures.yaml", 12, 5, "publie_source")]


# --- rien_ne_disparait ------------------------------------------------------------------------------------------------


def test_what_disappears(repository: Repository, rules: Callable[..., Found], invoke: Invoke) -> None:
    repository.change("leviers", ("  - {id: m, titre: M}\n", ""))
    repository.change("mission", ("    totaux: {satisfaisant: 3}\n", ""), (", bilan_intact", ""))
    path = repository.data / "mesures.yaml"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("  - id: 3")] + "retirees: []\n", "utf-8")
    (repository.data / "chantiers.yaml").unlink()
    code = "rien_ne_disparait"
    assert rules() == [
        ("data/chantiers.yaml", 0, 0, code),
        ("data/leviers.yaml", 1, 1, code),
        ("data/mesures.yaml", 1, 1, code),
        ("data/mesures.yaml", 1, 1, code),
    ]
    said = invoke("check", "--since", "HEAD", code=1).spoken
    assert "la mesure 3 a disparu ; une promesse se retire avec sa raison (alliances retire)" in said
    assert "la mesure 9, retirée, a disparu ; remettez-la sous « retirees »" in said


def test_what_is_retired_renumbered_or_back_hasnt_disappeared(
    repository: Repository, rules: Callable[..., Found], invoke: Invoke
) -> None:
    repository.change("mission", ("    totaux: {satisfaisant: 3}\n", ""), (", bilan_intact", ""))
    invoke("retire", "3", "--motif", "Fondue", "--au", "2021-06")
    invoke("rename", "2", "2-bis")
    invoke("rename", "levier-m", "n")
    path = repository.data / "mesures.yaml"
    text = path.read_text("utf-8").replace("  - {id: 9, titre: Abandonnée, motif: x}\n", "")
    path.write_text(text.replace("mesures:\n", "mesures:\n  - {id: 9, titre: Abandonnée}\n"), "utf-8")
    assert rules() == []
    # Renumbered and retitled, it is another.
    repository.change("leviers", ("titre: M}", "titre: Autre}"))
    assert rules() == [("data/leviers.yaml", 1, 1, "rien_ne_disparait")]


# --- which rules ------------------------------------------------------------------------------------------------------


def test_only_the_rules_that_are_on(repository: Repository, rules: Callable[..., Found], invoke: Invoke) -> None:
    repository.change("mission", ("titre: Anniversaire", "titre: Un an"))
    repository.item("mesures", "1", ("echeance: 2021-06", "echeance: 2021-09"))
    assert [code for *_, code in rules()] == ["report_explique", "bilan_intact"]
    repository.change("mission", (f"regles: [{', '.join(CODES)}]", "regles:\n  - report_explique"))
    assert [code for *_, code in rules()] == ["report_explique"]
    said = invoke("check", "--since", "HEAD", code=1).spoken
    assert said.count("n'est plus dans « regles » : elle n'a pas été vérifiée") == 4
    assert "data/mission.yaml:4:1: avertissement : la règle « bilan_intact » n'est plus" in said
    repository.change("mission", ("regles:\n  - report_explique\n", ""))
    outcome = invoke("check", "--since", "HEAD")
    assert "Remarque" in outcome.err and "aucune règle n'est en vigueur" in outcome.err
    assert outcome.out.count("n'est plus dans") == 5
    invoke("check", "--since", "HEAD", "--strict", code=1)


def test_a_rule_that_is_new_bears_on_the_change_that_brings_it(
    repository: Repository, rules: Callable[..., Found]
) -> None:
    repository.change("mission", (f"regles: [{', '.join(CODES)}]\n", ""))
    repository.commit("Sans règle", "2021-05-08")
    repository.change("mission", ("provenance: saisi\n", "provenance: saisi\nregles: [report_explique]\n"))
    repository.item("mesures", "1", ("echeance: 2021-06", "echeance: 2021-09"))
    assert [code for *_, code in rules()] == ["report_explique"]


def test_without_since_no_rule_is_checked(repository: Repository, invoke: Invoke) -> None:
    repository.change("mission", ("titre: Anniversaire", "titre: Un an"))
    found = json.loads(invoke("check", "--format", "json").out)
    assert found["regles"] is None and "depuis" not in found
    assert "règle" not in invoke("check").spoken


def test_errors_come_first(repository: Repository, invoke: Invoke) -> None:
    repository.item("mesures", "1", RAISED, ("budget: 12", "budget: douze"))
    said = invoke("check", "--since", "HEAD", code=1).spoken
    assert "totaux, règles et avertissements non vérifiés" in said and "hausse_justifiee" not in said
    found = json.loads(invoke("check", "--since", "HEAD", "--format", "json", code=1).out)
    assert found["regles"] is None and found["depuis"]["demandee"] == "HEAD"


def test_the_moment_before_must_be_there_and_be_valid(repository: Repository, invoke: Invoke) -> None:
    assert "n'a pas de révision" in invoke("check", "--since", "2020-10-17", code=3).spoken
    invoke("check", "--since", "zzz", code=3)
    for wrong in ("", "--output=x", "2021-13"):
        invoke("check", f"--since={wrong}", code=2)
    repository.item("mesures", "1", ("budget: 12", "budget: douze"))
    repository.commit("Se trompe", "2021-05-08")
    repository.item("mesures", "1", ("budget: douze", "budget: 12"))
    outcome = invoke("check", "--since", "HEAD", code=1)
    assert outcome.out == ""
    assert outcome.err.startswith("HEAD:data/mesures.yaml:8:13: ")
    assert [path.name for path in repository.folder.iterdir() if path.name not in ("data", ".git")] == []


def test_since_a_bilan_in_each_format(
    tmp_path: Path, invoke: Invoke, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the story, whose work tree has changed since HEAD."""
    repository = story(tmp_path / "depot")
    monkeypatch.chdir(repository.folder)
    repository.change(
        "mission", ("titre: Alliances de territoire\n", f"titre: Alliances\nregles: [{', '.join(CODES)}]\n")
    )
    for format in ("text", "json", "github"):
        argv = ("check", "--since", "2021-05-07", "--format", format)
        golden(f"check-since.{format}", invoke(*argv, code=1).out)
    golden("check-since-80.txt", invoke("check", "--since", "precedent", code=1, columns=80, NO_COLOR="1").out)


def test_between_two_commits(repository: Repository) -> None:
    """With a revision to check, what is said is placed there, and the rules are those of then."""
    repository.item("mesures", "1", ("echeance: 2021-06", "echeance: 2021-09"))
    (repository.data / "leviers.yaml").unlink()
    repository.commit("Reporte", "2021-05-08")
    repository.change("mission", (f"regles: [{', '.join(CODES)}]\n", ""))
    repository.commit("Éteint les règles", "2021-05-09")
    with timeline.opened() as past:
        found = timeline.check(past, "HEAD~1", "HEAD~2")
        assert [p.where for p in found.problems if p.kind == "regle"] == [
            "HEAD~1:data/leviers.yaml",
            "HEAD~1:data/leviers.yaml",
            "HEAD~1:data/mesures.yaml:7:15",
        ]
        assert found.depuis is not None and found.depuis.date == "2021-05-07"
        assert found.revision is not None and found.revision.date == "2021-05-08"
        assert timeline.check(past, since="HEAD~2").count("regle") == 0
