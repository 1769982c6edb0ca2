"""What libyaml finds wrong in a text, said in French."""

from __future__ import annotations


class YamlFault(Exception):
    """A text that can't be read: `index` counts characters from 0 in the text; `message` is French."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.message = message
        self.index = index


# Each English phrase is libyaml's `problem`, or `context` (matched by its beginning).
_PROBLEMS = (
    (
        "could not find expected ':'",
        "il manque « : », suivi d'une espace, après cette clé (ou un guillemet avant elle)",
    ),
    ("mapping values are not allowed", "« : » inattendu ; mettez le texte entre guillemets, ou vérifiez le retrait"),
    ("did not find expected key", "une clé est attendue ici ; vérifiez le retrait, les guillemets et les virgules"),
    ("did not find expected '-' indicator", "un tiret « - » est attendu ici ; vérifiez le retrait"),
    ("did not find expected ',' or ']'", "« , » ou « ] » est attendu pour poursuivre ou fermer la liste"),
    ("did not find expected ',' or '}'", "« , » ou « } » est attendu pour poursuivre ou fermer le groupe"),
    ("did not find expected node content", "une valeur est attendue ici"),
    (
        "did not find expected <document start>",
        "un seul document par fichier : vérifiez le retrait de cette ligne, ou retirez « ... »",
    ),
    ("did not find expected <stream-start>", "le fichier ne commence pas comme un texte YAML"),
    ("block sequence entries are not allowed", "un tiret de liste n'est pas permis ici ; vérifiez le retrait"),
    ("block mapping values are not allowed", "« : » inattendu ; vérifiez le retrait"),
    ("block mapping keys are not allowed", "une clé n'est pas permise ici ; vérifiez le retrait"),
    ("mapping keys are not allowed", "« ? » n'est pas permis ici ; mettez le texte entre guillemets"),
    ("found unexpected end of stream", "le fichier finit avant le guillemet fermant"),
    ("found unexpected document indicator", "« --- » ou « ... » avant le guillemet fermant"),
    ("found unknown escape character", "échappement inconnu ; dans des guillemets doubles, « \\ » s'écrit « \\\\ »"),
    ("did not find expected hexdecimal number", "un nombre hexadécimal est attendu après « \\x », « \\u » ou « \\U »"),
    ("did not find expected hexadecimal number", "un nombre hexadécimal est attendu après « \\x », « \\u » ou « \\U »"),
    ("found invalid Unicode character escape code", "ce code « \\u » ne désigne aucun caractère"),
    ("found a tab character where an indentation space is expected", "tabulation dans le retrait ; mettez des espaces"),
    ("found a tab character that violates indentation", "tabulation dans le retrait ; mettez des espaces"),
    (
        "found character that cannot start any token",
        "ce caractère ne peut pas commencer une valeur ; mettez des guillemets",
    ),
    ("found unexpected ':'", "« : » inattendu ; mettez le texte entre guillemets"),
    ("found extra characters after", "texte inattendu après cette valeur"),
    (
        "did not find expected alphabetic or numeric character",
        "un texte qui commence par « * » ou « & » se met entre guillemets",
    ),
    ("did not find expected comment or line break", "après « | » ou « > », passez à la ligne"),
    ("found an indentation indicator equal to 0", "le retrait indiqué après « | » ou « > » va de 1 à 9"),
    ("found duplicate %YAML directive", "directive %YAML répétée"),
    ("found duplicate %TAG directive", "directive %TAG répétée"),
    ("found incompatible YAML document", "version de YAML inconnue ; retirez la ligne %YAML"),
    (
        "found undefined tag handle",
        "étiquette de type inconnue ; mettez entre guillemets un texte qui commence par « ! »",
    ),
    ("exceeded", "trop de niveaux imbriqués"),
)
_CONTEXTS = (
    ("while scanning a quoted scalar", "le guillemet ouvert ici n'est pas fermé"),
    ("while parsing a flow sequence", "la liste ouverte ici par « [ » n'est pas fermée"),
    ("while parsing a flow mapping", "le groupe ouvert ici par « { » n'est pas fermé"),
)
# Whatever is wrong in a directive or in a tag.
_DIRECTIVES = (
    "while scanning a directive",
    "while scanning a %",
    "while parsing a %",
    "while scanning a tag directive",
    "while parsing a tag directive",
)
_TAGS = ("while scanning a tag", "while parsing a tag")
# Where the place to show is that of the context: the key itself, the sign that begins the text.
_AT_CONTEXT = ("could not find expected ':'", "did not find expected alphabetic or numeric character")
_CLOSED = "texte inattendu après un guillemet fermant : il en manque un avant, ou l'apostrophe est à doubler ('')"


def describe(problem: str, context: str, at_end: bool, char: str, before: str) -> tuple[str, bool]:
    """Returns the French sentence, and whether the place to show is the context's (where the thing was opened).

    `at_end`: the problem lies at the end of the text; `char` is the character at the problem's place, `before` the one
    before it, spaces aside.
    """
    if at_end or problem.startswith("found unexpected end of stream"):
        for phrase, message in _CONTEXTS:
            if context.startswith(phrase):
                return message, True
        if context.startswith("while parsing a flow node"):
            return "le fichier finit avant la fermeture d'une liste « [ » ou d'un groupe « { »", False
    if context.startswith(_DIRECTIVES):
        return (
            "directive incorrecte ; retirez cette ligne, ou mettez entre guillemets un texte qui commence par « % »",
            True,
        )
    if context.startswith(_TAGS):
        return "étiquette de type incorrecte ; mettez entre guillemets un texte qui commence par « ! »", True
    if problem.startswith(("did not find expected key", "did not find expected ',' or")) and before in ("'", '"'):
        return _CLOSED, False
    if problem.startswith("did not find expected key") and char in ("]", "}"):
        return f"« {char} » en trop", False
    if problem.startswith("did not find expected key") and char == "-":
        return "ce tiret n'est pas à la hauteur des autres ; vérifiez le retrait", False
    if problem.startswith("found character that cannot start") and char == "\t":
        return "tabulation dans le retrait ; mettez des espaces", False
    for phrase, message in _PROBLEMS:
        if problem.startswith(phrase):
            return message, phrase in _AT_CONTEXT
    return "syntaxe YAML incorrecte ; vérifiez le retrait et les guillemets autour de cet endroit", False
