"""Justification tags: the word that says why an escalation is allowed, and who must agree."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Approval(StrEnum):
    """How much agreement a tag needs."""

    AUTO = "auto"
    """Approved by its very kind."""
    REVIEW = "review"
    """Allowed, and listed in the morning's review queue."""
    EXPLICIT = "explicit"
    """A person must have approved before the build."""


TAGS: Mapping[str, Approval] = {
    "architecture_update": Approval.AUTO,
    "memory_evolution": Approval.AUTO,
    "governance_fix": Approval.AUTO,
    "multi_agent_coordination": Approval.AUTO,
    "project_milestone": Approval.AUTO,
    "context_fit": Approval.AUTO,
    "complex_reasoning": Approval.REVIEW,
    "heavy_refactor": Approval.REVIEW,
    "integration_complexity": Approval.REVIEW,
    "experimental": Approval.EXPLICIT,
    "optimization": Approval.EXPLICIT,
}
"""Source: SPEC "Model choice". A tag that is not here justifies nothing."""


def approval_of(tag: str) -> Approval | None:
    """Return how much agreement a tag needs, None for a tag nobody knows."""
    return TAGS.get(tag.strip().lower())


def needs_person(tag: str) -> bool:
    """Return whether a person must approve before an escalation with this tag."""
    return approval_of(tag) is Approval.EXPLICIT


def needs_review(tag: str) -> bool:
    """Return whether an escalation with this tag belongs in the morning's review queue."""
    return approval_of(tag) is Approval.REVIEW
