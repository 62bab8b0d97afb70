"""The ledger: history that only grows, state beside it, and the projection that pages read.

Spelled out and not taken from `tables.py`: a migration must still do the same when the tables have moved on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_REFUSE = "the ledger is append-only"
_ERASES = "NEW.body IS NULL AND OLD.body IS NOT NULL AND NEW.salt = '' AND NEW.event = OLD.event"
"""The one change a payload may undergo: a tombstone."""


def upgrade() -> None:
    """Make every table, and the triggers that keep history as it is."""
    _make_history()
    _make_projection()
    _make_locks()
    _make_records()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    """Drop everything."""
    for table in (
        "memories",
        "publications",
        "changes",
        "spending",
        "escalations",
        "claims",
        "night_issues",
        "nights",
        "commitments",
        "heads",
        "payloads",
        "events",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION overnight_refuse()")


def _text(name: str, size: int = 255) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False)


def _moment(name: str, *, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), nullable=empty)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _issue(name: str = "issue", *, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=empty, autoincrement=False)


def _flag(name: str, *, empty: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=empty)


def _json() -> sa.Column[str]:
    return sa.Column("document", sa.Text, nullable=False)


def _make_history() -> None:
    op.create_table(
        "events",
        _text("stream"),
        _number("seq"),
        _text("id", 64),
        _text("type", 64),
        _text("severity", 16),
        _moment("at"),
        _text("repository"),
        _text("night"),
        _issue(empty=True),
        _text("attempt"),
        _flag("dry_run"),
        sa.Column("schema_version", sa.Integer, nullable=False),
        _text("digest", 64),
        _text("hash", 64),
        sa.PrimaryKeyConstraint("stream", "seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("events_by_time", "events", ["at"])
    op.create_index("events_by_type", "events", ["type", "at"])
    op.create_index("events_by_issue", "events", ["repository", "issue", "at"])
    op.create_index("events_by_severity", "events", ["severity", "at"])
    op.create_table(
        "payloads",
        _text("event", 64),
        _text("salt", 64),
        sa.Column("body", sa.Text),
        sa.PrimaryKeyConstraint("event"),
    )
    op.create_table(
        "heads", _text("stream"), _number("seq"), _text("hash", 64), sa.PrimaryKeyConstraint("stream")
    )
    op.create_table("commitments", _text("stream"), _number("seq"), sa.PrimaryKeyConstraint("stream"))


def _make_projection() -> None:
    op.create_table(
        "nights",
        _text("id"),
        _text("repository"),
        _text("status", 16),
        _flag("dry_run"),
        _moment("seen_at"),
        _moment("started_at", empty=True),
        _moment("finished_at", empty=True),
        _json(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("nights_by_time", "nights", ["seen_at"])
    op.create_index("nights_by_repository", "nights", ["repository", "seen_at"])
    op.create_table(
        "night_issues",
        _text("night"),
        _issue("number"),
        _issue("position"),
        _text("sequence_type", 64),
        _text("complexity", 16),
        _text("status", 32),
        _issue("pull_request", empty=True),
        _json(),
        sa.PrimaryKeyConstraint("night", "number"),
    )
    op.create_index("night_issues_by_number", "night_issues", ["number"])


def _make_locks() -> None:
    op.create_table(
        "claims",
        _text("repository"),
        _issue(),
        _text("night"),
        _number("fence"),
        _moment("expires_at"),
        _flag("released"),
        sa.PrimaryKeyConstraint("repository", "issue"),
    )
    op.create_index("claims_by_night", "claims", ["night"])
    op.create_table(
        "escalations",
        _text("id", 64),
        _text("repository"),
        _text("night"),
        _issue(),
        _text("tier", 64),
        _flag("exempt"),
        _moment("at"),
        _moment("expires_at"),
        _moment("released_at", empty=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("escalations_by_time", "escalations", ["at"])
    op.create_index("escalations_by_expiry", "escalations", ["expires_at"])
    op.create_table(
        "spending",
        _text("id", 64),
        _text("repository"),
        _text("night"),
        _issue(),
        _text("attempt"),
        _text("month", 7),
        _moment("at"),
        _number("reserved"),
        _number("booked"),
        _moment("settled_at", empty=True),
        _number("tokens"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("spending_by_attempt", "spending", ["attempt", "booked"])
    op.create_index("spending_by_issue", "spending", ["repository", "issue", "booked"])
    op.create_index("spending_by_night", "spending", ["night", "booked"])
    op.create_index("spending_by_month", "spending", ["month", "booked"])


def _make_records() -> None:
    op.create_table(
        "changes",
        _text("repository"),
        _issue(),
        _text("night"),
        _moment("kept_at"),
        _text("text_sha256", 64),
        _flag("dry_run"),
        _flag("passed", empty=True),
        _json(),
        sa.PrimaryKeyConstraint("repository", "issue", "night"),
    )
    op.create_index("changes_by_time", "changes", ["repository", "issue", "kept_at"])
    op.create_table(
        "publications",
        _text("repository"),
        _text("key"),
        _text("value"),
        sa.PrimaryKeyConstraint("repository", "key"),
    )
    op.create_table("memories", _text("key"), _moment("kept_at"), _json(), sa.PrimaryKeyConstraint("key"))


def _guard_sqlite() -> None:
    refuse = f"SELECT RAISE(ABORT, '{_REFUSE}')"
    for table, verb, unless in (
        ("events", "UPDATE", ""),
        ("events", "DELETE", ""),
        ("payloads", "UPDATE", f"WHEN NOT ({_ERASES})"),
        ("payloads", "DELETE", ""),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} {unless} "
            f"BEGIN {refuse}; END"
        )
    # INSERT OR REPLACE would delete the old row without its delete trigger.
    for table, taken in (
        ("events", "(stream = NEW.stream AND seq = NEW.seq) OR id = NEW.id"),
        ("payloads", "event = NEW.event"),
    ):
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608 - both are literals above
        op.execute(
            f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN {there} BEGIN {refuse}; END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION overnight_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$"
    )
    for table, verb, row in (
        ("events", "UPDATE", "FOR EACH ROW"),
        ("events", "DELETE", "FOR EACH ROW"),
        ("events", "TRUNCATE", "FOR EACH STATEMENT"),
        ("payloads", "UPDATE", f"FOR EACH ROW WHEN (NOT ({_ERASES}))"),
        ("payloads", "DELETE", "FOR EACH ROW"),
        ("payloads", "TRUNCATE", "FOR EACH STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} {row} "
            "EXECUTE FUNCTION overnight_refuse()"
        )
