"""Priorities that people set: who, why, and what holds now; the events are all there is of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..domain.errors import SettingsError
from ..domain.events import Event, EventQuery, EventType
from ..domain.gates import flat
from ..domain.priorities import UNSET
from ..ports import Desk

LOWEST, HIGHEST = -999_999, 999_999
"""What a label `priority: N` can say, too."""


@dataclass(frozen=True, slots=True)
class Priority:
    """One issue's priority as a person set it; a lower number goes first.

    :param repository: GitHub node id.
    :param priority: None when it was taken back and the label counts again.
    """

    repository: str
    issue: int
    priority: int | None
    who: str
    why: str
    at: datetime | None = None
    event: str = ""


def set_priority(
    desk: Desk, repository: str, issue: int, priority: int | None, *, who: str, why: str
) -> Priority:
    """Set an issue's priority (None takes it back) and return it.

    It holds for plans to come, and in a night that runs for what has not begun.

    :raises SettingsError: nobody, no reason, or a number that no priority can be.
    """
    if not who.strip() or not why.strip():
        raise SettingsError("say who sets the priority and why: both are kept in the ledger")
    if issue < 1:
        raise SettingsError("an issue number is 1 or more")
    if priority is not None and not LOWEST <= priority <= HIGHEST:
        raise SettingsError(f"a priority lies between {LOWEST} and {HIGHEST}; {UNSET} is what is unset")
    who, why = flat(who, 100), flat(why, 300)
    told = "is taken back" if priority is None else f"is {priority}"
    (stored,) = desk.ledger.append(
        Event(
            EventType.PRIORITY_SET,
            f"Priority of #{issue} {told}, set by {who}: {why}",
            repository=repository,
            issue=issue,
            metadata={"priority": priority, "who": who, "why": why},
        )
    )
    return _read(stored)


def priorities(desk: Desk, repository: str) -> tuple[Priority, ...]:
    """Return the priorities in force in a repository, most urgent first."""
    newest = {one.issue: one for one in _told(desk, repository)}
    in_force = [one for one in newest.values() if one.priority is not None]
    return tuple(sorted(in_force, key=lambda one: (one.priority or 0, one.issue)))


def overrides(desk: Desk, repository: str) -> tuple[tuple[int, int], ...]:
    """Return the priorities in force as planning takes them: (issue number, priority)."""
    return tuple(
        (one.issue, one.priority) for one in priorities(desk, repository) if one.priority is not None
    )


def _told(desk: Desk, repository: str) -> Iterable[Priority]:
    query = EventQuery(types=(EventType.PRIORITY_SET,), repository=repository, limit=None, oldest_first=True)
    return (_read(event) for event in desk.ledger.events(query) if "who" in event.metadata)


def _read(event: Event) -> Priority:
    data = event.metadata
    return Priority(
        event.repository,
        event.issue or 0,
        data["priority"],
        str(data["who"]),
        str(data["why"]),
        event.at,
        event.id,
    )
