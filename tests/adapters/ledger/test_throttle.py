"""The throttle opens and closes in the transaction of the ask that finds it so."""

from decimal import Decimal

import pytest

from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.orders import QuotaCap, ThrottleRules

from .builders import REPOSITORY, asking, order

KINDS = (EventType.THROTTLE_OPENED, EventType.THROTTLE_CLOSED)


def told(database):
    events = database.ledger.events(EventQuery(types=KINDS, oldest_first=True))
    assert {(event.night, event.repository) for event in events} <= {("", "")}
    return [event.type.value.removeprefix("throttle_") for event in events]


def escalate(database, times=1, outcome="accepted", **asked):
    for _ in range(times):
        grant = database.quota.lease(asking(**asked))
        assert grant.lease, grant.reason
        database.quota.release(grant.lease, outcome)


def spend(database, *dollars, repository=REPOSITORY):
    limits = {name: Decimal(999) for name in ("attempt_usd", "issue_usd", "night_usd", "month_usd")}
    for issue, usd in enumerate(dollars, 1):
        database.budgets.open(order(**limits), repository, issue, f"a{issue}").reserve(Decimal(usd))


def review(database, **asked):
    return database.quota.lease(asking(tag="heavy_refactor", **asked))


def test_a_full_hour_throttles_review_tags_lets_the_approved_on_and_is_an_event(database):
    escalate(database, 8)
    assert told(database) == []
    refused = review(database)
    assert (
        refused.reason == "throttled, and heavy_refactor is not auto-approved: 8 of 10 escalations this hour"
    )
    assert told(database) == ["opened"]
    assert not database.quota.lease(asking(tag="experimental", approved=True)).lease
    escalate(database)
    escalate(database, tag="heavy_refactor", exempt=True)
    assert told(database) == ["opened"]


def test_it_closes_once_every_trigger_is_clear_by_its_margin(database, clock):
    escalate(database, 5)
    clock.forward(minutes=20)
    escalate(database, 2)
    clock.forward(minutes=20)
    escalate(database, 1)
    assert not review(database).lease
    clock.forward(minutes=20, seconds=1)  # the first five have left the hour
    assert database.quota.throttled() == ()
    assert review(database).lease
    assert told(database) == ["opened", "closed"]


def test_just_below_the_threshold_it_stays_open_and_does_not_flutter(database, clock):
    wide = {"escalations_per_hour": 50, "throttle": ThrottleRules(hourly_share=1.0, daily_share=0.2)}
    escalate(database, 1, **wide)
    clock.forward(hours=1)
    escalate(database, 9, **wide)
    for _ in range(5):
        assert not review(database, **wide).lease
    assert told(database) == ["opened"]
    assert database.quota.throttled() == ("10 of 50 escalations today",)
    clock.forward(hours=24)
    assert review(database, **wide).lease
    assert told(database) == ["opened", "closed"]


def test_three_failures_within_an_hour_open_it_and_one_that_is_left_lets_it_close(database, clock):
    escalate(database, 1, "stuck")
    clock.forward(minutes=30)
    escalate(database, 1, "unavailable")
    assert review(database).lease
    clock.forward(minutes=15)
    escalate(database, 1, "stuck")
    assert "3 escalations failed within the hour" in review(database).reason
    clock.forward(minutes=16)
    assert "2 escalations failed within the hour" in review(database).reason
    clock.forward(minutes=30)
    assert review(database).lease


def test_an_escalation_without_an_outcome_has_not_failed(database):
    escalate(database, 4, "")
    assert review(database).lease


def test_dear_issues_open_it_for_a_day(database, clock):
    spend(database, "3.00", "1.50", "2.40")
    assert "$2.30 an issue on average, more than $2.00" in review(database).reason
    clock.forward(hours=23, minutes=59)
    assert not review(database).lease
    clock.forward(minutes=1)
    assert review(database).lease


def test_an_average_is_of_issues_and_not_of_requests(database):
    spend(database, "0.90")
    spend(database, "0.90")
    assert review(database).lease
    spend(database, "0.90")
    assert not review(database).lease


def test_whether_it_is_throttled_is_told_without_changing_anything(database):
    assert database.quota.throttled() == ()
    escalate(database, 7)
    assert database.quota.throttled() == ()
    escalate(database)
    assert database.quota.throttled() == ("8 of 10 escalations this hour",)
    assert told(database) == []


def test_a_refused_ask_still_leaves_the_event(database):
    escalate(database, 8)
    assert not database.quota.lease(asking(tag="")).lease
    assert told(database) == ["opened"]


def test_a_repository_with_thresholds_of_its_own_throttles_itself_alone(database):
    strict = {"repository": "R_strict", "throttle": ThrottleRules(hourly_share=0.2)}
    escalate(database, 2)
    assert not review(database, **strict).lease
    assert review(database).lease
    assert not review(database, **strict).lease
    assert told(database) == ["opened"]


def test_changed_thresholds_hold_at_once(database):
    escalate(database, 3, throttle=ThrottleRules(hourly_share=0.2))
    assert database.quota.throttled()
    escalate(database, 1, throttle=ThrottleRules(hourly_share=0.9))
    assert database.quota.throttled() == ()
    assert told(database) == ["opened", "closed"]


def test_thresholds_are_of_the_organizations_limits_and_not_of_a_repositorys_cap(database):
    cap = QuotaCap(5, 5, 5)
    escalate(database, 4, quota_cap=cap)
    assert review(database, quota_cap=cap).lease


@pytest.mark.parametrize(
    ("outcome", "throttles"),
    [("accepted", False), ("gates_failed", False), ("killed", False), ("stuck", True), ("timed_out", True)],
)
def test_a_model_that_failed_counts_even_when_exempt_and_a_red_or_stopped_attempt_does_not(
    database, outcome, throttles
):
    escalate(database, 3, outcome, exempt=True)
    assert bool(review(database).lease) is not throttles
