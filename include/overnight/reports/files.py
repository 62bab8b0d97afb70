"""Write a report's tables to files, for people who go on elsewhere."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from .report import Report, Table


def write_tables(report: Report, folder: Path, form: str) -> tuple[Path, ...]:
    """Write one file a table and return their paths; an empty table is written too, with its columns.

    :param form: csv or parquet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in report.tables:
        path = folder / f"{table.key}.{form}"
        path.write_bytes(table_bytes(table, form))
        written.append(path)
    return tuple(written)


def table_bytes(table: Table, form: str) -> bytes:
    """Return one table as csv or parquet."""
    if form == "csv":
        return str(_safe(table.frame).to_csv(index=False, lineterminator="\n")).encode()
    into = io.BytesIO()
    table.frame.to_parquet(into, index=False)
    return into.getvalue()


def tidy_csv(report: Report) -> str:
    """Return every cell of a report as one CSV: table, row, column, value."""
    rows = [
        (table.key, index, name, value)
        for table in report.tables
        for index, values in enumerate(_safe(table.frame).itertuples(index=False, name=None))
        for name, value in zip(table.frame.columns, values, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["table", "row", "column", "value"])
    return str(frame.to_csv(index=False, lineterminator="\n"))


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts no spreadsheet takes for a formula: titles are written by anybody."""
    texts = [name for name in frame if frame[name].dtype in ("object", "str")]
    return frame.assign(**{name: frame[name].map(_inert) for name in texts})


def _inert(value: object) -> object:
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        else value
    )
