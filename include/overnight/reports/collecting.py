"""The rows of frames while events are read: nights and issues stay open until the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from ..domain.events import Event
from ..ports.history import Booking

Row = tuple[Any, ...]


@dataclass(slots=True)
class Collected:
    """Rows so far, in the columns' order; nights and issues stay open until the end.

    :param names: GitHub's node id → full name.
    """

    names: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    nights: dict[str, dict[str, Any]] = field(default_factory=dict)
    issues: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    """Attempt → how it ended."""
    attempts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Attempt → sequence type and tier."""

    def spend(self, bookings: Iterable[Booking]) -> None:
        """Add money; the events come first, since they know tier and type of each attempt."""
        for booked in bookings:
            kind, tier = self.attempts.get(booked.attempt, ("", ""))
            kind = kind or self.issues.get((booked.night, booked.issue), {}).get("sequence_type", "")
            place = self.place(booked.night, booked.repository, booked.at)
            self.rows["costs"].append(
                (
                    booked.at,
                    *place,
                    booked.issue,
                    booked.attempt,
                    kind,
                    tier,
                    float(booked.usd),
                    booked.tokens,
                    booked.settled,
                )
            )

    def place(self, night: str, repository: str, at: datetime | None) -> Row:
        """Return night, the day it stands for, the day it ran, and the repository's name."""
        known = self.nights.get(night)
        ran = known["ran_date"] if known else _day(at)
        stands_for = known["night_date"] if known else ran
        return night, stands_for, ran, self.names.get(repository, repository)

    def night(self, event: Event) -> dict[str, Any]:
        """Return the open row of an event's night."""
        return self.nights.setdefault(event.night, opened(event, {}))

    def closed(self) -> dict[str, list[Row]]:
        """Return the rows of nights and issues."""
        nights = [
            (*self.place(night, row["repository"], None), *(row[name] for name in _NIGHT_CELLS))
            for night, row in self.nights.items()
        ]
        issues = [
            (
                *self.place(night, row["repository"], row["planned_at"]),
                number,
                *(row[name] for name in _ISSUE_CELLS),
            )
            for (night, number), row in self.issues.items()
        ]
        return {"nights": nights, "issues": issues}


_NIGHT_CELLS = (
    *("trigger", "logical_date", "started_at", "finished_at", "status", "dry_run", "planned", "excluded"),
    *("success", "failed", "skipped", "month_limit_usd", "day_limit", "night_limit_usd"),
)
_ISSUE_CELLS = (
    *("title", "sequence_type", "complexity", "status", "outcome", "planned_at", "ended_at"),
    *("pull_request", "pull_request_state", "settled_at", "dry_run"),
)


def opened(event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a night that begins with an event."""
    order = data.get("order") or {}
    limits = order.get("limits") or {}
    logical = order.get("logical_date")
    ran = _day(event.at)
    return {
        "repository": event.repository,
        "trigger": data.get("trigger", ""),
        "logical_date": logical,
        "started_at": event.at,
        "finished_at": None,
        "status": "running",
        "dry_run": event.dry_run,
        "planned": 0,
        "excluded": 0,
        "success": 0,
        "failed": 0,
        "skipped": 0,
        "month_limit_usd": float(limits.get("month_usd", "nan")),
        "day_limit": int(limits.get("escalations_per_day", 0)),
        "night_limit_usd": float(limits.get("night_usd", "nan")),
        "ran_date": ran,
        "night_date": _stands_for(data.get("trigger", ""), logical) or ran,
    }


def _stands_for(trigger: str, logical: str | None) -> date | None:
    return _day(datetime.fromisoformat(logical)) if trigger == "backfill" and logical else None


def _day(at: datetime | None) -> date | None:
    return at.astimezone(UTC).date() if at else None
