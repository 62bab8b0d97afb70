"""Pages of nights: the list, one night, its plan, its live board, starting and stopping."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from ...domain.errors import NotFound, SettingsError
from ...domain.nights import Night
from ...services.overviewing import night_page
from ...services.reading import open_night, planned_issues
from ...services.stopping import stop_night
from ...services.turns import Turns
from ...settings.orders import limits
from ..guarding import Right, check
from ..starting import night_of, start_night
from .graphing import draw
from .rendering import Act, Look, leaf
from .tonight import Number, Shown, board

routes = APIRouter()
NightId = Annotated[str, Path(min_length=1, max_length=255)]
Text = Annotated[str, Form(max_length=500)]


@routes.get("/nights", response_class=HTMLResponse)
def nights(
    visit: Look,
    repository: Annotated[str, Query(max_length=140)] = "",
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> HTMLResponse:
    """List past nights."""
    place = visit.sight.id_of(repository) if repository else None
    page = night_page(visit.desk, place or None, 20, cursor, visit.sight.event)
    rows = () if place == "" else page.nights
    return visit.page("nights.html", nights=rows, next=page.next, repository=repository)


@routes.get("/nights/{night}", response_class=HTMLResponse)
def night(visit: Look, night: NightId, show: Shown = "", page: Number = 1) -> HTMLResponse:
    """Show one night."""
    found = visit.sight.night(night)
    return visit.page(
        "night.html",
        night=found,
        board=board(visit.desk, found, show, page),
        night_usd=visit.desk.budgets.spent(night=night),
        limits=limits(visit.desk.settings),
        exclusions=leaf(found.exclusions, 1, 30),
    )


@routes.get("/nights/{night}/board", response_class=HTMLResponse)
def live_board(visit: Look, night: NightId, show: Shown = "", page: Number = 1) -> HTMLResponse:
    """Return a night's board alone: what the script puts in the place of the one that is shown."""
    found = visit.sight.night(night)
    return visit.page("parts/board.html", board=board(visit.desk, found, show, page))


@routes.get("/nights/{night}/plan", response_class=HTMLResponse)
def plan(
    visit: Look, night: NightId, page: Number = 1, skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> HTMLResponse:
    """Show a night's plan: the picture of its chains, and every place with its reason."""
    found = visit.sight.night(night)
    issues = planned_issues(visit.desk, night)
    turns = Turns(visit.desk, open_night(visit.desk, night), issues) if found.status == "running" else None
    return visit.page(
        "plan.html",
        turns=[one for one in turns.order() if _waits(found, one)][:20] if turns and turns.changed() else (),
        night=found,
        graph=draw(issues, skip),
        skip=skip,
        statuses={issue.number: issue.status for issue in found.issues},
        leaf=leaf(issues, page),
        blocked=[issue for issue in issues if issue.blocked],
        exclusions=leaf(found.exclusions, 1, 30),
    )


@routes.get("/run/{dag_id}/{run_id}", response_class=HTMLResponse)
def night_of_run(
    visit: Look, dag_id: Annotated[str, Path(max_length=250)], run_id: Annotated[str, Path(max_length=250)]
) -> RedirectResponse:
    """Lead from a run in Airflow to its night."""
    night = night_of(visit.desk, dag_id, run_id)
    if not night or visit.desk.ledger.night(night) is None:
        raise NotFound(f"run {run_id} of {dag_id} has no night yet: it was not admitted, or is no night")
    return RedirectResponse(visit.url(f"nights/{night}"), 303)


@routes.post("/nights", response_class=HTMLResponse)
def start(
    visit: Act,
    repository: Text,
    issues: Text = "",
    max_issues_per_run: Text = "",
    mode: Text = "",
) -> RedirectResponse:
    """Start a night as the form says."""
    name = visit.desk.settings.repository(repository).name
    check(visit.person, Right.OPERATE, name)
    params = _params(issues, max_issues_per_run, mode)
    started = start_night(visit.house, visit.desk, name, params, visit.person.name)
    done = "started" if started.fresh else "running"
    return RedirectResponse(visit.url("", repository=name, done=done), 303)


@routes.post("/nights/{night}/stop", response_class=HTMLResponse)
def stop(visit: Act, night: NightId, now: Text = "") -> RedirectResponse:
    """Stop a night."""
    found = visit.sight.night(night)
    check(visit.person, Right.OPERATE, found.full_name)
    stop_night(visit.desk, night, who=visit.person.name, now=bool(now))
    return RedirectResponse(visit.url(f"nights/{night}", done="stopped"), 303)


def _waits(night: Night, number: int) -> bool:
    """Whether nothing was tried on an issue and nothing ended it."""
    row = night.issue(number)
    return row is not None and not row.status and not row.attempts


def _params(issues: str, most: str, mode: str) -> dict[str, Any]:
    """Return the run's parameters; SettingsError names the field that is wrong."""
    params: dict[str, Any] = {}
    numbers = issues.replace("#", " ").replace(",", " ").split()
    if not all(number.isdecimal() and 0 < int(number) < 2**31 for number in numbers):
        raise SettingsError(f"issue numbers: {issues!r} is no list of numbers such as 12, 15")
    if numbers:
        params["issues"] = [int(number) for number in numbers]
    if most.strip():
        if not (most.strip().isdecimal() and 0 < int(most) <= 10_000):
            raise SettingsError(f"max issues: {most!r} is no number from 1 to 10,000")
        params["max_issues_per_run"] = int(most)
    if mode:
        known = {"dry": {"dry_run": True}, "real": {"dry_run": False}, "plan": {"plan_only": True}}
        if mode not in known:
            raise SettingsError(f"mode: {mode!r} is none of {', '.join(known)}")
        params |= known[mode]
    return params
