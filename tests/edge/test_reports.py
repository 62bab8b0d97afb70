"""Which report is due when, and the operators on a real stage."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.overnight.domain.periods import Period
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.reports import (
    SealLedgerOperator,
    SendAlertsOperator,
    WriteReportOperator,
    due_days,
)
from include.overnight.edge.retention import RetainOperator

from .test_operators import admit


def at(year, month, day):
    return datetime(year, month, day, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "moment", "days"),
    [
        (Period.DAY, at(2026, 3, 1), (date(2026, 2, 28), date(2026, 3, 1))),
        (Period.WEEK, at(2026, 3, 16), (date(2026, 3, 15),)),
        (Period.WEEK, at(2026, 3, 17), ()),
        (Period.MONTH, at(2026, 3, 1), (date(2026, 2, 28),)),
        (Period.MONTH, at(2026, 3, 2), ()),
    ],
)
def test_a_report_is_due_on_its_morning_and_a_day_is_told_whole_in_the_next(period, moment, days):
    assert due_days(period, moment) == days


def context(moment):
    return {"dag_run": SimpleNamespace(logical_date=moment, run_after=moment)}


def test_the_days_report_is_stored_as_a_page_and_tables(house):
    admit(house)
    now = open_desk().clock.now()
    uri = WriteReportOperator(task_id="report_day", period="day").execute(context(now))
    desk = open_desk()
    assert b"<!doctype html>" in desk.storage.get(uri)[:20]
    assert desk.storage.get(uri.replace("report.html", "nights.parquet"))[:4] == b"PAR1"


def test_a_week_that_is_not_over_is_skipped(house):
    with pytest.raises(AirflowSkipException, match="no report by week is due"):
        WriteReportOperator(task_id="report_week", period="week").execute(context(at(2026, 3, 17)))


def test_alerts_and_the_seal_run_on_a_ledger_that_is_whole(house):
    admit(house)
    assert SendAlertsOperator(task_id="send_alerts").execute({}) == 0
    seal = SealLedgerOperator(task_id="seal_ledger")
    first = seal.execute({})
    assert first.split(":")[0].isdecimal()
    open_desk().storage.put("audit/anchor.txt", f"99:{'f' * 64}".encode())
    with pytest.raises(AirflowFailException, match="heads"):
        seal.execute({})


def test_history_is_let_go_on_the_first_of_a_month_where_retention_says_so(house, monkeypatch):
    admit(house)
    retain = RetainOperator(task_id="retain_history")
    with pytest.raises(AirflowSkipException, match="before the first"):
        retain.execute(context(at(2026, 3, 2)))
    with pytest.raises(AirflowSkipException, match="keeps everything"):
        retain.execute(context(at(2026, 3, 1)))
    monkeypatch.setenv("OVERNIGHT_RETENTION__KEEP_MONTHS", "12")
    assert retain.execute(context(at(2026, 3, 1))) == {"archived_nights": 0, "deleted_objects": 0}
