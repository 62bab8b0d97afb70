"""REST in place of what an older server's GraphQL lacks, where that costs few requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ...domain.issues import Issue, IssueRef, LinkedPullRequest, Repository
from .reading import Json, plain, reference, rest_login
from .wire import Wire

_CLOSES = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+"
    r"(?:https?://[^\s/]+/(?P<url>[\w.-]+/[\w.-]+)/issues/|(?P<full>[\w.-]+/[\w.-]+)?#)(?P<number>\d{1,9})\b",
    re.IGNORECASE,
)
"""GitHub's closing keywords, as its documentation lists them."""
_IN_REST = frozenset({"Issue.blockedBy", "Issue.issueType", "Issue.subIssues"})


def completed(
    wire: Wire, repository: Repository, issues: tuple[Issue, ...], lacking: frozenset[str]
) -> tuple[Issue, ...]:
    """Return the issues with what GraphQL could not tell about them."""
    if lacking & _IN_REST:
        documents = {int(one["number"]): one for one in _documents(wire, repository, issues)}
        issues = tuple(
            _with_rest(wire, repository, issue, documents.get(issue.number, {}), lacking) for issue in issues
        )
    if "Issue.closedByPullRequestsReferences" in lacking and issues:
        linked = _closing(wire, repository)
        issues = tuple(replace(issue, pull_requests=linked.get(issue.number, ())) for issue in issues)
    return issues


def _documents(wire: Wire, repository: Repository, issues: tuple[Issue, ...]) -> Iterable[Json]:
    base = f"/repos/{repository.full_name}/issues"
    if len(issues) == 1:
        return [wire.find(f"{base}/{issues[0].number}") or {"number": issues[0].number}]
    return wire.pages(base, state="open")


def _with_rest(
    wire: Wire, repository: Repository, issue: Issue, document: Json, lacking: frozenset[str]
) -> Issue:
    changes: dict[str, Any] = {}
    if "Issue.issueType" in lacking:
        changes["issue_type"] = plain((document.get("type") or {}).get("name"))
    path = f"/repos/{repository.full_name}/issues/{issue.number}"
    if "Issue.blockedBy" in lacking and _count(document, "issue_dependencies_summary", "total_blocked_by"):
        changes["blocked_by"] = tuple(_references(wire, f"{path}/dependencies/blocked_by", repository))
    if "Issue.subIssues" in lacking and _count(document, "sub_issues_summary", "total"):
        changes["sub_issues"] = tuple(_references(wire, f"{path}/sub_issues", repository, state="open"))
    return replace(issue, **changes)


def _count(document: Json, summary: str, key: str) -> int:
    return int((document.get(summary) or {}).get(key) or 0)


def _references(wire: Wire, path: str, repository: Repository, state: str = "") -> Iterator[IssueRef]:
    for other in wire.pages(path):
        if not state or other.get("state") == state:
            full_name = "/".join(str(other.get("repository_url", "")).split("/")[-2:])
            yield reference(int(other["number"]), full_name, repository)


def _closing(wire: Wire, repository: Repository) -> dict[int, tuple[LinkedPullRequest, ...]]:
    """Return number → open pull requests whose text says that they close it."""
    found: dict[int, tuple[LinkedPullRequest, ...]] = {}
    for pull in wire.pages(f"/repos/{repository.full_name}/pulls", state="open"):
        for number in _closed_numbers(plain(pull.get("body")), repository):
            found[number] = (*found.get(number, ()), _linked(pull))
    return found


def _closed_numbers(text: str, repository: Repository) -> set[int]:
    own = repository.full_name.lower()
    return {
        int(match["number"])
        for match in _CLOSES.finditer(text)
        if (match["url"] or match["full"] or own).lower() == own
    }


def _linked(pull: Json) -> LinkedPullRequest:
    head_ref = str((pull.get("head") or {}).get("ref") or "")
    url = str(pull.get("html_url") or "")
    return LinkedPullRequest(int(pull["number"]), "open", rest_login(pull.get("user")), head_ref, url)
