"""Summarize a night: tracking issue, event, JSON artifact, one morning message; even if everything failed."""

from __future__ import annotations

import json

from ..domain.changes import IssueStatus
from ..domain.errors import OvernightError, Terminal
from ..domain.events import EventType, Severity
from ..domain.nights import Night, document, totals
from ..failpoints import failpoint
from ..ports import Desk
from .concluding import conclude
from .metering import tell_what_is_loud
from .reading import OpenNight, latest, once, open_night, planned_issues
from .reporting import report_issue
from .stopping import STOP_LABEL, stopped
from .texts import morning_message, tracking_body

TRACKING_LABEL = "overnight-execution"
UNPLANNED = "ended without a plan: nothing was started"


def summarize_night(desk: Desk, night_id: str) -> Night:
    """Close the night's books and tell people; safe to repeat."""
    night = open_night(desk, night_id)
    _settle(desk, night)
    failpoint("summary.after_settled")
    if latest(desk, night_id, EventType.OVERNIGHT_EXECUTION_COMPLETED) is None:
        counted = totals(_night(desk, night_id))
        planned = latest(desk, night_id, EventType.NIGHT_PLANNED) is not None
        desk.ledger.append(
            night.event(
                EventType.OVERNIGHT_EXECUTION_COMPLETED,
                f"Night of {night.order.full_name} completed: {counted['success']} succeeded, "
                f"{counted['failed']} failed, {counted['skipped']} skipped"
                if planned
                else f"Night of {night.order.full_name} {UNPLANNED}",
                severity=Severity.INFO if planned else Severity.ERROR,
                metadata={"totals": counted, "full_name": night.order.full_name},
                id=once(night.id, EventType.OVERNIGHT_EXECUTION_COMPLETED),
            )
        )
    failpoint("summary.after_completed")
    folded = _night(desk, night_id)
    artifact = json.dumps(document(folded), indent=2, ensure_ascii=False)
    desk.storage.put(f"nights/{night_id}/night.json", artifact.encode())
    failpoint("summary.after_artifact")
    _tell(desk, night, folded)
    _send_morning_message(desk, night, folded)
    tell_what_is_loud(desk, night)
    return folded


def _night(desk: Desk, night_id: str) -> Night:
    folded = desk.ledger.night(night_id)
    assert folded is not None
    return folded


def _settle(desk: Desk, night: OpenNight) -> None:
    """An issue that never got a final status crashed; a night that never got a plan says so itself."""
    for planned in planned_issues(desk, night.id):
        row = desk.ledger.issue(night.id, planned.number)
        if row is not None and not row.status:
            conclude(desk, night, planned.number, *_unfinished(night))


def _unfinished(night: OpenNight) -> tuple[IssueStatus, str]:
    if night.order.plan_only:
        return IssueStatus.SKIPPED, "plan only: nothing was started"
    return IssueStatus.CRASHED, "its tasks did not finish"


def _tell(desk: Desk, night: OpenNight, folded: Night) -> None:
    body = tracking_body(desk, night, folded)
    desk.storage.put(f"nights/{night.id}/summary.md", body.encode())
    if night.order.dry_run:
        return
    known = desk.records.publication(night.repository.node_id, "tracking")
    try:
        _tell_blocked(desk, night)
        number = desk.writer.put_tracking_issue(
            night.repository, TRACKING_LABEL, "Overnight execution", body, int(known) if known else None
        )
        failpoint("summary.after_tracking")
        desk.records.record_publication(night.repository.node_id, "tracking", str(number))
        if stopped(desk, night.id):  # the wish is fulfilled; left there it would stop every later night
            desk.writer.put_labels(night.repository, number, [], [STOP_LABEL])
    except OvernightError as error:
        desk.ledger.append(
            night.event(
                EventType.GOVERNANCE_NOTE,
                f"the tracking issue could not be written: {error}",
                severity=Severity.WARNING,
            )
        )


def _send_morning_message(desk: Desk, night: OpenNight, folded: Night) -> None:
    """Send the night's one message, once, however often the night is summarized."""
    key = f"message/{night.id}"
    if desk.records.recall(key) is None:
        desk.records.remember(key, {"sent": True})
        failpoint("summary.before_message")
        desk.notify(f"Overnight: {night.order.full_name}", morning_message(night, folded))


def _tell_blocked(desk: Desk, night: OpenNight) -> None:
    """Keep the comment true of issues that never got a task, where there is one of an earlier night."""
    for planned in planned_issues(desk, night.id):
        if planned.blocked and desk.records.publication(
            night.repository.node_id, f"comment/{planned.number}"
        ):
            report_issue(desk, night.id, planned.number)


class IssueCrashed(Terminal):
    """An issue ended `crashed`: a defect of ours, or a worker that died for good."""


def crashed(night: Night) -> None:
    """Raise IssueCrashed when an issue of the night crashed, or the night never got a plan."""
    if night.reason.endswith(UNPLANNED):
        raise IssueCrashed(f"{night.reason}; the log of `plan_night` names the cause")
    broken = [f"#{issue.number}" for issue in night.issues if issue.status == IssueStatus.CRASHED]
    if broken:
        raise IssueCrashed(f"crashed: {', '.join(broken)}; `overnight why NUMBER` shows where each stopped")
