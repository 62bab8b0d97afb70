"""Nights that were due and that nobody saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from ..domain.expected_nights import Missed, Schedule, missed
from ..domain.periods import Span
from ..domain.windows import inside
from ..ports.history import HistoryDesk
from .due import due
from .frames import KNOWN_NIGHTS, Frames

GRACE = timedelta(hours=1)
"""How late a scheduler may start a night before it counts as missed."""


def first_nights(desk: HistoryDesk, repository: str = "") -> Mapping[str, datetime]:
    """Return when each repository, in lower case, or the one named, had its first night on record."""
    newest_first = desk.ledger.nights(limit=KNOWN_NIGHTS)
    firsts = {night.full_name.lower(): night.started_at for night in newest_first if night.started_at}
    return {name: began for name, began in firsts.items() if repository.lower() in ("", name)}


def missed_nights(
    frames: Frames,
    schedules: Sequence[Schedule],
    span: Span,
    now: datetime,
    first: Mapping[str, datetime] | None = None,
) -> tuple[Missed, ...]:
    """Return what a span's schedules asked for and no night stands for, up to an hour ago.

    A night that was skipped has run: its reason is on record. But one that Airflow began after its window,
    because nothing ran while it was open, has not. Nothing is missed before the repository's first night on
    record: a deployment that is new has no past.

    :param frames: the span's nights, and later ones, until now.
    :param first: repository in lower case → its first night, where the frames may not reach back to it.
    """
    found: list[Missed] = []
    for schedule in schedules:
        name = schedule.repository.lower()
        nights = frames.nights[frames.nights["repository"].astype("str").str.lower() == name]
        begins = [*_moments(nights["started_at"]), *([first[name]] if first and name in first else [])]
        if not begins:
            continue
        ticks = due(schedule, max(span.begin, min(begins)), min(span.end, now - GRACE))
        late = pd.Series([_began_late(night, schedule) for night in nights.to_dict("records")],
                         index=nights.index, dtype=bool)  # fmt: skip
        ran = _stood_for(nights[~late], ticks, schedule)
        found += missed(schedule, ticks, ran, _moments(nights[late]["logical_date"]))
    return tuple(found)


def _began_late(night: Mapping[str, Any], schedule: Schedule) -> bool:
    """Return whether a night was skipped because its window was shut."""
    if not schedule.window or (night["trigger"], night["status"]) != ("scheduled", "skipped"):
        return False
    return not inside(schedule.window, schedule.timezone, night["started_at"])


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
