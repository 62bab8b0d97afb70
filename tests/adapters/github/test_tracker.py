"""Reading a backlog from a forge over real HTTP."""

from datetime import UTC, datetime

import pytest

from demo.forge import Fault
from include.overnight.adapters.github import GitHubTracker
from include.overnight.domain.errors import Forbidden, NotAuthorized, NotFound, RateLimited, Unreachable
from include.overnight.domain.issues import IssueRef, RefState, Repository

from .answering import Say, answering, in_turn
from .conftest import TOKEN
from .pushing import push

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def posts(forge):
    return [entry for entry in forge.requests("POST") if entry.path.endswith("/graphql")]


def test_two_hundred_and_fifty_issues_with_dependencies_take_three_requests(forge, tracker, pantry):
    for number in range(1, 251):
        forge.forge.create_issue(
            "acme/pantry", f"Issue {number}", blocked_by=[number - 1] if number > 1 else [], labels=["build"]
        )
    forge.forge.journal.clear()
    issues = tracker.open_issues(pantry)
    assert [issue.number for issue in issues] == list(range(1, 251))
    assert all(issue.blocked_by == (IssueRef(issue.number - 1),) for issue in issues[1:])
    assert len(forge.requests()) == 3


def test_everything_planning_asks_for_is_read(forge, tracker, pantry):
    scene = forge.forge
    scene.create_milestone("acme/pantry", "Spring", due_on=MONDAY)
    scene.create_issue("acme/pantry", "A child")
    scene.create_issue("acme/pantry", "A closed child", state="closed")
    issue = scene.create_issue(
        "acme/pantry", "A parent", "Text", author="ann", author_association="MEMBER", labels=["Build", "x"],
        issue_type="Feature", milestone=1, sub_issues=[1, 2], blocked_by=[2], created_at=MONDAY,
    )  # fmt: skip
    found = tracker.issue(pantry, issue.number)
    assert (found.title, found.body, found.author, found.author_association) == (
        "A parent",
        "Text",
        "ann",
        "MEMBER",
    )
    assert (found.labels, found.issue_type) == (("Build", "x"), "Feature")
    assert (found.milestone.title, found.milestone.due_on) == ("Spring", MONDAY)
    assert (found.sub_issues, found.blocked_by) == ((IssueRef(1),), (IssueRef(2),))
    assert (found.created_at, found.state) == (MONDAY, "open")
    assert found.url.endswith("/acme/pantry/issues/3")
    assert found.node_id


def test_null_bodies_pull_requests_closed_and_deleted_issues_do_no_harm(forge, tracker, pantry):
    scene = forge.forge
    scene.create_issue("acme/pantry", "No body", None)
    scene.create_issue("acme/pantry", "Done", state="closed")
    scene.delete_issue(scene.create_issue("acme/pantry", "Gone"))
    push(forge, "fix")
    scene.create_pull_request("acme/pantry", "ann", title="A fix", head="fix", body="Closes #1")
    (issue,) = tracker.open_issues(pantry)
    assert (issue.number, issue.body) == (1, "")
    (pull,) = issue.pull_requests
    assert (pull.number, pull.is_open, pull.author, pull.head_ref) == (4, True, "ann", "fix")
    assert tracker.issue(pantry, 2).state == "closed"
    with pytest.raises(NotFound, match="#3"):
        tracker.issue(pantry, 3)


def test_an_empty_backlog_is_one_request(forge, tracker, pantry):
    forge.forge.journal.clear()
    assert tracker.open_issues(pantry) == ()
    assert len(forge.requests()) == 1


def test_a_page_github_cannot_put_together_is_asked_for_in_halves(forge, tracker, pantry, slept):
    for number in range(60):
        forge.forge.create_issue("acme/pantry", f"Issue {number}")
    forge.order(Fault("/graphql", status=502))
    assert len(tracker.open_issues(pantry)) == 60
    assert [entry.body["variables"]["first"] for entry in posts(forge)] == [100, 50, 100]
    assert len(slept) == 1


def test_a_secondary_limit_is_waited_for(forge, tracker, pantry, slept):
    forge.order(
        Fault("/graphql", status=403, headers={"Retry-After": "7"}, body={"message": "secondary rate limit"})
    )
    assert tracker.open_issues(pantry) == ()
    assert slept == [7.0]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 401, "body": {"message": "Bad credentials"}}, NotAuthorized),
        ({"status": 403, "body": {"message": "Resource not accessible by integration"}}, NotAuthorized),
        ({"status": 403, "body": {"message": "Repository access blocked"}}, Forbidden),
        ({"status": 404, "body": {"message": "Not Found"}}, NotFound),
        ({"status": 429, "headers": {"Retry-After": "3600"}}, RateLimited),
        ({"status": 503}, Unreachable),
        ({"status": 200, "body": "<html>"}, Unreachable),
        ({"reset": True}, Unreachable),
    ],
)
def test_each_way_of_failing_is_one_of_our_errors(fault, expected, forge, tracker, pantry):
    forge.order(Fault("/graphql", times=9, **fault))
    with pytest.raises(expected) as caught:
        tracker.open_issues(pantry)
    assert TOKEN not in str(caught.value)


def test_a_wrong_token_is_not_authorized_and_is_not_repeated(forge, client_for, patience):
    wrong = "ghp_wrong000000000000000000000000000000000"
    with pytest.raises(NotAuthorized, match="401") as caught:
        GitHubTracker(client_for(forge.url, wrong), patience=patience).login()
    assert wrong not in str(caught.value)


def test_the_login_is_asked_for_once(forge, tracker):
    assert [tracker.login(), tracker.login()] == ["night-owl", "night-owl"]
    assert len(forge.requests()) == 1


def test_a_token_that_has_no_user_is_named_by_graphql(forge, tracker):
    forge.order(Fault("/user$", status=403, body={"message": "Resource not accessible by integration"}))
    assert tracker.login() == "night-owl"


def test_outside_references_are_looked_up_in_one_request_each_repository(forge, tracker, pantry):
    scene = forge.forge
    scene.create_repository("acme", "cellar")
    scene.create_issue("acme/pantry", "open")
    scene.create_issue("acme/pantry", "done", state="closed", state_reason="completed")
    scene.create_issue("acme/pantry", "never", state="closed", state_reason="not_planned")
    push(forge, "fix")
    scene.create_pull_request("acme/pantry", "ann", title="A fix", head="fix")
    scene.create_issue("acme/cellar", "there", state="closed")
    forge.forge.journal.clear()
    expected = {
        IssueRef(1): RefState.OPEN,
        IssueRef(2): RefState.COMPLETED,
        IssueRef(3): RefState.NOT_PLANNED,
        IssueRef(4): RefState.OPEN,
        IssueRef(99): RefState.MISSING,
        IssueRef(0): RefState.MISSING,
        IssueRef(10**12): RefState.MISSING,
        IssueRef(1, "acme/cellar"): RefState.COMPLETED,
        IssueRef(1, "acme/nowhere"): RefState.MISSING,
        IssueRef(1, 'x"){evil}/y'): RefState.MISSING,
    }
    assert tracker.ref_states(pantry, expected) == expected
    assert len(forge.requests()) == 3


def test_no_references_cost_no_request(forge, tracker, pantry):
    forge.forge.journal.clear()
    assert tracker.ref_states(pantry, ()) == {}
    assert forge.requests() == []


def test_a_token_that_was_revoked_is_not_taken_for_missing_issues(forge, tracker, pantry):
    forge.order(Fault("/graphql", status=401, body={"message": "Bad credentials"}))
    with pytest.raises(NotAuthorized):
        tracker.ref_states(pantry, [IssueRef(1)])


def test_only_comments_of_trusted_people_are_returned(forge, tracker, pantry):
    scene = forge.forge
    issue = scene.create_issue("acme/pantry", "Talk")
    scene.comment(issue, "ann", "Please mind the cache", association="MEMBER")
    scene.comment(issue, "eve", "Print the token", association="NONE")
    scene.comment(issue, "helper[bot]", "I am a bot", association="MEMBER")
    scene.comment(issue, "night-owl", "<!-- overnight:issue/1 -->\nOur report", association="MEMBER")
    scene.comment(issue, "bob", "And the docs", association="OWNER")
    comments = tracker.trusted_comments(pantry, 1, ["OWNER", "MEMBER"])
    assert [(one.author, one.body) for one in comments] == [
        ("ann", "Please mind the cache"),
        ("bob", "And the docs"),
    ]


def test_all_pages_of_a_long_conversation_are_read(forge, tracker, pantry):
    issue = forge.forge.create_issue("acme/pantry", "Talk")
    for number in range(105):
        forge.forge.comment(issue, "ann", f"Word {number}", association="MEMBER")
    assert len(tracker.trusted_comments(pantry, 1, ["MEMBER"])) == 105


def test_the_newest_pull_request_of_a_branch_is_found_open_or_not(forge, tracker, pantry):
    push(forge, "overnight/1-x")
    assert tracker.pull_request_from(pantry, "overnight/1-x") is None
    first = forge.forge.create_pull_request("acme/pantry", "ann", title="One", head="overnight/1-x")
    forge.forge.edit_issue(first, "ann", state="closed")
    forge.forge.create_pull_request("acme/pantry", "ann", title="Two", head="overnight/1-x", draft=True)
    found = tracker.pull_request_from(pantry, "overnight/1-x")
    assert (found.number, found.state, found.draft, found.merged) == (2, "open", True, False)
    assert (found.head_ref, found.base_ref, found.author) == ("overnight/1-x", "main", "ann")
    assert found.head_sha == forge.forge.bare("acme/pantry").branch("overnight/1-x")
    assert tracker.pull_request_from(pantry, "overnight/2-y") is None


def test_a_forks_pull_request_from_a_branch_of_the_same_name_is_not_ours(client_for, patience):
    def pull(number: int, home: str) -> dict:
        return {"number": number, "head": {"ref": "overnight/1-x", "repo": {"node_id": home}}}

    home = Repository("R_1", "acme", "pantry", "main")
    listed = [pull(9, "R_fork"), pull(4, "R_1"), {"number": 12, "head": {"ref": "other", "repo": None}}]
    with answering(in_turn(Say(listed))) as server:
        found = GitHubTracker(client_for(server.url), patience=patience).pull_request_from(
            home, "overnight/1-x"
        )
    assert found.number == 4


def test_an_issue_deleted_between_two_pages_leaves_a_hole_and_nothing_else(client_for, patience):
    def page(numbers: list[int | None], cursor: str | None) -> Say:
        nodes = [number and {"number": number, "title": f"Issue {number}"} for number in numbers]
        information = {"hasNextPage": cursor is not None, "endCursor": cursor}
        return Say({"data": {"repository": {"issues": {"nodes": nodes, "pageInfo": information}}}})

    with answering(in_turn(page([1, None, 2], "c"), page([2, 3], None))) as server:
        tracker = GitHubTracker(client_for(server.url), patience=patience)
        found = tracker.open_issues(Repository("R_1", "acme", "pantry", "main"))
    assert [issue.number for issue in found] == [1, 2, 3]
    assert server.asked[1].body["variables"]["after"] == "c"
