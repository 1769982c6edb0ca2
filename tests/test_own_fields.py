"""Fields that a mission declares: shown, filtered, sorted, counted, exported; and what was retired, kept in sight."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from conftest import Invoke
from test_complete import complete

MISSION = """\
titre: Feuille de route
etat_au: 2024-03-15
champs:
  - {code: budget, libelle: Budget engagé, type: nombre}
  - {code: statut, libelle: Statut, type: choix, choix: [à publier, en cours, signé]}
  - {code: revue, libelle: Revue, type: date}
  - {code: public, libelle: Public, type: oui_non}
  - {code: note-de-suivi, libelle: Note, type: texte}
  - {code: site, libelle: Site, type: url}
  - {code: cout, libelle: Coût, type: nombre, famille: chantiers}
bilans:
  - {date: 2024-03-15, totaux: {satisfaisant: 3, en_retard: 1}}
"""
MESURES = """\
mesures:
  - {id: 1, titre: Une, avancement: satisfaisant, budget: 12 000, statut: signé, public: oui, revue: 2024-T1}
  - {id: 2, titre: Deux, avancement: en_retard, budget: ["12000,0", -3], statut: [en cours, signé], public: non}
  - {id: 3, titre: Trois, budget: "1500,5", note-de-suivi: Écrire au Préfet, revue: 2023-12-31}
  - {id: 4, titre: Quatre, avancement: satisfaisant, site: [https://exemple.fr/a, https://javascript.example]}
retirees:
  - {id: 9, titre: Neuf, date: 2024-04-02, motif: "Fondue dans la 1", vers: [1, chantier-c], avancement: satisfaisant}
  - {id: 8, titre: Huit, motif: Abandonnée, vers: [9], avancement: ancien}
"""
CHANTIERS = """\
chantiers:
  - {id: c, titre: Chantier, cout: 7}
retirees:
  - {id: d, titre: Parti, date: 2024-02, motif: Sans objet}
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A roadmap that declares fields and has retired items, in the current folder."""
    (tmp_path / "data").mkdir()
    for name, text in (("mission", MISSION), ("mesures", MESURES), ("chantiers", CHANTIERS)):
        (tmp_path / "data" / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ids(invoke: Invoke, *argv: str) -> str:
    found = json.loads(invoke("list", *argv, "--format", "json").out)
    return " ".join(item["id"] for item in found["items"])


# --- declared fields --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("budget=12000", "1 2"),
        ("budget=12 000,00", "1 2"),
        ("budget=-3", "2"),
        ("Budget engagé=1500.5", "3"),
        ("statut=SIGNE", "1 2"),
        ("statut=a publier", ""),
        ("public=oui", "1"),
        ("public=False", "2"),
        ("revue=2024-03", "1"),
        ("revue=2023", "3"),
        ("note-de-suivi=ecrire au prefet", "3"),
        ("note-de-suivi=ecrire", ""),
        ("site=https://exemple.fr/a", "4"),
        ("statut=en cours|statut=signé", "1 2"),
        ("statut=signé|public=non", "2"),
        ("budget=12000|budget=1500,5|public=oui", "1"),
    ],
)
def test_filters(argv: str, expected: str, invoke: Invoke) -> None:
    assert ids(invoke, *(word for pair in argv.split("|") for word in ("--champ", pair))) == expected


def test_other_filters_know_them(invoke: Invoke) -> None:
    assert ids(invoke, "--sans-champ", "budget") == "4"
    assert ids(invoke, "--sans", "budget", "--sans", "statut") == "3 4"
    assert ids(invoke, "--sans-champ", "public", "--sans", "avancement") == "3"
    assert ids(invoke, "--search", "prefet") == "3"
    assert ids(invoke, "--search", "exemple.fr") == "4"
    assert ids(invoke, "chantiers", "--champ", "cout=7") == "c"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("budget", "3 1 2 4"),
        ("statut", "2 1 3 4"),
        ("revue", "3 1 2 4"),
        ("public", "1 2 3 4"),
        ("note-de-suivi", "3 1 2 4"),
        ("Note", "3 1 2 4"),
    ],
)
def test_sorts(key: str, expected: str, invoke: Invoke) -> None:
    assert ids(invoke, "--sort", key) == expected


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--champ", "budjet=3"), "champ inconnu « budjet » ; vouliez-vous dire « budget » ?"),
        (("--champ", "budget"), "écrivez un champ et sa valeur, « budget=valeur »"),
        (("--champ", "budget="), "« budget » sans valeur ; ce qui n'en a pas : --sans-champ budget"),
        (("--champ", "budget=beaucoup"), "« beaucoup » n'est pas un nombre"),
        (("--champ", "statut=signer"), "valeur inconnue « signer » ; vouliez-vous dire « signé » ?"),
        (("--champ", "statut=zzz"), "possibles : à publier, en cours, signé"),
        (("--champ", "revue=31/12/23"), "l'année s'écrit en premier"),
        (("--champ", "public=peut-être"), "« oui » ou « non » est attendu, pas « peut-être »"),
        (("--champ", "cout=7"), "« cout » est un champ des chantiers, pas des mesures"),
        (("--champ", "titre=Une"), "« titre » n'est pas un champ que la mission déclare"),
        (("--sans-champ", "budgets"), "vouliez-vous dire « budget » ?"),
        (("--sans-champ", "titre"), "« titre » n'est pas un champ que la mission déclare"),
        (("leviers", "--champ", "x=1"), "la mission n'en déclare pas pour les leviers"),
        (("--sort", "cout"), "« cout » est un champ des chantiers, pas des mesures"),
        (("--sans", "statuts"), "vouliez-vous dire « statut » ?"),
    ],
)
def test_what_names_nothing(argv: tuple[str, ...], said: str, invoke: Invoke) -> None:
    answer = invoke("list", *argv, code=2)
    assert answer.out == "" and said in answer.spoken


def groups(invoke: Invoke, by: str, famille: str = "mesures") -> list[tuple[str | None, str, int]]:
    found = json.loads(invoke("summarise", famille, "--by", by, "--format", "json").out)
    assert found["par"]
    return [(group["code"], group["libelle"].replace("\u202f", " "), group["total"]) for group in found["groupes"]]


def test_counts(invoke: Invoke) -> None:
    nothing = (None, "Sans valeur", 1)
    assert groups(invoke, "budget") == [
        ("-3", "−3", 1),
        ("1500.5", "1 500,5", 1),
        ("12000", "12 000", 2),
        nothing,
    ]
    assert groups(invoke, "statut") == [
        ("à publier", "à publier", 0),
        ("en cours", "en cours", 1),
        ("signé", "signé", 2),
        (None, "Sans valeur", 2),
    ]
    assert groups(invoke, "Revue")[:2] == [
        ("2023-12-31", "31 décembre 2023", 1),
        ("2024-T1", "premier trimestre 2024", 1),
    ]
    assert groups(invoke, "public")[:2] == [("oui", "oui", 1), ("non", "non", 1)]
    assert groups(invoke, "cout", "chantiers") == [("7", "7", 1)]
    assert "Budget engagé" in invoke("summarise", "--by", "budget").out
    assert "| Budget engagé |" in invoke("summarise", "--by", "budget", "--format", "md").out
    excel = invoke("summarise", "--by", "budget", "--format", "csv-excel").out
    assert excel.startswith("\ufeffbudget;libelle;") and "\r\n1500,5;" in excel


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("bugdet", "vouliez-vous dire « budget » ?"),
        ("cout", "« cout » est un champ des chantiers, pas des mesures"),
        ("zzz", "possibles : dimension, chantier, pilote, echeance, budget, statut"),
    ],
)
def test_unknown_groupings(by: str, said: str, invoke: Invoke) -> None:
    assert said in invoke("summarise", "--by", by, code=2).spoken


def test_exports(invoke: Invoke) -> None:
    items = json.loads(invoke("list", "--format", "json").out)["items"]
    assert [item["budget"] for item in items] == [12000, [12000, -3], 1500.5, None]
    assert [item["public"] for item in items] == [True, False, None, None]
    assert items[0]["revue"] == "2024-T1" and items[2]["note-de-suivi"] == "Écrire au Préfet"
    assert json.loads(invoke("show", "2", "--format", "json").out)["item"]["statut"] == ["en cours", "signé"]
    plain = list(csv.DictReader(io.StringIO(invoke("list", "--format", "csv").out, newline="")))
    assert [row["budget"] for row in plain] == ["12000", "12000.0 ; -3", "1500.5", ""]
    assert [row["public"] for row in plain] == ["oui", "non", "", ""]
    excel = invoke("list", "--format", "csv-excel").out.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(excel, newline=""), delimiter=";"))
    assert [row["budget"] for row in rows] == ["12000", "12000,0 ; -3", "1500,5", ""]
    table = invoke("list", "--champ", "public=non", "--format", "md").spoken
    assert "| Budget engagé | Statut | Public |" in table and "| 12 000,0 ; −3 | en cours, signé | non |" in table


def test_screens(invoke: Invoke) -> None:
    text = invoke("show", "2").spoken
    assert "Budget engagé  12 000,0 ; −3\n" in text and "Statut         en cours, signé\n" in text
    assert "Site        https://exemple.fr/a\n            https://javascript.example\n" in invoke("show", "4").out
    assert "Revue" not in invoke("list").out
    assert "premier trimestre 2024" in invoke("list", "--champ", "revue=2024", columns=80).spoken
    assert "Statut" in invoke("list", "--sort", "statut").out


def test_completion(own: Path) -> None:
    assert complete("alliances list --sans-champ ", own) == [
        "budget",
        "statut",
        "revue",
        "public",
        "note-de-suivi",
        "site",
    ]
    assert complete("alliances list chantiers --sans-champ ", own) == ["cout"]
    assert complete("alliances list --champ b", own) == ["budget="]
    assert complete("alliances list --champ public=", own) == ["public=oui", "public=non"]
    assert complete("alliances list --champ statut=s", own) == ["statut=signé"]
    assert complete("alliances list --sort stat", own) == ["statut"]
    assert complete("alliances list --sans re", own) == ["realise", "renvois", "revue"]
    assert complete("alliances summarise --by b", own) == ["budget"]


# --- what was retired -------------------------------------------------------------------------------------------------


def test_counts_say_what_was_retired(invoke: Invoke) -> None:
    assert "4 mesures, 2 retirées ; 1 chantier, 1 retiré" in invoke("status").spoken
    assert "4 mesures, 2 retirées ; 1 chantier, 1 retiré dans 3 fichiers" in invoke("check").spoken
    assert "4 mesures, 2 retirées : 0 très satisfaisant" in invoke("summarise").spoken
    assert "4 mesures au 15 mars 2024, 2 retirées\n" in invoke("summarise", "--format", "md").spoken
    status = json.loads(invoke("status", "--format", "json").out)
    assert [status[f]["retirees"] for f in ("mesures", "chantiers", "leviers")] == [2, 1, 0]
    assert json.loads(invoke("summarise", "--format", "json").out)["retirees"] == 2
    assert json.loads(invoke("check", "--format", "json").out)["retirees"]["chantiers"] == 1


def test_published_totals_count_what_was_retired_since(invoke: Invoke) -> None:
    said = "Totaux de contrôle : 3/1, comme publié au 15 mars 2024 (dont 1 mesure retirée depuis)"
    assert said in invoke("summarise").spoken
    assert said in invoke("summarise", "--format", "md").spoken
    found = json.loads(invoke("summarise", "--format", "json").out)["controle"]
    assert found["compte"] == found["publie"] == {"satisfaisant": 3, "en_retard": 1}
    assert found["concorde"] is True and found["retirees"] == 1
    document = invoke("render", "--format", "md").spoken
    assert "3/1 comptés (dont 1 mesure retirée depuis), 3/1 publiés au 15 mars 2024 ; ils concordent." in document


def test_the_list_of_what_was_retired(invoke: Invoke) -> None:
    text = invoke("list", "--retirees").spoken
    assert text.startswith("2 mesures retirées (au 15 mars 2024)\n")
    assert "Fondue dans la 1  mesure 1, chantier c  satisfaisant" in text
    narrow = invoke("list", "--retirees", columns=60, NO_COLOR="1").spoken
    assert "Retirée le 2 avril 2024, remplacée par mesure 1 et\n  chantier c\n" in narrow
    assert "Dernier niveau : ancien" in narrow
    assert "Retiré en février 2024\n" in invoke("list", "chantiers", "--retirees", columns=60, NO_COLOR="1").spoken
    assert invoke("list", "leviers", "--retirees").spoken.startswith("0 levier retiré")
    assert "1 mesure retirée sur 2" in invoke("list", "--retirees", "--search", "fondue").spoken
    rows = list(csv.DictReader(io.StringIO(invoke("list", "--retirees", "--format", "csv").out, newline="")))
    assert rows[0] == {
        "id": "9",
        "titre": "Neuf",
        "date": "2024-04-02",
        "motif": "Fondue dans la 1",
        "vers": "1 ; chantier-c",
        "avancement": "satisfaisant",
        "avancement_libelle": "satisfaisant",
        "au": "2024-03-15",
    }
    assert "| 8 | Huit | | Abandonnée | mesure 9 | ancien |" in invoke("list", "--retirees", "--format", "md").spoken


@pytest.mark.parametrize(
    ("argv", "expected"),
    [((), "9 8"), (("--sort", "id"), "8 9"), (("--sort", "titre"), "8 9"), (("--sort", "date"), "9 8")],
)
def test_sorts_of_what_was_retired(argv: tuple[str, ...], expected: str, invoke: Invoke) -> None:
    assert ids(invoke, "--retirees", *argv) == expected


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--en-retard",), "--en-retard : ne s'emploie pas avec --retirees"),
        (("--champ", "budget=3"), "--champ : ne s'emploie pas avec --retirees"),
        (("--sort", "budget"), "les éléments retirés ne se trient pas par « budget » ; possibles : id, date, titre"),
    ],
)
def test_what_retired_items_cannot_answer(argv: tuple[str, ...], said: str, invoke: Invoke) -> None:
    assert said in invoke("list", "--retirees", *argv, code=2).spoken


def test_show_finds_what_was_retired(invoke: Invoke) -> None:
    text = invoke("show", "9").spoken
    assert text.startswith("Mesure 9 (retirée) — Neuf\n")
    assert "Retirée         le 2 avril 2024\nMotif           Fondue dans la 1\n" in text
    assert "Remplacée par   mesure 1 — Une\n                chantier c — Chantier\n" in text
    assert "Dernier niveau  ◐ satisfaisant\nRemplace        mesure 8 — Huit\n" in text
    assert "Remplace       mesure 9 — Neuf\n" in invoke("show", "1").spoken
    assert "Chantier d (retiré) — Parti" in invoke("show", "chantier-d").spoken
    found = json.loads(invoke("show", "8", "--format", "json").out)
    assert found["retiree"] is True and found["item"]["motif"] == "Abandonnée"
    assert found["liens"] == {"vers": [{"famille": "mesures", "id": "9", "titre": "Neuf"}]}
    assert json.loads(invoke("show", "1", "--format", "json").out)["liens"]["remplace"][0]["id"] == "9"
    assert "« 7 » ne désigne aucun élément" in invoke("show", "7", code=3).spoken


def test_the_bilan_has_its_section(invoke: Invoke) -> None:
    document = invoke("render", "--format", "md").spoken
    assert "- [Éléments retirés](#éléments-retirés)" in document and "### Mesures retirées" in document
    assert '| <a name="mesure-9"></a>9 – Neuf<br>Remplace : [mesure 8](#mesure-8) (Huit) |' in document
    assert "<br>Remplace : [mesure 9](#mesure-9) (Neuf)" in document
    assert "4 mesures, 2 retirées : 2 satisfaisant" in document
    Path("data/mission.yaml").unlink()
    Path("data/mesures.yaml").write_text("mesures: [{id: 1, titre: Une}]\n", encoding="utf-8")
    Path("data/chantiers.yaml").unlink()
    assert "etir" not in invoke("render", "--au", "2025", "--format", "md").out


def test_an_edit_says_values_as_the_screens_do(tmp_path: Path, invoke: Invoke) -> None:
    data = tmp_path / "data"
    (data / "chantiers.yaml").unlink()
    (data / "mission.yaml").write_text(
        "titre: x\nchamps:\n"
        "  - {code: pub, libelle: Note **interne**, type: oui_non}\n"
        "  - {code: n, libelle: Budget, type: nombre}\n",
        "utf-8",
    )
    (data / "mesures.yaml").write_text("mesures:\n  - id: 1\n    titre: A\n    pub: oui\n    n: [12 000, 3000.5]\n")
    said = invoke("update", "1", "--champ", "pub=FALSE", "--champ", "n=15000").spoken
    assert "Note interne : oui → non" in said
    assert "Budget : 12 000 ; 3 000,5 → 15 000" in said
    assert "    pub: non\n" in (data / "mesures.yaml").read_text("utf-8")
    assert said.rstrip().endswith("alliances update 1 --champ pub=oui --champ 'n=12 000' --champ n=3000.5")
    told = invoke("update", "mission", "--champ", "n=3", code=2).spoken
    assert "--champ : la mission n'a pas de champ « n » ; c'est un champ des mesures" in told
    assert (
        "--sans-champ : une mesure n'a pas de champ « zz »"
        in invoke("update", "1", "--sans-champ", "zz", code=2).spoken
    )
