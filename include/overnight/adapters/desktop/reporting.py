"""A ledger at the other end of the HTTP API: a checkout's machine reports there, and needs no database."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from ...domain.errors import NotAuthorized, OvernightError, SettingsError, Unreachable
from ...domain.events import Event

URL, TOKEN = "OVERNIGHT_API_URL", "OVERNIGHT_API_TOKEN"
"""Variables: where the API is (…/api/foreman), and Airflow's token for it."""
_SECONDS = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class ApiLedger:
    """Appends events of desktops, by `POST /desktop`.

    :raises SettingsError: a token would go over the network in the clear.
    """

    url: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise SettingsError(f"{URL} must begin with https://: a token is sent there")
        if not self.token:
            raise SettingsError(
                f"{TOKEN} is not set: get one from `POST /auth/token` of Airflow's API server"
            )

    def append(self, *events: Event) -> tuple[Event, ...]:
        """Send events of one checkout.

        :raises NotAuthorized: the token is no good, or its person may not operate on the repository.
        :raises SettingsError: the deployment does not know the repository, or understands no such report.
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
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = httpx2.post(
                f"{self.url.rstrip('/')}/desktop",
                json=body,
                headers=headers,
                timeout=_SECONDS,
                follow_redirects=False,
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Unreachable(f"{self.url} does not answer ({type(error).__name__})") from error
        if failure := _failure(self.url, answer):
            raise failure


def _failure(url: str, answer: httpx2.Response) -> OvernightError | None:
    status = answer.status_code
    if status == 201:
        return None
    words = f"{url} answers HTTP {status}: {_detail(answer)}"
    if status in (401, 403):
        return NotAuthorized(f"{words}; is {TOKEN} still good? Airflow's tokens end after a day")
    if status in (429, 500, 502, 503, 504):
        return Unreachable(words)
    return SettingsError(f"{words}; is {URL} right?")


def _detail(answer: httpx2.Response) -> str:
    try:
        told = answer.json()
    except ValueError:
        told = {}
    text = str(told.get("detail") or answer.reason_phrase) if isinstance(told, Mapping) else ""
    return " ".join(text.split())[:_LONGEST]


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
