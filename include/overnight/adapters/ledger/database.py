"""The whole ledger behind one object."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .approvals import SqlApprovals
from .budgets import SqlBudgets
from .circuits import SqlCircuits
from .claims import SqlClaims
from .engine import close_engine
from .events import SqlLedger
from .lessons import SqlLessons
from .outbox import SqlOutbox, SqlTurns
from .quotas import SqlQuota
from .records import SqlRecords
from .signing import signer_of
from .store import Store, unchanged, utc_now
from .upgrade import check


class LedgerDatabase:
    """A ledger that is there and has the right schema.

    :param url: `sqlite:////path/to/ledger.db` or `postgresql://…`.
    :param clean: the redactor for JSON values; nothing is stored that did not pass it.
    :param now: the clock, in UTC.
    :param key: signs commitments, Ed25519 in PEM or 32 bytes in base64; "" for none.
    :raises SchemaMismatch: the schema is missing or another version's; only `overnight db upgrade` migrates.
    """

    def __init__(
        self,
        url: str,
        clean: Callable[[Any], Any] = unchanged,
        now: Callable[[], datetime] = utc_now,
        key: str = "",
    ) -> None:
        check(url)
        store = Store(url, now, clean, signer_of(key))
        self._url = url
        self.ledger = SqlLedger(store)
        self.claims = SqlClaims(store)
        self.quota = SqlQuota(store)
        self.budgets = SqlBudgets(store)
        self.records = SqlRecords(store)
        self.approvals = SqlApprovals(store)
        self.circuits = SqlCircuits(store)
        self.lessons = SqlLessons(store)
        self.outbox = SqlOutbox(store)
        self.turns = SqlTurns(store)

    def close(self) -> None:
        """Close this process' connections; every part opens new ones when used again."""
        close_engine(self._url)
