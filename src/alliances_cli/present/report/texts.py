"""How each format writes a text of the roadmap or a sentence of the tool: escaped, typeset, bold honoured."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup, escape

from alliances_cli import typographie
from alliances_cli.present import markdown
from alliances_cli.typographie import ordinals, typeset

if TYPE_CHECKING:
    from alliances_cli.present.report.context import TableauDeBord


class Texts(NamedTuple):
    """How a format writes a text: `printed` whatever a template prints, then bold honoured: `rich` inside a line,
    `block` with its paragraphs, `cell` in a table, `line` on one line, `bold` on one line and all bold; `link` a label
    and an address."""

    printed: Callable[[Any], Any]
    rich: Callable[[str], Markup]
    block: Callable[[str], Markup]
    cell: Callable[[str], Markup]
    line: Callable[[str], Markup]
    bold: Callable[[str], Markup]
    link: Callable[[str, str | None], Markup]


def one_line(text: str) -> str:
    """The clean text with each line break made a space; bold marks stay."""
    return re.sub(r"\s*\n\s*", " ", markdown.clean(text).strip())


def _html_printed(value: Any) -> Any:
    return value if hasattr(value, "__html__") else typeset(markdown.clean(str(value)))


def _html_piece(text: str, bold: bool) -> str:
    inside = "".join(f"<sup>{escape(part)}</sup>" if rises else escape(part) for part, rises in ordinals(text))
    return f"<strong>{inside}</strong>" if bold else inside


def _html_rich(text: str, within: str = "<br>", between: str = "<br><br>") -> Markup:
    lines = (["".join(_html_piece(*p) for p in line) for line in block] for block in markdown.paragraphs(text))
    return Markup(between.join(map(within.join, lines)))


def _html_block(text: str) -> Markup:
    """The text as paragraphs; alone, a paragraph goes without its tags."""
    inside = _html_rich(text, between="</p><p>")
    return Markup(f"<p>{inside}</p>") if "</p>" in inside else inside


def _html_line(text: str) -> Markup:
    return _html_rich(one_line(text))


def _html_bold(text: str) -> Markup:
    return Markup(f"<strong>{_html_line(typographie.plain(text))}</strong>")


def _html_link(label: str, address: str | None) -> Markup:
    inside = _html_line(label)
    return Markup(f'<a href="{escape(address)}">{inside}</a>') if address else inside


def _md_printed(value: Any) -> Any:
    return value if hasattr(value, "__html__") else Markup(markdown.escape(one_line(str(value))))


def _md_rich(text: str, cell: bool = False) -> Markup:
    return Markup(markdown.rich(text, cell))


def _md_line(text: str) -> Markup:
    return _md_rich(one_line(text))


def _md_bold(text: str) -> Markup:
    return Markup(markdown.bold(text))


def _md_link(label: str, address: str | None) -> Markup:
    return Markup(markdown.link(label, address)) if address else _md_line(label)


def _mail_printed(value: Any) -> Any:
    """On one line, without marks; a mail has nothing to escape, and is typeset as a whole."""
    return value if hasattr(value, "__html__") else Markup(typographie.plain(one_line(str(value))))


def _mail_link(label: str, address: str | None) -> Markup:
    return Markup(_mail_printed(label))


def md_board(board: TableauDeBord) -> Markup:
    """The mesures as signs, in a block of text that survives mails and terminals."""

    def said(text: str) -> str:
        return typeset(typographie.plain(one_line(text)))

    rows = [(said(label), [said(sign) for sign in signs]) for label, signs in board.rangees]
    return Markup(markdown.board(rows, [said(text) for text in board.cle]))


TEXTS = {
    "html": Texts(_html_printed, _html_rich, _html_block, _html_block, _html_line, _html_bold, _html_link),
    "md": Texts(_md_printed, _md_rich, _md_rich, partial(_md_rich, cell=True), _md_line, _md_bold, _md_link),
    "txt-mail": Texts(*(_mail_printed,) * 6, _mail_link),
}
