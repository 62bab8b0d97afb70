"""A change that touches protected paths waits for a person, and is judged again without being built again."""

import pytest

from include.overnight.domain.approvals import Approval
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.judging import judge_change

from ..fakes import writes
from ..staging import REPOSITORY, of, open_stage

pytestmark = pytest.mark.slow  # whole nights, one after the other

WORKFLOW = ".github/workflows/checks.yml"
SUBJECT = f"protected:{WORKFLOW}"


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def protected(tree):
    writes(WORKFLOW, "on: push\n")(tree)
    writes("colour.py", "RED = 1\n")(tree)


def harmless(tree):
    writes("colour.py", "RED = 1\n")(tree)


@pytest.fixture
def waited(stage):
    """A night whose builder insists on a workflow: the desk, the issue, the night."""
    number = stage.issue("Run the checks on every push")
    desk = stage.desk({number: [protected]})
    return stage, desk, number, stage.night(desk)


def word(desk, night, number, *, granted=True):
    desk.approvals.give(Approval(SUBJECT, "mara", "ours to run", night.repository, number, granted))


def questions(desk):
    return [row for row in desk.approvals.queue() if row["kind"] == "question"]


def builds(desk):
    return len(desk.scripted.commissions)


def test_a_builder_that_insists_leaves_a_change_that_waits_for_a_person(waited):
    _, desk, number, night = waited
    issue = of(night, number)
    assert issue.status == "awaiting_approval"
    assert WORKFLOW in issue.reason
    assert f"overnight approve {number} --subject '{SUBJECT}'" in issue.reason
    assert builds(desk) == 2  # the first was told to leave the file alone
    (row,) = questions(desk)
    assert (row["issue"], row["subject"], row["kind"]) == (number, SUBJECT, "question")


def test_a_builder_that_can_do_without_is_told_so_and_nobody_is_asked(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [protected, harmless]})
    issue = of(stage.night(desk), number)
    assert issue.status == "pull_request"
    assert "leave protected files" in desk.scripted.commissions[1].feedback
    assert questions(desk) == []


def test_once_allowed_the_next_night_judges_the_same_commit_again_and_builds_nothing(waited):
    stage, desk, number, night = waited
    head = desk.records.change(night.repository, number).change.head_sha
    word(desk, night, number)
    issue = of(stage.night(desk), number)
    assert issue.status == "pull_request"
    assert issue.attempts == ()
    assert builds(desk) == 2
    pull = stage.forge.pull_request(REPOSITORY, issue.pull_request)
    assert pull.head_sha == head
    assert "approved by mara" in stage.forge.fresh(pull).body


def test_while_nobody_answers_later_nights_spend_nothing_and_keep_waiting(waited):
    stage, desk, number, _ = waited
    spent = desk.budgets.spent()
    issue = of(stage.night(desk), number)
    assert (issue.status, issue.attempts) == ("awaiting_approval", ())
    assert desk.budgets.spent() == spent
    assert builds(desk) == 2
    assert len(questions(desk)) == 1


def test_a_refusal_is_told_to_nobody_twice_and_the_issue_fails_with_the_persons_name(waited):
    stage, desk, number, night = waited
    word(desk, night, number, granted=False)
    issue = of(stage.night(desk), number)
    assert issue.status == "failed"
    assert "mara refused" in issue.reason
    assert builds(desk) == 4
    assert questions(desk) == []


def test_an_issue_that_was_rewritten_meanwhile_is_built_anew(waited):
    stage, desk, number, night = waited
    word(desk, night, number)
    stage.forge.edit_issue(stage.forge.issue(REPOSITORY, number), "lead", body="and on pull requests")
    issue = of(stage.night(desk), number)
    assert builds(desk) == 3
    assert issue.status == "pull_request"


def test_a_verdict_that_only_a_word_was_missing_for_is_judged_again_in_the_same_night(waited):
    _, desk, number, night = waited
    assert not judge_change(desk, night.id, number).passed
    word(desk, night, number)
    assert judge_change(desk, night.id, number).passed


@pytest.mark.parametrize(
    ("permission", "status"), [("write", "pull_request"), ("triage", "awaiting_approval")]
)
def test_the_label_is_a_word_only_when_a_maintainer_sets_it_after_the_question(waited, permission, status):
    stage, desk, number, _ = waited
    stage.forge.add_collaborator(REPOSITORY, "somebody", permission)
    stage.forge.labelled(stage.forge.issue(REPOSITORY, number), "overnight: approve", "somebody")
    assert of(stage.night(desk), number).status == status


def test_a_secret_in_the_same_change_is_for_nobody_to_allow(stage):
    def leaky(tree):
        protected(tree)
        writes("keys.py", 'KEY = "ghp_' + "A1b2C3d4" * 5 + '"\n')(tree)

    number = stage.issue("Run the checks on every push")
    desk = stage.desk({number: [leaky]})
    assert of(stage.night(desk), number).status == "failed"
    assert questions(desk) == []


def test_what_waited_is_in_the_comment_with_what_to_do(waited):
    stage, _, number, _ = waited
    (comment,) = stage.forge.comments(stage.forge.issue(REPOSITORY, number))
    assert "awaiting approval" in comment.body
    assert "overnight approve" in comment.body


def test_asking_is_on_record(waited):
    _, desk, number, _ = waited
    (asked,) = desk.ledger.events(EventQuery(types=(EventType.APPROVAL_REQUESTED,), issue=number))
    assert asked.metadata["subject"] == SUBJECT
