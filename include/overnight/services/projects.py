"""An issue's status in the repository's GitHub project: best effort, and noted once a night when refused."""

from __future__ import annotations

from ..domain.changes import IssueStatus
from ..domain.errors import FenceLost, OvernightError, Terminal
from ..domain.events import EventType, Severity
from ..domain.nights import NightIssue
from ..domain.projects import ProjectField
from ..ports import Desk
from .reading import OpenNight, once

PERMISSION = (
    "It takes the organization's permission `projects: read and write` (classic token: the scope `project`)"
)
_UNDONE = (IssueStatus.PARKED, IssueStatus.SKIPPED, IssueStatus.AWAITING_APPROVAL)


def begin_in_project(desk: Desk, night: OpenNight, number: int) -> None:
    """Show in the project that work has begun."""
    if night.order.project:
        _put(desk, night, number, night.order.project, night.order.project.in_progress)


def tell_project(desk: Desk, night: OpenNight, row: NightIssue, label: str | None) -> None:
    """Show in the project what a night's work came to.

    :param label: the issue's status label; without one the field stays, unless an attempt came to no change.
    """
    project = night.order.project
    if project is None:
        return
    undone = row.attempts and row.status in _UNDONE and not row.pull_request
    option = {
        "overnight: pull request": project.pull_request,
        "overnight: blocked": project.blocked,
        "overnight: failed": project.failed,
    }.get(label or "", project.failed if undone else "")
    _put(desk, night, row.number, project, option)


def _put(desk: Desk, night: OpenNight, number: int, project: ProjectField, option: str) -> None:
    if night.order.dry_run or not option:
        return
    try:
        desk.writer.put_project_status(night.repository, number, project, option, night.id)
    except FenceLost:
        raise
    except OvernightError as error:
        _note(desk, night, project, error)


def _note(desk: Desk, night: OpenNight, project: ProjectField, error: OvernightError) -> None:
    """Say each reason once a night, whatever number of issues it holds for."""
    reason = error if isinstance(error, Terminal) else type(error).__name__
    desk.ledger.append(
        night.event(
            EventType.GOVERNANCE_NOTE,
            f"issues do not show their status in project {project.place}: {error}. {PERMISSION}",
            severity=Severity.WARNING,
            id=once(night.id, "project", reason),
        )
    )
