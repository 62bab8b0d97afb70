"""Which tier the next attempt runs on, decided from the history of the others and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .changes import Attempt, Outcome
from .healing import RED_PER_TIER
from .models import ENTRY_TIER, LADDER, Tier

MOST_ATTEMPTS = 10

PARKING_BUDGETS = ("over_budget_night", "over_budget_month")
"""Failures of money that other issues spent: the next night tries again."""
RED = frozenset({Outcome.GATES_FAILED, Outcome.TIMED_OUT, Outcome.REFUSED, Outcome.STUCK})
"""Outcomes after which the same tier may do better once, and a higher one perhaps."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next attempt's tier, or None and why there is none.

    :param parked: the next night should try again (nothing is wrong with the issue).
    :param climbed: the tier is one up, because the one below stayed red.
    """

    tier: Tier | None
    reason: str
    parked: bool = False
    climbed: bool = False
    came_from: str = ""


def next_step(
    history: Sequence[Attempt],
    base_tier: str,
    available: Mapping[str, str],
    *,
    escalation: bool = True,
    heal: bool = True,
) -> Step:
    """Return the next step of an issue.

    :param available: tier → "" when it is usable, else why it is not.
    :param escalation: off allows the entry tier and the local builder only.
    :param heal: off allows one attempt.
    """
    usable = _usable(available, escalation, history)
    if not history:
        return _first(Tier(base_tier or ENTRY_TIER), usable, available)
    last = history[-1]
    if not heal and last.outcome is not Outcome.KILLED:
        return Step(None, f"one attempt, auto-heal is off: {last.reason}")
    if last.outcome is Outcome.OVER_BUDGET:
        return Step(None, last.reason, parked=last.failure in PARKING_BUDGETS)
    if len(history) >= MOST_ATTEMPTS:
        return Step(None, f"{len(history)} attempts, none green: {last.reason}")
    if last.outcome is Outcome.UNAVAILABLE:
        return _down(Tier(last.tier), usable, last.reason)
    red = sum(attempt.outcome in RED for attempt in history if attempt.tier == last.tier)
    if red < RED_PER_TIER and Tier(last.tier) in usable:
        return Step(
            Tier(last.tier), f"attempt {len(history)} was {last.outcome}: {last.reason}", came_from=last.tier
        )
    return _up(Tier(last.tier), usable, history)


def _usable(available: Mapping[str, str], escalation: bool, history: Sequence[Attempt]) -> tuple[Tier, ...]:
    down = {attempt.tier for attempt in history if attempt.outcome is Outcome.UNAVAILABLE}
    return tuple(
        tier
        for tier in (*LADDER, Tier.LOCAL_BUILDER)
        if available.get(tier) == "" and tier not in down and (escalation or tier not in LADDER[1:])
    )


def _first(wanted: Tier, usable: Sequence[Tier], available: Mapping[str, str]) -> Step:
    if wanted in usable:
        return Step(wanted, "first attempt")
    return _down(wanted, usable, available.get(wanted) or "model escalation is off")


def _down(tier: Tier, usable: Sequence[Tier], reason: str) -> Step:
    below = LADDER[: LADDER.index(tier)] if tier in LADDER else ()
    for lower in (*reversed(below), Tier.LOCAL_BUILDER):
        if lower in usable and lower is not tier:
            return Step(lower, f"{tier} is unavailable: {reason}", came_from=tier)
    return Step(None, f"all model tiers are down: {reason}", parked=True)


def _up(tier: Tier, usable: Sequence[Tier], history: Sequence[Attempt]) -> Step:
    tried = {attempt.tier for attempt in history}
    if tier in LADDER:
        for higher in LADDER[LADDER.index(tier) + 1 :]:
            if higher in usable and higher not in tried:
                return Step(higher, f"{tier} stayed red: {history[-1].reason}", climbed=True, came_from=tier)
    return Step(None, f"{len(history)} attempts, none green: {history[-1].reason}")
