"""Desktop sync under a real scheduler: one checkout is merged, one is left to its developer.

Unpausing the DAG also starts the run of the last half hour, so every outcome may be there twice.
"""

from dataclasses import dataclass

import pytest

from demo.airflow_home import PROJECT
from demo.deployment import Deployment
from demo.processes import free_port
from include.overnight.domain.events import Event, EventQuery, EventType
from tests.adapters.desktop.staging import Desk, copy_desk, fingerprint, make_template

from .house import open_place, orphans
from .scripts import scripts_folder

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
DAG = "desktop_sync"


@dataclass(frozen=True)
class Desks:
    """What one run of the DAG did."""

    state: str
    tasks: dict[tuple[str, int], str]
    events: tuple[Event, ...]
    level: Desk
    busy: Desk
    busy_before: str

    def told(self, kind: EventType, name: str) -> list[Event]:
        return [one for one in self.events if one.type is kind and one.metadata.get("desktop") == name]


def desktop(name: str, desk: Desk, queue: str = "") -> str:
    return f'\n[[desktops]]\nname = "{name}"\npath = "{desk.home}"\nqueue = "{queue}"\n'


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    home = tmp_path_factory.mktemp("desks")
    template = make_template(home / "template")
    level, busy = copy_desk(template, home / "level"), copy_desk(template, home / "busy")
    for desk in (level, busy):
        desk.push({"src/b.py": "B = 2\n"})
    busy.write("src/b.py", "mine\n")
    before = fingerprint(busy.home)
    with open_place(home / "place", scripts_folder(home / "scripts"), ()) as place:
        settings = place.home / "overnight.toml"
        settings.write_text(settings.read_text() + desktop("ann", level) + desktop("ben", busy, "bens"))
        deployment = Deployment(
            home / "airflow",
            dags_folder=PROJECT / "dags",
            plugins_folder=PROJECT / "plugins",
            env=place.environment() | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"},
            api_port=free_port(),
        )
        with deployment:
            run_id = deployment.trigger(DAG, {})
            state = deployment.wait_run(DAG, run_id, 300)
            tasks = deployment.task_instances(DAG, run_id)
        events = place.ledger.ledger.events(EventQuery(limit=None, oldest_first=True))
        states = {(task.task_id, task.map_index): str(task.state) for task in tasks}
        yield Desks(state, states, events, level, busy, before)
    assert orphans(place.secrets) == []


def test_the_run_succeeds_whatever_a_person_must_look_at(desks):
    assert desks.state == "success"
    assert desks.tasks[("check_builders", -1)] == "success"


def test_a_clean_checkout_is_merged_and_the_ledger_says_how_to_go_back(desks):
    assert (desks.level.home / "src" / "b.py").read_text() == "B = 2\n"
    assert desks.tasks[("sync_checkout.merge_safely", 0)] == "success"
    told = desks.told(EventType.DESKTOP_SYNC, "ann")
    (event,) = [one for one in told if one.metadata["action"] == "fast_forward"]
    assert event.metadata["backup"].startswith("refs/overnight/backup/")


def test_uncommitted_work_is_left_alone_on_its_own_queue_with_the_reason_on_record(desks):
    group = "sync_checkout_bens"
    assert desks.tasks[(f"{group}.detect_drift", 0)] == "success"
    assert desks.tasks[(f"{group}.merge_safely", 0)] == "skipped"
    reasons = [event.metadata["reason"] for event in desks.told(EventType.DESKTOP_SYNC_FAILED, "ben")]
    assert reasons
    assert all("uncommitted work" in reason for reason in reasons)
    assert fingerprint(desks.busy.home) == desks.busy_before


def test_both_were_examined_and_their_drift_is_on_record(desks):
    for name in ("ann", "ben"):
        assert desks.told(EventType.DESKTOP_HEALTH_CHECK, name)
        drifts = desks.told(EventType.REPOSITORY_DRIFT_DETECTED, name)
        assert {drift.metadata["behind"] for drift in drifts} == {1}
