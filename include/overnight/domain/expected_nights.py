"""Nights that a schedule asked for and that did not run, and the command that makes up for them."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5

from .events import Event, EventType, Severity

_IDS = uuid5(NAMESPACE_URL, "overnight/missed")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a repository's nights are due.

    :param expressions: cron expressions, in the time zone.
    :param window: HH:MM-HH:MM in which nights begin; "" for always.
    """

    repository: str
    dag_id: str
    expressions: tuple[str, ...]
    timezone: str = "UTC"
    window: str = ""


@dataclass(frozen=True, slots=True)
class Missed:
    """Due nights of one repository in a row, none of which ran.

    :param ticks: the moments at which they were due, oldest first.
    :param late: those that Airflow has a run of, which began too late and did nothing.
    """

    schedule: Schedule
    ticks: tuple[datetime, ...]
    late: frozenset[datetime] = frozenset()

    @property
    def command(self) -> str:
        """The command that runs exactly these nights; both ends of its window are included."""
        words = ("airflow", "backfill", "create", "--dag-id", self.schedule.dag_id,
                 "--from-date", _iso(self.ticks[0]), "--to-date", _iso(self.ticks[-1]))  # fmt: skip
        again = ("--reprocess-behavior", "completed") if self.late.intersection(self.ticks) else ()
        return shlex.join((*words, *again))


def missed(
    schedule: Schedule,
    due: Sequence[datetime],
    ran: Collection[datetime],
    late: Collection[datetime] = (),
) -> tuple[Missed, ...]:
    """Return what did not run: a command a row of nights, so that none that ran lies inside its window."""
    known, begun = _in_utc(ran), _in_utc(late)
    rows = groupby(sorted(_in_utc(due)), key=lambda tick: tick in known)
    return tuple(Missed(schedule, tuple(ticks), begun) for there, ticks in rows if not there)


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
                "command": replace(one, ticks=(tick,)).command,
            },
            id=str(uuid5(_IDS, f"{one.schedule.dag_id}/{_iso(tick)}")),
        )
        for one in found
        for tick in one.ticks
    )


def _in_utc(moments: Collection[datetime]) -> frozenset[datetime]:
    return frozenset(moment.astimezone(UTC) for moment in moments)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
