"""`overnight run`: a night in this process, without a scheduler."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..beginning import begin_night
from ..domain.nights import document
from ..services.reading import open_night
from ..services.running import run_night
from .console import Exit, JsonOption, errors, print_json, say, speaking
from .desk import chosen_repository, desk
from .showing import show_night


def command(
    repository: Annotated[str | None, typer.Option("--repository", "-r", help="OWNER/NAME.")] = None,
    owner: Annotated[str | None, typer.Option(help="Owner, with --repo.")] = None,
    repo: Annotated[str | None, typer.Option(help="Repository name, with --owner.")] = None,
    issues: Annotated[list[int] | None, typer.Option("--issue", help="Only this issue; repeatable.")] = None,
    max_issues: Annotated[int | None, typer.Option(min=1, help="Cut the plan after this many.")] = None,
    dry_run: Annotated[
        bool | None, typer.Option("--dry-run/--no-dry-run", help="Write nothing to GitHub.")
    ] = None,
    plan_only: Annotated[bool, typer.Option("--plan-only", help="No model call either.")] = False,
    escalation: Annotated[bool | None, typer.Option("--escalation/--no-escalation")] = None,
    heal: Annotated[bool | None, typer.Option("--heal/--no-heal")] = None,
    pull_requests: Annotated[bool | None, typer.Option("--pull-requests/--no-pull-requests")] = None,
    as_json: JsonOption = False,
) -> None:
    """Run one night here and now."""
    from ..adapters.ledger import uuid7

    with speaking():
        name = f"{owner}/{repo}" if owner and repo else repository
        house = desk(name)
        params: dict[str, Any] = {
            "issues": issues or None,
            "max_issues_per_run": max_issues,
            "dry_run": dry_run,
            "plan_only": plan_only or None,
            "enable_model_escalation": escalation,
            "enable_auto_heal": heal,
            "create_prs_automatically": pull_requests,
        }
        night, admission = begin_night(
            house,
            chosen_repository(house, name),
            trigger="cli",
            night=uuid7(house.clock.now()),
            params=params,
        )
        if not admission.admitted:
            say(f"The night was not admitted: {admission.reason}")
            raise typer.Exit(Exit.NOT_ADMITTED)

        def watch(step: str, issue: int | None) -> None:
            errors.print(f"[dim]{step}[/dim]" + (f" #{issue}" if issue else ""), highlight=False)

        finished = run_night(house, open_night(house, night), watch)
    if as_json:
        print_json(document(finished))
    else:
        show_night(finished)
    if any(issue.status == "crashed" for issue in finished.issues):
        raise typer.Exit(Exit.CRASHED)
