"""Who merges a pull request of ours, as settings say and as it will be told."""

from __future__ import annotations

from enum import StrEnum

from .following import BranchRules


class MergePolicy(StrEnum):
    """Who merges."""

    LEAVE = "leave"
    AUTO_MERGE = "auto_merge"
    ENQUEUE = "enqueue"


def how_it_merges(policy: MergePolicy, rules: BranchRules, obstacle: str = "") -> str:
    """Return one sentence for the pull request: who will merge it, and why."""
    if policy is MergePolicy.LEAVE:
        return "People merge it: the policy of this repository is leave."
    if obstacle:
        return f"People merge it: {obstacle}."
    if rules.queue:
        return f"It goes into the merge queue of {rules.branch} once its checks and reviews allow."
    guards = (bool(rules.required_checks), bool(rules.reviews))
    if (any(guards) if policy is MergePolicy.AUTO_MERGE else all(guards)) and rules.auto_merge_allowed:
        return "It merges by itself once all required checks and reviews are there."
    if not any(guards):
        return f"People merge it: nothing guards {rules.branch}, no queue, no required checks or reviews."
    return f"People merge it: {rules.branch} has no queue, and auto-merge has not all that it needs there."
