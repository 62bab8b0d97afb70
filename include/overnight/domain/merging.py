"""What to do next with an open pull request of ours: one table, the first row that applies decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .merge_policy import MergePolicy
from .revisions import RevisionCause
from .situations import Below, Situation


class Move(StrEnum):
    """What can be done with a pull request."""

    WAIT = "wait"
    LEAVE = "leave"
    MARK_READY = "mark_ready"
    ENQUEUE = "enqueue"
    AUTO_MERGE = "enable_auto_merge"
    RETARGET = "retarget"
    REBASE = "rebase"
    REPAIR = "repair"
    NOTE_MERGED = "note_merged"
    NOTE_CLOSED = "note_closed"


TOUCHES = frozenset(Move) - {Move.WAIT, Move.LEAVE, Move.NOTE_MERGED, Move.NOTE_CLOSED}
"""Moves that change something on GitHub or ask for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One decision.

    :param state: how the pull request stands, as people read it on the issue.
    :param cause: of a repair.
    """

    move: Move
    reason: str
    state: str
    cause: RevisionCause | None = None


def decide(situation: Situation) -> Step:
    """Return the one next step, with its reason."""
    for row in TABLE:
        step = row(situation)
        if step is not None:
            return step
    return _left("nothing guards the branch: no queue, no required checks with reviews")


def _merged(s: Situation) -> Step | None:
    if s.pull.state != "merged":
        return None
    by = f" by {s.pull.closed_by}" if s.pull.closed_by else ""
    return Step(Move.NOTE_MERGED, f"merged{by}", f"merged{by}")


def _closed(s: Situation) -> Step | None:
    if s.pull.state != "closed":
        return None
    by = s.pull.closed_by or "somebody"
    return Step(Move.NOTE_CLOSED, f"closed by {by} without being merged", f"closed by {by}")


def _stopped(s: Situation) -> Step | None:
    return _left(f"{s.stopped_by} asked Overnight to leave it alone") if s.stopped_by else None


def _somebody_elses(s: Situation) -> Step | None:
    if s.pull.head_sha in s.ours:
        return None
    return _left(f"somebody pushed {s.pull.head_sha[:12]} to it")


def _moved_by_a_person(s: Situation) -> Step | None:
    if s.pull.base_ref in (s.base, s.default_branch):
        return None
    return _left(f"somebody moved it onto {s.pull.base_ref}")


def _drafted_by_a_person(s: Situation) -> Step | None:
    if not s.pull.draft or s.ours_to_lift or s.below is not Below.NOTHING or s.replay_due:
        return None
    return _left("it is a draft: it goes on once somebody marks it as ready")


def _stacked(s: Situation) -> Step | None:
    if s.below is Below.OPEN:
        return _wait(f"waits for {s.below_named}, on which it is stacked")
    if s.below is Below.NOTHING:
        return None
    reason = f"{s.below_named} was {s.below}: it goes into {s.default_branch} now"
    return Step(Move.RETARGET, reason, f"moved onto {s.default_branch}")


def _replay(s: Situation) -> Step | None:
    if not s.replay_due or s.rebased_in_vain:
        return None
    return Step(Move.REBASE, f"its commits belong on {s.default_branch} now", "being brought up to date")


def _changes_requested(s: Situation) -> Step | None:
    if s.pull.review != "changes_requested":
        return None
    return _wait("waits: a reviewer requested changes")


_WAYS_OUT = {
    "FAILED_CHECKS": RevisionCause.QUEUE,
    "CHECKS_TIMED_OUT": RevisionCause.QUEUE,
    "CI_FAILURE": RevisionCause.QUEUE,
    "CI_TIMEOUT": RevisionCause.QUEUE,
    "MERGE_CONFLICT": RevisionCause.CONFLICT,
    "GIT_TREE_INVALID": RevisionCause.CONFLICT,
}
"""Reasons of the queue that the change is to blame for; all others are people's or the branch's rules."""


def _left_the_queue(s: Situation) -> Step | None:
    if not s.dequeued:
        return None
    cause = _WAYS_OUT.get(s.dequeued.upper().replace(" ", "_"))
    reason = f"it left the merge queue: {s.dequeued}"
    if cause is None:
        return _left(reason)
    if cause is RevisionCause.CONFLICT and not s.rebased_in_vain:
        return Step(Move.REBASE, reason, "being brought up to date")
    return Step(Move.REPAIR, reason, "failed in the merge queue", cause)


def _red(s: Situation) -> Step | None:
    if not s.red:
        return None
    reason = f"required checks are red: {', '.join(s.red)}"
    return Step(Move.REPAIR, reason, reason, RevisionCause.QUEUE)


def _conflicting(s: Situation) -> Step | None:
    if not (s.pull.conflicting or s.rebased_in_vain):
        return None
    reason = f"it conflicts with {s.pull.base_ref}"
    if not s.rebased_in_vain:
        return Step(Move.REBASE, reason, "being brought up to date")
    return Step(Move.REPAIR, f"{reason}, and replaying it did not help", reason, RevisionCause.CONFLICT)


def _draft(s: Situation) -> Step | None:
    if not s.pull.draft:
        return None
    return Step(Move.MARK_READY, "a pull request of ours was accepted here", "ready for review")


def _owed(s: Situation) -> Step | None:
    """What somebody asked to be changed is not merged before it was."""
    return _wait(f"waits for its next attempt: {s.owed}") if s.owed else None


def _queued(s: Situation) -> Step | None:
    if s.pull.queue is None:
        return None
    return _wait(f"in the merge queue, {ordinal(s.pull.queue.position)}")


def _merges_itself(s: Situation) -> Step | None:
    if not s.pull.auto_merge:
        return None
    return _wait("merges by itself once everything required is there")


def _policy_is_leave(s: Situation) -> Step | None:
    return _left("the policy is leave") if s.policy is MergePolicy.LEAVE else None


def _queue(s: Situation) -> Step | None:
    if not s.rules.queue:
        return None
    if s.obstacle:
        return _left(s.obstacle)
    if s.silent:
        return _left(f"nothing reports the required check {', '.join(s.silent)}")
    if s.missing:
        return _wait(f"waits for {', '.join(s.missing)}")
    if s.pull.review == "review_required":
        return _wait(f"waits for {s.rules.reviews or 'its'} approvals")
    return Step(Move.ENQUEUE, f"{s.pull.base_ref} has a merge queue", "in the merge queue")


def _auto_merge(s: Situation) -> Step | None:
    """Where `enqueue` finds no queue it takes auto-merge only if checks and people both guard the branch."""
    guards = (bool(s.rules.required_checks), bool(s.rules.reviews))
    guarded = any(guards) if s.policy is MergePolicy.AUTO_MERGE else all(guards)
    if not guarded:
        return None
    if s.obstacle:
        return _left(s.obstacle)
    if not s.rules.auto_merge_allowed:
        return _left("the repository does not allow auto-merge")
    reason = f"required checks and reviews guard {s.pull.base_ref}"
    return Step(Move.AUTO_MERGE, reason, "merges by itself once everything required is there")


TABLE: tuple[Callable[[Situation], Step | None], ...] = (
    _merged,
    _closed,
    _stopped,
    _somebody_elses,
    _moved_by_a_person,
    _drafted_by_a_person,
    _stacked,
    _replay,
    _changes_requested,
    _queued,
    _left_the_queue,
    _red,
    _conflicting,
    _owed,
    _draft,
    _merges_itself,
    _policy_is_leave,
    _queue,
    _auto_merge,
)
"""First match wins: what is over, what is a person's, stacks, trouble, then the way into the base."""


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th …"""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _wait(state: str) -> Step:
    return Step(Move.WAIT, state, state)


def _left(why: str) -> Step:
    return Step(Move.LEAVE, why, f"left to people: {why}")
