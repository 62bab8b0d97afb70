"""Fair shares: a guarantee is never lent while its owner is at work, and nothing lies idle otherwise."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.orders import Limits
from include.overnight.domain.sharing import Sharer, fair_bound, kept_dollars, month_left, part

WEIGHTS = st.lists(st.decimals("0.5", "5", places=1), min_size=2, max_size=5)


@dataclass
class Use:
    daily: int = 0
    hourly: int = 0
    concurrent: int = 0

    def __add__(self, other: "Use") -> "Use":
        return Use(self.daily + other.daily, self.hourly + other.hourly, self.concurrent + other.concurrent)


def grants(limits: Limits, weights: list[Decimal], wishes: list[int]) -> list[Use]:
    """Let repositories that all have a night ask in the given order; return what each was given."""
    given_to = [Use() for _ in weights]
    total = sum(weights)
    for who in wishes:
        use = sum(given_to, Use())
        others = [Sharer(weights[i], given_to[i]) for i in range(len(weights)) if i != who]
        fair = fair_bound(use, given_to[who], limits, weights[who], total, others)
        if use.hourly < min(limits.escalations_per_hour, fair.hour):
            given_to[who] = given_to[who] + Use(1, 1, 0)
    return given_to


@given(WEIGHTS, st.integers(1, 30), st.data())
def test_at_work_together_everybody_gets_his_part_in_whatever_order_they_ask(weights, hourly, data):
    limits = Limits(escalations_per_day=1000, escalations_per_hour=hourly)
    wishes = data.draw(st.lists(st.integers(0, len(weights) - 1), max_size=60))
    everybody = wishes + [who for who in range(len(weights)) for _ in range(hourly)]
    given_to = grants(limits, weights, everybody)
    assert sum(use.hourly for use in given_to) <= hourly
    for weight, use in zip(weights, given_to, strict=True):
        assert use.hourly >= part(hourly, weight, sum(weights))


def test_two_who_want_everything_share_ten_an_hour_as_declared():
    limits = Limits()
    greedy_first = grants(limits, [Decimal(1), Decimal(4)], [0] * 20 + [1] * 20)
    assert [use.hourly for use in greedy_first] == [2, 8]


@given(WEIGHTS, st.decimals("1", "500", places=2), st.floats(0, 1))
def test_the_parts_kept_of_a_month_never_exceed_the_month(weights, limit, share):
    total, left = sum(weights), Decimal(str(share))
    kept = [kept_dollars(limit, weight, total, Decimal(0), left) for weight in weights]
    assert sum(kept) <= limit + Decimal("0.0001")
    assert kept_dollars(limit, weights[0], total, limit, left) == 0


def test_what_is_left_of_a_month_counts_today():
    assert month_left(datetime(2026, 4, 1, 5, tzinfo=UTC)) == 1
    assert month_left(datetime(2026, 4, 30, 23, tzinfo=UTC)) == Decimal(1) / 30
    assert month_left(datetime(2026, 12, 16, tzinfo=UTC)) == Decimal(16) / 31
