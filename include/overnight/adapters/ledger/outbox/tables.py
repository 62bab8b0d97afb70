"""The outbox's tables, in the ledger's database, as the migration makes them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from ..tables import Moment, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("repository", String(255), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("target", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("result", String(255), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("night", String(255), nullable=False),
    Column("intended_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Index("outbox_by_state", "state", "intended_at"),
)
"""One row a key: the newest word under it. `night` is the claim's, "" for a write without one."""

turns = Table(
    "turns",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("lane", String(255), nullable=False),
    Column("at", Moment, nullable=False),
    Index("turns_by_lane", "lane", "at"),
)
"""Turns of the last hour and those to come."""

holds = Table(
    "holds",
    metadata,
    Column("lane", String(255), primary_key=True),
    Column("until", Moment, nullable=False),
)
