"""Connections, and the database's errors in our words."""

import os
import socket
import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.engine import WRITES, close_engine, open_engine, parse_url
from include.overnight.adapters.ledger.failures import speaking_sql
from include.overnight.domain.errors import (
    Contended,
    DiskFull,
    NotAuthorized,
    NotFound,
    SchemaMismatch,
    SettingsError,
    Unreachable,
)

from .builders import event


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_driver_of_postgresql_is_written_out(scheme):
    assert parse_url(f"{scheme}://me@db/overnight").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("not a url with hunter2", "not a URL"),
        ("mysql://me:hunter2@db/overnight", "mysql is not supported"),
        ("postgresql+psycopg2://me:hunter2@db/overnight", "psycopg2 is not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_another_kind_of_url_is_refused_without_showing_it(url, says):
    with pytest.raises(SettingsError, match=says) as caught:
        open_engine(url)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_process_has_one_engine_per_database_and_a_forked_child_its_own(url):
    mine = open_engine(url)
    assert open_engine(url) is mine
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"other" if open_engine(url) is not mine else b"same")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 5) == b"other"
    os.close(reader)
    os.close(writer)


def test_sqlite_writers_begin_immediately_and_have_patience(url, path_of):
    if path_of is None:
        return
    close_engine(url)
    with open_engine(url).connect() as connection:
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 30_000
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
    writing = open_engine(url).connect().execution_options(**{WRITES: True})
    with writing as connection, connection.begin(), sqlite3.connect(path_of, timeout=0) as second:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute("BEGIN IMMEDIATE")
        assert second.execute("SELECT count(*) FROM events").fetchone() == (0,)
    second.close()


def test_a_writer_that_waits_too_long_is_told_to_try_again(database, url, path_of):
    open_engine(url)
    impatient = "PRAGMA busy_timeout = 50" if path_of else "SET lock_timeout = '50ms'"
    with open_engine(url).connect().execution_options(**{WRITES: True}) as first, first.begin():
        first.execute(text("DELETE FROM claims"))
        if path_of is None:
            first.execute(text("LOCK TABLE claims"))
        with open_engine(url).connect() as second:
            second.exec_driver_sql(impatient)
            with pytest.raises(Contended, match="busy"), speaking_sql(open_engine(url).url):
                second.exec_driver_sql("DELETE FROM claims")


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        (sqlite3.SQLITE_BUSY, Contended),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Contended),
        (sqlite3.SQLITE_FULL, DiskFull),
        (sqlite3.SQLITE_READONLY, SettingsError),
        (sqlite3.SQLITE_CANTOPEN, SettingsError),
        (sqlite3.SQLITE_CORRUPT, SettingsError),
        (sqlite3.SQLITE_IOERR, Unreachable),
        (sqlite3.SQLITE_ERROR, SchemaMismatch),
        (sqlite3.SQLITE_NOMEM, Unreachable),
    ],
)
def test_sqlites_codes_become_ours(code, ours):
    foreign = sqlite3.OperationalError("words that nobody reads")
    foreign.sqlite_errorcode = code
    with pytest.raises(ours), speaking_sql(parse_url("sqlite:////ledger.db")):
        raise OperationalError("SELECT 1", None, foreign)


@pytest.mark.parametrize(
    ("state", "ours"),
    [
        ("40001", Contended),
        ("40P01", Contended),
        ("55P03", Contended),
        ("53300", Contended),
        ("53100", DiskFull),
        ("57P01", Unreachable),
        ("08006", Unreachable),
        ("28P01", NotAuthorized),
        ("42501", NotAuthorized),
        ("3D000", NotFound),
        ("42P01", SchemaMismatch),
        ("22001", SettingsError),
        ("", Unreachable),
    ],
)
def test_postgresqls_states_become_ours(state, ours):
    kind = type("OperationalError", (Exception,), {"sqlstate": state})
    with pytest.raises(ours), speaking_sql(parse_url("postgresql://me:hunter2@db/overnight")):
        raise IntegrityError("SELECT 1", None, kind("words that nobody reads"))


def test_a_server_that_is_not_there_is_unreachable_and_no_password_is_shown():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    url = f"postgresql://me:hunter2@127.0.0.1:{port}/overnight?sslpassword=hunter2"
    with pytest.raises(Unreachable, match=r"database overnight on 127\.0\.0\.1") as caught:
        LedgerDatabase(url)
    error = caught.value
    while error is not None:
        assert "hunter2" not in f"{error} {error!r}"
        error = error.__cause__ or error.__context__
    close_engine(url)


def test_a_database_that_does_not_exist_is_named(postgresql):
    url = postgresql.replace("/postgres?", "/nowhere?")
    with pytest.raises(NotFound, match=r"nowhere .* create it"):
        LedgerDatabase(url)
    close_engine(url)


def test_no_parameter_of_a_statement_is_shown(database, url):
    unstorable = "\ud800" if url.startswith("sqlite") else "\x00"
    with pytest.raises(SettingsError) as caught:
        database.ledger.append(event(attempt=f"hunter2 {unstorable}"))
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in str(caught.value.__cause__)


def test_a_closed_ledger_opens_again_when_used(database):
    database.ledger.append(event())
    database.close()
    assert database.ledger.verify() == ()
