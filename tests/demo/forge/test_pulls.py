"""Pull requests on real branches: opening, merging, protection, stacks, auto-merge and the queue."""

import pytest

from .conftest import HOME

OPEN = {"title": "Work", "head": "work", "base": "main", "body": "Closes #1"}
ENQUEUE = "mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { mergeQueueEntry { state position } } }"  # noqa: E501
DRAFT = "mutation($id: ID!) { %s(input: {pullRequestId: $id}) { pullRequest { isDraft } } }"
STATE = 'query { repository(owner: "acme", name: "pantry") { pullRequest(number: 2) { state isInMergeQueue mergeStateStatus headRefOid timelineItems(last: 9, itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT]) { nodes { ... on RemovedFromMergeQueueEvent { reason } } } } } }'  # noqa: E501


@pytest.fixture
def pull(running, ask):
    """#2, which closes #1 with one commit on `work`."""
    running.forge.create_issue(HOME, "First")
    running.forge.commit(HOME, "work", {"a.txt": "a\n"}, "Add a", "bot")
    return ask("POST", "pulls", OPEN).json()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "A pull request already exists for acme:work."),
        ({"head": "main"}, "No commits between main and main"),
        ({"head": "nothing"}, None),
        ({"base": "nothing"}, None),
    ],
)
def test_a_pull_request_that_cannot_be_is_refused_with_githubs_words(ask, pull, change, message):
    answer = ask("POST", "pulls", OPEN | change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0].get("message") == message


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1), ("rebase", 1)])
def test_a_merge_really_merges_and_closes_what_it_promised(running, ask, pull, method, parents):
    running.forge.commit(HOME, "main", {"b.txt": "b\n"}, "Meanwhile", "ann")
    done = ask("PUT", "pulls/2/merge", {"merge_method": method, "sha": pull["head"]["sha"]})
    assert done.status_code == 200
    (tip,) = running.forge.bare(HOME).commits("main", limit=1)
    assert (tip.sha, len(tip.parents)) == (done.json()["sha"], parents)
    assert {name for _kind, _sha, name in running.forge.bare(HOME).children(tip.tree)} == {
        "README.md",
        "a.txt",
        "b.txt",
    }
    assert ask("GET", "issues/1").json()["state"] == "closed"
    assert ask("GET", "pulls/2").json()["merged_by"]["login"] == "bot"


def test_a_merge_of_another_head_than_expected_is_409(ask, pull):
    assert ask("PUT", "pulls/2/merge", {"sha": "0" * 40}).status_code == 409


def test_a_conflict_is_seen_and_not_merged(running, ask, pull):
    running.forge.commit(HOME, "main", {"a.txt": "other\n"}, "Meanwhile", "ann")
    shown = ask("GET", "pulls/2").json()
    assert (shown["mergeable"], shown["mergeable_state"]) == (False, "dirty")
    assert ask("PUT", "pulls/2/merge", {}).status_code == 405


def test_a_protected_base_waits_for_its_checks_and_reviews(running, ask, pull):
    running.forge.protect(HOME, "main", contexts=["ci"], approvals=1)
    sha = pull["head"]["sha"]
    assert ask("PUT", "pulls/2/merge", {}).json()["message"] == 'Required status check "ci" is expected.'
    ask("POST", f"statuses/{sha}", {"state": "success", "context": "ci"})
    assert "approving review" in ask("PUT", "pulls/2/merge", {}).json()["message"]
    running.forge.review(running.forge.pull_request(HOME, 2), "ann", "APPROVED")
    assert ask("PUT", "pulls/2/merge", {}).status_code == 200


def test_a_push_moves_the_pull_request_and_a_deleted_branch_closes_it(running, ask, pull, clone):
    ours = clone()
    ours.git("checkout", "--quiet", "work")
    assert ours.push("work", "b.txt", "b\n").returncode == 0
    assert ask("GET", "pulls/2").json()["changed_files"] == 2
    assert running.forge.bare(HOME).resolve("refs/pull/2/head") == running.forge.bare(HOME).branch("work")
    assert ask("DELETE", "git/refs/heads/work").status_code == 204
    assert ask("GET", "pulls/2").json()["state"] == "closed"


def test_a_stacked_pull_request_follows_when_its_base_is_merged_and_deleted(running, ask, pull):
    running.forge.change_repository(HOME, delete_branch_on_merge=True)
    tip = running.forge.bare(HOME).branch("work")
    running.forge.bare(HOME).update_branch("upper", tip)
    running.forge.commit(HOME, "upper", {"b.txt": "b\n"}, "Upper", "bot")
    ask("POST", "pulls", {"title": "Upper", "head": "upper", "base": "work"})
    assert ask("PUT", "pulls/2/merge", {}).status_code == 200
    upper = ask("GET", "pulls/3").json()
    assert (upper["state"], upper["base"]["ref"]) == ("open", "main")


def test_auto_merge_is_refused_when_clean_and_fires_when_the_check_turns_green(running, ask, query, pull):
    enable = "mutation($id: ID!) { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH}) { pullRequest { autoMergeRequest { mergeMethod } } } }"  # noqa: E501
    assert query(enable, id=pull["node_id"])["errors"][0]["type"] == "UNPROCESSABLE"
    running.forge.protect(HOME, "main", contexts=["ci"])
    enabled = query(enable, id=pull["node_id"])["data"]["enablePullRequestAutoMerge"]
    assert enabled["pullRequest"]["autoMergeRequest"] == {"mergeMethod": "SQUASH"}
    assert ask("GET", "pulls/2").json()["auto_merge"]["merge_method"] == "squash"
    ask("POST", f"statuses/{pull['head']['sha']}", {"state": "success", "context": "ci"})
    assert ask("GET", "pulls/2").json()["merged"] is True


def test_drafts_are_made_ready_and_back(ask, query, pull):
    query(DRAFT % "convertPullRequestToDraft", id=pull["node_id"])
    assert ask("PUT", "pulls/2/merge", {}).json()["message"] == "Pull Request is still a draft"
    query(DRAFT % "markPullRequestReadyForReview", id=pull["node_id"])
    assert ask("PUT", "pulls/2/merge", {}).status_code == 200


def _enqueue(query, pull, **more):
    return query(
        ENQUEUE, input={"pullRequestId": pull["node_id"], "expectedHeadOid": pull["head"]["sha"], **more}
    )


@pytest.fixture
def queued(running, ask, query, pull):
    """#2 in the queue of main, which demands `ci`; returns the commit its group is checked on."""
    running.forge.protect(HOME, "main", contexts=["ci"])
    running.forge.change_repository(HOME, queues=("main",))
    ask("POST", f"statuses/{pull['head']['sha']}", {"state": "success", "context": "ci"})
    entry = _enqueue(query, pull)["data"]["enqueuePullRequest"]["mergeQueueEntry"]
    assert entry == {"state": "AWAITING_CHECKS", "position": 1}
    branches = running.forge.bare(HOME).refs("refs/heads/gh-readonly-queue/main/")
    assert len(branches) == 1
    return next(iter(branches.values()))


def test_the_queue_refuses_another_head_than_expected(running, query, pull):
    running.forge.change_repository(HOME, queues=("main",))
    (error,) = _enqueue(query, pull, expectedHeadOid="0" * 40)["errors"]
    assert error["type"] == "UNPROCESSABLE"


def test_a_queued_pull_request_merges_when_its_group_is_green(ask, query, queued):
    assert query(STATE)["data"]["repository"]["pullRequest"]["isInMergeQueue"] is True
    assert ask("PUT", "pulls/2/merge", {}).status_code == 405
    ask("POST", f"statuses/{queued}", {"state": "success", "context": "ci"})
    shown = ask("GET", "pulls/2").json()
    assert (shown["merged"], shown["merge_commit_sha"]) == (True, queued)


def test_a_queued_pull_request_leaves_with_its_reason_when_its_group_is_red(ask, query, queued):
    ask("POST", f"statuses/{queued}", {"state": "failure", "context": "ci"})
    shown = query(STATE)["data"]["repository"]["pullRequest"]
    assert (shown["state"], shown["isInMergeQueue"]) == ("OPEN", False)
    assert shown["timelineItems"]["nodes"] == [{"reason": "failed_checks"}]


def test_a_push_throws_a_pull_request_out_of_the_queue(running, query, queued):
    running.forge.commit(HOME, "work", {"late.txt": "late\n"}, "Late", "bot")
    assert query(STATE)["data"]["repository"]["pullRequest"]["isInMergeQueue"] is False


def test_a_queue_can_be_held_for_a_test_to_look_at(running, query, pull):
    running.forge.change_repository(HOME, queues=("main",), queues_held=True)
    _enqueue(query, pull)
    assert query(STATE)["data"]["repository"]["pullRequest"]["isInMergeQueue"] is True
    running.forge.change_repository(HOME, queues_held=False)
    assert query(STATE)["data"]["repository"]["pullRequest"]["state"] == "MERGED"
