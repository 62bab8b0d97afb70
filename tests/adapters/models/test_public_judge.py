"""A public mock of OpenAI that watches how a client takes errors finds no fault with ours.

Waits that the provider asks for are really waited; our own backoff runs five times as fast, in proportion.
"""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import Any

import pytest
from pydantic_ai import Agent

from include.overnight.adapters.models import ModelEndpoint
from include.overnight.adapters.models.healed import HealedModel
from include.overnight.domain.errors import FailureKind, ModelFailure

from .conftest import OpenBook
from .healers import TableHealer

QUICK = 0.2


class RealTime(TableHealer):
    """The table, with waits that are waited."""

    def rest(self, seconds: float) -> None:
        super().rest(seconds)
        asked = self.failures[-1].retry_after or 0.0
        time.sleep(max(seconds * QUICK, min(seconds, asked)))


def ask(llmock: Any, healer: TableHealer, **changes: Any) -> str:
    prices = {"input_usd_per_mtok": Decimal(1), "output_usd_per_mtok": Decimal(1), "context_window": 128_000}
    endpoint = ModelEndpoint("gpt-4", "gpt-4o", llmock.base_url(), "any", **prices, **changes)
    model = HealedModel(endpoint, OpenBook(), healer)

    async def talk() -> str:
        try:
            return (await Agent(model).run("Say something.")).output
        finally:
            await model.close()

    return asyncio.run(talk())


PASSING = [
    ("a rate limit that says how long", lambda mock: mock.rate_limit(times=2, retry_after=0.6)),
    ("a rate limit in whole seconds", lambda mock: mock.rate_limit(retry_after=1.0)),
    ("a server error, three times", lambda mock: mock.fail(500, times=3)),
    ("unavailable", lambda mock: mock.fail(503, times=2, retry_after=0.3)),
    ("overloaded", lambda mock: mock.fail(529)),
]


@pytest.mark.parametrize(("name", "strike"), PASSING, ids=[name for name, _ in PASSING])
def test_what_passes_is_sat_out_to_the_judges_liking(llmock, name, strike):
    strike(llmock)
    assert ask(llmock, RealTime())
    llmock.assert_resilient(strict=True)
    assert llmock.verdict().faults >= 1


BROKEN = [
    ("dropped", lambda mock: mock.pace(10).disconnect()),
    ("truncated", lambda mock: mock.truncate()),
    ("malformed", lambda mock: mock.pace(40).corrupt()),
    ("stalled", lambda mock: mock.stall(seconds=3.0)),
]


@pytest.mark.parametrize(("name", "strike"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_broken_stream_is_asked_for_again(llmock, name, strike):
    strike(llmock)
    assert ask(llmock, RealTime(), stream=True, timeout=0.8)
    llmock.assert_resilient(strict=True)
    assert llmock.verdict().faults >= 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "invalid_api_key", FailureKind.AUTH),
        (403, None, FailureKind.AUTH),
        (404, "model_not_found", FailureKind.MODEL_GONE),
        (400, "context_length_exceeded", FailureKind.CONTEXT_EXHAUSTED),
        (422, None, FailureKind.BAD_REQUEST),
    ],
)
def test_what_no_retry_can_mend_is_not_retried(llmock, status, code, kind):
    llmock.fail(status, times=None, code=code)
    with pytest.raises(ModelFailure) as caught:
        ask(llmock, RealTime())
    assert caught.value.kind is kind
    llmock.assert_resilient(strict=True)
    assert len(llmock.requests) == 1


def test_an_outage_is_no_storm_of_retries(llmock):
    llmock.outage()
    with pytest.raises(ModelFailure):
        ask(llmock, RealTime())
    llmock.assert_resilient(strict=True)
    assert len(llmock.requests) == 4
