"""Which tier the next attempt runs on, decided from the history of the others and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .changes import Attempt, Outcome
from .errors import FailureKind
from .healing import ENDPOINTS_OWN, RED_PER_TIER, TREATMENTS, Action, Ladder, larger_window
from .models import ENTRY_TIER, LADDER, Tier

MOST_ATTEMPTS = 10
CLIMBING = "complex_reasoning"
"""Tag of an escalation that heals a tier which stayed red."""

PARKING_BUDGETS = ("over_budget_night", "over_budget_month")
"""Failures of money that other issues spent: the next night tries again."""
RED = frozenset({Outcome.GATES_FAILED, Outcome.TIMED_OUT})
"""Outcomes after which the same tier may do better once, and a higher one perhaps."""
LOST_ITS_WAY = frozenset({Outcome.REFUSED, Outcome.STUCK})
"""The model answered and would not or could not: the next tier, down first, then up."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What may be used now.

    :param available: tier → "" when it is usable, else why it is not.
    :param windows: context window of each tier in tokens, where known.
    :param escalation: off allows the entry tier and the local builder only.
    :param heal: off allows one attempt.
    :param local_above_top: whether a change that stays red on the top tier may try the local builder.
    :param cooling: tier → why, for each that is not usable only while its endpoint is left alone.
    :param misfits: tiers that do not fit the task: taken only where no other one would do.
    """

    available: Mapping[str, str]
    windows: Mapping[str, int] = field(default_factory=dict)
    escalation: bool = True
    heal: bool = True
    local_above_top: bool = False
    cooling: Mapping[str, str] = field(default_factory=dict)
    misfits: Collection[str] = ()

    def cooled(self) -> Situation:
        """Return the situation as it is once the endpoints that are left alone answer again."""
        open_now = {tier: "" for tier, why in self.cooling.items() if self.available.get(tier) == why}
        return replace(self, available={**self.available, **open_now}, cooling={})

    def usable(self, history: Sequence[Attempt] = ()) -> tuple[Tier, ...]:
        """Return the tiers an attempt may run on: up, allowed, and not found down by this issue tonight."""
        down = {attempt.tier for attempt in history if attempt.outcome is Outcome.UNAVAILABLE}
        return tuple(
            tier
            for tier in (*LADDER, Tier.LOCAL_BUILDER)
            if self.available.get(tier) == ""
            and tier not in down
            and (self.escalation or tier not in LADDER[1:])
        )

    def fitting(self, tiers: Iterable[Tier]) -> tuple[Tier, ...]:
        """Return those of the tiers that fit the task, or all of them when none does."""
        tiers = tuple(tiers)
        return tuple(tier for tier in tiers if tier not in self.misfits) or tiers

    def ladder(self, history: Sequence[Attempt] = ()) -> Ladder:
        """Return the same as the healing table asks for it."""
        usable = self.usable(history)
        return Ladder(
            usable,
            {Tier(tier): window for tier, window in self.windows.items()},
            "" if Tier.LOCAL_BUILDER in usable else self.available.get(Tier.LOCAL_BUILDER, ""),
            self.local_above_top,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """The next attempt's tier, or None and why there is none.

    :param parked: the next night should try again (nothing is wrong with the issue).
    :param tag: why this step may be an escalation, "" when the issue's own justification stands.
    """

    tier: Tier | None
    reason: str
    parked: bool = False
    tag: str = ""
    came_from: str = ""


def next_step(history: Sequence[Attempt], base_tier: str, situation: Situation) -> Step:
    """Return the next step of an issue; one above its base tier is there because lower ones stayed red."""
    base = Tier(base_tier or ENTRY_TIER)
    step = _step(history, base, situation)
    climbed = step.tier in LADDER and base in LADDER and LADDER.index(step.tier) > LADDER.index(base)
    return replace(step, tag=CLIMBING) if climbed and not step.tag else step


def without_outages(history: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """Return the attempts that still count once a silent endpoint was waited for."""
    return tuple(
        attempt
        for attempt in history
        if attempt.outcome is not Outcome.UNAVAILABLE or attempt.failure not in ENDPOINTS_OWN
    )


def _step(history: Sequence[Attempt], base: Tier, situation: Situation) -> Step:
    if not history:
        return _first(base, situation)
    last = history[-1]
    if not situation.heal and last.outcome is not Outcome.KILLED:
        return Step(None, f"one attempt, auto-heal is off: {last.reason}")
    if last.outcome is Outcome.OVER_BUDGET:
        return Step(None, last.reason, parked=last.failure in PARKING_BUDGETS)
    if len(history) >= MOST_ATTEMPTS:
        return Step(None, f"{len(history)} attempts, none green: {last.reason}")
    if last.outcome is Outcome.UNAVAILABLE:
        return _after_failure(last, situation, history)
    if last.outcome in LOST_ITS_WAY:
        return _elsewhere(last, situation, history)
    red = sum(attempt.outcome in RED for attempt in history if attempt.tier == last.tier)
    if red < RED_PER_TIER and Tier(last.tier) in situation.usable(history):
        reason = f"attempt {len(history)} was {last.outcome}: {last.reason}"
        return Step(Tier(last.tier), reason, came_from=last.tier)
    return _up(Tier(last.tier), situation, history)


def _first(wanted: Tier, situation: Situation) -> Step:
    if wanted in situation.usable():
        return Step(wanted, "first attempt")
    return _down(wanted, situation, (), situation.available.get(wanted) or "model escalation is off")


def _after_failure(last: Attempt, situation: Situation, history: Sequence[Attempt]) -> Step:
    """A provider failed: what the healing table says of that kind."""
    tier, kind = Tier(last.tier), last.failure
    row = TREATMENTS[FailureKind(kind)] if kind in set(FailureKind) else None
    if row and row.then is Action.LARGER_WINDOW and (wider := larger_window(tier, situation.ladder(history))):
        reason = f"{last.reason}: {wider} has a larger window"
        return Step(wider, reason, tag="context_fit" if wider in LADDER[1:] else "", came_from=tier)
    return _down(tier, situation, history, last.reason)


def _down(tier: Tier, situation: Situation, history: Sequence[Attempt], reason: str) -> Step:
    usable = situation.usable(history)
    for lower in situation.fitting(lower for lower in below(tier) if lower in usable):
        return Step(lower, f"{tier} is unavailable: {reason}", came_from=tier)
    return Step(None, f"all model tiers are down: {reason}", parked=True)


def below(tier: Tier) -> tuple[Tier, ...]:
    """Return the tiers below one, the dearest first, the local builder last."""
    cheaper = LADDER[: LADDER.index(tier)] if tier in LADDER else ()
    return tuple(lower for lower in (*reversed(cheaper), Tier.LOCAL_BUILDER) if lower is not tier)


def _elsewhere(last: Attempt, situation: Situation, history: Sequence[Attempt]) -> Step:
    tried = {attempt.tier for attempt in history}
    tier = Tier(last.tier)
    untried = {*situation.usable(history)} - tried
    for lower in situation.fitting(lower for lower in below(tier) if lower in untried):
        return Step(lower, f"{tier} was {last.outcome}: {last.reason}", came_from=tier)
    return _up(max(_paid(history), key=LADDER.index, default=tier), situation, history)


def _paid(history: Sequence[Attempt]) -> tuple[Tier, ...]:
    return tuple(tier for tier in LADDER if any(attempt.tier == tier for attempt in history))


def _up(tier: Tier, situation: Situation, history: Sequence[Attempt]) -> Step:
    tried = {attempt.tier for attempt in history}
    usable, last = situation.usable(history), history[-1]
    if tier in LADDER:
        above = LADDER[LADDER.index(tier) + 1 :]
        for higher in situation.fitting(rung for rung in above if rung in usable and rung not in tried):
            reason = f"{last.tier} stayed red: {last.reason}"
            return Step(higher, reason, came_from=last.tier)
    local = Tier.LOCAL_BUILDER
    if situation.local_above_top and local in usable and local not in tried:
        return Step(local, f"{last.tier} stayed red and no tier is above it", came_from=last.tier)
    return Step(None, f"{len(history)} attempts, none green: {last.reason}")
