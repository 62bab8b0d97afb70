"""Nights after the first one, and nights that must not do everything a night can do."""

import pytest

from demo.airflow_api import ApiError
from demo.seed import REPOSITORY as PANTRY
from include.overnight.domain.events import EventQuery, EventType, Severity

from .conftest import CRATE
from .house import BOT
from .scripts import put_script, write

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

DRY = 301


def reads(entry):
    return entry.method == "GET" or "/api/graphql" in entry.path or "git-upload-pack" in entry.path


@pytest.fixture(scope="module")
def second_night(house, demo_night):
    before = {pull.number for pull in house.forge.pull_requests(PANTRY)}
    # One attempt is enough here: what fails has been seen to fail on every tier.
    return before, house.play(PANTRY, enable_auto_heal=False)


def test_a_second_night_opens_nothing_twice(house, demo_night, second_night):
    before, second = second_night
    assert second.state == "success"
    assert {pull.number for pull in house.forge.pull_requests(PANTRY)} == before
    kinds = {row["number"]: row["kind"] for row in second.document["exclusions"]}
    for number, status in demo_night.statuses().items():
        if status == "pull_request":
            assert kinds[number] == "has_pull_request"


def test_a_second_night_tries_what_failed_again_and_edits_its_one_comment(house, demo_night, second_night):
    _, second = second_night
    failed = [number for number, status in demo_night.statuses().items() if status == "failed"]
    assert [number for number, row in second.issues.items() if row["attempts"]] == failed
    for number in failed:
        (comment,) = house.forge.comments(house.forge.issue(PANTRY, number))
        assert comment.author == BOT
        assert second.document["night"] in comment.body
        assert comment.body.count("| failed |") == 2
    tracking = [issue for issue in house.forge.issues(PANTRY) if "overnight-execution" in issue.labels]
    assert len(tracking) == 1
    assert second.document["night"] in tracking[0].body


def test_a_dry_run_judges_a_change_and_writes_nothing_to_github(house):
    house.forge.create_issue(CRATE, "Add a lid", number=DRY, author="lead", author_association="OWNER")
    put_script(house.home / "scripts", DRY, [write("lid.py", "LID = True\n")])
    seen, refs = len(house.running.requests()), house.forge.bare(CRATE).refs("refs/")
    dry = house.play(CRATE, issues=[DRY], dry_run=True)
    requests = house.running.requests()[seen:]
    assert dry.statuses() == {DRY: "judged"}
    assert dry.document["dry_run"]
    assert requests
    assert [entry for entry in requests if not reads(entry)] == []
    assert house.forge.bare(CRATE).refs("refs/") == refs
    text = house.objects / "nights" / dry.document["night"] / str(DRY) / "pull_request.md"
    assert f"Closes #{DRY}" in text.read_text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_issues_per_run": 0},
        {"issues": ["twelve"]},
        {"issues": [-1]},
        {"dry_run": "perhaps"},
        {"sequence_order": ["gardening"]},
        {"enable_auto_heal": 3},
    ],
    ids=str,
)
def test_parameters_that_make_no_sense_are_refused_before_a_run_exists(house, wrong):
    dag_id, api = house.dag_id(CRATE), house.deployment.api()
    house.deployment.wait_dag(dag_id)
    before = api.get(f"dags/{dag_id}/dagRuns")["total_entries"]
    with pytest.raises(ApiError) as refused:
        api.post(f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": wrong})
    assert refused.value.status == 400
    assert next(iter(wrong)) in str(refused.value)
    assert api.get(f"dags/{dag_id}/dagRuns")["total_entries"] == before


def test_a_night_with_a_revoked_token_is_red_and_says_so_in_log_and_ledger(house):
    grant = house.forge.world.tokens.pop(house.secrets.token)
    try:
        red = house.play(CRATE)
    finally:
        house.forge.world.tokens[house.secrets.token] = grant
    assert red.state == "failed"
    admit = next(task for task in red.tasks if task.task_id == "admit")
    assert (admit.state, admit.try_number) == ("failed", 1)  # no retry mends a token
    assert not [task for task in red.tasks if task.task_id == "plan_night" and task.state == "success"]
    log = house.log(CRATE, red, "admit")
    query = EventQuery(types=(EventType.OVERNIGHT_EXECUTION_SKIPPED,), severity=Severity.ERROR)
    event = house.ledger.ledger.events(query)[0]
    assert "The token is wrong or has expired" in event.description
    assert event.description in log
    assert house.secrets.token not in log
