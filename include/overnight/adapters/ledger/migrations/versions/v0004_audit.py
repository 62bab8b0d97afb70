"""Roots of archived streams, how far verification came, exact counts; guards on heads as well."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from include.overnight.domain.errors import SettingsError

revision = "0004"
down_revision = "0003"

_TABLES = ("event_counts", "archived_streams", "verified")
_REFUSE = "the ledger is append-only"
_ARCHIVED = "EXISTS (SELECT 1 FROM archived_streams WHERE stream = OLD.stream AND seq >= OLD.seq)"
"""The one way by which an event leaves: its stream's root is on record, in a table that only grows."""
_LEAVES = (
    "EXISTS (SELECT 1 FROM events JOIN archived_streams ON archived_streams.stream = events.stream "
    "AND archived_streams.seq >= events.seq WHERE events.id = OLD.event)"
)
_FORWARD = "NEW.stream = OLD.stream AND NEW.seq >= OLD.seq"
_GUARDS = (
    ("heads", "DELETE", ""),
    ("heads", "UPDATE", _FORWARD),
    ("commitments", "DELETE", ""),
    ("commitments", "UPDATE", _FORWARD),
    ("archived_streams", "DELETE", ""),
    ("archived_streams", "UPDATE", ""),
)
"""Table, verb, and what is allowed nevertheless."""


def upgrade() -> None:
    """Make the tables, count what is there, and let nothing leave but what was archived."""
    _make_tables()
    op.drop_index("events_by_issue", "events")
    op.create_index("events_by_issue", "events", ["issue", "at"])
    op.create_index("events_by_repository", "events", ["repository", "at"])
    op.execute(
        "INSERT INTO event_counts (stream, type, severity, n) "
        "SELECT stream, type, severity, count(*) FROM events GROUP BY stream, type, severity"
    )
    for table, unless in (("events", _ARCHIVED), ("payloads", _LEAVES)):
        _drop(table, "DELETE")
        _guard(table, "DELETE", unless)
    for table, verb, unless in _GUARDS:
        _guard(table, verb, unless)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("heads", "commitments", "archived_streams"):
            _guard(table, "TRUNCATE", "")
    else:
        _guard_against_replace()


def downgrade() -> None:
    """Drop the tables; refused while streams are archived, since only these roots prove them."""
    gone = op.get_bind().execute(sa.text("SELECT count(*) FROM archived_streams")).scalar_one()
    if gone:
        raise SettingsError(
            f"{gone} parts of streams are archived, and schema 0003 cannot hold the roots that prove them: "
            "stay at 0004, or restore a backup from before the archiving"
        )
    for table in ("events", "payloads"):
        _drop(table, "DELETE")
        _guard(table, "DELETE", "")
    for table, verb, _ in _GUARDS:
        _drop(table, verb)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("heads", "commitments", "archived_streams"):
            _drop(table, "TRUNCATE")
    else:
        for table in ("heads", "commitments", "archived_streams"):
            _drop(table, "REPLACE")
    op.drop_index("events_by_repository", "events")
    op.drop_index("events_by_issue", "events")
    op.create_index("events_by_issue", "events", ["repository", "issue", "at"])
    for name in _TABLES:
        op.drop_table(name)


def _make_tables() -> None:
    op.create_table(
        "verified",
        *(_text("stream"), _number("seq"), _text("hash", 64), _text("at", 32), _text("signature", 128)),
        sa.PrimaryKeyConstraint("stream"),
    )
    op.create_table(
        "archived_streams",
        *(_text("stream"), _number("seq"), _text("hash", 64), _number("first"), _text("previous", 64)),
        *(_text("repository"), _text("begins_at", 32), _text("ends_at", 32)),
        sa.Column("uri", sa.Text, nullable=False),
        *(_text("manifest_sha256", 64), _text("archived_at", 32)),
        sa.PrimaryKeyConstraint("stream", "seq"),
    )
    op.create_index("archived_by_time", "archived_streams", ["begins_at"])
    op.create_table(
        "event_counts",
        *(_text("stream"), _text("type", 64), _text("severity", 16), _number("n")),
        sa.PrimaryKeyConstraint("stream", "type", "severity"),
    )


def _text(name: str, size: int = 255) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _guard(table: str, verb: str, unless: str) -> None:
    name = f"{table}_refuse_{verb.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        when = f"WHEN NOT ({unless})" if unless else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
        )
    elif "SELECT" not in unless:
        each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
        when = f"WHEN (NOT ({unless}))" if unless else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH {each} {when} "
            "EXECUTE FUNCTION overnight_refuse()"
        )
    else:
        # PostgreSQL allows no subquery in WHEN.
        op.execute(
            f"CREATE FUNCTION overnight_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {unless} THEN RETURN OLD; END IF; RAISE EXCEPTION '{_REFUSE}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION overnight_{name}()"
        )


def _guard_against_replace() -> None:
    # SQLite's INSERT OR REPLACE deletes the old row without its delete trigger.
    for table, taken in (
        ("heads", "stream = NEW.stream AND seq > NEW.seq"),
        ("commitments", "stream = NEW.stream AND seq > NEW.seq"),
        ("archived_streams", "stream = NEW.stream AND seq = NEW.seq"),
    ):
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608 - both are literals above
        op.execute(
            f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN {there} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
        )


def _drop(table: str, verb: str) -> None:
    name = f"{table}_refuse_{verb.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION IF EXISTS overnight_{name}()")
