"""Stop a night: a wish on record that every step reads before it goes on."""

from __future__ import annotations

from ..domain.errors import Rejected
from ..domain.events import EventType, Severity
from ..ports import Desk
from .reading import open_night

STOP_LABEL = "overnight: stop"
_KEY = "stop/{night}"


class Stopped(Rejected):
    """A person ended the night while an attempt was running."""


def stop_night(desk: Desk, night_id: str, *, who: str, now: bool = False) -> str:
    """Ask a night to end; with `now` running attempts end before their next model request."""
    night = open_night(desk, night_id)
    folded = desk.ledger.night(night_id)
    if folded and folded.status != "running":
        return f"Night {night_id} is {folded.status} already."
    desk.records.remember(_KEY.format(night=night_id), {"who": who, "now": now})
    desk.ledger.append(
        night.event(
            EventType.STOP_REQUESTED,
            f"{who} stopped the night{' at once' if now else ''}",
            severity=Severity.WARNING,
            metadata={"who": who, "now": now},
        )
    )
    return f"Night {night_id} is stopping: no new attempt starts."


def stopped(desk: Desk, night_id: str) -> str:
    """Return why the night must not go on, "" when it may."""
    wish = desk.records.recall(_KEY.format(night=night_id))
    return f"the night was stopped by {wish['who']}" if wish else ""


def lift_stop(desk: Desk, night_id: str) -> None:
    """Take the wish back: a person wants one issue of a stopped night to go on after all."""
    if stopped(desk, night_id):
        desk.records.remember(_KEY.format(night=night_id), {})


def heed_label(desk: Desk, night_id: str) -> None:
    """Stop the night when a person put `overnight: stop` on its tracking issue."""
    night = open_night(desk, night_id)
    tracking = desk.records.publication(night.repository.node_id, "tracking")
    if not tracking or stopped(desk, night_id):
        return
    issue = desk.tracker.issue(night.repository, int(tracking))
    if STOP_LABEL in issue.label_names:
        stop_night(desk, night_id, who=f"the label {STOP_LABEL!r} on #{tracking}")


def stopped_at_once(desk: Desk, night_id: str) -> str:
    """Return why not even a running attempt may go on, "" when it may."""
    wish = desk.records.recall(_KEY.format(night=night_id))
    return f"the night was stopped by {wish['who']}" if wish and wish["now"] else ""
