"""Escalations of the whole organization, counted and refused in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, select, update

from ...domain.orders import Limits, NightOrder
from ...ports import Claim, QuotaUse
from .chain import uuid7
from .claims import require
from .engine import lock
from .store import Store
from .tables import escalations

_HOUR = timedelta(hours=1)


class SqlQuota:
    """The `Quota` port: UTC days, a sliding hour, and slots held by leases that expire."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def use(self, repository: str | None = None) -> QuotaUse:
        """Return what is counted now, of the organization or of one repository."""
        with self._store.read() as connection:
            return _count(connection, self._store.now(), repository)

    def lease(
        self,
        order: NightOrder,
        repository: str,
        issue: int,
        tier: str,
        exempt: bool,
        seconds: float,
        *,
        claim: Claim | None = None,
    ) -> str | None:
        """Reserve one escalation and its concurrent slot; None when refused.

        An exempt one is neither counted in nor refused by day and hour, but needs a slot like any other.

        :param seconds: after which the slot is free again even if nobody releases it.
        :raises FenceLost: the claim, if given, is no longer held.
        """
        with self._store.write() as connection:
            if claim is not None:
                require(connection, claim)
            lock(connection, "quota")
            now = self._store.now()
            if _full(_count(connection, now, None), order.limits, exempt):
                return None
            lease = uuid7(now)
            row = {
                "id": lease,
                "repository": repository,
                "night": order.night,
                "issue": issue,
                "tier": tier,
                "exempt": exempt,
                "at": now,
                "expires_at": now + timedelta(seconds=seconds),
            }
            connection.execute(insert(escalations).values(row))
            return lease

    def release(self, lease: str) -> None:
        """Free the concurrent slot; the escalation stays counted. Silent when free already."""
        with self._store.write() as connection:
            connection.execute(
                update(escalations)
                .where(escalations.c.id == lease, escalations.c.released_at.is_(None))
                .values(released_at=self._store.now())
            )


def _full(use: QuotaUse, limits: Limits, exempt: bool) -> bool:
    if use.concurrent >= limits.escalations_at_once:
        return True
    spent = use.daily >= limits.escalations_per_day or use.hourly >= limits.escalations_per_hour
    return spent and not exempt


def _count(connection: Connection, now: datetime, repository: str | None) -> QuotaUse:
    table = escalations.c
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    counted = table.exempt.is_(False)
    held = and_(table.released_at.is_(None), table.expires_at > now)
    query = select(
        _how_many(and_(counted, table.at >= midnight)).label("daily"),
        _how_many(and_(counted, table.at > now - _HOUR)).label("hourly"),
        _how_many(held).label("concurrent"),
    ).where((table.at >= min(midnight, now - _HOUR)) | (table.expires_at > now))
    if repository is not None:
        query = query.where(table.repository == repository)
    row = connection.execute(query).one()
    return QuotaUse(daily=row.daily, hourly=row.hourly, concurrent=row.concurrent)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
