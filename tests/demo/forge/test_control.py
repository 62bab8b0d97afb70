"""The forge's own door: what a person at the demo does to a queue, a check or a conversation."""

import pytest
import requests

from .conftest import HOME


@pytest.fixture
def door(running):
    def send(name, **given):
        return requests.post(f"{running.url}/_forge/{name}", json={"repository": HOME, **given}, timeout=10)

    return send


@pytest.fixture
def queued(running, ask, query, door):
    """#1 waits in the queue of main for `ci`."""
    assert door("guard", contexts=["ci"], queue=True).json()["id"]
    running.forge.commit(HOME, "work", {"a.txt": "a\n"}, "Add a", "bot")
    pull = ask("POST", "pulls", {"title": "Work", "head": "work", "base": "main"}).json()
    assert door("report", number=1).json() == {"sha": pull["head"]["sha"]}
    text = "mutation($id: ID!) { enqueuePullRequest(input: {pullRequestId: $id}) { clientMutationId } }"
    query(text, id=pull["node_id"])
    return pull


def test_a_queue_is_shown_and_its_checks_are_answered(door, ask, queued):
    (entry,) = door("queue").json()
    assert (entry["number"], entry["state"]) == (1, "AWAITING_CHECKS")
    assert door("report", number=1, state="success").json() == {"sha": entry["group_sha"]}
    assert ask("GET", "pulls/1").json()["merged"] is True


def test_a_pull_request_is_thrown_out_with_a_reason(door, ask, queued):
    assert door("dequeue", number=1, reason="checks_timed_out").status_code == 204
    assert door("queue").json() == []
    assert ask("GET", "pulls/1").json()["state"] == "open"


def test_the_default_branch_turns_red(door, ask):
    assert door("report", ref="main", state="failure").status_code == 200
    assert ask("GET", "commits/main/status").json()["state"] == "failure"


def test_reviews_locks_and_transfers_are_made(running, door, ask, queued):
    running.forge.create_issue(HOME, "Second")
    running.forge.create_repository("acme", "attic")
    assert door("review", number=1, author="ann", state="CHANGES_REQUESTED", body="No").json()["id"]
    assert [one["state"] for one in ask("GET", "pulls/1/reviews").json()] == ["CHANGES_REQUESTED"]
    assert door("lock", number=2).status_code == 204
    assert ask("GET", "issues/2").json()["locked"] is True
    assert door("transfer", number=2, to="acme/attic").json() == {"number": 1}


@pytest.mark.parametrize(
    ("name", "given", "status"),
    [
        ("nothing", {}, 404),
        ("report", {}, 422),
        ("dequeue", {"number": "one"}, 422),
        ("dequeue", {"number": 99}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(door, name, given, status):
    assert door(name, **given).status_code == status
