"""Pages of one issue in one night: its way, its gates, its attempts and what they left."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse, RedirectResponse

from ...domain.changes import IssueStatus
from ...domain.errors import NotFound, OvernightError
from ...domain.events import EventQuery, EventType
from ...services.exhibiting import attempt_diff, attempt_event, attempt_log, attempt_transcript
from ...services.progressing import progress
from ...services.reading import latest, planned_issues
from ..guarding import Right, check
from ..retrying import retry
from .nights import NightId, Text
from .rendering import Act, Look, Visit

routes = APIRouter()
Issue = Annotated[int, Path(ge=1, le=2_147_483_647)]
Attempt = Annotated[int, Path(ge=1, le=1_000_000)]
_SHOWS = {"diff": attempt_diff, "log": attempt_log, "transcript": attempt_transcript}
_TITLES = {"diff": "Change", "log": "What the gates said", "transcript": "Conversation"}
_UNTRIED = ("", IssueStatus.BLOCKED, IssueStatus.PULL_REQUEST)
"""On its way, never begun, or done: nothing to retry."""
MOST_SHOWN = 400_000
"""Characters of a text on one page."""


@routes.get("/nights/{night}/issues/{issue}", response_class=HTMLResponse)
def issue(visit: Look, night: NightId, issue: Issue) -> HTMLResponse:
    """Show everything about an issue in a night."""
    found = visit.sight.night(night)
    row = found.issue(issue)
    if row is None:
        raise NotFound(f"issue #{issue} is not in the plan of night {night}")
    query = EventQuery(night=night, issue=issue, limit=500, oldest_first=True)
    events = visit.desk.ledger.events(query)
    judged = latest(visit.desk, night, EventType.CHANGE_JUDGED, issue=issue)
    return visit.page(
        "issue.html",
        night=found,
        progress=progress(visit.desk, found, [row])[0],
        planned=next((one for one in planned_issues(visit.desk, night) if one.number == issue), None),
        attempts=[event for event in events if event.type is EventType.ATTEMPT_FINISHED],
        gates=judged.metadata.get("gates", ()) if judged else (),
        judged=judged,
        events=events,
        retriable=row.status not in _UNTRIED,
    )


@routes.post("/nights/{night}/issues/{issue}/retry", response_class=HTMLResponse)
def retry_issue(visit: Act, night: NightId, issue: Issue, anew: Text = "") -> RedirectResponse:
    """Retry an issue."""
    found = visit.sight.night(night)
    check(visit.person, Right.OPERATE, found.full_name)
    retry(visit.house, visit.desk, found, issue, anew=bool(anew), who=visit.person.name)
    return RedirectResponse(visit.url(f"nights/{night}/issues/{issue}", done="retried"), 303)


@routes.get("/nights/{night}/issues/{issue}/attempts/{attempt}/{what}", response_class=HTMLResponse)
def exhibit(
    visit: Look,
    night: NightId,
    issue: Issue,
    attempt: Attempt,
    what: Annotated[str, Path(pattern="^(diff|log|transcript)$")],
) -> HTMLResponse:
    """Show what an attempt left: its change, its log, or its conversation."""
    visit.sight.night(night)
    event = attempt_event(visit.desk, night, issue, attempt)
    text, missing = _text(visit, night, issue, attempt, what)
    return visit.page(
        "exhibit.html",
        night=night,
        issue=issue,
        attempt=attempt,
        what=what,
        title=_TITLES[what],
        event=event,
        lines=_lines(text) if what == "diff" else [],
        text=text[:MOST_SHOWN],
        cut=len(text) > MOST_SHOWN,
        missing=missing,
    )


def _text(visit: Visit, night: str, issue: int, attempt: int, what: str) -> tuple[str, str]:
    """Return the text, or why there is none: GitHub, storage or the change may be out of reach."""
    try:
        return visit.desk.redactor.clean(_SHOWS[what](visit.desk, night, issue, attempt)), ""
    except OvernightError as error:
        return "", str(error)


def _lines(diff: str) -> list[tuple[str, str]]:
    """Return (kind, line) of a diff: file, place, added, removed or plain."""
    return [(_kind(line), line) for line in diff[:MOST_SHOWN].splitlines()]


def _kind(line: str) -> str:
    if line.startswith(("diff ", "index ", "+++", "---", "new file", "deleted file", "rename ")):
        return "file"
    return {"@": "place", "+": "added", "-": "removed"}.get(line[:1], "plain")
