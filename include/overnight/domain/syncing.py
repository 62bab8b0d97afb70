"""Whether a checkout may be merged, decided from what was found in it and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from .drift import CheckoutState, shown
from .refusals import IN_THE_WAY, UNUSABLE, Refusal, counted, listed


class Action(StrEnum):
    """What is to be done with a checkout."""

    NOTHING = "nothing"
    FAST_FORWARD = "fast_forward"
    MERGE = "merge"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and why.

    :param plan: steps for a person to read: ours when it is safe, theirs when we refuse.
    :param rule: name of the rule that decided, for events and tests.
    """

    action: Action
    reason: str
    plan: tuple[str, ...] = ()
    rule: str = ""

    @property
    def safe(self) -> bool:
        """Return whether there is something to merge and it may be merged."""
        return self.action in {Action.FAST_FORWARD, Action.MERGE}


def decide(state: CheckoutState) -> Decision:
    """Return what to do with a checkout: the first refusal that holds, else nothing, or a merge."""
    return _refused(state, UNUSABLE) or _nothing_to_do(state) or _refused(state, IN_THE_WAY) or _merge(state)


def _refused(state: CheckoutState, table: Sequence[Refusal]) -> Decision | None:
    for row in table:
        if row.when(state):
            return Decision(Action.REFUSE, row.reason(state), (row.fix(state),), row.name)
    return None


def _nothing_to_do(state: CheckoutState) -> Decision | None:
    if state.behind_count or (state.rewritten and state.branch == state.expected):
        return None
    if state.ahead_count:
        reason = f"nothing to merge: {counted(state.ahead_count, 'commit')} not pushed yet"
        return Decision(Action.NOTHING, reason, rule="ahead")
    return Decision(Action.NOTHING, f"level with {state.checkout.remote}/{state.expected}", rule="level")


def _merge(state: CheckoutState) -> Decision:
    name = state.checkout.name
    what = f"{counted(state.behind_count, 'commit')}, {counted(len(state.incoming), 'file')}"
    plan = [f"keep {state.head[:12]} as refs/overnight/backup/<time>"]
    if state.involved:
        plan.append(f"carry uncommitted work over ({listed(state.involved)}): proved to fit")
    if state.diverged:
        reason = f"both sides moved ({what} to merge) and no file was changed on both"
        plan.append(f"merge {state.remote_sha[:12]} into {state.branch} with a merge commit")
    else:
        reason = f"can be fast-forwarded ({what})"
        plan.append(f"fast-forward {state.branch} from {state.head[:12]} to {state.remote_sha[:12]}")
    plan += [f"rename {shown(one.old)} to {shown(one.path)}" for one in state.renames[:10]]
    plan += _notes(state)
    plan.append(f"undo with: overnight sync undo {name}")
    action = Action.MERGE if state.diverged else Action.FAST_FORWARD
    return Decision(action, reason, tuple(plan), str(action))


def _notes(state: CheckoutState) -> list[str]:
    notes = []
    if state.lfs and not state.lfs_ready:
        notes.append(f"note: git-lfs is not set up, {listed(state.lfs)} stay pointers (git lfs install)")
    if state.collisions:
        notes.append(f"note: {listed(state.collisions)} differ from another path only by case")
    untouched = sorted(set(state.dirty) - set(state.involved))
    if untouched:
        notes.append(f"uncommitted work stays as it is: {listed(untouched)}")
    return notes
