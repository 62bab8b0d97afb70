"""Append events inside a transaction that somebody else holds: with what they are about, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ...domain.events import Event, EventType
from . import projection
from .committing import commit_heads
from .reading import by_ids
from .store import Store
from .writing import Draft, draft, lock_streams, write

_NIGHT_ENDS = {EventType.OVERNIGHT_EXECUTION_COMPLETED, EventType.OVERNIGHT_EXECUTION_SKIPPED}


def append(connection: Connection, store: Store, drafts: Sequence[Draft]) -> tuple[Event, ...]:
    """Store drafts, move the projection, and commit the heads of nights that ended and of long streams.

    One whose id is stored already is not stored again: the stored one is returned. The streams are
    locked here, so a caller's own named locks come first, in every transaction.
    """
    lock_streams(connection, [draft.stream for draft in drafts])
    known = by_ids(connection, [draft.event.id for draft in drafts if draft.event.id])
    fresh = [draft for draft in drafts if draft.event.id not in known]
    at = store.now()
    written = write(connection, fresh, at)
    projection.move(connection, written.events)
    ended = [event.night for event in written.events if event.night and event.type in _NIGHT_ENDS]
    for stream in dict.fromkeys((*ended, *written.due)):
        commit_heads(connection, store, at, only=stream)
    new = iter(written.events)
    return tuple(known.get(draft.event.id) or next(new) for draft in drafts)


def record(connection: Connection, store: Store, *new: Event) -> None:
    """Append events that belong to a change of state made in the same transaction."""
    append(connection, store, [draft(store, event) for event in new])
