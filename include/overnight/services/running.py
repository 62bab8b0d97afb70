"""Run a whole night in this process: the same steps as the DAG's tasks, in plan order, without Airflow."""

from __future__ import annotations

from collections.abc import Callable

from ..domain.errors import FenceLost, OvernightError, Transient
from ..domain.nights import Night
from ..domain.plans import PlannedIssue
from ..ports import Desk
from .building import build_issue
from .judging import judge_change
from .patience import park, patiently
from .planning import plan_night
from .publishing import publish_change
from .reading import OpenNight
from .reporting import report_issue
from .summarizing import summarize_night
from .turns import taking_turns
from .waiting import Waiting, give_up

Watch = Callable[[str, int | None], None]
"""Told of each step: its phrase, and the issue it is about."""


def run_night(desk: Desk, night: OpenNight, watch: Watch = lambda step, issue: None) -> Night:
    """Plan, execute and summarize an admitted night."""
    watch("plan", None)
    try:
        startable = plan_night(desk, night)
    except BaseException:
        summarize_night(desk, night.id)
        raise
    if not night.order.plan_only:
        for planned in taking_turns(desk, night, startable):
            execute_issue(desk, night, planned, watch)
    watch("summarize", None)
    return summarize_night(desk, night.id)


def execute_issue(desk: Desk, night: OpenNight, planned: PlannedIssue, watch: Watch, round_: int = 0) -> None:
    """Take one issue through await, build, judge, publish and report; a failure stays its own."""
    number = planned.number
    try:
        wait = Waiting(desk, night.id, number).settled()  # whose turn it is was decided by the caller
        if wait.blocked or not wait.over:
            give_up(desk, night.id, number, wait.blocked or "what it depends on did not finish")
            return
        watch("build", number)
        if patiently(desk, lambda: build_issue(desk, night.id, number, round_).change):
            watch("judge", number)
            if patiently(desk, lambda: judge_change(desk, night.id, number)).passed:
                watch("publish", number)
                patiently(desk, lambda: publish_change(desk, night.id, number))
    except FenceLost:
        return
    except Transient as error:
        watch(f"parked: {park(desk, night.id, number, error)}", number)
    except Exception as error:  # noqa: BLE001  one issue's failure never stops the others
        watch(f"crashed: {error!r}", number)
    finally:
        watch("report", number)
        _report(desk, night, number, watch)


def _report(desk: Desk, night: OpenNight, number: int, watch: Watch) -> None:
    try:
        patiently(desk, lambda: report_issue(desk, night.id, number))
    except OvernightError as error:  # its status is on record; the comment follows another night
        watch(f"not reported: {error}", number)
