"""One pace for all writes, below every limit GitHub states: of this process, or of every worker."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ...domain.errors import Contended
from ...domain.pacing import Pace, Turn
from ...ports.outbox import Turns

__all__ = ["Pace", "Pacer", "Paces", "SharedPacer"]

_MINUTE = 60.0
_HOUR = 3600.0
_LONGEST_HOLD = 120.0
_MOST_RETAKES = 20
_LONGEST_TURN = 600.0
"""Seconds that a write waits for its turn; what is further away is a task's retry, not a worker's sleep."""


class Paces(Protocol):
    """What lets one write through at a time."""

    def turn(self) -> None:
        """Wait until the next write is allowed, and count it."""

    def hold(self, seconds: float) -> None:
        """Let nothing through for some seconds, because GitHub asked for it."""


class SharedPacer:
    """The pace of every worker and night that writes as one login; waits outside of any transaction.

    :param lane: names what GitHub counts together; asked for once, when the first write comes.
    :param longest_wait: seconds; a turn further away is raised as RateLimited, for the caller to wait.
    :param now: the clock that the turns are given by.
    """

    def __init__(
        self,
        turns: Turns,
        lane: Callable[[], str],
        pace: Pace | None = None,
        *,
        longest_wait: float = _LONGEST_TURN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pace = pace or Pace()
        self._turns = turns
        self._ask_lane = lane
        self._lane = ""
        self._longest_wait = longest_wait
        self._now = now
        self._sleep = sleep

    def turn(self) -> None:
        """Wait for a turn of all workers'; RateLimited when it is too far away."""
        turn: Turn | None = None
        for _ in range(_MOST_RETAKES):
            turn = self._turns.take(self._known_lane(), self.pace, self._longest_wait, turn)
            if self._waited_for(turn):
                return
        raise Contended("no turn to write to GitHub could be used in time: this machine is overloaded")

    def hold(self, seconds: float) -> None:
        """Let nobody's write through for some seconds."""
        self._turns.hold(self._known_lane(), seconds)

    def _waited_for(self, turn: Turn) -> bool:
        """Whether the turn may be used after waiting: not held meanwhile, and not overslept."""
        waited = False
        while (wait := (turn.at - self._now()).total_seconds()) > 0:
            self._sleep(wait)
            waited = True
        if waited and not self._turns.stands(turn):
            return False
        return self._now() - turn.at <= timedelta(seconds=self.pace.lateness)

    def _known_lane(self) -> str:
        self._lane = self._lane or self._ask_lane()
        return self._lane


class Pacer:
    """Lets one write of this process through at a time; safe to share between threads.

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
        """Let nothing through for some seconds, two minutes at most: longer waits are the caller's."""
        with self._lock:
            self._not_before = max(self._not_before, self._clock() + min(seconds, _LONGEST_HOLD))

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
