"""Warnings about money."""

import pytest

from include.overnight.domain.budgeting import Money, budget_alerts
from include.overnight.domain.forecasting import Forecast


def money(month=10.0, expected=50.0, high=60.0, night=1.0):
    outlook = Forecast(month, expected, month, high, 20, "from the 20 days before")
    return Money(month, 200.0, outlook, night, 20.0)


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        (money(), []),
        (money(month=160.0, expected=180.0, high=190.0), ["month_nearly_spent"]),
        (money(month=200.0, expected=200.0, high=200.0), ["month_spent"]),
        (money(expected=201.0, high=250.0), ["month_will_not_do"]),
        (money(expected=199.0, high=250.0), ["month_may_not_do"]),
        (money(expected=199.0, high=None), []),
        (money(night=16.0), ["night_nearly_spent"]),
        (money(month=160.0, expected=300.0, high=400.0), ["month_nearly_spent", "month_will_not_do"]),
    ],
)
def test_each_warning_has_its_moment(facts, rules):
    assert [alert.rule for alert in budget_alerts(facts)] == rules


def test_a_warning_names_the_setting_to_change():
    (alert,) = budget_alerts(money(month=200.0, expected=200.0, high=200.0))
    assert "limits.month_usd" in alert.sentence
    assert "$200.00 of this month's $200.00" in alert.sentence
