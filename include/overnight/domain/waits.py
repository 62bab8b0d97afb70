"""How long an error asks us to wait before the same is tried again."""

from __future__ import annotations

from .errors import RateLimited

LONGEST_ASKED_WAIT = 1800.0
"""Seconds; who asks for more is asked again after that."""
_MARGIN = 1.0
"""Seconds on top of what we were told: their clock and ours are two."""


def asked_wait(error: BaseException | None) -> float | None:
    """Return the seconds that an error asks us to wait, half an hour at most; None when it names none."""
    if not isinstance(error, RateLimited) or error.retry_after is None:
        return None
    return min(max(0.0, error.retry_after) + _MARGIN, LONGEST_ASKED_WAIT)
