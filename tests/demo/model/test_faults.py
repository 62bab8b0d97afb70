"""Faults on request, seen through OpenAI's own client."""

import time

import httpx
import openai
import pytest

from demo.model import Fault
from demo.model.faults import Faults


@pytest.fixture
def inject(running):
    def post(**fault):
        return httpx.post(f"{running.url}/_model/faults", json=fault)

    return post


@pytest.fixture
def ask(client, prompt):
    def create(model="gpt-4", **options):
        return client.chat.completions.create(model=model, messages=prompt(), **options)

    return create


def test_a_fault_strikes_as_often_as_asked_and_then_no_more(inject, ask):
    assert inject(times=2, status=503).status_code == 201
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            ask()
    assert ask().choices


def test_a_fault_strikes_only_the_models_it_names(inject, ask):
    inject(model="gpt-5.*", status=404, error_type="invalid_request_error", error_code="model_not_found")
    assert ask("gpt-4").choices
    with pytest.raises(openai.NotFoundError) as gone:
        ask("gpt-5.1")
    assert gone.value.code == "model_not_found"


def test_a_fault_may_be_kept_for_one_issue(inject, ask):
    inject(match=r"Issue #99:", status=500)
    assert ask().choices


@pytest.mark.parametrize("code", ["rate_limit_exceeded", "insufficient_quota"])
def test_a_rate_limit_carries_code_and_headers(inject, ask, code):
    inject(status=429, error_type="requests", error_code=code, headers={"retry-after": "7"})
    with pytest.raises(openai.RateLimitError) as limited:
        ask()
    assert limited.value.code == code
    assert limited.value.response.headers["retry-after"] == "7"


def test_a_hang_outlasts_the_clients_patience(inject, ask):
    inject(hang_seconds=2.0)
    with pytest.raises(openai.APITimeoutError):
        ask(timeout=0.2)


def test_a_short_hang_ends_in_the_real_answer(inject, ask):
    inject(hang_seconds=0.2)
    started = time.monotonic()
    assert ask().choices
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("stream", [False, True])
def test_a_broken_answer_drops_the_connection(running, inject, ask, stream):
    inject(break_stream=True)
    with pytest.raises((openai.APIConnectionError, httpx.RemoteProtocolError)):
        list(ask(stream=stream))
    assert running.model.journal.entries[-1].status == 0
    assert ask().choices


def test_a_fault_that_makes_no_sense_is_refused(inject):
    assert inject(colour="red").status_code == 400
    assert inject(model="(").status_code == 400


def test_faults_are_taken_oldest_first_and_can_be_cleared():
    faults = Faults()
    faults.add(Fault(status=500))
    faults.add(Fault(status=502, times=2))
    assert [faults.take("gpt-4", "").status for _ in range(2)] == [500, 502]
    faults.clear()
    assert faults.take("gpt-4", "") is None


def test_pending_faults_are_cleared_over_http(running, inject, ask):
    inject(times=9, status=500)
    assert httpx.delete(f"{running.url}/_model/faults").status_code == 204
    assert ask().choices
