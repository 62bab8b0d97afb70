"""The command tree."""

from __future__ import annotations

from typing import Annotated

import typer

from . import (
    approve,
    attempt,
    audit,
    completion,
    db,
    doctor,
    events,
    follow,
    governance_issues,
    init,
    judge,
    lessons,
    mcp,
    models,
    plan,
    publish,
    quota,
    report,
    retry,
    rollback,
    run,
    settings,
    stats,
    status,
    stop,
    support,
    sync,
    why,
)
from .version import VERSION

app = typer.Typer(
    name="overnight",
    help="Works through a repository's open GitHub issues at night.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
_SINGLE = (
    *(init, run, stop, retry, why, attempt, plan, publish),
    *(approve, judge, status, events, stats, doctor, mcp),
)
for command in _SINGLE:
    app.command(name=command.__name__.rsplit(".", 1)[-1])(command.command)
app.command("follow")(follow.command)
app.command("rollback")(rollback.command)
app.add_typer(db.app, name="db")
app.add_typer(quota.app, name="quota")
app.add_typer(lessons.app, name="lessons")
app.add_typer(models.app, name="models")
app.add_typer(report.app, name="report")
app.add_typer(settings.app, name="settings")
app.add_typer(sync.app, name="sync")
app.add_typer(audit.app, name="audit")
app.command("governance-issues")(governance_issues.command)
app.command("support")(support.command)
app.command("completion")(completion.command)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"overnight {VERSION}")
        raise typer.Exit


@app.callback()
def overnight(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Work through a repository's open GitHub issues at night."""


def main() -> None:
    """Run the command line."""
    completion.prepare()
    app(prog_name="overnight")
