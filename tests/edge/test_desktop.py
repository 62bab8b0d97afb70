"""The operators of desktop sync in a real checkout with a real ledger."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowSkipException, TaskDeferred

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.adapters.ledger import upgrade
from include.overnight.domain.errors import Contended
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.edge.desktop import (
    MOST_WAITS,
    CheckBuildersOperator,
    CheckHealthOperator,
    DetectDriftOperator,
    HandOverOperator,
    MergeSafelyOperator,
    configured_checkouts,
    names_by_queue,
)
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.moments import MomentTrigger

from ..adapters.desktop.staging import copy_desk, make_template


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    home = tmp_path_factory.mktemp("edge")
    upgrade(f"sqlite:///{home / 'ledger.db'}")
    return make_template(home / "desk")


@pytest.fixture
def desk(tmp_path, template, monkeypatch):
    """A desk that LOCAL_PANTRY_PATH names, with desktop sync on."""
    settings = tmp_path / "overnight.toml"
    settings.write_text(
        f'home = "{tmp_path}"\nledger_url = "sqlite:///{tmp_path / "ledger.db"}"\n'
        "desktop_builder_enabled = true\n"
    )
    (tmp_path / "ledger.db").write_bytes((template.parent / "ledger.db").read_bytes())
    made = copy_desk(template, tmp_path / "desk")
    for name, value in {
        "OVERNIGHT_SETTINGS": str(settings),
        "LOCAL_PANTRY_PATH": str(made.home),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("DESKTOP_BUILDER_ENABLED", "OPENAI_API_KEY", "OVERNIGHT_LEDGER_URL"):
        monkeypatch.delenv(name, raising=False)
    return made


def step(operator, checkout="pantry"):
    return operator(task_id="step", checkout=checkout)


def test_a_checkout_goes_through_its_four_steps(desk):
    desk.push({"new.txt": "new\n"})
    assert step(CheckHealthOperator).execute({}) == []
    assert step(DetectDriftOperator).execute({}).startswith("fast_forward: can be")
    assert "fast-forwarded" in step(MergeSafelyOperator).execute({})
    assert (desk.home / "new.txt").exists()
    with pytest.raises(AirflowSkipException, match="no night ended"):
        step(HandOverOperator).execute({})


def test_what_a_person_must_look_at_is_skipped_with_its_reason(desk):
    desk.push({"src/b.py": "B = 2\n"})
    desk.write("src/b.py", "mine\n")
    with pytest.raises(AirflowSkipException, match=r"uncommitted work in files .*src/b\.py"):
        step(MergeSafelyOperator).execute({})


def test_a_checkout_that_is_gone_is_skipped_at_its_health(desk):
    desk.home.rename(desk.root / "away")
    with pytest.raises(AirflowSkipException, match="is no folder"):
        step(CheckHealthOperator).execute({})


def test_a_busy_checkout_is_waited_for_without_a_slot_and_not_for_ever(desk):
    desk.push({"new.txt": "new\n"})
    (desk.home / ".git" / "index.lock").touch()
    with pytest.raises(TaskDeferred) as deferred:
        step(MergeSafelyOperator).execute({})
    assert deferred.value.method_name == "resume"
    assert deferred.value.kwargs == {"waits": 1}
    with pytest.raises(AirflowSkipException, match=r"index\.lock"):
        step(MergeSafelyOperator).resume({}, {}, MOST_WAITS)
    (desk.home / ".git" / "index.lock").unlink()
    assert step(MergeSafelyOperator).resume({}, {}, 1)


def test_another_run_of_ours_is_waited_for_too(desk, monkeypatch):
    monkeypatch.setattr("include.overnight.adapters.desktop.GitDesktop", lambda: GitDesktop(patience=0.1))
    with GitDesktop().hold(configured_checkouts()[0]):
        with pytest.raises(TaskDeferred):
            step(MergeSafelyOperator).execute({})
        with pytest.raises(Contended):
            step(MergeSafelyOperator).resume({}, {}, MOST_WAITS)


def test_the_trigger_wakes_at_its_moment_and_survives_its_journey():
    trigger = MomentTrigger((datetime.now(UTC) + timedelta(seconds=0.05)).isoformat())
    path, kwargs = trigger.serialize()
    assert path == "include.overnight.edge.moments.MomentTrigger"

    async def first():
        return [event.payload async for event in MomentTrigger(**kwargs).run()]

    assert asyncio.run(first()) == [kwargs]


def test_switched_off_it_is_skipped_with_that_reason(desk, monkeypatch):
    monkeypatch.setenv("DESKTOP_BUILDER_ENABLED", "false")
    with pytest.raises(AirflowSkipException, match="DESKTOP_BUILDER_ENABLED is not true"):
        CheckBuildersOperator(task_id="check").execute({})


def test_both_builders_are_checked_and_recorded(desk):
    assert CheckBuildersOperator(task_id="check").execute({}) == "openai: primary"
    (event,) = open_desk().ledger.events(EventQuery(types=(EventType.DESKTOP_HEALTH_CHECK,)))
    assert event.metadata["primary_healthy"] is False
    assert event.metadata["primary_detail"] == "OPENAI_API_KEY not set"
    assert event.metadata["issues"]


def test_checkouts_are_grouped_by_the_queue_of_their_machine(desk):
    assert names_by_queue() == {"": ["pantry"]}
