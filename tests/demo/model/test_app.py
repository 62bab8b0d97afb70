"""The model as OpenAI's own client sees it."""

import json
import socket

import httpx
import openai
import pytest

from demo.model import running_model


def test_an_answer_carries_words_tool_calls_and_usage(client, prompt):
    answer = client.chat.completions.create(model="gpt-4", messages=prompt())
    (choice,) = answer.choices
    assert choice.message.content == "I look first."
    assert choice.finish_reason == "tool_calls"
    (call,) = choice.message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("read_file", {"path": "a.py"})
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_a_whole_conversation_is_told_turn_by_turn_and_ends_in_words(client, prompt):
    messages, told = prompt(), []
    for _ in range(4):
        message = client.chat.completions.create(model="gpt-4", messages=messages).choices[0].message
        told.append([call.function.name for call in message.tool_calls or ()] or message.content)
        messages.append(message.model_dump(exclude_none=True))
        messages += [
            {"role": "tool", "tool_call_id": call.id, "content": "ok"} for call in message.tool_calls or ()
        ]
    assert told == [["read_file"], ["write_file", "run_command"], "Done.", "Done."]


def test_a_stream_says_the_same_as_a_document(client, prompt):
    messages = [*prompt(), {"role": "assistant", "content": "I look first."}]
    whole = client.chat.completions.create(model="gpt-4", messages=messages)
    with client.chat.completions.stream(
        model="gpt-4", messages=messages, stream_options={"include_usage": True}
    ) as stream:
        streamed = stream.get_final_completion()
    assert streamed.id == whole.id
    assert streamed.usage == whole.usage
    calls = [[call.model_dump(include={"id", "function"}) for call in answer.choices[0].message.tool_calls]
             for answer in (whole, streamed)]  # fmt: skip
    plain = [[(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in found] for found in calls]
    assert plain[0] == plain[1]
    assert len(plain[0]) == 2


def test_a_stream_counts_tokens_only_when_asked(client, prompt):
    chunks = list(client.chat.completions.create(model="gpt-4", messages=prompt(), stream=True))
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_the_same_request_gets_the_same_bytes(running, prompt):
    headers = {"Authorization": "Bearer demo-key"}
    for stream in (False, True):
        body = {"model": "gpt-4", "messages": prompt(), "stream": stream}
        url = f"{running.api_url}/chat/completions"
        first, second = (httpx.post(url, json=body, headers=headers).content for _ in range(2))
        assert first == second


def test_what_an_earlier_request_sent_counts_as_cached(client, prompt):
    opening = prompt()
    opening[0]["content"] = "You build. " * 1000
    later = [*opening, {"role": "assistant", "content": "x"}, {"role": "user", "content": "go on"}]
    fresh, cached = (
        client.chat.completions.create(model="gpt-4", messages=m).usage for m in (opening, later)
    )
    assert fresh.prompt_tokens_details.cached_tokens == 0
    assert 0 < cached.prompt_tokens_details.cached_tokens <= fresh.prompt_tokens
    assert cached.prompt_tokens_details.cached_tokens % 128 == 0


def test_a_reviewer_gets_its_reply_through_the_result_tool_or_as_json(client):
    messages = [
        {"role": "system", "content": "You are a reviewer."},
        {"role": "user", "content": "Issue #12: Make it better"},
    ]
    tool = {"type": "function", "function": {"name": "final_result", "parameters": {"type": "object"}}}
    with_tool = client.chat.completions.create(model="gpt-5.1", messages=messages, tools=[tool])
    (call,) = with_tool.choices[0].message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("final_result", {"accepted": True})
    plain = client.chat.completions.create(model="gpt-5.1", messages=messages)
    assert json.loads(plain.choices[0].message.content) == {"accepted": True}


def test_a_shared_reply_needs_no_issue(client):
    answer = client.chat.completions.create(model="x", messages=[{"role": "user", "content": "Say hello"}])
    assert answer.choices[0].message.content == "Hello."


def test_a_wrong_key_is_refused_without_repeating_it(running, prompt):
    with openai.OpenAI(base_url=running.api_url, api_key="not-it", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError) as refused:
            stranger.chat.completions.create(model="gpt-4", messages=prompt())
        with pytest.raises(openai.AuthenticationError):
            stranger.models.list()
    assert refused.value.code == "invalid_api_key"
    assert "not-it" not in str(refused.value)


def test_without_a_key_of_its_own_the_model_takes_any(scripts, prompt):
    with (
        running_model(scripts) as open_model,
        openai.OpenAI(base_url=open_model.api_url, api_key="any") as client,
    ):
        assert client.chat.completions.create(model="gpt-4", messages=prompt()).choices


def test_the_models_are_listed_and_an_unknown_one_is_not_found(client):
    assert [model.id for model in client.models.list()] == [
        "gpt-4",
        "gpt-4-turbo",
        "gpt-5.1",
        "local-builder",
    ]
    assert client.models.retrieve("gpt-5.1").id == "gpt-5.1"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")


def test_an_issue_without_script_names_the_file_wanted(client, prompt):
    with pytest.raises(openai.BadRequestError, match=r"007\.toml") as refused:
        client.chat.completions.create(model="gpt-4", messages=prompt(issue=7))
    assert refused.value.type == "invalid_request_error"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"messages": "hello"}'])
def test_a_body_that_is_no_request_is_refused(running, body):
    headers = {"Authorization": "Bearer demo-key", "Content-Type": "application/json"}
    answer = httpx.post(f"{running.api_url}/chat/completions", content=body, headers=headers)
    assert answer.status_code == 400
    assert "messages" in answer.json()["error"]["message"]


def test_the_journal_holds_every_body_and_no_header(running, client, prompt, tmp_path):
    client.chat.completions.create(model="gpt-4", messages=prompt())
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="gpt-4", messages=prompt(issue=7))
    entries = httpx.get(f"{running.url}/_model/journal").json()
    assert [entry["status"] for entry in entries] == [200, 400]
    assert entries[0]["body"]["messages"] == prompt()
    assert entries[0]["usage"]["total_tokens"] > 0
    assert entries[1]["usage"] is None
    lines = (tmp_path / "journal.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in lines.splitlines()] == entries
    assert "demo-key" not in lines


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_has_words_of_its_own_and_costs_what_it_took_to_read_and_write(
    scripts, running, client, prompt, stream
):
    (scripts / "013.toml").write_text('[[attempts]]\nturns = [{ refusal = "I cannot help with poison." }]\n')
    asked = {"model": "gpt-4", "messages": prompt(issue=13)}
    if stream:
        with client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as answering:
            answer = answering.get_final_completion()
    else:
        answer = client.chat.completions.create(**asked)
    message = answer.choices[0].message
    assert message.refusal == "I cannot help with poison."
    assert not message.content
    assert not message.tool_calls
    assert answer.usage.completion_tokens > 0
    assert running.model.journal.entries[-1].usage["total_tokens"] == answer.usage.total_tokens


def test_a_script_of_a_small_local_model_writes_its_calls_into_the_text(scripts, client, prompt):
    text = '[[attempts]]\ncalls_as = "fence"\nturns = [{ tool = "read_file", arguments = { path = "a" } }]\n'
    (scripts / "014.toml").write_text(text)
    answer = client.chat.completions.create(model="pantry-coder", messages=prompt(issue=14))
    message = answer.choices[0].message
    assert not message.tool_calls
    assert '{"name": "read_file", "arguments": {"path": "a"}}' in message.content
    assert "```json" in message.content


def test_nothing_listens_once_the_block_is_left(scripts):
    with running_model(scripts) as model:
        port = int(model.url.rsplit(":", 1)[1])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
