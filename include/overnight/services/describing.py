"""What the pull request of a change tells: the facts, gathered from what the night has written down."""

from __future__ import annotations

from decimal import Decimal

from ..domain.descriptions import AttemptRow, Description
from ..domain.events import Event, EventQuery, EventType
from ..domain.gates import Verdict
from ..ports import Desk, Kept
from .preflight import merge_note
from .reading import OpenNight
from .stacking import joint_of


def describe_change(desk: Desk, night: OpenNight, kept: Kept, verdict: Verdict) -> str:
    """Return the body of the pull request of a judged change."""
    change, repository = kept.change, night.repository
    attempts = _events(desk, night, kept.issue, EventType.ATTEMPT_FINISHED)
    joint = joint_of(desk, repository.node_id, change.base)
    return desk.writer.describe(
        Description(
            issue=kept.issue,
            night=night.id,
            branch=change.branch,
            head_sha=change.head_sha,
            base=change.base.ref,
            base_sha=change.base.sha,
            verdict=verdict,
            files=change.files,
            insertions=change.insertions,
            deletions=change.deletions,
            stacked_on="" if change.base.ref == repository.default_branch else change.base.ref,
            joined=joint.parts if joint else (),
            merging=merge_note(desk, repository, night.order),
            plan=_plan(desk, night, kept.issue),
            summary=_summary(attempts),
            attempts=attempt_rows(desk, night, kept.issue),
            cost_usd=total_cost(desk, night, kept.issue),
        )
    )


def total_cost(desk: Desk, night: OpenNight, number: int) -> Decimal:
    """Return dollars that everything about the issue cost in this night: attempts, plans, tests, reviews."""
    return desk.budgets.spent(repository=night.repository.node_id, issue=number, night=night.id)


def attempt_rows(desk: Desk, night: OpenNight, number: int) -> tuple[AttemptRow, ...]:
    """Return the issue's attempts of this night in order, with why each one escalated."""
    escalations = _events(desk, night, number, EventType.MODEL_ESCALATION)
    why = {event.attempt: str(event.metadata.get("justification") or "") for event in escalations}
    attempts = _events(desk, night, number, EventType.ATTEMPT_FINISHED)
    return tuple(_row(event, why.get(event.attempt, "")) for event in attempts)


def _events(desk: Desk, night: OpenNight, number: int, type_: EventType) -> tuple[Event, ...]:
    query = EventQuery(
        types=(type_,), night=night.id, issue=number, limit=None, oldest_first=True, readable=True
    )
    return desk.ledger.events(query)


def _plan(desk: Desk, night: OpenNight, number: int) -> str:
    known = desk.records.recall(f"architecture/{night.repository.node_id}/{number}")
    return str(known.get("plan") or "") if known else ""


def _summary(attempts: tuple[Event, ...]) -> str:
    """Return what the builder of the accepted attempt says."""
    accepted = [event for event in attempts if event.metadata.get("outcome") == "accepted"]
    return str(accepted[-1].metadata.get("summary") or "") if accepted else ""


def _row(event: Event, escalation: str) -> AttemptRow:
    return AttemptRow(
        tier=str(event.metadata["tier"]),
        model=str(event.metadata.get("model") or ""),
        outcome=str(event.metadata["outcome"]),
        tokens=int(event.metadata.get("tokens") or 0),
        cost_usd=Decimal(str(event.metadata.get("cost_usd") or 0)),
        seconds=float(event.metadata.get("seconds") or 0),
        escalation=escalation,
    )
