"""Pages where people speak: approvals and the escalation log, lessons and gate yield, priorities."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError

from ...domain.errors import NotFound, SettingsError
from ...domain.events import EventQuery, EventType
from ...services.leafing import events_page
from ...services.prioritizing import priorities, set_priority
from ...services.tallying import gate_yields
from ...services.teaching import lessons, retire_lesson, teach
from ..api.people import speak, why_silent
from ..guarding import Right, check
from ..shapes.people import Word
from .nights import Text
from .rendering import Act, Look, leaf
from .tonight import Number

routes = APIRouter()
ESCALATION_LOG = (
    EventType.MODEL_ESCALATION,
    EventType.MODEL_ESCALATION_FAILED,
    EventType.QUOTA_REFUSED,
    EventType.THROTTLE_OPENED,
    EventType.THROTTLE_CLOSED,
    EventType.APPROVAL_REQUESTED,
    EventType.APPROVAL_GIVEN,
    EventType.APPROVAL_REFUSED,
)
_WORD: TypeAdapter[Word] = TypeAdapter(Word)
_LATELY = timedelta(days=30)


@routes.get("/approvals", response_class=HTMLResponse)
def approvals(visit: Look, cursor: Annotated[str, Query(max_length=400)] = "") -> HTMLResponse:
    """Show what waits for a person, and the log of escalations."""
    rows = [one for one in visit.desk.approvals.queue() if visit.sight.shows(one["repository"])]
    log = events_page(visit.desk, EventQuery(types=ESCALATION_LOG), 25, cursor, visit.sight.event)
    silent = {name: why_silent(visit.desk, visit.person, name) for name in visit.sight.names()}
    return visit.page("approvals.html", queue=rows, log=log, name_of=visit.sight.name_of, silent=silent)


@routes.post("/approvals", response_class=HTMLResponse)
def answer(
    visit: Act, repository: Text, issue: Text, subject: Text, why: Text, word: Text
) -> RedirectResponse:
    """Allow or refuse."""
    given = {"repository": repository, "issue": issue or None, "subject": subject, "why": why}
    try:
        wish = _WORD.validate_python(given | {"granted": word == "allow"})
    except ValidationError as error:
        raise SettingsError("; ".join(f"{row['loc'][0]}: {row['msg']}" for row in error.errors())) from error
    speak(visit.desk, visit.sight, visit.person, wish, "dashboard")
    return RedirectResponse(visit.url("approvals", done="allowed" if wish.granted else "refused"), 303)


@routes.get("/quality", response_class=HTMLResponse)
def quality(visit: Look, retired: bool = False, page: Number = 1) -> HTMLResponse:
    """Show how gates decide, and the lessons they taught."""
    shown = [one for one in lessons(visit.desk, "") if visit.sight.shows(one.repository)]
    chosen = [one for one in shown if retired or not one.retired]
    yields = gate_yields(visit.desk, visit.desk.clock.now() - _LATELY, visit.sight.event)
    return visit.page(
        "quality.html",
        yields=yields,
        leaf=leaf(chosen, page, 30),
        retired=retired,
        retired_count=sum(bool(one.retired) for one in shown),
        name_of=visit.sight.name_of,
    )


@routes.post("/lessons", response_class=HTMLResponse)
def teach_lesson(
    visit: Act, repository: Text, advice: Text, pattern: Text = "", scope: Text = "*"
) -> RedirectResponse:
    """Teach a lesson."""
    check(visit.person, Right.OPERATE, repository)
    place = visit.sight.id_of(repository, ask=True)
    teach(visit.desk, place, advice, visit.person.name, pattern=pattern, scope=scope)
    return RedirectResponse(visit.url("quality", done="taught"), 303)


@routes.post("/lessons/{lesson}/retire", response_class=HTMLResponse)
def retire(
    visit: Act, lesson: Annotated[str, Path(max_length=64)], why: Annotated[str, Form(max_length=300)]
) -> RedirectResponse:
    """Retire a lesson."""
    known = next((one for one in lessons(visit.desk, "") if one.id == lesson), None)
    if known is None or not visit.sight.shows(known.repository):
        raise NotFound(f"there is no lesson {lesson}")
    check(visit.person, Right.OPERATE, visit.sight.name_of(known.repository))
    retire_lesson(visit.desk, lesson, visit.person.name, why)
    return RedirectResponse(visit.url("quality", done="retired"), 303)


@routes.get("/priorities", response_class=HTMLResponse)
def show_priorities(visit: Look) -> HTMLResponse:
    """Show the priorities that people set."""
    places = [place for name in visit.sight.names() if (place := visit.sight.id_of(name))]
    rows = [one for place in places for one in priorities(visit.desk, place)]
    return visit.page("priorities.html", priorities=rows, name_of=visit.sight.name_of)


@routes.post("/priorities", response_class=HTMLResponse)
def change_priority(
    visit: Act, repository: Text, issue: Text, why: Text, priority: Text = ""
) -> RedirectResponse:
    """Set an issue's priority, or take it back when none is given."""
    check(visit.person, Right.OPERATE, repository)
    place = visit.sight.id_of(repository, ask=True)
    number = _whole("issue", issue)
    value = _whole("priority", priority) if priority.strip() else None
    set_priority(visit.desk, place, number or 0, value, who=visit.person.name, why=why)
    return RedirectResponse(visit.url("priorities", done="priority"), 303)


def _whole(field: str, text: str) -> int:
    plain = text.strip().removeprefix("#")
    if not plain.removeprefix("-").isdecimal() or len(plain) > 9:
        raise SettingsError(f"{field}: {text!r} is no whole number")
    return int(plain)
