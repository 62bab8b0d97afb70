"""A private Airflow starts, runs a DAG, shows what happened and leaves nothing behind."""

import itertools
import os
import socket
from pathlib import Path

import psutil
import pytest

from demo.airflow_api import ApiError
from demo.deployment import COMPONENTS, Deployment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DAG = """
import os
from airflow.sdk import DAG, task

with DAG("tiny", schedule=None) as dag:

    @task(pool="overnight_builds")
    def count(dag_run=None):
        return list(range(dag_run.conf["n"]))

    @task(map_index_template="#{{ number }}")
    def show(number):
        from airflow.sdk import get_current_context
        get_current_context()["number"] = number
        print("token:", os.environ.get("GITHUB_TOKEN"), "own:", os.environ["OVERNIGHT_DEMO"])

    show.expand(number=count())
"""


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "dags").mkdir()
    (folder / "dags" / "tiny.py").write_text(DAG)
    os.environ["GITHUB_TOKEN"] = "of-the-person-who-runs-this"
    env = {"OVERNIGHT_DEMO": "yes", "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO"}
    try:
        with Deployment(folder / "home", dags_folder=folder / "dags", env=env) as running:
            yield running
    finally:
        del os.environ["GITHUB_TOKEN"]


@pytest.fixture(scope="module")
def run_id(deployment):
    run_id = deployment.trigger("tiny", {"n": 3})
    assert deployment.wait_run("tiny", run_id, 120) == "success"
    return run_id


def test_every_task_of_a_run_is_shown_with_its_label_and_state(deployment, run_id):
    tasks = deployment.task_instances("tiny", run_id)
    assert [(task.task_id, task.map_index, task.label, task.state) for task in tasks] == [
        ("count", -1, "", "success"),
        ("show", 0, "#0", "success"),
        ("show", 1, "#1", "success"),
        ("show", 2, "#2", "success"),
    ]


def test_tasks_see_the_given_environment_and_nothing_of_the_callers(deployment, run_id):
    log = deployment.task_log("tiny", run_id, "show", map_index=1)
    assert "token: None own: yes" in log


def test_the_projects_pools_are_there(deployment):
    slots = {pool["name"]: pool["slots"] for pool in deployment.api().get("pools")["pools"]}
    assert slots["overnight_builds"] == 5
    assert slots["overnight_issues"] == 8


def test_a_viewer_may_look_but_not_trigger(deployment):
    viewer = deployment.api("viewer")
    assert viewer.get("dags/tiny")["dag_id"] == "tiny"
    with pytest.raises(ApiError) as refused:
        viewer.post("dags/tiny/dagRuns", {"logical_date": None})
    assert refused.value.status == 403


def test_it_listens_on_loopback_only(deployment):
    port = int(deployment.url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):  # what listens on every address would answer here
        socket.create_connection(("127.0.0.2", port), timeout=5)
    for address in itertools.chain.from_iterable(map(_listening_addresses, _processes_of(deployment))):
        assert address == "127.0.0.1"


def _listening_addresses(process):
    try:
        connections = process.net_connections("inet")
    except psutil.AccessDenied:  # a task's supervisor hides its files from an ordinary user
        return []
    return [found.laddr.ip for found in connections if found.status == psutil.CONN_LISTEN]


def test_a_broken_dag_file_is_reported_and_stops_the_wait(deployment):
    dags_folder = deployment.home.parent / "dags"
    broken = dags_folder / "broken.py"
    broken.write_text("from airflow.sdk import DAG\nraise RuntimeError('no such luck')\n")
    try:
        with pytest.raises(RuntimeError, match="no such luck"):
            deployment.wait_dag("not_there", timeout=60)
    finally:
        broken.unlink()


def test_a_stop_ends_every_process_and_a_second_start_keeps_the_runs(deployment, run_id):
    before = _processes_of(deployment)
    assert len(before) > len(COMPONENTS)
    deployment.stop()
    assert not [process for process in before if process.is_running() and process.status() != "zombie"]
    assert deployment.processes.running() == {}
    deployment.start()
    deployment.wait_healthy()
    assert deployment.run_state("tiny", run_id) == "success"


def _processes_of(deployment: Deployment) -> list[psutil.Process]:
    heads = [psutil.Process(pid) for pid in deployment.processes.running().values()]
    return heads + [child for head in heads for child in head.children(recursive=True)]


def test_the_passwords_and_keys_lie_in_the_home(deployment):
    home = Path(deployment.home)
    assert (home / "keys.json").stat().st_mode & 0o077 == 0
    assert (home / "passwords.json").exists()
