"""The read model: fold a night's events into what pages, reports and `night.json` show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .changes import SEED_TOTALS, IssueStatus
from .events import Event, EventType

SCHEMA_ID = "overnight.night/1"


@dataclass(frozen=True, slots=True)
class NightIssue:
    """One planned issue of a night as it stands.

    :param dependencies: numbers, as `night.json` shows them.
    :param attempts: rows with tier, outcome, tokens, cost_usd, seconds.
    :param gates: gate name → pass, fail, not_applicable: the judge's, else those of the last attempt.
    :param judging_usd: dollars of the judge's own questions; an attempt's are in its row.
    """

    number: int
    title: str
    position: int
    sequence_type: str
    complexity: str
    dependencies: tuple[int, ...] = ()
    status: str = ""
    reason: str = ""
    attempts: tuple[Mapping[str, Any], ...] = ()
    gates: Mapping[str, str] = field(default_factory=dict)
    branch: str = ""
    pull_request: int | None = None
    pull_request_state: str = ""
    """How it stands since: "merged by octocat", "in the merge queue, 3rd"; "" before it was followed."""
    judging_usd: float = 0.0

    @property
    def cost_usd(self) -> float:
        """Dollars spent on it this night."""
        return self.judging_usd + sum(attempt["cost_usd"] or 0 for attempt in self.attempts)


@dataclass(frozen=True, slots=True)
class Night:
    """One night, folded."""

    id: str
    repository: str
    full_name: str = ""
    dry_run: bool = False
    status: str = "running"
    """running, completed or skipped."""
    reason: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    issues: tuple[NightIssue, ...] = ()
    exclusions: tuple[Mapping[str, Any], ...] = ()
    cycles: tuple[str, ...] = ()

    def issue(self, number: int) -> NightIssue | None:
        """Return one issue of the night, None when it was not planned."""
        return next((issue for issue in self.issues if issue.number == number), None)


def fold(events: Iterable[Event], night: Night | None = None) -> Night | None:
    """Fold a night's events, oldest first, into a Night (None for no events)."""
    for event in events:
        night = apply(night or Night(event.night, event.repository), event)
    return night


def apply(night: Night, event: Event) -> Night:
    """Return the night after one more event; unknown events change nothing."""
    step = _STEPS.get(event.type)
    if step is None or event.metadata.get("tombstoned"):
        return night
    return step(night, event)


def _started(night: Night, event: Event) -> Night:
    return replace(
        night,
        repository=event.repository,
        full_name=event.metadata.get("full_name", ""),
        dry_run=event.dry_run,
        status="running",
        reason="",
        started_at=event.at,
        finished_at=None,
    )


def _planned(night: Night, event: Event) -> Night:
    issues = tuple(
        NightIssue(
            number=row["number"],
            title=row["title"],
            position=row["position"],
            sequence_type=row["sequence_type"],
            complexity=row["complexity"],
            dependencies=tuple(row["dependencies"]),
        )
        for row in event.metadata["issues"]
    )
    return replace(
        night,
        issues=issues,
        exclusions=tuple(event.metadata["exclusions"]),
        cycles=tuple(event.metadata.get("cycles", ())),
    )


def _attempted(night: Night, event: Event) -> Night:
    row = {key: event.metadata.get(key) for key in ("tier", "outcome", "tokens", "cost_usd", "seconds")}
    gates = event.metadata.get("gates") or {}
    return _change_issue(
        night,
        event,
        lambda issue: replace(issue, attempts=(*issue.attempts, row), gates=gates or issue.gates),
    )


def _reviewed(night: Night, event: Event) -> Night:
    if event.metadata.get("stage") != "judge":
        return night
    usd = float(event.metadata.get("cost_usd") or 0)
    return _change_issue(
        night, event, lambda issue: replace(issue, judging_usd=round(issue.judging_usd + usd, 6))
    )


def _judged(night: Night, event: Event) -> Night:
    gates = {row["gate"]: row["status"] for row in event.metadata["gates"]}
    return _change_issue(night, event, lambda issue: replace(issue, gates=gates))


def _built(night: Night, event: Event) -> Night:
    return _change_issue(night, event, lambda issue: replace(issue, branch=event.metadata["branch"]))


def _ended(night: Night, event: Event) -> Night:
    return _change_issue(
        night,
        event,
        lambda issue: replace(
            issue,
            status=event.metadata["status"],
            reason=event.metadata.get("reason", event.description),
            pull_request=event.metadata.get("pull_request") or issue.pull_request,
        ),
    )


def _published(night: Night, event: Event) -> Night:
    return _change_issue(
        night, event, lambda issue: replace(issue, pull_request=event.metadata["pull_request"])
    )


def _followed(night: Night, event: Event) -> Night:
    state = str(event.metadata.get("state") or "")
    return _change_issue(night, event, lambda issue: replace(issue, pull_request_state=state))


def _completed(night: Night, event: Event) -> Night:
    return replace(night, status="completed", reason=event.description, finished_at=event.at)


def _skipped(night: Night, event: Event) -> Night:
    return replace(_started(night, event), status="skipped", reason=event.description, finished_at=event.at)


def _change_issue(night: Night, event: Event, change: Callable[[NightIssue], NightIssue]) -> Night:
    issues = tuple(change(issue) if issue.number == event.issue else issue for issue in night.issues)
    return replace(night, issues=issues)


_STEPS: Mapping[EventType, Callable[[Night, Event], Night]] = {
    EventType.OVERNIGHT_EXECUTION_STARTED: _started,
    EventType.OVERNIGHT_EXECUTION_SKIPPED: _skipped,
    EventType.NIGHT_PLANNED: _planned,
    EventType.ATTEMPT_FINISHED: _attempted,
    EventType.CHANGE_BUILT: _built,
    EventType.CHANGE_REVIEWED: _reviewed,
    EventType.CHANGE_JUDGED: _judged,
    EventType.CHANGE_PUBLISHED: _published,
    **dict.fromkeys(
        (
            EventType.PULL_REQUEST_MERGED,
            EventType.PULL_REQUEST_CLOSED,
            EventType.PULL_REQUEST_REOPENED,
            EventType.PULL_REQUEST_ENQUEUED,
            EventType.PULL_REQUEST_DEQUEUED,
            EventType.PULL_REQUEST_RETARGETED,
            EventType.PULL_REQUEST_REBASED,
            EventType.PULL_REQUEST_STANDS,
            EventType.ROLLBACK_OPENED,
        ),
        _followed,
    ),
    EventType.ISSUE_EXECUTION_COMPLETED: _ended,
    EventType.ISSUE_EXECUTION_FAILED: _ended,
    EventType.ISSUE_EXECUTION_SKIPPED: _ended,
    EventType.OVERNIGHT_EXECUTION_COMPLETED: _completed,
}


def totals(night: Night) -> dict[str, Any]:
    """Return counts: planned, excluded, by status, and in the seeds' three words."""
    ended = [issue.status for issue in night.issues if issue.status]
    words = {str(status): word for status, word in SEED_TOTALS.items()}
    return {
        "planned": len(night.issues),
        "excluded": len(night.exclusions),
        "by_status": {str(status): ended.count(str(status)) for status in IssueStatus},
        "success": sum(words[status] == "success" for status in ended),
        "failed": sum(words[status] == "failed" for status in ended),
        "skipped": sum(words[status] == "skipped" for status in ended),
    }


def document(night: Night) -> dict[str, Any]:
    """Return `night.json`, documented and versioned in docs/reference/night.schema.json."""
    return {
        "schema": SCHEMA_ID,
        "night": night.id,
        "repository": night.full_name,
        "dry_run": night.dry_run,
        "status": night.status,
        "reason": night.reason,
        "started_at": _iso(night.started_at),
        "finished_at": _iso(night.finished_at),
        "issues": [_row(issue) for issue in sorted(night.issues, key=lambda issue: issue.position)],
        "exclusions": [dict(row) for row in night.exclusions],
        "cycles": list(night.cycles),
        "totals": totals(night),
    }


def _row(issue: NightIssue) -> dict[str, Any]:
    return {
        "number": issue.number,
        "title": issue.title,
        "position": issue.position,
        "sequence_type": issue.sequence_type,
        "complexity": issue.complexity,
        "dependencies": list(issue.dependencies),
        "status": issue.status,
        "reason": issue.reason,
        "attempts": [dict(attempt) for attempt in issue.attempts],
        "gates": dict(issue.gates),
        "branch": issue.branch or None,
        "pull_request": issue.pull_request,
        "pull_request_state": issue.pull_request_state,
        "judging_usd": issue.judging_usd,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
