"""`diff`: two moments of a roadmap, by what was said at each."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances_cli import evolution, store
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.periode import parse as period
from alliances_cli.present import markdown, mots
from alliances_cli.typographie import one_line
from conftest import Golden, Invoke, examples
from story import Repository, begin, story

MISSION = """\
titre: Feuille
etat_au: 2021-01-31
dimensions:
  - {code: a, libelle: Dimension A}
  - {code: b, libelle: Dimension B}
bloqueurs:
  - {id: loi, libelle: En attente de la loi}
champs:
  - {code: budget, libelle: Budget engagé, type: nombre}
  - {code: revue, libelle: Revue, type: date}
  - {code: public, libelle: Ouvert au public, type: oui_non}
"""
SCALE = """\
echelle:
  - {code: bon, libelle: bien avancé}
  - {code: moyen, libelle: en cours}
  - {code: mauvais, libelle: en difficulté, alerte: true}
  - {code: arret, libelle: abandonné, hors_ordre: true}
"""
MESURES = """\
mesures:
  - {id: 1, titre: Une, avancement: moyen}
  - {id: 2, titre: Deux, avancement: moyen}
"""


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return story(tmp_path_factory.mktemp("diff") / "story").folder


@pytest.fixture
def told_here(told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The story, copied, the current folder set to it."""
    shutil.copytree(told, tmp_path / "story")
    monkeypatch.chdir(tmp_path / "story")
    return Repository(tmp_path / "story")


def repository(folder: Path, mesures: str = MESURES, mission: str = MISSION + SCALE, **others: str) -> Repository:
    """A repository with a roadmap in its work tree, and no commit yet."""
    made = begin(folder, None)
    made.data.mkdir()
    write(made, mesures=mesures, mission=mission, **others)
    return made


def write(made: Repository, **parts: str) -> None:
    for part, text in parts.items():
        (made.data / f"{part}.yaml").write_text(text, "utf-8")


Compared = Any


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> Compared:
    """Commits one roadmap, puts another in the work tree; returns what `diff HEAD` says, as text and as JSON."""

    def run(before: dict[str, str], after: dict[str, str]) -> tuple[str, list[dict[str, Any]]]:
        made = repository(tmp_path / "depot", **before)
        made.commit("Avant", "2021-01-31")
        write(made, **after)
        monkeypatch.chdir(made.folder)
        text = invoke("diff", "HEAD").spoken
        return text, json.loads(invoke("diff", "HEAD", "--format", "json").out)["changements"]

    return run


def types(changes: list[dict[str, Any]]) -> list[str]:
    return [change["type"] for change in changes]


def mesure(fields: str, identifier: str = "1", titre: str = "Une") -> dict[str, str]:
    return {"mesures": f"mesures:\n  - {{id: {identifier}, titre: {titre}, {fields}}}\n"}


# --- the story --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [None, 60, 80, 120])
@pytest.mark.parametrize("de", ["", "2020-10-17"])
def test_story_as_text(told_here: Repository, invoke: Invoke, golden: Golden, columns: int | None, de: str) -> None:
    outcome = invoke("diff", *([de] if de else []), columns=columns)
    golden(f"diff{'-debut' if de else ''}-{columns or 'pipe'}.txt", outcome.out)


def test_story_in_ascii(told_here: Repository, invoke: Invoke, golden: Golden) -> None:
    outcome = invoke("diff", columns=80, LC_ALL="C", NO_COLOR="1")
    assert outcome.out.isascii()
    assert "\x1b" not in outcome.out
    assert "?" not in outcome.out
    golden("diff-80-ascii.txt", outcome.out)


@pytest.mark.parametrize("format", ["md", "json"])
@pytest.mark.parametrize("de", ["", "2020-10-17"])
def test_story_for_others(told_here: Repository, invoke: Invoke, golden: Golden, format: str, de: str) -> None:
    argv = ["diff", *([de] if de else []), "--format", format]
    golden(f"diff{'-debut' if de else ''}.{format}", invoke(*argv).out)


def test_json_has_the_two_moments_and_the_codes(told_here: Repository, invoke: Invoke) -> None:
    found = json.loads(invoke("diff", "bilan/2020-10-17", "HEAD~1", "--format", "json").out)
    assert found["version"] == 1
    assert found["de"] == {
        "demandee": "bilan/2020-10-17",
        "commit": told_here.git("rev-parse", "HEAD~5"),
        "date": "2020-11-02",
        "etat_au": "2020-10-17",
        "bilan": "2020-10-17",
    }
    assert found["a"]["demandee"] == "HEAD~1"
    assert found["a"]["bilan"] is None
    assert found["comptes"] == {
        "avant": {"tres_satisfaisant": 1, "satisfaisant": 3, "en_retard": 1},
        "apres": {"tres_satisfaisant": 3, "satisfaisant": 0, "en_retard": 2},
    }
    keys = {"type", "objet", "id", "titre", "champ", "avant", "apres"}
    assert all(keys <= set(change) for change in found["changements"])
    late = next(c for c in found["changements"] if c["type"] == "echeance_reportee")
    assert (late["id"], late["jours"], late["mois"], late["fois"]) == ("3", 184, 6, 2)
    worktree = json.loads(invoke("diff", "--format", "json").out)["a"]
    assert worktree == {"demandee": None, "commit": None, "date": None, "etat_au": "2021-09-01", "bilan": None}


def test_remarks_go_to_stderr(told_here: Repository, invoke: Invoke) -> None:
    outcome = invoke("diff", "2020-10-17", "--format", "json")
    assert "pas de tag" in outcome.err
    json.loads(outcome.out)


# --- nothing changed, and the exit codes ------------------------------------------------------------------------------


def test_nothing_changed_is_one_line(told_here: Repository, invoke: Invoke) -> None:
    outcome = invoke("diff", "HEAD", "HEAD", "--exit-code")
    assert outcome.spoken == "Rien n'a changé de « HEAD » à « HEAD ».\n"
    assert invoke("diff", "HEAD", "HEAD", "--format", "md").spoken == "### Rien n’a changé de « HEAD » à « HEAD »\n"
    found = json.loads(invoke("diff", "HEAD", "HEAD", "--format", "json").out)
    assert found["changements"] == []


@pytest.mark.parametrize("format", ["text", "md", "json"])
def test_quiet_says_nothing_where_nothing_changed(told_here: Repository, invoke: Invoke, format: str) -> None:
    outcome = invoke("diff", "2020-10-17", "2020-10-17", "--quiet", "--exit-code", "--format", format)
    assert outcome.out + outcome.err == ""
    changed = invoke("diff", "HEAD", "--quiet", "--format", format)
    assert changed.out == invoke("diff", "HEAD", "--format", format).out != ""


def test_exit_code_only_where_asked(told_here: Repository, invoke: Invoke) -> None:
    said = invoke("diff").out
    assert invoke("diff", "--exit-code", code=6).out == said


def test_a_roadmap_that_cannot_be_read(told_here: Repository, invoke: Invoke) -> None:
    text = (told_here.data / "mesures.yaml").read_text("utf-8")
    (told_here.data / "mesures.yaml").write_text(text.replace("avancement: satisfaisant", "avancement: parfait"))
    told_here.commit("Se trompe", "2021-10-01")
    (told_here.data / "mesures.yaml").write_text(text)
    outcome = invoke("diff", "HEAD", "--exit-code", "--quiet", code=1)
    assert outcome.out == ""
    assert outcome.err.startswith("HEAD:data/mesures.yaml:")
    (told_here.data / "mesures.yaml").write_text("mesures: [")
    assert invoke("diff", "HEAD~1", "--exit-code", code=1).err.startswith("data/mesures.yaml:")


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["inconnue"], 3, "révision inconnue « inconnue »"),
        (["HEAD", "inconnue"], 3, "révision inconnue « inconnue »"),
        ([""], 2, "la révision est vide"),
        (["2021-02-30"], 2, "février 2021 n'a pas de jour 30"),
        (["1999"], 3, "aucun commit n'est aussi ancien"),
        (["HEAD", "HEAD", "HEAD"], 2, ""),
        (["--format", "csv"], 2, "valeur inconnue « csv »"),
    ],
)
def test_what_names_nothing(told_here: Repository, invoke: Invoke, argv: list[str], code: int, said: str) -> None:
    outcome = invoke("diff", *argv, code=code)
    assert outcome.out == ""
    assert said in outcome.spoken


def test_a_hostile_revision_never_reaches_git_as_an_option(told_here: Repository, invoke: Invoke) -> None:
    outcome = invoke("diff", "--", "--output=x", code=2)
    assert "elle commence par un tiret" in outcome.spoken
    assert not (told_here.folder / "x").exists()


def test_without_a_bilan_that_has_a_revision_it_starts_from_head(told_here: Repository, invoke: Invoke) -> None:
    text = (told_here.data / "mission.yaml").read_text("utf-8")
    (told_here.data / "mission.yaml").write_text(text[: text.index("bilans:")])
    outcome = invoke("diff")
    assert "aucun bilan n'a de révision dans git : la comparaison part de HEAD" in outcome.spoken
    assert "De « HEAD »" in outcome.spoken


# --- levels -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "kind", "said"),
    [
        ("avancement: moyen", "avancement: bon", "niveau_monte", "Mesure 1 — Une : en cours → bien avancé."),
        ("avancement: moyen", "avancement: mauvais", "niveau_baisse", "Mesure 1 — Une : en cours → en difficulté."),
        ("avancement: moyen", "avancement: arret", "niveau_change", "en cours → abandonné (hors de l'ordre"),
        ("avancement: arret", "avancement: bon", "niveau_change", "abandonné → bien avancé (hors de l'ordre"),
        ("texte: x", "texte: x, avancement: bon", "niveau_donne", "niveau donné, bien avancé."),
        ("texte: x, avancement: bon", "texte: x", "niveau_perdu", "sans niveau (avant : bien avancé)."),
        (
            "avancement: bon, provenance: infere",
            "avancement: bon, provenance: publie",
            "provenance",
            "provenance du niveau, inféré → publié, le niveau est confirmé.",
        ),
    ],
)
def test_levels(compared: Compared, before: str, after: str, kind: str, said: str) -> None:
    text, changes = compared(mesure(before), mesure(after))
    assert types(changes) == [kind]
    assert said in text


def test_a_level_that_moves_is_not_confirmed(compared: Compared) -> None:
    text, changes = compared(mesure("avancement: bon, provenance: infere"), mesure("avancement: moyen"))
    assert types(changes) == ["niveau_baisse", "provenance"]
    assert "confirmé" not in text


def test_the_default_provenance_of_the_mission_is_that_of_its_levels(compared: Compared) -> None:
    mission = MISSION + SCALE
    before = {**mesure("avancement: bon"), "mission": mission + "provenance: infere\n"}
    text, changes = compared(before, {"mission": mission})
    assert types(changes) == ["provenance", "champ"]
    assert "Mission (Provenance des niveaux) : inféré → (vide)" in text


def test_totals_before_and_after(compared: Compared) -> None:
    after = MESURES.replace("Deux, avancement: moyen", "Deux") + "  - {id: 3, titre: Trois, avancement: bon}\n"
    text, _ = compared({}, {"mesures": after})
    rows = [line.split("  ") for line in text.splitlines()]
    table = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    for row in (
        ["bien avancé", "0", "1", "+1"],
        ["en cours", "2", "1", "−1"],
        ["abandonné", "0", "0"],
        ["sans niveau", "0", "1", "+1"],
        ["Ensemble", "2", "3", "+1"],
    ):
        assert row in table


def test_two_scales_are_not_compared(compared: Compared, invoke: Invoke) -> None:
    shorter = SCALE.replace("  - {code: arret, libelle: abandonné, hors_ordre: true}\n", "")
    after = MESURES.replace("avancement: moyen", "avancement: bon").replace("titre: Deux", "titre: Deuxième")
    text, changes = compared({}, {"mesures": after, "mission": MISSION + shorter})
    assert types(changes) == ["titre", "champ"]
    assert "Les niveaux ne sont pas comparés : les deux échelles diffèrent" in text
    assert "Avant : bien avancé 0, en cours 2, en difficulté 0, abandonné 0 ; après : bien avancé 2, en cours 0" in text
    assert "Mesure 2 — Deuxième (Titre) : [-Deux-] {+Deuxième+}" in text
    markdown = invoke("diff", "HEAD", "--format", "md").spoken
    assert "Les niveaux ne sont pas comparés" in markdown
    assert "diffèrent" in json.loads(invoke("diff", "HEAD", "--format", "json").out)["refus"]


def test_the_order_of_a_scale_is_part_of_it(compared: Compared) -> None:
    lines = SCALE.splitlines(keepends=True)
    text, changes = compared({}, {"mission": MISSION + "".join([lines[0], lines[2], lines[1], *lines[3:]])})
    assert "Les niveaux ne sont pas comparés" in text
    assert types(changes) == ["champ"]


# --- items ------------------------------------------------------------------------------------------------------------


def test_added_removed_and_retired(compared: Compared) -> None:
    after = (
        "mesures:\n  - {id: 3, titre: Trois, avancement: bon}\n"
        'retirees:\n  - {id: 2, titre: Deux, date: 2021-02, motif: "Fondue", vers: [3], avancement: moyen}\n'
    )
    text, changes = compared({}, {"mesures": after})
    assert types(changes) == ["ajout", "disparition", "retrait"]
    assert "Ajouts, retraits et titres : 1 ajout, 1 retrait, 1 disparition" in text
    assert "Mesure 3 — Trois : ajoutée (bien avancé)." in text
    assert "Mesure 1 — Une : disparue sans être retirée (avant : en cours)." in text
    assert (
        "Mesure 2 — Deux : retirée en février 2021, remplacée par la mesure 3 (« Trois »), dernier niveau en cours ; "
        "motif : « Fondue »."
    ) in text


def test_a_masculine_item_agrees(compared: Compared) -> None:
    text, changes = compared({}, {"chantiers": "chantiers:\n  - {id: c, titre: Bâtir}\n"})
    assert types(changes) == ["ajout"]
    assert "Chantier c — Bâtir : ajouté." in text


def test_come_back(compared: Compared) -> None:
    one = "mesures:\n  - {id: 1, titre: Une, avancement: moyen}\n"
    gone = one + "retirees:\n  - {id: 2, titre: Deux, motif: Fondue}\n"
    text, changes = compared({"mesures": gone}, {"mesures": MESURES})
    assert types(changes) == ["retour"]
    assert "Mesure 2 — Deux : revenue (retirée avant), en cours." in text


def test_what_is_said_of_a_retired_item_changes(compared: Compared) -> None:
    gone = MESURES + "retirees:\n  - {id: 9, titre: Neuf, motif: Fondue, date: 2020-12}\n"
    after = gone.replace("motif: Fondue, date: 2020-12", "motif: Fondue ailleurs, date: 2020-11, vers: [1]")
    text, changes = compared({"mesures": gone}, {"mesures": after})
    assert types(changes) == ["champ", "texte", "champ"]
    assert "Mesure 9 — Neuf, retirée (Motif) : Fondue {+ailleurs+}" in text
    assert "Mesure 9 — Neuf, retirée (Date du retrait) : décembre 2020 → novembre 2020" in text
    assert "Mesure 9 — Neuf, retirée (Remplacée par) : {+mesure 1 (« Une »)+}" in text


def test_a_retired_item_that_vanishes(compared: Compared) -> None:
    text, changes = compared(
        {"mesures": MESURES + "retirees:\n  - {id: 9, titre: Neuf, motif: Fondue}\n"}, {"mesures": MESURES}
    )
    assert types(changes) == ["disparition"]
    assert "Mesure 9 — Neuf : n'est plus parmi les éléments retirés (motif d'alors : « Fondue »)." in text


def test_renumbered_bold_and_spaces_aside(compared: Compared) -> None:
    text, changes = compared(
        mesure("avancement: moyen, realise: Fait", "1", '"Une  **belle** mesure"'),
        mesure("avancement: bon, realise: Fait", "7", "Une belle mesure"),
    )
    assert types(changes) == ["renumerotation", "titre", "niveau_monte"]
    assert "Mesure 7 — Une belle mesure : renumérotée, 1 → 7." in text
    assert "Mesure 7 — Une belle mesure (Titre) : seuls le gras ou les espaces changent" in text


def test_renumbered_and_retitled_is_removed_and_added(compared: Compared) -> None:
    _, changes = compared(mesure("avancement: moyen"), mesure("avancement: moyen", "7", "Autre"))
    assert types(changes) == ["ajout", "disparition"]


def test_an_item_put_among_others_renumbers_those_that_follow(compared: Compared) -> None:
    after = MESURES.replace("id: 2", "id: 3") + "  - {id: 2, titre: Neuve}\n"
    _, changes = compared({}, {"mesures": after})
    assert [(c["type"], c["id"], c["avant"]) for c in changes] == [("renumerotation", "3", "2"), ("ajout", "2", None)]


def test_two_items_that_exchange_their_ids(compared: Compared) -> None:
    swapped = MESURES.replace("id: 1", "id: 0").replace("id: 2", "id: 1").replace("id: 0", "id: 2")
    _, changes = compared({}, {"mesures": swapped})
    assert types(changes) == ["renumerotation", "renumerotation"]


def test_a_retired_item_is_not_renumbered(compared: Compared) -> None:
    after = (
        "mesures:\n  - {id: 1, titre: Une, avancement: moyen}\n  - {id: 3, titre: Deux, avancement: moyen}\n"
        "retirees:\n  - {id: 2, titre: Deux, motif: Refondue, vers: [3]}\n"
    )
    _, changes = compared({}, {"mesures": after})
    assert types(changes) == ["ajout", "retrait"]


def test_a_title_that_several_bear_tells_nothing(compared: Compared) -> None:
    twins = MESURES.replace("titre: Deux", "titre: Une")
    after = twins.replace("id: 1", "id: 8").replace("id: 2", "id: 9")
    _, changes = compared({"mesures": twins}, {"mesures": after})
    assert sorted(types(changes)) == ["ajout", "ajout", "disparition", "disparition"]


# --- next steps -------------------------------------------------------------------------------------------------------

STEP = "Ouvrir le **premier** guichet à Évreux"


@pytest.mark.parametrize(
    ("realise", "done"),
    [
        ("Remise, puis ouvrir   le premier GUICHET a evreux, enfin", True),
        ("ouvrir le **premier guichet** à\\nÉvreux", True),
        ("Ouvrir le premier guichet", False),
        ("Ouvrir le deuxième guichet à Évreux", False),
        ("Rouvrir le premier guichet à Évreux-Nord", False),
        ("", False),
    ],
)
def test_a_step_is_done_only_where_the_new_text_contains_it(compared: Compared, realise: str, done: bool) -> None:
    before = mesure(f'prochaine_etape: "{STEP}"')
    said = f'realise: "{realise}", ' if realise else ""
    text, changes = compared(before, mesure(f"{said}prochaine_etape: Fermer"))
    assert types(changes)[0] == ("etape_faite" if done else "etape_remplacee")
    if done:
        assert "étape faite, « Ouvrir le premier guichet à Évreux » ; prochaine étape, « Fermer »." in text


@pytest.mark.parametrize(
    ("before", "after", "kind", "said"),
    [
        ("texte: x", "texte: x, prochaine_etape: Voter", "etape_annoncee", "étape annoncée, « Voter »."),
        ("texte: x, prochaine_etape: Voter", "texte: x", "etape_abandonnee", "étape abandonnée, « Voter »."),
        (
            "prochaine_etape: Réunir les signataires",
            "prochaine_etape: Réunir cent signataires",
            "etape_remplacee",
            "étape remplacée, « Réunir [-les-] {+cent+} signataires ».",
        ),
        (
            "echeance: 2021-03",
            "echeance: 2021-06",
            "echeance_reportee",
            "reportée de 3 mois (91 jours), de mars 2021",
        ),
        ("echeance: 2021-03-10", "echeance: 2021-04-10", "echeance_reportee", "reportée d'un mois (31 jours), du 10"),
        (
            "echeance: 2021-03-10",
            "echeance: 2021-04-11",
            "echeance_reportee",
            "de 32 jours, du 10 mars 2021 au 11",
        ),
        ("echeance: 2021-02-28", "echeance: 2021-04-30", "echeance_reportee", "reportée de 2 mois (61 jours)"),
        ("echeance: 2021-T1", "echeance: 2021-T2", "echeance_reportee", "du premier trimestre 2021 au deuxième"),
        (
            "echeance: 2021-12",
            "echeance: 2021-08",
            "echeance_avancee",
            "avancée de 4 mois (122 jours), de déc",
        ),
        ("echeance: 2021-08", "echeance: 2021-07", "echeance_avancee", "d'août 2021 à juillet 2021"),
        ("texte: x", "texte: x, echeance: 2021", "echeance_fixee", "échéance fixée, 2021."),
        (
            "echeance: 2021-12",
            "echeance: 2021-12-31",
            "echeance_fixee",
            "31 décembre 2021 (avant : décembre 2021)",
        ),
        ("texte: x, echeance: 2021", "texte: x", "echeance_supprimee", "désormais sans échéance (avant : 2021)."),
        (
            "prochaine_etape: Ouvrir un guichet",
            "prochaine_etape: Ouvrir  **un guichet**",
            "texte",
            "(Prochaine étape) : seuls le gras ou les espaces changent",
        ),
    ],
)
def test_steps_and_dates(compared: Compared, before: str, after: str, kind: str, said: str) -> None:
    text, changes = compared(mesure(before), mesure(after))
    assert types(changes) == [kind]
    assert said in text


def test_put_off_several_times_and_brought_forward_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    made = repository(tmp_path / "depot", **mesure("echeance: 2021-03"))
    made.commit("Un", "2021-01-31")
    for day, fields in (
        ("2021-02-01", "echeance: 2021-05"),
        ("2021-03-01", "echeance: 2021-04"),
        ("2021-03-02", "realise: Rien"),
        ("2021-04-01", "echeance: 2021-06"),
    ):
        write(made, **mesure(fields))
        made.commit(f"Au {day}", day)
    write(made, **mesure("echeance: 2021-09"))
    monkeypatch.chdir(made.folder)
    assert "6 mois (183 jours), de mars 2021 à septembre 2021 ; 3 reports." in invoke("diff", "HEAD~4").spoken
    assert "de mars 2021 à juin 2021 ; 2 reports." in invoke("diff", "HEAD~4", "HEAD").spoken
    assert "; 1 report." in invoke("diff", "HEAD").spoken


def test_put_off_through_a_renumbering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> None:
    made = repository(tmp_path / "depot", **mesure("echeance: 2021-03"))
    made.commit("Un", "2021-01-31")
    write(made, **mesure("echeance: 2021-04"))
    made.commit("Deux", "2021-02-01")
    write(made, **mesure("echeance: 2021-05", "4"))
    monkeypatch.chdir(made.folder)
    changes = json.loads(invoke("diff", "HEAD~1", "--format", "json").out)["changements"]
    assert [(c["type"], c.get("fois")) for c in changes] == [("renumerotation", None), ("echeance_reportee", 2)]


# --- other fields -----------------------------------------------------------------------------------------------------


def test_blockers_by_what_they_are_called(compared: Compared) -> None:
    before = MESURES.replace("Une, avancement: moyen", "Une, bloqueurs: [loi]")
    after = MESURES.replace("Une, avancement: moyen", "Une, bloqueurs: [2]")
    text, changes = compared({"mesures": before}, {"mesures": after})
    assert types(changes) == ["bloqueur_leve", "bloqueur_pose"]
    assert "Bloqueurs : 1 posé, 1 levé" in text
    assert "Mesure 1 — Une : bloqueur levé, « En attente de la loi »." in text
    assert "Mesure 1 — Une : bloqueur posé, mesure 2 (« Deux »)." in text


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("pilotes: [Ada, Émile]", "pilotes: [Émile, Zoé]", "(Pilotes) : [-Ada-], Émile, {+Zoé+}"),
        ("pilotes: [Ada, Zoé]", "pilotes: [Zoé, Ada]", "(Pilotes) : même liste, dans un autre ordre : Zoé, Ada"),
        ("dimension: a", "dimension: b", "(Dimension) : Dimension A → Dimension B"),
        ("debut: 2021-02", "debut: 2021-02-03", "(Début) : février 2021 → 3 février 2021"),
        ("texte: x, renvois: [c]", "texte: x", "(Renvois) : [-chantier c (« Bâtir »)-]"),
        (
            "preuves: [{url: https://exemple.fr/a}]",
            "preuves: [{url: https://exemple.fr/a}, {titre: Loi, url: https://exemple.fr/b, date: 2021-01}]",
            "(Preuves) : https://exemple.fr/a, {+Loi <https://exemple.fr/b> (2021-01)+}",
        ),
        ("budget: 12000", "budget: '12500,5'", "(Budget engagé) : 12 000 → 12 500,5"),
        ("budget: 12000", "budget: [12000, 3]", "(Budget engagé) : 12 000, {+3+}"),
        ("revue: 2021-T1, texte: x", "texte: x", "(Revue) : premier trimestre 2021 → (vide)"),
        ("public: true", "public: false", "(Ouvert au public) : oui → non"),
        ("texte: a", "texte: '**a**'", "(Texte) : seuls le gras ou les espaces changent"),
    ],
)
def test_fields(compared: Compared, before: str, after: str, said: str) -> None:
    text, changes = compared({**mesure(before), "chantiers": "chantiers: [{id: c, titre: Bâtir}]\n"}, mesure(after))
    assert len(changes) == 1
    assert f"Mesure 1 — Une {said}" in text


def test_the_same_number_written_otherwise_is_no_change(compared: Compared) -> None:
    text, changes = compared(mesure("budget: 12000"), mesure('budget: "12 000,0"'))
    assert changes == []
    assert text.startswith("Rien n'a changé")


def test_json_has_numbers_as_numbers(compared: Compared) -> None:
    _, changes = compared(mesure("budget: 12000"), mesure("budget: ['12000,5', 3]"))
    assert (changes[0]["avant"], changes[0]["apres"]) == (12000, [12000.5, 3])


def test_a_field_declared_since_and_one_that_is_no_longer(compared: Compared) -> None:
    mission = (MISSION + SCALE).replace("code: budget, libelle: Budget engagé", "code: cout, libelle: Coût")
    text, changes = compared(mesure("budget: 3"), {**mesure("cout: 4"), "mission": mission})
    assert "Mesure 1 — Une (Coût) : (vide) → 4" in text
    assert "Mesure 1 — Une (Budget engagé) : 3 → (vide)" in text
    assert "Mission (Champs déclarés, budget) :" in text
    assert [c["champ"] for c in changes] == ["cout", "budget", "champs.budget", "champs.cout"]


def test_the_mission(compared: Compared) -> None:
    after = (MISSION + SCALE).replace("etat_au: 2021-01-31", "etat_au: 2021-06")
    after = after.replace("  - {code: b, libelle: Dimension B}\n", "  - {code: c, libelle: Dimension C}\n")
    after = after.replace("libelle: en cours", "libelle: en bonne voie") + (
        "document: {sous_titre: Le bilan}\nbilans:\n  - {date: 2021-01-31, titre: Premier, totaux: {moyen: 2}}\n"
    )
    text, changes = compared({}, {"mission": after})
    assert "Mission (État au) : 31 janvier 2021 → juin 2021" in text
    assert "Dimension « Dimension C » : ajoutée." in text
    assert "Dimension « Dimension B » : supprimée." in text
    assert "Bilan du 31 janvier 2021 — Premier : ajouté." in text
    assert "Mission (Document, sous-titre) : {+Le bilan+}" in text
    assert "Mission (Échelle, en bonne voie, libellé) : [-en cours-] {+en bonne voie+}" in text
    assert {c["objet"] for c in changes} == {"mission", "dimension", "bilan"}


def test_a_published_total_that_moves(compared: Compared) -> None:
    bilan = MISSION + SCALE + "bilans:\n  - {date: 2020-10-17, titre: Premier, totaux: {moyen: 2}}\n"
    text, changes = compared({"mission": bilan}, {"mission": bilan.replace("{moyen: 2}", "{moyen: 3}")})
    assert "Bilan du 17 octobre 2020 — Premier (Totaux, en cours) : 2 → 3" in text
    assert changes[0]["champ"] == "totaux.moyen"


# --- a bilan of which git knows only the totals -----------------------------------------------------------------------

PUBLISHED = "bilans:\n  - {date: 2020-10-17, titre: Premier, totaux: {bon: 1, moyen: 1}}\n"


def test_only_published_totals(compared: Compared, invoke: Invoke) -> None:
    compared({"mission": MISSION + SCALE + PUBLISHED}, {})
    outcome = invoke("diff", "2020-10-17")
    assert "Remarque : du bilan du 17 octobre 2020, seuls les totaux publiés sont comparés" in outcome.spoken
    assert "Du bilan du 17 octobre 2020 (totaux publiés) au dossier de travail" in outcome.spoken
    assert ["bien", "avancé", "1", "0", "−1"] in [line.split() for line in outcome.out.splitlines()]
    assert "Ensemble" not in outcome.out
    found = json.loads(invoke("diff", "2020-10-17", "--format", "json").out)
    assert found["de"] == {
        "demandee": "2020-10-17",
        "commit": None,
        "date": None,
        "etat_au": None,
        "bilan": "2020-10-17",
    }
    assert found["changements"] == []
    assert found["sans_avancement"]["avant"] is None
    heading = invoke("diff", "2020-10-17", "--format", "md").spoken.split("\n")[0]
    assert heading.startswith("### Mesures : bien avancé 1 → 0 (−1), en cours 1 → 2 (+1), en difficulté 0")


def test_published_totals_that_are_the_counted_ones(compared: Compared, invoke: Invoke) -> None:
    published = PUBLISHED.replace("{bon: 1, moyen: 1}", "{moyen: 2}")
    compared({"mission": MISSION + SCALE + published}, {})
    assert invoke("diff", "2020-10-17", "--quiet", "--exit-code").out == ""


def test_published_totals_of_another_scale(compared: Compared, invoke: Invoke) -> None:
    published = PUBLISHED.replace("{bon: 1, moyen: 1}", "{vert: 1}, echelle: [{code: vert, libelle: au vert}]")
    compared({"mission": MISSION + SCALE + published}, {})
    outcome = invoke("diff", "2020-10-17")
    assert "Les niveaux ne sont pas comparés" in outcome.spoken
    assert "Avant : au vert 1 ; après : bien avancé 0, en cours 2" in outcome.spoken


def test_nothing_is_known_of_a_bilan_without_totals(compared: Compared, invoke: Invoke) -> None:
    compared({"mission": MISSION + SCALE + "bilans:\n  - {date: 2020-10-17}\n"}, {})
    assert "il n'y a rien à comparer" in invoke("diff", "2020-10-17", code=3).spoken


# --- a folder that moved, hostile texts, many changes -----------------------------------------------------------------


def test_across_a_folder_that_moved(told_here: Repository, invoke: Invoke) -> None:
    before = invoke("diff", "2020-10-17", "HEAD", "--format", "json").out
    tip = told_here.git("rev-parse", "HEAD")
    told_here.git("stash", "-q")
    told_here.git("mv", "data", "feuille")
    told_here.commit("Déplace", "2021-10-01")
    after = invoke("diff", "2020-10-17", tip, "--data", "feuille", "--format", "json").out
    assert json.loads(after)["changements"] == json.loads(before)["changements"]


def test_markdown_is_only_text(compared: Compared, invoke: Invoke) -> None:
    hostile = "<b>x</b> [y](z) | @qui #1 `c` ~~d~~ ## e"
    compared(
        {"mesures": f'mesures:\n  - {{id: 1, titre: "{hostile}", realise: "un"}}\n'},
        {"mesures": f'mesures:\n  - {{id: 1, titre: "{hostile}", realise: "- [a](b) <i>", pilotes: [<script>]}}\n'},
    )
    said = invoke("diff", "HEAD", "--format", "md").out
    bare = said.replace("<!-- -->", "")
    for mark in ("<b>", "<i>", "<script>", "[y](z)", "`c`", "~~d~~"):
        assert mark not in bare.replace("\\<", "‹")
    assert "\\<script\\>" in said
    assert len([line for line in said.splitlines() if line.startswith("#")]) == 1


def test_the_marks_of_a_text_are_told_from_those_of_the_answer(compared: Compared) -> None:
    text, _ = compared(mesure('realise: "a {+b+} c"'), mesure('realise: "a {+b+} d"'))
    assert "a {+b+} [--c--] {++d++}" in text


def test_many_changes_stay_a_line_each(compared: Compared, invoke: Invoke) -> None:
    def mesures(level: str, word: str) -> str:
        said = " ".join(f"mot{n}" for n in range(200))
        rows = "".join(
            f"  - {{id: {n}, titre: Mesure {n}, avancement: {level}, realise: {said} {word} {said}}}\n"
            for n in range(1, 251)
        )
        return f"mesures:\n{rows}"

    text, changes = compared({"mesures": mesures("moyen", "avant")}, {"mesures": mesures("bon", "après")})
    assert len(changes) == 500
    assert "Niveaux en hausse : 250" in text
    assert "Mesure 250 (Réalisé) : … mot194 mot195 mot196 mot197 mot198 mot199 [-avant-] {+après+} mot0" in text
    assert max(map(len, text.splitlines())) < 200
    assert len(text.splitlines()) < 520
    assert "Niveaux en hausse" in invoke("diff", "HEAD", columns=80).spoken


def test_nothing_is_written(told_here: Repository, invoke: Invoke) -> None:
    def all_of() -> list[tuple[str, bytes]]:
        files = (Path(root) / name for root, _, names in os.walk(told_here.folder) for name in names)
        return sorted((str(file), file.read_bytes()) for file in files)

    before = all_of()
    for format in ("text", "md", "json"):
        invoke("diff", "2020-10-17", "--format", format)
    assert all_of() == before


# --- word by word -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("120 élus formés", "120 élus formés, puis 80 autres", "120 élus formés{+, puis 80 autres+}"),
        ("un mot", "un", "un [-mot-]"),
        ("un deux trois", "un trois", "un [-deux-] trois"),
        ("", "tout", "{+tout+}"),
        ("tout", "", "[-tout-]"),
        ("rien de commun", "autre chose", "[-rien de commun-] {+autre chose+}"),
        ("a\nb c", "a b d", "a b [-c-] {+d+}"),
        ("le 30/06/2021 au plus tard", "le 30/09/2021 au plus tard", "le [-30/06/2021-] {+30/09/2021+} au plus tard"),
        ("vote de la loi en juin", "vote de cette loi en mai", "vote de [-la-] {+cette+} loi en [-juin-] {+mai+}"),
        ("x, y", "x,  y", ""),
    ],
)
def test_words(before: str, after: str, said: str) -> None:
    signs = {"-": ("[-", "-]"), "+": ("{+", "+}"), "": ("", "")}
    assert "".join(text.join(signs[mark]) for text, mark in mots.words(before, after)) == said


texts = st.text(alphabet="ab ,.*'-\né<[", max_size=40)


@given(before=texts, after=texts)
def test_words_tell_both_texts(before: str, after: str) -> None:
    """What went and what stayed is the old text, what came and what stayed is the new one, white space aside."""

    def told(*marks: str) -> str:
        return "".join("".join(text.split()) for text, mark in pieces if mark in marks)

    pieces = mots.words(before, after)
    bare = ["".join(one_line(text).split()) for text in (before, after)]
    if pieces:
        assert [told("", "-"), told("", "+")] == bare
    else:
        assert bare[0] == bare[1]


@given(pieces=st.lists(st.tuples(texts, st.sampled_from(["", "**", "~~"])), max_size=5))
def test_marked_is_one_line(pieces: list[tuple[str, str]]) -> None:
    assert "\n" not in markdown.marked(pieces)


# --- between ----------------------------------------------------------------------------------------------------------


def read(mesures: list[dict[str, Any]]) -> FeuilleDeRoute:
    mission = MISSION + SCALE
    # JSON is YAML.
    parts = {"mission": mission, "mesures": json.dumps({"mesures": mesures})}
    sources = {part: store.Source(f"{part}.yaml", text.encode()) for part, text in parts.items()}
    return store.parse(sources).require()


optional = {
    "avancement": st.sampled_from(["bon", "moyen", "arret"]),
    "realise": st.sampled_from(["Fait", "Voter puis fait"]),
    "prochaine_etape": st.sampled_from(["Voter", "**Voter**", "Fêter"]),
    "echeance": st.sampled_from(["2021", "2021-06", "2021-12-31"]),
    "bloqueurs": st.sampled_from([["loi"], ["loi", "loi"]]),
    "pilotes": st.sampled_from([["Ada"], ["Ada", "Zoé"], ["Zoé", "Ada"]]),
    "dimension": st.sampled_from(["a", "b"]),
    "etiquettes": st.sampled_from([["x"], ["y", "x"]]),
    "budget": st.sampled_from([1, [1, 2]]),
    "revue": st.sampled_from(["2021", "2022-T1"]),
    "public": st.booleans(),
}
fields = st.fixed_dictionaries({"titre": st.sampled_from(["Une", "Deux", "Trois", "Quatre"])}, optional=optional)
roadmaps = st.dictionaries(st.sampled_from(["1", "2", "3", "4"]), fields, min_size=1).map(
    lambda found: read([{"id": identifier, **rest} for identifier, rest in found.items()])
)
unhurried = settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(feuille=roadmaps)
def test_a_roadmap_is_as_it_is(feuille: FeuilleDeRoute) -> None:
    found = evolution.between(feuille, feuille)
    assert not found.changed
    assert set(found.tendances.values()) <= {"stable", "non_comparable"}


@unhurried
@given(avant=roadmaps, apres=roadmaps)
def test_every_item_that_differs_is_told_of(avant: FeuilleDeRoute, apres: FeuilleDeRoute) -> None:
    found = evolution.between(avant, apres)
    told_of = {m.id for m in found.mouvements} | {m.avant for m in found.mouvements if m.type == "renumerotation"}
    before, after = avant.by_id["mesures"], apres.by_id["mesures"]
    for identifier in before.keys() | after.keys():
        one, other = before.get(identifier), after.get(identifier)
        if (one and one.__dict__) != (other and other.__dict__):
            assert identifier in told_of
    assert found.changed == (found.mouvements != ())


@unhurried
@given(avant=roadmaps, apres=roadmaps)
def test_what_goes_one_way_comes_the_other(avant: FeuilleDeRoute, apres: FeuilleDeRoute) -> None:
    there = [m.type for m in evolution.between(avant, apres).mouvements]
    back = [m.type for m in evolution.between(apres, avant).mouvements]
    for one, other in (
        ("ajout", "disparition"),
        ("niveau_monte", "niveau_baisse"),
        ("niveau_donne", "niveau_perdu"),
        ("bloqueur_pose", "bloqueur_leve"),
        ("renumerotation", "renumerotation"),
        ("titre", "titre"),
        ("texte", "texte"),
        ("champ", "champ"),
    ):
        assert there.count(one) == back.count(other)  # type: ignore[arg-type]


def test_put_off_counts_each_later_date() -> None:
    def times(*texts: str) -> int:
        return evolution.put_off(period(text) if text else None for text in texts)

    assert times("2021-03", "2021-05", "2021-04", "2021-06") == 2
    assert times("2021-03", "", "2021-05") == 1
    assert times("2021-03", "2021-03-31") == 0
    assert times() == 0
