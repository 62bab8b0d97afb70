"""`overnight settings`: what is in force, and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import typer

from ..settings import FileSettings, Settings, cautions, load_settings, origin_of, settings_path
from . import settings_apply
from .console import JsonOption, print_json, say, speaking
from .tables import row, show, table

app = typer.Typer(help="The settings in force.", no_args_is_help=True)


@app.command("show")
def show_command(as_json: JsonOption = False) -> None:
    """Print the effective values and where each came from; passwords and tokens are masked."""
    with speaking():
        settings = load_settings()
        values = _effective(settings)
        if as_json:
            print_json(
                {
                    key: {"value": value, "from": origin_of(key, settings.origins), **_within(settings, key)}
                    for key, value in values.items()
                }
            )
            return
        made = table("Settings", "from", "key = value")
        for key, value in values.items():
            for name, leaf in _leaves(key, value):
                row(made, _short(settings, name), f"{name} = {leaf}")
        show(made)


app.command("apply")(settings_apply.command)


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of `overnight.toml`, for editors."""
    with speaking():
        print_json(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **FileSettings.model_json_schema()}
        )


@app.command("validate")
def validate(as_json: JsonOption = False) -> None:
    """Say whether the settings are valid."""
    with speaking():
        settings = load_settings()
        names = [repository.name for repository in settings.values.repositories]
        if as_json:
            print_json(
                {
                    "valid": True,
                    "file": settings.path and str(settings.path),
                    "repositories": names,
                    "cautions": list(cautions(settings)),
                }
            )
            return
        where = settings.path or f"no file at {settings_path(os.environ)}, so the defaults"
        say(f"Valid: {where}; repositories: {', '.join(names) or 'none'}.")
        for text in cautions(settings):
            say(f"Look: {text}")


def _within(settings: Settings, key: str) -> dict[str, dict[str, str]]:
    """Return the origins of a table's keys that come from elsewhere than the table itself."""
    own = {name: one for name, one in settings.origins.items() if name.startswith(f"{key}.")}
    return {"keys_from": own} if own else {}


def _effective(settings: Settings) -> dict[str, Any]:
    values: dict[str, Any] = settings.values.model_dump(mode="json")
    values["ledger_url"], values["storage_url"] = settings.ledger_url, settings.storage_url
    values["models"] = {tier: model.model_dump(mode="json") for tier, model in settings.models.items()}
    values["notify"] = [f"{url.partition('://')[0]}://***" for url in values["notify"]]
    return {key: masked(value) for key, value in values.items()}


def masked(value: Any) -> Any:
    """Return a value without the user and password of any address in it."""
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [masked(one) for one in value]
    if not isinstance(value, str):
        return value
    scheme, separator, rest = value.partition("://")
    if separator and "@" in rest:
        return f"{scheme}://***@{rest.rpartition('@')[2]}"
    return value


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _leaves(f"{name}.{key}", one)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, one in enumerate(value):
            yield from _leaves(f"{name}[{index}]", one)
    elif isinstance(value, list):
        yield name, ", ".join(map(str, value)) or "(none)"
    elif isinstance(value, bool):
        yield name, str(value).lower()
    else:
        yield name, "(unset)" if value in (None, "", {}) else str(value)


def _short(settings: Settings, key: str) -> str:
    origin = origin_of(key, settings.origins)
    return settings.path.name if settings.path and origin == str(settings.path) else origin
