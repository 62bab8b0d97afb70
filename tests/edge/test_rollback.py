"""The steps of watching a default branch: nothing while nothing was merged, then a question."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput

from include.overnight.edge.approvals import APPROVE, REFUSE
from include.overnight.edge.rollback import (
    ApproveRollbackOperator,
    FindMergesOperator,
    WatchDefaultBranchOperator,
)

from ..services.merged import Scene, red_scene
from ..staging import REPOSITORY


@pytest.fixture
def asked(monkeypatch):
    """What would be written to Airflow's own table, which needs a running task."""
    written = []
    hitl = "airflow.providers.standard.operators.hitl.upsert_hitl_detail"
    monkeypatch.setattr(hitl, lambda **detail: written.append(detail))
    return written


@pytest.fixture
def context(house):
    made = house.context(run_type="scheduled")
    made["task_instance"] = type("Task", (), {"id": "ti-1"})
    return made


def answered(option, user):
    return {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": datetime(2026, 11, 1, tzinfo=UTC),
        "responded_by_user": user and {"id": "1", "name": user},
    }


def watched(context):
    return WatchDefaultBranchOperator(task_id="watch", repository=REPOSITORY).execute(context)


def test_where_nothing_of_ours_was_merged_github_is_not_asked_at_all(house, context):
    Scene(house.stage, {})
    before = len(house.stage.running.requests())
    with pytest.raises(AirflowSkipException, match="nothing of ours was merged lately"):
        FindMergesOperator(task_id="find").execute(context)
    look = watched(context)
    assert (look["colour"], look["pull_request"]) == ("unknown", None)
    assert ApproveRollbackOperator(task_id="ask", issue=look).execute(context) is None
    assert len(house.stage.running.requests()) == before


def test_a_switched_off_overnight_watches_nothing(house, context, monkeypatch):
    red_scene(house.stage)
    monkeypatch.setenv("OVERNIGHT_EXECUTION_ENABLED", "false")
    with pytest.raises(AirflowSkipException, match="nothing is watched"):
        FindMergesOperator(task_id="find").execute(context)


def test_a_person_is_asked_for_less_than_half_an_hour_and_a_yes_opens_the_revert(house, context, asked):
    scene = red_scene(house.stage)
    assert FindMergesOperator(task_id="find").execute(context) == [REPOSITORY]
    look = watched(context)
    assert look["pull_request"] == scene.pull.number
    operator = ApproveRollbackOperator(task_id="ask", issue=look)
    with pytest.raises(TaskAwaitingInput) as waits:
        operator.execute(context)
    assert waits.value.timeout == timedelta(minutes=25)
    (detail,) = asked
    assert detail["subject"] == f"Roll #{scene.pull.number} back?"
    assert "`" not in detail["body"]
    assert detail["defaults"] == [REFUSE]
    operator.execute_complete(context, answered(APPROVE, "mara"))
    (revert,) = scene.reverts()
    assert operator.execute(context) is None
    assert watched(context)["reason"] == f"pull request #{revert.number} takes the cause back"


def test_silence_is_nobodys_word_and_a_no_ends_it(house, context, asked):
    scene = red_scene(house.stage)
    operator = ApproveRollbackOperator(task_id="ask", issue=watched(context))
    operator.execute_complete(context, answered(REFUSE, None))
    assert watched(context)["pull_request"] == scene.pull.number
    operator.execute_complete(context, answered(REFUSE, "mara"))
    assert watched(context)["pull_request"] is None
    assert scene.reverts() == []
