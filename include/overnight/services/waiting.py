"""Wait for dependencies: one look at the read model, one decision, used by sensor, trigger and CLI alike."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.changes import IssueStatus
from ..domain.plans import PlannedIssue
from ..ports import Desk
from .concluding import conclude
from .reading import OpenNight, open_night, planned_issue, planned_issues

_SATISFIED = frozenset({IssueStatus.PULL_REQUEST, IssueStatus.JUDGED})


@dataclass(frozen=True, slots=True)
class Wait:
    """Whether the waiting is over, and what blocks the issue then ("" when nothing does)."""

    over: bool
    blocked: str = ""


def look(desk: Desk, night_id: str, number: int) -> Wait:
    """Return whether an issue may start, must wait on, or is blocked by a dependency's outcome."""
    night = open_night(desk, night_id)
    planned = planned_issue(desk, night_id, number)
    if night.order.deadline and desk.clock.now() >= night.order.deadline:
        return Wait(True, "the night's window ended while it waited")
    for dependency in planned.waits_for:
        row = desk.ledger.issue(night_id, dependency)
        if row is None or not row.status:
            return _lost(desk, night, dependency) or Wait(False)
        if row.status not in _SATISFIED:
            return Wait(True, f"it depends on #{dependency}, which is {row.status}: {row.reason}")
    return _turn(desk, night, planned)


def _lost(desk: Desk, night: OpenNight, dependency: int) -> Wait | None:
    """A dependency whose worker died and never came back counts as failed."""
    if desk.claims.abandoned(night.repository.node_id, dependency, night.id):
        return Wait(True, f"it depends on #{dependency}, whose worker died")
    return None


def _turn(desk: Desk, night: OpenNight, planned: PlannedIssue) -> Wait:
    """In a strictly sequential night an issue also waits for every one before it in the plan."""
    if night.order.parallel_issues > 1:
        return Wait(True)
    for earlier in planned_issues(desk, night.id):
        if earlier.position >= planned.position:
            break
        row = desk.ledger.issue(night.id, earlier.number)
        if not earlier.blocked and (row is None or not row.status):
            return Wait(False)
    return Wait(True)


def give_up(desk: Desk, night_id: str, number: int, blocked: str) -> None:
    """Record that an issue is blocked."""
    conclude(desk, open_night(desk, night_id), number, IssueStatus.BLOCKED, blocked)
