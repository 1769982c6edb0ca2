"""What each command loads: no command pays for what it doesn't use. Each runs in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import crossed, some

ROOT = Path(__file__).resolve().parent.parent

HEAVY = ("jinja2", "markupsafe", "pydantic", "pydantic_core", "rich", "typer", "yaml")
# Those of the extras, and what comes with them: only the command and the form that need them load them.
EXTRAS = ("docx", "fontTools", "lxml", "PIL", "starlette", "uvicorn", "watchfiles", "weasyprint")
# Modules that another system lacks.
POSIX = {"fcntl", "grp", "msvcrt", "pty", "pwd", "resource", "syslog", "termios", "tty", "winreg"}

# Runs `main` as the console script does, then writes what is loaded, and the processes that were started, to a file.
# It imports nothing of its own: an audit hook sees every way to start a process.
DRIVER = """
import sys
started = []
def watch(event, args):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"):
        started.append(event)
sys.addaudithook(watch)
report = sys.argv[1]
sys.argv[:2] = ["alliances"]
from alliances_cli.__main__ import main
try:
    main()
finally:
    modules = sorted(sys.modules)
    with open(report, "w", encoding="utf-8") as file:
        file.write("\\n".join(modules) + "\\n\\n" + "\\n".join(started))
"""


@dataclass(frozen=True)
class Loaded:
    """What a command left behind: its exit code, its output, the modules it loaded, the processes it started."""

    code: int
    output: str
    modules: frozenset[str]
    processes: tuple[str, ...]

    def libraries(self) -> set[str]:
        """Those of `HEAVY` and of `EXTRAS` that were loaded."""
        return {name for name in (*HEAVY, *EXTRAS) if name in self.modules}

    def own(self) -> set[str]:
        """The tool's modules that were loaded."""
        return {name for name in self.modules if name.partition(".")[0] == "alliances_cli"}


def _environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALLIANCES_", "_ALLIANCES"))}
    return {**kept, "PYTHONUTF8": "1", **variables}


def _read(report: Path, code: int, output: str) -> Loaded:
    modules, _, processes = report.read_text("utf-8").partition("\n\n")
    return Loaded(code, output, frozenset(modules.split("\n")), tuple(processes.split()))


def run(folder: Path, *argv: str, code: int = 0, **variables: str) -> Loaded:
    """Runs one command line with pipes for stdin, stdout and stderr; expects success unless told."""
    report = folder / "loaded.txt"
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(report), *argv],
        cwd=ROOT,
        env=_environment(**variables),
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return _read(report, done.returncode, done.stdout)


def complete(folder: Path, words: str) -> Loaded:
    """A TAB at the end of `words`, as bash asks for it."""
    position = len(words.split(" ")) - 1
    return run(folder, _ALLIANCES_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(position))


@pytest.fixture
def roadmap(tmp_path: Path) -> Path:
    """A copy of the real data, to be written to."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


# --- before the data ------------------------------------------------------------------------------------------------


def test_version_loads_nothing(tmp_path: Path) -> None:
    loaded = run(tmp_path, "--version")
    assert loaded.libraries() == set()
    assert loaded.own() == {"alliances_cli", "alliances_cli.__main__"}
    assert loaded.output.startswith("alliances ")


@pytest.mark.parametrize(
    "argv",
    [
        ("--help",),
        ("status", "--help"),
        ("list", "--help"),
        ("show", "--help"),
        ("summarise", "--help"),
        ("check", "--help"),
        ("update", "--help"),
        ("render", "--help"),
        ("init", "--help"),
        ("serve", "--help"),
    ],
    ids=" ".join,
)
def test_help_loads_typer_alone(tmp_path: Path, argv: tuple[str, ...]) -> None:
    loaded = run(tmp_path, *argv)
    assert loaded.libraries() == {"typer"}
    assert loaded.processes == ()
    assert "Exemple" in loaded.output


@pytest.mark.parametrize(
    "argv",
    [
        ("statut",),
        ("status", "--fromat", "json"),
        ("status", "--format", "xml"),
        ("list", "mesurse"),
        ("show",),
        ("update", "15"),
        ("render", "--check"),
        ("init", "--new-scale"),
        ("serve", "--port", "70000"),
    ],
    ids=" ".join,
)
def test_usage_error_loads_typer_alone(tmp_path: Path, argv: tuple[str, ...]) -> None:
    loaded = run(tmp_path, *argv, code=2)
    assert loaded.libraries() == {"typer"}
    assert loaded.processes == ()


@pytest.mark.parametrize("words", ["alliances ", "alliances sta", "alliances status --", "alliances status --format "])
def test_tab_on_words_of_the_tool_loads_typer_alone(tmp_path: Path, words: str) -> None:
    loaded = complete(tmp_path, words)
    assert loaded.libraries() == {"typer"}
    assert loaded.processes == ()
    assert loaded.output


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("alliances show 1", "15"),
        ("alliances update ", "mission"),
        ("alliances update 15 --avancement ", "en_retard"),
        ("alliances list --pilote ", ""),
        ("alliances list --dimension ", "politique"),
        ("alliances diff ", "2021-05-07"),
    ],
)
def test_tab_on_words_of_the_data_loads_yaml_and_no_model(tmp_path: Path, words: str, found: str) -> None:
    loaded = complete(tmp_path, words)
    assert loaded.libraries() == {"typer", "yaml"}
    assert loaded.processes == ()
    assert found in loaded.output


@pytest.mark.parametrize("argv", [("--version",), ("--help",), ("update", "--help")], ids=" ".join)
def test_start_loads_nothing_that_another_system_lacks(tmp_path: Path, argv: tuple[str, ...]) -> None:
    # typer loads parts of the standard library that try some of these, wherever they run.
    code = "import sys, typer; print(*sys.modules)"
    of_typer = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True).stdout
    assert POSIX & run(tmp_path, *argv).modules <= POSIX & set(of_typer.split())


# --- the data -------------------------------------------------------------------------------------------------------

READING = [
    ("status",),
    ("status", "--format", "json"),
    ("list",),
    ("list", "chantiers", "--en-retard", "--sort", "echeance"),
    ("list", "--format", "json"),
    ("list", "--format", "csv"),
    ("list", "--format", "csv-excel"),
    ("list", "--format", "md"),
    ("show", "15"),
    ("show", "15", "--format", "json"),
    ("summarise",),
    ("summarise", "--by", "pilote"),
    ("summarise", "--format", "json"),
    ("check",),
    ("check", "--format", "json"),
    ("check", "--format", "github"),
]


@pytest.mark.parametrize("argv", some(READING, 3), ids=" ".join)
def test_looking_loads_no_template_and_when_piped_no_rich(tmp_path: Path, argv: tuple[str, ...]) -> None:
    loaded = run(tmp_path, *argv)
    assert loaded.libraries() == {"typer", "yaml", "pydantic", "pydantic_core"}
    assert loaded.processes == ()


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--format", "json")], ids=" ".join)
def test_update_loads_no_template_and_when_piped_no_rich(
    tmp_path: Path, roadmap: Path, options: tuple[str, ...]
) -> None:
    loaded = run(tmp_path, "update", "15", "--realise", "Un texte", "--data", str(roadmap), *options)
    assert loaded.libraries() == {"typer", "yaml", "pydantic", "pydantic_core"}
    assert loaded.processes == ()
    assert "Un texte" in loaded.output


def test_init_loads_no_template_engine_and_when_piped_no_rich(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("titre;budget\na;12\n", encoding="utf-8")
    loaded = run(tmp_path, "init", str(tmp_path / "f"), "--from", str(tmp_path / "f.csv"), "--yes")
    assert loaded.libraries() == {"typer", "yaml", "pydantic", "pydantic_core"}
    assert loaded.processes == ()


def test_invalid_roadmap_loads_no_template_and_when_piped_no_rich(tmp_path: Path, roadmap: Path) -> None:
    (roadmap / "mesures.yaml").write_text("mesures:\n  - id: 1\n    titer: Un titre\n", encoding="utf-8")
    loaded = run(tmp_path, "status", "--data", str(roadmap), code=1)
    assert loaded.libraries() == {"typer", "yaml", "pydantic", "pydantic_core"}
    assert loaded.processes == ()


@pytest.mark.parametrize(("to_file", "format"), crossed([False, True], ["md", "html", "txt-mail"]))
def test_render_loads_jinja_and_no_rich(tmp_path: Path, format: str, to_file: bool) -> None:
    target = ("-o", str(tmp_path / f"bilan.{format}")) if to_file else ()
    loaded = run(tmp_path, "render", "--format", format, *target)
    assert loaded.libraries() == {"typer", "yaml", "pydantic", "pydantic_core", "jinja2", "markupsafe"}
    assert loaded.processes == ()


# --- a terminal -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal there")
@pytest.mark.parametrize(
    ("argv", "rich"),
    [(("status",), True), (("status", "--format", "json"), False), (("--help",), False), (("--version",), False)],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_only_a_screen_for_people_loads_rich(tmp_path: Path, argv: tuple[str, ...], rich: bool) -> None:
    import pty

    report = tmp_path / "loaded.txt"
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(report), *argv],
        cwd=ROOT,
        env=_environment(TERM="xterm-256color", COLUMNS="100"),
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    ) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # Linux's way to say that nobody writes any more
                break
            if not piece:
                break
            shown += piece
        code = process.wait(timeout=120)
    os.close(master)
    assert code == 0, shown.decode("utf-8", "replace")
    loaded = _read(report, code, shown.decode("utf-8", "replace"))
    assert ("rich" in loaded.modules) is rich
    assert "jinja2" not in loaded.modules
    assert loaded.processes == ()
