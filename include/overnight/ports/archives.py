"""History that left the database for object storage, and the root that keeps it provable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..domain.events import EventQuery


@dataclass(frozen=True, slots=True)
class ClosedStream:
    """A stream that ended long enough ago to leave.

    :param seq: its last position, where its chain stands at `hash`.
    """

    stream: str
    repository: str
    seq: int
    hash: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class ArchivedStream:
    """The root of events `first` to `seq` of a stream, after the hash `previous`.

    :param uri: of the manifest; `manifest_sha256` is of its bytes.
    """

    stream: str
    seq: int
    hash: str
    first: int
    previous: str
    repository: str
    begins_at: datetime
    ends_at: datetime
    uri: str = ""
    manifest_sha256: str = ""
    archived_at: datetime | None = None

    @property
    def count(self) -> int:
        """How many events left."""
        return self.seq - self.first + 1


class ArchivingLedger(Protocol):
    """A ledger whose old nights can leave."""

    def closed_streams(self, before: datetime) -> tuple[ClosedStream, ...]:
        """Return nights whose last event is older than this and that ended, or fell silent a week ago."""

    def lines(self, stream: str) -> Iterator[str]:
        """Yield a stream's events as the chain knows them, one JSON object each."""

    def root_of(self, stream: str, lines: Iterable[str]) -> ArchivedStream:
        """Return the root that lines claim, at least one; `prove` says whether rightly."""

    def prove(self, root: ArchivedStream, lines: Iterable[str]) -> str:
        """Return what is wrong with archived lines, the first bad event by name; "" when they verify."""

    def leave(self, root: ArchivedStream, lines_sha256: str) -> bool:
        """Put the root on record and delete its events, in one transaction.

        False when the stream is no longer what was archived (it grew, or a payload was removed), or left
        already: nothing was changed.
        """

    def archived(self, query: EventQuery | None = None) -> tuple[ArchivedStream, ...]:
        """Return what left, oldest first; with a query, what it would have looked at."""

    def roots(self) -> tuple[ArchivedStream, ...]:
        """Return what the chain says that left, in the order it left; when it left is not part of it."""

    def acknowledged(self) -> Mapping[str, str]:
        """Return every finding that was accepted → who did so, and why."""
