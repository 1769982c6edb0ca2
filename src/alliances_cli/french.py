"""The words of the frameworks, in French: what typer says of a command line, what pydantic says of a value.

Nothing is imported here that a start doesn't have already; the patterns are compiled at the first error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

NBSP = "\u00a0"
NNBSP = "\u202f"

# Help and completion: the framework's words → ours, whole.
HELP: dict[str, str] = {
    "Usage: ": "Utilisation : ",
    "Arguments": "Arguments",
    "Options": "Options",
    "Commands": "Commandes",
    "[OPTIONS]": "[OPTIONS]",
    "COMMAND [ARGS]...": "COMMANDE [ARGUMENTS]...",
    "Show this message and exit.": "Affiche cette aide.",
    "default: {default}": "par défaut : {default}",
    "required": "obligatoire",
    "env var: {var}": "variable d'environnement : {var}",
    "(dynamic)": "(calculé)",
    "(DEPRECATED)": "(commande déconseillée)",
    "(DEPRECATED: {reason})": "(commande déconseillée : {reason})",
    "Aborted!": "Abandon.",
    "Install completion for the current shell.": "Installe la complétion pour l'interpréteur de commandes en cours.",
    "Install completion for the specified shell.": "Installe la complétion pour cet interpréteur de commandes.",
    "Show completion for the current shell, to copy it or customize the installation.": (
        "Affiche la complétion pour l'interpréteur de commandes en cours, à copier ou à adapter."
    ),
    "Show completion for the specified shell, to copy it or customize the installation.": (
        "Affiche la complétion pour cet interpréteur de commandes, à copier ou à adapter."
    ),
}

# The type that an option's value has, as its help shows it: `<str>` → `<texte>`.
TYPES: dict[str, str] = {
    "integer range": "entier",
    "integer": "entier",
    "text": "texte",
    "int range": "entier",
    "float range": "nombre",
    "int": "entier",
    "float": "nombre",
    "str": "texte",
    "boolean": "oui|non",
    "uuid": "uuid",
    "datetime": "date",
    "filename": "fichier",
    "file": "fichier",
    "directory": "dossier",
    "path": "chemin",
    "function": "valeur",
}

# Messages: the first line that fits wins. `{x}` is any text, `{x!r}` a quoted one, `{x!l}` a list of quoted ones,
# `{x!e}` a name that Python may show with its enum's, `{x!t}` a message to translate in its turn.
_REASONS = (
    ("No such file or directory", "ce fichier n'existe pas"),
    ("Permission denied", "accès refusé"),
    ("Operation not permitted", "opération refusée"),
    ("Is a directory", "c'est un dossier"),
    ("Not a directory", "une partie du chemin n'est pas un dossier"),
    ("File exists", "ce fichier existe déjà"),
    ("File name too long", "nom trop long"),
    ("No space left on device", "il n'y a plus de place sur le disque"),
    ("Disk quota exceeded", "il n'y a plus de place sur le disque"),
    ("Read-only file system", "ce disque est en lecture seule"),
    ("Too many open files", "trop de fichiers ouverts"),
    ("Too many levels of symbolic links", "trop de liens à suivre"),
    ("Input/output error", "erreur de lecture ou d'écriture"),
    ("unknown error", "erreur inconnue"),
)
_COMPLETION = (
    ("Invalid completion instruction.", "demande de complétion incorrecte"),
    ('Completion instruction "{instruction}" not supported.', "demande de complétion « {instruction} » inconnue"),
    ("Shell None is not supported.", "interpréteur de commandes non reconnu ; la complétion existe pour {SHELLS}"),
    ("Shell  not supported.", "interpréteur de commandes non reconnu ; la complétion existe pour {SHELLS}"),
    ("Shell {shell!e} not supported.", "pas de complétion pour « {shell} » ; elle existe pour {SHELLS}"),
    ("Shell {shell!e} is not supported.", "pas de complétion pour « {shell} » ; elle existe pour {SHELLS}"),
    (
        "Shell completion is not supported for Bash versions older than 4.4.",
        "la complétion demande bash 4.4 ou plus récent",
    ),
    (
        "Couldn't detect Bash version, shell completion is not supported.",
        "version de bash inconnue ; la complétion demande bash 4.4 ou plus récent",
    ),
    ("Couldn't get PowerShell user profile", "le profil de l'utilisateur de PowerShell est introuvable"),
    ("Couldn't decode the path automatically", "le chemin du profil de PowerShell est illisible"),
    ("{shell!e} completion installed in {path}", "complétion de {shell} installée dans {path}"),
    (
        "Completion will take effect once you restart the terminal",
        "Elle prendra effet à l'ouverture d'un nouveau terminal.",
    ),
)
ERROR = "Error: {message!t}"
TRY_HELP = "Try '{command} {option}' for help.\n"
NO_SUCH_COMMAND = "No such command {name!r}."
NO_SUCH_OPTION = "No such option: {name}"
WRONG_VALUE = "Invalid value: {message!t}"
WRONG_VALUE_FOR = "Invalid value for {name}: {message!t}"
NOT_A_CHOICE = "{value!r} is not one of {choices!l}."
CHOOSE_FROM = "Choose from:\n\t{choices}"
FROM_VARIABLE = " (env var: '{var}')"
_USAGE = (
    (TRY_HELP, "Aide : {command} {option}"),
    ("Error: The value you entered was invalid.", "Erreur : valeur incorrecte"),
    ("Error: The two entered values do not match.", "Erreur : les deux saisies diffèrent"),
    ("Error: invalid input", "Erreur : réponse incorrecte"),
    (ERROR, "Erreur : {message}"),
    ("Repeat for confirmation", "Répétez pour confirmer"),
    ("{message!t} Did you mean {names!l}?", "{message} ; vouliez-vous dire {names} ?"),
    (NO_SUCH_COMMAND, "commande « {name} » inconnue"),
    ("No such command {name!r}", "commande « {name} » inconnue"),
    ("Missing command.", "il manque une commande"),
    (NO_SUCH_OPTION, "option « {name} » inconnue"),
    ("(Possible options: {names})", "(options possibles : {names})"),
    ("Got unexpected extra argument(s) ({words})", "« {words} » est en trop"),
    ("Option {name!r} does not take a value.", "l'option « {name} » n'attend pas de valeur"),
    ("Option {name!r} requires {what!t}", "l'option « {name} » attend {what}"),
    ("an argument.", "une valeur"),
    ("{count} arguments.", "{count}\u00a0valeurs"),
    ("Argument {name!r} takes {count} values.", "l'argument « {name} » attend {count}\u00a0valeurs"),
    ("Takes {count} values but {given} given.", "{count}\u00a0valeurs sont attendues, et il y en a {given}"),
    ("{count} values are required, but {given} given.", "{count}\u00a0valeurs sont attendues, et il y en a {given}"),
    ("Value must be an iterable.", "plusieurs valeurs sont attendues"),
    (WRONG_VALUE_FOR, "valeur incorrecte pour {name} : {message}"),
    (WRONG_VALUE, "valeur incorrecte : {message}"),
    (FROM_VARIABLE, " (variable d'environnement {var})"),
    ("env var: {var}", "variable d'environnement : {var}"),
    ("Missing argument", "argument manquant"),
    ("Missing option", "option obligatoire manquante"),
    ("Missing parameter: {name}", "paramètre manquant : {name}"),
    ("Missing parameter", "paramètre manquant"),
    ("Missing {what}", "il manque une valeur"),
    (CHOOSE_FROM, "au choix : {choices}"),
    (NOT_A_CHOICE, "« {value} » n'est pas un choix possible (au choix : {choices})"),
    ("{value!r} is not a valid integer.", "« {value} » n'est pas un nombre entier"),
    ("{value!r} is not a valid integer range.", "« {value} » n'est pas un nombre entier"),
    ("{value!r} is not a valid int.", "« {value} » n'est pas un nombre entier"),
    ("{value!r} is not a valid int range.", "« {value} » n'est pas un nombre entier"),
    ("{value!r} is not a valid float.", "« {value} » n'est pas un nombre"),
    ("{value!r} is not a valid float range.", "« {value} » n'est pas un nombre"),
    ("{value!r} is not a valid UUID.", "« {value} » n'est pas un identifiant UUID"),
    (
        "{value!r} is not a valid boolean. Recognized values: {states}",
        "« {value} » n'est ni vrai ni faux (écrivez « true » ou « false »)",
    ),
    ("{value!r} is not a valid {type}.", "« {value} » n'a pas la forme attendue"),
    (
        "{value} is not in the range {low}<=x<={high}.",
        "{value} est hors des bornes (un nombre de {low} à {high} est attendu)",
    ),
    ("{value} is not in the range x>={low}.", "{value} est hors des bornes (un nombre d'au moins {low} est attendu)"),
    ("{value} is not in the range x<={high}.", "{value} est hors des bornes (un nombre d'au plus {high} est attendu)"),
    ("{value} is not in the range {range}.", "{value} est hors des bornes ({range})"),
    ("{value!r} does not match the formats {formats!l}.", "« {value} » n'est pas une date de la forme {formats}"),
    ("{kind} {path!r} does not exist.", "« {path} » n'existe pas"),
    ("{kind} {path!r} is a file.", "« {path} » est un fichier, un dossier est attendu"),
    ("{kind} {path!r} is a directory.", "« {path} » est un dossier, un fichier est attendu"),
    ("{kind} {path!r} is not readable.", "« {path} » ne peut pas être lu (droits d'accès)"),
    ("{kind} {path!r} is not writable.", "« {path} » ne peut pas être modifié (droits d'accès)"),
    ("Could not open file {path!r}: {reason!t}", "le fichier « {path} » ne s'ouvre pas : {reason}"),
    (
        "DeprecationWarning: The command {name!r} is deprecated.{reason}",
        "La commande « {name} » est déconseillée.{reason}",
    ),
    *_REASONS,
    ("'{path}': {reason!t}", "« {path} » : {reason}"),
)
SHELLS = "bash, zsh, fish, powershell et pwsh"

_HOLE = re.compile(r"\{(\w+)(?:!([relt]))?\}")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


def typeset(text: str) -> str:
    """The sentence with its French spaces made non-breaking. Meant for templates, before names and paths go in."""
    text = text.replace("« ", f"«{NBSP}").replace(" »", f"{NBSP}»").replace(" :", f"{NBSP}:")
    return re.sub(r" ([;!?])", rf"{NNBSP}\1", text)


def shown(value: object, width: int = 120) -> str:
    """A value on one line, its control characters escaped, cut at `width` characters."""
    text = "".join(c if c.isprintable() or c in (NBSP, NNBSP) else repr(c)[1:-1] for c in str(value))
    return text if len(text) <= width else text[: width - 1] + "…"


def quoted(value: object) -> str:
    """« value »"""
    return f"«{NBSP}{shown(value)}{NBSP}»"


def unquoted(text: str) -> str:
    """The text that a Python `repr` stands for; any other text as it is."""
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "'\"":
        return text
    import ast

    try:
        return str(ast.literal_eval(text))
    except (SyntaxError, ValueError):
        return text[1:-1]


def values_in(text: str) -> list[str]:
    """The quoted values that a message names, in its order."""
    return [unquoted(match[0]) for match in _QUOTED.finditer(text)]


# --- command line -----------------------------------------------------------------------------------------------------


def help_text(message: str) -> str:
    """The words of the framework's help in French; what isn't the framework's stays as it is."""
    return typeset(HELP[message]) if message in HELP else message


def help_notes(text: str) -> str:
    """The help of a parameter, with what typer adds to it in brackets made French: of an argument, typer spells
    « env var » itself; bounds; semicolons between notes, which a default value may hold too."""
    start = text.rfind("  [") + 2 if "  [" in text else 0
    if not text.endswith("]") or text[start : start + 1] != "[":
        return text
    notes = text[start:]
    variable = help_text("env var: {var}").format(var="")
    notes = re.sub(r"^\[env var: ", f"[{variable}", notes)
    for pattern, words in (
        (r"([-\d.]+)<=x<=([-\d.]+)", r"de \1 à \2"),
        (r"x>=([-\d.]+)", r"\1 au moins"),
        (r"x<=([-\d.]+)", r"\1 au plus"),
    ):
        notes = re.sub(rf"(?:(?<=; )|(?<=^\[)){pattern}(?=; |\]$)", words, notes)
    following = f"{help_text('default: {default}').format(default='')}|obligatoire]$|de [-\\d.]+ à |[-\\d.]+ au "
    return text[:start] + re.sub(f"; (?={following})", f"{NNBSP}; ", notes)


def metavar(type_name: str) -> str:
    """`str` → `<texte>`, `<str int>` → `<texte entier>`; names that aren't the framework's stay."""
    known = re.compile(rf"\b({'|'.join(TYPES)})\b")
    return f"<{known.sub(lambda found: TYPES[found[1]], type_name.strip('<>'))}>"


@cache
def _patterns(completion: bool) -> list[tuple[str, re.Pattern[str], dict[str, str], str]]:
    """Each line of a table: its English text, its pattern, the kind of each hole, its French text."""
    patterns = []
    for english, sentence in _COMPLETION if completion else _USAGE:
        pieces: list[str] = []
        kinds: dict[str, str] = {}
        end = 0
        for hole in _HOLE.finditer(english):
            pieces += [re.escape(english[end : hole.start()]), f"(?P<{hole[1]}>.*?)"]
            kinds[hole[1]] = hole[2] or ""
            end = hole.end()
        pieces.append(re.escape(english[end:]))
        patterns.append((english, re.compile("".join(pieces), re.DOTALL), kinds, typeset(sentence)))
    return patterns


def match(message: str) -> tuple[str, dict[str, str]] | None:
    """What the framework's usage message is, as the table spells it, and what fills its holes; None where unknown."""
    for english, pattern, kinds, _ in _patterns(completion=False):
        if found := pattern.fullmatch(message):
            return english, {k: unquoted(v) if kinds[k] == "r" else v for k, v in found.groupdict().items()}
    return None


def translate(message: str, *, completion: bool = False) -> str | None:
    """The framework's message in French, None where the table doesn't have it."""
    fillers: dict[str, Callable[[str], str]] = {
        "": shown,
        "r": lambda text: shown(unquoted(text)),
        "e": lambda text: shown(text.rpartition(".")[2]),
        "l": lambda text: ", ".join(quoted(value) for value in values_in(text)) or shown(text),
        "t": translated,
    }
    for _, pattern, kinds, sentence in _patterns(completion):
        if found := pattern.fullmatch(message):
            return sentence.format(SHELLS=SHELLS, **{k: fillers[kinds[k]](v) for k, v in found.groupdict().items()})
    return None


def say(english: str, **values: str) -> str:
    """A line of the usage table, by its English text, with its holes filled by what is French already."""
    return typeset(dict(_USAGE)[english]).format(**values)


def translated(message: str) -> str:
    """The framework's message in French. Of an unknown one only the values that it names are kept."""
    if (text := translate(message)) is not None:
        return text
    values = ", ".join(quoted(value) for value in values_in(message))
    return f"utilisation incorrecte{NBSP}: {values}" if values else "utilisation incorrecte"


# --- values -----------------------------------------------------------------------------------------------------------

_TEXT = "un texte est attendu"
_LIST = "une liste est attendue"
_GROUP = "un groupe de clés est attendu"
_INTEGER = "un nombre entier est attendu"
_NUMBER = "un nombre est attendu"
_YES_NO = "« true » ou « false » est attendu"
_DATE = "une date est attendue"
_TIME = "une heure est attendue"
_DURATION = "une durée est attendue"
_ADDRESS = "une adresse est attendue"

# What was expected, for the kinds of error that say no more than that.
_EXPECTED: dict[str, str] = {
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": _TEXT,
    "bytes_type": _TEXT,
    "bytes_invalid_encoding": _TEXT,
    "string_not_ascii": "un texte sans accent ni signe spécial est attendu",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "deque_type": _LIST,
    "iterable_type": _LIST,
    "arguments_type": _LIST,
    "dict_type": _GROUP,
    "frozen_dict_type": _GROUP,
    "ordered_dict_type": _GROUP,
    "counter_type": _GROUP,
    "mapping_type": _GROUP,
    "model_type": _GROUP,
    "model_attributes_type": _GROUP,
    "dataclass_type": _GROUP,
    "dataclass_exact_type": _GROUP,
    "named_tuple_type": _GROUP,
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_from_float": _INTEGER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "fraction_type": _NUMBER,
    "fraction_parsing": _NUMBER,
    "complex_type": _NUMBER,
    "complex_str_parsing": _NUMBER,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _DATE,
    "datetime_parsing": _DATE,
    "datetime_object_invalid": _DATE,
    "datetime_from_date_parsing": _DATE,
    "date_past": "une date passée est attendue",
    "datetime_past": "une date passée est attendue",
    "date_future": "une date à venir est attendue",
    "datetime_future": "une date à venir est attendue",
    "timezone_naive": "une date sans fuseau horaire est attendue",
    "timezone_aware": "une date avec son fuseau horaire est attendue",
    "timezone_offset": "un autre fuseau horaire est attendu",
    "time_type": _TIME,
    "time_parsing": _TIME,
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_syntax_violation": _ADDRESS,
    "uuid_type": "un identifiant UUID est attendu",
    "uuid_parsing": "un identifiant UUID est attendu",
    "uuid_version": "un identifiant UUID d'une autre version est attendu",
}

# Whole sentences; `{x}` comes from the error's context.
_SENTENCES: dict[str, str] = {
    "missing": "clé obligatoire absente",
    "missing_argument": "clé obligatoire absente",
    "missing_keyword_only_argument": "clé obligatoire absente",
    "missing_positional_only_argument": "clé obligatoire absente",
    "extra_forbidden": "clé inconnue",
    "unexpected_keyword_argument": "clé inconnue",
    "no_such_attribute": "clé inconnue",
    "unexpected_positional_argument": "valeur en trop",
    "multiple_argument_values": "valeur donnée deux fois",
    "invalid_key": "une clé doit être un texte",
    "frozen_field": "cette valeur ne se modifie pas",
    "frozen_instance": "cette valeur ne se modifie pas",
    "recursion_loop": "cette valeur se contient elle-même",
    "recursion_depth_exceeded": "trop de niveaux imbriqués",
    "int_parsing_size": "nombre trop grand",
    "url_too_long": "adresse trop longue : {max_length}\u00a0caractères au plus",
    "url_scheme": "une adresse commence par {expected_schemes}",
    "decimal_max_digits": "nombre trop long : {max_digits}\u00a0chiffres au plus",
    "decimal_max_places": "nombre trop précis : {decimal_places}\u00a0chiffres au plus après la virgule",
    "decimal_whole_digits": "nombre trop grand : {whole_digits}\u00a0chiffres au plus avant la virgule",
    "set_item_not_hashable": "une liste de textes est attendue",
}

# How the value asked for is written, where another shape was found.
_ADVICE: dict[tuple[str, str], str] = {
    (_LIST, "str"): "écrivez « [valeur] »",
    (_LIST, "NoneType"): "écrivez « [] », ou retirez la clé",
    (_LIST, "dict"): "mettez un tiret devant chaque élément",
    (_TEXT, "dict"): "mettez entre guillemets un texte qui contient « : »",
    (_GROUP, "str"): "écrivez « clé: valeur »",
    (_GROUP, "list"): "retirez le tiret ou les crochets",
}


def _found(value: object) -> str:
    """What was found, to stand after « pas ». A text is named « un texte » where its words don't matter."""
    if value is None:
        return "une valeur vide"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "une liste"
    if isinstance(value, Mapping):
        return "un groupe de clés"
    if isinstance(value, bool):
        return quoted(str(value).lower())
    if isinstance(value, str) and not value.strip():
        return "un texte vide"
    return quoted(shown(value, 60)) if isinstance(value, (str, int, float)) else "cette valeur"


def _near(word: object, choices: list[str]) -> str:
    """« ; vouliez-vous dire « x » ? », or nothing."""
    if not isinstance(word, str):
        return ""
    from difflib import get_close_matches

    lowered = {choice.lower(): choice for choice in choices}
    close = get_close_matches(word.strip().lower().replace(" ", "_").replace("-", "_"), lowered, n=1)
    return f"{NNBSP}; vouliez-vous dire {quoted(lowered[close[0]])}{NNBSP}?" if close else ""


def _one_of(ctx: Mapping[str, object], given: object) -> str:
    choices = values_in(str(ctx.get("expected", "")))
    if not choices:
        return f"{_found(given)} n'est pas une valeur permise"
    *first, last = [quoted(choice) for choice in choices]
    listed = f"{', '.join(first)} ou {last}" if first else last
    return f"{listed} est attendu, pas {_found(given)}{_near(given, choices)}"


# What is too long or too short, what is counted, where the limit is told.
_LENGTHS: dict[str, tuple[str, str, str, str]] = {
    "string_too_short": ("texte trop court", "caractère", "min_length", "au moins"),
    "string_too_long": ("texte trop long", "caractère", "max_length", "au plus"),
    "bytes_too_short": ("texte trop court", "caractère", "min_length", "au moins"),
    "bytes_too_long": ("texte trop long", "caractère", "max_length", "au plus"),
    "too_short": ("liste trop courte", "élément", "min_length", "au moins"),
    "too_long": ("liste trop longue", "élément", "max_length", "au plus"),
}


def _length(kind: str, ctx: Mapping[str, object], given: object) -> str:
    what, counted, key, relation = _LENGTHS[kind]
    short = kind.endswith("short")
    if short and isinstance(given, str) and not given.strip():
        return "le texte est vide"
    if isinstance(given, Mapping):
        what, counted = "groupe trop court" if short else "groupe trop long", "clé"
    limit = ctx.get(key)
    actual = ctx.get("actual_length")
    if actual is None and isinstance(given, str):
        # The limit may hold for the text without its outer spaces: the length told is one that breaks it.
        inner = len(given.strip())
        breaks = isinstance(limit, int) and (inner < limit if short else inner > limit)
        actual = inner if breaks else len(given)
    found = f", pas {actual}" if actual is not None else ""
    plural = "" if limit in (0, 1) else "s"
    return f"{what}{NBSP}: {limit}{NBSP}{counted}{plural} {relation}{found}"


_BOUNDS = {
    "greater_than": ("gt", "supérieur à"),
    "greater_than_equal": ("ge", "supérieur ou égal à"),
    "less_than": ("lt", "inférieur à"),
    "less_than_equal": ("le", "inférieur ou égal à"),
    "multiple_of": ("multiple_of", "multiple de"),
}


def describe_pydantic(kind: str, ctx: Mapping[str, object], given: object) -> str:
    """What pydantic finds wrong with a value, in French: what was expected, what was found.

    `kind`, `ctx` and `given` are the `type`, the `ctx` (empty where absent) and the `input` of a line of
    `ValidationError.errors()`. Of an error that our own validators raise, its own words are kept.
    """
    if kind == "missing" and isinstance(given, (list, tuple)):
        return f"la liste est trop courte{NBSP}: il manque un élément"
    if kind in _EXPECTED:
        expected = _EXPECTED[kind]
        # Of a text where a list or a group belongs, the words don't matter.
        other = expected in (_LIST, _GROUP) and isinstance(given, str) and given.strip()
        advice = _ADVICE.get((expected, type(given).__name__), "")
        found = "un texte" if other else _found(given)
        return typeset(expected) + f", pas {found}" + (f" ({typeset(advice)})" if advice else "")
    if kind in _LENGTHS:
        return _length(kind, ctx, given)
    if kind in ("literal_error", "enum"):
        return _one_of(ctx, given)
    if kind in _BOUNDS:
        key, relation = _BOUNDS[kind]
        return f"un nombre {relation} {ctx.get(key, '…')} est attendu, pas {_found(given)}"
    if kind == "string_pattern_mismatch":
        return f"{_found(given)} n'a pas la forme attendue ({quoted(ctx.get('pattern', '…'))})"
    if kind in ("none_required", "missing_sentinel_error", "ellipsis_error"):
        return f"aucune valeur n'est attendue ici, pas {_found(given)}"
    if kind == "union_tag_invalid":
        key = unquoted(str(ctx.get("discriminator", "")))
        tags = values_in(str(ctx.get("expected_tags", "")))
        listed = ", ".join(quoted(tag) for tag in tags)
        tag = ctx.get("tag", "")
        return f"{quoted(tag)} n'est pas admis pour {quoted(key)} (au choix{NBSP}: {listed}){_near(tag, tags)}"
    if kind == "union_tag_not_found":
        return f"il manque la clé {quoted(unquoted(str(ctx.get('discriminator', ''))))}"
    if kind in ("value_error", "assertion_error"):
        return str(ctx.get("error", "")) or "valeur refusée"
    if kind in _SENTENCES:
        try:
            return typeset(_SENTENCES[kind]).format(**ctx)
        except KeyError:
            return "valeur refusée"
    return "valeur refusée"
