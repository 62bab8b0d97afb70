"""Pull requests with everything around them, and what happens when somebody was quicker."""

import pytest

from demo.forge import Fault
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.publishing import publish_change

from ..fakes import ScriptedAdvisor, writes
from ..staging import FILES, REPOSITORY, of, open_stage
from .boxed import boxed

RED_LINES = "RED = 1  # the first colour of the rainbow\n"
GOOD = writes("colour.py", RED_LINES)
READY = "draft_pull_requests = false"
LIMIT = {"message": "You have exceeded a secondary rate limit."}


@pytest.fixture
def owned(tmp_path):
    """A stage whose repository has code owners."""
    owners = "*.py @ann @overnight-bot\ncolour.py @ann @bea nobody@example.org\n"
    with open_stage(tmp_path, {**FILES, "CODEOWNERS": owners}) as stage:
        for login in ("ann", "bea"):
            stage.forge.add_collaborator(REPOSITORY, login, "write")
        yield stage


def pulls(stage):
    return stage.forge.pull_requests(REPOSITORY)


def body_of(stage, pull):
    return stage.forge.issue(REPOSITORY, pull.number).body


def creations(stage, end):
    return [
        entry
        for entry in stage.running.requests("POST")
        if entry.path.endswith(end) and 200 <= entry.status < 300
    ]


def test_owners_are_asked_the_milestone_is_set_and_the_body_tells_plan_gates_and_the_whole_cost(owned):
    owned.forge.create_milestone(REPOSITORY, "Spring")
    number = owned.issue("Add a colour", milestone=1)
    counsel = ScriptedAdvisor(plans=("1. Name the colour.\n2. Closes #99, says nobody.",), cost=0)
    desk = owned.desk({number: [GOOD]}, settings=READY, counsel=counsel)
    night = owned.night(desk)
    assert of(night, number).status == "pull_request", of(night, number).reason
    (pull,) = pulls(owned)
    assert (set(pull.reviewers), pull.draft) == ({"ann", "bea"}, False)
    assert owned.forge.issue(REPOSITORY, pull.number).milestone == 1
    body = body_of(owned, pull)
    assert f"Closes #{number}" in body
    assert "1. Name the colour." in body
    assert pull.closes == (owned.forge.issue(REPOSITORY, number).id,)
    for gate in ("build", "lint", "test", "qic", "qiel", "cdw", "memory", "drift", "governance"):
        assert f"\n| {gate} | " in body
    spent = desk.budgets.spent(night=night.id)
    assert f"### Models and cost: ${spent:.4f}" in body


def test_a_draft_asks_nobody_before_it_is_ready(owned):
    number = owned.issue("Add a colour")
    owned.night(owned.desk({number: [GOOD]}))
    (pull,) = pulls(owned)
    assert (pull.draft, pull.reviewers) == (True, ())


def test_a_second_publication_with_the_outbox_writes_nothing(stage):
    number = stage.issue("Add a colour")
    desk = boxed(stage.desk({number: [GOOD]}))
    night = stage.night(desk)
    (pull,) = pulls(stage)
    stage.forge.edit_issue(pull, "lead", body="By hand")
    before = len(stage.running.requests("POST")) + len(stage.running.requests("PATCH"))
    assert publish_change(desk, night.id, number).number == pull.number
    reads = [one for one in stage.running.requests("POST") if one.path.endswith("/graphql")]
    after = len(stage.running.requests("POST")) + len(stage.running.requests("PATCH"))
    assert after - before <= len(reads)
    assert body_of(stage, pull) == "By hand"


def test_the_same_content_is_not_proposed_twice(stage):
    first, second = stage.issue("Add a colour"), stage.issue("Add that colour")
    night = stage.night(stage.desk({first: [GOOD], second: [GOOD]}))
    (pull,) = pulls(stage)
    assert of(night, second).status == "skipped"
    expected = f"open pull request #{pull.number} has exactly the same content; the change is kept"
    assert of(night, second).reason == expected


def test_a_persons_commit_on_our_branch_is_left_alone_and_the_issue_says_so(stage):
    number = stage.issue("Add a colour")
    stage.forge.commit(REPOSITORY, "overnight/1-add-a-colour", {"a.txt": "theirs"}, "Mine", "ann")
    night = stage.night(stage.desk({number: [GOOD]}))
    assert of(night, number).status == "failed"
    assert "a commit that Overnight did not push: left alone" in of(night, number).reason
    assert pulls(stage) == []


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (403, "Resource not accessible by personal access token", "lacks a permission"),
        (403, "Repository was archived so is read-only.", "archived"),
        (422, "This repository limits open pull requests of users without write access", "limits open"),
    ],
)
def test_what_github_refuses_is_told_in_its_words(stage, status, message, said):
    number = stage.issue("Add a colour")
    stage.running.order(Fault("/pulls$", "POST", status=status, body={"message": message}))
    night = stage.night(stage.desk({number: [GOOD]}))
    row = of(night, number)
    assert row.status == "failed"
    assert said in row.reason


def test_a_label_reviewer_or_milestone_that_github_refuses_costs_the_pull_request_nothing(owned):
    owned.forge.create_milestone(REPOSITORY, "Spring")
    number = owned.issue("Add a colour", milestone=1)
    owned.running.order(Fault("/requested_reviewers$", "POST", status=404, body={"message": "Not Found"}))
    denied = {"message": "Resource not accessible by personal access token"}
    owned.running.order(Fault(r"/issues/\d+$", "PATCH", status=403, body=denied))
    desk = owned.desk({number: [GOOD]}, settings=READY)
    row = of(owned.night(desk), number)
    (pull,) = pulls(owned)
    assert (row.status, row.pull_request) == ("pull_request", pull.number), row.reason
    assert "GitHub refused its reviewers: " in row.reason
    assert "GitHub refused its milestone: " in row.reason
    types = (EventType.CHANGE_PUBLISHED,)
    (event,) = desk.ledger.events(EventQuery(types=types, issue=number))
    assert event.metadata["pull_request"] == pull.number


def test_a_locked_conversation_is_on_record_and_the_pull_request_stands(stage):
    number = stage.issue("Add a colour")
    locked = {"message": "Unable to create comment because issue is locked."}
    stage.running.order(Fault(f"/issues/{number}/comments$", "POST", status=403, body=locked))
    desk = stage.desk({number: [GOOD]})
    night = stage.night(desk)
    assert of(night, number).status == "pull_request"
    notes = desk.ledger.events(EventQuery(types=(EventType.GOVERNANCE_NOTE,), night=night.id, limit=None))
    assert any("could not be reported on GitHub" in note.description for note in notes)


def test_a_night_on_a_github_that_limits_loses_and_hangs_up_ends_complete_with_each_write_once(stage):
    first, second = stage.issue("Add a colour"), stage.issue("Add a shade")
    for fault in (
        Fault("/labels$", "POST", status=403, body=LIMIT, headers={"retry-after": "60"}),
        Fault("/pulls$", "POST", when="after", status=502),
        Fault("/pulls$", "POST", status=429, body=LIMIT, headers={"retry-after": "30"}),
        Fault("/comments$", "POST", reset=True, when="after"),
        Fault("/comments$", "POST", status=403, body=LIMIT),
        Fault("git-receive-pack$", "POST", when="after", status=502),
        Fault("/issues$", "POST", reset=True, when="after"),
    ):
        stage.running.order(fault)
    shade = writes("shade.py", "SHADE = 2  # darker than the colour it belongs to\n")
    desk = boxed(stage.desk({first: [GOOD], second: [shade]}))
    night = stage.night(desk)
    rows = [of(night, number) for number in (first, second)]
    assert [row.status for row in rows] == ["pull_request"] * 2, [row.reason for row in rows]
    assert len(pulls(stage)) == 2
    for number in (first, second):
        assert len(stage.forge.comments(stage.forge.issue(REPOSITORY, number))) == 1
    assert [one.title for one in stage.forge.issues(REPOSITORY)].count("Overnight execution") == 1
    assert stage.forge.faults.waiting() == []
    assert desk.box.outbox.unsettled() == ()
