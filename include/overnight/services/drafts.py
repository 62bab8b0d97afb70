"""Whether pull requests are drafts: until the first one of ours was merged, unless settings say otherwise."""

from __future__ import annotations

from ..domain.events import EventQuery, EventType
from ..domain.issues import Repository
from ..domain.orders import NightOrder
from ..ports import Desk


def drafts_now(desk: Desk, order: NightOrder, repository: Repository) -> bool:
    """Return whether a pull request of ours is opened as a draft now."""
    if not order.draft_pull_requests:
        return False
    return not (order.drafts_until_accepted and accepted_before(desk, repository.node_id))


def accepted_before(desk: Desk, repository: str) -> bool:
    """Return whether a pull request of ours was ever merged in a repository (GitHub node id)."""
    query = EventQuery(types=(EventType.PULL_REQUEST_MERGED,), repository=repository, limit=1)
    return bool(desk.ledger.events(query))
