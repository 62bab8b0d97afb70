"""Backlogs larger than Airflow's map and than a person's patience."""

import json
import time

import pytest
from airflow.configuration import conf

from include.overnight.assembly import open_overnight
from include.overnight.beginning import begin_night
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.planning import MAPPED_LIMIT, plan_night
from include.overnight.services.reading import open_night
from include.overnight.settings import load_settings

from . import box
from .conftest import BACKLOG

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

MANY = 1100
FILE = 5000
SECONDS = 30.0


@pytest.fixture(scope="module")
def backlog(house):
    """1,100 issues by the owner, none of which waits for another."""
    box.plant(house.forge, house.home / "trees" / "backlog", BACKLOG)
    for number in range(1, MANY + 1):
        house.forge.create_issue(
            BACKLOG, f"Wish {number}", "A wish.", number=number, author="lead", author_association="OWNER"
        )
    return house


@pytest.fixture(scope="module")
def planned(backlog):
    asked = len(backlog.model.model.journal.entries)
    night = backlog.play(BACKLOG, plan_only=True, dry_run=True)
    return night, len(backlog.model.model.journal.entries) - asked


def test_a_night_that_only_plans_asks_no_model_and_maps_no_task(planned):
    night, asked = planned
    assert night.state == "success"
    assert asked == 0
    assert {task.map_index for task in night.tasks if task.state == "success"} == {-1}
    assert set(night.statuses().values()) == {"blocked", "skipped"}
    assert night.states("admit") == night.states("plan_night") == night.states("summarize") == {-1: "success"}


def test_every_issue_is_in_the_plan_and_what_cannot_be_mapped_is_on_record_with_its_reason(backlog, planned):
    night, _ = planned
    rows = night.document["issues"]
    assert [row["number"] for row in rows] == list(range(1, MANY + 1))
    left = [row for row in rows if row["status"] == "blocked"]
    assert [row["number"] for row in left] == list(range(MAPPED_LIMIT + 1, MANY + 1))
    assert {row["reason"] for row in left} == {
        f"only {MAPPED_LIMIT} issues start in one night; it is next in line"
    }
    types = (EventType.ISSUE_EXECUTION_SKIPPED,)
    events = backlog.ledger.ledger.events(EventQuery(types=types, night=night.document["night"], limit=None))
    assert sum(event.metadata["status"] == "blocked" for event in events) == MANY - MAPPED_LIMIT


def test_a_backlog_gets_no_comment_before_it_is_attempted(backlog, planned):
    assert not [issue for issue in backlog.forge.issues(BACKLOG) if backlog.forge.comments(issue)]


def test_what_a_real_night_would_map_is_no_more_than_airflow_maps(backlog, planned):
    environment = backlog.environment()
    settings = load_settings(backlog.home / "overnight.toml", environment)
    desk = open_overnight(settings, environ=environment)
    night, admission = begin_night(desk, BACKLOG, trigger="cli", night="0" * 32, params={"plan_only": False})
    assert admission.admitted
    startable = plan_night(desk, open_night(desk, night))
    assert len(startable) == MAPPED_LIMIT <= conf.getint("core", "max_map_length")
    assert [issue.number for issue in startable] == list(range(1, MAPPED_LIMIT + 1))


def _follows(number):
    """Chains of ten: the first of each waits for nobody."""
    return number % 10 != 1


def rest_issue(number):
    body = f"Depends on #{number - 1}" if _follows(number) else "Nothing before it."
    return {
        "number": number,
        "title": f"Wish {number}",
        "body": body,
        "state": "open",
        "user": {"login": "lead"},
        "author_association": "OWNER",
        "labels": [{"name": "bug"}] if number % 3 else [],
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }


def test_a_file_of_five_thousand_issues_is_planned_in_half_a_minute(house, tmp_path):
    file = tmp_path / "issues.json"
    file.write_text(json.dumps([rest_issue(number) for number in range(1, FILE + 1)]))
    began = time.monotonic()
    done = house.overnight("plan", "--issues-file", str(file), "--json")
    took = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["issues"]
    assert len(rows) == FILE
    places = {row["number"]: row["position"] for row in rows}
    assert all(places[number - 1] < places[number] for number in range(1, FILE + 1) if _follows(number))
    assert took < SECONDS
