"""A repository as GitHub tells it, with its default branch and what guards that."""

from __future__ import annotations

from typing import Any

from ...domain.errors import Contended, Forbidden, NotFound
from ...domain.issues import Repository
from .errors import NoPermission
from .wire import Wire, segment

_GUARDS = ("pull_request", "required_status_checks")


def read_repository(wire: Wire, owner: str, name: str) -> Repository:
    """Return a repository by its name, under the name it has now."""
    document = wire.get(f"/repos/{segment(owner)}/{segment(name)}")
    current_owner, current_name = str(document["full_name"]).split("/")
    full_name, branch = document["full_name"], str(document.get("default_branch") or "")
    found = branch_document(wire, full_name, branch)
    return Repository(
        node_id=str(document["node_id"]),
        owner=current_owner,
        name=current_name,
        default_branch=branch,
        head_sha=str(found["commit"]["sha"]) if found else None,
        archived=bool(document.get("archived")),
        clone_url=str(document.get("clone_url") or ""),
        protected=bool(found) and _guarded(wire, full_name, branch, found or {}),
    )


def branch_document(wire: Wire, full_name: str, branch: str) -> dict[str, Any] | None:
    """Return the branch, None in an empty repository."""
    try:
        return wire.find(f"/repos/{full_name}/branches/{segment(branch)}") if branch else None
    except Contended:  # "Git Repository is empty."
        return None


def _guarded(wire: Wire, full_name: str, branch: str, found: dict[str, Any]) -> bool:
    """Whether required checks or reviews guard a branch, as far as the token may see."""
    if not found.get("protected"):
        return False
    checks = (found.get("protection") or {}).get("required_status_checks") or {}
    if checks.get("contexts") or checks.get("checks"):
        return True
    path = f"/repos/{full_name}/branches/{segment(branch)}/protection"
    if _reviews((visible(wire, path) or {}).get("required_pull_request_reviews")):
        return True
    return any(rule.get("type") in _GUARDS for rule in branch_rules(wire, full_name, branch))


def _reviews(required: Any) -> bool:
    return isinstance(required, dict) and bool(required.get("required_approving_review_count"))


def visible(wire: Wire, path: str) -> dict[str, Any] | None:
    """Return the document, None when it is absent or for administrators only."""
    try:
        return wire.find(path)
    except (Forbidden, NoPermission):
        return None


def branch_rules(wire: Wire, full_name: str, branch: str) -> list[dict[str, Any]]:
    """Return the rules of rulesets that apply to a branch; older servers have none."""
    try:
        return list(wire.pages(f"/repos/{full_name}/rules/branches/{segment(branch)}"))
    except (Forbidden, NoPermission, NotFound):
        return []
