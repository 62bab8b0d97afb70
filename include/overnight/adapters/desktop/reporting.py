"""A ledger at the other end of the HTTP API: a checkout's machine reports there, and needs no database."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ...domain.events import Event
from ..deployment import Deployment


@dataclass(frozen=True, slots=True)
class ApiLedger:
    """Appends events of desktops, by `POST /desktop`."""

    deployment: Deployment

    def append(self, *events: Event) -> tuple[Event, ...]:
        """Send events of one checkout.

        :raises NotAuthorized: the token is no good, or its person may not operate on the repository.
        :raises NotFound, SettingsError, Forbidden: it does not know the repository, or no such report.
        :raises Unreachable: nobody answers there; nothing is lost but this report.
        """
        told = tuple(replace(event, id=event.id or str(uuid.uuid4())) for event in events)
        for event in told:
            self._send(event)
        return told

    def _send(self, event: Event) -> None:
        metadata = dict(event.metadata)
        body = {
            "desktop": metadata.pop("desktop", ""),
            "full_name": metadata.pop("full_name", ""),
            "id": event.id,
            "type": str(event.type),
            "severity": str(event.severity),
            "description": event.description,
            "metadata": metadata,
        }
        self.deployment.post("desktop", body=body)


class NoRecords:
    """A machine without a ledger remembers nothing; the API knows the repositories."""

    def recall(self, key: str) -> Mapping[str, Any] | None:
        return None


class LocalClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ReportingHouse:
    """What a sync asks for, on a machine that only reports."""

    ledger: ApiLedger
    records: NoRecords = field(default_factory=NoRecords)
    clock: LocalClock = field(default_factory=LocalClock)
