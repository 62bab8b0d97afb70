"""The pull requests of ours that were merged into the default branch lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.events import Event, EventQuery, EventType
from ..domain.following import PullStanding
from ..domain.issues import Repository
from ..domain.landing import Merge
from ..ports import Desk
from .reading import OpenNight, open_night

_SETTLED = (EventType.PULL_REQUEST_MERGED, EventType.PULL_REQUEST_CLOSED)
_MOST = 500
"""Publications that are looked through, the newest."""


def merges_within(desk: Desk, repository: Repository, hours: float) -> tuple[Merge, ...]:
    """Return our merges of the last hours, oldest first; GitHub is asked only when there may be some.

    What the ledger knows to be merged or closed before that time is left out; what was merged since, or is
    not known to be settled, is looked up in one batch.
    """
    since = desk.clock.now() - timedelta(hours=hours)
    wanted = _unsettled(desk, repository.node_id, since)
    if not wanted:
        return ()
    found = (
        _merge(wanted[standing.number], standing, since, repository.default_branch)
        for standing in desk.follower.standings(repository, tuple(wanted))
    )
    return tuple(sorted((merge for merge in found if merge), key=lambda merge: merge.merged_at))


def may_have_merged(desk: Desk, repository: str, hours: float) -> bool:
    """Return whether something of ours may have been merged in the last hours, from the ledger alone.

    :param repository: GitHub node id.
    """
    return bool(_unsettled(desk, repository, desk.clock.now() - timedelta(hours=hours)))


def merge_of(desk: Desk, repository: Repository, pull_request: int) -> Merge | None:
    """Return a merge of ours by its pull request's number, however old; None when it is none of ours."""
    event = _published(desk, repository.node_id).get(pull_request)
    if event is None:
        return None
    found = desk.follower.standings(repository, (pull_request,))
    return _merge(event, found[0], None, repository.default_branch) if found else None


def _unsettled(desk: Desk, repository: str, since: datetime) -> dict[int, Event]:
    """Return the publications that are not known to be merged or closed before a moment."""
    settled = _settled_before(desk, repository, since)
    published = _published(desk, repository)
    return {number: event for number, event in published.items() if number not in settled}


def night_of(desk: Desk, repository: Repository, merge: Merge) -> OpenNight:
    """Return the night that published a merge, with the repository as it stands now."""
    return OpenNight(open_night(desk, merge.night).order, repository)


def _published(desk: Desk, repository: str) -> dict[int, Event]:
    """Return the newest event of each published pull request."""
    types = (EventType.CHANGE_PUBLISHED,)
    query = EventQuery(types=types, repository=repository, limit=_MOST, dry_run=False, readable=True)
    events = reversed(desk.ledger.events(query))
    return {int(event.metadata["pull_request"]): event for event in events}


def _settled_before(desk: Desk, repository: str, since: datetime) -> frozenset[int]:
    types = (*_SETTLED, EventType.PULL_REQUEST_REOPENED)
    query = EventQuery(types=types, repository=repository, until=since, limit=None)
    newest: dict[int, EventType] = {}
    for event in desk.ledger.events(query):
        newest.setdefault(int(event.metadata.get("pull_request") or 0), event.type)
    return frozenset(number for number, type_ in newest.items() if type_ in _SETTLED)


def _merge(event: Event, standing: PullStanding, since: datetime | None, branch: str) -> Merge | None:
    if standing.state != "merged" or not standing.merged_sha or standing.merged_at is None:
        return None
    if standing.base_ref != branch or (since and standing.merged_at < since):
        return None
    merge = Merge(
        issue=event.issue or 0,
        pull_request=standing.number,
        night=event.night,
        sha=standing.merged_sha,
        head_sha=standing.head_sha or str(event.metadata["head_sha"]),
        merged_at=standing.merged_at,
    )
    return replace(merge, branch=standing.head_ref or str(event.metadata["branch"]))
