"""End an issue's night: one final status with its reason, written once."""

from __future__ import annotations

from typing import Any

from ..domain.changes import SEED_TOTALS, IssueStatus
from ..domain.events import EventType, Severity
from ..domain.nights import NightIssue
from ..failpoints import failpoint
from ..ports import Desk
from .reading import OpenNight, latest

GONE = "the issue was deleted, or moved to another repository, while the night was running"
"""Why an issue is skipped that is not there any more."""

_ENDINGS = (
    EventType.ISSUE_EXECUTION_COMPLETED,
    EventType.ISSUE_EXECUTION_FAILED,
    EventType.ISSUE_EXECUTION_SKIPPED,
)
_TYPE_OF = {
    "success": EventType.ISSUE_EXECUTION_COMPLETED,
    "failed": EventType.ISSUE_EXECUTION_FAILED,
    "skipped": EventType.ISSUE_EXECUTION_SKIPPED,
}


def conclude(
    desk: Desk, night: OpenNight, number: int, status: IssueStatus, reason: str, **metadata: Any
) -> None:
    """Write an issue's final status down, unless the same one stands there already."""
    last = latest(desk, night.id, *_ENDINGS, issue=number)
    if last and (last.metadata["status"], last.metadata["reason"]) == (status, reason):
        return
    failpoint("conclude.before_record")
    word = SEED_TOTALS[status]
    desk.ledger.append(
        night.event(
            _TYPE_OF[word],
            f"#{number} {status}: {reason}",
            severity=Severity.ERROR if word == "failed" else Severity.INFO,
            issue=number,
            metadata={"status": str(status), "reason": reason, **metadata},
        )
    )
    failpoint("conclude.after_record")


def issue_of(desk: Desk, night: OpenNight, number: int) -> NightIssue | None:
    """Return the issue's row of the read model."""
    return desk.ledger.issue(night.id, number)
