"""`overnight settings apply` and `schema`: a real Airflow takes the file; the schema checks TOML."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

PROJECT = Path(__file__).parents[2]
FILE = """\
airflow:
  pools:
    - {pool_name: overnight_builds, pool_slot: 3, pool_description: ours}
  connections:
    - {conn_id: github_default, conn_type: github, conn_password: token-of-the-test, conn_port: 0}
    - {conn_id: openai_default, conn_type: openai, conn_host: ""}
  variables:
    - {variable_name: greeting, variable_value: hello}
"""


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / words[0]), *words[1:]]
        if words[0] == "airflow"
        else [sys.executable, "-m", "include.overnight.cli", *words],
        env={**os.environ, "PYTHONPATH": str(PROJECT), "COLUMNS": "200", **environ},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_real_airflow_takes_the_file_twice_and_empty_connections_stay(tmp_path):
    home = {"AIRFLOW_HOME": str(tmp_path / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "false"}
    (tmp_path / "settings.yaml").write_text(FILE)
    assert run("airflow", "db", "migrate", **home).returncode == 0
    for _ in range(2):
        applied = run("settings", "apply", str(tmp_path / "settings.yaml"), "--json", **home)
        assert json.loads(applied.stdout) == {
            "applied": {
                "pools": ["overnight_builds"],
                "connections": ["github_default"],
                "variables": ["greeting"],
            },
            "left": ["openai_default"],
        }
        assert "token-of-the-test" not in applied.stdout + applied.stderr
    pools = json.loads(run("airflow", "pools", "list", "--output", "json", **home).stdout)
    assert {one["pool"]: int(one["slots"]) for one in pools}["overnight_builds"] == 3
    kept = run("airflow", "connections", "get", "github_default", "--output", "json", **home)
    assert json.loads(kept.stdout)[0]["password"] == "token-of-the-test"
    assert run("airflow", "variables", "get", "greeting", **home).stdout.strip().endswith("hello")


def test_an_airflow_that_refuses_is_quoted(tmp_path):
    (tmp_path / "settings.yaml").write_text(FILE)
    home = {"AIRFLOW_HOME": str(tmp_path / "empty"), "AIRFLOW__CORE__LOAD_EXAMPLES": "false"}
    refused = run("settings", "apply", str(tmp_path / "settings.yaml"), **home)
    assert refused.returncode == 2
    assert "Airflow refused the pools" in refused.stderr
    assert "airflow db migrate" in refused.stderr


def test_the_schema_passes_the_guides_example_and_refuses_a_wrong_key():
    printed = run("settings", "schema")
    schema = json.loads(printed.stdout)
    jsonschema.validate(tomllib.loads('[[repositories]]\nname = "acme/box"\n'), schema)
    with pytest.raises(jsonschema.ValidationError, match="max_isues"):
        jsonschema.validate(tomllib.loads('[[repositories]]\nname = "a/b"\nmax_isues = 1\n'), schema)
