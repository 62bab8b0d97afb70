"""`overnight events`: query governance memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ..documents import to_document
from ..domain.errors import SettingsError
from ..domain.events import EventQuery, EventType, Severity
from .console import JsonOption, print_json, say, speaking
from .desk import desk
from .offering import issue_numbers, night_ids
from .tables import row, show, table


def command(
    types: Annotated[list[str] | None, typer.Option("--type", help="Event type; repeatable.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="Exactly this severity.")] = None,
    night: Annotated[str | None, typer.Option(help="Night id.", autocompletion=night_ids)] = None,
    issue: Annotated[int | None, typer.Option(help="Issue number.", autocompletion=issue_numbers)] = None,
    since: Annotated[datetime | None, typer.Option(help="Moment in UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show events, newest first."""
    with speaking():
        query = EventQuery(
            types=tuple(map(_type, types or ())),
            severity=severity,
            night=night,
            issue=issue,
            since=since.replace(tzinfo=UTC) if since else None,
            limit=limit,
        )
        house = desk()
        found = house.ledger.events(query)
        if as_json:
            print_json([to_document(event) for event in found])
            return
        made = table("Events", "time (UTC)", "severity", "type, what")
        for event in found:
            moment = f"{event.at:%Y-%m-%d %H:%M:%S}" if event.at else ""
            row(made, moment, event.severity, event.type, details=(event.description,))
        show(made)
        if not found:
            say("No such event is on record.")
        if len(found) < limit and (left := house.ledger.archived(query)):
            say(
                f"{len(left)} nights, the last of {left[-1].ends_at:%Y-%m-%d}, left for the archive: their "
                "events are not shown (`overnight audit archive`)."
            )


def _type(name: str) -> EventType:
    try:
        return EventType(name)
    except ValueError:
        raise SettingsError(f"no event type {name!r}: the types are {', '.join(EventType)}") from None
