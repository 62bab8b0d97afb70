"""How a night begins: its id, who may start it when, and what is on record when it may not."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from include.overnight.beginning import begin_night, night_id, why_refused
from include.overnight.domain.errors import NotFound, SettingsError
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.reading import open_night
from include.overnight.services.running import run_night
from include.overnight.settings import load_settings

from .fakes import ScriptedBuilder, writes
from .staging import REPOSITORY, open_stage

NIGHT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
DAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    def make(enabled: bool = True, **environ: str):
        path = tmp_path / "overnight.toml"
        path.write_text(f'[[repositories]]\nname = "{REPOSITORY}"\nenabled = {str(enabled).lower()}\n')
        return load_settings(path, environ)

    return make


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def begin(desk, run_id="1", params=None, **more):
    return begin_night(
        desk, REPOSITORY, **{"trigger": "manual", "dag_id": "d", "run_id": run_id, "params": params, **more}
    )


def test_the_id_follows_from_repository_dag_and_run_and_is_a_uuid5():
    one = night_id("R_1", "d", "r")
    assert one == night_id("R_1", "d", "r")
    assert UUID(one).version == 5
    assert len({one, night_id("R_2", "d", "r"), night_id("R_1", "e", "r"), night_id("R_1", "d", "s")}) == 4


@pytest.mark.parametrize("trigger", ["manual", "backfill", "cli"])
def test_unset_lets_people_start_nights_at_any_hour_and_the_schedule_none(settings, trigger):
    assert why_refused(settings(), REPOSITORY, trigger, DAY) == ""
    assert "OVERNIGHT_EXECUTION_ENABLED=true" in why_refused(settings(), REPOSITORY, "scheduled", NIGHT)


@pytest.mark.parametrize("trigger", ["scheduled", "manual", "backfill", "cli"])
def test_true_allows_all_nights_and_false_none(settings, trigger):
    allowed = settings(OVERNIGHT_EXECUTION_ENABLED="true")
    assert why_refused(allowed, REPOSITORY, trigger, NIGHT) == ""
    stopped = settings(OVERNIGHT_EXECUTION_ENABLED="false")
    assert "OVERNIGHT_EXECUTION_ENABLED is false" in why_refused(stopped, REPOSITORY, trigger, NIGHT)


def test_the_window_binds_scheduled_nights_alone(settings):
    allowed = settings(OVERNIGHT_EXECUTION_ENABLED="true")
    assert "outside the night window 01:00-07:00 (UTC)" in why_refused(allowed, REPOSITORY, "scheduled", DAY)
    assert why_refused(allowed, REPOSITORY, "backfill", DAY) == ""


def test_a_disabled_repository_names_the_key(settings):
    assert "enabled = true" in why_refused(settings(enabled=False), REPOSITORY, "manual", DAY)


def test_only_configured_repositories_have_nights(stage):
    with pytest.raises(SettingsError, match="acme/other is not configured"):
        begin_night(stage.desk(), "acme/other", trigger="manual")


def test_nights_that_nobody_described_are_small_dry_runs_until_one_attempted_an_issue(stage):
    desk = stage.desk()
    path = stage.home / "overnight.toml"
    path.write_text(path.read_text().replace("dry_run = false\n", ""))
    number = stage.issue("Add a colour")
    builder = ScriptedBuilder({number: [writes("colour.py", "RED = 1\n")]})
    desk = type(desk)(load_settings(path, {}), desk.credentials, scripted=builder)
    orders = []
    for run in ("looked at", "attempted", "third"):
        night, admission = begin(desk, run)
        assert admission.admitted
        orders.append(open_night(desk, night).order)
        if run == "attempted":
            run_night(desk, open_night(desk, night))
    assert [(order.dry_run, order.plan.max_issues) for order in orders] == [(True, 3), (True, 3), (False, 50)]


def test_a_first_night_that_somebody_described_is_as_they_said(stage):
    desk = stage.desk()
    night, _ = begin(desk, params={"dry_run": False, "max_issues_per_run": 9})
    (event,) = desk.ledger.events(EventQuery(types=(EventType.OVERNIGHT_EXECUTION_STARTED,), night=night))
    assert not event.dry_run
    assert event.metadata["order"]["plan"]["max_issues"] == 9


def test_beginning_again_after_a_crash_is_the_same_night_under_its_first_order(stage):
    desk = stage.desk()
    first, _ = begin(desk, params={"max_issues_per_run": 2})
    again, admission = begin(desk, params={"max_issues_per_run": 9})
    assert (first, admission.admitted) == (again, True)
    (event,) = desk.ledger.events(EventQuery(types=(EventType.OVERNIGHT_EXECUTION_STARTED,), night=first))
    assert event.metadata["order"]["plan"]["max_issues"] == 2


def test_the_snapshot_holds_no_secret(stage):
    desk = stage.desk()
    begin(desk)
    events = desk.ledger.events(EventQuery(limit=None))
    assert desk.credentials.github_token not in repr(events)


def test_a_refused_night_asks_github_nothing(stage):
    desk = stage.desk(settings="enabled = false")
    _, admission = begin(desk)
    assert not admission.admitted
    assert stage.running.requests() == []


def test_a_repository_that_is_gone_is_on_record_before_it_is_raised(stage):
    desk = stage.desk()
    stage.forge.rename_repository(REPOSITORY, "crate")
    desk = stage.desk(settings='[[repositories]]\nname = "acme/gone"')
    with pytest.raises(NotFound, match="acme/gone"):
        begin_night(desk, "acme/gone", trigger="manual", dag_id="d", run_id="1")
    (event,) = desk.ledger.events(EventQuery(types=(EventType.OVERNIGHT_EXECUTION_SKIPPED,)))
    assert event.severity == "error"
