"""Periods of reports: a day, a week from Monday, or a month, all in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum


class Period(StrEnum):
    """How long a report looks back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from `begin` until before `end`, both at midnight UTC."""

    begin: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Return whether a moment lies in the span."""
        return self.begin <= moment < self.end

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.begin).days


TREND = {Period.DAY: 14, Period.WEEK: 8, Period.MONTH: 6}
"""How many periods the trend of a report shows, the report's own included."""


def span_of(period: Period, day: date) -> Span:
    """Return the period that a day lies in."""
    first = _FIRST[period](day)
    return Span(_midnight(first), _midnight(_after(period, first)))


def before(period: Period, span: Span, count: int = 1) -> Span:
    """Return the period `count` periods earlier."""
    for _ in range(count):
        span = span_of(period, span.begin.date() - timedelta(days=1))
    return span


def trend_of(period: Period, span: Span) -> tuple[Span, ...]:
    """Return the periods that a trend shows, oldest first, `span` last."""
    return tuple(before(period, span, count) for count in reversed(range(TREND[period])))


def title_of(period: Period, span: Span) -> str:
    """Return a period's name: "14 March 2026", "Week of 9 March 2026", "March 2026"."""
    first = span.begin
    day = f"{first.day} {first:%B %Y}"
    return {Period.DAY: day, Period.WEEK: f"Week of {day}", Period.MONTH: f"{first:%B %Y}"}[period]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _after(period: Period, first: date) -> date:
    if period is Period.MONTH:
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first + timedelta(days={Period.DAY: 1, Period.WEEK: 7}[period])


_FIRST = {
    Period.DAY: lambda day: day,
    Period.WEEK: lambda day: day - timedelta(days=day.weekday()),
    Period.MONTH: lambda day: day.replace(day=1),
}
