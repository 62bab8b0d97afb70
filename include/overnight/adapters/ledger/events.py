"""The append-only event store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from ...domain.errors import NotFound, SettingsError
from ...domain.events import Event, EventQuery, EventType, Severity
from ...domain.nights import Night, NightIssue
from ...ports import Claim
from ...ports.archives import ArchivedStream, ClosedStream
from . import archiving, projection, verifying
from .appending import append
from .chain import GOVERNANCE, HEADS
from .claims import require
from .committing import commit_heads
from .evidence import Tip, gather
from .notes import ACKNOWLEDGED, NOTE_KEYS, REMOVED, draft_note
from .reading import by_ids, counted, find, headers, is_tombstoned, scan, tail
from .signing import signer_of
from .store import Store
from .tables import events, nights, payloads
from .writing import draft, lock_streams


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
        with self._store.read() as connection:
            rows = counted(connection, query)
        severities = {s.value: sum(n for severity, _, n in rows if severity == s.value) for s in Severity}
        types = sorted({kind for _, kind, _ in rows})
        return Counts(
            total=sum(n for *_, n in rows),
            by_severity=severities,
            by_type={kind: sum(n for _, other, n in rows if other == kind) for kind in types},
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

    def tail(self, after: Mapping[str, int] | None = None) -> tuple[tuple[Event, ...], dict[str, int]]:
        """Return what was stored after the places an earlier call returned, and the places now.

        None begins at the end, with nothing. Each event comes once, those of one stream in their order.
        """
        with self._store.read() as connection:
            return tail(connection, after)

    def verify(self, stream: str | None = None, *, anchor: str = "") -> tuple[str, ...]:
        """Return what is wrong with the hash chains, empty when they verify.

        :param anchor: an earlier `anchor()`, kept outside the database, which must still be in the chain.
        """
        with self._store.read() as connection:
            return verifying.verify(connection, stream, anchor, self._store.signer)

    def verify_new(self) -> tuple[str, ...]:
        """Verify what was written since this or `checkpoint` last found all whole; return what is wrong.

        Nothing wrong: the next call begins where this one ended. Where a key is set, only its own marks of
        how far it came count.
        """
        with self._store.read() as connection:
            findings = verifying.verify_new(connection, self._store.signer)
            tips = {} if findings else verifying.tips_now(connection)
        self._remember(tips)
        return findings

    def checkpoint(self) -> tuple[str, ...]:
        """Verify everything and, when it does, commit every head that moved; return what is wrong."""
        with self._store.read() as connection:
            findings = verifying.verify(connection, signer=self._store.signer)
            tips = verifying.tips_now(connection)
        if not findings:
            self._remember(tips)
            with self._store.write() as connection:
                commit_heads(connection, self._store, self._store.now())
        return findings

    def use_key(self, text: str) -> None:
        """From now on verify by this key, private or public in PEM; SettingsError when it is none."""
        self._store = replace(self._store, signer=signer_of(text))

    def anchor(self) -> str:
        """Return "seq:hash" of the stream `heads`, to be kept where the database's owner cannot write."""
        with self._store.read() as connection:
            return verifying.anchor(connection)

    def acknowledge(self, finding: str, *, who: str, why: str) -> Event:
        """Record that a named person accepts a finding of `verify`, which then no longer reports it."""
        with self._store.write() as connection:
            lock_streams(connection, [GOVERNANCE])
            words = f"Broken chain acknowledged by {who}: {why}"
            return self._note(connection, words, ACKNOWLEDGED, finding, who, why)

    def acknowledged(self) -> Mapping[str, str]:
        """Return every finding that was accepted → who did so, and why."""
        with self._store.read() as connection:
            return gather(connection, signer=self._store.signer).acknowledged

    def tombstone(self, event: str, *, who: str, why: str) -> Event:
        """Remove an event's payload for good (a leaked secret); the chain still verifies.

        The removal is an event of its own, and the night's projection is folded anew without the payload.

        :raises NotFound: no such event, or its payload is gone already.
        :raises SettingsError: it is one of the ledger's own notes, which prove the rest.
        """
        with self._store.write() as connection:
            stored = self._lock_event(connection, event)
            connection.execute(update(payloads).where(payloads.c.event == event).values(body=None, salt=""))
            if stored.night and not archiving.last_root(connection, stored.night):
                projection.rewrite(connection, stored.night)
            return self._note(connection, f"Payload removed by {who}: {why}", REMOVED, event, who, why)

    def rebuild(self) -> tuple[str, ...]:
        """Fold every night anew, repair the rows that differ, and return what differed.

        A night whose events left for the archive keeps the row it left with.
        """
        with self._store.read() as connection:
            known = connection.execute(
                select(events.c.night).where(events.c.night != "").union(select(nights.c.id))
            ).scalars()
            names = sorted({*known} - {root.stream for root in archiving.archived(connection)})
        return tuple(finding for name in names if (finding := self._rebuild(name)))

    def closed_streams(self, before: datetime) -> tuple[ClosedStream, ...]:
        """Return the nights that may leave: ended, or silent for a week, and older than this."""
        with self._store.read() as connection:
            return archiving.closed_streams(connection, before, self._store.now())

    def lines(self, stream: str) -> Iterator[str]:
        """Yield a stream's events as the chain knows them, one JSON object each."""
        with self._store.read() as connection:
            yield from archiving.lines(connection, stream)

    def root_of(self, stream: str, lines: Iterable[str]) -> ArchivedStream:
        """Return the root that lines claim, at least one; `prove` says whether rightly."""
        with self._store.read() as connection:
            return archiving.root_of(connection, stream, lines)

    def prove(self, root: ArchivedStream, lines: Iterable[str]) -> str:
        """Return what is wrong with archived lines, the first bad event by name; "" when they verify."""
        with self._store.read() as connection:
            return archiving.prove(connection, self._store.signer, root, lines)

    def leave(self, root: ArchivedStream, lines_sha256: str) -> bool:
        """Put the root on record and delete its events in one transaction; False: nothing was changed."""
        with self._store.write() as connection:
            return archiving.leave(connection, self._store, root, lines_sha256)

    def archived(self, query: EventQuery | None = None) -> tuple[ArchivedStream, ...]:
        """Return what left, oldest first; with a query, what it would have looked at."""
        with self._store.read() as connection:
            return archiving.archived(connection, query)

    def roots(self) -> tuple[ArchivedStream, ...]:
        """Return what the chain says that left, in the order it left."""
        with self._store.read() as connection:
            return tuple(gather(connection, signer=self._store.signer).roots)

    def _remember(self, tips: Mapping[str, Tip]) -> None:
        if tips:
            with self._store.write() as connection:
                verifying.remember(connection, self._store.now(), self._store.signer, tips)

    def _lock_event(self, connection: Connection, event: str) -> Event:
        stream = connection.execute(select(events.c.stream).where(events.c.id == event)).scalar_one_or_none()
        lock_streams(connection, [stream or GOVERNANCE, GOVERNANCE])
        stored = by_ids(connection, [event]).get(event)
        if stored is None or is_tombstoned(stored):
            raise NotFound(f"there is no event {event} with a payload; `overnight events` lists them")
        if stream == HEADS or _is_note(stored):
            raise SettingsError(f"event {event} is the ledger's own note: it proves other events, and stays")
        return stored

    def _rebuild(self, night: str) -> str:
        with self._store.write() as connection:
            lock_streams(connection, [night])
            stored, folded = projection.load(connection, night), projection.refold(connection, night)
            if stored == folded:
                return ""
            projection.rewrite(connection, night)
            return f"night {night}: {projection.difference(stored, folded)}"

    def _note(
        self, connection: Connection, description: str, key: str, value: str, who: str, why: str
    ) -> Event:
        """Append a person's note to `governance`, whose lock is held."""
        if not who.strip() or not why.strip():
            raise SettingsError("say who does this and why: both are kept in the ledger")
        words, said = self._store.clean([description, {key: value, "who": who, "why": why}])
        return append(connection, self._store, [draft_note(connection, self._store, words, said)])[0]


def _is_note(event: Event) -> bool:
    return event.type is EventType.GOVERNANCE_NOTE and bool(NOTE_KEYS & event.metadata.keys())


def _refuse_forged(new: Sequence[Event]) -> None:
    if any(map(_is_note, new)):
        raise SettingsError("tombstones and acknowledgements are made by their own commands, not as notes")
