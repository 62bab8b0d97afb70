"""The merge queue: groups built ahead, order, and every way out of it."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.forge import RunningForge, running_forge
from demo.forge.forge import Forge
from demo.forge.records import QueueRules

from .conftest import HOME, TOKENS

ENTRY = "mergeQueueEntry { state position estimatedTimeToMerge headCommit { oid } baseCommit { oid } }"
LEFT = "... on RemovedFromMergeQueueEvent { reason beforeCommit { oid } enqueuer { login } }"
SHOWN = (
    '{ repository(owner: "acme", name: "pantry") { pullRequest(number: %d) { state isInMergeQueue '
    + ENTRY
    + " timelineItems(last: 9, itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT]) { nodes { "
    + LEFT
    + " } } } } }"
)
ENQUEUE = "mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { mergeQueueEntry { id position } } }"  # noqa: E501
DEQUEUE = "mutation($id: ID!) { dequeuePullRequest(input: {id: $id}) { mergeQueueEntry { state } } }"


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 2, 3, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def running(tmp_path, tree, clock):
    with Forge(tmp_path / "forge", clock=clock) as forge, running_forge(forge, TOKENS) as running:
        forge.create_repository("acme", "pantry", tree=tree)
        yield running


@pytest.fixture
def shown(query):
    return lambda number: query(SHOWN % number)["data"]["repository"]["pullRequest"]


@pytest.fixture
def opened(running: RunningForge, ask):
    """Open a pull request that writes one file; the queue of main demands `ci`."""
    running.forge.add_ruleset(HOME, "main", contexts=("ci",), queue=QueueRules(max_entries_to_build=2))

    def make(name: str, text: str = "text\n"):
        sha = running.forge.commit(HOME, name, {f"{text.strip()}.txt": f"{name}\n"}, name, "bot")
        running.forge.set_status(HOME, sha, "ci", "success")
        return ask("POST", "pulls", {"title": name, "head": name, "base": "main"}).json()

    return make


@pytest.fixture
def enqueued(query, opened):
    """Three pull requests in the queue, in this order."""
    pulls = [opened(name, name) for name in ("one", "two", "three")]
    for pull in pulls:
        query(ENQUEUE, input={"pullRequestId": pull["node_id"], "expectedHeadOid": pull["head"]["sha"]})
    return pulls


def test_groups_are_built_ahead_one_on_the_other(running, shown, enqueued):
    first, second, third = (shown(number)["mergeQueueEntry"] for number in (1, 2, 3))
    assert [entry["state"] for entry in (first, second, third)] == ["AWAITING_CHECKS"] * 2 + ["QUEUED"]
    assert [entry["position"] for entry in (first, second, third)] == [1, 2, 3]
    assert first["baseCommit"]["oid"] == running.forge.bare(HOME).branch("main")
    assert second["baseCommit"]["oid"] == first["headCommit"]["oid"]
    assert third["headCommit"] is None
    assert 0 < first["estimatedTimeToMerge"] < third["estimatedTimeToMerge"]


def test_green_groups_merge_in_order_and_not_before_their_turn(running, shown, enqueued):
    second = running.forge.pull_request(HOME, 2)
    running.forge.report_group(second, "ci", "success")
    assert (shown(2)["state"], shown(2)["mergeQueueEntry"]["state"]) == ("OPEN", "MERGEABLE")
    running.forge.report_group(running.forge.pull_request(HOME, 1), "ci", "success")
    assert [shown(number)["state"] for number in (1, 2, 3)] == ["MERGED", "MERGED", "OPEN"]
    assert shown(1)["timelineItems"]["nodes"][0]["reason"] == "merged"
    assert shown(3)["mergeQueueEntry"]["state"] == "AWAITING_CHECKS"


def test_a_red_group_leaves_with_its_reason_and_the_next_is_built_without_it(running, shown, enqueued):
    before = shown(2)["mergeQueueEntry"]["headCommit"]["oid"]
    running.forge.report_group(running.forge.pull_request(HOME, 1), "ci", "failure")
    assert (shown(1)["state"], shown(1)["isInMergeQueue"]) == ("OPEN", False)
    (left,) = shown(1)["timelineItems"]["nodes"]
    assert left == {
        "reason": "failed_checks",
        "beforeCommit": {"oid": enqueued[0]["head"]["sha"]},
        "enqueuer": {"login": "bot"},
    }
    second = shown(2)["mergeQueueEntry"]
    assert (second["position"], second["state"]) == (1, "AWAITING_CHECKS")
    assert second["headCommit"]["oid"] != before


def test_silence_longer_than_the_queue_waits_is_a_time_out(running, shown, clock, enqueued):
    clock.now += timedelta(minutes=59)
    assert shown(1)["isInMergeQueue"]
    clock.now += timedelta(minutes=1)
    assert not shown(1)["isInMergeQueue"]
    assert shown(1)["timelineItems"]["nodes"][0]["reason"] == "checks_timed_out"
    assert shown(3)["mergeQueueEntry"]["state"] == "AWAITING_CHECKS"


def test_what_conflicts_with_those_before_it_leaves(running, query, shown, opened):
    for name in ("one", "two"):
        pull = opened(name, "same")
        query(ENQUEUE, input={"pullRequestId": pull["node_id"]})
    assert shown(1)["isInMergeQueue"]
    assert shown(2)["timelineItems"]["nodes"][0]["reason"] == "merge_conflict"


def test_who_jumps_the_queue_is_first(query, shown, opened, enqueued):
    pull = opened("late", "late")
    query(ENQUEUE, input={"pullRequestId": pull["node_id"], "jump": True})
    assert [shown(number)["mergeQueueEntry"]["position"] for number in (4, 1, 2, 3)] == [1, 2, 3, 4]


def test_dequeueing_by_hand_closing_and_drafting_all_leave_the_queue(running, ask, query, shown, enqueued):
    assert query(DEQUEUE, id=enqueued[0]["node_id"])["data"]["dequeuePullRequest"]
    assert query(DEQUEUE, id=enqueued[0]["node_id"])["errors"][0]["type"] == "UNPROCESSABLE"
    ask("PATCH", "pulls/2", {"state": "closed"})
    draft = "mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isInMergeQueue } } }"  # noqa: E501
    shown_draft = query(draft, id=enqueued[2]["node_id"])["data"]["convertPullRequestToDraft"]
    assert shown_draft == {"pullRequest": {"isInMergeQueue": False}}
    assert [shown(number)["timelineItems"]["nodes"][0]["reason"] for number in (1, 2, 3)] == ["manual"] * 3
    assert running.forge.queue(HOME) == []


@pytest.mark.parametrize("state", ["LOCKED", "UNMERGEABLE"])
def test_a_pinned_entry_holds_the_queue_until_it_is_let_go(running, shown, enqueued, state):
    first = running.forge.pull_request(HOME, 1)
    running.forge.show_entry(first, state)
    running.forge.report_group(first, "ci", "success")
    assert shown(1)["mergeQueueEntry"]["state"] == state
    running.forge.show_entry(first, "QUEUED")
    assert shown(1)["state"] == "MERGED"


def test_a_queue_that_waits_for_company_waits_no_longer_than_it_says(running, ask, query, shown, clock):
    rules = QueueRules(min_entries_to_merge=2, min_entries_to_merge_wait_minutes=5)
    running.forge.add_ruleset(HOME, "main", queue=rules)
    running.forge.commit(HOME, "one", {"a": "a"}, "one", "bot")
    pull = ask("POST", "pulls", {"title": "one", "head": "one", "base": "main"}).json()
    query(ENQUEUE, input={"pullRequestId": pull["node_id"]})
    assert shown(1)["isInMergeQueue"]
    clock.now += timedelta(minutes=5)
    running.forge.synchronize(HOME, "acme")
    assert shown(1)["state"] == "MERGED"


def test_in_a_headgreen_queue_the_last_green_group_carries_the_red_ones_before_it(running, shown, query, ask):
    rules = QueueRules(grouping_strategy="HEADGREEN")
    running.forge.add_ruleset(HOME, "main", contexts=("ci",), queue=rules)
    for name in ("one", "two"):
        sha = running.forge.commit(HOME, name, {name: name}, name, "bot")
        running.forge.set_status(HOME, sha, "ci", "success")
        pull = ask("POST", "pulls", {"title": name, "head": name, "base": "main"}).json()
        query(ENQUEUE, input={"pullRequestId": pull["node_id"]})
    running.forge.report_group(running.forge.pull_request(HOME, 1), "ci", "failure")
    assert shown(1)["isInMergeQueue"]
    running.forge.report_group(running.forge.pull_request(HOME, 2), "ci", "success")
    assert [shown(number)["state"] for number in (1, 2)] == ["MERGED", "MERGED"]
