"""`overnight retry NUMBER`: one issue of a night again, here or in the Airflow that ran it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..assembly import Overnight
from ..domain.errors import NotFound
from ..services.reading import open_night
from ..services.retrying import Retried, retry_issue
from .console import Exit, JsonOption, print_json, say, speaking
from .desk import chosen_night, desk
from .live import shown_steps
from .offering import issue_numbers, night_ids

if TYPE_CHECKING:
    from ..adapters.deployment import Deployment

_LOOKED_AT = 20
"""Nights of a deployment that are searched for an issue."""


def command(
    issue: Annotated[int, typer.Argument(min=1, help="Issue number.", autocompletion=issue_numbers)],
    night: Annotated[
        str | None,
        typer.Option(help="Night id; the newest with this issue when left out.", autocompletion=night_ids),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Start a new round although the last one has ended.")
    ] = False,
    api: Annotated[
        str | None, typer.Option(help="The API of the Airflow that ran the night; OVERNIGHT_API_URL.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with an issue where its night left it; a night that Airflow ran is retried through its API."""
    with speaking():
        url = api or os.environ.get("OVERNIGHT_API_URL", "")
        if api or (url and not _ours(night, issue)):
            _tell_there(_there(_deployment(url), night, issue, anew), as_json)
            return
        house = desk()
        chosen = chosen_night(house, night, issue)
        with shown_steps(house, chosen.id, as_json) as watch:
            done = retry_issue(house, chosen.id, issue, anew=anew, watch=watch)
        _tell(done, as_json)
        if done.issue.status == "crashed":
            raise typer.Exit(Exit.CRASHED)


def _ours(night: str | None, issue: int) -> bool:
    """Whether the night is one that `overnight run` did on this ledger."""
    try:
        house: Overnight = desk()
        return open_night(house, chosen_night(house, night, issue).id).order.trigger == "cli"
    except NotFound:
        return False


def _deployment(url: str) -> Deployment:
    from ..adapters.deployment import deployment_of

    return deployment_of(os.environ, url)


def _there(deployment: Deployment, night: str | None, issue: int, anew: bool) -> dict[str, Any]:
    chosen = night or _night_there(deployment, issue)
    told = deployment.post("nights", chosen, "issues", issue, "retry", body={"anew": anew})
    return {"night": chosen, "issue": issue, **(told if isinstance(told, dict) else {})}


def _night_there(deployment: Deployment, issue: int) -> str:
    for row in deployment.get("nights", limit=_LOOKED_AT)["nights"]:
        found = deployment.get("nights", row["id"])
        if any(one["number"] == issue for one in found["issues"]):
            return str(row["id"])
    raise NotFound(f"none of the last {_LOOKED_AT} nights there has issue #{issue}: name one with --night")


def _tell_there(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        say(str(told.get("told") or f"#{told['issue']} of night {told['night']} is retried by Airflow."))


def _tell(done: Retried, as_json: bool) -> None:
    row = done.issue
    if as_json:
        told = {"night": done.night.id, "issue": row.number, "round": done.round}
        print_json({**told, "status": row.status, "reason": row.reason, "pull_request": row.pull_request})
    else:
        say(f"#{row.number} {row.status}: {row.reason}")
