"""The append-only event store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from ...domain.errors import NotFound, SettingsError
from ...domain.events import Event, EventQuery, EventType, Severity
from ...domain.nights import Night, NightIssue
from ...ports import Claim
from . import projection, verifying
from .appending import append
from .chain import GOVERNANCE
from .claims import require
from .reading import by_ids, find, headers, is_tombstoned, narrow, scan
from .store import Store
from .tables import events, nights, payloads
from .writing import Draft, commit_heads, draft, lock_streams, write


@dataclass(frozen=True, slots=True)
class Counts:
    """How many events, in all and by severity and type."""

    total: int
    by_severity: dict[str, int]
    by_type: dict[str, int]


class SqlLedger:
    """The `Ledger` port on SQLite or PostgreSQL, and what auditors need beyond it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, *new: Event, claim: Claim | None = None) -> tuple[Event, ...]:
        """Store events in one transaction and return them with id and moment.

        An event whose id is stored already is not stored again: the stored one is returned, so that a
        retried task may repeat what it did. The end of a night commits its head to the stream `heads`.

        :raises FenceLost: the claim is no longer held; nothing was written.
        :raises SettingsError: an event lacks metadata that its type needs, names a stream as its night, or
            poses as a tombstone or an acknowledgement.
        """
        _refuse_forged(new)
        drafts = [draft(self._store, event) for event in new]
        with self._store.write() as connection:
            if claim is not None:
                require(connection, claim)
            return append(connection, self._store, drafts)

    def events(self, query: EventQuery) -> tuple[Event, ...]:
        """Return matching events; one whose payload was removed says so in its metadata."""
        with self._store.read() as connection:
            return find(connection, query)

    def scan(self, query: EventQuery) -> Iterator[Event]:
        """Yield matching events one by one, in one read transaction that ends with the iteration."""
        with self._store.read() as connection:
            yield from scan(connection, query)

    def headers(self, query: EventQuery, page: int = 20_000) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield pages of headers (`ports.history.HEADER`), payloads left out."""
        with self._store.read() as connection:
            yield from headers(connection, query, page)

    def count(self, query: EventQuery) -> Counts:
        """Count matching events (the query's limit does not count)."""
        counted = narrow(select(events.c.severity, events.c.type, func.count().label("n")), query)
        with self._store.read() as connection:
            rows = connection.execute(counted.group_by(events.c.severity, events.c.type)).all()
        severities = {s.value: sum(row.n for row in rows if row.severity == s.value) for s in Severity}
        types = sorted({row.type for row in rows})
        return Counts(
            total=sum(row.n for row in rows),
            by_severity=severities,
            by_type={kind: sum(row.n for row in rows if row.type == kind) for kind in types},
        )

    def night(self, night: str) -> Night | None:
        """Return a night from the projection."""
        with self._store.read() as connection:
            return projection.load(connection, night)

    def issue(self, night: str, number: int) -> NightIssue | None:
        """Return one issue of a night from the projection: one indexed row."""
        with self._store.read() as connection:
            return projection.load_issue(connection, night, number)

    def nights(self, repository: str | None = None, limit: int = 20) -> tuple[Night, ...]:
        """Return nights, newest first; their issues carry status and place, and no attempts or texts."""
        with self._store.read() as connection:
            return projection.newest(connection, repository, limit)

    def verify(self, stream: str | None = None, *, anchor: str = "") -> tuple[str, ...]:
        """Return what is wrong with the hash chains, empty when they verify.

        :param anchor: an earlier `anchor()`, kept outside the database, which must still be in the chain.
        """
        with self._store.read() as connection:
            return verifying.verify(connection, stream, anchor)

    def checkpoint(self) -> tuple[str, ...]:
        """Verify everything and, when it does, commit every head that moved; return what is wrong."""
        findings = self.verify()
        if not findings:
            with self._store.write() as connection:
                commit_heads(connection, self._store, self._store.now())
        return findings

    def anchor(self) -> str:
        """Return "seq:hash" of the stream `heads`, to be kept where the database's owner cannot write."""
        with self._store.read() as connection:
            return verifying.anchor(connection)

    def acknowledge(self, finding: str, *, who: str, why: str) -> Event:
        """Record that a named person accepts a finding of `verify`, which then no longer reports it."""
        return self._note(
            f"Broken chain acknowledged by {who}: {why}", verifying.ACKNOWLEDGED, finding, who, why
        )

    def tombstone(self, event: str, *, who: str, why: str) -> Event:
        """Remove an event's payload for good (a leaked secret); the chain still verifies.

        The removal is an event of its own, and the night's projection is folded anew without the payload.

        :raises NotFound: no such event, or its payload is gone already.
        """
        note = self._draft_note(f"Payload removed by {who}: {why}", verifying.REMOVED, event, who, why)
        with self._store.write() as connection:
            stored = self._lock_event(connection, event)
            connection.execute(update(payloads).where(payloads.c.event == event).values(body=None, salt=""))
            if stored.night:
                projection.rewrite(connection, stored.night)
            return write(connection, [note], self._store.now())[0]

    def rebuild(self) -> tuple[str, ...]:
        """Fold every night anew, repair the rows that differ, and return what differed."""
        with self._store.read() as connection:
            known = connection.execute(
                select(events.c.night).where(events.c.night != "").union(select(nights.c.id))
            ).scalars()
            names = sorted(known)
        return tuple(finding for name in names if (finding := self._rebuild(name)))

    def _lock_event(self, connection: Connection, event: str) -> Event:
        stream = connection.execute(select(events.c.stream).where(events.c.id == event)).scalar_one_or_none()
        lock_streams(connection, [stream or GOVERNANCE, GOVERNANCE])
        stored = by_ids(connection, [event]).get(event)
        if stored is None or is_tombstoned(stored):
            raise NotFound(f"there is no event {event} with a payload; `overnight events` lists them")
        return stored

    def _rebuild(self, night: str) -> str:
        with self._store.write() as connection:
            lock_streams(connection, [night])
            stored, folded = projection.load(connection, night), projection.refold(connection, night)
            if stored == folded:
                return ""
            projection.rewrite(connection, night)
            return f"night {night}: {projection.difference(stored, folded)}"

    def _note(self, description: str, key: str, value: str, who: str, why: str) -> Event:
        note = self._draft_note(description, key, value, who, why)
        with self._store.write() as connection:
            return append(connection, self._store, [note])[0]

    def _draft_note(self, description: str, key: str, value: str, who: str, why: str) -> Draft:
        if not who.strip() or not why.strip():
            raise SettingsError("say who does this and why: both are kept in the ledger")
        return draft(
            self._store,
            Event(
                EventType.GOVERNANCE_NOTE,
                description,
                Severity.WARNING,
                metadata={key: value, "who": who, "why": why},
            ),
        )


def _refuse_forged(new: Sequence[Event]) -> None:
    for event in new:
        if event.type is EventType.GOVERNANCE_NOTE and verifying.NOTE_KEYS & event.metadata.keys():
            raise SettingsError(
                "tombstones and acknowledgements are made by their own commands, not as notes"
            )
