"""The ledger: events, claims, quota, budgets and records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from ..domain.approvals import Approval
from ..domain.changes import Change
from ..domain.events import Event, EventQuery
from ..domain.lessons import Lesson
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


@dataclass(frozen=True, slots=True)
class Ask:
    """One escalation that is asked for.

    :param seconds: after which the concurrent slot is free again unless it is renewed.
    :param exempt: neither counted in nor refused by day and hour; needs a slot like any other.
    :param approved: a person approved it beforehand.
    """

    order: NightOrder
    repository: str
    issue: int
    tier: str
    tag: str
    seconds: float
    exempt: bool = False
    approved: bool = False
    evidence: str = ""
    """Why it is exempt, when more than its tag says so."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to an ask.

    :param lease: "" when refused.
    :param reason: why, either way; recorded and shown verbatim.
    :param wait: only the slots at once are taken, and this exempt escalation may wait for one.
    :param review: allowed, and listed in the morning's review queue.
    :param left: escalations left before the next limit.
    """

    lease: str
    reason: str
    wait: bool = False
    review: bool = False
    left: int = 0


class Quota(Protocol):
    """Escalations of the whole organization, enforced atomically in the database.

    The throttle is decided in the same transaction; its opening and closing are events.
    """

    def use(self, repository: str | None = None) -> QuotaUse:
        """Return what is counted now."""

    def throttled(self) -> tuple[str, ...]:
        """Return why escalations are throttled now, empty when they are not."""

    def lease(self, ask: Ask, *, claim: Claim | None = None) -> Grant:
        """Reserve one escalation and its concurrent slot, or refuse; FenceLost when the claim is lost."""

    def renew(self, lease: str, seconds: float) -> None:
        """Prolong the slot's lease; FenceLost when it expired and was given away."""

    def release(self, lease: str, outcome: str = "") -> None:
        """Free the concurrent slot; the escalation stays counted. `outcome` as in the attempt's event."""


class Approvals(Protocol):
    """Words of people; each is a row and an event, in one transaction."""

    def give(self, approval: Approval) -> Approval:
        """Store a word (granted or refused) and return it with id and moment."""

    def ask(self, repository: str, issue: int, subject: str, why: str, night: str) -> None:
        """Put a question into the morning queue, once per (repository, issue, subject)."""

    def word(self, repository: str, issue: int, subject: str) -> Approval | None:
        """Return the newest word in force on a subject, None when nobody spoke."""

    def in_force(self, repository: str, issue: int | None = None) -> tuple[Approval, ...]:
        """Return every word in force, the organization's included."""

    def queue(self, repository: str | None = None) -> tuple[Mapping[str, Any], ...]:
        """Return open questions and escalations to review, oldest first (kind, repository, issue, …)."""


class Circuits(Protocol):
    """A breaker per model endpoint, shared by every worker."""

    def why_open(self, endpoint: str, *, looking: bool = False) -> str:
        """Return why nothing should be sent there now, "" when it may (one probe is let through).

        :param looking: only look: a probe that may be had is left to whoever sends something.
        """

    def open_for(self, endpoint: str) -> float:
        """Return for how many seconds nothing has been sent there but probes, 0 when it answers."""

    def failed(self, endpoint: str, kind: str) -> bool:
        """Count a failure; return whether the breaker opened by it."""

    def answered(self, endpoint: str) -> bool:
        """Forget failures; return whether the breaker closed by it."""


class Lessons(Protocol):
    """Lessons of repositories; learning and retiring are events, in one transaction."""

    def learn(self, lesson: Lesson, night: str = "") -> Lesson:
        """Store a lesson, or renew `last_seen` of the same one (repository, rule, advice)."""

    def active(self, repository: str, limit: int = 100) -> tuple[Lesson, ...]:
        """Return the lessons in force, most recently seen first."""

    def used(self, ids: Sequence[str]) -> None:
        """Count one use of each."""

    def retire(self, id_: str, who: str, why: str) -> Lesson:
        """Put a lesson out of force (NotFound when there is none)."""

    def all(self, repository: str | None = None) -> tuple[Lesson, ...]:
        """Return every lesson, the retired ones too."""


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
