"""Exchange, insert or remove values of a YAML text, and leave every other byte.

Propose, then verify: each way to write a change is spliced into the text, tidiest first; the text is parsed anew; the
first way whose events are the old ones but for what was asked wins. Where none is, the edit is refused. `items` does
the same for whole items of a list.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from alliances_cli.yamltext import compose, scalars
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import BOM, EMPTY, NULLS, Path, parser, syntax_fault

# Anchors and tags, with the blanks and comments between them and the node itself.
_PROPERTIES = re.compile(r"(?:(?:!<[^>]*>|[&!][^\s,\[\]{}]*)(?:(?:\s|(?<=\s)#[^\n]*)+|$))+")
_DASH = re.compile(r"(?:\s+|#[^\n]*)*+-")
_BLANK_LINES = re.compile(r"(?:[ \t]*\r?\n)*")
_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)
_HEADER = re.compile(r"[|>][-+0-9]*")
_KINDS = {
    ScalarEvent: "scalar",
    MappingStartEvent: "map",
    MappingEndEvent: "end map",
    SequenceStartEvent: "seq",
    SequenceEndEvent: "end seq",
    AliasEvent: "alias",
}
# What an event is, its place aside: kind, anchor, tag, value, implicit, style.
Signature = tuple[str, "str | None", "str | None", "str | None", Any, Any]


class Edited(NamedTuple):
    """The new text, and the comments that went with what was removed."""

    text: str
    lost_comments: tuple[str, ...] = ()


class Splice(NamedTuple):
    """What stands in place of the characters `start:end`."""

    start: int
    end: int
    new: str


class Plan(NamedTuple):
    """A change of a text: the splices to try, tidiest first; by each, the events `first:stop` become what `check`
    accepts. `name` and `place` are what to say, and where, if none does."""

    name: str
    place: int
    splices: list[Splice]
    first: int
    stop: int
    check: Check


class Flat:
    """A text's events in a row: signatures, and where each one starts and ends. `ended`: a block of text that ends the
    file without end of line reads as if it had one, what it says being the same."""

    def __init__(self, text: str, ended: bool = False) -> None:
        self.text = text
        self.ended = ended
        self.signatures: list[Signature] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        shift = 1 if text.startswith(BOM) else 0
        source = parser(text)
        documents = 0
        signatures, starts, ends = self.signatures, self.starts, self.ends
        self._closes: dict[int, int] = {}
        self._inside: dict[int, list[int]] = {}
        self.dashes: dict[tuple[int, str], int | None] = {}
        opened: list[int] = []
        try:
            while source.check_event():
                event = source.get_event()
                cls = event.__class__
                kind = _KINDS.get(cls)
                if kind is None:
                    documents += cls is DocumentStartEvent
                    if documents > 1:
                        raise YamlFault(
                            "un seul document par fichier : retirez « --- »", event.start_mark.index + shift
                        )
                    continue
                if cls is ScalarEvent:
                    signature = (kind, event.anchor, event.tag, event.value, event.implicit, event.style)
                elif cls is MappingStartEvent or cls is SequenceStartEvent:
                    signature = (kind, event.anchor, event.tag, None, event.implicit, event.flow_style)
                    opened.append(len(signatures))
                else:
                    signature = (kind, getattr(event, "anchor", None), None, None, None, None)
                    if cls is not AliasEvent:
                        self._closes[opened.pop()] = len(signatures) + 1
                signatures.append(signature)
                starts.append(event.start_mark.index + shift)
                ends.append(event.end_mark.index + shift)
        except YAMLError as error:
            raise syntax_fault(error, text, shift) from None
        finally:
            source.dispose()
        if not self.signatures:
            raise YamlFault(EMPTY, 0)
        if ended:
            self._end_last_block()

    def _end_last_block(self) -> None:
        last = len(self.signatures) - 1
        while last and self.signatures[last][0] in ("end map", "end seq"):
            last -= 1
        kind, anchor, tag, value, implicit, style = self.signatures[last]
        unended = kind == "scalar" and style in ("|", ">") and value and not self.text.endswith("\n")
        if unended and "-" not in _Block(self, last).indicator:
            self.signatures[last] = (kind, anchor, tag, str(value).rstrip("\n") + "\n", implicit, style)

    def kind(self, node: int) -> str:
        return self.signatures[node][0]

    def after(self, node: int) -> int:
        """The index of the event that follows the whole node."""
        return self._closes.get(node, node + 1)

    def children(self, node: int) -> list[int]:
        """The nodes inside a collection; for a mapping, keys and values in turn."""
        found = self._inside.get(node)
        if found is None:
            found = []
            child, end = node + 1, self.after(node) - 1
            while child < end:
                found.append(child)
                child = self.after(child)
            self._inside[node] = found
        return found

    def pairs(self, node: int) -> list[tuple[int, int]]:
        inside = self.children(node)
        return list(zip(inside[::2], inside[1::2], strict=True))

    def step(self, node: int, step: str | int) -> int:
        if self.kind(node) == "alias":
            raise YamlFault("cet élément est un alias : modifiez l'original", self.starts[node])
        if isinstance(step, int):
            for rank, child in enumerate(self.children(node)):
                if rank == step:
                    if self.kind(child) == "alias":
                        raise YamlFault("cet élément est un alias : modifiez l'original", self.starts[child])
                    return child
        else:
            for key, value in self.pairs(node):
                if self.signatures[key][3] == step:
                    return value
        raise YamlFault(f"« {step} » est introuvable", self.starts[node])

    def refuse_shared(self, first: int, stop: int | None = None) -> None:
        """Nodes `first:stop` (only the first, unless told) whose anchor is used elsewhere can't be changed without
        changing that other place."""
        stop = first + 1 if stop is None else stop
        anchors = {s[1]: first + n for n, s in enumerate(self.signatures[first:stop]) if s[1] and s[0] != "alias"}
        if not anchors:
            return
        for other, (kind, anchor, *_) in enumerate(self.signatures):
            if kind == "alias" and anchor in anchors and not first <= other < stop:
                line = self.text.count("\n", 0, self.starts[other]) + 1
                raise YamlFault(
                    f"cette valeur sert aussi à la ligne {line} (alias « *{anchor} ») : modifiez-la à la main",
                    self.starts[anchors[anchor]],
                )

    def column_of(self, node: int) -> int:
        """How many characters stand before the node on its line."""
        start = self.starts[node]
        return len(self.text[self.text.rfind("\n", 0, start) + 1 : start].lstrip(BOM))

    def eol_at(self, index: int) -> str:
        """The end of line of the line at `index`, or, on the last one, of the file."""
        newline = self.text.find("\n", index)
        if newline < 0:
            newline = self.text.rfind("\n", 0, index)
        return "\r\n" if newline > 0 and self.text[newline - 1] == "\r" else "\n"

    def is_flow(self, node: int) -> bool:
        return bool(self.signatures[node][5])

    def is_null(self, node: int) -> bool:
        return is_null(self.signatures[node])

    def is_block_scalar(self, node: int) -> bool:
        return self.kind(node) == "scalar" and self.signatures[node][5] in ("|", ">")

    def last_leaf(self, node: int) -> int:
        """The scalar, alias or flow collection that ends a node."""
        while self.kind(node) in ("map", "seq") and not self.is_flow(node):
            node = self.children(node)[-1]
        return node

    def keeps_blank_lines(self, node: int) -> bool:
        """Whether the node ends with a `|+` or `>+` block, to which the blank lines after it belong."""
        leaf = self.last_leaf(node)
        return self.is_block_scalar(leaf) and _Block(self, leaf).keeps

    def content_start(self, node: int) -> int:
        """Where the node itself begins, its anchor and tag aside."""
        match = _PROPERTIES.match(self.text, self.starts[node], self.ends[node])
        return match.end() if match else self.starts[node]

    def content_end(self, node: int) -> int:
        """Where the node's last written character ends; for a `|+` block, where its blank lines end."""
        node = self.last_leaf(node)
        if self.kind(node) in ("map", "seq"):
            return self.ends[self.after(node) - 1]
        if self.is_block_scalar(node):
            return _Block(self, node).end
        return self.ends[node]


class _Block:
    """Where the pieces of a `|` or `>` block lie. `body_start` is the first content line's start, `body_end` the last
    content line's end (its end of line aside); they are equal where there is no content."""

    def __init__(self, flat: Flat, node: int) -> None:
        text = flat.text
        self.header = flat.content_start(node)
        match = _HEADER.match(text, self.header)
        self.indicator = match[0] if match else text[self.header]
        newline = text.find("\n", self.header)
        self.body_start = newline + 1 if newline >= 0 else len(text)
        limit = max(flat.ends[node], self.body_start)
        written = text[self.body_start : limit].rstrip("\r\n \t")
        if written:
            line_end = text.find("\n", self.body_start + len(written))
            stop = line_end if line_end >= 0 else len(text)
            self.body_end = stop - 1 if text[stop - 1 : stop] == "\r" else stop
        else:
            self.body_end = self.body_start
        self.keeps = "+" in self.indicator
        self.end = limit if self.keeps else self.body_end if written else self.header + len(self.indicator)
        self.indent = next((re.match(r" *", ln)[0] for ln in written.split("\n") if ln.strip()), None)  # type: ignore[index]


# The place of a key, and what it must hold: a text, a list (not empty), a group of texts (where there is none yet), or
# None to remove the key.
Change: TypeAlias = "tuple[Path, str | Sequence[str] | Mapping[str, str] | None]"
Asked = TypeVar("Asked")


def change(text: str, changes: Sequence[Change], order: Sequence[str], numbers: Container[str] = frozenset()) -> Edited:
    """Makes all the changes, each in the style that its place has; a missing key is inserted where `order` puts it. The
    keys of `numbers` hold some without quotes.

    Raises: YamlFault where one of them can't be proven.
    """
    return _make(text, changes, lambda flat, asked: _plan(flat, *asked, order, numbers))


def exchange(text: str, texts: Mapping[Path, str]) -> Edited:
    """Gives these places, of keys or of list items that hold a text, another text in the style that they have; where
    there are no quotes, a whole number goes without too, as ids do.

    Raises: YamlFault where one of them can't be proven.
    """
    return _make(text, list(texts.items()), lambda flat, asked: _plan_exchange(flat, *asked))


def _make(text: str, asked: Sequence[Asked], plan: Callable[[Flat, Asked], Plan | None]) -> Edited:
    if not asked:
        return Edited(text)
    flat = Flat(text)
    plans = [made for one in asked if (made := plan(flat, one)) is not None]
    if len(plans) < 2:
        return prove(flat, plans[0]) if plans else Edited(text)
    # All at once where they go together, else by halves: proving each alone would read the whole text each time.
    edited = _prove(flat, plans, [made.splices[0] for made in plans])
    if edited is not None:
        return edited
    half = len(asked) // 2
    first = _make(text, asked[:half], plan)
    second = _make(first.text, asked[half:], plan)
    return Edited(second.text, first.lost_comments + second.lost_comments)


def set_text(text: str, path: Path, value: str, order: Sequence[str]) -> Edited:
    """Gives the key at the end of `path` this text, in the style that it has; a missing key is inserted where `order`
    puts it.

    Raises: YamlFault where the edit can't be proven.
    """
    return change(text, [(path, value)], order)


def set_list(text: str, path: Path, values: Sequence[str], order: Sequence[str]) -> Edited:
    """Gives the key at the end of `path` this list (not empty): items that stay keep their own writing.

    Raises: YamlFault where the edit can't be proven.
    """
    return change(text, [(path, tuple(values))], order)


def remove(text: str, path: Path) -> Edited:
    """Removes the key at the end of `path` with its value; a missing key is no change.

    Raises: YamlFault where the edit can't be proven.
    """
    return change(text, [(path, None)], ())


def prove(flat: Flat, plan: Plan) -> Edited:
    """The text by the first splice that does what the plan says, and nothing else.

    Raises: YamlFault where none does.
    """
    for splice in plan.splices:
        edited = _prove(flat, [plan], [splice])
        if edited is not None:
            return edited
    raise YamlFault(
        f"« {plan.name} » ne peut pas être modifié ici sans risque : modifiez le fichier à la main", plan.place
    )


def _prove(flat: Flat, plans: Sequence[Plan], splices: Sequence[Splice]) -> Edited | None:
    """The text with all the splices, where its events are the old ones but for what the plans say; else None."""
    pieces: list[str] = []
    at = 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        if splice.start < at:
            return None
        pieces += [flat.text[at : splice.start], splice.new]
        at = splice.end
    try:
        after = Flat("".join((*pieces, flat.text[at:])), flat.ended)
    except YamlFault:
        return None
    old, new = flat.signatures, after.signatures
    seen = reached = 0
    for plan in sorted(plans, key=lambda plan: (plan.first, plan.stop)):
        kept = reached + plan.first - seen
        if plan.first < seen or new[reached:kept] != old[seen : plan.first]:
            return None
        reached = kept + plan.check.size
        if not plan.check(new[kept:reached]):
            return None
        seen = plan.stop
    if new[reached:] != old[seen:]:
        return None
    return Edited(after.text, _lost_comments(flat, after))


def _plan(
    flat: Flat,
    path: Path,
    value: str | Sequence[str] | Mapping[str, str] | None,
    order: Sequence[str],
    numbers: Container[str],
) -> Plan | None:
    slot = _Slot(flat, path)
    if value is None:
        return _plan_removal(slot)
    if isinstance(value, str):
        bare = slot.name in numbers and scalars.is_number(value) and not slot.quoted
        return _plan_text(slot, value, order, bare)
    if isinstance(value, Mapping):
        return _plan_group(slot, value, order)
    return _plan_list(slot, value, order)


def _plan_exchange(flat: Flat, path: Path, value: str) -> Plan:
    in_list = isinstance(path[-1], int)
    slot = _Slot(flat, path[:-1] if in_list else path)
    node = slot.value
    if in_list and node is not None:
        slot.refuse_shared(node)
        slot.flow = slot.flow or flat.is_flow(node)
        node = flat.step(node, path[-1])
    if node is None or flat.kind(node) != "scalar" or flat.is_block_scalar(node):
        raise YamlFault(f"« {slot.name} » ne peut pas être modifié ici : modifiez le fichier à la main", slot.place)
    slot.refuse_shared(node)
    splices = _scalar_splices(slot, node, value)
    check = _is_scalar(value, *flat.signatures[node][1:3])
    if not flat.signatures[node][5] and scalars.is_whole_number(value):
        splices.insert(0, splices[0]._replace(new=value))
        check = _is_text(value, *flat.signatures[node][1:3])
    return slot.plan(splices, node, node + 1, check)


def _is_number(flat: Flat, node: int) -> bool:
    kind, _, _, value, _, style = flat.signatures[node]
    return kind == "scalar" and not style and scalars.is_whole_number(value or "")


def _plan_text(slot: _Slot, value: str, order: Sequence[str], bare: bool) -> Plan:
    """`bare`: a number that goes without quotes where the value has none."""
    forms = [*([value] if bare else []), *scalars.simplest(value, slot.flow, slot.quoted)]
    check = _is_text(value) if bare else _is_scalar(value)
    if slot.value is None:
        return slot.insert([forms], check, order)
    flat, node = slot.flat, slot.value
    if flat.kind(node) == "scalar" and (flat.signatures[node][1] or not flat.is_null(node)):
        slot.refuse_shared(node)
        block = flat.is_block_scalar(node)
        splices = _block_splices(slot, node, value) if block else _scalar_splices(slot, node, value)
        anchor, tag = flat.signatures[node][1:3]
        check = _is_scalar(value, anchor, tag)
        if bare and not flat.signatures[node][5]:
            splices.insert(0, splices[0]._replace(new=value))
            check = _is_text(value, anchor, tag)
        return slot.plan(splices, node, flat.after(node), check)
    return slot.overwrite(forms, check)


def _is_text(value: str, anchor: str | None = None, tag: str | None = None) -> Check:
    """The text, whatever it would be to readers that make numbers of some."""
    return Check(1, lambda events: events[0][:4] == ("scalar", anchor, tag, value))


def _scalar_splices(slot: _Slot, node: int, value: str) -> list[Splice]:
    flat, text = slot.flat, slot.text
    start, end = flat.content_start(node), flat.ends[node]
    space = " " if start and text[start - 1] not in " \t\r\n[{,:" and start == end else ""
    written = scalars.styled(value, flat.signatures[node][5] or "", slot.flow)
    return [Splice(start, end, space + form) for form in written]


def _plan_list(slot: _Slot, values: Sequence[str], order: Sequence[str]) -> Plan:
    flow_form = "[" + ", ".join(scalars.simplest(value, True, slot.quoted)[0] for value in values) + "]"
    check = _is_list(values)
    if slot.value is None:
        forms = [[flow_form]]
        offset = slot.neighbour_dash()
        if offset is not None:
            indent = " " * (slot.column + offset)
            items = "".join(f"\n{indent}- {scalars.simplest(value)[0]}" for value in values)
            forms.insert(0, [items])
        return slot.insert(forms, check, order)
    flat, node = slot.flat, slot.value
    if flat.kind(node) != "seq":
        return slot.overwrite([flow_form], check)
    slot.refuse_shared(node, flat.after(node))
    children = flat.children(node)
    if any(flat.kind(child) != "scalar" for child in children):
        return slot.overwrite([flow_form], check)
    old = [None if flat.is_null(child) else flat.signatures[child][3] or "" for child in children]
    # A number beside others that have no quotes, as ids do, goes without.
    numbers = any(_is_number(flat, child) for child in children)
    new = {v: v if numbers and scalars.is_whole_number(v) else "" for v in values}
    if flat.is_flow(node):
        text = slot.text
        written = {o: text[flat.starts[c] : flat.ends[c]] for o, c in zip(old, children, strict=True)}
        new = {v: n or scalars.simplest(v, True, slot.quoted)[0] for v, n in new.items()}
        rebuilt = "[" + ", ".join(written.get(v) or new[v] for v in values) + "]"
        splices = []
        if old and list(values[: len(old)]) == old:
            tail = "".join(", " + new[v] for v in values[len(old) :])
            end = flat.ends[children[-1]]
            splices.append(Splice(end, end, tail))
        splices.append(Splice(flat.content_start(node), flat.content_end(node), rebuilt))
        return slot.plan(splices, node, flat.after(node), check)
    new = {v: n or scalars.simplest(v)[0] for v, n in new.items()}
    splices = [_block_list(slot, node, children, old, values, new, keep) for keep in (True, False)]
    return slot.plan(splices, node, flat.after(node), check)


def _plan_group(slot: _Slot, group: Mapping[str, str], order: Sequence[str]) -> Plan:
    check = _is_group(group)
    flow_form = "{" + ", ".join(compose.pairs_of(group, True, slot.quoted)) + "}"
    if slot.value is not None:
        return slot.overwrite([flow_form], check)
    forms = [[flow_form]]
    if not slot.flow:
        indent = " " * (slot.column + compose.Style().within)
        forms.insert(0, ["".join(f"\n{indent}{pair}" for pair in compose.pairs_of(group))])
    return slot.insert(forms, check, order)


def _plan_removal(slot: _Slot) -> Plan | None:
    if slot.value is None or slot.key is None:
        return None
    flat, text = slot.flat, slot.text
    slot.refuse_shared(slot.key, flat.after(slot.value))
    pairs = flat.pairs(slot.parent)
    rank = [value for _, value in pairs].index(slot.value)
    if len(pairs) == 1:
        raise YamlFault(f"« {slot.name} » est la seule clé ici : elle ne peut pas être retirée", flat.starts[slot.key])
    key_start = flat.starts[slot.key]
    end = slot.end_of_value(slot.key, slot.value)
    following = flat.starts[pairs[rank + 1][0]] if rank + 1 < len(pairs) else None
    line_start = text.rfind("\n", 0, key_start) + 1
    line_end = end_of_line(text, end)
    newline = text.find("\n", end)
    next_line = newline + 1 if newline >= 0 else len(text)
    splices = []
    if slot.flow:
        if rank and not text[line_start:key_start].strip(" "):
            # The key has its lines to itself: they go with its comment, its neighbours' stay.
            splices.append(Splice(line_start, next_line, ""))
        if rank:
            splices.append(Splice(slot.end_of_value(*pairs[rank - 1]), end, ""))
        else:
            splices.append(Splice(key_start, following or end, ""))
    else:
        if flat.keeps_blank_lines(slot.value):
            next_line = end
        if text[line_start:key_start].strip(BOM + " "):
            # The key stands on its dash's line: the next one takes its place, unless comments lie between.
            if _COMMENT.search(text, next_line, following or next_line):
                splices.append(Splice(len(text[:key_start].rstrip(" ")), line_end, ""))
            splices.append(Splice(key_start, following or next_line, ""))
        else:
            if next_line == len(text) and not text.endswith("\n"):
                splices.append(Splice(end_of_line(text, max(line_start - 1, 0)), len(text), ""))
            head = max(line_start, 1 if text.startswith(BOM) else 0)
            splices.append(Splice(head, next_line, ""))
            # After a `|+` block, the blank lines that follow would become its own.
            blank = _BLANK_LINES.match(text, next_line)
            splices.append(Splice(head, blank.end() if blank else next_line, ""))
    return slot.plan(splices, slot.key, flat.after(slot.value), Check(0, lambda events: True))


class _Slot:
    """The place that a path names: the mapping `parent`, and in it the key and its value, None where it is missing."""

    def __init__(self, flat: Flat, path: Path) -> None:
        self.text = flat.text
        self.flat = flat
        self.name = str(path[-1])
        node = 0
        trail: list[int] = []
        for step in path[:-1]:
            trail.append(node)
            node = flat.step(node, step)
        self.parent = node
        self.trail = trail
        if flat.kind(node) != "map":
            raise YamlFault("un groupe de champs est attendu ici", flat.starts[node])
        for holder in (*trail, node):
            self.refuse_shared(holder)
        found = [pair for pair in flat.pairs(node) if flat.signatures[pair[0]][3] == self.name]
        if len(found) > 1:
            raise YamlFault(f"clé « {self.name} » en double : corrigez-la d'abord", flat.starts[found[1][0]])
        self.key: int | None = found[0][0] if found else None
        self.value: int | None = found[0][1] if found else None
        first_key = next(iter(flat.children(node)), None)
        if first_key is None:
            raise YamlFault("un groupe de champs est attendu ici", flat.starts[node])
        self.flow = flat.is_flow(node) or any(flat.is_flow(holder) for holder in trail)
        self.column = flat.column_of(first_key)
        # In JSON style, what is added is quoted too.
        self.quoted = self.flow and flat.text[flat.starts[first_key]] in "\"'"

    def refuse_shared(self, first: int, stop: int | None = None) -> None:
        self.flat.refuse_shared(first, stop)

    def end_of_value(self, key: int, value: int) -> int:
        if self.flat.is_null(value) and self.flat.starts[value] == self.flat.ends[value]:
            # In flow style, libyaml puts it at the next « , » or « } ».
            return self.flat.starts[value] if self.flow else self.colon(key)
        return max(self.flat.content_end(value), self.flat.ends[key])

    def colon(self, key: int) -> int:
        """Just after the key's colon."""
        match = re.compile(r"\s*:").match(self.text, self.flat.ends[key])
        if match is None:
            raise YamlFault("cette clé n'a pas de « : » : écrivez-la en entier", self.flat.starts[key])
        return match.end()

    def overwrite(self, forms: Sequence[str], check: Check) -> Plan:
        """Writes a value over one that is empty, an alias, or of another kind."""
        assert self.key is not None and self.value is not None
        flat, node = self.flat, self.value
        self.refuse_shared(node, flat.after(node))
        colon = self.colon(self.key)
        start, end = flat.content_start(node), self.end_of_value(self.key, node)
        splices: list[Splice] = []
        for form in forms:
            if flat.kind(node) in ("scalar", "alias") and start < flat.ends[node]:
                splices.append(Splice(start, end, form))
            elif flat.kind(node) == "scalar":
                splices.append(Splice(colon, colon, " " + form))
            elif flat.is_flow(node):
                splices.append(Splice(start, end, form))
            else:
                splices.append(Splice(colon, end, " " + form))
        return self.plan(splices, node, flat.after(node), check)

    def insert(self, forms: Sequence[Sequence[str]], check: Check, order: Sequence[str]) -> Plan:
        """Writes the key with a value where `order` puts it. Each form is a list of writings; one that begins with an
        end of line stands under its key."""
        flat, text = self.flat, self.text
        pairs = flat.pairs(self.parent)
        names = [str(flat.signatures[key][3]) for key, _ in pairs]
        before = order[: order.index(self.name)] if self.name in order else []
        ranks = [rank for rank, name in enumerate(names) if name in before]
        rank = max(ranks, key=lambda r: before.index(names[r])) if ranks else len(pairs) - 1
        last = flat.last_leaf(pairs[rank][1])
        if rank and flat.is_block_scalar(last) and flat.ends[last] == len(text) and not text.endswith("\n"):
            # A block that ends the file without end of line would gain one, unless `|-`: the key goes before it.
            rank -= "-" not in _Block(flat, last).indicator
        key, value = pairs[rank]
        end = self.end_of_value(key, value)
        splices: list[Splice] = []
        for written in (w for form in forms for w in form):
            joined = f":{written}" if written.startswith("\n") else f": {written}"
            if flat.is_flow(self.parent):
                quote = text[flat.starts[key]] if self.quoted else ""
                splices.append(Splice(end, end, f", {quote}{self.name}{quote}{joined}"))
                continue
            eol = flat.eol_at(end)
            line = (" " * self.column + self.name + joined).replace("\n", eol)
            if flat.keeps_blank_lines(value) and text[end - 1 : end] == "\n":
                splices.append(Splice(end, end, line + eol))
            stop = end_of_line(text, end)
            splices.append(Splice(stop, stop, eol + line))
        at = flat.after(value)
        keyed = Check(1 + check.size, lambda events: events[0][3] == self.name and check(events[1:]))
        return self.plan(splices, at, at, keyed)

    def neighbour_dash(self) -> int | None:
        """How far the dashes of the same key stand from it in the items around, where these are block lists."""
        flat = self.flat
        if self.flow or not self.trail or flat.kind(self.trail[-1]) != "seq":
            return None
        known = (self.trail[-1], self.name)
        if known not in flat.dashes:
            flat.dashes[known] = self._neighbour_dash()
        return flat.dashes[known]

    def _neighbour_dash(self) -> int | None:
        flat = self.flat
        for item in flat.children(self.trail[-1]):
            if flat.kind(item) != "map":
                continue
            for key, value in flat.pairs(item):
                if flat.signatures[key][3] == self.name and flat.kind(value) == "seq":
                    if flat.is_flow(value):
                        return None
                    return flat.column_of(value) - flat.column_of(key)
        return None

    @property
    def place(self) -> int:
        """The place to show where the change is refused."""
        return self.flat.starts[self.key if self.key is not None else self.parent]

    def plan(self, splices: list[Splice], first: int, stop: int, check: Check) -> Plan:
        """The events `first:stop` become what `check` accepts, by one of the splices."""
        return Plan(self.name, self.place, splices, first, stop, check)


class Check:
    """What the new events must be; `size` is how many there are."""

    def __init__(self, size: int, accepts: Callable[[list[Signature]], bool]) -> None:
        self.size = size
        self.accepts = accepts

    def __call__(self, events: list[Signature]) -> bool:
        return len(events) == self.size and self.accepts(events)


def _is_scalar(value: str, anchor: str | None = None, tag: str | None = None) -> Check:
    def accepts(events: list[Signature]) -> bool:
        return events[0][0] == "scalar" and events[0][1:3] == (anchor, tag) and _reads_as(events[0], value)

    return Check(1, accepts)


def is_null(event: Signature) -> bool:
    """Whether a scalar means that there is nothing."""
    kind, _, tag, value, implicit, _ = event
    return kind == "scalar" and tag is None and bool(implicit[0]) and value in NULLS


def _is_list(values: Sequence[str]) -> Check:
    def accepts(events: list[Signature]) -> bool:
        return (
            events[0][0] == "seq"
            and events[-1][0] == "end seq"
            and all(
                e[0] == "scalar" and e[3] == v and not is_null(e) for e, v in zip(events[1:-1], values, strict=True)
            )
        )

    return Check(len(values) + 2, accepts)


def _is_group(group: Mapping[str, str]) -> Check:
    leaves = [text for pair in group.items() for text in pair]

    def accepts(events: list[Signature]) -> bool:
        inside = events[1:-1]
        return (
            events[0][0] == "map"
            and events[-1][0] == "end map"
            and all(e[0] == "scalar" and e[3] == leaf for e, leaf in zip(inside, leaves, strict=True))
            and not any(map(is_null, inside))
        )

    return Check(len(leaves) + 2, accepts)


def _reads_as(event: Signature, value: str) -> bool:
    written, implicit, style = event[3] or "", event[4], event[5]
    if style in ("|", ">"):
        return written.rstrip("\n") == value
    return written == value and (not implicit[0] or event[2] is not None or scalars.is_text(value))


def _block_splices(slot: _Slot, node: int, value: str) -> list[Splice]:
    flat, text = slot.flat, slot.text
    block = _Block(flat, node)
    digit = re.search(r"[1-9]", block.indicator)
    if digit:
        indent = " " * (slot.column + int(digit[0]))
    else:
        indent = block.indent if block.indent is not None else " " * (slot.column + 2)
    write = scalars.literal if block.indicator[0] == "|" else scalars.folded_block
    eol = slot.flat.eol_at(block.header)
    body = write(value, indent, eol)
    splices: list[Splice] = []
    empty = block.body_end == block.body_start
    if body is not None:
        if empty:
            on_last_line = text[block.body_start - 1 : block.body_start] != "\n"
            written = eol + body if on_last_line else body + eol
            splices.append(Splice(block.body_start, block.body_start, written))
        else:
            splices.append(Splice(block.body_start, block.body_end, body))
    quoted = scalars.double(value)
    header_end = block.header + len(block.indicator)
    if empty:
        splices.append(Splice(block.header, header_end, quoted))
    else:
        kept = text[header_end : block.body_start].rstrip("\r\n")
        splices.append(Splice(block.header, block.body_end, quoted + kept))
    return splices


def _block_list(
    slot: _Slot,
    node: int,
    children: list[int],
    old: list[str | None],
    values: Sequence[str],
    new: Mapping[str, str],
    keep: bool,
) -> Splice:
    """The items of a block list exchanged between the first and the last that differ, the `new` ones as they are
    written; with `keep`, those that only move take their lines along."""
    flat, text = slot.flat, slot.text
    head = 0
    while head < min(len(old), len(values)) and old[head] == values[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(values)) - head and old[-1 - tail] == values[-1 - tail]:
        tail += 1
    dashes: list[int] = []
    at = flat.content_start(node)
    for child in children:
        match = _DASH.match(text, at)
        dashes.append(match.end() - 1 if match else at)
        at = flat.content_end(child)
    ends = [end_of_line(text, flat.content_end(child)) for child in children]
    line_start = text.rfind("\n", 0, dashes[0]) + 1
    wide = re.compile(r"- +(?=\S)").match(text, dashes[0])
    dash = wide[0] if wide else "- "
    moved = {old[n]: text[dashes[n] : ends[n]] for n in range(len(old) - tail - 1, head - 1, -1)} if keep else {}
    lines = [
        text[line_start : dashes[0]] + (moved.pop(value, "") or dash + new[value])
        for value in values[head : len(values) - tail]
    ]
    # Comments above the first item that differs stay where they are.
    start = ends[head - 1] if head == len(old) - tail and head else text.rfind("\n", 0, dashes[head])
    start -= text[start - 1 : start + 1] == "\r\n"
    stop = ends[len(old) - tail - 1] if head < len(old) - tail else start
    eol = slot.flat.eol_at(dashes[0])
    return Splice(start, stop, "".join(eol + line for line in lines))


def _lost_comments(old: Flat, new: Flat) -> tuple[str, ...]:
    """The comments of the old text that the new one lacks, among the lines that differ."""
    start = old.text.rfind("\n", 0, _common(old.text, new.text)) + 1
    rest = old.text[start:], new.text[start:]
    same = _common(rest[0][::-1], rest[1][::-1])
    kept = Counter(_comments(new, start, end_of_line(new.text, len(new.text) - same)))
    lost = []
    for comment in _comments(old, start, end_of_line(old.text, len(old.text) - same)):
        if kept[comment]:
            kept[comment] -= 1
        else:
            lost.append(comment)
    return tuple(lost)


def _comments(flat: Flat, start: int, stop: int) -> list[str]:
    """The comments between two places; a `#` inside a scalar begins none."""
    nodes = [
        node
        for node in range(max(bisect_left(flat.starts, start) - 1, 0), bisect_left(flat.starts, stop))
        if flat.kind(node) == "scalar"
    ]
    begins = [_Block(flat, node).body_start if flat.is_block_scalar(node) else flat.starts[node] for node in nodes]
    found: list[str] = []
    for match in _COMMENT.finditer(flat.text, start, stop):
        nearest = bisect_right(begins, match.start()) - 1
        if nearest < 0 or match.start() >= flat.ends[nodes[nearest]]:
            found.append(match[0])
    return found


def _common(one: str, other: str) -> int:
    """How many characters the two texts have in common at their start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def end_of_line(text: str, index: int) -> int:
    """Where the line at `index` ends, its end of line aside."""
    newline = text.find("\n", index)
    if newline < 0:
        return len(text)
    return newline - 1 if newline and text[newline - 1] == "\r" else newline
