"""Connections laid over the environment; what is secret is masked before anything is logged."""

import json
from types import SimpleNamespace

import pytest

from include.overnight.edge.hooks import find_connection, open_desk, trigger_of

from ..staging import TOKEN


def connection(monkeypatch, conn_id, **fields):
    monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps({"conn_type": "generic", **fields}))


def test_without_connections_the_environment_counts(house):
    desk = open_desk()
    assert desk.credentials.github_token == TOKEN
    assert find_connection("nothing_of_the_kind") is None


def test_a_github_connection_wins_over_the_environment(house, monkeypatch):
    connection(monkeypatch, "github_default", password="from-connection", host="http://forge.example/api/v3")
    credentials = open_desk().credentials
    assert credentials.github_token == "from-connection"
    assert credentials.github_url == "http://forge.example/api/v3"


def test_an_empty_github_connection_as_astro_makes_it_changes_nothing(house, monkeypatch):
    connection(monkeypatch, "github_default", password="", host="")
    assert open_desk().credentials.github_token == TOKEN
    assert open_desk().tracker.login() == "overnight-bot"


def test_an_app_connection_needs_no_token(house, monkeypatch):
    extra = {"app_id": 12, "installation_id": 34, "private_key": "-----BEGIN KEY-----"}
    connection(monkeypatch, "github_default", extra=extra)
    credentials = open_desk().credentials
    assert (credentials.github_token, credentials.app["installation_id"]) == ("", 34)


def test_an_openai_connection_brings_key_and_endpoint(house, monkeypatch):
    connection(monkeypatch, "openai_default", password="sk-from-connection", host="http://models.example/v1")
    credentials = open_desk().credentials
    assert credentials.keys["OPENAI_API_KEY"] == "sk-from-connection"
    assert credentials.openai_url == "http://models.example/v1"


def test_the_ledgers_connection_names_the_database(house, monkeypatch, tmp_path):
    url = f"sqlite:///{tmp_path / 'other.db'}"
    connection(monkeypatch, "overnight_ledger", extra={"url": url})
    assert open_desk().ledger_url == url


def test_an_empty_ledger_connection_leaves_the_default(house, monkeypatch, tmp_path):
    connection(monkeypatch, "overnight_ledger", extra={"url": ""})
    assert open_desk().ledger_url == f"sqlite:///{tmp_path / 'work' / 'ledger.db'}"


def test_every_secret_is_masked_in_the_tasks_log(house, monkeypatch):
    from airflow.sdk.log import redact

    connection(monkeypatch, "openai_default", password="sk-from-connection")
    open_desk()
    assert "sk-from-connection" not in str(redact({"said": "key sk-from-connection"}))
    assert TOKEN not in str(redact({"said": f"token {TOKEN}"}))


def test_a_desk_shows_no_secret_when_it_is_printed(house):
    assert TOKEN not in repr(open_desk().credentials)


@pytest.mark.parametrize(
    ("run_type", "trigger"),
    [
        ("scheduled", "scheduled"),
        ("manual", "manual"),
        ("backfill", "backfill"),
        ("asset_triggered", "manual"),
        (SimpleNamespace(value="scheduled"), "scheduled"),
    ],
)
def test_how_a_run_came_to_be_is_told_in_our_words(run_type, trigger):
    assert trigger_of(SimpleNamespace(run_type=run_type)) == trigger
