"""The night window of a repository: when scheduled nights are admitted, and when nothing starts any more."""

from __future__ import annotations

from datetime import datetime

from ..domain.windows import inside, next_end
from .schema import RepositorySettings


def in_window(repository: RepositorySettings, now: datetime) -> bool:
    """Return whether `now` lies in the repository's night window (which may cross midnight)."""
    return inside(repository.window, repository.timezone, now)


def window_end(repository: RepositorySettings, now: datetime) -> datetime:
    """Return the next end of the night window after `now`."""
    return next_end(repository.window, repository.timezone, now)
