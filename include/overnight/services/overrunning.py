"""Tell people of a night that still works when its window has ended."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from ..domain.events import Event, EventType, Severity
from ..domain.nights import Night
from ..ports import Desk
from .alerting import send_alerts

_IDS = uuid5(NAMESPACE_URL, "overnight/overrun")


def tell_of_overrun(desk: Desk, night_id: str) -> bool:
    """Record, once, that a night outlives its window and tell people; False where it has ended.

    Nothing is stopped: no issue starts after the window, those at work finish or keep a checkpoint.
    """
    night = desk.ledger.night(night_id)
    if night is None or night.status != "running":
        return False
    desk.ledger.append(_event(night))
    send_alerts(desk, desk.alert_rules)
    return True


def _event(night: Night) -> Event:
    left = [issue.number for issue in night.issues if not issue.status]
    words = ", ".join(f"#{number}" for number in left[:20]) or "only the summary"
    return Event(
        EventType.OVERNIGHT_WINDOW_ENDED,
        f"The window of {night.full_name or 'a night'} has ended and the night still works: {words} left",
        Severity.WARNING,
        repository=night.repository,
        night=night.id,
        metadata={"full_name": night.full_name, "left": left},
        dry_run=night.dry_run,
        id=str(uuid5(_IDS, night.id)),
    )
