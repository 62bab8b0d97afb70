"""Tables that several commands print."""

from __future__ import annotations

from ..domain.nights import Night, totals
from .console import console, row, say, table


def show_night(night: Night) -> None:
    """Print a night: a row per issue, then what was left out."""
    made = table(f"Night of {night.full_name}{' (dry run)' if night.dry_run else ''}", *_COLUMNS)
    for issue in sorted(night.issues, key=lambda issue: issue.position):
        cost = sum(attempt["cost_usd"] or 0 for attempt in issue.attempts)
        request = f"#{issue.pull_request}" if issue.pull_request else ""
        tiers = " → ".join(str(attempt["tier"]) for attempt in issue.attempts)
        row(made, issue.position, f"#{issue.number}", issue.title, issue.sequence_type, issue.status, tiers,
            f"${cost:.4f}", request, issue.reason)  # fmt: skip
    console.print(made)
    if night.exclusions:
        left = table("Left out", "issue", "title", "reason")
        for exclusion in night.exclusions:
            row(left, f"#{exclusion['number']}", exclusion["title"], exclusion["reason"])
        console.print(left)
    counted = totals(night)
    say(
        f"{counted['success']} succeeded, {counted['failed']} failed, {counted['skipped']} skipped, "
        f"{counted['excluded']} left out. Night {night.id}."
    )


_COLUMNS = ("", "issue", "title", "type", "status", "tiers", "cost", "PR", "reason")
