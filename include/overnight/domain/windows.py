"""A night's window: whether it is open and when it ends, on the clock of the people who come back then."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def inside(window: str, timezone: str, now: datetime) -> bool:
    """Return whether `now` lies in a window; the parameters are those of `next_end`."""
    begin, end = map(time.fromisoformat, window.split("-"))
    local = now.astimezone(ZoneInfo(timezone)).time()
    return begin <= local < end if begin <= end else local >= begin or local < end


def next_end(window: str, timezone: str, now: datetime) -> datetime:
    """Return the next end of a window after `now`.

    :param window: HH:MM-HH:MM, which may cross midnight.
    :param timezone: IANA name of the zone in which the window is meant.
    """
    end = time.fromisoformat(window.split("-")[1])
    local = now.astimezone(ZoneInfo(timezone))
    candidate = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return candidate if candidate > local else candidate + timedelta(days=1)
