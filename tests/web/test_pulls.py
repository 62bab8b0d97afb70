"""Our open pull requests: how they stood, what is owed on them and, when asked, how GitHub sees them now."""

import pytest
from fastapi.testclient import TestClient

from include.overnight.domain.events import EventType
from include.overnight.web import House, create_api, create_pages

from ..staging import REPOSITORY, open_stage
from .conftest import FakeGuard, as_
from .seeding import Seeder, node, seed_following, seed_night


@pytest.fixture
def followed(seeded):
    seed_following(seeded)
    return seeded


@pytest.fixture
def pages(house):
    with TestClient(create_pages(house), base_url="http://night.example") as client:
        client.cookies.set("_token", "admin")
        yield client


def test_each_open_pull_request_says_how_it_stood_and_what_is_owed(api, followed):
    second, first = api.get("/pulls").json()["pulls"]
    assert (first["number"], first["state"], first["left_alone_by"]) == (1001, "in the merge queue", "ben")
    assert (second["number"], second["state"]) == (1002, "")
    assert second["owed"] == "revision of #1002: mara asked for a change"
    assert first["now"] is None


def test_what_was_merged_or_closed_is_not_open_any_more(api, followed):
    Seeder(followed, "night-one").write(
        Seeder(followed, "night-one").event(
            EventType.PULL_REQUEST_MERGED, "#1: merged", 1, pull_request=1001, state="merged"
        )
    )
    assert [one["number"] for one in api.get("/pulls").json()["pulls"]] == [1002]


def test_pull_requests_are_leafed_through_and_narrowed_to_a_repository(api, followed):
    first = api.get("/pulls?limit=1").json()
    rest = api.get(f"/pulls?limit=1&offset={first['next']}").json()
    assert [one["number"] for one in first["pulls"] + rest["pulls"]] == [1002, 1001]
    assert rest["next"] is None
    assert api.get("/pulls?repository=acme/attic").json()["pulls"] == []


def test_what_a_person_may_not_see_is_not_among_them(api, followed):
    seed_night(followed, "night-secret", "secret/plans")
    assert len(api.get("/pulls").json()["pulls"]) == 4
    assert len(api.get("/pulls", headers=as_("stranger")).json()["pulls"]) == 2


def test_where_github_cannot_be_asked_the_page_says_so_and_shows_what_is_known(api, pages, followed):
    assert api.get("/pulls?now=true").status_code == 503
    text = pages.get("/pulls?now=true").text
    assert "GitHub could not be asked" in text
    assert "in the merge queue" in text
    assert "revision pending" in text


def test_github_is_asked_for_checks_and_says_what_they_are(tmp_path, conductor):
    with open_stage(tmp_path) as stage:
        desk, forge = stage.desk({}), stage.forge
        number = stage.issue("Add a colour")
        sha = forge.commit(REPOSITORY, "overnight/1-x", {"colour.py": "RED = 1\n"}, "x", "overnight-bot")
        pull = forge.create_pull_request(
            REPOSITORY, "overnight-bot", title="x", head="overnight/1-x", body=f"Closes #{number}"
        )
        seeder = Seeder(desk, "night-one").start().plan(1)
        published = {"pull_request": pull.number, "head_sha": sha, "branch": "overnight/1-x", "base": "main"}
        seeder.write(seeder.event(EventType.CHANGE_PUBLISHED, "published", number, url="", **published))
        house = House(FakeGuard(), lambda: desk, conductor)
        with TestClient(create_api(house), base_url="http://night.example") as api:
            told = api.get("/pulls?now=true", headers=as_("viewer")).json()["pulls"][0]
        with TestClient(create_pages(house), base_url="http://night.example") as pages:
            text = pages.get("/pulls?now=true", headers=as_("viewer")).text
    assert told["now"]["state"] == "open"
    assert (told["now"]["draft"], told["now"]["queue"]) == (False, None)
    assert "On GitHub: " in text


def test_who_builds_and_since_when_is_shown_after_a_switch(api, pages, followed):
    (builder,) = api.get("/desktop").json()["builders"]
    assert (builder["primary"], builder["phase"]) == ("openai", "desktop")
    assert builder["since"]
    assert "the desktop builds; the primary was healthy 0 of 4 times" in pages.get("/desktop").text


@pytest.mark.parametrize("subject", ["protected:.github/checks.yml", f"rollback:{'a' * 40}"])
def test_every_kind_of_question_is_answered_from_the_page(pages, seeded, subject):
    seeded.approvals.ask(node("acme/box"), 2, subject, "it was asked", "night-one")
    before = pages.get("/approvals").text
    assert {"protected": "protected path", "rollback": "rollback of a merge"}[subject.split(":")[0]] in before
    token = before.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"repository": "acme/box", "issue": "2", "subject": subject, "why": "ours", "word": "allow"}
    origin = {"Origin": "http://night.example"}
    answer = pages.post(
        "/approvals", data=form | {"csrf_token": token}, headers=origin, follow_redirects=False
    )
    assert answer.status_code == 303
    assert seeded.approvals.word(node("acme/box"), 2, subject).who == "admin"
