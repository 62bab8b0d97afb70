"""Who turns an issue into changed files, and on whose money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, runtime_checkable

from ..domain.changes import BuildOutcome, Commission, Usage
from ..domain.errors import ModelFailure
from ..domain.healing import HealingStep
from .git import Tree


@dataclass(frozen=True, slots=True)
class Handle:
    """A begun build; plain text so that it can be kept over a deferral."""

    builder: str
    id: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Not done yet; look again after some seconds."""

    look_again_seconds: float = 60.0


class Builder(Protocol):
    """Turns a commission into changed files. Errors: ModelFailure, Stuck, TimedOut, OverBudget."""

    def begin(self, commission: Commission, tree: Tree, budget: Budget, healer: Healer) -> Handle:
        """Start one attempt in the tree."""

    def collect(self, handle: Handle) -> BuildOutcome | Pending:
        """Return the outcome, or Pending while it runs elsewhere."""

    def transcript(self, handle: Handle) -> str:
        """Return the conversation so far, redacted, also of an attempt that failed ("" when none)."""


@runtime_checkable
class OpenBuilder(Builder, Protocol):
    """A builder that works on GitHub, where people see it; its handle outlives the process."""

    def tell(self, handle: Handle, name: str, verdict: str) -> str:
        """Say something on its pull request, once per name; return the url, "" without one."""

    def withdraw(self, handle: Handle, why: str) -> None:
        """End its work, and close its pull request with a word; nothing happens twice."""


class Budget(Protocol):
    """Dollars of one attempt, reserved per request before it is sent and settled by real usage."""

    def reserve(self, usd: Decimal) -> str:
        """Reserve an upper bound; OverBudget when any limit would be crossed."""

    def settle(self, reservation: str, usage: Usage) -> None:
        """Book what it really used and cost."""


class Healer(Protocol):
    """Says what follows a model's failure within one attempt; what it says is on record before it is done."""

    def treat(self, failure: ModelFailure) -> HealingStep:
        """Return the next step: retry_same, wait, compact or nudge keep the attempt going on its tier;
        anything else ends it, and the failure is raised as it is."""

    def answered(self) -> None:
        """Say that the model answered usably: what failed before it is over."""

    def rest(self, seconds: float) -> None:
        """Let time pass; raises Stopped when a person ended the night meanwhile."""
