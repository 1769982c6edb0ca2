"""The data say what the source document says: all of it, verbatim, and nothing else but the listed deductions.

Nothing of the tool is used here: the files are read by PyYAML with every scalar left as text, and the document is
rebuilt line by line by code of its own.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tests" / "source" / "bilan-2021-05-07.txt"

# First and last line of what the page's width alone has broken: two recipients, the budget.
BROKEN_BY_THE_PAGE = {21: 24, 28: 29, 35: 36}

# Before the last name of a list the source writes now « & », now « et »: layout, not data.
LAST_JOINT = {"legaliser": " & ", "mobiliser": " & ", "soutenir": " et ", "eduquer": " et "}

# What is known of each record: how often each key occurs, by its path. A key too many or too few shows here.
SHAPE = {
    "mission.titre": 1,
    "mission.nature": 1,
    "mission.document.titre": 1,
    "mission.document.sous_titre": 1,
    "mission.document.mention": 1,
    "mission.document.conclusion": 1,
    "mission.etat_au": 1,
    "mission.emetteur.adresse": 1,
    "mission.emetteur.telephone": 1,
    "mission.emetteur.courriel": 1,
    "mission.emetteur.site": 1,
    "mission.destinataires[]": 2,
    "mission.fiche[].libelle": 6,
    "mission.fiche[].texte": 6,
    "mission.parties[].id": 5,
    "mission.parties[].titre": 5,
    "mission.parties[].sous_titre": 4,
    "mission.parties[].points[]": 7,
    "mission.parties[].points[].texte": 4,
    "mission.parties[].points[].date": 2,
    "mission.parties[].points[].points[]": 5,
    "mission.sections.mission.titre": 1,
    "mission.sections.chantiers.surtitre": 1,
    "mission.sections.chantiers.titre": 1,
    "mission.sections.chantiers.sous_titre": 1,
    "mission.sections.chantiers.accroche": 1,
    "mission.sections.chantiers.conclusion": 1,
    "mission.sections.mesures.titre": 1,
    "mission.sections.mesures.sous_titre": 1,
    "mission.sections.mesures.conclusion": 1,
    "mission.sections.leviers.titre": 1,
    "mission.echelle[].code": 3,
    "mission.echelle[].libelle": 3,
    "mission.echelle[].abrege": 3,
    "mission.echelle[].symbole": 3,
    "mission.echelle[].alerte": 1,
    "mission.dimensions[].code": 3,
    "mission.dimensions[].libelle": 3,
    "mission.dimensions[].horizon[]": 6,
    "mission.dimensions[].texte": 3,
    "mission.bloqueurs[].id": 3,
    "mission.bloqueurs[].libelle": 3,
    "mission.bilans[].date": 2,
    "mission.bilans[].titre": 2,
    "mission.bilans[].totaux.tres_satisfaisant": 1,
    "mission.bilans[].totaux.satisfaisant": 1,
    "mission.bilans[].totaux.en_retard": 1,
    "mission.bilans[].source": 1,
    "chantiers[].id": 4,
    "chantiers[].titre": 4,
    "chantiers[].pilotes[]": 7,
    "chantiers[].co_construction[]": 13,
    "chantiers[].avancement": 4,
    "chantiers[].provenance": 4,
    "chantiers[].realise": 4,
    "chantiers[].prochaine_etape": 4,
    "chantiers[].echeance": 1,
    "chantiers[].bloqueurs[]": 1,
    "mesures[].id": 21,
    "mesures[].titre": 21,
    "mesures[].dimension": 21,
    "mesures[].avancement": 21,
    "mesures[].provenance": 21,
    "mesures[].realise": 21,
    "mesures[].prochaine_etape": 21,
    "mesures[].echeance": 6,
    "mesures[].bloqueurs[]": 4,
    "mesures[].renvois[]": 1,
    "leviers[].id": 7,
    "leviers[].titre": 7,
    "leviers[].texte": 7,
}

# What is no text of the source: identifiers, codes, dates, marks and numbers. Each has its own test below.
NO_TEXT = re.compile(
    r"""(.*\.)? (
        id | code | dimension | avancement | provenance | echeance | date | etat_au | abrege | symbole | alerte
        | horizon\[\] | totaux\..* | (chantiers|mesures)\[\]\.(bloqueurs|renvois)\[\]
    )""",
    re.VERBOSE,
)

# The months of the full dates that the mission's fields repeat.
MONTHS = {"05": "mai", "10": "octobre"}

LEVELS = {
    "tres_satisfaisant": ["1", "3", "4", "6", "7", "8", "9", "14", "17"],
    "satisfaisant": ["2", "5", "10", "12", "13", "16", "18", "20", "21"],
    "en_retard": ["11", "15", "19"],
}


def load_data(folder: Path) -> dict[str, Any]:
    """Return the mission, and the three lists by name, every scalar as it was typed."""
    data: dict[str, Any] = {}
    for name in ("mission", "chantiers", "mesures", "leviers"):
        text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
        tree = yaml.load(text, Loader=yaml.BaseLoader)
        if name != "mission":
            assert list(tree) == [name]
            tree = tree[name]
        data[name] = tree
    return data


def source_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines of the source that aren't blank, each with its number (from 1), without the extraction's traces.

    Ends of lines are trimmed, and the one space that follows a line break in a column; indentation stays.
    """
    lines: list[tuple[int, str]] = []
    last = 0
    for number, raw in enumerate(text.split("\n"), start=1):
        line = re.sub(r" ?<sup>ème</sup>", "ème", raw.replace("&amp;", "&")).rstrip()
        line = re.sub(r"^ (?! )", "", line)
        if number <= last:
            first, begun = lines[-1]
            lines[-1] = (first, f"{begun} {line}")
        elif line:
            last = BROKEN_BY_THE_PAGE.get(number, number)
            lines.append((number, line))
    return lines


def point_lines(points: list[Any], indent: str = "") -> Iterator[str]:
    """Yield one line a point, a nested one two spaces further in."""
    for point in points:
        if isinstance(point, str):
            yield f"{indent}- {point}"
        else:
            yield f"{indent}- {point['texte']}"
            yield from point_lines(point.get("points", []), indent + "  ")


def joined(names: list[str], last_joint: str) -> str:
    """Return the names as the source lists them."""
    head = ", ".join(names[:-1])
    return f"{head}{last_joint}{names[-1]}" if head else names[-1]


def chantier_line(chantier: dict[str, Any]) -> str:
    """Return the table row of a chantier; the square is what remains of its level."""
    pilotes = joined(chantier["pilotes"], " & ")
    others = joined(chantier["co_construction"], LAST_JOINT[chantier["id"]])
    head = f"<p><b>{chantier['titre']}</b> Pilotage : {pilotes}, en co-construction avec {others}</p>"
    return "\t".join([head, "■", chantier["realise"], chantier["prochaine_etape"]])


def expected_lines(data: dict[str, Any]) -> list[str]:
    """Return the document's lines in order, blank ones left out, rebuilt from the data and the words of its layout."""
    mission = data["mission"]
    title, document, sections = mission["titre"], mission["document"], mission["sections"]

    emetteur = mission["emetteur"]
    lines = [
        f"**{title}**",
        f"# **{document['titre']}**",
        f"*{document['sous_titre']}*",
        f"*{document['mention']}*",
        emetteur["adresse"],
        f"Tél. : {emetteur['telephone']} - {emetteur['courriel']}",
        emetteur["site"],
        "Réalisé à destination de :",
        *mission["destinataires"],
    ]

    lines.append(f"# {title} : {sections['mission']['titre']}")
    lines += [f"**{row['libelle']}** : {row['texte']}" for row in mission["fiche"]]
    for partie in mission["parties"]:
        after = f" : {partie['sous_titre']}" if "sous_titre" in partie else ""
        lines.append(f"**{partie['titre']}**{after}")
        lines += point_lines(partie.get("points", []))

    words = sections["chantiers"]
    lines += [
        f"# {title} :",
        f"## {words['titre']}",
        f"### {words['surtitre']}",
        f"#### {words['sous_titre']}",
        f"*{words['accroche']}*",
        "\tNiveau d'avancement\tRéalisé\tProchaine étape",
        *map(chantier_line, data["chantiers"]),
        f"*{words['conclusion']}*",
    ]

    words = sections["mesures"]
    codes = [dimension["code"] for dimension in mission["dimensions"]]
    blocks = [[mesure for mesure in data["mesures"] if mesure["dimension"] == code] for code in codes]
    lines += [f"# {title} :", f"## {words['titre']}", f"### {words['sous_titre']}"]
    for dimension, block in zip(mission["dimensions"], blocks, strict=True):
        lines.append(f"- o {dimension['texte']}")
        lines += [f"  {mesure['id']}. {mesure['titre']}" for mesure in block]
    lines += ["### Niveau d'avancement", "### Réalisé"]
    lines += [mesure["realise"] for block in blocks for mesure in block]
    lines.append("### Prochaine étape")
    lines += [mesure["prochaine_etape"] for block in blocks for mesure in block]
    lines.append(words["conclusion"])

    lines.append(f"# {title} : {sections['leviers']['titre']}")
    for levier in data["leviers"]:
        lines += [f"## {levier['titre']}", levier["texte"]]
    lines.append(document["conclusion"])
    return lines


def leaves(tree: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield each scalar with the path of its keys, where `[]` stands for any rank in a list."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(tree, list):
        for value in tree:
            yield from leaves(value, f"{path}[]")
    else:
        yield path, tree


def all_leaves(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the scalars of the four files, each with its path."""
    return [leaf for name, tree in data.items() for leaf in leaves(tree, name)]


def by_id(records: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """Return the values of a key by the id of their record, for the records that have it."""
    return {record["id"]: record[key] for record in records if key in record}


def slug(title: str) -> str:
    """Return the id that a title gives: unaccented, in lower case, without guillemets, its words joined by hyphens."""
    plain = unicodedata.normalize("NFD", title.casefold().replace("&", "et"))
    return "-".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))


def date_in_words(date: str) -> str:
    """Return a full ISO date as the source writes it."""
    year, month, day = date.split("-")
    return f"{int(day)} {MONTHS[month]} {year}"


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    """Return the data of the repository."""
    return load_data(ROOT / "data")


@pytest.fixture(scope="module")
def source() -> list[tuple[int, str]]:
    """Return the lines of the source with their numbers."""
    return source_lines(SOURCE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def source_text(source: list[tuple[int, str]]) -> str:
    """Return the normalised source as one text."""
    return "\n".join(line for _, line in source)


# (a) Nothing is missing.


def test_source_is_rebuilt_line_by_line(data: dict[str, Any], source: list[tuple[int, str]]) -> None:
    """Every line of the source is made of the data's texts, in the source's order, and of its layout."""
    found, wanted = expected_lines(data), [line for _, line in source]
    faults: list[str] = []
    for tag, w1, w2, f1, f2 in difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if tag != "equal":
            faults += [f"source, line {number}: {line}" for number, line in source[w1:w2]]
            faults += [f"data say: {line}" for line in found[f1:f2]]
    assert not faults, "\n" + "\n".join(faults)


# (b) Nothing is added.


def test_records_have_the_known_keys(data: dict[str, Any]) -> None:
    """No key is there but those whose value the source gives or a listed deduction."""
    assert Counter(path for path, _ in all_leaves(data)) == SHAPE


def test_every_text_stands_in_the_source(data: dict[str, Any], source_text: str) -> None:
    """Each text occurs in the source as it is, labels and the nature whatever their case."""
    faults = []
    for path, text in all_leaves(data):
        if NO_TEXT.fullmatch(path):
            continue
        any_case = path.endswith((".libelle", ".nature"))
        found = text.casefold() in source_text.casefold() if any_case else text in source_text
        if not found or not text or text != text.strip():
            faults.append(f"{path}: {text!r}")
    assert not faults, "\n" + "\n".join(faults)


# (c) The rest is exactly what may be deduced, or names what the source names.


def test_levels_of_mesures_are_the_one_partition(data: dict[str, Any]) -> None:
    """The levels are those of the partition, each of them marked as deduced."""
    levels = by_id(data["mesures"], "avancement")
    assert {code: [n for n, level in levels.items() if level == code] for code in LEVELS} == LEVELS
    assert set(levels.values()) == set(LEVELS)
    assert set(by_id(data["mesures"], "provenance").values()) == {"infere"}


def test_levels_of_chantiers(data: dict[str, Any]) -> None:
    """The text says that all four gave satisfactory results; no more is known."""
    ids = ["legaliser", "mobiliser", "soutenir", "eduquer"]
    assert by_id(data["chantiers"], "avancement") == dict.fromkeys(ids, "satisfaisant")
    assert by_id(data["chantiers"], "provenance") == dict.fromkeys(ids, "infere")


def test_published_totals(data: dict[str, Any], source: list[tuple[int, str]]) -> None:
    """The totals of the bilan are those published twice, and the partition adds up to them."""
    published = dict(source)
    first, last = data["mission"]["bilans"]
    assert "totaux" not in first
    assert list(last["totaux"]) == list(LEVELS)
    assert published[74] == f"  - {last['source']}"
    assert re.findall(r"\d+", published[74])[1:] == list(last["totaux"].values())
    assert re.findall(r"\d+", published[188]) == list(last["totaux"].values())
    assert {code: str(len(ids)) for code, ids in LEVELS.items()} == last["totaux"]


def test_references(data: dict[str, Any]) -> None:
    """« Voir mesure 8 » is the only reference."""
    assert by_id(data["mesures"], "renvois") == {"7": ["8"]}


def test_deadlines(data: dict[str, Any]) -> None:
    """A deadline stands only where the next step tells one."""
    assert by_id(data["mesures"], "echeance") == {
        "4": "2021",
        "6": "2021-06",
        "9": "2021",
        "10": "2021",
        "14": "2021",
        "17": "2021-08",
    }
    assert by_id(data["chantiers"], "echeance") == {"mobiliser": "2021-07-12"}


def test_blockers(data: dict[str, Any]) -> None:
    """Three blockers, each named by the rows that wait for it."""
    bloqueurs = by_id(data["mission"]["bloqueurs"], "libelle")
    assert list(bloqueurs) == ["vehicule-legislatif", "portage-politique", "reponse-politique"]
    for ident, libelle in bloqueurs.items():
        assert ident == slug(libelle)
    assert by_id(data["chantiers"], "bloqueurs") == {"legaliser": ["vehicule-legislatif"]}
    assert by_id(data["mesures"], "bloqueurs") == {
        "15": ["portage-politique"],
        "16": ["reponse-politique"],
        "18": ["vehicule-legislatif"],
        "21": ["vehicule-legislatif"],
    }
    for record in data["mesures"] + data["chantiers"]:
        for ident in record.get("bloqueurs", []):
            assert bloqueurs[ident] in record["prochaine_etape"]


def test_ids(data: dict[str, Any]) -> None:
    """Mesures bear their number, in order; the other ids follow from the titles."""
    assert [mesure["id"] for mesure in data["mesures"]] == [str(n) for n in range(1, 22)]
    for record in data["chantiers"] + data["leviers"]:
        assert record["id"] == slug(record["titre"])
    assert [partie["id"] for partie in data["mission"]["parties"]] == [
        "contexte",
        "travaux",
        "positionnement",
        "suivi",
        "point-d-attention",
    ]


def test_dimensions(data: dict[str, Any]) -> None:
    """Three dimensions, whose horizon and number of mesures are those that their sentence tells."""
    dimensions = data["mission"]["dimensions"]
    assert [dimension["code"] for dimension in dimensions] == ["operationnelle", "strategique", "politique"]
    for dimension in dimensions:
        known = re.search(r"^\*\*(\d+) mesures (\w+)\*\*.* à (\d+)/(\d+) mois", dimension["texte"])
        assert known is not None
        count = sum(mesure["dimension"] == dimension["code"] for mesure in data["mesures"])
        assert str(count) == known[1]
        assert dimension["libelle"] == known[2].capitalize()
        assert dimension["horizon"] == [known[3], known[4]]


def test_scale(data: dict[str, Any]) -> None:
    """Three levels, best first; the last one counts as late."""
    assert data["mission"]["echelle"] == [
        {"code": "tres_satisfaisant", "libelle": "très satisfaisant", "abrege": "TS", "symbole": "●"},
        {"code": "satisfaisant", "libelle": "satisfaisant", "abrege": "S", "symbole": "◐"},
        {"code": "en_retard", "libelle": "en retard", "abrege": "R", "symbole": "▲", "alerte": "true"},
    ]


def test_nature_and_bilans(data: dict[str, Any]) -> None:
    """What line-by-line rebuilding can't hold, for it repeats words of other fields, is whole."""
    mission = data["mission"]
    assert mission["nature"] == mission["titre"].split(" «")[0].lower()
    assert mission["etat_au"] == "2021-05-07"
    assert [(bilan["date"], bilan["titre"]) for bilan in mission["bilans"]] == [
        ("2020-10-17", "bilan après 6 mois d'action"),
        ("2021-05-07", mission["document"]["titre"]),
    ]


def test_dates(data: dict[str, Any], source: list[tuple[int, str]]) -> None:
    """Each full date of the mission is written out in the line that it comes from."""
    mission, published = data["mission"], dict(source)
    assert date_in_words(mission["etat_au"]) in mission["document"]["mention"]
    dates = [bilan["date"] for bilan in mission["bilans"]]
    assert re.findall(r"\d+ \w+ 20\d\d", published[71]) == [date_in_words(date) for date in dates]
    points = [point for partie in mission["parties"] for point in partie.get("points", [])]
    dated = [point for point in points if isinstance(point, dict) and "date" in point]
    assert [point["date"] for point in dated] == ["2019-10-17", "2020-05-07"]
    for point in dated:
        assert point["texte"].startswith(f"Le {date_in_words(point['date'])}, ")
