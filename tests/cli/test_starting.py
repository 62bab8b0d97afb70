"""Setting up and starting: init, run, plan, settings."""

import json
import shutil
import subprocess
import tomllib

from include.overnight.cli import version

from ..architecture.sources import PROJECT
from ..staging import REPOSITORY
from .conftest import overnight


def test_init_goes_from_nothing_to_a_plan_and_its_cost(fresh):
    stage, env = fresh
    result = overnight("init", REPOSITORY, env=env)
    assert result.exit_code == 0, result.output
    assert "The suite is green on main" in result.stdout
    assert "Add an area" in result.stdout
    assert "never more than $20 a night" in result.stdout
    assert f"overnight run --repository {REPOSITORY}" in result.stdout
    settings = tomllib.loads((stage.home / "overnight.toml").read_text())
    assert [one["name"] for one in settings["repositories"]] == [REPOSITORY]
    assert any(issue.title == "Overnight execution" for issue in stage.forge.issues(REPOSITORY))


def test_init_twice_changes_nothing_and_finds_what_it_made(fresh):
    stage, env = fresh
    overnight("init", REPOSITORY, "--no-labels", env=env)
    text = (stage.home / "overnight.toml").read_text()
    again = overnight("init", REPOSITORY.upper(), "--no-labels", env=env)
    assert again.exit_code == 0, again.output
    assert "Already in" in again.stdout
    assert (stage.home / "overnight.toml").read_text() == text


def test_init_says_what_to_mend_first(fresh):
    _, env = fresh
    result = overnight("init", REPOSITORY, env={**env, "GITHUB_TOKEN": None})
    assert result.exit_code == 2
    assert "GITHUB_TOKEN not set" in " ".join(result.stdout.split())
    assert "Mend these first" in result.stdout


def test_a_night_that_only_plans_prints_json_alone_and_calls_no_model(fresh):
    _, env = fresh
    overnight("db", "upgrade", env=env)
    result = overnight("run", "-r", REPOSITORY, "--plan-only", "--dry-run", "--json", env=env)
    assert result.exit_code == 0, result.output
    night = json.loads(result.stdout)
    assert [issue["number"] for issue in night["issues"]] == [1, 2]
    assert [issue["attempts"] for issue in night["issues"]] == [[], []]
    assert result.stderr.splitlines() == ["plan", "summarize"]


def test_what_nobody_asked_for_takes_one_line(fresh):
    stage, env = fresh
    for number in range(20):
        stage.issue(f"Idea {number}")
    overnight("db", "upgrade", env=env)
    result = overnight("run", "-r", REPOSITORY, "--plan-only", "--dry-run", "--issue", 1, env=env)
    assert result.exit_code == 0, result.output
    assert "21 not asked for: #2, #3, #4, #5, #6, #7, #8, #9 …" in result.stdout
    assert "Idea" not in result.stdout


def test_a_night_that_is_not_admitted_says_why_and_ends_with_three(fresh):
    _, env = fresh
    overnight("db", "upgrade", env=env)
    stopped = {**env, "OVERNIGHT_EXECUTION_ENABLED": "false"}
    result = overnight("run", "-r", REPOSITORY, "--json", env=stopped)
    assert result.exit_code == 3
    assert "OVERNIGHT_EXECUTION_ENABLED is false" in result.stderr
    assert json.loads(result.stdout)["status"] == "skipped"


def test_what_libraries_log_and_print_stays_off_stdout(fresh):
    _, env = fresh
    result = overnight("db", "upgrade", env=env)
    assert result.stdout == "The ledger's schema is up to date.\n"
    assert result.stderr == ""


def test_settings_show_where_each_value_came_from_and_no_password(nowhere, tmp_path):
    (tmp_path / "overnight.toml").write_text('notify = ["slack://tokenA/tokenB"]\n[limits]\nnight_usd = 5\n')
    env = {
        **nowhere,
        "OVERNIGHT_LEDGER_URL": "postgresql+psycopg://me:p4ssw0rd@db/x",
        "OVERNIGHT_LIMITS__ISSUE_USD": "2",
    }
    for result in (
        overnight("settings", "show", env=env),
        overnight("settings", "show", "--json", env=env),
    ):
        assert result.exit_code == 0, result.output
        assert "p4ssw0rd" not in result.stdout
        assert "tokenB" not in result.stdout
        assert "OVERNIGHT_LEDGER_URL" in result.stdout
    shown = json.loads(result.stdout)
    assert shown["limits"] == {
        "value": shown["limits"]["value"] | {"night_usd": "5", "issue_usd": "2"},
        "from": str(tmp_path / "overnight.toml"),
        "keys_from": {"limits.issue_usd": "OVERNIGHT_LIMITS__ISSUE_USD"},
    }
    assert shown["home"]["from"] == "default"


def test_settings_validate_says_what_was_read(nowhere):
    assert "no file at" in overnight("settings", "validate", env=nowhere).stdout
    assert json.loads(overnight("settings", "validate", "--json", env=nowhere).stdout) == {
        "valid": True, "file": None, "repositories": [], "cautions": [],
    }  # fmt: skip


def test_going_back_to_an_earlier_schema_asks_first(nowhere):
    overnight("db", "upgrade", env=nowhere)
    assert overnight("db", "downgrade", "base", env=nowhere).exit_code == 1
    assert overnight("db", "check", env=nowhere).exit_code == 0
    assert overnight("db", "downgrade", "base", "--yes", env=nowhere).exit_code == 0
    assert overnight("db", "check", env=nowhere).exit_code == 2


def test_the_version_is_the_newest_of_the_changelog(nowhere):
    result = overnight("--version", env=nowhere)
    assert result.stdout == f"overnight {version.VERSION}\n"
    assert f"\n## [{version.VERSION}]" in (PROJECT / "CHANGELOG.md").read_text()


def test_the_launcher_of_a_fresh_clone_names_make_setup(tmp_path):
    (tmp_path / "bin").mkdir()
    launcher = shutil.copy(PROJECT / "bin" / "overnight", tmp_path / "bin")
    bare_python = tmp_path / "python3"
    bare_python.write_text("#!/bin/sh\nexit 1\n")  # no library can be imported
    bare_python.chmod(0o755)
    bare = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run([launcher, "status"], env=bare, capture_output=True, text=True)
    assert done.returncode == 127
    assert done.stderr == f"overnight: not installed yet; run 'make setup' in {tmp_path}\n"


def test_init_does_not_break_a_file_that_it_cannot_extend(nowhere, tmp_path):
    file = tmp_path / "overnight.toml"
    file.write_text("repositories = []\n")
    result = overnight("init", REPOSITORY, env=nowhere)
    assert result.exit_code == 2
    assert f'add {{name = "{REPOSITORY}"}} to it by hand' in result.stderr
    assert file.read_text() == "repositories = []\n"
