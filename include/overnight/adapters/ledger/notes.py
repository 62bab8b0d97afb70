"""Notes by which the ledger speaks of itself: commitments, tombstones, acknowledgements, archived roots."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ...domain.events import Event, EventType, Severity
from ...ports.archives import ArchivedStream
from .chain import GENESIS, GOVERNANCE, HEADS
from .signing import with_signature
from .store import Store
from .tables import events, heads, payloads
from .writing import Draft, draft

ACKNOWLEDGED = "acknowledged"
"""Metadata key of the note by which a named person accepts a finding."""
REMOVED = "payload_removed"
"""Metadata key of the note that goes with a tombstone: the event's id."""
ARCHIVED = "archived"
"""Metadata key of the note that goes with an archiving: stream → its root."""
NOTE_KEYS = frozenset({ACKNOWLEDGED, REMOVED, ARCHIVED})


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the ledger about itself.

    :param previous: hash of the event before it.
    :param metadata: empty when it cannot be read.
    """

    id: str
    seq: int
    previous: str
    metadata: Mapping[str, Any]

    def tips(self) -> Mapping[str, tuple[int, str]] | None:
        """Return the heads that a commitment names, None when they cannot be read."""
        try:
            return {name: (int(seq), str(hash_)) for name, (seq, hash_) in self.metadata[HEADS].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def roots(self) -> tuple[ArchivedStream, ...]:
        """Return the roots that an archiving names, none when they cannot be read."""
        try:
            return tuple(_root(name, said) for name, said in self.metadata[ARCHIVED].items())
        except (ValueError, KeyError, TypeError, AttributeError):
            return ()


def draft_note(
    connection: Connection,
    store: Store,
    description: str,
    metadata: Mapping[str, Any],
    severity: Severity = Severity.WARNING,
    repository: str = "",
) -> Draft:
    """Make a note for the stream `governance`, whose lock is held; signed where a key is set."""
    tip = connection.execute(select(heads.c.hash).where(heads.c.stream == GOVERNANCE)).scalar_one_or_none()
    said = with_signature(store.signer, metadata, tip or GENESIS)
    note = Event(EventType.GOVERNANCE_NOTE, description, severity, repository=repository, metadata=said)
    return draft(store, note, GOVERNANCE)


def root_said(root: ArchivedStream) -> dict[str, Any]:
    """Return a root as a note or a manifest tells it; when it left is not part of it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(root).items()
        if name not in ("stream", "archived_at")
    }


def notes_of(connection: Connection, stream: str) -> Iterator[Note]:
    """Yield a stream's notes, oldest first."""
    before = events.alias()
    query = (
        select(events.c.id, events.c.seq, payloads.c.body, before.c.hash)
        .join(payloads, payloads.c.event == events.c.id)
        .outerjoin(before, (before.c.stream == events.c.stream) & (before.c.seq == events.c.seq - 1))
        .where(events.c.stream == stream, events.c.type == "governance_note", payloads.c.body.is_not(None))
        .order_by(events.c.seq)
    )
    for row in connection.execute(query):
        yield Note(row.id, row.seq, row.hash or GENESIS, _metadata(row.body))


def _metadata(body: str) -> Mapping[str, Any]:
    try:
        metadata = json.loads(body)["metadata"]
    except (ValueError, KeyError, TypeError):
        return {}
    return metadata if isinstance(metadata, Mapping) else {}


def _root(stream: str, said: Mapping[str, Any]) -> ArchivedStream:
    moments = {name: datetime.fromisoformat(said[name]) for name in ("begins_at", "ends_at")}
    root = ArchivedStream(**{**said, "stream": stream, **moments})
    if not all(isinstance(number, int) for number in (root.first, root.seq)):
        raise TypeError("positions are numbers")
    return root
