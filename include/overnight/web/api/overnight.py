"""`/overnight`: where everything stands, and starting a night."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Path, Request, Response

from ...assembly import Overnight
from ...domain.errors import NotFound
from ...services.overviewing import NightRow, standing
from ...settings import RepositorySettings
from ..guarding import Operator, Right, check
from ..house import House, dag_id_of
from ..shapes.nights import NightSummary, OverviewDocument, RepositoryStanding, TotalsDocument
from ..shapes.runs import NightWish, RunDocument
from ..starting import repository_of, run_document, start_night
from .reaching import Desk, HouseOf, RepositoryName, View, router

routes = router("overnight", more=(404, 409))


@routes.get("/overnight")
def overview(house: HouseOf, desk: Desk, sight: View, repository: RepositoryName = None) -> OverviewDocument:
    """Say whether a night is running, what came of the last one, and when the next one starts."""
    names = sight.names()
    if repository is not None:
        sight.id_of(repository)
        names = [name for name in names if name.lower() == repository.lower()]
    standings = [_standing(house, desk, desk.settings.repository(name)) for name in names]
    return OverviewDocument(running=any(one.running for one in standings), repositories=standings)


@routes.post("/overnight", status_code=202)
def start(
    wish: NightWish, request: Request, response: Response, person: Operator, house: HouseOf, desk: Desk
) -> RunDocument:
    """Start a night of a configured repository; while one is running, that one is the answer."""
    name = desk.settings.repository(wish.full_name).name
    check(person, Right.OPERATE, name)
    started = start_night(house, desk, name, wish.params(), person.name)
    run = started.run
    root = request.scope.get("root_path", "")
    response.headers["Location"] = f"{root}/runs/{quote(run.dag_id)}/{quote(run.run_id, safe='')}"
    return run_document(house, desk, run, fresh=started.fresh)


@routes.get("/runs/{dag_id}/{run_id}")
def run(
    dag_id: Annotated[str, Path(max_length=250)],
    run_id: Annotated[str, Path(max_length=250)],
    house: HouseOf,
    desk: Desk,
    sight: View,
) -> RunDocument:
    """Say how a run stands and which night it is."""
    name = repository_of(desk, dag_id)
    found = house.conductor.find(dag_id, run_id) if name in sight.names() else None
    if found is None:
        raise NotFound(f"there is no run {run_id} of {dag_id}")
    return run_document(house, desk, found)


def summary(row: NightRow) -> NightSummary:
    """Return a night's row as a document."""
    return NightSummary(
        id=row.id,
        full_name=row.full_name,
        trigger=row.trigger,
        dry_run=row.dry_run,
        status=row.status,
        reason=row.reason,
        started_at=row.started_at,
        finished_at=row.finished_at,
        totals=TotalsDocument.model_validate(dict(row.totals)),
    )


def next_schedule(house: House, desk: Overnight, repository: RepositorySettings) -> datetime | None:
    """Return when the scheduler starts the next night; None when settings or Airflow hold it back."""
    if not repository.enabled or desk.settings.values.execution_enabled is not True:
        return None
    moment = house.conductor.next_run(dag_id_of(repository.name))
    return moment.astimezone(UTC) if moment else None


def _standing(house: House, desk: Overnight, repository: RepositorySettings) -> RepositoryStanding:
    found = standing(desk, repository.name)
    active = house.conductor.active(dag_id_of(repository.name))
    return RepositoryStanding(
        full_name=repository.name,
        enabled=repository.enabled,
        running=bool(active or found.current),
        run=run_document(house, desk, active) if active else None,
        current_night=summary(found.current) if found.current else None,
        last_night=summary(found.last) if found.last else None,
        next_schedule=next_schedule(house, desk, repository),
    )
