"""`overnight completion SHELL`: the script by which a shell completes our commands."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from .console import say_exactly, speaking

ASKED = "_OVERNIGHT_COMPLETE"
"""The variable by which a shell asks for completions; typer's convention."""


class Shell(StrEnum):
    """Shells whose completion there is."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def command(shell: Annotated[Shell, typer.Argument(help="The shell that will read it.")]) -> None:
    """Print the completion script of a shell; `source` it from the shell's start-up file."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # not in its __all__

    with speaking():
        say_exactly(get_completion_script(prog_name="overnight", complete_var=ASKED, shell=str(shell)))


def prepare() -> None:
    """Make the shells known when one of them asks; at any other time nothing is loaded."""
    if ASKED in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]  # not in its __all__

        completion_init()
