"""`overnight sync`: developers' checkouts: how they stand, bring them level, take a merge back."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Any

import typer

from ..domain.checkouts import Checkout, configured
from ..domain.errors import NotFound, OvernightError, Transient
from ..domain.syncing import Action
from ..ports.desktop import Desktop
from ..services import syncing
from ..services.handing_over import hand_over
from ..settings import load_settings
from .console import Exit, JsonOption, complain, print_json, say, speaking
from .desk import desk
from .drift import document, show, show_row

NameArgument = Annotated[str | None, typer.Argument(help="Name of a checkout; all when left out.")]

app = typer.Typer(help="Keep developers' checkouts level with GitHub.", invoke_without_command=True)


@app.callback()
def command(context: typer.Context) -> None:
    """Keep developers' checkouts level with GitHub; alone, show how they stand."""
    if context.invoked_subcommand is None:
        status(None, False)


@app.command()
def status(name: NameArgument = None, as_json: JsonOption = False) -> None:
    """Show how checkouts stand and what a sync would do; nothing in them changes."""
    with speaking():
        desktop = _desktop()
        drifts = [syncing.detect_drift_quietly(desktop, checkout) for checkout in _checkouts(name)]
        if as_json:
            print_json([document(drift) for drift in drifts])
        else:
            for drift in drifts:
                show(drift)
        if any(drift.decision.action is Action.REFUSE for drift in drifts):
            raise typer.Exit(Exit.WRONG)


@app.command()
def run(name: NameArgument = None, as_json: JsonOption = False) -> None:
    """Bring checkouts level where that is safe, fetch the night's branches, and record it all."""
    with speaking():
        house, desktop = _house(), _desktop()
        checkouts = _checkouts(name)
        if name:
            desktop.merge_again(checkouts[0])
        rows = [_attempt(checkout, lambda one: _run(house, desktop, one)) for checkout in checkouts]
        if as_json:
            print_json(rows)
        else:
            for row in rows:
                show_row(row)
        if any(row.get("try_again") for row in rows):
            raise typer.Exit(Exit.TRY_AGAIN)
        if not all(row["in_sync"] for row in rows):
            raise typer.Exit(Exit.WRONG)


@app.command()
def undo(
    name: Annotated[
        str | None, typer.Argument(help="Name of the checkout; the only one when left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take the last merge of a checkout back; refused when later work would be lost."""
    with speaking():
        moved = syncing.undo_merge(_house(), _desktop(), syncing.chosen(_configured(), name))
        if as_json:
            print_json({"branch": moved.branch, "before": moved.before, "after": moved.after})
        else:
            say(f"{moved.branch} is at {moved.after[:12]} again; what was merged is kept as {moved.backup}")


def _run(house: Any, desktop: Desktop, checkout: Checkout) -> dict[str, Any]:
    synced = syncing.sync_checkout(house, desktop, checkout)
    there = synced.drift.state.remote_sha and not _reports_elsewhere()
    handed = hand_over(house, desktop, checkout) if there else None
    moved = synced.moved
    return {
        **document(synced.drift),
        "in_sync": synced.in_sync,
        "merged": moved.files if moved else 0,
        "backup": moved.backup if moved else "",
        "handed_over": [branch for branch, _ in handed.opened.branches] if handed else [],
        "summary": handed.summary if handed else "",
    }


def _attempt(checkout: Checkout, work: Callable[[Checkout], dict[str, Any]]) -> dict[str, Any]:
    """One checkout that fails does not keep the others from being brought level."""
    try:
        return work(checkout)
    except OvernightError as error:
        again = isinstance(error, Transient)
        complain(f"{checkout.name}: {error}", "yellow" if again else "red")
        return {"name": checkout.name, "in_sync": False, "try_again": again, "reason": str(error), "plan": []}


def _reports_elsewhere() -> bool:
    """Whether this machine has no ledger of its own: it reports through the HTTP API."""
    return bool(os.environ.get("OVERNIGHT_API_URL"))


def _house() -> Any:
    if not _reports_elsewhere():
        return desk()
    from ..adapters.deployment import deployment_of
    from ..adapters.desktop.reporting import ApiLedger, ReportingHouse

    return ReportingHouse(ApiLedger(deployment_of(os.environ)))


def _desktop() -> Desktop:
    from ..adapters.desktop import GitDesktop

    return GitDesktop()


def _configured() -> tuple[Checkout, ...]:
    return configured(load_settings().values.desktops, os.environ)


def _checkouts(name: str | None) -> tuple[Checkout, ...]:
    checkouts = _configured()
    if name:
        return (syncing.chosen(checkouts, name),)
    if not checkouts:
        raise NotFound("no checkout is configured: add [[desktops]] to overnight.toml, or set LOCAL_…_PATH")
    return checkouts
