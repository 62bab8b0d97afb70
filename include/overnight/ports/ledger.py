"""The ledger: events, claims, quota, budgets and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from ..domain.changes import Change
from ..domain.events import Event, EventQuery
from ..domain.nights import Night, NightIssue
from ..domain.orders import NightOrder
from .building import Budget


@dataclass(frozen=True, slots=True)
class Claim:
    """An issue held by one worker until `expires_at`; `fence` grows with every new holder."""

    repository: str
    issue: int
    night: str
    fence: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """Escalations counted now, for the organization and for one repository."""

    daily: int
    hourly: int
    concurrent: int


class Ledger(Protocol):
    """The append-only event store; append also moves the projection, in the same transaction."""

    def append(self, *events: Event, claim: Claim | None = None) -> tuple[Event, ...]:
        """Store events and return them with id and moment; FenceLost when the claim is no longer held."""

    def events(self, query: EventQuery) -> tuple[Event, ...]:
        """Return matching events."""

    def night(self, night: str) -> Night | None:
        """Return a night from the projection."""

    def issue(self, night: str, number: int) -> NightIssue | None:
        """Return one issue of a night from the projection: one indexed row."""

    def nights(self, repository: str | None = None, limit: int = 20) -> tuple[Night, ...]:
        """Return nights without their issues' detail, newest first."""

    def verify(self, stream: str | None = None) -> tuple[str, ...]:
        """Return what is wrong with the hash chain, empty when it verifies."""


class Claims(Protocol):
    """Leases on issues, with fencing."""

    def claim(self, repository: str, issue: int, night: str, seconds: float) -> Claim | None:
        """Take (or, for the same night, take over) an issue; None while another night holds it."""

    def renew(self, claim: Claim, seconds: float) -> Claim:
        """Prolong; FenceLost when somebody else took over."""

    def release(self, claim: Claim) -> None:
        """Give it back; silent when already lost."""

    def holder(self, repository: str, issue: int) -> Claim | None:
        """Return the claim in force, if any."""

    def abandoned(self, repository: str, issue: int, night: str) -> bool:
        """Return whether this night held the issue last and its lease expired without a release."""


class Quota(Protocol):
    """Escalations of the whole organization, enforced atomically in the database."""

    def use(self, repository: str | None = None) -> QuotaUse:
        """Return what is counted now."""

    def lease(
        self,
        order: NightOrder,
        repository: str,
        issue: int,
        tier: str,
        exempt: bool,
        seconds: float,
        *,
        claim: Claim | None = None,
    ) -> str | None:
        """Reserve one escalation and its concurrent slot; None when refused."""

    def release(self, lease: str) -> None:
        """Free the concurrent slot; the escalation stays counted."""


class Budgets(Protocol):
    """Dollars reserved and spent, by attempt, issue, night and month."""

    def open(
        self, order: NightOrder, repository: str, issue: int, attempt: str, *, claim: Claim | None = None
    ) -> Budget:
        """Return the budget of one attempt; with a claim every reservation checks its fence."""

    def spent(
        self,
        *,
        repository: str | None = None,
        issue: int | None = None,
        night: str | None = None,
        attempt: str | None = None,
    ) -> Decimal:
        """Return dollars spent or reserved in the narrowest scope given; the current month without one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an issue's change in one night."""

    night: str
    issue: int
    change: Change
    text_sha256: str
    dry_run: bool
    passed: bool | None
    """None while it is not judged."""


class Records(Protocol):
    """State rows beside the events: changes, publications, single-flight results, stop requests."""

    def keep_change(self, repository: str, kept: Kept) -> None:
        """Store or replace the change of (night, issue)."""

    def change(self, repository: str, issue: int, night: str | None = None) -> Kept | None:
        """Return the change of a night, or the newest one of any."""

    def publication(self, repository: str, key: str) -> str | None:
        """Return GitHub's id recorded under a key ("comment/12", "tracking", "pull_request/12")."""

    def record_publication(self, repository: str, key: str, value: str) -> None:
        """Record GitHub's id under a key."""

    def remember(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep a small JSON document under a key (base results, dead models, order snapshots)."""

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """Return what was remembered."""
