"""`render --rev` and `render --since`: a dated bilan out of git, and what changed since an earlier one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import story
from alliances_cli import evolution
from alliances_cli.champs import Famille
from alliances_cli.evolution import Tendance
from alliances_cli.location import Root, shipped_templates
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.past.revision import Revision
from alliances_cli.present import changements, report
from alliances_cli.present.report import Edition
from alliances_cli.timeline import Comparaison, Cote
from conftest import REPOSITORY, Golden, Invoke, crossed, some
from story import Repository
from test_imports import run as run_alone
from test_report import PAYLOADS, VERSION, Page, check_inert, full, moment_of, normal, outline, read_page, small

BILAN = "bilan/2021-05-07"
FORMATS = report.FORMATS


@pytest.fixture
def repository(told: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy of the story, the current folder at its top."""
    shutil.copytree(told.folder, tmp_path / "repository", symlinks=True)
    monkeypatch.chdir(tmp_path / "repository")
    return Repository(tmp_path / "repository")


def put(repository: Repository, name: str, text: str, day: str = "2021-10-01") -> str:
    """Commits a file; returns the hash."""
    path = repository.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return repository.commit(f"Écrit {name}", day)


def speak(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


# --- at a revision --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_dated_bilan(format: str, repository: Repository, invoke: Invoke, golden: Golden) -> None:
    answer = invoke("render", "--rev", BILAN, "--format", format)
    golden(f"bilan-2021-05-07.{format}", answer.out)
    assert answer.err == ""


def test_the_colophon_names_the_revision_not_what_was_typed(repository: Repository, invoke: Invoke) -> None:
    commit = repository.git("rev-parse", f"{BILAN}^{{commit}}")
    texts = {invoke("render", "--rev", x).out for x in (BILAN, "2021-05-07", commit, commit[:9], "main~3", "precedent")}
    assert len(texts) == 1
    lines = texts.pop().splitlines()
    assert f"Révision `{commit[:12]}` du 7\u00a0mai 2021" in lines
    assert "Révision" not in invoke("render").out
    page = invoke("render", "--rev", BILAN, "--format", "html").out
    assert f'<p>Révision <code>{commit[:12]}</code> du <time datetime="2021-05-07">7\u00a0mai 2021</time></p>' in page


@pytest.mark.complet
def test_the_same_bytes_from_any_clone_folder_zone_and_locale(
    repository: Repository, tmp_path: Path, invoke: Invoke
) -> None:
    put(repository, ".gitattributes", "*.yaml text\n")
    repository.git("tag", "-f", "-a", "-m", "x", BILAN, f"{BILAN}^{{commit}}")
    clones = {
        "un clone": (),
        "crlf": ("-c", "core.autocrlf=true"),
        "branche": ("-b", "branche"),
        "hors/de tout": ("-c", "core.eol=crlf", "--no-local"),
    }
    expected = {f: invoke("render", "--rev", BILAN, "--format", f).raw for f in FORMATS}
    for rank, (name, options) in enumerate(clones.items()):
        folder = tmp_path / name
        folder.parent.mkdir(exist_ok=True)
        settings = [word for word in options if word not in ("-b", "branche", "--no-local")]
        branch = [word for word in options if word not in settings]
        repository.git(*settings, "clone", "-q", *settings, *branch, str(repository.folder), str(folder))
        environment = {
            **os.environ,
            "PYTHONHASHSEED": str(rank + 1),
            "TZ": ("Asia/Tokyo", "America/Lima", "UTC", "Pacific/Apia")[rank],
            "LC_ALL": ("C", "fr_FR.UTF-8", "POSIX", "tr_TR.UTF-8")[rank],
        }
        # One process for all the formats.
        lines = [["render", "--format", f, "--rev", BILAN, "--data", str(folder / "data")] for f in FORMATS]
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                f"from alliances_cli.cli.app import main\nfor line in {lines!r}: assert not main(line)",
            ],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=True,
        )
        assert done.stdout == b"".join(expected[f] for f in FORMATS), name
    assert b"\r\n" in (tmp_path / "crlf" / "data" / "mesures.yaml").read_bytes()


@pytest.mark.parametrize("wreck", ["missing", "broken"])
def test_the_work_tree_may_lack_the_roadmap_or_be_broken(wreck: str, repository: Repository, invoke: Invoke) -> None:
    expected = invoke("render", "--rev", BILAN).raw
    since = invoke("render", "--rev", "HEAD", "--since", BILAN).raw
    if wreck == "missing":
        shutil.rmtree(repository.data)
    else:
        for path in repository.data.iterdir():
            path.write_text("- {")
    assert invoke("render", "--rev", BILAN).raw == expected
    assert invoke("render", "--rev", "HEAD", "--since", BILAN).raw == since
    invoke("render", "--since", BILAN, code=3 if wreck == "missing" else 1)


def test_own_templates_are_read_at_the_revision(repository: Repository, invoke: Invoke) -> None:
    old = put(repository, "templates/bilan.md.j2", "Ancien : {{ mission.titre }}\n{% include 'x/pied.j2' %}\n")
    old = put(repository, "templates/x/pied.j2", "Pied de {{ version }}, {{ revision.commit }}\n")
    put(repository, "templates/bilan.css", "body{color:#123456}\n")
    shutil.rmtree(repository.folder / "templates")
    new = put(repository, "templates/bilan.md.j2", "Nouveau\n")
    Path("templates/bilan.md.j2").write_text("Pas encore\n")
    assert speak(invoke("render", "--rev", old).out).startswith("Ancien : Alliances de territoire\nPied de ")
    assert old[:12] in invoke("render", "--rev", old).out
    assert invoke("render", "--rev", new).out == "Nouveau\n"
    assert invoke("render").out == "Pas encore\n"
    # Then, it had none.
    assert invoke("render", "--rev", BILAN).out.startswith("# Alliances de territoire")
    assert "#123456" in invoke("render", "--rev", "HEAD~1", "--format", "html").out
    assert "#123456" not in invoke("render", "--rev", "HEAD", "--format", "html").out


def test_own_templates_of_the_past_extend_the_shipped_ones_and_are_sandboxed(
    repository: Repository, invoke: Invoke
) -> None:
    pied = "{% block pied %}<p>À nous</p>{% endblock %}"
    put(repository, "templates/bilan.html.j2", f'{{% extends "alliances/bilan.html.j2" %}}{pied}')
    page = invoke("render", "--rev", "HEAD", "--since", BILAN, "--format", "html").out
    assert "<p>À nous</p>" in page and 'id="changements"' in page
    put(repository, "templates/bilan.html.j2", "{{ mission.__class__.__mro__ }}")
    assert "est interdit" in invoke("render", "--rev", "HEAD", "--format", "html", code=1).spoken


def test_own_templates_of_the_past_are_never_kept_compiled(repository: Repository, invoke: Invoke) -> None:
    kept = shipped_templates() / "__pycache__"
    invoke("render", "--rev", BILAN, "--since", "2020-10-17", "--format", "html")
    before = {path.name for path in kept.iterdir()} if kept.exists() else set()
    put(repository, "templates/bilan.html.j2", "Seul\n")
    put(repository, "templates/macros.html.j2", "{% macro x() %}{% endmacro %}\n")
    assert invoke("render", "--rev", "HEAD", "--format", "html").out == "Seul\n"
    assert ({path.name for path in kept.iterdir()} if kept.exists() else set()) == before


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("a\n\n{% if %}", "templates/bilan.md.j2:3: "),
        ("a\n{{ inconnu }}", "templates/bilan.md.j2:2: « inconnu » n'existe pas"),
        ('a\n{% include "absent.j2" %}', "templates/bilan.md.j2:2: modèle « absent.j2 » introuvable"),
        ('a\n{% include "../LISEZMOI" %}', "templates/bilan.md.j2:2: modèle « ../LISEZMOI » introuvable"),
    ],
)
def test_a_fault_is_told_by_revision_file_and_line(
    template: str, expected: str, repository: Repository, invoke: Invoke
) -> None:
    commit = put(repository, "templates/bilan.md.j2", template)
    Path("templates/bilan.md.j2").write_text("Sain\n")
    for x in ("HEAD", commit[:8]):
        assert f"{x}:{expected}" in invoke("render", "--rev", x, code=1).spoken


def test_a_template_of_the_past_that_cannot_be_read(repository: Repository, invoke: Invoke) -> None:
    Path("templates").mkdir()
    Path("templates/bilan.md.j2").write_bytes(b"\xff\xfe")
    repository.commit("Latin", "2021-10-01")
    assert (
        "HEAD:templates/bilan.md.j2:1:1: le fichier n'est pas en UTF-8"
        in invoke("render", "--rev", "HEAD", code=1).spoken
    )
    Path("templates/bilan.md.j2").unlink()
    Path("templates/bilan.md.j2").symlink_to("../LISEZMOI")
    repository.commit("Lien", "2021-10-01")
    assert "HEAD:templates/bilan.md.j2: c'est un lien symbolique" in invoke("render", "--rev", "HEAD", code=1).spoken
    # A template that isn't used does no harm.
    assert invoke("render", "--rev", "HEAD", "--format", "html").out.startswith("<!DOCTYPE html>")


def test_templates_follow_a_roadmap_that_isn_t_at_the_top(
    repository: Repository, tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("été").mkdir()
    repository.git("mv", "data", "été/data")
    put(repository, "été/templates/bilan.md.j2", "{{ non }}\n")
    monkeypatch.chdir("été")
    assert "HEAD:été/templates/bilan.md.j2:1: " in invoke("render", "--rev", "HEAD", code=1).spoken
    # A data folder that is the top of its repository has nothing beside it that git knows.
    top = story.begin(tmp_path / "top", None)
    for path in (repository.folder / "été" / "data").iterdir():
        shutil.copy(path, top.folder / path.name)
    put(top, "templates/bilan.md.j2", "Rien\n")
    monkeypatch.chdir(top.folder)
    assert invoke("render", "--rev", "HEAD", "--data", ".").out.startswith("# Alliances")


# --- what changed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_what_changed_since_a_bilan(format: str, repository: Repository, invoke: Invoke, golden: Golden) -> None:
    golden(f"render-since.{format}", invoke("render", "--since", "2021-05-07", "--format", format).out)


@pytest.mark.parametrize("format", FORMATS)
def test_from_one_bilan_to_another(format: str, repository: Repository, invoke: Invoke, golden: Golden) -> None:
    answer = invoke("render", "--rev", BILAN, "--since", "precedent", "--format", format)
    golden(f"render-rev-since.{format}", answer.out)
    assert "Remarque : pas de tag « bilan/2020-10-17 »" in speak(answer.err)
    assert answer.err.count("\n") == 1


def test_the_page_is_sound(repository: Repository, invoke: Invoke) -> None:
    html = invoke("render", "--since", BILAN, "--format", "html").out
    page = Page(html)
    assert page.open == [] and page.comments == []
    check_inert(page)
    levels = [int(tag[1]) for tag in page.names if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    for tag in ("h1", "main", "header", "footer", "nav", "style"):
        assert page.names.count(tag) == 1, tag
    assert page.names.count("caption") == page.names.count("table")
    assert {attrs["aria-labelledby"] for attrs in page.all("section")} <= {a["id"] for _, a in page.tags if "id" in a}
    sections = re.findall(r'<section(?: class="[\w-]+")? aria-labelledby="([\w-]+)">', html)
    assert sections[:3] == ["essentiel", "changements", "chantiers"]
    inside = html[html.index('<section aria-labelledby="changements">') : html.index('<section aria-labelledby="chan')]
    assert "style=" not in inside
    # A sign is never alone: it is hidden from who hears the page, who has the word.
    assert html.count('<span class="signe" aria-hidden="true">') == html.count('class="signe"') > 0


def test_both_formats_say_the_same(repository: Repository, invoke: Invoke) -> None:
    found = []
    for format in FORMATS:
        document = invoke("render", "--since", BILAN, "--format", format).out
        text = read_page(document, format).text.replace(", puis ", " ").replace("Entre parenthèses", "")
        start = text.index("Comparé à la révision")
        section = text[start : text.index(" Les chantiers", start)]
        found.append(normal(re.sub("Mesures par niveau d’avancement, depuis le bilan du 7 mai 2021( :)?", "", section)))
    assert found[0] == found[1]


def test_without_since_nothing_of_it_is_there(
    repository: Repository, tmp_path: Path, invoke: Invoke, golden: Golden
) -> None:
    """No process is started, no room of the past is loaded, and the documents don't change by a byte."""
    past = {"alliances_cli.git", "alliances_cli.timeline", "alliances_cli.past", "alliances_cli.present.changements"}
    for argv in (("--format", "html"), ("--au", "2021-12", "-o", str(tmp_path / "bilan.md"))):
        loaded = run_alone(tmp_path, "render", "--data", str(repository.data), *argv)
        assert loaded.processes == ()
        assert loaded.modules & past == set()
    for format in FORMATS:
        plain = invoke("render", "--format", format).out
        assert "a changé" not in plain and "(=)" not in plain and "stable" not in plain
        golden(f"bilan.{format}", invoke("render", "--format", format, "--data", str(REPOSITORY)).out)
    loaded = run_alone(tmp_path, "render", "--data", str(repository.data), "--rev", BILAN)
    assert loaded.processes and past - {"alliances_cli.present.changements"} <= loaded.modules


def test_since_a_commit_is_said_by_its_day(repository: Repository, invoke: Invoke) -> None:
    commit = repository.git("rev-parse", "HEAD~2")
    for x in (commit, "HEAD~2", "2021-06-20"):
        text = speak(invoke("render", "--since", x).out)
        assert "## Ce qui a changé depuis le 15 juin 2021\n" in text
        assert f"Comparé à la révision `{commit[:12]}`, dont le commit est du 15 juin 2021 et l’état au 15 juin" in text


def test_nothing_changed(repository: Repository, invoke: Invoke) -> None:
    text = speak(invoke("render", "--rev", "HEAD", "--since", "HEAD").out)
    assert "Rien n’a changé." in text
    assert "5 mesures : 5 stables." in text and "5 mesures (=), 1 retirée : 3 très satisfaisant (=)" in text
    page = read_page(invoke("render", "--rev", "HEAD", "--since", "HEAD", "--format", "html").out, "html")
    assert "Rien n’a changé." in page.text


def test_a_promise_that_stands(repository: Repository, invoke: Invoke) -> None:
    text = speak(invoke("render", "--since", "2020-10-17").out)
    assert text.count("(promesse inchangée depuis 2 bilans)") == 3
    row = next(line for line in text.splitlines() if line.startswith('| <a name="mesure-2">'))
    assert "Publier le guide<br>(promesse inchangée depuis 2 bilans)" in row
    page = invoke("render", "--since", "2020-10-17", "--format", "html").out
    assert speak(page).count('<p class="promesse">promesse inchangée depuis 2 bilans</p>') == 3
    # At the bilan of 2020, there was but one.
    assert "promesse" not in invoke("render", "--rev", "2020-10-17", "--since", "2020-10-17").out


def test_new_and_renumbered(repository: Repository, invoke: Invoke) -> None:
    repository.item("mesures", "4", ("id: 4", "id: 40"))
    repository.item("chantiers", "legaliser", ("id: legaliser", "id: loi-cadre"))
    path = repository.data / "chantiers.yaml"
    path.write_text(path.read_text("utf-8") + "  - id: neuf\n    titre: Neuf\n    avancement: satisfaisant\n", "utf-8")
    text = speak(invoke("render", "--since", BILAN).out)
    lines = text.splitlines()
    for anchor, said in (("mesure-40", "↑ en progrès"), ("mesure-6", "+ nouvelle"), ("chantier-neuf", "+ nouveau")):
        assert said in next(line for line in lines if line.startswith(f'| <a name="{anchor}">'))
    assert "  - renumérotée : 4 → 40" in lines and "  - renuméroté : legaliser → loi-cadre" in lines
    assert "2 chantiers (+1) : 2 satisfaisant (+1)." in lines
    assert "2 chantiers : 1 stable, 1 nouveau." in lines


def totals_only(folder: Path) -> Repository:
    """The real roadmap, with totals for the bilan that git doesn't have."""
    repository = story.late_story(folder / "late")
    totals = "".join(
        f"      {code}: {n}\n" for code, n in (("tres_satisfaisant", 4), ("satisfaisant", 11), ("en_retard", 6))
    )
    repository.change("mission", ("  - date: 2020-10-17\n", f"  - date: 2020-10-17\n    totaux:\n{totals}"))
    return repository


def test_a_bilan_of_which_only_the_totals_are_known(
    tmp_path: Path, invoke: Invoke, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = totals_only(tmp_path)
    monkeypatch.chdir(repository.folder)
    answer = invoke("render", "--since", "2020-10-17")
    section = answer.out[answer.out.index("## L’essentiel") : answer.out.index("\n## Résultats")]
    golden("render-since-totals.md", section)
    assert "Remarque : le bilan du 17 octobre 2020 n'a pas de révision" in speak(answer.err)
    # No item is spoken of: nothing is known of any.
    assert "stable" not in answer.out and "promesse inchangée" not in answer.out
    html = invoke("render", "--since", "2020-10-17", "--format", "html").out
    check_inert(Page(html))
    assert "seuls les totaux publiés sont connus" in html


def test_totals_say_nothing_of_items_without_level(
    tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = totals_only(tmp_path)
    monkeypatch.chdir(repository.folder)
    path = repository.data / "mesures.yaml"
    path.write_text(re.sub(r"\n    avancement: .*\n    provenance: .*", "", path.read_text("utf-8"), count=1), "utf-8")
    repository.change("mission", ("etat_au: 2021-05-07", "etat_au: 2021-06-07"))
    text = speak(invoke("render", "--since", "2020-10-17").out)
    synthese = next(line for line in text.splitlines() if line.startswith("21 mesures"))
    assert synthese.startswith("21 mesures : ") and synthese.endswith("1 sans niveau.")
    assert "\n| Total |" not in text


def test_two_scales(repository: Repository, invoke: Invoke) -> None:
    mission = repository.data / "mission.yaml"
    scale = "".join(f"  - code: {code}\n    libelle: {code}\n" for code in ("tres_satisfaisant", "moyen", "en_retard"))
    text = mission.read_text("utf-8").replace("      satisfaisant:", "      moyen:")
    mission.write_text(f"{text}\nechelle:\n{scale}", "utf-8")
    for part in ("mesures", "chantiers"):
        path = repository.data / f"{part}.yaml"
        path.write_text(path.read_text("utf-8").replace("avancement: satisfaisant", "avancement: moyen"), "utf-8")
    text = speak(invoke("render", "--since", BILAN).out)
    assert (
        "Les niveaux ne sont pas comparés : les deux échelles diffèrent (tres_satisfaisant, satisfaisant, en_retard ; "
        "puis tres_satisfaisant, moyen, en_retard)." in text.replace("\\", "")
    )
    lines = text.splitlines()
    assert "5 mesures (=), 1 retirée : 3 tres_satisfaisant, 1 moyen, 1 en_retard." in text.replace("\\", "")
    assert "5 mesures : 4 non comparables, 1 nouvelle." in lines
    assert "| Total | 5 | 5 | = |" in lines
    assert not any(line.startswith("| ● ") and line.endswith("| = |") for line in lines)
    assert text.count("≠ non comparable") == 5
    # The rest is compared.
    assert "  - étape remplacée : « Réunir les signataires » → « Réunir cent signataires »" in lines


def test_more_mesures(repository: Repository, invoke: Invoke) -> None:
    path = repository.data / "mesures.yaml"
    text = path.read_text("utf-8")
    more = "".join(
        f"  - id: {n}\n    titre: Mesure de plus\n    dimension: terrain\n    avancement: en_retard\n"
        for n in range(10, 13)
    )
    path.write_text(text.replace("retirees:\n", f"{more}\nretirees:\n"), "utf-8")
    text = speak(invoke("render", "--since", BILAN).out)
    assert "8 mesures (+3), 1 retirée : 3 très satisfaisant (+1), 1 satisfaisant (=), 4 en retard (+2)." in text
    assert "8 mesures : 1 en progrès, 3 stables, 4 nouvelles." in text
    page = invoke("render", "--since", BILAN, "--format", "html").out
    assert "8 mesures (+3), 1 retirée" in read_page(page, "html").text


# --- what the words come to -----------------------------------------------------------------------------------------

MOMENT = Revision("x", "0123456789abcdef" * 2, "2021-05-07", "data")


def compared(avant: FeuilleDeRoute, apres: FeuilleDeRoute) -> Comparaison:
    return Comparaison(
        Root(Path("data")), Cote(MOMENT, None, avant), Cote(None, None, apres), evolution.between(avant, apres), {}, ()
    )


def document(avant: FeuilleDeRoute, apres: FeuilleDeRoute, format: str) -> str:
    return report.render(Edition(apres, moment_of(apres), VERSION, None, None, compared(avant, apres)), format)


def test_every_kind_of_change_is_told() -> None:
    """Each way, whatever the fields: what is told names each thing that changed."""
    a, b = full(), full(lambda name: f"autre {name.replace('.', ' ').replace('_', ' ')}")
    empty = small([{"id": "1", "titre": "Une"}])
    for avant, apres in ((a, b), (b, a), (a, empty), (empty, a)):
        found = evolution.between(avant, apres)
        themes = changements.themes(avant, apres, found.mouvements)
        said = {(ligne.nom, ligne.titre) for theme in themes for ligne in theme.lignes}
        assert len(said) == len({(m.objet, m.id) for m in found.mouvements})
        assert all(dit.quoi for theme in themes for ligne in theme.lignes for dit in ligne.dits)
        assert all(ligne.dits for theme in themes for ligne in theme.lignes)
        for format in FORMATS:
            check_inert(read_page(document(avant, apres, format), format))


@pytest.mark.parametrize(("payload", "format"), some(crossed(PAYLOADS, FORMATS), 2))
def test_hostile_texts_are_inert(payload: str, format: str) -> None:
    """In what changed too, on both sides: no text becomes a tag, a link or a heading."""

    page = shown(payload, format)
    check_inert(page)
    assert outline(page) == ordinary_outline(format)


def shown(word: str, format: str) -> Page:
    """A page where every text is of that word, another before and after."""
    return read_page(document(full(lambda name: f"{word} avant"), full(lambda name: f"{word} fin"), format), format)


@cache
def ordinary_outline(format: str) -> list[tuple[str, str]]:
    return outline(shown("mot", format))


def test_own_templates_of_before_still_render(tmp_path: Path) -> None:
    """Macros and pages that know nothing of the past go with the shipped ones that do."""
    avant, apres = full(), full(lambda name: f"autre {name}")
    own = tmp_path / "templates"
    own.mkdir()
    for format in FORMATS:
        macros = (shipped_templates() / f"macros.{format}.j2").read_text("utf-8")
        # As they were before.
        macros = re.sub(r"{% macro ecart_de.*?{% endmacro %}\n", "", macros, flags=re.DOTALL)
        macros = re.sub(r"{{ ecart_de\(.*?\) }}", "", macros)
        macros = re.sub(r"{% set t = tendance\(item\) %}\n?{% if t %}.*?{% endif %}\n?", "", macros, flags=re.DOTALL)
        macros = re.sub(r"{% if promesse\(item\) %}.*?{% endif %}\n", "", macros, flags=re.DOTALL)
        macros = macros.replace(' or ecart(compte_, n.code) not in ("", "(=)")', "")
        assert not re.search("ecart|tendance|promesse", macros)
        (own / f"macros.{format}.j2").write_text(macros, "utf-8")
        text = report.render(Edition(apres, moment_of(apres), VERSION, own, None, compared(avant, apres)), format)
        assert "Ce qui a changé depuis le 7\u00a0mai 2021" in text
    (own / "bilan.md.j2").write_text(
        '{% import "macros.md.j2" as m with context %}\n{{ m.phrase(bilans.mesures.compte, "mesure", "") }}\n', "utf-8"
    )
    text = report.render(Edition(apres, moment_of(apres), VERSION, own, None, compared(avant, apres)), "md")
    assert "mesures" in text and "a changé" not in text


@pytest.mark.parametrize(
    ("tendance", "famille", "n", "expected"),
    [
        ("en_progres", "mesures", 2, "en progrès"),
        ("en_recul", "chantiers", 1, "en recul"),
        ("stable", "mesures", 1, "stable"),
        ("stable", "mesures", 2, "stables"),
        ("nouvelle", "mesures", 1, "nouvelle"),
        ("nouvelle", "mesures", 3, "nouvelles"),
        ("nouvelle", "chantiers", 1, "nouveau"),
        ("nouvelle", "chantiers", 2, "nouveaux"),
        ("non_comparable", "chantiers", 2, "non comparables"),
    ],
)
def test_agreement(tendance: Tendance, famille: Famille, n: int, expected: str) -> None:
    assert changements.trend(tendance, famille, n) == expected


# --- options and refusals -------------------------------------------------------------------------------------------


def test_check_and_the_command_that_it_asks_for(repository: Repository, invoke: Invoke) -> None:
    argv = ("--rev", "HEAD", "--since", "2020-10-17", "--au", "2021-12", "-o", "un bilan.html")
    told = speak(invoke("render", *argv, "--check", code=6).err)
    again = "alliances render --au 2021-12 --rev HEAD --since 2020-10-17 -o 'un bilan.html'"
    assert told.splitlines()[-1].endswith(again)
    assert not Path("un bilan.html").exists()
    assert "Bilan écrit" in speak(invoke("render", *argv).err)
    invoke("render", *argv, "--check")
    invoke("render", *argv[2:], "--check", code=6)


@pytest.mark.parametrize("name", ["data/mesures.yaml", "data/note.yaml", "templates/bilan.css"])
@pytest.mark.parametrize("argv", [("--rev", BILAN), ("--since", BILAN)], ids=" ".join)
def test_a_file_of_the_roadmap_is_never_overwritten(
    name: str, argv: tuple[str, str], repository: Repository, invoke: Invoke
) -> None:
    answer = invoke("render", *argv, "--format", "html", "-o", name, code=2)
    assert "est un fichier de la feuille de route" in answer.spoken and answer.out == ""


@pytest.mark.parametrize("option", ["--rev", "--since"])
def test_what_names_no_revision(option: str, repository: Repository, invoke: Invoke) -> None:
    for x, code in (("inconnue", 3), ("1999-01-01", 3), ("", 2), ("--output=x", 2), ("2021-02-30", 2), ("a\tb", 2)):
        answer = invoke("render", f"{option}={x}", code=code)
        assert answer.out == "" and answer.err
    assert not Path("x").exists()


def test_invalid_data_at_a_revision(repository: Repository, invoke: Invoke) -> None:
    good = repository.git("rev-parse", "HEAD")
    put(repository, "data/mesures.yaml", "mesures:\n  - id: 1\n    titer: Un titre\n")
    repository.git("checkout", "-q", good, "--", "data/mesures.yaml")
    for argv in (("--rev", "HEAD"), ("--since", "HEAD"), ("--rev", BILAN, "--since", "HEAD")):
        answer = invoke("render", *argv, code=1)
        assert "HEAD:data/mesures.yaml:3:5: " in answer.spoken and answer.out == ""


def test_totals_that_do_not_reconcile_at_a_revision(repository: Repository, invoke: Invoke) -> None:
    repository.change("mission", ("etat_au: 2021-09-01", "etat_au: 2021-05-07"))
    repository.commit("Se trompe de date", "2021-10-01")
    answer = invoke("render", "--rev", "HEAD", code=1)
    assert answer.out == "" and "HEAD:data/mission.yaml:" in answer.spoken
    # What is compared with needs no totals that reconcile.
    repository.change("mission", ("etat_au: 2021-05-07", "etat_au: 2021-10-01"))
    invoke("render", "--since", "HEAD")


def test_where_there_is_no_git(repository: Repository, invoke: Invoke) -> None:
    expected = invoke("render").raw
    assert invoke("render", PATH="/nulle/part").raw == expected
    assert "git n'est pas installé" in invoke("render", "--since", BILAN, code=5, PATH="/nulle/part").spoken


def test_nothing_of_the_repository_moves(repository: Repository, invoke: Invoke) -> None:
    def state() -> str:
        files = sorted(p for p in repository.folder.rglob("*") if p.is_file())
        return json.dumps([(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files])

    before = state()
    invoke("render", "--rev", BILAN, "--since", "2020-10-17")
    assert state() == before
