"""A night as a table on a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from .checking import Check

COLOURS = {
    "pull_request": "green",
    "judged": "green",
    "failed": "red",
    "crashed": "bold red",
    "blocked": "yellow",
    "parked": "yellow",
    "skipped": "dim",
}
ENDINGS = {"accepted": "", "gates_failed": "red", "unavailable": "down"}
"""How an attempt ended, in a word; any other outcome is a word already."""
PASSING = frozenset({"pass", "not_applicable"})


def show_night(document: Mapping[str, Any], spent: Decimal, console: Console) -> None:
    """Print what became of each issue, why some were left out, and the totals.

    :param spent: dollars of the whole night; what no attempt spent is the judge's.
    """
    table = Table(title=f"{document['repository']}: {document['status']}", title_justify="left")
    for name, options in (
        ("#", {"justify": "right"}),
        ("issue", {"max_width": 36}),
        ("type", {}),
        ("tiers", {"max_width": 34}),
        ("gates", {"justify": "right"}),
        ("cost", {"justify": "right"}),
        ("became", {}),
        ("why", {"max_width": 44}),
    ):
        table.add_column(name, **options)
    for row in document["issues"]:
        status = row["status"] or "unfinished"
        became = f"{status} #{row['pull_request']}" if row["pull_request"] else status
        colour = COLOURS.get(status, "white")
        cells = [str(row["number"]), row["title"], row["sequence_type"], tier_path(row["attempts"])]
        cells += [gates_passed(row["gates"]), f"${_cost(row['attempts']):.4f}" if row["attempts"] else ""]
        table.add_row(*map(_plain, cells), f"[{colour}]{became}[/]", _plain(row["reason"]))
    console.print(table)
    if document["status"] == "skipped":
        console.print(f"  skipped: {_plain(document['reason'])}")
    for exclusion in document["exclusions"]:
        reason = exclusion.get("reason", exclusion.get("kind", ""))
        console.print(f"  left out: #{exclusion['number']} {_plain(reason)}", style="dim")
    console.print(_closing(document, spent))


def show_checks(checks: Iterable[Check], console: Console) -> None:
    """Print what the night was to show, each with its evidence."""
    for check in checks:
        mark = "[green]✓[/]" if check.holds else "[bold red]✗[/]"
        console.print(f"  {mark} {_plain(check.claim)}: {_plain(check.evidence)}", highlight=False)


def tier_path(attempts: Sequence[Mapping[str, Any]]) -> str:
    """Return the way of an issue along the ladder: `gpt-4 red ×2 → gpt-4-turbo`."""
    ends = [(attempt["tier"], ENDINGS.get(attempt["outcome"], attempt["outcome"])) for attempt in attempts]
    steps = [(tier, end, len(list(same))) for (tier, end), same in groupby(ends)]
    return " → ".join(f"{tier} {end}".rstrip() + (f" ×{n}" if n > 1 else "") for tier, end, n in steps)


def gates_passed(gates: Mapping[str, str]) -> str:
    """Return how many gates stand in the way no longer: `9/9`; empty before any has spoken."""
    return f"{sum(status in PASSING for status in gates.values())}/{len(gates)}" if gates else ""


def _closing(document: Mapping[str, Any], spent: Decimal) -> str:
    totals = document["totals"]
    attempts = sum((_cost(issue["attempts"]) for issue in document["issues"]), Decimal(0))
    words = ", ".join(f"{totals[word]} {word}" for word in ("success", "failed", "skipped"))
    return (
        f"{totals['planned']} planned, {totals['excluded']} left out: {words}; $ {spent:.2f} at list price"
        f" ({attempts:.2f} in attempts, {spent - attempts:.2f} for the judge's own reviews)"
    )


def _cost(attempts: Sequence[Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(str(attempt.get("cost_usd") or 0)) for attempt in attempts), Decimal(0))


def _plain(text: str) -> str:
    """An issue's title is a stranger's text: no markup of it reaches the terminal."""
    return "".join(letter for letter in text if letter.isprintable()).replace("[", r"\[")
