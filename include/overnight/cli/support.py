"""`overnight support RUN_ID`: what to send to whoever helps, and nothing secret."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from ..beginning import night_id
from ..services.supporting import create_support_issue, find_run, support_text
from .console import JsonOption, print_json, say, speaking
from .desk import desk
from .version import VERSION

_PACKAGES = ("apache-airflow", "pydantic-ai-slim", "SQLAlchemy", "PyGithub", "pandas")


def command(
    run_id: Annotated[str, typer.Argument(help="Night id, or Airflow's run id.")],
    create: Annotated[
        bool, typer.Option("--create", help="Open it as an issue of the night's repository.")
    ] = False,
    log: Annotated[Path | None, typer.Option("--log", help="A log file whose last lines go with it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the text of a support issue: run id, versions, events and log lines, redacted."""
    with speaking():
        house = desk()
        night = find_run(
            house, run_id, lambda known: night_id(known.repository, _dag_id(known.full_name), run_id)
        )
        lines = log.read_text("utf-8", "replace").splitlines() if log else []
        body = support_text(house, night, versions(), lines, house.redactor.clean)
        number, url = None, ""
        if create:
            put = create_support_issue(house, house.issues, night, body)
            number, url = put.number, put.url
        if as_json:
            print_json({"night": night.id, "body": body, "issue": number, "url": url or None})
        else:
            say(f"#{number} {url}" if create else body)


def versions() -> dict[str, str]:
    """Return what runs here, by name."""
    found = {"overnight": VERSION, "python": platform.python_version(), "system": platform.platform()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _dag_id(full_name: str) -> str:
    return f"overnight_execution.{full_name.replace('/', '.')}"
