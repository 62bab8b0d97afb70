"""Full logs lie in object storage; the judge's run of a change is the base run of what is built on it."""

import threading
from dataclasses import dataclass, field

import pytest

from include.overnight.domain.changes import Base
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.gates import GateName
from include.overnight.domain.orders import Commands
from include.overnight.ports import Logbook, Ran
from include.overnight.services.archiving import JUDGE, Archive, logs_of
from include.overnight.services.preparing import base_results, read_commands
from include.overnight.services.reading import open_night

from ..fakes import StagedDesk, writes
from ..staging import of, open_stage

AREA = "def size(a, b):\n    return a * b\n\n\ndef area(a, b):\n    return size(a, b)\n"
VOLUME = AREA + "\n\ndef volume(a, b, c):\n    return area(a, b) * c\n"
BROKEN = "def size(a, b):\n    return 0\n"


@dataclass(frozen=True)
class CountingDesk(StagedDesk):
    """Counts the runs of a base."""

    runs: list[str] = field(default_factory=list)

    def record_base(self, tree, commands, order):
        self.runs.append(tree.base.sha)
        return super().record_base(tree, commands, order)


@pytest.fixture(scope="module")
def stacked(tmp_path_factory):
    """A night in which #2 is built on #1's judged change, after one red attempt on #1."""
    with open_stage(tmp_path_factory.mktemp("stacked")) as stage:
        first = stage.issue("Add an area")
        second = stage.issue("Add a volume", body=f"Depends on #{first}")
        deeds = {
            first: [writes("box.py", BROKEN), writes("box.py", AREA)],
            second: [writes("box.py", VOLUME)],
        }
        staged = stage.desk(deeds)
        desk = CountingDesk(staged.settings, staged.credentials, scripted=staged.scripted)
        yield desk, stage.night(desk)


def _base_events(desk, night):
    query = EventQuery(types=(EventType.BASE_RECORDED,), night=night.id, limit=None, oldest_first=True)
    return desk.ledger.events(query)


def test_the_judge_s_run_of_a_dependency_is_the_base_run_of_its_dependent(stacked):
    desk, night = stacked
    assert of(night, 1).status == of(night, 2).status == "pull_request"
    built_on = desk.records.change(night.repository, 2, night.id).change.base.sha
    assert built_on == desk.records.change(night.repository, 1, night.id).change.head_sha
    assert built_on not in desk.runs
    assert len(desk.runs) == len(set(desk.runs)) == 1
    (_, taken, *_) = _base_events(desk, night)
    assert "taken from the judge's run of #1" in taken.description
    assert taken.metadata == {"sha": built_on, "ref": taken.metadata["ref"], "exit_codes": {"test": 0}}


def test_what_the_judge_recorded_is_what_a_base_run_would_have_recorded(stacked):
    desk, night = stacked
    opened = open_night(desk, night.id)
    change = desk.records.change(night.repository, 1, night.id).change
    commands = read_commands(desk, opened, change.base)
    tree = desk.workspace.open_change(opened.repository, change, "again")
    try:
        fresh = desk.record_base(
            type(tree)(tree.path, change.as_base(), tree.git_dir), commands, opened.order
        )
        known = base_results(desk, opened, type(tree)(tree.path, change.as_base(), tree.git_dir), commands)
    finally:
        desk.workspace.close_tree(tree)
    desk.runs.pop()
    for told in (fresh, known):
        told["test"].pop("seconds")
    assert known == fresh


def test_every_attempt_and_the_judge_leave_their_logs_and_reports(stacked):
    desk, night = stacked
    for step, word in ((1, "AssertionError: 0 != 6"), (2, "OK"), (JUDGE, "OK")):
        found = logs_of(desk, night.id, 1, step)
        assert found.keys() == {GateName.TEST}
        log, report = found[GateName.TEST][0], found[GateName.TEST][1]
        assert log.endswith(f"/nights/{night.id}/1/{step}/test.log")
        assert word in desk.storage.get(log).decode()
        assert "test_a_box_has_a_size" in desk.storage.get(report).decode()


def test_the_verdict_on_record_names_the_logs_of_the_judge(stacked):
    desk, night = stacked
    query = EventQuery(types=(EventType.CHANGE_JUDGED,), night=night.id, issue=1)
    (judged,) = desk.ledger.events(query)
    by_gate = {row["gate"]: row["artifacts"] for row in judged.metadata["gates"]}
    assert list(by_gate["test"]) == list(logs_of(desk, night.id, 1, JUDGE)["test"])
    assert by_gate["governance"] == []


def test_several_workers_that_want_one_base_run_it_once(stacked):
    desk, night = stacked
    opened = open_night(desk, night.id)
    commands = Commands(test="python -m unittest -q", source="another way to say it")
    tree = desk.workspace.open_tree(opened.repository, Base("main", opened.repository.head_sha), "flight")
    before, found = len(desk.runs), []

    def want():
        found.append(base_results(desk, opened, tree, commands))

    workers = [threading.Thread(target=want) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    desk.workspace.close_tree(tree)
    assert len(found) == 3
    assert found[0]["test"]["exit_code"] == 0
    assert len(desk.runs) == before + 1
    del desk.runs[before:]


def test_a_log_is_redacted_and_its_middle_left_out_when_it_is_long(stacked):
    desk, _ = stacked
    log = Logbook()
    token = "ghp_" + "a1B2" * 9
    log.tell("head", "make test", Ran(1, f"{token}\n" + "x" * 3_000_000 + "\nthe end\n", ""))
    (uri,) = Archive(desk.storage, "somewhere").keep(GateName.TEST, log)
    kept = desk.storage.get(uri).decode()
    assert token not in kept
    assert len(kept) < 2_100_000
    assert "characters left out" in kept
    assert kept.rstrip().endswith("[head: exit code 1 after 0.0 s]")
