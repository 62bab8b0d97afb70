"""Tables that read well in 80 columns: short cells first, the long one last, with details below it."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from .console import console, plain

_LONGEST_TITLE = 120
"""Characters of a foreign title that are shown."""


def table(title: str, *columns: str) -> Table:
    """Return a table without lines; every column keeps its width but the last, which wraps."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    made.padding = (0, 2, 0, 0)
    made.header_style = "dim"
    for column in columns[:-1]:
        made.add_column(column, no_wrap=True)
    made.add_column(columns[-1], overflow="fold")
    return made


def row(made: Table, *cells: object, details: tuple[str, ...] = ()) -> None:
    """Add a row of plain text: issue titles are not markup. Details stand below the last cell, dimmed."""
    texts = [Text(plain(str(cell))) for cell in cells]
    for detail in filter(None, details):
        texts[-1].append(f"\n{plain(detail)}", style="dim")
    made.add_row(*texts)


def show(made: Table) -> None:
    """Print a table that has rows."""
    if made.row_count:
        console.print(made)
        console.print()


def short(title: str) -> str:
    """Return a foreign title on one line, cut to a length that can be read."""
    line = " ".join(title.split())
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"
