"""Take a seat on a tier: an escalation needs a justification and a lease on the organization's quota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.attempts import RED, Step
from ..domain.changes import Attempt
from ..domain.events import EventType, Severity
from ..domain.healing import RED_PER_TIER
from ..domain.models import LADDER, Tier, is_escalation
from ..domain.orders import Limits
from ..domain.plans import PlannedIssue
from ..ports import Claim, Desk
from .reading import OpenNight

CLIMBING_TAG = "complex_reasoning"
"""Tag of an escalation that heals a tier which stayed red."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The tier an attempt really runs on (None: no tier is left that has not failed)."""

    tier: Tier | None
    reason: str
    lease: str = ""
    justification: str = ""
    exempt: bool = False
    quota_remaining: int = 0

    @property
    def escalated(self) -> bool:
        return self.tier is not None and is_escalation(self.tier)


def take_seat(
    desk: Desk,
    night: OpenNight,
    planned: PlannedIssue,
    step: Step,
    history: Sequence[Attempt],
    claim: Claim,
) -> Seat:
    """Reserve the step's tier; a refused reservation never waits: the next cheaper tier runs."""
    tier = step.tier
    assert tier is not None
    reason = step.reason
    while is_escalation(tier):
        tag = CLIMBING_TAG if step.climbed else planned.justification or CLIMBING_TAG
        exempt = planned.exempt and not step.climbed
        seconds = _longest_attempt(night.order.limits)
        lease = desk.quota.lease(
            night.order, night.repository.node_id, planned.number, str(tier), exempt, seconds, claim=claim
        )
        if lease is not None:
            left = night.order.limits.escalations_per_day - desk.quota.use().daily
            return Seat(tier, reason, lease, tag, exempt, left)
        _refused(desk, night, planned, tier)
        reason = f"quota_exhausted: {tier} was refused"
        tier = LADDER[LADDER.index(tier) - 1]
    red = sum(attempt.tier == tier and attempt.outcome in RED for attempt in history)
    if tier is not step.tier and red >= RED_PER_TIER:
        return Seat(None, f"{reason}, and {tier} stayed red; the next night tries again")
    return Seat(tier, reason)


def _longest_attempt(limits: Limits) -> float:
    """Return seconds: the builder, then every command of the gates, twice, on two trees."""
    return limits.attempt_seconds + 10 * limits.gate_seconds


def leave(desk: Desk, seat: Seat) -> None:
    """Give the concurrent slot back."""
    if seat.lease:
        desk.quota.release(seat.lease)


def _refused(desk: Desk, night: OpenNight, planned: PlannedIssue, tier: Tier) -> None:
    use = desk.quota.use()
    desk.ledger.append(
        night.event(
            EventType.QUOTA_REFUSED,
            f"#{planned.number}: no escalation to {tier}: {use.daily} today, {use.hourly} this hour, "
            f"{use.concurrent} at once",
            severity=Severity.WARNING,
            issue=planned.number,
            metadata={
                "tier": str(tier),
                "daily": use.daily,
                "hourly": use.hourly,
                "concurrent": use.concurrent,
            },
        )
    )
