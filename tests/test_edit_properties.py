"""Any text into any field of any style: the tree changes there and nowhere else, and so do the bytes."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances_cli.yamltext import edit
from alliances_cli.yamltext.edit import Edited
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import Path, read
from conftest import examples

TEXTS = ("titre", "texte", "avancement", "realise", "prochaine_etape", "echeance")
LISTS = ("pilotes", "etiquettes")
ORDER = ("id", "titre", "texte", "pilotes", "avancement", "realise", "prochaine_etape", "echeance", "etiquettes")
WORDS = ("un", "Kit ODD 17", "l'accord", "été", "« mot »", "100\u00a0%", "🙂", "a:b", "web / PPL", "x-y", "10 réunions")
# What a value may be taken for, where it isn't quoted.
TRAPS = (
    *(
        "no",
        "oui",
        "on",
        "y",
        "N",
        "null",
        "Null",
        "~",
        "true",
        "1",
        "010",
        "08",
        "1_000",
        "0b11",
        "0x1F",
        "0o17",
        "1e3",
    ),
    *("12:30", "1:30:05", "2021-05-07", "2021-06", "2021-13-45", "1.5", ".5", ".inf", "-.INF", ".nan", "=", "<<", "-"),
    *(
        "- x",
        "-x",
        "?",
        "? x",
        ":",
        ": x",
        "x: y",
        "x:",
        "x #y",
        "#x",
        "# x",
        "[",
        "]",
        "[x]",
        "{x: y}",
        "}",
        ",",
        "x, y",
    ),
    *(
        "&a",
        "*a",
        "!x",
        "!!str x",
        "|",
        ">",
        "|-",
        "%x",
        "@x",
        "`x`",
        "'",
        '"',
        "''",
        '""',
        "'x' y",
        '"x" y',
        "\\",
        "\\n",
    ),
    *(
        "---",
        "--- x",
        "...",
        "a\n---\nb",
        "a\n...\nb",
        "a\n# b",
        "a\n\nb",
        "a\n\n\nb\n  c",
        "a\n\tb",
        "x\n- y",
        "\tx",
        "a\tb",
    ),
    *(
        "a  b",
        "a \nb",
        "a\n b",
        "été",
        "« guillemets »",
        "N\u00a0B",
        "\u202fx",
        "a\u2028b",
        "a\u2029b",
        "\u200bx",
        "x" * 90,
    ),
    *("mot " * 40 + "fin", "a\r\nb", "é" * 1100, "x: " * 300 + "y", "🙂", "🙂: 🙂", "<<<<<<< HEAD", "x\n<<<<<<< y\nz"),
)


@dataclass
class Sample:
    """A text that was made, where each value stands in it (from the key's colon on), and which are lists."""

    text: str
    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)
    lists: set[Path] = field(default_factory=set)
    items: list[Path] = field(default_factory=list)


class _Maker:
    """Writes a roadmap in styles that chance mixes."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.pieces: list[tuple[Path | None, str]] = []
        self.sample = Sample("")
        self.anchors = 0
        self.in_block = False

    def chance(self, one_in: int) -> bool:
        return self.rnd.randrange(one_in) == 0

    def words(self, count: int = 2) -> str:
        return " ".join(self.rnd.choice(WORDS) for _ in range(self.rnd.randint(1, count)))

    def add(self, text: str, path: Path | None = None) -> None:
        self.pieces.append((path, text))

    def flow_scalar(self, quoted: bool) -> str:
        style = self.rnd.randrange(1 if quoted else 4)
        text = self.words()
        return ('"' + text + '"', "'" + text.replace("'", "''") + "'", self.rnd.choice(("mot", "un deux")), "~")[style]

    def scalar(self, indent: int) -> str:
        """What follows a key's colon, up to the last character of the value."""
        rnd = self.rnd
        deep = " " * (indent + rnd.randint(1, 4))
        space = rnd.choice((" ", " ", " ", "   ", "\t"))
        style = rnd.randrange(17)
        text = self.words(4)
        if style < 3:
            return space + text
        if style == 3:
            return space + "'" + text.replace("'", "''") + "'"
        if style == 4:
            return space + '"' + text + rnd.choice(("", "\\n", "\\\\", "\u2028", " # x")) + '"'
        if style == 5:
            return space + text + "\n" + deep + self.words(3)
        if style == 6:
            return space + '"' + text + rnd.choice(("", "\\")) + "\n" + deep + self.words(3) + '"'
        if style == 7:
            return space + "'" + self.words().replace("'", "’") + "\n\n" + deep + "suite'"
        if style == 8:
            return "\n" + deep + rnd.choice(("", "# dessous\n" + deep)) + rnd.choice((text, '"' + text + '"'))
        if style in (9, 10):
            return self.block(indent, space)
        if style == 11:
            return self.block(indent, space, "digit")
        if style == 12:
            return rnd.choice(("", "", " ~", " null"))
        if style == 13:
            self.anchors += 1
            anchor = space + f"&seul{self.anchors}"
            return anchor + (self.block(indent, " ") if self.chance(4) else rnd.choice((" " + text, f' "{text}"', "")))
        if style == 14:
            return space + "!!str " + rnd.choice((text, "12", "'" + "x" + "'", "\n" + deep + "mot"))
        if style == 15:
            return space + "*commun"
        return space + '""'

    def block(self, indent: int, space: str, kind: str = "") -> str:
        rnd = self.rnd
        self.in_block = True
        depth = rnd.randint(1, 4)
        digit = str(depth) if kind else ""
        head = rnd.choice("|>") + rnd.choice(("", "-", "+")) + digit + rnd.choice(("", "", "  # en-tête", " "))
        deep = " " * (indent + depth)
        lines = [deep + self.words(6) for _ in range(rnd.randint(0 if not kind else 1, 3))]
        if len(lines) > 1 and self.chance(3):
            lines.insert(1, rnd.choice(("", "  ", deep + "  en retrait", deep + "# pas un commentaire")))
        return "\n".join((space + head, *lines))

    def listed(self, indent: int) -> str:
        rnd = self.rnd
        count = rnd.randint(1, 4)
        if self.chance(2):
            inner = [rnd.choice(("A", "B", "'C d'", '"E, f"', "le G h")) for _ in range(count)]
            if self.chance(4):
                deep = " " * (indent + 2)
                return (
                    " [\n" + ",\n".join(deep + i for i in inner) + rnd.choice(("", ",", "  # fin")) + "\n" + deep + "]"
                )
            return rnd.choice((" ", "  ", "\t")) + "[" + rnd.choice((", ", ",")).join(inner) + "]"
        dash = " " * (indent + rnd.choice((0, 0, 2, 4))) + "-" + " " * rnd.randint(1, 3)
        self.anchors += 1
        out = rnd.choice(("", "", "  # qui", f" &liste{self.anchors}"))
        for _ in range(count):
            out += "\n"
            if self.chance(5):
                out += dash.split("-")[0] + "# au-dessus\n"
            inner_deep = " " * len(dash)
            out += dash + rnd.choice(
                ("A", "B", "'C d'", '"E: f"', "le G", "mot\n" + inner_deep + "suite", "|\n" + inner_deep + "bloc", "~")
            )
            out += rnd.choice(("", "", "  # à côté")) if not out.endswith("bloc") else ""
        # A comment after the last item is outside of the list.
        return re.sub(r"  # à côté$", "", out)

    def pair(self, path: Path, indent: int, first: str = "") -> None:
        rnd, name = self.rnd, str(path[-1])
        self.in_block = False
        if first:
            self.add(first)
        else:
            for _ in range(rnd.choice((0, 0, 0, 1, 2))):
                self.add(rnd.choice(("\n", " " * indent + "# seul\n", "# bord\n")))
            self.add(" " * indent)
        shown = rnd.choice((name, name, name, name, f'"{name}"', f"'{name}'"))
        self.add(shown + rnd.choice((":", ":", ":", ":", " :")))
        if name == "id":
            self.add(f" {path[1]}" if len(path) > 1 else " x")
        elif name in LISTS:
            self.sample.lists.add(path)
            self.add(self.listed(indent), path)
        else:
            self.add(self.scalar(indent), path)
        tail = "" if self.in_block else rnd.choice(("", "", "", "  # note", "\t# note", "   "))
        # What ends a block list's last line goes with its last item.
        of_item = path if name in LISTS and not self.pieces[-1][1].endswith("]") else None
        self.add(tail, of_item)
        self.add("\n")

    def flow_item(self, path: Path, indent: int, names: list[str]) -> None:
        rnd = self.rnd
        quoted = self.chance(2)
        comma, colon = rnd.choice((", ", ",", ",\n" + " " * (indent + 2))), ": "
        if quoted:
            colon = rnd.choice((": ", ":"))
        self.add("{" + rnd.choice(("", " ")))
        for rank, name in enumerate(names):
            self.add((comma if rank else "") + (f'"{name}"' if quoted else name) + colon[:1])
            inner: Path = (*path, name)
            if name == "id":
                self.add(colon[1:] + f'"{path[-1]}"')
            elif name in LISTS:
                self.sample.lists.add(inner)
                members = (self.flow_scalar(quoted) for _ in range(rnd.randint(0, 3)))
                self.add(colon[1:] + "[" + ", ".join(members) + "]", inner)
            else:
                empty = not quoted and self.chance(4)
                self.add(" " if empty else colon[1:] + self.flow_scalar(quoted), inner)
        self.add(rnd.choice(("", " ")) + "}" + rnd.choice(("", "  # ligne")) + "\n")

    def make(self) -> Sample:
        rnd = self.rnd
        self.add(rnd.choice(("", "", "# en tête\n", "---\n", "%YAML 1.1\n---\n", "\n")))
        self.add("pivot:")
        self.add(" &commun partagé", ("pivot",))
        self.add("\n")
        self.pair(("titre",), 0)
        self.add("mesures:" + rnd.choice(("", "  # la liste")) + "\n")
        column = rnd.choice((0, 2, 4))
        gap = " " * rnd.choice((1, 1, 1, 3))
        for index in range(rnd.randint(1, 3)):
            path: Path = ("mesures", index)
            self.sample.items.append(path)
            names = [name for name in ORDER[1:] if self.chance(2)]
            if self.chance(4):
                rnd.shuffle(names)
            names.insert(len(names) if self.chance(6) else 0, "id")
            if self.chance(4):
                self.add(rnd.choice(("\n", " " * column + "# une mesure\n")))
            if self.chance(5):
                self.add(" " * column + "- ")
                self.flow_item(path, column, names)
                continue
            lone = self.chance(6)
            indent = column + (rnd.randint(1, 4) if lone else 1 + len(gap))
            head = " " * column + "-" + (rnd.choice(("", " ", "  # ici")) + "\n" + " " * indent if lone else gap)
            for rank, name in enumerate(names):
                self.pair((*path, name), indent, "" if rank else head)
        if self.chance(2):
            self.pair(("licence",), 0)
        self.add(rnd.choice(("", "", "...\n", "# fin\n", "\n\n")))
        return self.finish()

    def finish(self) -> Sample:
        rnd = self.rnd
        ending = rnd.choice(("\n", "\n", "\n", "\r\n", "mixed"))
        text = "\ufeff" if self.chance(8) else ""
        for path, piece in self.pieces:
            start = len(text)
            parts = piece.split("\n")
            for part in parts[:-1]:
                text += part + (rnd.choice(("\n", "\r\n")) if ending == "mixed" else ending)
            text += parts[-1]
            if path is not None:
                self.sample.spans[path] = (self.sample.spans.get(path, (start, 0))[0], len(text))
        if self.chance(5):
            text = re.sub(r"\r?\n$", "", text)
        self.sample.text = text
        self.sample.spans = {path: (a, min(b, len(text))) for path, (a, b) in self.sample.spans.items()}
        return self.sample


def make(rnd: Random) -> Sample:
    return _Maker(rnd).make()


def tree(text: str) -> Any:
    """What a text holds; it must be readable and without fault."""
    document = read(text)
    assert document.readable and not document.faults, (document.faults, text)
    return document.value


def changed(value: Any, path: Path, new: Any) -> Any:
    """A copy of the tree with one value set (None: its key removed)."""
    out: Any = copy.deepcopy(value)
    inside = out
    for step in path[:-1]:
        inside = inside[step]
    if new is None:
        inside.pop(path[-1], None)
    else:
        inside[path[-1]] = new
    return out


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def bare(value: Any) -> Any:
    """The tree, final newlines of texts aside: a block style brings its own."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [bare(inner) for inner in value]
    return value.rstrip("\n") if isinstance(value, str) else value


_CORE = re.compile(
    r"|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


def assert_texts(text: str, path: Path) -> None:
    """The value, or each of a list's, is a text for readers of YAML 1.1 and of the core schema of YAML 1.2."""
    node: Any = yaml.compose(text.removeprefix("\ufeff"), Loader=yaml.CSafeLoader)
    for step in path:
        if isinstance(step, int):
            node = node.value[step]
        else:
            node = next(inner for key, inner in node.value if key.value == step)
    for leaf in node.value if isinstance(node, yaml.SequenceNode) else [node]:
        assert leaf.tag == "tag:yaml.org,2002:str", (leaf.tag, leaf.value)
        if leaf.style is None:
            assert not _CORE.fullmatch(leaf.value), leaf.value
            assert leaf.value not in ("y", "Y", "n", "N")


def assert_outside(sample: Sample, new: str, path: Path) -> None:
    """Every byte outside the value is there; for a new key, every byte of the text."""
    old = sample.text
    start, stop = sample.spans.get(path, (None, None))
    if start is not None and stop is not None:
        assert new.startswith(old[:start]), (old[:start], new)
        assert new.endswith(old[stop:]), (old[stop:], new)
        assert len(new) >= start + len(old) - stop
        return
    head = 0
    while head < len(old) and head < len(new) and old[head] == new[head]:
        head += 1
    assert new.endswith(old[head:]) and len(new) > len(old), (old, new)


def check_set(sample: Sample, path: Path, value: str | list[str]) -> str:
    """Sets the value and holds the outcome to all that is promised; gives the new text."""
    old = tree(sample.text)

    def apply(text: str) -> Edited:
        if isinstance(value, str):
            return edit.set_text(text, path, value, ORDER)
        return edit.set_list(text, path, value, ORDER)

    new = apply(sample.text).text
    assert bare(tree(new)) == bare(changed(old, path, value)), (sample.text, new)
    assert_outside(sample, new, path)
    if path not in sample.lists:
        assert_texts(new, path)
    assert apply(new).text == new
    return new


def check_remove(sample: Sample, path: Path) -> str:
    old = tree(sample.text)
    edited = edit.remove(sample.text, path)
    new = edited.text
    assert bare(tree(new)) == bare(changed(old, path, None)), (sample.text, new)
    gone = sample.text.count("#") - new.count("#")
    assert bool(edited.lost_comments) <= bool(gone)
    assert edit.remove(new, path).text == new
    return new


# --- what hypothesis draws --------------------------------------------------------------------------------------------

samples = st.randoms(use_true_random=False).map(make)
letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff")
texts = (
    (
        st.sampled_from(TRAPS)
        | st.text(st.sampled_from(" \n\t:#'\"\\[]{},&*!|>%@`-?~é\u00a0\u20281a") | letters, max_size=40)
        | st.lists(st.sampled_from((*WORDS, *TRAPS)), min_size=1, max_size=4).map(" ".join)
    )
    .map(lambda text: text.replace("\r\n", "\n").strip())
    .filter(bool)
)
bounded = settings(
    deadline=None, max_examples=examples(150), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


names = st.sampled_from(("A", "B", "C d", "E, f", "le G h", "E: f", "mot suite")) | texts


def paths(sample: Sample, fields: tuple[str, ...]) -> st.SearchStrategy[Path]:
    return st.sampled_from([(*item, name) for item in sample.items for name in fields])


@bounded
@given(samples, texts, st.data())
def test_a_text_goes_into_any_field(sample: Sample, value: str, data: st.DataObject) -> None:
    check_set(sample, data.draw(st.just(("titre",)) | paths(sample, TEXTS)), value)


@bounded
@given(samples, st.lists(names, min_size=1, max_size=4), st.data())
def test_a_list_goes_into_any_field(sample: Sample, values: list[str], data: st.DataObject) -> None:
    check_set(sample, data.draw(paths(sample, LISTS)), values)


@bounded
@given(samples, st.data())
def test_a_list_is_changed_a_little(sample: Sample, data: st.DataObject) -> None:
    path = data.draw(paths(sample, LISTS))
    old = at(tree(sample.text), path[:-1]).get(path[-1]) or []
    values = data.draw(st.permutations([item.rstrip("\n") for item in old if item]))
    cut = data.draw(st.integers(0, len(values)))
    check_set(sample, path, [*values[cut:], "nouveau", *values[:cut]] if cut % 2 else values[cut:] or ["nouveau"])


@bounded
@given(samples, st.data())
def test_a_field_is_removed(sample: Sample, data: st.DataObject) -> None:
    path = data.draw(st.just(("titre",)) | paths(sample, TEXTS + LISTS))
    if at(tree(sample.text), path[:-1]).keys() == {path[-1]}:
        return
    check_remove(sample, path)


@bounded
@given(samples, st.lists(st.tuples(st.sampled_from(TEXTS), texts | st.none()), min_size=2, max_size=5))
def test_edits_in_a_row(sample: Sample, edits: list[tuple[str, str | None]]) -> None:
    text, expected = sample.text, tree(sample.text)
    for name, value in edits:
        path: Path = (*sample.items[-1], name)
        edited = edit.remove(text, path) if value is None else edit.set_text(text, path, value, ORDER)
        text, expected = edited.text, changed(expected, path, value)
    assert bare(tree(text)) == bare(expected)


@bounded
@given(samples, texts)
def test_only_a_shared_value_is_refused(sample: Sample, value: str) -> None:
    """The one refusal that these texts give: the others are in `test_edit.py`."""
    if "*commun" not in sample.text:
        check_set(sample, ("pivot",), value)
        return
    line = sample.text.count("\n", 0, sample.text.index("*commun")) + 1
    message = rf"sert aussi à la ligne {line} \(alias « \*commun »\)"
    with pytest.raises(YamlFault, match=message):
        edit.set_text(sample.text, ("pivot",), value, ORDER)
    with pytest.raises(YamlFault, match=message):
        edit.remove(sample.text, ("pivot",))
