"""A night as a table on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

COLOURS = {
    "pull_request": "green",
    "judged": "green",
    "failed": "red",
    "crashed": "bold red",
    "blocked": "yellow",
    "skipped": "dim",
}


def show_night(document: Mapping[str, Any], console: Console) -> None:
    """Print what became of each issue, why some were left out, and the totals."""
    table = Table(title=f"{document['repository']}: {document['status']}", title_justify="left")
    for name, options in (
        ("#", {"justify": "right"}),
        ("issue", {"max_width": 40}),
        ("type", {}),
        ("attempts", {"max_width": 26}),
        ("became", {}),
        ("why", {"max_width": 48}),
    ):
        table.add_column(name, **options)
    for row in document["issues"]:
        status = row["status"] or "unfinished"
        became = f"{status} #{row['pull_request']}" if row["pull_request"] else status
        colour = COLOURS.get(status, "white")
        cells = [str(row["number"]), row["title"], row["sequence_type"], _attempts(row["attempts"])]
        table.add_row(*map(_plain, cells), f"[{colour}]{became}[/]", _plain(row["reason"]))
    console.print(table)
    if document["status"] == "skipped":
        console.print(f"  skipped: {_plain(document['reason'])}")
    for exclusion in document["exclusions"]:
        reason = exclusion.get("reason", exclusion.get("kind", ""))
        console.print(f"  left out: #{exclusion['number']} {_plain(reason)}", style="dim")
    console.print(_closing(document))


def _attempts(attempts: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{attempt['tier']} {attempt['outcome']}" for attempt in attempts)


def _closing(document: Mapping[str, Any]) -> str:
    totals = document["totals"]
    dollars = sum(
        float(row.get("cost_usd") or 0) for issue in document["issues"] for row in issue["attempts"]
    )
    words = ", ".join(f"{totals[word]} {word}" for word in ("success", "failed", "skipped"))
    return (
        f"{totals['planned']} planned, {totals['excluded']} left out: {words}; $ {dollars:.2f} at list price"
    )


def _plain(text: str) -> str:
    """An issue's title is a stranger's text: no markup of it reaches the terminal."""
    return "".join(letter for letter in text if letter.isprintable()).replace("[", r"\[")
