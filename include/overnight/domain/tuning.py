"""Changes of quota and rules that a month's figures propose; people decide, nothing is changed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from .models import LADDER
from .orders import Limits
from .track_records import Record

_ENOUGH = 10
"""Escalations, attempts or days below which nothing is proposed."""
_GOOD, _POOR = 0.6, 0.25
_ROOM = 1.25


@dataclass(frozen=True, slots=True)
class QuotaFacts:
    """A month of escalations.

    :param most_daily: the highest count of one UTC day, exempt ones left out; hour and at once likewise.
    :param refused: how many were refused because no quota was left.
    :param success: 0 to 1, of the escalated attempts; None when there was none.
    :param days: with an ask.
    """

    limits: Limits
    most_daily: int
    most_hourly: int
    most_at_once: int
    refused: int
    throttle_opened: int
    escalations: int
    success: float | None
    days: int


@dataclass(frozen=True, slots=True)
class PatternFacts:
    """What became of one rule's escalations."""

    rule: str
    tier: str
    escalations: int
    accepted: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change worth a person's thought."""

    setting: str
    change: str
    evidence: str


def proposals(
    quota: QuotaFacts, patterns: Sequence[PatternFacts], known: Iterable[Record]
) -> tuple[Proposal, ...]:
    """Return proposed changes with their evidence, quota first."""
    of_quota = [made for rule in _QUOTA_RULES if (made := rule(quota))]
    return (*of_quota, *_rules_in_doubt(patterns), *_cheaper_tiers(known))


def _raise_daily(facts: QuotaFacts) -> Proposal | None:
    worth_it = facts.success is not None and facts.success >= _GOOD
    if facts.refused < 3 or not worth_it or facts.escalations < _ENOUGH:
        return None
    most = max(facts.most_daily, facts.limits.escalations_per_day)
    return Proposal(
        "quota.daily",
        f"raise from {facts.limits.escalations_per_day} to {ceil(most * _ROOM)}",
        f"{facts.refused} escalations were refused for want of quota, and {facts.success:.0%} of those that "
        f"were granted brought an accepted change",
    )


def _lower_daily(facts: QuotaFacts) -> Proposal | None:
    limit = facts.limits.escalations_per_day
    if facts.days < _ENOUGH or facts.refused or facts.most_daily > 0.4 * limit:
        return None
    lower = max(1, ceil(facts.most_daily * 2))
    if lower >= limit:
        return None
    return Proposal(
        "quota.daily",
        f"lower from {limit} to {lower}",
        f"the busiest of {facts.days} days took {facts.most_daily}; a lower limit stops a runaway sooner",
    )


def _raise_hourly(facts: QuotaFacts) -> Proposal | None:
    limits = facts.limits
    if facts.refused < 3 or facts.most_hourly < limits.escalations_per_hour:
        return None
    if facts.most_daily >= limits.escalations_per_day:
        return None
    return Proposal(
        "quota.hourly",
        f"raise from {limits.escalations_per_hour} to {ceil(limits.escalations_per_hour * 1.5)}",
        f"the hour was full ({facts.most_hourly}) while the day was not "
        f"({facts.most_daily} of {limits.escalations_per_day}), and {facts.refused} were refused",
    )


def _fewer_escalations(facts: QuotaFacts) -> Proposal | None:
    if facts.success is None or facts.success >= _POOR or facts.escalations < _ENOUGH:
        return None
    return Proposal(
        "model_rules",
        "let fewer issues begin above the entry tier",
        f"only {facts.success:.0%} of {facts.escalations} escalations brought an accepted change",
    )


def _throttle(facts: QuotaFacts) -> Proposal | None:
    if facts.throttle_opened < 5 or facts.success is None or facts.success < _GOOD:
        return None
    return Proposal(
        "throttle.daily_share",
        "raise to 0.9",
        f"the throttle opened {facts.throttle_opened} times, while {facts.success:.0%} of the escalations "
        "were worth it",
    )


_QUOTA_RULES: tuple[Callable[[QuotaFacts], Proposal | None], ...] = (
    _raise_daily,
    _lower_daily,
    _raise_hourly,
    _throttle,
    _fewer_escalations,
)


def _rules_in_doubt(patterns: Sequence[PatternFacts]) -> Iterator[Proposal]:
    for one in patterns:
        if one.escalations >= _ENOUGH and one.accepted / one.escalations < _POOR:
            yield Proposal(
                f"model_rules: {one.rule}",
                f"do not send these issues to {one.tier}, or make them smaller first",
                f"{one.accepted} of {one.escalations} on {one.tier} were accepted, for ${one.cost_usd:.2f}",
            )


def _cheaper_tiers(known: Iterable[Record]) -> Iterator[Proposal]:
    """Propose a lower rung where it is known to do as well for a good deal less."""
    good = [one for one in known if one.trials >= _ENOUGH and one.tier in LADDER]
    for dear in good:
        below = LADDER[: [str(tier) for tier in LADDER].index(dear.tier)]
        same = (dear.sequence_type, dear.complexity)
        cheap = [
            one
            for one in good
            if one.tier in below
            and (one.sequence_type, one.complexity) == same
            and one.success >= dear.success - 0.05
            and one.expected_usd < dear.expected_usd
        ]
        if cheap:
            best = min(cheap, key=lambda one: one.expected_usd)
            yield Proposal(
                "model_rules",
                f"begin {' '.join(same)} complexity issues on {best.tier} instead of {dear.tier}",
                f"{best.sentence()}; {dear.sentence()}",
            )
