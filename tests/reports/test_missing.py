"""When nights were due, and which of them did not run."""

from datetime import UTC, datetime

import pytest

from include.overnight.domain.expected_nights import Schedule, missed_events
from include.overnight.domain.periods import Span
from include.overnight.reports.columns import typed
from include.overnight.reports.due import due
from include.overnight.reports.frames import load
from include.overnight.reports.missing import first_nights, missed_nights


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

    rows = [("n", began.date(), began.date(), "acme/box", trigger, logical, began, None,
             *(status or ["completed"]), False, 0, 0, 0, 0, 0, 1.0, 1, 1.0)
            for trigger, logical, began, *status in nights]  # fmt: skip
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


CLOSED = Schedule("acme/box", "overnight_execution.acme.box", ("0 2 * * *",), window="01:00-07:00")


def test_a_night_that_began_after_its_window_is_missed_and_its_run_is_taken_again(empty):
    nights = [("scheduled", at(2026, 3, day, 2), at(2026, 3, day, 2, 1)) for day in range(1, 6)]
    at_noon = ("scheduled", at(2026, 3, 6, 2), at(2026, 3, 6, 12), "skipped")
    refused = ("scheduled", at(2026, 3, 7, 2), at(2026, 3, 7, 2, 1), "skipped")
    (one,) = missed_nights(frames_of(empty, *nights, at_noon, refused), [CLOSED], SPAN, LATER)
    assert one.ticks == (at(2026, 3, 6, 2),)
    assert one.command.endswith("--reprocess-behavior completed")
    (event,) = missed_events((one,), {})
    assert event.metadata["command"] == one.command
    made_up = ("backfill", at(2026, 3, 6, 2), at(2026, 3, 8))
    assert missed_nights(frames_of(empty, *nights, at_noon, refused, made_up), [CLOSED], SPAN, LATER) == ()


def test_a_schedule_that_is_silent_for_months_is_missed_by_its_first_night_on_record(empty):
    first = {"acme/box": at(2025, 6, 1, 2)}
    (one,) = missed_nights(frames_of(empty), [CLOSED], SPAN, LATER, first)
    assert len(one.ticks) == 7
    assert "reprocess" not in one.command


def test_a_night_is_given_an_hour_to_begin(empty):
    earliest = ("scheduled", at(2026, 3, 1, 2), at(2026, 3, 1, 2, 1))
    assert missed_days(frames_of(empty, earliest), at(2026, 3, 2, 2, 30)) == []
    assert missed_days(frames_of(empty, earliest), at(2026, 3, 2, 3, 1)) == [[2]]


def test_the_ledger_knows_the_first_night_of_each_repository(database):
    assert first_nights(database)["acme/pantry"].date() == at(2026, 1, 20).date()
    assert first_nights(database, "Acme/Box").keys() == {"acme/box"}
