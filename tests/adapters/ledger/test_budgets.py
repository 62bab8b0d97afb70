"""Dollars are reserved before they are spent, and no limit is crossed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from include.overnight.domain.changes import Usage
from include.overnight.domain.errors import FenceLost, NotFound, OverBudget, SettingsError

from .builders import NIGHT, OTHER_NIGHT, REPOSITORY, order


def used(usd, tokens=1):
    return Usage(output_tokens=tokens, cost_usd=Decimal(usd))


def purse(database, attempt="a1", *, issue=42, night=NIGHT, **limits):
    return database.budgets.open(order(night, **limits), REPOSITORY, issue, attempt)


def test_a_reservation_counts_as_spent_until_it_is_settled_by_the_real_cost(database):
    budget = purse(database)
    reservation = budget.reserve(Decimal("0.80"))
    assert database.budgets.spent() == Decimal("0.80")
    with pytest.raises(OverBudget, match=r"limit of \$1.00 for one attempt .*attempt_usd"):
        budget.reserve(Decimal("0.21"))
    budget.settle(reservation, used("0.1234567", 900))
    assert database.budgets.spent() == Decimal("0.123457")
    budget.reserve(Decimal("0.21"))


def test_a_limit_may_be_reached_but_not_crossed(database):
    budget = purse(database)
    budget.reserve(Decimal("0.999999"))
    budget.reserve(Decimal("0.000001"))
    with pytest.raises(OverBudget):
        budget.reserve(Decimal("0.0000001"))
    budget.reserve(Decimal(0))


def test_each_limit_names_itself(database):
    with pytest.raises(OverBudget, match="one attempt"):
        purse(database).reserve(Decimal(2))
    with pytest.raises(OverBudget, match="one issue"):
        purse(database, attempt_usd=Decimal(9)).reserve(Decimal(4))
    with pytest.raises(OverBudget, match="one night"):
        purse(database, attempt_usd=Decimal(99), issue_usd=Decimal(99)).reserve(Decimal(21))
    wide = {name: Decimal(999) for name in ("attempt_usd", "issue_usd", "night_usd")}
    with pytest.raises(OverBudget, match="one month"):
        purse(database, **wide).reserve(Decimal(201))
    assert database.budgets.spent() == 0


def test_an_issues_limit_holds_over_attempts_and_nights(database):
    purse(database, "a1").reserve(Decimal(1))
    purse(database, "a2").reserve(Decimal(1))
    purse(database, "a3", night=OTHER_NIGHT).reserve(Decimal(1))
    with pytest.raises(OverBudget, match="one issue"):
        purse(database, "a4", night=OTHER_NIGHT).reserve(Decimal("0.01"))
    purse(database, "a4", issue=43, night=OTHER_NIGHT).reserve(Decimal(1))


def test_a_nights_limit_holds_over_issues_and_ends_with_the_night(database):
    for issue in (1, 2):
        purse(database, issue=issue, night_usd=Decimal(2)).reserve(Decimal(1))
    with pytest.raises(OverBudget, match="one night"):
        purse(database, issue=3, night_usd=Decimal(2)).reserve(Decimal(1))
    purse(database, issue=3, night=OTHER_NIGHT, night_usd=Decimal(2)).reserve(Decimal(1))


def test_a_month_is_a_utc_month(database, clock):
    clock.moment = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    purse(database, month_usd=Decimal(1)).reserve(Decimal(1))
    with pytest.raises(OverBudget, match="one month"):
        purse(database, issue=43, month_usd=Decimal(1)).reserve(Decimal(1))
    clock.forward(minutes=1)
    purse(database, issue=43, month_usd=Decimal(1)).reserve(Decimal(1))
    assert database.budgets.spent() == 1


def test_a_reservation_over_the_turn_of_the_month_is_settled_in_the_month_it_was_made(database, clock):
    clock.moment = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    budget = purse(database, month_usd=Decimal(1))
    reservation = budget.reserve(Decimal("0.40"))
    clock.forward(minutes=2)
    budget.settle(reservation, used("0.90"))
    assert database.budgets.spent() == 0
    purse(database, issue=43, month_usd=Decimal(1)).reserve(Decimal(1))
    clock.forward(minutes=-2)
    assert database.budgets.spent() == Decimal("0.90")
    with pytest.raises(OverBudget, match="one month"):
        purse(database, issue=44, month_usd=Decimal(1)).reserve(Decimal("0.11"))


def test_a_clock_that_is_put_back_frees_no_money(database, clock):
    purse(database).reserve(Decimal("0.90"))
    clock.forward(days=-1)
    with pytest.raises(OverBudget, match="one attempt"):
        purse(database).reserve(Decimal("0.20"))
    with pytest.raises(OverBudget, match="one month"):
        purse(database, "a2", month_usd=Decimal(1)).reserve(Decimal("0.20"))


def test_two_nights_at_once_share_the_issues_and_the_months_money(database):
    one = purse(database, "a1", attempt_usd=Decimal(9))
    other = purse(database, "a2", night=OTHER_NIGHT, attempt_usd=Decimal(9))
    one.reserve(Decimal("1.80"))
    with pytest.raises(OverBudget, match=r"one issue would be crossed: \$1.8000 is spent or reserved"):
        other.reserve(Decimal("1.21"))
    other.reserve(Decimal("1.20"))
    assert database.budgets.spent() == Decimal(3)


def test_a_request_without_a_known_price_reserves_nothing_and_is_on_record(database, raw):
    budget = purse(database, attempt_usd=Decimal(0))
    budget.settle(budget.reserve(Decimal(0)), used("0", 1200))
    assert raw("SELECT booked, tokens FROM spending") == [(0, 1200)]


def test_a_usage_that_makes_no_sense_books_the_money_all_the_same(database, raw):
    budget = purse(database)
    budget.settle(budget.reserve(Decimal("0.10")), used("0.05", -7))
    assert raw("SELECT booked, tokens FROM spending") == [(50000, 0)]


def test_a_real_cost_above_its_reservation_is_booked_in_full(database):
    budget = purse(database)
    budget.settle(budget.reserve(Decimal("0.10")), used("1.50"))
    assert database.budgets.spent(issue=42, repository=REPOSITORY) == Decimal("1.5")
    with pytest.raises(OverBudget, match="one attempt"):
        budget.reserve(Decimal("0.01"))


def test_a_second_settlement_changes_nothing(database):
    budget = purse(database)
    reservation = budget.reserve(Decimal("0.10"))
    budget.settle(reservation, used("0.02"))
    budget.settle(reservation, used("0.09"))
    assert database.budgets.spent() == Decimal("0.02")


def test_what_was_never_reserved_cannot_be_settled(database):
    with pytest.raises(NotFound, match="no reservation"):
        purse(database).settle("nothing", used("1"))


@pytest.mark.parametrize("amount", ["-1", "-0.0000001", "NaN", "sNaN", "Infinity", "-Infinity", "1E+30"])
def test_only_amounts_of_money_can_be_reserved_or_settled(database, amount):
    budget = purse(database)
    with pytest.raises(SettingsError, match="not an amount"):
        budget.reserve(Decimal(amount))
    reservation = budget.reserve(Decimal("0.10"))
    with pytest.raises(SettingsError, match="not an amount"):
        budget.settle(reservation, used(amount))
    assert database.budgets.spent() == Decimal("0.10")


def test_what_was_spent_is_told_by_scope(database):
    purse(database, issue=1).reserve(Decimal("0.10"))
    purse(database, issue=2).reserve(Decimal("0.20"))
    purse(database, issue=1, night=OTHER_NIGHT).reserve(Decimal("0.40"))
    spent = database.budgets.spent
    assert spent(repository=REPOSITORY) == Decimal("0.70")
    assert spent(repository=REPOSITORY, issue=1) == Decimal("0.50")
    assert spent(night=NIGHT) == Decimal("0.30")
    assert spent(repository=REPOSITORY, issue=1, night=NIGHT) == Decimal("0.10")
    assert spent(repository="R_other") == 0


def test_a_worker_that_lost_its_claim_spends_nothing(database):
    lost = database.claims.claim(REPOSITORY, 42, NIGHT, 60)
    database.claims.claim(REPOSITORY, 42, NIGHT, 60)
    with pytest.raises(FenceLost):
        database.budgets.open(order(), REPOSITORY, 42, "a1", claim=lost).reserve(Decimal("0.01"))
    assert database.budgets.spent() == 0
