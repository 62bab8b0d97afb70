"""A report says what happened, what it cost, and what a person should look at."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from include.overnight.domain.maintenance import CHORES
from include.overnight.domain.orders import Limits
from include.overnight.domain.periods import Period, span_of
from include.overnight.reports.making import report_on
from include.overnight.reports.measures import lead_times, totals

DAY = date(2026, 3, 14)


@pytest.fixture(scope="module")
def month(database):
    from datetime import UTC, datetime

    from include.overnight.domain.expected_nights import Schedule
    from include.overnight.reports.report import Facts

    due = (Schedule("acme/pantry", "overnight_execution.acme.pantry", ("0 2 * * *",)),)
    return report_on(database, Period.MONTH, DAY, Facts(datetime(2026, 3, 20, 8, tzinfo=UTC), schedules=due))


def table(report, key):
    return next(one.frame for one in report.tables if one.key == key)


def tiles(report):
    return {tile.label: tile.value for tile in report.tiles}


def test_the_headline_agrees_with_the_tables(month):
    told = tiles(month)
    assert told["Nights"] == str(len(table(month, "nights"))) == "38"
    assert told["Accepted changes"] == str(table(month, "nights")["accepted"].sum())
    assert told["Cost"] == f"${table(month, 'cost_by_day')['usd'].sum():.2f}"
    assert table(month, "by_repository")["cost_usd"].sum() == pytest.approx(
        table(month, "by_tier")["cost_usd"].sum()
    )


def test_nights_that_did_not_run_come_with_the_command_that_makes_up_for_them(month):
    (absent,) = month.missed
    assert [f"{tick:%m-%d %H:%M}" for tick in absent.ticks] == ["03-11 02:00", "03-12 02:00"]
    assert absent.command == (
        "airflow backfill create --dag-id overnight_execution.acme.pantry "
        "--from-date 2026-03-11T02:00:00+00:00 --to-date 2026-03-12T02:00:00+00:00"
    )
    assert list(table(month, "missed")["command"]) == [absent.command]


def test_backfilled_nights_are_told_both_ways(month):
    ran, stands = table(month, "backfilled").to_dict("records")
    assert (ran["backfilled"], stands["backfilled"]) == (1, 0)
    assert ran["issues"] - stands["issues"] == 6
    assert ran["cost_usd"] > stands["cost_usd"]


@pytest.mark.parametrize("period", Period)
def test_the_maintenance_list_of_the_period_and_the_shorter_ones_is_answered(database, facts, period):
    told = table(report_on(database, period, DAY, facts), "maintenance")
    count = {Period.DAY: 3, Period.WEEK: 7, Period.MONTH: len(CHORES)}[period]
    assert list(told["look_at"]) == [chore.words for chore in CHORES[:count]]
    assert all(told["what_stands_there"])


def test_only_a_month_proposes_changes_and_each_has_its_evidence(database, facts, month):
    proposed = table(month, "proposals")
    assert "quota.daily" in set(proposed["setting"])
    assert all(proposed["evidence"])
    for period in (Period.DAY, Period.WEEK):
        assert not [one for one in report_on(database, period, DAY, facts).tables if one.key == "proposals"]


def test_the_month_is_forecast_with_an_interval_around_what_is_expected(month):
    (cost,) = [section for section in month.sections if section.title == "Cost"]
    assert "by the end of the month, between $" in cost.sentences[1]
    assert "80%" in cost.sentences[1]


def test_a_budget_that_will_not_do_is_warned_of(database, facts):
    short = replace(facts, limits=Limits(month_usd=Decimal(25)))
    assert any(
        "limits.month_usd is $25.00" in one for one in report_on(database, Period.DAY, DAY, short).alerts
    )


def test_a_repository_can_be_reported_alone(database, facts):
    alone = report_on(database, Period.MONTH, DAY, replace(facts, repository="acme/box"))
    assert set(table(alone, "by_repository")["repository"]) == {"acme/box"}
    assert [one.schedule.repository for one in alone.missed] == ["acme/box"]


@pytest.mark.parametrize("period", Period)
def test_a_period_without_history_gives_a_report_that_says_so(empty, facts, period):
    report = report_on(empty, period, DAY, facts)
    assert tiles(report)["Nights"] == "0"
    assert tiles(report)["Cost per accepted change"] == "–"
    assert report.missed == ()


def test_gates_are_ordered_by_how_often_they_stop_a_change(month):
    yields = list(table(month, "gates")["yield"])
    assert yields == sorted(yields)


def test_auto_heal_counts_issues_that_needed_it(month):
    told = table(month, "healing").set_index("what")
    assert told.loc["either", "issues"] >= told.loc["first attempt not accepted", "issues"] > 0
    assert (told["healed"] <= told["issues"]).all()


def test_a_week_says_what_its_month_cost_so_far(database, facts, month):
    whole = table(month, "cost_by_day").set_index("day")["month_so_far_usd"]
    week = table(report_on(database, Period.WEEK, DAY, facts), "cost_by_day").set_index("day")
    assert len(week) > 1
    assert week["month_so_far_usd"].to_dict() == pytest.approx(whole.reindex(week.index).to_dict())


def test_a_change_that_two_nights_accepted_counts_once(frames):
    good = frames.issues[frames.issues["outcome"] == "success"]
    again = replace(frames, issues=pd.concat([frames.issues, good.assign(night="another")]))
    assert totals(again)["accepted"] == totals(frames)["accepted"] == len(good)


def test_lead_time_begins_at_the_first_plan_however_long_ago(frames):
    rows = frames.issues
    row = rows[rows["outcome"] == "success"].iloc[-1]
    week = timedelta(days=7)
    early = rows[rows["issue"] == row["issue"]].assign(
        outcome="failed", planned_at=row["planned_at"] - week, ended_at=row["ended_at"] - week
    )
    day = span_of(Period.DAY, row["ended_at"].date())
    told = lead_times(replace(frames, issues=pd.concat([rows, early])), day).set_index("issue")["hours"]
    assert told[row["issue"]] == pytest.approx(
        168 + lead_times(frames, day).set_index("issue")["hours"][row["issue"]]
    )
