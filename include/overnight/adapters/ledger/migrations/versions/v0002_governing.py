"""What governs escalations (tags, reviews, outcomes, the throttle), words of people, breakers and lessons.

Columns are added in place: SQLite would rewrite the table otherwise, and an escalation that is held
while the schema moves must stay held.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NEW_COLUMNS = ("tag", "review", "reviewed_at", "outcome", "reason", "renewed_at")
_NEW_TABLES = ("lessons", "circuits", "questions", "approvals", "throttle")


def upgrade() -> None:
    """Widen `escalations`, make the new tables; every old row stays as it was."""
    _widen_escalations()
    op.create_index("spending_by_time", "spending", ["at", "repository", "issue", "booked"])
    _make_words()
    _make_state()


def downgrade() -> None:
    """Drop the new tables and columns, and what is in them."""
    for table in _NEW_TABLES:
        op.drop_table(table)
    op.drop_index("spending_by_time", "spending")
    for index in ("escalations_by_release", "escalations_by_review"):
        op.drop_index(index, "escalations")
    for column in _NEW_COLUMNS:
        op.drop_column("escalations", column)


def _text(name: str, size: int = 255) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _moment(name: str, *, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), nullable=empty)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _widen_escalations() -> None:
    # SQLite cannot drop a default from a column, and PostgreSQL need not: no code of ours relies on one.
    for column in (
        sa.Column("tag", sa.String(64), nullable=False, server_default=""),
        sa.Column("review", sa.Boolean, nullable=False, server_default=sa.false()),
        _moment("reviewed_at", empty=True),
        sa.Column("outcome", sa.String(32), nullable=False, server_default=""),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        _moment("renewed_at", empty=True),
    ):
        op.add_column("escalations", column)
    op.create_index("escalations_by_release", "escalations", ["released_at"])
    op.create_index("escalations_by_review", "escalations", ["review", "reviewed_at", "at"])


def _make_words() -> None:
    op.create_table(
        "approvals",
        _text("id", 64),
        _text("repository"),
        sa.Column("issue", sa.Integer),
        _long("subject"),
        _text("who"),
        _long("why"),
        _flag("granted"),
        _moment("at"),
        _moment("until", empty=True),
        _text("source", 32),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("approvals_by_issue", "approvals", ["repository", "issue"])
    op.create_index("approvals_by_time", "approvals", ["at"])
    op.create_table(
        "questions",
        _text("id", 64),
        _text("repository"),
        sa.Column("issue", sa.Integer, nullable=False),
        _long("subject"),
        _long("why"),
        _text("night"),
        _moment("at"),
        _moment("answered_at", empty=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("questions_by_issue", "questions", ["repository", "issue"])
    op.create_index("questions_by_answer", "questions", ["answered_at", "at"])


def _make_state() -> None:
    op.create_table(
        "throttle",
        _text("rules"),
        _flag("open"),
        _moment("since"),
        _long("reasons"),
        _text("repository"),
        _moment("checked_at"),
        sa.PrimaryKeyConstraint("rules"),
    )
    op.create_table(
        "circuits",
        _text("endpoint"),
        _long("failures"),
        _text("kind", 64),
        _moment("opened_at", empty=True),
        _moment("probe_at", empty=True),
        _flag("probing"),
        sa.Column("cooldown", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("endpoint"),
    )
    op.create_table(
        "lessons",
        _text("id", 64),
        _text("fingerprint", 64),
        _text("repository"),
        *(_long(name) for name in ("rule", "advice", "source", "pattern", "scope")),
        sa.Column("uses", sa.Integer, nullable=False),
        _moment("learnt_at"),
        _moment("last_seen"),
        _long("retired"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
    )
    op.create_index("lessons_by_repository", "lessons", ["repository", "last_seen"])
