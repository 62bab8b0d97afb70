"""
### Follow pull requests

Every half hour: open pull requests of ours are taken the next step (marked as ready, put into the merge
queue, moved and replayed when what they were stacked on was merged, repaired or closed with an
explanation), and what became of them is told on their issues. While one is in a queue or its checks run,
`follow` waits without a worker and goes on when something moves, for at most 25 minutes.
Beside it, where something of ours was merged lately, `watch_default_branch` reads the checks of the default
branch; a red that is ours is taken back, or `approve_rollback` asks a person first.

*When it fails*: nothing is lost, and what was done is not done again: clear it. `find_pull_requests`
failed → settings or ledger are wrong. A `follow` failed → the message names what GitHub said: the token
lost a permission, or the repository is archived, gone or renamed; other repositories went on. Skipped is an
outcome: nothing of ours is open, or `OVERNIGHT_EXECUTION_ENABLED` is false.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import TriggerRule, dag

from include.overnight.edge.following import FindPullRequestsOperator, FollowPullRequestsOperator
from include.overnight.edge.retries import OVERNIGHT_RETRIES
from include.overnight.edge.revisions import StartRevisionsOperator
from include.overnight.edge.rollback import (
    ApproveRollbackOperator,
    FindMergesOperator,
    WatchDefaultBranchOperator,
)
from include.overnight.settings import load_settings


@dag(
    dag_id="follow_pull_requests",
    schedule="*/30 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=58),
    tags=["overnight", "pull requests"],
    doc_md=__doc__,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "retry_policy": OVERNIGHT_RETRIES},
)
def follow_pull_requests() -> None:
    """Follow what is open."""
    found = FindPullRequestsOperator(task_id="find_pull_requests")
    followed = FollowPullRequestsOperator.partial(
        task_id="follow", pool="overnight_issues", map_index_template="{{ task.repository }}"
    ).expand(repository=found.output)
    # After `follow`, which asks for repairs; one repository that could not be followed holds up no other.
    started = StartRevisionsOperator.partial(
        task_id="start_revisions",
        map_index_template="{{ task.repository }}",
        trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
    ).expand(repository=found.output)
    followed >> started
    merged = FindMergesOperator(task_id="find_merges")
    watched = WatchDefaultBranchOperator.partial(
        task_id="watch_default_branch", pool="overnight_issues", map_index_template="{{ task.repository }}"
    ).expand(repository=merged.output)
    ApproveRollbackOperator.partial(
        task_id="approve_rollback", map_index_template="{{ task.issue.repository }}"
    ).expand(issue=watched.output)


if load_settings().values.repositories:
    follow_pull_requests()
