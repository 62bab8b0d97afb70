"""`overnight follow`: take the next step of every open pull request of ours, now."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ..domain.errors import OvernightError
from ..services.following import Followed, follow_pull_requests
from ..settings.orders import make_order
from .console import Exit, JsonOption, complain, print_json, speaking
from .desk import desk
from .tables import row, show, table

if TYPE_CHECKING:
    from ..assembly import Overnight


def command(
    repository: Annotated[
        str | None, typer.Argument(help="OWNER/NAME; all configured ones when left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow open pull requests: mark ready, queue, retarget, repair or close them, and tell their issues."""
    with speaking():
        house = desk(repository)
        configured = house.settings.values.repositories
        names = [repository] if repository else [one.name for one in configured if one.enabled]
        found = [_followed(house, name) for name in names]
        if as_json:
            print_json([{**asdict(one), "moving": list(one.moving)} for one in found])
        else:
            _show(found)
        if any(one.problem for one in found):
            raise typer.Exit(Exit.WRONG)


def _followed(house: Overnight, name: str) -> Followed:
    """Follow one repository; what goes wrong there holds up no other."""
    order = make_order(house.settings, name, "", trigger="cli", now=house.clock.now())
    try:
        return follow_pull_requests(house, order)
    except OvernightError as error:
        return Followed(name, problem=str(error))


def _show(found: list[Followed]) -> None:
    made = table("Pull requests", "repository", "issue", "pull request", "how it stands")
    for one in found:
        for line in one.rows:
            row(made, one.repository, f"#{line.issue}", f"#{line.number}", line.state)
    show(made)
    for one in found:
        if one.problem:
            complain(f"{one.repository}: {one.problem}")
