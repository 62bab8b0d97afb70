"""The pace of writes, on a clock that only moves when somebody sleeps."""

import threading
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from include.overnight.adapters.github import Pace, Pacer


@dataclass
class Watch:
    """A clock for tests; sleeping moves it."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def moments(pacer: Pacer, watch: Watch, pauses: list[float]) -> list[float]:
    written = []
    for pause in pauses:
        watch.now += pause
        pacer.turn()
        written.append(watch.now)
    return written


def most_in(window: float, written: list[float]) -> int:
    return max(sum(1 for other in written if start <= other < start + window - 1e-6) for start in written)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.just(0.0), st.floats(0, 90)), min_size=1, max_size=250))
def test_writes_are_a_second_apart_and_under_eighty_a_minute(pauses):
    watch = Watch()
    written = moments(Pacer(Pace(), watch.read, watch.sleep), watch, pauses)
    assert all(later - earlier >= 1 - 1e-6 for earlier, later in pairwise(written))
    assert most_in(60.0, written) < 80


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.integers(1, 60), st.lists(st.floats(0, 200), min_size=1, max_size=150))
def test_any_pace_is_kept(per_minute, per_hour, pauses):
    watch = Watch()
    pace = Pace(0.5, per_minute, per_hour)
    written = moments(Pacer(pace, watch.read, watch.sleep), watch, pauses)
    assert most_in(60.0, written) <= per_minute
    assert most_in(3600.0, written) <= per_hour


def test_a_burst_of_a_thousand_stays_under_five_hundred_an_hour():
    watch = Watch()
    written = moments(Pacer(Pace(), watch.read, watch.sleep), watch, [0.0] * 1000)
    assert most_in(3600.0, written) == 499
    assert written[-1] - written[0] > 2 * 3600


def test_a_slow_writer_never_waits():
    watch = Watch()
    moments(Pacer(Pace(), watch.read, watch.sleep), watch, [8.0] * 600)
    assert watch.slept == []


def test_hold_keeps_every_write_back_for_as_long_as_github_asked():
    watch = Watch()
    pacer = Pacer(Pace(), watch.read, watch.sleep)
    pacer.turn()
    pacer.hold(42.0)
    pacer.hold(5.0)
    pacer.turn()
    assert watch.slept == [42.0]


def test_an_unhurried_pace_asks_for_no_wait():
    watch = Watch()
    moments(Pacer(Pace.unhurried(), watch.read, watch.sleep), watch, [0.0] * 2000)
    assert watch.slept == []


def test_threads_share_one_pace():
    watch = Watch()
    pacer = Pacer(Pace(), watch.read, watch.sleep)
    threads = [threading.Thread(target=pacer.turn) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watch.slept == [1.0] * 7
