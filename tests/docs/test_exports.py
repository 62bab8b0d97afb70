"""What the guides export is an Airflow in which a night can start."""

import os
import re
import subprocess
import sys

import pytest

from ..architecture.sources import PROJECT

DECODE = """
from airflow.serialization.decoders import decode_deadline_alert
from airflow.serialization.encoders import encode_deadline_alert
from include.overnight.edge.deadlines import window_alert
from include.overnight.settings import RepositorySettings
print(decode_deadline_alert(encode_deadline_alert(window_alert(RepositorySettings(name="acme/box")))).name)
"""


def exports(guide):
    """Return the lines of a guide that export something."""
    return "\n".join(re.findall(r"^export .*$", (PROJECT / "docs" / guide).read_text(), re.MULTILINE))


def sourced(guide, folder, *command):
    """Run a command with what a guide exports, in a folder that looks like a checkout."""
    for name in ("bin", "dags", "include", "plugins", ".venv"):
        (folder / name).symlink_to(PROJECT / name)
    script = f'{exports(guide)}\nexec "$@"'
    env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    ran = subprocess.run(["bash", "-c", script, "bash", *command], cwd=folder, env=env, capture_output=True,
                         text=True, check=False, timeout=120)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_the_airflow_of_one_machine_knows_the_end_of_the_window(tmp_path):
    assert "night window" in sourced("operate.md", tmp_path, sys.executable, "-c", DECODE)


def test_cleaning_up_leaves_the_airflow_of_the_guide_alone(tmp_path):
    said = dict(line.partition("=")[::2] for line in sourced("operate.md", tmp_path, "env").splitlines())
    home = said["AIRFLOW_HOME"].removeprefix(f"{tmp_path}/")
    assert not home.startswith("build")
    assert f"/{home}/" in (PROJECT / ".gitignore").read_text().splitlines()


def test_several_machines_load_the_plugin_too(tmp_path):
    said = sourced("guides/deployment.md", tmp_path, "env").splitlines()
    assert "AIRFLOW__CORE__PLUGINS_FOLDER=/opt/overnight/plugins" in said
    assert "AIRFLOW__CORE__DAGS_FOLDER=/opt/overnight/dags" in said
