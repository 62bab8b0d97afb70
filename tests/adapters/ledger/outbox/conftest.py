"""A ledger with the outbox in it: a SQLite file, and a database of one real PostgreSQL."""

import pytest
from sqlalchemy import delete

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.outbox.tables import holds, outbox, turns
from include.overnight.adapters.ledger.store import Store

from ..conftest import clock, migrated_file, postgresql, url

__all__ = ["clock", "migrated_file", "postgresql", "url"]


@pytest.fixture
def box_url(url):
    """The URL of a ledger whose outbox is there and empty."""
    with Store(url).write() as connection:
        for table in (outbox, turns, holds):
            connection.execute(delete(table))
    return url


@pytest.fixture
def box(box_url, clock):
    return LedgerDatabase(box_url, now=clock)
