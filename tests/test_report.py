"""The bilan as a document: every text of the roadmap is in it, inert, in HTML and in Markdown."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from alliances_cli import bilan, model, store, theme, typographie
from alliances_cli.bilan import Moment
from alliances_cli.champs import FAMILLES, TYPES_PROPRES
from alliances_cli.couleurs import least_contrast, legible
from alliances_cli.errors import TemplateFault
from alliances_cli.location import Root
from alliances_cli.model import ITEM_MODELS, FeuilleDeRoute, Mission, Preuve, Record
from alliances_cli.nombre import Nombre
from alliances_cli.periode import Periode, parse
from alliances_cli.present import markdown, report
from alliances_cli.present.report import Edition, places
from conftest import crossed, some

ROOT = Path(__file__).resolve().parent.parent
VERSION = "9.9.9"
SCHEMES = ("http://", "https://", "mailto:", "tel:", "#")

Text = Callable[[str], str]

# Two values of a declared field of each type; texts and choices are given by `full`.
OWN: dict[str, tuple[str, ...]] = {
    "texte": (),
    "nombre": ("12000,5", "-3"),
    "date": ("2021-T3", "2020-12-01"),
    "choix": (),
    "url": ("https://propre.example/?a=1&b=2", "www.propre.example"),
    "oui_non": ("oui", "non"),
}


# --- roadmaps -------------------------------------------------------------------------------------------------------


def real() -> FeuilleDeRoute:
    return store.parse(store.read_sources(Root(ROOT / "data"))).require()


def benign(name: str) -> str:
    return f"Texte {name.replace('.', ' ').replace('_', ' ')}"


def full(t: Text = benign, i: Text = lambda name: name) -> FeuilleDeRoute:
    """A roadmap that fills every field of every record: `t` gives the text of a field by its name, `i` an id."""

    def item(famille: str, n: int) -> dict[str, Any]:
        name = f"{famille}.{n}"
        return {
            "id": i(f"{famille}{n}"),
            "titre": t(f"{name}.titre"),
            "texte": t(f"{name}.texte"),
            "etiquettes": [t(f"{name}.etiquette.un"), t(f"{name}.etiquette.deux")],
            "preuves": [
                {
                    "titre": t(f"{name}.preuve"),
                    "url": f"https://preuve.example/{famille}/{n}?a=1&b=2",
                    "date": "2021-T3",
                },
                {"url": f"https://nue.example/{famille}/{n}"},
            ],
        }

    def suivi(famille: str, n: int, level: str) -> dict[str, Any]:
        name = f"{famille}.{n}"
        other = 2 if n == 1 else 1
        return item(famille, n) | {
            "dimension": i("dimension1"),
            "pilotes": [t(f"{name}.pilote.un"), t(f"{name}.pilote.deux")],
            "co_construction": [t(f"{name}.avec.un"), t(f"{name}.avec.deux")],
            "avancement": level,
            "avancement_au": "2021-04-30",
            "provenance": ("infere", "publie")[n % 2],
            "realise": t(f"{name}.realise"),
            "prochaine_etape": t(f"{name}.etape"),
            "debut": "2020-S2",
            "echeance": ("2021-06", "2020-12-01")[n % 2],
            "delai": t(f"{name}.delai"),
            "bloqueurs": [i("bloqueur1"), i(f"{famille}{other}")],
            "renvois": [i(f"{famille}{other}")],
        }

    def levels(name: str) -> list[dict[str, Any]]:
        return [
            {
                "code": i(f"{name}{n}"),
                "libelle": t(f"{name}.libelle.{n}"),
                "sens": t(f"{name}.sens.{n}"),
                "abrege": t("")[:8] or f"A{n}",
                "symbole": t("")[:2] or "★◆▲"[n],
                "couleur": f"#{n}0{n}0f0",
                "alerte": "oui" if n == 2 else "non",
                "clos": "oui" if n == 1 else "non",
                "hors_ordre": "oui" if n == 1 else "non",
            }
            for n in range(3)
        ]

    def section(name: str) -> dict[str, str]:
        return {field: t(f"section.{name}.{field}") for field in model.Section.model_fields if field != "diffusion"}

    def declared(famille: str, type_: str) -> dict[str, Any]:
        name = f"{famille}.propre.{type_}"
        choix = {"choix": [t(name), t(f"{name}.deux"), t(f"{name}.sans.emploi")]} if type_ == "choix" else {}
        return choix | {
            "code": f"x_{type_}",
            "libelle": t(f"{name}.libelle"),
            "type": type_,
            "famille": famille,
            "obligatoire": "oui" if famille == "chantiers" else "non",
            "aide": t(f"{name}.aide"),
        }

    point = {
        "texte": t("point"),
        "date": "2019-10-17",
        "points": [t("sous.point"), {"texte": t("p"), "points": [t("q")]}],
    }
    mission = Mission.model_validate(
        {
            "titre": t("mission.titre"),
            "nature": t("mission.nature"),
            "document": {
                field: t(f"document.{field}") for field in model.Document.model_fields if field != "diffusion"
            },
            "etat_au": "2021-05-07",
            "provenance": "infere",
            "licence": t("mission.licence"),
            "emetteur": {f: t(f"emetteur.{f}") for f in model.Emetteur.model_fields if f not in ("site", "diffusion")}
            | {"site": "www.emetteur.example"},
            "destinataires": [t("destinataire.un"), t("destinataire.deux")],
            "fiche": [{"libelle": t("fiche.libelle"), "texte": t("fiche.texte")}],
            "parties": [
                {
                    "id": i("partie1"),
                    "titre": t("partie.titre"),
                    "sous_titre": t("partie.sous.titre"),
                    "points": [point],
                },
                {"id": i("partie2"), "titre": t("partie.sans.point")},
            ],
            "sections": {name: section(name) for name in model.Sections.model_fields if name != "diffusion"},
            "echelle": levels("niveau"),
            "dimensions": [
                {
                    "code": i("dimension1"),
                    "libelle": t("dimension"),
                    "horizon": ["3", "9"],
                    "texte": t("dimension.texte"),
                },
                {"code": i("dimension2"), "libelle": t("dimension.vide"), "texte": t("dimension.vide.texte")},
            ],
            "bloqueurs": [
                {"id": i("bloqueur1"), "libelle": t("bloqueur")},
                {"id": i("bloqueur2"), "libelle": t("bloqueur.sans.effet")},
            ],
            "regles": ["bilan_intact"],
            "theme": {
                "couleurs": {
                    f"{name}{twin}": colour
                    for twin, ground, text in (("", "#fefefe", "#666666"), ("_sombre", "#101010", "#8c8c8c"))
                    for name, colour in (("fond", ground), ("texte", text), ("accent", text))
                },
                "police": "Spectral",
                "logo": "logo.svg",
            },
            "bilans": [
                {
                    "date": "2020-10-17",
                    "titre": t("bilan.titre"),
                    "totaux": {i("ancien0"): "1"},
                    "source": t("bilan.source"),
                    "echelle": levels("ancien"),
                },
                {"date": "2021-05-07", "titre": t("bilan.present"), "totaux": {i("niveau0"): "1", i("niveau2"): "1"}},
            ],
            "champs": [declared(famille, type_) for famille in FAMILLES for type_ in OWN],
        }
    )
    own = {famille: [champ.champ() for champ in mission.champs if champ.famille == famille] for famille in FAMILLES}
    records: dict[str, Any] = {famille: model.item_model(famille, champs) for famille, champs in own.items()}

    def values(famille: str) -> dict[str, Any]:
        """Two values of each declared field; a choice is one of its own."""
        given = {
            name: (t(f"{famille}.propre.{name}"), t(f"{famille}.propre.{name}.deux")) for name in ("texte", "choix")
        }
        return {f"x_{name}": list(given.get(name, two)) for name, two in OWN.items()}

    def retired(famille: str, n: int, vers: list[str]) -> dict[str, Any]:
        name = f"retires.{famille}.{n}"
        return {
            "id": i(f"parti{famille}{n}"),
            "titre": t(f"{name}.titre"),
            "date": f"2021-04-{n}0",
            "motif": t(f"{name}.motif"),
            "vers": vers,
            "avancement": i(f"niveau{n}"),
        }

    mesures = [suivi("mesures", n, i(f"niveau{2 * n - 2}")) for n in (1, 2)]
    mesures = [mesure | values("mesures") for mesure in mesures]
    mesures[0] |= {"chantiers": [i("chantiers1")], "leviers": [i("leviers1")]}
    mesures.append({"id": i("mesures3"), "titre": t("mesures.3.titre")})
    return FeuilleDeRoute(
        mission,
        tuple(
            records["chantiers"].model_validate(suivi("chantiers", n, i(f"niveau{n - 1}")) | values("chantiers"))
            for n in (1, 2)
        ),
        tuple(records["mesures"].model_validate(mesure) for mesure in mesures),
        tuple(records["leviers"].model_validate(item("leviers", n) | values("leviers")) for n in (1, 2)),
        {
            famille: (
                model.Retiree.model_validate(retired(famille, 1, [i(f"{famille}1"), i("mesures2")])),
                model.Retiree.model_validate(retired(famille, 2, [i(f"parti{famille}1")])),
            )
            for famille in FAMILLES
        },
    )


def small(mesures: list[dict[str, Any]] | None = None, **mission: Any) -> FeuilleDeRoute:
    records = tuple(model.Mesure.model_validate(mesure) for mesure in mesures or [])
    return FeuilleDeRoute(Mission.model_validate({"titre": "Feuille de route"} | mission), mesures=records)


def moment_of(feuille: FeuilleDeRoute) -> Moment:
    return bilan.moment(feuille, None, None) or Moment(parse("2021-05-07").last, "au")


def render(feuille: FeuilleDeRoute, format: str, own: Path | None = None) -> str:
    return report.render(Edition(feuille, moment_of(feuille), VERSION, own), format)


# --- reading documents ----------------------------------------------------------------------------------------------

INLINE = {"strong", "sup", "a", "span", "time", "code", "em"}
VOID = {"meta", "link", "br", "rect", "hr", "img", "input", "path"}


class Page(HTMLParser):
    """A page's tags in order, and its text: what stands in text nodes, blocks and line breaks parted by a space."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.comments: list[str] = []
        self.parts: list[str] = []
        self.headings: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        self.text = normal("".join(self.parts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append("")
        if tag not in VOID:
            self.open.append(tag)
        if tag not in INLINE:
            self.parts.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"
        if tag not in INLINE:
            self.parts.append(" ")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and "title" not in self.open:
            self.parts.append(data)
        if {"h1", "h2", "h3", "h4", "h5", "h6"} & set(self.open):
            self.headings[-1] += data

    @property
    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def normal(text: str) -> str:
    return " ".join(text.split())


def typed(text: str) -> str:
    """The text as people type it: the marks that documents are typeset with undone."""
    return re.sub(r"«\s?|\s?»", '"', normal(typographie.plain(text)).replace("’", "'"))


def slugs(headings: list[str], forge: str) -> list[str]:
    """The anchors that GitHub or GitLab gives the headings of a document, by each one's own algorithm."""
    found: list[str] = []
    seen: Counter[str] = Counter()
    for heading in headings:
        text = heading.strip().lower()
        if forge == "gitlab":
            badge = r"\s*\**\((premium|ultimate|free|beta|experiment)(\s+(all|self|saas))?(\s+(beta|experiment))?\)\**"
            text = re.sub(badge, "", text)
        # Ruby's \p{Word}.
        kept = "".join(
            c
            for c in text
            if unicodedata.category(c)[0] in "LM" or unicodedata.category(c) in ("Nd", "Pc") or c in "- "
        )
        slug = kept.replace(" ", "-")
        if forge == "gitlab":
            slug = re.sub(r"^([0-9]+)$", r"anchor-\1", re.sub("-+", "-", slug))
        found.append(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def page_of(feuille: FeuilleDeRoute, format: str) -> Page:
    return read_page(render(feuille, format), format)


def read_page(document: str, format: str) -> Page:
    return Page(document if format == "html" else MarkdownIt("commonmark").enable("table").render(document))


# What a reader sees as something else: a reference as a link, a code as its label, a colour as a colour; and rules,
# which are for those who write.
NOT_TEXT = {
    (cls, field)
    for cls, fields in {
        "Mesure": "dimension chantiers leviers avancement provenance bloqueurs renvois",
        "Chantier": "dimension avancement provenance bloqueurs renvois",
        "Mission": "provenance regles theme",
        "Niveau": "couleur",
        "Dimension": "code",
        "Partie": "id",
        "ChampPropre": "code type famille",
        "Retiree": "vers avancement",
    }.items()
    for field in fields.split()
}


def leaves(value: Any, path: str = "feuille") -> Iterator[tuple[str, str]]:
    """Each text that the roadmap holds, as a document must give it, with its path."""
    if isinstance(value, FeuilleDeRoute):
        for name in ("mission", "chantiers", "mesures", "leviers", "retirees"):
            yield from leaves(getattr(value, name), name)
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            if name != "diffusion" and (type(value).__name__, name) not in NOT_TEXT:
                yield from leaves(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, Periode | Nombre):
        yield path, value.in_words
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield path, str(value)
    else:
        assert value is None or isinstance(value, bool), f"{path}: {value!r}"


def missing(feuille: FeuilleDeRoute, page: Page) -> list[tuple[str, str]]:
    text = typed(page.text)
    return [(path, leaf) for path, leaf in leaves(feuille) if typed(leaf) not in text]


# --- every text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", report.FORMATS)
def test_every_text_of_the_real_roadmap_is_there(format: str) -> None:
    feuille = real()
    assert len(list(leaves(feuille))) > 200
    assert missing(feuille, page_of(feuille, format)) == []


def test_the_full_roadmap_fills_every_field() -> None:
    filled: set[tuple[str, str]] = set()
    records: set[type[Record]] = {Mission, *ITEM_MODELS.values()}

    def walk(value: Any) -> None:
        if isinstance(value, Record):
            records.add(type(value))
            for name in type(value).model_fields:
                inner = getattr(value, name)
                if inner not in (None, (), {}):
                    filled.add((type(value).__name__, name))
                walk(inner)
        elif isinstance(value, tuple):
            for inner in value:
                walk(inner)

    feuille = full()
    walk((feuille.mission, feuille.chantiers, feuille.mesures, feuille.leviers, *feuille.retirees.values()))
    declared = {cls for cls in vars(model).values() if isinstance(cls, type) and issubclass(cls, Record)}
    # The records of a family that has declared fields are a class of their own.
    assert {cls.__name__ for cls in records} == {cls.__name__ for cls in declared - {Record, model.Item, model.Suivi}}
    assert filled == {(cls.__name__, name) for cls in records for name in cls.model_fields if name != "diffusion"}
    assert {f"propre_x_{name}" for name in TYPES_PROPRES} <= {name for _, name in filled}


@pytest.mark.parametrize("format", report.FORMATS)
def test_every_text_of_a_full_roadmap_is_there(format: str) -> None:
    feuille = full()
    assert missing(feuille, page_of(feuille, format)) == []


def test_texts_stand_in_the_order_of_the_source() -> None:
    feuille = real()
    text = typed(page_of(feuille, "html").text)
    marks = [
        feuille.mission.document.titre,
        feuille.mission.destinataires[-1],
        "Totaux de contrôle",
        "Tableau de bord",
        feuille.mission.fiche[0].texte,
        feuille.mission.parties[0].points[0].texte,
        feuille.mission.sections.chantiers.conclusion,
        feuille.mission.dimensions[0].texte,
        feuille.mesures[0].realise,
        feuille.mission.dimensions[1].texte,
        feuille.mission.sections.mesures.conclusion,
        feuille.leviers[0].texte,
        "Échéances lues au",
        "retient",
        *(partie.points[0].texte for partie in feuille.mission.parties[1:] if partie.points),
        "Totaux publiés",
        feuille.mission.document.conclusion,
        "Licence non précisée",
    ]
    place = 0
    for mark in marks:
        assert mark and typed(mark) in text[place:], mark
        place = text.index(typed(mark), place)


@pytest.mark.parametrize("format", report.FORMATS)
def test_the_real_counts_are_said(format: str) -> None:
    page = page_of(real(), format)
    assert "21 mesures : 9 très satisfaisant, 9 satisfaisant, 3 en retard" in page.text
    assert "4 chantiers : 4 satisfaisant" in page.text
    assert "9/9/3 comptés, 9/9/3 publiés au 7 mai 2021" in page.text
    assert "0 étape échue, 6 à venir, 15 sans date" in page.text
    assert "0 étape échue, 1 à venir, 3 sans date" in page.text
    assert page.text.count("inféré") >= 25
    assert f"alliances {VERSION}" in page.text


# --- hostile texts --------------------------------------------------------------------------------------------------

PAYLOADS = [
    "<script>alert(1)</script>",
    "</style></title></textarea><script src=//x></script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }} {% raw %} {# non #} {{ mission.__class__ }}",
    "a | b || c |",
    "`code` ``deux`` ```trois",
    "[clic](javascript:alert(1))",
    "](javascript:alert(1)) [x",
    "![image](https://x.example/i.png)",
    "[ref][1] [^note] [ ] [x] tâche",
    "<https://x.example> <a@x.example>",
    "http://x.example/a>b www.x.example a@x.example",
    "&lt;b&gt; &amp;amp; &copy; &#60;b&#62; &notin;",
    "<!-- commentaire --> <!-- sans fin",
    "--> <b>gras</b> <!--",
    "# titre #",
    "- puce",
    "+ puce",
    "1. un",
    "2) deux",
    "> cité",
    "---",
    "===",
    "=",
    "***",
    "___",
    "~~~ bloc",
    "~~barré~~ ~un~",
    ": définition",
    "*em* _em_ __fort__ ***x",
    "mot_clé_ici _x",
    "$x^2$ $$y$$",
    "\\ \\| \\\\| fin\\",
    "<b",
    "</td></tr></table><h1>x</h1>",
    "<?php echo 1 ?> <![CDATA[x]]> <!DOCTYPE html>",
    "@equipe #12 !34 :smile: GH-1",
    "** seul",
    "a ** b **c",
    "**",
    "| --- | --- |",
    "été « x » : y ; z ! t ? 50 %",
    "x" * 400,
]


def outline(page: Page) -> list[tuple[str, str]]:
    """Tags with what makes them act; Markdown's anchors, which only the headings that need one have, aside."""
    return [
        (tag, "href" if "href" in attrs else attrs.get("class", "")) for tag, attrs in page.tags if "name" not in attrs
    ]


def check_inert(page: Page) -> None:
    assert not {"script", "img", "iframe", "object", "embed", "form", "base", "math", "del"} & set(page.names)
    assert all((attrs["type"], attrs["name"]) == ("radio", "afficher") for attrs in page.all("input"))
    # Markdown's board.
    assert page.names.count("pre") <= ("html" not in page.names)
    for tag, attrs in page.tags:
        # markdown-it aligns the cells of a table by a style.
        odd = [
            name
            for name, value in attrs.items()
            if name.startswith("on") or (name, value[:11]) == ("style", "text-align:")
        ]
        assert all(name == "style" and tag in ("th", "td") for name in odd) and len(odd) == ("style" in attrs), (
            tag,
            attrs,
        )
        if "href" in attrs and tag != "link":
            download = "download" in attrs and attrs["href"].startswith("data:text/csv;")
            assert download or attrs["href"].startswith(SCHEMES), attrs
    targets = [attrs.get("id") or attrs.get("name", "") for tag, attrs in page.tags if tag != "meta"]
    targets = [target for target in targets if target]
    assert [target for target, n in Counter(targets).items() if n > 1] == []
    fragments = {unquote(attrs["href"][1:]) for attrs in page.all("a") if attrs.get("href", "").startswith("#")}
    if "html" not in page.names:
        github, gitlab = (slugs(page.headings, forge) for forge in ("github", "gitlab"))
        targets += [slug for slug, other in zip(github, gitlab, strict=True) if slug == other]
        assert [target for target in fragments if targets.count(target) > 1] == []
    assert fragments - set(targets) == set()


@cache
def calm_outline(text: str, format: str) -> Any:
    """The outline of a roadmap whose every text is this one, or its own name."""
    return outline(page_of(full(lambda name: text) if text else full(), format))


@pytest.mark.parametrize(("payload", "format"), some(crossed(PAYLOADS, report.FORMATS), 2))
def test_hostile_texts_are_inert(payload: str, format: str) -> None:
    hostile = full(lambda name: f"{payload} fin")
    page = page_of(hostile, format)
    assert outline(page) == calm_outline("mot fin", format)
    check_inert(page)
    assert [text for text in missing(hostile, page)] == []
    assert set(page.comments) <= {" "}


@pytest.mark.parametrize(("payload", "format"), some(crossed(PAYLOADS, report.FORMATS), 3))
def test_hostile_texts_at_the_end_of_a_line_are_inert(payload: str, format: str) -> None:
    hostile = full(lambda name: payload)
    page = page_of(hostile, format)
    assert outline(page) == calm_outline("mot", format)
    assert missing(hostile, page) == []


HOSTILE_IDS = [
    '"><script>x</script>',
    "a|b`c`",
    "{{7*7}}",
    "[x](javascript:y)",
    "a#b?c=d&copy;%41",
    "été/è:~",
    "<!--",
    "a_b_c*d*",
]


@pytest.mark.parametrize("format", report.FORMATS)
@pytest.mark.parametrize("identifier", HOSTILE_IDS)
def test_hostile_ids_are_inert(identifier: str, format: str) -> None:
    feuille = full(i=lambda name: identifier + name)
    page = page_of(feuille, format)
    assert outline(page) == calm_outline("", format)
    check_inert(page)
    assert missing(feuille, page) == []


@pytest.mark.parametrize("format", report.FORMATS)
def test_lines_and_paragraphs_are_kept_and_stay_inside(format: str) -> None:
    feuille = full(lambda name: "un\n# deux\n- trois\n\n    quatre\n1. cinq\n***\n<b>six\n| a | b |\n| - | - |")
    page = page_of(feuille, format)
    check_inert(page)
    assert missing(feuille, page) == []
    assert not {"b", "em"} & set(page.names)
    assert page.names.count("ol") == (format == "html")  # the line of time
    assert page.names.count("br") > 100
    calm = page_of(full(lambda name: "mot"), format)
    for tag in ("table", "tr", "td", "th", "li", "h1", "h2", "h3", "section", "pre", "blockquote"):
        assert page.names.count(tag) == calm.names.count(tag), tag
    assert len([a for a in page.all("a") if "href" in a]) == len([a for a in calm.all("a") if "href" in a])


@pytest.mark.parametrize("format", report.FORMATS)
def test_marks_of_direction_and_controls_are_dropped(format: str) -> None:
    marks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\x85"
    document = render(full(lambda name: f"a{marks}b"), format)
    assert not set(marks) & set(document)


@pytest.mark.parametrize("format", report.FORMATS)
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        " java\tscript:alert(1)",
        "file:///etc",
    ],
)
def test_an_address_that_isn_t_safe_is_text(url: str, format: str) -> None:
    preuve = Preuve.model_construct(titre="Titre", url=url, date=None)
    feuille = replace(small(), leviers=(model.Levier.model_construct(id="x", titre="L", preuves=(preuve,)),))
    page = page_of(feuille, format)
    check_inert(page)
    assert normal(url) in page.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.fr/x y", None),
        ("https://a.fr/é?a=1&b=(2)|<>\"'`", "https://a.fr/%C3%A9?a=1&b=%282%29%7C%3C%3E%22'%60"),
        ("HTTP://a.fr", "http://a.fr"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("www.a.fr", "https://www.a.fr"),
        ("a.fr:8080/x", "https://a.fr:8080/x"),
        ("localhost:8000", "https://localhost:8000"),
        ("//a.fr", "https://a.fr"),
        ("https:javascript:x", None),
        ("https://", None),
        ("pas-une-adresse", None),
        ("mailto:a@b.fr", "mailto:a@b.fr"),
        ("mailto:<b>", None),
        ("tel:+33123456789", "tel:+33123456789"),
        ("tel:0123456789", "tel:0123456789"),
        ("https://a.fr/100%", "https://a.fr/100%25"),
        ("https://a.fr\\b", None),
        ("https://a.fr/\u202eb", None),
        ("https://a.fr/#b#c", "https://a.fr/#b%23c"),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    assert places.address(text) == expected


def test_anchors_are_safe_and_never_the_same() -> None:
    ids = ["9", "E1.2", "a_b", "a~b", "a~7eb", 'a"b', "a b", "a%b", "a%25b", "é", "e", "É", "#", "~23", "~~23"]
    anchors = [places.anchor("mesure", identifier) for identifier in ids]
    assert anchors[:3] == ["mesure-9", "mesure-E1.2", "mesure-a_b"]
    assert len(set(anchors)) == len(ids)
    assert all(re.fullmatch(r"[\w.~-]+", anchor) for anchor in anchors)


# --- Markdown's own ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("cell", [False, True])
def test_escaped_markdown_reads_as_the_text(payload: str, cell: bool) -> None:
    for around in ("{}", "- {}", "mot {} mot", "a\n{}\nb"):
        text = around.format(payload).removeprefix("- ")
        escaped = markdown.escape(text, cell)
        source = f"| a |\n| - |\n| {escaped} |\n" if cell else escaped if around != "- {}" else f"- {escaped}"
        page = Page(MarkdownIt("commonmark").enable("table").render(source))
        assert page.text == normal(("a " if cell else "") + text)
        assert set(page.names) <= {"p", "br", "ul", "li", "table", "thead", "tbody", "tr", "td", "th"}
        assert "\n" not in escaped or not cell


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("l'**usage** des", "l’<strong>usage</strong> des"),
        ("d**« x »**s", "d<strong>«\u00a0x\u00a0»</strong>s"),
        ("**a****b**", "<strong>a</strong><strong>b</strong>"),
        ("un ** seul", "un ** seul"),
        ("** a **", "** a **"),
        ("**a*b_c**", "<strong>a*b_c</strong>"),
        ("**1. x**", "<strong>1. x</strong>"),
        ("x**€**y", "x<strong>€</strong>y"),
        ("(**a**)", "(<strong>a</strong>)"),
        ("***a***", None),
    ],
)
def test_bold_is_honoured_and_an_unpaired_mark_is_literal(text: str, html: str | None) -> None:
    rendered = MarkdownIt("commonmark").render(markdown.rich(text)).replace("<!-- -->", "")
    assert html is None or rendered == f"<p>{html}</p>\n"
    assert typed(Page(rendered).text) == typed(text)


def test_bold_across_lines_and_paragraphs() -> None:
    rendered = MarkdownIt("commonmark").render(markdown.rich("a **b\nc\n\nd** e"))
    assert rendered == "<p>a <strong>b</strong><br />\n<strong>c</strong></p>\n<p><strong>d</strong> e</p>\n"
    assert markdown.rich("a **b\n\nc**", cell=True) == "a **b**<br><br>**c**"


def test_markdown_is_tidy() -> None:
    for feuille in (real(), full(), small()):
        text = render(feuille, "md")
        assert "\r" not in text and text.endswith("\n") and not text.endswith("\n\n")
        assert not re.search(r"[ \t]$|\n{3}|\t", text, re.MULTILINE)
        headings = [line for line in text.splitlines() if line.startswith("#")]
        assert len(set(headings)) == len(headings)
    text = render(real(), "md")
    assert '<a name="mesure-9"></a>9' in text
    assert "●\u00a0très satisfaisant" in text
    assert set(Page(MarkdownIt("commonmark").enable("table").render(text)).comments) == set()


# --- HTML's own -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [real, full, small])
def test_the_page_is_sound(make: Callable[[], FeuilleDeRoute]) -> None:
    html = render(make(), "html")
    page = Page(html)
    assert html.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert page.open == [] and page.comments == []
    check_inert(page)
    for tag in ("h1", "main", "header", "footer", "nav", "style"):
        assert page.names.count(tag) == 1, tag
    assert page.names.count("title") == 1 + page.names.count("svg")
    levels = [int(tag[1]) for tag in page.names if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert page.names.count("caption") == page.names.count("table")
    assert all(attrs.get("scope") in ("col", "row") for attrs in page.all("th"))
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    assert {attrs["aria-labelledby"] for attrs in page.all("section")} <= ids
    assert page.tags[page.names.index("body") + 1][1] == {"class": "evitement", "href": "#contenu"}
    title = re.search("<title>(.*?)</title>", html)
    assert title and len(title[1]) <= 70
    assert "http" not in re.sub(r'href="https?://[^"]*"|>https?://[^<]*<|xmlns=[^ ]*|http-equiv', "", html)


def test_the_policy_allows_the_style_and_nothing_else() -> None:
    html = render(real(), "html")
    style = re.search("<style>(.*)</style>", html)
    assert style and "\n" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = Page(html).all("meta")[1]["content"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy and not re.search(r"url\((?!data:font/woff2;base64,)|@import", style[1])


def test_every_item_has_its_place() -> None:
    for format in report.FORMATS:
        page = page_of(real(), format)
        names = {attrs.get("id") or attrs.get("name") for _, attrs in page.tags}
        assert {"mesure-9", "chantier-legaliser", "levier-droit-de-l-alliance", "bloqueur-portage-politique"} <= names


def test_a_level_is_word_shape_and_colour() -> None:
    html = render(real(), "html")
    assert '<span class="forme" aria-hidden="true">▲</span> en retard' in html
    assert html.count('class="niveau n2 alerte"') == 3 + len(["réponse", "par dimension", "clé", "méthode"])


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffff00", "#2676b8", "#c2410c", "#808080", "#00ff00"])
def test_a_colour_is_legible_in_both_themes(colour: str) -> None:
    for palette in (theme.CLAIRE, theme.SOMBRE):
        assert least_contrast(legible(colour, *palette.grounds), *palette.grounds) >= 4.5


def test_texts_are_typeset_and_no_letter_changes() -> None:
    feuille = small([{"id": "1", "titre": "l'« été » : 7ème ; A définir ! 21 l'**axes** \"d'x\""}])
    for format in report.FORMATS:
        page = read_page(render(feuille, format), format)
        said = "l'«\u00a0été\u00a0»\u00a0: 7ème\u202f; A définir\u202f! 21\u00a0l’axes «\u00a0d’x\u00a0»"
        assert said in "".join(page.parts) and "sup" in page.names


# --- other roadmaps ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", report.FORMATS)
def test_no_one_and_many_mesures(format: str) -> None:
    none = page_of(small(), format)
    assert "Aucune mesure" in none.text and "Licence non précisée" in none.text and "sans date d’état" in none.text
    assert none.names.count("h1") == 1
    one = page_of(small([{"id": "1", "titre": "Seule", "avancement": "en_retard"}]), format)
    assert "1 mesure : 1 en retard." in one.text
    many = small(
        [{"id": str(n), "titre": "T" * 400, "avancement": "satisfaisant", "echeance": "2020"} for n in range(300)]
    )
    page = page_of(many, format)
    assert "300 mesures : 300 satisfaisant." in page.text and "300 étapes échues" in page.text
    check_inert(page)


@pytest.mark.parametrize("format", report.FORMATS)
def test_no_level_at_all(format: str) -> None:
    page = page_of(small([{"id": "1", "titre": "Une"}, {"id": "2", "titre": "Deux"}]), format)
    assert "2 mesures, sans niveau." in page.text
    assert "Aucun niveau d’avancement" in page.text
    assert "satisfaisant" not in page.text and "inféré" not in page.text and "0/0" not in page.text


@pytest.mark.parametrize("format", report.FORMATS)
def test_some_without_level_or_dimension(format: str) -> None:
    feuille = small(
        [{"id": "1", "titre": "Une", "dimension": "a", "avancement": "en_retard"}, {"id": "2", "titre": "Deux"}],
        dimensions=[{"code": "a", "libelle": "Axe A"}],
    )
    page = page_of(feuille, format)
    assert "2 mesures : 1 en retard, 1 sans niveau." in page.text
    # In the counts, at the head of its mesures, on the board.
    assert page.text.count("Sans dimension") == 3


@pytest.mark.parametrize("format", report.FORMATS)
def test_no_dimension_is_not_spoken_of(format: str) -> None:
    page = page_of(small([{"id": "1", "titre": "Une", "avancement": "satisfaisant"}]), format)
    assert "imension" not in page.text


@pytest.mark.parametrize("format", report.FORMATS)
def test_dimensions_that_nothing_bears(format: str) -> None:
    feuille = small([{"id": "1", "titre": "Une"}], dimensions=[{"code": "a", "libelle": "Axe", "texte": "Son texte"}])
    page = page_of(feuille, format)
    assert missing(feuille, page) == [] and "Sans dimension" not in page.text


@pytest.mark.parametrize("format", report.FORMATS)
@pytest.mark.parametrize("n", range(2, 9))
def test_other_scales(n: int, format: str) -> None:
    feuille = small(
        [{"id": str(k), "titre": f"Mesure {k}", "avancement": f"n{k}"} for k in range(n)],
        echelle=[{"code": f"n{k}", "libelle": f"niveau {k}"} for k in range(n)],
    )
    page = page_of(feuille, format)
    assert f"{n} mesures : " + ", ".join(f"1 niveau {k}" for k in range(n)) + "." in page.text
    check_inert(page)


@pytest.mark.parametrize("format", report.FORMATS)
def test_totals_that_do_not_agree_are_said(format: str) -> None:
    feuille = small(
        [{"id": "1", "titre": "Une", "avancement": "satisfaisant"}],
        etat_au="2021-05-07",
        bilans=[{"date": "2021-05-07", "totaux": {"satisfaisant": "2"}}],
    )
    assert "ils ne concordent pas" in page_of(feuille, format).text


@pytest.mark.parametrize("format", report.FORMATS)
def test_the_date_of_reading_is_named(format: str) -> None:
    feuille = real()
    later = bilan.moment(feuille, parse("2022-01-01"), None)
    assert later
    page = read_page(report.render(Edition(feuille, later, VERSION), format), format)
    assert "état au 7 mai 2021, lu au 1er janvier 2022" in page.text
    assert "6 étapes échues, 0 à venir, 15 sans date" in page.text


@pytest.mark.parametrize("format", report.FORMATS)
def test_steps_are_spoken_of_only_where_something_is_due(format: str) -> None:
    mesures = [{"id": "1", "titre": "Une"}, {"id": "2", "titre": "Deux", "avancement": "satisfaisant"}]
    assert "Prochaines étapes" not in render(small(mesures), format)
    found = render(small([*mesures, {"id": "3", "titre": "Trois", "prochaine_etape": "Suite"}]), format)
    assert "Prochaines étapes" in found and "Étapes des mesures" in found and "Étapes des chantiers" not in found


@pytest.mark.parametrize("format", report.FORMATS)
def test_a_roadmap_without_mesures_doesn_t_speak_of_them(format: str) -> None:
    mission = Mission.model_validate({"titre": "Feuille de route"})
    chantier = model.Chantier(id="c", titre="Chantier", avancement="satisfaisant")
    levier = model.Levier(id="l", titre="Levier")
    for feuille, said in (
        (FeuilleDeRoute(mission, chantiers=(chantier,), leviers=(levier,)), "1 chantier : 1 satisfaisant."),
        (FeuilleDeRoute(mission, leviers=(levier,)), "1 levier."),
    ):
        page = page_of(feuille, format)
        assert not re.search("(?i)mesure", page.text) and said in page.text
    assert "Aucune mesure." in page_of(small(), format).text


@pytest.mark.parametrize("format", report.FORMATS)
def test_the_synthesis_without_dimension_has_the_family_for_head(format: str) -> None:
    page = page_of(small([{"id": "1", "titre": "Une", "avancement": "satisfaisant"}]), format)
    assert page.text.count("Ensemble") == 1


@pytest.mark.parametrize("format", report.FORMATS)
def test_the_date_of_reading_is_said_once(format: str) -> None:
    feuille = real()
    moment = bilan.moment(feuille, parse("2021-05-07"), None)
    assert moment
    page = read_page(report.render(Edition(feuille, moment, VERSION), format), format)
    assert "lu au" not in page.text.split("état au 7 mai 2021")[1]


def test_columns_share_the_page_where_few_are_filled() -> None:
    found = render(small([{"id": "1", "titre": "Une", "texte": "Texte"}]), "html")
    assert "larges sobres" in found and ".sobres .c-titre,.sobres .c-precisions{width:auto}" in found


def test_provenance_is_told_only_where_it_is() -> None:
    page = page_of(small([{"id": "1", "titre": "Une", "avancement": "satisfaisant"}]), "html")
    assert "inféré" not in page.text and "Saisi (1 niveau)" in page.text


# --- the same bytes ---------------------------------------------------------------------------------------------------


def test_the_same_roadmap_gives_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import sys, hashlib\n"
        "from pathlib import Path\n"
        "from alliances_cli import bilan, store\n"
        "from alliances_cli.location import Root\n"
        "from alliances_cli.present import report\n"
        "feuille = store.parse(store.read_sources(Root(Path(sys.argv[1])))).require()\n"
        "moment = bilan.moment(feuille, None, None)\n"
        "for format in report.FORMATS:\n"
        "    text = report.render(report.Edition(feuille, moment, '1'), format)\n"
        "    assert str(Path.cwd()) not in text and sys.argv[1] not in text\n"
        "    print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code, str(ROOT / "data")],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for folder, seed, zone in ((ROOT, "1", "UTC"), (tmp_path, "2", "Asia/Tokyo"))
    }
    assert len(digests) == 1


def test_the_page_is_light() -> None:
    assert len(render(real(), "html").encode()) <= 150_000


# --- a roadmap's own templates --------------------------------------------------------------------------------------


def test_own_templates_go_first(tmp_path: Path) -> None:
    (tmp_path / "bilan.md.j2").write_text("# {{ mission.titre }}\n", encoding="utf-8")
    assert render(small(titre="A <b> | c"), "md", tmp_path) == "# A \\<b\\> \\| c\n"
    assert "<main" in render(small(), "html", tmp_path)
    assert render(small(), "md", tmp_path / "absent").startswith("# Feuille de route")


@pytest.mark.parametrize("format", report.FORMATS)
def test_an_override_may_touch_one_block(format: str, tmp_path: Path) -> None:
    (tmp_path / f"bilan.{format}.j2").write_text(
        f'{{% extends "alliances/bilan.{format}.j2" %}}\n'
        "{% block conclusion %}AJOUT {{ mission.titre }}{% endblock %}\n",
        encoding="utf-8",
    )
    document = render(
        replace(real(), mission=real().mission.model_copy(update={"titre": "<b>x</b>"})), format, tmp_path
    )
    assert "AJOUT" in document and "<b>x" not in document
    assert read_page(document, format).text.count("AJOUT <b>x</b>") == 1


def test_own_macros_and_own_style(tmp_path: Path) -> None:
    (tmp_path / "bilan.css").write_text("body {\n color: red }\n/* rien */", encoding="utf-8")
    (tmp_path / "macros.html.j2").write_text(
        '{% import "alliances/macros.html.j2" as shipped with context %}\n'
        + "".join(
            f"{{% macro {name}() %}}{{{{ shipped.{name}(*varargs, **kwargs) }}}}{{% endmacro %}}\n"
            for name in re.findall(r"{% macro (\w+)\(", (ROOT / "templates/macros.html.j2").read_text(encoding="utf-8"))
            if name not in ("fin", "rangee")
        )
        + "{% macro fin(section) %}<p>MIENNE</p>{% endmacro %}",
        encoding="utf-8",
    )
    html = render(real(), "html", tmp_path)
    assert "body{color: red}" in html and html.count("MIENNE") == 4


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("a\n{{ inconnu }}", "templates/bilan.md.j2:2: « inconnu » n'existe pas"),
        ("{{ mission.inconnu }}", "n'a pas d'attribut « inconnu »"),
        ("a\n\n{% if %}", "templates/bilan.md.j2:3: "),
        ("{% if mission %}", "templates/bilan.md.j2:1: fin inattendue : un bloc n'est pas fermé"),
        ("{% fi %}", "balise « fi » inconnue"),
        ("{{ mission.titre|inconnu }}", "filtre « inconnu » inconnu"),
        ('a\n{% include "absent.j2" %}', "templates/bilan.md.j2:2: modèle « absent.j2 » introuvable"),
        ("{{ mission.__class__.__mro__ }}", "templates/bilan.md.j2:1: l'accès à « __class__ » est interdit"),
        ("a\n{{ 1 // 0 }}", "templates/bilan.md.j2:2: division par zéro"),
        ("{{ mission.titre + 1 }}", "templates/bilan.md.j2:1: "),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", "le modèle s'appelle lui-même sans fin"),
        ('{% extends "alliances/absent.j2" %}', "modèle « alliances/absent.j2 » introuvable"),
        ("{% for i in range(10000000) %}{% endfor %}", "suite de nombres trop longue"),
        ('{% extends "bilan.md.j2" %}', "templates/bilan.md.j2"),
    ],
)
def test_a_broken_template_is_told_by_file_and_line(template: str, expected: str, tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    (own / "bilan.md.j2").write_text(template, encoding="utf-8")
    with pytest.raises(TemplateFault) as fault:
        render(small(), "md", own)
    assert expected in fault.value.message
    assert fault.value.message.startswith("templates/bilan.md.j2")
    assert str(tmp_path) not in fault.value.message
    assert fault.value.exit_code == 1


def test_a_fault_in_an_included_template_names_it(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    (own / "bilan.md.j2").write_text('{% include "piece.md.j2" %}', encoding="utf-8")
    (own / "piece.md.j2").write_text("x\n\n{{ y }}", encoding="utf-8")
    with pytest.raises(TemplateFault, match="^templates/piece.md.j2:3: « y » n'existe pas$"):
        render(small(), "md", own)
    (own / "piece.md.j2").write_bytes(b"\xff\xfe")
    with pytest.raises(TemplateFault, match="^templates/piece.md.j2:1: le fichier n'est pas en UTF-8$"):
        render(small(), "md", own)
    (own / "bilan.css").mkdir()
    with pytest.raises(TemplateFault):
        render(small(), "md", own)


def test_shipped_templates_escape_by_themselves() -> None:
    """No template turns escaping off, and nothing is marked safe outside `report`."""
    for path in (ROOT / "templates").glob("*.*"):
        assert not re.search(r"\|\s*safe\b|autoescape|\|\s*forceescape", path.read_text(encoding="utf-8")), path
    for path in (ROOT / "src").rglob("*.py"):
        if path.parent.name != "report":
            assert not re.search(
                r"^\s*(?:from|import) (?:jinja2|markupsafe)", path.read_text(encoding="utf-8"), re.MULTILINE
            )
