"""Why a merge queue or auto-merge cannot work here: what is wrong, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .following import BranchRules
from .merge_policy import MergePolicy

ACTIONS_LOGIN = "github-actions[bot]"
"""Who a workflow's own GITHUB_TOKEN is; what it opens or pushes starts no workflow."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is looked at.

    :param login: whose token it is.
    """

    policy: MergePolicy
    rules: BranchRules
    login: str


@dataclass(frozen=True, slots=True)
class PreflightFinding:
    """One obstacle.

    :param blocking: whether a pull request of ours would wait for ever because of it.
    """

    rule: str
    problem: str
    fix: str
    blocking: bool = True

    def sentence(self) -> str:
        """Return problem and fix in one line."""
        return f"{self.problem}: {self.fix}"


def preflight(seen: Surroundings) -> tuple[PreflightFinding, ...]:
    """Return everything that is in the way, in the table's order; empty for the policy `leave`."""
    if seen.policy is MergePolicy.LEAVE:
        return ()
    return tuple(finding for row in _ROWS if (finding := row(seen)) is not None)


def _no_trigger(seen: Surroundings) -> PreflightFinding | None:
    rules = seen.rules
    if not (rules.queue and rules.required_checks and rules.queue_checks is False):
        return None
    return PreflightFinding(
        "merge_group",
        f"no workflow of {rules.branch} runs for the merge queue, which would wait for "
        f"{', '.join(rules.required_checks)} in vain",
        "add `merge_group:` under `on:` of the workflow that reports it",
    )


def _workflow_token(seen: Surroundings) -> PreflightFinding | None:
    if seen.login.lower() != ACTIONS_LOGIN or not seen.rules.required_checks:
        return None
    return PreflightFinding(
        "github_token",
        "the token is a workflow's GITHUB_TOKEN, whose pull requests start no workflows, so that "
        f"{', '.join(seen.rules.required_checks)} is never reported",
        "use a GitHub App's credentials or a personal access token",
    )


def _rules_beyond_us(seen: Surroundings) -> PreflightFinding | None:
    if not seen.rules.beyond_us:
        return None
    return PreflightFinding(
        "branch_rules",
        f"{seen.rules.branch} demands what Overnight cannot give: {', '.join(seen.rules.beyond_us)}",
        'let Overnight\'s account bypass the rule, or set merge_policy = "leave"',
    )


def _auto_merge_is_off(seen: Surroundings) -> PreflightFinding | None:
    if seen.rules.queue or seen.rules.auto_merge_allowed or seen.policy is not MergePolicy.AUTO_MERGE:
        return None
    return PreflightFinding(
        "auto_merge_off",
        "the repository does not allow auto-merge",
        'switch on `Allow auto-merge` in its settings, or set merge_policy = "leave"',
    )


def _nothing_guards(seen: Surroundings) -> PreflightFinding | None:
    rules = seen.rules
    if rules.queue or rules.required_checks or rules.reviews or seen.policy is not MergePolicy.AUTO_MERGE:
        return None
    return PreflightFinding(
        "unguarded",
        f"nothing guards {rules.branch}, and GitHub refuses auto-merge where nothing is required",
        'require a check or a review on the branch, or set merge_policy = "leave"',
    )


_ROWS: tuple[Callable[[Surroundings], PreflightFinding | None], ...] = (
    _no_trigger,
    _workflow_token,
    _rules_beyond_us,
    _auto_merge_is_off,
    _nothing_guards,
)
