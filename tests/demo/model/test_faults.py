"""Faults on request, seen through OpenAI's own client."""

import json
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


def test_a_body_of_its_own_takes_the_answers_place(running, inject):
    inject(body="<html></html>", headers={"retry-after": "2"})
    key = {"authorization": "Bearer demo-key"}
    answer = httpx.post(f"{running.api_url}/chat/completions", json={"messages": []}, headers=key)
    assert (answer.status_code, answer.text) == (200, "<html></html>")
    assert (answer.headers["content-type"], answer.headers["retry-after"]) == ("text/html", "2")


def test_a_code_may_be_a_number(inject, ask):
    inject(status=429, error_code=429)
    with pytest.raises(openai.RateLimitError) as caught:
        ask()
    assert caught.value.body["code"] == 429


@pytest.mark.parametrize(("form", "opening"), [("fence", "```json"), ("tag", "<tool_call>")])
@pytest.mark.parametrize("stream", [False, True])
def test_calls_can_be_written_into_the_text(inject, ask, form, opening, stream):
    inject(calls_as=form)
    answer = ask(stream=stream)
    if stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)
    else:
        assert answer.choices[0].message.tool_calls is None
        text = answer.choices[0].message.content
    assert opening in text
    assert '"name": "read_file"' in text


def test_arguments_usage_and_the_ending_can_be_spoilt(inject, ask):
    inject(cut_arguments=True, omit_usage=True, finish_reason="odd")
    answer = ask()
    with pytest.raises(ValueError):
        json.loads(answer.choices[0].message.tool_calls[0].function.arguments)
    assert (answer.usage, answer.choices[0].finish_reason) == (None, "odd")


def test_an_answer_can_be_refused_in_words(inject, ask):
    inject(refusal="I will not.")
    assert ask().choices[0].message.refusal == "I will not."


def test_a_stream_can_end_in_the_middle_as_if_it_were_whole(inject, ask):
    inject(cut_stream=True)
    assert not any(chunk.choices[0].finish_reason for chunk in ask(stream=True))
