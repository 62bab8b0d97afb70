"""One SQLAlchemy engine per database and process, made so that concurrent writers queue instead of failing.

SQLite: WAL, BEGIN IMMEDIATE for writes (a deferred BEGIN that later writes fails at once when another
writer was quicker), a connection per transaction, 30 s of patience. PostgreSQL: psycopg 3, small pool.
An engine is kept per process id, because LocalExecutor forks and a forked connection belongs to two.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from ...domain.errors import SettingsError

PATIENCE_SECONDS = 30
WRITES = "overnight_writes"
"""Execution option of a connection whose transaction will write."""

_POSTGRESQL = "postgresql+psycopg"
_engines: dict[tuple[str, int], Engine] = {}
_lock = Lock()


def open_engine(url: str) -> Engine:
    """Return this process' engine for a database, made on first use.

    :raises SettingsError: the URL is not one of a SQLite file or a PostgreSQL database.
    """
    key = (url, os.getpid())
    with _lock:
        if key not in _engines:
            _engines[key] = _make_engine(parse_url(url))
        return _engines[key]


def close_engine(url: str) -> None:
    """Close this process' connections to a database; a later use opens new ones."""
    with _lock:
        engine = _engines.pop((url, os.getpid()), None)
    if engine is not None:
        engine.dispose()


def parse_url(text: str) -> URL:
    """Return the URL with its driver written out: `postgres://` and `postgresql://` mean psycopg 3."""
    try:
        url = make_url(text.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        # The text may hold a password, so neither it nor the foreign error is shown.
        raise SettingsError("OVERNIGHT_LEDGER_URL is not a URL; write sqlite:////path/to/ledger.db") from None
    if url.drivername == "postgresql":
        return url.set(drivername=_POSTGRESQL)
    if url.drivername not in {"sqlite", "sqlite+pysqlite", _POSTGRESQL}:
        raise SettingsError(
            f"OVERNIGHT_LEDGER_URL: {url.drivername} is not supported; use sqlite:// or postgresql://"
        )
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise SettingsError("OVERNIGHT_LEDGER_URL names no file; write sqlite:////path/to/ledger.db")
    return url


def describe(url: URL) -> str:
    """Return a name of the database for people, without user, password or options."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite file {url.database}"
    return f"PostgreSQL database {url.database} on {url.host or url.query.get('host', 'the local socket')}"


def lock(connection: Connection, *names: str, shared: bool = False) -> None:
    """Hold named locks until the transaction ends, taken in the order given.

    SQLite needs none: a write transaction there is alone already.
    """
    if connection.dialect.name != "postgresql":
        return
    take = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    for name in names:
        connection.exec_driver_sql(f"SELECT {take}(hashtextextended(%s, 0))", (f"overnight/{name}",))


def _make_engine(url: URL) -> Engine:
    return _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000}")
    connection.execute("PRAGMA secure_delete = ON")  # a tombstoned payload leaves no trace in free pages
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_size=2,
        max_overflow=8,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 10, "application_name": "overnight"},
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES, False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
