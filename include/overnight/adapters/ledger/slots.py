"""Slots at once, held by leases that end by the wall clock, because a holder that is alive renews by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from .tables import escalations

SKEW = timedelta(minutes=1)
"""Clocks of machines may differ by this; a lease from further ahead was taken before a clock was put back."""


def end_expired(connection: Connection, wall: datetime, at: datetime) -> None:
    """Take the slots of expired leases away for good, because one is about to be given to somebody.

    Until then a holder that was only slow may still renew.
    """
    table = escalations.c
    expired = (table.released_at.is_(None), table.expires_at <= wall)
    connection.execute(update(escalations).where(*expired).values(released_at=at))


def pull_back(connection: Connection, wall: datetime) -> None:
    """Let leases that were taken before the clock was put back end when their time is over from now on."""
    table = escalations.c
    since = func.coalesce(table.renewed_at, table.at, type_=table.at.type)
    query = select(table.id, table.expires_at, since.label("since")).where(
        table.released_at.is_(None), table.expires_at > wall, since > wall + SKEW
    )
    for row in connection.execute(query).all():
        values = {"renewed_at": wall, "expires_at": wall + (row.expires_at - row.since)}
        connection.execute(update(escalations).where(table.id == row.id).values(values))
