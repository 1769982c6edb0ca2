"""Each line of code in its room: who imports whom, which library is used where, who speaks and who exits."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "alliances_cli"
SOURCE = Path(__file__).resolve().parent.parent / "src" / PACKAGE

# room → the rooms it may import besides itself. A room is a module, or a folder with all that is in it. `__init__` is
# the package itself, with the version.
ROOMS = {
    # ground
    "__init__": "",
    "champs": "",
    "couleurs": "",
    "errors": "",
    "formats": "",
    "french": "",
    "nombre": "",
    "periode": "",
    "ressources": "",
    "typographie": "",
    # text: knows nothing of roadmaps
    "yamltext": "",
    # domain
    "model": "champs nombre periode ressources",
    "theme": "couleurs model",
    "bilan": "champs model periode typographie",
    "checks": "bilan champs errors model periode theme typographie",
    "selection": "bilan champs errors model nombre periode typographie",
    "evolution": "bilan champs model nombre periode typographie yamltext",
    "regles": "champs checks evolution model typographie",
    "diffusion": "champs evolution model",
    # disk
    "location": "errors",
    "git": "errors typographie",
    "store": "champs checks errors french location model typographie yamltext",
    "spreadsheet": "champs errors french periode typographie",
    "skeleton": "champs location typographie yamltext",
    # a document, whatever it says, served
    "preview": "errors",
    # journeys, and what shows their answers
    "past": "champs checks errors git location model periode store typographie yamltext",
    "api": "__init__ bilan champs checks errors location model periode ressources selection store",
    "timeline": "api bilan champs checks errors evolution git location model past periode regles selection store "
    "typographie",
    "beginning": "champs errors location skeleton spreadsheet store typographie yamltext",
    "editing": "bilan champs checks errors evolution git location model nombre past periode selection store "
    "typographie yamltext",
    "present": "api beginning bilan champs couleurs editing errors evolution git location model nombre past periode "
    "ressources selection spreadsheet theme timeline typographie",
    # top
    "cli": "__init__ api beginning champs editing errors formats french location past periode present preview "
    "selection store timeline typographie yamltext",
    "__main__": "__init__ cli",
}
# What may be imported only inside a function.
DEFERRED = {
    # Only what asks for the past, or for a public version, loads what makes it.
    "api": "diffusion past",
    "timeline": "diffusion",
    # No command pays for what it doesn't use.
    "cli": "api beginning editing location past periode present preview selection store timeline yamltext",
    "__main__": "__init__ cli",
}
# third-party module → the files and folders that may use it. What isn't here is used nowhere.
LIBRARIES = {
    "docx": "present/report/as_docx.py present/report/word.py",
    "jinja2": "present/report",
    "markupsafe": "present/report",
    "pydantic": "model.py store.py",
    "pydantic_core": "model.py store.py",
    "rich": "present/rich_screen.py",
    "starlette": "preview/server.py",
    "typer": "cli",
    "weasyprint": "present/report/as_pdf.py",
    "uvicorn": "preview/server.py",
    "watchfiles": "preview/watching.py",
    "yaml": "yamltext",
}
# standard module → the files and folders that may use it.
STANDARD = {
    "multiprocessing": "",
    "socket": "preview/server.py",
    "subprocess": "git.py",
    "webbrowser": "cli/serve.py",
}
# What another system lacks (`msvcrt`: what only Windows has): only inside functions of these.
POSIX = {
    "fcntl": "store.py",
    "grp": "",
    "msvcrt": "store.py",
    "pty": "",
    "pwd": "",
    "resource": "",
    "termios": "",
    "tty": "",
}
# What starts a process without `subprocess`.
STARTERS = ("os.fork", "os.popen", "os.posix_spawn", "os.system", "os.execv", "os.execve", "os.execvp", "os.spawnv")
# words → the files and folders that may say them.
WORDS = {
    "print": "__main__.py",
    "input": "",
    "exit": "",
    "quit": "",
    "sys.exit": "__main__.py",
    "os._exit": "",
    "sys.stdout": "cli",
    "sys.stderr": "cli",
    **dict.fromkeys(STARTERS, ""),
}
CATCH_ALL = ("utils", "util", "helpers", "misc", "common")


@dataclass(frozen=True)
class Module:
    """A file of the package: its path there (`present/liens.py`), its dotted name there (`present.liens`), its code."""

    path: str
    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name. `deferred`: inside a function; `typing`: only for type checkers."""

    target: str
    line: int
    deferred: bool
    typing: bool


def _modules() -> tuple[Module, ...]:
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)
        found.append(Module(file.relative_to(SOURCE).as_posix(), name, ast.parse(file.read_text("utf-8"))))
    return tuple(found)


MODULES = _modules()
NAMES = {module.name for module in MODULES}


def _imports(module: Module) -> Iterator[Import]:
    def walk(node: ast.AST, deferred: bool, typing: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, deferred, typing)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}:{node.lineno}: a relative import; write the whole name"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = inner.removeprefix(f"{PACKAGE}.") in NAMES
                yield Import(inner if is_module else str(node.module), node.lineno, deferred, typing)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for statement in node.body:
                yield from walk(statement, deferred, True)
            for statement in node.orelse:
                yield from walk(statement, deferred, typing)
        else:
            inside = deferred or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                yield from walk(child, inside, typing)

    return walk(module.tree, False, False)


def _own(target: str) -> str | None:
    """The name inside the package of one of our modules; None for another's."""
    if target == PACKAGE:
        return "__init__"
    return target.removeprefix(f"{PACKAGE}.") if target.startswith(f"{PACKAGE}.") else None


def _stands_in(module: Module, places: str) -> bool:
    return any(module.path == place or module.path.startswith(f"{place}/") for place in places.split())


def test_each_room_has_its_line_in_the_table() -> None:
    assert {module.room for module in MODULES} == set(ROOMS)
    named = {room for allowed in (*ROOMS.values(), *DEFERRED.values()) for room in allowed.split()}
    assert named <= set(ROOMS)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.path)
def test_imports_only_the_rooms_that_the_table_says(module: Module) -> None:
    deferred = DEFERRED.get(module.room, "").split()
    allowed = {module.room, *ROOMS[module.room].split(), *deferred}
    wrong = []
    for found in _imports(module):
        own = _own(found.target)
        if own is None:
            continue
        room = own.partition(".")[0]
        if room not in allowed:
            wrong.append(f"{module.path}:{found.line}: {module.room} may not import {room}")
        elif room in deferred and not (found.deferred or found.typing):
            wrong.append(f"{module.path}:{found.line}: {room} is imported inside the function that needs it")
    assert wrong == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.path)
def test_uses_a_library_only_in_its_room(module: Module) -> None:
    wrong = []
    for found in _imports(module):
        top = found.target.partition(".")[0]
        if top == PACKAGE:
            continue
        if top in STANDARD or top in POSIX:
            right = _stands_in(module, {**STANDARD, **POSIX}[top]) and (found.deferred or top not in POSIX)
        else:
            right = top in sys.stdlib_module_names or _stands_in(module, LIBRARIES.get(top, ""))
        if not right:
            wrong.append(f"{module.path}:{found.line}: {found.target}")
    assert wrong == []


def test_no_cycle_of_imports_at_module_level() -> None:
    graph = {
        module.name: {
            own
            for found in _imports(module)
            if not (found.deferred or found.typing) and (own := _own(found.target)) not in (None, module.name)
        }
        for module in MODULES
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"modules that import each other: {' → '.join(map(str, error.args[1]))}")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.path)
def test_speaks_exits_and_starts_processes_only_where_the_table_says(module: Module) -> None:
    wrong = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            word = node.func.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            word = f"{node.value.id}.{node.attr}"
        else:
            continue
        if word in WORDS and not _stands_in(module, WORDS[word]):
            wrong.append(f"{module.path}:{node.lineno}: {word}")
    assert wrong == []


def test_no_room_for_what_has_no_room() -> None:
    assert [module.path for module in MODULES if module.name.rpartition(".")[2] in CATCH_ALL] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.path)
def test_says_what_it_is(module: Module) -> None:
    """Each module, public class and public function of the module has its docstring."""
    silent = [] if ast.get_docstring(module.tree) else [f"{module.path}:1: the module"]
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            silent += [] if ast.get_docstring(node) else [f"{module.path}:{node.lineno}: {node.name}"]
    assert silent == []
