"""`overnight run`: a night in this process, without a scheduler."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from ..assembly import Overnight
from ..beginning import begin_night
from ..domain.errors import SettingsError
from ..domain.nights import Night, document
from ..services.reading import open_night
from ..services.running import run_night
from ..services.stopping import stop_night
from .console import Exit, JsonOption, complain, print_json, speaking
from .desk import chosen_repository, desk
from .live import shown_steps, told
from .offering import night_ids, repositories
from .showing import show_night
from .watching import follow_night, running_night

_Repository = Annotated[
    str | None,
    typer.Option("--repository", "-r", help="OWNER/NAME.", autocompletion=repositories),
]
_Night = Annotated[
    str | None, typer.Option(help="With --follow: the night to show.", autocompletion=night_ids)
]


def command(
    repository: _Repository = None,
    owner: Annotated[str | None, typer.Option(help="Owner, with --repo.")] = None,
    repo: Annotated[str | None, typer.Option(help="Repository name, with --owner.")] = None,
    issues: Annotated[
        list[int] | None, typer.Option("--issue", min=1, help="Only this issue; repeatable.")
    ] = None,
    max_issues: Annotated[int | None, typer.Option(min=1, help="Cut the plan after this many.")] = None,
    dry_run: Annotated[
        bool | None, typer.Option("--dry-run/--no-dry-run", help="Write nothing to GitHub.")
    ] = None,
    plan_only: Annotated[bool, typer.Option("--plan-only", help="A dry run without any model call.")] = False,
    escalation: Annotated[
        bool | None, typer.Option("--escalation/--no-escalation", help="Whether dearer tiers may be used.")
    ] = None,
    heal: Annotated[
        bool | None, typer.Option("--heal/--no-heal", help="Whether there is more than one attempt.")
    ] = None,
    pull_requests: Annotated[
        bool | None, typer.Option("--pull-requests/--no-pull-requests", help="Whether they are opened.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Start nothing: show a night at work until it ends.")
    ] = False,
    night: _Night = None,
    as_json: JsonOption = False,
) -> None:
    """Run one night here and now, or show one that is running elsewhere."""
    params = {
        "issues": issues or None,
        "max_issues_per_run": max_issues,
        "dry_run": dry_run,
        "plan_only": plan_only or None,
        "enable_model_escalation": escalation,
        "enable_auto_heal": heal,
        "create_prs_automatically": pull_requests,
    }
    with speaking():
        name = _named(repository, owner, repo)
        if follow:
            _follow(name, night, params, as_json)
            return
        if night:
            raise SettingsError("--night goes with --follow: a night that begins gets an id of its own")
        _run(desk(name), name, params, as_json)


def _named(repository: str | None, owner: str | None, repo: str | None) -> str | None:
    if bool(owner) != bool(repo):
        raise SettingsError("--owner and --repo go together: --owner acme --repo pantry")
    if owner and repository:
        raise SettingsError("name the repository once: --repository, or --owner with --repo")
    return f"{owner}/{repo}" if owner else repository


def _follow(name: str | None, night: str | None, params: dict[str, Any], as_json: bool) -> None:
    if any(value is not None for value in params.values()):
        raise SettingsError("--follow starts nothing, so it takes no wishes for a night: leave them out")
    house = desk(name)
    chosen = running_night(house, name, night)
    found, left = follow_night(house, chosen.id, as_json)
    _end(found, left, as_json)


def _run(house: Overnight, name: str | None, params: dict[str, Any], as_json: bool) -> None:
    from ..adapters.ledger import uuid7

    full_name, chosen = chosen_repository(house, name), uuid7(house.clock.now())
    night, admission = begin_night(house, full_name, trigger="cli", night=chosen, params=params)
    if not admission.admitted:
        complain(f"The night was not admitted: {admission.reason}", "yellow")
        if as_json:
            print_json(_of_record(house, night))
        raise typer.Exit(Exit.NOT_ADMITTED)
    _end(*_to_its_end(house, night, as_json), as_json)


def _end(night: Night, interrupted: bool, as_json: bool) -> None:
    """Print a night and leave with what its end means to a script."""
    if as_json:
        print_json(document(night))
    else:
        show_night(night)
    if interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if night.status == "skipped":
        raise typer.Exit(Exit.NOT_ADMITTED)
    if any(issue.status == "crashed" for issue in night.issues):
        raise typer.Exit(Exit.CRASHED)


def _to_its_end(house: Overnight, night: str, as_json: bool) -> tuple[Night, bool]:
    """Run the night; at an interrupt stop it: what was not begun is parked, nothing stays claimed."""
    try:
        with shown_steps(house, night, as_json) as watch:
            return run_night(house, open_night(house, night), watch), False
    except KeyboardInterrupt:
        complain("Interrupted: the night is being ended; once more leaves it as it is.", "yellow")
        stop_night(house, night, who=getpass.getuser(), now=True)
        return run_night(house, open_night(house, night), told), True


def _of_record(house: Overnight, night: str) -> dict[str, Any]:
    return document(house.ledger.night(night) or Night(night, ""))
