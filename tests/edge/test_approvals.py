"""The approving step on a real stage: who is asked, how long, and what becomes of the answer."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import TaskAwaitingInput

from include.overnight.edge import approvals
from include.overnight.edge.approvals import (
    APPROVE,
    CHEAPER,
    ApproveChangeOperator,
    ApproveEscalationOperator,
)
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.operators import (
    AdmitNightOperator,
    ExecuteWithEscalationOperator,
    JudgeChangeOperator,
    PlanNightOperator,
)

from ..staging import REPOSITORY

SUBJECT = "escalation:experimental"
RULE = """
[[model_rules]]
name = "a trial"
tier = "gpt-4-turbo"
tag = "experimental"
"""


@pytest.fixture
def asked(monkeypatch):
    """What would be written to Airflow's own table, which needs a running task."""
    written = []
    hitl = "airflow.providers.standard.operators.hitl.upsert_hitl_detail"
    monkeypatch.setattr(hitl, lambda **detail: written.append(detail))
    return written


def planned(house, *, rule=RULE, run_type="manual", top=False, **params):
    """Plan a night; `rule` stands at the end of the settings, its first line at their top when asked for."""
    path = house.stage.home / "overnight.toml"
    first, _, rest = rule.partition("\n") if top else ("", "", rule)
    path.write_text(f"{first}\n{path.read_text()}\n{rest}")
    number = house.issue("Try another jar")
    context = house.context(run_type=run_type, **params)
    context["task_instance"] = type("Task", (), {"id": "ti-1"})
    night = AdmitNightOperator(task_id="admit", repository=REPOSITORY).execute(context)
    (mapped,) = PlanNightOperator(task_id="plan_night", night=night).execute(context)
    assert mapped["number"] == number
    return ApproveEscalationOperator(task_id="ask", issue=mapped), context, number


def word(number):
    desk = open_desk()
    return desk.approvals.word(desk.ledger.nights()[0].repository, number, SUBJECT)


def event(option, user):
    return {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": datetime(2026, 11, 1, tzinfo=UTC),
        "responded_by_user": user and {"id": "1", "name": user},
    }


def test_an_issue_that_needs_nobodys_word_passes_at_once(house, asked):
    operator, context, _ = planned(house, rule="")
    assert operator.execute(context) is None
    assert asked == []


def test_a_question_names_the_issue_the_tier_and_the_most_it_may_cost(house, asked):
    operator, context, number = planned(house)
    with pytest.raises(TaskAwaitingInput) as waits:
        operator.execute(context)
    (detail,) = asked
    assert detail["subject"] == f"Escalate #{number} to gpt-4-turbo?"
    assert "experimental" in detail["body"]
    assert detail["options"] == [APPROVE, CHEAPER]
    assert detail["defaults"] == [CHEAPER]
    assert waits.value.timeout == timedelta(minutes=approvals.ANSWER_MINUTES)


def test_the_trigger_form_says_how_long_a_question_waits(house, asked):
    operator, context, _ = planned(house, answer_minutes=0.5)
    with pytest.raises(TaskAwaitingInput) as waits:
        operator.execute(context)
    assert waits.value.timeout == timedelta(seconds=30)


def test_a_night_that_no_person_started_asks_nobody(house, asked):
    operator, context, _ = planned(house, run_type="backfill")
    assert operator.execute(context) is None
    assert asked == []


@pytest.mark.parametrize(("option", "granted"), [(APPROVE, True), (CHEAPER, False)])
def test_an_answer_is_written_down_with_who_gave_it_and_asked_for_no_more(house, asked, option, granted):
    operator, context, number = planned(house)
    operator.execute_complete(context, event(option, "mara"))
    given = word(number)
    assert (given.granted, given.who, given.source) == (granted, "mara", "airflow")
    assert operator.execute(context) is None


def test_silence_is_nobodys_word_so_the_next_night_may_ask_again(house, asked):
    operator, context, number = planned(house)
    assert operator.execute_complete(context, event(CHEAPER, None)) == [CHEAPER]
    assert word(number) is None


def test_a_question_is_assigned_to_the_approvers_that_settings_name(house, asked):
    operator, context, _ = planned(house, rule=f'approvers = ["mara", "id:7", "github:x"]\n{RULE}', top=True)
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    assert [user["id"] for user in asked[0]["assigned_users"]] == ["mara", "7"]


def test_a_role_is_asked_as_its_users_where_airflow_names_them(house, asked, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "ann:op,ben:viewer,cem:op")
    operator, context, _ = planned(house, rule=f'approvers = ["role:Op"]\n{RULE}', top=True)
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    assert [user["name"] for user in asked[0]["assigned_users"]] == ["ann", "cem"]


def test_where_no_approver_can_be_asked_here_the_night_goes_on_and_the_question_stays_in_the_queue(
    house, asked
):
    operator, context, number = planned(house, rule=f'approvers = ["github:x"]\n{RULE}', top=True)
    assert operator.execute(context) is None
    assert asked == []
    assert [row["issue"] for row in open_desk().approvals.queue()] == [number]


def test_the_answer_of_somebody_who_is_no_approver_is_nobodys_word(house, asked):
    operator, context, number = planned(house, rule=f'approvers = ["ann"]\n{RULE}', top=True)
    operator.execute_complete(context, event(APPROVE, "mara"))
    assert word(number) is None


def test_a_built_change_that_touches_protected_paths_is_asked_about_and_then_judged_green(house, asked):
    number = house.issue("Run the checks", path=".github/workflows/a.yml", text="on: push")
    context = house.context()
    context["task_instance"] = type("Task", (), {"id": "ti-1"})
    mapped = {"night": house.planned(), "number": number, "title": "Run the checks"}
    built = ExecuteWithEscalationOperator(task_id="build", issue=mapped).execute(context)
    assert built["number"] == number
    operator = ApproveChangeOperator(task_id="ask", issue=mapped)
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    assert asked[0]["subject"] == f"Let #{number} touch 1 protected path?"
    assert asked[0]["options"] == ["Approve", "Refuse"]
    operator.execute_complete(context, event(APPROVE, "mara"))
    assert operator.execute(context) is None
    judged = JudgeChangeOperator(task_id="judge", issue=mapped).execute(context)
    assert "passed" in judged
