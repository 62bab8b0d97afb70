"""A ledger with a past: eight weeks of nights in two repositories, three that did not run, one backfilled."""

from datetime import UTC, datetime

import pytest

from bench.synthetic import Past, nights, store_bookings
from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.domain.expected_nights import Schedule
from include.overnight.reports.frames import load
from include.overnight.reports.report import Facts

from ..adapters.ledger.builders import skip_fsync

FIRST = datetime(2026, 1, 20, 2, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)
DUE = ("acme/pantry", "overnight_execution.acme.pantry"), ("acme/box", "overnight_execution.acme.box")
LOST = {100, 101, 102}
"""Nights that were due and did not run: pantry on 11 and 12 March, box on 11 March."""


@pytest.fixture(scope="session")
def ledger_url(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('past') / 'ledger.db'}"
    upgrade(url)
    skip_fsync(url)
    database, past = LedgerDatabase(url), Past()
    made = [night for place, night in enumerate(nights(past, [name for name, _ in DUE], FIRST, 60))
            if place not in LOST]  # fmt: skip
    back = datetime(2026, 3, 15, 9, tzinfo=UTC)
    made.append(past.night("acme/pantry", back, trigger="backfill",
                           logical_date=datetime(2026, 2, 28, 3, tzinfo=UTC)))  # fmt: skip
    ran = {night[0].night for night in made}
    past.bookings = [row for row in past.bookings if row["night"] in ran]
    database.ledger.append(*(event for night in made for event in night))
    store_bookings(url, past)
    database.close()
    return url


@pytest.fixture(scope="session")
def database(ledger_url):
    opened = LedgerDatabase(ledger_url)
    yield opened
    opened.close()


@pytest.fixture
def empty(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    opened = LedgerDatabase(url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def frames(database):
    return load(database)


@pytest.fixture
def facts():
    return Facts(NOW, schedules=tuple(Schedule(name, dag, ("0 2 * * *",)) for name, dag in DUE))
