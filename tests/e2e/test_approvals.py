"""An escalation that a person must approve waits in Airflow without a slot, and never holds up a night."""

import json
import time

import pytest

from demo.airflow_api import ApiError, run_path
from include.overnight.domain.events import EventQuery, EventType

from . import box
from .house import CELLAR
from .scripts import put_script, write

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

APPROVED, REFUSED, SLEPT_THROUGH, BY_COMMAND = 501, 502, 503, 504
QUESTION = "execute_issue.approve_escalation"
SUBJECT = "escalation:experimental"


def plant(house, *numbers):
    """Open issues whose rule asks for a dearer tier as an experiment."""
    for number in numbers:
        put_script(house.home / "scripts", number, [write(f"jar_{number}.py", f"JAR = {number}\n")])
        title = f"Try jar {number}"
        house.forge.create_issue(
            CELLAR, title, number=number, labels=("try",), author="lead", author_association="OWNER"
        )


def waiting(house, run_id):
    """Return issue number → map index of the questions that wait for an answer now."""
    tasks = house.deployment.task_instances(house.dag_id(CELLAR), run_id)
    asked = [task for task in tasks if (task.task_id, task.state) == (QUESTION, "awaiting_input")]
    return {_number(house, run_id, task.map_index): task.map_index for task in asked}


def _number(house, run_id, index):
    details = house.deployment.api().get(_details(house, run_id, index))
    return int(details["subject"].partition("#")[2].split()[0])


def _details(house, run_id, index):
    return f"{run_path(house.dag_id(CELLAR), run_id)}/taskInstances/{QUESTION}/{index}/hitlDetails"


def until(condition, seconds=180.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.5)
    raise AssertionError(f"{condition} did not come true within {seconds:.0f} s")


def tiers(played, number):
    return [attempt["tier"] for attempt in played.issues[number]["attempts"]]


def queue(house, number):
    return [row for row in house.ledger.approvals.queue() if row["issue"] == number]


@pytest.fixture(scope="module")
def answered(house):
    """A manual night with two questions: one is approved, the other refused; and what was seen meanwhile."""
    box.plant(house.forge, house.home / "trees" / "cellar", CELLAR)
    plant(house, APPROVED, REFUSED, SLEPT_THROUGH, BY_COMMAND)
    run_id = house.start(CELLAR, issues=[APPROVED, REFUSED])
    asked = until(lambda: len(found := waiting(house, run_id)) == 2 and found)
    admin = house.deployment.api()
    seen = {"pool": admin.get("pools/default_pool"), "queue": queue(house, APPROVED)}
    paths = {number: _details(house, run_id, index) for number, index in asked.items()}
    seen["details"] = admin.get(paths[APPROVED])
    with pytest.raises(ApiError) as refused:
        house.deployment.api("viewer").patch(paths[APPROVED], _answer("Approve"))
    seen["viewer"] = refused.value.status
    admin.patch(paths[APPROVED], _answer("Approve"))
    admin.patch(paths[REFUSED], _answer("Use the cheaper tier"))
    return house.finish(CELLAR, run_id), seen


def _answer(option):
    return {"chosen_options": [option], "params_input": {}}


def test_while_a_question_waits_it_holds_no_slot_and_says_what_it_would_cost(answered):
    _, seen = answered
    assert (seen["pool"]["running_slots"], seen["pool"]["occupied_slots"]) == (0, 0)
    assert seen["details"]["subject"] == f"Escalate #{APPROVED} to gpt-4-turbo?"
    assert "experimental" in seen["details"]["body"]
    assert "$3.00" in seen["details"]["body"]
    assert [row["subject"] for row in seen["queue"]] == [SUBJECT]


def test_only_somebody_who_may_edit_runs_can_answer(answered):
    _, seen = answered
    assert seen["viewer"] == 403


def test_an_approved_escalation_runs_on_the_dearer_tier(house, answered):
    played, _ = answered
    assert played.state == "success"
    assert played.issues[APPROVED]["status"] == "pull_request"
    assert tiers(played, APPROVED) == ["gpt-4-turbo"]
    word = house.ledger.approvals.word(played.night.repository, APPROVED, SUBJECT)
    assert (word.granted, word.who, word.source) == (True, "admin", "airflow")
    assert queue(house, APPROVED) == []


def test_a_refused_escalation_is_done_by_the_cheaper_tier(house, answered):
    played, _ = answered
    assert played.issues[REFUSED]["status"] == "pull_request"
    assert tiers(played, REFUSED) == ["gpt-4"]
    query = EventQuery(types=(EventType.APPROVAL_REFUSED,), issue=REFUSED)
    assert len(house.ledger.ledger.events(query)) == 1


def test_a_question_nobody_answers_in_time_means_the_cheaper_tier_and_stays_in_the_queue(house, answered):
    played = house.play(CELLAR, issues=[SLEPT_THROUGH], answer_minutes=0.05)
    assert played.issues[SLEPT_THROUGH]["status"] == "pull_request"
    assert tiers(played, SLEPT_THROUGH) == ["gpt-4"]
    assert house.ledger.approvals.word(played.night.repository, SLEPT_THROUGH, SUBJECT) is None
    assert [row["subject"] for row in queue(house, SLEPT_THROUGH)] == [SUBJECT]


def test_a_night_that_nobody_sits_beside_does_not_wait_and_leaves_the_question_in_the_queue(house, answered):
    done = house.overnight("run", "--repository", CELLAR, "--issue", str(BY_COMMAND), "--json")
    assert done.returncode == 0, done.stderr[-3000:]
    (row,) = json.loads(done.stdout)["issues"]
    assert (row["status"], [one["tier"] for one in row["attempts"]]) == ("pull_request", ["gpt-4"])
    assert [row["subject"] for row in queue(house, BY_COMMAND)] == [SUBJECT]
