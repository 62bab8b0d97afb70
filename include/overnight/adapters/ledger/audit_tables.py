"""What audits keep beside history: how far they came, the roots of what left, exact counts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from .tables import Moment, metadata

verified = Table(
    "verified",
    metadata,
    Column("stream", String(255), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("signature", String(128), nullable=False),
)
"""How far each stream was read and found whole: where an incremental verification begins."""

archived_streams = Table(
    "archived_streams",
    metadata,
    Column("stream", String(255), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("repository", String(255), nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("uri", Text, nullable=False),
    Column("manifest_sha256", String(64), nullable=False),
    Column("archived_at", Moment, nullable=False),
    Index("archived_by_time", "begins_at"),
)
"""The root of what left for object storage: events `first` to `seq`, whose chain ends in `hash`. A row here
is what permits those events, and no others, to be deleted."""

event_counts = Table(
    "event_counts",
    metadata,
    Column("stream", String(255), primary_key=True),
    Column("type", String(64), primary_key=True),
    Column("severity", String(16), primary_key=True),
    Column("n", BigInteger, nullable=False),
)
"""Statistics without a scan; by stream, whose writer holds its lock already, so that nobody waits."""
