"""Justification tags: the word that says why an escalation is allowed, and who must agree."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Agreement(StrEnum):
    """How much agreement a tag needs."""

    AUTO = "auto"
    """Approved by its very kind."""
    REVIEW = "review"
    """Allowed, and listed in the morning's review queue."""
    EXPLICIT = "explicit"
    """A person must have approved before the build."""


TAGS: Mapping[str, Agreement] = {
    "architecture_update": Agreement.AUTO,
    "memory_evolution": Agreement.AUTO,
    "governance_fix": Agreement.AUTO,
    "multi_agent_coordination": Agreement.AUTO,
    "project_milestone": Agreement.AUTO,
    "context_fit": Agreement.AUTO,
    "complex_reasoning": Agreement.REVIEW,
    "heavy_refactor": Agreement.REVIEW,
    "integration_complexity": Agreement.REVIEW,
    "experimental": Agreement.EXPLICIT,
    "optimization": Agreement.EXPLICIT,
}
"""Source: SPEC "Model choice". A tag that is not here justifies nothing."""


def approval_of(tag: str) -> Agreement | None:
    """Return how much agreement a tag needs, None for a tag nobody knows."""
    return TAGS.get(tag.strip().lower())


def needs_person(tag: str) -> bool:
    """Return whether a person must approve before an escalation with this tag."""
    return approval_of(tag) is Agreement.EXPLICIT


def needs_review(tag: str) -> bool:
    """Return whether an escalation with this tag belongs in the morning's review queue."""
    return approval_of(tag) is Agreement.REVIEW
