"""Each operator on a real stage: what it hands on, and what it calls a skip."""

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.overnight.domain.errors import NotAuthorized
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.operators import (
    AdmitNightOperator,
    ExecuteWithEscalationOperator,
    JudgeChangeOperator,
    PlanNightOperator,
    PublishChangeOperator,
    ReportIssueOperator,
    SummarizeNightOperator,
)
from include.overnight.edge.sensors import AwaitDependenciesSensor

from ..staging import REPOSITORY, TOKEN

BREAKS = "def size(a, b):\n    return 0"


def admit(house, **kwargs):
    return AdmitNightOperator(task_id="admit", repository=REPOSITORY).execute(house.context(**kwargs))


def step(operator, house, night, number):
    issue = {"number": number, "title": "whatever", "night": night}
    return operator(task_id="step", issue=issue).execute(house.context())


def test_one_issue_goes_from_open_to_a_pull_request(house):
    number = house.issue("Add a colour")
    night = admit(house)
    (mapped,) = PlanNightOperator(task_id="plan_night", night=night).execute(house.context())
    assert mapped == {"number": number, "title": "Add a colour", "night": night}
    assert step(AwaitDependenciesSensor, house, night, number) is None
    built = step(ExecuteWithEscalationOperator, house, night, number)
    assert built["number"] == number
    assert built["bundle"].endswith(".bundle")
    assert "passed" in step(JudgeChangeOperator, house, night, number)
    pull = step(PublishChangeOperator, house, night, number)
    assert [one.number for one in house.stage.forge.pull_requests(REPOSITORY)] == [pull]
    assert step(ReportIssueOperator, house, night, number) == "pull_request"
    totals = SummarizeNightOperator(task_id="summarize", night=night).execute(house.context())
    assert (totals["success"], totals["failed"]) == (1, 0)


def test_every_step_may_run_again_and_nothing_is_there_twice(house):
    number = house.issue("Add a colour")
    night = admit(house)
    for _ in range(2):
        assert admit(house) == night
        PlanNightOperator(task_id="plan_night", night=night).execute(house.context())
        step(ExecuteWithEscalationOperator, house, night, number)
        step(JudgeChangeOperator, house, night, number)
        step(PublishChangeOperator, house, night, number)
        step(ReportIssueOperator, house, night, number)
        SummarizeNightOperator(task_id="summarize", night=night).execute(house.context())
    forge = house.stage.forge
    assert len(forge.pull_requests(REPOSITORY)) == 1
    assert len(forge.comments(forge.issue(REPOSITORY, number))) == 1
    assert len([one for one in forge.issues(REPOSITORY) if one.title == "Overnight execution"]) == 1
    for kind in (EventType.CHANGE_BUILT, EventType.CHANGE_JUDGED, EventType.CHANGE_PUBLISHED):
        assert len(open_desk().ledger.events(EventQuery(types=(kind,), night=night))) == 1


def test_a_build_that_stays_red_is_skipped_with_its_reason_and_the_run_is_not_red(house):
    number = house.issue("Break it", path="box.py", text=BREAKS)
    night = admit(house, enable_auto_heal=False)
    PlanNightOperator(task_id="plan_night", night=night).execute(house.context())
    with pytest.raises(AirflowSkipException, match="failed: one attempt, auto-heal is off"):
        step(ExecuteWithEscalationOperator, house, night, number)
    assert step(ReportIssueOperator, house, night, number) == "failed"
    assert SummarizeNightOperator(task_id="summarize", night=night).execute(house.context())["failed"] == 1


def test_a_night_that_settings_refuse_is_skipped_and_says_why(house, monkeypatch):
    monkeypatch.setenv("OVERNIGHT_EXECUTION_ENABLED", "false")
    with pytest.raises(AirflowSkipException, match="OVERNIGHT_EXECUTION_ENABLED is false"):
        admit(house)
    (event,) = open_desk().ledger.events(EventQuery(types=(EventType.OVERNIGHT_EXECUTION_SKIPPED,)))
    assert "OVERNIGHT_EXECUTION_ENABLED" in event.description


def test_scheduled_nights_wait_for_an_explicit_yes_and_manual_ones_do_not(house):
    with pytest.raises(AirflowSkipException, match="OVERNIGHT_EXECUTION_ENABLED=true"):
        admit(house, run_type="scheduled")
    assert admit(house, run_type="manual", run_id="run-2")


def test_two_runs_are_two_nights_and_one_run_is_always_the_same(house):
    assert admit(house, run_id="a") != admit(house, run_id="b")
    assert admit(house, run_id="a") == admit(house, run_id="a")


def test_a_missing_token_fails_the_admission_and_names_it(house, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    with pytest.raises(NotAuthorized, match="GITHUB_TOKEN not set"):
        admit(house)


def test_with_plan_only_no_issue_is_mapped(house):
    house.issue("Add a colour")
    night = admit(house, plan_only=True)
    assert PlanNightOperator(task_id="plan_night", night=night).execute(house.context()) == []
    assert len(open_desk().ledger.night(night).issues) == 1
    SummarizeNightOperator(task_id="summarize", night=night).execute(house.context())
    assert [issue.title for issue in house.stage.forge.issues(REPOSITORY)] == ["Add a colour"]


def test_an_issue_whose_tasks_died_is_crashed_and_makes_the_run_red(house):
    number = house.issue("Add a colour")
    night = house.planned()
    assert step(ReportIssueOperator, house, night, number) == "crashed"
    with pytest.raises(Exception, match=f"crashed: #{number}"):
        SummarizeNightOperator(task_id="summarize", night=night).execute(house.context())


@pytest.mark.parametrize(
    ("state", "expected"), [("skipped", AirflowSkipException), ("failed", AirflowFailException)]
)
def test_a_night_that_never_began_ends_as_its_admission_did(house, state, expected):
    context = house.context()
    context["ti"].get_task_states = lambda **_: {"run-1": {"admit": state}}
    with pytest.raises(expected):
        SummarizeNightOperator(task_id="summarize", night=None).execute(context)


def test_what_travels_between_tasks_is_small_and_holds_no_secret(house):
    number = house.issue("Add a colour")
    night = admit(house)
    mapped = PlanNightOperator(task_id="plan_night", night=night).execute(house.context())
    built = step(ExecuteWithEscalationOperator, house, night, number)
    said = repr((mapped, built))
    assert len(said) < 500
    assert TOKEN not in said
