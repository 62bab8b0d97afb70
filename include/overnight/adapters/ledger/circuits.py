"""A breaker per model endpoint: after failures in a row nothing is sent there but a probe now and then."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import Connection, select

from ...domain.errors import FailureKind
from ...domain.events import Event, EventType, Severity
from .appending import record
from .breaker import Circuit
from .engine import lock
from .store import Store, storable, upsert
from .tables import circuits, moment_text

_SILENT = frozenset({FailureKind.TRANSPORT, FailureKind.TIMEOUT})
"""Nothing usable came back (5xx among them): these open a breaker."""
_OURS = frozenset({FailureKind.STUCK, FailureKind.OVER_BUDGET})
"""About the work and not the endpoint. Every other kind is an answer: somebody is there."""


class SqlCircuits:
    """The `Circuits` port, shared by every worker through the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def why_open(self, endpoint: str, *, looking: bool = False) -> str:
        """Return why nothing should be sent there now, "" when it may.

        Once a cool-down has passed, one caller is let through as a probe, and the next cool-down begins.

        :param looking: only look: a probe that may be had is left to whoever sends something.
        """
        seen = self._look(endpoint)
        if seen.opened_at is None:
            return ""
        now = self._store.now()
        if wait := seen.wait(now):
            return _reason(seen, wait)
        if looking:
            return ""

        def probe(circuit: Circuit, now: datetime) -> Circuit:
            if circuit.opened_at is None or circuit.wait(now):
                return circuit
            return replace(circuit, probing=True, probe_at=now + timedelta(seconds=circuit.cooldown))

        before, _ = self._move(endpoint, probe)
        wait = before.wait(now) if before.opened_at else 0.0
        return _reason(before, wait) if wait else ""

    def open_for(self, endpoint: str) -> float:
        """Return for how many seconds nothing has been sent there but probes, 0 when it answers."""
        opened = self._look(endpoint).opened_at
        return (self._store.now() - opened).total_seconds() if opened else 0.0

    def failed(self, endpoint: str, kind: str) -> bool:
        """Count a failure; return whether the breaker opened by it.

        A kind that only an endpoint which is there can give (a refused key, a full rate) closes it.
        """
        if kind in _OURS:
            return False
        if kind not in _SILENT:
            self.answered(endpoint)
            return False
        before, after = self._move(endpoint, lambda circuit, now: circuit.failed(now, kind))
        return before.opened_at is None and after.opened_at is not None

    def answered(self, endpoint: str) -> bool:
        """Forget failures; return whether the breaker closed by it."""
        if self._look(endpoint) == Circuit(_key(endpoint)):
            return False  # the usual case costs one read
        before, _ = self._move(endpoint, lambda circuit, _: Circuit(circuit.endpoint))
        return before.opened_at is not None

    def _look(self, endpoint: str) -> Circuit:
        with self._store.read() as connection:
            return _load(connection, _key(endpoint))

    def _move(self, endpoint: str, change: Callable[[Circuit, datetime], Circuit]) -> tuple[Circuit, Circuit]:
        """Change a circuit under its lock, with the event that tells of it; return before and after."""
        key = _key(endpoint)
        with self._store.write() as connection:
            lock(connection, f"circuit/{key}")
            before = _load(connection, key)
            after = change(before, self._store.now())
            if after != before:
                upsert(connection, circuits, [_row(after)])
            if (before.opened_at is None) != (after.opened_at is None):
                record(connection, self._store, _event(before, after))
        return before, after


def _key(endpoint: str) -> str:
    """Return the endpoint without user, password and query: it is shown to people."""
    parts = urlsplit(storable(endpoint))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))[:255]


def _load(connection: Connection, key: str) -> Circuit:
    row = connection.execute(select(circuits).where(circuits.c.endpoint == key)).one_or_none()
    if row is None:
        return Circuit(key)
    failures = tuple(datetime.fromisoformat(at) for at in json.loads(row.failures))
    return Circuit(key, failures, row.kind, row.opened_at, row.probe_at, row.probing, row.cooldown)


def _row(circuit: Circuit) -> dict[str, Any]:
    row = {column.name: getattr(circuit, column.name) for column in circuits.columns}
    return row | {"failures": json.dumps([moment_text(at) for at in circuit.failures])}


def _reason(circuit: Circuit, wait: float) -> str:
    return (
        f"{circuit.endpoint} has not answered since {circuit.opened_at:%Y-%m-%d %H:%M:%S} UTC "
        f"({circuit.kind}); it is tried again in {wait:.0f} s"
    )


def _event(before: Circuit, after: Circuit) -> Event:
    if after.opened_at is not None:
        return Event(
            EventType.CIRCUIT_OPENED,
            f"{after.endpoint} failed {len(after.failures)} times in a row ({after.kind}): "
            "nothing is sent there until a probe is answered",
            Severity.ERROR,
            metadata={"endpoint": after.endpoint, "kind": after.kind, "failures": len(after.failures)},
        )
    return Event(
        EventType.CIRCUIT_CLOSED,
        f"{after.endpoint} answers again",
        metadata={"endpoint": after.endpoint, "opened_at": before.opened_at},
    )
