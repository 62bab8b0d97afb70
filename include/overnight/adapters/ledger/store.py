"""Transactions on the ledger's database: one that writes, one that reads a still picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from .engine import WRITES, open_engine
from .failures import speaking_sql
from .signing import UNSIGNED, Signer

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def utc_now() -> datetime:
    """Return the moment in UTC."""
    return datetime.now(UTC)


def unchanged(value: Any) -> Any:
    """Return the JSON value as it is: the redactor of a ledger that was given none."""
    return value


@dataclass(frozen=True, slots=True)
class Store:
    """A database, a clock and a redactor; safe to carry over a fork, since it holds no connection.

    :param clean: takes the secrets out of a JSON value before it is stored.
    :param signer: signs what commits and verifies the chains, where a key is set.
    """

    url: str
    now: Callable[[], datetime] = utc_now
    clean: Callable[[Any], Any] = unchanged
    signer: Signer = UNSIGNED

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Hold a write transaction, committed at the end. Errors: Contended, Unreachable, DiskFull,
        SchemaMismatch. Never a model, git or GitHub call inside.
        """
        engine = open_engine(self.url)
        with (
            speaking_sql(engine.url),
            engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Hold a read transaction that sees one moment of the database throughout."""
        engine = open_engine(self.url)
        still = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with (
            speaking_sql(engine.url),
            engine.connect().execution_options(**still) as connection,
            connection.begin(),
        ):
            yield connection


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those with the same primary key."""
    if rows:
        insert = _insert(connection, table)
        keys = [column.name for column in table.primary_key]
        values = {name: insert.excluded[name] for name in rows[0] if name not in keys}
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=values), list(rows))


def add_counts(connection: Connection, table: Table, counts: Mapping[tuple[Any, ...], int]) -> None:
    """Add numbers to the column `n` of the rows with these primary keys, inserting those not there."""
    if counts:
        insert = _insert(connection, table)
        keys = [column.name for column in table.primary_key]
        summed = insert.on_conflict_do_update(index_elements=keys, set_={"n": table.c.n + insert.excluded.n})
        rows = [dict(zip(keys, key, strict=True)) | {"n": n} for key, n in sorted(counts.items())]
        connection.execute(summed, rows)


def _insert(connection: Connection, table: Table) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def storable(text: str) -> str:
    """Return text that every database stores: a NUL or half a surrogate pair becomes U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)
