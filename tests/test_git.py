"""What git says, whatever the environment, the configuration and the state of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from alliances_cli import git, timeline
from alliances_cli.api import Vue
from alliances_cli.errors import AlliancesError, InvalidRoadmap, NotFound, SystemFault
from alliances_cli.past import revision
from alliances_cli.past.passe import Passe
from alliances_cli.timeline import Sommeil
from conftest import some
from story import Repository, begin, story


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The story, its work tree committed, its folder renamed in the end, its texts given a diff driver."""
    repository = story(tmp_path_factory.mktemp("told") / "depot")
    (repository.folder / ".gitattributes").write_text("*.yaml diff=odd\n")
    (repository.folder / ".mailmap").write_text("Quelqu'un <x@exemple.fr> <ada@exemple.fr>\n")
    repository.commit("Le reste", "2021-10-01")
    repository.data.rename(repository.folder / "plan")
    repository.commit("Renomme", "2021-10-03")
    return repository


def dormant(past: Passe, vue: Vue) -> Mapping[str, Sommeil]:
    """The mesures that haven't moved for a day."""
    found = timeline.hindsight(past, vue, "mesures", 1, review=False).dormantes
    assert found is not None
    return found


@pytest.fixture
def copy(told: Repository, tmp_path: Path) -> Repository:
    return Repository(Path(shutil.copytree(told.folder, tmp_path / "copie", symlinks=True)))


def answers(folder: Path) -> list[Any]:
    """All that is asked of git, as plain values."""
    with timeline.opened(str(folder)) as past:
        story_ = timeline.history(past)
        view = timeline.view(past, "HEAD")
        trouvees = [revision.resolve(past, x) for x in ("2021-05-07", "2020-10-17", "2021-06", "HEAD~3", "branche")]
        return [
            [(r.commit, r.compte, r.probleme) for r in story_.releves],
            story_.remarques,
            [t.revision and t.revision[:4] for t in trouvees],
            [t.remarques for t in trouvees],
            timeline.compare(past).evolution,
            [(p.accord, p.compte) for p in timeline.bilans(past)],
            dormant(past, view),
            timeline.item(past, view, "3").passages,
        ]


@pytest.fixture(scope="session")
def expected(told: Repository) -> list[Any]:
    return answers(told.folder / "plan")


def refusal(run: Callable[[], object]) -> AlliancesError:
    with pytest.raises(AlliancesError) as caught:
        run()
    assert "\n" not in caught.value.message
    return caught.value


# --- the environment and the configuration change nothing, and start nothing ----------------------------------------

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "another repository": {"GIT_DIR": "/nonexistent", "GIT_WORK_TREE": "/", "GIT_COMMON_DIR": "/nonexistent"},
    "other files": {"GIT_INDEX_FILE": "/nonexistent", "GIT_OBJECT_DIRECTORY": "/nonexistent", "GIT_GRAFT_FILE": "/x"},
    "a configuration": {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.worktree",
        "GIT_CONFIG_VALUE_0": "/",
        "GIT_CONFIG_KEY_1": "alias.log",
        "GIT_CONFIG_VALUE_1": "!{program}",
        "GIT_CONFIG_PARAMETERS": "'core.worktree'='/'",
    },
    "programs": dict.fromkeys(("GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_EDITOR", "GIT_SSH"), "{program}"),
    "traces": {"GIT_TRACE": "{trace}", "GIT_TRACE2": "{trace}", "GIT_TRACE_SETUP": "1"},
    "other names": {"GIT_NAMESPACE": "x", "GIT_PREFIX": "x/", "GIT_REPLACE_REF_BASE": "refs/x", "GIT_NOTES_REF": "x"},
    "pathspecs": {"GIT_GLOB_PATHSPECS": "1", "GIT_ICASE_PATHSPECS": "1"},
    "a shallow file": {"GIT_SHALLOW_FILE": "/nonexistent", "GIT_DEFAULT_HASH": "sha256"},
    "the east": {"TZ": "Pacific/Kiritimati"},
    "the west": {"TZ": "XXX+23:59"},
    "a language": {"LC_ALL": "fr_FR.UTF-8", "LANGUAGE": "fr", "TERM": "dumb"},
    "no home": {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"},
}


@pytest.mark.parametrize("name", some(ENVIRONMENTS, 3))
def test_the_environment_changes_no_answer(
    name: str, told: Repository, expected: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, trace = _program(tmp_path)
    for key, value in ENVIRONMENTS[name].items():
        monkeypatch.setenv(key, value.format(program=program, trace=trace))
    assert answers(told.folder / "plan") == expected
    assert not trace.exists()


SETTINGS = {
    "programs": """
        [core]
            hooksPath = {hooks}
            fsmonitor = {program}
            pager = {program}
            editor = {program}
            sshCommand = {program}
        [pager]
            log = {program}
        [diff]
            external = {program}
        [diff "odd"]
            textconv = {program}
            command = {program}
        [alias]
            log = !{program}
            rev-parse = !{program}
            cat-file = !{program}
        [log]
            showSignature = true
        [gpg]
            program = {program}
    """,
    "log": """
        [log]
            mailmap = true
            follow = true
            diffMerges = combined
            date = relative
            decorate = full
            abbrevCommit = true
            showRoot = false
        [format]
            pretty = oneline
        [i18n]
            logOutputEncoding = latin1
        [color]
            ui = always
        [notes]
            displayRef = *
    """,
    "diff": """
        [diff]
            renames = copies
            renameLimit = 1
            noprefix = true
            orderFile = {program}
            relative = true
            ignoreSubmodules = all
            submodule = log
    """,
    "core": """
        [core]
            abbrev = 4
            quotePath = true
            ignoreCase = true
            autocrlf = true
            warnAmbiguousRefs = false
            commitGraph = false
    """,
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_configuration_changes_no_answer_and_runs_no_program(
    name: str, copy: Repository, expected: list[Any], tmp_path: Path
) -> None:
    program, trace = _program(tmp_path)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("fsmonitor-watchman", "post-index-change", "reference-transaction", "post-checkout"):
        shutil.copy(program, hooks / hook)
    with (copy.folder / ".git" / "config").open("a") as file:
        file.write(SETTINGS[name].format(program=program, hooks=hooks))
    before = _state(copy.folder)
    assert answers(copy.folder / "plan") == expected
    assert not trace.exists()
    assert _state(copy.folder) == before


def _program(folder: Path) -> tuple[Path, Path]:
    """A program that leaves a trace, and the trace."""
    program, trace = folder / "programme", folder / "trace"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {trace}\nexit 1\n')
    program.chmod(0o755)
    return program, trace


def _state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_grafts_and_replacements_change_no_answer(copy: Repository, expected: list[Any]) -> None:
    copy.git("replace", "HEAD~1", "HEAD~3")
    (copy.folder / ".git" / "info").mkdir(exist_ok=True)
    (copy.folder / ".git" / "info" / "grafts").write_text(copy.git("rev-parse", "HEAD~2") + "\n")
    assert answers(copy.folder / "plan") == expected


def test_a_packed_repository_is_the_same(copy: Repository, expected: list[Any]) -> None:
    copy.git("gc", "-q")
    copy.git("commit-graph", "write", "--reachable", "--changed-paths")
    assert answers(copy.folder / "plan") == expected


# --- no git, or one that fails --------------------------------------------------------------------------------------


def test_git_is_missing(told: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    error = refusal(lambda: timeline.opened(str(told.folder / "plan")))
    assert isinstance(error, SystemFault)
    assert error.exit_code == 5
    assert error.message.startswith("git n'est pas installé")
    # A roadmap that isn't there either is told as such only where git could look for it.
    assert refusal(lambda: timeline.opened(str(told.folder / "data"))).exit_code == 5


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\nexit 3\n", "git a refusé : sans dire pourquoi"),
        ("#!/bin/sh\necho 'fatal: \033[31mout of memory' >&2\nexit 128\n", "git a refusé : \ufffd[31mout of memory"),
        (None, "git ne démarre pas (erreur 13)"),
    ],
)
def test_git_fails(
    script: str | None, said: str, told: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "git"
    program.write_text(script or "")
    program.chmod(0o755 if script else 0o644)
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refusal(lambda: timeline.opened(str(told.folder / "plan")))
    assert (error.exit_code, error.message) == (5, said)


def test_a_repository_of_another_user(copy: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = git._environment
    # What git's own tests say for it.
    monkeypatch.setattr(git, "_environment", lambda: {**ours(), "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    error = refusal(lambda: timeline.opened(str(copy.folder / "plan")))
    assert (error.exit_code, error.message) == (
        5,
        f"git refuse le dépôt « {copy.folder} », qui appartient à un autre utilisateur ; si vous lui faites "
        f"confiance : git config --global --add safe.directory '{copy.folder}'",
    )


# --- where there is no past -----------------------------------------------------------------------------------------


def test_not_a_repository(told: Repository, tmp_path: Path) -> None:
    shutil.copytree(told.folder / "plan", tmp_path / "data")
    error = refusal(lambda: timeline.opened(str(tmp_path)))
    assert (type(error), error.exit_code) == (NotFound, 3)
    assert "n'est pas dans un dépôt git" in error.message


def test_no_commit(told: Repository, tmp_path: Path) -> None:
    repository = begin(tmp_path / "depot", told.folder / "plan")
    with timeline.opened(str(repository.folder)) as past:
        for ask in (_view("HEAD"), _view("main"), _view("2021-05-07"), timeline.history, timeline.compare):
            error = refusal(lambda ask=ask: ask(past))  # type: ignore[misc]
            assert (type(error), error.exit_code) == (NotFound, 3)
            assert error.message.endswith("n'a encore aucun commit : rien n'y est daté")


def _view(x: str) -> Callable[[Passe], object]:
    return lambda past: timeline.view(past, x)


def test_a_bare_repository_and_the_inside_of_one(copy: Repository, tmp_path: Path) -> None:
    copy.git("clone", "-q", "--bare", str(copy.folder), str(tmp_path / "nu.git"))
    for folder in (tmp_path / "nu.git", copy.folder / ".git"):
        error = refusal(lambda folder=folder: timeline.opened(str(folder)))  # type: ignore[misc]
        assert (type(error), error.exit_code) == (NotFound, 3)
        assert "pas dans un dossier de travail" in error.message


def test_a_work_tree_elsewhere(copy: Repository, tmp_path: Path) -> None:
    copy.git("config", "core.worktree", str(tmp_path / "ailleurs"))
    (tmp_path / "ailleurs").mkdir()
    error = refusal(lambda: timeline.opened(str(copy.folder / "plan")))
    assert error.exit_code == 3
    assert "n'est pas dans le dossier de travail de son dépôt git" in error.message


# --- what a repository lacks ----------------------------------------------------------------------------------------


def _lose(repository: Repository, name: str) -> None:
    """Loses an object."""
    found = repository.git("rev-parse", name)
    path = repository.folder / ".git" / "objects" / found[:2] / found[2:]
    path.chmod(0o644)
    path.unlink()


def test_a_lost_commit_isnt_the_end_of_the_line(copy: Repository) -> None:
    _lose(copy, "HEAD~4")
    with timeline.opened(str(copy.folder / "plan")) as past:
        for ask in (_view("1999"), timeline.history):
            assert refusal(lambda ask=ask: ask(past)).exit_code == 5  # type: ignore[misc]


def test_a_lost_head(copy: Repository) -> None:
    _lose(copy, "HEAD")
    with timeline.opened(str(copy.folder / "plan")) as past:
        error = refusal(lambda: timeline.history(past))
    assert error.exit_code == 5
    assert "le commit de HEAD manque" in error.message


def test_a_lost_file_is_marked(copy: Repository) -> None:
    _lose(copy, "bilan/2021-05-07:data/mesures.yaml")
    with timeline.opened(str(copy.folder / "plan")) as past:
        said = [r.probleme for r in timeline.history(past).releves if r.probleme]
        assert said == ["data/mesures.yaml: ce fichier manque au dépôt git ; « git fsck » dit ce qui y manque"]
        error = refusal(lambda: timeline.view(past, "2021-05-07"))
        assert (type(error), error.exit_code) == (InvalidRoadmap, 5)
        # What was before it can't be known.
        view = timeline.view(past, "HEAD")
        assert refusal(lambda: dormant(past, view)).exit_code == 5


def test_a_partial_clone_is_told_and_fetches_nothing(copy: Repository, tmp_path: Path) -> None:
    copy.git("config", "uploadpack.allowFilter", "true")
    clone = Repository(tmp_path / "clone")
    copy.git("clone", "-q", "--filter=blob:none", f"file://{copy.folder}", str(clone.folder))
    missing = clone.git("rev-list", "--objects", "--missing=print", "--all").count("?")
    with timeline.opened(str(clone.folder / "plan")) as past:
        releves = timeline.history(past).releves
        assert [r.compte is not None for r in releves[:3]] == [True, True, False]
        assert "ce clone est partiel" in releves[2].probleme
        assert "« git fetch --refetch --no-filter »" in releves[2].probleme
        view = timeline.view(past, "HEAD")
        for ask in (
            _view("2021-05-07"),
            _view("2020-10-17"),
            timeline.bilans,
            timeline.compare,
            lambda past: dormant(past, view),
            lambda past: timeline.item(past, view, "3"),
        ):
            assert refusal(lambda ask=ask: ask(past)).exit_code == 5  # type: ignore[misc]
    assert missing > 0
    assert clone.git("rev-list", "--objects", "--missing=print", "--all").count("?") == missing


def test_a_clone_without_folders(copy: Repository, tmp_path: Path) -> None:
    copy.git("config", "uploadpack.allowFilter", "true")
    copy.git("clone", "-q", "--filter=tree:0", f"file://{copy.folder}", str(tmp_path / "clone"))
    with timeline.opened(str(tmp_path / "clone" / "plan")) as past:
        error = refusal(lambda: timeline.history(past))
    assert error.exit_code == 5
    assert error.message.startswith("ce clone est partiel")


# --- processes ------------------------------------------------------------------------------------------------------


def test_the_processes_of_history_dont_depend_on_the_commits(copy: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    calls: list[list[str]] = []
    popen = subprocess.Popen

    class Counted(popen):  # type: ignore[valid-type, misc]
        def __init__(self, argv: list[str], **options: Any) -> None:
            super().__init__(argv, **options)
            calls.append(argv)
            started.append(self)

    def processes() -> int:
        calls.clear()
        with monkeypatch.context() as patch:
            patch.setattr(subprocess, "Popen", Counted)
            with timeline.opened(str(copy.folder / "plan")) as past:
                timeline.history(past)
        assert all(process.poll() is not None for process in started)
        assert sum("--batch" in call for call in calls) == 1
        return len(calls)

    text = (copy.folder / "plan" / "mesures.yaml").read_text()
    few = processes()
    for n in range(40):
        (copy.folder / "plan" / "mesures.yaml").write_text(f"# {n}\n{text}")
        copy.commit(f"Change {n}", "2021-11-02")
    assert processes() == few


def test_nothing_is_left_running_after_a_date_is_found(told: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    begun = git._started

    def start(argv: Sequence[str]) -> subprocess.Popen[bytes]:
        started.append(begun(argv))
        return started[-1]

    monkeypatch.setattr(git, "_started", start)
    with timeline.opened(str(told.folder / "plan")) as past:
        timeline.view(past, "2021-06")
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)
