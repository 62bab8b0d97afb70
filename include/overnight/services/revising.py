"""Revisions that are owed on open pull requests: asked for once, pending until they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..documents import from_document, to_document
from ..domain.events import Event, EventQuery, EventType
from ..domain.issues import Repository
from ..domain.orders import NightOrder
from ..domain.revisions import Revision, why_no_more
from ..domain.revisions import tell as told
from ..domain.wishes import Mark
from ..ports import Desk
from .reading import open_night

_STOPPED = "revision/stopped/{repository}/{pull}"


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that was asked for in a repository and what was answered.

    :param asked: key → revision, oldest first.
    :param answered: keys.
    :param heard: remarks that were taken up or answered.
    """

    asked: Mapping[str, Revision]
    answered: frozenset[str]
    heard: frozenset[Mark]

    def pending(self) -> tuple[Revision, ...]:
        """Return what was asked and not answered yet, oldest first."""
        return tuple(revision for key, revision in self.asked.items() if key not in self.answered)


def read_book(desk: Desk, repository_node: str) -> Book:
    """Read the book of a repository from the ledger."""
    types = (EventType.REVISION_REQUESTED, EventType.REVISION_ANSWERED)
    query = EventQuery(types=types, repository=repository_node, limit=None, oldest_first=True, readable=True)
    events = desk.ledger.events(query)
    asked: dict[str, Revision] = {}
    for event in events:
        if event.type is EventType.REVISION_REQUESTED:
            asked.setdefault(event.metadata["key"], from_document(Revision, event.metadata["revision"]))
    return Book(
        asked,
        frozenset(str(e.metadata["key"]) for e in events if e.type is EventType.REVISION_ANSWERED),
        frozenset((str(kind), int(id_)) for e in events for kind, id_ in e.metadata["remarks"]),
    )


def pending(desk: Desk, repository_node: str) -> tuple[Revision, ...]:
    """Return the revisions that a night should take up, oldest first."""
    return tuple(
        revision
        for revision in read_book(desk, repository_node).pending()
        if not stopped_by(desk, repository_node, revision.pull_request)
    )


def ask_for_revision(
    desk: Desk, repository: Repository, revision: Revision, order: NightOrder | None = None
) -> bool:
    """Have the next night work on a pull request once more; False when it had what it may have.

    Idempotent: asked again it stays one revision. True while that one is pending, False once it was answered.

    :param order: whose limits hold; by default those of the night that published the pull request.
    """
    book = read_book(desk, repository.node_id)
    if revision.key in book.asked:
        return revision.key not in book.answered
    if why_refused(desk, repository, revision, book, order):
        return False
    desk.ledger.append(
        Event(
            EventType.REVISION_REQUESTED,
            f"#{revision.issue}: {told([revision])}",
            repository=repository.node_id,
            issue=revision.issue,
            metadata={
                "key": revision.key,
                "pull_request": revision.pull_request,
                "cause": str(revision.cause),
                "remarks": [list(mark) for mark in revision.remarks],
                "revision": to_document(revision),
            },
        )
    )
    return True


def why_refused(
    desk: Desk, repository: Repository, revision: Revision, book: Book, order: NightOrder | None = None
) -> str:
    """Return why a revision is not taken up, "" when it is."""
    if who := stopped_by(desk, repository.node_id, revision.pull_request):
        return f"{who} asked Overnight to leave this pull request alone"
    if why := why_no_more(revision, book.asked.values()):
        return f"this pull request is not worked on again: {why}"
    limit = (order or _order_of(desk, repository.node_id, revision)).limits.issue_usd
    spent = desk.budgets.spent(repository=repository.node_id, issue=revision.issue)
    if spent >= limit:
        return f"the budget of #{revision.issue} is spent: ${spent:.2f} of limits.issue_usd = {limit}"
    return ""


def answered(desk: Desk, repository_node: str, revision: Revision, outcome: str, said: str) -> None:
    """Write down that a revision was answered: done, unchanged, refused, stopped or explained; and how."""
    desk.ledger.append(
        Event(
            EventType.REVISION_ANSWERED,
            f"#{revision.issue}: revision of #{revision.pull_request} {outcome}: {said}",
            repository=repository_node,
            issue=revision.issue,
            metadata={
                "key": revision.key,
                "pull_request": revision.pull_request,
                "outcome": outcome,
                "remarks": [list(mark) for mark in revision.remarks],
                "said": said,
            },
        )
    )


def leave_alone(desk: Desk, repository_node: str, pull_request: int, who: str) -> None:
    """Remember who wants a pull request left alone; "" ends that."""
    desk.records.remember(_STOPPED.format(repository=repository_node, pull=pull_request), {"who": who})


def stopped_by(desk: Desk, repository_node: str, pull_request: int) -> str:
    """Return who asked that a pull request be left alone, "" when nobody did."""
    known = desk.records.recall(_STOPPED.format(repository=repository_node, pull=pull_request))
    return str(known["who"]) if known else ""


def _order_of(desk: Desk, repository_node: str, revision: Revision) -> NightOrder:
    """Return the order of the night that published the pull request last; the defaults when none is known."""
    query = EventQuery(
        types=(EventType.CHANGE_PUBLISHED,), repository=repository_node, issue=revision.issue, limit=1
    )
    events = desk.ledger.events(query)
    return open_night(desk, events[0].night).order if events else NightOrder("", "", "")
