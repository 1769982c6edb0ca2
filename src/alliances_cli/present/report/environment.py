"""The sandbox that templates run in, one for each format: what they may call, how what they print is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PrefixLoader, StrictUndefined, nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateAssertionError, TemplateNotFound
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from alliances_cli import typographie
from alliances_cli.location import shipped_templates
from alliances_cli.present.report import limits
from alliances_cli.present.report.loading import SHIPPED_PREFIX, Compiled, Folder
from alliances_cli.present.report.readable import readable
from alliances_cli.present.report.texts import TEXTS, Texts, md_board

# What the tool adds to Jinja's filters, and to its functions.
FILTERS = ("riche", "bloc", "cellule", "ligne", "gras")
GLOBALS = ("lien", "compte", "nombre")
# What Jinja adds to a call's own arguments: the variables of the loop, or of the block, where it is.
_SCOPES = ("_loop_vars", "_block_vars")


class Missing(StrictUndefined):
    """What doesn't exist can't be shown inside something else either."""

    def __repr__(self) -> str:
        return self._fail_with_undefined_error()

    @property
    def _undefined_message(self) -> str:
        if isinstance(self._undefined_obj, TemplateModule):
            return f"no macro {self._undefined_name!r} in {self._undefined_obj.__name__!r}"
        return super()._undefined_message


class Sandbox(ImmutableSandboxedEnvironment):
    """Lets a template read what `readable` says, and nothing else."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read it."""
        kind: type = type(obj)
        names = readable(kind)
        return attr in names if names is not None else super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """None: no text lends its `format`, whose widths have no bound."""
        return None


class Guarded(Sandbox):
    """A sandbox whose templates work and write no more than `effort` has."""

    intercepted_binops = frozenset({"+", "*", "**", "//", "%"})

    def __init__(self, effort: limits.Effort, texts: Texts, **options: Any) -> None:
        super().__init__(**options, finalize=self._printed)
        self.effort = effort
        self.texts = texts
        # The blocks of each template that extends another, with those of the other.
        self._blocks: dict[str | None, frozenset[str]] = {}

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        self._check_blocks(source, name, filename)
        guarded = limits.Guarding(self).visit(source)
        return super()._generate(guarded, name, filename, defer_init)

    def _check_blocks(self, source: nodes.Template, name: str | None, filename: str | None) -> None:
        """Whether what a template puts in blocks has a place in the one that it extends: it would vanish."""
        extended = next((node.template for node in source.body if isinstance(node, nodes.Extends)), None)
        if not isinstance(extended, nodes.Const) or name in self._blocks:
            return
        self._blocks[name] = frozenset()  # being compiled: one that comes back here extends itself
        try:
            parent = self.get_template(extended.value, name)
        except TemplateNotFound:
            return
        blocks = [node for node in source.body if isinstance(node, nodes.Block)]
        known = self._blocks.get(parent.name, frozenset()) | set(parent.blocks)
        for block in blocks:
            if known and block.name not in known:
                hint = typographie.suggestion(block.name, sorted(known))
                message = f"no block {block.name!r} in {extended.value!r}{hint}"
                raise TemplateAssertionError(message, block.lineno, name, filename)
        self._blocks[name] = known.union(block.name for block in source.find_all(nodes.Block))

    def _printed(self, value: Any) -> Any:
        effort = self.effort
        if isinstance(value, Markup):
            effort.spend(limits.STEP + len(value))
        elif isinstance(value, str):
            effort.spend(limits.STEP + limits.TYPESET * len(value))
        elif isinstance(value, (FunctionType, MethodType, BuiltinMethodType)) or hasattr(value, "func"):
            # It would be an address in memory.
            raise limits.Endless("une fonction ne s'affiche pas : appelez-la, avec ses parenthèses")
        elif isinstance(value, Iterator):
            raise limits.Endless("une suite ne s'affiche pas telle quelle : passez-la par « join » ou « list »")
        else:
            effort.spend(limits.STEP + limits.TYPESET * effort.weigh(value))
        return self.texts.printed(value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """An operation that may make something big."""
        limits.before_operation(self.effort, operator, left, right)
        return limits.after_operation(super().call_binop(context, operator, left, right))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: B902, N805
        effort = __self.effort
        effort.spend(limits.CALL)
        if isinstance(__obj, (Macro, BlockReference)):
            return super().call(__context, __obj, *args, **kwargs)
        if isinstance(__obj, LoopContext):
            return super().call(__context, __obj, *(effort.walked(one) for one in args), **kwargs)
        for value in (*args, *(value for name, value in kwargs.items() if name not in _SCOPES)):
            # To ours, a text is one to typeset; to a namespace or a dict, a part.
            effort.spend(limits.TYPESET * len(value) if isinstance(value, str) else effort.weigh(value))
        if isinstance(__obj, (BuiltinMethodType, MethodType)) and isinstance(__obj.__self__, str):
            args = limits.before_method(effort, __obj.__self__, __obj.__name__, args, kwargs)
            made = super().call(__context, __obj, *args, **kwargs)
            effort.charge(made)
            return made
        return super().call(__context, __obj, *args, **kwargs)


def environment(
    format: str, own: BaseLoader | None, version: str, data: Callable[[], int] | None = None
) -> Environment:
    """What renders one format: `own` templates first where there are some, then the shipped ones. `data` counts the
    roadmap's characters: what templates of its own may do is in proportion."""
    shipped = Folder(shipped_templates())
    loaders: list[BaseLoader] = [PrefixLoader({SHIPPED_PREFIX: shipped}), shipped]
    if own is not None:
        loaders.insert(0, own)
    texts = TEXTS[format]
    options: dict[str, Any] = {
        "loader": ChoiceLoader(loaders),
        # Both formats: Jinja's own escaping only sees what `finalize` has not made safe for the format already.
        "autoescape": True,
        "undefined": Missing,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": False,
        # A server renders for hours, while somebody edits the templates.
        "auto_reload": True,
        "bytecode_cache": Compiled(format, version, guarded=data is not None),
    }
    made: Sandbox
    if data is None:
        # What is shipped ends: there is nothing to guard.
        made = Sandbox(**options, finalize=texts.printed)
    else:
        effort = limits.Effort(data)
        made = Guarded(effort, texts, **options)
    made.filters.update(
        riche=texts.rich,
        bloc=texts.block,
        cellule=texts.cell,
        ligne=texts.line,
        gras=texts.bold,
    )
    made.globals.update(
        lien=texts.link,
        compte=typographie.count,
        nombre=typographie.number,
    )
    if format == "md":
        made.globals["grille"] = md_board
    for name in limits.WITHOUT_FILTERS:
        del made.filters[name]
    for name in limits.WITHOUT_GLOBALS:
        del made.globals[name]
    if data is not None:
        limits.guard(made, effort, FILTERS)
    return made


@cache
def shipped_environment(format: str, version: str) -> Environment:
    """Compiled once, for scripts and servers that render often."""
    return environment(format, None, version)
