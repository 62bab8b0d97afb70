"""OpenAI's Responses on top of the scripted model: the same scripts, for agents that speak nothing else."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import wire
from .answering import answer
from .app import EventStream, ScriptedModel, create_app
from .conversation import prompt_text
from .journal import Entry
from .scripts import ScriptError, ToolCall, Turn
from .tokens import Usage, usage_of

_PATH = "/v1/responses"
_ROLES = {"developer": "system"}


def create_responses_app(model: ScriptedModel) -> Starlette:
    """Return the scripted model's application with the path of Responses before its own."""

    async def respond(request: Request) -> Response:
        body = await request.json()
        status, response, usage = _answered(model, request.headers.get("authorization", ""), body)
        model.journal.write(Entry("POST", _PATH, status, body, usage.as_json() if usage else None))
        return response

    app = create_app(model)
    app.router.routes.insert(0, Route(_PATH, respond, methods=["POST"]))
    return app


def _answered(model: ScriptedModel, proof: str, body: Any) -> tuple[int, Response, Usage | None]:
    if model.key is not None and proof != f"Bearer {model.key}":
        wrong = wire.error("Incorrect API key provided.", "invalid_request_error", "invalid_api_key")
        return 401, JSONResponse(wrong, 401), None
    chat = as_chat(body)
    fault = model.faults.take(str(body.get("model", "")), prompt_text(chat["messages"]))
    if fault is not None and fault.status is not None:
        failed = wire.error(fault.message, fault.error_type, fault.error_code)
        return fault.status, JSONResponse(failed, fault.status, headers=dict(fault.headers)), None
    try:
        turn = answer(model.scripts, chat)
    except ScriptError as error:
        return 400, JSONResponse(wire.error(str(error), "invalid_request_error"), 400), None
    usage = usage_of(chat, turn)
    document = response_document(body, turn, usage)
    if body.get("stream"):
        return 200, EventStream([_event(event) for event in events(document)]), usage
    return 200, JSONResponse(document), usage


def as_chat(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chat request that says the same; an answer's calls become one message of the assistant."""
    messages: list[dict[str, Any]] = []
    if body.get("instructions"):
        messages.append({"role": "system", "content": body["instructions"]})
    given = body.get("input") or ()
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    for item in given:
        messages.extend(_messages(item, messages))
    return {"model": body.get("model"), "messages": messages, "tools": body.get("tools") or ()}


def _messages(item: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    match item.get("type", "message"):
        case "message":
            role = str(item.get("role"))
            return [{"role": _ROLES.get(role, role), "content": item.get("content")}]
        case "function_call" | "custom_tool_call" if not (before and before[-1].get("calls")):
            return [{"role": "assistant", "content": json.dumps(dict(item)), "calls": True}]
        case "function_call_output" | "custom_tool_call_output":
            return [{"role": "tool", "content": json.dumps(item.get("output"))}]
        case _:
            return []


def response_document(body: Mapping[str, Any], turn: Turn, usage: Usage) -> dict[str, Any]:
    """Return the completed `response` of an answer."""
    said = [_said(body, turn.text or turn.refusal or "")] if turn.text or turn.refusal else []
    return {
        "id": f"resp_{_digest(body)}",
        "object": "response",
        "created_at": wire.CREATED,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": body.get("model", ""),
        "output": [*said, *(_call(body, number, call) for number, call in enumerate(turn.calls))],
        "parallel_tool_calls": False,
        "store": False,
        "usage": {
            "input_tokens": usage.prompt,
            "input_tokens_details": {"cached_tokens": usage.cached},
            "output_tokens": usage.completion,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.prompt + usage.completion,
        },
    }


def _said(body: Mapping[str, Any], text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {
        "id": f"msg_{_digest(body)}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": content,
    }


def _call(body: Mapping[str, Any], number: int, call: ToolCall) -> dict[str, Any]:
    return {
        "id": f"fc_{_digest(body)}_{number}",
        "type": "function_call",
        "call_id": f"call_{_digest(body)}_{number}",
        "name": call.tool,
        "arguments": json.dumps(call.arguments, ensure_ascii=False),
        "status": "completed",
    }


def events(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the events of a streamed response; whole items, since no agent shows half a word here."""
    begun = {**document, "status": "in_progress", "output": [], "usage": None}
    told: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    for index, item in enumerate(document["output"]):
        told.append({"type": "response.output_item.added", "output_index": index, "item": item})
        told.append({"type": "response.output_item.done", "output_index": index, "item": item})
    told.append({"type": "response.completed", "response": dict(document)})
    for number, event in enumerate(told):
        yield event | {"sequence_number": number}


def _event(event: Mapping[str, Any]) -> str:
    return f"event: {event['type']}\n{wire.event(event)}"


def _digest(body: Mapping[str, Any]) -> str:
    said = [body.get("model"), body.get("input")]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:20]
