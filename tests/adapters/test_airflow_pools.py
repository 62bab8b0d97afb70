"""Airflow's pools, as its own command line lists them."""

import json
import sys

import pytest

from include.overnight.adapters.airflow_pools import airflow_pools
from include.overnight.domain.errors import SettingsError


@pytest.fixture
def airflow(tmp_path, monkeypatch):
    """Return how to put a command `airflow` beside a Python of its own, which says what it is told to."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    def saying(stdout, code=0, stderr=""):
        script = f"#!/bin/sh\necho '{stdout}'\necho '{stderr}' >&2\nexit {code}\n"
        (tmp_path / "airflow").write_text(script)
        (tmp_path / "airflow").chmod(0o755)
        return {"AIRFLOW_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}

    return saying


def test_without_an_airflow_nothing_is_asked():
    assert airflow_pools({}) is None


def test_pools_and_their_slots_are_read_behind_whatever_a_plugin_prints(airflow):
    listed = json.dumps(
        [{"pool": "overnight_builds", "slots": "5"}, {"pool": "default_pool", "slots": "128"}]
    )
    assert airflow_pools(airflow(f"loading plugins\n{listed}")) == {
        "overnight_builds": 5,
        "default_pool": 128,
    }


def test_a_database_that_was_never_made_is_named(airflow):
    with pytest.raises(SettingsError, match=r"airflow db migrate.*no such table: slot_pool"):
        airflow_pools(airflow("", 1, "no such table: slot_pool"))


def test_an_answer_that_is_no_list_is_named(airflow):
    with pytest.raises(SettingsError, match="no list of pools"):
        airflow_pools(airflow("nothing"))


def test_a_home_without_the_command_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="no `airflow` command"):
        airflow_pools({"AIRFLOW_HOME": str(tmp_path)})
