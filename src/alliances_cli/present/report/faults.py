"""What goes wrong in a template, as one French sentence that names its file and its line."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from jinja2.exceptions import (
    SecurityError,
    TemplateError,
    TemplateNotFound,
    TemplatesNotFound,
    TemplateSyntaxError,
    UndefinedError,
)

from alliances_cli.errors import TemplateFault
from alliances_cli.location import shipped_templates
from alliances_cli.present.report.limits import Endless
from alliances_cli.present.report.loading import SHIPPED_PREFIX, Folder, Past
from alliances_cli.typographie import enumeration

# What Python and Jinja say, and how it is said in French; `{n}` is the n-th thing that the pattern finds, as it is.
_IN_FRENCH = (
    (r"'(.+?)' is undefined", "« {0} » n'existe pas"),
    (r"parameter '(.+?)' was not provided", "le paramètre « {0} » n'est pas donné"),
    (r"there is no parent block called '(.+?)'\.?", "super() : le modèle étendu n'a pas de bloc « {0} »"),
    (r"no macro '(.+?)' in '(.+?)'", "« {1} » ne définit pas de macro « {0} »"),
    (r"'(?:.+\.)?TemplateReference(?: object)?' has no attribute '(.+?)'", "le modèle n'a pas de bloc « {0} »"),
    (r"'(.+?)' has no attribute '(.+?)'", "{0:un} n'a pas d'attribut « {1} »"),
    (r"'?(.+?)'? object has no (?:attribute|element) '?(.+?)'?", "{0:un} n'a pas d'élément « {1} »"),
    (r"the template '(.+?)' \(.*?\) does not export the requested name '(.+?)'", "« {0} » ne définit pas « {1} »"),
    (r"Encountered unknown tag '(.+?)'\..*", "balise « {0} » inconnue ou mal placée"),
    (
        r"Unexpected end of template\..*needs to be closed is '(.+?)'\.",
        "fin inattendue : un bloc n'est pas fermé (« {0} »)",
    ),
    (r"Unexpected end of template\..*", "fin inattendue : un bloc n'est pas fermé"),
    (r"unexpected end of template, expected '(.+?)'\.?", "fin inattendue : {0:jeton} attendu"),
    (r"Missing end of comment tag", "fin inattendue : un commentaire n'est pas fermé (« #}} »)"),
    (r"Missing end of raw directive", "fin inattendue : un bloc n'est pas fermé (« raw »)"),
    (r"No filter named '(.+?)'\.?", "filtre « {0} » inconnu"),
    (r"No test named '(.+?)'(?: found)?\.?", "test « {0} » inconnu"),
    (r"Expected an expression, got '(.+?)'", "une expression est attendue, {0:jeton} trouvé"),
    (r"expected token '(.+?)', got '(.+?)'", "{0:jeton} attendu, {1:jeton} trouvé"),
    (r"expected call", "un appel de macro est attendu"),
    (r"tag name expected", "un nom de balise est attendu"),
    (r"unexpected '(.+?)'", "{0:jeton} inattendu"),
    (r"unexpected char [\"'](.+?)[\"'] at \d+", "caractère « {0} » inattendu"),
    (r"can't assign to '(.+?)'", "« set » et « for » donnent une valeur à un nom, à rien d'autre"),
    (r"cannot assign attribute on non-namespace object", "seul un espace de noms (namespace) reçoit un attribut"),
    (r"block '(.+?)' defined twice", "le bloc « {0} » est défini deux fois"),
    (r"no block '(.+?)' in '(.+?)'(.*)", "« {1} » n'a pas de bloc « {0} »{2}"),
    (r"Required block '(.+?)' not found", "le bloc « {0} », obligatoire, manque"),
    (r"Block names in Jinja .*", "le nom d'un bloc n'a que des lettres, des chiffres et « _ »"),
    (r"extended multiple times", "un modèle n'en étend qu'un : « extends » y est deux fois"),
    (r"access to attribute '(.+?)' of '(.+?)' object is unsafe\.?", "l'accès à « {0} » est interdit"),
    (r".+ is not safely callable", "cet appel est interdit"),
    (r"Range too big.*", "suite de nombres trop longue"),
    (r".*(?:division|modulo) by zero|0\.0 cannot be raised.*", "division par zéro"),
    (r".*Numerical result out of range.*|Exceeds the limit .*|.*too large to convert.*", "nombre trop grand"),
    (r"cannot convert float infinity to integer|cannot convert float NaN to integer", "nombre trop grand"),
    (r"macro '(.+?)' takes not more than (\d+) argument\(s\)", "macro « {0} » : trop de paramètres, {1} au plus"),
    (r"macro '(.+?)' takes no keyword argument '(.+?)'", "la macro « {0} » n'a pas de paramètre « {1} »"),
    (r"macro '(.+?)' was invoked with two values for .*", "macro « {0} » : un paramètre est donné deux fois"),
    (
        r"(?:.+\()\)? ?missing \d+ required (?:positional|keyword-only) arguments?: (.+)",
        "il manque un paramètre : {0:noms}",
    ),
    (
        r".+\(\) takes .*arguments?.* given.*|.* takes (?:no|exactly|at most|from) .*argument.*",
        "trop de paramètres, ou trop peu",
    ),
    (r".+ got an unexpected keyword argument '(.+?)'", "le paramètre « {0} » n'existe pas"),
    (r".+ got multiple values for (?:keyword )?argument '(.+?)'", "le paramètre « {0} » est donné deux fois"),
    (
        r"unsupported operand type\(s\) for (\S+)(?: or pow\(\))?: '(.+?)' and '(.+?)'",
        "« {0} » n'a pas de sens entre {1:un} et {2:un}",
    ),
    (r"bad operand type for unary (.): '(.+?)'", "« {0} » n'a pas de sens devant {1:un}"),
    (
        r"can only concatenate (\w+) \(not \"(.+?)\"\) to .+",
        "« + » n'a pas de sens entre {0:un} et {1:un} ; « ~ » met des textes bout à bout",
    ),
    (
        r"'(\S+)' not supported between instances of '(.+?)' and '(.+?)'",
        "« {0} » n'a pas de sens entre {1:un} et {2:un}",
    ),
    (r"can't multiply sequence by non-int of type '(.+?)'", "« * » n'a pas de sens avec {0:un}"),
    (r"'(.+?)' object is not (?:an )?(?:iterable|iterator|reversible)", "{0:un} ne se parcourt pas"),
    (r"argument of type '(.+?)' is not (?:iterable|a container or iterable)", "« in » n'a pas de sens dans {0:un}"),
    (r"'(.+?)' object is not callable", "{0:un} ne s'appelle pas comme une fonction"),
    (r"'(.+?)' object is not subscriptable", "{0:un} n'a pas d'éléments"),
    (r"object of type '(.+?)' has no len\(\)", "{0:un} n'a pas de longueur"),
    (r"cannot unpack non-iterable (.+?) object", "« for » attend plusieurs valeurs à chaque tour, pas {0:un}"),
    (
        r"not enough values to unpack.*|too many values to unpack.*",
        "« for » ou « set » n'a pas autant de noms que de valeurs",
    ),
    (r"expected string or bytes-like object(?:, got '(.+?)')?", "un texte est attendu, pas {0:un}"),
    (r"'(.+?)' object cannot be interpreted as an integer", "un nombre entier est attendu, pas {0:un}"),
    (r"sequence item \d+: expected str instance, (.+?) found", "des textes sont attendus, pas {0:un}"),
    (
        r"(?:.+ )?argument \d+ must be str, not (.+)|.+: argument must be str, not (.+)",
        "un texte est attendu, pas {0:un}",
    ),
    (r"%\w format: .+ is required, not (.+)", "« % » : un nombre est attendu, pas {0:un}"),
    (
        r"not enough arguments for format string|not all arguments converted.*",
        "« % » : pas autant de valeurs que de places",
    ),
    (r"unsupported format character.*|incomplete format.*", "« % » : cette forme n'existe pas"),
    (r"Cannot specify ',' with 's'\.|Unknown format code .*", "un nombre est attendu, pas un texte"),
    (r"The loop must have the 'recursive' marker.*", "« loop(…) » demande « recursive » dans son « for »"),
    (r"slice step cannot be zero|range\(\) arg 3 must not be zero", "un pas de zéro n'avance pas"),
    (r"empty separator", "un séparateur est vide"),
    (r"(?:cannot use '\w+' as a dict key \()?unhashable type: '(.+?)'\)?", "{0:un} ne peut pas être une clé"),
    (
        r"too many statically nested blocks.*|too many levels of indentation.*|.*too complex.*",
        "le modèle est trop imbriqué",
    ),
)

# What Python and Jinja call things, with their article.
_KINDS = {
    "str": "un texte",
    "Markup": "un texte",
    "int": "un nombre",
    "float": "un nombre",
    "Decimal": "un nombre",
    "bool": "un oui ou non",
    "None": "rien",
    "NoneType": "rien",
    "list": "une liste",
    "tuple": "une liste",
    "range": "une suite de nombres",
    "dict": "une table",
    "mappingproxy": "une table",
    "date": "un jour",
    "Macro": "une macro",
    "generator": "une suite",
    "function": "une fonction",
    "partial": "une fonction",
}
# What the parser calls the marks that end what it reads.
_TOKENS = {
    "end of statement block": "%}",
    "end of print statement": "}}",
    "begin of statement block": "{%",
    "begin of print statement": "{{",
    "end of template": "fin du modèle",
    "template data / text": "texte",
    "name": "nom",
    "string": "texte",
    "integer": "nombre",
}
_ENDLESS = "le modèle s'appelle lui-même sans fin"
_DEEP = "le modèle est trop imbriqué"


class _Thing(str):
    """What a message names, in French as its place asks: `un` (with its article), `jeton`, `noms`."""

    def __format__(self, how: str) -> str:
        name = self.removesuffix(" object").rpartition(".")[2]
        if how == "un":
            return _KINDS.get(name, f"« {name} »")
        if how == "jeton":
            return f"« {_TOKENS.get(self, self)} »"
        if how == "noms":
            return enumeration([f"« {name} »" for name in re.findall(r"'(.+?)'", self)])
        return str(self)


def fault(error: Exception, template: str, own: Folder | Past | None) -> TemplateFault:
    """The error as one French sentence that names the template's file and line: those of the roadmap's template where
    there is one on the way, with where it led in a shipped one."""
    if isinstance(error, TemplateFault):
        return error
    name, line, inside = _place(error, template, own)
    said = _said(error, name, own)
    if inside is not None:
        said += f" (dans {_shown(inside[0], own)}:{inside[1]})"
    where = f"{_shown(name, own)}:{line}" if line else _shown(name, own)
    return TemplateFault(f"{where}: {said}")


def _place(error: Exception, template: str, own: Folder | Past | None) -> tuple[str, int, tuple[str, int] | None]:
    """The file and line of the innermost template on the stack, else of what was being read or compiled. Where that is
    a shipped one that a template of the roadmap called, the latter's, then the shipped one's."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or template, error.lineno, None
    compiled = _compiled(error)
    if compiled is not None:
        return *compiled, None
    frames = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if "__jinja_template__" in frame.f_globals or "__jinja_exception__" in frame.f_globals
    ]
    if not frames:
        return template, 1, None
    ours = [frame for frame in frames if own is not None and _is_own(frame[0], own)]
    if ours and ours[-1] != frames[-1] and not _is_own(frames[-1][0], own):
        return *ours[-1], frames[-1]
    return *frames[-1], None


def _compiled(error: Exception) -> tuple[str, int] | None:
    """The file and line where compiling a template failed, where that is what did."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    last = next((n for n, f in enumerate(frames) if f.f_code.co_name == "compile" and "filename" in f.f_locals), None)
    if last is None or any("__jinja_exception__" in f.f_globals for f in frames[last:]):
        return None
    given = frames[last].f_locals
    return str(given["filename"] or given.get("name")), max(_lines(frames[last:]), default=1)


def _lines(frames: list[FrameType]) -> Iterator[int]:
    """The lines of a template that its parser or its compiler was at."""
    for frame in frames:
        node = frame.f_locals.get("node")
        stream = getattr(frame.f_locals.get("self"), "stream", None)
        for found in (getattr(node, "lineno", None), getattr(getattr(stream, "current", None), "lineno", None)):
            if isinstance(found, int):
                yield found


def _is_own(name: str, own: Folder | Past | None) -> bool:
    if isinstance(own, Past):
        return name.startswith(f"{own.folder}/")
    if own is None:
        return False
    folder = Path(own.searchpath[0])
    return Path(name).is_relative_to(folder) or Path(name).is_relative_to(folder.resolve())


def _shown(name: str, own: Folder | Past | None) -> str:
    """A template's file as messages give it: `templates/…` for the roadmap's, `REV:templates/…` for those of the past,
    `alliances/…` for the shipped ones."""
    path = Path(name)
    if isinstance(own, Past):
        if name in own.texts or name.startswith(f"{own.folder}/"):
            return f"{own.folder}/{name.removeprefix(f'{own.folder}/')}"
    elif own is not None:
        own_templates = Path(own.searchpath[0])
        for folder in (own_templates, own_templates.resolve()):
            if path.is_relative_to(folder):
                return f"{own_templates.resolve().name}/{path.relative_to(folder).as_posix()}"
        if not path.is_absolute() and (own_templates / path).exists():
            return f"{own_templates.resolve().name}/{path.as_posix()}"
    shipped = shipped_templates()
    return f"{SHIPPED_PREFIX}/{path.relative_to(shipped).as_posix() if path.is_relative_to(shipped) else path.name}"


def _said(error: Exception, name: str, own: Folder | Past | None) -> str:
    if isinstance(error, Endless):
        return str(error)
    if isinstance(error, TemplatesNotFound):
        names = [f"« {name} »" for name in error.templates if isinstance(name, str)]
        return f"aucun de ces modèles n'est trouvé : {enumeration(names)}" if len(names) > 1 else _missing(names)
    if isinstance(error, TemplateNotFound):
        return _missing([f"« {error.name or error} »"])
    if isinstance(error, RecursionError):
        return _recursion(error, name, own)
    if isinstance(error, MemoryError):
        return _DEEP
    # A syntax error's own text has more lines, in English.
    text = ((error.message or "") if isinstance(error, TemplateSyntaxError) else str(error)).strip()
    if isinstance(error, TemplateSyntaxError) and text.startswith("le fichier"):
        return text
    for pattern, french in _IN_FRENCH:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            return french.format(*(_Thing(found) for found in match.groups(default="autre chose")))
    kind = {
        TemplateSyntaxError: "erreur de syntaxe",
        UndefinedError: "un nom n'existe pas",
        SecurityError: "opération interdite dans un modèle",
        TemplateError: "le modèle ne peut pas être rendu",
        TypeError: "un filtre ou une fonction ne peut rien faire de ce qui lui est donné",
        ValueError: "un filtre ou une fonction ne peut rien faire de ce qui lui est donné",
    }
    return next((french for cls, french in kind.items() if isinstance(error, cls)), "le modèle ne peut pas être rendu")


def _missing(names: list[str]) -> str:
    return f"modèle {names[0]} introuvable" if names else "« include » ne nomme aucun modèle"


def _recursion(error: Exception, name: str, own: Folder | Past | None) -> str:
    """Whether a template calls itself, extends itself, or has too much inside one another."""
    frames = [
        (frame.f_code.co_filename, frame.f_code.co_name, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if "__jinja_exception__" in frame.f_globals or "__jinja_template__" in frame.f_globals
    ]
    if _compiled(error) is not None or not frames:
        return _DEEP
    short = _shown(name, own).rpartition("/")[2]
    text = _source(frames[-1][0], own)
    if re.search(rf"{{%-?\s*extends\s+[\"']{re.escape(short)}[\"']", text):
        right = f'{{% extends "{SHIPPED_PREFIX}/{short}" %}}'
        return f"le modèle s'étend lui-même ; pour étendre celui de l'outil : {right}"
    others = sorted({_shown(file, own) for file, _, _ in frames[-20:]} - {_shown(name, own)})
    return f"{_ENDLESS}, par {enumeration(others)}" if others else _ENDLESS


def _source(file: str, own: Folder | Past | None) -> str:
    if isinstance(own, Past):
        text = own.texts.get(file.removeprefix(f"{own.folder}/"))
        return text if isinstance(text, str) else ""
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
