"""Escalations used and left, the throttle, and words of people, from the command line."""

import json
import re

import pytest

from include.overnight.domain.orders import NightOrder
from include.overnight.ports import Ask

from .conftest import overnight

WORD = ("--who", "Ada", "--why", "the release is tomorrow")


@pytest.fixture
def house(seen):
    """Return the desk of the night that was."""
    return seen.stage.desk(settings="enable_model_escalation = false")


@pytest.fixture
def repository(seen):
    """Return GitHub's id of the repository."""
    return seen.night.repository


def events(seen, type_):
    """Return events of a type, newest first."""
    return seen.json("events", "--type", type_)


def scopes(told):
    """Return the rows by name."""
    return {scope["name"]: scope for scope in told["scopes"]}


def test_what_is_used_and_left_is_told_for_the_organization_and_each_repository(seen, house, repository):
    before = scopes(seen.json("quota"))
    assert next(iter(before)) == "organization"
    order = NightOrder(seen.night.id, "acme", "box")
    lease = house.quota.lease(Ask(order, repository, 9, "gpt-5.1", "project_milestone", 60)).lease
    after = scopes(seen.json("quota"))
    assert [after[name]["used"]["concurrent"] for name in ("organization", "acme/box")] == [1, 1]
    assert after["organization"]["left"]["daily"] == before["organization"]["left"]["daily"] - 1
    assert after["acme/box"]["limit"] is None
    shown = seen.run("quota").stdout
    assert re.search(r"\d+ of 50 +\d+ of 10 +1 of 5 +organization", shown)
    assert "Throttle closed." in shown
    house.quota.release(lease, "accepted")


def test_a_repositorys_cap_is_told_never_above_the_organizations(seen, tmp_path):
    text = (seen.stage.home / "overnight.toml").read_text()
    (tmp_path / "overnight.toml").write_text(
        f'{text}\nquota_limits = {{ daily = 7, hourly = 99 }}\n[[repositories]]\nname = "acme/new"\n'
        "quota_limits = { daily = 3 }\n"
    )
    shown = seen.run("quota", "--json", OVERNIGHT_SETTINGS=str(tmp_path / "overnight.toml")).stdout
    told = scopes(json.loads(shown))
    assert told["acme/box"]["limit"] == {"daily": 7, "hourly": 10, "concurrent": 5}
    assert told["acme/new"]["left"]["daily"] == 3


def test_an_override_wants_a_name_a_reason_and_an_end_that_is_to_come(seen):
    assert seen.run("quota", "override", *WORD).exit_code == 2
    blank = seen.run("quota", "override", "--who", " ", "--why", "x", "--until", "2999-01-01")
    assert (blank.exit_code, "--who and --why must say something" in blank.stderr) == (2, True)
    past = seen.run("quota", "override", *WORD, "--until", "2001-01-01T06:00")
    assert (past.exit_code, "past already" in past.stderr) == (2, True)


def test_an_override_is_stored_told_and_an_event(seen):
    given = seen.json("quota", "override", *WORD, "--until", "2999-01-01T06:00")
    assert (given["subject"], given["until"]) == ("override:quota", "2999-01-01T06:00:00Z")
    (told,) = seen.json("quota")["overrides"]
    assert (told["who"], told["repository"]) == ("Ada", "acme/box")
    assert "Limits lifted for acme/box until 2999-01-01" in seen.run("quota").stdout
    assert events(seen, "approval_given")[0]["metadata"]["who"] == "Ada"
    everywhere = seen.run("quota", "override", "--everywhere", *WORD, "--until", "2999-01-01 07:00")
    assert "Daily and hourly limits do not bind, until 2999-01-01 07:00 UTC" in everywhere.stdout
    assert "organization" in {word["repository"] for word in seen.json("quota")["overrides"]}


def test_what_waits_for_a_person_is_listed_until_it_is_answered(seen, house, repository):
    house.approvals.ask(repository, 1, "escalation:experimental", "a bold idea", seen.night.id)
    (asked,) = seen.json("quota")["queue"]
    assert (asked["kind"], asked["issue"], asked["repository"]) == ("question", 1, "acme/box")
    shown = seen.run("quota").stdout
    assert "escalation:experimental, acme/box" in shown
    assert "a bold idea" in shown
    told = seen.run("approve", 1, "--subject", "escalation:experimental", *WORD, "--until", "2999-01-01")
    assert told.stdout == "Allowed: escalation:experimental for #1, until 2999-01-01 00:00 UTC.\n"
    assert seen.json("quota")["queue"] == []
    assert house.approvals.word(repository, 1, "escalation:experimental").granted
    assert house.approvals.word(repository, 2, "escalation:experimental") is None


def test_a_refusal_is_kept_too(seen, house, repository):
    given = seen.json("approve", 2, "--subject", "protected:migrations/**", "--refuse", *WORD)
    assert given["granted"] is False
    assert house.approvals.word(repository, 2, "protected:migrations/1.sql").granted is False
    assert events(seen, "approval_refused")[0]["issue"] == 2


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("escalation:fun", "'fun' justifies no escalation: the tags are architecture_update"),
        ("override:quota", "overnight quota override"),
        ("lunch:now", "'lunch:now' is no subject"),
        ("protected:", "is no subject"),
    ],
)
def test_a_wrong_subject_is_refused_with_the_right_ones(seen, subject, words):
    result = seen.run("approve", 1, "--subject", subject, *WORD)
    assert (result.exit_code, words in result.stderr) == (2, True)


@pytest.mark.parametrize("command", [("quota",), ("models", "history"), ("models", "explain", "1")])
def test_without_a_ledger_the_message_names_the_fix(nowhere, command):
    result = overnight(*command, env=nowhere)
    assert result.exit_code == 2
    assert re.search("overnight (db upgrade|init)", result.stderr)
