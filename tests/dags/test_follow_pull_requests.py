"""The DAG that follows pull requests: when it is there, and what it is made of."""

import pytest

from .conftest import READ
from .test_desktop_sync import MODULES, run

SETTINGS = '[[repositories]]\nname = "acme/box"\n'


def read(home, script=READ):
    (home / "overnight.toml").write_text(SETTINGS)
    return run(home, script)


@pytest.fixture(scope="module")
def dag(tmp_path_factory):
    bag = read(tmp_path_factory.mktemp("dag"))
    assert bag["errors"] == {}
    return bag["dags"]["follow_pull_requests"]


def test_reading_the_file_loads_no_sdk(tmp_path):
    script = f'import json, runpy, sys; runpy.run_path("dags/follow_pull_requests.py"); {MODULES}'
    assert read(tmp_path, script) == []


def test_it_runs_every_half_hour_one_run_at_a_time_and_catches_nothing_up(dag):
    assert (dag["catchup"], dag["at_once"]) == (False, 1)
    assert "*/30 * * * *" in str(dag["schedule"])
    assert "*When it fails*" in dag["doc"]


def test_each_repository_is_followed_after_the_cheap_look(dag):
    follow = dag["tasks"]["follow"]
    assert (follow["operator"], follow["pool"]) == ("FollowPullRequestsOperator", "overnight_issues")
    assert follow["upstream"] == ["find_pull_requests"]
    assert follow["label"] == "{{ task.repository }}"


def test_repairs_start_in_the_tick_that_asks_for_them_whatever_became_of_other_repositories(dag):
    started = dag["tasks"]["start_revisions"]
    assert sorted(started["upstream"]) == ["find_pull_requests", "follow"]
    assert started["trigger_rule"] == "all_done_min_one_success"


def test_default_branches_are_watched_whether_or_not_something_is_open_and_a_person_is_asked_last(dag):
    tasks = dag["tasks"]
    assert tasks["find_merges"]["upstream"] == []
    assert tasks["watch_default_branch"]["upstream"] == ["find_merges"]
    assert tasks["watch_default_branch"]["pool"] == "overnight_issues"
    assert tasks["approve_rollback"]["upstream"] == ["watch_default_branch"]


def test_every_task_retries_by_our_policy(dag):
    assert {(task["retries"], task["policy"]) for task in dag["tasks"].values()} == {(2, True)}
