"""`overnight status`: nights, newest first."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..domain.nights import Night
from .console import JsonOption, print_json, say, speaking
from .desk import desk


def command(
    limit: Annotated[int, typer.Option(min=1, max=200, help="The newest so many.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """List the latest nights."""
    with speaking():
        nights = desk().ledger.nights(limit=limit)
        if as_json:
            print_json([_brief(night) for night in nights])
            return
        for night in nights:
            _show(_brief(night))
        if not nights:
            say("There has been no night yet: `overnight run` starts one.")


def _show(brief: dict[str, Any]) -> None:
    dry = " (dry run)" if brief["dry_run"] else ""
    say(f"{brief['night']}  {brief['started_at'] or 'not started':16}  {brief['status']}{dry}")
    say(f"  {brief['repository']}{': ' if brief['reason'] else ''}{brief['reason']}")


def _brief(night: Night) -> dict[str, Any]:
    return {
        "night": night.id,
        "repository": night.full_name,
        "started_at": f"{night.started_at:%Y-%m-%d %H:%M}" if night.started_at else None,
        "status": night.status,
        "dry_run": night.dry_run,
        "reason": night.reason,
    }
