"""What goes wrong in a template, as one French sentence that names its file and its line."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from jinja2.exceptions import SecurityError, TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

from alliances_cli.errors import TemplateFault
from alliances_cli.location import shipped_templates
from alliances_cli.present.report.loading import SHIPPED_PREFIX, Folder, Past

_IN_FRENCH = (
    (r"'(.+?)' is undefined", r"« \1 » n'existe pas"),
    (r"'(.+?)' has no attribute '(.+?)'", r"« \1 » n'a pas d'attribut « \2 »"),
    (r"'?(.+?)'? object has no (?:attribute|element) '?(.+?)'?", r"un objet « \1 » n'a pas d'attribut « \2 »"),
    (r"the template '(.+?)' \(.*?\) does not export the requested name '(.+?)'", r"« \1 » ne définit pas « \2 »"),
    (r"Encountered unknown tag '(.+?)'\..*", r"balise « \1 » inconnue ou mal placée"),
    (r"Unexpected end of template\..*", "fin inattendue : un bloc n'est pas fermé"),
    (r"No filter named '(.+?)'\.?", r"filtre « \1 » inconnu"),
    (r"No test named '(.+?)'(?: found)?\.?", r"test « \1 » inconnu"),
    (r"expected token '(.+?)', got '(.+?)'", r"« \1 » attendu, « \2 » trouvé"),
    (r"unexpected '(.+?)'", r"« \1 » inattendu"),
    (r"unexpected char '(.+?)' at \d+", r"caractère « \1 » inattendu"),
    (r"block '(.+?)' defined twice", r"le bloc « \1 » est défini deux fois"),
    (r"access to attribute '(.+?)' of '(.+?)' object is unsafe\.?", r"l'accès à « \1 » est interdit"),
    (r"Range too big.*", "suite de nombres trop longue"),
    (r".*(?:division|modulo) by zero", "division par zéro"),
)


def fault(error: Exception, template: str, own: Folder | Past | None) -> TemplateFault:
    """The error as one French sentence that names the template's file and line."""
    if isinstance(error, TemplateFault):
        return error
    name, line = _place(error, template)
    if isinstance(error, TemplateNotFound):
        missing = getattr(error, "name", None) or str(error)
        said = f"modèle « {missing} » introuvable"
    else:
        said = _said(error)
    where = f"{_shown(name, own)}:{line}" if line else _shown(name, own)
    return TemplateFault(f"{where}: {said}")


def _place(error: Exception, template: str) -> tuple[str, int]:
    """The template's file and line where the error is: the innermost one of a template on the stack."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or template, error.lineno
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith((".j2", ".css"))]
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else (template, 0)


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


def _said(error: Exception) -> str:
    # A syntax error's own text has more lines, in English.
    text = ((error.message or "") if isinstance(error, TemplateSyntaxError) else str(error)).strip()
    for pattern, french in _IN_FRENCH:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            return match.expand(french)
    if isinstance(error, TemplateSyntaxError) and text.startswith(("le fichier", "lecture")):
        return text
    kind = {
        TemplateSyntaxError: "erreur de syntaxe",
        UndefinedError: "un nom n'existe pas",
        SecurityError: "opération interdite dans un modèle",
        RecursionError: "le modèle s'appelle lui-même sans fin",
        TemplateError: "le modèle ne peut pas être rendu",
    }
    return next((french for cls, french in kind.items() if isinstance(error, cls)), "le modèle ne peut pas être rendu")
