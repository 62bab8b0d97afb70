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
    """

    url: str
    now: Callable[[], datetime] = utc_now
    clean: Callable[[Any], Any] = unchanged

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
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    if connection.dialect.name == "postgresql":
        insert: Any = postgresql.insert(table)
    else:
        insert = sqlite.insert(table)
    values = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=values), list(rows))


def storable(text: str) -> str:
    """Return text that every database stores: a NUL or half a surrogate pair becomes U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)
