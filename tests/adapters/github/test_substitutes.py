"""A server whose GraphQL is older: REST tells the rest."""

import pytest

from demo.forge import Fault, RunningForge
from include.overnight.adapters.github import GitHubTracker
from include.overnight.domain.issues import IssueRef

from .pushing import push

NEWER = ("blockedBy", "issueType", "closedByPullRequestsReferences", "subIssues")


@pytest.fixture
def old(forge, client, patience) -> GitHubTracker:
    """Read from a forge whose GraphQL answers as an older GitHub Enterprise Server's does."""
    for field in NEWER:
        detail = {"code": "undefinedField", "typeName": "Issue", "fieldName": field}
        error = {"message": f"Field '{field}' doesn't exist on type 'Issue'", "extensions": detail}
        forge.order(Fault("/graphql", status=200, body={"errors": [error]}))
    return GitHubTracker(client, patience=patience)


@pytest.fixture
def backlog(forge: RunningForge):
    scene = forge.forge
    scene.create_repository("acme", "cellar")
    scene.create_issue("acme/pantry", "First")
    scene.create_issue("acme/pantry", "Done", state="closed")
    scene.create_issue("acme/pantry", "Third", blocked_by=[1], sub_issues=[1, 2], issue_type="Bug")
    push(forge, "fix")
    body = "Fixes: #1, closes acme/pantry#3 and resolves acme/cellar#3. See #2."
    scene.create_pull_request("acme/pantry", "ann", title="A fix", head="fix", body=body)
    scene.labelled(scene.issue("acme/pantry", 1), "overnight: ok", "acme")
    return scene


def test_an_older_server_tells_the_same_backlog(pantry, backlog, old, tracker):
    told, expected = old.open_issues(pantry), tracker.open_issues(pantry)
    assert [issue.number for issue in told] == [1, 3]
    assert told == expected


def test_one_issue_of_an_older_server_is_the_same_too(pantry, backlog, old, tracker):
    issue = old.issue(pantry, 3)
    assert issue == tracker.issue(pantry, 3)
    assert (issue.issue_type, issue.blocked_by, issue.sub_issues) == ("Bug", (IssueRef(1),), (IssueRef(1),))
    assert [pull.number for pull in issue.pull_requests] == [4]


def test_only_issues_with_dependencies_cost_a_request_of_their_own(pantry, backlog, old, forge):
    for number in range(30):
        backlog.create_issue("acme/pantry", f"Alone {number}")
    forge.forge.journal.clear()
    old.open_issues(pantry)
    paths = [entry.path.partition("?")[0] for entry in forge.requests("GET")]
    assert sorted(path.rpartition("/repos/acme/pantry/")[2] for path in paths) == [
        "collaborators/acme/permission",
        "issues",
        "issues/3/dependencies/blocked_by",
        "issues/3/sub_issues",
        "pulls",
    ]
