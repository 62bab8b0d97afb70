"""
### Overnight execution

One night of one repository: admit it, plan the open issues, take each through
await → approve → build → approve → judge → publish → report, and summarize.

*When it fails*: `admit` failed → settings, token or repository are wrong; nothing was started: mend what
the message names and clear it. `plan_night` failed → nothing was started, clear it.
A `build_issue` failed → the others went on; its reason is in the ledger (`overnight why NUMBER`), and a
retry resumes from the last finished attempt. `summarize` failed → an issue crashed, which is a defect of
ours: `overnight why NUMBER` shows where it stopped. Skipped tasks are outcomes, not failures.
A scheduled run that still works at the end of its window is told of once; nothing is stopped.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, MultipleCronTriggerTimetable, TaskGroup, dag, task_group

from include.overnight.edge.approvals import ApproveChangeOperator, ApproveEscalationOperator
from include.overnight.edge.deadlines import window_alert
from include.overnight.edge.forms import night_params
from include.overnight.edge.operators import (
    AdmitNightOperator,
    ExecuteWithEscalationOperator,
    JudgeChangeOperator,
    PlanNightOperator,
    PublishChangeOperator,
    ReportIssueOperator,
    SummarizeNightOperator,
)
from include.overnight.edge.retries import OVERNIGHT_RETRIES
from include.overnight.edge.sensors import AwaitDependenciesSensor
from include.overnight.settings import RepositorySettings, load_settings

LABEL = "#{{ task.issue['number'] }} {{ task.issue['title'] }}"
ALL_DONE = "all_done"


def overnight_execution(repository: RepositorySettings) -> DAG:
    """Return the DAG of one configured repository."""

    @dag(
        dag_id=f"overnight_execution.{repository.name.replace('/', '.')}",
        schedule=MultipleCronTriggerTimetable(*repository.schedules, timezone=repository.timezone),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        deadline=window_alert(repository),
        params=night_params(repository),
        tags=["overnight", repository.name],
        doc_md=__doc__,
        default_args={
            "retries": 2,
            "retry_delay": timedelta(seconds=30),
            "retry_policy": OVERNIGHT_RETRIES,
        },
    )
    def night() -> None:
        @task_group
        def execute_issue(issue: dict[str, object]) -> None:
            mapped = {"issue": issue, "map_index_template": LABEL}
            (
                AwaitDependenciesSensor(task_id="await_dependencies", **mapped)
                >> ApproveEscalationOperator(task_id="approve_escalation", **mapped)
                >> ExecuteWithEscalationOperator(
                    task_id="build_issue",
                    pool="overnight_builds",
                    max_active_tis_per_dagrun=repository.parallel_issues,
                    **mapped,
                )
                >> ApproveChangeOperator(task_id="approve_change", **mapped)
                >> JudgeChangeOperator(task_id="judge_change", pool="overnight_issues", **mapped)
                >> PublishChangeOperator(task_id="publish_change", pool="overnight_issues", **mapped)
                >> ReportIssueOperator(
                    task_id="report_issue", pool="overnight_issues", trigger_rule=ALL_DONE, **mapped
                )
            )

        admitted = AdmitNightOperator(task_id="admit", repository=repository.name)
        planned = PlanNightOperator(task_id="plan_night", night=admitted.output)
        executed: TaskGroup = execute_issue.expand(issue=planned.output)
        executed >> SummarizeNightOperator(task_id="summarize", night=admitted.output, trigger_rule=ALL_DONE)

    return night()


for configured in load_settings().values.repositories:
    overnight_execution(configured)
