"""`overnight settings`: what is in force, and where it comes from."""

from __future__ import annotations

import os
from typing import Any

import typer

from ..settings import load_settings, settings_path
from .console import JsonOption, console, print_json, row, say, speaking, table

app = typer.Typer(help="The settings in force.", no_args_is_help=True)


@app.command("show")
def show(as_json: JsonOption = False) -> None:
    """Print the effective values and where each came from; secrets are never among them."""
    with speaking():
        settings = load_settings()
    values: dict[str, Any] = settings.values.model_dump(mode="json")
    if as_json:
        print_json({key: {"value": value, "from": settings.origins[key]} for key, value in values.items()})
        return
    made = table("Settings", "key", "value", "from")
    for key, value in values.items():
        row(made, key, _masked(value), settings.origins[key])
    console.print(made)


@app.command("validate")
def validate() -> None:
    """Say whether the settings are valid."""
    with speaking():
        settings = load_settings()
    where = settings.path or f"no file at {settings_path(os.environ)}, defaults"
    say(f"Valid: {where}, {len(settings.values.repositories)} repositories.")


def _masked(value: Any) -> str:
    text = str(value)
    scheme, separator, rest = text.partition("://")
    if separator and "@" in rest:
        return f"{scheme}://***@{rest.rpartition('@')[2]}"
    return text
