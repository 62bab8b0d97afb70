"""Prove the history: every hash, every payload, every head; the first bad event of each stream is named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, String, select, type_coerce

from .chain import GENESIS, GOVERNANCE, HEADS, digest, link
from .tables import events, heads, payloads

ACKNOWLEDGED = "acknowledged"
"""Metadata key of the note by which a named person accepts a finding."""
REMOVED = "payload_removed"
"""Metadata key of the note that goes with a tombstone: the event's id."""
NOTE_KEYS = frozenset({ACKNOWLEDGED, REMOVED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the ledger says about itself, to hold the streams against.

    :param committed: stream → seq → hash, from the stream `heads` (and from an anchor kept elsewhere).
    """

    heads: Mapping[str, tuple[int, str]]
    committed: Mapping[str, Mapping[int, str]]
    removed: frozenset[str] = frozenset()
    acknowledged: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Walk:
    """One walk along a stream; stops finding after the first thing that nobody acknowledged."""

    stream: str
    evidence: Evidence
    seq: int = 0
    hash: str = GENESIS
    findings: list[str] = field(default_factory=list)

    def step(self, row: Row[Any]) -> None:
        if self.findings:
            return
        self._say(self._wrong_with(row))
        self.seq, self.hash = row.seq, row.hash

    def end(self) -> None:
        if self.findings:
            return
        seq, hash_ = self.evidence.heads.get(self.stream, (0, GENESIS))
        last = max([seq, *self.evidence.committed.get(self.stream, {})])
        if last > self.seq:
            gone = f"event {last} is" if last == self.seq + 1 else f"events {self.seq + 1} to {last} are"
            self._say(f"stream {self.stream}: {gone} missing at its end")
        elif (seq, hash_) != (self.seq, self.hash):
            self._say(f"stream {self.stream}: its head says event {seq}, the last one is event {self.seq}")

    def _say(self, finding: str) -> None:
        if finding and finding not in self.evidence.acknowledged:
            self.findings.append(finding)

    def _wrong_with(self, row: Row[Any]) -> str:
        if row.seq != self.seq + 1:
            return f"stream {self.stream}: event {self.seq + 1} is missing"
        place = f"stream {self.stream}, event {row.seq} ({row.id})"
        if link(self.hash, row._asdict()) != row.hash:
            return f"{place}: was changed after it was written"
        if self.evidence.committed.get(self.stream, {}).get(row.seq, row.hash) != row.hash:
            return f"{place}: is not the event committed to the stream heads"
        return self._wrong_with_payload(place, row)

    def _wrong_with_payload(self, place: str, row: Row[Any]) -> str:
        if row.body is None:
            return (
                "" if row.id in self.evidence.removed else f"{place}: its payload is gone without a tombstone"
            )
        if digest(row.salt, row.body) != row.digest:
            return f"{place}: its payload was changed after it was written"
        return ""


def verify(connection: Connection, stream: str | None = None, anchor: str = "") -> tuple[str, ...]:
    """Return what is wrong, empty when everything verifies.

    :param stream: only this one, held against its head and its commitments.
    :param anchor: what `anchor` returned earlier and somebody kept outside the database.
    """
    evidence = _evidence(connection, anchor)
    unseen = {stream} if stream else {*evidence.heads, *evidence.committed}
    findings: list[str] = []
    for name, rows in _rows(connection, stream):
        walk = _Walk(name, evidence)
        for row in rows:
            walk.step(row)
        walk.end()
        findings += walk.findings
        unseen.discard(name)
    for name in sorted(unseen):
        walk = _Walk(name, evidence)
        walk.end()
        findings += walk.findings
    return tuple(findings)


def anchor(connection: Connection) -> str:
    """Return "seq:hash" of the stream `heads`: kept outside, it proves everything committed up to now."""
    row = connection.execute(select(heads).where(heads.c.stream == HEADS)).one_or_none()
    return f"{row.seq}:{row.hash}" if row else f"0:{GENESIS}"


def _rows(connection: Connection, stream: str | None) -> Iterator[tuple[str, Iterator[Row[Any]]]]:
    # The moment as plain text: one that was tampered with may not even parse.
    at = type_coerce(events.c.at, String).label("at")
    columns = [at if column.name == "at" else column for column in events.c]
    query = (
        select(*columns, payloads.c.salt, payloads.c.body)
        .outerjoin(payloads, payloads.c.event == events.c.id)
        .order_by(events.c.stream, events.c.seq)
        .execution_options(yield_per=1000)
    )
    if stream is not None:
        query = query.where(events.c.stream == stream)
    return groupby(connection.execute(query), key=lambda row: row.stream)


def _evidence(connection: Connection, anchor: str) -> Evidence:
    committed: dict[str, dict[int, str]] = {}
    for note in _notes(connection, HEADS):
        for name, (seq, hash_) in note.get("heads", {}).items():
            committed.setdefault(name, {})[seq] = hash_
    seq, _, hash_ = anchor.partition(":")
    if seq.isdecimal() and int(seq):
        committed.setdefault(HEADS, {})[int(seq)] = hash_
    notes = list(_notes(connection, GOVERNANCE))
    return Evidence(
        heads={row.stream: (row.seq, row.hash) for row in connection.execute(select(heads))},
        committed=committed,
        removed=frozenset(str(note[REMOVED]) for note in notes if REMOVED in note),
        acknowledged=frozenset(str(note[ACKNOWLEDGED]) for note in notes if ACKNOWLEDGED in note),
    )


def _notes(connection: Connection, stream: str) -> Iterator[Mapping[str, Any]]:
    """Yield the metadata of a stream's notes; one that was damaged says nothing."""
    query = (
        select(payloads.c.body)
        .join(events, payloads.c.event == events.c.id)
        .where(events.c.stream == stream, events.c.type == "governance_note", payloads.c.body.is_not(None))
    )
    for body in connection.execute(query).scalars():
        try:
            metadata = json.loads(body)["metadata"]
        except (ValueError, KeyError, TypeError):
            continue
        if isinstance(metadata, Mapping):
            yield metadata
