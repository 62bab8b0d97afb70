"""Wait for dependencies: one look at the read model, one decision, used by sensor, trigger and CLI alike."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.changes import IssueStatus
from ..domain.errors import NotFound
from ..ports import Desk
from .concluding import conclude
from .reading import open_night, planned_issues
from .turns import Turns

_SATISFIED = frozenset({IssueStatus.PULL_REQUEST, IssueStatus.JUDGED})


@dataclass(frozen=True, slots=True)
class Wait:
    """Whether the waiting is over, and what blocks the issue then ("" when nothing does)."""

    over: bool
    blocked: str = ""


class Waiting:
    """One issue that waits: what it waits for is read once, then each look costs a row a dependency."""

    def __init__(self, desk: Desk, night_id: str, number: int) -> None:
        self._desk = desk
        self._night = open_night(desk, night_id)
        planned = planned_issues(desk, night_id)
        ours = next((issue for issue in planned if issue.number == number), None)
        if ours is None:
            raise NotFound(f"issue #{number} is not in the plan of night {night_id}")
        self._number, self._waits_for = number, ours.waits_for
        self._turns = Turns(desk, self._night, planned)

    def look(self) -> Wait:
        """Return whether the issue may start, must wait on, or is blocked by a dependency's outcome.

        Where one issue is worked on at a time, it waits for its turn as well.
        """
        wait = self.settled()
        if wait.blocked or not wait.over or self._night.order.parallel_issues > 1:
            return wait
        before = all(self._ending(number)[0] for number in self._turns.before(self._number))
        return Wait(before and self._turns.begun() <= {self._number})

    def settled(self) -> Wait:
        """Return what the issue's dependencies alone say."""
        deadline = self._night.order.deadline
        if deadline and self._desk.clock.now() >= deadline:
            return Wait(True, "the night's window ended while it waited")
        for dependency in self._waits_for:
            status, reason = self._ending(dependency)
            if not status:
                return self._lost(dependency) or Wait(False)
            if status not in _SATISFIED:
                return Wait(True, f"it depends on #{dependency}, which is {status}: {reason}")
        return Wait(True)

    def _ending(self, number: int) -> tuple[str, str]:
        row = self._desk.ledger.issue(self._night.id, number)
        return (row.status, row.reason) if row else ("", "")

    def _lost(self, dependency: int) -> Wait | None:
        """A dependency whose worker died and never came back counts as failed."""
        if self._desk.claims.abandoned(self._night.repository.node_id, dependency, self._night.id):
            return Wait(True, f"it depends on #{dependency}, whose worker died")
        return None


def look(desk: Desk, night_id: str, number: int) -> Wait:
    """Return what one look at an issue's dependencies says."""
    return Waiting(desk, night_id, number).look()


def give_up(desk: Desk, night_id: str, number: int, blocked: str) -> None:
    """Record that an issue is blocked."""
    conclude(desk, open_night(desk, night_id), number, IssueStatus.BLOCKED, blocked)
