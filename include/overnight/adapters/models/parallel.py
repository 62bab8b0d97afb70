"""At most so many requests at once to one model, from this process.

Every worker process counts for itself: the real bound is processes times the limit.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from .endpoints import ModelEndpoint

_LOOK_AGAIN_SECONDS = 0.05
_turnstiles: dict[tuple[str, str, int], threading.BoundedSemaphore] = {}
_lock = threading.Lock()


@asynccontextmanager
async def taking_turns(endpoint: ModelEndpoint) -> AsyncGenerator[None]:
    """Hold one of the endpoint's places, waiting for one when all are taken; no limit, no wait."""
    if endpoint.parallel is None:
        yield
        return
    turnstile = _turnstile(endpoint.base_url, endpoint.model, endpoint.parallel)
    # Attempts run in event loops of their own threads, so no asyncio lock would do; and a thread that waited
    # in acquire() for a cancelled attempt would take a place that nobody gives back.
    while not turnstile.acquire(blocking=False):
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    try:
        yield
    finally:
        turnstile.release()


def _turnstile(url: str, model: str, places: int) -> threading.BoundedSemaphore:
    with _lock:
        return _turnstiles.setdefault((url, model, places), threading.BoundedSemaphore(places))
