"""The approving step on a real stage: who is asked, how long, and what becomes of the answer."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import TaskAwaitingInput

from include.overnight.edge import approvals
from include.overnight.edge.approvals import APPROVE, REFUSE, ApproveEscalationOperator
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.operators import AdmitNightOperator, PlanNightOperator

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


def planned(house, *, rule=RULE, run_type="manual", **params):
    path = house.stage.home / "overnight.toml"
    path.write_text(f"{path.read_text()}\n{rule}")
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
    assert detail["options"] == [APPROVE, REFUSE]
    assert detail["defaults"] == [REFUSE]
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


@pytest.mark.parametrize(("option", "granted"), [(APPROVE, True), (REFUSE, False)])
def test_an_answer_is_written_down_with_who_gave_it_and_asked_for_no_more(house, asked, option, granted):
    operator, context, number = planned(house)
    operator.execute_complete(context, event(option, "mara"))
    given = word(number)
    assert (given.granted, given.who, given.source) == (granted, "mara", "airflow")
    assert operator.execute(context) is None


def test_silence_is_nobodys_word_so_the_next_night_may_ask_again(house, asked):
    operator, context, number = planned(house)
    assert operator.execute_complete(context, event(REFUSE, None)) == [REFUSE]
    assert word(number) is None
