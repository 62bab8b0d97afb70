"""Branches that we made and that nobody needs any more."""

from __future__ import annotations

from ...domain.issues import Repository
from .wire import Wire, segment


def delete_branch(wire: Wire, repository: Repository, branch: str, sha: str) -> None:
    """Delete a branch that stands at a commit of ours and that no open pull request goes into.

    What is gone, moved on or needed stays as it is without a write: GitHub closes what goes into a branch
    that is deleted.
    """
    home = f"/repos/{repository.full_name}"
    found = wire.find(f"{home}/branches/{segment(branch)}")
    if found is None or found["commit"]["sha"] != sha or branch == repository.default_branch:
        return
    going = wire.pages(f"{home}/pulls", base=branch, state="open")
    if any((pull.get("base") or {}).get("ref") == branch for pull in going):
        return
    wire.write("DELETE", f"{home}/git/refs/heads/{segment(branch)}")
