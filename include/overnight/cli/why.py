"""`overnight why NUMBER`: every decision about an issue in one night, in order."""

from __future__ import annotations

from typing import Annotated

import typer

from ..assembly import Overnight
from ..documents import to_document
from ..domain.events import Event, EventQuery
from ..domain.nights import Night
from ..services.reading import planned_issues
from .console import JsonOption, print_json, say, speaking
from .desk import chosen_night, desk
from .evidence import say_plan, show_gates, show_lessons_learnt, show_words
from .offering import issue_numbers, night_ids
from .tables import row, short, show, table


def command(
    number: Annotated[int, typer.Argument(help="Issue number.", autocompletion=issue_numbers)],
    night: Annotated[
        str | None,
        typer.Option(help="Night id; the newest with this issue when left out.", autocompletion=night_ids),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain what Overnight decided about an issue, and why."""
    with speaking():
        house = desk()
        chosen = chosen_night(house, night, number)
        query = EventQuery(night=chosen.id, issue=number, limit=None, oldest_first=True)
        found = house.ledger.events(query)
        if as_json:
            print_json([to_document(event) for event in found])
            return
        _say_outcome(chosen, number)
        _say_place(house, chosen.id, number)
        say_plan(house, chosen, number)
        _show_decisions(found)
        show_gates(house, chosen, number)
        show_lessons_learnt(house, chosen, number)
        show_words(house, chosen, number)


def _say_outcome(night: Night, number: int) -> None:
    issue = night.issue(number)
    if issue:
        say(f"#{number} {short(issue.title)}: {issue.status or 'running'}: {issue.reason}")
    for excluded in night.exclusions:
        if excluded["number"] == number:
            say(f"#{number} {short(excluded['title'])}: left out of night {night.id}: {excluded['reason']}")


def _say_place(house: Overnight, night: str, number: int) -> None:
    planned = next((one for one in planned_issues(house, night) if one.number == number), None)
    if planned:
        say(f"Place {planned.position}: {planned.reason}")
        say(f"Type {planned.classification.sequence_type}: {planned.classification.type_reason}")
        say(f"Complexity {planned.classification.complexity}: {planned.classification.complexity_reason}")
        say(f"Base tier {planned.base_tier}: {planned.base_tier_reason}")


def _show_decisions(events: tuple[Event, ...]) -> None:
    made = table("Decisions", "time (UTC)", "event, what")
    for event in events:
        row(made, f"{event.at:%H:%M:%S}" if event.at else "", event.type, details=(event.description,))
    show(made)
