"""Airflow connections become the desk that services work at, in the task and never at parse time."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from .notifiers import tellers

if TYPE_CHECKING:
    from ..assembly import Overnight
    from ..credentials import Connection
    from ..settings import Settings


def find_connection(conn_id: str) -> Connection | None:
    """Return an Airflow connection, None when it is not defined."""
    try:
        return cast("Connection", BaseHook.get_connection(conn_id))
    except AirflowNotFoundException:
        return None


def desk_without_connections() -> Overnight:
    """Return the desk with what the environment and the settings say, for code that Airflow gives no more."""
    from ..assembly import key_names, open_overnight
    from ..credentials import from_environment
    from ..settings import load_settings

    settings = load_settings()
    desk = open_overnight(settings, from_environment(os.environ, key_names(settings)))
    return replace(desk, tellers=tellers(settings.values.notifiers))


def open_desk(settings: Settings | None = None) -> Overnight:
    """Return the desk, its credentials from the environment with Airflow's connections laid over them."""
    from airflow.sdk.log import mask_secret

    from ..assembly import key_names, open_overnight
    from ..credentials import from_environment, with_connections
    from ..settings import load_settings

    settings = settings or load_settings()
    names = key_names(settings)
    credentials = with_connections(from_environment(os.environ, names), find_connection)
    for secret in credentials.secrets():
        mask_secret(secret)
    return replace(open_overnight(settings, credentials), tellers=tellers(settings.values.notifiers))


def trigger_of(dag_run: Any) -> str:
    """Return how a run came to be: scheduled, manual or backfill."""
    kind = getattr(dag_run.run_type, "value", dag_run.run_type)
    return {"scheduled": "scheduled", "backfill": "backfill"}.get(str(kind), "manual")
