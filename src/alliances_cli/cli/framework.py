"""Typer in French: the command classes, and what is said of a wrong command line. The words are in `french.py`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import IO, Any

import typer
import typer._click.core
import typer._click.termui
import typer._click.utils
import typer._completion_classes
import typer.completion
import typer.core
from typer._click import exceptions
from typer._click.types import FuncParamType, Tuple

from alliances_cli import french
from alliances_cli.cli.emit import text_encoding
from alliances_cli.typographie import encodable, nearest, spaced


class FrenchFormatter(typer._click.HelpFormatter):
    """Help pages with French headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or french.help_text("Usage: "))

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{french.help_text(heading)}{french.NBSP}:\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, french.help_notes(text)) for name, text in rows], col_max, col_spacing)


class FrenchContext(typer.Context):
    """A context whose help is written by `FrenchFormatter`."""

    formatter_class = FrenchFormatter


class _French(typer._click.core.Command):
    """What the help of a command and of a group have in common."""

    context_class = FrenchContext
    rich_markup_mode: typer.core.MarkupMode

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rich_markup_mode = None
        self.options_metavar = french.help_text(self.options_metavar or "")
        # Kept apart, so that the base class doesn't say it in English.
        self._withdrawn, self.deprecated = self.deprecated, False
        self.help, self.epilog = spaced(self.help or ""), spaced(self.epilog or "")
        for param in self.params:
            _name_type(param)
            if isinstance(param, typer.core.TyperOption | typer.core.TyperArgument) and param.help:
                param.help = spaced(param.help)

    def get_help_option(self, ctx: typer._click.Context) -> typer.core.TyperOption | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = french.help_text(option.help or "")
        return option

    def get_help(self, ctx: typer._click.Context) -> str:
        return encodable(super().get_help(ctx), text_encoding(sys.stdout))

    def get_short_help_str(self, limit: int = 45) -> str:
        text = super().get_short_help_str(limit)
        if text.endswith("..."):
            text = text.removesuffix("...").rstrip(" ,;:" + french.NBSP + french.NNBSP) + "…"
        return f"{text} {self._notice()}".strip()

    def format_help_text(self, ctx: typer._click.Context, formatter: typer._click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        if notice := self._notice():
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(notice)

    def invoke(self, ctx: typer._click.Context) -> Any:
        if self._withdrawn:
            reason = f" {self._withdrawn}" if isinstance(self._withdrawn, str) else ""
            english = f"DeprecationWarning: The command {self.name!r} is deprecated.{reason}"
            _echo(french.translated(english), err=True)
        return super().invoke(ctx)

    def _notice(self) -> str:
        """« (commande déconseillée) », or nothing."""
        if isinstance(self._withdrawn, str):
            return french.help_text("(DEPRECATED: {reason})").format(reason=self._withdrawn)
        return french.help_text("(DEPRECATED)") if self._withdrawn else ""


class FrenchCommand(_French, typer.core.TyperCommand):
    """Given as `cls=` to `@app.command()`."""


class FrenchGroup(_French, typer.core.TyperGroup):
    """Given as `cls=` to `typer.Typer()`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.suggest_commands = False  # `describe_usage_error` does
        self.subcommand_metavar = french.help_text(self.subcommand_metavar)


def _name_type(param: typer._click.Parameter) -> None:
    """Gives an option the French name of its type, where its author gave none: `<str>` → `<texte>`."""
    if not isinstance(param, typer.core.TyperOption) or param.metavar or param.is_flag or param.count:
        return
    name = "function" if isinstance(param.type, FuncParamType) else param.type.name
    if isinstance(param.type, Tuple) or (name in french.TYPES and name != "datetime"):  # a date shows its forms
        param.metavar = french.metavar(name) + ("" if param.nargs == 1 else "...")


# --- usage errors -----------------------------------------------------------------------------------------------------


def describe_usage_error(error: BaseException) -> str:
    """The whole text to show, in French: the usage line, where help is, « Erreur : … ». Empty for a plain exit.

    Words of our own are kept: those of an exception raised outside of typer. Of words that the table doesn't have, only
    the values are.
    """
    if isinstance(error, exceptions.NoArgsIsHelpError):
        return error.message
    if isinstance(error, typer.Exit):
        return ""
    if isinstance(error, (typer.Abort, KeyboardInterrupt, EOFError)):
        return french.help_text("Aborted!")
    lines = []
    if isinstance(error, exceptions.UsageError) and error.ctx is not None:
        ctx = error.ctx
        lines.append(ctx.get_usage())
        if ctx.command.get_help_option(ctx) is not None:
            option = max(ctx.command.get_help_option_names(ctx), key=len)
            lines.append(french.say(french.TRY_HELP, command=ctx.command_path, option=option))
        lines.append("")
    lines.append(french.say(french.ERROR, message=_describe(error)))
    return "\n".join(lines)


def _describe(error: BaseException) -> str:
    """What is wrong, on one line."""
    if isinstance(error, exceptions.NoSuchOption):
        return _describe_unknown_option(error)
    if isinstance(error, exceptions.MissingParameter):
        return _describe_missing(error)
    message = str(error.message if isinstance(error, exceptions.ClickException) else error)
    if isinstance(error, exceptions.FileError):
        return french.translated(f"Could not open file {error.ui_filename!r}: {message}")
    text = french.translate(message)
    if text is not None:
        text += _suggestion_for(error, message)
    elif _raised_by_us(error):
        text = spaced(message)
    if not isinstance(error, exceptions.BadParameter):
        return text or french.translated(message)
    if text is None:
        known = [message] if error.param and isinstance(error.param.type, FuncParamType) else french.values_in(message)
        text = f"{', '.join(french.quoted(value) for value in known)} est refusé" if known else "elle est refusée"
    if hint := _hint(error):
        return french.say(french.WRONG_VALUE_FOR, name=hint, message=text)
    return french.say(french.WRONG_VALUE, message=text)


def _describe_unknown_option(error: exceptions.NoSuchOption) -> str:
    name, ctx = error.option_name, error.ctx
    here = list(_option_names(ctx)) if ctx else []
    known = [*here, *(error.possibilities or ())]
    # « -format » is read as « -f », « -o »… : the word that was typed is in the exception before.
    typed = error.__context__
    if isinstance(typed, exceptions.NoSuchOption) and _nearest_option(typed.option_name, known):
        name = typed.option_name
    text = french.say(french.NO_SUCH_OPTION, name=french.shown(name))
    if ctx and name not in here:
        if name in _option_names(ctx.parent, ctx):
            return f"{text} ici{french.NNBSP}; elle se met avant {french.quoted(ctx.info_name)}"
        if name in _command_options(ctx):
            return f"{text} ici{french.NNBSP}; elle se met après la commande"
    return text + _did_you_mean(_nearest_option(name, known))


def _describe_missing(error: exceptions.MissingParameter) -> str:
    param = error.param
    kind = error.param_type or (param.param_type_name if param else "parameter")
    text = french.translated(f"Missing {kind}")
    if hint := _hint(error):
        text += f"{french.NBSP}: {hint}"
    if isinstance(choices := getattr(param and param.type, "choices", None), (list, tuple)):
        listed = ", ".join(french.quoted(choice) for choice in choices)
        text += f" ({french.say(french.CHOOSE_FROM, choices=listed)})"
    return text


def _hint(error: exceptions.BadParameter) -> str:
    """« --option / -o », with the environment variable where the value came from there; empty where unknown."""
    param, given = error.param, error.param_hint
    if given is not None:
        return spaced(given) if isinstance(given, str) else " / ".join(french.quoted(name) for name in given)
    if param is None:
        return ""
    names = param.opts if param.param_type_name == "option" else [param.human_readable_name]
    text = french.quoted(" / ".join(names or [param.human_readable_name]))
    source = error.ctx.get_parameter_source(param.name) if error.ctx and param.name else None
    if source is not None and source.name == "ENVIRONMENT":
        variables = [param.envvar] if isinstance(param.envvar, str) else list(param.envvar or ())
        text += french.say(french.FROM_VARIABLE, var=", ".join(variables)) if variables else ""
    return text


def _suggestion_for(error: BaseException, message: str) -> str:
    """« ; vouliez-vous dire « x » ? » after an unknown command or a choice that isn't one, or nothing."""
    english, values = french.match(message) or ("", {})
    if english == french.NOT_A_CHOICE:
        return _did_you_mean(nearest(values["value"], french.values_in(values["choices"])))
    if english == french.NO_SUCH_COMMAND and isinstance(error, exceptions.UsageError) and error.ctx:
        return _did_you_mean(nearest(values["name"], [name for name, _ in _commands(error.ctx)]))
    return ""


def _did_you_mean(word: str | None) -> str:
    return f"{french.NNBSP}; vouliez-vous dire {french.quoted(word)}{french.NNBSP}?" if word else ""


def _nearest_option(name: str, known: Iterable[str]) -> str | None:
    """The long option that the name is near to. Dashes don't count, or all short names would be near each other."""
    words = {option.lstrip("-"): option for option in known if option.startswith("--")}
    word = nearest(name.lstrip("-"), words) if len(name.lstrip("-")) > 1 else None
    return words[word] if word else None


def _option_names(*contexts: typer._click.Context | None) -> Iterator[str]:
    """The options that may be typed at these levels."""
    for ctx in contexts:
        if ctx is not None:
            yield from _names(ctx.command.get_params(ctx))


def _names(params: Iterable[typer._click.Parameter]) -> Iterator[str]:
    for param in params:
        if isinstance(param, typer.core.TyperOption) and not param.hidden:
            yield from (*param.opts, *param.secondary_opts)


def _commands(ctx: typer._click.Context) -> Iterator[tuple[str, typer._click.Command]]:
    """The commands of a group, hidden ones left out."""
    group = ctx.command
    if isinstance(group, typer.core.TyperGroup):
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            if command is not None and not command.hidden:
                yield name, command


def _command_options(ctx: typer._click.Context) -> set[str]:
    """The options of a group's commands."""
    return {option for _, command in _commands(ctx) for option in _names(command.params)}


def _raised_by_us(error: BaseException) -> bool:
    """Whether the error's words are the program's own: it was raised outside of typer."""
    speaker = ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name != "fail":  # `ctx.fail(…)` and `self.fail(…)` speak for their caller
            speaker = str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
    return bool(speaker) and speaker.partition(".")[0] != "typer"


# --- what no class can change -----------------------------------------------------------------------------------------


def _echo(message: str, file: IO[Any] | None = None, nl: bool = True, err: bool = False) -> None:
    stream = file if file is not None else sys.stderr if err else sys.stdout
    typer.echo(encodable(message, text_encoding(stream)), file=stream, nl=nl)


def _echo_completion(
    message: Any = None, file: IO[Any] | None = None, nl: bool = True, err: bool = False, color: bool | None = None
) -> None:
    """In place of `echo`, where typer speaks of completion: scripts and candidates pass, messages are translated."""
    if not isinstance(message, str):
        typer.echo(message, file=file, nl=nl, err=err, color=color)
        return
    text = french.translate(message, completion=True)
    if text is None:
        text = french.translated(message) if err else message
    _echo(text, file, nl, err)


def _secho_completion(message: Any = None, **styles: Any) -> None:
    _echo_completion(message)


def _show(self: exceptions.ClickException, file: IO[Any] | None = None) -> None:
    """In place of `ClickException.show`."""
    _echo(describe_usage_error(self), file, err=True)


@cache
def install() -> None:
    """Puts French in the places of typer that no class of ours reaches: the exceptions' `show`, the words of the help
    records, the completion. A second call changes nothing."""
    replaced: tuple[tuple[object, str, object], ...] = (
        (exceptions.ClickException, "show", _show),
        (exceptions.UsageError, "show", _show),
        (exceptions.NoArgsIsHelpError, "show", _show),
        (typer.core, "_", french.help_text),
        (typer._click, "echo", _echo_completion),
        (typer._click.utils, "echo", _echo_completion),
        (typer._click.termui, "secho", _secho_completion),
        # Ours bear no rich marks, and rich would double the time of a TAB.
        (typer._completion_classes, "_sanitize_help_text", str),
    )
    for owner, name, value in replaced:
        setattr(owner, name, value)
    for placeholder in (
        typer.completion._install_completion_placeholder_function,
        typer.completion._install_completion_no_auto_placeholder_function,
    ):
        for option in placeholder.__defaults__ or ():
            option.help = french.help_text(option.help)
