"""No English word of a framework reaches the user: typer's help, usage errors and completion, pydantic's refusals."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import cache as kept
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import pytest
import typer
import typer.testing
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import core_schema
from typer.core import TyperGroup, TyperOption
from typer.main import get_command
from typer.testing import CliRunner, Result

from alliances_cli import french
from alliances_cli.cli.framework import FrenchCommand, FrenchGroup, describe_usage_error, install

N = french.NBSP
NN = french.NNBSP
SOURCES = Path(__file__).resolve().parent.parent / "src" / "alliances_cli"

# Words of the frameworks. « Options » and « Arguments » are French too, but for the space before their colon.
ENGLISH = re.compile(
    r"""
    \b(?: usage | show\ this | this\ message | error | missing | invalid | no\ such | try | default | required
        | did\ you\ mean | requires | installed | install | completion | deprecated | aborted | supported
        | unexpected | possible\ options | choices
        | not | valid | value | takes | given | env\ var | command | commands | choose | from
        | input | should | must | string | field | expected | extra | dictionary | refused | unknown | exist )\b
    | (?:Options|Arguments): | <(?:str|int|float|path|file|directory|filename|boolean|choice)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def english(text: str) -> list[str]:
    """The English words of a text; names of options and what stands in « » or backquotes are the user's."""
    return ENGLISH.findall(re.sub(r"--[\w-]+|«[^»]*»|`[^`]*`", " ", text))


# --- a little program that has one of everything ----------------------------------------------------------------------

install()
toy = typer.Typer(cls=FrenchGroup, rich_markup_mode=None, pretty_exceptions_enable=False)
sous = typer.Typer(cls=FrenchGroup, rich_markup_mode=None, help="Des révisions.")
toy.add_typer(sous, name="git")


def parity(text: str) -> int:
    if int(text) % 2:
        raise typer.BadParameter(f"« {text} » est impair")
    return int(text)


@toy.callback()
def root(
    racine: Annotated[
        Path, typer.Option(envvar="TOY_RACINE", show_envvar=True, exists=True, file_okay=False, help="Le dossier.")
    ] = Path(),
    bavard: Annotated[bool, typer.Option("--bavard/--discret", "-b", help="En dit plus.")] = False,
) -> None:
    """Un jouet."""


@toy.command("list", cls=FrenchCommand)
def list_items(
    famille: Annotated[Literal["mesures", "chantiers"], typer.Argument(help="La famille.", envvar="TOY_FAMILLE")],
    format: Annotated[Literal["text", "json"], typer.Option("--format", "-f", help="Le format.")] = "text",
    limite: Annotated[int, typer.Option(help="Combien.")] = 10,
    page: Annotated[int, typer.Option(min=1, max=9, help="Laquelle.")] = 1,
    seuil: Annotated[float, typer.Option(min=0, help="Le seuil.")] = 0.5,
    paire: Annotated[tuple[str, int], typer.Option(help="Un nom et un nombre.")] = ("a", 1),
    mot: Annotated[list[str] | None, typer.Option(help="Un mot, plusieurs fois.")] = None,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Le jour.")] = None,
    fichier: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Un fichier.")] = None,
    texte: Annotated[typer.FileText | None, typer.Option(help="Un texte.")] = None,
    entier: Annotated[int, typer.Option(parser=int, help="Un entier.")] = 0,
    pair: Annotated[int, typer.Option(parser=parity, help="Un pair.")] = 0,
) -> None:
    """Montre les éléments d'une famille, dans l'ordre du fichier, avec une aide assez longue pour être pliée."""


@toy.command(cls=FrenchCommand)
def update(id: str, titre: Annotated[str, typer.Option(help="Le titre.")]) -> None:
    """Change un élément."""
    raise typer.BadParameter(f"rien à changer dans « {titre} » : c'est déjà le titre", param_hint="« titre »")


@toy.command(cls=FrenchCommand, deprecated=True)
def ancien(mots: Annotated[list[str] | None, typer.Argument(help="Des mots.")] = None) -> None:
    """Une commande d'avant."""


@toy.command(cls=FrenchCommand, hidden=True)
def cache() -> None:
    """Une commande cachée."""
    raise typer.Abort


@sous.command("diff", cls=FrenchCommand)
def diff(avant: str, apres: str = "HEAD") -> None:
    """Compare deux révisions."""


@sous.command("log", cls=FrenchCommand)
def log() -> None:
    """Montre l'histoire."""


# Else each line would build the whole program anew.
typer.testing._get_command = kept(get_command)  # type: ignore[attr-defined]


def run(app: typer.Typer, *args: str, **env: str) -> Result:
    return CliRunner().invoke(app, list(args), prog_name="toy", env=env)


def complaint(*args: str, **env: str) -> str:
    """The last line of what the toy says of a wrong command line."""
    result = run(toy, *args, **env)
    assert (result.exit_code, result.stdout) == (2, "")
    assert not english(result.stderr)
    last = result.stderr.rstrip("\n").split("\n")[-1]
    assert last.startswith(f"Erreur{N}: ")
    return last.removeprefix(f"Erreur{N}: ")


def test_the_whole_of_a_usage_error() -> None:
    assert run(toy, "list", "mesures", "--fromat", "json").stderr == (
        f"Utilisation{N}: toy list [OPTIONS] {{famille}}:<mesures|chantiers>\n"
        f"Aide{N}: toy list --help\n\n"
        f"Erreur{N}: option «{N}--fromat{N}» inconnue{NN}; vouliez-vous dire «{N}--format{N}»{NN}?\n"
    )


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["lst"], "commande « lst » inconnue ; vouliez-vous dire « list » ?"),
        (["zzz"], "commande « zzz » inconnue"),
        (["cach"], "commande « cach » inconnue"),
        (["git", "dif"], "commande « dif » inconnue ; vouliez-vous dire « diff » ?"),
        (["l'été"], "commande « l'été » inconnue"),
        (["--bavar", "list"], "option « --bavar » inconnue ; vouliez-vous dire « --bavard » ?"),
        (["list", "mesures", "-limite", "3"], "option « -limite » inconnue ; vouliez-vous dire « --limite » ?"),
        (["list", "mesures", "-z"], "option « -z » inconnue"),
        (["list", "mesures", "--racine", "."], "option « --racine » inconnue ici ; elle se met avant « list »"),
        (["--format", "json", "list"], "option « --format » inconnue ici ; elle se met après la commande"),
        (["list", "mesures", "a", "b"], "« a b » est en trop"),
        (["list"], "argument manquant : « famille » (au choix : « mesures », « chantiers »)"),
        (["update", "1"], "option obligatoire manquante : « --titre »"),
        (["list", "mesures", "--limite"], "l'option « --limite » attend une valeur"),
        (["list", "mesures", "--paire", "a"], f"l'option « --paire » attend 2{N}valeurs"),
        (["--bavard=oui", "list"], "l'option « --bavard » n'attend pas de valeur"),
        (
            ["list", "mesure"],
            "valeur incorrecte pour « famille » : « mesure » n'est pas un choix possible (au choix : « mesures », "
            "« chantiers ») ; vouliez-vous dire « mesures » ?",
        ),
        (
            ["list", "mesures", "--limite", "dix"],
            "valeur incorrecte pour « --limite » : « dix » n'est pas un nombre entier",
        ),
        (
            ["list", "mesures", "--page", "0"],
            "valeur incorrecte pour « --page » : 0 est hors des bornes (un nombre de 1 à 9 est attendu)",
        ),
        (
            ["list", "mesures", "--seuil", "-1"],
            "valeur incorrecte pour « --seuil » : -1.0 est hors des bornes (un nombre d'au moins 0 est attendu)",
        ),
        (["list", "mesures", "--seuil", "x"], "valeur incorrecte pour « --seuil » : « x » n'est pas un nombre"),
        (
            ["list", "mesures", "--date", "hier"],
            "valeur incorrecte pour « --date » : « hier » n'est pas une date de la forme « %Y-%m-%d »",
        ),
        (["list", "mesures", "--fichier", "rien"], "valeur incorrecte pour « --fichier » : « rien » n'existe pas"),
        (
            ["list", "mesures", "--fichier", "/"],
            "valeur incorrecte pour « --fichier » : « / » est un dossier, un fichier est attendu",
        ),
        (
            ["list", "mesures", "--texte", "rien"],
            "valeur incorrecte pour « --texte » : « rien » : ce fichier n'existe pas",
        ),
        (["list", "mesures", "--entier", "x"], "valeur incorrecte pour « --entier » : « x » est refusé"),
        (["list", "mesures", "--pair", "3"], "valeur incorrecte pour « --pair » : « 3 » est impair"),
        (
            ["update", "1", "--titre", "T"],
            "valeur incorrecte pour « titre » : rien à changer dans « T » : c'est déjà le titre",
        ),
        (["list", "mesures", "--format", "a\x1b[31mb"], None),
    ],
)
def test_usage_errors(args: list[str], expected: str | None) -> None:
    text = complaint(*args)
    if expected is None:
        assert "\x1b" not in text
    else:
        assert text == french.typeset(expected)


def test_a_value_from_the_environment_is_named_so() -> None:
    assert complaint("list", "mesures", TOY_RACINE="/nulle part") == french.typeset(
        "valeur incorrecte pour « --racine » (variable d'environnement TOY_RACINE) : « /nulle part » n'existe pas"
    )
    assert "TOY_FAMILLE) : « x »" in complaint("list", TOY_FAMILLE="x").replace(N, " ")


def test_the_typographic_spaces_stay_out_of_names() -> None:
    assert "« a : b ! »" in complaint("list", "mesures", "a : b !").replace(f"«{N}", "« ").replace(f"{N}»", " »")


def test_a_withdrawn_command_is_said_to_be_in_french() -> None:
    result = run(toy, "ancien")
    assert result.exit_code == 0
    assert result.stderr == f"La commande «{N}ancien{N}» est déconseillée.\n"
    assert "  ancien  Une commande d'avant. (commande déconseillée)\n" in run(toy, "--help").stdout
    assert "(commande déconseillée)" in run(toy, "ancien", "--help").stdout


def test_an_abort_is_said_in_french() -> None:
    result = run(toy, "cache")
    assert (result.exit_code, result.stderr) == (1, "Abandon.\n")


def test_a_page_of_help() -> None:
    assert (
        run(toy, "list", "--help").stdout.replace(N, " ").replace(NN, " ")
        == """\
Utilisation : toy list [OPTIONS] {famille}:<mesures|chantiers>

  Montre les éléments d'une famille, dans l'ordre du fichier, avec une aide
  assez longue pour être pliée.

Arguments :
  famille:<mesures|chantiers>  La famille.  [variable d'environnement :
                               TOY_FAMILLE ; obligatoire]

Options :
  -f, --format <text|json>   Le format.  [par défaut : text]
  --limite <entier>          Combien.  [par défaut : 10]
  --page <entier>            Laquelle.  [par défaut : 1 ; de 1 à 9]
  --seuil <nombre>           Le seuil.  [par défaut : 0.5 ; 0 au moins]
  --paire <texte entier>...  Un nom et un nombre.  [par défaut : a, 1]
  --mot <texte>              Un mot, plusieurs fois.
  --date <%Y-%m-%d>          Le jour.
  --fichier <fichier>        Un fichier.
  --texte <fichier>          Un texte.
  --entier <valeur>          Un entier.  [par défaut : 0]
  --pair <valeur>            Un pair.  [par défaut : 0]
  --help                     Affiche cette aide.
"""
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aide.", "Aide."),
        ("Une liste [a; b]", "Une liste [a; b]"),
        ("[x<=3]", "[3 au plus]"),
        ("Aide.  [default: a; b; x>=2]", f"Aide.  [default: a; b{NN}; 2 au moins]"),
        ("Aide.  [env var: X; obligatoire]", f"Aide.  [variable d'environnement{N}: X{NN}; obligatoire]"),
    ],
)
def test_the_notes_of_a_parameter(text: str, expected: str) -> None:
    assert french.help_notes(text) == expected


def test_the_help_of_the_program() -> None:
    text = run(toy, "--help").stdout.replace(N, " ").replace(NN, " ")
    assert text.startswith("Utilisation : toy [OPTIONS] COMMANDE [ARGUMENTS]...\n")
    assert "\nCommandes :\n" in text
    assert "[variable d'environnement : TOY_RACINE ; par défaut : .]" in " ".join(text.split())
    assert re.search(r"\n  list +Montre .*…\n", text)


def test_an_output_that_cannot_hold_the_spaces_gets_plain_ones(tmp_path: Path) -> None:
    for encoding in ("ascii", "latin-1"):
        done = toy_process("--help", PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode(encoding).replace(N, " ").startswith("Utilisation : toy")
        done = toy_process("lst", PYTHONIOENCODING=encoding)
        assert b"\\x" not in done.stderr
        assert b"\\u" not in done.stderr


# --- any program ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["toy", "alliances"])
def app(request: pytest.FixtureRequest) -> typer.Typer:
    if request.param == "toy":
        return toy
    from alliances_cli.cli.app import COMMANDS, build

    return build(COMMANDS)


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command of a program, with the words that lead to it."""
    yield path, command
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from walk(child, (*path, name))


def wrong_lines(command: Any) -> Iterator[list[str]]:
    """What may follow a command's name and be refused."""
    yield ["--zzzz"]
    yield ["-%"]
    if isinstance(command, TyperGroup):
        yield ["zzzz"]
        yield from ([name[:-1] + "%"] for name in command.commands)
        yield []
    elif command.params and all(param.nargs == 1 for param in command.params):
        yield ["1"] * 20
    if any(param.required for param in command.params):
        yield []
    for param in command.params:
        if isinstance(param, TyperOption):
            option = max(param.opts, key=len)
            yield [option[:-1] + "%"]
            if param.is_flag:
                yield [f"{option}=x"]
            else:
                yield [option]
                if param.type.name != "str" and "path" not in param.type.name and param.nargs == 1:
                    yield [option, "%%"]


def test_no_english_word_in_any_help(app: typer.Typer) -> None:
    seen = 0
    for path, _ in walk(get_command(app)):
        result = run(app, *path, "--help")
        assert (path, result.exit_code) == (path, 0)
        assert (path, english(result.output)) == (path, [])
        assert result.stdout.startswith(f"Utilisation{N}: ")
        seen += 1
    assert seen > 3


def test_no_english_word_in_any_usage_error(app: typer.Typer) -> None:
    seen = 0
    for path, command in walk(get_command(app)):
        for words in wrong_lines(command):
            result = run(app, *path, *words)
            said = result.output.split("\n\n")[-1] if words else result.output
            where = (*path, *words)
            if result.exit_code == 0:
                continue  # a parser of ours, or a text, takes it
            assert (where, english(said)) == (where, [])
            assert "Traceback" not in result.output
            assert result.exception is None or isinstance(result.exception, SystemExit), where
            seen += result.exit_code == 2
    assert seen > 20


def test_our_source_asks_nothing() -> None:
    """typer's questions take `y` and `n`, and aren't translated."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "typer" else ""
            assert name not in ("confirm", "prompt", "progressbar"), path
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Option"):
                assert not {k.arg for k in node.keywords} & {"prompt", "confirmation_prompt"}, path


# --- completion -------------------------------------------------------------------------------------------------------


def toy_process(*args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    code = f"import runpy; runpy.run_path({__file__!r})['toy'](prog_name='toy')"
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, env={**os.environ, **env})


UNDETECTED = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}


@pytest.mark.complet
@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".bash_completions/toy.sh"),
        ("zsh", ".zfunc/_toy"),
        ("fish", ".config/fish/completions/toy.fish"),
    ],
)
def test_completion_is_installed_and_says_so(shell: str, place: str, tmp_path: Path) -> None:
    done = toy_process("--install-completion", shell, HOME=str(tmp_path), **UNDETECTED)
    assert done.stdout.decode() == (
        f"complétion de {shell} installée dans {tmp_path / place}\n"
        "Elle prendra effet à l'ouverture d'un nouveau terminal.\n"
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "_TOY_COMPLETE" in (tmp_path / place).read_text()
    shown = toy_process("--show-completion", shell, **UNDETECTED)
    assert shown.stdout.decode().strip() == (tmp_path / place).read_text().strip()


def test_completion_of_powershell_is_shown() -> None:
    shown = toy_process("--show-completion", "pwsh", **UNDETECTED)
    assert "Register-ArgumentCompleter -Native -CommandName toy" in shown.stdout.decode()


@pytest.mark.parametrize(
    ("instruction", "env", "expected"),
    [
        ("complete_bash", {"COMP_WORDS": "toy l", "COMP_CWORD": "1"}, "list\n"),
        ("complete_bash", {"COMP_WORDS": "toy list --format ", "COMP_CWORD": "3"}, "text\njson\n"),
        ("complete_zsh", {"_TYPER_COMPLETE_ARGS": "toy list --h"}, '"--help":"Affiche cette aide."'),
        (
            "complete_zsh",
            {"_TYPER_COMPLETE_ARGS": "toy --i"},
            '"--install-completion":"Installe la complétion pour l\'\'interpréteur de commandes en cours."',
        ),
        (
            "complete_fish",
            {"_TYPER_COMPLETE_ARGS": "toy an", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
            "ancien\tUne commande d'avant. (commande déconseillée)\n",
        ),
        (
            "complete_powershell",
            {"_TYPER_COMPLETE_ARGS": "toy git lo", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "lo"},
            "log:::Montre l'histoire.\n",
        ),
    ],
)
def test_completion_answers(instruction: str, env: dict[str, str], expected: str) -> None:
    done = toy_process(_TOY_COMPLETE=instruction, **env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert expected in done.stdout.decode()


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("rien", "demande de complétion incorrecte"),
        ("complete_csh", "pas de complétion pour « csh » ; elle existe pour bash, zsh, fish, powershell et pwsh"),
        ("dance_bash", "demande de complétion « dance » inconnue"),
    ],
)
def test_completion_refuses_in_french(instruction: str, expected: str) -> None:
    done = toy_process(_TOY_COMPLETE=instruction)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().strip() == french.typeset(expected)


def test_the_framework_costs_no_more_than_typer() -> None:
    code = (
        "import sys, typer; before = set(sys.modules); import alliances_cli.cli.framework as f; f.install();"
        "print(*sorted({m.partition('.')[0] for m in set(sys.modules) - before}))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) <= {"alliances_cli", "unicodedata", "__future__"}


def test_french_is_installed_once() -> None:
    before = typer._click.exceptions.UsageError.show
    install()
    assert typer._click.exceptions.UsageError.show is before


# --- what typer may say -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (typer.BadParameter("this is new"), "Erreur : valeur incorrecte : elle est refusée"),
        (typer.BadParameter("the thing 'x' went 'y'"), "Erreur : valeur incorrecte : « x », « y » est refusé"),
        (typer._click.ClickException("this is new"), "Erreur : utilisation incorrecte"),
        (typer._click.ClickException("about 'x': this is new"), "Erreur : utilisation incorrecte : « x »"),
        (
            typer._click.exceptions.FileError("a.yaml", "No such file or directory"),
            "Erreur : le fichier « a.yaml » ne s'ouvre pas : ce fichier n'existe pas",
        ),
        (
            typer._click.exceptions.FileError("a.yaml", "Something new"),
            "Erreur : le fichier « a.yaml » ne s'ouvre pas : utilisation incorrecte",
        ),
        (
            typer._click.exceptions.NoSuchOption("--ab", possibilities=["--abc"]),
            "Erreur : option « --ab » inconnue ; vouliez-vous dire « --abc » ?",
        ),
        (typer._click.exceptions.MissingParameter(), "Erreur : paramètre manquant"),
        (RuntimeError("this is new"), "Erreur : utilisation incorrecte"),
        (typer.Abort(), "Abandon."),
        (typer.Exit(3), ""),
    ],
)
def test_errors_that_no_command_line_raises(error: BaseException, expected: str) -> None:
    assert describe_usage_error(error) == french.typeset(expected)


# Of these modules no message reaches a user of ours: rich isn't used for help, the rest is for developers.
OUT_OF_REACH = {"rich_utils.py", "cli.py", "testing.py", "__main__.py", "params.py", "_winconsole.py", "_compat.py"}
FOR_DEVELOPERS = {"TypeError", "ValueError", "RuntimeError", "AssertionError", "NotImplementedError", "warn", "Doc"}
# Callback signatures that typer refuses at import, its own exceptions about declarations, and no sentences at all.
NO_MESSAGES = re.compile(
    r"Too many CLI parameter callback|Invalid autocompletion callback|Annotated`|Cannot specify|default_factory"
    r"|default value|^ together for|%\(|\$\{|zstyle|compinit|^source '|_arguments|<unopened|^python -m"
    r"|Library/Application|int(?:eger)? range|float range|^ clamped$|os\.PathLike|^Choice\("
)


def spoken(function: ast.expr) -> str:
    """The last name of what is called."""
    return ast.unparse(function).rpartition(".")[2]


def sample(node: ast.AST) -> str | None:
    """The text of a string as it could come out, each hole filled."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(piece.value)
            if isinstance(piece, ast.Constant)
            else "'x1'"
            if isinstance(piece, ast.FormattedValue) and piece.conversion == ord("r")
            else "x1"
            for piece in node.values
        )
    return None


def messages(node: ast.AST, said: bool = False) -> Iterator[str]:
    """The sentences below a node of typer's source, and whatever is handed to a function that speaks."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Assert, ast.arguments)) or (
            isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        ):
            if isinstance(child, ast.arguments):
                for default in (*child.defaults, *child.kw_defaults):
                    if default is not None:
                        yield from messages(ast.Expression(default))
            continue
        if isinstance(child, ast.Call) and spoken(child.func) in FOR_DEVELOPERS:
            continue
        text = sample(child)
        if text is None:
            yield from messages(
                child,
                isinstance(child, ast.Call)
                and spoken(child.func)
                in ("_", "fail", "echo", "secho", "section", "UsageError", "BadParameter", "ClickException"),
            )
        elif re.search(r"(?:[A-Za-z]{2,}|x1'?)[\])]* [\[('\"]*[A-Za-z]{2,}|[A-Z][a-z]{2,}[:!.]|\([A-Z]{3,}", text) or (
            said and re.search("[A-Za-z]{3,}", text)
        ):
            yield re.sub(r"\{\w+(!r)?\}", lambda hole: "'x1'" if hole[1] else "x1", text)


def known() -> set[str]:
    """The help's words as `messages` writes them."""
    return {re.sub(r"\{\w+\}", "x1", words) for words in french.HELP}


def typer_messages() -> set[str]:
    folder = Path(typer.__file__).parent
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        if path.name not in OUT_OF_REACH:
            found.update(messages(ast.parse(path.read_text(encoding="utf-8"))))
    return {text for text in found if not NO_MESSAGES.search(text) and text.count("\n") < 3}


def test_the_walk_finds_typers_messages() -> None:
    found = typer_messages()
    assert len(found) > 60
    assert found >= {
        "No such command 'x1'.",
        "No such option: x1",
        "Got unexpected extra argument(s) (x1)",
        "Option 'x1' does not take a value.",
        "'x1' is not one of x1.",
        "x1 completion installed in x1",
        "Usage: ",
        "Commands",
        "required",
        "Show this message and exit.",
        "(DEPRECATED: x1)",
        "COMMAND [ARGS]...",
    }


def test_every_message_of_typer_has_a_translation() -> None:
    said = {text: french.translate(text) or french.translate(text, completion=True) for text in typer_messages()}
    assert sorted(text for text, translation in said.items() if translation is None and text not in known()) == []
    assert {text: translation for text, translation in said.items() if translation and english(translation)} == {}


def test_the_words_of_the_help_are_french() -> None:
    assert [words for words in french.HELP.values() if english(re.sub(r"\{\w+\}|\[OPTIONS\]", "", words))] == []
    assert french.metavar("<str int range>") == "<texte entier>"


# --- pydantic ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "ctx", "given", "expected"),
    [
        ("missing", {}, {"a": "1"}, "clé obligatoire absente"),
        ("missing", {}, ["1"], "la liste est trop courte : il manque un élément"),
        ("extra_forbidden", {}, "x", "clé inconnue"),
        ("string_type", {}, ["a"], "un texte est attendu, pas une liste"),
        ("string_type", {}, None, "un texte est attendu, pas une valeur vide"),
        (
            "string_type",
            {},
            {"a": "b"},
            "un texte est attendu, pas un groupe de clés (mettez entre guillemets un texte qui contient « : »)",
        ),
        ("list_type", {}, "a", "une liste est attendue, pas un texte (écrivez « [valeur] »)"),
        ("tuple_type", {}, "", "une liste est attendue, pas un texte vide (écrivez « [valeur] »)"),
        ("tuple_type", {}, None, "une liste est attendue, pas une valeur vide (écrivez « [] », ou retirez la clé)"),
        (
            "tuple_type",
            {},
            {"a": "b"},
            "une liste est attendue, pas un groupe de clés (mettez un tiret devant chaque élément)",
        ),
        (
            "model_type",
            {"class_name": "X"},
            "a",
            "un groupe de clés est attendu, pas un texte (écrivez « clé: valeur »)",
        ),
        (
            "dict_type",
            {},
            ["a"],
            "un groupe de clés est attendu, pas une liste (retirez le tiret ou les crochets)",
        ),
        ("int_parsing", {}, "dix", "un nombre entier est attendu, pas « dix »"),
        ("int_type", {}, [], "un nombre entier est attendu, pas une liste"),
        ("int_from_float", {}, "1.5", "un nombre entier est attendu, pas « 1.5 »"),
        ("bool_parsing", {}, "peut-être", "« true » ou « false » est attendu, pas « peut-être »"),
        ("string_too_short", {"min_length": 1}, "  ", "le texte est vide"),
        ("string_too_short", {"min_length": 3}, "ab", f"texte trop court : 3{N}caractères au moins, pas 2"),
        ("string_too_long", {"max_length": 1}, " ab ", f"texte trop long : 1{N}caractère au plus, pas 2"),
        (
            "too_long",
            {"field_type": "Tuple", "max_length": 2, "actual_length": 3},
            ["1", "2", "3"],
            f"liste trop longue : 2{N}éléments au plus, pas 3",
        ),
        ("too_short", {"min_length": 1, "actual_length": 0}, {}, f"groupe trop court : 1{N}clé au moins, pas 0"),
        ("string_pattern_mismatch", {"pattern": "^a"}, "b", "« b » n'a pas la forme attendue (« ^a »)"),
        (
            "literal_error",
            {"expected": "'publie', 'saisi' or 'infere'"},
            "Publié",
            "« publie », « saisi » ou « infere » est attendu, pas « Publié » ; vouliez-vous dire « publie » ?",
        ),
        ("enum", {"expected": "'a'"}, [], "« a » est attendu, pas une liste"),
        ("greater_than_equal", {"ge": 1}, "0", "un nombre supérieur ou égal à 1 est attendu, pas « 0 »"),
        (
            "union_tag_invalid",
            {"discriminator": "'type'", "tag": "zz", "expected_tags": "'carre', 'rond'"},
            {},
            "« zz » n'est pas admis pour « type » (au choix : « carre », « rond »)",
        ),
        ("union_tag_not_found", {"discriminator": "'type'"}, {}, "il manque la clé « type »"),
        ("none_required", {}, "x", "aucune valeur n'est attendue ici, pas « x »"),
        ("recursion_loop", {}, {}, "cette valeur se contient elle-même"),
        ("value_error", {"error": ValueError("c'est trop tôt")}, "x", "c'est trop tôt"),
        ("assertion_error", {"error": AssertionError()}, "x", "valeur refusée"),
        ("une_nouvelle_sorte", {}, "x", "valeur refusée"),
        ("url_scheme", {}, "x", "valeur refusée"),
    ],
)
def test_what_pydantic_refuses(kind: str, ctx: dict[str, object], given: object, expected: str) -> None:
    # What stands between backquotes is YAML, with plain spaces.
    assert french.describe_pydantic(kind, ctx, given) == french.typeset(expected).replace(f"clé{N}: v", "clé: v")


@pytest.mark.parametrize("kind", get_args(core_schema.ErrorType))
def test_no_kind_of_pydantic_speaks_english(kind: str) -> None:
    shapes: tuple[object, ...] = ("a", "", None, [], {})
    for given in shapes:
        said = french.describe_pydantic(kind, {}, given)
        assert said and not english(said) and "{" not in said


def test_a_long_or_wild_value_is_cut_and_escaped() -> None:
    assert french.describe_pydantic("int_parsing", {}, "é" * 500) == french.typeset(
        f"un nombre entier est attendu, pas « {'é' * 59}… »"
    )
    assert "\n" not in french.describe_pydantic("int_parsing", {}, "a\nb")


class Rond(BaseModel):
    type: Literal["rond"]


class Carre(BaseModel):
    type: Literal["carre"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    texte: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3, pattern="^a")]
    entier: Annotated[int, Field(ge=1, lt=5)]
    nombre: float
    oui: bool
    liste: list[str]
    noms: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    couple: tuple[int, int]
    groupe: dict[str, int]
    choix: Literal["x", "y"]
    rien: None
    forme: Annotated[Rond | Carre, Field(discriminator="type")]
    autre: Strict | None


class Lax(Strict):
    model_config = ConfigDict(strict=False)


def test_every_shape_in_every_field_is_refused_in_french() -> None:
    texts: list[Any] = [None, "", "a", "abcdef", "12", "1.5"]
    shapes = [*texts, [], ["a"], ["1", "2", "3"], {}, {"type": "z"}, {"a": "b"}]
    kinds: set[str] = set()
    for model in (Strict, Lax):
        for shape in shapes:
            for value in (shape, dict.fromkeys(model.model_fields, shape), {"zz": shape}):
                with pytest.raises(ValidationError) as refused:
                    model.model_validate(value)
                for fault in refused.value.errors():
                    kind, ctx = fault["type"], fault.get("ctx", {})
                    kinds.add(kind)
                    said = french.describe_pydantic(kind, ctx, fault["input"])
                    assert said != "valeur refusée", kind
                    assert not english(said), said
    assert len(kinds) > 15
