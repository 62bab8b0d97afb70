"""The one plugin: Overnight's API and pages in Airflow's API server, behind Airflow's own guard.

Every Airflow process loads this file, so it imports nothing of weight: the applications are made when the
first request comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

from include.overnight.edge.deadlines import NightWindowEnd

if TYPE_CHECKING:
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
    from fastapi import Request

    from include.overnight.assembly import Overnight
    from include.overnight.web import House, Person, Right, Run

API_PREFIX, PAGES_PREFIX = "/api/foreman", "/overnight"
_ISSUE_TASKS = "execute_issue."
_MOON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='{color}'%3E"
    "%3Cpath d='M17 15A8 8 0 0 1 9 4a8 8 0 1 0 11 11 8 8 0 0 1-3 0z'/%3E%3C/svg%3E"
)


class AirflowGuard:
    """People as Airflow's auth manager knows them; rights are those on the repositories' DAGs.

    Viewing is reading a DAG, operating is triggering one, editing is changing one, administering is changing
    Airflow's pools.
    """

    @property
    def secret(self) -> bytes:
        from airflow.configuration import conf

        return str(conf.get_mandatory_value("api", "secret_key")).encode()

    async def person(self, request: Request) -> Person:
        """Return who asks, as Airflow's own routes would find out."""
        from airflow.api_fastapi.core_api.security import bearer_scheme, get_user

        from include.overnight.web import Person

        bearer = await bearer_scheme(request)
        user = await get_user(request, None, bearer)
        return Person(
            user.get_name(), bearer is None, lambda right, name: _may(user, right, name), _also(user)
        )


def _also(user: Any) -> tuple[str, ...]:
    """Return how `approvers` may name a user besides: by id and by role, of whichever auth manager."""
    roles = [getattr(user, "role", None), *(getattr(user, "roles", None) or ())]
    names = [str(getattr(role, "name", role)) for role in roles if role]
    return (f"id:{user.get_id()}", *(f"role:{name}" for name in names))


def _may(user: Any, right: Right, full_name: str) -> bool:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity

    from include.overnight.settings import load_settings
    from include.overnight.web import Right, dag_id_of

    manager = get_auth_manager()
    if right is Right.ADMINISTER and not manager.is_authorized_pool(method="PUT", user=user):
        return False
    names = [full_name] if full_name else [one.name for one in load_settings().values.repositories]
    details: list[DagDetails | None] = [_details(dag_id_of(name)) for name in names]
    of_dag = {Right.VIEW: "GET", Right.EDIT: "PUT"}.get(right)
    return any(
        manager.is_authorized_dag(
            method=of_dag or "POST",
            access_entity=None if of_dag else DagAccessEntity.RUN,
            details=detail,
            user=user,
        )
        for detail in details or [None]
    )


def _details(dag_id: str) -> DagDetails:
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
    from airflow.configuration import conf
    from airflow.models.dag import DagModel

    teams = conf.getboolean("core", "multi_team")
    return DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id) if teams else None)


class AirflowConductor:
    """Runs of the repositories' DAGs, in Airflow's own database."""

    def active(self, dag_id: str) -> Run | None:
        """Return the run that is at work, else the one that has been queued longest."""
        from airflow.models.dagrun import DagRun
        from airflow.utils.state import DagRunState

        unfinished = (DagRunState.RUNNING, DagRunState.QUEUED)
        return _first(DagRun.dag_id == dag_id, DagRun.state.in_(unfinished))

    def find(self, dag_id: str, run_id: str) -> Run | None:
        """Return a run."""
        from airflow.models.dagrun import DagRun

        return _first(DagRun.dag_id == dag_id, DagRun.run_id == run_id)

    def start(self, dag_id: str, params: Mapping[str, Any], who: str) -> Run:
        """Trigger a run; Airflow's words become ours."""
        from airflow.api.common.trigger_dag import trigger_dag
        from airflow.models.dag import DagModel
        from airflow.sdk.exceptions import AirflowException, ParamValidationError
        from airflow.utils.types import DagRunTriggeredByType

        from include.overnight.domain.errors import RepositoryUnusable, SettingsError
        from include.overnight.web import Run

        model = DagModel.get_current(dag_id)
        if model is not None and model.is_paused:
            raise RepositoryUnusable(f"{dag_id} is paused: unpause it in Airflow, then start the night again")
        try:
            run = trigger_dag(
                dag_id,
                triggered_by=DagRunTriggeredByType.REST_API,
                triggering_user_name=who,
                conf=dict(params),
            )
        except (AirflowException, ParamValidationError, ValueError) as error:
            raise SettingsError(f"Airflow did not start {dag_id}: {error}") from error
        if run is None:
            raise SettingsError(f"Airflow did not start {dag_id}: `airflow dags list-import-errors` says why")
        return Run(dag_id, run.run_id, str(run.state))

    def next_run(self, dag_id: str) -> datetime | None:
        """Return when the scheduler creates the next run; None for a paused DAG."""
        from airflow.models.dag import DagModel

        model = DagModel.get_current(dag_id)
        return None if model is None or model.is_paused else model.next_dagrun_create_after

    def run_ids(self, dag_id: str) -> Sequence[str]:
        """Return the ids of a DAG's runs, newest first."""
        from airflow.models.dagrun import DagRun
        from airflow.utils.session import create_session
        from sqlalchemy import select

        query = select(DagRun.run_id).where(DagRun.dag_id == dag_id).order_by(DagRun.id.desc())
        with create_session() as session:
            return list(session.scalars(query))

    def clear(self, dag_id: str, run_id: str, index: int, round_: int, *, anew: bool) -> None:
        """Let one issue's tasks and the summary run again, the build in the round that is asked for."""
        from airflow.exceptions import AirflowClearRunningTaskException
        from airflow.models.taskinstance import TaskInstance, clear_task_instances
        from airflow.utils.session import create_session
        from airflow.utils.state import DagRunState
        from sqlalchemy import and_, or_, select

        from include.overnight.domain.errors import Contended

        mapped = and_(TaskInstance.task_id.startswith(_ISSUE_TASKS), TaskInstance.map_index == index)
        query = select(TaskInstance).where(
            TaskInstance.dag_id == dag_id,
            TaskInstance.run_id == run_id,
            or_(mapped, TaskInstance.task_id == "summarize"),
        )
        try:
            with create_session() as session:
                found = list(session.scalars(query))
                clear_task_instances(found, session, DagRunState.QUEUED, prevent_running_task=True)
                for task in found:
                    if task.task_id == f"{_ISSUE_TASKS}build_issue":
                        _in_round(task, round_, anew)
        except AirflowClearRunningTaskException as error:
            raise Contended(f"a task of this issue, or the summary, is running in {run_id}") from error


def _in_round(task: Any, round_: int, anew: bool) -> None:
    """Set what the operator reads its round from: tries beyond the task's own retries."""
    wanted = (task.task.retries or 0) + round_
    task.max_tries = max(task.max_tries, wanted) if anew else wanted


def _first(*conditions: Any) -> Run | None:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    from include.overnight.web import Run

    running_first = (DagRun.start_date.is_(None), DagRun.id)
    query = select(DagRun.dag_id, DagRun.run_id, DagRun.state).where(*conditions).order_by(*running_first)
    with create_session() as session:
        row = session.execute(query.limit(1)).first()
    return Run(row.dag_id, row.run_id, str(row.state)) if row else None


class Desks:
    """The desk for the settings of this moment, made anew when they or a minute have passed."""

    _KEPT = 60.0
    """Seconds; connections and environment may change, too."""

    def __init__(self) -> None:
        self._lock, self._made = Lock(), 0.0
        self._desk: Overnight | None = None

    def __call__(self) -> Overnight:
        """Return the desk."""
        from time import monotonic

        from include.overnight.edge.hooks import open_desk
        from include.overnight.settings import load_settings

        settings = load_settings()
        with self._lock:
            desk = self._desk
            if desk is None or desk.settings is not settings or monotonic() - self._made > self._KEPT:
                desk = open_desk(settings)
                self._desk, self._made = desk, monotonic()
            return desk


@lru_cache(maxsize=1)
def house() -> House:
    """Return what both applications are given."""
    from airflow.api_fastapi.app import get_auth_manager, get_cookie_path

    from include.overnight.web import House

    root, login = get_cookie_path().rstrip("/"), ""
    with suppress(RuntimeError):
        login = get_auth_manager().get_url_login(next_url=f"{root}{PAGES_PREFIX}/")
    run_url = f"{root}/dags/{{dag_id}}/runs/{{run_id}}"
    return House(AirflowGuard(), Desks(), AirflowConductor(), run_url, login)


class Lazy:
    """An application that is made when it is first asked.

    :param make: name of its factory in `include.overnight.web`.
    """

    def __init__(self, make: str) -> None:
        self._make, self._app, self._lock = make, None, Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._application()(scope, receive, send)

    def _application(self) -> Any:
        with self._lock:
            if self._app is None:
                from include.overnight import web

                self._app = getattr(web, self._make)(house())
            return self._app


class OvernightPlugin(AirflowPlugin):
    """The API, the pages, and their places in Airflow's navigation."""

    name = "overnight"
    fastapi_apps: list[Any] = [  # noqa: RUF012 - as Airflow declares it
        {"app": Lazy("create_api"), "url_prefix": API_PREFIX, "name": "overnight API"},
        {"app": Lazy("create_pages"), "url_prefix": PAGES_PREFIX, "name": "overnight pages"},
    ]
    deadline_references: list[Any] = [NightWindowEnd]  # noqa: RUF012
    external_views: list[Any] = [  # noqa: RUF012
        {
            "name": "Overnight",
            "href": f"{PAGES_PREFIX}/",
            "destination": "nav",
            "url_route": "overnight",
            "icon": _MOON.format(color="%237b88a8"),
            "icon_dark_mode": _MOON.format(color="%23aab4cf"),
            "nav_top_level": True,
        },
        {
            "name": "Night",
            "href": f"{PAGES_PREFIX}/run/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "overnight_night",
            "icon": _MOON.format(color="%237b88a8"),
            "icon_dark_mode": _MOON.format(color="%23aab4cf"),
        },
    ]
