"""Carry a write out: meant, performed over passing faults, confirmed; never twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ...domain.errors import FenceLost, Terminal
from ...domain.outbox import Intent
from ...failpoints import failpoint
from ...ports import Claim
from ...ports.outbox import Outbox
from .patience import Patience

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """A write that looks before it writes, so that it can be repeated at any time.

    :param perform: does it, told GitHub's id of what was written last under the same key ("" when nothing
        was), and returns what it made.
    :param told: GitHub's id of that, for the record.
    :param recall: returns what a confirmed write made, from its id; None when that does not stand any more.
    """

    intent: Intent
    perform: Callable[[str], T]
    told: Callable[[T], str]
    recall: Callable[[str], T | None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way every write goes out.

    :param outbox: None when there is no database, as in `overnight init` before one is made.
    :param claim: whose fence is checked before anything is meant.
    """

    patience: Patience
    outbox: Outbox | None = None
    claim: Claim | None = None

    def deliver(self, step: Step[T]) -> T:
        """Perform a step, unless it is confirmed and still stands; return what it made."""
        if self.outbox is None:
            return self.patience.persist(lambda: step.perform(""))
        with self.outbox.alone(step.intent):
            return self._recorded(self.outbox, step)

    def _recorded(self, outbox: Outbox, step: Step[T]) -> T:
        entry = outbox.intend(step.intent, claim=self.claim)
        failpoint("write.after_intent")
        if entry.done and (known := self.patience.persist(lambda: step.recall(entry.result))) is not None:
            return known
        try:
            made = self.patience.persist(lambda: step.perform(entry.result))
        except FenceLost:
            raise
        except Terminal as error:
            outbox.refuse(step.intent, str(error))
            raise
        failpoint("write.before_confirm")
        outbox.confirm(step.intent, step.told(made))
        failpoint("write.after_confirm")
        return made
