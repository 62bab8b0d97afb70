"""The policy that every DAG of ours keeps, whatever is configured."""

import json
from itertools import pairwise

import pytest

from include.overnight.settings import RepositorySettings
from include.overnight.settings.orders import SWITCHES

THREE = """
[[repositories]]
name = "acme/box"
parallel_issues = 1
max_issues_per_run = 7
[[repositories]]
name = "Acme/Web.Site"
schedule_expression = ["0 2 * * 1-5", "30 1 * * 6"]
timezone = "Europe/Zurich"
[[repositories]]
name = "other/box"
enable_model_escalation = false
sequence_order = ["qa"]
"""
FILE = "dags/overnight_execution.py"
GROUP = "execute_issue."
STEPS = [
    "await_dependencies",
    "approve_escalation",
    "build_issue",
    "approve_change",
    "judge_change",
    "publish_change",
    "report_issue",
]
WAITING = ["admit", "plan_night", "await_dependencies", "approve_escalation", "approve_change", "summarize"]


@pytest.fixture(scope="module")
def bag(read_dags):
    return read_dags(THREE, FILE)


@pytest.fixture(scope="module")
def box(bag):
    return bag["dags"]["overnight_execution.acme.box"]


def test_there_is_one_dag_per_repository_and_no_import_error(bag):
    assert bag["errors"] == {}
    assert sorted(bag["dags"]) == [
        "overnight_execution.Acme.Web.Site",
        "overnight_execution.acme.box",
        "overnight_execution.other.box",
    ]


def test_with_nothing_configured_there_is_no_dag_and_no_error(read_dags):
    empty = read_dags("", FILE)
    assert (empty["dags"], empty["errors"]) == ({}, {})


def test_a_broken_settings_file_is_an_import_error_that_names_key_and_fix(read_dags):
    broken = read_dags('[[repositories]]\nname = "acme/box"\nmax_isues_per_run = 3\n', FILE)
    assert broken["dags"] == {}
    (error,) = broken["errors"].values()
    assert "repositories[0].max_isues_per_run: remove it, or mend the spelling" in error


def test_no_file_of_the_folder_has_an_import_error(read_dags):
    assert read_dags(THREE)["errors"] == {}


def test_the_file_is_read_in_under_a_third_of_a_second(bag, read_dags):
    seconds = bag["seconds"]
    for _ in range(3):  # a crowded machine makes the same work look longer, never shorter
        seconds = seconds if seconds < 0.3 else min(seconds, read_dags(THREE, FILE)["seconds"])
    assert seconds < 0.3


def test_every_dag_says_what_to_do_when_it_fails_and_is_tagged(bag):
    for name, dag in bag["dags"].items():
        assert "*When it fails*" in dag["doc"], name
        assert "overnight" in dag["tags"], name
        assert any("/" in tag for tag in dag["tags"]), name


def test_missed_nights_are_not_caught_up_and_scheduled_nights_do_not_overlap(bag):
    assert {(dag["catchup"], dag["at_once"]) for dag in bag["dags"].values()} == {(False, 1)}


def test_every_cron_expression_is_scheduled_in_the_repositorys_zone(bag):
    schedule = json.dumps(bag["dags"]["overnight_execution.Acme.Web.Site"]["schedule"])
    assert [part for part in ("0 2 * * 1-5", "30 1 * * 6", "Europe/Zurich") if part not in schedule] == []


def test_a_night_has_the_steps_of_the_house_in_their_order(box):
    tasks = box["tasks"]
    assert set(tasks) == {"admit", "plan_night", "summarize", *(GROUP + step for step in STEPS)}
    for before, after in pairwise(STEPS):
        assert GROUP + before in tasks[GROUP + after]["upstream"]
    assert "admit" in tasks["plan_night"]["upstream"]
    assert GROUP + "report_issue" in tasks["summarize"]["upstream"]


def test_builds_and_issues_sit_in_their_pools_and_waiting_takes_no_slot_of_either(box):
    pools = {name.removeprefix(GROUP): task["pool"] for name, task in box["tasks"].items()}
    assert pools["build_issue"] == "overnight_builds"
    assert {pools[step] for step in STEPS[4:]} == {"overnight_issues"}
    assert {pools[step] for step in WAITING} == {"default_pool"}


def test_reporting_and_summarizing_happen_whatever_came_before(box):
    rules = {name.removeprefix(GROUP): task["trigger_rule"] for name, task in box["tasks"].items()}
    assert {name for name, rule in rules.items() if rule == "all_done"} == {"report_issue", "summarize"}
    assert {rules[step] for step in STEPS[:-1]} == {"all_success"}


def test_each_issue_is_labelled_with_its_number_and_title_in_the_grid(box):
    for step in STEPS:
        label = box["tasks"][GROUP + step]["label"]
        assert "['number']" in label
        assert "['title']" in label


def test_as_many_issues_are_built_at_once_as_the_settings_say(bag):
    at_once = {name: dag["tasks"][GROUP + "build_issue"]["at_once"] for name, dag in bag["dags"].items()}
    assert at_once["overnight_execution.acme.box"] == 1
    assert at_once["overnight_execution.other.box"] == 5


def test_every_task_retries_by_our_policy(bag):
    for dag in bag["dags"].values():
        assert {(task["retries"], task["policy"]) for task in dag["tasks"].values()} == {(2, True)}


def test_the_form_uses_the_settings_names_and_their_values_as_defaults(bag):
    values = bag["dags"]["overnight_execution.other.box"]["values"]
    of_settings = set(RepositorySettings.model_fields)
    assert set(values) - {"issues", "plan_only", "answer_minutes"} <= of_settings
    assert set(SWITCHES) <= set(values)
    assert values["enable_model_escalation"] is False
    assert values["sequence_order"][0] == "qa"
    assert bag["dags"]["overnight_execution.acme.box"]["values"]["max_issues_per_run"] == 7


def test_nothing_secret_is_in_a_dag(read_dags):
    bag = read_dags('openai_url = "https://user:pass-4711@models.example/v1"\n' + THREE)
    assert "pass-4711" not in json.dumps(bag)
