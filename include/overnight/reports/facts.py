"""What settings tell a report: limits, and when nights are due."""

from __future__ import annotations

from datetime import datetime

from ..domain.expected_nights import Schedule
from ..settings import Settings
from ..settings.orders import standing_order
from .report import Facts


def facts_of(settings: Settings, now: datetime, repository: str = "") -> Facts:
    """Return the facts of a report.

    :param repository: OWNER/NAME; "" for all.
    """
    return Facts(now, standing_order(settings).limits, schedules_of(settings, repository), repository)


def schedules_of(settings: Settings, repository: str = "") -> tuple[Schedule, ...]:
    """Return when nights are due: of enabled repositories, and only where scheduled nights are on at all."""
    if not settings.values.execution_enabled:
        return ()
    return tuple(
        Schedule(
            one.name,
            f"overnight_execution.{one.name.replace('/', '.')}",
            one.schedules,
            one.timezone,
            one.window,
        )
        for one in settings.values.repositories
        if one.enabled and repository.lower() in ("", one.name.lower())
    )
