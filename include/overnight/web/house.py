"""What a web application is given: a guard, desks, and who starts nights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import Request

if TYPE_CHECKING:
    from ..assembly import Overnight
    from .guarding import Guard

DAG_PREFIX = "overnight_execution."


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a repository's DAG.

    :param state: queued, running, success or failed.
    """

    dag_id: str
    run_id: str
    state: str


class Conductor(Protocol):
    """Whoever runs nights: Airflow, or a fake."""

    def active(self, dag_id: str) -> Run | None:
        """Return the run that is at work, else the one queued longest; None when there is none."""

    def find(self, dag_id: str, run_id: str) -> Run | None:
        """Return a run, None when there is none."""

    def start(self, dag_id: str, params: Mapping[str, Any], who: str) -> Run:
        """Trigger a run.

        :raises SettingsError: the DAG does not exist (yet), is paused, or refuses the parameters.
        """

    def next_run(self, dag_id: str) -> datetime | None:
        """Return when the scheduler starts the next one, None when it will not."""

    def run_ids(self, dag_id: str) -> Sequence[str]:
        """Return the ids of a DAG's runs, newest first."""

    def clear(self, dag_id: str, run_id: str, index: int, round_: int, *, anew: bool) -> None:
        """Let one issue's tasks, and the summary after them, run again.

        :param index: the issue's place among the mapped ones.
        :param round_: the round it shall be worked in; with `anew` at least that one.
        :raises Contended: one of them is running.
        """


@dataclass(frozen=True)
class House:
    """Everything routes reach for.

    :param desks: returns the desk for the settings of this moment; cheap to call.
    :param run_url: address of a run in Airflow's UI, with {dag_id} and {run_id}; "" where there is none.
    :param login_url: where people sign in; "" where there is no such page.
    """

    guard: Guard
    desks: Callable[[], Overnight]
    conductor: Conductor
    run_url: str = ""
    login_url: str = ""


def house_of(request: Request) -> House:
    """Return the house of the application that a request came to."""
    house: House = request.app.state.house
    return house


def desk_of(request: Request) -> Overnight:
    """Return the desk that a request is served at."""
    return house_of(request).desks()


def dag_id_of(full_name: str) -> str:
    """Return the DAG's id of a configured repository."""
    return f"{DAG_PREFIX}{full_name.replace('/', '.')}"
