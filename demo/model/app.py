"""The HTTP application: OpenAI's two paths that a builder needs, and `/_model/…` for tests."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from . import wire
from .answering import answer
from .conversation import prompt_text
from .distorting import distorted, written_out
from .faults import Fault, Faults
from .journal import Entry, Journal
from .scripts import ScriptError, Turn
from .tokens import Usage, usage_of

MODELS = ("gpt-4", "gpt-4-turbo", "gpt-5.1", "local-builder")


class BrokenStreamError(Exception):
    """Raised inside a response so that the server drops the connection."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A response, and the tokens it counts; None for an error, which costs nothing."""

    response: Response
    usage: Usage | None = None


@dataclass(slots=True)
class ScriptedModel:
    """The endpoints, with the faults still to come and the journal of what was asked."""

    scripts: Path
    key: str | None = None
    models: tuple[str, ...] = MODELS
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)

    async def complete(self, request: Request) -> Response:
        """Answer POST /v1/chat/completions."""
        body = await _json(request)
        refused = self._refusal(request)
        answered = Answered(refused) if refused else await self._completion(body)
        response = answered.response
        status = 0 if getattr(response, "broken", False) else response.status_code
        usage = answered.usage.as_json() if answered.usage else None
        self.journal.write(Entry(request.method, request.url.path, status, body, usage))
        return response

    async def list_models(self, request: Request) -> Response:
        """Answer GET /v1/models."""
        return self._refusal(request) or JSONResponse(wire.models(self.models))

    async def show_model(self, request: Request) -> Response:
        """Answer GET /v1/models/{name}."""
        name = request.path_params["name"]
        if refusal := self._refusal(request):
            return refusal
        if name in self.models:
            return JSONResponse(wire.model(name))
        missing = wire.error(
            f"The model `{name}` does not exist.", "invalid_request_error", "model_not_found"
        )
        return JSONResponse(missing, 404)

    async def add_fault(self, request: Request) -> Response:
        """Answer POST /_model/faults."""
        try:
            self.faults.add(Fault.of(await request.json()))
        except ValueError as error:
            return JSONResponse(wire.error(str(error), "invalid_request_error"), 400)
        return JSONResponse({"pending": len(self.faults.pending)}, 201)

    async def clear_faults(self, _: Request) -> Response:
        """Answer DELETE /_model/faults."""
        self.faults.clear()
        return Response(status_code=204)

    async def read_journal(self, _: Request) -> Response:
        """Answer GET /_model/journal."""
        return JSONResponse(self.journal.as_json())

    def _refusal(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "").encode()
        if self.key is None or hmac.compare_digest(given, f"Bearer {self.key}".encode()):
            return None
        wrong = wire.error("Incorrect API key provided.", "invalid_request_error", "invalid_api_key")
        return JSONResponse(wrong, 401)

    async def _completion(self, body: Any) -> Answered:
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            return _refused("`messages` must be a list.")
        fault = self.faults.take(str(body.get("model", "")), prompt_text(body["messages"]))
        if fault is not None:
            await asyncio.sleep(fault.hang_seconds)
            if fault.body is not None:
                headers = {**fault.headers, "content-type": fault.content_type}
                return Answered(Response(fault.body, fault.status or 200, headers=headers))
            if fault.status is not None:
                failed = wire.error(fault.message, fault.error_type, fault.error_code)
                return Answered(JSONResponse(failed, fault.status, headers=dict(fault.headers)))
        return self._answer(body, fault or Fault())

    def _answer(self, body: Mapping[str, Any], fault: Fault) -> Answered:
        try:
            turn = written_out(answer(self.scripts, body), fault.calls_as)
        except ScriptError as error:
            return _refused(str(error))
        usage = usage_of(body, turn)
        sent = _streamed(body, turn, usage, fault) if body.get("stream") else _sent(body, turn, usage, fault)
        return Answered(sent, usage)


def _refused(message: str) -> Answered:
    return Answered(JSONResponse(wire.error(message, "invalid_request_error"), 400))


def _sent(body: Mapping[str, Any], turn: Turn, usage: Usage, fault: Fault) -> Response:
    document = distorted(wire.completion(body, turn, usage), fault)
    if not fault.break_stream:
        return JSONResponse(document)
    text = json.dumps(document)
    return BrokenAnswer(iter([text[: len(text) // 2], text[len(text) // 2 :]]), "application/json")


def _streamed(body: Mapping[str, Any], turn: Turn, usage: Usage, fault: Fault) -> Response:
    documents = [distorted(chunk, fault) for chunk in wire.chunks(body, turn, usage)]
    events = [wire.event(chunk) for chunk in documents] + [wire.END_OF_STREAM]
    if fault.cut_stream:
        return EventStream(events[: max(1, len(events) // 2)])
    return BrokenAnswer(iter(events), "text/event-stream") if fault.break_stream else EventStream(events)


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


class BrokenAnswer(StreamingResponse):
    """The first half of an answer, then a dropped connection."""

    broken = True

    def __init__(self, pieces: Iterator[str], media_type: str) -> None:
        super().__init__(_first_half(list(pieces)), media_type=media_type)


async def _first_half(pieces: list[str]) -> AsyncIterator[str]:
    for piece in pieces[: max(1, len(pieces) // 2)]:
        yield piece
    await asyncio.sleep(0.05)  # let the half leave the socket before it is dropped
    raise BrokenStreamError


async def _json(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        return None


def create_app(model: ScriptedModel) -> Starlette:
    """Return the application that serves one scripted model."""
    return Starlette(
        routes=[
            Route("/v1/chat/completions", model.complete, methods=["POST"]),
            Route("/v1/models", model.list_models),
            Route("/v1/models/{name:path}", model.show_model),
            Route("/_model/faults", model.add_fault, methods=["POST"]),
            Route("/_model/faults", model.clear_faults, methods=["DELETE"]),
            Route("/_model/journal", model.read_journal),
        ]
    )
