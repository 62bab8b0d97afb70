"""Put an answer on the wire as OpenAI does: one JSON document, a stream of chunks, or an error."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from .scripts import Turn
from .tokens import Usage

CREATED = 1_790_000_000
"""A fixed moment in Unix seconds: the same request gets the same bytes."""
PIECE = 48
"""Characters of text or arguments in one streamed chunk."""


def completion(body: Mapping[str, Any], turn: Turn, usage: Usage) -> dict[str, Any]:
    """Return the `chat.completion` document of an answer."""
    message: dict[str, Any] = {"role": "assistant", "content": turn.text, "refusal": turn.refusal}
    if turn.calls:
        message["tool_calls"] = _tool_calls(body, turn)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(turn)}
    return _envelope(body, "chat.completion") | {"choices": [choice], "usage": usage.as_json()}


END_OF_STREAM = "data: [DONE]\n\n"


def chunks(body: Mapping[str, Any], turn: Turn, usage: Usage) -> Iterator[dict[str, Any]]:
    """Yield the documents of a streamed answer, usage last when `stream_options` asks for it."""
    counted = bool((body.get("stream_options") or {}).get("include_usage"))
    envelope = _envelope(body, "chat.completion.chunk") | ({"usage": None} if counted else {})
    for delta in _deltas(body, turn):
        yield envelope | {"choices": [_choice(delta, None)]}
    yield envelope | {"choices": [_choice({}, _finish(turn))]}
    if counted:
        yield envelope | {"choices": [], "usage": usage.as_json()}


def event(document: Mapping[str, Any]) -> str:
    """Return a document as a server-sent event."""
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def error(message: str, kind: str, code: str | int | None = None) -> dict[str, Any]:
    """Return an error document in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def models(names: tuple[str, ...]) -> dict[str, Any]:
    """Return the list of models that are on offer."""
    return {"object": "list", "data": [model(name) for name in names]}


def model(name: str) -> dict[str, Any]:
    """Return the description of one model."""
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "demo"}


def _envelope(body: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{_digest(body)}",
        "object": kind,
        "created": CREATED,
        "model": body.get("model", ""),
        "system_fingerprint": "fp_demo",
    }


def _deltas(body: Mapping[str, Any], turn: Turn) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": None if turn.text is None else ""}
    for piece in _pieces(turn.refusal or ""):
        yield {"refusal": piece}
    for piece in _pieces(turn.text or ""):
        yield {"content": piece}
    for index, call in enumerate(_tool_calls(body, turn)):
        function = call["function"]
        opening = call | {"index": index, "function": {"name": function["name"], "arguments": ""}}
        yield {"tool_calls": [opening]}
        for piece in _pieces(function["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _tool_calls(body: Mapping[str, Any], turn: Turn) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{_digest(body)}_{index}",
            "type": "function",
            "function": {"name": call.tool, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
        }
        for index, call in enumerate(turn.calls)
    ]


def _choice(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _finish(turn: Turn) -> str:
    return "tool_calls" if turn.calls else "stop"


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))


def _digest(body: Mapping[str, Any]) -> str:
    said = [body.get("model"), body["messages"]]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:20]
