"""The month's outlook."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.forecasting import LEVEL, forecast

days = st.lists(st.floats(0, 100), max_size=40)


@given(st.floats(0, 1000), days, st.floats(0, 31))
def test_it_never_falls_below_what_is_spent_and_lies_in_its_interval(spent, by_day, left):
    made = forecast(spent, by_day, left)
    assert made.expected >= spent
    if made.low is not None and made.high is not None:
        assert spent <= made.low <= made.expected + 1e-9
        assert made.high >= made.expected


def test_a_month_that_is_over_costs_what_it_cost():
    made = forecast(12.5, [1, 2, 3], 0)
    assert (made.low, made.expected, made.high) == (12.5, 12.5, 12.5)
    assert made.sentence() == "$12.50: the month is over"


@pytest.mark.parametrize(("by_day", "expected"), [([], 5.0), ([2.0], 25.0), ([1.0, 3.0], 25.0)])
def test_too_few_days_give_no_interval_and_say_so(by_day, expected):
    made = forecast(5.0, by_day, 10)
    assert (made.expected, made.low, made.high) == (expected, None, None)
    assert "day" in made.sentence()


def test_equal_days_leave_no_doubt():
    made = forecast(10.0, [1.0] * 10, 20)
    assert (made.low, made.expected, made.high) == (30.0, 30.0, 30.0)


def test_the_interval_holds_about_as_many_months_as_it_says():
    dice, held, tries = Random(4), 0, 1500
    for _ in range(tries):
        known = [dice.gauss(5, 1) for _ in range(14)]
        rest = sum(dice.gauss(5, 1) for _ in range(15))
        made = forecast(50, known, 15)
        held += made.low <= 50 + rest <= made.high
    assert held / tries == pytest.approx(LEVEL, abs=0.04)
