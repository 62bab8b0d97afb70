"""A model that is asked without tools: to review a change, to write tests, to write a plan."""

from __future__ import annotations

from typing import Protocol

from ..domain.reviewing import PlanBrief, Review, ReviewBrief, TestBrief, WrittenFile
from .building import Budget, Healer


class Advisor(Protocol):
    """One structured question, one structured answer. Errors: ModelFailure, OverBudget."""

    def review(self, tier: str, brief: ReviewBrief, budget: Budget, healer: Healer) -> Review:
        """Return an opinion on a change."""

    def write_tests(
        self, tier: str, brief: TestBrief, budget: Budget, healer: Healer
    ) -> tuple[WrittenFile, ...]:
        """Return test files that should fail before the issue is done and pass afterwards."""

    def write_plan(self, tier: str, brief: PlanBrief, budget: Budget, healer: Healer) -> str:
        """Return an architecture plan for the issue, Markdown."""
