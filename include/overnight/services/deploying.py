"""Walk the checklist of a deployment: what is so, how to mend it, and what only a person can look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ..domain.errors import SettingsError
from ..domain.events import EventQuery, EventType
from ..domain.governance_issues import GOVERNANCE_ISSUES
from ..ports import Desk
from .appraising import Check, usable_tiers
from .overviewing import node_id

_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Deployment:
    """What settings and environment say of a deployment.

    :param secrets: name of each secret → whether it is there.
    :param schedules: full name of each enabled repository → its cron expressions.
    :param desktops: configured checkouts → their paths.
    :param told: how many places people are told something at.
    :param overview: asks `GET /overnight` of the running deployment; None where its address is not known.
    """

    execution_enabled: bool | None
    secrets: Mapping[str, bool] = field(default_factory=dict)
    schedules: Mapping[str, Sequence[str]] = field(default_factory=dict)
    desktops: Mapping[str, str] = field(default_factory=dict)
    told: int = 0
    overview: Callable[[], Mapping[str, Any]] | None = None


def walk_checklist(desk: Desk, deployment: Deployment) -> tuple[Check, ...]:
    """Return a check for each row of the list, in its order; none of them raises."""
    return tuple(_run(name, look, desk, deployment) for name, look in ROWS)


def _run(name: str, look: Look, desk: Desk, deployment: Deployment) -> Check:
    try:
        told = look(desk, deployment)
    except Exception as error:  # noqa: BLE001  a checklist that faints helps nobody
        return Check(name, False, str(error) or repr(error))
    return Check(name, True, told, caution=isinstance(told, ForPeople))


class ForPeople(str):
    """Told where a person must look: nothing on record shows it, or nothing can."""

    __slots__ = ()


def _environment(desk: Desk, deployment: Deployment) -> str:
    missing = [name for name, there in deployment.secrets.items() if not there]
    if missing:
        raise SettingsError(
            f"not set: {', '.join(missing)}: give them to every worker, in .env or as connections"
        )
    return f"set: {', '.join(deployment.secrets)}"


def _enabled(desk: Desk, deployment: Deployment) -> str:
    if deployment.execution_enabled is not True:
        said = "is false: every night is stopped" if deployment.execution_enabled is False else "is not set"
        raise SettingsError(f"OVERNIGHT_EXECUTION_ENABLED {said}: `true` lets scheduled nights run")
    return "OVERNIGHT_EXECUTION_ENABLED is true"


def _desktops(desk: Desk, deployment: Deployment) -> str:
    if not deployment.desktops:
        return ForPeople("none: only desktop sync needs them, as [[desktops]] or LOCAL_…_PATH")
    return "; ".join(f"{name}: {path}" for name, path in deployment.desktops.items())


def _models(desk: Desk, deployment: Deployment) -> str:
    return usable_tiers(desk)


def _endpoint(desk: Desk, deployment: Deployment) -> str:
    if deployment.overview is None:
        return ForPeople("not asked: set OVERNIGHT_API_URL and …_TOKEN, or open /api/foreman/overnight")
    repositories = deployment.overview()["repositories"]
    return f"answers, and knows {len(repositories)} repositories"


def _events(desk: Desk, deployment: Deployment) -> str:
    since = desk.clock.now() - _RECENT
    recent = desk.ledger.events(EventQuery(since=since, limit=1))
    if not recent:
        return ForPeople("none in the last seven days: do nights run? `overnight status`")
    if not deployment.told:
        return ForPeople("written, and nobody is told: name an address in `notify`, or look each morning")
    return f"written, and {deployment.told} addresses are told"


def _schedule(desk: Desk, deployment: Deployment) -> str:
    if not deployment.schedules:
        raise SettingsError("no repository is enabled: `overnight init OWNER/REPO` writes the settings")
    told = "; ".join(f"{name}: {', '.join(crons)}" for name, crons in deployment.schedules.items())
    if deployment.overview is None:
        return ForPeople(f"{told}; whether the DAGs are unpaused only Airflow can tell")
    asleep = [one["full_name"] for one in deployment.overview()["repositories"] if not one["next_schedule"]]
    if asleep:
        raise SettingsError(f"the scheduler starts no night of {', '.join(asleep)}: unpause their DAGs")
    return told


def _governance_issues(desk: Desk, deployment: Deployment) -> str:
    lacking = [name for name in deployment.schedules if not _has_them(desk, node_id(desk, name))]
    if lacking:
        raise SettingsError(
            f"not created for {', '.join(lacking)}: `overnight governance-issues --create` creates each once"
        )
    return f"all {len(GOVERNANCE_ISSUES)} created"


def _has_them(desk: Desk, repository: str) -> bool:
    marks = [f"issue/{one.marker}" for one in GOVERNANCE_ISSUES]
    return bool(repository) and all(desk.records.publication(repository, mark) for mark in marks)


def _quota(desk: Desk, deployment: Deployment) -> str:
    use, since = desk.quota.use(), desk.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    query = EventQuery(types=(EventType.MODEL_ESCALATION,), since=since, limit=None)
    told = [event for event in desk.ledger.events(query) if not event.metadata.get("exempt")]
    counted = f"{use.daily} today (UTC), {use.hourly} this hour, {use.concurrent} at once"
    if len(told) > use.daily:
        raise SettingsError(
            f"{len(told)} escalations are on record today and {use.daily} counted: tell us of it"
        )
    return f"counted: {counted}"


def _escalation(desk: Desk, deployment: Deployment) -> str:
    return _seen(
        desk, EventType.MODEL_ESCALATION, "label a small issue `architecture` and run it as a dry run"
    )


def _healing(desk: Desk, deployment: Deployment) -> str:
    return _seen(desk, EventType.AUTO_HEAL, "the first failing attempt or model shows it")


def _seen(desk: Desk, kind: EventType, how: str) -> str:
    found = desk.ledger.events(EventQuery(types=(kind,), limit=1))
    if not found:
        return ForPeople(f"none on record yet: {how}")
    moment = f"{found[0].at:%Y-%m-%d %H:%M}" if found[0].at else "once"
    return f"last seen {moment}: {found[0].description}"


Look = Callable[[Desk, Deployment], str]
ROWS: tuple[tuple[str, Look], ...] = (
    ("environment", _environment),
    ("execution enabled", _enabled),
    ("desktop checkouts", _desktops),
    ("model keys", _models),
    ("endpoint", _endpoint),
    ("memory events", _events),
    ("schedule", _schedule),
    ("governance issues", _governance_issues),
    ("quota tracking", _quota),
    ("escalation flow", _escalation),
    ("auto-heal", _healing),
)
"""The seeds' deployment checklist, row by row."""
