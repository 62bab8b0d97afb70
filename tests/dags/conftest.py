"""DAG files, read as Airflow reads them: in a process of its own, with settings of the test's own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
READ = """
import json, sys, time
import airflow.sdk
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

began = time.process_time()  # not the wall clock: other tests share this machine
bag = DagBag((sys.argv[1:] or ["dags"])[0])
seconds = time.process_time() - began

serialize = DagSerialization.to_dict

def task(one):
    return {
        "operator": type(one).__name__ if not one.is_mapped else one.operator_class.__name__,
        "pool": one.pool,
        "trigger_rule": one.trigger_rule.value,
        "retries": one.retries,
        "policy": one.retry_policy is not None,
        "mapped": one.task_group.group_id is not None,
        "label": one.partial_kwargs.get("map_index_template") if one.is_mapped else one.map_index_template,
        "at_once": one.max_active_tis_per_dagrun,
        "upstream": sorted(one.upstream_task_ids),
    }

def dag(one):
    return {
        "doc": one.doc_md or "", "tags": sorted(one.tags), "catchup": one.catchup,
        "at_once": one.max_active_runs, "schedule": serialize(one)["dag"]["timetable"],
        "params": {name: one.params.get_param(name).schema for name in one.params},
        "values": {name: one.params[name] for name in one.params},
        "tasks": {name: task(one.get_task(name)) for name in one.task_ids},
    }

print(json.dumps({
    "errors": bag.import_errors,
    "seconds": seconds,
    "dags": {name: dag(one) for name, one in bag.dags.items()},
}))
"""


@pytest.fixture(scope="session")
def read_dags(tmp_path_factory) -> Callable[..., dict[str, Any]]:
    """Return what Airflow makes of the DAG folder, or of one file in it, under a settings file's text."""
    home = tmp_path_factory.mktemp("airflow")

    def read(settings: str, file: str = "dags") -> dict[str, Any]:
        path = home / "overnight.toml"
        path.write_text(settings)
        env = {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "HOME": str(home),
            "OVERNIGHT_SETTINGS": str(path),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
        }
        command = [sys.executable, "-c", READ, file]
        done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=90)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    return read
