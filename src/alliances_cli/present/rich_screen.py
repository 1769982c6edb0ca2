"""A screen drawn by rich: colours, wrapped tables. Only for a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from rich.color import ColorSystem
from rich.style import Style

from alliances_cli.present.screen import Line, Screen, Table, Terminal, Wrapped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

_STYLES = {
    "": "",
    "title": "bold",
    "strong": "bold",
    "soft": "dim",
    "alert": "bold red",
    "good": "green",
}
_NAMES: dict[ColorSystem, Literal["standard", "256", "truecolor"]] = {
    ColorSystem.STANDARD: "standard",
    ColorSystem.EIGHT_BIT: "256",
    ColorSystem.TRUECOLOR: "truecolor",
}
# rich breaks lines at any white space: French spaces travel as private characters that it leaves alone.
_TO_PRIVATE = str.maketrans({"\u00a0": "\ue0a0", "\u202f": "\ue0a1"})
_FROM_PRIVATE = str.maketrans({"\ue0a0": "\u00a0", "\ue0a1": "\u202f"})


def draw(screen: Screen, terminal: Terminal) -> str:
    """The screen as text for a terminal, whose width must be known."""
    assert terminal.width is not None
    colours = _colours() if terminal.colour else None
    lines = [block for block in screen if not isinstance(block, Table | Wrapped)]
    if len(lines) == len(screen):
        # Nothing to lay out: rich's console, which takes as long to load as a roadmap to read, isn't needed.
        return "".join(_styled(line, colours).rstrip() + "\n" for line in lines)
    return _laid_out(screen, terminal, colours)


def _colours() -> ColorSystem:
    """What colours the terminal says it has."""
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return ColorSystem.TRUECOLOR
    return ColorSystem.EIGHT_BIT if "256color" in os.environ.get("TERM", "") else ColorSystem.STANDARD


def _style(name: str) -> Style:
    return Style.parse(_STYLES.get(name, name))


def _styled(line: Line, colours: ColorSystem | None) -> str:
    return "".join(_style(span.style).render(span.text, color_system=colours) for span in line)


def _laid_out(screen: Screen, terminal: Terminal, colours: ColorSystem | None) -> str:
    import io

    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=terminal.width,
        force_terminal=terminal.colour,
        color_system=_NAMES[colours] if colours else None,
        no_color=not terminal.colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for block in screen:
        if isinstance(block, Table):
            console.print(_table(block, terminal))
        elif isinstance(block, Wrapped):
            _paragraph(console, block, console.width)
        else:
            console.print(_text(block), soft_wrap=True)
    drawn = out.getvalue().translate(_FROM_PRIVATE)
    return "".join(text.rstrip() + "\n" for text in drawn.split("\n")[:-1])


def _text(line: Line) -> Text:
    from rich.text import Text

    text = Text(overflow="fold")
    for span in line:
        text.append(span.text.translate(_TO_PRIVATE), _style(span.style))
    return text


def _paragraph(console: Console, block: Wrapped, width: int) -> None:
    from rich.text import Text

    lines = _text(block.line).wrap(console, max(width - block.hang, 20))
    for rank, piece in enumerate(lines):
        piece.rstrip()
        console.print(Text(" " * (block.hang if rank else 0)) + piece, soft_wrap=True)


def _table(table: Table, terminal: Terminal) -> RichTable:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    ascii_head = box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
    drawn = RichTable(
        box=(box.SIMPLE_HEAD if terminal.glyphs else ascii_head) if table.headed else None,
        show_header=table.headed,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0) if table.headed else (0, 2, 0, 0),
        header_style="bold",
    )
    for column in table.columns:
        drawn.add_column(
            Text(column.titre.translate(_TO_PRIVATE)),
            justify="right" if column.right else "left",
            no_wrap=not column.wraps,
            overflow="fold",
        )
    for row in table.rows:
        drawn.add_row(*(_text(cell) for cell in row))
    return drawn
