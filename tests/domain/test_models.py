from __future__ import annotations

import pytest

from include.overnight.domain.models import LADDER, ModelSelectionContext, Tier, is_escalation, select_model

ROWS = [
    ({"is_architecture_task": True}, Tier.GPT_5_1, "architecture_impact", "architecture_update", True),
    ({"is_governance_task": True}, Tier.GPT_5_1, "governance_impact", "governance_fix", True),
    ({"is_multi_agent": True}, Tier.GPT_5_1, "multi_agent_coordination", "multi_agent_coordination", True),
    ({"is_milestone_nearing": True}, Tier.GPT_5_1, "project_milestone", "project_milestone", True),
    (
        {"complexity": "high", "files_affected": 10},
        Tier.GPT_5_1,
        "complex_reasoning",
        "complex_reasoning",
        False,
    ),
    ({"is_heavy_task": True}, Tier.GPT_4_TURBO, "heavy_task", "heavy_refactor", False),
    ({"files_affected": 10}, Tier.GPT_4_TURBO, "multi_file_refactor", "integration_complexity", False),
    ({"needs_complex_reasoning": True}, Tier.GPT_4_TURBO, "complex_reasoning", "complex_reasoning", False),
    ({"complexity": "high"}, Tier.GPT_4_TURBO, "complex_reasoning", "complex_reasoning", False),
    (
        {"complexity": "high", "files_affected": 9},
        Tier.GPT_4_TURBO,
        "complex_reasoning",
        "complex_reasoning",
        False,
    ),
    ({"files_affected": 9}, Tier.GPT_4, "base_tier", "", False),
    ({}, Tier.GPT_4, "base_tier", "", False),
]


@pytest.mark.parametrize(("facts", "tier", "reason", "tag", "exempt"), ROWS)
def test_the_first_rule_that_applies_names_the_tier(facts, tier, reason, tag, exempt) -> None:
    found = select_model(ModelSelectionContext("build", **facts))
    assert (found.selected_model, found.reason, found.justification, found.exempt) == (
        tier,
        reason,
        tag,
        exempt,
    )
    assert found.escalated is (tier is not Tier.GPT_4)


def test_the_seeds_example() -> None:
    context = ModelSelectionContext("architecture", "high", 20, is_architecture_task=True)
    found = select_model(context)
    assert (found.selected_model, found.escalated) == ("gpt-5.1", True)
    assert found.considered[0] == "complex_reasoning → gpt-5.1"


def test_a_memory_issue_that_escalates_by_a_later_rule_carries_memory_evolution() -> None:
    found = select_model(ModelSelectionContext("memory", "high"))
    assert (found.justification, found.exempt) == ("memory_evolution", False)
    assert select_model(ModelSelectionContext("memory")).justification == ""
    assert (
        select_model(ModelSelectionContext("memory", is_multi_agent=True)).justification
        == "multi_agent_coordination"
    )


def test_a_justification_given_by_a_person_is_kept() -> None:
    assert (
        select_model(ModelSelectionContext("build", "high", justification="experimental")).justification
        == "experimental"
    )


def test_only_tiers_above_the_entry_are_escalations() -> None:
    assert [is_escalation(tier) for tier in (*LADDER, Tier.LOCAL_BUILDER)] == [False, True, True, False]
