"""Where a month's cost is going: from the days that were, with an interval, and never below what is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev

LEVEL = 0.8
"""Share of months that the interval is meant to hold."""
_QUANTILES = (
    (1, 3.078),
    (2, 1.886),
    (3, 1.638),
    (4, 1.533),
    (5, 1.476),
    (7, 1.415),
    (10, 1.372),
    (15, 1.341),
    (20, 1.325),
    (30, 1.310),
)
"""(degrees of freedom, 90 % quantile of Student's t): an interval of 80 %. Source: any table of t."""
_FEWEST = 3
"""Days below which no interval is told."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Dollars at the end of the month.

    :param low: and `high`: the interval of `LEVEL`; None where too few days are known.
    :param days: how many days it rests on.
    """

    spent: float
    expected: float
    low: float | None
    high: float | None
    days: int
    reason: str

    def sentence(self) -> str:
        """Return the forecast as people read it."""
        if self.low == self.high == self.expected:
            return f"${self.expected:.2f}: {self.reason}"
        if self.low is None or self.high is None:
            return f"${self.expected:.2f} by the end of the month ({self.reason})"
        return (
            f"${self.expected:.2f} by the end of the month, between ${self.low:.2f} and ${self.high:.2f} "
            f"in {LEVEL:.0%} of such months ({self.reason})"
        )


def forecast(spent: float, by_day: Sequence[float], days_left: float) -> Forecast:
    """Return what a month will have cost.

    Days are taken as independent and alike, so a sum of `n` more has the variance `n·s²`, and the mean
    that is only estimated adds `n²·s²/days`.

    :param spent: dollars in this month so far.
    :param by_day: dollars of the latest whole days, those of the month before too, zeros included.
    :param days_left: of the month, from now on.
    """
    known = len(by_day)
    if days_left <= 0:
        return Forecast(spent, spent, spent, spent, known, "the month is over")
    if not known:
        return Forecast(spent, spent, None, None, 0, "no day is known yet, so nothing more is assumed")
    expected = spent + days_left * mean(by_day)
    reason = f"from the {known} days before, ${mean(by_day):.2f} a day"
    if known < _FEWEST:
        return Forecast(spent, expected, None, None, known, f"{reason}; too few days for an interval")
    around = _quantile(known - 1) * stdev(by_day) * sqrt(days_left + days_left**2 / known)
    return Forecast(spent, expected, max(spent, expected - around), expected + around, known, reason)


def _quantile(freedom: int) -> float:
    """Return the quantile of the table's row at or below; the interval is rather too wide than too narrow."""
    return next(value for known, value in reversed(_QUANTILES) if known <= freedom)
