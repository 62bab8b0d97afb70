"""`python -m tests.docs.command_reference`: write docs/reference/commands.md from the command line itself."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import typer

from include.overnight.cli.app import app
from include.overnight.cli.console import Exit

from ..architecture.sources import PROJECT

PAGE = PROJECT / "docs" / "reference" / "commands.md"
HEAD = """\
# Commands, every option

Written by `python -m tests.docs.command_reference` from `include/overnight/cli`; a test refuses this page
when it does not agree with it.

| exit code | meaning |
|---|---|
"""


def commands() -> dict[str, Any]:
    """Return every command by the words that call it."""
    return dict(_walk("overnight", typer.main.get_command(app)))


def exit_codes() -> list[tuple[Exit, str]]:
    """Return every exit code with what its docstring says."""
    (node,) = ast.parse(inspect.getsource(Exit)).body
    assert isinstance(node, ast.ClassDef)
    return [
        (Exit[member.targets[0].id], " ".join(ast.literal_eval(after.value).split()))
        for member, after in pairwise(node.body)
        if isinstance(member, ast.Assign)
        and isinstance(member.targets[0], ast.Name)
        and isinstance(after, ast.Expr)
    ]


def _walk(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    # typer brings its own copy of click, so a group is known by what it has, not by its class
    subcommands: dict[str, Any] | None = getattr(command, "commands", None)
    if subcommands is None or command.invoke_without_command:
        yield words, command
    for name, sub in (subcommands or {}).items():
        yield from _walk(f"{words} {name}", sub)


def page() -> str:
    """Return the page's text."""
    parts = [HEAD.rstrip("\n"), *(f"| {code.value} | {words} |" for code, words in exit_codes())]
    for words, command in commands().items():
        places = [parameter.name for parameter in command.params if not _dashed(parameter)]
        parts.append(f"\n## {' '.join([words, *(place.upper() for place in places)])}\n\n{command.help}\n")
        rows = [_line(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            parts += ["| | |\n|---|---|", *rows]
    return "\n".join(parts) + "\n"


def _dashed(parameter: Any) -> bool:
    return parameter.opts[0].startswith("-")


def _line(parameter: Any) -> str:
    names = [*parameter.opts, *parameter.secondary_opts] if _dashed(parameter) else [parameter.name.upper()]
    return f"| {', '.join(f'`{name}`' for name in names)} | {getattr(parameter, 'help', '') or ''} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
