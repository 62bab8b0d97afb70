"""`/nights/{id}/live`: a night as it happens, as server-sent events that can be resumed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from ...assembly import Overnight
from ...domain.events import Event, EventQuery, EventType
from ...services.leafing import cursor_of, events_after, read_cursor
from ..problems import documented
from ..shapes.ledger import EventDocument
from .reaching import ALWAYS, Desk, NightId, View, router

routes = router("nights", more=(404,))
PAUSE = 1.0
"""Seconds between two looks into the ledger."""
_KEEP_ALIVE = 15.0
_LONGEST = 15 * 60.0
"""Seconds after which a client reconnects, and is authorized anew."""
_ENDS = (EventType.OVERNIGHT_EXECUTION_COMPLETED, EventType.OVERNIGHT_EXECUTION_SKIPPED)
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@routes.get(
    "/nights/{night}/live",
    response_class=StreamingResponse,
    responses={
        **documented(*ALWAYS, 404),
        200: {
            "description": "`event: overnight` with an event's document, its `id:` to resume from; "
            "`event: end` when the night is over.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
    },
)
async def live(
    night: NightId,
    request: Request,
    desk: Desk,
    sight: View,
    last_event_id: Annotated[str, Header(max_length=400)] = "",
) -> StreamingResponse:
    """Follow a night; `Last-Event-ID` resumes after the event that was seen last."""
    await run_in_threadpool(sight.night, night)
    if last_event_id:
        read_cursor(last_event_id)
    stream = _stream(request, desk, night, last_event_id)
    return StreamingResponse(stream, media_type="text/event-stream", headers=_HEADERS)


async def _stream(request: Request, desk: Overnight, night: str, cursor: str) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    waited = lasted = 0.0
    while lasted < _LONGEST and not await request.is_disconnected():
        # Asked before the events are read: what ended the night is then among them.
        over = await run_in_threadpool(_over, desk, night)
        query = EventQuery(night=night)
        found = await run_in_threadpool(events_after, desk, query, cursor)
        for event in found:
            cursor = cursor_of(event)
            yield _message("overnight", _told(event), cursor)
        if found:
            waited = 0.0
            continue
        if over:
            yield _message("end", json.dumps({"night": night}), cursor)
            return
        await asyncio.sleep(PAUSE)
        waited, lasted = waited + PAUSE, lasted + PAUSE
        if waited >= _KEEP_ALIVE:
            waited = 0.0
            yield ": nothing new\n\n"


def _over(desk: Overnight, night: str) -> bool:
    return bool(desk.ledger.events(EventQuery(types=_ENDS, night=night, limit=1)))


def _told(event: Event) -> str:
    return EventDocument.model_validate(event).model_dump_json(exclude={"metadata"})


def _message(kind: str, data: str, cursor: str) -> str:
    return f"event: {kind}\n" + (f"id: {cursor}\n" if cursor else "") + f"data: {data}\n\n"
