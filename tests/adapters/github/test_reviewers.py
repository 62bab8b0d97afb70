"""Asking for reviews: once, and a name GitHub does not take spoils nothing."""

import logging

import pytest

from demo.forge import Fault
from include.overnight.domain.errors import Unreachable

from .pushing import push

HEAD = "overnight/1-add-x"


@pytest.fixture
def ask(forge, writer, pantry):
    push(forge, HEAD)
    for login in ("ann", "bob"):
        forge.forge.add_collaborator("acme/pantry", login, "write")

    def put(*reviewers: str):
        pull = writer.put_pull_request(pantry, head=HEAD, base="main", title="Add x", body="", draft=False)
        writer.put_reviewers(pantry, pull, reviewers)
        return pull

    return put


def asked(forge):
    return [entry.body for entry in forge.requests("POST") if entry.path.endswith("/requested_reviewers")]


def test_people_and_teams_of_codeowners_are_asked_once(forge, ask):
    ask("@ann", "bob", "@acme/docs", "mail@example.org", "@night-owl", "")
    ask("@ann", "bob", "@acme/docs")
    assert asked(forge) == [{"reviewers": ["ann", "bob"], "team_reviewers": ["docs"]}]
    assert set(forge.forge.pull_request("acme/pantry", 1).reviewers) == {"ann", "bob"}


def test_who_has_reviewed_already_is_not_asked_again(forge, ask):
    pull = ask()
    forge.forge.review(forge.forge.pull_request("acme/pantry", pull.number), "ann", "APPROVED")
    ask("ann", "bob")
    assert asked(forge) == []


def test_one_who_is_no_collaborator_is_logged_and_the_others_are_asked(forge, ask, caplog):
    with caplog.at_level(logging.WARNING):
        ask("ann", "stranger")
    assert forge.forge.pull_request("acme/pantry", 1).reviewers == ("ann",)
    assert "stranger" in caplog.text


def test_a_lost_answer_asks_nobody_twice(forge, ask):
    forge.order(Fault("/requested_reviewers$", method="POST", when="after", reset=True))
    ask("ann")
    assert len(asked(forge)) == 1


def test_a_server_that_stays_away_is_told(forge, ask):
    forge.order(Fault("/requested_reviewers$", method="POST", status=502, times=99))
    with pytest.raises(Unreachable):
        ask("ann")
