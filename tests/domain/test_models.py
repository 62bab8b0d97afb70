from __future__ import annotations

from dataclasses import fields

import pytest

from include.overnight.domain.justification import approval_of
from include.overnight.domain.models import (
    ENTRY_TIER,
    LADDER,
    RULES,
    Conditions,
    ModelSelectionContext,
    Tier,
    TierRule,
    is_escalation,
    select_model,
)

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
    assert (found.selected_model, found.escalated, found.exempt) == ("gpt-5.1", True, True)
    wide = "complex_reasoning → gpt-5.1: applies too, but architecture_impact stands before it"
    assert wide in found.considered


def test_every_other_rule_is_told_with_why_it_lost() -> None:
    found = select_model(ModelSelectionContext("build", files_affected=12))
    assert len(found.considered) == len(RULES) - 1
    assert "heavy_task → gpt-4-turbo: not a heavy task" in found.considered
    assert "complex_reasoning → gpt-5.1: not high complexity" in found.considered
    assert "base_tier → gpt-4: applies too, but multi_file_refactor stands before it" in found.considered


def test_a_memory_issue_that_escalates_by_a_later_rule_carries_memory_evolution() -> None:
    found = select_model(ModelSelectionContext("memory", "high"))
    assert (found.justification, found.exempt) == ("memory_evolution", False)
    assert select_model(ModelSelectionContext("memory")).justification == ""
    assert (
        select_model(ModelSelectionContext("memory", is_multi_agent=True)).justification
        == "multi_agent_coordination"
    )


def test_a_justification_given_by_a_person_is_kept() -> None:
    found = select_model(ModelSelectionContext("build", "high", justification=" Experimental "))
    assert (found.selected_model, found.justification) == (Tier.GPT_4_TURBO, "experimental")
    assert select_model(ModelSelectionContext("build", justification="experimental")).justification == ""


@pytest.mark.parametrize("facts", [{"complexity": "high"}, {"is_architecture_task": True}])
def test_a_word_that_is_no_tag_justifies_no_escalation(facts) -> None:
    found = select_model(ModelSelectionContext("build", justification="because", **facts))
    assert (found.selected_model, found.escalated, found.exempt, found.justification) == (
        ENTRY_TIER,
        False,
        False,
        "",
    )
    assert found.reason.startswith("unjustified: because justifies no escalation to gpt-")
    assert found.reason in found.considered[0]


def test_with_no_quota_left_only_an_exempt_rule_escalates() -> None:
    spent = select_model(ModelSelectionContext("build", "high", quota_remaining=0))
    assert (spent.selected_model, spent.escalated) == (ENTRY_TIER, False)
    assert spent.reason == "quota_exhausted: no escalation to gpt-4-turbo is left"
    assert select_model(ModelSelectionContext("qa", is_governance_task=True, quota_remaining=0)).exempt


def test_a_rule_of_ones_own_wins_by_its_place() -> None:
    when = Conditions(task_types=("qa", "build"), labels=("Docs",), complexity=("low",))
    rules = (TierRule("docs", when, Tier.LOCAL_BUILDER), *RULES)
    found = select_model(ModelSelectionContext("build", "low", labels=("docs", "x")), rules)
    assert (found.selected_model, found.reason, found.escalated) == (Tier.LOCAL_BUILDER, "docs", False)
    lost = select_model(ModelSelectionContext("build", "high", labels=("x",)), rules)
    assert lost.reason == "complex_reasoning"
    assert lost.considered[0] == "docs → local-builder: not low complexity, nor label Docs"


def test_a_table_without_a_row_that_applies_ends_on_the_entry_tier() -> None:
    for rules in ((), RULES[:1]):
        found = select_model(ModelSelectionContext("build"), rules)
        assert (found.selected_model, found.reason) == (ENTRY_TIER, "base_tier")
        assert len(found.considered) == len(rules)


def test_a_rule_is_read_as_a_sentence() -> None:
    assert [rule.sentence() for rule in (RULES[0], RULES[4], RULES[-1])] == [
        "architecture_impact: an architecture task → gpt-5.1, tag architecture_update, exempt",
        "complex_reasoning: high complexity and 10 or more files → gpt-5.1, tag complex_reasoning",
        "base_tier: anything else → gpt-4",
    ]


@pytest.mark.parametrize("spec", fields(Conditions), ids=lambda spec: spec.name)
def test_every_condition_is_asked_and_told(spec) -> None:
    value = {"files_at_least": 3}.get(spec.name, True if spec.type == "bool" else ("security",))
    when = Conditions(**{spec.name: value})
    assert len(when.unmet(ModelSelectionContext(""))) == 1
    assert when.words() == when.unmet(ModelSelectionContext(""))[0]
    everything = ModelSelectionContext(
        "security", "security", 3, True, True, True, True, True, True, labels=("Security",)
    )
    assert when.unmet(everything) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name} {rule.tier}")
def test_every_built_in_escalation_has_a_known_tag_and_mandates_only_the_top(rule) -> None:
    assert (approval_of(rule.tag) is not None) is is_escalation(rule.tier)
    assert not rule.exempt or rule.tier is LADDER[-1]


def test_only_tiers_above_the_entry_are_escalations() -> None:
    assert [is_escalation(tier) for tier in (*LADDER, Tier.LOCAL_BUILDER)] == [False, True, True, False]
