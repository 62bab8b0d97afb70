"""Run a coroutine to its end so that an interrupt of the night is never lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_AGAIN_SECONDS = 0.5


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run it as `asyncio.run` does; what swallows a cancellation is cancelled again until it has ended.

    A library that waits with a time limit may lose the one cancellation that Control-C is (`asyncio.wait_for`
    of Python 3.11 does when its wait ends at that moment), and the night would wait for the model's limit.
    """
    return asyncio.run(_supervised(work))


async def _supervised(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_AGAIN_SECONDS)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains that it never was
        raise
    return task.result()
