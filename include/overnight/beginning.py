"""Begin a night: settings and a trigger's parameters become an order, the order is admitted or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from .assembly import Overnight
from .domain.errors import OvernightError, Terminal
from .domain.events import Severity
from .domain.issues import Repository, split_full_name
from .services.admitting import Admission, admit_night, skip_night
from .services.prioritizing import overrides
from .services.reading import OpenNight
from .settings import in_window, make_order
from .settings.loading import Settings

_NIGHTS = uuid5(NAMESPACE_URL, "overnight/night")


def night_id(repository: str, dag_id: str, run_id: str) -> str:
    """Return the id of a night in Airflow: uuid5 of (repository node id, dag id, run id)."""
    return str(uuid5(_NIGHTS, f"{repository}\n{dag_id}\n{run_id}"))


def begin_night(
    desk: Overnight,
    full_name: str,
    *,
    trigger: str,
    dag_id: str = "",
    run_id: str = "",
    night: str = "",
    logical_date: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> tuple[str, Admission]:
    """Return the night's id and whether it was admitted.

    :param night: an id made elsewhere, for a night without Airflow.
    :raises Terminal: settings, token or repository are wrong; that is recorded, too.
    """
    configured = desk.settings.repository(full_name)
    now = desk.clock.now()
    refusal = why_refused(desk.settings, full_name, trigger, now)
    try:
        repository = _known(desk, full_name) if refusal else _look_up(desk, configured.name)
    except Terminal as error:
        _record(desk, full_name, trigger, now, dag_id, run_id, error)
        raise
    chosen = night or night_id(repository.node_id, dag_id, run_id)
    order = make_order(
        desk.settings,
        full_name,
        chosen,
        trigger=trigger,
        now=now,
        logical_date=logical_date,
        params=params,
    )
    told = overrides(desk, repository.node_id)
    order = replace(order, plan=replace(order.plan, priorities=told))
    unsaid = (params or {}).get("dry_run") is None and configured.dry_run is None
    admission = admit_night(desk, order, repository, refusal=refusal, first_is_dry=unsaid)
    return chosen, admission


def why_refused(settings: Settings, full_name: str, trigger: str, now: datetime) -> str:
    """Return why the settings refuse a night, "" when they do not."""
    repository = settings.repository(full_name)
    allowed = settings.values.execution_enabled
    if allowed is False:
        return "OVERNIGHT_EXECUTION_ENABLED is false: all nights are stopped"
    if not repository.enabled:
        return f"{full_name} is disabled: set enabled = true in its [[repositories]]"
    if trigger != "scheduled":
        return ""
    if allowed is None:
        return "scheduled nights are off until OVERNIGHT_EXECUTION_ENABLED=true says otherwise"
    if not in_window(repository, now):
        return f"outside the night window {repository.window} ({repository.timezone})"
    return ""


def _look_up(desk: Overnight, full_name: str) -> Repository:
    """Ask GitHub, and remember the node id, which a refused night is recorded under."""
    repository = desk.tracker.repository(*split_full_name(full_name))
    desk.records.remember(f"repository/{full_name.lower()}", {"node_id": repository.node_id})
    return repository


def _known(desk: Overnight, full_name: str) -> Repository:
    """Return what is remembered of a repository, without asking GitHub."""
    known = desk.records.recall(f"repository/{full_name.lower()}")
    unknown = _unknown(full_name)
    return replace(unknown, node_id=known["node_id"]) if known else unknown


def _unknown(full_name: str) -> Repository:
    owner, name = split_full_name(full_name)
    return Repository(f"name:{full_name.lower()}", owner, name, "")


def _record(
    desk: Overnight,
    full_name: str,
    trigger: str,
    now: datetime,
    dag_id: str,
    run_id: str,
    error: OvernightError,
) -> None:
    repository = _known(desk, full_name)
    night = night_id(repository.node_id, dag_id, run_id or now.isoformat())
    order = make_order(desk.settings, full_name, night, trigger=trigger, now=now)
    skip_night(desk, OpenNight(order, repository), str(error), Severity.ERROR)
