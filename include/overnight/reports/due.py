"""When nights were due: cron expressions in their zone, as Airflow's timetable reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

from ..domain.expected_nights import Schedule


def due(schedule: Schedule, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return the moments in UTC from `since` until before `until` at which a night was due, oldest first."""
    return tuple(
        sorted({tick for one in schedule.expressions for tick in _ticks(one, schedule, since, until)})
    )


def _ticks(expression: str, schedule: Schedule, since: datetime, until: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(schedule.timezone)
    # A moment before, so that one that is due at `since` itself is among them.
    cron = croniter(expression, (since - timedelta(seconds=1)).astimezone(zone))
    while (tick := cron.get_next(datetime).astimezone(UTC)) < until:
        if tick >= since:
            yield tick
