"""Merge queue, auto-merge and drafts: only the commit that was judged, and asked for once."""

import pytest

from demo.forge import Fault
from include.overnight.domain.errors import Forbidden

from .pushing import push

HEAD = "overnight/1-add-x"


@pytest.fixture
def pull(forge, writer, pantry):
    push(forge, HEAD)
    return writer.put_pull_request(
        pantry, head=HEAD, base="main", title="Add x", body="Closes #1", draft=False
    )


def queued(forge):
    forge.forge.change_repository("acme/pantry", queues=("main",), queues_held=True)


def mutations(forge, name):
    return [entry for entry in forge.requests("POST") if name in str(entry.body)]


@pytest.mark.parametrize("loss", [{}, {"status": 502}, {"reset": True}])
def test_a_pull_request_is_enqueued_once_also_when_the_answer_is_lost(loss, forge, writer, pantry, pull):
    queued(forge)
    if loss:
        # The look comes first, so the second request to GraphQL is the mutation.
        forge.order(Fault("/graphql", method="POST", when="after", status=200, body={"data": {"node": {
            "state": "OPEN", "isDraft": False, "headRefOid": pull.head_sha, "isInMergeQueue": False,
            "autoMergeRequest": None}}}))  # fmt: skip
        forge.order(Fault("/graphql", method="POST", when="after", **loss))
    writer.enqueue(pantry, pull, pull.head_sha)
    writer.enqueue(pantry, pull, pull.head_sha)
    assert len(mutations(forge, "enqueuePullRequest")) == 1


def test_a_head_that_moved_is_left_to_people(forge, writer, pantry, pull):
    queued(forge)
    push(forge, HEAD)
    forge.forge.synchronize("acme/pantry", "ann")
    with pytest.raises(Forbidden, match="somebody pushed to it"):
        writer.enqueue(pantry, pull, pull.head_sha)
    with pytest.raises(Forbidden, match="somebody pushed to it"):
        writer.enable_auto_merge(pantry, pull, pull.head_sha)
    assert mutations(forge, "enqueuePullRequest(") == []


def test_a_branch_without_a_queue_refuses_with_githubs_reason(forge, writer, pantry, pull):
    with pytest.raises(Forbidden, match="Merge queue is not enabled"):
        writer.enqueue(pantry, pull, pull.head_sha)


def test_auto_merge_waits_for_what_is_required_and_is_asked_for_once(forge, writer, pantry, pull):
    forge.forge.change_repository("acme/pantry", allow_auto_merge=True)
    forge.forge.protect("acme/pantry", "main", contexts=["ci"], approvals=0)
    writer.enable_auto_merge(pantry, pull, pull.head_sha, "squash")
    writer.enable_auto_merge(pantry, pull, pull.head_sha, "squash")
    assert forge.forge.pull_request("acme/pantry", pull.number).auto_merge == "squash"
    assert len(mutations(forge, "enablePullRequestAutoMerge")) == 1


def test_auto_merge_where_nothing_is_required_is_refused(forge, writer, pantry, pull):
    with pytest.raises(Forbidden, match="Auto merge is not allowed"):
        writer.enable_auto_merge(pantry, pull, pull.head_sha)


def test_a_draft_is_made_ready_once(forge, writer, pantry):
    push(forge, HEAD)
    pull = writer.put_pull_request(pantry, head=HEAD, base="main", title="x", body="x", draft=True)
    writer.mark_ready(pantry, pull)
    writer.mark_ready(pantry, pull)
    assert forge.forge.pull_request("acme/pantry", pull.number).draft is False
    assert len(mutations(forge, "markPullRequestReadyForReview")) == 1


def test_a_merged_one_needs_nothing_more(forge, writer, pantry, pull):
    forge.forge.merge(forge.forge.pull_request("acme/pantry", pull.number), "ann")
    writer.enqueue(pantry, pull, pull.head_sha)
    writer.enable_auto_merge(pantry, pull, pull.head_sha)
    writer.mark_ready(pantry, pull)
    assert mutations(forge, "mutation") == []
