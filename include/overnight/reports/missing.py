"""When nights were due: cron expressions in their zone, as Airflow's timetable reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
from croniter import croniter

from ..domain.expected_nights import Missed, Schedule, missed
from ..domain.periods import Span
from .frames import Frames


def due(schedule: Schedule, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return the moments in UTC from `since` until before `until` at which a night was due, oldest first."""
    return tuple(
        sorted({tick for one in schedule.expressions for tick in _ticks(one, schedule, since, until)})
    )


def missed_nights(
    frames: Frames, schedules: Sequence[Schedule], span: Span, now: datetime
) -> tuple[Missed, ...]:
    """Return what a span's schedules asked for and no night stands for, up to now.

    A night that was skipped has run: its reason is on record. Nothing is missed before the repository's
    first night on record: a deployment that is new has no past.

    :param frames: from the repository's first night on, as far as it is known, until now.
    """
    found: list[Missed] = []
    for schedule in schedules:
        nights = frames.nights[
            frames.nights["repository"].astype("str").str.lower() == schedule.repository.lower()
        ]
        if nights.empty:
            continue
        first = min(_moments(nights["started_at"]))
        ticks = due(schedule, max(span.begin, first), min(span.end, now))
        found += missed(schedule, ticks, _stood_for(nights, ticks, schedule))
    return tuple(found)


def _ticks(expression: str, schedule: Schedule, since: datetime, until: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(schedule.timezone)
    # A moment before, so that one that is due at `since` itself is among them.
    cron = croniter(expression, (since - pd.Timedelta(seconds=1)).astimezone(zone))
    while (tick := cron.get_next(datetime).astimezone(UTC)) < until:
        if tick >= since:
            yield tick


def _stood_for(nights: pd.DataFrame, ticks: Sequence[datetime], schedule: Schedule) -> set[datetime]:
    """Return the ticks that a night stands for: by its logical date, else the newest tick before it began."""
    told = set(_moments(nights["logical_date"]))
    unsaid = nights[nights["logical_date"].isna() & (nights["trigger"] == "scheduled")]
    for began in _moments(unsaid["started_at"]):
        earlier = [tick for tick in ticks if tick <= began]
        told |= set(earlier[-1:])
    return told


def _moments(series: pd.Series) -> list[datetime]:
    return [moment.to_pydatetime() for moment in series.dropna()]
