"""Read back what a night has written down: its order, its plan, what came of an issue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import NAMESPACE_OID, uuid5

from ..documents import from_document
from ..domain.errors import NotFound
from ..domain.events import Event, EventQuery, EventType
from ..domain.issues import Repository
from ..domain.orders import NightOrder
from ..domain.plans import PlannedIssue
from ..ports import Desk


@dataclass(frozen=True, slots=True)
class OpenNight:
    """A night as `admit` stored it: every later step reads this snapshot, never the settings."""

    order: NightOrder
    repository: Repository

    @property
    def id(self) -> str:
        return self.order.night

    def event(self, type_: EventType, description: str, **more: object) -> Event:
        """Return an event of this night; `more` are further fields of Event."""
        return Event(
            type_,
            description,
            repository=self.repository.node_id,
            night=self.id,
            dry_run=self.order.dry_run,
            **more,  # type: ignore[arg-type]
        )


def once(night: str, *names: object) -> str:
    """Return the id of an event that a night has once, however many workers write it at the same moment."""
    return str(uuid5(NAMESPACE_OID, "/".join(map(str, (night, *names)))))


def latest(desk: Desk, night: str, *types: EventType, issue: int | None = None) -> Event | None:
    """Return the newest event of the types that still has its payload, None when there is none."""
    found = desk.ledger.events(EventQuery(types=types, night=night, issue=issue, limit=1, readable=True))
    return found[0] if found else None


def open_night(desk: Desk, night: str) -> OpenNight:
    """Return the night's snapshot (NotFound for a night that was never admitted)."""
    kind = EventType.OVERNIGHT_EXECUTION_STARTED
    started = latest(desk, night, kind) or _next_best(desk, EventQuery(types=(kind,), night=night, limit=1))
    if started is None:
        raise NotFound(
            f"night {night} is not in the ledger: was it admitted? `overnight status` lists nights"
        )
    order = from_document(NightOrder, started.metadata["order"])
    return OpenNight(replace(order, night=night), from_document(Repository, started.metadata["repository"]))


def _next_best(desk: Desk, query: EventQuery) -> Event | None:
    """Return the newest snapshot of the same repository for an event whose payload was removed."""
    for removed in desk.ledger.events(query):
        same = replace(query, night=None, repository=removed.repository, dry_run=removed.dry_run)
        return next(iter(desk.ledger.events(replace(same, readable=True))), None)
    return None


def planned_issues(desk: Desk, night: str) -> tuple[PlannedIssue, ...]:
    """Return the plan's issues in order, empty while the night is not planned."""
    planned = latest(desk, night, EventType.NIGHT_PLANNED)
    rows = planned.metadata["issues"] if planned else ()
    return tuple(from_document(PlannedIssue, row["planned"]) for row in rows)


def planned_issue(desk: Desk, night: str, number: int) -> PlannedIssue:
    """Return one planned issue (NotFound when it is not in the night's plan)."""
    for issue in planned_issues(desk, night):
        if issue.number == number:
            return issue
    raise NotFound(f"issue #{number} is not in the plan of night {night}")
