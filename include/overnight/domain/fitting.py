"""Whether a tier's model fits a task by window and price, and which tier takes its place when it does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from .justification import needs_person
from .models import LADDER, ModelSelectionResult, Tier, TierFacts, is_escalation

FIT_TAG = "context_fit"
_RUNGS = (Tier.LOCAL_BUILDER, *LADDER)


def fit_tier(
    choice: ModelSelectionResult,
    facts: Mapping[str, TierFacts],
    needed_tokens: int,
    usable: Collection[str],
    *,
    allow_unknown_prices: bool = False,
) -> ModelSelectionResult:
    """Return the choice, or the nearest rung that fits instead of it, with the tag `context_fit`.

    A tag that needs a person stays: what nobody agreed to on one tier is not agreed to on another.

    Of two rungs equally near the cheaper one is taken, unless the tier was mandated: then the higher one.
    The local builder takes a place only when no paid rung fits. Nothing fits: the choice stands.

    :param needed_tokens: context window that the task asks for.
    :param usable: tiers that may take a place: available, and allowed by the night's switches.
    """
    tier = choice.selected_model
    why = misfit(tier, facts, needed_tokens, allow_unknown_prices=allow_unknown_prices)
    if not why:
        return choice
    fitting = [
        other
        for other in _RUNGS
        if other in usable
        and other is not tier
        and not misfit(other, facts, needed_tokens, allow_unknown_prices=allow_unknown_prices)
    ]
    if not fitting:
        return replace(choice, considered=(*choice.considered, f"{tier}: {why}, and no other tier fits"))
    return _instead(choice, min(fitting, key=lambda other: _distance(other, tier, choice.exempt)), why)


def misfit(
    tier: str, facts: Mapping[str, TierFacts], needed_tokens: int, *, allow_unknown_prices: bool = False
) -> str:
    """Return why a tier does not fit, "" when it does; an unknown window is taken on trust."""
    known = facts.get(tier)
    if known is None:
        return "no model stands behind it"
    if known.window is not None and known.window < needed_tokens:
        return f"its window of {known.window} tokens is too small for {needed_tokens}"
    if not known.priced and not allow_unknown_prices:
        return f"nobody knows the price of {known.model}"
    if above := dominating(tier, facts):
        return f"it is dearer and smaller than {above}"
    return ""


def dominating(tier: str, facts: Mapping[str, TierFacts]) -> str:
    """Return the nearest rung above that is cheaper and has a larger window, "" without one."""
    if tier not in LADDER or tier not in facts:
        return ""
    above = LADDER[LADDER.index(Tier(tier)) + 1 :]
    return next((other for other in above if other in facts and _beats(facts[other], facts[tier])), "")


def _beats(upper: TierFacts, lower: TierFacts) -> bool:
    if upper.window is None or lower.window is None or upper.window <= lower.window:
        return False
    if upper.input_usd is None or upper.output_usd is None:
        return False
    if lower.input_usd is None or lower.output_usd is None:
        return False
    no_dearer = upper.input_usd <= lower.input_usd and upper.output_usd <= lower.output_usd
    return no_dearer and (upper.input_usd, upper.output_usd) != (lower.input_usd, lower.output_usd)


def _distance(other: Tier, tier: Tier, mandated: bool) -> tuple[bool, int, bool]:
    steps = _RUNGS.index(other) - _RUNGS.index(tier)
    return other is Tier.LOCAL_BUILDER, abs(steps), (steps < 0) is mandated


def _instead(choice: ModelSelectionResult, tier: Tier, why: str) -> ModelSelectionResult:
    given_way = f"{choice.selected_model} gives way to {tier}: {why}"
    escalated = is_escalation(tier)
    tag = choice.justification if needs_person(choice.justification) else FIT_TAG
    return replace(
        choice,
        selected_model=tier,
        escalated=escalated,
        reason=f"{choice.reason}; {FIT_TAG}: {given_way}",
        justification=tag if escalated else "",
        exempt=False,
        considered=(f"{choice.reason} → {choice.selected_model}: {why}", *choice.considered),
    )
