"""History in bulk: what reports and auditors read beyond the `Ledger` port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from ..domain.events import Event, EventQuery
from .archives import ArchivedStream
from .ledger import Ledger

HEADER = ("id", "at", "type", "severity", "repository", "night", "issue", "attempt", "dry_run")
"""The fields of a header, in order; `at` is ISO text in UTC, `repository` GitHub's node id."""


@dataclass(frozen=True, slots=True)
class Booking:
    """Dollars that one model request reserved or spent.

    :param attempt: "<night>/<issue>/<n>", or a last part that names another step ("judge").
    :param settled: False while the reservation stands for a cost that is not known yet.
    """

    at: datetime
    repository: str
    night: str
    issue: int
    attempt: str
    usd: Decimal
    tokens: int
    settled: bool


class EventCounts(Protocol):
    """How many events, in all and by severity and type."""

    @property
    def total(self) -> int: ...
    @property
    def by_severity(self) -> Mapping[str, int]: ...
    @property
    def by_type(self) -> Mapping[str, int]: ...


class History(Ledger, Protocol):
    """A ledger that is read whole: nothing here holds more than a page of it in memory."""

    def scan(self, query: EventQuery) -> Iterator[Event]:
        """Yield matching events one by one, in one read transaction that ends with the iteration."""

    def headers(self, query: EventQuery, page: int = 20_000) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield pages of headers (see `HEADER`), payloads left out."""

    def count(self, query: EventQuery) -> EventCounts:
        """Count matching events (the query's limit does not count)."""

    def archived(self, query: EventQuery | None = None) -> tuple[ArchivedStream, ...]:
        """Return what left for the archive, oldest first; with a query, what it would have looked at."""


class LiveLedger(Protocol):
    """A ledger that is watched."""

    def tail(self, after: Mapping[str, int] | None = None) -> tuple[tuple[Event, ...], dict[str, int]]:
        """Return what was stored after the places an earlier call returned, and the places now."""


class Bookings(Protocol):
    """Money as it was booked."""

    def bookings(self, since: datetime, until: datetime, repository: str | None = None) -> Iterator[Booking]:
        """Yield what was booked from `since` until before `until`, oldest first."""


class HistoryDesk(Protocol):
    """A desk, or a ledger's database, with history and money."""

    @property
    def ledger(self) -> History: ...

    @property
    def budgets(self) -> Bookings: ...


class AuditedLedger(Ledger, Protocol):
    """What an auditor asks of the ledger."""

    def verify(self, stream: str | None = None, *, anchor: str = "") -> tuple[str, ...]:
        """Return what is wrong with the hash chains, empty when they verify."""

    def verify_new(self) -> tuple[str, ...]:
        """Verify what was written since all was last found whole; return what is wrong."""

    def checkpoint(self) -> tuple[str, ...]:
        """Verify everything and, when it does, commit every head that moved; return what is wrong."""

    def anchor(self) -> str:
        """Return "seq:hash", to be kept where the database's owner cannot write."""

    def acknowledge(self, finding: str, *, who: str, why: str) -> Event:
        """Record that a named person accepts a finding, which is then no longer reported."""

    def acknowledged(self) -> Mapping[str, str]:
        """Return every finding that was accepted → who did so, and why."""

    def tombstone(self, event: str, *, who: str, why: str) -> Event:
        """Remove an event's payload for good; the chain still verifies."""

    def rebuild(self) -> tuple[str, ...]:
        """Fold every night anew, repair the rows that differ, and return what differed."""
