"""Nights side by side, one issue after the other, and nights that people end."""

from datetime import UTC, datetime

import pytest

from include.overnight.adapters.ledger import uuid7
from include.overnight.beginning import begin_night
from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.errors import FenceLost, NotFound
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.building import build_issue
from include.overnight.services.claiming import holding
from include.overnight.services.concluding import conclude
from include.overnight.services.planning import plan_night
from include.overnight.services.reading import open_night, planned_issues
from include.overnight.services.stopping import stop_night
from include.overnight.services.waiting import look

from ..fakes import writes
from ..staging import REPOSITORY, of

GOOD = writes("colour.py", "RED = 1\n")


def planned(desk, **params):
    night, admission = begin_night(
        desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params={"dry_run": False, **params}
    )
    assert admission.admitted, admission.reason
    opened = open_night(desk, night)
    plan_night(desk, opened)
    return opened


def test_with_one_issue_at_a_time_each_waits_for_every_one_before_it_in_the_plan(stage):
    for title in ("First", "Second", "Third"):
        stage.issue(title)
    desk = stage.desk(settings="parallel_issues = 1")
    night = planned(desk)
    first, second, third = (issue.number for issue in planned_issues(desk, night.id))
    assert [look(desk, night.id, number).over for number in (first, second, third)] == [True, False, False]
    conclude(desk, night, first, IssueStatus.FAILED, "the suite is red")
    assert look(desk, night.id, second).over
    assert look(desk, night.id, second).blocked == ""
    assert not look(desk, night.id, third).over


def test_issues_that_need_nothing_of_each_other_wait_for_nobody(stage):
    numbers = [stage.issue(title) for title in ("First", "Second")]
    desk = stage.desk(settings="parallel_issues = 2")
    night = planned(desk)
    assert all(look(desk, night.id, number).over for number in numbers)


def test_an_issue_held_by_another_night_is_skipped_and_not_built(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    one, other = planned(desk), planned(desk)
    with holding(desk, one, number) as claim:
        assert claim is not None
        built = build_issue(desk, other.id, number)
    assert (built.change, built.status) == (None, IssueStatus.SKIPPED)
    assert "another night" in built.reason
    assert desk.scripted.commissions == []


def test_a_claim_is_given_back_when_the_work_ends_badly(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [RuntimeError("a defect")]})
    night = planned(desk)
    with pytest.raises(RuntimeError):
        build_issue(desk, night.id, number)
    assert desk.claims.holder(night.repository.node_id, number) is None


def test_a_worker_that_lost_its_claim_writes_nothing_more(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk()
    night = planned(desk)

    def lose(tree):
        desk.claims.claim(night.repository.node_id, number, night.id, 60)
        GOOD(tree)

    desk.scripted.scripts = {number: [lose]}
    with pytest.raises(FenceLost):
        build_issue(desk, night.id, number)
    finished = EventQuery(types=(EventType.ATTEMPT_FINISHED, EventType.CHANGE_BUILT), night=night.id)
    assert desk.ledger.events(finished) == ()


def test_a_dependency_whose_worker_died_counts_as_failed(stage):
    first = stage.issue("Add a colour")
    second = stage.issue("Add a shade", f"Depends on #{first}")
    desk = stage.desk()
    night = planned(desk)
    desk.claims.claim(night.repository.node_id, first, night.id, 0)
    wait = look(desk, night.id, second)
    assert wait.over
    assert f"#{first}, whose worker died" in wait.blocked


def test_a_waiting_issue_is_blocked_when_the_window_ends(stage, monkeypatch):
    first = stage.issue("Add a colour")
    second = stage.issue("Add a shade", f"Depends on #{first}")
    desk = stage.desk()
    monkeypatch.setattr(type(desk.clock), "now", lambda _: datetime(2026, 3, 1, 2, tzinfo=UTC))
    path = stage.home / "overnight.toml"
    path.write_text("execution_enabled = true\n" + path.read_text())
    desk = stage_desk_again(desk, path)
    night, admission = begin_night(desk, REPOSITORY, trigger="scheduled", night=uuid7(desk.clock.now()))
    assert admission.admitted, admission.reason
    plan_night(desk, open_night(desk, night))
    assert not look(desk, night, second).over
    monkeypatch.setattr(type(desk.clock), "now", lambda _: datetime(2026, 3, 1, 7, tzinfo=UTC))
    assert "window ended" in look(desk, night, second).blocked
    assert build_issue(desk, night, first).status is IssueStatus.SKIPPED


def stage_desk_again(desk, path):
    from include.overnight.settings import load_settings

    return type(desk)(load_settings(path, {}), desk.credentials, scripted=desk.scripted)


def test_a_stop_at_once_ends_the_attempt_before_its_next_request_and_the_issue_is_parked(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = planned(desk)
    stop_night(desk, night.id, who="lead", now=True)
    built = build_issue(desk, night.id, number)
    assert (built.status, "stopped by lead" in built.reason) == (IssueStatus.PARKED, True)
    assert desk.budgets.spent(night=night.id) == 0


def test_a_stop_is_on_record_with_who_asked_for_it(stage):
    desk = stage.desk()
    night = planned(desk)
    stop_night(desk, night.id, who="lead")
    (event,) = desk.ledger.events(EventQuery(types=(EventType.STOP_REQUESTED,), night=night.id))
    assert event.metadata == {"who": "lead", "now": False}


def test_a_night_that_is_over_cannot_be_stopped(stage):
    desk = stage.desk()
    night = stage.night(desk)
    assert "completed already" in stop_night(desk, night.id, who="lead")


def test_a_night_nobody_knows_cannot_be_stopped(stage):
    with pytest.raises(NotFound, match="overnight status"):
        stop_night(stage.desk(), "no-such-night", who="lead")


def test_the_stop_label_on_the_tracking_issue_ends_the_night(stage):
    desk = stage.desk()
    stage.night(desk)
    (tracking,) = [one for one in stage.forge.issues(REPOSITORY) if one.title == "Overnight execution"]
    first, second = stage.issue("First"), stage.issue("Second")

    def label(tree):
        stage.forge.labelled(tracking, "overnight: stop", "lead")
        GOOD(tree)

    night = stage.night(stage.desk({first: [label], second: [GOOD]}))
    assert of(night, first).status == "pull_request"
    assert (of(night, second).status, "overnight: stop" in of(night, second).reason) == ("parked", True)
