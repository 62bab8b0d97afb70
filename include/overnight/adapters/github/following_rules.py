"""What guards a branch: rulesets and classic protection, as far as the token may see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...domain.following import BranchRules
from .repositories import branch_document, branch_rules, visible
from .wire import Wire, segment

_BEYOND_US = {
    "required_signatures": "signed commits",
    "required_deployments": "deployments that succeeded",
    "commit_author_email_pattern": "an author address of a certain form",
    "committer_email_pattern": "a committer address of a certain form",
    "commit_message_pattern": "commit messages of a certain form",
    "branch_name_pattern": "branch names of a certain form",
}
"""Kind of rule → what it demands that Overnight does not promise."""


def read_rules(wire: Wire, full_name: str, branch: str) -> BranchRules:
    """Return the guards REST tells of: a ruleset's queue, required checks, required approvals."""
    rules = branch_rules(wire, full_name, branch)
    document = branch_document(wire, full_name, branch) or {}
    classic = document.get("protection") or {}
    if document.get("protected"):
        # Administrators see all of it, everybody the names of required checks.
        path = f"/repos/{full_name}/branches/{segment(branch)}/protection"
        classic = visible(wire, path) or classic
    names = [*_named(classic.get("required_status_checks")), *_ruled(rules)]
    return BranchRules(
        branch=branch,
        queue=any(rule.get("type") == "merge_queue" for rule in rules),
        required_checks=tuple(dict.fromkeys(names)),
        beyond_us=tuple(dict.fromkeys(_demands(rules, classic))),
        reviews=max(_reviews(classic.get("required_pull_request_reviews")), *map(_approvals, rules), 0),
    )


def _named(checks: Any) -> Iterator[str]:
    if isinstance(checks, dict):
        yield from map(str, checks.get("contexts") or ())
        yield from (str(check.get("context")) for check in checks.get("checks") or () if check)


def _ruled(rules: list[dict[str, Any]]) -> Iterator[str]:
    for rule in rules:
        if rule.get("type") == "required_status_checks":
            parameters = rule.get("parameters") or {}
            yield from (str(one.get("context")) for one in parameters.get("required_status_checks") or ())


def _demands(rules: list[dict[str, Any]], classic: dict[str, Any]) -> Iterator[str]:
    yield from (_BEYOND_US[rule["type"]] for rule in rules if rule.get("type") in _BEYOND_US)
    if (classic.get("required_signatures") or {}).get("enabled"):
        yield _BEYOND_US["required_signatures"]


def _approvals(rule: dict[str, Any]) -> int:
    return _reviews(rule.get("parameters")) if rule.get("type") == "pull_request" else 0


def _reviews(required: Any) -> int:
    return int(required.get("required_approving_review_count") or 0) if isinstance(required, dict) else 0
