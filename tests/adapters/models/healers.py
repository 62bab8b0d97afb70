"""Healers for tests: one plays the real table without a ledger, one gives up at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from include.overnight.domain.errors import FailureKind, ModelFailure
from include.overnight.domain.healing import TREATMENTS, HealingStep, Ladder, after_failure
from include.overnight.domain.models import Tier


@dataclass
class TableHealer:
    """The healing table with counts and without jitter; waits take no time and are written down."""

    tier: Tier = Tier.GPT_4_TURBO
    ladder: Ladder = field(default_factory=Ladder)
    patient: bool = True
    seen: Counter[FailureKind] = field(default_factory=Counter)
    failures: list[ModelFailure] = field(default_factory=list)
    steps: list[HealingStep] = field(default_factory=list)
    rests: list[float] = field(default_factory=list)
    answers: int = 0

    def treat(self, failure: ModelFailure) -> HealingStep:
        self.seen[failure.kind] += 1
        self.failures.append(failure)
        times = self.seen[failure.kind] if self.patient else TREATMENTS[failure.kind].times + 1
        step = after_failure(failure.kind, times, self.tier, self.ladder, retry_after=failure.retry_after)
        self.steps.append(step)
        return step

    def answered(self) -> None:
        self.answers += 1

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)

    @property
    def actions(self) -> list[str]:
        return [str(step.action) for step in self.steps]

    @property
    def waits(self) -> list[float]:
        """What was asked for; `rests` has the slices that were really slept."""
        return [step.wait_seconds for step in self.steps if step.wait_seconds is not None]
