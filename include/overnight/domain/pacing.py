"""How fast we may write to GitHub, and when the next write's turn comes.

GitHub asks for a second between writes, fewer than 80 a minute and 500 an hour, and counts a write as five
of 900 points a minute: 79 writes are 395, which leaves the rest to reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast we may go; the defaults stay under GitHub's 80 a minute and 500 an hour.

    :param lateness: seconds a write may leave after its turn; shared turns lie that much further apart, so
        that two writes keep their distance although one was late and the next was not.
    """

    seconds_between_writes: float = 1.0
    writes_per_minute: int = 79
    writes_per_hour: int = 499
    seconds_between_requests: float = 0.05
    lateness: float = 0.25

    @classmethod
    def unhurried(cls) -> Pace:
        """Return the pace for a server on loopback, which asks for none."""
        return cls(0.0, 1_000_000, 1_000_000, 0.0)

    @property
    def hurries(self) -> bool:
        """Whether nothing has to be waited for."""
        return not self.seconds_between_writes


@dataclass(frozen=True, slots=True)
class Turn:
    """One write's turn in a lane: it may leave from `at` on, and not much later."""

    lane: str
    id: str
    at: datetime


def next_turn(taken: Sequence[datetime], now: datetime, held_until: datetime | None, pace: Pace) -> datetime:
    """Return the earliest moment at which one more write keeps the pace.

    :param taken: turns given, past and to come, oldest first; those of the last hour are enough.
    :param held_until: when GitHub takes writes again, None when it did not ask us to wait.
    """
    late = timedelta(seconds=pace.lateness)
    windows = (
        (1, timedelta(seconds=pace.seconds_between_writes)),
        (pace.writes_per_minute, timedelta(minutes=1)),
        (pace.writes_per_hour, timedelta(hours=1)),
    )
    after = [taken[-count] + window + late for count, window in windows if window and len(taken) >= count]
    return max([now, *after, *([held_until] if held_until else [])])
