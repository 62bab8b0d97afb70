"""Calls that a server wrote into its text become calls, and nothing else does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_ai.messages import ModelResponse, TextPart, ThinkingPart, ToolCallPart

from include.overnight.adapters.models.text_calls import with_real_calls

OFFERED = {"read_file", "run_command"}
CALL = '{"name": "read_file", "arguments": {"path": "a.py"}}'


def read(text: str) -> ModelResponse:
    return with_real_calls(ModelResponse([TextPart(text)], finish_reason="stop"), OFFERED)


def calls(text: str) -> list[tuple[str, object]]:
    return [(p.tool_name, p.args_as_dict()) for p in read(text).parts if isinstance(p, ToolCallPart)]


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{CALL}\n```",
        f"```\n{CALL}\n```",
        f"```tool_call\r\n{CALL}\r\n```",
        f"I will look.\n\n```json\n{CALL}\n```\nThen I go on.",
        f"<tool_call>{CALL}</tool_call>",
        f"<tool_call>\n{CALL}\n",
        CALL,
        f"[{CALL}]",
        '```json\n{"tool": "read_file", "args": {"path": "a.py"}}\n```',
        '```json\n{"tool_name": "read_file", "parameters": {"path": "a.py"}}\n```',
        '```json\n{"function": {"name": "read_file", "arguments": {"path": "a.py"}}}\n```',
        '```json\n{"name": "read_file", "arguments": "{\\"path\\": \\"a.py\\"}"}\n```',
    ],
)
def test_a_call_in_every_form_that_servers_write(text):
    assert calls(text) == [("read_file", {"path": "a.py"})]


def test_words_before_a_call_stay_and_words_after_it_do_not():
    parts = read(f"I look.\n```json\n{CALL}\n```\n[result] all is well").parts
    assert parts[0] == TextPart("I look.")
    assert len(parts) == 2, "what a model says about a result it has not seen is made up"


def test_several_calls_keep_their_order():
    second = '{"name": "run_command", "arguments": {"command": "ls"}}'
    assert [name for name, _ in calls(f"```json\n{CALL}\n{second}\n```")] == ["read_file", "run_command"]
    assert [name for name, _ in calls(f"```json\n{second}\n```\n```json\n{CALL}\n```")] == [
        "run_command",
        "read_file",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Done.",
        '```json\n{"name": "delete_everything", "arguments": {}}\n```',
        '```json\n{"name": "read_file", "arguments": 7}\n```',
        '```json\n{"name": ["read_file"], "arguments": {}}\n```',
        '```json\n{"name": "read_file", "arg',
        '```python\nread_file("a.py")\n```',
        "```json\n[1, 2]\n```",
        "{",
    ],
)
def test_what_is_no_call_of_an_offered_tool_stays_as_it_was(text):
    response = ModelResponse([TextPart(text)], finish_reason="stop")
    assert with_real_calls(response, OFFERED) is response


def test_thinking_is_not_acted_upon():
    response = ModelResponse([ThinkingPart(f"```json\n{CALL}\n```"), TextPart("Done.")])
    assert with_real_calls(response, OFFERED) is response


def test_a_call_without_arguments_has_none():
    assert calls('<tool_call>{"name": "run_command"}</tool_call>') == [("run_command", {})]


def test_a_flood_of_calls_is_capped():
    assert len(calls("\n".join([f"```json\n{CALL}\n```"] * 90))) == 16


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='{}[]":,`\n <>/tool_callreadfilenamarguments', max_size=200))
def test_no_text_breaks_the_reader(text):
    assert read(text).parts


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=10), st.text(max_size=30), max_size=4))
def test_arguments_arrive_as_they_were_written(arguments):
    written = json.dumps({"name": "run_command", "arguments": arguments})
    assert calls(f"<tool_call>\n{written}\n</tool_call>") == [("run_command", arguments)]
