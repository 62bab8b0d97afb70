"""Closed streams leave the database; the root that proves them stays, in a table and in the chain."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from ...domain.events import EventQuery, Severity
from ...ports.archives import ArchivedStream, ClosedStream
from .appending import append
from .audit_tables import archived_streams, event_counts, verified
from .chain import CHAINED, GENESIS, GOVERNANCE, of_a_night, to_json
from .committing import commit_heads
from .evidence import Evidence, gather
from .notes import ARCHIVED, draft_note, root_said
from .reading import raw_rows
from .signing import Signer
from .store import Store
from .tables import events, heads, nights, payloads
from .walking import Walk
from .writing import Draft, lock_streams

SILENT = timedelta(days=7)
"""A night that never ended counts as closed when it said nothing for so long."""
CELLS = (*CHAINED, "hash", "salt", "body")
"""The keys of an archived line."""
_OPEN = "running"


def closed_streams(connection: Connection, before: datetime, now: datetime) -> tuple[ClosedStream, ...]:
    """Return the nights that may leave: one indexed row a night."""
    last = (events.c.stream == heads.c.stream) & (events.c.seq == heads.c.seq)
    query = (
        select(heads.c.stream, heads.c.seq, heads.c.hash, events.c.at, nights.c.repository)
        .join(nights, nights.c.id == heads.c.stream)
        .join(events, last)
        .where(events.c.at < before, or_(nights.c.status != _OPEN, events.c.at < now - SILENT))
        .order_by(events.c.at, heads.c.stream)
    )
    return tuple(
        ClosedStream(row.stream, row.repository, row.seq, row.hash, row.at)
        for row in connection.execute(query)
        if of_a_night(row.stream)
    )


def lines(connection: Connection, stream: str) -> Iterator[str]:
    """Yield a stream's events as the chain knows them."""
    for row in raw_rows(connection, [(stream, 0)]):
        yield to_json(dict(zip(CELLS, row, strict=True)))


def root_of(connection: Connection, stream: str, archived: Iterable[str]) -> ArchivedStream:
    """Return the root that lines claim; whether rightly, `prove` says."""
    cells = [json.loads(line) for line in archived]
    left = last_root(connection, stream)
    first = cells[0]["seq"] if cells else 1
    moments = sorted(datetime.fromisoformat(cell["at"]) for cell in cells)
    return ArchivedStream(
        stream=stream,
        seq=cells[-1]["seq"],
        hash=cells[-1]["hash"],
        first=first,
        previous=left.hash if left else GENESIS,
        repository=cells[0]["repository"],
        begins_at=moments[0],
        ends_at=moments[-1],
    )


def prove(connection: Connection, signer: Signer, root: ArchivedStream, archived: Iterable[str]) -> str:
    """Return what is wrong with archived lines, "" when they make the chain that the root stands for."""
    known = gather(connection, signer=signer)
    committed = known.committed.get(root.stream, {})
    evidence = Evidence(
        heads={root.stream: (root.seq, root.hash)},
        committed={root.stream: {seq: hash_ for seq, hash_ in committed.items() if seq <= root.seq}},
        removed=known.removed,
        acknowledged=known.acknowledged,
    )
    walk = Walk(root.stream, evidence, root.first - 1, root.previous)
    for line in archived:
        try:
            cells = json.loads(line)
            walk.step([cells[name] for name in CELLS])
        except (ValueError, KeyError, TypeError):
            return f"stream {root.stream}: the line after event {walk.seq} is no archived event"
    walk.end()
    return "".join(walk.findings)


def leave(connection: Connection, store: Store, root: ArchivedStream, lines_sha256: str) -> bool:
    """Record the root and delete its events, or change nothing and return False."""
    lock_streams(connection, [root.stream, GOVERNANCE])
    head = connection.execute(select(heads).where(heads.c.stream == root.stream)).one_or_none()
    if head is None or (head.seq, head.hash) != (root.seq, root.hash):
        return False
    found = sha256()
    for line in lines(connection, root.stream):
        found.update(f"{line}\n".encode())
    if found.hexdigest() != lines_sha256:
        return False  # gone already, or a payload was removed meanwhile: the archive must not keep it
    at = store.now()
    append(connection, store, [_note(connection, store, root)])
    commit_heads(connection, store, at, only=root.stream)
    connection.execute(insert(archived_streams).values(_row(root, at)))
    _delete(connection, root)
    return True


def archived(connection: Connection, query: EventQuery | None = None) -> tuple[ArchivedStream, ...]:
    """Return what left, oldest first, that a query would have looked at."""
    table, query = archived_streams.c, query or EventQuery()
    statement = select(archived_streams).order_by(table.begins_at, table.stream, table.seq)
    narrowed = (
        (query.night, table.stream.__eq__),
        (query.repository, table.repository.__eq__),
        (query.since, table.ends_at.__ge__),
        (query.until, table.begins_at.__lt__),
    )
    for given, compared in narrowed:
        if given is not None:
            statement = statement.where(compared(given))
    return tuple(ArchivedStream(**row._mapping) for row in connection.execute(statement))


def last_root(connection: Connection, stream: str) -> ArchivedStream | None:
    """Return the root of what left a stream last."""
    left = archived(connection, EventQuery(night=stream))
    return max(left, key=lambda root: root.seq) if left else None


def _delete(connection: Connection, root: ArchivedStream) -> None:
    going = (events.c.stream == root.stream, events.c.seq <= root.seq)
    connection.execute(delete(payloads).where(payloads.c.event.in_(select(events.c.id).where(*going))))
    connection.execute(delete(events).where(*going))
    for table in (event_counts, verified):
        connection.execute(delete(table).where(table.c.stream == root.stream))


def _note(connection: Connection, store: Store, root: ArchivedStream) -> Draft:
    words = f"{root.count} events of stream {root.stream} archived in {root.uri}"
    metadata = {ARCHIVED: {root.stream: root_said(root)}}
    return draft_note(connection, store, words, metadata, Severity.INFO, root.repository)


def _row(root: ArchivedStream, at: datetime) -> dict[str, Any]:
    known = {column.name: getattr(root, column.name) for column in archived_streams.columns}
    return known | {"archived_at": at}
