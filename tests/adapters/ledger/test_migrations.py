"""Every migration goes forward and back with data in the tables, and what was there survives."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, text

from include.overnight.adapters.ledger import LedgerDatabase, downgrade, upgrade
from include.overnight.adapters.ledger.engine import open_engine
from include.overnight.adapters.ledger.events import SqlLedger
from include.overnight.adapters.ledger.store import Store
from include.overnight.adapters.ledger.upgrade import current
from include.overnight.domain.approvals import Approval
from include.overnight.domain.errors import SchemaMismatch
from include.overnight.domain.lessons import Lesson
from include.overnight.ports import QuotaUse

from .builders import NIGHT, REPOSITORY, asking, ended, planned, started

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
HELD = "0198c0de-0000-7000-8000-00000000000a"


def run(url, statement):
    with open_engine(url).connect() as connection, connection.begin():
        result = connection.execute(text(statement))
        return result.all() if result.returns_rows else None


def text_of(moment):
    return moment.isoformat(timespec="microseconds")


@pytest.fixture
def old_url(empty_url):
    """A ledger of schema 0001 with a night, a held escalation and money spent."""
    upgrade(empty_url)
    SqlLedger(Store(empty_url, lambda: NOW)).append(started(), planned(7), ended(7))
    downgrade(empty_url, "0001")
    ends = text_of(NOW + timedelta(minutes=10))
    at = text_of(NOW - timedelta(minutes=5))
    run(
        empty_url,
        "INSERT INTO escalations (id, repository, night, issue, tier, exempt, at, expires_at) "
        f"VALUES ('{HELD}', '{REPOSITORY}', '{NIGHT}', 7, 'gpt-5.1', false, '{at}', '{ends}')",
    )
    run(
        empty_url,
        "INSERT INTO spending (id, repository, night, issue, attempt, month, at, reserved, booked, tokens) "
        f"VALUES ('s1', '{REPOSITORY}', '{NIGHT}', 7, 'a1', '2026-03', '{at}', 500000, 400000, 12)",
    )
    return empty_url


def test_an_old_ledger_is_refused_until_it_is_upgraded_and_loses_nothing_by_it(old_url):
    with pytest.raises(SchemaMismatch, match=r"schema 0001, 0004 is needed; run `overnight db upgrade`"):
        LedgerDatabase(old_url)
    upgrade(old_url)
    database = LedgerDatabase(old_url, now=lambda: NOW)
    assert database.quota.use() == QuotaUse(daily=1, hourly=1, concurrent=1)
    assert str(database.budgets.spent()) == "0.4"
    assert database.ledger.night(NIGHT).issue(7).status == "pull_request"
    assert database.ledger.verify() == ()
    assert database.approvals.queue() == ()


def test_an_escalation_held_over_the_upgrade_is_renewed_and_released_like_any_other(old_url):
    upgrade(old_url)
    database = LedgerDatabase(old_url, now=lambda: NOW)
    database.quota.renew(HELD, 60)
    database.quota.release(HELD, "accepted")
    assert database.quota.use().concurrent == 0
    assert database.quota.lease(asking()).left == 8


def test_the_way_back_keeps_what_the_old_schema_knows_and_can_be_gone_again(old_url):
    upgrade(old_url)
    database = LedgerDatabase(old_url, now=lambda: NOW)
    database.quota.lease(asking(tag="heavy_refactor"))
    database.approvals.ask(REPOSITORY, 7, "escalation:experimental", "why", NIGHT)
    database.approvals.give(Approval("escalation:experimental", "maria", "yes", REPOSITORY, 7))
    database.lessons.learn(Lesson(REPOSITORY, "Do not print", "gate lint"))
    for _ in range(5):
        database.circuits.failed("https://models.example", "timeout")
    before = database.ledger.verify(), database.quota.use()

    downgrade(old_url, "0001")
    assert current(old_url) == "0001"
    assert "lessons" not in inspect(open_engine(old_url)).get_table_names()
    assert run(old_url, "SELECT count(*) FROM escalations") == [(2,)]
    assert {column["name"] for column in inspect(open_engine(old_url)).get_columns("escalations")} == {
        *("id", "repository", "night", "issue", "tier", "exempt", "at", "expires_at", "released_at")
    }

    upgrade(old_url)
    assert (database.ledger.verify(), database.quota.use()) == before
    assert database.lessons.all() == ()
