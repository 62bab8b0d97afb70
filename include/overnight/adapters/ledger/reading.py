"""Read events back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, String, and_, func, or_, select, type_coerce

from ...domain.errors import SchemaMismatch
from ...domain.events import Event, EventQuery, EventType, Severity
from ...domain.upcasting import upcast
from ...ports.history import HEADER
from .audit_tables import event_counts
from .chain import CHAINED, DESKTOP, GOVERNANCE, HEADS
from .tables import events, heads, payloads

TOMBSTONED = "tombstoned"
"""Metadata key of an event whose payload was removed, in the place of all the others."""
_REMOVED: Mapping[str, Any] = {"description": "[removed]", "metadata": {TOMBSTONED: True}}


def find(connection: Connection, query: EventQuery) -> tuple[Event, ...]:
    """Return matching events: of one night in the order written, else in the order of their moments."""
    return tuple(_event(row) for row in connection.execute(_ordered(_read(query), query)))


def scan(connection: Connection, query: EventQuery) -> Iterator[Event]:
    """Yield what `find` returns, a thousand rows in memory at a time."""
    found = _ordered(_read(query), query).execution_options(yield_per=1000)
    yield from map(_event, connection.execute(found))


def headers(connection: Connection, query: EventQuery, page: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield pages of rows without payloads, columns as in `HEADER`, moments as text."""
    columns = [type_coerce(events.c.at, String) if name == "at" else events.c[name] for name in HEADER]
    found = _ordered(select(*columns), query).execution_options(yield_per=page)
    for rows in connection.execute(found).partitions():
        yield [tuple(row) for row in rows]


def tail(connection: Connection, after: Mapping[str, int] | None) -> tuple[tuple[Event, ...], dict[str, int]]:
    """Return what was stored after some places (stream → position), and the places now.

    None begins at the end. While nothing is new this reads the heads alone.
    """
    tips = {row.stream: row.seq for row in connection.execute(select(heads)) if row.stream != HEADS}
    if after is None:
        return (), tips
    grown = [(name, after.get(name, 0)) for name, seq in sorted(tips.items()) if seq > after.get(name, 0)]
    found: list[Event] = []
    for name, seq in grown:
        new = _joined().where(events.c.stream == name, events.c.seq > seq).order_by(events.c.seq)
        found += map(_event, connection.execute(new))
    return tuple(sorted(found, key=lambda event: str(event.at))), tips


def raw_rows(connection: Connection, starts: Sequence[tuple[str, int]]) -> Iterator[Sequence[Any]]:
    """Yield rows as the chain knows them (`CHAINED`, hash, salt, body), by stream and position.

    :param starts: streams, each with the position after which to begin; none means everything.
    """
    # The moment as plain text: one that was tampered with may not even parse.
    columns = [type_coerce(events.c.at, String) if name == "at" else events.c[name] for name in CHAINED]
    query = (
        select(*columns, events.c.hash, payloads.c.salt, payloads.c.body)
        .outerjoin(payloads, payloads.c.event == events.c.id)
        .order_by(events.c.stream, events.c.seq)
        .execution_options(yield_per=1000)
    )
    if starts:
        query = query.where(or_(*(and_(events.c.stream == name, events.c.seq > seq) for name, seq in starts)))
    return map(tuple, connection.execute(query))


def by_ids(connection: Connection, ids: Collection[str]) -> dict[str, Event]:
    """Return the stored events among some ids."""
    if not ids:
        return {}
    found = connection.execute(_joined().where(events.c.id.in_(ids)))
    return {row.id: _event(row) for row in found}


def narrow(statement: Select[Any], query: EventQuery) -> Select[Any]:
    """Add a query's conditions: `since` is inclusive, `until` is not; committed heads are never shown."""
    if query.night:
        statement = statement.where(events.c.stream == query.night)
    else:
        statement = statement.where(events.c.stream != HEADS)
    if query.types:
        statement = statement.where(events.c.type.in_([kind.value for kind in query.types]))
    if query.since is not None:
        statement = statement.where(events.c.at >= query.since)
    if query.until is not None:
        statement = statement.where(events.c.at < query.until)
    for name in ("severity", "repository", "night", "issue", "dry_run"):
        if (wanted := getattr(query, name)) is not None:
            statement = statement.where(events.c[name] == wanted)
    return statement


def counted(connection: Connection, query: EventQuery) -> list[tuple[str, str, int]]:
    """Return severity, type and how many; from the counters where they know all that a query asks for."""
    asked = (query.since, query.until, query.repository, query.issue, query.dry_run)
    if any(given is not None for given in asked):
        rows = narrow(select(events.c.severity, events.c.type, func.count().label("n")), query)
        found = connection.execute(rows.group_by(events.c.severity, events.c.type))
        return [(row.severity, row.type, row.n) for row in found]
    table = event_counts.c
    of_night = table.stream == query.night if query.night else table.stream != HEADS
    sums = select(table.severity, table.type, func.sum(table.n).label("n")).where(of_night)
    if query.night == "":
        sums = sums.where(table.stream.in_([GOVERNANCE]) | table.stream.startswith(DESKTOP))
    if query.types:
        sums = sums.where(table.type.in_([kind.value for kind in query.types]))
    if query.severity is not None:
        sums = sums.where(table.severity == query.severity.value)
    found = connection.execute(sums.group_by(table.severity, table.type))
    return [(row.severity, row.type, int(row.n)) for row in found]


def is_tombstoned(event: Event) -> bool:
    """Return whether an event's payload was removed."""
    return event.metadata == {TOMBSTONED: True}


def _ordered(statement: Select[Any], query: EventQuery) -> Select[Any]:
    order = [events.c.seq] if query.night else [events.c.at, events.c.stream, events.c.seq]
    ordered = order if query.oldest_first else [column.desc() for column in order]
    return narrow(statement, query).order_by(*ordered).limit(query.limit)


def _read(query: EventQuery) -> Select[Any]:
    return _joined().where(payloads.c.body.is_not(None)) if query.readable else _joined()


def _joined() -> Select[Any]:
    return select(events, payloads.c.body).outerjoin(payloads, payloads.c.event == events.c.id)


def _event(row: Row[Any]) -> Event:
    try:
        return _decode(row, _REMOVED if row.body is None else json.loads(row.body))
    except (ValueError, KeyError) as error:
        raise SchemaMismatch(
            f"event {row.id} cannot be read (type {row.type!r}): written by a newer version, or tampered "
            "with; `overnight audit verify` tells"
        ) from error


def _decode(row: Row[Any], body: Mapping[str, Any]) -> Event:
    kind = EventType(row.type)
    return Event(
        type=kind,
        description=body["description"],
        severity=Severity(row.severity),
        repository=row.repository,
        night=row.night,
        issue=row.issue,
        attempt=row.attempt,
        metadata=upcast(kind, row.schema_version, body["metadata"]),
        dry_run=row.dry_run,
        id=row.id,
        at=row.at,
        schema_version=row.schema_version,
    )
