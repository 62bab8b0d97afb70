"""Figures as people read them; what is unknown is a dash."""

from __future__ import annotations

from typing import Any

import pandas as pd

NOTHING = "–"
_DOLLARS, _SHARES = "usd", ("success", "yield", "attempts_accepted")


def dollars(value: float) -> str:
    """Return dollars with two digits, with four below a dime."""
    if pd.isna(value):
        return NOTHING
    return f"${value:.4f}" if 0 < abs(value) < 0.1 else f"${value:,.2f}"


def share(value: float) -> str:
    """Return 0 to 1 as a percentage."""
    return NOTHING if pd.isna(value) else f"{value:.0%}"


def cell(column: str, value: Any) -> str:
    """Return one cell of a column as text; the column's name tells its unit."""
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return NOTHING
    if column.endswith(_DOLLARS):
        return dollars(float(value))
    if column.endswith(_SHARES):
        return share(float(value))
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def heading(column: str) -> str:
    """Return a column's name as a heading."""
    return column.replace("_usd", " $").replace("_", " ")
