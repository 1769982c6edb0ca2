"""Insert and remove whole items of a list that stands under a key of the root, in the style of its neighbours.

An item's lines are those of its value, the comments that stand right above its dash and in the dash's column, and those
that follow it deeper than the dash. What stands apart, above a blank line, heads a part of the list and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alliances_cli.yamltext import compose, scalars
from alliances_cli.yamltext.compose import Style, Written, value_of
from alliances_cli.yamltext.edit import Check, Edited, Flat, Plan, Signature, Splice, end_of_line, is_null, prove
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import BOM, EMPTY, Value

_COMMENT_LINE = re.compile(r"([ \t]*)#")


class Order(NamedTuple):
    """Where keys go: those of an item, and those of the root."""

    item: Sequence[str]
    root: Sequence[str]


def insert_item(
    text: str,
    key: str,
    rank: int,
    item: Mapping[str, Written],
    order: Order,
    style: Style,
    comments: Sequence[str] = (),
    lines: Sequence[str] = (),
    headed: bool = False,
) -> Edited:
    """The text with one more item in the list under `key`, at `rank` from 0; a missing list, key or text is begun.

    The item is written as its neighbours are or, where there are none, in `style`; `comments` stand above it. `lines`
    are the item as it was once written, without the spaces before its dash: used as they are where they still fit.
    `headed`: it comes right before the next item, below what heads that one's part of the list.
    Raises: YamlFault where no place is safe.
    """
    try:
        flat = Flat(text, ended=True)
    except YamlFault as fault:
        if fault.message != EMPTY:
            raise
        return _begun(text, key, item, style, comments)
    if flat.kind(0) != "map" or not flat.children(0):
        raise YamlFault("un groupe de champs est attendu ici", flat.starts[0])
    found = [pair for pair in flat.pairs(0) if flat.signatures[pair[0]][3] == key]
    if len(found) > 1:
        raise YamlFault(f"clé « {key} » en double : corrigez-la d'abord", flat.starts[found[1][0]])
    place = _Place(flat, found[0] if found else None, key, rank, order, style)
    return prove(flat, place.insertion(item, comments, lines, headed))


def remove_item(text: str, key: str, rank: int, with_key: bool = False) -> Edited:
    """The text without the item at `rank` of the list under `key`; `lost_comments` are those that went with it. A list
    that is left empty goes with its key where `with_key`, and is `[]` otherwise.

    Raises: YamlFault where it can't be done without touching something else.
    """
    flat = Flat(text, ended=True)
    pair, node = _list(flat, key)
    children = flat.children(node)
    child = children[rank]
    flat.refuse_shared(child, flat.after(child))
    name = f"{key}[{rank + 1}]"
    if len(children) == 1:
        return prove(flat, _emptied(flat, pair, name, with_key))
    first, stop = child, flat.after(child)
    if flat.is_flow(node):
        if rank:
            splice = Splice(flat.content_end(children[rank - 1]), flat.content_end(child), "")
        else:
            splice = Splice(flat.starts[child], flat.starts[children[1]], "")
        splices = [splice]
    else:
        start, end = _span(flat, node, rank)
        following = _next_written(text, end)
        if rank == len(children) - 1 or following is None:
            before = end_of_line(text, len(text[:start].rstrip()))
            splices = [Splice(before, end, "")]
        else:
            splices = [Splice(start, following, "")]
            splices.append(Splice(start, min(end_of_line(text, end) + 1, len(text)), ""))
    return prove(flat, Plan(name, flat.starts[child], splices, first, stop, Check(0, lambda events: True)))


def is_headed(text: str, key: str, rank: int) -> bool:
    """Whether something stands between the item and the one before it: what heads a part of the list.

    Raises: YamlFault.
    """
    flat = Flat(text, ended=True)
    _, node = _list(flat, key)
    if flat.is_flow(node) or not rank:
        return False
    return bool(text[_span(flat, node, rank - 1)[1] : _span(flat, node, rank)[0]].strip())


def item_lines(text: str, key: str, rank: int) -> list[str]:
    """The item's lines, its comments' too, without the spaces before its dash and without ends of lines.

    Raises: YamlFault where it has no lines of its own.
    """
    flat = Flat(text, ended=True)
    _, node = _list(flat, key)
    if flat.is_flow(node):
        raise YamlFault("cet élément n'a pas ses propres lignes", flat.starts[node])
    start, end = _span(flat, node, rank)
    column = flat.column_of(node)
    lines = [line.rstrip("\r") for line in text[start:end].split("\n")]
    return [line[column:] if not line[:column].strip() else line for line in lines]


class _Place:
    """Where an item goes, and how what stands around it is written."""

    def __init__(
        self, flat: Flat, pair: tuple[int, int] | None, key: str, rank: int, order: Order, style: Style
    ) -> None:
        self.flat, self.pair, self.key, self.rank, self.order = flat, pair, key, rank, order
        self.text = flat.text
        self.node = pair[1] if pair is not None and flat.kind(pair[1]) == "seq" else None
        if pair is not None and self.node is None and not flat.is_null(pair[1]) and not self._is_empty_text(pair[1]):
            raise YamlFault(f"« {key} » n'est pas une liste : modifiez le fichier à la main", flat.starts[pair[1]])
        if pair is not None:
            flat.refuse_shared(pair[1])
        self.items = flat.children(self.node) if self.node is not None else []
        if not 0 <= rank <= len(self.items):
            raise IndexError(rank)
        self.model = self._model()
        self.style = self._style(style)

    def _is_empty_text(self, node: int) -> bool:
        return self.flat.kind(node) == "scalar" and not self.flat.signatures[node][3]

    def _model(self) -> int | None:
        """The list whose writing is followed: this one, else another of the root that has an item."""
        flat = self.flat
        lists = [value for _, value in flat.pairs(0) if flat.kind(value) == "seq"]
        for node in ([self.node] if self.node is not None else []) + lists:
            items = flat.children(node)
            if items and not flat.is_flow(node) and all(flat.kind(i) == "map" for i in items[:1]):
                return node
        return None

    def _neighbours(self) -> list[int]:
        """The items around, nearest first."""
        around = [*reversed(self.items[: self.rank]), *self.items[self.rank :]]
        return [item for item in around[:200] if self.flat.kind(item) == "map"]

    def _style(self, default: Style) -> Style:
        flat = self.flat
        quotes: dict[str, str] = {}
        block: dict[str, bool] = {}
        bare: dict[str, bool] = {}
        offset, gap, within = default.offset, default.gap, default.within
        seen = False
        for item in self._neighbours():
            for key, value in flat.pairs(item):
                name = str(flat.signatures[key][3])
                leaves = flat.children(value) if flat.kind(value) == "seq" else [value]
                texts = [leaf for leaf in leaves if flat.kind(leaf) == "scalar"]
                if flat.kind(value) == "seq" and flat.children(value):
                    if name not in block and not flat.is_flow(value) and not flat.is_flow(item):
                        offset = flat.column_of(value) - flat.column_of(key)
                    block.setdefault(name, not flat.is_flow(value))
                elif flat.kind(value) == "map" and flat.children(value):
                    if name not in block and not flat.is_flow(value) and not flat.is_flow(item):
                        within = flat.column_of(flat.children(value)[0]) - flat.column_of(key)
                    block.setdefault(name, not flat.is_flow(value))
                elif texts:
                    quotes.setdefault(name, str(flat.signatures[value][5] or ""))
                numbers = [leaf for leaf in texts if scalars.is_whole_number(str(flat.signatures[leaf][3] or ""))]
                if numbers:
                    bare.setdefault(name, not flat.signatures[numbers[0]][5])
            if not seen and self.node is not None and not flat.is_flow(self.node):
                gap = flat.column_of(item) - flat.column_of(self.node) - 1
            seen = True
        kept = {name for name in default.block if name not in block} | {name for name, under in block.items() if under}
        plain = {name for name in default.bare if name not in bare} | {name for name, is_ in bare.items() if is_}
        quoted = False
        if self.node is not None and flat.is_flow(self.node) and self._neighbours():
            inside = flat.children(self._neighbours()[0])
            quoted = bool(inside) and self.text[flat.starts[inside[0]]] == '"'
        return Style(quotes, frozenset(kept), offset, gap, frozenset(plain), quoted, within)

    def _ordered(self, item: Mapping[str, Written]) -> dict[str, Written]:
        """The item's keys in its neighbours' order, else in the files'."""
        usual = [key for key in self.order.item if key in item] + [key for key in item if key not in self.order.item]
        neighbours = self._neighbours()
        if not neighbours:
            return {key: item[key] for key in usual}
        names = [str(self.flat.signatures[key][3]) for key, _ in self.flat.pairs(neighbours[0])]
        found = [name for name in names if name in item]
        for key in usual:
            if key not in found:
                before = [other for other in usual[: usual.index(key)] if other in found]
                found.insert(max((found.index(other) for other in before), default=-1) + 1, key)
        return {key: item[key] for key in found}

    def insertion(
        self, item: Mapping[str, Written], comments: Sequence[str], lines: Sequence[str], headed: bool
    ) -> Plan:
        """How the item is written there."""
        flat = self.flat
        item = self._ordered(item)
        if flat.is_flow(0) or (self.node is not None and flat.is_flow(self.node) and self.items):
            return self._in_brackets(item)
        column = flat.column_of(self.model) if self.model is not None else 2
        indent = " " * column
        written = compose.item(item.items(), column, self.style)
        if any(flat.is_flow(other) for other in self._neighbours()[:1]):
            written = [indent + "-" + " " * self.style.gap + compose.braces(item.items(), self.style)]
        forms = [[indent + line if line.strip() else line for line in lines]] if lines else []
        forms.append([*(indent + comment for comment in comments), *written])
        blank = self._blank_lines()
        splices: list[Splice] = []
        for form in forms:
            if self.pair is None:
                splices += self._new_key(form)
            elif not self.items:
                splices += self._first_item(form)
            elif self.rank == 0 or (headed and self.rank < len(self.items)):
                start, _ = _span(flat, self.pair[1], self.rank)
                eol = flat.eol_at(start)
                splices.append(Splice(start, start, eol.join(form) + eol * (blank + 1)))
            else:
                splices += self._after(self.rank - 1, form, blank)
        expected: dict[str, Value] = {key: value_of(value) for key, value in item.items()}
        if self.pair is None:
            at = flat.after(flat.pairs(0)[self._root_rank()][1])
            check = _is_value(expected, before=(self.key, "seq"))
            return Plan(self.key, flat.starts[0], splices, at, at, check)
        if not self.items:
            value = self.pair[1]
            return Plan(self.key, flat.starts[value], splices, value, flat.after(value), _is_value([expected]))
        at = self.items[self.rank] if self.rank < len(self.items) else flat.after(self.pair[1]) - 1
        return Plan(self.key, flat.starts[self.items[max(self.rank - 1, 0)]], splices, at, at, _is_value(expected))

    def _after(self, rank: int, form: Sequence[str], blank: int) -> list[Splice]:
        flat, text = self.flat, self.text
        assert self.pair is not None
        child = self.items[rank]
        _, end = _span(flat, self.pair[1], rank)
        eol = flat.eol_at(flat.starts[child])
        joined = eol.join(form)
        splices: list[Splice] = []
        if flat.keeps_blank_lines(child) and text[end - 1 : end] == "\n":
            splices.append(Splice(end, end, joined + eol))
        splices.append(Splice(end, end, eol * (blank + 1) + joined))
        return splices

    def _first_item(self, form: Sequence[str]) -> list[Splice]:
        """In place of an empty list, or of nothing: under its key, before the comments that follow."""
        flat, text = self.flat, self.text
        assert self.pair is not None
        key, value = self.pair
        match = re.compile(r"\s*:").match(text, flat.ends[key])
        if match is None:
            raise YamlFault("cette clé n'a pas de « : » : écrivez-la en entier", flat.starts[key])
        nothing = flat.kind(value) == "scalar" and flat.starts[value] == flat.ends[value]
        end = match.end() if nothing else flat.content_end(value)
        stop = end_of_line(text, end)
        rest = text[end:stop].rstrip()
        eol = flat.eol_at(flat.starts[key])
        return [Splice(match.end(), stop, rest + eol + eol.join(form))]

    def _root_rank(self) -> int:
        """The rank of the root's pair that the new key follows."""
        names = [str(self.flat.signatures[key][3]) for key, _ in self.flat.pairs(0)]
        root = list(self.order.root)
        before = root[: root.index(self.key)] if self.key in root else []
        ranks = [rank for rank, name in enumerate(names) if name in before]
        return max(ranks, key=lambda rank: before.index(names[rank])) if ranks else len(names) - 1

    def _new_key(self, form: Sequence[str]) -> list[Splice]:
        flat, text = self.flat, self.text
        pairs = flat.pairs(0)
        rank = self._root_rank()
        key, value = pairs[rank]
        eol = flat.eol_at(flat.starts[key])
        head = [f"{self.key}:", *form]
        splices: list[Splice] = []
        last = rank == len(pairs) - 1
        if last:
            # At the very end, after the comments that close the file.
            stop = len(text.rstrip())
            splices.append(Splice(stop, stop, eol * 2 + eol.join(head)))
            splices.append(Splice(len(text), len(text), ("" if text.endswith("\n") else eol) + eol.join(head) + eol))
        end = _end_of_pair(flat, key, value)
        splices.append(Splice(end, end, eol * 2 + eol.join(head)))
        return splices

    def _in_brackets(self, item: Mapping[str, Written]) -> Plan:
        flat, text = self.flat, self.text
        written = compose.braces(item.items(), self.style)
        expected: Value = {key: value_of(value) for key, value in item.items()}
        if self.pair is None:
            pairs = flat.pairs(0)
            quoted = text[flat.starts[pairs[0][0]]] == '"'
            if quoted:
                written = compose.braces(item.items(), self.style._replace(quoted=True))
            name = f'"{self.key}"' if quoted else self.key
            key, value = pairs[self._root_rank()]
            end = _end_of_pair(flat, key, value)
            at = flat.after(value)
            check = _is_value(expected, before=(self.key, "seq"))
            return Plan(self.key, flat.starts[0], [Splice(end, end, f", {name}: [{written}]")], at, at, check)
        value = self.pair[1]
        place = flat.starts[value]
        if not self.items:
            start, end = flat.content_start(value), max(flat.content_end(value), flat.starts[value])
            lead = " " if text[start - 1 : start] == ":" else ""
            return Plan(
                self.key,
                place,
                [Splice(start, end, f"{lead}[{written}]")],
                value,
                flat.after(value),
                _is_value([expected]),
            )
        if self.rank == 0:
            start = flat.starts[self.items[0]]
            splices = [Splice(start, start, f"{written}, ")]
            at = self.items[0]
        else:
            end = flat.content_end(self.items[self.rank - 1])
            other = self.rank - 1 if self.rank > 1 else 1 if len(self.items) > 1 else 0
            between = text[flat.content_end(self.items[other - 1]) : flat.starts[self.items[other]]] if other else ", "
            splices = [Splice(end, end, f"{between}{written}")] if "#" not in between else []
            splices.append(Splice(end, end, f", {written}"))
            at = self.items[self.rank] if self.rank < len(self.items) else flat.after(value) - 1
        return Plan(self.key, place, splices, at, at, _is_value(expected))

    def _blank_lines(self) -> int:
        """How many blank lines part the items; one where nothing tells."""
        flat, node = self.flat, self.model
        if node is None:
            return 1
        items = flat.children(node)
        ranks = [rank for rank in (self.rank, self.rank - 1, 1) if 0 < rank < len(items)] if node == self.node else [1]
        for rank in ranks:
            if rank < len(items):
                _, end = _span(flat, node, rank - 1)
                start, _ = _span(flat, node, rank)
                between = self.text[end:start]
                lines = between[: len(between) - len(between.lstrip())].count("\n")
                # After a `|+` block, which holds its end of line.
                return max(lines - 1 + (self.text[end - 1 : end] == "\n"), 0)
        return 1


def _begun(text: str, key: str, item: Mapping[str, Written], style: Style, comments: Sequence[str]) -> Edited:
    """A text that holds nothing, or comments, with its first key and item."""
    eol = "\r\n" if "\r\n" in text else "\n"
    lines = [f"{key}:", *("  " + comment for comment in comments), *compose.item(item.items(), 2, style)]
    head = text.rstrip()
    lead = f"{head}{eol}{eol}" if head.strip(BOM) else head
    edited = Edited(lead + eol.join(lines) + eol)
    value: Value = {key: [{name: value_of(inner) for name, inner in item.items()}]}
    flat = Flat(edited.text, ended=True)
    if not _is_value(value)(flat.signatures):
        raise YamlFault(f"« {key} » ne peut pas être ajouté ici sans risque : modifiez le fichier à la main", 0)
    return edited


def _list(flat: Flat, key: str) -> tuple[tuple[int, int], int]:
    for pair in flat.pairs(0):
        if flat.signatures[pair[0]][3] == key and flat.kind(pair[1]) == "seq":
            flat.refuse_shared(pair[1])
            return pair, pair[1]
    raise YamlFault(f"« {key} » n'est pas une liste", flat.starts[0])


def _span(flat: Flat, node: int, rank: int) -> tuple[int, int]:
    """From the start of the item's first line, its comments' included, to the end of its last, without its end of
    line (with it after a `|+` block)."""
    text = flat.text
    items = flat.children(node)
    item = items[rank]
    column = flat.column_of(node)
    floor = _span_end(flat, items[rank - 1], column) if rank else 0
    start = text.rfind("\n", 0, _dash(flat, node, rank)) + 1
    while start > floor + 1:
        above = text.rfind("\n", 0, start - 1) + 1
        match = _COMMENT_LINE.match(text, above, start)
        if above <= floor or match is None or len(match[1]) != column:
            break
        start = above
    return start, _span_end(flat, item, column)


def _dash(flat: Flat, node: int, rank: int) -> int:
    """Where the item's dash is: the last one before its content that only blanks, comments and properties follow."""
    if rank == 0:
        return flat.starts[node]
    items = flat.children(node)
    text, stop = flat.text, flat.starts[items[rank]]
    column = flat.column_of(node)
    line = text.rfind("\n", 0, stop) + 1
    while text[line + column : line + column + 1] != "-" or text[line : line + column].strip(" " + BOM):
        line = text.rfind("\n", 0, line - 1) + 1
        if line == 0:
            return stop
    return line + column


def _span_end(flat: Flat, item: int, column: int) -> int:
    text = flat.text
    end = flat.content_end(item)
    if flat.keeps_blank_lines(item) and text[end - 1 : end] == "\n":
        return end
    end = end_of_line(text, end)
    at = end
    while True:
        newline = text.find("\n", at)
        if newline < 0:
            return end
        at = end_of_line(text, newline + 1)
        line = text[newline + 1 : at]
        match = _COMMENT_LINE.match(line)
        if match and len(match[1]) > column:
            end = at
        elif line.strip():
            return end


def _next_written(text: str, end: int) -> int | None:
    """The start of the next line that isn't blank; None where there is none."""
    match = re.compile(r"\S").search(text, end)
    return text.rfind("\n", 0, match.start()) + 1 if match else None


def _emptied(flat: Flat, pair: tuple[int, int], name: str, with_key: bool) -> Plan:
    """The list without its only item."""
    text = flat.text
    key, node = pair
    place = flat.starts[node]
    pairs = flat.pairs(0)
    if with_key and len(pairs) > 1 and not flat.is_flow(0):
        start, end = flat.starts[key], _end_of_pair(flat, key, node)
        if not flat.is_flow(node):
            end = max(end, _span(flat, node, 0)[1])
        line = text.rfind("\n", 0, start) + 1
        before = len(text[:line].rstrip())
        following = _next_written(text, end)
        splices = [Splice(before, end, "") if following is None else Splice(line, following, "")]
        return Plan(name, place, splices, key, flat.after(node), Check(0, lambda events: True))
    if with_key and pairs.index(pair) > 0 and flat.is_flow(0):
        before = _end_of_pair(flat, *pairs[pairs.index(pair) - 1])
        splices = [Splice(before, _end_of_pair(flat, key, node), "")]
        return Plan(name, place, splices, key, flat.after(node), Check(0, lambda events: True))
    check = Check(2, lambda events: events[0][0] == "seq" and events[1][0] == "end seq")
    if flat.is_flow(node):
        inner = Splice(flat.content_start(node), flat.content_end(node), "[]")
        return Plan(name, place, [inner], node, flat.after(node), check)
    start, end = _span(flat, node, 0)
    colon = text.index(":", flat.ends[key]) + 1
    kept = text[colon:start].rstrip()
    return Plan(name, place, [Splice(colon, end, " []" + kept)], node, flat.after(node), check)


def _end_of_pair(flat: Flat, key: int, value: int) -> int:
    """The end of the line on which a pair of the root ends; in brackets, the end of its value."""
    if flat.is_flow(0):
        return max(flat.content_end(value), flat.ends[key])
    end = max(flat.content_end(value), flat.ends[key])
    if flat.kind(value) == "seq" and not flat.is_flow(value) and flat.children(value):
        return _span(flat, value, len(flat.children(value)) - 1)[1]
    return end_of_line(flat.text, end)


def _is_value(expected: Value, before: tuple[str, str] | None = None) -> Check:
    """The events of one value; `before`: inside a new list under a new key."""
    size = _size(expected)
    if before is None:
        return Check(size, lambda events: _read(events) == expected)
    key = before[0]
    return Check(
        size + 3,
        lambda events: (
            events[0][0] == "scalar"
            and events[0][3] == key
            and events[1][0] == "seq"
            and _read(events[1:]) == [expected]
        ),
    )


def _size(value: Value) -> int:
    if isinstance(value, dict):
        return 2 + sum(1 + _size(inner) for inner in value.values())
    if isinstance(value, list):
        return 2 + sum(map(_size, value))
    return 1


def _read(events: Sequence[Signature]) -> Value:
    """The value of the events, a block's last ends of line aside; raises nothing: what isn't a value is `None`."""
    value, _ = _value(events, 0)
    return value


def _value(events: Sequence[Signature], at: int) -> tuple[Value, int]:
    kind, _, _, text, _, style = events[at]
    if kind == "map":
        group: dict[str, Value] = {}
        at += 1
        while events[at][0] != "end map":
            name = str(events[at][3])
            group[name], at = _value(events, at + 1)
        return group, at + 1
    if kind == "seq":
        listed: list[Value] = []
        at += 1
        while events[at][0] != "end seq":
            inner, at = _value(events, at)
            listed.append(inner)
        return listed, at + 1
    if kind != "scalar" or is_null(events[at]):
        return None, at + 1
    return (text or "").rstrip("\n") if style in ("|", ">") else text, at + 1
