"""Look before a pull request is sent on its way: can the queue, or auto-merge, work in this repository?"""

from __future__ import annotations

import re
from dataclasses import replace

from ..domain.errors import OvernightError
from ..domain.following import BranchRules
from ..domain.issues import Repository
from ..domain.merge_policy import MergePolicy, how_it_merges
from ..domain.orders import NightOrder
from ..domain.queue_preflight import PreflightFinding, Surroundings, preflight
from ..ports import Desk

_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")


def guarding_rules(desk: Desk, repository: Repository, branch: str) -> BranchRules:
    """Return what guards a branch, `queue_checks` seen from the workflows on the default branch."""
    rules = desk.follower.rules(repository, branch)
    if not (rules.queue and rules.required_checks):
        return rules
    return replace(rules, queue_checks=_runs_for_the_queue(desk, repository))


def obstacles(
    desk: Desk, repository: Repository, rules: BranchRules, policy: MergePolicy
) -> tuple[PreflightFinding, ...]:
    """Return what keeps the policy from working on a branch."""
    return preflight(Surroundings(policy, rules, desk.tracker.login()))


def merge_note(desk: Desk, repository: Repository, order: NightOrder) -> str:
    """Return who will merge a pull request into the default branch, and why; "" while GitHub does not say."""
    policy = MergePolicy(order.merge_policy)
    try:
        rules = guarding_rules(desk, repository, repository.default_branch)
        found = obstacles(desk, repository, rules, policy)
    except OvernightError:
        return ""
    return how_it_merges(policy, rules, "; ".join(one.sentence() for one in found if one.blocking))


def _runs_for_the_queue(desk: Desk, repository: Repository) -> bool | None:
    """Whether a workflow runs for `merge_group`; None without workflows: checks come from elsewhere."""
    head = desk.workspace.refresh(repository)
    paths = [path for path in desk.workspace.list_files(repository, head) if _WORKFLOW.fullmatch(path)]
    texts = (desk.workspace.read_file(repository, head, path) or "" for path in paths)
    return any("merge_group" in desk.follower.triggers(text) for text in texts) if paths else None
