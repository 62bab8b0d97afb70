"""GitHub's JSON → our issues; every value may be null, strange or hostile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ...domain.issues import Issue, IssueRef, LinkedPullRequest, Milestone, Repository
from ...ports import PullRequest

Json = Mapping[str, Any]

GHOST = "ghost"
"""GitHub's name for an account that is gone."""
UNSEEN = IssueRef(0, "(not visible)")
"""Stands for a dependency that GitHub counts and does not show; no look-up finds it, so it blocks."""


def read_issue(node: Json, repository: Repository) -> Issue:
    """Return the issue of a GraphQL node."""
    return Issue(
        number=int(node["number"]),
        title=plain(node.get("title")),
        body=plain(node.get("body")),
        author=login_of(node.get("author")),
        author_association=str(node.get("authorAssociation") or "NONE"),
        labels=tuple(plain(label.get("name")) for label in nodes_of(node, "labels") if label),
        issue_type=plain((node.get("issueType") or {}).get("name")),
        state=str(node.get("state") or "open").lower(),
        state_reason=str(node.get("stateReason") or "").lower(),
        created_at=moment(node.get("createdAt")),
        updated_at=moment(node.get("updatedAt")),
        edited_at=moment(node.get("lastEditedAt")),
        editor=login_of(node["editor"]) if node.get("editor") else "",
        milestone=_milestone(node.get("milestone")),
        blocked_by=tuple(_references(node, "blockedBy", repository)),
        sub_issues=tuple(_references(node, "subIssues", repository)),
        pull_requests=tuple(map(_linked, filter(None, nodes_of(node, "closedByPullRequestsReferences")))),
        url=str(node.get("url") or ""),
        node_id=str(node.get("id") or ""),
    )


def read_pull_request(document: Json) -> PullRequest:
    """Return the pull request of a REST document."""
    head, base = document.get("head") or {}, document.get("base") or {}
    return PullRequest(
        number=int(document["number"]),
        url=str(document.get("html_url") or ""),
        head_ref=str(head.get("ref") or ""),
        head_sha=str(head.get("sha") or ""),
        base_ref=str(base.get("ref") or ""),
        state=str(document.get("state") or "open"),
        draft=bool(document.get("draft")),
        merged=bool(document.get("merged") or document.get("merged_at")),
        node_id=str(document.get("node_id") or ""),
        body=plain(document.get("body")),
        author=rest_login(document.get("user")),
    )


def plain(text: Any) -> str:
    """Return a text that every database and encoder can hold: no NUL, no lone surrogate."""
    return str(text or "").replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def moment(text: Any) -> datetime | None:
    """Return an aware UTC datetime of GitHub's "2026-01-05T09:00:00Z", None for null."""
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None


def login_of(actor: Json | None) -> str:
    """Return an actor's login as REST spells it: GraphQL leaves the "[bot]" of an App out."""
    if not actor or not actor.get("login"):
        return GHOST
    login = str(actor["login"])
    return f"{login}[bot]" if actor.get("__typename") == "Bot" and not login.endswith("[bot]") else login


def rest_login(user: Json | None) -> str:
    """Return the login of a REST user; "ghost" for null."""
    return str((user or {}).get("login") or GHOST)


def reference(number: int, full_name: str, repository: Repository) -> IssueRef:
    """Return a reference, without a repository when it is this one."""
    elsewhere = full_name.lower()
    return IssueRef(number, "" if elsewhere == repository.full_name.lower() else elsewhere)


def nodes_of(node: Json, connection: str) -> list[Any]:
    """Return the nodes of a connection; some may be null."""
    return list((node.get(connection) or {}).get("nodes") or ())


def _references(node: Json, connection: str, repository: Repository) -> Iterator[IssueRef]:
    if connection in node and node[connection] is None:
        yield UNSEEN
    for other in nodes_of(node, connection):
        if other is None or not other.get("repository"):
            yield UNSEEN
        elif connection != "subIssues" or str(other.get("state")).upper() == "OPEN":
            yield reference(int(other["number"]), str(other["repository"]["nameWithOwner"]), repository)


def _linked(node: Json) -> LinkedPullRequest:
    return LinkedPullRequest(
        number=int(node["number"]),
        state=str(node.get("state") or "open").lower(),
        author=login_of(node.get("author")),
        head_ref=str(node.get("headRefName") or ""),
        url=str(node.get("url") or ""),
    )


def _milestone(node: Json | None) -> Milestone | None:
    if not node:
        return None
    return Milestone(plain(node.get("title")), int(node.get("number") or 0), moment(node.get("dueOn")))
