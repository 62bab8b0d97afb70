"""Justification tags, and who must agree to each."""

from __future__ import annotations

import pytest

from include.overnight.domain.justification import Agreement, approval_of, needs_person, needs_review
from include.overnight.domain.models import RULES

LEVELS = {
    Agreement.AUTO: (
        "architecture_update",
        "memory_evolution",
        "governance_fix",
        "multi_agent_coordination",
        "project_milestone",
        "context_fit",
    ),
    Agreement.REVIEW: ("complex_reasoning", "heavy_refactor", "integration_complexity"),
    Agreement.EXPLICIT: ("experimental", "optimization"),
}


@pytest.mark.parametrize(
    ("tag", "level"), [(tag, level) for level, tags in LEVELS.items() for tag in tags], ids=str
)
def test_each_tag_has_its_level(tag: str, level: Agreement) -> None:
    assert approval_of(f" {tag.upper()} ") is level
    assert needs_person(tag) is (level is Agreement.EXPLICIT)
    assert needs_review(tag) is (level is Agreement.REVIEW)


@pytest.mark.parametrize("tag", ["", "because", "architecture update", "*"])
def test_a_tag_that_nobody_knows_justifies_nothing(tag: str) -> None:
    assert approval_of(tag) is None
    assert not needs_person(tag)


def test_every_tag_that_model_selection_gives_is_known() -> None:
    assert all(approval_of(rule.tag) for rule in RULES if rule.tag)
