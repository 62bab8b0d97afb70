"""Put events at the end of their chains, inside a transaction that somebody else holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from ...domain.errors import SettingsError
from ...domain.events import Event
from .audit_tables import event_counts
from .bulk import insert_rows
from .chain import GENESIS, HEADS, digest, link_cells, new_salt, stream_of, to_json, uuid7
from .engine import lock
from .store import Store, add_counts, unchanged, upsert
from .tables import events, heads, moment_text, payloads

COMMIT_EVERY = 1_000
"""After so many events of one stream its head is committed, though the stream goes on."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event made ready outside the transaction: its text and its stream decided.

    :param content: description and metadata, cleaned; what is folded and returned is what is stored.
    """

    event: Event
    stream: str
    body: str
    salt: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What a transaction wrote.

    :param due: streams that grew past a multiple of `COMMIT_EVERY`.
    """

    events: tuple[Event, ...]
    due: tuple[str, ...]


def draft(store: Store, event: Event, stream: str = "") -> Draft:
    """Clean an event and render its payload.

    :param stream: where it goes when that does not follow from the event; such a note is not cleaned,
        because hashes look like keys to a redactor, and a masked hash proves nothing.
    """
    if event.at is not None and event.at.tzinfo is None:
        raise SettingsError(f"event {event.type}: its moment has no time zone")
    body = to_json({"description": event.description, "metadata": dict(event.metadata)})
    content = json.loads(body)
    if not stream and store.clean is not unchanged:
        content = store.clean(content)
        body = to_json(content)
    return Draft(event, stream or stream_of(event, content["metadata"]), body, new_salt(), content)


def lock_streams(connection: Connection, streams: Iterable[str]) -> None:
    """Wait for one's turn on streams; sorted, and `heads` last, so that no two writers wait in a ring."""
    ordered = sorted(set(streams), key=lambda stream: (stream == HEADS, stream))
    lock(connection, *(f"stream/{stream}" for stream in ordered))


def write(connection: Connection, drafts: Sequence[Draft], at: datetime) -> Written:
    """Store drafts at the end of their (locked) streams and return the events with id and moment."""
    if not drafts:
        return Written((), ())
    before = _tips(connection, {draft.stream for draft in drafts})
    tips = dict(before)
    written = [_given(draft, at) for draft in drafts]
    rows, bodies = [], []
    for draft, event in zip(drafts, written, strict=True):
        seq, previous = tips[draft.stream]
        cells = _cells(event, draft, seq + 1, event.at or at)
        hash_ = link_cells(previous, cells)
        tips[draft.stream] = (seq + 1, hash_)
        rows.append((*cells, hash_))
        bodies.append((event.id, draft.salt, draft.body))
    insert_rows(connection, events, rows)
    insert_rows(connection, payloads, bodies)
    upsert(connection, heads, [{"stream": s, "seq": seq, "hash": h} for s, (seq, h) in tips.items()])
    add_counts(connection, event_counts, Counter((row[0], row[3], row[4]) for row in rows))
    due = [s for s in tips if s != HEADS and tips[s][0] // COMMIT_EVERY > before[s][0] // COMMIT_EVERY]
    return Written(tuple(written), tuple(due))


def _tips(connection: Connection, streams: set[str]) -> dict[str, tuple[int, str]]:
    found = connection.execute(select(heads).where(heads.c.stream.in_(streams)))
    return dict.fromkeys(sorted(streams), (0, GENESIS)) | {row.stream: (row.seq, row.hash) for row in found}


def _given(draft: Draft, at: datetime) -> Event:
    event = draft.event
    return Event(
        event.type,
        draft.content["description"],
        event.severity,
        event.repository,
        event.night,
        event.issue,
        event.attempt,
        draft.content["metadata"],
        event.dry_run,
        event.id or uuid7(at),
        (event.at or at).astimezone(UTC),
        event.schema_version,
    )


def _cells(event: Event, draft: Draft, seq: int, at: datetime) -> tuple[Any, ...]:
    """Return the values of `CHAINED`, as they are hashed and stored."""
    return (
        draft.stream,
        seq,
        event.id,
        event.type.value,
        event.severity.value,
        moment_text(at),
        event.repository,
        event.night,
        event.issue,
        event.attempt,
        event.dry_run,
        event.schema_version,
        digest(draft.salt, draft.body),
    )
