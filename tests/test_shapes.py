"""Roadmaps unlike the first: every command that looks, at every width and in every format, on shapes made here."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from alliances_cli import api
from alliances_cli.location import Root
from alliances_cli.present.screen import cells
from alliances_cli.store import Reading
from conftest import Invoke, crossed, some
from test_report import Page

Shape = dict[str, dict[str, Any]]
WIDTHS = (60, 80, 120)
FAMILLES = ("mesures", "chantiers", "leviers")
VOCABULARY = (
    "agir accompagner ouvrir relier éclairer évaluer soutenir « partage » méthode territoire école habitant budget "
    "coopérer ensemble durable filière énergie santé logement mobilité"
)
WORDS = VOCABULARY.split()


# --- shapes -----------------------------------------------------------------------------------------------------------


def words(length: int, start: int = 0) -> str:
    """A text of exactly `length` characters, made of French words."""
    text, n = WORDS[start % len(WORDS)].capitalize(), start
    while len(text) < length:
        n += 7
        text += " " + WORDS[n % len(WORDS)]
    return text[: length - 1].rstrip().ljust(length - 1, "e") + "."


def items(n: int, **fields: Callable[[int], Any]) -> list[dict[str, Any]]:
    """`n` items numbered from 101, each field made by its function of 1, 2…; None leaves it out."""
    made = [
        {"id": 100 + i, "titre": words(40, i)} | {key: make(i) for key, make in fields.items()} for i in range(1, n + 1)
    ]
    return [{key: value for key, value in item.items() if value is not None} for item in made]


def roadmap(mesures: list[dict[str, Any]], **files: Any) -> Shape:
    """The files' content: mesures, and what else is given (`chantiers`, `retirees`…; other keys are the mission's)."""
    lists = {name: files.pop(name) for name in ("chantiers", "leviers") if name in files}
    retirees: dict[str, Any] = files.pop("retirees", {})
    made: Shape = {"mesures": {"mesures": mesures}, **{name: {name: found} for name, found in lists.items()}}
    for famille, gone in retirees.items():
        made.setdefault(famille, {famille: []})["retirees"] = gone
    return {**made, "mission": {"titre": "Feuille de route", "etat_au": "2024-03-15", **files}}


def levels(n: int, **more: Any) -> list[dict[str, Any]]:
    return [{"code": f"n{i}", "libelle": f"palier {'abcdefgh'[i]}", **more} for i in range(n)]


def ids() -> Shape:
    return roadmap(
        [
            {"id": "M1C1-1", "titre": "Une", "renvois": ["E1.2", "chantier-axe/3"], "chantiers": ["axe/3"]},
            {"id": "M1C1-10", "titre": "Dix", "bloqueurs": ["M1C1-1"], "avancement": "satisfaisant"},
            {"id": "E1.2", "titre": "Deux", "chantiers": ["axe/3", "chantier-axe/10"], "echeance": "2024-02"},
            {"id": "KEP-1234", "titre": "Trois", "leviers": ["l/é&'\"<b>"]},
            {"id": "a" * 100, "titre": "Cent lettres", "prochaine_etape": "Voir E1.2", "echeance": "2025"},
        ],
        chantiers=[{"id": "axe/3", "titre": "Axe 3"}, {"id": "axe/10", "titre": "Axe 10"}],
        leviers=[{"id": "l/é&'\"<b>", "titre": "Levier"}],
    )


def thousand() -> Shape:
    made = items(
        1000,
        titre=lambda i: words(130, i),
        dimension=lambda i: f"d{i % 12}",
        chantiers=lambda i: [f"c{i % 30}"],
        pilotes=lambda i: [f"Direction A{i % 40}"],
        avancement=lambda i: ("tres_satisfaisant", "satisfaisant", "en_retard", None)[i % 4],
        prochaine_etape=lambda i: words(60, i) if i % 2 else None,
        echeance=lambda i: (f"{2023 + i % 3}-{i % 12 + 1:02}", f"{2023 + i % 4}-T{i % 4 + 1}", None)[i % 3],
        bloqueurs=lambda i: [f"b{i % 12}"] if i % 5 == 0 else None,
        renvois=lambda i: [str(i + 101)] if i % 50 == 0 and i < 1000 else None,
        preuves=lambda i: [{"url": f"https://exemple.fr/p{i}"}] if i % 3 == 0 else None,
    )
    return roadmap(
        made,
        chantiers=[
            {"id": f"c{i}", "titre": words(70, i), "avancement": "en_retard", "echeance": "2024-01"} for i in range(30)
        ],
        dimensions=[{"code": f"d{i}", "libelle": f"Volet {i} {words(20, i)}"} for i in range(12)],
        bloqueurs=[{"id": f"b{i}", "libelle": words(50, i)} for i in range(12)],
    )


def grid() -> Shape:
    scale = levels(8)
    scale[0]["clos"], scale[5]["alerte"], scale[7]["hors_ordre"] = True, True, True
    return roadmap(
        items(176, dimension=lambda i: f"d{i % 22}", avancement=lambda i: f"n{i // 22 % 8}"),
        echelle=scale,
        dimensions=[{"code": f"d{i}", "libelle": words(45, i)} for i in range(22)],
    )


def crowd() -> Shape:
    scale = levels(8)
    scale[5]["alerte"], scale[6]["alerte"] = True, True
    made = items(1000, dimension=lambda i: f"d{i % 22}", avancement=lambda i: f"n{i % 8}" if i % 9 else None)
    dimensions = [{"code": f"d{i}", "libelle": words(45, i)} for i in range(22)]
    return roadmap(made, echelle=scale, dimensions=dimensions)


def closed() -> Shape:
    scale = [
        {"code": "fait", "libelle": "faite", "clos": True},
        {"code": "cours", "libelle": "en cours", "alerte": False},
        {"code": "abandon", "libelle": "abandonnée", "clos": True},
    ]
    made = items(
        30,
        avancement=lambda i: ("fait", "fait", "abandon", "fait", "cours")[i % 5],
        echeance=lambda i: f"{2020 + i % 8}",
    )
    return roadmap(made, echelle=scale)


def no_level() -> Shape:
    return roadmap(
        items(35, dimension=lambda i: f"d{i % 3}", echeance=lambda i: "2025" if i % 2 else None),
        chantiers=[{"id": "c", "titre": "Chantier"}],
        dimensions=[{"code": f"d{i}", "libelle": f"Volet {i}"} for i in range(3)],
    )


def long() -> Shape:
    word, url = "x" * 400, "https://exemple.fr/" + "a" * 281
    dimension, level = words(120, 3), words(90, 5)
    preuves = [{"titre": words(150, n), "url": url, "date": "2023-T2"} for n in range(5)] + [{"url": url}] * 5
    made = items(
        6,
        titre=lambda i: words(400, i) if i % 2 else word,
        texte=lambda i: words(2000, i) if i % 2 else word,
        dimension=lambda i: "d",
        pilotes=lambda i: [words(150, i), word],
        avancement=lambda i: "n0" if i % 2 else "n1",
        realise=lambda i: words(2000, i),
        prochaine_etape=lambda i: words(2000, i) if i % 2 else url,
        delai=lambda i: words(100, i),
        echeance=lambda i: "2024-01-31" if i % 2 else None,
        bloqueurs=lambda i: ["b"],
        etiquettes=lambda i: [words(100, i)],
        preuves=lambda i: preuves,
    )
    return roadmap(
        made,
        titre=words(400),
        chantiers=[{"id": "c", "titre": words(400, 9), "avancement": "n1", "prochaine_etape": words(500)}],
        leviers=[{"id": "l", "titre": words(400, 2), "texte": word}],
        echelle=[
            {"code": "n0", "libelle": level, "sens": words(300)},
            {"code": "n1", "libelle": words(80, 1), "alerte": True},
        ],
        dimensions=[{"code": "d", "libelle": dimension, "texte": words(2000)}],
        bloqueurs=[{"id": "b", "libelle": words(300, 4)}],
    )


def scripts() -> Shape:
    titles = (
        "تعزيز الشراكات بين الجمعيات والشركات في المناطق",
        "חיזוק שותפויות בין עמותות לחברות",
        "协会与企业在各地区的伙伴关系得到加强并持续发展下去",
        "日本語のとても長い題名、幅の広い文字がならぶ",
        "Été — 🎉 alliances 👩‍👩‍👧 cafe\u0301",
    )
    return roadmap(
        items(
            5,
            titre=lambda i: titles[i - 1] * 3,
            pilotes=lambda i: [titles[-i]],
            dimension=lambda i: f"d{i % 2}",
            avancement=lambda i: f"n{i % 3}",
            prochaine_etape=lambda i: titles[-i] * 2,
            echeance=lambda i: "2024",
        ),
        titre=titles[2],
        chantiers=[{"id": "合作", "titre": titles[3], "avancement": "n2"}],
        echelle=[{"code": f"n{i}", "libelle": titles[i + 1][:12]} for i in range(3)],
        dimensions=[{"code": f"d{i}", "libelle": titles[i * 2]} for i in range(2)],
    )


def periods() -> Shape:
    dates = ("2023-T4", "2024-S1", "2024-T1", "2024-03", "2024-03-14", "2024-S2", "2025")
    return roadmap(
        items(7, echeance=lambda i: dates[i - 1], debut=lambda i: "2022-S2", prochaine_etape=lambda i: "Suite")
    )


def own_fields() -> Shape:
    types = ("texte", "nombre", "date", "choix", "url", "oui_non")
    champs: list[dict[str, Any]] = [
        {"code": f"x_{kind}", "libelle": f"Champ {kind}", "type": kind, "famille": famille}
        | ({"choix": ["à publier", "en cours", "signé"]} if kind == "choix" else {})
        for famille in FAMILLES
        for kind in types
    ]
    champs += [{"code": "long", "libelle": words(90, 3), "aide": words(200)}]
    values: dict[str, Any] = {
        "x_texte": [words(80), "court"],
        "x_nombre": ["1 234 567,89", "-3"],
        "x_date": "2024-T1",
        "x_choix": "en cours",
        "x_url": ["https://exemple.fr/" + "b" * 200, "www.exemple.fr"],
        "x_oui_non": "oui",
    }
    return roadmap(
        [*items(4), {"id": 5, "titre": "Complète", **values, "long": words(600)}],
        chantiers=[{"id": "c", "titre": "Chantier", **values}],
        leviers=[{"id": "l", "titre": "Levier", **values}],
        champs=champs,
    )


def retired() -> Shape:
    def gone(prefix: str, vers: str) -> list[dict[str, Any]]:
        return [
            {"id": f"{prefix}1", "titre": words(400, 1), "date": "2024-01-31", "motif": words(500, 2), "vers": [vers]},
            {"id": f"{prefix}2", "titre": "x" * 400, "motif": "Abandonnée", "avancement": "ancien"},
            {"id": f"{prefix}3", "titre": "Fondue", "date": "2023-T4", "motif": "Fondue", "vers": [f"{prefix}1", vers]},
        ]

    return roadmap(
        items(2, avancement=lambda i: "satisfaisant"),
        chantiers=[{"id": "c", "titre": "Chantier"}],
        retirees={
            "mesures": gone("m", "101"),
            "chantiers": gone("c", "chantier-c"),
            "leviers": gone("l", "mesure-102"),
        },
    )


def old_scale() -> Shape:
    """Today's scale isn't that of the bilan published on the day where the roadmap stands."""
    before = [{"code": c, "libelle": f"feu {c}"} for c in ("vert", "orange", "rouge")]
    return roadmap(
        items(6, avancement=lambda i: f"n{i % 2}"),
        echelle=levels(2),
        bilans=[
            {"date": "2024-03-15", "totaux": {"vert": 3, "orange": 2, "rouge": 1}, "echelle": before},
            {"date": "2023-03-15", "totaux": {"vert": 1, "orange": 0, "rouge": 5}, "echelle": before},
        ],
    )


SHAPES: dict[str, Callable[[], Shape]] = {
    "ids": ids,
    "empty": lambda: roadmap([]),
    "one": lambda: {"mesures": {"mesures": [{"id": 1, "titre": "Seule"}]}},
    "thousand": thousand,
    "grid": grid,
    "crowd": crowd,
    "two-levels": lambda: roadmap(items(12, avancement=lambda i: f"n{i % 2}"), echelle=levels(2)),
    "one-level": lambda: roadmap(items(3, avancement=lambda i: "n0"), echelle=levels(1)),
    "closed": closed,
    "no-level": no_level,
    "no-dimension": lambda: roadmap(items(8, avancement=lambda i: "satisfaisant" if i % 2 else None)),
    "long": long,
    "scripts": scripts,
    "periods": periods,
    "own-fields": own_fields,
    "retired": retired,
    "old-scale": old_scale,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Shape]]:
    """Where the files of a shape are, written once, and what they hold."""

    @cache
    def folder(name: str) -> tuple[Path, Shape]:
        made, path = SHAPES[name](), tmp_path_factory.mktemp(name)
        for part, content in made.items():
            (path / f"{part}.yaml").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        return path, made

    return folder


@cache
def _load(root: Root) -> Reading:
    return _read(root)


_read = api.load


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A roadmap of a thousand items is read once for all the commands."""
    monkeypatch.setattr(api, "load", _load)


# --- what is asked of each --------------------------------------------------------------------------------------------


def groupings(made: Shape, famille: str) -> list[str]:
    own = [c["code"] for c in made.get("mission", {}).get("champs", ()) if c.get("famille", "mesures") == famille]
    return ["dimension", *(["chantier"] if famille == "mesures" else []), "pilote", "echeance", *own]


def shown(made: Shape, famille: str, key: str) -> list[str]:
    """Ids to show: the first, the last, and one between."""
    found = [str(item["id"]) for item in made.get(famille, {}).get(key, ())]
    return list(dict.fromkeys([*found[:1], *found[len(found) // 2 :][:1], *found[-1:]]))


def commands(made: Shape) -> Iterator[tuple[str, ...]]:
    """Every command that looks, in every form that it has for the shape."""
    yield ("status",)
    yield ("check",)
    for famille in FAMILLES:
        if famille != "mesures" and famille not in made and made["mesures"]["mesures"]:
            # A list that isn't there is asked for once, where there is nothing at all.
            continue
        yield ("list", famille)
        yield ("list", famille, "--retirees")
        for key in (famille, "retirees"):
            yield from (("show", f"{famille[:-1]}-{i}") for i in shown(made, famille, key))
        if famille != "leviers":
            yield ("summarise", famille)
            yield from (("summarise", famille, "--by", by) for by in groupings(made, famille))
    for champ in made.get("mission", {}).get("champs", ()):
        yield ("list", champ.get("famille", "mesures"), "--sort", champ["code"])


def texts(made: Shape, *keys: str) -> list[str]:
    """What the items say under some keys."""
    found: list[str] = []
    for famille in FAMILLES:
        for item in made.get(famille, {}).get(famille, ()):
            for key in keys:
                value = item.get(key, ())
                found += [value] if isinstance(value, str) else value
    return found


def bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def squeezed(text: str) -> str:
    return "".join(text.split())


def unsaid(made: Shape) -> list[str]:
    """Patterns of what the shape's data don't say."""
    mission = made.get("mission", {})
    labels = [level["libelle"] for level in mission.get("echelle", ())]
    levelled = any("avancement" in item for f in FAMILLES for item in made.get(f, {}).get(f, ()))
    patterns = [r"\b21\b", r"9/9/3", r"0/0/0", "LEGALISER", "alliances strat"]
    if labels or not levelled:
        patterns += ["en retard", "satisfaisant"]
    if not mission.get("dimensions"):
        patterns.append("(?i)dimension")
    if not made.get("chantiers"):
        patterns.append(r"(?i)\bchantiers?\b")
    return patterns


def check_said(text: str, made: Shape, argv: tuple[str, ...]) -> None:
    # What was asked for by its name, and lists that nothing fills, are named.
    excused = {"dimension", "chantier"} & {word.removesuffix("s") for word in argv}
    for pattern in unsaid(made):
        # `check` gives lines of files by their number.
        if any(word in pattern for word in excused) or (argv == ("check",) and "21" in pattern):
            continue
        found = re.search(pattern, text)
        assert not found, f"{argv} says « {text[max(0, found.start() - 60) : found.end() + 60]} »"


@pytest.mark.parametrize(("name", "width"), some(crossed(SHAPES, [None, *WIDTHS]), 2))
def test_screens(name: str, width: int | None, folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    folder, made = folders(name)
    for argv in commands(made):
        if name == "thousand" and argv[0] == "list" and width not in (None, 80):
            continue
        answer = invoke(*argv, "--data", str(folder), columns=width)
        text = bare(answer.out)
        assert answer.err == "", argv
        check_said(answer.spoken if width is None else bare(answer.spoken), made, argv)
        if width is not None:
            wide = [line for line in text.split("\n") if cells(line) > width]
            assert not wide, f"{argv} at {width}: {cells(wide[0])} columns\n{wide[0]}"
        if argv[0] == "status":
            assert width is None or text.count("\n") <= 23, text
        if argv == ("list", "mesures"):
            # Columns interleave their lines: what is on screen holds all the letters.
            titles = Counter(squeezed("".join(str(item["titre"]) for item in made["mesures"]["mesures"])))
            assert not titles - Counter(squeezed(text))


@pytest.mark.parametrize("name", ["one", "ids", "long", "own-fields", "retired"])
def test_the_narrowest_terminal(name: str, folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    folder, made = folders(name)
    for argv in commands(made):
        text = bare(invoke(*argv, "--data", str(folder), columns=40).out)
        assert max(cells(line) for line in text.split("\n")) <= 40, argv


@pytest.mark.parametrize("width", [None, 60, 120])
@pytest.mark.parametrize("name", ["long", "scripts", "own-fields", "retired", "ids"])
def test_show_cuts_nothing(
    name: str, width: int | None, folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke
) -> None:
    folder, made = folders(name)
    for famille in FAMILLES:
        for key in (famille, "retirees"):
            for item in made.get(famille, {}).get(key, ()):
                text = squeezed(
                    bare(invoke("show", f"{famille[:-1]}-{item['id']}", "--data", str(folder), columns=width).out)
                )
                said = [item[k] for k in ("titre", "texte", "realise", "prochaine_etape", "motif") if k in item]
                said += [*item.get("pilotes", ()), *item.get("etiquettes", ()), *item.get("x_url", ())]
                said += [piece for p in item.get("preuves", ()) for piece in (p["url"], p.get("titre", ""))]
                for words_ in said:
                    assert squeezed(words_) in text, words_
                # Beside a label that takes several lines, a text's lines aren't next to each other.
                assert not Counter(squeezed(item.get("long", ""))) - Counter(text)


@pytest.mark.parametrize("name", SHAPES)
def test_what_status_cuts_it_says(name: str, folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    """On a terminal a line of status is that of the pipe, or the beginning of one and an ellipsis, or says how many
    others there are."""
    folder, _ = folders(name)
    whole = squeezed(invoke("status", "--data", str(folder)).out)
    for width in WIDTHS:
        text = bare(invoke("status", "--data", str(folder), columns=width).out)
        # What goes on below is indented.
        for line in text.replace("\n    ", "   ").split("\n"):
            if not re.search(
                r"(… et [\d\u202f]+ autres?|[\d\u202f]+( dates?| chantiers?)?) : alliances", line.replace("\u00a0", " ")
            ):
                for piece in re.split(r"…| en tout|   |[●◐◕◔◆■◇□▲▼○]{2,}", line):
                    assert squeezed(piece) in whole or "Par dimension" in piece, line


FORMS = ("json", "csv", "csv-excel", "md")


@pytest.mark.parametrize("name", some(SHAPES, 3))
def test_formats(name: str, folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    folder, made = folders(name)
    for argv in commands(made):
        for format in FORMS[: 1 if argv[0] in ("status", "show", "check") else None]:
            answer = invoke(*argv, "--data", str(folder), "--format", format)
            if format == "json":
                found = json.loads(answer.out)
                assert found["version"] == 1
                if argv[0] == "list":
                    gone = "--retirees" in argv
                    expected = made.get(argv[1], {}).get("retirees" if gone else argv[1], ())
                    assert sorted(i["id"] for i in found["items"]) == sorted(str(i["id"]) for i in expected)
            elif format == "md":
                check_said(answer.spoken, made, argv)
                tables = [line for line in answer.out.split("\n") if line.startswith("|")]
                assert len({len(re.findall(r"(?<!\\)\|", line)) for line in tables}) == 1, argv
            else:
                rows = list(
                    csv.reader(io.StringIO(answer.out, newline=""), delimiter=";" if "excel" in format else ",")
                )
                assert {len(row) for row in rows} == {len(rows[0])}
                assert len(set(rows[0])) == len(rows[0])


@pytest.mark.parametrize("name", some(SHAPES, 2))
def test_documents(name: str, folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    folder, made = folders(name)
    page = Page(invoke("render", "--data", str(folder), "--au", "2024-03-15", "--format", "html").out)
    assert page.open == []
    check_said(page.text, made, ("render",))
    anchors = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(anchors) == len(set(anchors))
    assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= set(anchors)
    document = invoke("render", "--data", str(folder), "--au", "2024-03-15", "--format", "md").out
    check_said(re.sub(r'"[^"]*"|\]\(#[^)]*\)', "", document), made, ("render",))
    for table in re.findall(r"(?:^\|.*\n)+", document, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
    for text in (squeezed(page.text), squeezed(document)):
        assert all(squeezed(str(i)) in text for i in texts(made, "titre") if "*" not in i and "«" not in i)


# --- what some of them must say ---------------------------------------------------------------------------------------


def test_no_level_reads_sans_niveau(folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    data = str(folders("no-level")[0])
    assert "35 mesures, sans niveau" in invoke("status", "--data", data).spoken
    assert "35 mesures, sans niveau" in invoke("summarise", "--data", data).spoken
    assert json.loads(invoke("summarise", "--data", data, "--format", "json").out)["sans_avancement"] == 35


def test_what_is_over_is_never_overdue(folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    folder, made = folders("closed")
    overdue = json.loads(invoke("list", "--echues", "--data", str(folder), "--format", "json").out)["items"]
    assert overdue and {item["avancement"] for item in overdue} == {"cours"}
    assert json.loads(invoke("check", "--data", str(folder), "--format", "json").out)["avertissements"] == 0


def test_an_old_bilan_keeps_its_scale(folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    data = str(folders("old-scale")[0])
    assert "Rien à signaler" in invoke("check", "--strict", "--data", data).out
    assert "Totaux" not in invoke("summarise", "--data", data).out
    page = Page(invoke("render", "--data", data, "--format", "html").out).text.replace("\u00a0", " ")
    assert "Totaux publiés : 3 feu vert, 2 feu orange, 1 feu rouge." in page
    assert "Échelle de ce bilan" in page


def test_many_levels_leave_room_for_the_dimensions(
    folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke
) -> None:
    """Where a head a level wouldn't leave the labels their room, heads are short, and read in full aloud."""
    page = invoke("render", "--data", str(folders("grid")[0]), "--format", "html").out
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style and ".serres{table-layout:fixed}" in style[1] and ".serres .c-nom{width:30%}" in style[1]
    table = page[page.index('<table class="cartes comptes serres">') :]
    head = table[: table.index("</thead>")]
    for n, made in enumerate(levels(8)):
        assert f'<span class="lu">{made["libelle"]}</span>' in head
        assert f"</span> P{'ABCDEFGH'[n]}</span>" in head
    key = page[page.index('<ul class="cle">') :]
    assert all(made["libelle"] in key[: key.index("</ul>")] for made in levels(8))
    few = invoke("render", "--data", str(folders("two-levels")[0]), "--format", "html").out
    assert few.count('"cle"') == 1 and " serres" not in few.split("</style>")[1]


@pytest.mark.parametrize("width", [40, 45, 50, 55])
def test_counts_that_a_narrow_terminal_has_no_table_for(
    width: int, folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke
) -> None:
    folder, made = folders("crowd")
    text = bare(invoke("summarise", "--data", str(folder), columns=width).out)
    assert max(cells(line) for line in text.split("\n")) <= width
    assert "1\u202f000" in text.split("\nEnsemble\n")[1]
    joined = re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))
    assert all(d["libelle"] in joined for d in made["mission"]["dimensions"])
    assert "total 45" in joined


def test_two_alerts_have_two_signs(folders: Callable[[str], tuple[Path, Shape]], invoke: Invoke) -> None:
    data = str(folders("crowd")[0])
    assert "▲ : palier f   ▼ : palier g" in invoke("summarise", "--data", data, columns=80).spoken
    text = invoke("status", "--data", data, columns=120, LC_ALL="C").out
    assert "[PF] !" in text and "[PG] ?" in text


def put(folder: Path, made: Shape) -> str:
    for part, content in made.items():
        (folder / f"{part}.yaml").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return str(folder)


def spoken(invoke: Invoke, *argv: str, columns: int | None = None) -> str:
    return bare(invoke(*argv, columns=columns).spoken)


def test_status_hides_no_alert_and_closes_its_brackets(tmp_path: Path, invoke: Invoke) -> None:
    scale = levels(8)
    scale[6] |= {"libelle": "engagé avec des difficultés réelles", "alerte": True}
    scale[7] |= {"libelle": "à l’arrêt", "alerte": True}
    made = items(
        500,
        id=lambda i: f"M{i}C{i % 7}-{i}",
        avancement=lambda i: f"n{6 + i % 2}",
        echeance=lambda i: ("2024-01", "2026-05")[i % 2],
        bloqueurs=lambda i: [f"b{i % 20}"],
    )
    data = put(
        tmp_path, roadmap(made, echelle=scale, bloqueurs=[{"id": f"b{n}", "libelle": f"Frein {n}"} for n in range(20)])
    )
    text = spoken(invoke, "status", "--data", data, columns=40)
    assert "ou à l’arrêt : 500 mesures" in re.sub(r"\s+", " ", text)
    assert text.count("(") == text.count(")") and "en to…" not in text
    assert "mai 2026 (250 en tout)" in text and "0 sans date" in text


def test_status_shows_the_titles_of_long_ids_and_aligns_short_ones(tmp_path: Path, invoke: Invoke) -> None:
    made = items(3, id=lambda i: "ab" * 42 + str(i), avancement=lambda i: "en_retard")
    data = put(tmp_path, roadmap(made))
    text = spoken(invoke, "status", "--data", data, columns=60)
    assert all(f"aba…  {words(40, n)[:20]}" in text for n in (1, 2, 3))
    made = items(3, id=lambda i: (0, "9", "10", "1000")[i], avancement=lambda i: "en_retard")
    (tmp_path / "short").mkdir()
    data = put(tmp_path / "short", roadmap(made))
    text = spoken(invoke, "status", "--data", data, columns=60)
    assert {line.index(words(40, n)) for n in (1, 2, 3) for line in text.split("\n") if words(40, n) in line} == {8}


def test_show_keeps_the_place_of_the_level_and_the_lines_of_a_text(tmp_path: Path, invoke: Invoke) -> None:
    made = items(2, dimension=lambda i: "d", avancement=lambda i: "satisfaisant" if i == 1 else None)
    made[1]["note"] = "Ligne une\nLigne deux"
    champs = [{"code": "note", "libelle": "La **note** | du jour"}]
    data = put(tmp_path, roadmap(made, dimensions=[{"code": "d", "libelle": "Volet"}], champs=champs))
    for i in (101, 102):
        text = spoken(invoke, "show", str(i), "--data", data)
        assert text.index("Dimension") < text.index("Avancement")
    assert re.search(r"La note \| du jour +Ligne une\n +Ligne deux\n", text)
    head = invoke("list", "--data", data, "--format", "md").out
    assert "| La note \\| du jour |" in head


def test_summarise_leads_to_the_chantiers_where_there_is_no_mesure(tmp_path: Path, invoke: Invoke) -> None:
    data = put(tmp_path, roadmap([], chantiers=items(2, avancement=lambda i: "satisfaisant")))
    assert "alliances summarise chantiers" in spoken(invoke, "summarise", "--data", data)
