"""A worker is killed in the middle of an attempt; its retry goes on where the ledger ends."""

import os
import signal
import time

import psutil
import pytest

from demo.airflow_api import run_path
from include.overnight.domain.events import EventQuery, EventType

from .conftest import CRATE
from .scripts import put_script, run, write

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ISSUE = 302
NAP = f"sleep 4713.{os.getpid()}"
"""A command long enough to be killed in, and found by its number."""


def napping():
    return [process for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == NAP.split()]


def until(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"{condition} did not come true within {seconds:.0f} s")


@pytest.fixture(scope="module")
def killed(house):
    """The night whose build was killed with SIGKILL while a confined command ran."""
    scripts = house.home / "scripts"
    put_script(scripts, ISSUE, [run(NAP)], [write("handle.py", "HANDLES = 2\n")])
    house.forge.create_issue(CRATE, "Add handles", number=ISSUE, author="lead", author_association="OWNER")
    run_id = house.start(CRATE, issues=[ISSUE], dry_run=False)
    until(napping)
    task = f"{run_path(house.dag_id(CRATE), run_id)}/taskInstances/execute_issue.build_issue/0"
    os.kill(house.deployment.api().get(task)["pid"], signal.SIGKILL)
    until(lambda: not napping(), 30)
    return house.finish(CRATE, run_id)


def test_the_retry_brings_the_issue_to_its_pull_request(killed):
    assert killed.state == "success"
    assert killed.statuses() == {ISSUE: "pull_request"}
    (build,) = [task for task in killed.tasks if task.task_id == "execute_issue.build_issue"]
    assert (build.state, build.try_number) == ("success", 2)


def test_the_attempt_that_was_cut_off_is_on_record_as_killed(house, killed):
    outcomes = [attempt["outcome"] for attempt in killed.issues[ISSUE]["attempts"]]
    assert outcomes == ["killed", "accepted"]
    query = EventQuery(types=(EventType.ATTEMPT_STARTED,), night=killed.document["night"], issue=ISSUE)
    assert len(house.ledger.ledger.events(query)) == 2


def test_what_the_killed_attempt_spent_stays_booked(house, killed):
    told = sum(attempt["cost_usd"] for attempt in killed.issues[ISSUE]["attempts"])
    spent = float(house.ledger.budgets.spent(night=killed.document["night"]))
    assert spent > 0
    assert spent >= told - 1e-6


def test_nothing_was_made_twice_and_nothing_is_held(house, killed):
    mine = [pull for pull in house.forge.pull_requests(CRATE) if pull.head.startswith(f"overnight/{ISSUE}-")]
    assert len(mine) == 1
    assert len(house.forge.comments(house.forge.issue(CRATE, ISSUE))) == 1
    night = killed.night
    assert house.ledger.claims.holder(night.repository, ISSUE) is None
    assert house.ledger.quota.use().concurrent == 0
    assert list((house.home / "work" / "trees").iterdir()) == []
    assert house.ledger.ledger.verify() == ()
