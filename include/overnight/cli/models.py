"""`overnight models`: the ladder, why an issue got its tier, and what history says."""

from __future__ import annotations

from typing import Annotated

import typer

from ..assembly import Overnight
from ..domain.errors import NotFound
from ..domain.track_records import records
from ..services.learning import trials
from ..settings import make_order
from .console import JsonOption, RepositoryOption, print_json, say_exactly, speaking
from .desk import chosen_repository, desk, node_id
from .explaining import Explanation, as_of_now, on_record
from .ladder import history_row, ladder_rows, show_explanation, show_history, show_ladder
from .policy import policy_page

app = typer.Typer(help="The ladder of models and what is known of it.")


@app.callback(invoke_without_command=True)
def command(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the ladder: each tier's model, window, prices, and whether it can be used now."""
    if context.invoked_subcommand:
        return
    with speaking():
        rows = ladder_rows(desk())
        if as_json:
            print_json(rows)
            return
        show_ladder(rows)


@app.command("explain")
def explain_command(
    issue: Annotated[int, typer.Argument(min=1, help="Issue number.")],
    night: Annotated[
        str | None, typer.Option(help="Night id; the newest with this issue when left out.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="As it would be chosen now.")] = False,
    repository: RepositoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why an issue got its tier: rules that won and lost, fit, history, and what the quota said."""
    with speaking():
        told = _explained(desk(), issue, night, live, repository)
        if as_json:
            print_json(told.document())
        else:
            show_explanation(told)


@app.command("history")
def history_command(repository: RepositoryOption = None, as_json: JsonOption = False) -> None:
    """Show how often each tier brought an accepted change, and for how much, by type and complexity."""
    with speaking():
        house = desk()
        name = chosen_repository(house, repository)
        order = make_order(house.settings, name, "preview", trigger="cli", now=house.clock.now())
        found = records(trials(house, node_id(house, name), house.clock.now(), order.learning))
        if as_json:
            print_json([history_row(one, order.learning) for one in found])
        else:
            show_history(found, order.learning)


@app.command("policy")
def policy_command() -> None:
    """Print the whole model policy in force as Markdown: ladder, rules, tags, quota, healing."""
    with speaking():
        say_exactly(policy_page(desk().settings))


def _explained(
    house: Overnight, issue: int, night: str | None, live: bool, repository: str | None
) -> Explanation:
    if not live:
        try:
            return on_record(house, issue, night)
        except NotFound:
            if night:
                raise
    return as_of_now(house, chosen_repository(house, repository), issue)
