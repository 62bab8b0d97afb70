"""Small changes to an issue or pull request that is there: state, milestone, base."""

from __future__ import annotations

from ...domain.issues import Repository
from .wire import Wire


def put_state(wire: Wire, repository: Repository, number: int, state: str) -> None:
    """Open or close it; what is so already costs no write."""
    path = f"/repos/{repository.full_name}/issues/{number}"
    if wire.get(path).get("state") != state:
        wire.write("PATCH", path, {"state": state})


def put_milestone(wire: Wire, repository: Repository, number: int, milestone: int) -> None:
    """Set the milestone where there is none; another one is a person's choice."""
    path = f"/repos/{repository.full_name}/issues/{number}"
    if wire.get(path).get("milestone") is None:
        wire.write("PATCH", path, {"milestone": milestone})


def put_base(wire: Wire, repository: Repository, number: int, base: str) -> None:
    """Move an open pull request onto another base branch."""
    path = f"/repos/{repository.full_name}/pulls/{number}"
    known = wire.get(path)
    if known.get("state") == "open" and (known.get("base") or {}).get("ref") != base:
        wire.write("PATCH", path, {"base": base})
