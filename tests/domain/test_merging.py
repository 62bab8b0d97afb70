"""What comes next for an open pull request: every row of the table, and what must never happen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.following import BranchRules, Check, CheckState, PullStanding, QueueEntry
from include.overnight.domain.merge_policy import MergePolicy, how_it_merges
from include.overnight.domain.merging import TOUCHES, Move, decide, ordinal
from include.overnight.domain.revisions import RevisionCause
from include.overnight.domain.situations import Below, Situation

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
OURS = "a" * 40
GREEN = (Check("ci", CheckState.SUCCESS),)
QUEUE = BranchRules("main", queue=True, required_checks=("ci",))
GUARDED = BranchRules("main", required_checks=("ci",), reviews=1, auto_merge_allowed=True)


def pull(**more):
    known = PullStanding(7, "PR_7", "https://x/7", "open", False, "overnight/1-x", OURS, "main", checks=GREEN)
    return replace(known, **more)


def situation(rules=QUEUE, *, policy=MergePolicy.ENQUEUE, **more):
    told = {name: more.pop(name) for name in list(more) if name in Situation.__dataclass_fields__}
    known = {
        "pull": pull(**more),
        "rules": rules,
        "policy": policy,
        "ours": frozenset({OURS}),
        "base": "main",
        "default_branch": "main",
        "now": NOW,
        "pushed_at": NOW - timedelta(minutes=10),
    }
    return Situation(**(known | told))


STACKED = {"base": "overnight/1-a", "base_ref": "overnight/1-a", "below_named": "#6"}
ROWS = [
    ("merged", situation(state="merged", closed_by="ann"), Move.NOTE_MERGED, "merged by ann"),
    ("closed", situation(state="closed", closed_by="octocat"), Move.NOTE_CLOSED, "closed by octocat"),
    ("foreign head", situation(head_sha="b" * 40), Move.LEAVE, "somebody pushed bbbbbbbbbbbb"),
    ("stopped", situation(stopped_by="ann", replay_due=True), Move.LEAVE, "ann asked Overnight to leave it"),
    ("stopped, red", situation(stopped_by="ann", dequeued="FAILED_CHECKS"), Move.LEAVE, "ann asked"),
    ("stopped, merged", situation(stopped_by="ann", state="merged"), Move.NOTE_MERGED, "merged"),
    ("owed", situation(owed="ann asked for a change"), Move.WAIT, "waits for its next attempt: ann asked"),
    ("moved", situation(base_ref="release"), Move.LEAVE, "somebody moved it onto release"),
    ("draft", situation(draft=True), Move.LEAVE, "it is a draft"),
    ("our draft", situation(draft=True, ours_to_lift=True), Move.MARK_READY, "ready for review"),
    ("stack", situation(**STACKED, below=Below.OPEN), Move.WAIT, "waits for #6"),
    ("base merged", situation(**STACKED, below=Below.MERGED), Move.RETARGET, "moved onto main"),
    ("base closed", situation(**STACKED, below=Below.CLOSED), Move.RETARGET, "moved onto main"),
    ("replay", situation(replay_due=True), Move.REBASE, "being brought up to date"),
    ("reviewed", situation(review="changes_requested"), Move.WAIT, "a reviewer requested changes"),
    ("failed in queue", situation(dequeued="FAILED_CHECKS"), Move.REPAIR, "failed in the merge queue"),
    ("queue conflict", situation(dequeued="merge_conflict"), Move.REBASE, "brought up to date"),
    ("taken out", situation(dequeued="MANUAL"), Move.LEAVE, "it left the merge queue: MANUAL"),
    ("red", situation(checks=(Check("ci", CheckState.FAILURE),)), Move.REPAIR, "required checks are red: ci"),
    ("conflict", situation(conflicting=True), Move.REBASE, "being brought up to date"),
    ("in vain", situation(conflicting=True, rebased_in_vain=True), Move.REPAIR, "it conflicts with main"),
    ("queued", situation(queue=QueueEntry("QUEUED", 3)), Move.WAIT, "in the merge queue, 3rd"),
    ("auto", situation(GUARDED, auto_merge=True), Move.WAIT, "merges by itself"),
    ("policy", situation(policy=MergePolicy.LEAVE), Move.LEAVE, "the policy is leave"),
    ("obstacle", situation(obstacle="no merge_group"), Move.LEAVE, "no merge_group"),
    ("silent", situation(checks=(), pushed_at=NOW - timedelta(hours=3)), Move.LEAVE, "nothing reports"),
    ("pending", situation(checks=(Check("ci", CheckState.PENDING),)), Move.WAIT, "waits for ci"),
    ("review", situation(review="review_required"), Move.WAIT, "approvals"),
    ("enqueue", situation(), Move.ENQUEUE, "in the merge queue"),
    ("guarded", situation(GUARDED), Move.AUTO_MERGE, "merges by itself"),
    (
        "auto off",
        situation(replace(GUARDED, auto_merge_allowed=False)),
        Move.LEAVE,
        "does not allow auto-merge",
    ),
    ("checks only", situation(replace(GUARDED, reviews=0)), Move.LEAVE, "nothing guards the branch"),
    (
        "asked for",
        situation(replace(GUARDED, reviews=0), policy=MergePolicy.AUTO_MERGE),
        Move.AUTO_MERGE,
        "merges by itself",
    ),
    ("open branch", situation(BranchRules("main")), Move.LEAVE, "nothing guards the branch"),
]


@pytest.mark.parametrize(("seen", "move", "state"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_table_decides(seen, move, state):
    step = decide(seen)
    assert step.move is move
    assert state in step.state
    assert step.reason


def test_what_happened_before_we_pushed_is_of_no_account():
    seen = situation(dequeued="FAILED_CHECKS", dequeued_at=NOW - timedelta(hours=1))
    assert decide(seen).move is Move.ENQUEUE
    late = situation(dequeued="FAILED_CHECKS", dequeued_at=NOW)
    assert decide(late).cause is RevisionCause.QUEUE


def test_a_check_that_is_red_and_not_required_stops_nothing():
    assert decide(situation(checks=(*GREEN, Check("nice", CheckState.FAILURE)))).move is Move.ENQUEUE


states = st.sampled_from(["open", "closed", "merged"])
checks = st.lists(
    st.builds(Check, st.sampled_from(["ci", "lint"]), st.sampled_from(list(CheckState)), st.booleans()),
    max_size=3,
).map(tuple)
pulls = st.builds(
    PullStanding,
    number=st.just(7),
    node_id=st.just("PR_7"),
    url=st.just(""),
    state=states,
    draft=st.booleans(),
    head_ref=st.just("overnight/1-x"),
    head_sha=st.sampled_from([OURS, "b" * 40]),
    base_ref=st.sampled_from(["main", "overnight/1-a", "release"]),
    conflicting=st.sampled_from([None, True, False]),
    review=st.sampled_from(["", "approved", "changes_requested", "review_required"]),
    checks=checks,
    auto_merge=st.booleans(),
    queue=st.sampled_from([None, QueueEntry("QUEUED", 1)]),
    dequeued=st.sampled_from(["", "FAILED_CHECKS", "MERGE_CONFLICT", "MANUAL", "odd"]),
    closed_by=st.sampled_from(["", "octocat"]),
)
situations = st.builds(
    Situation,
    pull=pulls,
    rules=st.builds(
        BranchRules,
        branch=st.just("main"),
        queue=st.booleans(),
        required_checks=st.sampled_from([(), ("ci",)]),
        reviews=st.integers(0, 2),
        auto_merge_allowed=st.booleans(),
    ),
    policy=st.sampled_from(list(MergePolicy)),
    ours=st.just(frozenset({OURS})),
    base=st.sampled_from(["main", "overnight/1-a"]),
    default_branch=st.just("main"),
    now=st.just(NOW),
    pushed_at=st.sampled_from([NOW, NOW - timedelta(hours=5)]),
    below=st.sampled_from(list(Below)),
    below_named=st.just("#6"),
    replay_due=st.booleans(),
    rebased_in_vain=st.booleans(),
    ours_to_lift=st.booleans(),
    obstacle=st.sampled_from(["", "no trigger"]),
)


@given(situations)
def test_what_is_over_or_a_persons_is_never_touched(seen):
    step = decide(seen)
    touches = step.move in TOUCHES
    assert not (touches and seen.pull.state != "open")
    assert not (touches and seen.pull.head_sha != OURS)
    assert not (touches and seen.pull.base_ref not in (seen.base, "main"))
    drafted_by_a_person = seen.pull.draft and not seen.ours_to_lift
    if drafted_by_a_person:
        assert step.move not in (Move.ENQUEUE, Move.AUTO_MERGE, Move.MARK_READY)


@given(situations)
def test_only_a_whole_green_head_of_ours_on_the_default_branch_is_queued(seen):
    step = decide(seen)
    if step.move in (Move.ENQUEUE, Move.AUTO_MERGE):
        assert seen.pull.head_sha in seen.ours
        assert (seen.red, seen.below, seen.replay_due) == ((), Below.NOTHING, False)
        assert seen.pull.conflicting is not True
        assert seen.pull.queue is None
        assert not seen.pull.draft
        assert seen.policy is not MergePolicy.LEAVE
    if step.move is Move.ENQUEUE:
        assert (seen.rules.queue, seen.missing, seen.obstacle) == (True, (), "")


@given(situations)
def test_a_decision_is_one_and_the_same_and_says_why(seen):
    assert decide(seen) == decide(seen)
    step = decide(seen)
    assert step.reason
    assert step.state
    assert (step.cause is not None) == (step.move is Move.REPAIR)


def test_ordinals_read_well():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "rules", "obstacle", "words"),
    [
        (MergePolicy.LEAVE, QUEUE, "", "People merge it: the policy"),
        (MergePolicy.ENQUEUE, QUEUE, "", "merge queue of main"),
        (MergePolicy.ENQUEUE, QUEUE, "no trigger", "People merge it: no trigger."),
        (MergePolicy.ENQUEUE, GUARDED, "", "merges by itself"),
        (MergePolicy.ENQUEUE, replace(GUARDED, reviews=0), "", "has not all that it needs"),
        (MergePolicy.AUTO_MERGE, replace(GUARDED, reviews=0), "", "merges by itself"),
        (MergePolicy.ENQUEUE, BranchRules("main"), "", "nothing guards main"),
    ],
)
def test_the_pull_request_says_who_will_merge_it(policy, rules, obstacle, words):
    assert words in how_it_merges(policy, rules, obstacle)
