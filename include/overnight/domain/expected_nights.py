"""Nights that a schedule asked for and that did not run, and the command that makes up for them."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5

from .events import Event, EventType, Severity

_IDS = uuid5(NAMESPACE_URL, "overnight/missed")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a repository's nights are due.

    :param expressions: cron expressions, in the time zone.
    """

    repository: str
    dag_id: str
    expressions: tuple[str, ...]
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Missed:
    """Due nights of one repository in a row, none of which ran.

    :param ticks: the moments at which they were due, oldest first.
    """

    schedule: Schedule
    ticks: tuple[datetime, ...]

    @property
    def command(self) -> str:
        """The command that runs exactly these nights; both ends of its window are included."""
        words = ("airflow", "backfill", "create", "--dag-id", self.schedule.dag_id,
                 "--from-date", _iso(self.ticks[0]), "--to-date", _iso(self.ticks[-1]))  # fmt: skip
        return shlex.join(words)


def missed(schedule: Schedule, due: Sequence[datetime], ran: Collection[datetime]) -> tuple[Missed, ...]:
    """Return what did not run: a command a row of nights, so that none that ran lies inside its window."""
    known = {moment.astimezone(UTC) for moment in ran}
    rows = groupby(sorted(due), key=lambda tick: tick.astimezone(UTC) in known)
    return tuple(Missed(schedule, tuple(ticks)) for there, ticks in rows if not there)


def missed_events(found: Sequence[Missed], repositories: dict[str, str]) -> tuple[Event, ...]:
    """Return an event a missed night, its id made of what it is about: told twice, it is stored once.

    :param repositories: full name → GitHub's node id, where known.
    """
    return tuple(
        Event(
            EventType.OVERNIGHT_NIGHT_MISSED,
            f"The night of {one.schedule.repository} due {tick:%Y-%m-%d %H:%M} UTC did not run",
            Severity.WARNING,
            repository=repositories.get(one.schedule.repository, ""),
            metadata={
                "full_name": one.schedule.repository,
                "dag_id": one.schedule.dag_id,
                "due": _iso(tick),
                "command": Missed(one.schedule, (tick,)).command,
            },
            id=str(uuid5(_IDS, f"{one.schedule.dag_id}/{_iso(tick)}")),
        )
        for one in found
        for tick in one.ticks
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
