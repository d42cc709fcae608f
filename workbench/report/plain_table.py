"""Tables as plain text: names on the left, figures on the right, whole at every width.

`rich` takes 20 ms of a command for a layout, and cuts what does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.report.terminal import print_lines, terminal

_GAP = "  "


def print_table(headings: Sequence[str], names: int, rows: Sequence[Sequence[str]]) -> None:
    """Print a table, if it has rows; the first `names` columns hold names, the others figures.

    Where the terminal has no room, names go on in the next line.
    """
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    room = terminal().width - sum(widths[names:]) - len(_GAP) * (len(widths) - 1)
    while sum(widths[:names]) > max(room, names):
        widest = max(range(names), key=lambda column: widths[column])
        widths[widest] -= 1
    print_lines(line for row in (headings, *rows) for line in _lines(row, names, widths))


def _lines(row: Sequence[str], names: int, widths: Sequence[int]) -> Iterator[str]:
    left = tuple(row)
    while any(left):
        cells = [
            cell[:width].ljust(width) if column < names else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(left, widths, strict=True))
        ]
        yield _GAP.join(cells).rstrip()
        left = tuple(
            cell[width:].lstrip() if column < names else ""
            for column, (cell, width) in enumerate(zip(left, widths, strict=True))
        )
