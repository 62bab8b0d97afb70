"""How a checkout stands, for people and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..domain.drift import Commit, shown
from ..services.syncing import Drift
from .console import say

SHOWN_COMMITS = 5


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


def show_row(row: dict[str, Any]) -> None:
    """Print what a run did with a checkout."""
    say(f"{row['name']}: {row['reason']}")
    if row.get("backup"):
        say(f"  merged {row['merged']} files; backup {row['backup']}")
        say(f"  undo with: overnight sync undo {row['name']}")
    elif not row["in_sync"]:
        for step in row["plan"]:
            say(f"  → {step}")
    if row.get("summary"):
        say(f"  {len(row['handed_over'])} branches of the night are here: {row['summary']}")
