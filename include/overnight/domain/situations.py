"""Everything a decision about an open pull request of ours looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .following import BranchRules, Check, CheckState, PullStanding
from .merge_policy import MergePolicy

SILENT_FOR = timedelta(hours=2)
"""How long a required check may be silent before people are told that nothing reports it."""


class Below(StrEnum):
    """How what a pull request is stacked on stands."""

    NOTHING = "nothing"
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision looks at.

    :param ours: commits that we pushed to the branch; another head is somebody else's.
    :param base: the branch we meant it to go into.
    :param below: how what it is stacked on stands; `below_named` says which pull request that is.
    :param replay_due: its base was merged or closed, and its commits are not replayed yet.
    :param rebased_in_vain: replaying it onto the base as it is now was tried and conflicts.
    :param ours_to_lift: it is a draft only because nothing of ours was accepted here yet, and now it was.
    :param pushed_at: when we last pushed; what happened to it before that is of no account.
    :param stopped_by: who asked that it be left alone, "" when nobody did.
    :param owed: what it is worked on once more for, in words; "" when nothing is pending on it.
    :param obstacle: why the queue cannot work, "" when nothing is known to be in its way.
    """

    pull: PullStanding
    rules: BranchRules
    policy: MergePolicy
    ours: frozenset[str]
    base: str
    default_branch: str
    now: datetime
    pushed_at: datetime
    below: Below = Below.NOTHING
    below_named: str = ""
    replay_due: bool = False
    rebased_in_vain: bool = False
    ours_to_lift: bool = False
    obstacle: str = ""
    stopped_by: str = ""
    owed: str = ""

    @property
    def red(self) -> tuple[str, ...]:
        """Names of required checks that failed on the head, sorted."""
        return tuple(sorted(one.name for one in self._required() if one.state is CheckState.FAILURE))

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of required checks that have not passed, sorted."""
        passed = {CheckState.SUCCESS, CheckState.NEUTRAL}
        done = {one.name for one in self.pull.checks if one.state in passed}
        wanted = {*self.rules.required_checks, *(one.name for one in self._required())}
        return tuple(sorted(wanted - done))

    @property
    def silent(self) -> tuple[str, ...]:
        """Names of required checks that nothing has reported although it is time, sorted."""
        if self.now - self.pushed_at < SILENT_FOR:
            return ()
        return tuple(sorted({*self.rules.required_checks} - {one.name for one in self.pull.checks}))

    @property
    def dequeued(self) -> str:
        """Why it left the queue since we pushed, "" when it did not."""
        at = self.pull.dequeued_at
        fresh = at is None or at >= self.pushed_at
        return self.pull.dequeued if fresh and self.pull.queue is None else ""

    def _required(self) -> list[Check]:
        names = self.rules.required_checks
        return [one for one in self.pull.checks if one.required or one.name in names]
