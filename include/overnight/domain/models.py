"""The ladder of tiers, and which tier an issue starts on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """The rungs' labels, cheapest paid rung first; settings map each to a model."""

    GPT_4 = "gpt-4"
    GPT_4_TURBO = "gpt-4-turbo"
    GPT_5_1 = "gpt-5.1"
    LOCAL_BUILDER = "local-builder"


ENTRY_TIER = Tier.GPT_4
LADDER = (Tier.GPT_4, Tier.GPT_4_TURBO, Tier.GPT_5_1)
"""Upwards; a failing provider goes down it and then to the local builder."""


def is_escalation(tier: Tier) -> bool:
    """Return whether an attempt on `tier` is an escalation: above the entry tier, and paid."""
    return tier in LADDER[1:]


@dataclass(frozen=True, slots=True)
class ModelSelectionContext:
    """What model selection may know about a task (the seeds' fields)."""

    task_type: str
    complexity: str = "medium"
    files_affected: int = 0
    is_architecture_task: bool = False
    is_governance_task: bool = False
    is_multi_agent: bool = False
    is_milestone_nearing: bool = False
    is_heavy_task: bool = False
    needs_complex_reasoning: bool = False
    existing_escalations_today: int = 0
    quota_remaining: int = 50
    justification: str = ""


@dataclass(frozen=True, slots=True)
class ModelSelectionResult:
    """The tier chosen, and why; `considered` are the rules that lost, with their reason."""

    selected_model: Tier
    escalated: bool
    reason: str
    justification: str
    exempt: bool
    considered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierRule:
    """One row of the selection table; the first row that applies wins.

    :param tag: justification tag of the escalation ("" only for the entry tier).
    :param exempt: not counted in, nor refused by, the daily and hourly quota.
    """

    name: str
    applies: Callable[[ModelSelectionContext], bool]
    tier: Tier
    tag: str = ""
    exempt: bool = False


_COMPLEX = "high"
_MANY_FILES = 10

RULES: tuple[TierRule, ...] = (
    TierRule(
        "architecture_impact", lambda c: c.is_architecture_task, Tier.GPT_5_1, "architecture_update", True
    ),
    TierRule("governance_impact", lambda c: c.is_governance_task, Tier.GPT_5_1, "governance_fix", True),
    TierRule(
        "multi_agent_coordination", lambda c: c.is_multi_agent, Tier.GPT_5_1, "multi_agent_coordination", True
    ),
    TierRule("project_milestone", lambda c: c.is_milestone_nearing, Tier.GPT_5_1, "project_milestone", True),
    TierRule(
        "complex_reasoning",
        lambda c: c.complexity == _COMPLEX and c.files_affected >= _MANY_FILES,
        Tier.GPT_5_1,
        "complex_reasoning",
    ),
    TierRule("heavy_task", lambda c: c.is_heavy_task, Tier.GPT_4_TURBO, "heavy_refactor"),
    TierRule(
        "multi_file_refactor",
        lambda c: c.files_affected >= _MANY_FILES,
        Tier.GPT_4_TURBO,
        "integration_complexity",
    ),
    TierRule(
        "complex_reasoning",
        lambda c: c.needs_complex_reasoning or c.complexity == _COMPLEX,
        Tier.GPT_4_TURBO,
        "complex_reasoning",
    ),
    TierRule("base_tier", lambda c: True, Tier.GPT_4),
)
"""Source: SPEC "Model choice"; both complex and wide comes before heavy, so that it can win at all."""


def select_model(context: ModelSelectionContext, rules: tuple[TierRule, ...] = RULES) -> ModelSelectionResult:
    """Return the base tier of a task: the first rule that applies, with the ones that would follow."""
    applying = [rule for rule in rules if rule.applies(context)]
    winner = applying[0]
    tag = winner.tag
    if context.task_type == "memory" and tag and not winner.exempt:
        tag = "memory_evolution"
    return ModelSelectionResult(
        selected_model=winner.tier,
        escalated=is_escalation(winner.tier),
        reason=winner.name,
        justification=context.justification or tag,
        exempt=winner.exempt,
        considered=tuple(f"{rule.name} → {rule.tier}" for rule in applying[1:]),
    )
