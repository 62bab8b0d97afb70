"""What goes wrong around publishing ends with a status and its reason; the rest of the night goes on."""

import pytest

from include.overnight.domain.changes import IssueStatus
from include.overnight.services.planning import decide_plan
from include.overnight.services.reading import open_night

from ..fakes import writes
from ..staging import REPOSITORY, TOKEN, of

pytestmark = pytest.mark.slow  # whole nights, one after the other

GOOD = writes("colour.py", "RED = 1  # the first colour of the rainbow\n")
ALSO = writes("size.py", "BIG = 1  # more than small, less than huge\n")


def then(deed, happens):
    """Return the deed of a builder while something else happens on GitHub."""

    def both(tree):
        happens()
        deed(tree)

    return both


def pulls(stage):
    return [
        pull
        for pull in stage.forge.pull_requests(REPOSITORY)
        if stage.forge.issue(REPOSITORY, pull.number).state == "open"
    ]


def pair(stage, happens, deed=GOOD):
    """Run a night of two issues; something happens while the first is built. Return night and rows."""
    first, second = stage.issue("Add a colour"), stage.issue("Add a size")
    night = stage.night(stage.desk({first: [then(deed, lambda: happens(first))], second: [ALSO]}))
    assert night.status == "completed"
    return night, of(night, first), of(night, second)


def test_an_issue_whose_pull_request_a_person_closed_costs_nothing_until_somebody_asks_for_it(stage):
    number = stage.issue("Add a colour")
    first = stage.night(stage.desk({number: [GOOD]}))
    (pull,) = pulls(stage)
    stage.forge.edit_issue(pull, "ann", state="closed")
    desk = stage.desk({number: [ALSO]})
    night = open_night(desk, first.id)
    plan = decide_plan(desk, night, desk.tracker.open_issues(night.repository))
    assert plan.issues == ()
    assert [(row.kind, row.reason) for row in plan.exclusions if row.number == number] == [
        (
            "handled",
            f"its pull request #{pull.number} was closed by ann; "
            f"`overnight run --issue {number}` builds it anew",
        )
    ]
    assert pulls(stage) == []
    assert of(stage.night(desk, issues=[number]), number).status == "pull_request"
    (again,) = pulls(stage)
    assert (again.head, again.number > pull.number) == (pull.head, True)


def test_an_issue_that_was_transferred_meanwhile_is_skipped_and_said_to_have_moved(stage):
    stage.forge.create_repository("acme", "other")

    def moved(number):
        stage.forge.transfer(stage.forge.issue(REPOSITORY, number), "acme/other")

    _, first, second = pair(stage, moved)
    assert (first.status, "another repository" in first.reason) == (IssueStatus.SKIPPED, True)
    assert second.status == IssueStatus.PULL_REQUEST
    assert stage.forge.comments(stage.forge.issue("acme/other", 1)) == []


def test_an_issue_that_was_closed_meanwhile_gets_no_pull_request(stage):
    _, first, second = pair(
        stage,
        lambda number: stage.forge.edit_issue(stage.forge.issue(REPOSITORY, number), "ann", state="closed"),
    )
    assert (first.status, "was closed" in first.reason) == (IssueStatus.SKIPPED, True)
    assert second.status == IssueStatus.PULL_REQUEST


def test_a_base_that_was_force_pushed_takes_the_change_along_when_it_fits(stage):
    def rewritten(_number):
        bare = stage.forge.bare(REPOSITORY)
        root = bare.git("commit-tree", "-m", "all anew", "main^{tree}", environment=WHO).stdout.strip()
        bare.update_branch("main", root)

    _, first, second = pair(stage, rewritten)
    assert {first.status, second.status} == {IssueStatus.PULL_REQUEST}, (first.reason, second.reason)
    bare = stage.forge.bare(REPOSITORY)
    for pull in pulls(stage):
        assert bare.contains(pull.head, bare.branch("main"))
        assert len(bare.changes("main", pull.head)) == 1


def test_a_base_that_was_force_pushed_to_something_else_fails_the_change_with_the_cause(stage):
    def replaced(_number):
        stage.forge.commit(REPOSITORY, "main", {"box.py": "def size(a, b):\n    return b * a\n"}, "x", "ann")
        bare = stage.forge.bare(REPOSITORY)
        root = bare.git("commit-tree", "-m", "all anew", "main^{tree}", environment=WHO).stdout.strip()
        bare.update_branch("main", root)

    edit = writes("box.py", "def size(a, b):\n    return a * b * 1\n")
    _, first, second = pair(stage, replaced, edit)
    assert first.status == IssueStatus.FAILED
    assert "main" in first.reason
    assert second.status == IssueStatus.PULL_REQUEST, second.reason


WHO = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "ann"), ("EMAIL", "ann@example.org"))
}


def test_a_permission_lost_in_the_middle_of_the_night_names_what_the_token_needs(stage):
    _, first, second = pair(stage, lambda _number: stage.forge.allow(TOKEN, "overnight-bot", "read"))
    for row in (first, second):
        assert row.status in (IssueStatus.FAILED, IssueStatus.PARKED), row.reason
    assert "GitHub refused" in first.reason
    assert "read and write" in first.reason
    assert pulls(stage) == []


def test_a_repository_archived_in_the_middle_of_the_night_is_said_to_be_archived(stage):
    _, first, _ = pair(stage, lambda _number: stage.forge.change_repository(REPOSITORY, archived=True))
    assert (first.status, "archived" in first.reason) == (IssueStatus.FAILED, True), first.reason
    assert pulls(stage) == []


def test_a_repository_renamed_in_the_middle_of_the_night_is_followed(stage):
    first, second = stage.issue("Add a colour"), stage.issue("Add a size")
    rename = then(GOOD, lambda: stage.forge.rename_repository(REPOSITORY, "crate"))
    night = stage.night(stage.desk({first: [rename], second: [ALSO]}))
    rows = [of(night, number) for number in (first, second)]
    assert [row.status for row in rows] == [IssueStatus.PULL_REQUEST] * 2, [row.reason for row in rows]
    assert len(stage.forge.pull_requests("acme/crate")) == 2
