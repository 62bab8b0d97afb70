"""Every class of error against a scripted endpoint: the exact steps and waits, and the failure at the end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic_ai import Agent

from include.overnight.adapters.models import ModelEndpoint
from include.overnight.adapters.models.healed import HealedModel
from include.overnight.domain.errors import FailureKind as K
from include.overnight.domain.errors import ModelFailure
from include.overnight.domain.healing import Ladder
from include.overnight.domain.models import LADDER as TIERS
from include.overnight.domain.models import Tier

from .conftest import OpenBook, Served
from .healers import TableHealer

PROMPT = "Issue #12: x\nAttempt 1 on tier gpt-4-turbo\n"
SCRIPT = '[[attempts]]\n[[attempts.turns]]\ntext = "Done."\n'
RETRY, WAIT, COMPACT, NUDGE, DOWN = "retry_same", "wait", "compact", "nudge", "down"
THRICE, BACKOFF = [RETRY, RETRY, RETRY, DOWN], [2.0, 4.0, 8.0]
ERROR_200 = '{"error": {"message": "slow down", "code": 429, "type": "x"}}'
JSON = "application/json"

ROWS: list[tuple[str, dict[str, Any], K, list[str], list[float]]] = [
    ("429 rate limit with retry-after", {"status": 429, "error_code": "rate_limit_exceeded",
        "headers": {"retry-after": "7"}}, K.RATE_LIMIT, [WAIT, WAIT, DOWN], [7.0, 7.0]),
    ("429 rate limit in milliseconds", {"status": 429, "headers": {"retry-after-ms": "1500"}},
        K.RATE_LIMIT, [WAIT, WAIT, DOWN], [1.5, 1.5]),
    ("429 rate limit without retry-after", {"status": 429, "error_code": "rate_limit_exceeded"},
        K.RATE_LIMIT, [WAIT, WAIT, DOWN], [2.0, 4.0]),
    ("429 that asks for an hour", {"status": 429, "headers": {"retry-after": "3600"}},
        K.RATE_LIMIT, [DOWN], []),
    ("429 insufficient quota", {"status": 429, "error_code": "insufficient_quota",
        "headers": {"retry-after": "1"}}, K.INSUFFICIENT_QUOTA, [DOWN], []),
    ("429 insufficient quota by type", {"status": 429, "error_type": "insufficient_quota"},
        K.INSUFFICIENT_QUOTA, [DOWN], []),
    ("401", {"status": 401, "error_code": "invalid_api_key"}, K.AUTH, [DOWN], []),
    ("403", {"status": 403}, K.AUTH, [DOWN], []),
    ("404 model", {"status": 404, "error_code": "model_not_found"}, K.MODEL_GONE, [DOWN], []),
    ("400 no such model", {"status": 400, "error_code": "model_not_found"}, K.MODEL_GONE, [DOWN], []),
    ("500", {"status": 500}, K.TRANSPORT, THRICE, BACKOFF),
    ("503", {"status": 503}, K.TRANSPORT, THRICE, BACKOFF),
    ("503 that says when", {"status": 503, "headers": {"retry-after": "5"}},
        K.TRANSPORT, THRICE, [5.0, 5.0, 8.0]),
    ("503 that asks for an hour", {"status": 503, "headers": {"retry-after": "3600"}},
        K.TRANSPORT, [DOWN], []),
    ("504", {"status": 504}, K.TIMEOUT, [RETRY, DOWN], [2.0]),
    ("400 of a new sort", {"status": 400, "error_code": "unknown_parameter"}, K.BAD_REQUEST, [DOWN], []),
    ("context length exceeded", {"status": 400, "error_code": "context_length_exceeded"},
        K.CONTEXT_EXHAUSTED, [COMPACT, DOWN], []),
    ("a small server's context size", {"status": 400, "error_code": 400,
        "error_type": "exceed_context_size_error"}, K.CONTEXT_EXHAUSTED, [COMPACT, DOWN], []),
    ("content filter of the prompt", {"status": 400, "error_code": "content_filter"},
        K.REFUSAL, [NUDGE, DOWN], []),
    ("content filter of the answer", {"finish_reason": "content_filter"}, K.REFUSAL, [NUDGE, DOWN], []),
    ("a refusal in words", {"refusal": "I will not."}, K.REFUSAL, [NUDGE, DOWN], []),
    ("half an answer", {"break_stream": True}, K.TRANSPORT, THRICE, BACKOFF),
    ("HTML instead of an answer", {"body": "<html>welcome</html>"}, K.TRANSPORT, THRICE, BACKOFF),
    ("JSON that is none", {"body": '{"choices": [', "content_type": JSON}, K.TRANSPORT, THRICE, BACKOFF),
    ("JSON of another kind", {"body": "[1, 2]", "content_type": JSON}, K.TRANSPORT, THRICE, BACKOFF),
    ("no choices", {"body": '{"choices": [], "object": "chat.completion"}', "content_type": JSON},
        K.TRANSPORT, THRICE, BACKOFF),
    ("an integer code in an error", {"status": 500, "error_code": 429}, K.RATE_LIMIT,
        [WAIT, WAIT, DOWN], [2.0, 4.0]),
    ("an error in a success", {"body": ERROR_200, "content_type": JSON, "headers": {"retry-after": "3"}},
        K.RATE_LIMIT, [WAIT, WAIT, DOWN], [3.0, 3.0]),
    ("an error in a success, in a word", {"body": '{"error": "busy"}', "content_type": JSON},
        K.TRANSPORT, THRICE, BACKOFF),
]  # fmt: skip
ids = [row[0] for row in ROWS]


def ask(endpoint: ModelEndpoint, healer: TableHealer, book: OpenBook | None = None) -> str:
    """Let an agent ask once; return its answer."""
    model = HealedModel(endpoint, book or OpenBook(), healer)

    async def talk() -> str:
        try:
            return (await Agent(model).run(PROMPT)).output
        finally:
            await model.close()

    return asyncio.run(talk())


@pytest.fixture
def model(served: Served) -> Served:
    served.script("012.toml", SCRIPT)
    return served


@pytest.mark.parametrize(("name", "fields", "kind", "actions", "waits"), ROWS, ids=ids)
def test_an_error_that_lasts_is_treated_as_the_table_says(model, name, fields, kind, actions, waits):
    model.fault(99, **fields)
    healer = TableHealer()
    with pytest.raises(ModelFailure) as caught:
        ask(model.endpoint(), healer)
    assert caught.value.kind is kind
    assert (healer.actions, healer.waits) == (actions, waits)
    assert sum(healer.rests) == sum(waits)
    assert healer.answers == 0
    resent = [
        action for action in actions if action not in (DOWN, COMPACT)
    ]  # one message cannot be shortened
    assert len(model.requests()) == 1 + len(resent)


@pytest.mark.parametrize(
    ("name", "fields", "kind", "actions", "waits"),
    [row for row in ROWS if row[3][0] in (RETRY, WAIT, NUDGE)],
    ids=[row[0] for row in ROWS if row[3][0] in (RETRY, WAIT, NUDGE)],
)
def test_an_error_that_passes_is_healed_on_the_same_tier(model, name, fields, kind, actions, waits):
    model.fault(1, **fields)
    healer, book = TableHealer(), OpenBook()
    assert ask(model.endpoint(), healer, book) == "Done."
    assert (healer.actions, healer.waits, healer.answers) == (actions[:1], waits[:1], 1)
    assert len(book.reserved) == len(book.settled) == 2, "each try is reserved and settled on its own"
    assert sum(usage.requests for usage in book.settled) == 2


LADDER = Ladder((*TIERS, Tier.LOCAL_BUILDER), {Tier.GPT_5_1: 400_000, Tier.GPT_4: 128_000})


@pytest.mark.parametrize(
    ("name", "fields", "kind", "actions", "waits"),
    list({row[2]: row for row in ROWS if row[2] is not K.CONTEXT_EXHAUSTED}.values()),
    ids=list({row[2]: row[2] for row in ROWS if row[2] is not K.CONTEXT_EXHAUSTED}),
)
def test_an_error_everywhere_goes_down_the_whole_ladder_and_parks(model, name, fields, kind, actions, waits):
    model.fault(99, **fields)
    path, slept, tier = [], [], Tier.GPT_5_1
    while tier is not None:
        healer = TableHealer(tier, LADDER)
        with pytest.raises(ModelFailure):
            ask(model.endpoint(tier=str(tier), model=str(tier)), healer)
        path.append(tier)
        slept.append(healer.waits)
        last, tier = healer.steps[-1], healer.steps[-1].tier
    assert path == [Tier.GPT_5_1, Tier.GPT_4_TURBO, Tier.GPT_4, Tier.LOCAL_BUILDER]
    assert slept == [waits] * 4
    assert last.action == "park"
    asked = [body["model"] for body in model.requests()]
    assert list(dict.fromkeys(asked)) == [str(tier) for tier in path]


def test_a_full_window_goes_to_the_tier_with_the_smallest_larger_one(model):
    model.fault(99, status=400, error_code="context_length_exceeded")
    healer = TableHealer(Tier.GPT_4, LADDER)
    with pytest.raises(ModelFailure):
        ask(model.endpoint(tier="gpt-4", model="gpt-4"), healer)
    assert healer.actions == ["compact", "larger_window"]
    assert (healer.steps[-1].tier, healer.steps[-1].tag) == (Tier.GPT_5_1, "context_fit")


def test_a_date_in_retry_after_is_honoured(model):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    model.fault(status=429, headers={"retry-after": date})
    healer = TableHealer()
    assert ask(model.endpoint(), healer) == "Done."
    assert 35 < healer.waits[0] <= 40
    assert max(healer.rests) <= 5.0, "slices, so that a stop is heard meanwhile"


def test_a_refused_connection_is_tried_again_and_costs_nothing():
    healer, book = TableHealer(), OpenBook()
    prices = {"input_usd_per_mtok": Decimal(1), "output_usd_per_mtok": Decimal(1)}
    with pytest.raises(ModelFailure) as caught:
        ask(ModelEndpoint("gpt-4", "gpt-4", "http://127.0.0.1:9/v1", **prices), healer, book)
    assert (caught.value.kind, healer.actions, healer.waits) == (K.TRANSPORT, THRICE, BACKOFF)
    assert [usage.cost_usd for usage in book.settled] == [0, 0, 0, 0]


def test_a_read_that_times_out_is_tried_once_more_and_booked_in_full(model, silent_url):
    healer, book = TableHealer(), OpenBook()
    with pytest.raises(ModelFailure) as caught:
        ask(model.endpoint(base_url=silent_url, timeout=0.3), healer, book)
    assert (caught.value.kind, healer.actions, healer.waits) == (K.TIMEOUT, [RETRY, DOWN], [2.0])
    assert [usage.cost_usd for usage in book.settled] == book.reserved


@pytest.mark.parametrize(
    "fields",
    [
        {"break_stream": True},
        {"cut_stream": True},
        {"body": "data: {broken\n\ndata: [DONE]\n\n", "content_type": "text/event-stream"},
        {"body": "<html></html>"},
    ],
    ids=["dropped", "cut", "not JSON", "HTML"],
)
def test_a_broken_stream_is_never_taken_for_an_answer(model, fields):
    model.fault(1, **fields)
    healer = TableHealer()
    assert ask(model.endpoint(stream=True), healer) == "Done."
    assert (healer.actions, healer.waits) == ([RETRY], [2.0])
    assert healer.failures[0].kind is K.TRANSPORT


def test_an_error_inside_a_stream_is_what_its_code_says(model):
    event = 'data: {"error": {"message": "no", "code": "insufficient_quota"}}\n\n'
    model.fault(1, body=event, content_type="text/event-stream")
    healer = TableHealer()
    with pytest.raises(ModelFailure) as caught:
        ask(model.endpoint(stream=True), healer)
    assert (caught.value.kind, healer.actions) == (K.INSUFFICIENT_QUOTA, [DOWN])


def test_missing_usage_is_booked_at_the_reservation(model):
    model.fault(omit_usage=True)
    book = OpenBook()
    assert ask(model.endpoint(), TableHealer(), book) == "Done."
    assert [usage.cost_usd for usage in book.settled] == book.reserved


def test_an_ending_that_nobody_knows_is_an_answer_like_any_other(model):
    model.fault(finish_reason="guardrail_intervened")
    assert ask(model.endpoint(), TableHealer()) == "Done."


def test_a_nudge_says_what_is_wrong_and_is_given_once(model):
    model.fault(1, refusal="I will not.")
    ask(model.endpoint(), TableHealer())
    first, second = model.requests()
    assert second["messages"][:-1] == first["messages"]
    assert "content filter" in second["messages"][-1]["content"]
