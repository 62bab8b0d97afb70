"""A room per test: a house with a ledger, and a developer's desk beside it."""

import pytest

from include.overnight.adapters.ledger import upgrade

from ..adapters.desktop.staging import make_template
from .rooms import open_room


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    home = tmp_path_factory.mktemp("templates")
    upgrade(f"sqlite:///{home / 'ledger.db'}")
    return make_template(home / "desk"), home / "ledger.db"


@pytest.fixture
def room(tmp_path, templates, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return open_room(tmp_path, *templates)
