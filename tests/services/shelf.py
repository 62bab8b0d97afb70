"""A desk of what the ledger and the drift are asked for alone: real git, everything else in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from include.overnight.adapters.git import GitWorkspace
from include.overnight.documents import to_document
from include.overnight.domain.approvals import Approval
from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.domain.issues import Dependency, IssueRef, Repository, Source
from include.overnight.domain.plans import Classification, Complexity, PlannedIssue, SequenceType
from include.overnight.ports import Kept
from include.overnight.services.reading import OpenNight
from tests.adapters.git.remotes import ORDER
from tests.fakes import ToldClock

NIGHT = OpenNight(ORDER, Repository("R_kg/Do=", "octo", "pantry", "main"))


@dataclass
class ListLedger:
    """Events in a list, looked up as the port says."""

    stored: list[Event] = field(default_factory=list)
    problems: tuple[str, ...] = ()
    verified: list[str | None] = field(default_factory=list)

    def append(self, *events: Event, claim: object = None) -> tuple[Event, ...]:
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=len(self.stored))
        kept = tuple(
            replace(event, id=str(len(self.stored) + n), at=moment) for n, event in enumerate(events)
        )
        self.stored += kept
        return kept

    def events(self, query: EventQuery) -> tuple[Event, ...]:
        found = [event for event in self.stored if _fits(event, query)]
        found = found if query.oldest_first else found[::-1]
        return tuple(found[: query.limit])

    def verify(self, stream: str | None = None) -> tuple[str, ...]:
        self.verified.append(stream)
        return self.problems


def _fits(event: Event, query: EventQuery) -> bool:
    wanted = ("night", "issue", "repository")
    same = all(getattr(query, key) in (None, getattr(event, key)) for key in wanted)
    return same and (not query.types or event.type in query.types)


@dataclass
class Words:
    """Approvals in a list."""

    given: list[Approval] = field(default_factory=list)

    def in_force(self, repository: str, issue: int | None = None) -> tuple[Approval, ...]:
        return tuple(word for word in self.given if word.issue in (None, issue))


@dataclass
class Purse:
    """What was spent on every issue."""

    usd: Decimal = Decimal("0.42")

    def spent(self, *, repository: str, issue: int) -> Decimal:
        return self.usd


@dataclass
class Drawer:
    """Changes by issue."""

    kept: dict[int, Kept] = field(default_factory=dict)

    def change(self, repository: str, issue: int, night: str | None = None) -> Kept | None:
        kept = self.kept.get(issue)
        return kept if kept and night in (None, kept.night) else None


@dataclass
class Shelf:
    """The desk."""

    workspace: GitWorkspace | None = None
    ledger: ListLedger = field(default_factory=ListLedger)
    approvals: Words = field(default_factory=Words)
    budgets: Purse = field(default_factory=Purse)
    records: Drawer = field(default_factory=Drawer)
    clock: ToldClock = field(default_factory=ToldClock)

    def plan(self, number: int, *depends_on: int) -> None:
        """Write a plan of one issue down."""
        kind = Classification(SequenceType.QA, Complexity.LOW, "x", "x")
        needs = tuple(Dependency(IssueRef(other), Source.TEXT) for other in depends_on)
        planned = PlannedIssue(number, "Do it", "sha", 1, kind, needs)
        metadata = {"issues": [{"planned": to_document(planned)}]}
        self.ledger.append(NIGHT.event(EventType.NIGHT_PLANNED, "planned", metadata=metadata))

    def types(self) -> Sequence[EventType]:
        return [event.type for event in self.ledger.stored]
