"""`overnight status`: nights, newest first."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..domain.nights import Night
from .console import JsonOption, console, print_json, row, speaking, table
from .desk import desk


def command(
    limit: Annotated[int, typer.Option(min=1, max=200)] = 10,
    as_json: JsonOption = False,
) -> None:
    """List the latest nights."""
    with speaking():
        nights = desk().ledger.nights(limit=limit)
    if as_json:
        print_json([_brief(night) for night in nights])
        return
    made = table("Nights", "night", "repository", "started (UTC)", "status", "dry run", "reason")
    for night in nights:
        brief = _brief(night)
        row(
            made,
            *(brief[key] for key in ("night", "repository", "started_at", "status", "dry_run", "reason")),
        )
    console.print(made)


def _brief(night: Night) -> dict[str, Any]:
    return {
        "night": night.id,
        "repository": night.full_name,
        "started_at": f"{night.started_at:%Y-%m-%d %H:%M}" if night.started_at else None,
        "status": night.status,
        "dry_run": night.dry_run,
        "reason": night.reason,
    }
