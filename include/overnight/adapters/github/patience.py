"""How long to keep asking: what GitHub says, within bounds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, stop_after_attempt

from ...domain.errors import RateLimited, Transient

T = TypeVar("T")
SECONDARY_WAIT = 60.0
"""GitHub's own advice for a secondary limit that names no time: a minute, then doubled."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Repeat a call over passing faults; a longer wait than `longest_wait` is the caller's to take."""

    attempts: int = 4
    longest_wait: float = 120.0
    """Seconds; a limit that lasts longer is raised at once as RateLimited."""
    backoff: float = 2.0
    """Seconds before the first repetition after an unreachable server; doubled each time."""
    sleep: Callable[[float], None] = time.sleep

    def persist(self, call: Callable[[], T]) -> T:
        """Return what the call returns, or raise its last error."""
        retrying = Retrying(
            stop=stop_after_attempt(self.attempts),
            retry=self._bearable,
            wait=self._wait,
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(call)

    def _bearable(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return isinstance(error, Transient) and self._wait(state) <= self.longest_wait

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        doubled = 2.0 ** (state.attempt_number - 1)
        if isinstance(error, RateLimited):
            return SECONDARY_WAIT * doubled if error.retry_after is None else error.retry_after
        longest = min(self.backoff * doubled, self.longest_wait)
        return longest - random.uniform(0, longest / 4)
