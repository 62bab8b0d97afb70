"""The conversation as it is sent: shortened once when it no longer fits, with notes of ours added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

KEPT_EXCHANGES = 3
"""Exchanges (an answer and what came back for its calls) that stay word for word."""
LONGEST_RESULT = 6000
"""Characters that stay of one result in a kept exchange."""
_SUMMARY_LINES = 80
_LONGEST_LINE = 160
_OPENING = (
    "[note] The conversation did not fit any more. What you did so far is listed here; results are left out,"
    " so read a file again before you change it."
)


@dataclass(slots=True)
class History:
    """What replaces the agent's own list of messages, which keeps everything.

    :param folded: how many of the agent's messages `prefix` stands for.
    """

    prefix: list[ModelMessage] = field(default_factory=list)
    folded: int = 0
    notes: dict[int, list[ModelRequestPart]] = field(default_factory=dict)

    def sent(self, messages: Sequence[ModelMessage]) -> list[ModelMessage]:
        """Return the messages to send for the agent's."""
        rest = list(enumerate(messages))[self.folded :]
        return [*self.prefix, *(_with(message, self.notes.get(index, ())) for index, message in rest)]

    def shorten(self, messages: Sequence[ModelMessage]) -> bool:
        """Leave out all but the task and the last exchanges; False when there is nothing to leave out."""
        before = self.sent(messages)
        after = shortened(before)
        if _size(after) >= _size(before):
            return False
        self.prefix, self.folded = after, len(messages)
        return True

    def add_note(self, messages: Sequence[ModelMessage], text: str) -> None:
        """Say something to the model at the end of the conversation so far."""
        note = UserPromptPart(text)
        if self.folded == len(messages):
            self.prefix[-1] = _with(self.prefix[-1], [note])
        else:
            self.notes.setdefault(len(messages) - 1, []).append(note)


def shortened(messages: Sequence[ModelMessage]) -> list[ModelMessage]:
    """Return the first message with a list of what was done, and the last exchanges; pairs stay together."""
    answers = [index for index, message in enumerate(messages) if isinstance(message, ModelResponse)]
    start = answers[-KEPT_EXCHANGES] if len(answers) >= KEPT_EXCHANGES else min(answers, default=1)
    kept = [_clipped(message) for message in messages[start:]]
    done = list(_deeds(messages[1:start]))
    if not done:
        return [messages[0], *kept]
    lines = done if len(done) <= _SUMMARY_LINES else [f"- … {len(done) - _SUMMARY_LINES} earlier steps"]
    if lines is not done:
        lines += done[-_SUMMARY_LINES:]
    return [_with(messages[0], [UserPromptPart("\n".join([_OPENING, *lines]))]), *kept]


def _deeds(messages: Iterable[ModelMessage]) -> Iterable[str]:
    """Yield a line for every call that was made and every sentence that was said."""
    for message in messages:
        if not isinstance(message, ModelResponse):
            continue
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                yield f"- {part.tool_name} {_line(part.args_as_json_str())}"
            elif isinstance(part, TextPart) and part.content.strip():
                yield f"- you said: {_line(part.content)}"


def _line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_LINE else f"{flat[:_LONGEST_LINE]}…"


def _with(message: ModelMessage, parts: Sequence[ModelRequestPart]) -> ModelMessage:
    if not parts or not isinstance(message, ModelRequest):
        return message
    return replace(message, parts=[*message.parts, *parts])


def _clipped(message: ModelMessage) -> ModelMessage:
    if not isinstance(message, ModelRequest):
        return message
    return replace(message, parts=[_clipped_part(part) for part in message.parts])


def _clipped_part(part: ModelRequestPart) -> ModelRequestPart:
    if type(part) is not ToolReturnPart or not isinstance(part.content, str):
        return part
    text, half = part.content, LONGEST_RESULT // 2
    if len(text) <= LONGEST_RESULT:
        return part
    note = f"\n[… {len(text) - 2 * half} characters left out to save room …]\n"
    clipped: ToolReturnPart[Any] = replace(part, content=text[:half] + note + text[-half:])  # type: ignore[arg-type]
    return clipped


def _size(messages: Iterable[ModelMessage]) -> int:
    return sum(len(str(message.parts)) for message in messages)
