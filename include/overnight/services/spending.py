"""An attempt's tab: its budget, with what was really spent counted on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from ..domain.changes import Usage
from ..failpoints import failpoint
from ..ports import Budget, Claim, Desk
from .reading import OpenNight
from .stopping import Stopped, stopped_at_once


@dataclass(slots=True)
class Tab:
    """A budget that remembers what was settled, and reserves nothing more once the night is stopped.

    :param stop: returns why nothing more may be spent, "" while it may.
    """

    budget: Budget
    stop: Callable[[], str]
    usage: Usage = field(default_factory=Usage)

    def reserve(self, usd: Decimal) -> str:
        """Reserve an upper bound; Stopped when a person ended the night, OverBudget at a limit."""
        if why := self.stop():
            raise Stopped(why)
        reservation = self.budget.reserve(usd)
        failpoint("budget.after_reserve")
        return reservation

    def settle(self, reservation: str, usage: Usage) -> None:
        """Book what a request really cost."""
        self.budget.settle(reservation, usage)
        failpoint("budget.after_settle")
        self.usage += usage


def open_tab(
    desk: Desk,
    night: OpenNight,
    number: int,
    attempt: str,
    claim: Claim | None = None,
    check: Callable[[], None] = lambda: None,
) -> Tab:
    """Return the tab of one attempt.

    :param check: raises when the worker must stop (its claim is lost).
    """

    def stop() -> str:
        check()
        return stopped_at_once(desk, night.id)

    budget = desk.budgets.open(night.order, night.repository.node_id, number, attempt, claim=claim)
    return Tab(budget, stop)
