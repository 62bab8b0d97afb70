"""Intents in the ledger's database: the `Outbox` port."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from ....domain.outbox import Entry, Intent, WriteKind, WriteState
from ....ports import Claim
from ..claims import require
from ..engine import lock
from ..store import Store, storable, upsert
from .holding import alone
from .tables import outbox

_LONGEST_TARGET = 255
_LONGEST_REASON = 2000


class SqlOutbox:
    """One row a key. Intending and confirming are short transactions; the write happens between them.

    :param patience: seconds to wait for a key that another worker holds.
    """

    def __init__(self, store: Store, patience: float = 60.0) -> None:
        self._store = store
        self._patience = patience

    def alone(self, intent: Intent) -> AbstractContextManager[None]:
        """Hold a key for the length of a block; Contended when another worker keeps it too long."""
        return alone(self._store.url, f"outbox/{intent.name}", self._patience)

    def intend(self, intent: Intent, *, claim: Claim | None = None) -> Entry:
        """Write down what is meant, and return it as it stands; FenceLost when the claim is lost.

        The result of an earlier word under the same key stays, so that it can be looked up by id.
        """
        with self._store.write() as connection:
            if claim is not None:
                require(connection, claim)
            lock(connection, f"outbox-row/{intent.name}")
            known = _find(connection, intent)
            if known is not None and known.intent.digest == intent.digest and known.done:
                return known
            same = known is not None and known.intent.digest == intent.digest
            entry = Entry(
                intent,
                WriteState.INTENDED,
                result=known.result if known else "",
                tries=(known.tries if known and same else 0) + 1,
                intended_at=self._store.now(),
            )
            upsert(connection, outbox, [_row(entry, claim.night if claim else "")])
            return entry

    def confirm(self, intent: Intent, result: str) -> None:
        """Write down that it is done. A newer word under the key stays intended, with this result kept."""
        with self._store.write() as connection:
            at = self._store.now()
            connection.execute(update(outbox).where(*_key(intent)).values(result=storable(result[:255])))
            connection.execute(
                update(outbox)
                .where(*_key(intent), outbox.c.digest == intent.digest)
                .values(state=str(WriteState.CONFIRMED), reason="", confirmed_at=at)
            )

    def refuse(self, intent: Intent, reason: str) -> None:
        """Write down that GitHub understood and said no."""
        text = storable(str(self._store.clean(reason))[:_LONGEST_REASON])
        with self._store.write() as connection:
            connection.execute(
                update(outbox)
                .where(*_key(intent), outbox.c.digest == intent.digest)
                .values(state=str(WriteState.REFUSED), reason=text)
            )

    def unsettled(self, repository: str | None = None) -> tuple[Entry, ...]:
        """Return what was meant and is not known to be done, oldest first."""
        query = select(outbox).where(outbox.c.state == str(WriteState.INTENDED))
        if repository is not None:
            query = query.where(outbox.c.repository == repository)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(outbox.c.intended_at, outbox.c.target)).all()
        return tuple(map(_entry, rows))


def _key(intent: Intent) -> tuple[ColumnElement[bool], ...]:
    return (
        outbox.c.repository == intent.repository,
        outbox.c.kind == str(intent.kind),
        outbox.c.target == _target(intent),
    )


def _target(intent: Intent) -> str:
    return storable(intent.target[:_LONGEST_TARGET])


def _find(connection: Connection, intent: Intent) -> Entry | None:
    row = connection.execute(select(outbox).where(*_key(intent))).one_or_none()
    return _entry(row) if row else None


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        Intent(row.repository, WriteKind(row.kind), row.target, row.digest),
        WriteState(row.state),
        row.result,
        row.tries,
        row.reason,
        row.intended_at,
        row.confirmed_at,
    )


def _row(entry: Entry, night: str) -> dict[str, Any]:
    return {
        "repository": entry.intent.repository,
        "kind": str(entry.intent.kind),
        "target": _target(entry.intent),
        "digest": entry.intent.digest,
        "state": str(entry.state),
        "result": entry.result,
        "tries": entry.tries,
        "reason": "",
        "night": night,
        "intended_at": entry.intended_at,
        "confirmed_at": None,
    }
