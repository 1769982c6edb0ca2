"""What keeps a roadmap's templates from working or writing without end: each thing that they do is charged.

Counted, not timed: the same template and roadmap come to the same answer on any machine. A unit is some ten
nanoseconds, or a character that is kept. What is charged is known before the work is done: nothing big is ever made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from decimal import Decimal
from functools import wraps
from typing import Any

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateRuntimeError
from jinja2.filters import do_join
from jinja2.runtime import markup_join, str_join
from jinja2.utils import Namespace, pass_context, pass_environment, pass_eval_context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

# What any template may spend, and what it may besides for each character of the roadmap.
BASE = 60_000_000
PER_CHARACTER = 200
# What a call costs; what a turn of a loop or a node of a template does; what an element of a list takes; what finding a
# template that is included does.
CALL = 400
STEP = 100
NODE = 10
ELEMENT = 32
FOUND = 5_000
# How much dearer than copying it typesetting a character is.
TYPESET = 20
MAX_BITS = 16_384
MAX_DIGITS = 4_000
MAX_WIDTH = 10_000

# How a guarded template names what is below; no template can write such a name.
TURNS, COST, JOINED, WEIGHED, READ = "(tours)", "(cout)", "(colle)", "(pese)", "(lu)"
# Filters that take as long whatever they are given.
CONSTANT = frozenset({"abs", "count", "d", "default", "first", "float", "int", "last", "length"})
# Filters that walk through what they are given, and keep it.
WALKING = frozenset(
    {"batch", "dictsort", "groupby", "items", "join", "list", "map", "max", "min", "reject", "rejectattr", "reverse"}
    | {"select", "selectattr", "slice", "sort", "sum", "unique"}
)
# `random` and `lipsum` would make two documents of one roadmap; `urlize`, links that `adresse` hasn't seen; how long
# `pprint` takes, nobody can tell beforehand.
WITHOUT_FILTERS = ("pprint", "random", "urlize")
WITHOUT_GLOBALS = ("lipsum",)


class Endless(TemplateRuntimeError):
    """A template asks for more than it may; the message is in French."""


class Effort:
    """What a render may still spend; `data` tells, where it is asked, how many characters the roadmap has."""

    def __init__(self, data: Callable[[], int]) -> None:
        self.left = BASE
        self._data: Callable[[], int] | None = data

    def spend(self, units: int) -> None:
        """Takes this much.

        Raises: Endless where it isn't there.
        """
        self.left -= units
        if self.left < 0:
            self._more()

    def _more(self) -> None:
        if self._data is not None:
            self.left += PER_CHARACTER * self._data()
            self._data = None
        if self.left < 0:
            raise Endless("le modèle est arrêté : il tourne sans fin, ou fait un texte trop long")

    def weigh(self, value: object) -> int:
        """What a value takes, all that is in it counted each time that it is there.

        Raises: Endless where that is more than is left.
        """
        kind = type(value)
        if kind is str or kind is Markup:
            return len(value) if value.isascii() else 2 * len(value)  # type: ignore[attr-defined,arg-type]
        total = 0
        waiting = [value]
        while waiting:
            found = waiting.pop()
            if isinstance(found, str):
                total += len(found) if found.isascii() else 2 * len(found)
            elif isinstance(found, (list, tuple, set, frozenset)):
                total += ELEMENT * (1 + len(found))
                waiting.extend(found)
            elif isinstance(found, Mapping):
                total += ELEMENT * (1 + len(found))
                waiting.extend(found)
                waiting.extend(found.values())
            elif isinstance(found, bytes):  # said, « \x89PNG… »
                total += 4 * len(found)
            elif isinstance(found, int):
                total += 1 + found.bit_length() // 8
            elif isinstance(found, Namespace):
                # Inside one another, a few of them would make a text without end.
                raise Endless("un espace de noms (namespace) ne s'affiche ni ne se met dans autre chose")
            else:
                total += 1
            if total > self.left:
                self.spend(0 if self._data is None else total)
                if total > self.left:
                    self.spend(total)
        return total

    def charge(self, value: object, times: int = 1) -> None:
        """Takes what a value weighs, as often as it will be made."""
        self.spend(times * self.weigh(value))

    def counted(self, found: Iterable[Any], cost: int = STEP) -> Iterator[Any]:
        """The things one by one, each charged."""
        for one in found:
            self.spend(cost + self.weigh(one))
            yield one

    def walked(self, found: Any) -> Any:
        """What will be walked through and kept: charged at once where its length is known, else one by one."""
        if isinstance(found, Sized):
            self.spend(ELEMENT * len(found))
        elif isinstance(found, Iterator):
            return self.counted(found)
        return found


# --- the templates themselves ---------------------------------------------------------------------------------------


class Guarding(NodeTransformer):
    """Puts in a template's tree what charges its loops, its bodies, and the texts and lists that it makes."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def _filter(self, node: Any, name: str, *args: nodes.Expr) -> nodes.Filter:
        found = nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)
        found.set_environment(self.environment)
        return found

    def _number(self, value: int, line: int) -> nodes.Const:
        return nodes.Const(value, lineno=line, environment=self.environment)

    def _charged(self, body: list[nodes.Node], line: int, besides: int = 0) -> list[nodes.Node]:
        """The body, which first says what it costs."""
        number = self._number(_cost(body) + besides, line)
        return [nodes.ExprStmt(self._filter(number, COST), lineno=line, environment=self.environment), *body]

    def _bodied(self, node: Any) -> nodes.Node:
        self.generic_visit(node)
        node.body = self._charged(node.body, node.lineno)
        return node  # type: ignore[no-any-return]

    visit_Block = visit_Macro = visit_CallBlock = _bodied

    def visit_Template(self, node: nodes.Template) -> nodes.Node:
        """A whole template, that had to be found."""
        self.generic_visit(node)
        node.body = self._charged(node.body, node.lineno, FOUND)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        """A loop: what it goes through is charged for the whole body where its length is known."""
        self.generic_visit(node)
        cost = NODE + _cost(node.body) + (_cost([node.test]) if node.test is not None else 0)
        if node.recursive:  # called again, it goes through something else
            node.body = self._charged(node.body, node.lineno)
        node.iter = self._filter(node.iter, TURNS, self._number(cost, node.iter.lineno))
        return node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:
        """What a namespace is given."""
        self.generic_visit(node)
        if isinstance(node.target, nodes.NSRef):
            node.node = self._filter(node.node, WEIGHED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        """`a ~ b`."""
        self.generic_visit(node)
        return self._filter(node.nodes[0], JOINED, *node.nodes[1:])

    def _literal(self, node: Any) -> nodes.Node:
        self.generic_visit(node)
        if getattr(node, "ctx", "load") != "load" or all(isinstance(n, nodes.Const) for n in node.iter_child_nodes()):
            return node  # type: ignore[no-any-return]
        return self._filter(node, WEIGHED)

    visit_List = visit_Tuple = visit_Dict = _literal

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        """`a[1:]`."""
        self.generic_visit(node)
        return self._filter(node, WEIGHED) if isinstance(node.arg, nodes.Slice) else node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        """`a == b`, `a in b`: beside a constant, equality takes no time."""
        self.generic_visit(node)
        constant = any(isinstance(side, nodes.Const) for side in (node.expr, node.ops[0].expr))
        if constant and len(node.ops) == 1 and node.ops[0].op in ("eq", "ne"):
            return node
        if not isinstance(node.expr, nodes.Const):
            node.expr = self._filter(node.expr, READ)
        for operand in node.ops:
            if not isinstance(operand.expr, (nodes.Const, nodes.Tuple)):
                operand.expr = self._filter(operand.expr, READ)
        return node


_APART = (nodes.Macro, nodes.CallBlock, nodes.Block)


def _cost(body: Iterable[nodes.Node]) -> int:
    """What running these nodes once costs, those apart that say it themselves."""
    total = 0
    waiting: list[nodes.Node] = list(body)
    while waiting:
        node = waiting.pop()
        total += len(node.data) if isinstance(node, nodes.TemplateData) else NODE
        if isinstance(node, nodes.For):
            waiting.append(node.iter)
            waiting.extend(node.else_)
        elif not isinstance(node, _APART):
            waiting.extend(node.iter_child_nodes())
    return total


def _guards(effort: Effort) -> dict[str, Callable[..., Any]]:
    """What `Guarding` puts in a template."""
    spend = effort.spend

    # None of them may be worked out while a template is compiled.
    @pass_context
    def turns(context: object, found: Any, cost: int) -> Any:
        if isinstance(found, Sized):
            spend(cost * len(found))
            return found
        return effort.counted(found, STEP + cost) if isinstance(found, Iterator) else found

    @pass_context
    def cost(context: object, units: int) -> None:
        spend(units)

    @pass_eval_context
    def joined(eval_ctx: Any, *pieces: Any) -> str:
        for piece in pieces:
            effort.charge(piece)
        return markup_join(pieces) if eval_ctx.autoescape else str_join(pieces)

    @pass_context
    def weighed(context: object, value: Any) -> Any:
        effort.charge(value)
        return value

    @pass_context
    def read(context: object, value: Any) -> Any:
        # A name is found in a set or a mapping at once.
        if not isinstance(value, (int, frozenset, set, Mapping)):
            spend(effort.weigh(value))
        return value

    return {TURNS: turns, COST: cost, JOINED: joined, WEIGHED: weighed, READ: read}


# --- what they call -------------------------------------------------------------------------------------------------


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _argument(args: tuple[Any, ...], kwargs: Mapping[str, Any], at: int, name: str, default: Any = None) -> Any:
    return args[at] if len(args) > at else kwargs.get(name, default)


def _replaced(effort: Effort, text: object, old: object, new: object) -> None:
    if isinstance(text, str) and isinstance(old, str):
        effort.charge(new, text.count(old))


def _padded(effort: Effort, width: object) -> None:
    effort.spend(max(_number(width), 0))


def percent(effort: Effort, pattern: str, given: object) -> None:
    """Before `pattern % given`: its widths are checked."""
    for width in re.findall(r"%(?:\([^)]*\))?[#0\- +]*(\*|\d+)?(?:\.(?:\*|\d+))?", pattern):
        if width == "*" or len(width) > 6 or int(width or 0) > MAX_WIDTH:
            raise Endless(f"une largeur dépasse {MAX_WIDTH}")
    for width in re.findall(r"%[^%]*?\.(\*|\d+)", pattern):
        if width == "*" or len(width) > 6 or int(width) > MAX_WIDTH:
            raise Endless(f"une largeur dépasse {MAX_WIDTH}")
    effort.charge(given, 1 + pattern.count("%("))


def _before(name: str, effort: Effort, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """What a filter may make, charged before it does; `args` begins with what it is given."""
    value = args[0]
    if name == "center":
        _padded(effort, _argument(args, kwargs, 1, "width", 80))
    elif name == "indent":
        width = _argument(args, kwargs, 1, "width", 4)
        effort.spend((len(width) if isinstance(width, str) else max(_number(width), 0)) * (_lines(value) + 1))
    elif name == "replace":
        text = value if isinstance(value, str) else str(value)
        _replaced(effort, text, _argument(args, kwargs, 1, "old"), _argument(args, kwargs, 2, "new"))
    elif name == "format":
        percent(effort, str(value), [*args[1:], *kwargs.values()])
    elif name in ("batch", "slice"):
        count = _number(_argument(args, kwargs, 1, "linecount" if name == "batch" else "slices"))
        effort.spend(ELEMENT * max(count, 0))
    elif name == "round":
        if abs(_number(_argument(args, kwargs, 1, "precision", 0))) > 300:
            raise Endless("une précision de plus de 300 chiffres")
    elif name == "striptags":
        text = str(value)
        effort.spend(len(text) * (text.count("<") + 1))
    elif name == "tojson":
        _json(effort, value, _argument(args, kwargs, 1, "indent"))
    elif name == "trim":
        chars = _argument(args, kwargs, 1, "chars")
        effort.spend(len(chars) * effort.weigh(value) // 16 if isinstance(chars, str) else 0)
    elif name == "wordwrap":
        size = effort.weigh(value)
        width = max(_number(_argument(args, kwargs, 1, "width", 79)), 1)
        effort.spend(100 * size + size * size // (64 * width))
        effort.charge(_argument(args, kwargs, 3, "wrapstring", ""), size)


def _json(effort: Effort, value: object, indent: object) -> None:
    width = len(indent) if isinstance(indent, str) else _number(indent)
    if width > 100:
        raise Endless("un retrait de plus de 100 espaces")
    # As deep as it goes, each line is set that much to the right.
    effort.spend(6 * effort.weigh(value) * (1 + max(width, 0)))


def _lines(value: object) -> int:
    return value.count("\n") if isinstance(value, str) else 0


def _measured(name: str, function: Callable[..., Any], effort: Effort) -> Callable[..., Any]:
    """A filter or a test of Jinja's, charged for what it is given, for what it makes, and before it makes much."""
    at = int(hasattr(function, "jinja_pass_arg"))

    @wraps(function)
    def measured(*args: Any, **kwargs: Any) -> Any:
        before, given = args[:at], args[at:]
        if name in WALKING:
            given = (effort.walked(given[0]), *given[1:])
        units = STEP
        for value in given:
            units += effort.weigh(value)
        for value in kwargs.values():
            units += effort.weigh(value)
        effort.spend(units)
        _before(name, effort, given, kwargs)
        made = function(*before, *given, **kwargs)
        if isinstance(made, (str, list, dict)):
            effort.charge(made)
        return made

    return measured


def _own(function: Callable[..., Any], effort: Effort) -> Callable[..., Any]:
    """A filter of ours, which typesets a text."""

    @wraps(function)
    def measured(text: Any, *args: Any, **kwargs: Any) -> Any:
        effort.spend(STEP + TYPESET * effort.weigh(text))
        return function(text, *args, **kwargs)

    return measured


def guard(environment: Environment, effort: Effort, ours: Iterable[str]) -> None:
    """Charges all that a template of this environment can use to `effort`; `ours`: the filters that the tool adds."""
    filters: dict[str, Any] = environment.filters
    tests: dict[str, Any] = environment.tests
    own = frozenset(ours)
    for name, function in list(filters.items()):
        if name in own:
            filters[name] = _own(function, effort)
        elif name not in CONSTANT:
            filters[name] = _measured(name, function, effort)
    for name, function in list(tests.items()):
        if name not in ("defined", "undefined", "none"):
            tests[name] = _measured(f"is {name}", function, effort)

    @pass_eval_context
    def join(eval_ctx: Any, value: Any, d: str = "", attribute: str | int | None = None) -> Any:
        if attribute is not None:
            value = filters["map"](_Bare(environment), value, attribute=attribute)
        pieces = list(effort.counted(value))
        effort.charge(d, len(pieces))
        return do_join(eval_ctx, pieces, d)

    @pass_environment
    def total(environment: Any, iterable: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
        if attribute is not None:
            iterable = filters["map"](_Bare(environment), iterable, attribute=attribute)
        for one in effort.counted(iterable):
            start = environment.call_binop(None, "+", start, one)
        return start

    filters.update(join=join, sum=total, **_guards(effort))


class _Bare:
    """The little of a context that `map` asks for."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment


def before_method(effort: Effort, text: str, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What a text's own method may make, charged before it does; returns the arguments."""
    size = effort.weigh(text)
    units = size
    if name in ("center", "ljust", "rjust", "zfill"):
        _padded(effort, _argument(args, kwargs, 0, "width"))
    elif name == "replace":
        _replaced(effort, text, _argument(args, kwargs, 0, "old"), _argument(args, kwargs, 1, "new"))
    elif name == "join" and args:
        pieces = list(effort.counted(args[0]))
        units += size * len(pieces)
        args = (pieces, *args[1:])
    elif name in ("rsplit", "split", "splitlines"):
        units += ELEMENT * size // 2
    elif name in ("lstrip", "rstrip", "strip"):
        chars = _argument(args, kwargs, 0, "chars")
        units += size * len(chars) // 16 if isinstance(chars, str) else 0
    effort.spend(units)
    return args


def before_operation(effort: Effort, operator: str, left: Any, right: Any) -> None:
    """What an operation may make, charged before it does."""
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length(), right.bit_length()
        big = operator == "*" and sum(bits) > MAX_BITS
        big = big or (operator == "**" and bits[0] > 1 and right > 0 and bits[0] * right > MAX_BITS)
        if big or max(bits) > MAX_BITS:
            raise Endless("nombre trop grand")
        effort.spend(STEP)
    elif operator == "+" and isinstance(left, Sized):
        effort.spend(STEP + effort.weigh(left) + effort.weigh(right))
    elif operator == "*":
        for many, value in ((left, right), (right, left)):
            if isinstance(many, int) and isinstance(value, Sized):
                effort.charge(value, max(many, 0))
    elif operator == "%" and isinstance(left, str):
        percent(effort, left, right)
    else:
        effort.spend(STEP)


def after_operation(made: Any) -> Any:
    """What an operation made.

    Raises: Endless for a number of too many digits.
    """
    if isinstance(made, Decimal) and made.is_finite() and abs(made.adjusted()) > MAX_DIGITS:
        raise Endless("nombre trop grand")
    return made
