"""Control-C in the middle of a night, at a model that never answers."""

import json
import os
import signal
import socket
import subprocess

import pytest

from ..architecture.sources import PROJECT
from ..staging import REPOSITORY
from .conftest import overnight


@pytest.fixture
def silent_model():
    """Listen as a model that takes a request and never answers it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        yield server


@pytest.mark.slow
def test_an_interrupted_night_is_ended_cleanly_and_its_issues_are_parked(fresh, silent_model):
    _, env = fresh
    overnight("db", "upgrade", env=env)
    host, port = silent_model.getsockname()
    night = subprocess.Popen(
        [PROJECT / "bin" / "overnight", "run", "-r", REPOSITORY, "--dry-run", "--json"],
        env={"PATH": os.environ["PATH"], **env, "OVERNIGHT_OPENAI_URL": f"http://{host}:{port}/v1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        asking, _ = silent_model.accept()
        night.send_signal(signal.SIGINT)
        stdout, stderr = night.communicate(timeout=60)
    finally:
        night.kill()
        night.communicate()
    asking.close()
    assert night.returncode == 130, stderr
    assert "the night is being ended" in stderr
    ended = json.loads(stdout)
    assert ended["status"] == "completed"
    assert ended["issues"][0]["status"] == "parked"
    assert "the night was stopped by" in ended["issues"][0]["reason"]
