"""Commit the heads of chains to the stream `heads`: from then on a shorter stream, or one rewritten from
its start, no longer verifies. These are the checkpoints: stream, position (which is also its count of
events), hash; signed where a key is set.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from ...domain.events import Event, EventType
from .chain import GENESIS, GOVERNANCE, HEADS
from .signing import with_signature
from .store import Store, upsert
from .tables import commitments, heads
from .writing import draft, lock_streams, write


def commit_heads(connection: Connection, store: Store, at: datetime, only: str | None = None) -> int:
    """Write every head that moved since it was last committed (or one), and return how many.

    With a key the one is never alone: `governance` goes along, because from the first signed commitment
    on its notes must be signed, and what stood there before must be known.
    """
    lock_streams(connection, [HEADS])
    moved = _moved(connection, only, signed=store.signer.private is not None)
    if moved:
        said = {stream: [seq, hash_] for stream, seq, hash_ in moved}
        tip = connection.execute(select(heads.c.hash).where(heads.c.stream == HEADS)).scalar_one_or_none()
        note = Event(
            EventType.GOVERNANCE_NOTE,
            "Heads of the hash chains committed",
            metadata=with_signature(store.signer, {"heads": said}, tip or GENESIS),
        )
        write(connection, [draft(store, note, HEADS)], at)
        upsert(connection, commitments, [{"stream": stream, "seq": seq} for stream, seq, _ in moved])
    return len(moved)


def _moved(connection: Connection, only: str | None, *, signed: bool) -> list[tuple[str, int, str]]:
    query = (
        select(heads.c.stream, heads.c.seq, heads.c.hash)
        .outerjoin(commitments, commitments.c.stream == heads.c.stream)
        .where(heads.c.stream != HEADS)
        .where((commitments.c.seq.is_(None)) | (commitments.c.seq < heads.c.seq))
        .order_by(heads.c.stream)
    )
    if only is not None:
        query = query.where(heads.c.stream.in_([only, GOVERNANCE] if signed else [only]))
    return [(row.stream, row.seq, row.hash) for row in connection.execute(query)]
