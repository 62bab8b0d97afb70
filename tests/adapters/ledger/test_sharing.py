"""Two repositories share quota and money as declared, on both databases."""

from dataclasses import replace
from decimal import Decimal

import pytest

from include.overnight.domain.errors import OverBudget

from .builders import NIGHT, OTHER_NIGHT, REPOSITORY, asking, completed, order, started

OTHER = "R_kgDOshelf"
SHARES = (("acme/pantry", Decimal(4)), ("acme/shelf", Decimal(1)))


def of_shelf(order_):
    return replace(order_, name="shelf", shares=SHARES)


def ask(database, shelf):
    asked = asking(
        night=OTHER_NIGHT if shelf else NIGHT,
        repository=OTHER if shelf else REPOSITORY,
        escalations_at_once=50,
    )
    ordered = of_shelf(asked.order) if shelf else replace(asked.order, shares=SHARES)
    return database.quota.lease(replace(asked, order=ordered))


@pytest.fixture
def at_work(database):
    """A night of each of both repositories is running."""
    for node, name, night in ((REPOSITORY, "acme/pantry", NIGHT), (OTHER, "acme/shelf", OTHER_NIGHT)):
        database.records.remember(f"sharer/{node}", {"name": name})
        database.ledger.append(replace(started(night), repository=node))
    return database


def test_ten_escalations_an_hour_are_shared_eight_to_two_whoever_comes_first(at_work):
    greedy = [ask(at_work, shelf=True) for _ in range(10)]
    assert [bool(one.lease) for one in greedy] == [True] * 2 + [False] * 8
    assert greedy[-1].reason == (
        "quota_exhausted: 2 of 2 escalations beside what is kept for other repositories at work used "
        "within the hour"
    )
    pantry = [ask(at_work, shelf=False) for _ in range(10)]
    assert sum(bool(one.lease) for one in pantry) == 8
    assert at_work.quota.use().hourly == 10


def test_what_a_resting_repository_does_not_need_is_lent(at_work):
    at_work.ledger.append(completed(NIGHT))
    assert sum(bool(ask(at_work, shelf=True).lease) for _ in range(12)) == 10


def test_a_night_that_never_ended_keeps_nothing_for_ever(at_work, clock):
    clock.forward(hours=13)
    at_work.ledger.append(replace(started("0198c0de-0000-7000-8000-000000000003"), repository=OTHER))
    assert sum(bool(ask(at_work, shelf=True).lease) for _ in range(12)) == 10


def spend(database, shelf, dollars):
    limits = {"attempt_usd": Decimal(100), "issue_usd": Decimal(100), "night_usd": Decimal(100)}
    ordered = order(OTHER_NIGHT if shelf else NIGHT, month_usd=Decimal(30), **limits)
    ordered = of_shelf(ordered) if shelf else replace(ordered, shares=SHARES)
    return database.budgets.open(ordered, OTHER if shelf else REPOSITORY, 1, "a").reserve(Decimal(dollars))


def test_a_months_dollars_are_kept_for_others_by_the_days_to_come(at_work, clock):
    # 14 March: 18 of 31 days are to come, worth 13.94 of the pantry's 24 dollars.
    assert spend(at_work, True, 6)
    assert spend(at_work, True, 10)
    with pytest.raises(OverBudget, match=r"its own part of the month \(\$6\.00 of \$30\.00\) is spent"):
        spend(at_work, True, "0.10")
    assert spend(at_work, False, 14)
    clock.forward(days=17)
    with pytest.raises(OverBudget, match=r"limit of \$30\.00 for one month"):
        spend(at_work, False, "0.01")
