"""`overnight attempt NUMBER`: what the builder did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from ..assembly import Overnight
from ..domain.errors import NotFound, SettingsError
from ..domain.events import EventQuery, EventType
from ..domain.nights import Night
from ..services.gating import opened_change
from ..services.reading import open_night
from .console import JsonOption, print_json, say, say_exactly, speaking
from .desk import chosen_night, desk
from .evidence import plan_of, print_logs, say_plan, show_review, show_tests
from .offering import issue_numbers, night_ids
from .tables import row, show, table


def command(
    number: Annotated[int, typer.Argument(help="Issue number.", autocompletion=issue_numbers)],
    night: Annotated[
        str | None,
        typer.Option(help="Night id; the newest with this issue when left out.", autocompletion=night_ids),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print the change, as `git apply` reads it.")] = False,
    log: Annotated[
        bool,
        typer.Option("--log", help="Print what the gates said to the last attempt, their output in full."),
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Print the architecture plan.")] = False,
    transcript: Annotated[bool, typer.Option("--transcript", help="Print the last conversation.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show an issue's attempts, plan, written tests and review; or its change, or the conversation."""
    with speaking():
        if [diff, log, plan, transcript, as_json].count(True) > 1:
            raise SettingsError("choose one of --diff, --log, --plan, --transcript and --json")
        house = desk()
        chosen = chosen_night(house, night, number)
        attempts = _attempts(house, chosen, number)
        if diff:
            say_exactly(_diff(house, chosen, number))
        elif log:
            say(attempts[-1]["feedback"] or "all gates passed")
            print_logs(house, chosen, number, attempts[-1]["number"])
        elif plan:
            say(plan_of(house, chosen, number))
        elif transcript:
            say_exactly(_transcript(house, attempts[-1]))
        elif as_json:
            print_json(attempts)
        else:
            _show(number, attempts)
            say_plan(house, chosen, number)
            show_tests(house, chosen, number)
            show_review(house, chosen, number)


def _attempts(house: Overnight, night: Night, number: int) -> list[dict[str, Any]]:
    query = EventQuery(
        types=(EventType.ATTEMPT_FINISHED,),
        night=night.id,
        issue=number,
        limit=None,
        oldest_first=True,
        readable=True,
    )
    found = [dict(event.metadata) for event in house.ledger.events(query)]
    if not found:
        raise NotFound(f"issue #{number} was not attempted in night {night.id}: `overnight why {number}`")
    return found


def _diff(house: Overnight, night: Night, number: int) -> str:
    kept = house.records.change(night.repository, number, night.id)
    if kept is None:
        raise NotFound(f"no attempt on #{number} ended in a change; try --log or --transcript")
    opened = open_night(house, night.id)
    house.workspace.refresh(opened.repository)
    tree = opened_change(house, opened, kept.change, "show")
    try:
        return house.workspace.diff(tree)
    finally:
        house.workspace.close_tree(tree)


def _transcript(house: Overnight, attempt: Mapping[str, Any]) -> str:
    if not attempt["transcript"]:
        raise NotFound("the last attempt left no transcript: it ended before the model answered")
    return house.storage.get(attempt["transcript"]).decode()


def _show(number: int, attempts: Sequence[Mapping[str, Any]]) -> None:
    made = table(f"Attempts on #{number}", "", "tier", "outcome", "model, tokens, cost, time, reason")
    for data in attempts:
        figures = (
            f"{data['model']}, {data['tokens']} tokens, ${data['cost_usd']:.4f}, {data['seconds']:.0f} s"
        )
        row(made, data["number"], data["tier"], data["outcome"], figures, details=(data["reason"],))
    show(made)
