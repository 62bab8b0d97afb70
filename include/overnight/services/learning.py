"""Read a repository's attempts back as trials, for learning which tier is worth its money."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from ..domain.attempts import PARKING_BUDGETS
from ..domain.changes import Outcome
from ..domain.events import Event, EventQuery, EventType
from ..domain.learning import LearningRules
from ..domain.track_records import Trial
from ..ports import Desk

_TAUGHT = frozenset(Outcome) - {Outcome.UNAVAILABLE, Outcome.KILLED}
"""A tier that was down or a worker that died says nothing about the model."""
_TURNED_DOWN = (EventType.PULL_REQUEST_CLOSED, EventType.ROLLBACK_OPENED)
_MOST = 5_000
"""Attempts that are read, the newest; more change no decision."""


def trials(
    desk: Desk, repository: str, now: datetime, rules: LearningRules | None = None
) -> tuple[Trial, ...]:
    """Return a repository's finished attempts, newest first; dry runs are left out.

    :param repository: GitHub node id.
    :param rules: how many days back attempts are read.
    """
    query = EventQuery(
        types=(EventType.ATTEMPT_FINISHED,),
        repository=repository,
        since=now - timedelta(days=(rules or LearningRules()).days),
        dry_run=False,
        limit=_MOST,
        readable=True,
    )
    turned_down = _turned_down(desk, repository)
    events = (event for event in desk.ledger.events(query) if _teaches(event))
    return tuple(_trial(event, (event.night, event.issue) in turned_down) for event in events)


def _turned_down(desk: Desk, repository: str) -> frozenset[tuple[str, int | None]]:
    """Return (night, issue) whose pull request was closed unmerged, or taken back after it was merged.

    Its gates had passed, but the change was not accepted in the end.
    """
    types = (*_TURNED_DOWN, EventType.PULL_REQUEST_REOPENED)
    query = EventQuery(types=types, repository=repository, limit=None, oldest_first=True)
    found: set[tuple[str, int | None]] = set()
    for event in desk.ledger.events(query):
        places = {(str(night), event.issue) for night in event.metadata.get("nights") or (event.night,)}
        found = found | places if event.type in _TURNED_DOWN else found - places
    return frozenset(found)


def _teaches(event: Event) -> bool:
    data = event.metadata
    known = data.get("sequence_type") and data.get("complexity")
    others_money = data["outcome"] == Outcome.OVER_BUDGET and data.get("failure") in PARKING_BUDGETS
    return bool(known) and data["outcome"] in _TAUGHT and not others_money


def _trial(event: Event, turned_down: bool) -> Trial:
    data = event.metadata
    return Trial(
        sequence_type=data["sequence_type"],
        complexity=data["complexity"],
        tier=data["tier"],
        accepted=data["outcome"] == Outcome.ACCEPTED and not turned_down,
        cost_usd=Decimal(str(data["cost_usd"])),
    )
