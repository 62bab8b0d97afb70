"""Where a conversation stands, read from its messages alone."""

import pytest

from demo.model.conversation import Position, position_of


def user(text):
    return {"role": "user", "content": text}


ASSISTANT = {"role": "assistant", "content": "…"}
OPENING = user("Issue #12: Make it better\nAttempt 1 on tier gpt-5.1\n\nBody")


def test_an_opening_asks_for_the_first_turn():
    assert position_of([OPENING]) == Position(issue=12, attempt=1, tier="gpt-5.1", turn=0)


def test_each_assistant_message_is_one_turn_further():
    tool = {"role": "tool", "content": "Attempt 9 on tier gpt-4"}
    assert position_of([OPENING, ASSISTANT, tool, ASSISTANT, tool]).turn == 2


def test_a_new_attempt_in_the_same_conversation_starts_again():
    again = user("The tests failed.\nAttempt 2 on tier gpt-4-turbo.")
    assert position_of([OPENING, ASSISTANT, again]) == Position(12, 2, "gpt-4-turbo", 0)
    assert position_of([OPENING, ASSISTANT, again, ASSISTANT]).turn == 1


def test_a_nudge_does_not_start_again():
    assert position_of([OPENING, ASSISTANT, user("Please go on.")]).turn == 1


def test_the_first_issue_named_is_the_issue():
    assert position_of([OPENING, user("Issue #3: another")]).issue == 12
    assert position_of([user("Issue #12: one\nIssue #3: other\nAttempt 1 on tier gpt-4")]).issue == 12


@pytest.mark.parametrize(
    "text",
    ["## Issue #12: title\n**Attempt 2 on tier `gpt-4`**", "- Issue #12: t\n- Attempt 2 on tier gpt-4."],
)
def test_markup_around_the_lines_does_no_harm(text):
    found = position_of([user(text)])
    assert (found.issue, found.attempt) == (12, 2)


def test_content_in_parts_is_read_as_well():
    parts = [{"type": "text", "text": "Issue #12: t"}, {"type": "text", "text": "Attempt 3 on tier gpt-4"}]
    assert position_of([{"role": "user", "content": parts}]) == Position(12, 3, "gpt-4", 0)


def test_a_request_that_names_neither_has_no_position():
    assert position_of([user("see Issue #12: in the middle of a line")]) == Position(None, None, "", 0)
