"""What a person asks first: is a night running, what came of the last one, what was there before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..domain.errors import NotFound
from ..domain.events import Event, EventQuery, EventType
from ..domain.issues import split_full_name
from ..domain.nights import Night, totals
from ..ports import Desk
from .leafing import events_page

BEGUN = (EventType.OVERNIGHT_EXECUTION_STARTED, EventType.OVERNIGHT_EXECUTION_SKIPPED)


@dataclass(frozen=True, slots=True)
class NightRow:
    """One night without its issues.

    :param status: running, completed or skipped.
    :param totals: as in `night.json`; empty for a night that was skipped.
    """

    id: str
    repository: str
    full_name: str
    trigger: str
    dry_run: bool
    status: str
    reason: str
    started_at: datetime | None
    finished_at: datetime | None = None
    totals: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NightPage:
    """Nights, newest first; `next` is the cursor of the page after this one."""

    nights: tuple[NightRow, ...]
    next: str = ""


def node_id(desk: Desk, full_name: str) -> str:
    """Return GitHub's id of a repository as remembered by its nights, "" when there was none."""
    known = desk.records.recall(f"repository/{full_name.lower()}")
    return str(known["node_id"]) if known else ""


def node_id_or_ask(desk: Desk, full_name: str) -> str:
    """Return GitHub's id of a repository, from GitHub when no night was there yet."""
    return node_id(desk, full_name) or desk.tracker.repository(*split_full_name(full_name)).node_id


def night_page(
    desk: Desk,
    repository: str | None,
    limit: int,
    cursor: str = "",
    shown: Callable[[Event], bool] = lambda event: True,
) -> NightPage:
    """Return a page of nights: two queries, however many issues they had.

    :param repository: GitHub node id, None for every repository.
    """
    page = events_page(desk, EventQuery(types=BEGUN, repository=repository), limit, cursor, shown)
    return NightPage(_rows(desk, repository, page.events), page.next)


def _rows(desk: Desk, repository: str | None, begun: tuple[Event, ...]) -> tuple[NightRow, ...]:
    moments = [event.at for event in begun if event.at]
    if not moments:
        return ()
    query = EventQuery(
        types=(EventType.OVERNIGHT_EXECUTION_COMPLETED,),
        repository=repository,
        since=min(moments),
        limit=None,
    )
    ends = {event.night: event for event in desk.ledger.events(query)}
    return tuple(_row(desk, event, ends.get(event.night)) for event in begun)


def _row(desk: Desk, begun: Event, end: Event | None) -> NightRow:
    skipped = begun.type is EventType.OVERNIGHT_EXECUTION_SKIPPED
    counted: Mapping[str, Any] = (end.metadata.get("totals") or {}) if end else {}
    if not skipped and end is None:
        night = desk.ledger.night(begun.night)
        counted = totals(night) if night else {}
    return NightRow(
        id=begun.night,
        repository=begun.repository,
        full_name=str(begun.metadata.get("full_name", "")),
        trigger=str(begun.metadata.get("trigger", "")),
        dry_run=begun.dry_run,
        status="skipped" if skipped else "completed" if end else "running",
        reason=end.description if end else begun.description if skipped else "",
        started_at=begun.at,
        finished_at=end.at if end else begun.at if skipped else None,
        totals=counted,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a repository stands.

    :param current: the night that is running, None when none is.
    :param last: the newest night that is over.
    """

    full_name: str
    repository: str
    current: NightRow | None = None
    last: NightRow | None = None


def standing(desk: Desk, full_name: str) -> Standing:
    """Return the running and the last night of a repository."""
    repository = node_id(desk, full_name)
    if not repository:
        return Standing(full_name, "")
    rows = night_page(desk, repository, 5).nights
    current = next((row for row in rows if row.status == "running"), None)
    last = next((row for row in rows if row.status != "running"), None)
    return Standing(full_name, repository, current, last)


def known_night(desk: Desk, night: str) -> Night:
    """Return a night with its issues (NotFound when the ledger has none of that id)."""
    found = desk.ledger.night(night)
    if found is None or not found.repository:
        raise NotFound(f"there is no night {night} in the ledger")
    return found
