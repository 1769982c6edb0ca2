"""A screen drawn without colour, box or wrapping: what a pipe, a file or a very long list gets."""

from __future__ import annotations

from alliances_cli.present.screen import Line, Screen, Table, Wrapped, cells, line, width_of


def draw(screen: Screen) -> str:
    """The screen as text, one line a line."""
    lines: list[str] = []
    for block in screen:
        if isinstance(block, Table):
            lines.extend(_table(block))
        else:
            lines.append(_text(block.line if isinstance(block, Wrapped) else block))
    return "".join(text.rstrip() + "\n" for text in lines)


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


def _table(table: Table) -> list[str]:
    head = [tuple(line(column.titre) for column in table.columns)] if table.headed else []
    rows = [*head, *table.rows]
    widths = [max((width_of(row[i]) for row in rows), default=0) for i in range(len(table.columns))]
    out: list[str] = []
    for row in rows:
        pieces: list[str] = []
        for column, width, cell in zip(table.columns, widths, row, strict=True):
            text = _text(cell).replace("\n", " ")
            space = " " * (width - cells(text))
            pieces.append(space + text if column.right else text + space)
        out.append("  ".join(pieces))
    return out
