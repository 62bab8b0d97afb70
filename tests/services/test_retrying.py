"""Retrying one issue: go on where it stopped, or start anew; never beside somebody who is at work on it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.overnight.adapters.ledger import uuid7
from include.overnight.beginning import begin_night
from include.overnight.domain.errors import Contended, NotFound, SettingsError
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.building import build_issue
from include.overnight.services.claiming import holding
from include.overnight.services.planning import plan_night
from include.overnight.services.reading import open_night
from include.overnight.services.retrying import last_round, refuse_retry, retry_issue
from include.overnight.services.stopping import stop_night, stopped
from include.overnight.services.summarizing import summarize_night

from ..fakes import writes
from ..staging import REPOSITORY, of

pytestmark = pytest.mark.slow  # whole nights, one after the other

GOOD = writes("colour.py", "RED = 1\n")
BAD = writes("box.py", "def size(a, b):\n    return 0\n")
ONE_ATTEMPT = "enable_auto_heal = false"


def begun(stage, desk, **params):
    """Return a night that is planned, and nothing more."""
    night, _ = begin_night(
        desk,
        REPOSITORY,
        trigger="cli",
        night=uuid7(desk.clock.now()),
        params={"dry_run": False, **params},
    )
    plan_night(desk, open_night(desk, night))
    return night


def test_an_issue_whose_worker_died_after_the_build_is_published_without_building_again(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = begun(stage, desk)
    assert build_issue(desk, night, number).change
    assert of(summarize_night(desk, night), number).status == "crashed"
    done = retry_issue(desk, night, number)
    assert (done.issue.status, done.round) == ("pull_request", 0)
    assert len(desk.scripted.commissions) == 1
    assert done.issue.pull_request


def test_a_failed_issue_wants_a_new_round_which_goes_on_counting_attempts(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [BAD, GOOD]}, settings=ONE_ATTEMPT)
    night = stage.night(desk).id
    with pytest.raises(SettingsError, match=f"#{number} failed .*`--anew` starts a new round"):
        retry_issue(desk, night, number)
    done = retry_issue(desk, night, number, anew=True)
    assert (done.issue.status, done.round) == ("pull_request", 1)
    assert [one.attempt for one in desk.scripted.commissions] == [1, 2]
    assert last_round(desk, night, number) == 1
    summaries = desk.ledger.events(EventQuery(types=(EventType.OVERNIGHT_EXECUTION_COMPLETED,), night=night))
    assert len(summaries) == 1


def test_nothing_is_left_to_do_for_a_pull_request_that_is_open(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = stage.night(desk)
    with pytest.raises(SettingsError, match=f"has pull request #{of(night, number).pull_request} already"):
        retry_issue(desk, night.id, number)


def test_while_somebody_holds_the_issue_it_says_who_and_until_when(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night, other = begun(stage, desk), begun(stage, desk)
    with holding(desk, open_night(desk, night), number):
        with pytest.raises(Contended, match=f"a worker of this night holds #{number} until .* UTC"):
            retry_issue(desk, night, number)
        with pytest.raises(Contended, match=f"night {night} holds #{number} until"):
            retry_issue(desk, other, number)
    assert retry_issue(desk, night, number).issue.status == "pull_request"


def test_a_claim_whose_worker_died_stands_in_nobodys_way_once_its_lease_is_over(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = begun(stage, desk)
    desk.claims.claim(open_night(desk, night).repository.node_id, number, night, -1.0)
    assert retry_issue(desk, night, number).issue.status == "pull_request"


def test_an_issue_of_a_night_that_was_stopped_goes_on_and_a_night_that_is_being_stopped_is_left_alone(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = begun(stage, desk)
    stop_night(desk, night, who="ann")
    with pytest.raises(SettingsError, match="the night was stopped by ann and has not ended yet"):
        retry_issue(desk, night, number)
    build_issue(desk, night, number)
    assert of(summarize_night(desk, night), number).status == "parked"
    assert retry_issue(desk, night, number).issue.status == "pull_request"
    assert not stopped(desk, night)


def test_a_night_that_was_to_plan_only_has_nothing_to_go_on_with(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = begun(stage, desk, plan_only=True)
    with pytest.raises(SettingsError, match=f"`overnight run --issue {number}`"):
        retry_issue(desk, night, number)


def test_after_its_window_a_night_begins_nothing_any_more(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    opened = open_night(desk, begun(stage, desk))
    order = replace(opened.order, deadline=desk.clock.now() - timedelta(minutes=1))
    with pytest.raises(SettingsError, match=r"the window of night .* `overnight run --repository acme/box"):
        refuse_retry(desk, replace(opened, order=order), number, anew=False)


def test_an_issue_that_no_plan_knows_is_not_found(stage):
    desk = stage.desk({})
    night = begun(stage, desk)
    with pytest.raises(NotFound, match="#4711 is not in the plan"):
        retry_issue(desk, night, 4711)


def test_an_older_nights_retry_leaves_the_newer_summary_where_it_is(stage):
    first, second = stage.issue("Add a colour"), stage.issue("Add a shade", labels=["overnight: skip"])
    desk = stage.desk({first: [BAD, GOOD], second: [GOOD]}, settings=ONE_ATTEMPT)
    older = stage.night(desk).id
    newer = stage.night(desk, issues=[second]).id
    retry_issue(desk, older, first, anew=True)
    tracking = next(one for one in stage.forge.issues(REPOSITORY) if one.title == "Overnight execution")
    assert newer in tracking.body
    assert older not in tracking.body
