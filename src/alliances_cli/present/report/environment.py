"""The sandbox that templates run in, one for each format: what they may call, how what they print is written."""

from __future__ import annotations

from functools import cache

from jinja2 import BaseLoader, ChoiceLoader, Environment, PrefixLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alliances_cli import typographie
from alliances_cli.location import shipped_templates
from alliances_cli.present.report.loading import SHIPPED_PREFIX, Compiled, Folder
from alliances_cli.present.report.texts import TEXTS, md_board


def environment(format: str, own: BaseLoader | None, version: str) -> Environment:
    """What renders one format: `own` templates first where there are some, then the shipped ones."""
    shipped = Folder(shipped_templates())
    loaders: list[BaseLoader] = [PrefixLoader({SHIPPED_PREFIX: shipped}), shipped]
    if own is not None:
        loaders.insert(0, own)
    texts = TEXTS[format]
    made = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        # Both formats: Jinja's own escaping only sees what `finalize` has not made safe for the format already.
        autoescape=True,
        finalize=texts.printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        bytecode_cache=Compiled(format, version),
    )
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
    return made


@cache
def shipped_environment(format: str, version: str) -> Environment:
    """The shipped templates don't change while the tool runs: compiled once, for scripts that render often."""
    return environment(format, None, version)
