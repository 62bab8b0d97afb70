"""Escalations of the whole organization, counted and refused in one transaction."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, literal, select, update

from ...domain.errors import FenceLost, SettingsError
from ...domain.quotas import bounds, decide, override_of
from ...ports import Ask, Claim, Grant, QuotaUse
from . import throttle
from .appending import record
from .approvals import overrides
from .booking import book, reserved
from .claims import require
from .counting import count, ledger_now, throttle_facts
from .engine import lock
from .sharing import shared_bound
from .slots import SKEW, end_expired, pull_back
from .store import Store
from .tables import escalations


class SqlQuota:
    """The `Quota` port: UTC days, a sliding hour, and slots held by leases that expire.

    An escalation belongs to the day and the hour in which it was granted, however long it runs. What
    happens when a clock is put back stands in `counting` and `slots`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def use(self, repository: str | None = None) -> QuotaUse:
        """Return what is counted now, of the organization or of one repository."""
        with self._store.read() as connection:
            return count(connection, self._store.now(), repository)

    def throttled(self) -> tuple[str, ...]:
        """Return why the next ask would find escalations throttled, empty when it would not.

        By the thresholds that were asked by within 24 hours; nothing is changed.
        """
        wall = self._store.now()
        with self._store.read() as connection:
            return throttle.current(
                connection, throttle_facts(connection, wall, count(connection, wall)), wall
            )

    def lease(self, ask: Ask, *, claim: Claim | None = None) -> Grant:
        """Reserve one escalation and its concurrent slot, or refuse with the reason.

        Opening or closing the throttle is an event of the stream `governance` even when the ask is
        refused; a grant is an event of the night. An administrator's override in force makes it exempt.

        :raises FenceLost: the claim, if given, is no longer held.
        :raises SettingsError: the lease would not last a finite time.
        """
        lasting = _lasting(ask.seconds)
        with self._store.write() as connection:
            if claim is not None:
                require(connection, claim)
            lock(connection, "quota")
            wall = self._store.now()
            pull_back(connection, wall)
            at = ledger_now(connection, wall)
            use = count(connection, wall)
            evidence = _evidence(connection, ask, at)
            facts = throttle_facts(connection, wall, use)
            reasons, told = throttle.move(connection, ask.order, ask.repository, facts, wall)
            own = count(connection, wall, ask.repository)
            fair = shared_bound(connection, ask.order, ask.repository, use, own, wall)
            binding = (*bounds(use, ask.order.limits, ask.order.quota_cap, own), *fair)
            decision = decide(binding, tag=ask.tag, exempt=evidence, approved=ask.approved, throttled=reasons)
            if not decision.allowed:
                record(connection, self._store, *told)
                reason = decision.reason + _behind(wall, at)
                return Grant("", reason, wait=decision.wait, left=decision.left)
            end_expired(connection, wall, at)
            lease = book(connection, ask, decision, bool(evidence), at, (wall, wall + lasting))
            record(connection, self._store, *told, reserved(ask, lease, decision, bool(evidence), use))
            return Grant(lease, decision.reason, review=decision.review, left=decision.left)

    def renew(self, lease: str, seconds: float) -> None:
        """Prolong the slot's lease, from now on; one that expired is renewed while nobody was given a slot.

        :raises FenceLost: it was released, or expired and its slot was given away.
        """
        lasting = _lasting(seconds)
        with self._store.write() as connection:
            lock(connection, "quota")
            wall = self._store.now()
            mine = (escalations.c.id == lease, escalations.c.released_at.is_(None))
            if connection.execute(select(escalations.c.id).where(*mine)).first() is None:
                raise FenceLost(
                    f"escalation {lease} no longer holds a slot: it was released, or expired and its slot "
                    "was given away; this worker must stop"
                )
            values = {"renewed_at": wall, "expires_at": wall + lasting}
            connection.execute(update(escalations).where(*mine).values(values))

    def release(self, lease: str, outcome: str = "") -> None:
        """Free the concurrent slot; the escalation stays counted. Silent when free already.

        The first outcome that is told stays, even when it is told after the lease had expired.
        """
        table = escalations.c
        with self._store.write() as connection:
            at = ledger_now(connection, self._store.now())
            connection.execute(
                update(escalations)
                .where(table.id == lease, table.outcome == "")
                .values(
                    outcome=outcome[:32],
                    released_at=func.coalesce(table.released_at, literal(at, table.at.type)),
                )
            )


def _lasting(seconds: float) -> timedelta:
    if not (math.isfinite(seconds) and 0 < seconds <= timedelta(days=7).total_seconds()):
        raise SettingsError(f"a lease of {seconds} seconds cannot be given; it is for a week at most")
    return timedelta(seconds=seconds)


def _evidence(connection: Connection, ask: Ask, at: datetime) -> str:
    """Return why the ask is exempt, "" when it is not."""
    if ask.exempt:
        return ask.evidence or ask.tag or "mandated tier"
    words = overrides(connection, at, ask.repository, ask.issue)
    found = override_of(words, ask.repository, ask.issue, at)
    return found[1] if found else ""


def _behind(wall: datetime, at: datetime) -> str:
    if at - wall <= SKEW:
        return ""
    return (
        f"; the clock stands {at - wall} before the newest escalation of {at:%Y-%m-%d %H:%M:%S} UTC, "
        "so the count goes on from there"
    )
