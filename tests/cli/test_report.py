"""Reports, audits, governance issues and support from the command line, after a real night."""

import json

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from include.overnight.adapters.github import GitHubAccess, Pace, connect
from include.overnight.adapters.github.marked_issues import GitHubIssues
from include.overnight.assembly import Overnight
from include.overnight.cli import audit, governance_issues, report, support

from ..staging import TOKEN
from .conftest import NOWHERE

app = typer.Typer()
app.add_typer(report.app, name="report")
app.add_typer(audit.app, name="audit")
app.command("governance-issues")(governance_issues.command)
app.command("support")(support.command)


@pytest.fixture
def run(seen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words, code=0):
        env = {**NOWHERE, "COLUMNS": "80", **seen.env}
        done = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert done.exit_code == code, done.output
        return done

    return run


@pytest.fixture
def issues(seen, monkeypatch):
    made = GitHubIssues(
        connect(GitHubAccess(url=seen.stage.running.rest_url, token=TOKEN), pace=Pace.unhurried()), clean=str
    )
    monkeypatch.setattr(Overnight, "issues", property(lambda _: made), raising=False)


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_a_report_reads_well_in_80_columns(run, period):
    shown = run("report", "--period", period).stdout
    assert "Accepted changes" in shown
    assert "Verify overnight execution runs" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_json_holds_every_table_and_nothing_else_is_printed(run):
    told = json.loads(run("report", "--json").stdout)
    assert told["headline"]["Nights"]["now"] == "1"
    assert told["tables"]["by_tier"][0]["tier"] == "gpt-4"
    assert "completed" in {row["status"] for row in told["tables"]["nights"]}  # others may be skipped


def test_a_page_and_tables_are_written_where_one_says(run, tmp_path):
    run("report", "--format", "html", "--output", tmp_path / "day.html")
    assert "<!doctype html>" in (tmp_path / "day.html").read_text()[:20]
    run("report", "--format", "parquet", "--output", tmp_path / "out")
    assert "completed" in set(pd.read_parquet(tmp_path / "out" / "nights.parquet")["status"])
    run("report", "--format", "html")
    assert list(tmp_path.glob("overnight-day-*.html"))


def test_csv_on_stdout_is_one_tidy_table(run):
    lines = run("report", "--format", "csv").stdout.splitlines()
    assert lines[0] == "table,row,column,value"
    assert any(line.startswith("nights,0,accepted,1") for line in lines)


def test_a_period_nobody_worked_in_says_so(run):
    assert "nothing of 50 a day was asked for" in run("report", "--date", "2020-01-01").stdout


def test_wrong_words_name_the_fix(run):
    assert "--output wants --format" in run("report", "--output", "x", code=2).stderr
    assert "no/body" in run("report", "--repository", "no/body", code=2).stderr
    run("report", "--period", "year", code=2)


def test_the_ledger_verifies_is_sealed_and_exported(run, tmp_path):
    assert "What is new in the ledger verifies." in run("audit", "verify").stdout
    assert "The ledger verifies." in run("audit", "verify", "--full").stdout
    assert "still contains the anchor" in run("audit", "verify", "--full").stdout
    lines = run("audit", "export").stdout.splitlines()
    assert {"id", "type", "metadata"} <= json.loads(lines[0]).keys()
    run("audit", "export", "--format", "parquet", "--output", tmp_path / "events.parquet")
    assert len(pd.read_parquet(tmp_path / "events.parquet")) == len(lines)
    assert "agrees with its events" in run("audit", "rebuild").stdout


def test_an_audit_that_finds_something_ends_with_1_and_only_a_named_person_accepts_it(run, seen):
    assert (
        "copy a finding exactly"
        in run("audit", "acknowledge", "made up", "--who", "Ada", "--why", "x", code=2).stderr
    )
    told = json.loads(run("audit", "verify", "--anchor", f"7:{'f' * 64}", "--json", code=1).stdout)
    assert told["findings"]
    assert "leave --stream out" in run("audit", "verify", "--full", "--stream", "heads", code=2).stderr


def test_the_governance_issues_are_listed_and_created_once(run, issues):
    assert "GSR-Model" in run("governance-issues").stdout
    assert [one["priority"] for one in json.loads(run("governance-issues", "--json").stdout)] == [1, 2, 3, 4]
    first = json.loads(run("governance-issues", "--create", "acme/box", "--json").stdout)
    again = json.loads(run("governance-issues", "--create", "acme/box", "--json").stdout)
    assert (first["created"], again["created"]) == (4, 0)
    assert [one["number"] for one in again["issues"]] == [one["number"] for one in first["issues"]]


def test_a_support_text_names_the_run_and_hides_what_a_log_leaks(run, seen, issues, tmp_path):
    (tmp_path / "task.log").write_text(f"calling with {TOKEN}\nTraceback: boom\n")
    shown = run("support", seen.night.id, "--log", tmp_path / "task.log").stdout
    assert seen.night.id in shown
    assert "Traceback: boom" in shown
    assert TOKEN not in shown
    assert "no night of run nothing" in run("support", "nothing", code=2).stderr
    made = json.loads(run("support", seen.night.id, "--create", "--json").stdout)
    assert made["issue"] > 0
