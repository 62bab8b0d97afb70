"""The outbox of GitHub writes, and the turns that all of them share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = ("holds", "turns", "outbox")


def upgrade() -> None:
    """Make the tables; nothing that is there changes."""
    _make_outbox()
    _make_pace()


def downgrade() -> None:
    """Drop the tables: what was published stays known by `publications` and by the marks on GitHub."""
    for table in _TABLES:
        op.drop_table(table)


def _text(name: str, size: int = 255) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False)


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        _text("repository"),
        _text("kind", 32),
        _text("target"),
        _text("digest", 64),
        _text("state", 16),
        _text("result"),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        _text("night"),
        _text("intended_at", 32),
        sa.Column("confirmed_at", sa.String(32)),
        sa.PrimaryKeyConstraint("repository", "kind", "target"),
    )
    op.create_index("outbox_by_state", "outbox", ["state", "intended_at"])


def _make_pace() -> None:
    op.create_table(
        "turns",
        _text("id", 64),
        _text("lane"),
        _text("at", 32),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("turns_by_lane", "turns", ["lane", "at"])
    op.create_table(
        "holds",
        _text("lane"),
        _text("until", 32),
        sa.PrimaryKeyConstraint("lane"),
    )
