"""Reviews, their threads, asking again, and taking a merge back."""

import pytest

from .conftest import HOME

REVIEWS = """{ repository(owner: "acme", name: "pantry") { pullRequest(number: 1) {
  reviewDecision
  reviews(first: 9) { nodes { state author { login } authorAssociation comments(first: 9) { totalCount } } }
  latestReviews(first: 9) { nodes { state } }
  reviewRequests(first: 9) { nodes { requestedReviewer { ... on User { login } } } }
  reviewThreads(first: 9) { nodes { id isResolved isOutdated path line resolvedBy { login }
    comments(first: 9) { nodes { body author { login } replyTo { body } } } } }
} } }"""
RESOLVE = "mutation($id: ID!) { %s(input: {threadId: $id}) { thread { isResolved } } }"
REPLY = "mutation($id: ID!, $body: String!) { addPullRequestReviewThreadReply(input: {pullRequestReviewThreadId: $id, body: $body}) { comment { body author { login } } } }"  # noqa: E501
REVERT = "mutation($id: ID!) { revertPullRequest(input: {pullRequestId: $id}) { pullRequest { number } revertPullRequest { number title headRefName } } }"  # noqa: E501


@pytest.fixture
def pull(running, ask):
    """#1 with a review of ann's that requests changes on a line."""
    running.forge.commit(HOME, "work", {"a.txt": "a\n"}, "Add a", "bot")
    made = ask("POST", "pulls", {"title": "Work", "head": "work", "base": "main"}).json()
    running.forge.request_review(running.forge.pull_request(HOME, 1), "bot", "ann")
    running.forge.allow("ann-token", "ann", "maintain")
    comment = {"path": "a.txt", "line": 1, "body": "Why?"}
    body = {"event": "REQUEST_CHANGES", "body": "Not yet", "comments": [comment]}
    ask("POST", "pulls/1/reviews", body, token="ann-token")
    return made


@pytest.fixture
def shown(query):
    return lambda: query(REVIEWS)["data"]["repository"]["pullRequest"]


def test_a_review_with_its_thread_is_told_whole(shown, pull):
    found = shown()
    assert found["reviewDecision"] == "CHANGES_REQUESTED"
    (review,) = found["reviews"]["nodes"]
    assert (review["author"], review["comments"]["totalCount"]) == ({"login": "ann"}, 1)
    assert review["authorAssociation"] == "COLLABORATOR"
    (thread,) = found["reviewThreads"]["nodes"]
    assert (thread["path"], thread["line"], thread["isResolved"]) == ("a.txt", 1, False)


def test_who_has_reviewed_is_asked_no_longer_until_asked_again(ask, shown, pull):
    assert shown()["reviewRequests"]["nodes"] == []
    ask("POST", "pulls/1/requested_reviewers", {"reviewers": ["ann"]})
    assert shown()["reviewRequests"]["nodes"] == [{"requestedReviewer": {"login": "ann"}}]
    events = [line["event"] for line in ask("GET", "issues/1/timeline").json()]
    assert events.count("review_requested") == 2
    assert shown()["latestReviews"]["nodes"] == []


def test_a_reply_joins_its_thread_and_a_push_makes_it_outdated(running, query, shown, pull):
    (thread,) = shown()["reviewThreads"]["nodes"]
    replied = query(REPLY, id=thread["id"], body="Because")["data"]["addPullRequestReviewThreadReply"]
    assert replied["comment"] == {"body": "Because", "author": {"login": "bot"}}
    running.forge.commit(HOME, "work", {"a.txt": "b\n"}, "Answer", "bot")
    (thread,) = shown()["reviewThreads"]["nodes"]
    assert thread["isOutdated"] is True
    assert [note["body"] for note in thread["comments"]["nodes"]] == ["Why?", "Because"]
    assert thread["comments"]["nodes"][1]["replyTo"] == {"body": "Why?"}


def test_threads_that_must_be_resolved_hold_the_merge_until_they_are(running, ask, query, shown, pull):
    running.forge.add_ruleset(HOME, "Main", resolved_threads=True)
    assert ask("PUT", "pulls/1/merge", {}).json()["message"] == "All comments must be resolved."
    (thread,) = shown()["reviewThreads"]["nodes"]
    assert query(RESOLVE % "resolveReviewThread", id=thread["id"])["data"]["resolveReviewThread"] == {
        "thread": {"isResolved": True}
    }
    assert shown()["reviewThreads"]["nodes"][0]["resolvedBy"] == {"login": "bot"}
    query(RESOLVE % "unresolveReviewThread", id=thread["id"])
    assert ask("PUT", "pulls/1/merge", {}).status_code == 405
    query(RESOLVE % "resolveReviewThread", id=thread["id"])
    assert ask("PUT", "pulls/1/merge", {}).status_code == 200


def test_a_dismissed_review_no_longer_counts(ask, shown, pull):
    (review,) = ask("GET", "pulls/1/reviews").json()
    dismissed = ask("PUT", f"pulls/1/reviews/{review['id']}/dismissals", {"message": "Out of date"})
    assert (dismissed.status_code, dismissed.json()["state"]) == (200, "DISMISSED")
    assert shown()["reviewDecision"] is None


def test_a_branch_that_is_behind_is_brought_up_to_date_on_request(running, ask, pull):
    running.forge.commit(HOME, "main", {"b.txt": "b\n"}, "Meanwhile", "ann")
    assert ask("PUT", "pulls/1/update-branch", {"expected_head_sha": "0" * 40}).status_code == 422
    assert ask("PUT", "pulls/1/update-branch", {}).status_code == 202
    assert running.forge.bare(HOME).contains(ask("GET", "pulls/1").json()["head"]["sha"], "main")


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_merged_pull_request_is_taken_back_as_a_whole(running, ask, query, pull, method):
    running.forge.commit(HOME, "work", {"c.txt": "c\n"}, "Add c", "bot")
    running.forge.commit(HOME, "main", {"b.txt": "b\n"}, "Meanwhile", "ann")
    assert ask("PUT", "pulls/1/merge", {"merge_method": method}).status_code == 200
    made = query(REVERT, id=pull["node_id"])["data"]["revertPullRequest"]["revertPullRequest"]
    assert made == {"number": 2, "title": 'Revert "Work"', "headRefName": "revert-1-work"}
    assert ask("PUT", "pulls/2/merge", {}).status_code == 200
    tip = running.forge.bare(HOME).commits("main", limit=1)[0]
    names = {name for _kind, _sha, name in running.forge.bare(HOME).children(tip.tree)}
    assert names == {"README.md", "b.txt"}


def test_what_is_not_merged_cannot_be_reverted(query, pull):
    assert query(REVERT, id=pull["node_id"])["errors"][0]["type"] == "UNPROCESSABLE"
