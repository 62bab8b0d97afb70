"""A project's status follows the issue; a project that refuses changes nothing else."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from include.overnight.adapters.ledger import uuid7
from include.overnight.beginning import begin_night
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.nights import NightIssue
from include.overnight.domain.orders import NightOrder
from include.overnight.domain.projects import ProjectField
from include.overnight.services.planning import plan_night
from include.overnight.services.projects import tell_project
from include.overnight.services.reading import OpenNight, open_night
from include.overnight.services.reporting import mark_in_progress, report_issue

from ..staging import REPOSITORY

PULL_REQUEST = "overnight: pull request"


def issue(number, **more):
    return NightIssue(number, "", 1, "qa", "low", **more)


def planned(stage, dry_run=False):
    desk = stage.desk(settings="[repositories.project]\nnumber = 4")
    night, _ = begin_night(
        desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params={"dry_run": dry_run}
    )
    plan_night(desk, open_night(desk, night))
    return desk, open_night(desk, night)


def items(stage, number):
    return stage.forge.in_projects(stage.forge.issue(REPOSITORY, number))


def options(stage, number):
    return [item.option for item in items(stage, number)]


def notes(desk, night):
    query = EventQuery(types=(EventType.GOVERNANCE_NOTE,), night=night.id)
    return [event.description for event in desk.ledger.events(query) if "project acme/4" in event.description]


def test_the_status_follows_the_issue_and_a_persons_move_stays(stage):
    stage.forge.add_project("acme", 4, ["Todo", "In Progress", "In Review", "Tasting"])
    number = stage.issue("Add a colour")
    desk, night = planned(stage)
    mark_in_progress(desk, night, number)
    assert options(stage, number) == ["In Progress"]
    tell_project(desk, night, issue(number, status="pull_request"), PULL_REQUEST)
    assert options(stage, number) == ["In Review"]
    (item,) = items(stage, number)
    stage.forge.world.store.project_items.put(replace(item, option="Tasting"))
    tell_project(desk, night, issue(number, status="pull_request"), PULL_REQUEST)
    assert options(stage, number) == ["Tasting"]
    assert notes(desk, night) == []


def test_a_project_that_refuses_is_noted_once_and_the_issues_are_told_of_as_ever(stage):
    stage.forge.add_project("acme", 4, ["Todo"], closed_to_tokens=True)
    numbers = [stage.issue("Add a colour"), stage.issue("Add a shade")]
    desk, night = planned(stage)
    for number in numbers:
        mark_in_progress(desk, night, number)
        desk.records.record_publication(night.repository.node_id, f"comment/{number}", "999999")
        report_issue(desk, night.id, number)
        told = stage.forge.issue(REPOSITORY, number)
        assert (told.labels, len(stage.forge.comments(told))) == (("overnight: failed",), 1)
    (note,) = notes(desk, night)
    assert "read:project" in note
    assert "projects: read and write" in note


def test_an_issue_that_is_reported_as_failed_goes_back(stage):
    stage.forge.add_project("acme", 4, ["Todo", "In Progress"])
    number = stage.issue("Add a colour")
    desk, night = planned(stage)
    mark_in_progress(desk, night, number)
    desk.records.record_publication(night.repository.node_id, f"comment/{number}", "999999")
    report_issue(desk, night.id, number)
    assert options(stage, number) == ["Todo"]


def test_a_dry_run_touches_no_project(stage):
    stage.forge.add_project("acme", 4, ["Todo", "In Progress", "In Review"])
    number = stage.issue("Add a colour")
    desk, night = planned(stage, dry_run=True)
    mark_in_progress(desk, night, number)
    tell_project(desk, night, issue(number, status="pull_request"), PULL_REQUEST)
    assert (options(stage, number), notes(desk, night)) == ([], [])


@pytest.mark.parametrize(
    ("row", "label", "option"),
    [
        ({"status": "blocked"}, "overnight: blocked", "Blocked"),
        ({"status": "parked", "attempts": ({},)}, None, "Todo"),
        ({"status": "parked", "attempts": ({},), "pull_request": 9}, None, None),
        ({"status": "pull_request", "pull_request_state": "merged by ann"}, None, None),
    ],
)
def test_a_word_without_a_label_moves_only_what_came_to_nothing(row, label, option):
    put = []
    writer = SimpleNamespace(put_project_status=lambda *said: put.append(said[3]))
    order = NightOrder("n", "acme", "box", dry_run=False, project=ProjectField("acme", 4))
    tell_project(SimpleNamespace(writer=writer), OpenNight(order, None), issue(1, **row), label)
    assert put == ([option] if option else [])
