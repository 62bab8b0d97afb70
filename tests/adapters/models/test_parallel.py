"""At most so many requests at once, over several event loops."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from include.overnight.adapters.models import ModelEndpoint
from include.overnight.adapters.models.parallel import taking_turns


def endpoint(name: str, **changes: Any) -> ModelEndpoint:
    return ModelEndpoint("gpt-4", name, "http://model.invalid/v1", **changes)


def most_at_once(model: ModelEndpoint, threads: int) -> int:
    lock, at_once, most = threading.Lock(), 0, 0

    async def request() -> None:
        nonlocal at_once, most
        async with taking_turns(model):
            with lock:
                at_once += 1
                most = max(most, at_once)
            await asyncio.sleep(0.03)
            with lock:
                at_once -= 1

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(asyncio.run, request()) for _ in range(threads)]:
            done.result()
    return most


def test_no_more_than_the_limit_are_under_way_at_once():
    assert most_at_once(endpoint("two-places", parallel=2), 6) == 2


def test_without_a_limit_nobody_waits():
    assert most_at_once(endpoint("no-limit"), 6) > 2


def test_a_place_is_given_back_after_a_failure_and_a_cancelled_wait_takes_none():
    model = endpoint("one-place", parallel=1)

    async def fail() -> None:
        async with taking_turns(model):
            raise ValueError

    async def give_up_waiting() -> None:
        async with taking_turns(model):

            async def wait() -> None:
                async with taking_turns(model):
                    pytest.fail("there is one place")

            with pytest.raises(TimeoutError):
                await asyncio.wait_for(wait(), 0.12)

    for _ in range(3):
        with pytest.raises(ValueError):
            asyncio.run(fail())
        asyncio.run(give_up_waiting())
