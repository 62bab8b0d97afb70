"""Nights that did not run, and the command that makes up for them."""

import shlex
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.events import EventType
from include.overnight.domain.expected_nights import Schedule, missed, missed_events

BOX = Schedule("acme/box", "overnight_execution.acme.box", ("0 2 * * *",))
TICKS = [datetime(2026, 3, day, 2, tzinfo=UTC) for day in range(1, 11)]


def test_a_row_of_missed_nights_is_one_command_with_both_ends_included():
    (one, other) = missed(BOX, TICKS[:5], {TICKS[2]})
    assert shlex.split(one.command) == [
        *("airflow", "backfill", "create", "--dag-id", "overnight_execution.acme.box"),
        *("--from-date", "2026-03-01T02:00:00+00:00", "--to-date", "2026-03-02T02:00:00+00:00"),
    ]
    assert other.ticks == (TICKS[3], TICKS[4])


@given(st.sets(st.sampled_from(TICKS)))
def test_every_missed_night_is_in_one_window_and_none_that_ran_is_in_any(ran):
    found = missed(BOX, TICKS, ran)
    windows = [(one.ticks[0], one.ticks[-1]) for one in found]
    for tick in TICKS:
        assert sum(begin <= tick <= end for begin, end in windows) == (tick not in ran)


def test_a_night_in_another_zone_is_the_same_night():
    from zoneinfo import ZoneInfo

    assert missed(BOX, TICKS[:1], {TICKS[0].astimezone(ZoneInfo("Asia/Tokyo"))}) == ()


def test_a_missed_night_is_one_event_however_often_it_is_told():
    found = missed(BOX, TICKS[:2], ())
    first, second = missed_events(found, {"acme/box": "R_1"})
    assert (first.type, first.repository) == (EventType.OVERNIGHT_NIGHT_MISSED, "R_1")
    assert first.id != second.id
    assert [one.id for one in missed_events(missed(BOX, TICKS[1:2], ()), {})] == [second.id]
    assert "--from-date 2026-03-01T02:00:00+00:00 --to-date 2026-03-01" in first.metadata["command"]
    assert TICKS[1] - TICKS[0] == timedelta(days=1)
