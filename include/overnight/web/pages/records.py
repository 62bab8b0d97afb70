"""Pages of what is on record: events, costs, pull requests, desktops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ...domain.errors import SettingsError
from ...domain.events import EventQuery, EventType, Severity
from ...services.leafing import events_page
from ...services.tallying import Share, costs
from ...services.watching import builders, desktop_standings
from ...settings.orders import limits
from .rendering import Look

routes = APIRouter()
Text = Annotated[str, Query(max_length=255)]


@routes.get("/events", response_class=HTMLResponse)
def events(
    visit: Look,
    type_: Annotated[list[str], Query(alias="type", max_length=60)] = [],  # noqa: B006 - FastAPI copies it
    severity: Text = "",
    repository: Text = "",
    night: Text = "",
    issue: Text = "",
    day: Text = "",
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> HTMLResponse:
    """Show the timeline, narrowed as asked."""
    place = visit.sight.id_of(repository) if repository else ""
    since = _day(day)
    query = EventQuery(
        types=tuple(EventType(name) for name in type_ if name in {*EventType}),
        severity=Severity(severity) if severity in {*Severity} else None,
        repository=place or None,
        night=night or None,
        issue=int(issue) if issue.isdecimal() and len(issue) < 10 else None,
        since=since,
        until=since + timedelta(days=1) if since else None,
    )
    page = events_page(visit.desk, query, 50, cursor, visit.sight.event)
    asked = {"severity": severity, "repository": repository, "night": night, "issue": issue, "day": day}
    return visit.page(
        "events.html",
        events=page.events if place or not repository else (),
        next=page.next,
        asked={"type": list(type_), **asked},
        types=sorted(EventType),
        severities=list(Severity),
        name_of=visit.sight.name_of,
    )


@routes.get("/costs", response_class=HTMLResponse)
def show_costs(visit: Look, days: Annotated[int, Query(ge=1, le=366)] = 30) -> HTMLResponse:
    """Show what attempts cost, by day, tier and repository, against the budget."""
    now = visit.desk.clock.now()
    found = costs(visit.desk, now - timedelta(days=days - 1), visit.sight.event)
    known = {share.name: share for share in found.by_day}
    every = [f"{now - timedelta(days=back):%Y-%m-%d}" for back in reversed(range(days))]
    by_day = [known.get(name, Share(name)) for name in every]
    return visit.page(
        "costs.html",
        costs=found,
        days=days,
        by_day=by_day,
        dearest=max((share.usd for share in by_day), default=Decimal(0)),
        limits=limits(visit.desk.settings),
        name_of=visit.sight.name_of,
    )


@routes.get("/desktop", response_class=HTMLResponse)
def desktop(visit: Look) -> HTMLResponse:
    """Show how desktops stand."""
    types = (EventType.BUILDER_SWITCH, EventType.REPOSITORY_DRIFT_DETECTED, EventType.DESKTOP_SYNC_FAILED)
    log = events_page(visit.desk, EventQuery(types=types), 25, "", visit.sight.event)
    shown = [one for one in desktop_standings(visit.desk) if visit.sight.named(one.full_name)]
    rules = visit.desk.settings.values.switching.rules()
    return visit.page("desktop.html", desktops=shown, log=log, builders=builders(visit.desk, rules))


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise SettingsError(f"day: {text!r} is no day such as 2026-03-14") from error
