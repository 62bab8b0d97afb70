"""Put events at the end of their chains, inside a transaction that somebody else holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from ...domain.errors import SettingsError
from ...domain.events import Event, EventType
from .chain import GENESIS, HEADS, digest, link, new_salt, stream_of, to_json, uuid7
from .engine import lock
from .store import Store, upsert
from .tables import commitments, events, heads, payloads


@dataclass(frozen=True, slots=True)
class Draft:
    """An event made ready outside the transaction: cleaned, its text and its stream decided."""

    event: Event
    stream: str
    body: str
    salt: str


def draft(store: Store, event: Event) -> Draft:
    """Clean an event and render its payload; what is folded and returned is exactly what is stored."""
    if event.at is not None and event.at.tzinfo is None:
        raise SettingsError(f"event {event.type}: its moment has no time zone")
    content = store.clean(
        json.loads(to_json({"description": event.description, "metadata": dict(event.metadata)}))
    )
    cleaned = replace(event, description=content["description"], metadata=content["metadata"])
    return Draft(cleaned, stream_of(cleaned), to_json(content), new_salt())


def lock_streams(connection: Connection, streams: Iterable[str]) -> None:
    """Wait for one's turn on streams; sorted, and `heads` last, so that no two writers wait in a ring."""
    ordered = sorted(set(streams), key=lambda stream: (stream == HEADS, stream))
    lock(connection, *(f"stream/{stream}" for stream in ordered))


def write(connection: Connection, drafts: Sequence[Draft], at: datetime) -> tuple[Event, ...]:
    """Store drafts at the end of their (locked) streams and return the events with id and moment."""
    tips = _tips(connection, {draft.stream for draft in drafts})
    written = [_given(draft.event, at) for draft in drafts]
    rows = []
    for draft, event in zip(drafts, written, strict=True):
        seq, previous = tips[draft.stream]
        row = _row(event, draft, seq + 1)
        row["hash"] = link(previous, row)
        tips[draft.stream] = (seq + 1, row["hash"])
        rows.append(row)
    if rows:
        connection.execute(insert(events), rows)
        connection.execute(
            insert(payloads), [_payload(row, draft) for row, draft in zip(rows, drafts, strict=True)]
        )
        upsert(connection, heads, [{"stream": s, "seq": seq, "hash": h} for s, (seq, h) in tips.items()])
    return tuple(written)


def commit_heads(connection: Connection, store: Store, at: datetime, only: str | None = None) -> int:
    """Write every head that moved since it was last committed (or one) into the stream `heads`.

    From then on a shorter stream, or one rewritten from its start, no longer verifies. Return how many.
    """
    lock_streams(connection, [HEADS])
    moved = _moved(connection, only)
    if moved:
        note = Event(
            EventType.GOVERNANCE_NOTE,
            "Heads of the hash chains committed",
            metadata={"heads": {stream: [seq, hash_] for stream, seq, hash_ in moved}},
        )
        write(connection, [replace(draft(replace(store, clean=_as_is), note), stream=HEADS)], at)
        upsert(connection, commitments, [{"stream": stream, "seq": seq} for stream, seq, _ in moved])
    return len(moved)


def _as_is(value: Any) -> Any:
    # Hashes look like keys to a redactor, and a masked hash proves nothing.
    return value


def _moved(connection: Connection, only: str | None) -> list[tuple[str, int, str]]:
    query = (
        select(heads.c.stream, heads.c.seq, heads.c.hash)
        .outerjoin(commitments, commitments.c.stream == heads.c.stream)
        .where(heads.c.stream != HEADS)
        .where((commitments.c.seq.is_(None)) | (commitments.c.seq < heads.c.seq))
        .order_by(heads.c.stream)
    )
    if only is not None:
        query = query.where(heads.c.stream == only)
    return [(row.stream, row.seq, row.hash) for row in connection.execute(query)]


def _tips(connection: Connection, streams: set[str]) -> dict[str, tuple[int, str]]:
    found = connection.execute(select(heads).where(heads.c.stream.in_(streams)))
    return dict.fromkeys(streams, (0, GENESIS)) | {row.stream: (row.seq, row.hash) for row in found}


def _given(event: Event, at: datetime) -> Event:
    return replace(event, id=event.id or uuid7(at), at=(event.at or at).astimezone(UTC))


def _row(event: Event, draft: Draft, seq: int) -> dict[str, Any]:
    return {
        "stream": draft.stream,
        "seq": seq,
        "id": event.id,
        "type": event.type.value,
        "severity": event.severity.value,
        "at": event.at,
        "repository": event.repository,
        "night": event.night,
        "issue": event.issue,
        "attempt": event.attempt,
        "dry_run": event.dry_run,
        "schema_version": event.schema_version,
        "digest": digest(draft.salt, draft.body),
    }


def _payload(row: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    return {"event": row["id"], "salt": draft.salt, "body": draft.body}
