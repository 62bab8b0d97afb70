"""Report on an issue: settle its status, then one lifetime comment with a row per night, edited in place."""

from __future__ import annotations

from contextlib import suppress

from ..domain.changes import IssueStatus
from ..domain.errors import Forbidden, NotAuthorized, NotFound, OvernightError
from ..domain.events import EventQuery, EventType, Severity
from ..domain.issue_reports import comment_marker
from ..domain.nights import NightIssue
from ..failpoints import failpoint
from ..ports import Desk
from .answering import answer_revisions
from .concluding import conclude
from .fencing import under_claim_if_free
from .metering import tell_what_is_loud
from .projects import begin_in_project, tell_project
from .reading import OpenNight, open_night, planned_issue
from .texts import comment_body

LABELS = {
    "overnight: ok": ("0e8a16", "A maintainer vouches for this issue's text"),
    "overnight: skip": ("cccccc", "Overnight leaves this issue alone"),
    "overnight: stop": ("b60205", "Ends the night that is running"),
    "overnight: in progress": ("1d76db", "Overnight is working on this issue"),
    "overnight: pull request": ("0e8a16", "Overnight opened a pull request that passed every gate"),
    "overnight: blocked": ("fbca04", "Overnight waits for another issue"),
    "overnight: failed": ("d93f0b", "Overnight tried and found no change that passes every gate"),
}
"""Every label of ours: colour and description."""

_LABEL_OF = {
    IssueStatus.PULL_REQUEST: "overnight: pull request",
    IssueStatus.BLOCKED: "overnight: blocked",
    IssueStatus.FAILED: "overnight: failed",
    IssueStatus.CRASHED: "overnight: failed",
}
_STATUS_LABELS = (
    "overnight: in progress",
    "overnight: pull request",
    "overnight: blocked",
    "overnight: failed",
)


def mark_in_progress(desk: Desk, night: OpenNight, number: int) -> None:
    """Show on the issue that work has begun; never a reason for the work not to begin."""
    if night.order.dry_run:
        return
    with suppress(OvernightError):
        remove = [name for name in _STATUS_LABELS if name != _STATUS_LABELS[0]]
        desk.writer.put_labels(night.repository, number, [_STATUS_LABELS[0]], remove)
        begin_in_project(desk, night, number)


@under_claim_if_free
def report_issue(desk: Desk, night_id: str, number: int) -> NightIssue | None:
    """Settle the issue's status and tell it on GitHub, when it was attempted or told of before.

    An issue without a final status here has lost its worker: it is `crashed`.
    """
    night = open_night(desk, night_id)
    row = _report(desk, night, number)
    tell_what_is_loud(desk, night)
    return row


def _report(desk: Desk, night: OpenNight, number: int) -> NightIssue | None:
    row = desk.ledger.issue(night.id, number)
    if row is not None and not row.status:
        conclude(
            desk, night, number, IssueStatus.CRASHED, "its worker died or hit a defect; see the task's log"
        )
        row = desk.ledger.issue(night.id, number)
    if row is None or not _worth_telling(desk, night, row):
        return row
    body = comment_body(desk, night, number)
    if night.order.dry_run:
        desk.storage.put(f"nights/{night.id}/{number}/comment.md", body.encode())
    else:
        _tell(desk, night, row, body)
        answer_revisions(desk, night, row)
    return row


def _worth_telling(desk: Desk, night: OpenNight, row: NightIssue) -> bool:
    """Only issues that were attempted, or that carry a comment of ours: no spam on a large backlog."""
    return (
        bool(row.attempts)
        or desk.records.publication(night.repository.node_id, f"comment/{row.number}") is not None
    )


def _tell(desk: Desk, night: OpenNight, row: NightIssue, body: str) -> None:
    repository, key = night.repository, f"comment/{row.number}"
    known = desk.records.publication(repository.node_id, key)
    try:
        comment = desk.writer.put_comment(
            repository, row.number, comment_marker(row.number), body, int(known) if known else None
        )
        failpoint("report.after_comment")
        desk.records.record_publication(repository.node_id, key, str(comment))
        failpoint("report.after_record")
        label = _label(desk, night, row)
        remove = [name for name in _STATUS_LABELS if name != label]
        desk.writer.put_labels(repository, row.number, [label] if label else [], remove)
        failpoint("report.after_labels")
        tell_project(desk, night, row, label)
    except (NotFound, Forbidden, NotAuthorized) as error:
        _not_told(desk, night, row.number, str(error))
        return
    query = EventQuery(types=(EventType.ISSUE_REPORTED,), night=night.id, issue=row.number, limit=1)
    if not desk.ledger.events(query):
        desk.ledger.append(
            night.event(
                EventType.ISSUE_REPORTED,
                f"#{row.number}: reported in comment {comment}",
                issue=row.number,
                metadata={"comment": comment, "status": row.status},
            )
        )
    failpoint("report.after_event")


def _label(desk: Desk, night: OpenNight, row: NightIssue) -> str | None:
    """Return the label of a status; a revision that came to nothing leaves its pull request as it was.

    None once the pull request was merged, or closed by a person.
    """
    if row.pull_request_state.startswith("closed by Overnight"):
        return _LABEL_OF[IssueStatus.FAILED]
    if row.pull_request_state.startswith(("merged", "closed")):
        return None
    label = _LABEL_OF.get(IssueStatus(row.status))
    revised = label and planned_issue(desk, night.id, row.number).revisions
    return _LABEL_OF[IssueStatus.PULL_REQUEST] if revised else label


def retell_issue(desk: Desk, night_id: str, number: int) -> None:
    """Bring the issue's comment and label up to date after its pull request went on.

    A later night may have told of the issue since: then its words stay, and the earlier night's row changes.
    """
    repository = open_night(desk, night_id).repository.node_id
    query = EventQuery(
        types=(EventType.ISSUE_REPORTED,), repository=repository, issue=number, limit=1, dry_run=False
    )
    told = desk.ledger.events(query)
    report_issue(desk, told[0].night if told else night_id, number)


def _not_told(desk: Desk, night: OpenNight, number: int, why: str) -> None:
    desk.ledger.append(
        night.event(
            EventType.GOVERNANCE_NOTE,
            f"#{number} could not be reported on GitHub: {why}",
            severity=Severity.WARNING,
            issue=number,
        )
    )
