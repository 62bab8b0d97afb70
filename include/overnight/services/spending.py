"""An attempt's tab: its budget, with what was really spent counted on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from ..domain.changes import Usage
from ..ports import Budget
from .stopping import Stopped


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
        return self.budget.reserve(usd)

    def settle(self, reservation: str, usd: Decimal, tokens: int) -> None:
        """Book what a request really cost."""
        self.budget.settle(reservation, usd, tokens)
        self.usage += Usage(input_tokens=tokens, requests=1, cost_usd=usd)
