"""What the ledger must hold of an issue by now, and whether it does: the facts gates judge by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..domain.approvals import ESCALATION, Approval, permission_for
from ..domain.events import Event, EventQuery, EventType
from ..domain.evidence import EscalationFact, LedgerFacts
from ..domain.models import Tier, is_escalation
from ..ports import Desk, Stage
from .reading import OpenNight

EXPECTED: Mapping[str, tuple[EventType, ...]] = {
    "admit": (EventType.OVERNIGHT_EXECUTION_STARTED,),
    "plan": (EventType.NIGHT_PLANNED,),
    "attempt": (EventType.CHECKPOINT_SAVED, EventType.ATTEMPT_STARTED),
    "escalation": (EventType.MODEL_ESCALATION,),
    "attempt's end": (EventType.ATTEMPT_FINISHED,),
    "build": (EventType.CHANGE_BUILT,),
}
"""Step → what it leaves. admit and plan: once a night; build: once an issue; the others: once an attempt."""

_ENDINGS = (EventType.ATTEMPT_FINISHED, EventType.CHANGE_REBASED)
_OF_THE_NIGHT = ("admit", "plan")


@dataclass(frozen=True, slots=True)
class History:
    """The events to look through.

    :param night: of the night, about no issue.
    :param issue: of the issue in this night, oldest first.
    :param endings: how attempts on the issue ended, and how changes were replayed, in any night.
    """

    night: Sequence[Event]
    issue: Sequence[Event]
    endings: Sequence[Event] = ()


def ledger_facts(
    desk: Desk,
    night: OpenNight,
    number: int,
    stage: Stage,
    expected: Mapping[str, tuple[EventType, ...]] = EXPECTED,
) -> LedgerFacts:
    """Verify the night's own chain and return what the ledger says of the issue.

    Only this night's stream is walked, so the cost is that of the night's events.

    :param stage: BUILD leaves out what the attempt under way has still to write.
    """
    history = _history(desk, night, number, expected)
    repository = night.repository.node_id
    approvals = desk.approvals.in_force(repository, number)
    return LedgerFacts(
        problems=desk.ledger.verify(night.id),
        missing=tuple(missing_events(history, stage, expected)),
        events=len(history.issue),
        escalations=tuple(_escalations(history.issue, approvals, repository, number)),
        spent_usd=desk.budgets.spent(repository=repository, issue=number),
        approvals=approvals,
    )


def missing_events(
    history: History, stage: Stage, expected: Mapping[str, tuple[EventType, ...]] = EXPECTED
) -> Iterator[str]:
    """Yield a sentence for each event that a step so far must have left and that is not there."""
    there = {event.type for event in history.night}
    for step in _OF_THE_NIGHT:
        yield from (f"{step} left no {type_}" for type_ in expected.get(step, ()) if type_ not in there)
    attempts = _by_attempt(history.issue)
    if attempts:
        numbers = {_number(task): task for task in attempts}
        for number in range(1, max(numbers) + 1):
            if number not in numbers:
                yield f"attempt {number} left nothing"
        last = numbers[max(numbers)]
        for task, events in attempts.items():
            over = stage is not Stage.BUILD or task != last
            yield from _missing_of_attempt(task, events, expected, over=over)
    if stage is Stage.JUDGE:
        yield from _missing_of_build(history, expected)


def _missing_of_attempt(
    task: str, events: Sequence[Event], expected: Mapping[str, tuple[EventType, ...]], *, over: bool
) -> Iterator[str]:
    there = {event.type: event for event in events}
    started = there.get(EventType.ATTEMPT_STARTED)
    steps = ["attempt"]
    if started is not None and _escalated(started):
        steps.append("escalation")
    if over:
        steps.append("attempt's end")
    for step in steps:
        for type_ in expected.get(step, ()):
            if type_ not in there:
                yield f"attempt {_number(task)} left no {type_}"
    ended = there.get(EventType.ATTEMPT_FINISHED)
    if ended is not None and "cost_usd" not in ended.metadata:
        yield f"attempt {_number(task)} does not say what it cost"


def _missing_of_build(history: History, expected: Mapping[str, tuple[EventType, ...]]) -> Iterator[str]:
    there = {event.type: event for event in history.issue}
    for type_ in expected.get("build", ()):
        if type_ not in there:
            yield f"build left no {type_}"
    built = there.get(EventType.CHANGE_BUILT)
    if built is None:
        return
    head = built.metadata.get("head_sha")
    if _replayed_from(history.endings, head) not in _heads(history.endings):
        yield f"no attempt of any night ended in the commit {str(head)[:12]} that was built"


def _heads(endings: Sequence[Event]) -> set[str]:
    """Return the commits that attempts ended in."""
    changes = (event.metadata.get("change") or {} for event in endings)
    return {str(change["head_sha"]) for change in changes if change.get("head_sha")}


def _replayed_from(endings: Sequence[Event], head: object) -> str:
    """Return the commit that was replayed, once or again, to become this one; itself when it never was."""
    came_from = {
        str(event.metadata.get("head_sha")): str(event.metadata.get("from_sha"))
        for event in endings
        if event.type is EventType.CHANGE_REBASED
    }
    sha = str(head)
    while sha in came_from and sha not in _heads(endings):
        sha = came_from.pop(sha)
    return sha


def _history(
    desk: Desk, night: OpenNight, number: int, expected: Mapping[str, tuple[EventType, ...]]
) -> History:
    types = tuple(type_ for step in _OF_THE_NIGHT for type_ in expected.get(step, ()))
    of_issue = EventQuery(night=night.id, issue=number, limit=None, oldest_first=True)
    endings = EventQuery(types=_ENDINGS, repository=night.repository.node_id, issue=number, limit=None)
    return History(
        night=desk.ledger.events(EventQuery(types=types, night=night.id, limit=None)) if types else (),
        issue=desk.ledger.events(of_issue),
        endings=desk.ledger.events(endings),
    )


def _by_attempt(events: Sequence[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.attempt and event.attempt.rpartition("/")[2].isdecimal():
            found.setdefault(event.attempt, []).append(event)
    return found


def _number(task: str) -> int:
    return int(task.rpartition("/")[2])


def _escalated(started: Event) -> bool:
    tier = str(started.metadata.get("tier", ""))
    return tier in {*Tier} and is_escalation(Tier(tier))


def _escalations(
    events: Sequence[Event], approvals: Sequence[Approval], repository: str, number: int
) -> Iterator[EscalationFact]:
    for event in events:
        if event.type is not EventType.MODEL_ESCALATION:
            continue
        tag = str(event.metadata.get("justification", ""))
        word = permission_for(approvals, repository, number, f"{ESCALATION}:{tag}")
        tier, exempt = str(event.metadata.get("to", "")), bool(event.metadata.get("exempt"))
        yield EscalationFact(tier, tag, exempt, approved=word is not None)
