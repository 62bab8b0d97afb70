"""Money is reserved before every request and settled after it, streamed or not."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from pydantic_ai import Agent

from demo.model import Fault
from demo.model.running import RunningModel, running_model
from include.overnight.adapters.models import ModelEndpoint, upper_bound
from include.overnight.adapters.models.metering import MeteredModel
from include.overnight.domain.changes import Usage
from include.overnight.domain.errors import OverBudget

PROMPT = "Issue #12: x\nAttempt 1 on tier gpt-4\n"
SCRIPT = '[[attempts]]\n[[attempts.turns]]\ntext = "Done, and gladly."\n'


class Book:
    """A budget that writes down what happened."""

    def __init__(self, limit: str = "1") -> None:
        self.limit = Decimal(limit)
        self.reserved: list[Decimal] = []
        self.settled: list[tuple[Decimal, int]] = []

    def reserve(self, usd: Decimal) -> str:
        if usd > self.limit:
            raise OverBudget("too much")
        self.reserved.append(usd)
        return str(len(self.reserved))

    def settle(self, reservation: str, usage: Usage) -> None:
        assert int(reservation) == len(self.settled) + 1
        self.settled.append((usage.cost_usd, usage.tokens))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("scripts")
    (folder / "012.toml").write_text(SCRIPT)
    with running_model(folder) as model:
        yield model


def endpoint(served: RunningModel) -> ModelEndpoint:
    prices = {"input_usd_per_mtok": Decimal(1), "output_usd_per_mtok": Decimal(4)}
    return ModelEndpoint("gpt-4", "gpt-4", served.api_url, max_output_tokens=100, timeout=10.0, **prices)


def ask(served: RunningModel, book: Book, *, stream: bool) -> MeteredModel:
    model = MeteredModel(endpoint(served), book)

    async def talk() -> None:
        agent = Agent(model)
        try:
            if stream:
                async with agent.run_stream(PROMPT) as running:
                    assert await running.get_output() == "Done, and gladly."
            else:
                assert (await agent.run(PROMPT)).output == "Done, and gladly."
        finally:
            await model.close()

    asyncio.run(talk())
    return model


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_real_usage_settles_below_the_reservation(served, stream):
    book = Book()
    model = ask(served, book, stream=stream)
    assert len(book.reserved) == len(book.settled) == 1
    cost, tokens = book.settled[0]
    assert 0 < cost < book.reserved[0]
    assert (model.usage.tokens, model.usage.cost_usd, model.usage.requests) == (tokens, cost, 1)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_what_cannot_be_reserved_is_not_sent(served, stream):
    before = len(served.model.journal.as_json())
    with pytest.raises(OverBudget):
        ask(served, Book(limit="0.0000001"), stream=stream)
    assert len(served.model.journal.as_json()) == before


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_broken_answer_is_booked_at_its_reservation(served, stream):
    httpx2.post(f"{served.url}/_model/faults", json={"model": ".*", "times": 1, "break_stream": True})
    book = Book()
    with pytest.raises(Exception, match=r"."):
        ask(served, book, stream=stream)
    assert [cost for cost, _ in book.settled] == book.reserved


def test_the_reservation_covers_every_byte_that_is_sent(served):
    book = Book()
    ask(served, book, stream=False)
    messages = served.model.journal.as_json()[-1]["body"]["messages"]
    sent = len(json.dumps(messages))
    least = upper_bound(endpoint(served), input_tokens=sent, max_tokens=100)
    assert book.reserved[0] >= least


@pytest.mark.filterwarnings("ignore:Failed to extract usage")
@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": -5, "completion_tokens": -5, "total_tokens": -10},
        {"prompt_tokens": 0, "completion_tokens": 7, "total_tokens": 7},
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        None,
    ],
)
def test_usage_that_cannot_be_true_is_booked_at_the_reservation(served, usage):
    message = {"role": "assistant", "content": "Done, and gladly."}
    answer = {
        "id": "x", "object": "chat.completion", "created": 1, "model": "m", "usage": usage,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }  # fmt: skip
    served.model.faults.add(Fault(body=json.dumps(answer), content_type="application/json"))
    book = Book()
    ask(served, book, stream=False)
    assert [cost for cost, _ in book.settled] == book.reserved


def test_reasoning_is_part_of_what_is_paid_as_output(served):
    usage = {
        "prompt_tokens": 100, "completion_tokens": 90, "total_tokens": 190,
        "prompt_tokens_details": {"cached_tokens": 60}, "completion_tokens_details": {"reasoning_tokens": 80},
    }  # fmt: skip
    message = {"role": "assistant", "content": "Done, and gladly."}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    answer = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "usage": usage,
        "choices": choices,
    }
    served.model.faults.add(Fault(body=json.dumps(answer), content_type="application/json"))
    model = ask(served, Book(), stream=False)
    assert (model.usage.input_tokens, model.usage.output_tokens, model.usage.cached_tokens) == (100, 90, 60)
    assert model.usage.cost_usd == Decimal("0.00046"), "100 at $1 and 90 at $4 a million"
