"""The night window of a repository: when scheduled nights are admitted, and when nothing starts any more."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from ..domain.windows import next_end
from .schema import RepositorySettings


def in_window(repository: RepositorySettings, now: datetime) -> bool:
    """Return whether `now` lies in the repository's night window (which may cross midnight)."""
    begin, end = _window(repository)
    local = now.astimezone(ZoneInfo(repository.timezone)).time()
    return begin <= local < end if begin <= end else local >= begin or local < end


def window_end(repository: RepositorySettings, now: datetime) -> datetime:
    """Return the next end of the night window after `now`."""
    return next_end(repository.window, repository.timezone, now)


def _window(repository: RepositorySettings) -> tuple[time, time]:
    begin, end = repository.window.split("-")
    return time.fromisoformat(begin), time.fromisoformat(end)
