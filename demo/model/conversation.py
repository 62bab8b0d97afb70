"""Find out, from a request alone, where in which script the conversation stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ISSUE_LINE = re.compile(r"^[^\w\n]*Issue #(\d+):", re.MULTILINE)
ATTEMPT_LINE = re.compile(r"^[^\w\n]*Attempt (\d+) on tier [`*]*([\w.-]*\w)", re.MULTILINE)

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Position:
    """The place a request has reached; a number is None when the request does not say it."""

    issue: int | None
    attempt: int | None
    tier: str
    turn: int
    """Assistant messages since the attempt began: 0 asks for the first turn."""


def position_of(messages: Sequence[Message]) -> Position:
    """Read the issue from the first user message that names one, the attempt from the last that does."""
    issue = next((found for message in messages if (found := _in_user_text(ISSUE_LINE, message))), None)
    start, attempt = _last_attempt(messages)
    turn = sum(message.get("role") == "assistant" for message in messages[start:])
    return Position(
        issue=int(issue[1]) if issue else None,
        attempt=int(attempt[1]) if attempt else None,
        tier=attempt[2] if attempt else "",
        turn=turn,
    )


def text_of(message: Message) -> str:
    """Return a message's words, whether its content is a string or a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content)


def prompt_text(messages: Sequence[Message]) -> str:
    """Return everything the caller said: system, developer and user text, in order."""
    return "\n".join(text_of(message) for message in messages if message.get("role") in CALLER_ROLES)


CALLER_ROLES = frozenset({"system", "developer", "user"})


def _in_user_text(pattern: re.Pattern[str], message: Message) -> re.Match[str] | None:
    return pattern.search(text_of(message)) if message.get("role") == "user" else None


def _last_attempt(messages: Sequence[Message]) -> tuple[int, re.Match[str] | None]:
    for index in range(len(messages) - 1, -1, -1):
        if found := _in_user_text(ATTEMPT_LINE, messages[index]):
            return index, found
    return 0, None
