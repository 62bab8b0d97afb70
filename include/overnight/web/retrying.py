"""Retry an issue through whoever ran its night: its tasks are cleared, and who asked is on record."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from ..assembly import Overnight
from ..beginning import night_id
from ..domain.errors import NotFound
from ..domain.events import EventType
from ..domain.nights import Night
from ..services.reading import open_night, planned_issues
from ..services.retrying import last_round, refuse_retry
from ..services.stopping import lift_stop
from .house import House, dag_id_of


def retry(house: House, desk: Overnight, night: Night, number: int, *, anew: bool, who: str) -> str:
    """Have Airflow take an issue through its steps again, and return what was done, in words.

    :param anew: start a new round, with no attempts behind it, under the same lifetime budget.
    :raises NotFound: the issue is not in the night's plan.
    :raises SettingsError: there is nothing to retry; the message names what does help.
    :raises Contended: somebody works on it just now.
    :raises HTTPException: 409 when the night is none of Airflow's; the message has the command to run.
    """
    index = _index(desk, night, number)
    refuse_retry(desk, open_night(desk, night.id), number, anew=anew)
    dag_id = dag_id_of(night.full_name)
    run_id = _run_of(house, night, dag_id)
    if not run_id:
        command = f"overnight retry {number} --night {night.id}" + (" --anew" if anew else "")
        raise HTTPException(409, f"night {night.id} is no run of {dag_id} (any more): `{command}` does it")
    lift_stop(desk, night.id)
    house.conductor.clear(dag_id, run_id, index, last_round(desk, night.id, number) + anew, anew=anew)
    told = f"{who} had #{number} {'worked on in a new round' if anew else 'taken up where it stopped'}"
    opened = open_night(desk, night.id)
    metadata = {"who": who, "anew": anew, "run_id": run_id}
    desk.ledger.append(opened.event(EventType.GOVERNANCE_NOTE, told, issue=number, metadata=metadata))
    return f"#{number} is retried{' in a new round' if anew else ''}"


def _index(desk: Overnight, night: Night, number: int) -> int:
    """Return an issue's place among the night's mapped tasks: those that may start, in plan order."""
    planned = planned_issues(desk, night.id)
    startable = [issue.number for issue in planned if not issue.blocked]
    if number in startable:
        return startable.index(number)
    blocked = next((issue.blocked for issue in planned if issue.number == number), "")
    if blocked:
        raise HTTPException(409, f"#{number} was never started: {blocked}; a later night plans it anew")
    raise NotFound(f"issue #{number} is not in the plan of night {night.id}")


def _run_of(house: House, night: Night, dag_id: str) -> str:
    """Return the run that a night is, "" when it is none of this Airflow's."""
    runs = house.conductor.run_ids(dag_id)
    return next((run for run in runs if night_id(night.repository, dag_id, run) == night.id), "")
