"""Start a night through whoever runs nights; two who ask at once get the same one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ..assembly import Overnight
from ..beginning import night_id, why_refused
from ..domain.errors import Contended, RepositoryUnusable
from ..services.overviewing import node_id
from ..settings import make_order
from .house import House, Run, dag_id_of
from .shapes.runs import RunDocument

_LEASE, _PATIENCE, _PAUSE = 30.0, 10.0, 0.1


@dataclass(frozen=True, slots=True)
class Started:
    """A run, and whether it was started just now."""

    run: Run
    fresh: bool


def start_night(house: House, desk: Overnight, full_name: str, params: dict[str, Any], who: str) -> Started:
    """Return the night that is running, or start one.

    :raises SettingsError: the repository is not configured, or a parameter is wrong; nothing was started.
    :raises RepositoryUnusable: nights of it are switched off.
    :raises Contended: somebody else is starting one and does not get done.
    """
    now, name = desk.clock.now(), desk.settings.repository(full_name).name
    make_order(desk.settings, name, "preview", trigger="manual", now=now, params=params)
    refusal = why_refused(desk.settings, name, "manual", now)
    if refusal:
        raise RepositoryUnusable(refusal)
    dag_id, mine = dag_id_of(name), uuid4().hex
    until = time.monotonic() + _PATIENCE
    while True:
        running = house.conductor.active(dag_id)
        if running:
            return Started(running, fresh=False)
        claim = desk.claims.claim(f"start/{name.lower()}", 0, mine, _LEASE)
        if claim:
            try:
                running = house.conductor.active(dag_id)
                if running:
                    return Started(running, fresh=False)
                return Started(house.conductor.start(dag_id, params, who), fresh=True)
            finally:
                desk.claims.release(claim)
        if time.monotonic() > until:
            raise Contended(f"somebody else is starting a night of {name}; look again in a moment")
        time.sleep(_PAUSE)


def run_document(house: House, desk: Overnight, run: Run, *, fresh: bool = False) -> RunDocument:
    """Return a run with the night it is."""
    night = night_of(desk, run.dag_id, run.run_id)
    url = house.run_url.format(dag_id=run.dag_id, run_id=run.run_id) if house.run_url else None
    return RunDocument(
        dag_id=run.dag_id,
        run_id=run.run_id,
        state=run.state,
        started=fresh,
        night=night or None,
        admitted=bool(night) and desk.ledger.night(night) is not None,
        url=url,
    )


def night_of(desk: Overnight, dag_id: str, run_id: str) -> str:
    """Return the night of a run, "" when its repository is unknown."""
    full_name = repository_of(desk, dag_id)
    repository = node_id(desk, full_name) if full_name else ""
    return night_id(repository, dag_id, run_id) if repository else ""


def repository_of(desk: Overnight, dag_id: str) -> str:
    """Return the configured repository that a DAG is of, "" when there is none."""
    names = (one.name for one in desk.settings.values.repositories)
    return next((name for name in names if dag_id_of(name) == dag_id), "")
