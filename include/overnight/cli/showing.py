"""What several commands show: a night, and what a plan left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..domain.nights import Night, NightIssue, totals
from .console import say
from .tables import row, short, show, table

_FOLDED = {"not_requested": "not asked for", "cut": "cut off by the limit of issues"}
"""Kind of exclusion → what is said once for all of its issues: their reasons are all the same."""
_LISTED = 30
"""Exclusions that are listed one by one; a backlog can have thousands."""


def show_night(night: Night) -> None:
    """Print a night: what became of each issue, then what was left out."""
    made = table(f"Night of {night.full_name}{' (dry run)' if night.dry_run else ''}", *_COLUMNS)
    for issue in sorted(night.issues, key=lambda issue: issue.position):
        row(made, f"#{issue.number}", issue.status or "running", short(issue.title),
            details=(_spent(issue), issue.reason))  # fmt: skip
    show(made)
    show_exclusions(night.exclusions)
    if night.status == "skipped":
        say(f"Skipped: {night.reason}")
    counted = totals(night)
    say(
        f"{counted['success']} succeeded, {counted['failed']} failed, {counted['skipped']} skipped, "
        f"{counted['excluded']} left out."
    )
    say(f"Night {night.id}")


def _spent(issue: NightIssue) -> str:
    if not issue.attempts:
        return ""
    tiers = " → ".join(str(attempt["tier"]) for attempt in issue.attempts)
    return f"{tiers}, ${sum(attempt['cost_usd'] or 0 for attempt in issue.attempts):.4f}"


def show_exclusions(exclusions: Iterable[Mapping[str, Any]]) -> None:
    """Print what was left out, with reasons; what nobody asked for takes one line."""
    rows = list(exclusions)
    told = [one for one in rows if one.get("kind") not in _FOLDED]
    made = table("Left out", "issue", "title")
    for one in told[:_LISTED]:
        row(made, f"#{one['number']}", short(one["title"]), details=(one["reason"],))
    show(made)
    if len(told) > _LISTED:
        say(f"… and {len(told) - _LISTED} more; --json lists them all.")
    for kind, words in _FOLDED.items():
        folded = [one["number"] for one in rows if one.get("kind") == kind]
        if folded:
            say(f"{len(folded)} {words}: {_numbers(folded)}")


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(f"#{number}" for number in numbers[:8])
    return f"{shown} …" if len(numbers) > 8 else shown


_COLUMNS = ("issue", "status", "title, tiers and cost, reason")
