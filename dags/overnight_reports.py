"""
### Overnight reports

Every morning: the report of the day so far and, whole now, that of the day before; on Mondays the last
week's, on the first the last month's. Each is an HTML page with its tables as Parquet beside it, in object
storage under `reports/`. Nights that were due and did not run are written into the ledger, with the command
that makes up for them. Then people are told of what is loud, and the ledger is verified and sealed. On the
first of a month `[retention]` lets old nights and logs go; a night's root stays in the ledger.

*When it fails*: a report failed → clear it, nothing is written twice. `send_alerts` failed → clear it; what
was told is remembered. `seal_ledger` failed → **the history was changed or is damaged**: its message names
the first bad event of each stream. Do not clear it before somebody has looked; `overnight audit verify`
shows all, `overnight audit acknowledge` records who accepts it and why. `retain_history` failed → clear it,
nothing leaves twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag

from include.overnight.edge.reports import (
    SealLedgerOperator,
    SendAlertsOperator,
    WriteReportOperator,
    repository_names,
)
from include.overnight.edge.retention import RetainOperator
from include.overnight.edge.retries import OVERNIGHT_RETRIES


@dag(
    dag_id="overnight_reports",
    schedule="0 8 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["overnight", "reports"],
    doc_md=__doc__,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "retry_policy": OVERNIGHT_RETRIES},
)
def overnight_reports() -> None:
    """Write the reports that are due, tell people, seal the ledger."""
    daily = WriteReportOperator(task_id="report_day", period="day")
    others = [WriteReportOperator(task_id=f"report_{period}", period=period) for period in ("week", "month")]
    alerts = SendAlertsOperator(task_id="send_alerts", trigger_rule="all_done")
    [daily, *others] >> alerts
    SealLedgerOperator(task_id="seal_ledger") >> RetainOperator(task_id="retain_history")


if repository_names():
    overnight_reports()
