"""Reports, alerts and the ledger's seal as Airflow operators; and the governance issues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from ..domain.periods import Period
from ..settings import load_settings
from .hooks import open_desk

if TYPE_CHECKING:
    from airflow.sdk import Context

    from ..reports.report import Report


def due_days(period: Period, at: datetime) -> tuple[date, ...]:
    """Return a day in each period that a run reports on, oldest first.

    A day is reported on twice: in its morning, and whole in the next one. A week's report comes on Monday
    about the week before, a month's on the first about the month before.
    """
    today = at.astimezone(UTC).date()
    yesterday = today - timedelta(days=1)
    if period is Period.DAY:
        return yesterday, today
    begins = today.weekday() == 0 if period is Period.WEEK else today.day == 1
    return (yesterday,) if begins else ()


class WriteReportOperator(BaseOperator):
    """Write a period's reports into object storage; returns the newest page's URI, skipped where none is due.

    :param period: day, week or month.
    """

    def __init__(self, *, period: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.period = period

    def execute(self, context: Context) -> str:
        from ..reports.facts import facts_of
        from ..reports.making import report_on

        period, run = Period(self.period), context["dag_run"]
        days = due_days(period, run.logical_date or run.run_after)
        if not days:
            raise AirflowSkipException(f"no report by {period} is due today")
        desk = open_desk()
        facts = facts_of(desk.settings, desk.clock.now())
        made = [report_on(desk.database, period, day, facts) for day in days]
        *_, uri = [self._store(desk, one) for one in made]
        if (alerts := made[-1].alerts) and period is Period.DAY:
            desk.notify("Overnight: budget", "\n".join(f"- {alert}" for alert in alerts))
        return uri

    def _store(self, desk: Any, made: Report) -> str:
        from ..domain.expected_nights import missed_events
        from ..reports.files import table_bytes
        from ..reports.page import page

        folder = f"reports/{made.period}/{made.span.begin:%Y-%m-%d}"
        for table in made.tables:
            desk.storage.put(f"{folder}/{table.key}.parquet", table_bytes(table, "parquet"))
        uri: str = desk.storage.put(f"{folder}/report.html", page(made).encode())
        names = {night.full_name: night.repository for night in desk.ledger.nights(limit=500)}
        if events := missed_events(made.missed, names):
            desk.ledger.append(*events)
        return uri


class SendAlertsOperator(BaseOperator):
    """Tell people of what is new and loud; returns how many groups were told of."""

    def execute(self, context: Context) -> int:
        from ..services.alerting import send_alerts

        desk = open_desk()
        return len(send_alerts(desk, desk.alert_rules))


class SealLedgerOperator(BaseOperator):
    """Verify every hash chain, commit the heads and keep the anchor; fails with the first bad events."""

    def execute(self, context: Context) -> str:
        from ..services.auditing import ANCHOR, seal_ledger

        desk = open_desk()
        audit = seal_ledger(desk.database.ledger, desk.storage, _kept(desk, ANCHOR))
        if audit.findings:
            desk.notify(
                "Overnight: the ledger does not verify", "\n".join(f"- {one}" for one in audit.findings[:20])
            )
            raise AirflowFailException("; ".join(audit.findings[:20]))
        return audit.anchor


class CreateGovernanceIssuesOperator(BaseOperator):
    """Create or update the four governance issues of a repository; returns title → number.

    :param repository: OWNER/NAME, templated.
    """

    template_fields: Sequence[str] = ("repository",)

    def __init__(self, *, repository: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.repository = repository

    def execute(self, context: Context) -> dict[str, int]:
        from ..domain.issues import split_full_name
        from ..services.governance_issues import create_governance_issues

        desk = open_desk()
        written = create_governance_issues(desk, desk.issues, *split_full_name(self.repository))
        if written.errors:
            raise AirflowFailException("; ".join(written.errors))
        return {one.issue.title: one.put.number for one in written.written if one.put}


def repository_names() -> list[str]:
    """Return the configured repositories."""
    return [one.name for one in load_settings().values.repositories]


def _kept(desk: Any, name: str) -> str:
    from pathlib import Path

    from ..domain.errors import NotFound

    root = desk.settings.storage_url.rstrip("/")
    try:
        uri = f"{root if '://' in root else f'file://{Path(root).resolve()}'}/{name}"
        return str(desk.storage.get(uri).decode().strip())
    except NotFound:
        return ""
