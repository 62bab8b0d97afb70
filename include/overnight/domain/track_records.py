"""Attempts as trials of a tier, and what many of them say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from math import sqrt

from .models import LADDER, Tier


@dataclass(frozen=True, slots=True)
class Trial:
    """One finished attempt."""

    sequence_type: str
    complexity: str
    tier: str
    accepted: bool
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one (type, complexity, tier): a Beta(1 + accepted, 1 + failed) posterior."""

    sequence_type: str
    complexity: str
    tier: str
    accepted: int = 0
    trials: int = 0
    cost_usd: Decimal = Decimal(0)

    @property
    def success(self) -> float:
        """Return the posterior's mean: how often an attempt is expected to be accepted, 0 to 1."""
        return (self.accepted + 1) / (self.trials + 2)

    @property
    def spread(self) -> float:
        """Return the posterior's standard deviation."""
        return sqrt(self.success * (1 - self.success) / (self.trials + 3))

    @property
    def expected_usd(self) -> Decimal:
        """Return expected dollars for one accepted change: mean cost of an attempt by expected success."""
        if not self.trials:
            return Decimal(0)
        return self.cost_usd / self.trials * (self.trials + 2) / (self.accepted + 1)

    def sentence(self) -> str:
        """Return the record as people read it: "12 of 14 on gpt-4-turbo, $0.31 each"."""
        counted = f"{self.accepted} of {self.trials} on {self.tier}"
        if not self.accepted:
            return f"{counted}, ${self.cost_usd:.2f} for nothing"
        return f"{counted}, ${self.cost_usd / self.accepted:.2f} each"


def records(trials: Iterable[Trial]) -> tuple[Record, ...]:
    """Return one record for each (type, complexity, tier) that was tried, sorted; tiers upwards."""
    found: dict[tuple[str, str, str], Record] = {}
    for trial in trials:
        key = (trial.sequence_type, trial.complexity, trial.tier)
        known = found.get(key, Record(*key))
        found[key] = replace(
            known,
            accepted=known.accepted + trial.accepted,
            trials=known.trials + 1,
            cost_usd=known.cost_usd + trial.cost_usd,
        )
    return tuple(sorted(found.values(), key=lambda one: (one.sequence_type, one.complexity, _rung(one.tier))))


def _rung(tier: str) -> int:
    rungs = (Tier.LOCAL_BUILDER, *LADDER)
    return rungs.index(Tier(tier)) if tier in rungs else len(rungs)
