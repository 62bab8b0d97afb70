"""Faults and the journal: what a test orders, and what it can look up afterwards."""

import pytest
import requests

from demo.forge import Fault

from .conftest import HOME


def test_a_fault_before_answers_and_performs_nothing(running, ask):
    body = {"message": "You have exceeded a secondary rate limit."}
    running.order(Fault("/issues$", "POST", status=429, headers={"retry-after": "3"}, body=body))
    answer = ask("POST", "issues", {"title": "One"})
    assert (answer.status_code, answer.headers["retry-after"], answer.json()) == (429, "3", body)
    assert ask("POST", "issues", {"title": "Two"}).json()["number"] == 1


def test_a_fault_after_performs_and_then_loses_the_answer(running, ask):
    running.order(Fault("/issues$", "POST", when="after"))
    assert ask("POST", "issues", {"title": "One"}).status_code == 502
    assert [issue.title for issue in running.forge.issues(HOME)] == ["One"]


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_a_reset_drops_the_connection(running, ask, when, made):
    running.order(Fault("/issues$", "POST", when=when, reset=True))
    with pytest.raises(requests.ConnectionError):
        ask("POST", "issues", {"title": "One"})
    assert len(running.forge.issues(HOME)) == made


def test_a_fault_strikes_as_often_as_ordered_and_only_what_it_matches(running, ask):
    running.order(Fault("/user$", times=2, status=500))
    assert [ask("GET", path).status_code for path in ("issues", "/user", "/user", "/user")] == [
        200,
        500,
        500,
        200,
    ]


def test_faults_are_ordered_and_taken_back_over_http(running, ask):
    door = f"{running.url}/_forge/faults"
    assert (
        requests.post(door, json={"path": "/user", "status": 503, "times": 9}, timeout=5).status_code == 204
    )
    assert ask("GET", "/user").status_code == 503
    assert [fault["times"] for fault in requests.get(door, timeout=5).json()] == [8]
    assert requests.delete(door, timeout=5).status_code == 204
    assert ask("GET", "/user").status_code == 200
    assert requests.post(door, json={"wish": "x"}, timeout=5).status_code == 422


def test_the_journal_holds_every_request_but_no_credential(running, ask, tmp_path):
    ask("POST", "issues", {"title": "One"})
    ask("GET", "/user", token="not-a-token")
    entries = requests.get(f"{running.url}/_forge/journal", timeout=5).json()
    assert [(e["method"], e["path"], e["body"], e["login"], e["status"]) for e in entries] == [
        ("POST", f"/api/v3/repos/{HOME}/issues", {"title": "One"}, "bot", 201),
        ("GET", "/api/v3/user", None, None, 401),
    ]
    kept = (tmp_path / "forge" / "journal.jsonl").read_text()
    assert "bot-token" not in kept
    assert "not-a-token" not in kept
    assert kept.count("\n") == 2
