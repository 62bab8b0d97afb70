"""Try a step again while its fault is a passing one; one that stays leaves the issue to another night."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import tenacity

from ..domain.changes import IssueStatus
from ..domain.errors import Transient
from ..domain.lines import one_line
from ..domain.waits import asked_wait
from ..ports import Desk
from .concluding import conclude
from .reading import open_night

T = TypeVar("T")

TRIES = 3
_LONGEST_OWN_WAIT = 60.0


def patiently(desk: Desk, step: Callable[[], T]) -> T:
    """Repeat a step over passing faults: three tries, waiting as told, else longer each time."""
    own = tenacity.wait_exponential_jitter(multiplier=2, max=_LONGEST_OWN_WAIT)

    def wait(state: tenacity.RetryCallState) -> float:
        asked = asked_wait(state.outcome.exception() if state.outcome else None)
        return own(state) if asked is None else asked

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Transient),
        stop=tenacity.stop_after_attempt(TRIES),
        wait=wait,
        sleep=desk.clock.sleep,
        reraise=True,
    )
    return retrying(step)


def park(desk: Desk, night_id: str, number: int, error: Transient) -> str:
    """End an issue as parked after the last try, and return the reason; nothing of ours is at fault."""
    reason = f"{one_line(str(error), 300)}; tried {TRIES} times, the next night tries again"
    conclude(desk, open_night(desk, night_id), number, IssueStatus.PARKED, reason)
    return reason
