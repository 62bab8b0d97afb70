"""How commands speak: text for people, JSON for scripts, errors with their exit code."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from ..domain.errors import OvernightError, Transient
from .offering import repositories

console = Console()
errors = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]
RepositoryOption = Annotated[
    str | None,
    typer.Option(
        "--repository",
        "-r",
        help="OWNER/NAME; the only configured one when left out.",
        autocompletion=repositories,
    ),
]

_ACTING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What makes a terminal act or hides the order of letters; line feeds and tabs are harmless."""


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    """Done; issues that failed, are blocked or were left out are outcomes, not errors."""
    DEFECT = 1
    """A defect of ours, with a traceback, or a question answered with no: a gate fails, a chain is broken."""
    WRONG = 2
    """Settings, arguments, token or repository are wrong, or `doctor` failed a check; the fix is named."""
    NOT_ADMITTED = 3
    """The night was not admitted; the reason is on stderr and on record."""
    CRASHED = 4
    """The night ended, but an issue crashed."""
    TRY_AGAIN = 75
    """Not now: a server, the database, a rate limit, somebody's claim; the same may work in a while."""
    INTERRUPTED = 130
    """Interrupted from the keyboard: the night is ended cleanly first, unless it was only followed."""


@contextmanager
def speaking() -> Iterator[None]:
    """Turn failures into one clear line and an exit code; keep stdout for what was asked for."""
    with _stdout_is_ours():
        try:
            yield
        except Transient as error:
            complain(f"Not now: {error}", "yellow")
            raise typer.Exit(Exit.TRY_AGAIN) from error
        except OvernightError as error:
            complain(f"Error: {error}")
            raise typer.Exit(Exit.WRONG) from error
        except BrokenPipeError:
            raise  # who read us has had enough; typer ends quietly
        except OSError as error:
            complain(f"Error: {error.filename or 'the system'}: {error.strerror or error}")
            raise typer.Exit(Exit.WRONG) from error


@contextmanager
def _stdout_is_ours() -> Iterator[None]:
    """Send what libraries print to stderr, and drop what they log below an error: `--json` is parsed."""
    stdout, disabled = sys.stdout, logging.root.manager.disable
    console.file, sys.stdout = stdout, sys.stderr
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(disabled)
        sys.stdout = stdout


def complain(text: str, style: str = "red") -> None:
    """Print one line for people to stderr; the terminal wraps it, so that it can be copied."""
    errors.print(Text(plain(text), style=style), soft_wrap=True)


def say(text: str) -> None:
    """Print plain text: nothing in it is markup, nothing in it makes a terminal act."""
    console.print(Text(plain(text)), soft_wrap=True)


def say_exactly(text: str) -> None:
    """Print text that a tool may read, a diff for example: to the byte, unless a terminal shows it."""
    stdout = console.file
    kept = plain(text) if stdout.isatty() else text
    stdout.write(kept if kept.endswith("\n") else kept + "\n")


def plain(text: str) -> str:
    """Return text without what would make a terminal act on it."""
    return _ACTING.sub("\N{REPLACEMENT CHARACTER}", text)


def print_json(value: Any) -> None:
    """Print a value as JSON, one document; what a terminal would act on is escaped."""
    stdout = console.file
    ascii_only = "utf" not in (getattr(stdout, "encoding", None) or "utf-8").lower()
    text = json.dumps(value, indent=2, ensure_ascii=ascii_only, default=str)
    stdout.write(_ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
