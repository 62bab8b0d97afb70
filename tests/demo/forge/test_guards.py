"""What stands in a night's way: rules, locks, limits, transfers, and texts that are too long."""

import re

import pytest

from demo.forge.records import QueueRules

from .conftest import HOME

ROLLUP = """{ repository(owner: "acme", name: "pantry") {
  main: object(expression: "main") { ... on Commit { statusCheckRollup { state contexts(first: 9) {
    totalCount checkRunCount statusContextCount nodes { __typename
      ... on CheckRun { name status conclusion isRequired detailsUrl summary }
      ... on StatusContext { context state isRequired targetUrl }
  } } } } }
  defaultBranchRef { branchProtectionRule { requiredStatusCheckContexts requiredApprovingReviewCount } }
} }"""
QUEUE = """{ repository(owner: "acme", name: "pantry") { mergeQueue(branch: "main") {
  nextEntryEstimatedTimeToMerge
  configuration { checkResponseTimeout mergingStrategy mergeMethod maximumEntriesToBuild }
} } }"""


def rollup(query, token="bot-token"):
    return query(ROLLUP, token)["data"]["repository"]


def test_rulesets_and_classic_protection_are_one_guard_in_two_places(running, ask):
    running.forge.protect(HOME, "main", contexts=["ci"])
    running.forge.add_ruleset(
        HOME, "Main", contexts=("docs",), approvals=2, linear_history=True, queue=QueueRules()
    )
    running.forge.add_ruleset(HOME, "Off", contexts=("never",), enforcement="disabled")
    running.forge.add_ruleset(HOME, "Others", branches=("release/*",), no_force_pushes=True, keep=True)
    rules = {rule["type"]: rule.get("parameters") for rule in ask("GET", "rules/branches/main").json()}
    assert set(rules) == {"required_linear_history", "pull_request", "required_status_checks", "merge_queue"}
    assert rules["required_status_checks"]["required_status_checks"] == [{"context": "docs"}]
    assert rules["pull_request"]["required_approving_review_count"] == 2
    names = {rule["type"] for rule in ask("GET", "rules/branches/release/1").json()}
    assert names == {"deletion", "non_fast_forward"}
    assert ask("GET", "branches/main/protection", token="admin-token").json()["required_status_checks"]
    assert [one["enforcement"] for one in ask("GET", "rulesets").json()] == ["active", "disabled", "active"]


def test_the_checks_of_the_default_branch_are_told_with_what_is_required(running, query):
    running.forge.protect(HOME, "main", contexts=["ci", "unit"])
    tip = running.forge.bare(HOME).branch("main")
    assert rollup(query)["main"]["statusCheckRollup"] is None
    running.forge.set_status(HOME, tip, "ci", "failure")
    running.forge.check_run(HOME, tip, "unit", "failure")
    running.forge.check_run(HOME, tip, "unit", "success")
    running.forge.check_run(HOME, tip, "lint", None)
    shown = rollup(query)["main"]["statusCheckRollup"]
    assert shown["state"] == "FAILURE"
    assert [shown["contexts"][key] for key in ("totalCount", "checkRunCount", "statusContextCount")] == [
        3, 2, 1,
    ]  # fmt: skip
    told = [(n.get("name") or n["context"], n["isRequired"]) for n in shown["contexts"]["nodes"]]
    assert told == [("unit", True), ("lint", False), ("ci", True)]


def test_protection_is_shown_to_administrators_only(running, query):
    running.forge.protect(HOME, "main", contexts=["ci"], approvals=1)
    assert rollup(query)["defaultBranchRef"]["branchProtectionRule"] is None
    assert rollup(query, "admin-token")["defaultBranchRef"]["branchProtectionRule"] == {
        "requiredStatusCheckContexts": ["ci"],
        "requiredApprovingReviewCount": 1,
    }


def test_a_queue_tells_its_settings_in_seconds(running, query):
    running.forge.add_ruleset(HOME, "Main", queue=QueueRules(check_response_timeout_minutes=2))
    queue = query(QUEUE)["data"]["repository"]["mergeQueue"]
    assert queue["nextEntryEstimatedTimeToMerge"] is None
    assert queue["configuration"] == {
        "checkResponseTimeout": 120,
        "mergingStrategy": "ALLGREEN",
        "mergeMethod": "MERGE",
        "maximumEntriesToBuild": 5,
    }


@pytest.mark.parametrize(
    ("ruleset", "says"),
    [
        ({"branches": ("~ALL",), "pull_requests": True}, "GH013.*Changes must be made through a pull"),
        ({"branches": ("work*",), "contexts": ("ci",)}, "GH013.*Changes must be made through a pull"),
        ({"branches": ("refs/heads/work",), "queue": QueueRules()}, "GH013.*through the merge queue"),
    ],
)
def test_a_push_that_rules_forbid_is_rejected_in_githubs_words(running, clone, ruleset, says):
    running.forge.add_ruleset(HOME, "All", **ruleset)
    done = clone().push("work", "a.txt", "a\n")
    assert done.returncode
    assert re.search(says, done.stderr, re.DOTALL), done.stderr


def test_a_branch_that_may_not_be_forced_takes_ordinary_pushes(running, clone):
    running.forge.add_ruleset(HOME, "Work", branches=("work",), no_force_pushes=True, keep=True)
    ours = clone()
    assert ours.push("work", "a.txt", "a\n").returncode == 0
    assert ours.push("work", "b.txt", "b\n").returncode == 0
    ours.git("reset", "--hard", "--quiet", "HEAD~2")
    forced = ours.git("push", "--force", "origin", "work")
    assert "Cannot force-push to this branch" in forced.stderr
    assert "Cannot delete this branch" in ours.git("push", "origin", ":work").stderr


def test_classic_protection_still_says_gh006(running, clone):
    running.forge.protect(HOME, "main")
    assert "GH006: Protected branch update failed for refs/heads/main" in (
        clone().push("main", "a.txt", "a\n").stderr
    )


def test_a_locked_conversation_takes_no_comment_of_an_app(running, ask):
    issue = running.forge.create_issue(HOME, "First")
    note = ask("POST", "issues/1/comments", {"body": "Early"}, token="app-token").json()
    running.forge.lock(issue, "too heated")
    refused = ask("POST", "issues/1/comments", {"body": "Late"}, token="app-token")
    assert (refused.status_code, refused.json()["message"]) == (
        403, "Unable to create comment because issue is locked.",
    )  # fmt: skip
    assert ask("PATCH", f"issues/comments/{note['id']}", {"body": "x"}, token="app-token").status_code == 403
    assert ask("POST", "issues/1/comments", {"body": "A member"}).status_code == 201
    assert ask("GET", "issues/1").json()["active_lock_reason"] == "too heated"
    running.forge.lock(issue, locked=False)
    assert ask("POST", "issues/1/comments", {"body": "Late"}, token="app-token").status_code == 201


def test_a_transferred_issue_redirects_and_takes_its_comments_along(running, ask, query):
    issue = running.forge.create_issue(HOME, "First", "Body", labels=["bug"])
    running.forge.comment(issue, "ann", "Hello")
    running.forge.create_repository("acme", "attic")
    moved = running.forge.transfer(issue, "acme/attic")
    led = ask("GET", "issues/1", allow_redirects=False)
    assert led.status_code == 301
    assert led.headers["Location"].endswith(f"/repositories/{moved.repository}/issues/1")
    assert ask("GET", "issues/1").json()["labels"] == []
    assert ask("POST", "issues/1/comments", {"body": "x"}).status_code == 410
    assert ask("GET", "/repos/acme/attic/issues/1/comments").json()[0]["body"] == "Hello"
    assert ask("GET", "issues?state=all").json() == []
    found = query('{ repository(owner: "acme", name: "pantry") { issue(number: 1) { id } } }')
    assert found["errors"][0]["type"] == "NOT_FOUND"


def test_an_outsider_has_as_many_open_pull_requests_as_the_limit_says(running, ask):
    for name in ("one", "two"):
        running.forge.commit(HOME, name, {name: name}, name, "ann")

    def open_as_outsider(head, **more):
        body = {"title": head, "head": head, "base": "main", **more}
        return ask("POST", "pulls", body, token="reader-token")

    assert open_as_outsider("one").status_code == 403
    running.forge.limit_pull_requests(HOME, 1)
    assert open_as_outsider("one").status_code == 201
    refused = open_as_outsider("two")
    assert refused.status_code == 422
    assert "limit of 1 open pull requests" in refused.json()["errors"][0]["message"]
    assert open_as_outsider("two", draft=True).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "issues/1/comments", {}),
        ("PATCH", "issues/comments/{note}", {}),
        ("POST", "issues", {"title": "Long"}),
        ("PATCH", "issues/1", {}),
    ],
)
def test_no_text_is_longer_than_github_keeps(running, ask, method, path, body):
    issue = running.forge.create_issue(HOME, "First")
    note = running.forge.comment(issue, "bot", "Short")
    path = path.format(note=note.id)
    assert ask(method, path, {**body, "body": "x" * 65_536}).status_code in (200, 201)
    refused = ask(method, path, {**body, "body": "x" * 65_537})
    assert refused.status_code == 422
    assert "65536 characters" in refused.json()["errors"][0]["message"]
