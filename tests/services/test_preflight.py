"""What keeps a merge queue or auto-merge from working, each with its fix."""

from dataclasses import replace

import pytest

from include.overnight.domain.following import BranchRules
from include.overnight.domain.merge_policy import MergePolicy
from include.overnight.domain.queue_preflight import ACTIONS_LOGIN, Surroundings, preflight

QUEUE = BranchRules("main", queue=True, required_checks=("ci",), queue_checks=True)


def rules_found(rules, policy=MergePolicy.ENQUEUE, login="night-owl"):
    return [one.rule for one in preflight(Surroundings(policy, rules, login))]


@pytest.mark.parametrize(
    ("rules", "policy", "login", "found"),
    [
        (QUEUE, MergePolicy.ENQUEUE, "night-owl", []),
        (replace(QUEUE, queue_checks=False), MergePolicy.ENQUEUE, "night-owl", ["merge_group"]),
        (replace(QUEUE, queue_checks=None), MergePolicy.ENQUEUE, "night-owl", []),
        (replace(QUEUE, queue_checks=False), MergePolicy.LEAVE, "night-owl", []),
        (QUEUE, MergePolicy.ENQUEUE, ACTIONS_LOGIN, ["github_token"]),
        (replace(QUEUE, beyond_us=("signed commits",)), MergePolicy.ENQUEUE, "x", ["branch_rules"]),
        (BranchRules("main", reviews=1), MergePolicy.AUTO_MERGE, "x", ["auto_merge_off"]),
        (BranchRules("main", auto_merge_allowed=True), MergePolicy.AUTO_MERGE, "x", ["unguarded"]),
        (BranchRules("main"), MergePolicy.ENQUEUE, "x", []),
    ],
)
def test_each_obstacle_is_found_and_nothing_else(rules, policy, login, found):
    assert rules_found(rules, policy, login) == found


def test_every_finding_names_the_fix():
    seen = Surroundings(MergePolicy.ENQUEUE, replace(QUEUE, queue_checks=False), ACTIONS_LOGIN)
    for finding in preflight(seen):
        assert finding.blocking
        assert finding.sentence() == f"{finding.problem}: {finding.fix}"
