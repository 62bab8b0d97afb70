"""Warnings about money: what is spent, what a month will have cost, what single nights took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from .events import Severity
from .forecasting import Forecast


@dataclass(frozen=True, slots=True)
class Mark:
    """A share of a limit that people are told of when it is spent."""

    percent: int
    severity: Severity
    words: str


MARKS = (
    Mark(50, Severity.INFO, "half"),
    Mark(80, Severity.WARNING, "most of it"),
    Mark(100, Severity.ERROR, "all of it"),
)
_ENDS = {"night": "nothing more is built tonight", "month": "no night is admitted until it is raised"}


def reached(spent: Decimal, limit: Decimal) -> int:
    """Return the highest mark in percent that is reached, 0 while none is; a limit of nothing has none."""
    shares = [mark.percent for mark in MARKS if limit > 0 and spent * 100 >= limit * mark.percent]
    return max(shares, default=0)


def spoken(scope: str, percent: int) -> Mark:
    """Return a mark with what it means for a night or a month."""
    mark = next(mark for mark in MARKS if mark.percent == percent)
    ends = f"; {_ENDS[scope]} (limits.{scope}_usd)" if percent == 100 else ""
    return Mark(mark.percent, mark.severity, mark.words + ends)


@dataclass(frozen=True, slots=True)
class Money:
    """What the rules look at, in dollars.

    :param month: spent this month so far; `month_limit` is hard.
    :param dearest_night: of the period; `night_limit` is hard.
    """

    month: float
    month_limit: float
    outlook: Forecast
    dearest_night: float
    night_limit: float


@dataclass(frozen=True, slots=True)
class BudgetAlert:
    """One warning."""

    rule: str
    severity: Severity
    sentence: str


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    severity: Severity
    applies: Callable[[Money], bool]
    says: Callable[[Money], str]


def _used(money: Money) -> str:
    share = f" ({money.month / money.month_limit:.0%})" if money.month_limit else ""
    return f"${money.month:.2f} of this month's ${money.month_limit:.2f} is spent{share}"


_RULES = (
    _Rule(
        "month_spent",
        Severity.ERROR,
        lambda money: money.month >= money.month_limit,
        lambda money: f"{_used(money)}: no night is admitted until limits.month_usd is raised",
    ),
    _Rule(
        "month_nearly_spent",
        Severity.WARNING,
        lambda money: 0.8 * money.month_limit <= money.month < money.month_limit,
        _used,
    ),
    _Rule(
        "month_will_not_do",
        Severity.WARNING,
        lambda money: money.month < money.month_limit < money.outlook.expected,
        lambda money: f"{money.outlook.sentence()}; limits.month_usd is ${money.month_limit:.2f}",
    ),
    _Rule(
        "month_may_not_do",
        Severity.INFO,
        lambda money: money.outlook.expected <= money.month_limit < (money.outlook.high or 0),
        lambda money: f"{money.outlook.sentence()}; limits.month_usd is ${money.month_limit:.2f}",
    ),
    _Rule(
        "night_nearly_spent",
        Severity.WARNING,
        lambda money: money.dearest_night > 0 and money.dearest_night >= 0.8 * money.night_limit,
        lambda money: (
            f"a night took ${money.dearest_night:.2f} of limits.night_usd = ${money.night_limit:.2f}"
        ),
    ),
)


def budget_alerts(money: Money) -> tuple[BudgetAlert, ...]:
    """Return the warnings that apply."""
    return tuple(
        BudgetAlert(rule.name, rule.severity, rule.says(money)) for rule in _RULES if rule.applies(money)
    )
