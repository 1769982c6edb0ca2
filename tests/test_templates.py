"""A roadmap's own templates: listed, copied, kept within bounds, their faults told, what they read documented."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from jinja2 import Environment, Template, nodes

from alliances_cli.errors import TemplateFault
from alliances_cli.formats import FORMATS
from alliances_cli.location import Root, find_root, shipped_templates
from alliances_cli.model import Mission, Reserve
from alliances_cli.present import report
from alliances_cli.present.changements import Tendu
from alliances_cli.present.report import Edition, catalogue, limits
from alliances_cli.present.report.context import VERSION_CONTEXTE, context
from alliances_cli.present.report.edition import characters
from alliances_cli.present.report.environment import FILTERS, GLOBALS, environment
from alliances_cli.present.report.readable import members, readable
from alliances_cli.present.report.texts import TEXTS
from alliances_cli.ressources import Fichier, Ressources
from conftest import DATA, REPOSITORY, Invoke, some
from hostile import HOSTILE
from story import Repository
from test_docs import rows, section, text_of
from test_render_past import compared
from test_report import full, moment_of, real
from test_theme import png

PAGE = REPOSITORY / "docs" / "templates.md"
SHIPPED = shipped_templates()
# The forms that templates make, and what the page of templates calls them.
TEXTUAL = tuple(TEXTS)
FORMES = {"HTML": "html", "Markdown": "md", "courrier": "txt-mail"}
EXTENDING = '{% extends "alliances/bilan.md.j2" %}\n'


def own(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A roadmap's folder of templates."""
    templates = folder / "templates"
    templates.mkdir(exist_ok=True)
    for name, content in files.items():
        (templates / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return templates


def rendered(folder: Path, files: Mapping[str, str | bytes], format: str = "md") -> str:
    feuille = real()
    return report.render(Edition(feuille, moment_of(feuille), "1", own(folder, files)), format)


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_shipped_templates_are_listed_with_their_blocks(roadmap: Path, invoke: Invoke) -> None:
    said = invoke("templates").spoken
    found = json.loads(invoke("templates", "--format", "json").out)
    assert [modele["nom"] for modele in found["modeles"]] == list(catalogue.names())
    for modele in found["modeles"]:
        assert f"{modele['nom']} : {modele['role']} ({modele['format']})" in said
        assert modele["role"], modele["nom"]
        assert not modele["remplace"]
        text = (SHIPPED / modele["nom"]).read_text(encoding="utf-8")
        assert [bloc["nom"] for bloc in modele["blocs"]] == re.findall(r"{%-? *block (\w+)", text)
        assert all(bloc["contenu"] for bloc in modele["blocs"]), (
            f"{modele['nom']}: say in catalogue.BLOCS what they hold"
        )
    assert "« NOM »" not in said and said.rstrip().endswith("alliances templates --copy NOM")


def test_what_the_roadmap_overrides_is_said(roadmap: Path, invoke: Invoke) -> None:
    own(roadmap.parent, {"bilan.css": "a{b:c}"})
    assert "bilan.css : le style du bilan en HTML (css) – remplacé" in invoke("templates").spoken
    found = json.loads(invoke("templates", "--format", "json").out)
    assert [m["nom"] for m in found["modeles"] if m["remplace"]] == ["bilan.css"]


def test_the_tool_s_own_folder_overrides_nothing(at_home: None, invoke: Invoke) -> None:
    assert not any(m["remplace"] for m in json.loads(invoke("templates", "--format", "json").out)["modeles"])
    before = {path.name: path.read_bytes() for path in SHIPPED.glob("*.*")}
    invoke("templates", "--copy", "bilan.css", code=4)
    assert {path.name: path.read_bytes() for path in SHIPPED.glob("*.*")} == before


@pytest.mark.complet
def test_a_copy_renders_as_the_shipped_one(roadmap: Path, invoke: Invoke) -> None:
    before = [invoke("render", "--format", format).raw for format in TEXTUAL]
    for name in catalogue.names():
        copy = Path("templates") / name
        assert invoke("templates", "--copy", name).spoken == f"Modèle copié : templates/{name}\n"
        assert copy.read_text(encoding="utf-8").endswith((SHIPPED / name).read_text(encoding="utf-8"))
        assert [invoke("render", "--format", format).raw for format in TEXTUAL] == before, name
        kept = copy.read_bytes()
        assert "existe déjà" in invoke("templates", "--copy", name, code=4).spoken
        assert copy.read_bytes() == kept
        assert [path.name for path in copy.parent.iterdir()] == [name]
        copy.unlink()


@pytest.mark.complet
@pytest.mark.parametrize("format", TEXTUAL)
def test_copies_of_all_tell_the_past_as_the_shipped_ones(format: str, tmp_path: Path) -> None:
    before, after = full(), full(lambda name: f"autre {name}")
    edition = Edition(after, moment_of(after), "1", None, None, compared(before, after))
    copies = own(tmp_path, {name: catalogue.copy(name) for name in catalogue.names()})
    assert report.render(edition._replace(templates=copies), format) == report.render(edition, format)


def test_the_comment_of_a_copy_is_an_override_that_works(roadmap: Path, invoke: Invoke) -> None:
    invoke("templates", "--copy", "bilan.md.j2")
    path = Path("templates/bilan.md.j2")
    shown = re.search(r"{% extends .*?{% endblock %}", path.read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    path.write_text(shown[0].replace("…", "MIEN"), encoding="utf-8")
    assert invoke("render").out.rstrip().endswith("MIEN")


def test_copy_refuses_what_it_doesn_t_know(roadmap: Path, invoke: Invoke) -> None:
    assert "vouliez-vous dire « bilan.html.j2 » ?" in invoke("templates", "--copy", "bilan.html", code=2).spoken
    for name in ("", "../data/mission.yaml", "init", "alliances/bilan.css"):
        invoke("templates", "--copy", name, code=2)
    assert not Path("templates").exists()


def test_copy_says_what_the_system_refuses(roadmap: Path, invoke: Invoke) -> None:
    Path("templates").write_text("un fichier")
    invoke("templates", "--copy", "bilan.css", code=5)
    Path("templates").unlink()
    Path("templates").symlink_to("nulle-part")
    invoke("templates", "--copy", "bilan.css", code=5)


# --- where they are ---------------------------------------------------------------------------------------------------


def test_templates_are_beside_the_data_however_it_is_named(
    roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(roadmap.parent, {"bilan.md.j2": "Le mien\n"})
    elsewhere = roadmap.parent / "ailleurs"
    elsewhere.mkdir()
    (elsewhere / "lien").symlink_to(roadmap)
    (roadmap / "dedans").mkdir()
    assert invoke("render").out == "Le mien\n"
    for folder, data in (
        (elsewhere, roadmap.parent),
        (elsewhere, roadmap),
        (elsewhere, "../data"),
        (elsewhere, "lien"),
        (roadmap, "."),
        (roadmap / "dedans", ".."),
        (roadmap.parent, "data/"),
    ):
        monkeypatch.chdir(folder)
        assert invoke("render", "--data", str(data)).out == "Le mien\n", (folder, data)
        assert find_root(str(data), None, Path.cwd()).templates.resolve() == roadmap.parent / "templates"
    monkeypatch.chdir(elsewhere)
    invoke("templates", "--copy", "bilan.css", "--data", "lien")
    assert (roadmap.parent / "templates" / "bilan.css").is_file()
    assert not (elsewhere / "templates").exists()
    assert invoke("render", ALLIANCES_DATA=str(roadmap)).out == "Le mien\n"


def test_a_data_folder_of_any_name_has_them_beside_it(tmp_path: Path, invoke: Invoke) -> None:
    shutil.copytree(DATA, tmp_path / "a" / "yaml")
    own(tmp_path / "a", {"bilan.md.j2": "À côté\n"})
    own(tmp_path, {"bilan.md.j2": "Trop haut\n"})
    assert invoke("render", "--data", str(tmp_path / "a" / "yaml")).out == "À côté\n"
    assert Root(tmp_path / "a" / "yaml").templates == tmp_path / "a" / "templates"


# --- bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.complet
def test_hostile_templates_are_stopped_soon_and_small() -> None:
    """All in one process: what is said of each, how long the longest took, what the process came to hold."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("hostile.py")), str(DATA)],
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=600,
    )
    lines = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert done.returncode == 0, done.stderr.decode()
    assert {line[1] for line in lines if line[0] == "ok"} == set(HOSTILE), [x for x in lines if x[0] == "WRONG"]
    *_, (_, longest, _, memory) = lines
    # Five seconds on a machine of its own.
    assert float(longest) < 20
    assert int(memory) < 500


def test_the_same_template_is_stopped_at_the_same_place(tmp_path: Path) -> None:
    template = "".join(f"{{% for i in range(100000) %}}{n}{{% endfor %}}\n" for n in range(200))
    found = set()
    for _ in range(2):
        with pytest.raises(TemplateFault) as fault:
            rendered(tmp_path, {"bilan.md.j2": template})
        found.add(fault.value.message)
    (message,) = found
    assert re.match(r"templates/bilan\.md\.j2:\d+: le modèle est arrêté", message)


@pytest.mark.complet
def test_a_mail_has_one_bound_for_all_that_are_tried(tmp_path: Path) -> None:
    """What one document may do, a template that is rendered again until it is short may do in all."""
    template = "{% for i in range(100000) %}{{ 'ab' }}{% endfor %}"
    assert len(rendered(tmp_path, {"bilan.md.j2": template})) == 200_001
    with pytest.raises(TemplateFault) as fault:
        rendered(tmp_path, {"bilan.txt-mail.j2": template}, "txt-mail")
    assert fault.value.message.startswith("templates/bilan.txt-mail.j2:1: le modèle est arrêté")


@pytest.mark.parametrize("format", FORMATS)
def test_own_templates_make_each_form_but_word(format: str, roadmap: Path, invoke: Invoke) -> None:
    own(roadmap.parent, {f"bilan.{kind}.j2": "\n{{ zut }}" for kind in TEXTUAL})
    if format == "docx":
        assert invoke("render", "--format", format).raw.startswith(b"PK")
        return
    outcome = invoke("render", "--format", format, code=1)
    name = f"bilan.{'html' if format == 'pdf' else format}.j2"
    assert outcome.raw == b"" and f"templates/{name}:2: « zut » n'existe pas" in outcome.spoken


@pytest.mark.complet
@pytest.mark.parametrize("format", TEXTUAL)
def test_the_shipped_templates_are_far_below_the_bound(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2,000 mesures with texts of 400 characters: a third at most of what a roadmap of that size may spend."""
    text = ("Un texte « assez » long, **gras** parfois : oui ! " * 50)[:400]
    first = real().mesures[0]
    mesures = tuple(
        first.model_copy(update={"id": str(n), "texte": text, "realise": text, "prochaine_etape": text})
        for n in range(2000)
    )
    feuille = real().filled({**{f: real().items(f) for f in ("chantiers", "leviers")}, "mesures": mesures}, {})
    spent: list[limits.Effort] = []
    start = limits.Effort.__init__

    def counted(self: limits.Effort, data: object) -> None:
        start(self, data)  # type: ignore[arg-type]
        spent.append(self)

    monkeypatch.setattr(limits.Effort, "__init__", counted)
    edition = Edition(feuille, moment_of(feuille), "1", own(tmp_path, {"bilan.css": "a{b:c}"}))
    assert "2 000 mesures" in report.render(edition, format).replace("\u202f", " ").replace("\u00a0", " ")
    may = limits.BASE + limits.PER_CHARACTER * characters(edition)
    extended = spent[-1]._data is None
    used = (may if extended else limits.BASE) - spent[-1].left
    assert used < may / 3


def test_what_a_template_reads_is_what_our_classes_declare() -> None:
    """Nothing inherited from pydantic, from Python's classes or from functions."""
    assert readable(Mission) == frozenset({*Mission.model_fields, "declared"})
    kinds: tuple[type, ...] = (type(len), type(lambda: 0), bytes, int, type)
    for kind in kinds:
        assert readable(kind) == frozenset()
    assert not {"format", "format_map", "encode", "translate", "expandtabs"} & (readable(str) or set())


@pytest.mark.parametrize("format", TEXTUAL)
def test_a_page_in_the_same_bytes_with_guards_and_without(format: str, tmp_path: Path) -> None:
    assert rendered(tmp_path, {"rien.j2": ""}, format) == report.render(Edition(real(), moment_of(real()), "1"), format)


# --- faults -----------------------------------------------------------------------------------------------------------

MISTAKES = [
    ("{% for x in %}", ":1: une expression est attendue, « %} » trouvé"),
    ("{% if mission", ":1: fin inattendue : « %} » attendu"),
    ("a\n{{ mission", ":2: fin inattendue : « }} » attendu"),
    ("{{ mission }", ":1: « } » inattendu"),
    ("a\n{# b", ":2: fin inattendue : un commentaire n'est pas fermé"),
    ("{% raw %}a", ":1: fin inattendue : un bloc n'est pas fermé (« raw »)"),
    ("{% block a %}", ":1: fin inattendue : un bloc n'est pas fermé (« block »)"),
    ("\n{% endif %}", ":2: balise « endif » inconnue ou mal placée"),
    ("{{ 1 + }}", ":1: « }} » inattendu"),
    ("{{ a b }}", ":1: « }} » attendu, « b » trouvé"),
    ("{{ ? }}", ":1: caractère « ? » inattendu"),
    ("{% set 1 = 2 %}", ":1: « set » et « for » donnent une valeur à un nom"),
    ("{% set x = {} %}{% set x.y = 2 %}", ":1: seul un espace de noms (namespace) reçoit un attribut"),
    ("{% block a %}{% endblock %}\n{% block a %}{% endblock %}", ":2: le bloc « a » est défini deux fois"),
    ("{% block a-b %}{% endblock %}", ":1: le nom d'un bloc n'a que des lettres"),
    ("{% block a required %}{% endblock %}", ":1: le bloc « a », obligatoire, manque"),
    ("{% macro m(a) %}{% endmacro %}\n{{ m(1, 2) }}", ":2: macro « m » : trop de paramètres, 1 au plus"),
    ("{% macro m(a) %}{% endmacro %}\n{{ m(b=1) }}", ":2: la macro « m » n'a pas de paramètre « b »"),
    ("{% macro m(a) %}\n{{ a }}{% endmacro %}{{ m() }}", ":2: le paramètre « a » n'est pas donné"),
    (
        EXTENDING + "{% block pied %}{% macro m() %}\n{{ zut }}{% endmacro %}\n\n{{ m() }}{% endblock %}",
        ":3: « zut » n'existe pas",
    ),
    (
        "{% import 'alliances/macros.md.j2' as m %}\n{{ m.zut() }}",
        ":2: « macros.md.j2 » ne définit pas de macro « zut »",
    ),
    (
        "{% import 'alliances/macros.md.j2' as m with context %}\n{{ m.echelon(3) }}",
        ":2: un nombre n'a pas d'attribut « symbole » (dans alliances/macros.md.j2:",
    ),
    (EXTENDING + "\n{% block pied %}\n{{ zut }}{% endblock %}", ":4: « zut » n'existe pas"),
    (
        EXTENDING + "{% block pid %}{% endblock %}",
        ":2: « alliances/bilan.md.j2 » n'a pas de bloc « pid » ; vouliez-vous",
    ),
    (EXTENDING + "{% block pied %}{{ super.super() }}{% endblock %}", ":2: super() : le modèle étendu n'a pas"),
    (EXTENDING + EXTENDING, ":1: un modèle n'en étend qu'un"),
    (
        '{% extends "bilan.md.j2" %}',
        ":1: le modèle s'étend lui-même ; pour étendre celui de l'outil : {% extends \"alli",
    ),
    ("{{ self.rien() }}", ":1: le modèle n'a pas de bloc « rien »"),
    ("{% include 'zut' %}", ":1: modèle « zut » introuvable"),
    ("{% include ['a', 'b'] %}", ":1: aucun de ces modèles n'est trouvé : « a » et « b »"),
    ("{% include none %}", ":1: « include » ne nomme aucun modèle"),
    ("{% include '../data/mission.yaml' %}", ":1: modèle « ../data/mission.yaml » introuvable"),
    ("{% include 'a\\0b' %}", ":1: modèle « a"),
    ("{{ mission.zut }}", ":1: « Mission » n'a pas d'attribut « zut »"),
    ("{{ bilans.zut }}", ":1: une table n'a pas d'attribut « zut »"),
    ("{{ [1][5] }}", ":1: une liste n'a pas d'élément « 5 »"),
    ("{{ [mission.zut] }}", ":1: « Mission » n'a pas d'attribut « zut »"),
    ("{{ mission() }}", ":1: « Mission » ne s'appelle pas comme une fonction"),
    ("{{ 'a' + 1 }}", ":1: « + » n'a pas de sens entre un texte et un nombre ; « ~ »"),
    ("{{ 1 < 'a' }}", ":1: « < » n'a pas de sens entre un nombre et un texte"),
    ("{{ -'a' }}", ":1: « - » n'a pas de sens devant un texte"),
    ("{{ 'a' in 2 }}", ":1: « in » n'a pas de sens dans un nombre"),
    ("{% for x in 3 %}{% endfor %}", ":1: un nombre ne se parcourt pas"),
    ("{% for a, b in [1] %}{% endfor %}", ":1: « for » attend plusieurs valeurs à chaque tour, pas un nombre"),
    ("{% for a, b in [[1]] %}{% endfor %}", ":1: « for » ou « set » n'a pas autant de noms que de valeurs"),
    ("{% for x in [1] %}{{ loop(x) }}{% endfor %}", ":1: « loop(…) » demande « recursive »"),
    ("{{ 3|length }}", ":1: un nombre n'a pas de longueur"),
    ("{{ none|riche }}", ":1: un texte est attendu, pas rien"),
    ("{{ mission.titre|riche(1, 2) }}", ":1: trop de paramètres, ou trop peu"),
    ("{{ 'a'|center('x') }}", ":1: un nombre entier est attendu, pas un texte"),
    ("{{ ''.join([1]) }}", ":1: des textes sont attendus, pas un nombre"),
    ("{{ adresse() }}", ":1: il manque un paramètre"),
    ("{{ '%d' % 'a' }}", ":1: « % » : un nombre est attendu, pas un texte"),
    ("{{ '%s %s' % 'a' }}", ":1: « % » : pas autant de valeurs que de places"),
    ("{{ 1 is zut }}", ":1: test « zut » inconnu"),
    ("{{ [1]|map('zut')|list }}", ":1: filtre « zut » inconnu"),
    ("{{ 1 % 0 }}", ":1: division par zéro"),
    ("{% call 3 %}{% endcall %}", ":1: un appel de macro est attendu"),
    ("{{ {[]: 1} }}", ":1: une liste ne peut pas être une clé"),
    ("{{ range('a') }}", ":1: un nombre entier est attendu, pas un texte"),
    ("{{ 'abc'[::0] }}", ":1: un pas de zéro n'avance pas"),
    ("\n" * 40 + "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", ":41: le modèle est trop imbriqué"),
]
TRIED = some(MISTAKES, 2)


@pytest.mark.parametrize(("template", "expected"), TRIED, ids=[m[0][:40] for m in TRIED])
def test_a_mistake_is_told_by_file_and_line(template: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateFault) as fault:
        rendered(tmp_path, {"bilan.md.j2": template})
    assert fault.value.message.startswith(f"templates/bilan.md.j2{expected}")
    assert str(tmp_path) not in fault.value.message
    assert "\n" not in fault.value.message


@pytest.mark.parametrize(
    ("files", "format", "expected"),
    [
        ({"bilan.md.j2": "{% include 'pied' %}", "pied": "\n{{ zut }}"}, "md", "templates/pied:2: « zut »"),
        ({"bilan.md.j2": "{% include 'pied' %}", "pied": "\n{{ zut"}, "md", "templates/pied:2: fin inattendue"),
        (
            {"bilan.md.j2": "{% include 'pied' %}", "pied": b"\n\n\xff"},
            "md",
            "templates/pied:3: le fichier n'est pas en",
        ),
        (
            {"bilan.md.j2": "{% extends 'a' %}", "a": "{% extends 'bilan.md.j2' %}"},
            "md",
            "templates/a:1: le modèle s'appelle lui-même sans fin, par templates/bilan.md.j2",
        ),
        ({"bilan.css": b"a{}\n\xff"}, "html", "templates/bilan.css:2: le fichier n'est pas en UTF-8"),
        ({"bilan.css": b"a" * 3_000_000}, "html", "templates/bilan.css:1: le fichier est trop gros : 2 Mo au plus"),
        ({"macros.html.j2": ""}, "html", "alliances/bilan.html.j2:"),
        ({"macros.html.j2": "\n{% macro"}, "html", "templates/macros.html.j2:2: "),
    ],
)
def test_a_mistake_elsewhere_is_told_there(
    files: Mapping[str, str | bytes], format: str, expected: str, tmp_path: Path
) -> None:
    with pytest.raises(TemplateFault) as fault:
        rendered(tmp_path, files, format)
    assert fault.value.message.startswith(expected)


@pytest.mark.parametrize("name", ["bilan.html.j2", "macros.html.j2", "bilan.css"])
def test_what_isn_t_a_file_is_told_not_ignored(name: str, roadmap: Path, invoke: Invoke) -> None:
    path = own(roadmap.parent, {}) / name
    path.mkdir()
    assert (
        f"templates/{name}:1: le fichier ne peut pas être lu : c'est un dossier"
        in invoke("render", "--format", "html", code=1).spoken
    )
    path.rmdir()
    path.symlink_to("nulle-part")
    assert "ce lien ne mène nulle part" in invoke("render", "--format", "html", code=1).spoken
    path.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        assert "ce n'est pas un fichier ordinaire" in invoke("render", "--format", "html", code=1).spoken


def test_a_call_where_a_namespace_is_in_sight(tmp_path: Path) -> None:
    """Jinja hands a call the variables around it."""
    template = (
        "{% block a %}{% set vu = namespace(n=2) %}{% for x in [1] %}{% set autre = vu %}"
        "{{ compte(vu.n, 'mesure') }}{% endfor %} {{ nombre(vu.n) }}{% endblock %}"
    )
    assert rendered(tmp_path, {"bilan.md.j2": template}) == "2\u00a0mesures 2\n"


def test_a_mark_of_order_at_the_head_is_no_text(tmp_path: Path) -> None:
    assert rendered(tmp_path, {"bilan.md.j2": b"\xef\xbb\xbfA\r\nB\r\n"}) == "A\nB\n"


@pytest.mark.complet
def test_faults_and_bounds_hold_for_templates_of_the_past(told: Repository, tmp_path: Path, invoke: Invoke) -> None:
    repository = Repository(tmp_path / "copie")
    shutil.copytree(told.folder, repository.folder)
    templates = repository.folder / "templates"
    templates.mkdir()
    data = str(repository.folder / "data")
    for content, expected in (
        (HOSTILE["cycler"][0], ":1: le modèle est arrêté"),
        (HOSTILE["pickle"][0], ":1: l'accès à « parse_raw » est interdit"),
        ('\n{% extends "bilan.md.j2" %}', ":2: le modèle s'étend lui-même"),
        (EXTENDING + "{% block pid %}{% endblock %}", ":2: « alliances/bilan.md.j2 » n'a pas de bloc « pid »"),
        ("{% import 'alliances/macros.md.j2' as m with context %}\n{{ m.echelon(3) }}", ":2: un nombre n'a pas"),
    ):
        (templates / "bilan.md.j2").write_text(content, encoding="utf-8")
        repository.commit("Un modèle", "2021-10-01")
        (templates / "bilan.md.j2").unlink()
        said = invoke("render", "--rev", "HEAD", "--data", data, code=1).spoken
        assert f"HEAD:templates/bilan.md.j2{expected}" in said


# --- what is documented -----------------------------------------------------------------------------------------------


def chapter(heading: str) -> str:
    """What stands under a heading of the page, up to the next of its rank or above."""
    text = text_of(PAGE)
    found = re.search(rf"^(#+) {re.escape(heading)}\n", text, re.MULTILINE)
    assert found, heading
    return re.split(rf"^#{{1,{len(found[1])}}} ", text[found.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def named(text: str) -> set[str]:
    """What the tables of a text give in their first column, without parameters."""
    return {name.partition("(")[0] for name in rows(text)}


@cache
def edition() -> Edition:
    """A document that has all that one can have."""
    before, after = full(), full(lambda name: f"autre {name}")
    after = dataclasses.replace(after, reserve=Reserve({"mesures": 1}))
    ressources = Ressources(logo=Fichier("png", png()))
    return Edition(after, moment_of(after), "1", None, None, compared(before, after), ressources)


@cache
def values() -> dict[str, object]:
    return context(edition())


@cache
def given(format: str) -> dict[str, Any]:
    """What the template of a form is handed."""
    found: list[dict[str, Any]] = []
    render = Template.render

    def seen(self: Template, *args: Any, **kwargs: Any) -> str:
        found.append(dict(*args, **kwargs))
        return render(self, *args, **kwargs)

    with mock.patch.object(Template, "render", seen):
        report.render(edition(), format)
    return found[0]


@cache
def apart() -> dict[str, set[str]]:
    """What the templates of one form alone can read."""
    functions = {f: set(environment(f, None, "1").globals) - set(Environment().globals) - set(GLOBALS) for f in TEXTUAL}
    return {f: (set(given(f)) - set(values())) | functions[f] for f in TEXTUAL}


@cache
def records() -> dict[str, type]:
    """The classes of ours that a template meets, by name."""
    item, chantier = edition().feuille.mesures[0], edition().feuille.chantiers[0]
    waiting: list[object] = [one for format in TEXTUAL for one in given(format).values()]
    functions = values()
    for name in ("propres", "liens"):
        waiting.append(functions[name]("mesures", item))  # type: ignore[operator]
    for name in ("niveau", "tendance"):
        waiting += [functions[name](one) for one in (item, chantier)]  # type: ignore[operator]
    waiting += [functions["barre"](functions["decompter"]([item])), Tendu("", "")]  # type: ignore[operator]
    waiting.append(edition().feuille.mission.bilans)
    found: dict[str, type] = {}
    seen: list[object] = []
    known: set[int] = set()
    while waiting:
        one = waiting.pop()
        kind = type(one)
        names = members(kind)
        if isinstance(one, Mapping):
            waiting.extend(one.values())
        elif names and kind.__name__ in found and found[kind.__name__] is not kind:
            raise AssertionError(f"two kinds of record have one name: {kind.__name__}")
        elif names and id(one) not in known:
            known.add(id(one))
            seen.append(one)
            found[kind.__name__] = kind
            waiting.extend(value for name in names if not callable(value := getattr(one, name)))
        elif isinstance(one, tuple | list):
            waiting.extend(one)
    return found


def test_every_name_of_the_context_is_documented_and_no_other() -> None:
    assert named(chapter("Le contexte")) >= set(values())
    documented = named(chapter("Les variables")) | named(chapter("Les fonctions du contexte"))
    assert documented == set(values())
    assert named(chapter("Dans une seule forme")) == {name for names in apart().values() for name in names}
    for code, cells in rows(chapter("Dans une seule forme")).items():
        for _, forme, *_ in cells:
            assert code.partition("(")[0] in apart()[FORMES[forme]]
    functions = {name for name, value in values().items() if callable(value)}
    assert named(chapter("Les fonctions du contexte")) == functions


def test_every_filter_and_function_that_the_tool_adds_is_documented_and_no_other() -> None:
    made = environment("md", None, "1")
    plain = Environment()
    assert named(chapter("Les filtres")) == set(made.filters) - set(plain.filters)
    assert named(chapter("Les fonctions")) == set(made.globals) - set(plain.globals) - apart()["md"]
    assert set(FILTERS) == set(made.filters) - set(plain.filters)
    gone = (set(plain.filters) - set(made.filters)) | (set(plain.globals) - set(made.globals))
    assert {f"`{name}`" for name in gone} <= set(re.findall(r"`\w+`", chapter("Limites")))


def test_every_template_and_block_is_documented_and_no_other() -> None:
    assert named(chapter("Les modèles").split("### ")[0]) == set(catalogue.names())
    found: dict[str, list[str]] = {}
    for forme, format in FORMES.items():
        parsed = Environment().parse((SHIPPED / f"bilan.{format}.j2").read_text(encoding="utf-8"))
        order = [block.name for block in parsed.find_all(nodes.Block)]
        for block in order:
            found.setdefault(block, []).append(forme)
        if forme != "courrier":  # whose order is its own
            documented = [name for name, ((_, where, _),) in rows(chapter("Les blocs")).items() if forme in where]
            assert documented == order, "in the document's order"
    assert {name: where.split(", ") for name, ((_, where, _),) in rows(chapter("Les blocs")).items()} == found
    assert set(catalogue.BLOCS) == set(found)
    assert set(catalogue.ROLES) == set(catalogue.names())


def test_every_record_is_documented_and_no_other() -> None:
    headings = set(re.findall(r"^### `(\w+)`$", chapter_of_records(), re.MULTILINE))
    assert headings == set(records())


@pytest.mark.parametrize("name", sorted(records()))
def test_every_attribute_of_a_record_is_documented_and_no_other(name: str) -> None:
    declared = {attribute for attribute in members(records()[name]) if not attribute.startswith("propre_")}
    assert named(section(chapter_of_records(), name)) == declared


def chapter_of_records() -> str:
    return text_of(PAGE).split("\n## Les enregistrements\n")[1].split("\n## ")[0] + "\n# \n"


def examples() -> list[tuple[str, str]]:
    """The last column of the tables that have one, with the form whose templates may hold it."""
    pages = ("Les variables", "Les fonctions du contexte", "Dans une seule forme", "Les fonctions", "Les filtres")
    lines = [(page, m) for page in pages for m in re.findall(r"^\| `.*\|.*\| `.+` \|$", chapter(page), re.MULTILINE)]
    found = []
    for page, line in lines:
        _, forme, *_, example = re.split(r" (?<!\\)\| ", line.removeprefix("| ").removesuffix(" |"))
        format = FORMES[forme] if page == "Dans une seule forme" else "md"
        found.append((format, example.strip("`").replace("\\|", "|")))
    return found


@pytest.mark.parametrize(("format", "example"), some(examples(), 3))
def test_the_examples_render(format: str, example: str, tmp_path: Path) -> None:
    after = edition().feuille
    name = f"bilan.{format}.j2"
    templates = own(tmp_path, {name: example})
    for one in (edition()._replace(templates=templates), Edition(after, moment_of(after), "1", templates)):
        report.render(one, format)
    rendered(tmp_path, {name: example}, format)


def test_there_is_an_example_for_each() -> None:
    special = sum(map(len, apart().values()))
    assert len(examples()) == len(values()) + special + len(FILTERS) + len(GLOBALS)


@pytest.mark.parametrize("template", re.findall(r"^```jinja\n(.*?)^```$", text_of(PAGE), re.MULTILINE | re.DOTALL))
def test_the_templates_of_the_page_render(template: str, tmp_path: Path) -> None:
    rendered(tmp_path, {"bilan.html.j2": template}, "html")


def test_the_version_of_the_context_is_an_integer_that_the_page_gives(tmp_path: Path) -> None:
    assert rendered(tmp_path, {"bilan.md.j2": "{{ version_contexte + 0 }}"}) == f"{VERSION_CONTEXTE}\n"
    assert f"la version {VERSION_CONTEXTE} du contexte" in chapter("Versions")


# --- kept compiled ----------------------------------------------------------------------------------------------------


def test_guarded_templates_are_kept_apart_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """And compiled again where what guards them changed."""
    from alliances_cli.present.report import loading

    plain, guarded = loading.Compiled("md", "1"), loading.Compiled("md", "1", guarded=True)
    keys = {kept.get_cache_key("bilan.md.j2", str(SHIPPED / "bilan.md.j2")) for kept in (plain, guarded)}
    monkeypatch.setattr(loading, "_generation", lambda: "|autre")
    changed = loading.Compiled("md", "1", guarded=True)
    keys.add(changed.get_cache_key("bilan.md.j2", str(SHIPPED / "bilan.md.j2")))
    assert len(keys) == 3
