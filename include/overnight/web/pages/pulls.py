"""The page of our open pull requests: how far each is, and what is owed on it."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ...domain.errors import OvernightError
from ...domain.following import CheckState, PullStanding
from ...services.open_pulls import open_pulls
from ..api.pulls import looked_up
from .rendering import Look, leaf
from .tonight import Number

routes = APIRouter()
_SIZE = 20
_PHRASES = ((CheckState.FAILURE, "red"), (CheckState.PENDING, "running"), (CheckState.SUCCESS, "green"))


@routes.get("/pulls", response_class=HTMLResponse)
def pulls(visit: Look, page: Number = 1, now: bool = False) -> HTMLResponse:
    """Show our pull requests that nobody merged or closed yet; with `now` as GitHub sees them."""
    shown = leaf(open_pulls(visit.desk, visit.sight.shows), page, _SIZE)
    standings: dict[tuple[str, int], PullStanding] = {}
    problem = ""
    if now:
        try:
            standings = looked_up(visit.desk, visit.sight, shown.rows)
        except OvernightError as error:
            problem = str(error)
    return visit.page(
        "pulls.html",
        leaf=shown,
        name_of=visit.sight.name_of,
        looked=now and not problem,
        problem=problem,
        standings=standings,
        told=_told,
    )


def _told(standing: PullStanding) -> str:
    """Return checks, review and place in the queue in words."""
    counted = Counter(check.state for check in standing.checks)
    said = [f"{counted[state]} {word}" for state, word in _PHRASES if counted[state]]
    parts = [f"checks: {', '.join(said)}" if said else "no checks"]
    if standing.queue:
        parts.append(f"place {standing.queue.position} in the merge queue")
    if standing.review:
        parts.append(standing.review.replace("_", " "))
    if standing.conflicting:
        parts.append("conflicts with its base")
    if standing.draft:
        parts.append("draft")
    if standing.state != "open":
        parts.append(standing.state)
    return "; ".join(parts)
