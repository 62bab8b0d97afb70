"""What to do after a failure: down the ladder when a provider fails, up when the change stays red."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import FailureKind
from .models import LADDER, Tier, is_escalation

RED_PER_TIER = 2
"""Attempts that may end red on a tier before the issue goes up one."""
LONGEST_WAIT = 120.0
"""Seconds; a provider that asks for more gets its turn taken by the next tier."""
_BACKOFF = 2.0
ENDPOINTS_OWN = frozenset({FailureKind.TRANSPORT, FailureKind.TIMEOUT})
"""Kinds that say that a whole server is in trouble, whichever model of it was asked."""
TIERS_OWN = ENDPOINTS_OWN | {
    FailureKind.RATE_LIMIT,
    FailureKind.INSUFFICIENT_QUOTA,
    FailureKind.AUTH,
    FailureKind.MODEL_GONE,
}
"""Kinds that the next request would meet as well, whatever it asks for."""


class Action(StrEnum):
    """One thing to do next."""

    RETRY_SAME = "retry_same"
    WAIT = "wait"
    """Wait as told, then the same tier."""
    COMPACT = "compact"
    """Shorten the conversation, then the same tier."""
    NUDGE = "nudge"
    """Tell the model that it goes in circles or must answer, then the same tier."""
    DOWN = "down"
    UP = "up"
    LARGER_WINDOW = "larger_window"
    GIVE_UP = "give_up"
    """The issue has failed."""
    PARK = "park"
    """Nothing is wrong with the issue: the next night tries again."""


STAYING = frozenset({Action.RETRY_SAME, Action.WAIT, Action.COMPACT, Action.NUDGE})
"""What keeps the attempt going on its tier; everything else ends it."""
_WAITING = frozenset({Action.RETRY_SAME, Action.WAIT})


@dataclass(frozen=True, slots=True)
class Treatment:
    """One row of the healing table.

    :param first: what is tried on the same tier, `times` times.
    :param then: what follows when that did not help.
    :param remember: whether the tier stays out for the rest of the night.
    """

    kind: FailureKind
    first: Action
    times: int
    then: Action
    remember: bool = False


_K, _A = FailureKind, Action
TREATMENTS: Mapping[FailureKind, Treatment] = {
    row.kind: row
    for row in (
        Treatment(_K.TRANSPORT, _A.RETRY_SAME, 3, _A.DOWN),
        Treatment(_K.RATE_LIMIT, _A.WAIT, 2, _A.DOWN),
        Treatment(_K.INSUFFICIENT_QUOTA, _A.DOWN, 0, _A.DOWN, remember=True),
        Treatment(_K.AUTH, _A.DOWN, 0, _A.DOWN, remember=True),
        Treatment(_K.CONTEXT_EXHAUSTED, _A.COMPACT, 1, _A.LARGER_WINDOW),
        Treatment(_K.TIMEOUT, _A.RETRY_SAME, 1, _A.DOWN),
        Treatment(_K.MODEL_GONE, _A.DOWN, 0, _A.DOWN, remember=True),
        Treatment(_K.REFUSAL, _A.NUDGE, 1, _A.DOWN),
        Treatment(_K.STUCK, _A.NUDGE, 1, _A.DOWN),
        Treatment(_K.OVER_BUDGET, _A.GIVE_UP, 0, _A.GIVE_UP),
        Treatment(_K.BAD_REQUEST, _A.DOWN, 0, _A.DOWN),
    )
}
"""Source: SPEC "Auto-heal"."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The tiers of this moment.

    :param available: tiers that may be used now; the local builder among them only when it is ready.
    :param windows: context window of each tier in tokens.
    :param local_reason: why the local builder is not available, "" when it is.
    :param local_above_top: whether a change that stays red on the top tier may try the local builder.
    """

    available: tuple[Tier, ...] = LADDER
    windows: Mapping[Tier, int] = field(default_factory=dict)
    local_reason: str = ""
    local_above_top: bool = False


@dataclass(frozen=True, slots=True)
class HealingStep:
    """What to do next, and why.

    :param tier: the tier to go on with; None when there is none.
    :param wait_seconds: how long to wait first; None when there is nothing to wait for.
    :param tag: justification of an escalation, "" when the step is none.
    :param remember: whether the failed tier stays out for the rest of the night.
    """

    action: Action
    tier: Tier | None
    reason: str
    wait_seconds: float | None = None
    tag: str = ""
    remember: bool = False


def after_failure(
    kind: FailureKind,
    times_seen: int,
    tier: Tier,
    ladder: Ladder,
    *,
    retry_after: float | None = None,
    jitter: float = 0.0,
) -> HealingStep:
    """Return what to do after a model failed.

    :param times_seen: how often this kind was seen on this tier by now, this time included.
    :param retry_after: seconds the provider asked for, if it did.
    :param jitter: 0 to 1, rolled by the caller; lengthens a backoff by up to a half.
    """
    row = TREATMENTS[kind]
    too_long = row.first in _WAITING and (retry_after or 0.0) > LONGEST_WAIT
    if times_seen <= row.times and not too_long:
        wait = _wait(row.first, times_seen, retry_after, jitter)
        return HealingStep(row.first, tier, f"{kind} on {tier}, {times_seen} of {row.times}", wait)
    if row.then is Action.GIVE_UP:
        return HealingStep(Action.GIVE_UP, None, f"{kind} on {tier}: no dollar limit is ever crossed")
    why = f"{kind} on {tier}"
    if too_long:
        why += f", which asks to wait {retry_after:.0f} s (at most {LONGEST_WAIT:.0f} s)"
    if row.then is Action.LARGER_WINDOW and (wider := larger_window(tier, ladder)):
        tag = "context_fit" if is_escalation(wider) else ""
        return HealingStep(Action.LARGER_WINDOW, wider, f"{why}: {wider} has a larger window", tag=tag)
    return _down(tier, ladder, why, row.remember)


def after_red(red_on_tier: int, tier: Tier, ladder: Ladder) -> HealingStep:
    """Return what to do after an attempt whose change did not pass its gates.

    :param red_on_tier: attempts that ended red on this tier, this one included.
    """
    if red_on_tier < RED_PER_TIER:
        reason = f"{tier} was red {red_on_tier} of {RED_PER_TIER} times: again, with what the gates said"
        return HealingStep(Action.RETRY_SAME, tier, reason)
    higher = up(tier, ladder.available)
    if higher is not None:
        return HealingStep(
            Action.UP, higher, f"{tier} stayed red {red_on_tier} times", tag="complex_reasoning"
        )
    may_go_local = ladder.local_above_top and tier is not Tier.LOCAL_BUILDER
    if may_go_local and Tier.LOCAL_BUILDER in ladder.available:
        return HealingStep(Action.UP, Tier.LOCAL_BUILDER, f"{tier} stayed red and no tier is above it")
    return HealingStep(Action.GIVE_UP, None, f"{tier} stayed red {red_on_tier} times and no tier is above it")


def down(tier: Tier, available: Sequence[Tier]) -> Tier | None:
    """Return the next cheaper available tier, at last the local builder, None below it."""
    if tier is Tier.LOCAL_BUILDER:
        return None
    below = (*reversed(LADDER[: LADDER.index(tier)]), Tier.LOCAL_BUILDER)
    return next((lower for lower in below if lower in available), None)


def up(tier: Tier, available: Sequence[Tier]) -> Tier | None:
    """Return the next dearer available tier, None above the top and from the local builder."""
    if tier is Tier.LOCAL_BUILDER:
        return None
    return next((higher for higher in LADDER[LADDER.index(tier) + 1 :] if higher in available), None)


def larger_window(tier: Tier, ladder: Ladder) -> Tier | None:
    """Return the available tier with the smallest window that is larger than this one's, None without one."""
    have = ladder.windows.get(tier, 0)
    wider = [other for other in (*LADDER, Tier.LOCAL_BUILDER) if other in ladder.available]
    wider = [other for other in wider if ladder.windows.get(other, 0) > have and other is not tier]
    return min(wider, key=lambda other: ladder.windows[other], default=None)


def regenerates_plan(failed_attempts: int) -> bool:
    """Return whether the architecture plan is written anew now: after every second failed attempt."""
    return failed_attempts > 0 and failed_attempts % 2 == 0


def _wait(action: Action, times_seen: int, retry_after: float | None, jitter: float) -> float | None:
    if action not in _WAITING:
        return None
    if action is Action.WAIT and retry_after is not None:
        return max(0.0, retry_after)
    backoff = _BACKOFF * 2.0 ** (times_seen - 1) * (1.0 + 0.5 * min(1.0, max(0.0, jitter)))
    return min(LONGEST_WAIT, max(backoff, retry_after or 0.0))


def _down(tier: Tier, ladder: Ladder, why: str, remember: bool) -> HealingStep:
    lower = down(tier, ladder.available)
    if lower is not None:
        return HealingStep(Action.DOWN, lower, f"{why}: down to {lower}", remember=remember)
    local = f"; {Tier.LOCAL_BUILDER} is not used: {ladder.local_reason}" if ladder.local_reason else ""
    return HealingStep(Action.PARK, None, f"{why}, and no tier is left below it{local}", remember=remember)
