"""Retrying resumes; clearing a finished build starts a new round."""

from decimal import Decimal

import pytest

from include.overnight.adapters.ledger import uuid7
from include.overnight.beginning import begin_night
from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.building import build_issue
from include.overnight.services.planning import plan_night
from include.overnight.services.reading import open_night
from include.overnight.services.stopping import lift_stop, stop_night

from ..fakes import ScriptedAdvisor, writes
from ..staging import REPOSITORY

GOOD = writes("colour.py", "RED = 1\n")
BAD = writes("box.py", "def size(a, b):\n    return 0\n")


def planned(stage, desk):
    night, _ = begin_night(
        desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params={"dry_run": False}
    )
    plan_night(desk, open_night(desk, night))
    return night


def test_a_retried_build_returns_the_finished_change_and_pays_nothing_again(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = planned(stage, desk)
    first, again = build_issue(desk, night, number), build_issue(desk, night, number)
    assert first.change == again.change
    assert len(desk.scripted.commissions) == 1


def test_a_cleared_build_starts_a_new_round_whose_attempts_go_on_counting(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [BAD, BAD, BAD, BAD, BAD, BAD, GOOD]})
    night = planned(stage, desk)
    assert build_issue(desk, night, number).status is IssueStatus.FAILED
    second = build_issue(desk, night, number, 1)
    assert second.change is not None
    assert [commission.attempt for commission in desk.scripted.commissions] == [1, 2, 3, 4, 5, 6, 7]
    assert desk.scripted.commissions[-1].tier == "gpt-4"


def test_a_change_under_way_in_another_night_is_not_built_twice(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    first, second = planned(stage, desk), planned(stage, desk)
    assert build_issue(desk, first, number).change is not None
    built = build_issue(desk, second, number)
    assert built.status is IssueStatus.SKIPPED
    assert first in built.reason


def test_work_is_shown_on_the_issue_while_it_lasts(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    build_issue(desk, planned(stage, desk), number)
    assert "overnight: in progress" in stage.forge.issue(REPOSITORY, number).labels


def dies(*_):
    raise SystemExit  # as a worker does: nothing of ours catches it


def checkpoints(desk, night):
    query = EventQuery(types=(EventType.CHECKPOINT_SAVED,), night=night, oldest_first=True)
    return [event.metadata for event in desk.ledger.events(query) if "sha" in event.metadata]


def test_an_attempt_that_was_cut_off_goes_on_where_it_stood_although_the_branch_moved(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [dies, GOOD]}, counsel=ScriptedAdvisor(plans=["First the colour."]))
    night = planned(stage, desk)
    with pytest.raises(SystemExit):
        build_issue(desk, night, number)
    stage.forge.commit(REPOSITORY, "main", {"more.md": "more\n"}, "More", "ann")
    assert build_issue(desk, night, number).change is not None
    assert [commission.resumes for commission in desk.scripted.commissions] == [0, 1]
    first, second = checkpoints(desk, night)
    assert (second["sha"], second["ref"]) == (first["sha"], "main")
    assert first["plan"] == ""
    assert desk.storage.get(second["plan"]) == b"First the colour."


def test_a_night_that_is_stopped_at_once_ends_a_resumed_build_without_a_crash(stage):
    number = stage.issue("Add a colour", "## Acceptance criteria\n- [ ] `RED` is 1")
    counsel = ScriptedAdvisor(opinion=dies, cost=Decimal("0.001"))
    desk = stage.desk({number: [GOOD]}, counsel=counsel)
    night = planned(stage, desk)
    with pytest.raises(SystemExit):
        build_issue(desk, night, number)
    stop_night(desk, night, who="ann", now=True)
    assert build_issue(desk, night, number).reason == "the night was stopped by ann"
    assert desk.ledger.issue(night, number).attempts == (), "what was built and paid may be taken up yet"
    lift_stop(desk, night)
    counsel._pay = lambda budget: (stop_night(desk, night, who="ann", now=True), budget.reserve(1))
    assert build_issue(desk, night, number).status is IssueStatus.PARKED
    assert [attempt["outcome"] for attempt in desk.ledger.issue(night, number).attempts] == ["killed"]
