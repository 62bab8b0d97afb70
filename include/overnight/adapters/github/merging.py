"""What may merge a pull request: its base's queue, or GitHub itself once everything required is there."""

from __future__ import annotations

import re
from typing import Any

from ...domain.errors import Forbidden, NotFound
from .errors import Unprocessable
from .graphql import GraphQL
from .queries import AUTO_MERGE, DEQUEUE, ENQUEUE, MERGE, NO_AUTO_MERGE, READY, merging_query
from .reading import login_of

_MERGEABLE_NOW = re.compile(r"\b(clean|unstable|has_hooks) status\b")
"""How GitHub says that nothing that is required is missing: auto-merge has nothing to wait for."""
_METHODS = {"merge": "mergeCommitAllowed", "squash": "squashMergeAllowed", "rebase": "rebaseMergeAllowed"}


def enqueue(graphql: GraphQL, pull: str, expected_head: str) -> None:
    """Put a pull request into its base's merge queue, if it is still at the commit that was judged.

    :param pull: its node id.
    :raises Forbidden: the head moved, there is no queue, or the base's rules refuse it.
    """
    standing = _standing(graphql, pull)
    if standing["state"] == "MERGED" or standing.get("mergeQueueEntry"):
        return
    _require_head(standing, expected_head)
    graphql.mutate(ENQUEUE, {"pull": pull, "head": expected_head})


def enable_auto_merge(graphql: GraphQL, pull: str, expected_head: str, method: str) -> None:
    """Let GitHub merge it once required checks and reviews are there; Forbidden where nothing is required.

    Where they are there already GitHub refuses to wait for them, so it is merged at once.

    :param method: taken where the repository allows it, else one that it does allow.
    """
    standing = _standing(graphql, pull)
    if standing["state"] == "MERGED" or standing["autoMergeRequest"]:
        return
    _require_head(standing, expected_head)
    asked = {"pull": pull, "head": expected_head, "method": _allowed(standing, method).upper()}
    try:
        graphql.mutate(AUTO_MERGE, asked)
    except Unprocessable as refusal:
        if not _MERGEABLE_NOW.search(str(refusal)):
            raise
        graphql.mutate(MERGE, asked)


def withdraw(graphql: GraphQL, pull: str, login: str) -> None:
    """Take back what we granted: its place in the queue, its auto-merge; what a person granted stays.

    :param login: who we are, as REST spells it.
    """
    standing = _standing(graphql, pull)
    if login_of((standing.get("mergeQueueEntry") or {}).get("enqueuer")).lower() == login.lower():
        graphql.mutate(DEQUEUE, {"pull": pull})
    if login_of((standing["autoMergeRequest"] or {}).get("enabledBy")).lower() == login.lower():
        graphql.mutate(NO_AUTO_MERGE, {"pull": pull})


def mark_ready(graphql: GraphQL, pull: str) -> None:
    """Take a pull request out of draft."""
    standing = _standing(graphql, pull)
    if standing["state"] == "OPEN" and standing["isDraft"]:
        graphql.mutate(READY, {"pull": pull})


def _allowed(standing: dict[str, Any], method: str) -> str:
    allowed = [one for one, field in _METHODS.items() if (standing.get("repository") or {}).get(field)]
    return method if method in allowed or not allowed else allowed[0]


def _standing(graphql: GraphQL, pull: str) -> dict[str, Any]:
    found = graphql.ask_once(merging_query, {"pull": pull}).get("node")
    if not found:
        raise NotFound("the pull request is not there, or the token may not see it")
    return dict(found)


def _require_head(standing: dict[str, Any], expected: str) -> None:
    if standing["headRefOid"] != expected:
        raise Forbidden(
            f"the pull request's head is {standing['headRefOid'][:12]}, not the judged {expected[:12]}: "
            "somebody pushed to it, so it is left to people"
        )
