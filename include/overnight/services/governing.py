"""Governance memory from Python, as the seeds call it: log an event, query events, count them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from ..domain.errors import SettingsError
from ..domain.events import Event, EventQuery, EventType, Severity
from ..ports import Desk
from ..ports.history import HistoryDesk

W = TypeVar("W", bound=StrEnum)

MOST = 10_000
"""Events that one query returns at most; `scan` of the ledger yields any number."""


@dataclass(frozen=True, slots=True)
class GovernanceStats:
    """How many events there are."""

    total: int
    by_severity: Mapping[str, int]
    by_type: Mapping[str, int]


def log_governance_event(
    desk: Desk,
    type: str,  # noqa: A002 - the seeds' word
    severity: str = "info",
    description: str = "",
    metadata: Mapping[str, Any] | None = None,
    *,
    repository: str = "",
    run: str = "",
    issue: int | None = None,
    attempt: str = "",
) -> Event:
    """Store an event and return it with id and moment; secrets are taken out before it is stored.

    :param repository: OWNER/NAME of a repository that nights were about, or GitHub's node id.
    :param run: a night's id.
    :raises SettingsError: no such type or severity, metadata that is not JSON or lacks what its type needs.
    """
    event = Event(
        _word(EventType, type, "event type"),
        description,
        _word(Severity, severity, "severity"),
        repository=_node(desk, repository) or "",
        night=run,
        issue=issue,
        attempt=attempt,
        metadata=dict(metadata or {}),
    )
    try:
        (stored,) = desk.ledger.append(event)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"metadata must be JSON: {error}") from error
    return stored


def query_governance_events(
    desk: Desk,
    type: str | None = None,  # noqa: A002 - the seeds' word
    severity: str | None = None,
    repository: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    run: str | None = None,
    issue: int | None = None,
    limit: int = 100,
) -> tuple[Event, ...]:
    """Return matching events, newest first; what is left out does not narrow.

    :param since: inclusive; `until` is not. Both with a time zone.
    :raises SettingsError: no such type or severity, a limit out of range, a moment without a zone.
    """
    if not 1 <= limit <= MOST:
        raise SettingsError(f"limit must be 1 to {MOST}, not {limit}")
    for name, moment in (("since", since), ("until", until)):
        if moment is not None and moment.tzinfo is None:
            raise SettingsError(f"{name} has no time zone: write datetime(…, tzinfo=UTC)")
    return desk.ledger.events(
        EventQuery(
            types=(_word(EventType, type, "event type"),) if type else (),
            severity=_word(Severity, severity, "severity") if severity else None,
            repository=_node(desk, repository),
            night=run,
            issue=issue,
            since=since,
            until=until,
            limit=limit,
        )
    )


def get_governance_stats(
    desk: HistoryDesk, since: datetime | None = None, until: datetime | None = None
) -> GovernanceStats:
    """Return how many events there are in all, by severity and by type."""
    counted = desk.ledger.count(EventQuery(since=since, until=until, limit=None))
    return GovernanceStats(counted.total, counted.by_severity, counted.by_type)


def _word(kind: type[W], word: str, what: str) -> W:
    try:
        return kind(word)
    except ValueError:
        raise SettingsError(f"no {what} {word!r}: there are {', '.join(kind)}") from None


def _node(desk: Desk, repository: str | None) -> str | None:
    """Return GitHub's node id of a repository that nights were about; what is none of their names is one."""
    if not repository or "/" not in repository:
        return repository
    for night in desk.ledger.nights(limit=200):
        if night.full_name.lower() == repository.lower():
            return night.repository
    return repository
