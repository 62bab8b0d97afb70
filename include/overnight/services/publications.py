"""What was published for an issue, read back from the ledger."""

from __future__ import annotations

from ..domain.changes import Change
from ..domain.events import Event, EventQuery, EventType
from ..ports import Desk, Kept


def publications(desk: Desk, repository: str, number: int) -> tuple[Event, ...]:
    """Return the publications of an issue's change, newest first.

    :param repository: GitHub node id.
    """
    types = (EventType.CHANGE_PUBLISHED,)
    query = EventQuery(types=types, repository=repository, issue=number, limit=None, readable=True)
    return desk.ledger.events(query)


def published_change(desk: Desk, repository: str, number: int) -> Kept | None:
    """Return the change that was published last for an issue, whatever later nights kept."""
    for event in publications(desk, repository, number):
        kept = desk.records.change(repository, number, event.night)
        if kept and kept.passed and not kept.dry_run:
            return kept
    return None


def change_at(desk: Desk, repository: str, number: int, head_sha: str) -> Change | None:
    """Return what is kept of a commit of ours, from whichever night; None when nothing is."""
    nights = dict.fromkeys(event.night for event in publications(desk, repository, number))
    for night in (*nights, None):
        kept = desk.records.change(repository, number, night)
        if kept and kept.change.head_sha == head_sha:
            return kept.change
    return None
