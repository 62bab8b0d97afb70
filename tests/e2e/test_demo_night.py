"""The demo's night on a real Airflow: what became of every issue, in Airflow, on GitHub and in the ledger."""

import json
from collections import Counter

import jsonschema
import pytest

from demo.airflow_home import PROJECT
from demo.checking import check_night
from demo.seed import REPOSITORY as PANTRY
from demo.seed import read_issues
from include.overnight.domain.events import EventQuery
from include.overnight.domain.gates import GateName

from .house import BOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

GREEN = {1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 15, 16, 22, 23, 24, 25}
NEVER_GREEN, HOSTILE, HEALED, BLOCKED = 17, 18, 16, 7
CLIMBED, CHEAPER, HEALED_DOWN = 23, 24, 25
STACKED = {2: None, 3: 2, 4: 3, 1: 4, 24: 23}
EXCLUDED = {5: "cycle", 6: "cycle", 8: "skip_label", 19: "untrusted", 20: "has_pull_request"}
STEPS = (
    "await_dependencies",
    "approve_escalation",
    "build_issue",
    "approve_change",
    "judge_change",
    "publish_change",
    "report_issue",
)
LEFT_OUT = STEPS[2:6]
"""What Airflow shows as skipped where no green change came about."""


def ours(house):
    return {
        pull.number: pull
        for pull in house.forge.pull_requests(PANTRY)
        if house.forge.issue(PANTRY, pull.number).author == BOT
    }


def test_every_issue_of_the_backlog_comes_to_the_end_it_was_written_for(demo_night):
    expected = dict.fromkeys(GREEN, "pull_request") | {NEVER_GREEN: "failed", HOSTILE: "failed"}
    assert demo_night.statuses() == expected | {BLOCKED: "blocked"}
    assert {row["number"]: row["kind"] for row in demo_night.document["exclusions"]} == EXCLUDED
    told = demo_night.statuses().keys() | EXCLUDED.keys()
    assert told == {issue.number for issue in read_issues()}


def test_the_totals_count_what_happened(demo_night):
    totals = demo_night.document["totals"]
    assert (totals["planned"], totals["excluded"]) == (19, 5)
    assert (totals["success"], totals["failed"], totals["skipped"]) == (16, 2, 1)
    assert totals["by_status"]["pull_request"] == 16


def test_the_cycle_is_named_in_full_and_what_lies_outside_the_plan_blocks_by_name(demo_night):
    assert demo_night.document["cycles"] == ["#5 → #6 → #5"]
    assert "#8" in demo_night.issues[BLOCKED]["reason"]
    assert "overnight: skip" in demo_night.issues[BLOCKED]["reason"]


def test_there_is_an_issue_of_every_sequence_type(demo_night):
    found = Counter(row["sequence_type"] for row in demo_night.document["issues"])
    kinds = {"architecture", "memory", "governance", "qa", "build", "deployment", "self-evolution"}
    assert found.keys() == kinds


def test_dependencies_come_first_in_the_plan_and_the_urgent_issues_before_all(demo_night):
    rows = demo_night.issues
    for row in rows.values():
        for dependency in row["dependencies"]:
            if dependency in rows:
                assert rows[dependency]["position"] < row["position"]
    assert {row["number"] for row in demo_night.document["issues"][:2]} == {22, 23}  # `priority: 10`


def steps(demo_night, number):
    return [(one["tier"], one["outcome"]) for one in demo_night.issues[number]["attempts"]]


def test_each_issue_goes_its_own_way_along_the_ladder(demo_night):
    red, refused = "gates_failed", "refused"
    assert steps(demo_night, HEALED) == [("gpt-4", red), ("gpt-4", "accepted")]
    assert steps(demo_night, CLIMBED) == [("gpt-4", red), ("gpt-4", red), ("gpt-4-turbo", "accepted")]
    assert steps(demo_night, CHEAPER) == [("gpt-4", "accepted")]
    down = [(tier, refused) for tier in ("gpt-5.1", "gpt-4-turbo", "gpt-4")]
    assert steps(demo_night, HEALED_DOWN) == [*down, ("local-builder", "accepted")]
    for number in (NEVER_GREEN, HOSTILE):
        assert steps(demo_night, number) == [("gpt-5.1", red)] * 2


def test_the_night_shows_what_the_demo_claims_of_it(house, demo_night):
    query = EventQuery(night=demo_night.document["night"], limit=None, oldest_first=True)
    checks = check_night(demo_night.document, house.ledger.ledger.events(query))
    assert [check.claim for check in checks if not check.holds] == []


def test_the_hostile_change_is_stopped_by_the_gate_that_guards_what_it_touched(demo_night):
    reason = demo_night.issues[HOSTILE]["reason"]
    assert "governance" in reason


def test_night_json_is_the_stored_artifact_and_fits_its_schema(house, demo_night):
    schema = json.loads((PROJECT / "docs" / "reference" / "night.schema.json").read_text())
    jsonschema.validate(demo_night.document, schema)
    stored = house.objects / "nights" / demo_night.document["night"] / "night.json"
    assert json.loads(stored.read_text()) == demo_night.document


def test_in_airflow_outcomes_are_skips_and_nothing_is_red(demo_night):
    assert demo_night.state == "success"
    assert not [task for task in demo_night.tasks if task.state not in ("success", "skipped")]
    started = [row for row in demo_night.document["issues"] if row["number"] != BLOCKED]
    for step in STEPS:
        states = demo_night.states(f"execute_issue.{step}")
        assert len(states) == len(started)
        for index, row in enumerate(started):
            ends_early = row["status"] == "failed" and step in LEFT_OUT
            assert states[index] == ("skipped" if ends_early else "success"), (step, row["number"])
    for step in ("admit", "plan_night", "summarize"):
        assert demo_night.states(step) == {-1: "success"}


def test_every_mapped_task_that_ran_is_labelled_with_number_and_title(demo_night):
    started = [row for row in demo_night.document["issues"] if row["number"] != BLOCKED]
    for task in demo_night.tasks:
        if task.map_index >= 0 and task.seconds:
            row = started[task.map_index]
            assert task.label == f"#{row['number']} {row['title']}"


def test_there_is_one_pull_request_for_each_green_issue_and_none_for_the_others(house, demo_night):
    pulls = ours(house)
    assert sorted(pulls) == sorted(demo_night.issues[number]["pull_request"] for number in GREEN)
    for number in GREEN:
        row = demo_night.issues[number]
        pull = pulls[row["pull_request"]]
        assert pull.head == row["branch"]
        assert pull.draft
        body = house.forge.issue(PANTRY, pull.number).body
        assert f"Closes #{number}" in body
        assert "❌" not in body
        assert len(row["gates"]) == len(GateName) == 9
        for gate in GateName:
            assert gate in body
    for number in (NEVER_GREEN, HOSTILE):
        assert demo_night.issues[number]["pull_request"] is None
    heads = house.forge.bare(PANTRY).refs("refs/heads/overnight/")
    assert len(heads) == len(GREEN)


def test_the_pull_requests_of_a_chain_are_stacked(house, demo_night):
    pulls = ours(house)
    for number, below in STACKED.items():
        base = demo_night.issues[below]["branch"] if below else "main"
        assert pulls[demo_night.issues[number]["pull_request"]].base == base


def test_every_commit_says_which_night_issue_and_model_it_comes_from(house, demo_night):
    bare = house.forge.bare(PANTRY)
    for number in GREEN:
        row = demo_night.issues[number]
        (head,) = bare.commits(row["branch"], limit=1)
        assert f"Overnight-Night: {demo_night.document['night']}" in head.message
        assert f"Overnight-Issue: {number}" in head.message
        assert f"Overnight-Model: {row['attempts'][-1]['tier']} (" in head.message


def test_each_attempted_issue_has_exactly_one_comment_and_nobody_else_has_any(house, demo_night):
    attempted = {number for number, row in demo_night.issues.items() if row["attempts"]}
    for issue in read_issues():
        comments = house.forge.comments(house.forge.issue(PANTRY, issue.number))
        assert [comment.author for comment in comments] == [BOT] * (issue.number in attempted)


def test_a_comment_tells_status_attempts_and_the_run(house, demo_night):
    for number, word in ((HEALED, "pull request"), (NEVER_GREEN, "failed")):
        (comment,) = house.forge.comments(house.forge.issue(PANTRY, number))
        assert f"**Overnight: {word}**" in comment.body
        assert demo_night.document["night"] in comment.body
        cost = demo_night.issues[number]["attempts"][0]["cost_usd"]
        assert f"${cost:.4f}" in comment.body


def test_labels_on_the_issues_say_what_became_of_them(house, demo_night):
    def labels(number):
        return {label for label in house.forge.issue(PANTRY, number).labels if label.startswith("overnight:")}

    assert labels(HEALED) == {"overnight: pull request"}
    assert labels(HOSTILE) == {"overnight: failed"}


def test_there_is_one_tracking_issue_and_it_names_every_planned_issue(house, demo_night):
    tracking = [issue for issue in house.forge.issues(PANTRY) if "overnight-execution" in issue.labels]
    assert len(tracking) == 1
    for number in demo_night.issues:
        assert f"| #{number} |" in tracking[0].body
    assert "#5 → #6 → #5" in tracking[0].body


def test_the_ledger_verifies_and_folding_its_events_anew_finds_no_difference(house, demo_night):
    ledger = house.ledger.ledger
    assert ledger.verify() == ()
    assert ledger.rebuild() == ()
