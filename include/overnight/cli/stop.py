"""`overnight stop`: end a night cleanly."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from ..services.stopping import stop_night
from .console import JsonOption, print_json, say, speaking
from .desk import chosen_night, desk
from .offering import night_ids


def command(
    night: Annotated[
        str | None, typer.Argument(help="Night id; the newest when left out.", autocompletion=night_ids)
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="Do not let running attempts finish.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Stop a night: no new attempt starts, running ones end, leases are freed."""
    with speaking():
        house = desk()
        chosen = chosen_night(house, night)
        told = stop_night(house, chosen.id, who=getpass.getuser(), now=now)
        if as_json:
            print_json({"night": chosen.id, "told": told})
        else:
            say(told)
