"""When nights were due, and which of them did not run."""

from datetime import UTC, datetime

import pytest

from include.overnight.domain.expected_nights import Schedule
from include.overnight.domain.periods import Span
from include.overnight.reports.columns import typed
from include.overnight.reports.frames import load
from include.overnight.reports.missing import due, missed_nights


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def schedule(*expressions, timezone="UTC"):
    return Schedule("acme/box", "overnight_execution.acme.box", expressions, timezone)


@pytest.mark.parametrize(
    ("made", "ticks"),
    [
        (schedule("0 2 * * *"), [(28, 2), (29, 2), (30, 2)]),
        (schedule("0 2 * * *", timezone="Europe/Zurich"), [(28, 1), (29, 1), (30, 0)]),
        (schedule("0 2 * * 6", "30 1 * * 6"), [(28, 1), (28, 2)]),
    ],
)
def test_nights_are_due_as_cron_says_in_the_repositorys_zone(made, ticks):
    # Zurich's clocks went forward on 29 March 2026: two o'clock did not exist that night.
    assert [(one.day, one.hour) for one in due(made, at(2026, 3, 28), at(2026, 3, 31))] == ticks


def test_a_night_that_is_due_at_the_begin_counts_and_one_at_the_end_does_not():
    ticks = due(schedule("0 0 * * *"), at(2026, 3, 1), at(2026, 3, 3))
    assert [one.day for one in ticks] == [1, 2]


def frames_of(empty, *nights):
    from dataclasses import replace

    rows = [("n", began.date(), began.date(), "acme/box", trigger, logical, began, None, "completed", False,
             0, 0, 0, 0, 0, 1.0, 1, 1.0) for trigger, logical, began in nights]  # fmt: skip
    return replace(load(empty), nights=typed("nights", rows))


SPAN = Span(at(2026, 3, 1), at(2026, 3, 8))


LATER = at(2026, 3, 20)


def missed_days(frames, now=LATER):
    return [
        [tick.day for tick in one.ticks] for one in missed_nights(frames, [schedule("0 2 * * *")], SPAN, now)
    ]


def test_nothing_is_missed_before_the_first_night_nor_after_now(empty):
    first = ("scheduled", at(2026, 3, 4, 2), at(2026, 3, 4, 2, 1))
    earliest = ("scheduled", at(2026, 2, 1, 2), at(2026, 2, 1, 2, 1))
    assert missed_days(frames_of(empty, first)) == [[5, 6, 7]]
    assert missed_days(frames_of(empty, earliest, first), at(2026, 3, 6)) == [[1, 2, 3], [5]]
    assert missed_days(frames_of(empty)) == []


def test_a_backfilled_night_makes_up_for_the_one_it_stands_for(empty):
    first = ("scheduled", at(2026, 2, 1, 2), at(2026, 2, 1, 2, 1))
    made_up = [("backfill", at(2026, 3, day, 2), at(2026, 3, 15)) for day in (1, 2, 3, 5, 6, 7)]
    assert missed_days(frames_of(empty, first, *made_up)) == [[4]]


def test_a_scheduled_night_without_a_logical_date_stands_for_the_tick_before_it(empty):
    first = ("scheduled", at(2026, 2, 1, 2), at(2026, 2, 1, 2, 1))
    late = [("scheduled", None, at(2026, 3, day, 2, 20)) for day in range(1, 7)]
    assert missed_days(frames_of(empty, first, *late)) == [[7]]
    by_hand = [("manual", None, at(2026, 3, day, 2, 20)) for day in range(1, 7)]
    assert missed_days(frames_of(empty, first, *by_hand)) == [[1, 2, 3, 4, 5, 6, 7]]
