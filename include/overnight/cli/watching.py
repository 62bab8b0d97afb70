"""`overnight run --follow`: watch a night that another process runs, until it ends."""

from __future__ import annotations

import time
from contextlib import nullcontext

from ..assembly import Overnight
from ..domain.errors import NotFound
from ..domain.nights import Night
from .console import complain, errors
from .live import PAUSE, Bars, News


def running_night(house: Overnight, full_name: str | None, night: str | None) -> Night:
    """Return the night named, else the newest that is running (NotFound when there is none)."""
    if night:
        found = house.ledger.night(night)
        if found is None:
            raise NotFound(f"no night {night}: `overnight status` lists nights")
        return found
    for candidate in house.ledger.nights(limit=50):
        here = full_name is None or candidate.full_name.lower() == full_name.lower()
        if here and candidate.status == "running":
            return candidate
    where = f" of {full_name}" if full_name else ""
    raise NotFound(f"no night{where} is running: `overnight run` starts one, `overnight status` lists them")


def follow_night(house: Overnight, night: str, as_json: bool = False) -> tuple[Night, bool]:
    """Show a night until it ends; at an interrupt leave it running.

    :returns: the night as it stands, and whether a person stopped looking.
    """
    bars = Bars(house) if errors.is_terminal and not as_json else None
    try:
        with bars.drawn if bars else nullcontext():
            return _to_its_end(house, night, bars), False
    except KeyboardInterrupt:
        complain(
            f"No longer looking: night {night} goes on. `overnight stop {night}` would end it.", "yellow"
        )
        return _of(house, night), True


def _to_its_end(house: Overnight, night: str, bars: Bars | None) -> Night:
    news = News(house, night)
    while True:
        # Asked before the events are read: what ended the night is then among them.
        found = _of(house, night)
        events = news.read()
        if bars:
            bars.show(found)
        else:
            for event in events:
                complain(f"{event.at:%H:%M:%S} {event.description}", "dim")
        if found.status != "running":
            return found
        time.sleep(PAUSE)


def _of(house: Overnight, night: str) -> Night:
    found = house.ledger.night(night)
    assert found is not None
    return found
