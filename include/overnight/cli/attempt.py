"""`overnight attempt NUMBER`: what the builder did."""

from __future__ import annotations

from typing import Annotated

import typer

from ..domain.errors import NotFound
from ..domain.events import EventQuery, EventType
from ..services.gating import opened_change
from ..services.reading import open_night
from .console import JsonOption, console, print_json, row, say, speaking, table
from .desk import chosen_night, desk


def command(
    number: Annotated[int, typer.Argument(help="Issue number.")],
    night: Annotated[
        str | None, typer.Option(help="Night id; the newest with this issue when left out.")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print the change.")] = False,
    log: Annotated[
        bool, typer.Option("--log", help="Print what the gates said to the last attempt.")
    ] = False,
    transcript: Annotated[bool, typer.Option("--transcript", help="Print the last conversation.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show an issue's attempts, its change, or the conversation with the model."""
    with speaking():
        house = desk()
        chosen = chosen_night(house, night, number)
        query = EventQuery(
            types=(EventType.ATTEMPT_FINISHED,), night=chosen.id, issue=number, limit=None, oldest_first=True
        )
        attempts = [dict(event.metadata) for event in house.ledger.events(query)]
        if not attempts:
            raise NotFound(
                f"issue #{number} was not attempted in night {chosen.id}: `overnight why {number}`"
            )
        if diff:
            kept = house.records.change(chosen.repository, number, chosen.id)
            if kept is None:
                raise NotFound(f"no attempt on #{number} ended in a change; try --log or --transcript")
            opened = open_night(house, chosen.id)
            house.workspace.refresh(opened.repository)
            tree = opened_change(house, opened, kept.change, "show")
            try:
                say(house.workspace.diff(tree))
            finally:
                house.workspace.close_tree(tree)
            return
        if log:
            say(attempts[-1]["feedback"] or "all gates passed")
            return
        if transcript:
            if not attempts[-1]["transcript"]:
                raise NotFound("the last attempt left no transcript: it ended before the model answered")
            say(house.storage.get(attempts[-1]["transcript"]).decode())
            return
    if as_json:
        print_json(attempts)
        return
    made = table(
        f"Attempts on #{number}", "#", "tier", "model", "outcome", "tokens", "cost", "seconds", "reason"
    )
    for data in attempts:
        row(made, data["number"], data["tier"], data["model"], data["outcome"], data["tokens"],
            f"${data['cost_usd']:.4f}", data["seconds"], data["reason"])  # fmt: skip
    console.print(made)
