"""A night on two Celery workers with a disk each: one builds what the other judges, and one is lost."""

import os
from dataclasses import dataclass

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from demo.accounts import read_bill
from include.overnight.adapters.ledger.engine import open_engine

from ..crash.conftest import postgresql_server  # noqa: F401  a fixture
from . import box
from .fleet import WORKERS, open_fleet
from .house import Played
from .scripts import put_script, run, write
from .test_killed_worker import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

LENT, CUT = 221, 222
NAPS = {LENT: f"sleep 4714.{os.getpid()}", CUT: f"sleep 4715.{os.getpid()}"}
"""Commands long enough for the other worker to be told something, found by their numbers."""
TONIGHT = (box.CHAIN[0], box.HEALED, box.BEHIND_LEFT, LENT, CUT)
BY = {"author": "lead", "author_association": "OWNER"}
_TEST = """\
import unittest

from handle import HANDLES
from lid import LID


class HandleTest(unittest.TestCase):
    def test_a_lid_has_handles(self):
        self.assertTrue(LID and HANDLES)
"""


@dataclass(frozen=True)
class Story:
    """What was done to the night, and how it ended."""

    played: Played
    builder: str
    """The worker that built #221, and took nothing more until it was judged."""
    lost: str
    """The worker that was killed while it built #222."""
    hosts: dict[tuple[str, int], str]
    """(task, issue) → the worker of its last try."""

    @property
    def survivor(self):
        return next(worker for worker in WORKERS if worker != self.lost)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory, postgresql_server):  # noqa: F811  the fixture by its name
    home = tmp_path_factory.mktemp("fleet")
    with open_fleet(home, (box.REPOSITORY,), postgresql_server) as opened:
        box.seed_box(opened.forge, home / "trees" / "box", home / "scripts")
        opened.forge.create_issue(box.REPOSITORY, "Add a lid", number=LENT, **BY)
        opened.forge.create_issue(box.REPOSITORY, "Add handles", f"Depends on #{LENT}", number=CUT, **BY)
        lid, handle = write("lid.py", "LID = True\n"), write("handle.py", "HANDLES = 2\n")
        put_script(home / "scripts", LENT, [run(NAPS[LENT]), lid])
        put_script(home / "scripts", CUT, [run(NAPS[CUT])], [handle, write("test_handle.py", _TEST)])
        yield opened


def napping(number):
    processes = psutil.process_iter(["cmdline"])
    return [process for process in processes if process.info["cmdline"] == NAPS[number].split()]


@pytest.fixture(scope="module")
def story(fleet):
    before = fleet.journals()
    run_id = fleet.start(box.REPOSITORY, issues=[*TONIGHT])

    def host(task, number):
        return fleet.hosts(box.REPOSITORY, run_id).get((task, number))

    (nap,) = until(lambda: napping(LENT), 240)
    builder = host("build_issue", LENT)
    fleet.tell(builder, "cancel_consumer")
    nap.kill()
    until(lambda: host("judge_change", LENT))
    fleet.tell(builder, "add_consumer")
    until(lambda: napping(CUT), 240)
    lost = host("build_issue", CUT)
    fleet.lose(lost)
    assert napping(CUT) == []
    played = fleet.finish(box.REPOSITORY, run_id, timeout=400)
    written = {file: slice(before[file], size) for file, size in fleet.journals().items()}
    played = Played(run_id, played.state, played.tasks, played.night, written)
    return Story(played, builder, lost, fleet.hosts(box.REPOSITORY, run_id))


def test_the_night_ends_as_it_does_on_one_machine(story):
    assert story.played.state == "success"
    assert story.played.statuses() == {
        box.CHAIN[0]: "pull_request",
        box.HEALED: "pull_request",
        box.BEHIND_LEFT: "blocked",
        LENT: "pull_request",
        CUT: "pull_request",
    }


def test_both_workers_worked_each_on_a_disk_of_its_own(fleet, story):
    assert set(story.hosts.values()) == set(WORKERS)
    for worker in WORKERS:
        disk = fleet.disk(worker)
        assert list((disk / "mirrors").iterdir())
        assert not (disk / "objects").exists()
        assert not (disk / "ledger.db").exists()
    assert list((fleet.disk(story.survivor) / "trees").iterdir()) == []


def test_what_one_worker_built_another_judged_from_its_bundle(fleet, story):
    assert story.hosts["build_issue", LENT] == story.builder
    assert story.hosts["judge_change", LENT] != story.builder
    assert list((fleet.objects).rglob(f"{LENT}/**/*.bundle"))
    (pull,) = pulls(fleet, LENT)
    assert fleet.forge.bare(box.REPOSITORY).refs("refs/heads/")[f"refs/heads/{pull.head}"]


def test_an_issue_whose_worker_was_lost_is_finished_by_the_other(fleet, story):
    assert story.hosts["build_issue", CUT] == story.survivor
    assert [attempt["outcome"] for attempt in story.played.issues[CUT]["attempts"]] == ["killed", "accepted"]
    assert len(pulls(fleet, CUT)) == 1
    assert len(fleet.forge.comments(fleet.forge.issue(box.REPOSITORY, CUT))) == 1


def test_every_request_to_a_model_was_paid_once(fleet, story):
    bill = read_bill(fleet.ledger_url, story.played.document["night"], story.played.journals)
    assert len(bill.requests) == len(bill.booked) > 8
    assert bill.unmatched == 0
    assert fleet.ledger.budgets.spent(night=story.played.document["night"]) == bill.total


def test_nothing_is_held_and_the_ledger_s_role_cannot_change_history(fleet, story):
    ledger = fleet.ledger
    assert ledger.claims.holder(story.played.night.repository, CUT) is None
    assert ledger.quota.use().concurrent == 0
    assert ledger.ledger.verify() == ()
    with (
        open_engine(fleet.ledger_url).connect() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text("DELETE FROM events"))


def pulls(fleet, number):
    return [
        pull
        for pull in fleet.forge.pull_requests(box.REPOSITORY)
        if pull.head.startswith(f"overnight/{number}-")
    ]
