"""The first page: what is going on now, what came of the last night, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ...assembly import Overnight
from ...domain.nights import Night
from ...services.open_pulls import open_pulls
from ...services.overviewing import NightRow, Standing, standing
from ...services.progressing import Progress, Stage, progress
from ...services.reading import open_night
from ...services.texts import morning_message
from ...services.watching import desktop_standings
from ...settings.orders import limits
from ..api.money import scopes
from ..api.overnight import next_schedule
from ..house import dag_id_of
from .rendering import Leaf, Look, Visit, leaf

routes = APIRouter()
Number = Annotated[int, Query(ge=1, le=100_000)]
Shown = Annotated[str, Query(max_length=30)]


@dataclass(frozen=True, slots=True)
class Board:
    """A night's issues on their way.

    :param counts: stage → issues there; :param statuses: status → issues that ended so.
    :param show: stage or status that is shown alone, "" for all.
    """

    night: Night
    leaf: Leaf
    counts: dict[str, int]
    statuses: dict[str, int]
    show: str
    cost: Decimal
    live: bool


def board(desk: Overnight, night: Night, show: str, page: int) -> Board:
    """Return a night's board: one page of its issues, those on their way before those that are done."""
    rows = progress(desk, night)
    counts = {str(stage): sum(row.stage is stage for row in rows) for stage in Stage}
    statuses: dict[str, int] = {}
    for row in rows:
        if row.issue.status:
            statuses[row.issue.status] = statuses.get(row.issue.status, 0) + 1
    chosen = [row for row in rows if show in ("", str(row.stage), row.issue.status)]
    if night.status == "running":
        chosen.sort(key=_liveliest)
    cost = sum((row.cost_usd for row in rows), Decimal(0))
    live = night.status == "running"
    return Board(night, leaf(chosen, page), counts, statuses, show, cost, live)


def _liveliest(row: Progress) -> tuple[bool, int, int]:
    """What is furthest on its way first, what is over last."""
    return (row.stage is Stage.DONE, -list(Stage).index(row.stage), row.issue.position)


@routes.get("/", response_class=HTMLResponse)
def tonight(
    visit: Look, repository: Annotated[str, Query(max_length=140)] = "", show: Shown = "", page: Number = 1
) -> HTMLResponse:
    """Show a repository's night, its limits, and what waits."""
    standings = [standing(visit.desk, name) for name in visit.sight.names()]
    chosen = _chosen(standings, repository)
    if chosen is None:
        return visit.page("empty.html")
    return visit.page(
        "tonight.html", standings=standings, chosen=chosen, **_context(visit, chosen, show, page)
    )


def _chosen(standings: list[Standing], repository: str) -> Standing | None:
    """Return the repository asked for, else one with a running night, else the one with the newest."""
    named = [one for one in standings if one.full_name.lower() == repository.lower()]
    begun = [one for one in standings if one.last and one.last.started_at]
    newest = max(begun, key=lambda one: one.last.started_at if one.last else None, default=None)  # type: ignore[arg-type, return-value]
    running = next((one for one in standings if one.current), None)
    first = standings[0] if standings else None
    return next(iter(named), running or newest or first)


def _context(visit: Visit, chosen: Standing, show: str, page: int) -> dict[str, Any]:
    desk = visit.desk
    row = chosen.current or chosen.last
    night = desk.ledger.night(row.id) if row and row.status != "skipped" else None
    settings = desk.settings.repository(chosen.full_name)
    return {
        "row": row,
        "board": board(desk, night, show, page) if night else None,
        "message": _message(desk, chosen.last, night),
        "run": visit.house.conductor.active(dag_id_of(chosen.full_name)),
        "settings": settings,
        "next_run": next_schedule(visit.house, desk, settings),
        "gauges": scopes(desk, visit.sight, [chosen.full_name]),
        "throttle": desk.quota.throttled(),
        "limits": limits(desk.settings),
        "month_usd": desk.budgets.spent(),
        "night_usd": desk.budgets.spent(night=row.id) if row else Decimal(0),
        "waiting": [one for one in desk.approvals.queue() if visit.sight.shows(one["repository"])],
        "pulls": open_pulls(desk, visit.sight.shows),
        "desktops": [one for one in desktop_standings(desk) if visit.sight.named(one.full_name)],
    }


def _message(desk: Overnight, last: NightRow | None, shown: Night | None) -> str:
    """Return the morning message of the last night that took place, "" when there is none."""
    if last is None or last.status != "completed":
        return ""
    night = shown if shown and shown.id == last.id else desk.ledger.night(last.id)
    return morning_message(open_night(desk, last.id), night) if night else ""
