"""The quota against a list in memory, over days of leases, renewals, releases, deaths and waiting."""

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.adapters.ledger.engine import close_engine
from include.overnight.domain.errors import FenceLost
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.orders import QuotaCap, ThrottleRules
from include.overnight.ports import QuotaUse

from .builders import asking, skip_fsync

DAY, HOUR, ONCE = 6, 4, 3
CAP = QuotaCap(daily=4, hourly=3, concurrent=2)
LIMITS = {"escalations_per_day": DAY, "escalations_per_hour": HOUR, "escalations_at_once": ONCE}
NEVER = ThrottleRules(daily_share=1.0, hourly_share=1.0, failed_last_hour=999)
"""The throttle has tests of its own; an auto-approved tag passes it anyway."""


@dataclass(frozen=True)
class Row:
    """One escalation, as this story remembers it."""

    at: datetime
    ends: datetime
    exempt: bool
    repository: str
    held: bool = True


class QuotaMachine(RuleBasedStateMachine):
    """Every rule is one thing that can happen to the quota; the invariants hold after each."""

    leases = Bundle("leases")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = datetime(2026, 3, 14, 21, 30, tzinfo=UTC)
        self.url = f"sqlite:///{Path(self.folder.name) / 'quota.db'}"
        upgrade(self.url)
        skip_fsync(self.url)
        self.database = LedgerDatabase(self.url, now=lambda: self.now)
        self.rows = {}

    def expected(self, repository=None):
        midnight = self.now.replace(hour=0, minute=0)
        rows = [row for row in self.rows.values() if repository in (None, row.repository)]
        counted = [row.at for row in rows if not row.exempt]
        return QuotaUse(
            daily=sum(at >= midnight for at in counted),
            hourly=sum(at > self.now - timedelta(hours=1) for at in counted),
            concurrent=sum(row.held and row.ends > self.now for row in rows),
        )

    def fits(self, exempt, repository, cap):
        use, own = self.expected(), self.expected(repository)
        slot = use.concurrent < ONCE and (cap is None or own.concurrent < cap.concurrent)
        share = use.daily < DAY and use.hourly < HOUR
        if cap is not None:
            share = share and own.daily < cap.daily and own.hourly < cap.hourly
        return slot and (share or exempt)

    @rule(
        target=leases,
        exempt=st.booleans(),
        minutes=st.sampled_from([5, 90]),
        repository=st.sampled_from(["R_one", "R_two"]),
    )
    def lease(self, exempt, minutes, repository):
        cap = CAP if repository == "R_two" else None
        more = {"exempt": exempt, "quota_cap": cap, "throttle": NEVER} | LIMITS
        ask = asking(repository=repository, seconds=minutes * 60, **more)
        fits = self.fits(exempt, repository, cap)
        grant = self.database.quota.lease(ask)
        assert bool(grant.lease) == fits, grant.reason
        if not fits:
            return multiple()
        for name, row in self.rows.items():
            self.rows[name] = replace(row, held=row.held and row.ends > self.now)
        self.rows[grant.lease] = Row(self.now, self.now + timedelta(minutes=minutes), exempt, repository)
        return grant.lease

    @rule(lease=leases, minutes=st.sampled_from([5, 90]))
    def renew(self, lease, minutes):
        row = self.rows[lease]
        if not row.held:
            with pytest.raises(FenceLost):
                self.database.quota.renew(lease, minutes * 60)
            return
        self.database.quota.renew(lease, minutes * 60)
        self.rows[lease] = replace(row, ends=self.now + timedelta(minutes=minutes))

    @rule(lease=consumes(leases), outcome=st.sampled_from(["", "accepted", "gates_failed", "killed"]))
    def release(self, lease, outcome):
        self.database.quota.release(lease, outcome)
        self.rows[lease] = replace(self.rows[lease], held=False)

    @rule(lease=consumes(leases))
    def die_without_a_release(self, lease):
        """Nobody renews or releases it any more; its slot must come back by itself."""

    @rule(minutes=st.integers(1, 50))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(hours=st.sampled_from([2, 9, 26]))
    def wait_long(self, hours):
        self.now += timedelta(hours=hours)

    @invariant()
    def the_database_counts_what_the_list_counts_and_no_limit_is_crossed(self):
        use, own = self.database.quota.use(), self.database.quota.use("R_two")
        assert (use, own) == (self.expected(), self.expected("R_two"))
        assert (use.daily <= DAY, use.hourly <= HOUR, use.concurrent <= ONCE) == (True, True, True)
        assert own.concurrent <= CAP.concurrent

    def teardown(self):
        reserved = EventQuery(types=(EventType.QUOTA_RESERVED,), limit=None)
        assert len(self.database.ledger.events(reserved)) == len(self.rows)
        assert self.database.ledger.verify() == ()
        self.now += timedelta(days=2)
        assert self.database.quota.use() == QuotaUse(0, 0, 0)
        close_engine(self.url)
        self.folder.cleanup()


TestQuotaMachine = QuotaMachine.TestCase
TestQuotaMachine.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
