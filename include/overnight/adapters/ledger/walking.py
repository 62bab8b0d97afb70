"""One walk along a chain, event by event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .chain import CHAINED, GENESIS, HEADS, digest, link_cells
from .evidence import Evidence

_CELLS = len(CHAINED)


@dataclass(slots=True)
class Walk:
    """Walks a stream from a place known to be whole; stops finding after the first thing nobody acknowledged.

    A row is the values of `CHAINED` in their order, then hash, salt and body.
    """

    stream: str
    evidence: Evidence
    seq: int = 0
    hash: str = GENESIS
    findings: list[str] = field(default_factory=list)

    def step(self, row: Sequence[Any]) -> None:
        """Hold the next event against the one before it."""
        if self.findings:
            return
        seq, hash_ = row[1], row[_CELLS]
        if (
            seq != self.seq + 1
            or link_cells(self.hash, row[:_CELLS]) != hash_
            or self._wrong_beyond_the_link(row)
        ):
            for finding in self._wrong_with(row):
                self._say(finding)
        self.seq, self.hash = seq, hash_

    def end(self) -> None:
        """Hold the end against the stream's head, and against what was committed of it."""
        if self.findings:
            return
        head, last = self.evidence.heads.get(self.stream, (0, GENESIS)), self.evidence.last_seq(self.stream)
        if last > self.seq:
            gone = f"event {last} is" if last == self.seq + 1 else f"events {self.seq + 1} to {last} are"
            self._say(f"stream {self.stream}: {gone} missing at its end")
        elif head != (self.seq, self.hash):
            self._say(
                f"stream {self.stream}: its head says event {head[0]}, the last one is event {self.seq}"
            )

    def _say(self, finding: str) -> None:
        if not self.findings and finding not in self.evidence.acknowledged:
            self.findings.append(finding)

    def _wrong_with(self, row: Sequence[Any]) -> Iterator[str]:
        seq, id_ = row[1], row[2]
        if seq <= self.seq:
            yield f"stream {self.stream}: event {seq} ({id_}) stands after event {self.seq}"
        elif seq != self.seq + 1:
            gone = f"event {seq - 1} is" if seq == self.seq + 2 else f"events {self.seq + 1} to {seq - 1} are"
            yield f"stream {self.stream}: {gone} missing before event {seq} ({id_})"
        elif link_cells(self.hash, row[:_CELLS]) != row[_CELLS]:
            yield f"stream {self.stream}, event {seq} ({id_}): was changed after it was written"
            return
        # After a gap the link proves nothing any more, the rest still does.
        if wrong := self._wrong_beyond_the_link(row):
            yield f"stream {self.stream}, event {seq} ({id_}): {wrong}"

    def _wrong_beyond_the_link(self, row: Sequence[Any]) -> str:
        seq, id_, digested = row[1], row[2], row[_CELLS - 1]
        hash_, salt, body = row[_CELLS:]
        if self.evidence.committed.get(self.stream, {}).get(seq, hash_) != hash_:
            return "is not the event committed to the stream heads"
        if body is None:
            told = id_ in self.evidence.removed and self.stream != HEADS  # commitments are never emptied
            return "" if told else "its payload is gone without a tombstone"
        if digest(salt, body) != digested:
            return "its payload was changed after it was written"
        return self.evidence.notes.get(id_, "")
