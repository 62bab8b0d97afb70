"""The tables, as `migrations/` makes them (a test compares the two).

Two kinds in one database: `events`, `payloads` and `heads` are the truth about history; the others are
state (locks, leases, money) and the projection that pages read. JSON is kept as text that we write
ourselves, since the chain's hash covers it to the byte and escaped text stores anywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A UTC moment as text of one width, so that both databases compare and hash it alike."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


def moment_text(at: datetime) -> str:
    """Return a moment as stored; ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


REVISIONS = ("0001",)
"""Every schema version there has been, oldest first; the last one is what this code needs."""

version = Table("overnight_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own table, under a name of ours: a database shared with another application stays whole."""

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("stream", String(255), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("type", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("repository", String(255), nullable=False),
    Column("night", String(255), nullable=False),
    Column("issue", Integer),
    Column("attempt", String(255), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("events_by_time", "at"),
    Index("events_by_type", "type", "at"),
    Index("events_by_issue", "repository", "issue", "at"),
    Index("events_by_severity", "severity", "at"),
)

payloads = Table(
    "payloads",
    metadata,
    Column("event", String(64), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("body", Text),
)

heads = Table(
    "heads",
    metadata,
    Column("stream", String(255), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

commitments = Table(
    "commitments",
    metadata,
    Column("stream", String(255), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""How far each stream has been committed to the stream `heads`; its own table, so that a writer of one
stream and a committer of all never wait for each other's rows."""

nights = Table(
    "nights",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("repository", String(255), nullable=False),
    Column("status", String(16), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("document", Text, nullable=False),
    Index("nights_by_time", "seen_at"),
    Index("nights_by_repository", "repository", "seen_at"),
)

night_issues = Table(
    "night_issues",
    metadata,
    Column("night", String(255), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("sequence_type", String(64), nullable=False),
    Column("complexity", String(16), nullable=False),
    Column("status", String(32), nullable=False),
    Column("pull_request", Integer),
    Column("document", Text, nullable=False),
    Index("night_issues_by_number", "number"),
)

claims = Table(
    "claims",
    metadata,
    Column("repository", String(255), primary_key=True),
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("night", String(255), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("released", Boolean, nullable=False),
    Index("claims_by_night", "night"),
)

escalations = Table(
    "escalations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("repository", String(255), nullable=False),
    Column("night", String(255), nullable=False),
    Column("issue", Integer, nullable=False),
    Column("tier", String(64), nullable=False),
    Column("exempt", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("released_at", Moment),
    Index("escalations_by_time", "at"),
    Index("escalations_by_expiry", "expires_at"),
)

spending = Table(
    "spending",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("repository", String(255), nullable=False),
    Column("night", String(255), nullable=False),
    Column("issue", Integer, nullable=False),
    Column("attempt", String(255), nullable=False),
    Column("month", String(7), nullable=False),
    Column("at", Moment, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("booked", BigInteger, nullable=False),
    Column("settled_at", Moment),
    Column("tokens", BigInteger, nullable=False),
    Index("spending_by_attempt", "attempt", "booked"),
    Index("spending_by_issue", "repository", "issue", "booked"),
    Index("spending_by_night", "night", "booked"),
    Index("spending_by_month", "month", "booked"),
)
"""Money in millionths of a dollar; `booked` is the reservation until it is settled, then the real cost."""

changes = Table(
    "changes",
    metadata,
    Column("repository", String(255), primary_key=True),
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("night", String(255), primary_key=True),
    Column("kept_at", Moment, nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("passed", Boolean),
    Column("document", Text, nullable=False),
    Index("changes_by_time", "repository", "issue", "kept_at"),
)

publications = Table(
    "publications",
    metadata,
    Column("repository", String(255), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("value", String(255), nullable=False),
)

memories = Table(
    "memories",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("kept_at", Moment, nullable=False),
    Column("document", Text, nullable=False),
)
