"""Merge queue, auto-merge and drafts: only the commit that was judged, and asked for once."""

import pytest

from demo.forge import Fault
from demo.forge.merging import enqueue
from include.overnight.adapters.github.following import GitHubFollower
from include.overnight.domain.errors import Forbidden

from .pushing import push

HEAD = "overnight/1-add-x"


@pytest.fixture
def pull(forge, writer, pantry):
    push(forge, HEAD)
    return writer.put_pull_request(
        pantry, head=HEAD, base="main", title="Add x", body="Closes #1", draft=False
    )


@pytest.fixture
def follower(client, patience):
    return GitHubFollower(client, patience=patience)


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
            "state": "OPEN", "isDraft": False, "headRefOid": pull.head_sha, "mergeQueueEntry": None,
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


@pytest.mark.parametrize("nice", ["success", "failure"])
def test_what_has_all_that_is_required_is_merged_at_once_the_way_the_repository_allows(
    nice, forge, writer, pantry, pull
):
    forge.forge.change_repository("acme/pantry", allow_auto_merge=True, allow_merge_commit=False)
    forge.forge.protect("acme/pantry", "main", contexts=["ci"], approvals=0)
    forge.forge.set_status("acme/pantry", pull.head_sha, "ci", "success")
    forge.forge.set_status("acme/pantry", pull.head_sha, "nice to have", nice)
    writer.enable_auto_merge(pantry, pull, pull.head_sha, "merge")
    assert forge.forge.pull_request("acme/pantry", pull.number).merged_at
    git = forge.forge.bare("acme/pantry")
    assert len(git.git("rev-list", "--parents", "-1", "main").stdout.split()) == 2  # squashed, as is allowed
    assert len(mutations(forge, "mergePullRequest")) == 1


def test_only_the_judged_head_is_merged_at_once(forge, writer, pantry, pull):
    forge.forge.change_repository("acme/pantry", allow_auto_merge=True)
    forge.forge.protect("acme/pantry", "main", contexts=["ci"], approvals=0)
    forge.forge.set_status("acme/pantry", pull.head_sha, "ci", "success")
    with pytest.raises(Forbidden, match="somebody pushed to it"):
        writer.enable_auto_merge(pantry, pull, "0" * 40)
    assert mutations(forge, "mergePullRequest") == []


def test_what_we_granted_is_taken_back_and_what_a_person_granted_stays(forge, writer, pantry, follower):
    def opened(head):
        push(forge, head)
        made = writer.put_pull_request(pantry, head=head, base="main", title="x", body="x", draft=False)
        return made, forge.forge.pull_request("acme/pantry", made.number)

    def withdrawn(pull):
        writer.withdraw(pantry, follower.standings(pantry, [pull.number])[0])
        return follower.standings(pantry, [pull.number])[0]

    (ours, _), (theirs, known), (waiting, _) = (opened(f"overnight/{n}-x") for n in (1, 2, 3))
    forge.forge.change_repository("acme/pantry", allow_auto_merge=True)
    forge.forge.protect("acme/pantry", "main", contexts=["ci"], approvals=0)
    writer.enable_auto_merge(pantry, waiting, waiting.head_sha)
    assert withdrawn(waiting).auto_merge is False
    forge.forge.protect("acme/pantry", "main")
    queued(forge)
    writer.enqueue(pantry, ours, ours.head_sha)
    world = forge.forge.world
    enqueue(world, world.repository("acme/pantry"), known, "ann")
    assert withdrawn(ours).queue is None
    assert withdrawn(theirs).queue is not None
    withdrawn(ours)
    assert len(mutations(forge, "dequeuePullRequest")) == len(mutations(forge, "disablePullRequest")) == 1


def test_a_server_without_a_merge_queue_takes_auto_merge_all_the_same(forge, writer, pantry, pull):
    forge.forge.change_repository("acme/pantry", allow_auto_merge=True)
    forge.forge.protect("acme/pantry", "main", contexts=["ci"], approvals=0)
    lacks = {"message": "Field 'mergeQueueEntry' doesn't exist on type 'PullRequest'"}
    forge.order(Fault("/graphql", method="POST", status=200, body={"errors": [lacks]}))
    writer.enable_auto_merge(pantry, pull, pull.head_sha)
    assert forge.forge.pull_request("acme/pantry", pull.number).auto_merge == "merge"


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
