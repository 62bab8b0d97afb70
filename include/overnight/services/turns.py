"""Take turns in a running night: what people want first goes first among the issues that have not begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..domain.changes import IssueStatus
from ..domain.events import EventQuery, EventType
from ..domain.plans import PlannedIssue
from ..domain.turns import in_turn
from ..ports import Desk
from .prioritizing import overrides
from .reading import OpenNight, open_night, planned_issues

_GREEN = frozenset({IssueStatus.PULL_REQUEST, IssueStatus.JUDGED})


class Turns:
    """The order of one night as people want it at each look; the plan is read once.

    :param planned: the night's plan.
    """

    def __init__(self, desk: Desk, night: OpenNight, planned: Sequence[PlannedIssue]) -> None:
        self._desk, self._night = desk, night
        self._plan = {issue.number: issue for issue in planned}
        self._planned_with = dict(night.order.plan.priorities)
        self._wanted: Mapping[int, int] | None = None
        self._order: tuple[int, ...] = ()

    def order(self) -> tuple[int, ...]:
        """Return the numbers that may start, in the order that is wanted now; one query."""
        wanted = dict(overrides(self._desk, self._night.repository.node_id))
        if wanted != self._wanted:
            self._order = in_turn(tuple(self._plan.values()), self._planned_with, wanted)
            self._wanted = wanted
        return self._order

    def changed(self) -> bool:
        """Return whether people want another order than the plan's."""
        order = self.order()
        return list(order) != sorted(order, key=lambda number: self._plan[number].position)

    def before(self, number: int) -> tuple[int, ...]:
        """Return the numbers whose turn comes before an issue's."""
        order = self.order()
        return order[: order.index(number)] if number in order else ()

    def begun(self) -> set[int]:
        """Return the numbers that attempts have begun on and that have not ended."""
        return {number for number in self._numbers(EventType.ATTEMPT_STARTED) if not self._status(number)}

    def gives_way_to(self, number: int) -> tuple[int, ...]:
        """Return the issues that shall have a free place before this one; none when it may take it.

        Only where people changed the order: an issue that could start and has not, but for those that wait
        for a person or for another issue. As many may pass as there are places beside those at work.
        """
        if not self.changed():
            return ()
        begun, built = self.begun(), self._numbers(EventType.CHANGE_BUILT)
        free = self._night.order.parallel_issues - len(begun - built - {number})
        queue = self._desk.approvals.queue(self._night.repository.node_id)
        asked = {row["issue"] for row in queue if row["kind"] == "question"}
        passing = tuple(
            one
            for one in self.before(number)
            if one not in begun and one not in built and one not in asked and self._ready(one)
        )
        return passing if len(passing) >= max(free, 1) else ()

    def _numbers(self, kind: EventType) -> set[int]:
        events = self._desk.ledger.events(EventQuery(types=(kind,), night=self._night.id, limit=None))
        return {event.issue for event in events if event.issue is not None}

    def _ready(self, number: int) -> bool:
        if self._status(number):
            return False
        return all(self._status(first) in _GREEN for first in self._plan[number].waits_for)

    def _status(self, number: int) -> str:
        row = self._desk.ledger.issue(self._night.id, number)
        return row.status if row else ""


def turns_of(desk: Desk, night_id: str) -> Turns:
    """Return the turns of a night on record."""
    return Turns(desk, open_night(desk, night_id), planned_issues(desk, night_id))


def taking_turns(desk: Desk, night: OpenNight, startable: Sequence[PlannedIssue]) -> Iterator[PlannedIssue]:
    """Yield issues one by one, each time the one that people want first among those that are left."""
    left = {issue.number: issue for issue in startable}
    turns = Turns(desk, night, startable)
    while left:
        yield left.pop(next(number for number in turns.order() if number in left))
