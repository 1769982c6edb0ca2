"""Whole items go in and come out in the style of their neighbours, and every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alliances_cli.yamltext import compose
from alliances_cli.yamltext.compose import Style
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.items import Order, insert_item, item_lines, remove_item
from alliances_cli.yamltext.read import Value, read
from conftest import examples

ORDER = Order(
    ("id", "titre", "pilotes", "avancement", "realise", "renvois", "preuves"), ("titre", "mesures", "retirees")
)
STYLE = Style(block=frozenset({"pilotes"}), bare=frozenset({"id", "renvois"}))
WORDS = ("Kit", "l'accord", "« mot » : deux", "a #b", "100\u00a0%", "été", "- tiret", "x" * 90, "no", "2021-05-07")


def value_of(text: str) -> dict[str, Value]:
    document = read(text)
    assert document.readable and not document.faults, (document.faults, text)
    assert isinstance(document.value, dict)
    return document.value


def bare(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [bare(inner) for inner in value]
    return value.rstrip("\n") if isinstance(value, str) else value


def _item(random: Random, number: int) -> dict[str, compose.Written]:
    item: dict[str, compose.Written] = {"id": str(number), "titre": f"{random.choice(WORDS)} {number}"}
    for key in ("avancement", "realise"):
        if random.random() < 0.5:
            item[key] = random.choice(WORDS) + random.choice(("", "\nsuite"))
    for key in ("pilotes", "renvois"):
        if random.random() < 0.4:
            item[key] = [random.choice(("a", "le b", "3", "c : d")) for _ in range(random.randint(1, 3))]
    if random.random() < 0.2:
        item["preuves"] = [{"titre": random.choice(WORDS), "url": "https://a.fr"}, {"url": "https://b.fr"}]
    return item


def _block_text(random: Random) -> str:
    """A file as hands write it: any indent, blank lines, comments, quotes, ends of lines."""
    indent, blank = random.choice((0, 2, 4)), random.choice((0, 1, 1, 2))
    style = STYLE._replace(
        quotes={key: random.choice(("", "'", '"', "|", ">")) for key in ("titre", "realise")},
        block=frozenset(key for key in ("pilotes", "renvois") if random.random() < 0.5),
        offset=random.choice((0, 2)),
        gap=random.choice((1, 1, 3)),
    )
    space = " " * indent
    lines = random.choice(([], ["# En tête", ""], ["titre: x", ""]))
    lines += ["mesures:" + random.choice(("", "  # liste"))]
    count = random.randint(1, 4)
    for number in range(1, count + 1):
        if number > 1:
            lines += [""] * blank
        if random.random() < 0.2:
            lines += [space + "# Une partie", ""]
        if random.random() < 0.2:
            lines += [space + "# Au-dessus", space + "# de lui"]
        pairs = list(_item(random, number).items())
        if random.random() < 0.2:
            pairs = pairs[::-1]
        body = compose.item(pairs, indent, style)
        if random.random() < 0.2 and not re.search(r"[|>]$", body[0]):
            body[0] += "  # note"
        lines += body
        if random.random() < 0.15:
            lines += [space + "    # dessous"]
    if random.random() < 0.3:
        lines += ["", "retirees:", "  - {id: 90, titre: Retirée, motif: x}"]
    elif random.random() < 0.2:
        lines += ["", "# La fin."]
    text = "\n".join(lines) + random.choice(("\n", "\n", "\n\n", ""))
    text = random.choice(("", "", "\ufeff")) + text
    return text.replace("\n", "\r\n") if random.random() < 0.3 else text


def _flow_text(random: Random) -> str:
    quoted = random.random() < 0.5
    style = STYLE._replace(quoted=quoted)
    items = [compose.braces(_item(random, n).items(), style) for n in range(1, random.randint(2, 4))]
    between = random.choice((", ", ",\n  "))
    key = '"mesures"' if quoted else "mesures"
    if random.random() < 0.5:
        return f"{{{key}: [{between.join(items)}]}}\n"
    return f"{key}: [{between.join(items)}]\n" + random.choice(("", "retirees: []\n"))


def texts() -> st.SearchStrategy[tuple[str, Random]]:
    def make(seed: int) -> tuple[str, Random]:
        random = Random(seed)
        return (_flow_text if random.random() < 0.2 else _block_text)(random), random

    return st.integers(0, 2**32).map(make)


@settings(max_examples=examples(300), deadline=None)
@given(texts())
def test_an_item_goes_in_and_comes_out_again(made: tuple[str, Random]) -> None:
    text, random = made
    before = value_of(text)
    items = before["mesures"]
    assert isinstance(items, list)
    rank = random.randint(0, len(items))
    item = _item(random, 50)
    edited = insert_item(text, "mesures", rank, item, ORDER, STYLE)
    after = value_of(edited.text)
    expected = {**before, "mesures": [*items[:rank], compose_value(item), *items[rank:]]}
    assert bare(after) == bare(expected), edited.text
    # What was there is still there, in two pieces.
    added = len(edited.text) - len(text)
    assert any(text[:i] + edited.text[i : i + added] + text[i:] == edited.text for i in range(len(text) + 1))
    assert ("\r\n" in text) == ("\r\n" in edited.text)
    assert not re.search(r"(?<!\r)\n", edited.text) or "\r\n" not in text
    assert remove_item(edited.text, "mesures", rank).text == text


@settings(max_examples=examples(300), deadline=None)
@given(texts())
def test_an_item_comes_out_and_nothing_else(made: tuple[str, Random]) -> None:
    text, random = made
    before = value_of(text)
    items = before["mesures"]
    assert isinstance(items, list)
    rank = random.randrange(len(items))
    edited = remove_item(text, "mesures", rank)
    assert bare(value_of(edited.text)) == bare({**before, "mesures": [*items[:rank], *items[rank + 1 :]]})
    removed = len(text) - len(edited.text)
    if len(items) > 1:
        assert any(text[:i] + text[i + removed :] == edited.text for i in range(len(text) + 1))
    kept = re.findall(r"# (?:En tête|Une partie|La fin|liste)", text)
    assert re.findall(r"# (?:En tête|Une partie|La fin|liste)", edited.text) == kept


@settings(max_examples=examples(200), deadline=None)
@given(texts())
def test_a_retired_item_stands_at_the_end_and_comes_back(made: tuple[str, Random]) -> None:
    text, random = made
    before = value_of(text)
    gone = before.get("retirees") or []
    assert isinstance(gone, list)
    entry: dict[str, compose.Written] = {
        "id": "7",
        "titre": random.choice(WORDS),
        "motif": random.choice(WORDS),
        "vers": ["1"],
    }
    order = ORDER._replace(item=("id", "titre", "date", "motif", "vers", "avancement"))
    edited = insert_item(text, "retirees", len(gone), entry, order, STYLE, comments=["# une note"])
    after = value_of(edited.text)
    assert bare(after["mesures"]) == bare(before["mesures"])
    assert after["retirees"] == [*gone, compose_value(entry)]
    back = remove_item(edited.text, "retirees", len(gone), with_key="retirees" not in before)
    assert back.text == text
    assert back.lost_comments == (("# une note",) if "# une note" in edited.text else ())


@settings(max_examples=examples(200), deadline=None)
@given(texts())
def test_the_lines_of_an_item_can_be_set_back(made: tuple[str, Random]) -> None:
    text, random = made
    items = value_of(text)["mesures"]
    assert isinstance(items, list)
    rank = random.randrange(len(items))
    try:
        lines = item_lines(text, "mesures", rank)
    except YamlFault:
        assert "mesures: [" in text or '"mesures": [' in text
        return
    without = remove_item(text, "mesures", rank).text
    item = bare(items[rank])
    assert isinstance(item, dict)
    written = {key: value for key, value in item.items() if isinstance(value, str | list)}
    edited = insert_item(without, "mesures", rank, written, ORDER, STYLE, lines=lines)  # type: ignore[arg-type]
    assert bare(value_of(edited.text)) == bare(value_of(text))


def compose_value(item: Mapping[str, compose.Written]) -> Value:
    return {
        key: value if isinstance(value, str) else [dict(i) if not isinstance(i, str) else i for i in value]
        for key, value in item.items()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "mesures:\n  - id: 1\n    titre: A\n"),
        ("\ufeff", "\ufeffmesures:\n  - id: 1\n    titre: A\n"),
        ("# Rien.\r\n", "# Rien.\r\n\r\nmesures:\r\n  - id: 1\r\n    titre: A\r\n"),
        ("mesures:\n", "mesures:\n  - id: 1\n    titre: A\n"),
        ("mesures: []  # vide\n# fin\n", "mesures:  # vide\n  - id: 1\n    titre: A\n# fin\n"),
        ("mesures: [\n]\n", "mesures:\n  - id: 1\n    titre: A\n"),
        ("titre: x\n", "titre: x\n\nmesures:\n  - id: 1\n    titre: A\n"),
        ("titre: x", "titre: x\n\nmesures:\n  - id: 1\n    titre: A"),
        ("{mesures: []}\n", "{mesures: [{id: 1, titre: A}]}\n"),
        ('{"titre": "x"}\n', '{"titre": "x", "mesures": [{"id": "1", "titre": "A"}]}\n'),
        ("retirees:\n- id: 3\n  titre: B\n", "retirees:\n- id: 3\n  titre: B\n\nmesures:\n- id: 1\n  titre: A\n"),
    ],
)
def test_a_list_is_begun(text: str, expected: str) -> None:
    assert insert_item(text, "mesures", 0, {"id": "1", "titre": "A"}, ORDER, STYLE).text == expected


@pytest.mark.parametrize(
    "text", ["- a\n", "mesures: x\n", "mesures: {a: b}\n", "mesures: &a []\nb: *a\n", "mesures: [\n"]
)
def test_where_no_place_is_safe_nothing_is_written(text: str) -> None:
    with pytest.raises(YamlFault):
        insert_item(text, "mesures", 0, {"id": "1", "titre": "A"}, ORDER, STYLE)


def test_the_neighbours_decide_how_it_is_written() -> None:
    text = (
        "mesures:\n"
        '-   titre: \'Un\'\n    id: "1"\n    renvois:\n    - "2"\n    realise: |\n      Fait\n'
        "-   titre: 'Deux'\n    id: \"2\"\n"
    )
    item: dict[str, compose.Written] = {
        "id": "3",
        "titre": "L'un",
        "pilotes": ["x"],
        "realise": "Bien\nfait",
        "renvois": ["1", "2"],
    }
    assert insert_item(text, "mesures", 2, item, ORDER, STYLE).text == text + (
        "-   titre: 'L''un'\n    id: \"3\"\n    pilotes:\n    -   x\n    realise: |\n      Bien\n      fait\n"
        '    renvois:\n    -   "1"\n    -   "2"\n'
    )
