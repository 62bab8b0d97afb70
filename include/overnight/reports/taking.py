"""What each event type adds to the rows of frames: one function a type, one table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..domain.changes import SEED_TOTALS
from ..domain.events import Event, EventType
from .collecting import Collected, opened

_OUTCOMES = {str(status): word for status, word in SEED_TOTALS.items()}


def take(into: Collected, events: Iterable[Event]) -> None:
    """Add events, oldest first; of one whose payload was removed nothing is known."""
    for event in events:
        if not event.metadata.get("tombstoned"):
            _TAKERS[event.type](into, event, event.metadata)


def _started(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    into.names[event.repository] = data.get("full_name") or event.repository
    into.nights[event.night] = opened(event, data)


def _not_begun(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    _started(into, event, data)
    into.nights[event.night] |= {"status": "skipped", "finished_at": event.at}


def _planned(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    night = into.night(event)
    night |= {"planned": len(data["issues"]), "excluded": len(data["exclusions"])}
    for row in data["issues"]:
        into.issues[event.night, row["number"]] = {
            "repository": event.repository,
            "title": row["title"],
            "sequence_type": row["sequence_type"],
            "complexity": row["complexity"],
            "status": "",
            "outcome": "",
            "planned_at": event.at,
            "ended_at": None,
            "pull_request": None,
            "pull_request_state": "",
            "settled_at": None,
            "dry_run": event.dry_run,
        }


def _completed(into: Collected, event: Event, _: Mapping[str, Any]) -> None:
    into.night(event).update(status="completed", finished_at=event.at)


def _ended(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    row = into.issues.get((event.night, event.issue or 0))
    if row is None:
        return
    night, word = into.night(event), _OUTCOMES.get(data["status"], "")
    if row["outcome"]:  # told again: the last word counts
        night[row["outcome"]] -= 1
    if word:
        night[word] += 1
    number = data.get("pull_request") or row["pull_request"]
    row |= {"status": data["status"], "outcome": word, "ended_at": event.at, "pull_request": number}


def _published(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    row = into.issues.get((event.night, event.issue or 0))
    if row is not None:
        row["pull_request"] = data.get("pull_request")


def _settled(state: str) -> Callable[[Collected, Event, Mapping[str, Any]], None]:
    """Return what writes down that a pull request was merged or closed, on the nights that built it.

    :param state: "" when it is open again.
    """

    def taker(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
        for night in data.get("nights") or (event.night,):
            row = into.issues.get((night, event.issue or 0))
            if row is not None:
                row |= {"pull_request_state": state, "settled_at": event.at if state else None}

    return taker


def _attempted(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    kind, tier, outcome = data.get("sequence_type", ""), data.get("tier", ""), data.get("outcome", "")
    into.outcomes[event.attempt], into.attempts[event.attempt] = outcome, (kind, tier)
    place = into.place(event.night, event.repository, event.at)
    texts = (data.get("complexity", ""), tier, data.get("model", ""), outcome, data.get("failure", ""))
    counts = (data.get(name) or 0 for name in ("input_tokens", "output_tokens", "cached_tokens", "requests"))
    into.rows["attempts"].append(
        (
            event.at,
            *place,
            event.issue or 0,
            event.attempt,
            data.get("number", 0),
            kind,
            *texts,
            outcome == "accepted",
            *counts,
            float(data.get("cost_usd") or 0),
            float(data.get("seconds") or 0),
            event.dry_run,
        )
    )


def _escalated(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    kind = (data.get("context") or {}).get("task_type", "")
    into.attempts.setdefault(event.attempt, (kind, data.get("to", "")))
    words = (data.get(name, "") for name in ("from", "to", "reason", "justification"))
    into.rows["escalations"].append(
        (
            event.at,
            *into.place(event.night, event.repository, event.at),
            event.issue or 0,
            event.attempt,
            kind,
            *words,
            bool(data.get("exempt")),
            bool(data.get("review")),
            data.get("quota_remaining") or 0,
            "",
        )
    )


def _judged(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    place = into.place(event.night, event.repository, event.at)
    into.rows["gates"] += [
        (
            event.at,
            *place,
            event.issue or 0,
            row["gate"],
            row["status"],
            len(row.get("findings", ())),
            float(row.get("seconds") or 0),
        )
        for row in data["gates"]
    ]


def _asked(kind: str) -> Callable[[Collected, Event, Mapping[str, Any]], None]:
    def taker(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
        counts = (int(data.get(name) or 0) for name in ("daily", "hourly", "concurrent"))
        reason = data.get("reason") or event.description
        into.rows["quota"].append(
            (
                event.at,
                *into.place(event.night, event.repository, event.at),
                kind,
                data.get("tier", ""),
                data.get("justification", ""),
                bool(data.get("exempt")),
                *counts,
                reason,
            )
        )

    return taker


def _healed(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    words = (data.get(name) or "" for name in ("kind", "action", "tier", "to"))
    place = into.place(event.night, event.repository, event.at)
    into.rows["heals"].append((event.at, *place, event.issue or 0, event.attempt, *words))


def _desktop(into: Collected, event: Event, data: Mapping[str, Any]) -> None:
    name = data.get("desktop", "")
    into.rows["desktop"].append((event.at, name, str(event.type), str(event.severity), event.description))


def _lesson(kind: str) -> Callable[[Collected, Event, Mapping[str, Any]], None]:
    def taker(into: Collected, event: Event, _: Mapping[str, Any]) -> None:
        place = into.place(event.night, event.repository, event.at)
        into.rows["lessons"].append((event.at, *place, kind, event.description))

    return taker


_TAKERS: Mapping[EventType, Callable[[Collected, Event, Mapping[str, Any]], None]] = {
    EventType.OVERNIGHT_EXECUTION_STARTED: _started,
    EventType.OVERNIGHT_EXECUTION_SKIPPED: _not_begun,
    EventType.NIGHT_PLANNED: _planned,
    EventType.OVERNIGHT_EXECUTION_COMPLETED: _completed,
    EventType.ISSUE_EXECUTION_COMPLETED: _ended,
    EventType.ISSUE_EXECUTION_FAILED: _ended,
    EventType.ISSUE_EXECUTION_SKIPPED: _ended,
    EventType.CHANGE_PUBLISHED: _published,
    EventType.PULL_REQUEST_MERGED: _settled("merged"),
    EventType.PULL_REQUEST_CLOSED: _settled("closed"),
    EventType.PULL_REQUEST_REOPENED: _settled(""),
    EventType.ATTEMPT_FINISHED: _attempted,
    EventType.MODEL_ESCALATION: _escalated,
    EventType.CHANGE_JUDGED: _judged,
    EventType.QUOTA_RESERVED: _asked("reserved"),
    EventType.QUOTA_REFUSED: _asked("refused"),
    EventType.THROTTLE_OPENED: _asked("throttle_opened"),
    EventType.THROTTLE_CLOSED: _asked("throttle_closed"),
    EventType.BUDGET_REFUSED: _asked("budget_refused"),
    EventType.AUTO_HEAL: _healed,
    EventType.DESKTOP_SYNC: _desktop,
    EventType.DESKTOP_SYNC_FAILED: _desktop,
    EventType.REPOSITORY_DRIFT_DETECTED: _desktop,
    EventType.DESKTOP_HEALTH_CHECK: _desktop,
    EventType.BUILDER_SWITCH: _desktop,
    EventType.LESSON_LEARNT: _lesson("learnt"),
    EventType.LESSON_RETIRED: _lesson("retired"),
}
READ = tuple(_TAKERS)
"""The event types whose payloads are read."""
