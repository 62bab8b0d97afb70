"""Asking people and teams to review."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ...domain.issues import Repository
from ...ports import PullRequest
from .errors import Unprocessable
from .reading import rest_login
from .wire import Wire

logger = logging.getLogger(__name__)


def ask_for_reviews(wire: Wire, repository: Repository, pull: PullRequest, reviewers: Sequence[str]) -> None:
    """Ask people ("octocat") and teams ("acme/docs") once; nobody is asked again, and refusals are logged."""
    names = {name.strip().removeprefix("@") for name in reviewers}
    wanted = sorted(
        name for name in names if name and "@" not in name and name.lower() != pull.author.lower()
    )
    path = f"/repos/{repository.full_name}/pulls/{pull.number}"
    if not wanted or _was_asked(wire, path):
        return
    try:
        wire.write("POST", f"{path}/requested_reviewers", _review_request(wanted))
    except Unprocessable:
        # One name that is no collaborator spoils the whole request: ask one by one.
        for name in wanted if len(wanted) > 1 else ():
            _ask_one(wire, path, name)


def ask_again(wire: Wire, repository: Repository, number: int, reviewers: Sequence[str]) -> None:
    """Ask people who reviewed to look again; who is asked already is not asked twice."""
    path = f"/repos/{repository.full_name}/pulls/{number}"
    asked = {rest_login(user).lower() for user in wire.get(path).get("requested_reviewers") or ()}
    for name in sorted(set(reviewers)):
        if name.lower() not in asked:
            _ask_one(wire, path, name)


def _was_asked(wire: Wire, path: str) -> bool:
    document = wire.get(path)
    asked = document.get("requested_reviewers") or document.get("requested_teams")
    return bool(asked) or next(wire.pages(f"{path}/reviews"), None) is not None


def _ask_one(wire: Wire, path: str, name: str) -> None:
    try:
        wire.write("POST", f"{path}/requested_reviewers", _review_request([name]))
    except Unprocessable:
        logger.warning("GitHub does not take %s as a reviewer", name)


def _review_request(names: Sequence[str]) -> dict[str, list[str]]:
    """Return people and teams; a team goes by its slug, without the organization."""
    return {
        "reviewers": [name for name in names if "/" not in name],
        "team_reviewers": [name.split("/", 1)[1] for name in names if "/" in name],
    }
