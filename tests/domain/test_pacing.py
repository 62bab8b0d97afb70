"""When a write's turn comes: the windows hold wherever they are laid."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from include.overnight.domain.pacing import Pace, next_turn

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def turns(pauses, pace, held=None):
    now, taken = START, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        taken.append(next_turn(taken, now, held, pace))
    return taken


def most_in(seconds, taken):
    window = timedelta(seconds=seconds)
    return max(sum(start <= other < start + window for other in taken) for start in taken)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.just(0.0), st.floats(0, 90)), min_size=1, max_size=200))
def test_turns_are_a_second_apart_and_under_eighty_a_minute(pauses):
    taken = turns(pauses, Pace())
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(taken))
    assert most_in(60, taken) < 80


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 20),
    st.integers(1, 60),
    st.lists(st.floats(0, 200), min_size=2, max_size=120),
    st.lists(st.floats(0, 0.25), min_size=120, max_size=120),
)
def test_any_pace_is_kept_although_each_write_may_leave_a_little_late(per_minute, per_hour, pauses, late):
    taken = turns(pauses, Pace(0.5, per_minute, per_hour, lateness=0.25))
    left = [turn + timedelta(seconds=delay) for turn, delay in zip(taken, late, strict=False)]
    assert most_in(60, left) <= per_minute
    assert most_in(3600, left) <= per_hour
    assert all(later - earlier >= timedelta(seconds=0.5) for earlier, later in pairwise(left))


def test_a_burst_of_a_thousand_stays_under_five_hundred_an_hour():
    taken = turns([0.0] * 1000, Pace())
    assert most_in(3600, taken) == 499
    assert taken[-1] - taken[0] > timedelta(hours=2)


def test_nothing_leaves_while_github_asks_to_wait_and_who_is_slow_never_waits():
    held = START + timedelta(minutes=3)
    assert turns([0.0], Pace(), held) == [held]
    assert turns([8.0, 8.0, 8.0], Pace()) == [START + timedelta(seconds=8 * n) for n in (1, 2, 3)]


def test_an_unhurried_pace_asks_for_no_wait():
    assert turns([0.0] * 3, Pace(0.0, 1000, 1000)) == [START] * 3
    assert Pace.unhurried().hurries
    assert not Pace().hurries
