"""Retrying an issue: Airflow's tasks of it are cleared, or it is said what does help."""

import pytest
from fastapi.testclient import TestClient

from include.overnight.domain.events import EventQuery, EventType
from include.overnight.web import create_pages

from .conftest import as_
from .seeding import airflows_night, node

BOX = {"owner": "acme", "repo": "box"}


@pytest.fixture
def night(api, seeded):
    api.post("/overnight", json=BOX)
    return airflows_night(seeded)


def test_an_issue_goes_on_where_it_stopped_and_who_asked_is_on_record(api, seeded, conductor, night):
    answer = api.post(f"/nights/{night}/issues/4/retry", json={}, headers=as_("operator"))
    assert (answer.status_code, answer.json()["told"]) == (202, "#4 is retried")
    assert conductor.cleared == [("manual__0:+00:00", 3, 0, False)]
    (event,) = seeded.ledger.events(EventQuery(types=(EventType.GOVERNANCE_NOTE,), night=night, limit=1))
    assert (event.issue, event.metadata["who"]) == (4, "operator")


def test_a_failed_issue_starts_a_new_round_and_is_counted_among_those_that_may_start(api, conductor, night):
    refused = api.post(f"/nights/{night}/issues/3/retry", json={"anew": False})
    assert refused.status_code == 422
    assert "`--anew` starts a new round" in refused.text
    assert api.post(f"/nights/{night}/issues/3/retry", json={"anew": True}).status_code == 202
    assert api.post(f"/nights/{night}/issues/12/retry", json={}).status_code == 202
    # Issue 11 was blocked and has no task: 12 is the eleventh that started.
    assert conductor.cleared == [("manual__0:+00:00", 2, 1, True), ("manual__0:+00:00", 10, 0, False)]


@pytest.mark.parametrize(
    ("issue", "status", "said"),
    [
        (1, 422, "has pull request #1001 already"),
        (11, 409, "was never started"),
        (99, 404, "not in the plan"),
    ],
)
def test_where_nothing_is_to_be_retried_the_answer_says_why(api, conductor, night, issue, status, said):
    answer = api.post(f"/nights/{night}/issues/{issue}/retry", json={})
    assert answer.status_code == status
    assert said in answer.text
    assert conductor.cleared == []


def test_a_night_that_is_none_of_airflows_is_a_409_with_the_command_that_helps(api, seeded):
    answer = api.post("/nights/night-one/issues/3/retry", json={"anew": True})
    assert answer.status_code == 409
    assert "`overnight retry 3 --night night-one --anew` does it" in answer.json()["detail"]


def test_an_issue_that_is_being_worked_on_is_left_alone(api, seeded, conductor, night):
    claim = seeded.claims.claim(node("acme/box"), 4, night, 300)
    answer = api.post(f"/nights/{night}/issues/4/retry", json={})
    seeded.claims.release(claim)
    assert answer.status_code == 503
    assert "a worker of this night holds #4 until" in answer.text
    assert conductor.cleared == []


def test_the_page_of_an_issue_offers_a_retry_to_operators_alone(house, seeded, night):
    with TestClient(create_pages(house), base_url="http://night.example") as pages:
        path = f"/nights/{night}/issues/3"
        assert "Retry this issue" not in pages.get(path, headers=as_("viewer")).text
        assert "Retry this issue" in pages.get(path, headers=as_("operator")).text
        assert "Retry this issue" not in pages.get(f"/nights/{night}/issues/1", headers=as_("admin")).text
