"""`/pulls`: our open pull requests on their way into the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query

from ...assembly import Overnight
from ...domain.following import PullStanding
from ...services.open_pulls import OpenPull, open_pulls, standings_now
from ..shapes.pulls import PullDocument, PullNowDocument, PullsDocument
from ..sights import Sight
from .reaching import Desk, RepositoryName, View, router

routes = router("pull requests", more=(404,))
_Limit = Annotated[int, Query(ge=1, le=50, description="At most so many on a page.")]
_Offset = Annotated[int, Query(ge=0, le=1_000_000, description="`next` of the page before this one.")]
_Now = Annotated[bool, Query(description="Ask GitHub about checks and queue as well.")]


@routes.get("/pulls")
def pulls(
    desk: Desk,
    sight: View,
    repository: RepositoryName = None,
    now: _Now = False,
    limit: _Limit = 20,
    offset: _Offset = 0,
) -> PullsDocument:
    """List our open pull requests: state, what is owed on them and, with `now`, checks and queue."""
    place = sight.id_of(repository) if repository is not None else None
    found = open_pulls(desk, sight.shows, place) if place != "" else ()
    page = found[offset : offset + limit]
    standing = looked_up(desk, sight, page) if now else {}
    return PullsDocument(
        pulls=[_document(one, sight, standing) for one in page],
        next=offset + limit if offset + limit < len(found) else None,
    )


def looked_up(desk: Overnight, sight: Sight, page: Sequence[OpenPull]) -> dict[tuple[str, int], PullStanding]:
    """Return how GitHub sees pull requests of configured repositories: (node id, number) → standing."""
    configured = {name.lower() for name in sight.names()}
    wanted: dict[str, list[int]] = {}
    for one in page:
        wanted.setdefault(one.change.repository, []).append(one.change.number)
    github = desk.github.at_once
    return {
        (place, number): standing
        for place, numbers in wanted.items()
        if sight.name_of(place).lower() in configured
        for number, standing in standings_now(
            github.tracker, github.follower, sight.name_of(place), numbers
        ).items()
    }


def _document(one: OpenPull, sight: Sight, standings: dict[tuple[str, int], PullStanding]) -> PullDocument:
    change = one.change
    standing = standings.get((change.repository, change.number))
    return PullDocument(
        repository=sight.name_of(change.repository),
        number=change.number,
        issue=change.issue,
        url=change.url,
        branch=change.branch,
        base=change.base,
        night=change.night,
        pushed_at=change.pushed_at,
        state=change.state,
        seen_at=change.at,
        owed=one.owed,
        left_alone_by=one.left_alone_by,
        now=PullNowDocument.model_validate(standing) if standing else None,
    )
