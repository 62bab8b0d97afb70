"""The database itself refuses to change history, whoever asks; only what was archived may leave."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.engine import close_engine, open_engine
from include.overnight.adapters.ledger.roles import role_sql
from include.overnight.domain.errors import SettingsError

from .builders import NIGHT, completed, event, started

ROOT = (
    "INSERT INTO archived_streams (stream, seq, hash, first, previous, repository, begins_at, ends_at, uri, "
    f"manifest_sha256, archived_at) VALUES ('{NIGHT}', 2, 'h', 1, 'p', 'r', 'a', 'b', 'u', 'm', 'c')"
)


@pytest.fixture
def ledger(database):
    database.ledger.append(started(), event(), completed())
    return database.ledger


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET severity = 'critical'",
        "DELETE FROM events",
        "DELETE FROM payloads",
        "UPDATE payloads SET body = '{}'",
        "UPDATE payloads SET salt = ''",
        "DELETE FROM heads",
        "UPDATE heads SET seq = 1",
        "UPDATE heads SET stream = 'x'",
        "DELETE FROM commitments",
        "UPDATE commitments SET seq = 0",
    ],
)
def test_history_and_heads_are_neither_changed_nor_deleted(ledger, raw, statement):
    with pytest.raises(DBAPIError, match="append-only"):
        raw(statement)
    assert ledger.verify() == ()


@pytest.mark.parametrize("table", ["events", "payloads", "heads", "commitments", "archived_streams"])
def test_a_table_of_history_is_not_emptied_or_replaced(ledger, raw, url, table):
    raw(ROOT)
    emptied = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    if table in ("heads", "commitments") and url.startswith("sqlite"):
        more = ", hash" if table == "heads" else ""
        emptied = f"INSERT OR REPLACE INTO {table} SELECT stream, 1{more} FROM {table}"
    with pytest.raises(DBAPIError, match="append-only"):
        raw(emptied if url.startswith("sqlite") else f"TRUNCATE {table}")


def test_only_events_whose_root_is_on_record_may_leave_and_the_root_may_not(ledger, raw):
    raw(ROOT)
    for statement in ("DELETE FROM archived_streams", "UPDATE archived_streams SET seq = 9"):
        with pytest.raises(DBAPIError, match="append-only"):
            raw(statement)
    with pytest.raises(DBAPIError, match="append-only"):
        raw(f"DELETE FROM events WHERE stream = '{NIGHT}'")
    some = f"SELECT id FROM events WHERE stream = '{NIGHT}' AND seq <= 2"
    assert raw(f"DELETE FROM payloads WHERE event IN ({some})") == 2
    assert raw(f"DELETE FROM events WHERE stream = '{NIGHT}' AND seq <= 2") == 2
    (finding,) = ledger.verify()
    assert finding.startswith(f"stream {NIGHT}: events 1 to 2 are missing before event 3 (")


def test_a_role_that_works_cannot_change_history_and_its_keeper_can_tombstone(postgresql, fresh_url):
    if fresh_url.startswith("sqlite"):
        with pytest.raises(SettingsError, match="no plain name"):
            role_sql("x; DROP TABLE events")
        return
    with open_engine(fresh_url).begin() as connection:
        connection.exec_driver_sql(role_sql("worker"))
    try:
        worker, keeper = (
            fresh_url.replace("//postgres:", f"//{name}:") for name in ("worker", "worker_keeper")
        )
        database = LedgerDatabase(worker)
        first, *_ = database.ledger.append(started(), event(), completed())
        assert database.ledger.checkpoint() == ()
        for statement in ("UPDATE events SET issue = 1", "DELETE FROM payloads", "DROP TRIGGER x ON events"):
            refused = pytest.raises(DBAPIError, match=r"permission denied|does not exist|must be owner")
            with refused, open_engine(worker).begin() as connection:
                connection.execute(text(statement))
        LedgerDatabase(keeper).ledger.tombstone(first.id, who="ada", why="a leak")
        assert database.ledger.verify() == ()
        close_engine(worker)
        close_engine(keeper)
    finally:
        with open_engine(fresh_url).begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY worker_keeper; DROP OWNED BY worker")
            connection.exec_driver_sql("DROP ROLE worker_keeper; DROP ROLE worker")
