"""Notes by which the ledger speaks of itself: commitments, tombstones, acknowledgements, archived roots."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from .chain import GENESIS, HEADS
from .committing import SIGNATURE, signed_text
from .signing import Signer
from .tables import events, payloads

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
    """

    id: str
    previous: str
    metadata: Mapping[str, Any]


def badly_signed(notes: list[Note], key: str, signer: Signer) -> dict[str, str]:
    """Return what is wrong by event: once one note was signed, every later one must be."""
    if signer.public is None:
        return {}
    wrong: dict[str, str] = {}
    began = False
    for note in notes:
        signature = str(note.metadata.get(SIGNATURE, ""))
        good = signer.signed(signed_text(note.metadata[key], note.previous), signature)
        if not good and (began or signature):
            wrong[note.id] = (
                f"its signature is not that of key {signer.name}" if signature else "is not signed"
            )
        began = began or good
    return wrong


def notes_of(connection: Connection, stream: str) -> Iterator[Note]:
    """Yield a stream's notes with metadata that can be read, oldest first."""
    before = events.alias()
    query = (
        select(events.c.id, payloads.c.body, before.c.hash)
        .join(payloads, payloads.c.event == events.c.id)
        .outerjoin(before, (before.c.stream == events.c.stream) & (before.c.seq == events.c.seq - 1))
        .where(events.c.stream == stream, events.c.type == "governance_note", payloads.c.body.is_not(None))
        .order_by(events.c.seq)
    )
    for row in connection.execute(query):
        if (metadata := _metadata(row.body)) is not None:
            yield Note(row.id, row.hash or GENESIS, metadata)


def _metadata(body: str) -> Mapping[str, Any] | None:
    """Return the metadata; None of a note that was damaged, which then says nothing."""
    try:
        metadata = json.loads(body)["metadata"]
        shaped = isinstance(metadata, Mapping) and all(
            isinstance(metadata.get(key, {}), Mapping) for key in (HEADS, ARCHIVED)
        )
    except (ValueError, KeyError, TypeError):
        return None
    return metadata if shaped else None
