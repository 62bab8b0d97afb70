"""The ledger: Overnight's own database (SQLite or PostgreSQL), reached through `LedgerDatabase`."""

from __future__ import annotations

from .chain import uuid7
from .database import LedgerDatabase
from .upgrade import check, downgrade, upgrade

__all__ = ["LedgerDatabase", "check", "downgrade", "upgrade", "uuid7"]
