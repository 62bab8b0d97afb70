"""`overnight why NUMBER`: every decision about an issue in one night, in order."""

from __future__ import annotations

from typing import Annotated

import typer

from ..documents import to_document
from ..domain.events import EventQuery
from ..services.reading import planned_issues
from .console import JsonOption, console, print_json, row, say, speaking, table
from .desk import chosen_night, desk


def command(
    number: Annotated[int, typer.Argument(help="Issue number.")],
    night: Annotated[
        str | None, typer.Option(help="Night id; the newest with this issue when left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain what Overnight decided about an issue, and why."""
    with speaking():
        house = desk()
        chosen = chosen_night(house, night, number)
        found = house.ledger.events(EventQuery(night=chosen.id, issue=number, limit=None, oldest_first=True))
    if as_json:
        print_json([to_document(event) for event in found])
        return
    issue = chosen.issue(number)
    if issue is None:
        excluded = next(row for row in chosen.exclusions if row["number"] == number)
        say(f"#{number} {excluded['title']}: left out of night {chosen.id}: {excluded['reason']}")
        return
    say(f"#{number} {issue.title}: {issue.status or 'running'}: {issue.reason}")
    planned = next((p for p in planned_issues(house, chosen.id) if p.number == number), None)
    if planned:
        say(f"Place {planned.position}: {planned.reason}")
        say(f"Type {planned.classification.sequence_type}: {planned.classification.type_reason}")
        say(f"Complexity {planned.classification.complexity}: {planned.classification.complexity_reason}")
        say(f"Base tier {planned.base_tier}: {planned.base_tier_reason}")
    made = table("Decisions", "time (UTC)", "event", "what")
    for event in found:
        row(made, f"{event.at:%H:%M:%S}" if event.at else "", event.type, event.description)
    console.print(made)
