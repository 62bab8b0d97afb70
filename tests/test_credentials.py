"""Secrets come from the environment or from connections, and are never shown."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from include.overnight.credentials import (
    GITHUB_CONNECTION,
    LEDGER_CONNECTION,
    OPENAI_CONNECTION,
    Credentials,
    connections_of,
    from_environment,
    ledger_url,
    only_for_airflow,
    with_connections,
)

NAMES = frozenset({"OPENAI_API_KEY"})


@dataclass
class Given:
    """A connection as Airflow gives it."""

    password: str | None = None
    host: str | None = None
    extra_dejson: dict[str, Any] = field(default_factory=dict)
    uri: str = ""

    def get_uri(self) -> str:
        return self.uri


def laid_over(credentials, **connections):
    return with_connections(credentials, connections.get)


def test_the_environment_gives_token_and_keys_without_the_blanks_around_them():
    found = from_environment({"GITHUB_TOKEN": " tok \n", "OPENAI_API_KEY": "sk\n", "OTHER": "x"}, NAMES)
    assert (found.github_token, dict(found.keys)) == ("tok", {"OPENAI_API_KEY": "sk"})


def test_an_empty_key_is_no_key():
    assert from_environment({"OPENAI_API_KEY": "  "}, NAMES).keys == {}


def test_without_connections_nothing_changes():
    credentials = Credentials(github_token="tok", keys={"OPENAI_API_KEY": "sk"})
    assert laid_over(credentials) == credentials


def test_a_connection_without_a_password_leaves_the_token_of_the_environment():
    found = laid_over(Credentials(github_token="tok"), **{GITHUB_CONNECTION: Given(host="http://forge")})
    assert (found.github_token, found.github_url) == ("tok", "http://forge")


def test_an_app_takes_the_place_of_a_token():
    app = {"app_id": 1, "installation_id": 2, "private_key": "pem", "other": "ignored"}
    found = laid_over(Credentials(github_token="tok"), **{GITHUB_CONNECTION: Given(extra_dejson=app)})
    assert found.github_token == ""
    assert set(found.app) == {"app_id", "installation_id", "private_key"}


def test_openais_key_goes_to_no_other_provider():
    other = Credentials(keys={"OTHER_KEY": "other"})
    found = laid_over(other, **{OPENAI_CONNECTION: Given(password="sk-2")})
    assert found.keys == {"OTHER_KEY": "other", "OPENAI_API_KEY": "sk-2"}


def test_openais_connection_brings_its_key_and_endpoint():
    found = laid_over(Credentials(), **{OPENAI_CONNECTION: Given(password="sk-2", host="http://models")})
    assert (found.keys["OPENAI_API_KEY"], found.openai_url) == ("sk-2", "http://models")


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        (Given(extra_dejson={"url": "sqlite:////x.db"}, host="ignored"), "sqlite:////x.db"),
        (Given(host="db", uri="postgres://u:p@db/ledger"), "postgresql://u:p@db/ledger"),
        (Given(), ""),
        (Given(extra_dejson={"url": ""}), ""),
    ],
)
def test_the_ledgers_url_is_the_extra_or_the_uri_or_nothing(connection, url):
    assert ledger_url(connection) == url
    assert laid_over(Credentials(), **{LEDGER_CONNECTION: connection}).ledger_url == url


def test_no_secret_is_in_the_repr():
    shown = repr(
        Credentials(
            "token-4711", "http://forge", {"private_key": "pem-4711"}, {"K": "key-4711"}, "", "url-4711"
        )
    )
    assert "4711" not in shown
    assert "http://forge" in shown


def test_the_redactor_is_told_every_secret_that_is_long_enough_to_be_one():
    credentials = Credentials(
        "token-4711", app={"private_key": "pem-47110815"}, keys={"K": "key-4711", "S": "x"}
    )
    assert credentials.secrets() == {"token-4711", "pem-47110815", "key-4711"}


def test_connections_that_the_command_line_does_not_see_are_told_with_what_it_reads():
    environ = {
        "AIRFLOW_CONN_OVERNIGHT_LEDGER": "{}",
        "AIRFLOW_CONN_OTHER": "{}",
        "AIRFLOW_CONN_GITHUB_DEFAULT": "",
    }
    (said,) = only_for_airflow(connections_of(environ))
    assert "connection overnight_ledger" in said
    assert "OVERNIGHT_LEDGER_URL" in said
