"""A worker is killed at a chosen moment and its task runs again: nothing is lost, nothing is there twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from include.overnight.adapters.ledger import uuid7
from include.overnight.beginning import begin_night
from include.overnight.services.building import build_issue
from include.overnight.services.judging import judge_change
from include.overnight.services.planning import plan_night
from include.overnight.services.publishing import publish_change
from include.overnight.services.reading import open_night
from include.overnight.services.reporting import report_issue

from ..fakes import writes
from ..staging import REPOSITORY

GOOD = writes("colour.py", "RED = 1\n")
PROJECT = Path(__file__).resolve().parents[2]


def kill_at(stage, night, number, moment):
    """Run the issue's steps in a process that dies at the moment."""
    settings = str(stage.home / "overnight.toml")
    command = [sys.executable, "-m", "tests.services.killed", settings, night, str(number), moment]
    env = {"PATH": os.environ["PATH"], "HOME": str(stage.home), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=90)
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]


def resume(desk, night, number):
    """Run the issue's steps as their retried tasks do."""
    assert build_issue(desk, night, number).change is not None
    assert judge_change(desk, night, number).passed
    publish_change(desk, night, number)
    return report_issue(desk, night, number)


@pytest.mark.parametrize(
    ("moment", "outcomes"),
    [
        ("attempt", ["killed", "accepted"]),
        ("after the builder", ["accepted"]),
        pytest.param("after change_judged", ["accepted"], marks=pytest.mark.slow),
        pytest.param("after push", ["accepted"], marks=pytest.mark.slow),
        ("before pull_request/1", ["accepted"]),
        pytest.param("before comment/1", ["accepted"], marks=pytest.mark.slow),
    ],
)
def test_a_killed_issue_resumes_with_one_of_everything(stage, moment, outcomes):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night, _ = begin_night(desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()))
    plan_night(desk, open_night(desk, night))
    kill_at(stage, night, number, moment)
    row = resume(desk, night, number)
    heads = {f"refs/heads/{name}" for name in ("main", row.branch)}
    assert row.status == "pull_request"
    assert [attempt["outcome"] for attempt in row.attempts] == outcomes
    assert [pull.number for pull in stage.forge.pull_requests(REPOSITORY)] == [row.pull_request]
    assert len(stage.forge.comments(stage.forge.issue(REPOSITORY, number))) == 1
    assert set(stage.forge.bare(REPOSITORY).refs("refs/heads")) == heads
    assert desk.budgets.spent(night=night) == desk.scripted.cost * len(outcomes)
    assert desk.ledger.verify() == ()
    assert desk.quota.use().concurrent == 0
    assert desk.claims.holder(open_night(desk, night).repository.node_id, number) is None
