"""Turns in the ledger's database: the `Turns` port. Reserving is one transaction; waiting is not in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from ....domain.errors import RateLimited
from ....domain.pacing import Pace, Turn, next_turn
from ..chain import uuid7
from ..engine import lock
from ..store import Store, upsert
from .tables import holds, turns

_KEPT = timedelta(hours=1, minutes=5)


class SqlTurns:
    """One lane's writes, from all workers and nights, one after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, lane: str, pace: Pace, within: float, instead_of: Turn | None = None) -> Turn:
        """Reserve the next turn; RateLimited, and nothing reserved, when it is too far away."""
        with self._store.write() as connection:
            lock(connection, f"turns/{lane}")
            now = self._store.now()
            if instead_of is not None:
                connection.execute(delete(turns).where(turns.c.id == instead_of.id))
            connection.execute(delete(turns).where(turns.c.lane == lane, turns.c.at < now - _KEPT))
            at = next_turn(_taken(connection, lane), now, _held_until(connection, lane), pace)
            wait = (at - now).total_seconds()
            if wait <= within:
                turn = Turn(lane, uuid7(now), at)
                connection.execute(insert(turns).values(id=turn.id, lane=lane, at=at))
                return turn
        raise RateLimited(
            f"our writes to GitHub have used up their pace: the next one may leave in {wait:.0f} s", wait
        )

    def stands(self, turn: Turn) -> bool:
        """Return whether nobody was asked to wait beyond the turn since it was given."""
        with self._store.read() as connection:
            until = _held_until(connection, turn.lane)
        return until is None or until <= turn.at

    def hold(self, lane: str, seconds: float) -> None:
        """Give no turn before some seconds have passed; a longer hold stays."""
        with self._store.write() as connection:
            lock(connection, f"turns/{lane}")
            until = self._store.now() + timedelta(seconds=seconds)
            known = _held_until(connection, lane)
            if known is None or known < until:
                upsert(connection, holds, [{"lane": lane, "until": until}])


def _taken(connection: Connection, lane: str) -> list[datetime]:
    query = select(turns.c.at).where(turns.c.lane == lane).order_by(turns.c.at)
    return list(connection.execute(query).scalars())


def _held_until(connection: Connection, lane: str) -> datetime | None:
    return connection.execute(select(holds.c.until).where(holds.c.lane == lane)).scalar_one_or_none()
