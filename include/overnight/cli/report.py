"""`overnight report`: documents about nights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ..domain.nights import document
from .console import JsonOption, print_json, say, speaking
from .desk import chosen_night, desk
from .showing import show_night

app = typer.Typer(help="Reports.", no_args_is_help=True)


@app.command("night")
def night_command(
    night: Annotated[str | None, typer.Argument(help="Night id; the newest when left out.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write night.json here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show one night; --output writes night.json (docs/reference/night.md)."""
    with speaking():
        chosen = chosen_night(desk(), night)
        if output:
            output.write_text(json.dumps(document(chosen), indent=2) + "\n", "utf-8")
        if as_json:
            print_json(document(chosen))
        elif output:
            say(f"Wrote {output}")
        else:
            show_night(chosen)
