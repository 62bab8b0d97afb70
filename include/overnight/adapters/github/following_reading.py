"""GitHub's JSON → how a pull request stands and what was checked; every value may be null or strange."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...domain.following import Check, CheckState, PullStanding, QueueEntry
from ...domain.lines import one_line
from .reading import login_of, moment, nodes_of, plain

Json = Mapping[str, Any]

_OUTCOMES = {
    "success": CheckState.SUCCESS,
    "neutral": CheckState.NEUTRAL,
    "skipped": CheckState.NEUTRAL,
    "expected": CheckState.PENDING,
    "pending": CheckState.PENDING,
    "stale": CheckState.PENDING,
    "cancelled": CheckState.PENDING,
    "action_required": CheckState.PENDING,
    "startup_failure": CheckState.PENDING,
}
"""A conclusion or a status's state → what it comes to; all others are failures.

A check that did not come to its end says nothing of the code: it is waited for, by whoever starts it again.
"""
_CONFLICTING = {"CONFLICTING": True, "MERGEABLE": False}
_LONGEST_SUMMARY = 300


def read_standing(node: Json) -> PullStanding:
    """Return the standing of a GraphQL pull request."""
    merged = str(node.get("state")) == "MERGED"
    closed = [event for event in _events(node) if event.get("__typename") == "ClosedEvent"]
    removed = [event for event in _events(node) if event.get("__typename") == "RemovedFromMergeQueueEvent"]
    left = removed[-1] if removed and not merged else {}
    closer = node.get("mergedBy") if merged else closed[-1].get("actor") if closed else None
    return PullStanding(
        number=int(node["number"]),
        node_id=str(node.get("id") or ""),
        url=str(node.get("url") or ""),
        state=str(node.get("state") or "open").lower(),
        draft=bool(node.get("isDraft")),
        head_ref=str(node.get("headRefName") or ""),
        head_sha=str(node.get("headRefOid") or ""),
        base_ref=str(node.get("baseRefName") or ""),
        conflicting=_CONFLICTING.get(str(node.get("mergeable"))),
        review=str(node.get("reviewDecision") or "").lower(),
        checks=_rolled_up(node),
        auto_merge=bool(node.get("autoMergeRequest")),
        queue=_entry(node.get("mergeQueueEntry")),
        dequeued=plain(left.get("reason") or "no reason given")[:_LONGEST_SUMMARY] if left else "",
        dequeued_at=moment(left.get("createdAt")),
        merged_sha=str((node.get("mergeCommit") or {}).get("oid") or "") if merged else "",
        merged_at=moment(node.get("mergedAt")),
        closed_by=login_of(closer) if closer and node.get("state") != "OPEN" else "",
    )


def read_check_run(run: Json) -> Check:
    """Return a REST check run."""
    output = run.get("output") or {}
    return Check(
        name=plain(run.get("name")),
        state=_run_state(run.get("status"), run.get("conclusion")),
        url=str(run.get("details_url") or run.get("html_url") or ""),
        summary=one_line(plain(output.get("title") or output.get("summary")), _LONGEST_SUMMARY),
    )


def read_status(status: Json) -> Check:
    """Return a REST commit status."""
    return Check(
        name=plain(status.get("context")),
        state=_state(status.get("state")),
        url=str(status.get("target_url") or ""),
        summary=one_line(plain(status.get("description")), _LONGEST_SUMMARY),
    )


def begun(check: Json) -> tuple[str, int]:
    """Return the place of a REST or GraphQL check among all of a commit, the newest last.

    GitHub lists check runs of REST newest first; one that waits for its machine has not begun.
    """
    at = check.get("started_at") or check.get("startedAt") or check.get("createdAt")
    return str(at or ("" if check.get("conclusion") else "~")), int(check.get("id") or 0)


def newest_of_each(checks: Iterable[Check], required: Iterable[str] = ()) -> tuple[Check, ...]:
    """Return the last check of each name, `required` set for the named ones."""
    wanted = frozenset(required)
    newest = {check.name: check for check in checks}
    return tuple(
        replace(check, required=True) if check.name in wanted else check for check in newest.values()
    )


def _rolled_up(node: Json) -> tuple[Check, ...]:
    commits = [one for one in nodes_of(node, "commits") if one]
    commit = (commits[-1].get("commit") or {}) if commits else {}
    found = [one for one in nodes_of(commit.get("statusCheckRollup") or {}, "contexts") if one]
    found.sort(key=begun)
    return newest_of_each(map(_context, found))


def _context(node: Json) -> Check:
    required = bool(node.get("isRequired"))
    if node.get("__typename") == "CheckRun":
        return Check(
            plain(node.get("name")),
            _run_state(node.get("status"), node.get("conclusion")),
            required,
            str(node.get("detailsUrl") or ""),
            one_line(plain(node.get("title")), _LONGEST_SUMMARY),
        )
    return Check(
        plain(node.get("context")),
        _state(node.get("state")),
        required,
        str(node.get("targetUrl") or ""),
        one_line(plain(node.get("description")), _LONGEST_SUMMARY),
    )


def _run_state(status: object, conclusion: object) -> CheckState:
    return _state(conclusion) if str(status).lower() == "completed" else CheckState.PENDING


def _state(word: object) -> CheckState:
    return _OUTCOMES.get(str(word).lower(), CheckState.FAILURE)


def _entry(node: Json | None) -> QueueEntry | None:
    if not node:
        return None
    seconds = node.get("estimatedTimeToMerge")
    return QueueEntry(
        str(node.get("state") or "QUEUED"),
        int(node.get("position") or 0),
        int(seconds) if seconds is not None else None,
    )


def _events(node: Json) -> list[Json]:
    return [event for event in nodes_of(node, "timelineItems") if event]
