"""A build that has a worker gives it up, once, to an issue that people put first."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import TaskDeferred

from include.overnight.domain.changes import IssueStatus
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.operators import ExecuteWithEscalationOperator
from include.overnight.edge.turns import TurnTrigger
from include.overnight.services.concluding import conclude
from include.overnight.services.overviewing import node_id
from include.overnight.services.prioritizing import set_priority
from include.overnight.services.reading import open_night

from ..staging import REPOSITORY


@pytest.fixture
def overtaken(house):
    """Return a planned night whose second issue people put first, and both issues."""
    path = house.stage.home / "overnight.toml"
    path.write_text(f"{path.read_text()}\nparallel_issues = 1\n")
    first, second = house.issue("Add a colour"), house.issue("Add a shade", path="shade.py")
    night, desk = house.planned(), open_desk()
    set_priority(desk, node_id(desk, REPOSITORY), second, 1, who="ann", why="the release waits")
    return night, first, second


def build(night, number):
    issue = {"number": number, "title": "x", "night": night}
    return ExecuteWithEscalationOperator(task_id="build_issue", issue=issue)


def test_a_build_defers_while_another_issue_shall_have_its_place(house, overtaken):
    night, first, _ = overtaken
    with pytest.raises(TaskDeferred) as deferred:
        build(night, first).execute(house.context())
    assert isinstance(deferred.value.trigger, TurnTrigger)
    assert deferred.value.method_name == "resume"
    path, told = deferred.value.trigger.serialize()
    assert (path, told["number"]) == ("include.overnight.edge.turns.TurnTrigger", first)


def test_the_one_that_was_put_first_is_built_at_once_and_the_other_when_its_turn_has_come(house, overtaken):
    night, first, second = overtaken
    assert build(night, second).execute(house.context())["number"] == second
    assert build(night, first).execute(house.context())["number"] == first


def test_the_trigger_fires_when_the_turn_has_come(house, overtaken):
    night, first, second = overtaken
    desk = open_desk()
    conclude(desk, open_night(desk, night), second, IssueStatus.SKIPPED, "gone")
    until = datetime.now(UTC) + timedelta(hours=1)
    assert asyncio.run(anext(TurnTrigger(night, first, until.isoformat()).run())).payload == {}


def test_nobody_gives_way_for_ever(house, overtaken):
    night, first, _ = overtaken
    past = datetime.now(UTC) - timedelta(seconds=1)
    assert asyncio.run(anext(TurnTrigger(night, first, past.isoformat()).run())).payload == {}


def test_a_build_that_resumes_does_not_give_way_again(house, overtaken):
    night, first, _ = overtaken
    assert build(night, first).resume(house.context(), {})["number"] == first
