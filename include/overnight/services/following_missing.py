"""Pull requests that GitHub does not show any more: counted, and taken for closed when that stays so."""

from __future__ import annotations

from ..domain.events import EventType, Severity
from ..domain.issues import Repository
from ..domain.open_changes import OpenChange
from ..ports import Desk
from .reading import open_night

UNSEEN = "GitHub does not show it any more"
LOOKS = 24
"""Looks in a row, half an hour apart, that must miss it: longer than any outage of a part of GitHub."""


def missed(desk: Desk, repository: Repository, change: OpenChange) -> str:
    """Count a look that missed a pull request; the last one ends it. Return how it stands, in words."""
    looks = _looks(desk, change) + 1
    desk.records.remember(_key(change), {"looks": looks})
    if looks < LOOKS:
        return UNSEEN
    desk.ledger.append(
        open_night(desk, change.night).event(
            EventType.PULL_REQUEST_CLOSED,
            f"#{change.issue}: pull request #{change.number}: {UNSEEN}",
            severity=Severity.WARNING,
            issue=change.issue,
            metadata={
                "pull_request": change.number,
                "state": f"closed: {UNSEEN}",
                "reason": f"{repository.full_name} is there, and {LOOKS} looks in a row did not find it",
                "by": "",
                "ours": False,
                "nights": list(change.nights),
            },
        )
    )
    return f"closed: {UNSEEN}"


def seen_again(desk: Desk, change: OpenChange) -> None:
    """Forget the looks that missed a pull request: it is there."""
    if _looks(desk, change):
        desk.records.remember(_key(change), {"looks": 0})


def _looks(desk: Desk, change: OpenChange) -> int:
    return int((desk.records.recall(_key(change)) or {}).get("looks", 0))


def _key(change: OpenChange) -> str:
    return f"follow/missing/{change.repository}/{change.number}"
