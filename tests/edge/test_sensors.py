"""Awaiting: at once, later without a slot, or never, and always with a reason."""

import pytest
from airflow.sdk.exceptions import AirflowSkipException, TaskDeferred

from include.overnight.domain.changes import IssueStatus
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.sensors import AwaitDependenciesSensor
from include.overnight.edge.triggers import DependenciesTrigger
from include.overnight.services.concluding import conclude
from include.overnight.services.reading import open_night


def sensor(night, number):
    return AwaitDependenciesSensor(
        task_id="await_dependencies", issue={"number": number, "title": "x", "night": night}
    )


@pytest.fixture
def chain(house):
    """Return a planned night, an issue, and one that depends on it."""
    first = house.issue("Add a colour")
    second = house.issue("Add a shade", f"Depends on #{first}")
    return house.planned(), first, second


def end(night, number, status, reason="so it is"):
    desk = open_desk()
    conclude(desk, open_night(desk, night), number, status, reason)


def test_nothing_to_wait_for_means_no_deferral(house, chain):
    night, first, _ = chain
    assert sensor(night, first).execute(house.context()) is None


def test_an_unsettled_dependency_is_awaited_in_the_triggerer(house, chain):
    night, _, second = chain
    with pytest.raises(TaskDeferred) as deferred:
        sensor(night, second).execute(house.context())
    assert isinstance(deferred.value.trigger, DependenciesTrigger)
    told = deferred.value.trigger.serialize()[1]
    assert (told["night"], told["number"]) == (night, second)
    assert told["until"] > "2026"
    assert deferred.value.method_name == "resume"


def test_a_green_dependency_lets_the_issue_go_on(house, chain):
    night, first, second = chain
    for status in (IssueStatus.JUDGED, IssueStatus.PULL_REQUEST):
        end(night, first, status)
        assert sensor(night, second).execute(house.context()) is None


def test_any_other_end_of_a_dependency_blocks_the_issue_and_names_it(house, chain):
    night, first, second = chain
    for status in set(IssueStatus) - {IssueStatus.JUDGED, IssueStatus.PULL_REQUEST}:
        end(night, first, status, "the suite is red")
        with pytest.raises(AirflowSkipException, match=f"#{first}, which is {status}: the suite is red"):
            sensor(night, second).execute(house.context())
    row = open_desk().ledger.issue(night, second)
    assert (row.status, row.attempts) == ("blocked", ())


def test_what_the_trigger_saw_is_acted_on_when_the_task_resumes(house, chain):
    night, _, second = chain
    assert sensor(night, second).resume(house.context(), {"blocked": ""}) is None
    with pytest.raises(AirflowSkipException, match="its turn never came"):
        sensor(night, second).resume(house.context(), {"blocked": "its turn never came"})
    assert open_desk().ledger.issue(night, second).reason == "its turn never came"
