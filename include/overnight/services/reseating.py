"""The seats of a worker that died: one it took and did not use is taken up, the others are given back."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.errors import FenceLost
from ..domain.events import Event, EventQuery, EventType
from ..domain.models import Tier
from ..domain.plans import PlannedIssue
from ..ports import Desk, Grant
from .reading import OpenNight

_KILLED = "killed"


def take_up_seat(
    desk: Desk, night: OpenNight, planned: PlannedIssue, tier: Tier, seconds: float
) -> Grant | None:
    """Return the grant for this tier that no attempt has used yet; None when there is none.

    It is counted once and stays so: who died between the grant and the attempt costs no second escalation.
    """
    reserved = _unused(_told(desk, night, planned))
    if reserved is None or reserved.metadata.get("tier") != str(tier):
        return None
    data = reserved.metadata
    try:
        desk.quota.renew(data["lease"], seconds)
    except FenceLost:  # it expired meanwhile and somebody has the slot
        return None
    return Grant(data["lease"], data["reason"], review=data["review"], left=data["left"])


def give_back_seats(desk: Desk, night: OpenNight, planned: PlannedIssue) -> None:
    """Free the slots that the dead attempts of an issue still hold; silent for those that are free."""
    told = _told(desk, night, planned)
    unused = _unused(told)
    for event in told:
        if event.type is EventType.QUOTA_RESERVED and event is not unused and "lease" in event.metadata:
            desk.quota.release(event.metadata["lease"], _KILLED)


def _told(desk: Desk, night: OpenNight, planned: PlannedIssue) -> Sequence[Event]:
    types = (EventType.QUOTA_RESERVED, EventType.ATTEMPT_STARTED)
    query = EventQuery(types=types, night=night.id, issue=planned.number, limit=None, oldest_first=True)
    return desk.ledger.events(query)


def _unused(told: Sequence[Event]) -> Event | None:
    """Return the grant after which no attempt began."""
    return told[-1] if told and told[-1].type is EventType.QUOTA_RESERVED else None
