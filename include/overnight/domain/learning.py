"""Learn from a repository's history which tier brings an accepted change for the least money."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

from .models import LADDER, ModelSelectionResult, Tier, is_escalation
from .track_records import Record, Trial, records

CLIMB_TAG = "complex_reasoning"
"""Tag of an escalation that history alone asks for: allowed, and listed for review."""


@dataclass(frozen=True, slots=True)
class LearningRules:
    """How much history is asked for, and how far it may be followed.

    :param minimum_trials: attempts at issues of the same type and complexity, on any tier, before
        anything is learnt of them.
    :param minimum_on_tier: attempts on a tier before its record counts as known.
    :param least_success: 0 to 1; a tier that is expected to succeed more rarely is not preferred.
    :param saving: 0 to 1; share of the expected cost that a change of tier must save.
    :param exploration_share: 0 to 1; share of issues that may try a cheaper tier nobody knows yet.
    :param days: how far back attempts are read.
    """

    enabled: bool = True
    minimum_trials: int = 20
    minimum_on_tier: int = 5
    least_success: float = 0.25
    saving: float = 0.1
    exploration_share: float = 0.05
    days: int = 180


def draw(night: str, issue: int) -> float:
    """Return a number in [0, 1) that is the same whenever the same issue of the same night is asked."""
    return int.from_bytes(sha256(f"{night}/{issue}".encode()).digest()[:6], "big") / 2**48


def advise(
    choice: ModelSelectionResult,
    task: tuple[str, str],
    trials: Sequence[Trial],
    rules: LearningRules,
    *,
    usable: Collection[str] = LADDER,
    drawn: float = 1.0,
    quota_left: int = 0,
    mandated: bool = False,
) -> tuple[ModelSelectionResult, str]:
    """Return the tier that history prefers, or the choice as it was, with the sentence that says why.

    A mandated (exempt) tier stands. A dearer tier is preferred only while the quota has escalations left.

    :param task: the issue's sequence type and complexity.
    :param usable: tiers that may be preferred: available, fitting, allowed by the night's switches.
    :param drawn: 0 to 1, see `draw`; below the exploration share an unknown cheaper tier is tried.
    :param quota_left: escalations left before the next limit.
    :param mandated: the rule was exempt, although another tier took the place of the one it named.
    """
    mine = [trial for trial in trials if (trial.sequence_type, trial.complexity) == task]
    if standing := _why_it_stands(choice, task, len(mine), rules, mandated=mandated or choice.exempt):
        return choice, standing
    known = {record.tier: record for record in records(mine) if record.trials >= rules.minimum_on_tier}
    best = _best(choice, known, usable, rules, quota_left)
    told = "; ".join(known[tier].sentence() for tier in LADDER if tier in known)
    cheaper = LADDER[: LADDER.index(best)]
    unknown = [tier for tier in cheaper if tier in usable and tier not in known]
    if unknown and drawn < rules.exploration_share:
        tried = sum(trial.tier == unknown[-1] for trial in mine)
        told = f"{told or 'no tier is known'}; {unknown[-1]} is tried, which has {tried} attempts so far"
        return _moved(choice, unknown[-1], f"exploration: {told}"), told
    if best is choice.selected_model:
        return choice, f"{told}: {best} stands" if told else f"no tier is known well enough: {best} stands"
    return _moved(choice, best, f"learnt: {told}"), told


def _why_it_stands(
    choice: ModelSelectionResult, task: tuple[str, str], tried: int, rules: LearningRules, *, mandated: bool
) -> str:
    if not rules.enabled:
        return "learning is off"
    if mandated:
        return f"{choice.selected_model} is mandated: nothing below it is tried"
    if choice.selected_model not in LADDER:
        return f"{choice.selected_model} is no rung that history compares"
    if tried < rules.minimum_trials:
        return f"{tried} of {rules.minimum_trials} attempts at {' '.join(task)} complexity issues so far"
    return ""


def _best(
    choice: ModelSelectionResult,
    known: Mapping[str, Record],
    usable: Collection[str],
    rules: LearningRules,
    quota_left: int,
) -> Tier:
    """Return the tier with the lowest expected cost, if it saves enough against the one that was chosen."""
    chosen = choice.selected_model
    now = known.get(chosen)
    if now is None:
        return chosen
    highest = LADDER[-1] if quota_left > 0 else chosen
    good = [
        tier
        for tier in LADDER[: LADDER.index(highest) + 1]
        if tier in usable and tier in known and known[tier].success >= rules.least_success
    ]
    best = min(good, key=lambda tier: known[tier].expected_usd, default=chosen)
    poor = now.success < rules.least_success
    enough = known[best].expected_usd <= now.expected_usd * Decimal(str(1 - rules.saving))
    return best if poor or enough else chosen


def _moved(choice: ModelSelectionResult, tier: Tier, why: str) -> ModelSelectionResult:
    escalated = is_escalation(tier)
    return replace(
        choice,
        selected_model=tier,
        escalated=escalated,
        reason=f"{choice.reason}; {why}",
        justification=(choice.justification or CLIMB_TAG) if escalated else "",
        considered=(f"{choice.reason} → {choice.selected_model}: {why}", *choice.considered),
    )
