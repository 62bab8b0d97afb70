"""One pace for all workers: turns are given one after the other, and never more than GitHub takes."""

import multiprocessing
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from include.overnight.adapters.github.pace import Pace, SharedPacer
from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.outbox.tables import turns
from include.overnight.adapters.ledger.store import Store
from include.overnight.domain.errors import Contended, RateLimited

from ..builders import skip_fsync

FORK = multiprocessing.get_context("fork")
LANE = "github.test/night-owl"
HOUR = 3600.0


def given(url):
    with Store(url).read() as connection:
        return list(connection.execute(select(turns.c.at).order_by(turns.c.at)).scalars())


def pacer_on(box, clock, pace=None, **more):
    def sleep(seconds):
        clock.forward(seconds=seconds)

    return SharedPacer(box.turns, lambda: LANE, pace or Pace(), now=clock, sleep=sleep, **more)


def test_turns_of_two_workers_keep_one_pace(box, clock):
    left = []
    for _ in range(45):
        for pacer in (pacer_on(box, clock), pacer_on(box, clock)):
            pacer.turn()
            left.append(clock.moment)
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(left))
    assert left[79] - left[0] > timedelta(minutes=1)


def test_the_hours_limit_is_the_callers_to_wait_for_and_takes_no_turn(box, box_url, clock):
    pace = Pace(0.1, 100, 5)
    pacer = pacer_on(box, clock, pace, longest_wait=60.0)
    for _ in range(5):
        pacer.turn()
    with pytest.raises(RateLimited) as caught:
        pacer.turn()
    assert 3590 < caught.value.retry_after < 3610
    assert len(given(box_url)) == 5
    clock.forward(seconds=caught.value.retry_after)
    pacer.turn()


def test_a_hold_keeps_everybody_back_also_those_who_wait_already(box, box_url, clock):
    held = []

    def sleep(seconds):
        if not held:  # somebody else is told of a secondary limit while we wait
            held.append(box.turns.hold(LANE, 300))
        clock.forward(seconds=seconds)

    began = clock.moment
    pacer = SharedPacer(box.turns, lambda: LANE, Pace(), now=clock, sleep=sleep)
    pacer.turn()
    pacer.turn()
    assert clock.moment - began >= timedelta(seconds=300)
    assert len(given(box_url)) == 2
    box.turns.hold(LANE, 100)
    box.turns.hold(LANE, 5)
    before = clock.moment
    pacer.turn()
    assert clock.moment - before == timedelta(seconds=100)


def test_a_turn_that_was_overslept_is_given_back_for_another(box, box_url, clock):
    naps = []

    def sleep(seconds):
        naps.append(seconds)
        clock.forward(seconds=seconds + (9 if len(naps) == 1 else 0))

    pacer = SharedPacer(box.turns, lambda: LANE, Pace(), now=clock, sleep=sleep)
    pacer.turn()
    pacer.turn()
    assert [clock.moment] == given(box_url)[-1:]
    assert len(given(box_url)) == 2


def test_a_machine_that_never_wakes_in_time_says_so(box, clock):
    def sleep(seconds):
        clock.forward(seconds=seconds + 5)

    def racing(*_):
        clock.forward(seconds=5)
        return clock.moment

    pacer = SharedPacer(box.turns, lambda: LANE, Pace(), now=racing, sleep=sleep)
    with pytest.raises(Contended, match="overloaded"):
        pacer.turn()


def test_lanes_do_not_wait_for_each_other_and_are_asked_for_once(box, clock):
    asked = []
    for name in ("owl", "cat"):
        pacer = SharedPacer(
            box.turns, lambda name=name: asked.append(name) or name, Pace(), now=clock, sleep=pytest.fail
        )
        pacer.turn()
    assert asked == ["owl", "cat"]


def test_turns_older_than_an_hour_are_forgotten(box, box_url, clock):
    pacer = pacer_on(box, clock)
    pacer.turn()
    clock.forward(hours=2)
    pacer.turn()
    assert given(box_url) == [clock.moment]


def _write_some(url, count, spacing, seen):
    if url.startswith("sqlite"):
        skip_fsync(url)
    box = LedgerDatabase(url)
    pacer = SharedPacer(box.turns, lambda: LANE, Pace(spacing, 1000, 1000, lateness=0.1))
    for _ in range(count):
        while True:
            try:
                pacer.turn()
            except Contended:  # this machine has two processors for all of us
                continue
            break
        seen.put(time.time())


def test_sixteen_processes_write_one_after_the_other(box_url):
    seen, spacing = FORK.SimpleQueue(), 0.03
    workers = [FORK.Process(target=_write_some, args=(box_url, 3, spacing, seen)) for _ in range(16)]
    for worker in workers:
        worker.start()
    left = sorted(seen.get() for _ in range(48))
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0] * 16
    taken = given(box_url)
    assert len(taken) >= 48
    assert all(later - earlier >= timedelta(seconds=spacing) for earlier, later in pairwise(taken))
    assert left[-1] - left[0] >= 47 * spacing
    assert datetime.fromtimestamp(left[0], UTC) >= taken[0]
