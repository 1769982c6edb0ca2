"""Each case of an edit, byte for byte: what the text was, what is asked, what it becomes or why it is refused."""

from __future__ import annotations

import pytest

from alliances_cli.champs import of_famille
from alliances_cli.yamltext import edit
from alliances_cli.yamltext.edit import Edited
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import Path, read

ORDER = [champ.code for champ in of_famille("mesures")]
ITEM: Path = ("mesures", 0)
REALISE: Path = (*ITEM, "realise")
PILOTES: Path = (*ITEM, "pilotes")
HEAD = "# Les mesures.\nmesures:\n  - id: 1\n    titre: Un titre  # à garder\n"
TAIL = "    prochaine_etape: La suite\n\n  - id: 2\n    titre: Deux\n# fin\n"
LONG = "Une phrase assez longue pour que le bloc la replie, une fois au moins, à quatre-vingts colonnes"


def apply(text: str, path: Path, value: str | list[str] | None) -> Edited:
    if value is None:
        return edit.remove(text, path)
    if isinstance(value, str):
        return edit.set_text(text, path, value, ORDER)
    return edit.set_list(text, path, value, ORDER)


def hold(before: str, path: Path, value: str | list[str] | None, after: str, lost: tuple[str, ...] = ()) -> None:
    """The edit gives exactly this text, which reads as asked, and the same edit again changes nothing."""
    edited = apply(before, path, value)
    assert edited.text == after
    assert edited.lost_comments == lost
    document = read(after)
    assert document.readable and not document.faults
    found: object = document.value
    for step in path[:-1]:
        found = found[step]  # type: ignore[index]
    assert isinstance(found, dict)
    written = found.get(path[-1])
    assert (written.rstrip("\n") if isinstance(written, str) else written) == value
    assert apply(after, path, value).text == after


def refuse(before: str, path: Path, value: str | list[str] | None, message: str) -> YamlFault:
    with pytest.raises(YamlFault) as caught:
        apply(before, path, value)
    assert message in caught.value.message
    return caught.value


# --- a text, in each style: the lines of the field, what is asked, the lines that it becomes --------------------------

IN_ITS_STYLE = {
    "plain": ("    realise: Ancien\n", "Nouveau", "    realise: Nouveau\n"),
    "plain, digits first": ("    realise: Ancien\n", "10 réunions, 3 kits", "    realise: 10 réunions, 3 kits\n"),
    "plain, guillemets": ("    realise: Ancien\n", "« Kit » & l'ODD", "    realise: « Kit » & l'ODD\n"),
    "plain, NBSP inside": ("    realise: Ancien\n", "81\u00a0% d’entre eux", "    realise: 81\u00a0% d’entre eux\n"),
    "plain, emoji": ("    realise: Ancien\n", "🙂 fait", "    realise: 🙂 fait\n"),
    "plain, address": ("    realise: Ancien\n", "https://a.fr/b?c#d", "    realise: https://a.fr/b?c#d\n"),
    "plain, colon": ("    realise: Ancien\n", "bilan : fait", '    realise: "bilan : fait"\n'),
    "plain, colon last": ("    realise: Ancien\n", "bilan:", '    realise: "bilan:"\n'),
    "plain, hash": ("    realise: Ancien\n", "le n° #3 #4", '    realise: "le n° #3 #4"\n'),
    "plain, quotes first": ("    realise: Ancien\n", '"Kit" fait', '    realise: "\\"Kit\\" fait"\n'),
    "plain, asterisk first": ("    realise: Ancien\n", "**Kit** fait", '    realise: "**Kit** fait"\n'),
    "plain, dash": ("    realise: Ancien\n", "- fait", '    realise: "- fait"\n'),
    "plain, dash glued": ("    realise: Ancien\n", "-x", '    realise: "-x"\n'),
    "plain, backslash": ("    realise: Ancien\n", "a\\b : c", '    realise: "a\\\\b : c"\n'),
    "plain, line break": ("    realise: Ancien\n", "un\ndeux", '    realise: "un\\ndeux"\n'),
    "plain, tab": ("    realise: Ancien\n", "un\tdeux", '    realise: "un\\tdeux"\n'),
    "plain, NBSP at an edge": ("    realise: Ancien\n", "fait\u00a0", '    realise: "fait\u00a0"\n'),
    "plain, LS and PS": ("    realise: Ancien\n", "a\u2028b\u2029c", '    realise: "a\\Lb\\Pc"\n'),
    "plain, NEL and BOM": ("    realise: Ancien\n", "a\x85b\ufeffc", '    realise: "a\\Nb\\ufeffc"\n'),
    "plain, control": ("    realise: Ancien\n", "a\x07b\x7fc\x9fd", '    realise: "a\\x07b\\x7fc\\x9fd"\n'),
    "double": ('    realise: "Ancien"\n', "Nouveau", '    realise: "Nouveau"\n'),
    "double, escapes": (
        '    realise: "Ancien\\n"\n',
        'é « " \\ 🙂\u00a0\n',
        '    realise: "é « \\" \\\\ 🙂\u00a0\\n"\n',
    ),
    "single": ("    realise: 'Ancien'\n", "Nouveau : l'an 1", "    realise: 'Nouveau : l''an 1'\n"),
    "single, line break": ("    realise: 'Ancien'\n", "un\ndeux", '    realise: "un\\ndeux"\n'),
    "single, control": ("    realise: 'Ancien'\n", "a\x07", '    realise: "a\\x07"\n'),
    "double stays for what could be plain": ('    realise: "12:30"\n', "oui", '    realise: "oui"\n'),
    "comment, trailing spaces": (
        "    realise: Ancien   # d'après lui  \n",
        "Neuf",
        "    realise: Neuf   # d'après lui  \n",
    ),
    "trailing spaces": ("    realise: Ancien   \n", "Neuf", "    realise: Neuf   \n"),
    "aligned": ("    realise:          'Ancien'\n", "Neuf", "    realise:          'Neuf'\n"),
    "space before the colon": ("    realise : Ancien\n", "Neuf", "    realise : Neuf\n"),
    "quoted key": ("    'realise': Ancien\n", "Neuf", "    'realise': Neuf\n"),
    "double quoted key": ('    "realise" : "Ancien"\n', "Neuf", '    "realise" : "Neuf"\n'),
    "tab after the colon, before the comment": (
        "    realise:\tAncien\t# note\t\n",
        "Neuf",
        "    realise:\tNeuf\t# note\t\n",
    ),
    "multi-line plain": (
        "    realise: Ancien\n      texte\n\n      long  # fin\n",
        "Neuf",
        "    realise: Neuf  # fin\n",
    ),
    "multi-line double": (
        '    realise: "Ancien \\\n      texte\n      long"  # fin\n',
        "Neuf",
        '    realise: "Neuf"  # fin\n',
    ),
    "multi-line single": ("    realise: 'Ancien\n\n      long'\n", "Neuf", "    realise: 'Neuf'\n"),
    "value below": ("    realise:\n      Ancien\n", "Neuf", "    realise:\n      Neuf\n"),
    "value below, on two lines": (
        "    realise:\n      Ancien\n      texte  # c\n",
        "Neuf",
        "    realise:\n      Neuf  # c\n",
    ),
    "comment between key and value": (
        '    realise:  # un\n      # à relire\n      "Ancien"  # trois\n',
        "Neuf",
        '    realise:  # un\n      # à relire\n      "Neuf"  # trois\n',
    ),
    "empty text": ('    realise: ""\n', "Neuf", '    realise: "Neuf"\n'),
    "null: nothing": ("    realise:\n", "Neuf", "    realise: Neuf\n"),
    "null: nothing, spaces and comment": ("    realise:    # à faire\n", "Neuf", "    realise: Neuf    # à faire\n"),
    "null: tilde": ("    realise: ~  # rien\n", "Neuf", "    realise: Neuf  # rien\n"),
    "null: word": ("    realise: null\n", "Neuf : x", '    realise: "Neuf : x"\n'),
    "null: Null": ("    realise:   Null\n", "Neuf", "    realise:   Neuf\n"),
    "null: comment below": ("    realise:\n      # à faire\n", "Neuf", "    realise: Neuf\n      # à faire\n"),
    "not null: quoted": ('    realise: "null"\n', "Neuf", '    realise: "Neuf"\n'),
    "unused anchor": ("    realise: &r Ancien\n", "Neuf", "    realise: &r Neuf\n"),
    "unused anchor, quoted below": (
        "    realise: &r  # ici\n      'Ancien'\n",
        "Neuf",
        "    realise: &r  # ici\n      'Neuf'\n",
    ),
    "unused anchor on nothing": ("    realise: &r  # c\n", "Neuf", "    realise: &r Neuf  # c\n"),
    "unused anchor on a block": ("    realise: &r |\n      Ancien\n", "Neuf", "    realise: &r |\n      Neuf\n"),
    "tag": ("    realise: !!str 12\n", "13", '    realise: !!str "13"\n'),
    "tag, verbatim": (
        "    realise: !<tag:yaml.org,2002:str> 12\n",
        "Neuf",
        "    realise: !<tag:yaml.org,2002:str> Neuf\n",
    ),
    "tag on nothing": ("    realise: !!str\n", "Neuf", "    realise: !!str Neuf\n"),
    "tag and anchor": ("    realise: !!str &r 'x'\n", "Neuf", "    realise: !!str &r 'Neuf'\n"),
    "literal": (
        "    realise: |\n      Ancien\n      texte\n",
        "un\n\n  deux",
        "    realise: |\n      un\n\n        deux\n",
    ),
    "literal, strip": ("    realise: |-\n        Ancien\n", "un\ndeux", "    realise: |-\n        un\n        deux\n"),
    "literal, keep": ("    realise: |+\n      Ancien\n\n\n", "Neuf", "    realise: |+\n      Neuf\n\n\n"),
    "literal, digit": ("    realise: |2\n        Ancien\n", "Neuf", "    realise: |2\n      Neuf\n"),
    "literal, digit and strip": ("    realise: |4-\n        Ancien\n", "Neuf", "    realise: |4-\n        Neuf\n"),
    "literal, header's comment": ("    realise: |  # vu\n      Ancien\n", "Neuf", "    realise: |  # vu\n      Neuf\n"),
    "literal, blank and comment after": (
        "    realise: |\n      Ancien\n\n    # pour la suite\n",
        "un\ndeux",
        "    realise: |\n      un\n      deux\n\n    # pour la suite\n",
    ),
    "literal, hash inside": (
        "    realise: |\n      # Ancien\n",
        "# un\n# deux",
        "    realise: |\n      # un\n      # deux\n",
    ),
    "literal, traps": ("    realise: |\n      Ancien\n", "no: 'x' #y", "    realise: |\n      no: 'x' #y\n"),
    "literal, tab": ("    realise: |\n      Ancien\n", "un\n\tdeux", "    realise: |\n      un\n      \tdeux\n"),
    "literal, empty": ("    realise: |\n", "Neuf", "    realise: |\n      Neuf\n"),
    "literal, edge space": ("    realise: |  # vu\n      Ancien\n\n", " x", '    realise: " x"  # vu\n\n'),
    "literal, final break": ("    realise: |-\n      Ancien\n", "x\n", '    realise: "x\\n"\n'),
    "literal, CR": ("    realise: |\n      Ancien\n", "x\ry", '    realise: "x\\ry"\n'),
    "literal, LS": ("    realise: |\n      Ancien\n", "x\u2028y", '    realise: "x\\Ly"\n'),
    "folded": ("    realise: >\n      Ancien\n      texte\n", "Neuf", "    realise: >\n      Neuf\n"),
    "folded, wrapped": (
        "    realise: >-\n      Ancien\n",
        LONG,
        f"    realise: >-\n      {LONG[:72]}\n      {LONG[73:]}\n",
    ),
    "folded, line breaks": (
        "    realise: >\n      A\n",
        "un\ndeux\n\ntrois",
        "    realise: >\n      un\n\n      deux\n\n\n      trois\n",
    ),
    "folded, double space": ("    realise: >\n      A\n", "un  deux", "    realise: >\n      un  deux\n"),
    "folded, indented line": ("    realise: >\n      A\n", "un\n  deux", '    realise: "un\\n  deux"\n'),
    "folded, digit and comment": ("    realise: >2- # c\n        A\n", "Neuf", "    realise: >2- # c\n      Neuf\n"),
}


@pytest.mark.parametrize(("before", "value", "after"), IN_ITS_STYLE.values(), ids=IN_ITS_STYLE)
def test_a_text_keeps_its_style(before: str, value: str, after: str) -> None:
    if value.endswith("\n"):
        assert apply(HEAD + before + TAIL, REALISE, value).text == HEAD + after + TAIL
    else:
        hold(HEAD + before + TAIL, REALISE, value, HEAD + after + TAIL)


NOT_TEXTS = (
    *(
        "y",
        "n",
        "yes",
        "No",
        "on",
        "OFF",
        "true",
        "False",
        "null",
        "~",
        "Null",
        "=",
        "<<",
        "1",
        "-1",
        "+1",
        "010",
        "0o7",
    ),
    *(
        "0x1F",
        "0b11",
        "1_000",
        "1.5",
        ".5",
        "1.",
        "1e3",
        "1.5e+3",
        ".inf",
        "-.INF",
        ".NaN",
        "12:30",
        "1:30:05",
        "190:20:30.15",
    ),
    *("2021-05-07", "2021-5-7 10:00:00", "2021-02-30", "2021"),
)


@pytest.mark.parametrize("value", NOT_TEXTS)
def test_what_a_reader_would_take_for_something_else_is_quoted(value: str) -> None:
    hold(HEAD + "    realise: Ancien\n" + TAIL, REALISE, value, HEAD + f'    realise: "{value}"\n' + TAIL)


# --- a missing key ----------------------------------------------------------------------------------------------------

INSERTED: dict[str, tuple[str, str]] = {
    "where the model's order puts it": (HEAD + TAIL, HEAD + "    realise: Neuf\n" + TAIL),
    "after a comment on the line": (
        "mesures:\n- id: 1  # un\n  titre: T  # deux\n  # trois\n",
        "mesures:\n- id: 1  # un\n  titre: T  # deux\n  realise: Neuf\n  # trois\n",
    ),
    "after several lines": (
        "mesures:\n- id: 1\n  titre: T\n    long  # c\n\n  echeance: 2021\n",
        "mesures:\n- id: 1\n  titre: T\n    long  # c\n  realise: Neuf\n\n  echeance: 2021\n",
    ),
    "after a list": (
        "mesures:\n- id: 1\n  pilotes:\n  - A  # a\n  # fin\n",
        "mesures:\n- id: 1\n  pilotes:\n  - A  # a\n  realise: Neuf\n  # fin\n",
    ),
    "after a flow list": (
        "mesures:\n- id: 1\n  pilotes: [A,\n    B]  # c\n",
        "mesures:\n- id: 1\n  pilotes: [A,\n    B]  # c\n  realise: Neuf\n",
    ),
    "after a null": ("mesures:\n- id: 1\n  titre:\n", "mesures:\n- id: 1\n  titre:\n  realise: Neuf\n"),
    "after a block": (
        "mesures:\n- id: 1\n  texte: |\n    T\n\n  echeance: 2021\n",
        "mesures:\n- id: 1\n  texte: |\n    T\n  realise: Neuf\n\n  echeance: 2021\n",
    ),
    "after a block that keeps its blank lines": (
        "mesures:\n- id: 1\n  texte: |+\n    T\n\n  echeance: 2021\n",
        "mesures:\n- id: 1\n  texte: |+\n    T\n\n  realise: Neuf\n  echeance: 2021\n",
    ),
    "after an alias": (
        "x: &t T\nmesures:\n- id: 1\n  titre: *t\n",
        "x: &t T\nmesures:\n- id: 1\n  titre: *t\n  realise: Neuf\n",
    ),
    "id last": (
        "mesures:\n- echeance: 2021\n  id: 1\n",
        "mesures:\n- echeance: 2021\n  id: 1\n  realise: Neuf\n",
    ),
    "wide dash": ("mesures:\n-   id: 1\n", "mesures:\n-   id: 1\n    realise: Neuf\n"),
    "lone dash": ("mesures:\n  -\n   id: 1\n  - id: 2\n", "mesures:\n  -\n   id: 1\n   realise: Neuf\n  - id: 2\n"),
    "CRLF": ("mesures:\r\n- id: 1\r\n- id: 2\r\n", "mesures:\r\n- id: 1\r\n  realise: Neuf\r\n- id: 2\r\n"),
    "mixed, near CRLF": ("mesures:\n- id: 1\r\n- id: 2\n", "mesures:\n- id: 1\r\n  realise: Neuf\r\n- id: 2\n"),
    "mixed, near LF": ("mesures:\r\n- id: 1\n- id: 2\r\n", "mesures:\r\n- id: 1\n  realise: Neuf\n- id: 2\r\n"),
    "no final newline": ("mesures:\n- id: 1", "mesures:\n- id: 1\n  realise: Neuf"),
    "no final newline, CRLF": ("mesures:\r\n- id: 1", "mesures:\r\n- id: 1\r\n  realise: Neuf"),
    "no final newline after a block: before it": (
        "mesures:\n- id: 1\n  texte: |\n    T",
        "mesures:\n- id: 1\n  realise: Neuf\n  texte: |\n    T",
    ),
    "no final newline after a list that ends with a block": (
        "mesures:\n- id: 1\n  pilotes:\n  - |\n    A",
        "mesures:\n- id: 1\n  realise: Neuf\n  pilotes:\n  - |\n    A",
    ),
    "after a list that ends with a block that keeps its blank lines": (
        "mesures:\n- id: 1\n  pilotes:\n  - |+\n    A\n\n\n  echeance: x\n",
        "mesures:\n- id: 1\n  pilotes:\n  - |+\n    A\n\n\n  realise: Neuf\n  echeance: x\n",
    ),
    "no final newline after a stripped block": (
        "mesures:\n- id: 1\n  texte: |-\n    T",
        "mesures:\n- id: 1\n  texte: |-\n    T\n  realise: Neuf",
    ),
    "document markers": (
        "%YAML 1.1\n---\nmesures:\n- id: 1\n...\n",
        "%YAML 1.1\n---\nmesures:\n- id: 1\n  realise: Neuf\n...\n",
    ),
    "BOM": ("\ufeffmesures:\n- id: 1\n", "\ufeffmesures:\n- id: 1\n  realise: Neuf\n"),
    "flow": ("mesures:\n- {id: 1, titre: T}  # c\n", "mesures:\n- {id: 1, titre: T, realise: Neuf}  # c\n"),
    "flow, by the model's order": (
        "mesures:\n- { id: 1, echeance: 2021 }\n",
        "mesures:\n- { id: 1, realise: Neuf, echeance: 2021 }\n",
    ),
    "flow, after a null": (
        "mesures:\n- {id: 1, titre: , echeance: x}\n",
        "mesures:\n- {id: 1, titre: , realise: Neuf, echeance: x}\n",
    ),
    "flow, comma last": ("mesures:\n- {id: 1,}\n", "mesures:\n- {id: 1, realise: Neuf,}\n"),
    "JSON": ('{"mesures":[{"id":"1","titre":"T"}]}\n', '{"mesures":[{"id":"1","titre":"T", "realise": "Neuf"}]}\n'),
    "JSON on several lines": (
        '{\n  "mesures": [\n    {\n      "id": "1"\n    }\n  ]\n}',
        '{\n  "mesures": [\n    {\n      "id": "1", "realise": "Neuf"\n    }\n  ]\n}',
    ),
}


@pytest.mark.parametrize(("before", "after"), INSERTED.values(), ids=INSERTED)
def test_a_missing_key_is_inserted(before: str, after: str) -> None:
    hold(before, REALISE, "Neuf", after)


def test_a_key_goes_at_the_top_of_the_file_s_own_mapping() -> None:
    hold("\ufefftitre: M\nlicence: L\n", ("realise",), "Neuf", "\ufefftitre: M\nrealise: Neuf\nlicence: L\n")


def test_a_key_that_the_order_does_not_know_goes_last() -> None:
    text = edit.set_text("titre: M\nlicence: L\n", ("autre",), "x", ORDER).text
    assert text == "titre: M\nlicence: L\nautre: x\n"


# --- flow, JSON, aliases: whole texts ---------------------------------------------------------------------------------

ELSEWHERE: dict[str, tuple[str, str, str]] = {
    "flow": (
        "mesures:\n- {id: 1, realise: Ancien, echeance: x}\n",
        "Neuf",
        "mesures:\n- {id: 1, realise: Neuf, echeance: x}\n",
    ),
    "flow, comma": ("mesures:\n- {id: 1, realise: Ancien}\n", "a, b", 'mesures:\n- {id: 1, realise: "a, b"}\n'),
    "flow, bracket": ("mesures:\n- {id: 1, realise: Ancien}\n", "a [b]", 'mesures:\n- {id: 1, realise: "a [b]"}\n'),
    "flow, address": (
        "mesures:\n- {id: 1, realise: Ancien}\n",
        "https://a.fr",
        'mesures:\n- {id: 1, realise: "https://a.fr"}\n',
    ),
    "flow, single": ("mesures:\n- {id: 1, realise: 'Ancien'}\n", "l'an", "mesures:\n- {id: 1, realise: 'l''an'}\n"),
    "flow, null": (
        "mesures:\n- {id: 1, realise: , echeance: x}\n",
        "Neuf",
        "mesures:\n- {id: 1, realise: Neuf , echeance: x}\n",
    ),
    "flow, null last": ("mesures:\n- {id: 1, realise: }\n", "Neuf", "mesures:\n- {id: 1, realise: Neuf }\n"),
    "flow, several lines": (
        "mesures:\n- {id: 1,  # a\n   realise: Ancien\n     texte,  # b\n   echeance: x}\n",
        "Neuf",
        "mesures:\n- {id: 1,  # a\n   realise: Neuf,  # b\n   echeance: x}\n",
    ),
    "JSON": (
        '{"mesures":[{"id":"1","realise":"Ancien","titre":"T"}]}',
        'N "x"',
        '{"mesures":[{"id":"1","realise":"N \\"x\\"","titre":"T"}]}',
    ),
    "JSON, null": (
        '{"mesures":[{"id":"1","realise":null}]}',
        "Neuf",
        '{"mesures":[{"id":"1","realise":"Neuf"}]}',
    ),
    "alias": (
        "x: &t T\nmesures:\n- id: 1\n  titre: *t\n  realise: *t  # c\n",
        "Neuf",
        "x: &t T\nmesures:\n- id: 1\n  titre: *t\n  realise: Neuf  # c\n",
    ),
    "alias in flow": (
        "x: &t T\nmesures: [{id: 1, realise: *t , titre: *t }]\n",
        "Neuf",
        "x: &t T\nmesures: [{id: 1, realise: Neuf , titre: *t }]\n",
    ),
    "first on the dash's line": ("mesures:\n- realise: A\n  id: 1\n", "Neuf", "mesures:\n- realise: Neuf\n  id: 1\n"),
    "wide dash": ("mesures:\n-    realise: A\n     id: 1\n", "Neuf", "mesures:\n-    realise: Neuf\n     id: 1\n"),
    "lone dash": (
        "mesures:\n-\n  # c\n  realise: A\n  id: 1\n",
        "Neuf",
        "mesures:\n-\n  # c\n  realise: Neuf\n  id: 1\n",
    ),
    "CRLF": ("mesures:\r\n- id: 1\r\n  realise: A\r\n", "Neuf", "mesures:\r\n- id: 1\r\n  realise: Neuf\r\n"),
    "CRLF, literal": (
        "mesures:\r\n- id: 1\r\n  realise: |\r\n    A\r\n    B\r\n  echeance: x\r\n",
        "un\n\ndeux",
        "mesures:\r\n- id: 1\r\n  realise: |\r\n    un\r\n\r\n    deux\r\n  echeance: x\r\n",
    ),
    "CRLF, literal to quotes": (
        "mesures:\r\n- id: 1\r\n  realise: | # c\r\n    A\r\n    B\r\n  echeance: x\r\n",
        "a\x07",
        'mesures:\r\n- id: 1\r\n  realise: "a\\x07" # c\r\n  echeance: x\r\n',
    ),
    "mixed ends of line": (
        "mesures:\n- id: 1\r\n  realise: |\n    A\r\n  echeance: x\n",
        "un\ndeux",
        "mesures:\n- id: 1\r\n  realise: |\n    un\n    deux\r\n  echeance: x\n",
    ),
    "BOM": ("\ufeffmesures:\n- id: 1\n  realise: A\n", "Neuf", "\ufeffmesures:\n- id: 1\n  realise: Neuf\n"),
    "no final newline": ("mesures:\n- id: 1\n  realise: A", "Neuf", "mesures:\n- id: 1\n  realise: Neuf"),
    "no final newline, literal": (
        "mesures:\n- id: 1\n  realise: |\n    A",
        "un\ndeux",
        "mesures:\n- id: 1\n  realise: |\n    un\n    deux",
    ),
    "no final newline, empty literal": (
        "mesures:\n- id: 1\n  realise: |",
        "Neuf",
        "mesures:\n- id: 1\n  realise: |\n    Neuf",
    ),
    "no final newline, literal to quotes": (
        "mesures:\n- id: 1\n  realise: |\n    A\n    B",
        "a\x07",
        'mesures:\n- id: 1\n  realise: "a\\x07"',
    ),
    "document markers": (
        "---\nmesures:\n- id: 1\n  realise: A\n...\n",
        "--- N",
        '---\nmesures:\n- id: 1\n  realise: "--- N"\n...\n',
    ),
    "neighbours with LS and NEL": (
        'mesures:\n- id: 1\n  titre: "a\u2028b\u2029c\x85d"\n  realise: A\n  echeance: "e\u2028f"\n',
        "Neuf",
        'mesures:\n- id: 1\n  titre: "a\u2028b\u2029c\x85d"\n  realise: Neuf\n  echeance: "e\u2028f"\n',
    ),
}


@pytest.mark.parametrize(("before", "value", "after"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_text_is_exchanged_wherever_it_stands(before: str, value: str, after: str) -> None:
    hold(before, REALISE, value, after)


# --- lists ------------------------------------------------------------------------------------------------------------

LISTS: dict[str, tuple[str, list[str], str, tuple[str, ...]]] = {
    "append": ("    pilotes:\n      - A\n", ["A", "B"], "    pilotes:\n      - A\n      - B\n", ()),
    "append, zero-indented": ("    pilotes:\n    - A\n", ["A", "B : b"], '    pilotes:\n    - A\n    - "B : b"\n', ()),
    "append, comments": (
        "    pilotes:  # qui\n      # d'abord\n      - A  # a\n\n      # fin\n",
        ["A", "B"],
        "    pilotes:  # qui\n      # d'abord\n      - A  # a\n      - B\n\n      # fin\n",
        (),
    ),
    "comments full of dashes and hashes": (
        "    pilotes:  # - # -\n      # - A # - B #\n      - A  # - a # -\n" + "      # # - #\n" * 40 + "      - B\n",
        ["A", "C"],
        "    pilotes:  # - # -\n      # - A # - B #\n      - A  # - a # -\n" + "      # # - #\n" * 40 + "      - C\n",
        (),
    ),
    "append, wide dash": ("    pilotes:\n    -   A\n", ["A", "B"], "    pilotes:\n    -   A\n    -   B\n", ()),
    "append after several lines": (
        "    pilotes:\n    - A\n      suite\n    - |\n      bloc\n",
        ["A suite", "bloc\n", "B"],
        "    pilotes:\n    - A\n      suite\n    - |\n      bloc\n    - B\n",
        (),
    ),
    "prepend": (
        "    pilotes:\n      # d'abord\n      - A  # a\n",
        ["B", "A"],
        "    pilotes:\n      # d'abord\n      - B\n      - A  # a\n",
        (),
    ),
    "insert": (
        "    pilotes:\n    - A  # a\n    # puis\n    - 'C'\n",
        ["A", "B", "C"],
        "    pilotes:\n    - A  # a\n    - B\n    # puis\n    - 'C'\n",
        (),
    ),
    "replace one": (
        "    pilotes:\n    - A\n    # b\n    - B  # b bis\n    - C\n",
        ["A", "X", "C"],
        "    pilotes:\n    - A\n    # b\n    - X\n    - C\n",
        ("# b bis",),
    ),
    "replace all": ("    pilotes:\n    - A\n    - 'B'\n", ["X", "12"], '    pilotes:\n    - X\n    - "12"\n', ()),
    "remove first": ("    pilotes:\n    - A  # a\n    - B  # b\n", ["B"], "    pilotes:\n    - B  # b\n", ("# a",)),
    "remove last": (
        "    pilotes:\n    - A  # a\n    - B  # b\n    # fin\n",
        ["A"],
        "    pilotes:\n    - A  # a\n    # fin\n",
        ("# b",),
    ),
    "remove inside": (
        "    pilotes:\n    - A\n    - B\n    # c\n    - C\n    - D\n",
        ["A", "D"],
        "    pilotes:\n    - A\n    - D\n",
        ("# c",),
    ),
    "reorder: lines move with their quotes and comments": (
        "    pilotes:\n    - A  # a\n    - 'B'  # b\n    - C\n",
        ["B", "C", "A"],
        "    pilotes:\n    - 'B'  # b\n    - C\n    - A  # a\n",
        (),
    ),
    "the same one twice": (
        "    pilotes:\n    - A  # a\n    - B\n",
        ["B", "A", "A"],
        "    pilotes:\n    - B\n    - A  # a\n    - A\n",
        (),
    ),
    "lone dash": (
        "    pilotes:\n    -\n      A\n    -   # c\n      B\n",
        ["A", "X"],
        "    pilotes:\n    -\n      A\n    - X\n",
        ("# c",),
    ),
    "null item that was meant as a text": (
        "    pilotes:\n    - A\n    - ~\n",
        ["A", "~"],
        '    pilotes:\n    - A\n    - "~"\n',
        (),
    ),
    "flow, null item": ("    pilotes: [null, A]\n", ["null", "A"], '    pilotes: ["null", A]\n', ()),
    "null item": ("    pilotes:\n    - A\n    -\n", ["A", "B"], "    pilotes:\n    - A\n    - B\n", ()),
    "unused anchors": (
        "    pilotes: &p  # qui\n    - &a A\n    - B\n",
        ["C", "A"],
        "    pilotes: &p  # qui\n    - C\n    - &a A\n",
        (),
    ),
    "flow, append": ("    pilotes: [A]  # c\n", ["A", "B"], "    pilotes: [A, B]  # c\n", ()),
    "flow, append after a comma": ("    pilotes: [A,]\n", ["A", "B"], "    pilotes: [A, B,]\n", ()),
    "flow, empty": ("    pilotes: []\n", ["A, B"], '    pilotes: ["A, B"]\n', ()),
    "flow, replace": ("    pilotes: [ 'A', B ]\n", ["A", "C"], "    pilotes: ['A', C]\n", ()),
    "flow, reorder": ("    pilotes: ['A', \"B\", C]\n", ["C", "B", "A"], "    pilotes: [C, \"B\", 'A']\n", ()),
    "flow, remove": ("    pilotes: [A, B, C]\n", ["A", "C"], "    pilotes: [A, C]\n", ()),
    "flow, several lines, append": (
        "    pilotes: [\n      A,  # a\n      B  # b\n    ]\n",
        ["A", "B", "C"],
        "    pilotes: [\n      A,  # a\n      B, C  # b\n    ]\n",
        (),
    ),
    "flow, several lines, remove": (
        "    pilotes: [\n      A,  # a\n      B  # b\n    ]\n",
        ["B"],
        "    pilotes: [B]\n",
        ("# a", "# b"),
    ),
    "flow, trap": ("    pilotes: [A]\n", ["A", "no"], '    pilotes: [A, "no"]\n', ()),
    "null": ("    pilotes:  # qui\n", ["A", "B"], "    pilotes: [A, B]  # qui\n", ()),
    "one text": ("    pilotes: A  # qui\n", ["A", "B"], "    pilotes: [A, B]  # qui\n", ()),
}


@pytest.mark.parametrize(("before", "values", "after", "lost"), LISTS.values(), ids=LISTS)
def test_a_list_keeps_what_stays(before: str, values: list[str], after: str, lost: tuple[str, ...]) -> None:
    hold(HEAD + before + TAIL, PILOTES, values, HEAD + after + TAIL, lost)


WHOLE_LISTS: dict[str, tuple[str, list[str], str]] = {
    "missing, neighbour in block style": (
        "mesures:\n  - id: 1\n    titre: T\n  - id: 2\n    pilotes:\n      - X\n",
        ["A", "B"],
        "mesures:\n  - id: 1\n    titre: T\n    pilotes:\n      - A\n      - B\n  - id: 2\n    pilotes:\n      - X\n",
    ),
    "missing, neighbour zero-indented, CRLF": (
        "mesures:\r\n- id: 1\r\n- id: 2\r\n  pilotes:\r\n  - X\r\n",
        ["A"],
        "mesures:\r\n- id: 1\r\n  pilotes:\r\n  - A\r\n- id: 2\r\n  pilotes:\r\n  - X\r\n",
    ),
    "missing, ends of line mixed": (
        "mesures:\n- id: 1\n- id: 2\r\n  pilotes:\r\n  - X\r\n",
        ["A"],
        "mesures:\n- id: 1\n  pilotes:\n  - A\n- id: 2\r\n  pilotes:\r\n  - X\r\n",
    ),
    "missing, neighbour in flow": (
        "mesures:\n- id: 1\n- id: 2\n  pilotes: [X]\n",
        ["A", "B"],
        "mesures:\n- id: 1\n  pilotes: [A, B]\n- id: 2\n  pilotes: [X]\n",
    ),
    "missing, no neighbour": ("mesures:\n- id: 1\n", ["A", "no"], 'mesures:\n- id: 1\n  pilotes: [A, "no"]\n'),
    "missing, JSON": ('{"mesures":[{"id":"1"}]}', ["A"], '{"mesures":[{"id":"1", "pilotes": ["A"]}]}'),
    "JSON": (
        '{"mesures":[{"id":"1","pilotes":["A"]}]}',
        ["A", "B"],
        '{"mesures":[{"id":"1","pilotes":["A", "B"]}]}',
    ),
    "in a flow item": (
        "mesures:\n- {id: 1, pilotes: [A]}\n",
        ["A", "B"],
        "mesures:\n- {id: 1, pilotes: [A, B]}\n",
    ),
    "no final newline": (
        "mesures:\n- id: 1\n  pilotes:\n  - A",
        ["A", "B"],
        "mesures:\n- id: 1\n  pilotes:\n  - A\n  - B",
    ),
    "CRLF": (
        "mesures:\r\n- id: 1\r\n  pilotes:\r\n  - A\r\n  - B\r\n",
        ["X", "B"],
        "mesures:\r\n- id: 1\r\n  pilotes:\r\n  - X\r\n  - B\r\n",
    ),
    "alias": (
        "x: &p [A]\ny: *p\nmesures:\n- id: 1\n  pilotes: *p\n",
        ["A", "B"],
        "x: &p [A]\ny: *p\nmesures:\n- id: 1\n  pilotes: [A, B]\n",
    ),
    "an item that is an alias": (
        "x: &a A\nmesures:\n- id: 1\n  pilotes: [*a , B]\n",
        ["A", "C"],
        "x: &a A\nmesures:\n- id: 1\n  pilotes: [A, C]\n",
    ),
}


@pytest.mark.parametrize(("before", "values", "after"), WHOLE_LISTS.values(), ids=WHOLE_LISTS)
def test_a_list_is_written_wherever_it_stands(before: str, values: list[str], after: str) -> None:
    hold(before, PILOTES, values, after)


def test_a_list_of_groups_is_overwritten() -> None:
    before = "mesures:\n- id: 1\n  pilotes:\n  - nom: A  # a\n  # fin\n  titre: T\n"
    hold(before, PILOTES, ["B"], "mesures:\n- id: 1\n  pilotes: [B]  # a\n  # fin\n  titre: T\n")


# --- removal ----------------------------------------------------------------------------------------------------------

REMOVED: dict[str, tuple[str, tuple[str, ...]]] = {
    "plain": ("    realise: Ancien\n", ()),
    "comment": ("    realise: Ancien  # d'après lui\n", ("# d'après lui",)),
    "hash in quotes": ('    realise: "Ancien # pas un commentaire"\n', ()),
    "null": ("    realise:\n", ()),
    "tilde": ("    realise: ~ # c\n", ("# c",)),
    "several lines": ("    realise: Ancien\n      # non\n".replace("      # non\n", "      texte # un\n"), ("# un",)),
    "comment between key and value": (
        '    realise:  # un\n      # deux\n      "Ancien"  # trois\n',
        ("# un", "# deux", "# trois"),
    ),
    "literal": ("    realise: |  # en-tête\n      # du texte\n      Ancien\n", ("# en-tête",)),
    "literal, keep": ("    realise: |+\n      Ancien\n\n\n", ()),
    "folded": ("    realise: >-\n      Ancien\n\n      texte\n", ()),
    "block list": ("    realise:  # qui\n      # haut\n      - A  # a\n      - B\n", ("# qui", "# haut", "# a")),
    "zero-indented list": ("    realise:\n    - A\n    - B\n", ()),
    "flow list": ("    realise: [A,  # a\n      B]  # b\n", ("# a", "# b")),
    "group": ("    realise:\n      a: 1\n      b:\n      - c\n", ()),
    "quoted key": ('    "realise" : Ancien\n', ()),
    "unused anchor": ("    realise: &r Ancien\n", ()),
    "tag": ("    realise: !!str Ancien\n", ()),
}


@pytest.mark.parametrize(("lines", "lost"), REMOVED.values(), ids=REMOVED)
def test_a_field_goes_with_its_lines(lines: str, lost: tuple[str, ...]) -> None:
    around = ("    # au-dessus\n", "    # en dessous\n\n")
    before = HEAD + around[0] + lines + around[1] + TAIL
    hold(before, REALISE, None, HEAD + around[0] + around[1] + TAIL, lost)
    crlf = before.replace("\n", "\r\n")
    hold(crlf, REALISE, None, (HEAD + around[0] + around[1] + TAIL).replace("\n", "\r\n"), lost)


REMOVED_WHOLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "missing": ("mesures:\n- id: 1\n", "mesures:\n- id: 1\n", ()),
    "last of the file": ("mesures:\n- id: 1\n  realise: A\n", "mesures:\n- id: 1\n", ()),
    "no final newline": ("mesures:\n- id: 1\n  realise: A", "mesures:\n- id: 1", ()),
    "no final newline, CRLF": ("mesures:\r\n- id: 1\r\n  realise: A", "mesures:\r\n- id: 1", ()),
    "no final newline, after a block": (
        "mesures:\n- texte: |\n    T\n  realise: A",
        "mesures:\n- texte: |\n    T\n",
        (),
    ),
    "before the document's end": ("mesures:\n- id: 1\n  realise: A\n...\n", "mesures:\n- id: 1\n...\n", ()),
    "after a block that keeps its blank lines": (
        "mesures:\n- texte: |+\n    T\n  realise: A\n\n  echeance: x\n",
        "mesures:\n- texte: |+\n    T\n  echeance: x\n",
        (),
    ),
    "first on the dash's line": ("mesures:\n- realise: A  # c\n  id: 1\n", "mesures:\n- id: 1\n", ("# c",)),
    "first on a wide dash's line": ("mesures:\n-   realise: A\n\n    id: 1\n", "mesures:\n-   id: 1\n", ()),
    "first on the dash's line, a comment after it": (
        "mesures:\n- realise: A  # c\n  # pour l'id\n  id: 1\n",
        "mesures:\n-\n  # pour l'id\n  id: 1\n",
        ("# c",),
    ),
    "first under a lone dash": ("mesures:\n-\n  realise: A\n  id: 1\n", "mesures:\n-\n  id: 1\n", ()),
    "first of the file": ("\ufeffrealise: A\nmesures:\n- id: 1\n", "\ufeffmesures:\n- id: 1\n", ()),
    "flow, inside": ("mesures:\n- {id: 1, realise: A, titre: T}\n", "mesures:\n- {id: 1, titre: T}\n", ()),
    "flow, first": ("mesures:\n- {realise: A, id: 1}\n", "mesures:\n- {id: 1}\n", ()),
    "flow, last": ("mesures:\n- { id: 1, realise: A }\n", "mesures:\n- { id: 1 }\n", ()),
    "flow, null": ("mesures:\n- {id: 1, realise: , titre: T}\n", "mesures:\n- {id: 1, titre: T}\n", ()),
    "flow, several lines": (
        "mesures:\n- {id: 1,  # a\n   realise: A,  # b\n   titre: T}\n",
        "mesures:\n- {id: 1,  # a\n   titre: T}\n",
        ("# b",),
    ),
    "flow, several lines, last": (
        "mesures:\n- {id: 1,  # a\n   titre: T,  # b\n   realise: A  # c\n  }\n",
        "mesures:\n- {id: 1,  # a\n   titre: T,  # b\n  }\n",
        ("# c",),
    ),
    "JSON": ('{"mesures":[{"id":"1","realise":"A","titre":"T"}]}', '{"mesures":[{"id":"1","titre":"T"}]}', ()),
    "alias": (
        "x: &t T\nmesures:\n- titre: *t\n  realise: *t\n",
        "x: &t T\nmesures:\n- titre: *t\n",
        (),
    ),
    "the same comment elsewhere is no excuse": (
        "mesures:\n- id: 1  # vu\n  realise: A  # vu\n",
        "mesures:\n- id: 1  # vu\n",
        ("# vu",),
    ),
}


@pytest.mark.parametrize(("before", "after", "lost"), REMOVED_WHOLE.values(), ids=REMOVED_WHOLE)
def test_a_field_goes_from_wherever_it_stands(before: str, after: str, lost: tuple[str, ...]) -> None:
    path: Path = ("realise",) if "\ufeff" in before else REALISE
    hold(before, path, None, after, lost)


# --- refusals ---------------------------------------------------------------------------------------------------------

SHARED = "cette valeur sert aussi à la ligne {} (alias « *{} ») : modifiez-la à la main"
REFUSED: dict[str, tuple[str, Path, str | list[str] | None, str, str]] = {
    "shared text": (
        "mesures:\n- id: 1\n  realise: &r A\n- id: 2\n  realise: *r\n",
        REALISE,
        "Neuf",
        SHARED.format(5, "r"),
        "&r A",
    ),
    "shared block": ("mesures:\n- realise: &r |\n    A\n  texte: *r\n", REALISE, "Neuf", SHARED.format(4, "r"), "&r |"),
    "shared nothing": ("mesures:\n- realise: &r\n  texte: *r\n", REALISE, "Neuf", SHARED.format(3, "r"), "&r"),
    "shared text, removed": ("mesures:\n- realise: &r A\n  texte: *r\n", REALISE, None, SHARED.format(3, "r"), "&r A"),
    "shared list": (
        "mesures:\n- id: 1\n  pilotes: &p [A]\n- id: 2\n  pilotes: *p\n",
        PILOTES,
        ["B"],
        SHARED.format(5, "p"),
        "&p [A]",
    ),
    "shared item of a list": (
        "mesures:\n- id: 1\n  pilotes:\n  - &a A\n  titre: *a\n",
        PILOTES,
        ["B"],
        SHARED.format(5, "a"),
        "&a A",
    ),
    "shared item of a list, removed": (
        "mesures:\n- id: 1\n  pilotes: [&a A]\n  titre: *a\n",
        PILOTES,
        None,
        SHARED.format(4, "a"),
        "&a A",
    ),
    "shared item": (
        "mesures:\n- &m\n  id: 1\n  realise: A\nx: *m\n",
        REALISE,
        "Neuf",
        SHARED.format(5, "m"),
        "&m",
    ),
    "shared family": ("mesures: &m\n- id: 1\nx: *m\n", REALISE, "Neuf", SHARED.format(3, "m"), "&m"),
    "an item that is an alias": (
        "x: &m {id: 1}\nmesures:\n- *m\n",
        REALISE,
        "Neuf",
        "cet élément est un alias : modifiez l'original",
        "*m",
    ),
    "a family that is an alias": (
        "x: &m [{id: 1}]\nmesures: *m\n",
        REALISE,
        "Neuf",
        "cet élément est un alias : modifiez l'original",
        "*m",
    ),
    "duplicate key": (
        "mesures:\n- id: 1\n  realise: A\n  realise: B\n",
        REALISE,
        "Neuf",
        "clé « realise » en double : corrigez-la d'abord",
        "realise: B",
    ),
    "flow key without colon": (
        "mesures:\n- {id: 1, realise}\n",
        REALISE,
        "Neuf",
        "cette clé n'a pas de « : » : écrivez-la en entier",
        "realise}",
    ),
    "only key": ("mesures:\n- realise: A\n", REALISE, None, "est la seule clé ici", "realise"),
    "text for an item": ("mesures:\n- un texte\n", REALISE, "Neuf", "un groupe de champs est attendu ici", "un texte"),
    "empty group": ("mesures:\n- {}\n", REALISE, "Neuf", "un groupe de champs est attendu ici", "{}"),
    "no such item": ("mesures:\n- id: 1\n", ("mesures", 3, "realise"), "Neuf", "« 3 » est introuvable", "- id"),
    "no such family": (
        "mesures:\n- id: 1\n",
        ("leviers", 0, "texte"),
        "Neuf",
        "« leviers » est introuvable",
        "mesures",
    ),
    "tab in the indent": (
        "mesures:\n- id: 1\n\trealise: A\n",
        REALISE,
        "Neuf",
        "tabulation dans le retrait",
        "\trealise",
    ),
    "several documents": ("mesures:\n- id: 1\n---\nx: y\n", REALISE, "Neuf", "un seul document par fichier", "---"),
    "empty file": ("", REALISE, "Neuf", "le fichier est vide", ""),
    "only comments": ("# rien\n", REALISE, "Neuf", "le fichier est vide", ""),
    "broken text": ('mesures:\n- id: "1\n', REALISE, "Neuf", "le guillemet ouvert ici n'est pas fermé", '"1'),
    "a comment that a block would swallow": (
        "mesures:\n- texte: |\n    T\n  realise: A\n    # en retrait\n  echeance: x\n",
        REALISE,
        None,
        "« realise » ne peut pas être modifié ici sans risque : modifiez le fichier à la main",
        "realise",
    ),
    "explicit key": ("mesures:\n- ? id\n  : 1\n", REALISE, "Neuf", "ne peut pas être modifié ici sans risque", "? id"),
}


@pytest.mark.parametrize(("before", "path", "value", "message", "place"), REFUSED.values(), ids=REFUSED)
def test_in_doubt_an_edit_is_refused(
    before: str, path: Path, value: str | list[str] | None, message: str, place: str
) -> None:
    fault = refuse(before, path, value, message)
    assert before[fault.index :].startswith(place)


@pytest.mark.parametrize("tag", ["!!int 12", "!perso x", "!!binary eA=="])
def test_other_tags_are_kept_here_and_refused_by_the_reader(tag: str) -> None:
    """The reader refuses them by name before any edit; the editor alone never drops one."""
    text = f"mesures:\n- id: 1\n  realise: {tag}\n"
    assert any("étiquette de type" in fault.message for fault in read(text).faults)
    name = tag.split(" ")[0]
    assert edit.set_text(text, REALISE, "Neuf", ORDER).text == f"mesures:\n- id: 1\n  realise: {name} Neuf\n"


# --- several in a row -------------------------------------------------------------------------------------------------


def test_several_edits_in_a_row() -> None:
    text = HEAD + '    realise: "Ancien"  # c\n' + TAIL
    text = edit.set_text(text, (*ITEM, "echeance"), "2021-11", ORDER).text
    text = edit.set_list(text, PILOTES, ["A", "B"], ORDER).text
    text = edit.set_text(text, REALISE, "un\ndeux", ORDER).text
    text = edit.remove(text, (*ITEM, "prochaine_etape")).text
    text = edit.set_text(text, (*ITEM, "avancement"), "en_retard", ORDER).text
    text = edit.set_text(text, ("mesures", 1, "realise"), "Fait", ORDER).text
    assert text == (
        "# Les mesures.\nmesures:\n  - id: 1\n    titre: Un titre  # à garder\n    pilotes: [A, B]\n"
        '    avancement: en_retard\n    realise: "un\\ndeux"  # c\n    echeance: 2021-11\n\n'
        "  - id: 2\n    titre: Deux\n    realise: Fait\n# fin\n"
    )


def test_what_was_set_and_removed_leaves_the_text_as_it_was() -> None:
    for before in (HEAD + TAIL, (HEAD + TAIL).replace("\n", "\r\n"), "\ufeff" + HEAD + TAIL.rstrip("\n")):
        after = edit.set_text(before, REALISE, "Neuf", ORDER).text
        assert edit.remove(after, REALISE).text == before
        after = edit.set_list(before, PILOTES, ["A"], ORDER).text
        assert edit.remove(after, PILOTES).text == before
