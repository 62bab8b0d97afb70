"""Escalations are counted and refused in the database."""

from datetime import UTC, datetime, timedelta

import pytest

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.domain.approvals import Approval
from include.overnight.domain.errors import FenceLost, SettingsError
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.orders import QuotaCap
from include.overnight.ports import QuotaUse

from .builders import NIGHT, REPOSITORY, asking


def lease(database, **asked):
    return database.quota.lease(asking(**asked)).lease


def told(database, kind):
    return database.ledger.events(EventQuery(types=(kind,)))


def test_the_sixth_at_once_is_refused_until_a_slot_is_free(database):
    held = [lease(database) for _ in range(5)]
    assert all(held)
    assert database.quota.lease(asking()).reason == "quota_exhausted: all 5 escalations at once are taken"
    waiting = database.quota.lease(asking(exempt=True))
    assert (waiting.lease, waiting.wait) == ("", True)
    database.quota.release(held[0])
    database.quota.release(held[0])
    assert lease(database)
    assert database.quota.use() == QuotaUse(daily=6, hourly=6, concurrent=5)


def test_a_grant_is_an_event_of_its_night_with_what_is_left(database):
    grant = database.quota.lease(asking(tag="heavy_refactor", dry_run=True))
    assert (grant.review, grant.left, grant.reason) == (
        True,
        9,
        "heavy_refactor, 9 left before the next limit",
    )
    (event,) = told(database, EventType.QUOTA_RESERVED)
    assert (event.night, event.repository, event.issue, event.dry_run) == (NIGHT, REPOSITORY, 42, True)
    assert event.metadata == {
        "lease": grant.lease,
        "tier": "gpt-5.1",
        "justification": "heavy_refactor",
        "exempt": False,
        "review": True,
        "reason": grant.reason,
        "left": 9,
        "daily": 1,
        "hourly": 1,
        "concurrent": 1,
    }


def test_a_refusal_writes_nothing(database):
    assert database.quota.lease(asking(tag="")).reason.startswith("no escalation without a justification tag")
    assert database.quota.lease(asking(tag="experimental")).lease == ""
    assert database.ledger.events(EventQuery()) == ()
    assert database.quota.lease(asking(tag="experimental", approved=True)).lease


def test_a_lease_that_nobody_released_frees_its_slot_when_it_expires(database, clock):
    lease(database, seconds=60, escalations_at_once=1)
    clock.forward(seconds=59)
    assert not lease(database, escalations_at_once=1)
    clock.forward(seconds=1)
    assert lease(database, escalations_at_once=1)


def test_a_renewed_lease_holds_its_slot_from_then_on(database, clock):
    held = lease(database, seconds=60, escalations_at_once=1)
    clock.forward(seconds=50)
    database.quota.renew(held, 60)
    clock.forward(seconds=59)
    assert not lease(database, escalations_at_once=1)
    clock.forward(seconds=1)
    assert lease(database, escalations_at_once=1)
    with pytest.raises(FenceLost, match="its slot was given away"):
        database.quota.renew(held, 60)
    assert database.quota.use().concurrent == 1


def test_a_late_renewal_is_in_time_while_nobody_was_given_a_slot(database, clock):
    held = lease(database, seconds=60, escalations_at_once=1)
    clock.forward(hours=2)
    assert database.quota.use().concurrent == 0
    database.quota.renew(held, 60)
    assert not lease(database, escalations_at_once=1)


@pytest.mark.parametrize("lost", ["released", "unknown"])
def test_what_holds_no_slot_cannot_be_renewed(database, lost):
    held = lease(database)
    database.quota.release(held)
    with pytest.raises(FenceLost):
        database.quota.renew(held if lost == "released" else "nothing", 60)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e12])
def test_a_lease_lasts_a_finite_time(database, seconds):
    with pytest.raises(SettingsError, match="cannot be given"):
        lease(database, seconds=seconds)
    held = lease(database)
    with pytest.raises(SettingsError, match="cannot be given"):
        database.quota.renew(held, seconds)


def test_the_first_outcome_stays_even_when_it_is_told_after_the_lease_expired(database, clock, raw):
    held = lease(database, seconds=60, escalations_at_once=1)
    clock.forward(minutes=2)
    lease(database, escalations_at_once=1)
    database.quota.release(held, "stuck")
    database.quota.release(held, "accepted")
    assert raw(f"SELECT outcome FROM escalations WHERE id = '{held}'") == [("stuck",)]
    assert database.quota.use().concurrent == 1


def test_the_hour_slides(database, clock):
    lease(database, seconds=1, escalations_per_hour=1)
    clock.forward(minutes=59)
    assert not lease(database, escalations_per_hour=1)
    clock.forward(minutes=1)
    assert lease(database, escalations_per_hour=1)


def test_the_day_ends_at_midnight_utc(database, clock):
    clock.moment = datetime(2026, 3, 14, 22, 0, tzinfo=UTC)
    lease(database, seconds=1, escalations_per_day=1)
    clock.forward(minutes=119)
    assert not lease(database, escalations_per_day=1)
    clock.forward(minutes=1)
    assert lease(database, escalations_per_day=1)


def test_an_escalation_over_midnight_counts_on_the_day_it_began_and_holds_its_slot(database, clock):
    clock.moment = datetime(2026, 3, 14, 23, 55, tzinfo=UTC)
    held = lease(database, seconds=600)
    clock.forward(minutes=6)
    assert database.quota.use() == QuotaUse(daily=0, hourly=1, concurrent=1)
    database.quota.renew(held, 600)
    database.quota.release(held, "accepted")
    assert database.quota.use() == QuotaUse(daily=0, hourly=1, concurrent=0)


def test_an_exempt_escalation_is_recorded_but_neither_counted_nor_refused_by_day_and_hour(database, raw):
    lease(database, escalations_per_day=1, escalations_per_hour=1)
    assert lease(database, exempt=True, escalations_per_day=1, escalations_per_hour=1)
    assert database.quota.use() == QuotaUse(daily=1, hourly=1, concurrent=2)
    assert raw("SELECT count(*) FROM escalations WHERE exempt") == [(1,)]


def test_the_quota_is_the_whole_organizations_and_the_use_of_one_repository_can_be_asked(database):
    lease(database, repository="R_one", escalations_per_day=2)
    lease(database, repository="R_two", escalations_per_day=2)
    assert not lease(database, repository="R_three", escalations_per_day=2)
    assert database.quota.use("R_one") == QuotaUse(daily=1, hourly=1, concurrent=1)


def test_a_repositorys_cap_counts_that_repository_alone(database):
    cap = QuotaCap(daily=2, hourly=2, concurrent=2)
    for _ in range(2):
        assert lease(database, repository="R_other")
    assert lease(database, quota_cap=cap)
    assert lease(database, quota_cap=cap)
    refused = database.quota.lease(asking(quota_cap=cap))
    assert (refused.lease, "of this repository" in refused.reason) == ("", True)


def override(database, clock, **more):
    told = {"repository": REPOSITORY, "until": clock.moment + timedelta(hours=1)} | more
    database.approvals.give(Approval("override:quota", "maria", "release night", **told))


def test_an_administrators_override_makes_exempt_until_it_ends_and_its_evidence_is_named(database, clock):
    lease(database, seconds=60, escalations_per_day=1)
    override(database, clock)
    grant = database.quota.lease(asking(seconds=60, escalations_per_day=1))
    assert "admin override by maria until 2026-03-14 03:00 UTC: release night" in grant.reason
    assert told(database, EventType.QUOTA_RESERVED)[0].metadata["exempt"] is True
    assert not lease(database, repository="R_other", escalations_per_day=1)
    clock.forward(hours=1)
    assert not lease(database, escalations_per_day=1)


def test_an_override_is_taken_back_by_a_refusal_and_never_frees_a_slot(database, clock):
    override(database, clock, repository="")
    assert lease(database, escalations_per_day=0, escalations_at_once=1)
    assert database.quota.lease(asking(escalations_at_once=1)).wait
    override(database, clock, repository="", granted=False)
    assert not lease(database, escalations_per_day=0)


def test_an_escalation_that_wants_a_review_stands_in_the_morning_queue_until_somebody_spoke(database):
    database.quota.release(lease(database, tag="complex_reasoning"), "accepted")
    lease(database, tag="governance_fix")
    (row,) = database.approvals.queue(REPOSITORY)
    assert (row["kind"], row["subject"], row["tier"], row["outcome"]) == (
        "review",
        "escalation:complex_reasoning",
        "gpt-5.1",
        "accepted",
    )
    database.approvals.give(Approval(row["subject"], "maria", "fine", REPOSITORY, row["issue"]))
    assert database.approvals.queue() == ()


def test_a_worker_that_lost_its_claim_gets_no_lease(database):
    lost = database.claims.claim(REPOSITORY, 42, NIGHT, 60)
    database.claims.claim(REPOSITORY, 42, NIGHT, 60)
    with pytest.raises(FenceLost):
        database.quota.lease(asking(), claim=lost)
    assert database.quota.use().concurrent == 0
    assert database.ledger.events(EventQuery()) == ()


@pytest.mark.parametrize("back", [{"minutes": 30}, {"hours": 3}, {"days": 2}])
def test_a_clock_that_is_put_back_frees_nothing_and_the_count_goes_on_later(database, clock, back):
    limits = {"escalations_per_day": 2, "escalations_per_hour": 2}
    assert lease(database, seconds=60, **limits)
    clock.moment -= timedelta(**back)
    assert lease(database, seconds=60, **limits)
    refused = database.quota.lease(asking(**limits))
    assert (refused.lease, "the clock stands" in refused.reason) == ("", True)
    assert database.quota.use() == QuotaUse(daily=2, hourly=2, concurrent=2)
    clock.moment += timedelta(**back) + timedelta(minutes=61)
    assert database.quota.use().hourly == 0


def test_a_clock_put_back_over_midnight_counts_every_escalation_in_one_day_only(database, clock):
    clock.moment = datetime(2026, 3, 15, 0, 5, tzinfo=UTC)
    lease(database)
    clock.moment = datetime(2026, 3, 14, 23, 50, tzinfo=UTC)
    lease(database)
    assert database.quota.use().daily == 2
    clock.moment = datetime(2026, 3, 15, 0, 20, tzinfo=UTC)
    assert database.quota.use().daily == 2
    clock.moment = datetime(2026, 3, 16, 0, 0, tzinfo=UTC)
    assert database.quota.use().daily == 0


def test_a_dead_workers_slot_is_free_in_time_even_when_the_clock_is_put_back(database, clock):
    lease(database, seconds=300, escalations_at_once=1)
    alive = lease(database, seconds=300, escalations_at_once=2)
    clock.forward(days=-2)
    for _ in range(5):  # the ask that finds out, and four more that must not lengthen anything
        assert not lease(database, escalations_at_once=2)
        clock.forward(seconds=50)
    database.quota.renew(alive, 300)
    clock.forward(seconds=50)
    assert database.quota.use().concurrent == 1
    assert lease(database, escalations_at_once=2)


def test_two_clocks_that_differ_by_seconds_shorten_no_lease(database, url, clock):
    behind = LedgerDatabase(url, now=lambda: clock.moment - timedelta(seconds=20))
    lease(database, seconds=60, escalations_at_once=1)
    for _ in range(59):
        assert not behind.quota.lease(asking(escalations_at_once=1)).lease
        clock.forward(seconds=1)
    assert database.quota.use().concurrent == 1
