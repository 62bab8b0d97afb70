"""Take a seat on a tier: an escalation needs a justification, a slot, and a share of the quota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..domain.approvals import ESCALATION
from ..domain.attempts import RED, Situation, Step, below
from ..domain.changes import Attempt
from ..domain.events import EventType, Severity
from ..domain.healing import RED_PER_TIER
from ..domain.justification import needs_person
from ..domain.models import Tier, is_escalation
from ..domain.plans import PlannedIssue
from ..failpoints import failpoint
from ..ports import Ask, Claim, Desk, Grant
from .reading import OpenNight
from .reseating import take_up_seat
from .stopping import stopped
from .surveying import survey

LEASE_SECONDS = 300.0
"""Of a seat; a heartbeat renews it, so a dead worker's slot is free again after this."""
LONGEST_WAIT = 120.0
"""Seconds an exempt escalation waits for a slot before it goes down a tier."""
_SECONDS_BETWEEN_LOOKS = 3.0


@dataclass(frozen=True, slots=True)
class Seat:
    """The tier an attempt really runs on (None: no tier is left that has not failed).

    :param granted: the quota's own words, "" when none was asked.
    :param review: it belongs in the morning's review queue.
    """

    tier: Tier | None
    reason: str
    lease: str = ""
    justification: str = ""
    exempt: bool = False
    quota_remaining: int = 0
    granted: str = ""
    review: bool = False

    @property
    def escalated(self) -> bool:
        return self.tier is not None and is_escalation(self.tier)


def take_seat(
    desk: Desk,
    night: OpenNight,
    planned: PlannedIssue,
    step: Step,
    history: Sequence[Attempt],
    claim: Claim | None,
) -> Seat:
    """Reserve the step's tier; a refused reservation never fails the issue: the next cheaper tier runs.

    The next one that can be used, that is: a tier without a key, or found down tonight, is passed over.
    A dead worker's unused seat is the next one's who claims its issue; nobody claims a task outside a night.
    """
    tier = step.tier
    assert tier is not None
    reason = step.reason
    while is_escalation(tier):
        ask = _ask(desk, night, planned, step, tier)
        unused = take_up_seat(desk, night, planned, tier, LEASE_SECONDS) if night.id and claim else None
        grant = unused or _asked(desk, night, ask, claim)
        if grant.lease:
            failpoint("seat.after_lease")
            return Seat(
                tier, reason, grant.lease, ask.tag, ask.exempt, grant.left, grant.reason, grant.review
            )
        _refused(desk, night, planned, ask, grant)
        reason = f"{grant.reason}, so not on {tier}"
        lower = _next_lower(survey(desk, night, planned.tokens_needed), tier, history)
        if lower is None:
            return Seat(None, f"{reason}, and no cheaper tier can be used now; the next night tries again")
        tier = lower
    red = sum(attempt.tier == tier and attempt.outcome in RED for attempt in history)
    if tier is not step.tier and red >= RED_PER_TIER:
        return Seat(None, f"{reason}; {red} attempts on {tier} were red, and the next night tries again")
    return Seat(tier, reason)


def _next_lower(situation: Situation, tier: Tier, history: Sequence[Attempt]) -> Tier | None:
    usable = situation.usable(history)
    return next(iter(situation.fitting(lower for lower in below(tier) if lower in usable)), None)


def _ask(desk: Desk, night: OpenNight, planned: PlannedIssue, step: Step, tier: Tier) -> Ask:
    tag = step.tag or planned.justification
    subject = f"{ESCALATION}:{tag}"
    approved = False
    if needs_person(tag):
        word = desk.approvals.word(night.repository.node_id, planned.number, subject)
        approved = word is not None and word.granted
        if word is None:
            why = f"escalation of #{planned.number} to {tier}: {step.reason}"
            desk.approvals.ask(night.repository.node_id, planned.number, subject, why, night.id)
    return Ask(
        order=night.order,
        repository=night.repository.node_id,
        issue=planned.number,
        tier=str(tier),
        tag=tag,
        seconds=LEASE_SECONDS,
        exempt=bool(planned.exemption) or (planned.exempt and not step.tag),
        approved=approved,
        evidence=planned.exemption,
    )


def _asked(desk: Desk, night: OpenNight, ask: Ask, claim: Claim | None) -> Grant:
    """Ask once; an exempt one that only lacks a slot asks again for two minutes at most."""
    waited = 0.0
    while True:
        grant = desk.quota.lease(ask, claim=claim)
        if grant.lease or not grant.wait or stopped(desk, night.id):
            return grant
        if waited >= LONGEST_WAIT:
            return replace(grant, reason=f"{grant.reason}, for {waited:.0f} seconds")
        desk.clock.sleep(_SECONDS_BETWEEN_LOOKS)
        waited += _SECONDS_BETWEEN_LOOKS


def leave(desk: Desk, seat: Seat, outcome: str = "") -> None:
    """Give the concurrent slot back."""
    if seat.lease:
        desk.quota.release(seat.lease, outcome)


def _refused(desk: Desk, night: OpenNight, planned: PlannedIssue, ask: Ask, grant: Grant) -> None:
    use = desk.quota.use()
    desk.ledger.append(
        night.event(
            EventType.QUOTA_REFUSED,
            f"#{planned.number}: no escalation to {ask.tier}: {grant.reason}",
            severity=Severity.WARNING,
            issue=planned.number,
            metadata={
                "tier": ask.tier,
                "justification": ask.tag,
                "reason": grant.reason,
                "daily": use.daily,
                "hourly": use.hourly,
                "concurrent": use.concurrent,
            },
        )
    )
