"""`/events` and `/stats`: what happened."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from ...domain.events import EventQuery, EventType, Severity
from ...services.leafing import events_page
from ..shapes.ledger import EventDocument, EventPageDocument, StatsDocument
from ..sights import Sight
from .reaching import CursorText, Desk, Limit, NightId, RepositoryName, View, router

routes = router("governance memory", more=(404,))

Types = Annotated[list[EventType] | None, Query(alias="type", description="One or several types.")]
Issue = Annotated[int | None, Query(ge=1, le=2_147_483_647)]
NightQuery = Annotated[str | None, Query(max_length=255)]


@routes.get("/events")
def events(
    desk: Desk,
    sight: View,
    types: Types = None,
    severity: Severity | None = None,
    repository: RepositoryName = None,
    night: NightQuery = None,
    issue: Issue = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    limit: Limit = 50,
    cursor: CursorText = "",
) -> EventPageDocument:
    """List events, newest first; what is set narrows."""
    place = _place(sight, repository)
    if place is None:
        return EventPageDocument(events=[])
    query = EventQuery(
        types=tuple(types or ()),
        severity=severity,
        repository=place or None,
        night=night or None,
        issue=issue,
        since=since.astimezone(UTC) if since else None,
        until=until.astimezone(UTC) if until else None,
    )
    return event_page(desk, sight, query, limit, cursor)


@routes.get("/nights/{night}/events")
def night_events(
    night: NightId,
    desk: Desk,
    sight: View,
    types: Types = None,
    severity: Severity | None = None,
    issue: Issue = None,
    limit: Limit = 50,
    cursor: CursorText = "",
) -> EventPageDocument:
    """List a night's events, newest first."""
    found = sight.night(night)
    query = EventQuery(types=tuple(types or ()), severity=severity, night=found.id, issue=issue)
    return event_page(desk, sight, query, limit, cursor)


@routes.get("/stats")
def stats(
    desk: Desk, sight: View, repository: RepositoryName = None, night: NightQuery = None
) -> StatsDocument:
    """Count events by severity and type."""
    place = _place(sight, repository)
    if place is None:
        return StatsDocument(total=0, by_severity={}, by_type={})
    places: set[str | None] = {place or None}
    if not place and not sight.whole():
        places = {"", *map(sight.id_of, sight.names())}
    counted = [desk.database.ledger.count(EventQuery(repository=one, night=night)) for one in places]
    return StatsDocument(
        total=sum(one.total for one in counted),
        by_severity=_added([one.by_severity for one in counted]),
        by_type=_added([one.by_type for one in counted]),
    )


def event_page(desk: Desk, sight: Sight, query: EventQuery, limit: int, cursor: str) -> EventPageDocument:
    """Return a page of the events that a person may see."""
    page = events_page(desk, query, limit, cursor, sight.event)
    found = [EventDocument.model_validate(event) for event in page.events]
    return EventPageDocument(events=found, next=page.next or None)


def _place(sight: Sight, repository: str | None) -> str | None:
    """Return GitHub's id to narrow by, "" for every repository, None for one that nothing is known of."""
    return "" if repository is None else sight.id_of(repository) or None


def _added(parts: list[dict[str, int]]) -> dict[str, int]:
    return {name: sum(part.get(name, 0) for part in parts) for name in sorted({n for p in parts for n in p})}
