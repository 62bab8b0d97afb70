"""Periods of reports."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.periods import TREND, Period, before, span_of, title_of, trend_of


@pytest.mark.parametrize(
    ("period", "day", "begin", "end", "title"),
    [
        (Period.DAY, date(2026, 3, 14), (2026, 3, 14), (2026, 3, 15), "14 March 2026"),
        (Period.WEEK, date(2026, 3, 14), (2026, 3, 9), (2026, 3, 16), "Week of 9 March 2026"),
        (Period.WEEK, date(2026, 1, 1), (2025, 12, 29), (2026, 1, 5), "Week of 29 December 2025"),
        (Period.MONTH, date(2026, 2, 28), (2026, 2, 1), (2026, 3, 1), "February 2026"),
        (Period.MONTH, date(2025, 12, 31), (2025, 12, 1), (2026, 1, 1), "December 2025"),
    ],
)
def test_a_day_lies_in_its_period(period, day, begin, end, title):
    span = span_of(period, day)
    assert (span.begin, span.end) == (datetime(*begin, tzinfo=UTC), datetime(*end, tzinfo=UTC))
    assert title_of(period, span) == title


@given(st.sampled_from(Period), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_periods_follow_each_other_without_gap_or_overlap(period, day):
    spans = trend_of(period, span_of(period, day))
    assert len(spans) == TREND[period]
    assert all(one.end == other.begin for one, other in pairwise(spans))
    assert spans[-1].holds(datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC))
    assert before(period, spans[-1]) == spans[-2]
    assert spans[-1].days == (spans[-1].end - spans[-1].begin) / timedelta(days=1)
