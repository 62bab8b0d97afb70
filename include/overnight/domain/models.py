"""The ladder of tiers, and which tier an issue starts on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .justification import approval_of


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
class TierFacts:
    """What settings and the price table know of a tier's model.

    :param endpoint: address of the server it is asked on, the key of its circuit breaker.
    :param window: tokens; None when nobody knows.
    :param input_usd: dollars per million input tokens; None when nobody knows.
    """

    tier: str
    model: str
    endpoint: str
    window: int | None = None
    input_usd: Decimal | None = None
    output_usd: Decimal | None = None

    @property
    def free(self) -> bool:
        """Whether it costs nothing."""
        return self.input_usd == 0 and self.output_usd == 0

    @property
    def priced(self) -> bool:
        """Whether both prices are known."""
        return self.input_usd is not None and self.output_usd is not None


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
    labels: tuple[str, ...] = ()


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
class Conditions:
    """What a rule asks of a task: everything that is set must hold; nothing set always holds.

    :param task_types: any of these sequence types.
    :param complexity: any of low, medium, high.
    :param labels: any of these labels of the issue, in any case.
    """

    task_types: tuple[str, ...] = ()
    complexity: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    files_at_least: int = 0
    is_architecture_task: bool = False
    is_governance_task: bool = False
    is_multi_agent: bool = False
    is_milestone_nearing: bool = False
    heavy: bool = False
    reasoning: bool = False

    def unmet(self, context: ModelSelectionContext) -> tuple[str, ...]:
        """Return the conditions that do not hold, as words; empty when the rule applies."""
        return tuple(words for words, holds in _asked(self, context) if not holds)

    def words(self) -> str:
        """Return the conditions as a sentence's part."""
        return " and ".join(words for words, _ in _asked(self, _NOTHING)) or "anything else"


_NOTHING = ModelSelectionContext("")


def _asked(when: Conditions, context: ModelSelectionContext) -> list[tuple[str, bool]]:
    """Return every condition that is set, as words, and whether it holds."""
    labels = {label.casefold() for label in context.labels}
    rows = (
        (when.task_types, f"type {' or '.join(when.task_types)}", context.task_type in when.task_types),
        (
            when.complexity,
            f"{' or '.join(when.complexity)} complexity",
            context.complexity in when.complexity,
        ),
        (
            when.labels,
            f"label {' or '.join(when.labels)}",
            not labels.isdisjoint(label.casefold() for label in when.labels),
        ),
        (
            when.files_at_least,
            f"{when.files_at_least} or more files",
            context.files_affected >= when.files_at_least,
        ),
        (when.is_architecture_task, "an architecture task", context.is_architecture_task),
        (when.is_governance_task, "a governance task", context.is_governance_task),
        (when.is_multi_agent, "multi-agent coordination", context.is_multi_agent),
        (when.is_milestone_nearing, "a milestone due within 7 days", context.is_milestone_nearing),
        (when.heavy, "a heavy task", context.is_heavy_task),
        (when.reasoning, "complex reasoning", context.needs_complex_reasoning),
    )
    return [(words, holds) for is_set, words, holds in rows if is_set]


@dataclass(frozen=True, slots=True)
class TierRule:
    """One row of the selection table; the first row that applies wins.

    :param name: the reason that is recorded when it wins.
    :param tag: justification tag of the escalation ("" only for a tier that is none).
    :param exempt: not counted in, nor refused by, the daily and hourly quota; its tier is mandated.
    """

    name: str
    when: Conditions
    tier: Tier
    tag: str = ""
    exempt: bool = False

    def sentence(self) -> str:
        """Return the rule as people read it."""
        tag = f", tag {self.tag}" if self.tag else ""
        return f"{self.name}: {self.when.words()} → {self.tier}{tag}{', exempt' if self.exempt else ''}"


_WIDE = 10

RULES: tuple[TierRule, ...] = (
    TierRule(
        "architecture_impact",
        Conditions(is_architecture_task=True),
        Tier.GPT_5_1,
        "architecture_update",
        True,
    ),
    TierRule("governance_impact", Conditions(is_governance_task=True), Tier.GPT_5_1, "governance_fix", True),
    TierRule(
        "multi_agent_coordination",
        Conditions(is_multi_agent=True),
        Tier.GPT_5_1,
        "multi_agent_coordination",
        True,
    ),
    TierRule(
        "project_milestone", Conditions(is_milestone_nearing=True), Tier.GPT_5_1, "project_milestone", True
    ),
    TierRule(
        "complex_reasoning",
        Conditions(complexity=("high",), files_at_least=_WIDE),
        Tier.GPT_5_1,
        "complex_reasoning",
    ),
    TierRule("heavy_task", Conditions(heavy=True), Tier.GPT_4_TURBO, "heavy_refactor"),
    TierRule(
        "multi_file_refactor", Conditions(files_at_least=_WIDE), Tier.GPT_4_TURBO, "integration_complexity"
    ),
    TierRule("complex_reasoning", Conditions(reasoning=True), Tier.GPT_4_TURBO, "complex_reasoning"),
    TierRule("complex_reasoning", Conditions(complexity=("high",)), Tier.GPT_4_TURBO, "complex_reasoning"),
    TierRule("base_tier", Conditions(), ENTRY_TIER),
)
"""Source: SPEC "Model choice"; both complex and wide comes before heavy, so that it can win at all."""


def select_model(context: ModelSelectionContext, rules: tuple[TierRule, ...] = RULES) -> ModelSelectionResult:
    """Return the base tier of a task: the first rule that applies, with why every other one lost.

    An escalation without a known justification tag, or with no quota left, becomes the entry tier.
    """
    place, winner = next(
        ((place, rule) for place, rule in enumerate(rules) if not rule.when.unmet(context)),
        (len(rules), RULES[-1]),
    )
    considered = tuple(
        f"{rule.name} → {rule.tier}: {_why_lost(rule, winner, context)}"
        for other, rule in enumerate(rules)
        if other != place
    )
    tag = _tag(winner, context)
    if is_escalation(winner.tier) and (refusal := _refusal(winner, tag, context)):
        lost = (f"{winner.name} → {winner.tier}: {refusal}", *considered)
        return ModelSelectionResult(ENTRY_TIER, False, refusal, "", False, lost)
    escalated = is_escalation(winner.tier)
    return ModelSelectionResult(
        selected_model=winner.tier,
        escalated=escalated,
        reason=winner.name,
        justification=tag if escalated else "",
        exempt=winner.exempt and escalated,
        considered=considered,
    )


def _why_lost(rule: TierRule, winner: TierRule, context: ModelSelectionContext) -> str:
    unmet = rule.when.unmet(context)
    return f"not {', nor '.join(unmet)}" if unmet else f"applies too, but {winner.name} stands before it"


def _tag(rule: TierRule, context: ModelSelectionContext) -> str:
    if context.justification:
        return context.justification.strip().lower()
    if context.task_type == "memory" and rule.tag and not rule.exempt:
        return "memory_evolution"
    return rule.tag


def _refusal(rule: TierRule, tag: str, context: ModelSelectionContext) -> str:
    """Return why an escalation does not come about, "" when it does."""
    if approval_of(tag) is None:
        return f"unjustified: {tag or 'no tag'} justifies no escalation to {rule.tier}"
    if not rule.exempt and context.quota_remaining <= 0:
        return f"quota_exhausted: no escalation to {rule.tier} is left"
    return ""
