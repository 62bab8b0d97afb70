"""What people are told: once, kept true, and without a secret in it."""

import json

import pytest

from include.overnight.adapters.ledger import uuid7
from include.overnight.domain.alerts import AlertRule
from include.overnight.domain.errors import NotFound
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.orders import NightOrder
from include.overnight.domain.plans import Classification, Complexity, PlannedIssue, SequenceType
from include.overnight.services.admitting import admit_night
from include.overnight.services.planning import plan_row
from include.overnight.services.publishing import publish_change
from include.overnight.services.reading import OpenNight
from include.overnight.services.reporting import report_issue

from ..fakes import writes
from ..staging import REPOSITORY, TOKEN, of

pytestmark = pytest.mark.slow  # whole nights, one after the other

GOOD = writes("colour.py", "RED = 1\n")
BAD = writes("box.py", "def size(a, b):\n    return 0\n")
ONE_TRY = "enable_auto_heal = false"


def labels_of(stage, number):
    return {label.lower() for label in stage.forge.issue(REPOSITORY, number).labels}


def writes_to(stage):
    reads = ("/api/graphql", "git-upload-pack")
    return [
        entry.path
        for entry in stage.running.requests()
        if entry.method != "GET" and not any(read in entry.path for read in reads)
    ]


def test_publishing_again_opens_nothing_and_writes_nothing(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = stage.night(desk)
    before = len(writes_to(stage))
    again = publish_change(desk, night.id, number)
    assert again.number == of(night, number).pull_request
    assert len(stage.forge.pull_requests(REPOSITORY)) == 1
    assert len(writes_to(stage)) == before


def test_reporting_again_leaves_one_comment_and_one_event(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = stage.night(desk)
    report_issue(desk, night.id, number)
    assert len(stage.forge.comments(stage.forge.issue(REPOSITORY, number))) == 1
    assert [event.type for event in desk.ledger.events(EventQuery(night=night.id))].count(
        "issue_reported"
    ) == 1


def test_what_the_report_itself_finds_is_told_with_it_and_not_an_issue_later(stage, monkeypatch):
    number = stage.issue("Add a colour")
    desk, told = stage.desk(), []
    monkeypatch.setattr(type(desk), "notify", lambda desk, title, body: told.append(body))
    rules = (AlertRule("an issue failed", (EventType.ISSUE_EXECUTION_FAILED,)),)
    monkeypatch.setattr(type(desk), "alert_rules", rules)
    order = NightOrder(uuid7(desk.clock.now()), "acme", "box", dry_run=False)
    night = OpenNight(order, desk.tracker.repository("acme", "box"))
    assert admit_night(desk, order, night.repository).admitted
    kind = Classification(SequenceType.QA, Complexity.LOW, "", "")
    row = plan_row(PlannedIssue(number, "Add a colour", "", 1, kind))
    plan = {"issues": [row], "exclusions": [], "cycles": []}
    desk.ledger.append(night.event(EventType.NIGHT_PLANNED, "planned", metadata=plan))
    assert report_issue(desk, night.id, number).status == "crashed"
    assert len(told) == 1


def test_a_comment_that_a_person_deleted_is_written_anew(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [BAD]}, settings=ONE_TRY)
    night = stage.night(desk)
    node = night.repository
    desk.records.record_publication(node, f"comment/{number}", "999999")
    report_issue(desk, night.id, number)
    assert len(stage.forge.comments(stage.forge.issue(REPOSITORY, number))) == 1


def test_with_pull_requests_off_the_change_is_kept_until_somebody_publishes_it(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = stage.night(desk, create_prs_automatically=False)
    assert of(night, number).status == "judged"
    assert stage.forge.pull_requests(REPOSITORY) == []
    opened = publish_change(desk, night.id, number, wanted=True)
    assert [pull.number for pull in stage.forge.pull_requests(REPOSITORY)] == [opened.number]
    assert desk.ledger.issue(night.id, number).status == "pull_request"


def test_a_change_that_no_gate_judged_is_not_published(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [BAD]}, settings=ONE_TRY)
    night = stage.night(desk)
    with pytest.raises(NotFound, match="nothing to publish"):
        publish_change(desk, night.id, number, wanted=True)


def test_a_status_label_gives_way_to_the_next_one_and_a_persons_labels_stay(stage):
    number = stage.issue("Add a colour", labels=("good first issue",))
    desk = stage.desk({number: [BAD, GOOD]}, settings=ONE_TRY)
    stage.night(desk)
    assert labels_of(stage, number) == {"good first issue", "overnight: failed"}
    stage.night(stage.desk({number: [GOOD]}))
    assert labels_of(stage, number) == {"good first issue", "overnight: pull request"}


def test_issues_that_were_not_attempted_are_left_in_peace(stage):
    first = stage.issue("Add a colour")
    second = stage.issue("Add a shade", f"Depends on #{first}")
    skipped = stage.issue("Not this one", labels=("overnight: skip",))
    stage.night(stage.desk({first: [BAD]}, settings=ONE_TRY))
    for number in (second, skipped):
        assert stage.forge.comments(stage.forge.issue(REPOSITORY, number)) == []


def test_a_dry_run_renders_what_it_would_have_said_and_says_nothing(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = stage.night(desk, dry_run=True)
    assert writes_to(stage) == []
    root = desk.settings.storage_url
    for name in ("pull_request.md", "comment.md"):
        text = desk.storage.get(f"{root}/nights/{night.id}/{number}/{name}").decode()
        assert f"#{number}" in text or f"issue/{number}" in text
    stored = json.loads(desk.storage.get(f"{root}/nights/{night.id}/night.json"))
    assert (stored["dry_run"], stored["issues"][0]["status"]) == (True, "judged")


def test_a_secret_that_a_test_prints_reaches_no_comment_no_event_and_no_artifact(stage):
    number = stage.issue("Print it")
    leaky = writes("test_box.py", f'raise SystemExit("{TOKEN}")\n')
    desk = stage.desk({number: [leaky]}, settings=ONE_TRY)
    night = stage.night(desk)
    assert of(night, number).status == "failed"
    said = [comment.body for comment in stage.forge.comments(stage.forge.issue(REPOSITORY, number))]
    said += [issue.body or "" for issue in stage.forge.issues(REPOSITORY)]
    said += [repr(desk.ledger.events(EventQuery(limit=None)))]
    artifacts = desk.settings.home / "objects" / "nights"
    said += [path.read_text() for path in artifacts.rglob("*") if path.is_file()]
    assert [text for text in said if TOKEN in text] == []


def test_a_hostile_title_calls_nobody_and_hides_nothing(stage):
    number = stage.issue("@acme/everyone <!-- `rm -rf` | cell")
    night = stage.night(stage.desk({number: [BAD]}, settings=ONE_TRY))
    (tracking,) = [one for one in stage.forge.issues(REPOSITORY) if one.title == "Overnight execution"]
    assert "@acme" not in tracking.body
    assert tracking.body.count("<!--") == 1
    assert "`rm" not in tracking.body
    assert of(night, number).title.startswith("@acme")
