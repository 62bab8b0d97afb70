"""Every way a provider can fail, by type and code; one row a rule."""

from __future__ import annotations

import json

import httpx2
import openai
import pytest
from pydantic_ai import exceptions as agent

from include.overnight.adapters.models.failures import classify_error, was_billed
from include.overnight.domain.errors import FailureKind, ModelFailure

REQUEST = httpx2.Request("POST", "http://model.invalid/v1/chat/completions")


def refused(
    status: int, code: str | None = None, headers: dict[str, str] | None = None
) -> openai.APIStatusError:
    response = httpx2.Response(status, request=REQUEST, headers=headers)
    return openai.APIStatusError("words that decide nothing", response=response, body={"code": code})


def told(status: int, code: str | None = None) -> agent.ModelHTTPError:
    return agent.ModelHTTPError(status, "gpt-4", {}, provider_error_code=code)


ROWS = [
    (refused(429, "rate_limit_exceeded"), FailureKind.RATE_LIMIT),
    (refused(429), FailureKind.RATE_LIMIT),
    (refused(429, "insufficient_quota"), FailureKind.INSUFFICIENT_QUOTA),
    (refused(402), FailureKind.INSUFFICIENT_QUOTA),
    (refused(401, "invalid_api_key"), FailureKind.AUTH),
    (refused(403), FailureKind.AUTH),
    (refused(404, "model_not_found"), FailureKind.MODEL_GONE),
    (refused(404), FailureKind.MODEL_GONE),
    (refused(410), FailureKind.MODEL_GONE),
    (refused(400, "context_length_exceeded"), FailureKind.CONTEXT_EXHAUSTED),
    (refused(413), FailureKind.CONTEXT_EXHAUSTED),
    (refused(400, "content_filter"), FailureKind.REFUSAL),
    (refused(400, "something_new"), FailureKind.BAD_REQUEST),
    (refused(422), FailureKind.BAD_REQUEST),
    (refused(408), FailureKind.TIMEOUT),
    (refused(504), FailureKind.TIMEOUT),
    (refused(500), FailureKind.TRANSPORT),
    (refused(502), FailureKind.TRANSPORT),
    (refused(529), FailureKind.TRANSPORT),
    (told(429, "insufficient_quota"), FailureKind.INSUFFICIENT_QUOTA),
    (told(503), FailureKind.TRANSPORT),
    (openai.APITimeoutError(REQUEST), FailureKind.TIMEOUT),
    (openai.APIConnectionError(request=REQUEST), FailureKind.TRANSPORT),
    (httpx2.ReadTimeout("slow"), FailureKind.TIMEOUT),
    (httpx2.RemoteProtocolError("stream ended early"), FailureKind.TRANSPORT),
    (agent.ModelTimeoutError("gpt-4", "slow"), FailureKind.TIMEOUT),
    (agent.ModelConnectionError("gpt-4", "gone"), FailureKind.TRANSPORT),
    (agent.ModelServerError("gpt-4", "in a stream"), FailureKind.TRANSPORT),
    (agent.ContentFilterError("no"), FailureKind.REFUSAL),
    (agent.UnexpectedModelBehavior("<html>not an answer</html>"), FailureKind.TRANSPORT),
    (agent.OutputTokenLimitExceeded("cut"), FailureKind.BAD_REQUEST),
    (json.JSONDecodeError("broken", "{", 1), FailureKind.TRANSPORT),
    (TimeoutError(), FailureKind.TIMEOUT),
    (ConnectionResetError(), FailureKind.TRANSPORT),
    (RuntimeError("unheard of"), FailureKind.BAD_REQUEST),
]


@pytest.mark.parametrize(("error", "kind"), ROWS, ids=lambda value: getattr(value, "value", repr(value))[:60])
def test_type_and_code_decide_the_kind(error, kind):
    assert classify_error(error).kind is kind


def test_the_message_decides_nothing_and_is_not_repeated():
    failure = classify_error(
        agent.ModelHTTPError(500, "gpt-4", {"message": "insufficient_quota context_length"})
    )
    assert failure.kind is FailureKind.TRANSPORT
    assert "insufficient" not in str(failure)


def test_a_cause_is_looked_into():
    wrapped = agent.UnexpectedModelBehavior("wrapped")
    wrapped.__cause__ = refused(429, "insufficient_quota")
    assert classify_error(wrapped).kind is FailureKind.INSUFFICIENT_QUOTA


def test_a_failure_of_ours_stays_as_it_is():
    ours = ModelFailure(FailureKind.STUCK, "in circles")
    assert classify_error(ours) is ours


@pytest.mark.parametrize(
    ("header", "seconds"), [("12", 12.0), ("0.5", 0.5), ("-3", None), ("inf", None), ("tomorrow", None)]
)
def test_retry_after_is_taken_when_it_is_a_number_of_seconds(header, seconds):
    assert classify_error(refused(429, None, {"retry-after": header})).retry_after == seconds


def test_a_code_that_is_no_plain_word_is_not_repeated():
    assert "ghp" not in str(classify_error(refused(400, "ghp token with spaces")))


@pytest.mark.parametrize(
    ("error", "billed"),
    [
        (refused(429), False),
        (told(500), False),
        (agent.ModelConnectionError("gpt-4", "refused", phase="connect"), False),
        (httpx2.ConnectError("refused"), False),
        (agent.ModelConnectionError("gpt-4", "broke off", phase="read"), True),
        (TimeoutError(), True),
    ],
)
def test_only_a_request_that_arrived_and_was_not_refused_may_have_cost_money(error, billed):
    assert was_billed(error) is billed
