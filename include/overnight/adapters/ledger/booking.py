"""A granted escalation: its row and its event."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from ...domain.events import Event, EventType
from ...domain.quotas import QuotaDecision
from ...ports import Ask, QuotaUse
from .chain import uuid7
from .store import storable
from .tables import escalations


def book(
    connection: Connection,
    ask: Ask,
    decision: QuotaDecision,
    exempt: bool,
    at: datetime,
    held: tuple[datetime, datetime],
) -> str:
    """Store the escalation and return its id, the lease.

    :param at: the moment it is counted by.
    :param held: wall clock from when and until when it holds its slot.
    """
    row = {
        "id": uuid7(at),
        "repository": ask.repository,
        "night": ask.order.night,
        "issue": ask.issue,
        "tier": ask.tier,
        "tag": ask.tag,
        "exempt": exempt,
        "review": decision.review,
        "reason": storable(decision.reason),
        "outcome": "",
        "at": at,
        "renewed_at": held[0],
        "expires_at": held[1],
    }
    connection.execute(insert(escalations).values(row))
    return str(row["id"])


def reserved(ask: Ask, lease: str, decision: QuotaDecision, exempt: bool, use: QuotaUse) -> Event:
    """Return the event of a grant.

    :param use: as it was counted before the grant.
    """
    counted = 0 if exempt else 1
    return Event(
        EventType.QUOTA_RESERVED,
        f"#{ask.issue}: escalation to {ask.tier}: {decision.reason}",
        repository=ask.repository,
        night=ask.order.night,
        issue=ask.issue,
        dry_run=ask.order.dry_run,
        metadata={
            "lease": lease,
            "tier": ask.tier,
            "justification": ask.tag,
            "exempt": exempt,
            "review": decision.review,
            "reason": decision.reason,
            "left": decision.left,
            "daily": use.daily + counted,
            "hourly": use.hourly + counted,
            "concurrent": use.concurrent + 1,
        },
    )
