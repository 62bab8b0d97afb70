"""Following dies at every effect in turn; run again, everything was done exactly once."""

import os
import signal
import subprocess
import sys

import pytest

from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.revising import answered, pending

from ..architecture.sources import PROJECT
from ..staging import REPOSITORY, TOKEN, open_stage
from .test_following import READY, built, comment_on, follow, published
from .test_following_stacks import SHADE, stacked

SCRIPT = f"""
from include.overnight.assembly import open_overnight
from include.overnight.services.following import follow_pull_requests
from include.overnight.settings import load_settings
from include.overnight.settings.orders import make_order

desk = open_overnight(load_settings())
order = make_order(desk.settings, "{REPOSITORY}", "", trigger="cli", now=desk.clock.now())
follow_pull_requests(desk, order)
"""


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def die_at(stage, point):
    """Follow in a process of its own that dies at a point."""
    env = {
        **os.environ,
        "OVERNIGHT_FAILPOINT": point,
        "OVERNIGHT_SETTINGS": str(stage.home / "overnight.toml"),
        "GITHUB_TOKEN": TOKEN,
        "PYTHONPATH": str(PROJECT),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=PROJECT, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == -signal.SIGKILL, f"{point} was not passed: {done.stderr[-2000:]}"
    # The lease of the dead worker is given back by hand: a test does not wait for its five minutes.
    desk = stage.desk(settings=READY)
    repository = desk.tracker.repository("acme", "box").node_id
    for number in range(1, 10):
        if claim := desk.claims.holder(repository, number):
            desk.claims.release(claim)


def count(desk, type_):
    return len(desk.ledger.events(EventQuery(types=(type_,), limit=None)))


def mutations(stage, name):
    return [one for one in stage.running.requests("POST") if name in str(one.body)]


@pytest.mark.slow
@pytest.mark.parametrize("point", ["follow.after_request", "follow.after_event"])
def test_a_killed_enqueue_is_done_once(stage, point):
    stage.forge.change_repository(REPOSITORY, queues=("main",), queues_held=True)
    desk, _, pull = published(stage)
    die_at(stage, point)
    (row,) = follow(desk).rows
    assert row.state == "in the merge queue, 1st"
    assert len(mutations(stage, "enqueuePullRequest(")) == 1
    assert count(desk, EventType.PULL_REQUEST_ENQUEUED) <= 1
    assert stage.forge.fresh(pull).state == "open"


@pytest.mark.slow
@pytest.mark.parametrize("point", ["follow.after_explanation", "follow.after_request", "follow.after_event"])
def test_a_killed_closing_is_explained_and_told_once(stage, point):
    desk, issue, pull = built(stage)
    stage.forge.protect(REPOSITORY, "main", contexts=["ci"])
    stage.forge.set_status(REPOSITORY, pull.head_sha, "ci", "failure")
    follow(desk)
    node = desk.tracker.repository("acme", "box").node_id
    (revision,) = pending(desk, node)
    answered(desk, node, revision, "unchanged", "gates test failed")
    die_at(stage, point)
    follow(desk)
    fresh = stage.forge.fresh(pull)
    assert fresh.state == "closed"
    assert len(stage.forge.comments(fresh)) == 1
    assert count(desk, EventType.PULL_REQUEST_CLOSED) == 1
    assert "closed by Overnight" in comment_on(stage, issue)


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", ["follow.after_request", "follow.after_replay", "follow.after_push", "follow.after_event:2"]
)
def test_a_killed_move_of_a_stack_ends_like_one_that_was_not(stage, point):
    desk, lower, upper = stacked(stage, SHADE)
    stage.forge.commit(REPOSITORY, "main", {"NEWS.md": "news\n"}, "News", "ann")
    stage.forge.merge(lower, "ann", method="squash")
    die_at(stage, point)
    follow(desk)
    moved = stage.forge.pull_request(REPOSITORY, upper.number)
    assert moved.base == "main"
    assert len(stage.forge.bare(REPOSITORY).commits(f"main..{moved.head}")) == 1
    assert count(desk, EventType.PULL_REQUEST_MERGED) == 1
    assert count(desk, EventType.PULL_REQUEST_RETARGETED) == 1
    assert count(desk, EventType.PULL_REQUEST_REBASED) == 1
