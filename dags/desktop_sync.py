"""
### Desktop sync

Every 30 minutes: check both builders, then take each configured checkout through
check_health → detect_drift → merge_safely → hand_over.

*When it fails*: nothing of a checkout is lost; a merge that was killed is finished or taken back by the
next run. `merge_safely` failed → the checkout was busy for minutes, or its machine is out of disk: the
message says which. The run timed out → the machine that has the checkout is asleep; the next run tries
again. Skipped tasks are outcomes: desktop sync is off, a person must look (`overnight sync status` shows
the plan), or no night ended since the last hand-over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import TaskGroup, dag, task_group

from include.overnight.edge.desktop import (
    CheckBuildersOperator,
    CheckHealthOperator,
    DetectDriftOperator,
    HandOverOperator,
    MergeSafelyOperator,
    names_by_queue,
)
from include.overnight.edge.retries import OVERNIGHT_RETRIES
from include.overnight.settings import load_settings

LABEL = "{{ task.checkout }}"


def sync_on(queue: str, names: list[str]) -> TaskGroup:
    """Return the mapped steps of all checkouts on one machine's queue ("" is any worker)."""

    @task_group(group_id=f"sync_checkout_{queue}" if queue else "sync_checkout")
    def sync_checkout(checkout: str) -> None:
        mapped = {"checkout": checkout, "map_index_template": LABEL, **({"queue": queue} if queue else {})}
        healthy = CheckHealthOperator(task_id="check_health", **mapped)
        drift = DetectDriftOperator(task_id="detect_drift", **mapped)
        merged = MergeSafelyOperator(task_id="merge_safely", **mapped)
        # A merge that a person must look at is skipped; the night's branches come all the same.
        handed = HandOverOperator(task_id="hand_over", trigger_rule="none_failed_min_one_success", **mapped)
        healthy >> drift >> merged >> handed
        drift >> handed

    return sync_checkout.expand(checkout=names)


@dag(
    dag_id="desktop_sync",
    schedule="*/30 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=29),
    tags=["overnight", "desktop"],
    doc_md=__doc__,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "retry_policy": OVERNIGHT_RETRIES},
)
def desktop_sync() -> None:
    """Keep every checkout level with its remote."""
    checked = CheckBuildersOperator(task_id="check_builders")
    for queue, names in sorted(names_by_queue().items()):
        checked >> sync_on(queue, names)


if names_by_queue() or load_settings().values.desktop_builder_enabled:
    desktop_sync()
