"""One pace for all writes of this process, below every limit GitHub states."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MINUTE = 60.0
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast we may go; the defaults stay under GitHub's 80 a minute and 500 an hour."""

    seconds_between_writes: float = 1.0
    writes_per_minute: int = 79
    writes_per_hour: int = 499
    seconds_between_requests: float = 0.05

    @classmethod
    def unhurried(cls) -> Pace:
        """Return the pace for a server on loopback, which asks for none."""
        return cls(0.0, 1_000_000, 1_000_000, 0.0)


class Pacer:
    """Lets one write through at a time; safe to share between threads.

    :param clock: seconds that never run backwards.
    """

    def __init__(
        self,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pace = pace or Pace()
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._written: deque[float] = deque(maxlen=self.pace.writes_per_hour)
        self._not_before = float("-inf")

    def turn(self) -> None:
        """Wait until the next write is allowed, and count it."""
        with self._lock:
            while (wait := self._next() - self._clock()) > 0:
                self._sleep(wait)
            self._written.append(self._clock())

    def hold(self, seconds: float) -> None:
        """Let nothing through for some seconds, because GitHub asked for it."""
        with self._lock:
            self._not_before = max(self._not_before, self._clock() + seconds)

    def _next(self) -> float:
        """Return the earliest moment for the next write."""
        return max(
            self._not_before,
            self._after(1, self.pace.seconds_between_writes),
            self._after(self.pace.writes_per_minute, _MINUTE),
            self._after(self.pace.writes_per_hour, _HOUR),
        )

    def _after(self, count: int, seconds: float) -> float:
        """Return when the window that the last `count` writes fill has passed."""
        return self._written[-count] + seconds if len(self._written) >= count else float("-inf")
