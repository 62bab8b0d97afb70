"""Money of a report: by day, the month's outlook, and the warnings that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from ..domain.budgeting import BudgetAlert, Money, budget_alerts
from ..domain.forecasting import Forecast, forecast
from ..domain.periods import Period, Span, span_of
from .frames import Frames
from .measures import cost_by_day
from .report import Facts
from .wording import dollars

_LOOKED_BACK = timedelta(days=28)
"""Four whole weeks, so that weekdays weigh alike."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What a period cost and where its month is going."""

    by_day: pd.DataFrame
    outlook: Forecast
    alerts: tuple[BudgetAlert, ...]
    sentences: tuple[str, ...]


def spending_of(frames: Frames, span: Span, facts: Facts) -> Spending:
    """Return the money of a span; the outlook is for the month in which it ends, as it was known then."""
    last = min(span.end, facts.now) - timedelta(microseconds=1)
    month = span_of(Period.MONTH, last.date())
    seen = Span(month.begin, min(max(facts.now, month.begin), month.end))
    outlook = _outlook(frames, month, seen)
    by_night = frames.costs[frames.costs["at"].between(span.begin, span.end)].groupby("night")["usd"].sum()
    money = Money(
        month=outlook.spent,
        month_limit=float(facts.limits.month_usd),
        outlook=outlook,
        dearest_night=float(by_night.max()) if len(by_night) else 0.0,
        night_limit=float(facts.limits.night_usd),
    )
    by_day = _by_day(frames, span if span.days > 1 else month, facts)
    alerts = budget_alerts(money)
    used = f"{dollars(outlook.spent)} of {dollars(money.month_limit)} are spent in {month.begin:%B %Y}."
    return Spending(by_day, outlook, alerts, (
        used, f"Outlook: {outlook.sentence()}.", *(f"{one.severity}: {one.sentence}." for one in alerts)
    ))  # fmt: skip


def _by_day(frames: Frames, span: Span, facts: Facts) -> pd.DataFrame:
    """Return dollars by day and its month's sum so far, from the first day on that cost something."""
    begin = span_of(Period.MONTH, span.begin.date()).begin
    days = cost_by_day(frames, Span(begin, span.end))
    told = pd.DataFrame({"day": days.index, "usd": days.to_numpy()})
    told["month_so_far_usd"] = told.groupby(told["day"].dt.to_period("M"))["usd"].cumsum()
    first, now = (pd.Timestamp(moment).tz_localize(None) for moment in (span.begin, facts.now))
    told = told[told["day"].between(first, now)]
    return told[told["usd"].cumsum() > 0]


def _outlook(frames: Frames, month: Span, seen: Span) -> Forecast:
    """Forecast from whole days before today, of the month before too, since the first night on record."""
    today = seen.end.replace(hour=0, minute=0, second=0, microsecond=0)
    first = frames.nights["started_at"].min()
    begin = today - _LOOKED_BACK
    if not pd.isna(first):
        begin = max(begin, first.to_pydatetime().replace(hour=0, minute=0, second=0, microsecond=0))
    known = cost_by_day(frames, Span(begin, today)).tolist() if begin < today and not pd.isna(first) else []
    costs = frames.costs
    spent = float(costs.loc[(costs["at"] >= seen.begin) & (costs["at"] < seen.end), "usd"].sum())
    today_spent = float(costs.loc[(costs["at"] >= today) & (costs["at"] < seen.end), "usd"].sum())
    whole_days = (month.end - today) / timedelta(days=1)
    # A day with a night in it already is done: nights are at night, and the rest of it costs little more.
    left = max(0.0, whole_days - (1 if today_spent else 0))
    return forecast(spent, known, 0 if seen.end >= month.end else left)
