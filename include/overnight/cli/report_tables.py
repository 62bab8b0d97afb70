"""A report in a terminal of 80 columns: of wide tables the columns that matter, the rest in files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from .console import console, plain, say
from .tables import row, show, table

if TYPE_CHECKING:
    from ..reports.report import Report, Table

_SHOWN = {
    "maintenance": ("look_at", "what_stands_there"),
    "missed": ("repository", "nights", "first_due"),
    "trend": ("", "nights", "accepted", "failed", "escalations", "cost_usd", "cost_per_accepted_usd"),
    "nights": ("started_at", "status", "accepted", "failed", "skipped", "cost_usd", "repository"),
    "by_repository": ("attempts", "accepted", "success", "cost_usd", "cost_per_accepted_usd", "repository"),
    "by_tier": ("attempts", "accepted", "success", "cost_usd", "cost_per_accepted_usd", "tier"),
    "by_sequence_type": (
        "attempts",
        "accepted",
        "success",
        "cost_usd",
        "cost_per_accepted_usd",
        "sequence_type",
    ),
    "escalations": ("escalations", "accepted", "cost_usd", "to_tier", "reason"),
    "learning": ("sequence_type", "complexity", "evidence"),
    "lessons": ("at", "kind", "description"),
    "proposals": ("setting", "change"),
    "backfilled": ("backfilled", "issues", "accepted", "cost_usd", "nights"),
}
"""Table → columns; "" is the first one. Tables that are not here have room for all of theirs."""
_BELOW = {"proposals": "evidence"}
_MOST_ROWS = 31


def show_report(report: Report) -> None:
    """Print a report."""
    say(f"{report.title}, {report.facts.repository or 'all repositories'}\n")
    headline = table("Headline", "figure", "now", f"the {report.period} before")
    for tile in report.tiles:
        row(headline, tile.label, tile.value, tile.before)
    show(headline)
    for alert in report.alerts:
        console.print(Text(f"! {plain(alert)}", style="yellow"))
    for section in report.sections:
        for one in section.tables:
            _show(one)
        for sentence in section.sentences:
            console.print(Text(plain(sentence)))
        if any(one.key == "missed" for one in section.tables):
            for absent in report.missed:
                say(f"  {absent.command}")
        if section.sentences:
            say("")


def _show(one: Table) -> None:
    from ..reports.wording import cell, heading

    frame = one.frame
    names = [name or frame.columns[0] for name in _SHOWN.get(one.key, tuple(frame.columns))]
    made = table(one.title, *(heading(name) for name in names))
    below = _BELOW.get(one.key)
    for _, values in frame.tail(_MOST_ROWS).iterrows():
        row(made, *(cell(name, values[name]) for name in names),
            details=(str(values[below]),) if below else ())  # fmt: skip
    show(made)
    if len(frame) > _MOST_ROWS:
        say(f"… and {len(frame) - _MOST_ROWS} earlier rows; --format csv has them all.\n")
