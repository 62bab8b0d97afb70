"""Amounts, moments and names as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal


def usd(amount: Decimal | float | str | None) -> str:
    """Return dollars: to the cent, below one dollar to a hundredth of it."""
    value = Decimal(str(amount or 0))
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.4f}"


def moment(at: datetime | None) -> str:
    """Return a moment as people read it, in UTC."""
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M} UTC" if at else "—"


def clock(at: datetime | None) -> str:
    """Return the time of day of a moment, in UTC."""
    return f"{at.astimezone(UTC):%H:%M:%S}" if at else "—"


def iso(at: datetime | None) -> str:
    """Return a moment for machines."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


def words(name: object) -> str:
    """Return a stored name as words: "pull_request" is "pull request"."""
    return str(name).replace("_", " ")


def percent(share: float) -> str:
    """Return a share as per cent."""
    return f"{share:.0%}".replace("%", " %")


FILTERS: Mapping[str, Callable[..., str]] = {
    "usd": usd,
    "moment": moment,
    "clock": clock,
    "iso": iso,
    "words": words,
    "percent": percent,
}
