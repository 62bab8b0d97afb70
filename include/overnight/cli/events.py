"""`overnight events`: query governance memory."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from ..documents import to_document
from ..domain.events import EventQuery, EventType, Severity
from .console import JsonOption, console, print_json, row, speaking, table
from .desk import desk


def command(
    type_: Annotated[list[EventType] | None, typer.Option("--type", help="Event type; repeatable.")] = None,
    severity: Annotated[Severity | None, typer.Option()] = None,
    night: Annotated[str | None, typer.Option()] = None,
    issue: Annotated[int | None, typer.Option()] = None,
    since: Annotated[datetime | None, typer.Option(help="Moment in UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show events, newest first."""
    query = EventQuery(
        types=tuple(type_ or ()),
        severity=severity,
        night=night,
        issue=issue,
        since=since.astimezone() if since else None,
        limit=limit,
    )
    with speaking():
        found = desk().ledger.events(query)
    if as_json:
        print_json([to_document(event) for event in found])
        return
    made = table("Events", "time (UTC)", "severity", "type", "issue", "what")
    for event in found:
        row(made, f"{event.at:%Y-%m-%d %H:%M:%S}" if event.at else "", event.severity, event.type,
            f"#{event.issue}" if event.issue else "", event.description)  # fmt: skip
    console.print(made)
