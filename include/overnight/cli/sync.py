"""`overnight sync`: developers' checkouts: how they stand, bring them level, take a merge back."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from ..domain.checkouts import Checkout, configured
from ..domain.drift import Commit, shown
from ..domain.errors import NotFound, Transient
from ..domain.syncing import Action
from ..ports.desktop import Desktop
from ..services import syncing
from ..services.handing_over import hand_over
from ..services.syncing import Drift
from ..settings import load_settings
from .console import Exit, JsonOption, complain, print_json, say, speaking
from .desk import desk

NameArgument = Annotated[str | None, typer.Argument(help="Name of a checkout; all when left out.")]
SHOWN_COMMITS = 5

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
        house, desktop = desk(), _desktop()
        rows = [_attempt(checkout, lambda one: _run(house, desktop, one)) for checkout in _checkouts(name)]
        if as_json:
            print_json(rows)
        else:
            for row in rows:
                _say_row(row)
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
        moved = syncing.undo_merge(desk(), _desktop(), syncing.chosen(_configured(), name))
        if as_json:
            print_json({"branch": moved.branch, "before": moved.before, "after": moved.after})
        else:
            say(f"{moved.branch} is at {moved.after[:12]} again; what was merged is kept as {moved.backup}")


def document(drift: Drift) -> dict[str, Any]:
    """Return a drift as the JSON that scripts read."""
    state, decision = drift.state, drift.decision
    return {
        "name": state.checkout.name,
        "path": state.checkout.path,
        "branch": state.branch,
        "expected_branch": state.expected,
        "local_sha": state.head,
        "remote_sha": state.remote_sha,
        "ahead": state.ahead_count,
        "behind": state.behind_count,
        "has_drift": drift.has_drift,
        "safe_to_merge": drift.safe_to_merge,
        "action": str(decision.action),
        "rule": decision.rule,
        "reason": decision.reason,
        "plan": list(decision.plan),
        "uncommitted": [shown(path) for path in state.dirty],
        "incoming": [shown(change.path) for change in state.incoming],
        "diverged_files": [shown(path) for path in state.both],
        "conflicts": [shown(path) for path in state.conflicts or state.stash_conflicts],
        "conflicts_file": drift.conflicts_file,
        "recovered": drift.recovered,
    }


def show(drift: Drift) -> None:
    """Print a drift for people."""
    state, decision = drift.state, drift.decision
    say(f"{state.checkout.name}: {decision.action}: {decision.reason}")
    if drift.recovered:
        say(f"  {drift.recovered}")
    if state.head and state.remote_sha:
        say(f"  {state.branch or 'detached'} at {state.head[:12]}, remote at {state.remote_sha[:12]}: ")
        say(f"  {state.ahead_count} ahead, {state.behind_count} behind")
    _show_commits("unpushed", state.ahead, state.ahead_count)
    _show_commits("incoming", state.behind, state.behind_count)
    for step in decision.plan:
        say(f"  → {step}")
    if drift.conflicts_file:
        say(f"  both sides: {drift.conflicts_file}")


def _show_commits(word: str, commits: Sequence[Commit], count: int) -> None:
    for commit in commits[:SHOWN_COMMITS]:
        say(f"  {word} {commit.sha[:12]} {commit.subject}")
    if count > SHOWN_COMMITS:
        say(f"  {word}: {count - SHOWN_COMMITS} more")


def _run(house: Any, desktop: Desktop, checkout: Checkout) -> dict[str, Any]:
    synced = syncing.sync_checkout(house, desktop, checkout)
    handed = hand_over(house, desktop, checkout) if synced.drift.state.remote_sha else None
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
    """One busy checkout does not keep the others from being brought level."""
    try:
        return work(checkout)
    except Transient as error:
        complain(f"{checkout.name}: not now: {error}", "yellow")
        return {"name": checkout.name, "in_sync": False, "try_again": True, "reason": str(error), "plan": []}


def _say_row(row: dict[str, Any]) -> None:
    say(f"{row['name']}: {row['reason']}")
    if row.get("backup"):
        say(f"  merged {row['merged']} files; backup {row['backup']}")
        say(f"  undo with: overnight sync undo {row['name']}")
    elif not row["in_sync"]:
        for step in row["plan"]:
            say(f"  → {step}")
    if row.get("summary"):
        say(f"  {len(row['handed_over'])} branches of the night are here: {row['summary']}")


def _desktop() -> Desktop:
    from ..adapters.desktop import GitDesktop

    return GitDesktop()


def _configured() -> tuple[Checkout, ...]:
    return configured(getattr(load_settings().values, "desktops", ()), os.environ)


def _checkouts(name: str | None) -> tuple[Checkout, ...]:
    checkouts = _configured()
    if name:
        return (syncing.chosen(checkouts, name),)
    if not checkouts:
        raise NotFound("no checkout is configured: add [[desktops]] to overnight.toml, or set LOCAL_…_PATH")
    return checkouts
