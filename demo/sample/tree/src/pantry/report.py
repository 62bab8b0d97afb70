"""The stock as a table of text."""

from collections.abc import Iterable

from .stock import Item

HEADINGS = ("item", "stock", "minimum", "use by")


def table(items: Iterable[Item]) -> str:
    """Return one line an item under a line of headings, columns as wide as they need."""
    rows = [HEADINGS, *(_row(item) for item in items)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(_line(row, widths) for row in rows)


def _row(item: Item) -> tuple[str, str, str, str]:
    minimum = "" if item.minimum is None else str(item.minimum)
    use_by = "" if item.use_by is None else item.use_by.isoformat()
    return item.name, str(item.quantity), minimum, use_by


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
