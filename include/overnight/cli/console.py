"""How commands speak: tables for people, JSON for scripts, errors with their exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..domain.errors import OvernightError, Transient

console = Console()
errors = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
RepositoryOption = Annotated[
    str | None, typer.Option("--repository", "-r", help="OWNER/NAME; the only configured one when left out.")
]


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    DEFECT = 1
    WRONG = 2
    """Settings, arguments, token or repository are wrong; the message names the fix."""
    NOT_ADMITTED = 3
    CRASHED = 4
    """The night ended, but an issue crashed."""
    TRY_AGAIN = 75


@contextmanager
def speaking() -> Iterator[None]:
    """Turn our errors into one clear line and an exit code."""
    try:
        yield
    except Transient as error:
        errors.print(Text(f"Not now: {error}", style="yellow"))
        raise typer.Exit(Exit.TRY_AGAIN) from error
    except OvernightError as error:
        errors.print(Text(f"Error: {error}", style="red"))
        raise typer.Exit(Exit.WRONG) from error


def say(text: str) -> None:
    """Print plain text: nothing in it is markup."""
    console.print(Text(text))


def print_json(value: Any) -> None:
    """Print a value as JSON, one document, UTF-8."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def table(title: str, *columns: str) -> Table:
    """Return a table whose cells wrap; cells must be added with `row`."""
    made = Table(title=title, title_justify="left", show_lines=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def row(made: Table, *cells: object) -> None:
    """Add a row of plain text: issue titles are not markup."""
    made.add_row(*(Text(str(cell)) for cell in cells))
