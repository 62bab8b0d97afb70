"""An interrupt ends what waits for a model, even where a library loses the first cancellation."""

import asyncio
import signal
import time

import pytest

from include.overnight.adapters.models.interruptible import run_to_end


async def deaf(times):
    """Wait for ever, and lose as many cancellations."""
    asyncio.get_running_loop().call_later(0.1, signal.raise_signal, signal.SIGINT)
    for _ in range(times):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue
    await asyncio.sleep(60)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_an_interrupt_is_not_lost(times):
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_to_end(deaf(times))
    assert time.monotonic() - began < 20


def test_a_result_and_an_error_come_through():
    async def answer():
        return 42

    async def failure():
        raise LookupError("nothing")

    assert run_to_end(answer()) == 42
    with pytest.raises(LookupError, match="nothing"):
        run_to_end(failure())
