"""The bilan in Markdown: what it says and in what order, raw and on the forges; all that the page says, and no more."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from markdown_it import MarkdownIt

from alliances_cli import bilan, model, store
from alliances_cli.champs import FAMILLES, SINGULIER
from alliances_cli.location import Root
from alliances_cli.periode import parse
from alliances_cli.present import markdown, report
from alliances_cli.present.report import Edition, headings, places
from alliances_cli.present.report.context import context
from alliances_cli.present.screen import cells
from conftest import Invoke, crossed, some
from story import Repository
from test_report import (
    HOSTILE_IDS,
    PAYLOADS,
    ROOT,
    VERSION,
    Page,
    benign,
    check_inert,
    full,
    moment_of,
    normal,
    page_of,
    real,
    render,
    slugs,
    small,
    typed,
)
from test_shapes import SHAPES

Source = Callable[[], model.FeuilleDeRoute]

PARSERS: dict[str, Callable[[str], str]] = {
    "cmark-gfm": lambda source: cmarkgfm.github_flavored_markdown_to_html(
        source, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    ),
    "markdown-it": MarkdownIt("gfm-like", {"linkify": False}).render,
}


def shape(name: str, folder: Path) -> model.FeuilleDeRoute:
    """One of the roadmaps that are unlike the first."""
    for part, content in SHAPES[name]().items():
        (folder / f"{part}.yaml").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return store.parse(store.read_sources(Root(folder))).require()


# --- what it says, in its order ---------------------------------------------------------------------------------------


def test_the_parts_are_in_the_order_of_the_page() -> None:
    text = typed(page_of(real(), "md").text)
    feuille = real()
    mission = feuille.mission
    marks = [
        mission.titre,
        mission.destinataires[-1],
        "Sommaire",
        "L’essentiel",
        "21 mesures : 9 très satisfaisant, 9 satisfaisant, 3 en retard.",
        "Totaux de contrôle",
        "Tableau de bord",
        "Opérationnelles ● ◐ ● ● ◐ ● ●",
        mission.fiche[0].texte,
        mission.parties[0].points[0].texte,
        mission.sections.chantiers.conclusion,
        mission.dimensions[0].texte,
        feuille.mesures[0].realise,
        mission.sections.mesures.conclusion,
        feuille.leviers[0].texte,
        "Échéances lues au",
        "retient",
        "À savoir aussi",
        mission.parties[1].points[0].texte,
        "Point d'attention",
        "Totaux publiés",
        "Méthode et provenance",
        mission.document.conclusion,
        "Licence non précisée",
        f"alliances {VERSION}",
    ]
    place = 0
    for mark in marks:
        assert mark
        said = typed(mark)
        assert said in text[place:], said
        place = text.index(said, place)


@pytest.mark.parametrize(
    ("dated", "told", "after"),
    [
        ("", "", ""),
        ("abc", "abc", ""),
        ("aBc", "aB", "c"),
        ("Abc", "A", "bc"),
        ("aBcDe", "aBcD", "e"),
        ("abC", "abC", ""),
    ],
)
def test_the_parts_up_to_the_last_dated_one_tell_the_mission_s_story(dated: str, told: str, after: str) -> None:
    """A part in upper case dates something, under one of its points."""

    def partie(id: str) -> dict[str, object]:
        under = {"texte": "Dessous", "date": "2020"} if id.isupper() else "Dessous"
        return {"id": id, "titre": id, "points": ["Dessus", {"texte": "Dessus", "points": [under]}]}

    feuille = small(parties=[partie(id) for id in dated])
    found = context(Edition(feuille, moment_of(feuille), VERSION))

    def ids(parties: tuple[model.Partie, ...]) -> str:
        return "".join(partie.id for partie in parties)

    assert ids(found["parties_en_frise"]) == told and ids(found["autres_parties"]) == after
    text = render(feuille, "md")
    assert ("## À savoir aussi" in text) == bool(after)
    assert "**2020** – Dessous" in text or told == told.lower()


def test_what_is_overdue_coming_and_undatable_is_told() -> None:
    feuille = real()
    later = bilan.moment(feuille, parse("2021-07-20"), None)
    assert later
    text = report.render(Edition(feuille, later, VERSION), "md")
    assert "1 étape échue, 5 à venir, 15 sans date." in text.replace("\u00a0", " ")
    assert "| juin 2021 | **échue** | [mesure 6](#mesure-6) | 11ème" in text.replace("\u00a0", " ").replace(
        "<sup>ème</sup>", "ème"
    )
    assert "Sans date : [mesure 1](#mesure-1), [mesure 2](#mesure-2), " in text.replace("\u00a0", " ")


# --- the board --------------------------------------------------------------------------------------------------------


def test_the_board_shows_every_mesure_by_dimension() -> None:
    text = render(real(), "md").replace("\u00a0", " ")
    board = text[text.index("```text\n") : text.index("\n```\n")].split("\n")[1:]
    assert board == [
        "Opérationnelles  ● ◐ ● ● ◐ ● ●",
        "Stratégiques     ● ● ◐ ▲ ◐ ◐ ●",
        "Politiques       ▲ ◐ ● ◐ ▲ ◐ ◐",
        "",
        "● très satisfaisant  ◐ satisfaisant  ▲ en retard",
    ]


def test_the_board_is_narrow_and_aligned_whatever_the_labels() -> None:
    rows = [("合作合作", ["●"] * 3), ("mot " * 30, ["◐"] * 90), ("x" * 90, ["▲"]), ("``` ````", ["○"])]
    lines = markdown.board(rows, ["● " + "a" * 40, "◐ " + "b" * 40]).split("\n")
    assert lines[0] == "`````text" and lines[-1] == "`````"
    assert all(cells(line) <= 72 for line in lines if "x" not in line)
    signs = [line for line in lines if re.fullmatch(r".*  ([●◐▲○] ?)+", line) and "a" not in line]
    assert len({cells(re.sub(r"[●◐▲○ ]+$", "", line).rstrip()) <= 30 for line in signs}) == 1
    assert {cells(line[: re.search("[●◐▲○]", line).start()]) for line in signs} == {32}  # type: ignore[union-attr]
    assert sum(line.count("◐") for line in lines) == 91 and not any(line.endswith(" ") for line in lines)
    assert markdown.board([("", ["●", "◐"])], ["● fait"]) == "```text\n● ◐\n\n● fait\n```"


@pytest.mark.parametrize("name", some(SHAPES, 3))
def test_the_board_has_as_many_signs_as_mesures(name: str, tmp_path: Path) -> None:
    feuille = shape(name, tmp_path)
    text = report.render(Edition(feuille, moment_of(feuille), VERSION), "md")
    page = Page(MarkdownIt("commonmark").enable("table").render(text))
    levelled = any(item.avancement for item in (*feuille.mesures, *feuille.chantiers))
    board = bool(feuille.mesures) and levelled
    assert page.names.count("pre") == board
    # Each mesure is listed under its level too.
    listed = text[: text.index("\n## ", text.index("\n## L’essentiel") + 5)]
    assert all((f"](#{places.anchor('mesure', mesure.id)})" in listed) == board for mesure in feuille.mesures)


# --- anchors ----------------------------------------------------------------------------------------------------------


def forged(source: str) -> tuple[Page, set[str]]:
    """A document as a forge shows it, and the anchors that it has on GitHub and on GitLab alike."""
    page = Page(PARSERS["cmark-gfm"](source).replace("<br />", "<br>").replace("<hr />", "<hr>"))
    alike = zip(slugs(page.headings, "github"), slugs(page.headings, "gitlab"), strict=True)
    named = {attrs["name"] for attrs in page.all("a") if "name" in attrs}
    return page, named | {github for github, gitlab in alike if github == gitlab}


TITLES = (
    "A – B", "L'eau", "Leau", "2021", "🎉", "« Être » : ça", "x²", "Bloqueurs", "Bloqueurs", "Mesure 1",
    "**Gras** net", "Fin.", "Offre (free)", "Offre", "a_b-c", "a -- b", "Sommaire", "[x] y", "ß İ Σ",
    "L’essentiel", "bloqueurs 1", "1.", "a:b", "7ème **Rencontre** d'ici", "\"Un\" mot !",
)  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        real,
        full,
        small,
        lambda: small(
            [{"id": "1", "titre": "Une", "dimension": "d0"}],
            dimensions=[{"code": f"d{n}", "libelle": title} for n, title in enumerate(TITLES)],
            bloqueurs=[{"id": "b", "libelle": "Frein"}],
            sections={"mesures": {"titre": "2021"}, "chantiers": {"titre": "A – B"}, "leviers": {"titre": "2021"}},
        ),
    ],
)
def test_every_link_lands_on_both_forges(make: Source) -> None:
    source = render(make(), "md")
    page, anchors = forged(source)
    links = [unquote(a["href"][1:]) for a in page.all("a") if a.get("href", "").startswith("#")]
    assert links and set(links) <= anchors
    # No two parts have the same name, and what is in the contents is what comes.
    assert len(set(map(normal, page.headings))) == len(page.headings)
    contents = source[source.index("## Sommaire") : source.index("\n## ", source.index("## Sommaire") + 1)]
    listed = re.findall(r"^- \[(.*)\]\(#.*\)$", contents, re.MULTILINE)
    parts = re.findall(r"^## (.*)$", source, re.MULTILINE)
    assert len(listed) == len(parts) - 1
    for label, part in zip(listed, (p for p in parts if p != "Sommaire"), strict=True):
        assert part.replace("<!-- -->", "").split("</a>")[-1].startswith(label) or label in part


@pytest.mark.parametrize("make", [real, full])
def test_every_item_has_an_anchor_of_its_name(make: Source) -> None:
    feuille, source = make(), render(make(), "md")
    for famille in FAMILLES:
        for identifier in [one.id for one in feuille.items(famille)] + [one.id for one in feuille.gone(famille)]:
            name = places.anchor(SINGULIER[famille], identifier)  # type: ignore[arg-type]
            assert source.count(f'<a name="{name}"></a>') == 1


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("L’essentiel", "lessentiel"),
        ("Méthode et provenance", "méthode-et-provenance"),
        ("Les «\u00a0chantiers\u00a0» politiques", "les-chantiers-politiques"),
        ("a_b-c", "a_b-c"),
        ("Les « chantiers »", None),
        ("A – B", None),
        ("2021", None),
        ("x²", None),
        ("🎉", None),
        ("Offre (beta)", None),
    ],
)
def test_slugs_are_those_that_both_forges_make(heading: str, slug: str | None) -> None:
    assert headings.slug(heading) == slug
    if slug is not None:
        assert slugs([heading], "github") == slugs([heading], "gitlab") == [slug]


def test_a_heading_has_an_anchor_of_its_own_only_where_it_needs_one() -> None:
    text = render(real(), "md")
    assert not re.search("^#.*<", text, re.MULTILINE)
    assert re.findall("[0-9]+", "".join(re.findall("^## .*", text, re.MULTILINE))) == ["7"]
    feuille = small(dimensions=[{"code": "d", "libelle": "2021"}, {"code": "e", "libelle": "Fin."}])
    text = render(feuille, "md")
    assert '\n### <a name="dimension-d"></a>2021\n' in text and "\n### Fin.<!-- -->\n" in text


def test_links_in_texts_and_in_the_board_are_left_alone() -> None:
    feuille = small([{"id": "1", "titre": "x](#mesures) \\](#mesures)"}], titre="](#mesures)")
    page, anchors = forged(render(feuille, "md"))
    assert "x](#mesures) \\](#mesures)" in page.text
    document = "## <a name='x'></a>A\n\n```text\n## no\n[a](#b)\n```\n\n## <a name=\"b\"></a>B c\n\n[a](#b) \\[a](#b)"
    assert headings.linked(document).endswith("[a](#b)\n```\n\n## B c\n\n[a](#b-c) \\[a](#b-c)")


# --- inert on the forges ----------------------------------------------------------------------------------------------

FORGED = [
    "http://a\\>b", "https://a.fr/x\\|y", "www.a.fr\\>", "WWW.A.FR", "ftp://a.fr", "a@b.fr\\>", "12@.a",
    "a@b.fr, c@d.fr.",
    "mailto:a@b.fr", "xmpp:a@b.fr/c", "@equipe @equipe/moi", "#12 moi/projet#12", "!1", "~label ~\"deux mots\"",
    "%jalon %\"deux mots\" %12", "&12 groupe&12", "$12", "*iteration:12", ":smile: a:smile:b :+1: :100:", "10:30:45",
    "[^1]", "[^1]: note", "$math$ $$math$$ $`x`$", "- [ ]", "[ ] tâche", "[x] tâche", "===", "Titre\n===", "Titre\n---",
    "~~barré~~ ~~~", "&copy; &#169; &#xa9;", "[!NOTE]", "[!WARNING]\ntexte", "[TOC]", "[[_TOC_]]", "[[page]]",
    "{+ ajout +} [- retrait -]", "[issue:1] [work_item:2]", "::include{file=x.md}", "a\tb",
    "| a |\n| - |", "1986. Un an",
]  # fmt: skip


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("payload", [*PAYLOADS, *FORGED])
def test_a_text_reads_as_itself_wherever_it_stands(payload: str, parser: str) -> None:
    for text in (payload, f"mot {payload} mot", f"a\n{payload}", f"{payload}\nb", payload * 2):
        escaped, cell = markdown.escape(text), markdown.escape(text, cell=True)
        for source, before in (
            (escaped, ""),
            ("> " + escaped.replace("\n", "\n> "), ""),
            ("- " + escaped.replace("\n", "\n  "), ""),
            (f"## {markdown.escape(' '.join(text.split()))}", ""),
            (f"| a |\n| - |\n| {cell} |", "a "),
        ):
            page = Page(PARSERS[parser](source).replace("<br />", "<br>"))
            assert typed(page.text) == typed(before + text), source
            assert set(page.names) <= {
                "p", "br", "ul", "li", "blockquote", "h2", "table", "thead", "tbody", "tr", "td", "th",
            }, source  # fmt: skip


@cache
def calm_page() -> Page:
    return forged(render(full(lambda name: "mot fin"), "md"))[0]


@pytest.mark.parametrize(("payload", "around"), some(crossed(FORGED, ["{}", "{} fin"]), 2))
def test_a_bilan_of_it_is_inert(payload: str, around: str) -> None:
    page, _ = forged(render(full(lambda name: around.format(payload)), "md"))
    calm = calm_page()
    check_inert(page)

    def outward(page: Page) -> list[str]:
        """Where its links lead outside; the e-mail of who publishes aside."""
        return [a["href"] for a in page.all("a") if a.get("href", "#")[0] != "#" and "mailto:" not in a["href"]]

    assert outward(page) == outward(calm) != []
    assert len([a for a in page.all("a") if "mailto:" in a.get("href", "")]) <= 1


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        # What forges look for once escapes are gone is cut.
        ("http://a", "http\\:<!-- -->//a"),
        ("a@b.fr", "a\\@<!-- -->b.fr"),
        ("@x", "\\@<!-- -->x"),
        (":smile:", "\\:<!-- -->smile:"),
        ("a:smile:", "a\\:<!-- -->smile:"),
        ("[ ] x", "\\[<!-- --> \\] x"),
        ("[!NOTE]", "\\[<!-- -->!NOTE\\]"),
        ("[TOC]", "\\[<!-- -->TOC\\]"),
        ("{+ x +}", "\\{<!-- -->+ x +\\}"),
        # GitLab takes a reference with a backslash for text.
        ("%jalon #1 !2 ~l $3 &4", "\\%jalon \\#1\u202f\\!2 \\~l \\$3 \\&4"),
        # What nobody looks for is left readable.
        ("10:30:45 à 50 % (100% net) [sic] R&D a_b !", "10:30:45 à 50\u00a0% (100% net) \\[sic\\] R&D a_b\u202f!"),
    ],
)
def test_escapes_are_those_that_are_needed(text: str, escaped: str) -> None:
    assert markdown.escape(text) == escaped
    # An address shown as a link is left alone.
    assert markdown.link("http://www.a.fr", "http://www.a.fr") == "[http://www.a.fr](http://www.a.fr)"


def test_texts_of_the_roadmap_are_cited() -> None:
    text = render(full(), "md")
    assert "\n> Texte section mesures surtitre\n>\n> Texte section mesures sous titre\n>\n> Texte section" in text
    feuille = full(lambda name: "un\ndeux\n\ntrois")
    quoted = "\n> un\\\n> deux\n>\n> trois\n"
    assert quoted in render(feuille, "md")


# --- tidy -------------------------------------------------------------------------------------------------------------


def linter() -> list[str] | None:
    """What runs markdownlint here: MARKDOWNLINT, else the command in the path."""
    import os

    named = os.environ.get("MARKDOWNLINT") or shutil.which("markdownlint-cli2")
    return [named] if named else None


@pytest.mark.skipif(linter() is None, reason="markdownlint-cli2 n'est pas là (MARKDOWNLINT dit où il est)")
def test_markdownlint_finds_nothing(tmp_path: Path, here: Repository, invoke: Invoke) -> None:
    made: dict[str, str] = {name: render(make(), "md") for name, make in (("real", real), ("full", full))}
    made["since"] = invoke("render", "--since", "2021-05-07", "--format", "md").out
    for n, payload in enumerate((*PAYLOADS, *FORGED)):
        made[f"hostile-{n}"] = render(full(lambda name, payload=payload: payload), "md")  # type: ignore[misc]
        made[f"hostile-{n}-fin"] = render(full(lambda name, payload=payload: f"{payload} fin"), "md")  # type: ignore[misc]
    for n, identifier in enumerate(HOSTILE_IDS):
        made[f"ids-{n}"] = render(full(i=lambda name, identifier=identifier: identifier + name), "md")  # type: ignore[misc]
    made["bold"] = render(full(lambda name: f"**{benign(name)}**"), "md")
    made["points"] = render(full(lambda name: f"{benign(name)}."), "md")
    made["same"] = render(full(lambda name: "mot"), "md")
    for name in SHAPES:
        (tmp_path / name).mkdir()
        made[f"shape-{name}"] = render(shape(name, tmp_path / name), "md")
    for name, text in made.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    rules: dict[str, Any] = {"MD013": False, "MD033": {"allowed_elements": ["a", "br", "sup"]}}
    (tmp_path / ".markdownlint.json").write_text(json.dumps(rules), encoding="utf-8")
    command = linter()
    assert command
    found = subprocess.run([*command, "*.md"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, ""), found.stderr[:3000]
    assert f"Linting: {len(made)} file(s)" in found.stdout


@pytest.mark.parametrize("make", [real, full, small, lambda: replace(full(lambda name: "a\tb  \n c"))])
def test_the_source_is_tidy(make: Source) -> None:
    source = render(make(), "md")
    assert source.endswith("\n") and not source.endswith("\n\n") and "\r" not in source and "\t" not in source
    assert not re.search(r" $|\n{3}", source, re.MULTILINE)
    assert set(re.findall("<[^>]*>", re.sub(r"\\<", "", source))) <= {"<br>", "</a>", "<sup>", "</sup>", "<!-- -->"} | {
        f'<a name="{name}">' for name in re.findall('<a name="([^"]*)">', source)
    }


@pytest.mark.parametrize("format", ["md", "html"])
def test_no_line_ends_between_a_kind_and_its_number(format: str) -> None:
    said = [text for text in re.findall(r">([^<]*)</a>|\[([^]]*)\]\(", render(real(), format)) for text in text]
    named = [text for text in said if re.fullmatch(r"mesure\s\d+", text)]
    assert len(named) > 21 and all("\u00a0" in text for text in named)


@pytest.mark.parametrize("format", ["md", "html"])
def test_the_tool_s_sentences_are_typeset(format: str) -> None:
    """In the templates already; a mail is typeset as a whole."""
    for path in (ROOT / "templates").glob(f"*.{format}.j2"):
        said = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "x", path.read_text("utf-8"), flags=re.DOTALL)
        said = re.sub("<svg.*?</svg>|<[^>]*>", "", said, flags=re.DOTALL) if format == "html" else said
        assert not re.search(r"« | »|\w [:;!?](?!-)|\w'\w", said), path.name
