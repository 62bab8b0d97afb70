"""Run any task on the ladder: the seeds' `execute_with_escalation`, on the same rules, quota and healing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ..documents import to_document
from ..domain.attempts import Step, next_step
from ..domain.changes import Attempt, Outcome
from ..domain.errors import FailureKind, ModelFailure, Transient
from ..domain.events import Event, EventType, Severity
from ..domain.healing import STAYING
from ..domain.issues import Repository
from ..domain.models import ENTRY_TIER, ModelSelectionContext, ModelSelectionResult, Tier, select_model
from ..domain.orders import NightOrder
from ..domain.plans import Classification, Complexity, PlannedIssue, SequenceType
from ..ports import Desk
from .claiming import Heart, beating
from .escalating import LEASE_SECONDS, Seat, leave, take_seat
from .healing import AttemptHealer
from .reading import OpenNight
from .surveying import survey

T = TypeVar("T")
_NOBODYS = Repository("", "", "", "")
"""A task outside a night belongs to no repository; its events go to the stream `governance`."""


def execute_with_escalation(
    desk: Desk, context: ModelSelectionContext, task: Callable[[str], T], order: NightOrder
) -> tuple[T, Event]:
    """Call `task(tier)` on the tier its context asks for, down the ladder until one works.

    :param order: limits, throttle and rules; its night may be "".
    :returns: what the task returned, and the event of the run that succeeded.
    :raises ModelFailure: no tier is left; every run is on record.
    :raises Exception: the task's own, unchanged; its run is on record too.
    """
    night = OpenNight(order, _NOBODYS)
    choice = select_model(context, order.model_rules)
    planned = _planned(context, choice)
    history: tuple[Attempt, ...] = ()
    while True:
        step = next_step(history, planned.base_tier, survey(desk, night))
        if step.tier is None:
            raise ModelFailure(FailureKind.TRANSPORT, step.reason)
        seat = take_seat(desk, night, planned, step, history, None)
        if seat.tier is None:
            raise ModelFailure(FailureKind.INSUFFICIENT_QUOTA, seat.reason)
        outcome = Outcome.UNAVAILABLE
        try:
            with _held(desk, seat) as heart:
                result = _run(desk, night, seat.tier, task, heart)
            outcome = Outcome.ACCEPTED
        except ModelFailure as error:
            failed = Attempt(len(history) + 1, str(seat.tier), outcome, str(error), failure=str(error.kind))
            history = (*history, failed)
            _record(desk, night, context, step, seat, str(error))
            continue
        except Exception as error:  # the task's own: no model failed, and the run is on record all the same
            outcome = Outcome.KILLED
            _record(desk, night, context, step, seat, repr(error))
            raise
        finally:
            leave(desk, seat, str(outcome))
        return result, _record(desk, night, context, step, seat, "")


@contextmanager
def _held(desk: Desk, seat: Seat) -> Iterator[Heart]:
    """Keep the seat's slot for as long as the task runs, however long."""
    if not seat.lease:
        yield Heart()
        return
    heart = Heart(renewals=[lambda: desk.quota.renew(seat.lease, LEASE_SECONDS)])
    with beating(heart, LEASE_SECONDS):
        yield heart


def _run(desk: Desk, night: OpenNight, tier: Tier, task: Callable[[str], T], heart: Heart) -> T:
    """Call the task; what the healing table treats on the same tier is done here.

    :raises FenceLost: the slot is somebody else's by now, so the task is not called again.
    """
    healer = AttemptHealer(desk, night, 0, "", tier, survey(desk, night).ladder())
    while True:
        heart.check()
        try:
            result = task(str(tier))
        except (ModelFailure, Transient) as error:
            failure = error if isinstance(error, ModelFailure) else _as_failure(error)
            step = healer.treat(failure)
            if step.action not in STAYING:
                raise failure from error
            healer.rest(step.wait_seconds or 0.0)
        else:
            healer.answered()
            return result


def _as_failure(error: Transient) -> ModelFailure:
    return ModelFailure(FailureKind.TRANSPORT, str(error), getattr(error, "retry_after", None))


def _planned(context: ModelSelectionContext, choice: ModelSelectionResult) -> PlannedIssue:
    known = {str(kind) for kind in SequenceType}
    kind = SequenceType(context.task_type) if context.task_type in known else SequenceType.BUILD
    classification = Classification(kind, Complexity(context.complexity), "given", "given")
    return PlannedIssue(
        number=0,
        title=context.task_type,
        body_sha256="",
        position=0,
        classification=classification,
        base_tier=str(choice.selected_model),
        base_tier_reason=choice.reason,
        justification=choice.justification,
        exempt=choice.exempt,
        files_affected=context.files_affected,
    )


def _record(
    desk: Desk, night: OpenNight, context: ModelSelectionContext, step: Step, seat: Seat, failure: str
) -> Event:
    """Write one run down: an escalation, a failed one, or a run on a tier that is none."""
    kind = EventType.MODEL_ESCALATION_FAILED if failure else EventType.MODEL_ESCALATION
    if not seat.escalated:
        kind = EventType.GOVERNANCE_NOTE
    word = f"failed on {seat.tier}: {failure}" if failure else f"ran on {seat.tier}"
    return desk.ledger.append(
        night.event(
            kind,
            f"task {context.task_type} {word}",
            severity=Severity.WARNING if failure else Severity.INFO,
            metadata={
                "from": step.came_from or str(ENTRY_TIER),
                "to": str(seat.tier),
                "reason": seat.reason,
                "justification": seat.justification,
                "exempt": seat.exempt,
                "quota_remaining": seat.quota_remaining,
                "context": to_document(context),
                "failure": failure,
            },
        )
    )[0]
