"""The documents say what the tool does: all commands, options, keys and exit codes; examples run; links lead."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
import typer
import yaml

from alliances_cli import __version__, errors
from alliances_cli.champs import FAMILLES
from alliances_cli.cli.app import COMMANDS, build
from alliances_cli.evolution import Objet, Type
from alliances_cli.model import ITEM_MODELS, Mission, Record, Retiree, Sections
from alliances_cli.timeline import Accord
from conftest import PLAIN, REPOSITORY, Invoke, Stream

GUIDE = REPOSITORY / "docs" / "guide.md"
TEMPLATES = REPOSITORY / "docs" / "templates.md"
README = REPOSITORY / "README.md"
CONTRIBUTING = REPOSITORY / "CONTRIBUTING.md"
CHANGELOG = REPOSITORY / "CHANGELOG.md"
DOCUMENTS = (GUIDE, TEMPLATES, README, CONTRIBUTING, CHANGELOG)

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text without its blocks of code."""
    return _FENCE.sub("", text)


def ordinary(text: str) -> str:
    """The text with its French spaces made ordinary."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@cache
def codes(path: Path) -> frozenset[str]:
    """What a document names as code, in its sentences and tables."""
    return frozenset(_CODE.findall(prose(text_of(path))))


def fences(path: Path, language: str) -> list[str]:
    return [found[2] for found in _FENCE.finditer(text_of(path)) if found[1] == language]


# --- commands, options, exit codes ------------------------------------------------------------------------------------


@cache
def commands() -> dict[str, Any]:
    """The commands by name, hidden ones too."""
    group: Any = typer.main.get_command(build(COMMANDS))
    found: dict[str, Any] = group.commands
    return found


def options(command: Any) -> list[str]:
    """Every spelling of a command's options, those that only refuse (`--preuves`) left out."""
    shown = [param for param in command.params if not getattr(param, "hidden", False)]
    return [name for param in shown for name in (*param.opts, *param.secondary_opts) if name.startswith("-")]


def section(text: str, heading: str) -> str:
    """What stands under a heading (given as code), up to the next heading of its rank or above."""
    for match in _HEADING.finditer(text):
        if f"`{heading}`" in match[2]:
            rest = text[match.end() :]
            end = re.search(rf"^#{{1,{len(match[1])}}} ", rest, re.MULTILINE)
            return rest[: end.start()] if end else rest
    raise AssertionError(f"no heading names `{heading}`")


@pytest.mark.parametrize("name", sorted(commands()))
@pytest.mark.parametrize("path", [GUIDE, README], ids=["guide", "readme"])
def test_every_command_is_named(name: str, path: Path) -> None:
    assert f"alliances {name}" in codes(path)


def test_every_option_is_named_where_its_command_is() -> None:
    text = prose(text_of(GUIDE))
    shared = {"--data", "--au", "--format", "--help", "-h"}
    assert shared <= codes(GUIDE)
    missing = []
    for name, command in commands().items():
        if not command.hidden:
            named = set(_CODE.findall(section(text, f"alliances {name}")))
            missing += [f"alliances {name} {option}" for option in options(command) if option not in named | shared]
    assert not missing
    top: Any = typer.main.get_command(build(COMMANDS))
    for option in options(top):
        assert option in codes(GUIDE) or f"alliances {option}" in codes(GUIDE), option


def exit_codes() -> set[str]:
    """0, those of the errors, and 6, which only `--check` gives."""
    tree = [errors.AlliancesError]
    for error in tree:
        tree.extend(error.__subclasses__())
    return {"0", "6", *(str(error.exit_code) for error in tree)}


@pytest.mark.parametrize(("path", "heading"), [(GUIDE, "Codes de sortie"), (README, "Exit codes")])
def test_the_table_of_exit_codes_is_whole(path: Path, heading: str) -> None:
    after = text_of(path).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `(\d+)` \|", after, re.MULTILINE)) == exit_codes()


def test_the_names_in_code_exist() -> None:
    """No document names a command, or an option, that isn't there."""
    names = commands()
    known = {option for command in names.values() for option in options(command)}
    top: Any = typer.main.get_command(build(COMMANDS))
    known |= {*options(top), "--help", "-h"}
    for path in DOCUMENTS:
        for code in codes(path):
            if path == GUIDE and re.fullmatch(r"--[a-z][a-z-]*", code):
                assert code in known, f"{path.name}: {code}"
            # « `alliances update ID` » and the like: the first word is a command.
            match = re.match(r"alliances ([a-z]+)", code)
            assert match is None or match[1] in names, f"{path.name}: {code}"


# --- keys -------------------------------------------------------------------------------------------------------------


def records_in(annotation: object) -> Iterator[type[Record]]:
    """The records that a field's type holds."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    elif get_origin(annotation) in (tuple, dict, Union, UnionType) or hasattr(annotation, "__metadata__"):
        for inner in get_args(annotation):
            yield from records_in(inner)


def keys(model: type[Record], heading: str, seen: set[type[Record]]) -> Iterator[tuple[str, str, bool]]:
    """(heading, key, required) of a record and of those inside it: the heading is the key that holds them."""
    seen.add(model)
    for name, field in model.model_fields.items():
        yield heading, name, field.is_required()
        for inner in records_in(field.annotation):
            if inner not in seen:
                yield from keys(inner, heading if model is Sections else name, seen)


def all_keys() -> list[tuple[str, str, bool]]:
    seen: set[type[Record]] = set()
    return [
        *keys(Mission, "mission.yaml", seen),
        *keys(ITEM_MODELS["leviers"], "leviers.yaml", seen),
        *keys(Retiree, "retirees", seen),
    ]


def rows(text: str) -> dict[str, list[list[str]]]:
    """The rows of the tables, by the code in their first cell."""
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            for code in _CODE.findall(cells[0]):
                found.setdefault(code, []).append(cells)
    return found


def test_the_walk_finds_the_records() -> None:
    found = all_keys()
    for heading, key in (
        ("points", "date"),
        ("sections", "accroche"),
        ("echelle", "hors_ordre"),
        ("bilans", "totaux"),
        ("preuves", "url"),
        ("fiche", "libelle"),
    ):
        assert any(found_heading == heading and name == key for found_heading, name, _ in found), (heading, key)


@pytest.mark.parametrize(("heading", "key", "required"), all_keys())
def test_every_key_is_described(heading: str, key: str, required: bool) -> None:
    text = section(prose(text_of(GUIDE)), "parties" if heading == "points" else heading)
    if heading == "sections" and key in Sections.model_fields:
        assert f"`{key}`" in text
        return
    table = rows(text)
    assert key in table, f"`{key}` isn't in a table under `{heading}`"
    # Two tables may have the key (a part's and a point's): one of them says « requis » as the model does.
    assert any(("requis" in cells[1]) == required for cells in table[key])


def test_the_table_of_items_says_who_has_what() -> None:
    table = rows(section(prose(text_of(GUIDE)), "mesures.yaml"))
    for column, famille in zip((1, 2, 3), ("mesures", "chantiers", "leviers"), strict=True):
        fields = ITEM_MODELS[famille].model_fields  # type: ignore[index]
        for key in ITEM_MODELS["mesures"].model_fields:
            mark = table[key][0][column]
            expected = "" if key not in fields else "requis" if fields[key].is_required() else "●"
            assert mark == expected, f"{key}, {famille}: « {mark} »"
    assert FAMILLES == ("mesures", "chantiers", "leviers")


def test_every_kind_of_change_is_described() -> None:
    named = set(_CODE.findall(section(prose(text_of(GUIDE)), "alliances diff")))
    assert {*get_args(Type), *get_args(Objet)} <= named


def test_every_agreement_of_a_bilan_is_described() -> None:
    assert set(get_args(Accord)) <= set(_CODE.findall(section(prose(text_of(GUIDE)), "alliances bilans")))


def test_every_rule_on_a_change_is_described() -> None:
    rule, *_ = get_args(Mission.model_fields["regles"].annotation)
    assert set(get_args(rule)) == set(rows(section(prose(text_of(GUIDE)), "regles")))


# --- examples ---------------------------------------------------------------------------------------------------------


# The blocks of this chapter of the guide tell one story: each runs where the one before it left things.
STORY = "Le passé de la feuille de route"


def sessions() -> list[str]:
    """The `console` blocks to replay: those of the story as one, every other one alone."""
    text = text_of(GUIDE)
    unfenced = _FENCE.sub(lambda match: " " * len(match[0]), text)
    start = unfenced.index(f"\n## {STORY}\n")
    end = unfenced.index("\n## ", start + 1)
    blocks = [match for match in _FENCE.finditer(text) if match[1] == "console"]
    told = "".join(match[2] for match in blocks if start < match.start() < end)
    return [match[2] for match in blocks if not start < match.start() < end] + [told]


UNSET = ("ALLIANCES_DATA", "LC_ALL", "LC_CTYPE", "NO_COLOR", "COLUMNS")
SETTINGS = {"LANG": "C.UTF-8", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def _run(line: str, folder: Path) -> tuple[int, str]:
    """One line of shell in a folder that holds a `data/`: exit code, and what was said on both streams.

    Nothing of git's configuration but the repository's own counts.
    """
    environment = {k: v for k, v in os.environ.items() if k not in UNSET and not k.startswith("GIT_")} | SETTINGS
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environment.get("PATH", os.defpath)))
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60
    )
    return done.returncode, done.stdout.decode()


def _answered(line: str, folder: Path) -> tuple[int, str]:
    """What `_run` comes to, without its processes: in this one, the line has one command and nothing for a shell."""
    from alliances_cli.cli.app import main

    with pytest.MonkeyPatch.context() as patch:
        for name in (*UNSET, *(name for name in os.environ if name.startswith("GIT_"))):
            patch.delenv(name, raising=False)
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        stream = Stream(tty=False)
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "stderr", stream)
        code = main(shlex.split(line)[1:])
    return code, stream.bytes().decode()


def test_a_line_says_the_same_in_this_process(roadmap: Path) -> None:
    for line in ("alliances list --en-retard", "alliances chek"):
        assert _answered(line, roadmap.parent) == _run(line, roadmap.parent)


def _matches(expected: list[str], actual: list[str]) -> bool:
    """Whether the lines are those expected, « … » alone standing for any lines."""
    if not expected:
        return not actual
    if expected[0] == "…":
        return any(_matches(expected[1:], actual[start:]) for start in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and _matches(expected[1:], actual[1:])


def _lines(text: str) -> list[str]:
    """The lines, their spaces ordinary; a commit's hash holds the versions of the files that it has, so any will do."""
    return re.sub(r"\b[0-9a-f]{12}\b", "0" * 12, ordinary(text)).rstrip("\n").split("\n")


def _asked(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what it answers; as in a shell, the lines that go on with one begin with
    `> `."""
    first, *parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert first == ""
    found = []
    for part in parts:
        line, _, shown = part.partition("\n")
        while shown.startswith("> "):
            more, _, shown = shown.removeprefix("> ").partition("\n")
            line += f"\n{more}"
        found.append((line, shown))
    return found


@pytest.mark.parametrize("block", sessions(), ids=lambda block: block.split("\n")[0][:40])
def test_what_the_guide_shows_is_what_the_tool_answers(block: str, roadmap: Path) -> None:
    """Each command of a block runs in turn on one copy of the real roadmap; in a shell, where it asks for one."""
    code = 0
    folder = roadmap.parent
    asked = _asked(block)
    for index, (line, shown) in enumerate(asked, 1):
        if line == "echo $?":
            assert shown.strip() == str(code)
            continue
        if line.startswith("cd "):
            folder = (folder / line.removeprefix("cd ")).resolve(strict=True)
            continue
        followed = index < len(asked) and asked[index][0] == "echo $?"
        code, said = (_answered if PLAIN.fullmatch(line) else _run)(line, folder)
        assert code == 0 or followed, f"{line} → {code}\n{said}"
        assert _matches(_lines(shown), _lines(said)), f"$ {line}\n{said}"


@pytest.mark.parametrize("block", fences(GUIDE, "sh"), ids=lambda block: block.split("\n")[0][:40])
def test_what_the_guide_proposes_runs(block: str, roadmap: Path, invoke: Invoke) -> None:
    """Each line of a `sh` block, in turn, on a copy of the real roadmap; in this process where a shell adds nothing."""
    for line in block.splitlines():
        if PLAIN.fullmatch(line):
            invoke(*shlex.split(line)[1:])
            continue
        code, said = _run(line, roadmap.parent)
        assert code == 0, f"{line} → {code}\n{said}"


def test_the_guide_proposes_something() -> None:
    assert len(fences(GUIDE, "sh")) > 5


def test_the_template_that_the_guide_proposes_renders(roadmap: Path, invoke: Invoke) -> None:
    (roadmap.parent / "templates").mkdir()
    (roadmap.parent / "templates" / "bilan.html.j2").write_text(fences(GUIDE, "jinja")[0], encoding="utf-8")
    assert "Bilan établi par le comité de suivi." in invoke("render", "--format", "html").out


def test_what_a_template_may_say_of_the_past_is_told() -> None:
    from alliances_cli.present.changements import Changements

    chapter = prose(text_of(GUIDE)).split("\n## Modèles de document à soi\n", 1)[1].split("\n## ", 1)[0]
    named = set(_CODE.findall(chapter))
    page = text_of(REPOSITORY / "templates" / "bilan.html.j2")
    assert set(re.findall(r"{% block (\w+) %}", page)) <= named
    kept = {"ecarts", "tendances", "promesses"}  # behind the functions
    assert {f".{name}" for name in Changements._fields if name not in kept} <= named
    for name in ("revision", "changements", "ecart", "tendance", "promesse"):
        assert any(re.match(rf"{name}\b", code) for code in named), name
    assert {path.name for path in (REPOSITORY / "templates").glob("changements.*")} <= named


@pytest.mark.parametrize("block", [block for path in DOCUMENTS for block in fences(path, "yaml")])
def test_the_yaml_of_the_documents_is_yaml(block: str) -> None:
    assert yaml.safe_load(block)


def _command_lines() -> list[str]:
    """What README, guide and CONTRIBUTING tell to type, where it is whole: no word in capitals stands for a value."""
    found: set[str] = set()
    for path in (GUIDE, README, CONTRIBUTING):
        lines = [line.removeprefix("$ ") for match in _FENCE.finditer(text_of(path)) for line in match[2].splitlines()]
        for line in (*lines, *codes(path)):
            line = re.split(r" [|>] | && ", line.strip().removeprefix("- run: ").removeprefix("- "))[0]
            if line.startswith("alliances ") and not re.search(r"\b[A-Z]{2,}\b|…", re.sub(r'"[^"]*"', "", line)):
                found.add(ordinary(line))
    return sorted(found)


@pytest.mark.parametrize("line", _command_lines())
def test_every_command_line_parses(line: str) -> None:
    _, *argv = shlex.split(line, comments=True)
    if not argv or argv[0].startswith("-") or argv[-1] in ("--help", "-h"):
        return
    command = commands()[argv[0]]
    # A command named alone (« `alliances show` ») needs no argument to be named.
    if len(argv) > 1:
        command.make_context(argv[0], argv[1:])


def test_the_picture_in_the_readme_is_the_screen(at_home: None, invoke: Invoke) -> None:
    picture = next(block for block in fences(README, "text") if block.startswith("$ alliances status\n"))
    screen = re.sub(r"\x1b\[[0-9;]*m", "", invoke("status", columns=80).out)
    assert ordinary(picture).split("\n", 1)[1].rstrip() == ordinary(screen).rstrip()


# --- links ------------------------------------------------------------------------------------------------------------


def slug(heading: str) -> str:
    """The anchor that GitHub and GitLab make of a heading."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def anchors(path: Path) -> list[str]:
    return [slug(match[2]) for match in _HEADING.finditer(prose(text_of(path)))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in _LINK.findall(prose(text_of(path))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), target
        if anchor:
            assert anchors(file).count(anchor) == 1, target


def test_the_documents_hold_together() -> None:
    """Every chapter of the guide is in its table of contents; README leads to the others."""
    text = text_of(GUIDE)
    contents = text.split("\n## ", 1)[0]
    chapters = [slug(match[2]) for match in _HEADING.finditer(prose(text)) if match[1] == "##"]
    assert [target.removeprefix("#") for target in _LINK.findall(contents)] == chapters
    assert {"docs/guide.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"} <= set(_LINK.findall(text_of(README)))


# --- what holds for the whole repository ------------------------------------------------------------------------------


def _repository_files() -> list[Path]:
    """What git holds or would add; where there is no git, what an sdist holds."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
    )
    if listed.returncode == 0:
        found = [REPOSITORY / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    else:
        folders = ("src", "templates", "data", "docs", "tests", "benchmarks")
        found = [path for folder in folders for path in (REPOSITORY / folder).rglob("*")]
        found += list(REPOSITORY.glob("*.*"))
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


# In pieces, so that this file names none of them either.
_REGISTRIES = tuple(
    ".".join(pieces)
    for pieces in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("crates", "io"), ("anaconda", "org"))
)
_MACHINE_PATH = re.compile(r"(?<![\w.~$}<*-])/(?:home|Users|root|work|mnt|srv|workspace|builds)/\w")


def test_no_file_names_a_registry_or_a_machine() -> None:
    files = _repository_files()
    assert len(files) > 20
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for host in _REGISTRIES:
            assert host not in text, f"{path.relative_to(REPOSITORY)} names {host}"
        found = _MACHINE_PATH.search(text)
        assert found is None, f"{path.relative_to(REPOSITORY)}: {found and text[found.start() : found.end() + 30]}"


def test_the_versions_agree() -> None:
    """The changelog's newest version is the package's, and the project takes it from there."""
    versions = re.findall(r"^## \[([^\]]+)\] - (?:unreleased|\d{4}-\d{2}-\d{2})$", text_of(CHANGELOG), re.MULTILINE)
    assert versions[0] == __version__
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/alliances_cli/__init__.py"


def test_the_pre_commit_hook_runs_a_command_that_is_there() -> None:
    text = text_of(REPOSITORY / ".pre-commit-hooks.yaml")
    assert "- id: alliances-check" in text
    entry = re.search(r"^  entry: alliances (.+)$", text, re.MULTILINE)
    files = re.search(r"^  files: (.+)$", text, re.MULTILINE)
    assert entry and files
    name, *argv = shlex.split(entry[1])
    commands()[name].make_context(name, argv)
    for path, watched in (
        ("data/mesures.yaml", True),
        ("feuille/data/mission.yml", True),
        ("data/notes.txt", False),
        ("docs/data.yaml", False),
        ("metadata/x.yaml", False),
    ):
        assert bool(re.search(files[1], path)) is watched, path


# --- the guide's typography -------------------------------------------------------------------------------------------

_FAULTS = (
    (re.compile(r"«(?!\u00a0)"), "« needs a U+00A0 after it"),
    (re.compile(r"(?<!\u00a0)»"), "» needs a U+00A0 before it"),
    (re.compile(r"[^\u00a0]:(?=[\s*]|$)"), "a colon needs a U+00A0 before it"),
    (re.compile(r"[^\u202f][;!?](?=[\s*)»]|$)"), "; ! ? need a U+202F before them"),
    (re.compile(r"\w'\w"), "an apostrophe is ’"),
)


def test_the_typography_of_the_guide() -> None:
    faults = []
    for line in prose(text_of(GUIDE)).splitlines():
        if re.fullmatch(r"[|: -]+", line):
            continue
        # A code or an address is one word to what is around it.
        bare = re.sub(r"\]\([^)]*\)", "]", _CODE.sub("`", line))
        faults += [f"{why}: {line}" for pattern, why in _FAULTS if pattern.search(bare)]
    assert not faults


def test_the_typography_test_sees_what_it_must() -> None:
    for wrong in ("« a\u00a0»", "«\u00a0a »", "a : b", "a: b", "a ; b", "vrai ?", "vrai\u00a0!", "l'eau"):
        assert any(pattern.search(wrong) for pattern, _ in _FAULTS), wrong
    right = "L’eau\u00a0: «\u00a0vraie\u00a0»\u202f; est-ce tout\u202f? Oui\u202f!"
    assert not any(pattern.search(right) for pattern, _ in _FAULTS)
