"""What the quota and the throttle are decided by, counted inside somebody's transaction.

Two clocks. Days and hours are counted on the ledger's own, which is the wall clock or the moment of the
newest escalation, whichever is later: when the wall clock is put back, nothing that was counted becomes
free, nothing is counted in two days, and the count goes on once the wall clock has caught up. Slots end
by the wall clock (see `slots`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from ...domain.changes import MODEL_FAILED
from ...domain.quotas import ThrottleFacts, day_start, hour_start
from ...ports import QuotaUse
from .tables import escalations, spending

_DAY = timedelta(hours=24)
_MICROS = Decimal(1_000_000)


def ledger_now(connection: Connection, wall: datetime) -> datetime:
    """Return the ledger's moment: never before that of the newest escalation."""
    latest = connection.execute(
        select(escalations.c.at).order_by(escalations.c.at.desc()).limit(1)
    ).scalar_one_or_none()
    return wall if latest is None else max(wall, latest)


def count(connection: Connection, wall: datetime, repository: str | None = None) -> QuotaUse:
    """Return escalations counted now, of the organization or of one repository."""
    table, now = escalations.c, ledger_now(connection, wall)
    midnight, hour = day_start(now), hour_start(now)
    counted = table.exempt.is_(False)
    held = and_(table.released_at.is_(None), table.expires_at > wall)
    query = select(
        _how_many(and_(counted, table.at >= midnight)).label("daily"),
        _how_many(and_(counted, table.at > hour)).label("hourly"),
        _how_many(held).label("concurrent"),
    ).where((table.at >= min(midnight, hour)) | (table.expires_at > wall))
    if repository is not None:
        query = query.where(table.repository == repository)
    row = connection.execute(query).one()
    return QuotaUse(daily=row.daily, hourly=row.hourly, concurrent=row.concurrent)


def throttle_facts(connection: Connection, wall: datetime, use: QuotaUse) -> ThrottleFacts:
    """Return what the throttle is decided by.

    :param use: of the organization.
    """
    table, hour = escalations.c, hour_start(ledger_now(connection, wall))
    failed = select(func.count()).where(
        table.released_at > hour, table.outcome.in_([outcome.value for outcome in MODEL_FAILED])
    )
    return ThrottleFacts(
        daily=use.daily,
        hourly=use.hourly,
        failed_last_hour=connection.execute(failed).scalar_one(),
        average_cost=_average_cost(connection, wall - _DAY),
    )


def _average_cost(connection: Connection, since: datetime) -> Decimal:
    """Return dollars an issue; reservations that are not settled count in full."""
    table = spending.c
    by_issue = (
        select(func.sum(table.booked).label("booked"))
        .where(table.at > since)
        .group_by(table.repository, table.issue)
        .subquery()
    )
    row = connection.execute(select(func.count().label("n"), func.sum(by_issue.c.booked).label("sum"))).one()
    return Decimal(int(row.sum)) / _MICROS / row.n if row.n and row.sum is not None else Decimal(0)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
