"""Choose the answer to a request: a fitting reply, else advice where it is asked for, else the next turn."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .advising import advice
from .conversation import Message, Position, position_of, prompt_text, text_of
from .distorting import written_out
from .scripts import (
    SHARED_REPLIES,
    Attempt,
    Reply,
    Script,
    ScriptError,
    ToolCall,
    Turn,
    load_script,
    script_path,
)

FINISHED = Turn("The change is complete; nothing is left to do.", ())


def answer(folder: Path, body: Mapping[str, Any]) -> Turn:
    """Return the assistant message for one request body; the same body always gets the same answer.

    :raises ScriptError: no script or reply fits; the message names the file and key wanted.
    """
    messages = body["messages"]
    position = position_of(messages)
    script = _script(folder, position)
    reply = _fitting(_replies(folder, script), prompt_text(messages)) or _advice(messages)
    if reply is not None:
        return _speak(reply, body)
    attempt = _attempt(folder, script, position, str(body.get("model", "")))
    return written_out(_next_turn(attempt, position.turn), attempt.calls_as)


def _advice(messages: Sequence[Message]) -> Reply | None:
    """A builder's prompt may hold an issue with the advisor's words in it, but does not begin with them."""
    return next((advice(text_of(message)) for message in messages if message.get("role") == "user"), None)


def _script(folder: Path, position: Position) -> Script | None:
    if position.issue is None:
        return None
    path = script_path(folder, position.issue)
    return load_script(path) if path.exists() or position.attempt is not None else None


def _replies(folder: Path, script: Script | None) -> Iterable[Reply]:
    yield from script.replies if script else ()
    shared = folder / SHARED_REPLIES
    if shared.exists():
        yield from load_script(shared).replies


def _fitting(replies: Iterable[Reply], prompt: str) -> Reply | None:
    return next((reply for reply in replies if reply.when.search(prompt)), None)


def _attempt(folder: Path, script: Script | None, position: Position, model: str) -> Attempt:
    if position.issue is None:
        raise ScriptError(
            f"no `Issue #N:` line in the prompt and no reply in {folder / SHARED_REPLIES} fits it"
        )
    wanted = script_path(folder, position.issue)
    if position.attempt is None or script is None:
        raise ScriptError(
            f"no `Attempt N on tier T` line, and no [[replies]] of {wanted} or {SHARED_REPLIES} fits"
        )
    found = script.attempt(position.attempt, position.tier, model)
    if found is None:
        raise ScriptError(f"{wanted} has no [[attempts]] for tier {position.tier} and model {model}")
    return found


def _next_turn(attempt: Attempt, turn: int) -> Turn:
    if turn < len(attempt.turns):
        return attempt.turns[turn]
    closing = attempt.turns[-1].text
    return Turn(closing, ()) if closing else FINISHED


def _speak(reply: Reply, body: Mapping[str, Any]) -> Turn:
    if reply.arguments is None:
        return Turn(reply.text, ())
    tool = reply.tool or _output_tool(body.get("tools") or ())
    if tool is None:
        return Turn(json.dumps(reply.arguments, ensure_ascii=False), ())
    return Turn(reply.text, (ToolCall(tool, reply.arguments),))


def _output_tool(tools: Sequence[Mapping[str, Any]]) -> str | None:
    """Name the tool that takes a structured result: `final_result…`, or the only one on offer."""
    names = [str(tool["function"]["name"]) for tool in tools if tool.get("type") == "function"]
    results = [name for name in names if name.startswith("final_result")]
    return results[0] if results else names[0] if len(names) == 1 else None
