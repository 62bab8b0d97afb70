"""Workers that share one pace on one clock that nobody waits for: it moves when all of them sleep."""

import math
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.overnight.adapters.github import Pace, SharedPacer
from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.domain.errors import RateLimited

from ..ledger.builders import skip_fsync

_BEGAN = datetime(2026, 11, 2, 3, tzinfo=UTC)
_AWAKE = -1.0
FORK = multiprocessing.get_context("fork")


class SharedClock:
    """The time of several workers, threads or processes; to sleep is to let the others go first."""

    def __init__(self, workers: int, *, processes: bool = False) -> None:
        shared = FORK.Array("d", [_AWAKE] * workers, lock=False) if processes else [_AWAKE] * workers
        self._wakes: Any = shared
        self._now: Any = FORK.Array("d", [0.0], lock=False) if processes else [0.0]
        self._moved: Any = FORK.Condition() if processes else threading.Condition()

    def seconds(self) -> float:
        return float(self._now[0])

    def now(self) -> datetime:
        return _BEGAN + timedelta(seconds=self.seconds())

    def sleep(self, worker: int, seconds: float) -> None:
        """Come back when the clock shows so much more: never later, whatever the machine does."""
        with self._moved:
            until = self.seconds() + max(seconds, 0.0)
            self._wakes[worker] = until
            self._advance()
            while self.seconds() < until:
                self._moved.wait()

    def leave(self, worker: int) -> None:
        """Let the clock go on without a worker."""
        with self._moved:
            self._wakes[worker] = math.inf
            self._advance()

    def _advance(self) -> None:
        """Move to the next who wakes, once everybody sleeps; who wakes counts as awake from then on."""
        following = min(self._wakes)
        if following in (_AWAKE, math.inf):
            return
        self._now[0] = max(self._now[0], following)
        for worker, until in enumerate(self._wakes):
            if until <= self._now[0]:
                self._wakes[worker] = _AWAKE
        self._moved.notify_all()


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker saw: when it wrote, and from when to when GitHub told it to hold."""

    writes: tuple[float, ...]
    holds: tuple[tuple[float, float], ...]


Step = tuple[float, float]
"""Seconds to think before a write, and seconds that GitHub says to hold after it (0: nothing)."""


def write_together(url: str, pace: Pace, scripts: Sequence[Sequence[Step]], *, processes: bool) -> Told:
    """Let one worker per script write at its own times; return what all of them saw, in order of time."""
    clock = SharedClock(len(scripts), processes=processes)
    writes: list[float] = []
    holds: list[tuple[float, float]] = []
    skip_fsync(url)
    if processes:
        pipe = FORK.SimpleQueue()
        workers = [
            FORK.Process(target=_work, args=(url, pace, clock, place, script, pipe.put))
            for place, script in enumerate(scripts)
        ]
        for worker in workers:
            worker.start()
        told = [pipe.get() for _ in scripts]
        for worker in workers:
            worker.join(30)
    else:
        told = []
        threads = [
            threading.Thread(target=_work, args=(url, pace, clock, place, script, told.append))
            for place, script in enumerate(scripts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    for one in told:
        assert isinstance(one, Told), one
        writes += one.writes
        holds += one.holds
    assert len(writes) == sum(map(len, scripts))
    return Told(tuple(sorted(writes)), tuple(holds))


def _take_turn(pacer: SharedPacer, sleep: Callable[[float], None]) -> None:
    """Take a turn; one that is too far away is told, and the caller waits."""
    while True:
        try:
            return pacer.turn()
        except RateLimited as told:
            sleep(told.retry_after or 1.0)


def _work(
    url: str,
    pace: Pace,
    clock: SharedClock,
    place: int,
    script: Sequence[Step],
    tell: Callable[[Told | str], None],
) -> None:
    writes: list[float] = []
    holds: list[tuple[float, float]] = []
    try:
        turns = LedgerDatabase(url, now=clock.now).turns
        pacer = SharedPacer(
            turns, lambda: "github.test/owl", pace,
            now=clock.now, sleep=lambda seconds: clock.sleep(place, seconds),
        )  # fmt: skip
        for thought, told_to_wait in script:
            clock.sleep(place, thought)
            _take_turn(pacer, lambda seconds: clock.sleep(place, seconds))
            writes.append(clock.seconds())
            if told_to_wait:
                pacer.hold(told_to_wait)
                holds.append((writes[-1], writes[-1] + told_to_wait))
        tell(Told(tuple(writes), tuple(holds)))
    except BaseException as error:  # noqa: BLE001 - told to the one who waits, whatever it is
        tell(f"worker {place}: {error!r}")
    finally:
        clock.leave(place)
