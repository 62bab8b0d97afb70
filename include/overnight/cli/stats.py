"""`overnight stats`: governance memory in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from ..services.governing import get_governance_stats
from .approve import MOMENTS, in_utc
from .console import JsonOption, print_json, say, speaking
from .desk import desk
from .tables import row, show, table

_Moment = Annotated[datetime | None, typer.Option(formats=MOMENTS, help="Moment in UTC.")]


def command(since: _Moment = None, until: _Moment = None, as_json: JsonOption = False) -> None:
    """Count events: in all, by severity and by type."""
    with speaking():
        stats = get_governance_stats(desk().database, in_utc(since), in_utc(until))
        if as_json:
            print_json(asdict(stats))
            return
        _show("By severity", stats.by_severity)
        _show("By type", stats.by_type)
        say(f"{stats.total} events on record.")


def _show(title: str, counts: Mapping[str, int]) -> None:
    made = table(title, "events", "")
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        row(made, f"{count:>6}", name)
    show(made)
