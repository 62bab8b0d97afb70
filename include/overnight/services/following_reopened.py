"""Pull requests that were closed are looked at for a while longer: a person may open one again."""

from __future__ import annotations

from datetime import timedelta

from ..domain.events import EventType
from ..domain.open_changes import OpenChange
from ..ports import Desk
from .reading import open_night

LOOKED_AT_FOR = timedelta(days=14)
REOPENED = "open again"


def may_be_reopened(desk: Desk, change: OpenChange) -> bool:
    """Return whether a pull request was closed so lately that it is still looked at."""
    lately = change.at is not None and desk.clock.now() - change.at <= LOOKED_AT_FOR
    return change.ended == "closed" and lately


def note_reopened(desk: Desk, change: OpenChange) -> None:
    """Write down that a pull request is open again; from now on it is followed as before."""
    desk.ledger.append(
        open_night(desk, change.night).event(
            EventType.PULL_REQUEST_REOPENED,
            f"#{change.issue}: pull request #{change.number} is {REOPENED}",
            issue=change.issue,
            metadata={
                "pull_request": change.number,
                "state": REOPENED,
                "reason": f"it was closed: {change.state}",
                "nights": list(change.nights),
            },
        )
    )
