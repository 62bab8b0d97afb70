"""The attempts of an issue, read back from the ledger; one that was cut off is written down as killed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..documents import from_document, to_document
from ..domain.changes import Attempt, Base, Change, Checkpoint, Outcome, Usage
from ..domain.events import Event, EventQuery, EventType
from ..domain.gates import Finding
from ..domain.plans import PlannedIssue
from ..ports import Claim, Desk
from .reading import OpenNight
from .reseating import give_back_seats

CUT_OFF = "the worker died during this attempt"


@dataclass(frozen=True, slots=True)
class Remembered:
    """The attempts of this round, and how many there were in rounds before.

    :param unfinished: an attempt that was built and paid when its worker died, and not judged yet.
    :param base: what the last attempt began with when its worker died in it; its session goes on from there.
    """

    attempts: tuple[Attempt, ...]
    before: int
    unfinished: Checkpoint | None = None
    base: Base | None = None


def attempts_so_far(
    desk: Desk, night: OpenNight, planned: PlannedIssue, claim: Claim, round_: int
) -> Remembered:
    """Return the issue's attempts of this night, oldest first."""
    types = (EventType.ATTEMPT_STARTED, EventType.ATTEMPT_FINISHED, EventType.CHECKPOINT_SAVED)
    events = desk.ledger.events(
        EventQuery(
            types=types,
            night=night.id,
            issue=planned.number,
            limit=None,
            oldest_first=True,
            readable=True,
        )
    )
    finished = {e.attempt: _attempt(e) for e in events if e.type is EventType.ATTEMPT_FINISHED}
    started = [event for event in events if event.type is EventType.ATTEMPT_STARTED]
    unfinished = _unfinished(events, finished, started, round_)
    if any(event.attempt not in finished for event in started):
        give_back_seats(desk, night, planned)
    for event in started:
        is_resumed = unfinished is not None and event.metadata["number"] == unfinished.number
        if event.attempt not in finished and not is_resumed:
            finished[event.attempt] = _write_off(desk, night, planned, event, claim)
    ours = {event.attempt for event in started if event.metadata["round"] == round_}
    mine = [attempt for task, attempt in finished.items() if task in ours]
    attempts = tuple(sorted(mine, key=lambda attempt: attempt.number))
    return Remembered(attempts, len(finished) - len(attempts), unfinished, _base(events, attempts))


def _unfinished(
    events: Sequence[Event], finished: Mapping[str, Attempt], started: Sequence[Event], round_: int
) -> Checkpoint | None:
    """Return the last attempt of this round, when its builder was done and its gates had not spoken."""
    last = started[-1] if started else None
    if last is None or last.attempt in finished or last.metadata["round"] != round_:
        return None
    for event in reversed(events):
        if event.type is EventType.CHECKPOINT_SAVED and event.attempt == last.attempt:
            built = event.metadata.get("built")
            if built:
                return from_document(Checkpoint, built)
    return None


def _base(events: Sequence[Event], attempts: Sequence[Attempt]) -> Base | None:
    """Return what the last attempt was to begin with, when its worker died in it."""
    if not attempts or attempts[-1].reason != CUT_OFF:
        return None
    number = str(attempts[-1].number)
    for event in events:
        if event.type is EventType.CHECKPOINT_SAVED and event.attempt.rpartition("/")[2] == number:
            data = event.metadata
            return Base(data["ref"], data["sha"], tuple(data["bundles"])) if "sha" in data else None
    return None


def _write_off(desk: Desk, night: OpenNight, planned: PlannedIssue, started: Event, claim: Claim) -> Attempt:
    attempt = Attempt(
        number=started.metadata["number"],
        tier=started.metadata["tier"],
        outcome=Outcome.KILLED,
        reason=CUT_OFF,
        usage=Usage(cost_usd=desk.budgets.spent(attempt=started.attempt)),
    )
    desk.ledger.append(finished_event(night, planned, attempt), claim=claim)
    return attempt


def finished_event(night: OpenNight, planned: PlannedIssue, attempt: Attempt) -> Event:
    """Return the event that an attempt leaves; learning reads type, complexity, tier, outcome and cost."""
    usage, issue = attempt.usage, planned.number
    return night.event(
        EventType.ATTEMPT_FINISHED,
        f"#{issue} attempt {attempt.number} on {attempt.tier}: {attempt.outcome} ({attempt.reason})",
        issue=issue,
        attempt=f"{night.id}/{issue}/{attempt.number}",
        metadata={
            "number": attempt.number,
            "sequence_type": str(planned.classification.sequence_type),
            "complexity": str(planned.classification.complexity),
            "tier": attempt.tier,
            "builder": night.order.builder_kind,
            "model": attempt.model,
            "outcome": str(attempt.outcome),
            "reason": attempt.reason,
            "failure": attempt.failure,
            "feedback": attempt.feedback,
            "gates": dict(attempt.gates),
            "tokens": usage.tokens,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cached_tokens": usage.cached_tokens,
            "requests": usage.requests,
            "cost_usd": float(usage.cost_usd),
            "seconds": round(attempt.seconds, 3),
            "summary": attempt.summary[:4000],
            "prompt_version": attempt.prompt_version,
            "transcript": attempt.transcript,
            "change": to_document(attempt.change) if attempt.change else None,
            "awaits": [to_document(finding) for finding in attempt.awaits],
        },
    )


def _attempt(event: Event) -> Attempt:
    data = event.metadata
    return Attempt(
        number=data["number"],
        tier=data["tier"],
        outcome=Outcome(data["outcome"]),
        reason=data["reason"],
        model=data.get("model", ""),
        usage=Usage(
            data.get("input_tokens", 0),
            data.get("output_tokens", 0),
            data.get("cached_tokens", 0),
            data.get("requests", 0),
            Decimal(str(data.get("cost_usd", 0))),
        ),
        seconds=data.get("seconds", 0.0),
        failure=data.get("failure", ""),
        feedback=data.get("feedback", ""),
        gates=tuple((data.get("gates") or {}).items()),
        change=from_document(Change, data["change"]) if data.get("change") else None,
        awaits=tuple(from_document(Finding, one) for one in data.get("awaits") or ()),
    )
