"""What may merge a pull request: its base's queue, or GitHub itself once everything required is there."""

from __future__ import annotations

from typing import Any

from ...domain.errors import Forbidden, NotFound
from .graphql import GraphQL
from .queries import AUTO_MERGE, ENQUEUE, MERGING, READY


def enqueue(graphql: GraphQL, pull: str, expected_head: str) -> None:
    """Put a pull request into its base's merge queue, if it is still at the commit that was judged.

    :param pull: its node id.
    :raises Forbidden: the head moved, there is no queue, or the base's rules refuse it.
    """
    standing = _standing(graphql, pull)
    if standing["state"] == "MERGED" or standing["isInMergeQueue"]:
        return
    _require_head(standing, expected_head)
    graphql.mutate(ENQUEUE, {"pull": pull, "head": expected_head})


def enable_auto_merge(graphql: GraphQL, pull: str, expected_head: str, method: str) -> None:
    """Let GitHub merge it once required checks and reviews are there; Forbidden where nothing is required."""
    standing = _standing(graphql, pull)
    if standing["state"] == "MERGED" or standing["autoMergeRequest"]:
        return
    _require_head(standing, expected_head)
    graphql.mutate(AUTO_MERGE, {"pull": pull, "head": expected_head, "method": method.upper()})


def mark_ready(graphql: GraphQL, pull: str) -> None:
    """Take a pull request out of draft."""
    standing = _standing(graphql, pull)
    if standing["state"] == "OPEN" and standing["isDraft"]:
        graphql.mutate(READY, {"pull": pull})


def _standing(graphql: GraphQL, pull: str) -> dict[str, Any]:
    found = graphql.ask_once(lambda _lacking: MERGING, {"pull": pull}).get("node")
    if not found:
        raise NotFound("the pull request is not there, or the token may not see it")
    return dict(found)


def _require_head(standing: dict[str, Any], expected: str) -> None:
    if standing["headRefOid"] != expected:
        raise Forbidden(
            f"the pull request's head is {standing['headRefOid'][:12]}, not the judged {expected[:12]}: "
            "somebody pushed to it, so it is left to people"
        )
