"""Spaces, agreement, natural order, comparison aside case, accents and articles, suggestions."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances_cli import typographie as t
from conftest import some


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("« mot » : oui ; non ! quoi ?", "«~mot~»~: oui_; non_! quoi_?"),
        ("10 % et 5 € :", "10~% et 5~€~:"),
        ("a:b ; https://exemple.fr/?q=1 :x", "a:b_; https://exemple.fr/?q=1 :x"),
        ("sans rien", "sans rien"),
    ],
)
def test_spaces_that_do_not_break(text: str, expected: str) -> None:
    assert t.spaced(text) == expected.replace("~", t.NBSP).replace("_", t.NNBSP)


@pytest.mark.parametrize("word", some(["a", "1", "-", ".", "@", "a@", "http", "é'"], 4))
def test_a_word_without_end_is_soon_typeset(word: str) -> None:
    start = time.process_time()
    t.typeset(word * 100_000)
    t.ordinals(word * 100_000)
    assert time.process_time() - start < 5


@given(st.text())
def test_spacing_changes_only_spaces_and_once(text: str) -> None:
    spaced = t.spaced(text)
    assert spaced.replace(t.NBSP, " ").replace(t.NNBSP, " ") == text.replace(t.NBSP, " ").replace(t.NNBSP, " ")
    assert t.spaced(spaced) == spaced


@pytest.mark.parametrize(
    ("text", "spans", "plain"),
    [
        ("a **b** c", [("a ", False), ("b", True), (" c", False)], "a b c"),
        ("**a** et **b**", [("a", True), (" et ", False), ("b", True)], "a et b"),
        ("**seul", [("**seul", False)], "**seul"),
        ("a ** b ** c", [("a ** b ** c", False)], "a ** b ** c"),
        ("****", [("****", False)], "****"),
        ("**a\nb**", [("a\nb", True)], "a\nb"),
        ("", [], ""),
    ],
)
def test_bold(text: str, spans: list[tuple[str, bool]], plain: str) -> None:
    assert t.spans(text) == spans
    assert t.plain(text) == plain


@given(st.text(alphabet="*a \n"))
def test_spans_lose_nothing(text: str) -> None:
    assert "".join(f"**{piece}**" if bold else piece for piece, bold in t.spans(text)) == text


def test_one_line() -> None:
    assert t.one_line("un\n  deux \r\n\t trois\tquatre") == "un deux trois quatre"
    assert t.one_line(f"a  b{t.NBSP}: **c**") == f"a  b{t.NBSP}: c"
    start = time.process_time()
    t.one_line("a" + " " * 200_000 + "b")
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Éducation", "education"),
        ("l’ŒUVRE", "l'oeuvre"),
        ("Œuvre, ÆTHER", "oeuvre, aether"),
        ("  deux\n mots ", "deux mots"),
        ("**gras**", "gras"),
        ("e\u0301te\u0301", "ete"),
        ("STRASSE ß", "strasse ss"),
        ("À DÉFINIR\u00a0!", "a definir !"),
        ("ﬁn № ²", "fin no 2"),
    ],
)
def test_folded(text: str, expected: str) -> None:
    assert t.folded(text) == expected


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("la DJEPVA", "djepva"),
        ("DJEPVA", "djepva"),
        ("Le RAMEAU", "rameau"),
        ("les Territoires", "territoires"),
        ("l'ANPP", "anpp"),
        ("L’ANPP", "anpp"),
        ("de la Banque", "banque"),
        ("de l’État", "etat"),
        ("du CNFPT", "cnfpt"),
        ("des élus", "elus"),
        ("Leroy", "leroy"),
        ("Laval", "laval"),
        ("Dupont", "dupont"),
        ("Desmarets", "desmarets"),
        ("le", "le"),
    ],
)
def test_names_without_their_article(name: str, key: str) -> None:
    assert t.name_key(name) == key


@pytest.mark.parametrize(
    "ordered",
    [
        ["1", "2", "10"],
        ["1.2.9", "1.2.10", "1.10.1"],
        ["M1C1-2", "M1C1-10", "M1C2-1", "M2C1-1"],
        ["E1.2", "E1.10", "E2"],
        ["axe/3", "axe/20"],
        ["KEP-99", "KEP-1234"],
        ["9" * 5000, "1" + "0" * 5000],
        ["2", "a", "É", "f"],
    ],
)
def test_natural_order(ordered: list[str]) -> None:
    assert sorted(reversed(ordered), key=t.natural_key) == ordered


@given(st.text(), st.text())
def test_natural_keys_compare(one: str, other: str) -> None:
    assert (t.natural_key(one) <= t.natural_key(other)) or (t.natural_key(other) <= t.natural_key(one))


def test_numbers_and_agreement() -> None:
    assert [t.count(n, "mesure") for n in (0, 1, 2)] == [f"{n}{t.NBSP}mesure{'s' * (n > 1)}" for n in (0, 1, 2)]
    assert t.count(2, "total", "totaux") == f"2{t.NBSP}totaux"
    assert t.number(1234567) == f"1{t.NNBSP}234{t.NNBSP}567"


def test_enumeration() -> None:
    assert [t.enumeration(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a et b",
        "a, b et c",
    ]
    assert t.enumeration(["a", "b"], "ou") == "a ou b"
    assert t.capitalised("état") == "État"


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("avancemant", ["avancement", "avancement_au"], "avancement"),
        ("prochaine étape", ["prochaine_etape", "titre"], "prochaine_etape"),
        ("Très satisfaisant", ["tres_satisfaisant", "satisfaisant"], "tres_satisfaisant"),
        ("tel", ["telephone", "titre"], "telephone"),
        ("dead_line", ["realise", "delai"], None),
        ("zzz", ["titre"], None),
        ("", ["titre"], None),
        ("t" * 101, ["t" * 100], None),
        ("titre", [], None),
    ],
)
def test_nearest(word: str, candidates: list[str], expected: str | None) -> None:
    assert t.nearest(word, candidates) == expected
    assert t.suggestion(word, candidates) == (f" ; vouliez-vous dire « {expected} » ?" if expected else "")


def test_encodable() -> None:
    assert t.encodable("« été » — ● œ", "utf-8") == "« été » — ● œ"
    assert t.encodable("« été » — ● œ 漢", "ascii") == '" ete " - * oe ?'.replace('" ', '" ').replace("  ", " ")
    assert t.encodable("« été » ●", "cp1252") == "« été » *"
    assert t.encodable("été", "no-such-encoding") == "ete"
    for text in ("é" * 3, "🙂", "\u202f"):
        t.encodable(text, "ascii").encode("ascii")


@pytest.mark.parametrize(("n", "expected"), [(0, "0"), (1, "+1"), (-1, "−1"), (1234, "+1\u202f234"), (-12, "−12")])
def test_a_difference_has_its_sign(n: int, expected: str) -> None:
    assert t.signed(n) == expected


# --- documents --------------------------------------------------------------------------------------------------------

N, F = t.NBSP, t.NNBSP


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("« x » : y ; z ! t ? 50 % 3 €", f"«{N}x{N}»{N}: y{F}; z{F}! t{F}? 50{N}% 3{N}€"),
        ("«x» :y", f"«x»{N}:y".replace(f"{N}:y", " :y")),
        ("sans espace: ni; rien!", "sans espace: ni; rien!"),
        ("21 mesures, 18 mois et 350 « catalyseurs »", f"21{N}mesures, 18{N}mois et 350 «{N}catalyseurs{N}»"),
        ("7 **mesures**, **7** mesures", f"7{N}**mesures**, **7**{N}mesures"),
        ("le 17 octobre 2019 à 12 h, 10 000 euros", f"le 17{N}octobre 2019 à 12{N}h, 10{N}000{N}euros"),
        ("2020 et 2021", "2020 et 2021"),
        ("l'**usage**, **l'**usage, qu'« aimer »", f"l’**usage**, **l’**usage, qu'«{N}aimer{N}»"),
        ("aujourd'hui, l'État, rock'n'roll, 'x', d' x", "aujourd’hui, l’État, rock’n’roll, 'x', d' x"),
        ('"x" et "**y z**" (« a "b" »)', f"«{N}x{N}» et «{N}**y z**{N}» («{N}a «{N}b{N}»{N}»)"),
        ('5" x 6", a"b"c, "seul', '5" x 6", a"b"c, "seul'),
        ('""7"" """ "" "b" ""', f'""7"" """ "" «{N}b{N}» ""'),
        ("https://a.fr/l'b?c : d'e@f.fr www.a.fr/l'x", f"https://a.fr/l'b?c{N}: d'e@f.fr www.a.fr/l'x"),
        ('"https://a.fr/b x"', f"«{N}https://a.fr/b x{N}»"),
        ("", ""),
    ],
)
def test_typeset(text: str, printed: str) -> None:
    assert t.typeset(text) == printed
    assert t.typeset(printed) == printed


@given(st.text("ab7 '\"«»:;!?%€*\n.é"))
def test_typeset_adds_marks_and_spaces_and_changes_no_letter(text: str) -> None:
    printed = t.typeset(text)
    assert t.typeset(printed) == printed
    back = printed.replace("’", "'").replace(N, " ").replace(F, " ")
    assert [c for c in back if c not in '«» "'] == [c for c in text if c not in '«» "']
    assert printed.count(" ") + printed.count(N) + printed.count(F) == text.count(" ") + 2 * (
        printed.count("«") - text.count("«")
    )


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("la 7ème et le 1er, 2nde, 3e, 11èmes", ["ème", "er", "nde", "e", "èmes"]),
        ("7ème", ["ème"]),
        ("10e3 E2e 3D 2.1e a7ème 7èmement https://a.fr/7ème x", []),
        ("", []),
    ],
)
def test_ordinals_rise(text: str, raised: list[str]) -> None:
    pieces = t.ordinals(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, rises in pieces if rises] == raised
