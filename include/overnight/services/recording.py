"""The events that an attempt leaves."""

from __future__ import annotations

from ..documents import to_document
from ..domain.attempts import Step
from ..domain.changes import MODEL_FAILED, Attempt, Checkpoint
from ..domain.events import Event, EventType, Severity
from ..domain.models import ENTRY_TIER
from ..failpoints import failpoint
from .drafting import stored_plan
from .escalating import Seat
from .remembering import finished_event
from .workshop import Workshop


def record_started(shop: Workshop, step: Step, seat: Seat, number: int, transcript: str = "") -> None:
    """Write down the checkpoint, the attempt, and the escalation when it is one.

    :param transcript: object-storage URI of the attempt before this one, "" without one.
    """
    task = shop.attempt_id(number)
    events = [_checkpoint(shop, number, task, transcript), _started(shop, step, seat, number, task)]
    if seat.escalated:
        events.append(_escalation(shop, step, seat, task))
    shop.desk.ledger.append(*events, claim=shop.claim)
    failpoint("attempt.after_started")


def record_finished(shop: Workshop, seat: Seat, attempt: Attempt) -> None:
    """Write down how the attempt ended, and that its escalation failed when it did."""
    failpoint("attempt.before_finished")
    events = [finished_event(shop.night, shop.planned, attempt)]
    if seat.escalated and attempt.outcome in MODEL_FAILED:
        events.append(_escalation_failed(shop, seat, attempt))
    shop.desk.ledger.append(*events, claim=shop.claim)
    failpoint("attempt.after_finished")


def record_checkpoint(shop: Workshop, checkpoint: Checkpoint) -> None:
    """Write down that the builder is done: whoever resumes pays it no second time."""
    shop.desk.ledger.append(
        shop.night.event(
            EventType.CHECKPOINT_SAVED,
            f"#{shop.issue.number}: attempt {checkpoint.number} is built, its gates come next",
            issue=shop.issue.number,
            attempt=shop.attempt_id(checkpoint.number),
            metadata={"built": to_document(checkpoint)},
        ),
        claim=shop.claim,
    )
    failpoint("attempt.after_checkpoint")


def _checkpoint(shop: Workshop, number: int, task: str, transcript: str) -> Event:
    plan = stored_plan(shop)
    if plan:
        plan = shop.desk.storage.put(f"transcripts/{task}.plan.md", shop.desk.clean(plan).encode())
    return shop.night.event(
        EventType.CHECKPOINT_SAVED,
        f"#{shop.issue.number} checkpoint before attempt {number}",
        issue=shop.issue.number,
        attempt=task,
        metadata={
            "sha": shop.base.sha,
            "ref": shop.base.ref,
            "bundles": list(shop.base.bundles),
            "plan": plan,
            "transcript": transcript,
        },
    )


def _started(shop: Workshop, step: Step, seat: Seat, number: int, task: str) -> Event:
    return shop.night.event(
        EventType.ATTEMPT_STARTED,
        f"#{shop.issue.number} attempt {number} on {seat.tier}: {seat.reason}",
        issue=shop.issue.number,
        attempt=task,
        metadata={
            "number": number,
            "tier": str(seat.tier),
            "from": step.came_from,
            "reason": seat.reason,
            "round": shop.round,
        },
    )


def _escalation(shop: Workshop, step: Step, seat: Seat, task: str) -> Event:
    planned = shop.planned
    return shop.night.event(
        EventType.MODEL_ESCALATION,
        f"#{planned.number} escalated to {seat.tier}: {seat.justification}",
        issue=planned.number,
        attempt=task,
        metadata={
            "from": step.came_from or str(ENTRY_TIER),
            "to": str(seat.tier),
            "reason": step.reason if step.tag else planned.base_tier_reason,
            "justification": seat.justification,
            "exempt": seat.exempt,
            "exemption": planned.exemption if seat.exempt else "",
            "quota_remaining": seat.quota_remaining,
            "granted": seat.granted,
            "review": seat.review,
            "context": {
                "task_type": str(planned.classification.sequence_type),
                "complexity": str(planned.classification.complexity),
                "files_affected": planned.files_affected,
            },
        },
    )


def _escalation_failed(shop: Workshop, seat: Seat, attempt: Attempt) -> Event:
    return shop.night.event(
        EventType.MODEL_ESCALATION_FAILED,
        f"#{shop.issue.number}: the escalation to {seat.tier} ended {attempt.outcome}",
        severity=Severity.WARNING,
        issue=shop.issue.number,
        attempt=shop.attempt_id(attempt.number),
        metadata={"to": str(seat.tier), "outcome": str(attempt.outcome), "reason": attempt.reason},
    )
