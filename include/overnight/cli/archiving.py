"""`overnight audit archive`: let old nights leave the ledger, provably."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ..assembly import Overnight
from ..domain.errors import SettingsError
from ..services.retaining import Archived, archive_streams, months_before, verify_archives
from .approve import MOMENTS
from .console import Exit, JsonOption, complain, print_json, say, speaking
from .desk import desk


def archive_command(
    before: Annotated[
        datetime | None,
        typer.Option(formats=MOMENTS, help="Moment in UTC; [retention] keep_months when left out."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which nights would leave.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Move closed nights that are older into object storage; what proves them stays in the ledger."""
    with speaking():
        house = desk()
        limit = _limit(house, before)
        done = archive_streams(house.database.ledger, house.storage, limit, dry_run=dry_run)
        _tell(done, limit, dry_run, as_json)
        if done.findings:
            raise typer.Exit(Exit.DEFECT)


def verify_archived(house: Overnight) -> tuple[str, ...]:
    """Return what is wrong with archived streams; nothing is read where none left."""
    return verify_archives(house.database.ledger, house.storage)


def _limit(house: Overnight, before: datetime | None) -> datetime:
    if before is not None:
        return before.replace(tzinfo=UTC)
    months = house.settings.values.retention.keep_months
    if not months:
        raise SettingsError("every night stays: set keep_months in [retention], or name --before DATE")
    return months_before(house.clock.now(), months)


def _tell(done: Archived, limit: datetime, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "before": limit.isoformat(),
                "archived": [{"stream": r.stream, "events": r.count, "uri": r.uri} for r in done.left],
                "waiting": [one.stream for one in done.waiting],
                "findings": list(done.findings),
            }
        )
        return
    for finding in done.findings:
        complain(f"{finding}: it stays")
    if dry_run:
        for one in done.waiting:
            say(f"{one.stream}: {one.seq} events, the last of {one.ended_at:%Y-%m-%d}")
        say(f"{len(done.waiting)} nights that ended before {limit:%Y-%m-%d} would leave.")
        return
    events = sum(root.count for root in done.left)
    say(f"{len(done.left)} nights from before {limit:%Y-%m-%d} left, {events:,} events.")
    if done.waiting:
        say(f"{len(done.waiting)} changed meanwhile and leave the next time.")
