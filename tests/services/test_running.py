"""Whole nights in one process, on a real forge, real git, a real ledger and a real sandbox."""

from decimal import Decimal

import pytest

from include.overnight.domain.errors import FailureKind, ModelFailure
from include.overnight.domain.nights import document, totals

from ..fakes import writes
from ..staging import FILES, REPOSITORY, of, open_stage

GOOD = writes(
    "box.py", "def size(a, b):\n    return a * b\n\n\ndef volume(a, b, c):\n    return size(a, b) * c\n"
)
BAD = writes("box.py", "def size(a, b):\n    return 0\n")


def test_a_green_change_becomes_one_pull_request_with_its_gates_and_cost(stage):
    number = stage.issue("Add a volume")
    desk = stage.desk({number: [GOOD]})
    night = stage.night(desk)
    issue = of(night, number)
    assert (issue.status, issue.branch) == ("pull_request", f"overnight/{number}-add-a-volume")
    assert (issue.gates["test"], issue.gates["governance"]) == ("pass", "pass")
    (pull,) = stage.forge.pull_requests(REPOSITORY)
    assert pull.number == issue.pull_request
    body = stage.forge.issue(REPOSITORY, pull.number).body or ""
    assert f"Closes #{number}" in body
    assert "| test | ✅ pass |" in body
    assert "$0.0100" in body


def test_the_commit_carries_night_issue_and_model(stage):
    number = stage.issue("Add a volume")
    night = stage.night(stage.desk({number: [GOOD]}))
    bare = stage.forge.bare(REPOSITORY)
    head = bare.commits(of(night, number).branch, limit=1)[0]
    assert f"Overnight-Night: {night.id}" in head.message
    assert f"Overnight-Issue: {number}" in head.message
    assert "Overnight-Model: gpt-4 (scripted)" in head.message


def test_a_red_attempt_is_healed_with_what_the_gates_said(stage):
    number = stage.issue("Add a volume")
    desk = stage.desk({number: [BAD, GOOD]})
    issue = of(stage.night(desk), number)
    assert [attempt["outcome"] for attempt in issue.attempts] == ["gates_failed", "accepted"]
    assert issue.status == "pull_request"
    first, second = desk.scripted.commissions
    assert first.feedback == ""
    assert "Gate test failed" in second.feedback


def test_an_issue_that_never_gets_green_climbs_the_ladder_and_fails_without_a_pull_request(stage):
    number = stage.issue("Add a volume")
    issue = of(stage.night(stage.desk({number: [BAD]})), number)
    assert issue.status == "failed"
    assert [attempt["tier"] for attempt in issue.attempts] == [
        "gpt-4", "gpt-4", "gpt-4-turbo", "gpt-4-turbo", "gpt-5.1", "gpt-5.1",
    ]  # fmt: skip
    assert stage.forge.pull_requests(REPOSITORY) == []


def test_the_labels_that_the_repository_asks_for_are_on_the_pull_request(tmp_path):
    wish = FILES[".overnight.yml"] + "labels:\n  - by night\n"
    with open_stage(tmp_path, files={**FILES, ".overnight.yml": wish}) as stage:
        number = stage.issue("Add a volume")
        issue = of(stage.night(stage.desk({number: [GOOD]})), number)
        assert "by night" in stage.forge.issue(REPOSITORY, issue.pull_request).labels


def test_a_dependent_builds_on_its_dependency_and_its_pull_request_is_stacked(stage):
    first = stage.issue("Add a volume")
    second = stage.issue("Add a weight", f"Depends on #{first}")
    weight = writes("weight.py", "from box import volume\n\n\ndef weight(a):\n    return volume(a, a, a)\n")
    night = stage.night(stage.desk({first: [GOOD], second: [weight]}))
    assert of(night, second).dependencies == (first,)
    bases = {pull.number: pull.base for pull in stage.forge.pull_requests(REPOSITORY)}
    assert bases[of(night, first).pull_request] == "main"
    assert bases[of(night, second).pull_request] == of(night, first).branch


def test_dependents_of_a_failed_issue_are_blocked_and_name_it(stage):
    first = stage.issue("Add a volume")
    second = stage.issue("Add a weight", f"Depends on #{first}")
    night = stage.night(stage.desk({first: [BAD]}))
    blocked = of(night, second)
    assert blocked.status == "blocked"
    assert f"#{first}, which is failed" in blocked.reason
    assert blocked.attempts == ()


def test_one_issues_failure_never_stops_the_others(stage):
    broken = stage.issue("Add a volume")
    fine = stage.issue("Add a colour")
    night = stage.night(
        stage.desk({broken: [RuntimeError("a defect")], fine: [writes("colour.py", "RED = 1\n")]})
    )
    assert of(night, broken).status == "crashed"
    assert of(night, fine).status == "pull_request"
    assert totals(night)["failed"] == 1


def test_a_dry_run_writes_nothing_to_github_and_its_change_is_taken_up_by_the_next_real_night(stage):
    number = stage.issue("Add a volume")
    desk = stage.desk({number: [GOOD]})
    dry = stage.night(desk, dry_run=True)
    assert (of(dry, number).status, dry.dry_run) == ("judged", True)
    reads = ("/api/graphql", "git-upload-pack")
    writes = [entry for entry in stage.running.requests() if entry.method != "GET"]
    assert [entry.path for entry in writes if not any(read in entry.path for read in reads)] == []
    real = stage.night(desk)
    assert of(real, number).status == "pull_request"
    assert len(desk.scripted.commissions) == 1


def test_a_second_night_opens_nothing_twice_and_edits_the_one_comment(stage):
    good, bad = stage.issue("Add a volume"), stage.issue("Break it")
    desk = stage.desk({good: [GOOD], bad: [BAD]})
    stage.night(desk)
    night = stage.night(desk)
    assert night.issue(good) is None
    assert [row["kind"] for row in night.exclusions if row["number"] == good] == ["has_pull_request"]
    assert len(stage.forge.pull_requests(REPOSITORY)) == 1
    comments = stage.forge.comments(stage.forge.issue(REPOSITORY, bad))
    assert len(comments) == 1
    assert comments[0].body.count("| failed |") == 2
    tracking = [row for row in night.exclusions if row["title"] == "Overnight execution"]
    assert "Overnight's own" in tracking[0]["reason"]
    tracking = [issue for issue in stage.forge.issues(REPOSITORY) if issue.title == "Overnight execution"]
    assert len(tracking) == 1


def test_a_refused_quota_never_fails_an_issue(stage):
    number = stage.issue("Add a volume")
    desk = stage.desk({number: [BAD]}, settings="quota_limits = { daily = 1, hourly = 1, concurrent = 1 }")
    issue = of(stage.night(desk), number)
    assert (issue.status, "quota_exhausted" in issue.reason) == ("parked", True)
    assert [attempt["tier"] for attempt in issue.attempts] == ["gpt-4", "gpt-4", "gpt-4-turbo"]


def test_a_provider_failure_goes_down_the_ladder_and_with_nothing_left_the_issue_is_parked(stage):
    number = stage.issue("Architecture: add a volume", labels=("architecture",))
    gone = ModelFailure(FailureKind.MODEL_GONE, "no such model")
    issue = of(stage.night(stage.desk({number: [gone]})), number)
    assert issue.status == "parked"
    assert [attempt["tier"] for attempt in issue.attempts] == ["gpt-5.1", "gpt-4-turbo", "gpt-4"]


def test_the_night_ends_with_a_document_that_fits_its_schema(stage):
    import json
    from pathlib import Path

    import jsonschema

    number = stage.issue("Add a volume")
    stage.issue("Nothing", labels=("overnight: skip",))
    night = stage.night(stage.desk({number: [GOOD]}))
    schema = json.loads(Path("docs/reference/night.schema.json").read_text())
    jsonschema.validate(json.loads(json.dumps(document(night))), schema)
    assert document(night)["issues"][0]["attempts"][0]["cost_usd"] == float(Decimal("0.01"))


def test_the_ledger_verifies_after_a_night(stage):
    number = stage.issue("Add a volume")
    desk = stage.desk({number: [GOOD]})
    stage.night(desk)
    assert desk.ledger.verify() == ()
    assert desk.database.ledger.rebuild() == ()


@pytest.mark.parametrize(("switch", "attempts"), [("enable_auto_heal", 1), ("enable_model_escalation", 2)])
def test_switches_of_the_form_limit_the_attempts(stage, switch, attempts):
    number = stage.issue("Add a volume")
    night = stage.night(stage.desk({number: [BAD]}), **{switch: False})
    assert len(of(night, number).attempts) == attempts
