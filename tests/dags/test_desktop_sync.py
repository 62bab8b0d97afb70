"""The desktop sync DAG: when it is there, and what it is made of."""

import json
import os
import subprocess
import sys
from itertools import pairwise

import pytest

from .conftest import PROJECT, READ

HEAVY = ("git", "github", "networkx", "openai", "pandas", "pydantic_ai")
MODULES = f"print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}} & set({HEAVY!r}))))"
GROUP = "sync_checkout."
STEPS = ["check_health", "detect_drift", "merge_safely", "hand_over"]


def run(home, script, **environment):
    """Return the JSON that a script prints, with these variables and settings that name nothing."""
    (home / "overnight.toml").touch()
    env = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "HOME": str(home),
        "OVERNIGHT_SETTINGS": str(home / "overnight.toml"),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, env=env, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def dag(tmp_path_factory):
    bag = run(tmp_path_factory.mktemp("dag"), READ, LOCAL_FOREMAN_APP_PATH="/home/ann/app")
    assert bag["errors"] == {}
    return bag["dags"]["desktop_sync"]


def test_reading_the_file_loads_no_sdk(tmp_path):
    script = f'import json, runpy, sys; runpy.run_path("dags/desktop_sync.py"); {MODULES}'
    assert run(tmp_path, script, LOCAL_FOREMAN_APP_PATH="/home/ann/app") == []


def test_it_runs_every_half_hour_one_run_at_a_time_and_catches_nothing_up(dag):
    assert (dag["catchup"], dag["at_once"]) == (False, 1)
    assert "*/30 * * * *" in str(dag["schedule"])
    assert "*When it fails*" in dag["doc"]


def test_each_checkout_takes_the_four_steps_after_the_builders_were_checked(dag):
    tasks = dag["tasks"]
    assert set(tasks) == {"check_builders", *(GROUP + step for step in STEPS)}
    assert tasks[GROUP + "check_health"]["upstream"] == ["check_builders"]
    for before, after in pairwise(STEPS):
        assert GROUP + before in tasks[GROUP + after]["upstream"]
    assert all(tasks[GROUP + step]["mapped"] for step in STEPS)
    assert {tasks[GROUP + step]["label"] for step in STEPS} == {"{{ task.checkout }}"}


def test_the_nights_branches_come_though_a_merge_was_left_to_a_person_but_not_when_it_is_off(dag):
    handed = dag["tasks"][GROUP + "hand_over"]
    assert handed["trigger_rule"] == "none_failed_min_one_success"
    assert set(handed["upstream"]) == {GROUP + "detect_drift", GROUP + "merge_safely"}


def test_every_task_retries_by_our_policy(dag):
    assert {(task["retries"], task["policy"]) for task in dag["tasks"].values()} == {(2, True)}
