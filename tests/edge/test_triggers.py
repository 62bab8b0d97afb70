"""The trigger: ids in, one event out, and nothing in it that must stay secret."""

import asyncio
import json

import pytest
from airflow.sdk.module_loading import import_string

from include.overnight.domain.changes import IssueStatus
from include.overnight.edge import triggers
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.triggers import DependenciesTrigger
from include.overnight.services.concluding import conclude
from include.overnight.services.reading import open_night

from ..staging import TOKEN
from .conftest import KEY

LATER = "2999-01-01T00:00:00+00:00"


@pytest.fixture
def chain(house):
    first = house.issue("Add a colour")
    second = house.issue("Add a shade", f"Depends on #{first}")
    return house.planned(), first, second


async def next_event(trigger):
    return await anext(aiter(trigger.run()))


def test_it_travels_as_plain_words_and_comes_back_the_same():
    path, arguments = DependenciesTrigger("night-1", 12, LATER).serialize()
    assert import_string(path) is DependenciesTrigger
    assert json.loads(json.dumps(arguments)) == {"night": "night-1", "number": 12, "until": LATER}
    assert import_string(path)(**arguments).serialize() == (path, arguments)


def test_it_carries_no_secret(chain):
    night, _, second = chain
    assert not any(
        secret in str(DependenciesTrigger(night, second, LATER).serialize()) for secret in (TOKEN, KEY)
    )


def test_it_wakes_up_when_the_dependency_is_settled(chain, monkeypatch):
    night, first, second = chain
    monkeypatch.setattr(triggers, "SECONDS_BETWEEN_LOOKS", 0.05)

    async def play():
        waiting = asyncio.create_task(next_event(DependenciesTrigger(night, second, LATER)))
        done, _ = await asyncio.wait({waiting}, timeout=0.5)
        assert not done
        desk = open_desk()
        conclude(desk, open_night(desk, night), first, IssueStatus.PULL_REQUEST, "pull request #9")
        return await asyncio.wait_for(waiting, 10)

    assert asyncio.run(play()).payload == {"blocked": ""}


def test_it_tells_what_blocks_the_issue(chain):
    night, first, second = chain
    desk = open_desk()
    conclude(desk, open_night(desk, night), first, IssueStatus.FAILED, "the suite is red")
    event = asyncio.run(next_event(DependenciesTrigger(night, second, LATER)))
    assert f"#{first}, which is failed" in event.payload["blocked"]


def test_looking_leaves_the_event_loop_free(chain):
    night, first, second = chain
    desk = open_desk()
    conclude(desk, open_night(desk, night), first, IssueStatus.PULL_REQUEST, "pull request #9")

    async def play():
        beats = 0
        waiting = asyncio.create_task(next_event(DependenciesTrigger(night, second, LATER)))
        while not waiting.done():
            beats += 1
            await asyncio.sleep(0.001)
        return beats

    assert asyncio.run(play()) > 1


def test_it_gives_up_at_its_moment_and_says_so(chain):
    night, _, second = chain
    trigger = DependenciesTrigger(night, second, "2026-01-01T00:00:00+00:00")
    event = asyncio.run(asyncio.wait_for(next_event(trigger), 10))
    assert "did not end in time" in event.payload["blocked"]
