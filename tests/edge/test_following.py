"""Following as tasks: idle half hours cost nothing, waiting holds no worker, a problem is red."""

import asyncio
import json

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskDeferred
from airflow.sdk.module_loading import import_string

from include.overnight.edge import pull_request_trigger
from include.overnight.edge.following import FindPullRequestsOperator, FollowPullRequestsOperator
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.pull_request_trigger import PullRequestsTrigger
from include.overnight.services.building import build_issue
from include.overnight.services.judging import judge_change
from include.overnight.services.publishing import publish_change

from ..staging import REPOSITORY, TOKEN
from .conftest import KEY

LATER = "2999-01-01T00:00:00+00:00"


@pytest.fixture
def published(house):
    settings = house.stage.home / "overnight.toml"
    settings.write_text(settings.read_text() + "draft_pull_requests = false\n")
    number = house.issue("Add a colour")
    night = house.planned()
    desk = open_desk()
    build_issue(desk, night, number)
    assert judge_change(desk, night, number).passed
    return publish_change(desk, night, number)


def find(house):
    return FindPullRequestsOperator(task_id="find_pull_requests").execute(house.context())


def operator():
    return FollowPullRequestsOperator(task_id="follow", repository=REPOSITORY)


def test_an_idle_half_hour_is_skipped_and_asks_github_nothing(house):
    house.stage.forge.journal.clear()
    with pytest.raises(AirflowSkipException, match="no pull request of ours is open"):
        find(house)
    assert house.stage.running.requests("GET") == []


def test_repositories_with_open_ones_are_mapped_unless_everything_is_stopped(house, published, monkeypatch):
    assert find(house) == [REPOSITORY]
    monkeypatch.setenv("OVERNIGHT_EXECUTION_ENABLED", "false")
    with pytest.raises(AirflowSkipException, match="OVERNIGHT_EXECUTION_ENABLED"):
        find(house)


def test_one_that_is_left_to_people_ends_the_task_with_its_state(house, published):
    (state,) = operator().execute(house.context()).values()
    assert state.startswith("left to people: nothing guards the branch")


def test_one_in_the_queue_is_waited_for_without_a_worker_and_followed_on(house, published):
    house.stage.forge.change_repository(REPOSITORY, queues=("main",), queues_held=True)
    house.stage.forge.protect(REPOSITORY, "main", contexts=["ci"])
    house.stage.forge.set_status(REPOSITORY, published.head_sha, "ci", "success")
    with pytest.raises(TaskDeferred) as deferred:
        operator().execute(house.context())
    assert deferred.value.method_name == "follow_again"
    house.stage.forge.protect(REPOSITORY, "main")
    house.stage.forge.change_repository(REPOSITORY, queues_held=False)
    again = operator().follow_again(house.context(), {"why": "it moved"}, **deferred.value.kwargs)
    assert next(iter(again.values())).startswith("merged")


def test_what_nobody_can_follow_is_red_with_its_reason(house, published):
    house.stage.forge.change_repository(REPOSITORY, archived=True)
    with pytest.raises(AirflowFailException, match="archived"):
        operator().execute(house.context())


def test_the_trigger_travels_as_plain_words_and_carries_no_secret():
    trigger = PullRequestsTrigger(REPOSITORY, [3, 4], LATER)
    path, arguments = trigger.serialize()
    assert import_string(path) is PullRequestsTrigger
    assert import_string(path)(**json.loads(json.dumps(arguments))).serialize() == (path, arguments)
    assert not any(secret in str(trigger.serialize()) for secret in (TOKEN, KEY))


def test_the_trigger_wakes_up_when_something_moves(house, published, monkeypatch):
    monkeypatch.setattr(pull_request_trigger, "SECONDS_BETWEEN_LOOKS", 0.05)

    async def play():
        trigger = PullRequestsTrigger(REPOSITORY, [published.number], LATER)
        waiting = asyncio.create_task(anext(aiter(trigger.run())))
        done, _ = await asyncio.wait({waiting}, timeout=1)
        assert not done
        house.stage.forge.set_status(REPOSITORY, published.head_sha, "ci", "success")
        return await asyncio.wait_for(waiting, 20)

    assert asyncio.run(play()).payload == {"why": "it moved"}


def test_the_trigger_gives_up_at_its_moment(house, published):
    trigger = PullRequestsTrigger(REPOSITORY, [published.number], "2026-01-01T00:00:00+00:00")
    assert asyncio.run(anext(aiter(trigger.run()))).payload == {"why": "it is late"}


def test_a_look_that_fails_wakes_the_task_up(house):
    house.stage.forge.rename_repository(REPOSITORY, "crate")
    house.stage.forge.change_repository("acme/crate", former_names=())
    trigger = PullRequestsTrigger(REPOSITORY, [1], LATER)
    assert asyncio.run(anext(aiter(trigger.run()))).payload == {"why": "NotFound"}
