"""Commit the heads of chains to the stream `heads`: from then on a shorter stream, or one rewritten from
its start, no longer verifies. These are the checkpoints: stream, position (which is also its count of
events), hash; signed where a key is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ...domain.events import Event, EventType
from .chain import GENESIS, HEADS
from .store import Store, upsert
from .tables import commitments, heads
from .writing import draft, lock_streams, write

SIGNATURE = "signature"
SIGNER = "signer"


def commit_heads(connection: Connection, store: Store, at: datetime, only: str | None = None) -> int:
    """Write every head that moved since it was last committed (or one), and return how many."""
    lock_streams(connection, [HEADS])
    moved = _moved(connection, only)
    if moved:
        said = {stream: [seq, hash_] for stream, seq, hash_ in moved}
        note = Event(
            EventType.GOVERNANCE_NOTE,
            "Heads of the hash chains committed",
            metadata={"heads": said, **_signature(connection, store, said)},
        )
        write(connection, [draft(store, note, HEADS)], at)
        upsert(connection, commitments, [{"stream": stream, "seq": seq} for stream, seq, _ in moved])
    return len(moved)


def signed_text(said: Mapping[str, Any], previous: str) -> dict[str, Any]:
    """Return what a commitment's signature covers: a place in the chain belongs to it."""
    return {"heads": dict(said), "after": previous}


def _signature(connection: Connection, store: Store, said: Mapping[str, Any]) -> dict[str, str]:
    if store.signer.private is None:
        return {}
    previous = connection.execute(select(heads.c.hash).where(heads.c.stream == HEADS)).scalar_one_or_none()
    signature = store.signer.sign(signed_text(said, previous or GENESIS))
    return {SIGNATURE: signature, SIGNER: store.signer.name}


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
