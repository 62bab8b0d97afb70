"""A conversation that no longer fits is shortened once, and no call loses its result."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from include.overnight.adapters.models.compaction import KEPT_EXCHANGES, LONGEST_RESULT, History, shortened

TASK = ModelRequest([UserPromptPart("Issue #12: do it")], instructions="You build.")


def exchange(number: int, result: str = "ok", words: str = "") -> list[ModelMessage]:
    call = ToolCallPart("read_file", {"path": f"file{number}.py"}, f"call{number}")
    said = [TextPart(words)] if words else []
    return [
        ModelResponse([*said, call]),
        ModelRequest([ToolReturnPart("read_file", result, f"call{number}")]),
    ]


def conversation(*results: str) -> list[ModelMessage]:
    return [TASK, *(message for index, result in enumerate(results) for message in exchange(index, result))]


def words(messages: list[ModelMessage]) -> str:
    return "\n".join(str(part.content) for m in messages for part in m.parts if hasattr(part, "content"))


def test_the_task_a_list_of_what_was_done_and_the_last_exchanges_stay():
    short = shortened(conversation(*["x" * 500] * 10))
    assert short[0].parts[0] == TASK.parts[0]
    assert short[0].instructions == "You build."
    assert '- read_file {"path":"file0.py"}' in words(short)
    assert len(short) == 1 + 2 * KEPT_EXCHANGES
    assert "x" * 500 in words(short)


def test_what_the_model_said_is_in_the_list_on_one_line():
    messages = [TASK, *exchange(0, words="First\nI look."), *(m for n in range(1, 5) for m in exchange(n))]
    assert "- you said: First I look." in words(shortened(messages)).splitlines()


def test_a_long_result_keeps_its_beginning_and_its_end():
    text = "begin" + "x" * 3 * LONGEST_RESULT + "end"
    result = shortened(conversation(text))[-1].parts[0].content
    assert result.startswith("begin")
    assert result.endswith("end")
    assert len(result) < LONGEST_RESULT + 100


def test_a_long_history_is_listed_from_its_end():
    listed = words(shortened(conversation(*["ok"] * 300))).splitlines()
    assert any("earlier steps" in line for line in listed)
    assert '- read_file {"path":"file296.py"}' in listed
    assert '- read_file {"path":"file1.py"}' not in listed


def test_a_conversation_of_one_message_cannot_be_shortened():
    history = History()
    assert not history.shorten([TASK])
    assert history.sent([TASK]) == [TASK]


def test_what_comes_after_is_sent_behind_the_shortened_part():
    history, messages = History(), conversation(*["x" * 900] * 8)
    assert history.shorten(messages)
    later = [*messages, *exchange(99, "fresh")]
    sent = history.sent(later)
    assert sent[: -len(exchange(99))] == history.sent(messages)
    assert sent[-2:] == later[-2:]
    assert len(sent) < len(later)


def test_notes_stay_where_they_were_said():
    history, messages = History(), conversation("one")
    history.add_note(messages, "mind the gap")
    later = [*messages, *exchange(7)]
    assert "mind the gap" in words([history.sent(later)[2]])
    assert len(history.sent(later)) == len(later)
    assert "mind the gap" not in words(later), "the agent's own list stays as it is"


def test_a_note_after_a_compaction_is_at_its_end():
    history, messages = History(), conversation(*["x" * 900] * 8)
    history.shorten(messages)
    history.add_note(messages, "mind the gap")
    assert "mind the gap" in words(history.sent(messages)[-1:])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12))
def test_every_call_that_is_sent_is_followed_by_its_result(results):
    sent = shortened(conversation(*results))
    calls = [part.tool_call_id for m in sent for part in m.parts if isinstance(part, ToolCallPart)]
    returns = [part.tool_call_id for m in sent for part in m.parts if isinstance(part, ToolReturnPart)]
    assert calls == returns
    assert isinstance(sent[0], ModelRequest)
    assert all(type(one) is not type(two) for one, two in pairwise(sent))
