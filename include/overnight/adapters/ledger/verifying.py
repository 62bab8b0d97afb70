"""Prove the history: every hash, every payload, every head; the first bad event of each stream is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from .audit_tables import verified
from .chain import GENESIS, HEADS
from .evidence import START, Evidence, Tip, gather
from .reading import raw_rows
from .signing import UNSIGNED, Signer
from .store import upsert
from .tables import events, heads
from .walking import Walk


def verify(
    connection: Connection, stream: str | None = None, anchor: str = "", signer: Signer = UNSIGNED
) -> tuple[str, ...]:
    """Return what is wrong, empty when everything verifies.

    :param stream: only this one, held against its head and its commitments.
    :param anchor: what `anchor` returned earlier and somebody kept outside the database; the stream `heads`
        is then always walked, else nothing would be held against it.
    :param signer: whose signatures count.
    """
    evidence = gather(connection, anchor, signer)
    if stream is None:
        return _walked(evidence, {}, {*evidence.heads, *evidence.committed}, raw_rows(connection, []))
    known = {stream, HEADS} if anchor else {stream}
    return _walked(evidence, {}, known, raw_rows(connection, [(name, 0) for name in sorted(known)]))


def verify_new(connection: Connection, signer: Signer = UNSIGNED) -> tuple[str, ...]:
    """Return what is wrong with what was written since `remember` was last called, and with every end.

    What was verified before is not read again: an edit of it is found by `verify`.
    """
    evidence = gather(connection, signer=signer)
    done = _done(connection, signer)
    findings = _gone(connection, evidence, done)
    grown = [
        (name, done.get(name, START)[0])
        for name in sorted({*evidence.heads, *evidence.committed})
        if evidence.last_seq(name) > done.get(name, START)[0]
    ]
    for name, seq in grown:
        findings += _walked(evidence, done, {name}, raw_rows(connection, [(name, seq)]))
    return tuple(findings)


def remember(connection: Connection, at: datetime, signer: Signer, tips: Mapping[str, Tip]) -> None:
    """Keep how far the ledger was found whole; signed where a key is set."""
    rows = [
        {
            "stream": name,
            "seq": seq,
            "hash": hash_,
            "at": at,
            "signature": signer.sign(_said(name, seq, hash_)),
        }
        for name, (seq, hash_) in sorted(tips.items())
    ]
    upsert(connection, verified, rows)


def tips_now(connection: Connection) -> dict[str, Tip]:
    """Return every head that `remember` does not know yet."""
    query = (
        select(heads)
        .outerjoin(verified, verified.c.stream == heads.c.stream)
        .where(or_(verified.c.stream.is_(None), verified.c.hash != heads.c.hash))
    )
    return {row.stream: (row.seq, row.hash) for row in connection.execute(query)}


def anchor(connection: Connection) -> str:
    """Return "seq:hash" of the stream `heads`: kept outside, it proves everything committed up to now."""
    row = connection.execute(select(heads).where(heads.c.stream == HEADS)).one_or_none()
    return f"{row.seq}:{row.hash}" if row else f"0:{GENESIS}"


def _walked(
    evidence: Evidence, done: Mapping[str, Tip], known: set[str], rows: Iterable[Sequence[Any]]
) -> tuple[str, ...]:
    unseen, findings = set(known), []
    for name, its_rows in groupby(rows, key=itemgetter(0)):
        walk = Walk(name, evidence, *_start(evidence, done, name))
        for row in its_rows:
            walk.step(row)
        walk.end()
        findings += walk.findings
        unseen.discard(name)
    for name in sorted(unseen):
        walk = Walk(name, evidence, *_start(evidence, done, name))
        walk.end()
        findings += walk.findings
    return tuple(findings)


def _start(evidence: Evidence, done: Mapping[str, Tip], name: str) -> Tip:
    return max(evidence.archived.get(name, START), done.get(name, START))


def _done(connection: Connection, signer: Signer) -> dict[str, Tip]:
    """Return how far each stream was verified; where a key is set, a mark that it did not sign is none."""
    return {
        row.stream: (row.seq, row.hash)
        for row in connection.execute(select(verified))
        if signer.public is None or signer.signed(_said(row.stream, row.seq, row.hash), row.signature)
    }


def _gone(connection: Connection, evidence: Evidence, done: Mapping[str, Tip]) -> list[str]:
    """Return streams whose verified place is no longer there: cheap, one indexed row a stream."""
    at_place = and_(events.c.stream == verified.c.stream, events.c.seq == verified.c.seq)
    rows = connection.execute(select(verified.c.stream, events.c.hash).outerjoin(events, at_place))
    there = {row.stream: row.hash for row in rows}
    findings = []
    for name, (seq, hash_) in sorted(done.items()):
        if evidence.archived.get(name, START)[0] >= seq:
            continue
        if there.get(name) is None:
            findings.append(f"stream {name}: event {seq}, which was verified before, is missing")
        elif there[name] != hash_:
            findings.append(f"stream {name}, event {seq}: is not the event that was verified before")
        elif (head := evidence.heads.get(name, START))[0] <= seq and head != (seq, hash_):
            findings.append(f"stream {name}: its head says event {head[0]}, event {seq} was verified before")
    return [finding for finding in findings if finding not in evidence.acknowledged]


def _said(stream: str, seq: int, hash_: str) -> list[Any]:
    return ["verified", stream, seq, hash_]
