"""Reading a DAG file is cheap: the DAG processor does it all day, and every forked task does it once."""

import json
import os
import subprocess
import sys

from .sources import PROJECT

SDKS = (
    "detect_secrets",
    "genai_prices",
    "git",
    "github",
    "griffe",
    "networkx",
    "openai",
    "pandas",
    "plotly",
    "pydantic_ai",
)
READ = f"""
import json, runpy, sys
runpy.run_path("dags/overnight_execution.py")
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}} & set({SDKS!r}))))
"""


def test_reading_the_dag_file_loads_no_sdk(tmp_path):
    settings = tmp_path / "overnight.toml"
    settings.write_text('[[repositories]]\nname = "acme/pantry"\n')
    env = {
        "AIRFLOW_HOME": str(tmp_path),
        "OVERNIGHT_SETTINGS": str(settings),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
    }
    done = subprocess.run([sys.executable, "-c", READ], cwd=PROJECT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
