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


REVISIONS = ("0001", "0002", "0003", "0004")
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
    Index("events_by_issue", "issue", "at"),
    Index("events_by_severity", "severity", "at"),
    Index("events_by_repository", "repository", "at"),
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
    Column("tag", String(64), nullable=False),
    Column("review", Boolean, nullable=False),
    Column("reviewed_at", Moment),
    Column("outcome", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("renewed_at", Moment),
    Index("escalations_by_time", "at"),
    Index("escalations_by_expiry", "expires_at"),
    Index("escalations_by_release", "released_at"),
    Index("escalations_by_review", "review", "reviewed_at", "at"),
)
"""The quota counts by `at`, which never runs backwards; `renewed_at` and `expires_at` are wall clock."""

throttle = Table(
    "throttle",
    metadata,
    Column("rules", String(255), primary_key=True),
    Column("open", Boolean, nullable=False),
    Column("since", Moment, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("repository", String(255), nullable=False),
    Column("checked_at", Moment, nullable=False),
)
"""One row, or one for each set of thresholds where repositories have their own."""

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("repository", String(255), nullable=False),
    Column("issue", Integer),
    Column("subject", Text, nullable=False),
    Column("who", String(255), nullable=False),
    Column("why", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment),
    Column("source", String(32), nullable=False),
    Index("approvals_by_issue", "repository", "issue"),
    Index("approvals_by_time", "at"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("repository", String(255), nullable=False),
    Column("issue", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("night", String(255), nullable=False),
    Column("at", Moment, nullable=False),
    Column("answered_at", Moment),
    Index("questions_by_issue", "repository", "issue"),
    Index("questions_by_answer", "answered_at", "at"),
)

circuits = Table(
    "circuits",
    metadata,
    Column("endpoint", String(255), primary_key=True),
    Column("failures", Text, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("opened_at", Moment),
    Column("probe_at", Moment),
    Column("probing", Boolean, nullable=False),
    Column("cooldown", Integer, nullable=False),
)
"""`failures`: the moments of the latest ones in a row, JSON; `cooldown` in seconds."""

lessons = Table(
    "lessons",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("repository", String(255), nullable=False),
    Column("rule", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("pattern", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("learnt_at", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("retired", Text, nullable=False),
    Index("lessons_by_repository", "repository", "last_seen"),
)
"""`fingerprint` is of repository, rule and advice: what makes two lessons the same one."""

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
    Index("spending_by_time", "at", "repository", "issue", "booked"),
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
