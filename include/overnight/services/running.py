"""Run a whole night in this process: the same steps as the DAG's tasks, in plan order, without Airflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import tenacity

from ..domain.errors import FenceLost, OvernightError, Transient
from ..domain.nights import Night
from ..domain.plans import PlannedIssue
from ..ports import Desk
from .building import build_issue
from .judging import judge_change
from .planning import plan_night
from .publishing import publish_change
from .reading import OpenNight
from .reporting import report_issue
from .summarizing import summarize_night
from .waiting import give_up, look

T = TypeVar("T")

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
        for planned in startable:
            execute_issue(desk, night, planned, watch)
    watch("summarize", None)
    return summarize_night(desk, night.id)


def execute_issue(desk: Desk, night: OpenNight, planned: PlannedIssue, watch: Watch) -> None:
    """Take one issue through await, build, judge, publish and report; a failure stays its own."""
    number = planned.number
    try:
        wait = look(desk, night.id, number)
        if wait.blocked or not wait.over:
            give_up(desk, night.id, number, wait.blocked or "what it depends on did not finish")
            return
        watch("build", number)
        if _patiently(desk, lambda: build_issue(desk, night.id, number).change):
            watch("judge", number)
            if _patiently(desk, lambda: judge_change(desk, night.id, number)).passed:
                watch("publish", number)
                _patiently(desk, lambda: publish_change(desk, night.id, number))
    except FenceLost:
        return
    except Exception as error:  # noqa: BLE001  one issue's failure never stops the others
        watch(f"crashed: {error!r}", number)
    finally:
        watch("report", number)
        _report(desk, night, number, watch)


def _report(desk: Desk, night: OpenNight, number: int, watch: Watch) -> None:
    try:
        _patiently(desk, lambda: report_issue(desk, night.id, number))
    except OvernightError as error:  # its status is on record; the comment follows another night
        watch(f"not reported: {error}", number)


def _patiently(desk: Desk, step: Callable[[], T]) -> T:
    """Repeat a step while the fault is a passing one: three tries, waiting as told."""
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Transient),
        stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_exponential_jitter(multiplier=2, max=60),
        sleep=desk.clock.sleep,
        reraise=True,
    )
    return retrying(step)
