"""A desk of its own for every test, and a git that reads nobody's configuration."""

import pytest

from tests.adapters.desktop.staging import copy_desk, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return make_template(tmp_path_factory.mktemp("desktop") / "template")


@pytest.fixture(autouse=True)
def nobodys_configuration(monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def desk(template, tmp_path):
    return copy_desk(template, tmp_path / "desk")
