"""`make demo NIGHT=desktop` as a person runs it: every claim holds, and nothing is left running."""

import os
import subprocess
import sys

import pytest

from demo.airflow_home import PROJECT
from demo.desktop_checking import CLAIMS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


def test_every_claim_of_the_desktops_night_holds(tmp_path):
    command = [sys.executable, "-m", "demo.night", "--night", "desktop", "--home", str(tmp_path / "desktop")]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=360)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.stdout.count("✓") == len(CLAIMS)
    assert "✗" not in done.stdout
