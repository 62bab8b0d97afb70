"""Starting nights, leafing through pages, entity tags, problems."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.prioritizing import overrides

from .conftest import as_
from .seeding import HOSTILE, node, seed_large, seed_night

WISH = {"owner": "acme", "repo": "box", "dry_run": True, "issues": [3, 4]}


def test_starting_a_night_triggers_the_run_and_says_where_it_is(api, seeded, conductor):
    answer = api.post("/overnight", json=WISH, headers=as_("operator"))
    assert answer.status_code == 202
    assert conductor.params == [{"dry_run": True, "issues": [3, 4]}]
    run = api.get(answer.headers["location"]).json()
    assert run["state"] == "queued"
    assert run["night"] == answer.json()["night"]
    assert not run["admitted"]
    assert run["url"] == f"/dags/{run['dag_id']}/runs/{run['run_id']}"


def test_who_asks_while_a_night_runs_gets_that_one(api, seeded, conductor):
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: api.post("/overnight", json=WISH), range(6)))
    assert {answer.status_code for answer in answers} == {202}
    assert [answer.json()["started"] for answer in answers].count(True) == 1
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(conductor.runs) == 1


@pytest.mark.parametrize(
    ("wish", "status", "words"),
    [
        ({"owner": "acme", "repo": "unknown"}, 422, '[[repositories]] with name = "acme/unknown"'),
        ({"owner": "acme", "repo": "attic"}, 409, "enabled = true"),
        ({"owner": "acme", "repo": "box", "max_issues_per_run": 0}, 422, "body.max_issues_per_run"),
        ({"owner": "acme", "repo": "box", "max_issues": 3}, 422, "Extra inputs"),
        ({"owner": "acme", "repo": "box", "sequence_order": ["nonsense"]}, 422, "sequence_order"),
        ({"owner": "acme"}, 422, "body.repo"),
        ({"owner": "../etc", "repo": "box"}, 422, "body.owner"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_runs(api, seeded, conductor, wish, status, words):
    answer = api.post("/overnight", json=wish)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert answer.json()["status"] == status
    assert conductor.runs == []


def test_the_overview_tells_the_running_and_the_last_night(api, seeded):
    seed_night(seeded, "night-two", finished=False)
    box = api.get("/overnight", params={"repository": "acme/box"}).json()["repositories"][0]
    assert box["current_night"]["id"] == "night-two"
    assert box["current_night"]["totals"]["planned"] == 12
    assert box["last_night"]["id"] == "night-one"
    assert box["last_night"]["totals"]["by_status"]["pull_request"] == 2
    assert box["next_schedule"] == "2030-01-01T02:00:00Z"


def test_a_repository_without_a_night_has_no_past_and_a_disabled_one_no_future(api):
    box, attic, _ = api.get("/overnight").json()["repositories"]
    assert (box["current_night"], box["last_night"]) == (None, None)
    assert attic["next_schedule"] is None


def test_events_are_leafed_through_without_a_gap_or_a_repeat(api, seeded):
    seed_large(seeded, count=60)  # two hundred events that share one moment
    for path in ("/events", "/nights/night-large/events"):
        seen, cursor = [], ""
        while cursor is not None:
            page = api.get(path, params={"limit": 37, "cursor": cursor}).json()
            seen += [event["id"] for event in page["events"]]
            cursor = page["next"]
        night = "night-large" if "large" in path else None
        every = [event.id for event in seeded.ledger.events(EventQuery(night=night, limit=None))]
        assert seen == every


def test_nights_are_leafed_through_newest_first(api, seeded):
    for name in ("night-two", "night-three"):
        seed_night(seeded, name)
    first = api.get("/nights", params={"limit": 2}).json()
    second = api.get("/nights", params={"limit": 2, "cursor": first["next"]}).json()
    found = [night["id"] for night in first["nights"] + second["nights"]]
    assert found == ["night-three", "night-two", "night-one"]
    assert second["next"] is None


def test_events_are_narrowed_by_type_severity_issue_and_time(api, seeded):
    params = {"type": ["attempt_finished", "change_built"], "issue": 3}
    found = api.get("/events", params=params).json()["events"]
    assert [event["type"] for event in found] == ["attempt_finished", "attempt_finished"]
    assert [event["issue"] for event in api.get("/events?severity=error").json()["events"]] == [3]
    assert api.get("/events", params={"since": "2999-01-01T00:00:00Z"}).json()["events"] == []
    assert api.get("/events?since=2020-01-01").status_code == 422
    assert api.get("/events?cursor=nonsense").status_code == 422


def test_a_reader_who_has_it_already_is_told_so(api, seeded):
    first = api.get("/nights/night-one")
    again = api.get("/nights/night-one", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    seed_night(seeded, "night-two")
    tag = api.get("/nights").headers["etag"]
    seed_night(seeded, "night-three")
    assert api.get("/nights", headers={"If-None-Match": tag}).status_code == 200


def test_the_plan_has_every_reason_and_what_was_left_out(api, seeded):
    plan = api.get("/nights/night-one/plan").json()
    third = plan["issues"][2]
    assert third["title"] == HOSTILE
    assert third["waits_for"] == [2]
    assert third["type_reason"] == "label type 3"
    assert plan["exclusions"][0]["kind"] == "skip_label"
    assert plan["cycles"] == ["#40 → #41 → #40"]


def test_stopping_a_night_is_on_record_with_the_name(api, seeded):
    seed_night(seeded, "night-two", finished=False)
    answer = api.post("/nights/night-two/stop", json={"now": True}, headers=as_("operator"))
    assert answer.status_code == 202
    (event,) = seeded.ledger.events(EventQuery(types=(EventType.STOP_REQUESTED,)))
    assert event.metadata == {"who": "operator", "now": True}
    assert "completed already" in api.post("/nights/night-one/stop", json={}).json()["told"]


def test_a_priority_reaches_planning_and_can_be_taken_back(api, seeded):
    wish = {"repository": "ACME/box", "priority": 5, "why": "release"}
    assert api.put("/priorities/7", json=wish, headers=as_("operator")).json()["who"] == "operator"
    api.put("/priorities/8", json=wish | {"priority": 1})
    assert overrides(seeded, node("acme/box")) == ((8, 1), (7, 5))
    assert [one["issue"] for one in api.get("/priorities").json()["priorities"]] == [8, 7]
    api.put("/priorities/8", json=wish | {"priority": None, "why": "done"})
    assert overrides(seeded, node("acme/box")) == ((7, 5),)


def test_a_word_takes_its_question_off_the_queue(api, seeded):
    (question,) = api.get("/approvals").json()["queue"]
    wish = {name: question[name] for name in ("repository", "issue", "subject")} | {"why": "worth it"}
    given = api.post("/approvals", json=wish, headers=as_("operator"))
    assert given.status_code == 201
    assert given.json()["who"] == "operator"
    assert api.get("/approvals").json()["queue"] == []
    word = seeded.approvals.word(node("acme/box"), 6, "escalation:experimental")
    assert (word.granted, word.source) == (True, "api")


def test_a_word_on_nothing_is_refused_with_what_there_is(api, seeded):
    wish = {"repository": "acme/box", "subject": "escalation:because", "why": "x"}
    answer = api.post("/approvals", json=wish)
    assert answer.status_code == 422
    assert "complex_reasoning" in answer.json()["detail"]


def test_lessons_are_taught_retired_and_leafed_through(api, seeded):
    teaching = {"repository": "acme/box", "advice": "No print", "pattern": r"\bprint\("}
    taught = api.post("/lessons", json=teaching).json()
    assert taught["source"] == "admin"
    assert api.post("/lessons", json=teaching | {"pattern": "("}).status_code == 422
    gone = api.delete(f"/lessons/{taught['id']}", params={"why": "we print"}).json()
    assert gone["retired"] == "admin: we print"
    assert taught["id"] not in {one["id"] for one in api.get("/lessons").json()["lessons"]}
    page = api.get("/lessons", params={"retired": True, "limit": 2}).json()
    rest = api.get("/lessons", params={"retired": True, "limit": 2, "offset": page["next"]}).json()
    assert len(page["lessons"] + rest["lessons"]) == 3
    assert api.delete("/lessons/none", params={"why": "x"}).status_code == 404


def test_costs_name_repositories_and_the_limits_that_bind(api, seeded):
    found = api.get("/costs").json()
    assert found["by_repository"][0]["name"] == "acme/box"
    assert {one["name"] for one in found["by_tier"]} == {"gpt-4", "gpt-4-turbo"}
    assert (found["month_usd"], found["limits"]["month"]) == ("0.4312", "200")


def test_a_ledger_that_is_not_there_is_said_in_words_not_in_a_trace(api, desk):
    (desk.settings.home / "ledger.db").unlink()
    object.__setattr__(desk, "database", None)
    del desk.__dict__["database"]
    answer = api.get("/overnight")
    assert answer.status_code == 503
    assert "db upgrade" in answer.json()["detail"]
    health = api.get("/health").json()
    assert not health["ok"]
    assert "db upgrade" in next(part["detail"] for part in health["parts"] if part["name"] == "ledger")


def test_unknown_things_and_methods_are_problems_too(api, seeded):
    for path in ("/nights/none", "/nights/none/plan", "/runs/a/b", "/nowhere"):
        answer = api.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert api.delete("/overnight").status_code == 405
    nobody = api.get("/overnight", headers=as_(""))
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")


def test_what_is_kept_for_a_repository_is_never_more_than_its_own_limit(api, seeded):
    scopes = {scope["name"]: scope for scope in api.get("/quota").json()["scopes"]}
    box = scopes["acme/box"]
    assert all(box[kind]["part"] <= box[kind]["limit"] for kind in ("daily", "hourly", "concurrent"))
