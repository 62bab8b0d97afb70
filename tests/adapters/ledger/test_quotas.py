"""Escalations are counted and refused in the database."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.domain.errors import FenceLost
from include.overnight.ports import QuotaUse

from .builders import NIGHT, REPOSITORY, order, skip_fsync

DAY, HOUR, ONCE = 6, 4, 3


def lease(database, *, exempt=False, seconds=600, repository=REPOSITORY, **limits):
    asked = order(
        **{"escalations_per_day": 50, "escalations_per_hour": 10, "escalations_at_once": 5} | limits
    )
    return database.quota.lease(asked, repository, 42, "gpt-5.1", exempt, seconds)


def test_the_sixth_at_once_is_refused_until_a_slot_is_free(database):
    held = [lease(database) for _ in range(5)]
    assert all(held)
    assert lease(database) is None
    assert lease(database, exempt=True) is None
    database.quota.release(held[0])
    database.quota.release(held[0])
    assert lease(database)
    assert database.quota.use() == QuotaUse(daily=6, hourly=6, concurrent=5)


def test_a_lease_that_nobody_released_frees_its_slot_when_it_expires(database, clock):
    lease(database, seconds=60, escalations_at_once=1)
    clock.forward(seconds=59)
    assert lease(database, escalations_at_once=1) is None
    clock.forward(seconds=1)
    assert lease(database, escalations_at_once=1)


def test_the_hour_slides(database, clock):
    lease(database, seconds=1, escalations_per_hour=1)
    clock.forward(minutes=59)
    assert lease(database, seconds=1, escalations_per_hour=1) is None
    clock.forward(minutes=1)
    assert lease(database, seconds=1, escalations_per_hour=1)


def test_the_day_ends_at_midnight_utc(database, clock):
    clock.moment = datetime(2026, 3, 14, 22, 0, tzinfo=UTC)
    lease(database, seconds=1, escalations_per_day=1)
    clock.forward(minutes=119)
    assert lease(database, escalations_per_day=1) is None
    clock.forward(minutes=1)
    assert lease(database, escalations_per_day=1)


def test_an_exempt_escalation_is_recorded_but_neither_counted_nor_refused_by_day_and_hour(database, raw):
    lease(database, escalations_per_day=1, escalations_per_hour=1)
    assert lease(database, exempt=True, escalations_per_day=1, escalations_per_hour=1)
    assert database.quota.use() == QuotaUse(daily=1, hourly=1, concurrent=2)
    assert raw("SELECT count(*) FROM escalations WHERE exempt") == [(1,)]


def test_the_quota_is_the_whole_organizations_and_the_use_of_one_repository_can_be_asked(database):
    lease(database, repository="R_one", escalations_per_day=2)
    lease(database, repository="R_two", escalations_per_day=2)
    assert lease(database, repository="R_three", escalations_per_day=2) is None
    assert database.quota.use("R_one") == QuotaUse(daily=1, hourly=1, concurrent=1)


def test_a_worker_that_lost_its_claim_gets_no_lease(database):
    lost = database.claims.claim(REPOSITORY, 42, NIGHT, 60)
    database.claims.claim(REPOSITORY, 42, NIGHT, 60)
    with pytest.raises(FenceLost):
        database.quota.lease(order(), REPOSITORY, 42, "gpt-5.1", False, 60, claim=lost)
    assert database.quota.use().concurrent == 0


class QuotaMachine(RuleBasedStateMachine):
    """The quota against a list in memory, over hours of leases, releases and waiting."""

    leases = Bundle("leases")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = datetime(2026, 3, 14, 21, 30, tzinfo=UTC)
        url = f"sqlite:///{Path(self.folder.name) / 'quota.db'}"
        upgrade(url)
        skip_fsync(url)
        self.database = LedgerDatabase(url, now=lambda: self.now)
        self.rows = {}

    def expected(self):
        midnight = self.now.replace(hour=0, minute=0)
        counted = [at for at, _, _, exempt in self.rows.values() if not exempt]
        return QuotaUse(
            daily=sum(at >= midnight for at in counted),
            hourly=sum(at > self.now - timedelta(hours=1) for at in counted),
            concurrent=sum(held and ends > self.now for _, ends, held, _ in self.rows.values()),
        )

    @rule(target=leases, exempt=st.booleans(), minutes=st.sampled_from([5, 90]))
    def lease(self, exempt, minutes):
        use = self.expected()
        asked = order(escalations_per_day=DAY, escalations_per_hour=HOUR, escalations_at_once=ONCE)
        got = self.database.quota.lease(asked, REPOSITORY, 1, "gpt-5.1", exempt, minutes * 60)
        fits = use.concurrent < ONCE and (exempt or (use.daily < DAY and use.hourly < HOUR))
        assert (got is not None) == fits
        if got is None:
            return multiple()
        self.rows[got] = (self.now, self.now + timedelta(minutes=minutes), True, exempt)
        return got

    @rule(lease=consumes(leases))
    def release(self, lease):
        self.database.quota.release(lease)
        at, ends, _, exempt = self.rows[lease]
        self.rows[lease] = (at, ends, False, exempt)

    @rule(minutes=st.integers(1, 50))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @invariant()
    def the_database_counts_what_the_list_counts(self):
        use = self.database.quota.use()
        assert use == self.expected()
        assert use.daily <= DAY
        assert use.hourly <= HOUR
        assert use.concurrent <= ONCE

    def teardown(self):
        self.folder.cleanup()


TestQuotaMachine = QuotaMachine.TestCase
TestQuotaMachine.settings = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
