"""The command tree."""

from __future__ import annotations

import typer

from . import attempt, db, doctor, events, init, plan, publish, report, run, settings, status, stop, why

app = typer.Typer(
    name="overnight",
    help="Works through a repository's open GitHub issues at night.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for command in (init, run, stop, why, attempt, plan, publish, status, events, doctor):
    app.command(name=command.__name__.rsplit(".", 1)[-1])(command.command)
app.add_typer(db.app, name="db")
app.add_typer(report.app, name="report")
app.add_typer(settings.app, name="settings")


def main() -> None:
    """Run the command line."""
    app()
