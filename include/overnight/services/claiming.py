"""Hold an issue and a seat while working: leases that a heartbeat renews, and a word when one is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from ..domain.errors import FenceLost
from ..failpoints import failpoint
from ..ports import Claim, Desk
from .reading import OpenNight

LEASE_SECONDS = 300.0
_WORK_LEASE_SECONDS = 60.0
"""Shorter: who waits for a worker that died waits as long as its lease."""
_RENEWALS_PER_LEASE = 4


@dataclass(slots=True)
class Heart:
    """Leases that one thread renews.

    :param lost: why what it holds is gone, "" while it stands; the builder stops at its next request.
    :param turn: held during a beat, so that no lease is given back in the middle of it.
    """

    lost: str = ""
    renewals: list[Callable[[], object]] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raise FenceLost when another worker holds the issue now, or this one could not renew."""
        if self.lost:
            raise FenceLost(self.lost)


@dataclass(slots=True, kw_only=True)
class Hold(Heart):
    """What one worker holds while it works on an issue."""

    claim: Claim


@contextmanager
def holding(desk: Desk, night: OpenNight, number: int) -> Iterator[Hold | None]:
    """Claim an issue for the length of a block; yields None while another night holds it.

    A worker that cannot renew for half its lease counts as lost, although the lease may stand: whoever takes
    over must not meet it.
    """
    with _held(desk, desk.claims.claim(night.repository.node_id, number, night.id, LEASE_SECONDS)) as hold:
        yield hold


@contextmanager
def alone(desk: Desk, work: str) -> Iterator[Hold | None]:
    """Claim a piece of work by its name for the length of a block; yields None while anybody has it.

    Unlike an issue it belongs to one worker, not to one night: nobody takes it over while its lease stands.
    """
    claim = desk.claims.claim(work, 0, uuid4().hex, _WORK_LEASE_SECONDS)
    with _held(desk, claim, _WORK_LEASE_SECONDS) as hold:
        yield hold


@contextmanager
def _held(desk: Desk, claim: Claim | None, seconds: float = LEASE_SECONDS) -> Iterator[Hold | None]:
    if claim is None:
        yield None
        return
    failpoint("claim.after_taken")
    hold = Hold(claim=claim)
    hold.renewals.append(lambda: desk.claims.renew(claim, seconds))
    try:
        with beating(hold, seconds):
            yield hold
    finally:
        failpoint("claim.before_release")
        desk.claims.release(claim)


@contextmanager
def beating(heart: Heart, seconds: float) -> Iterator[None]:
    """Renew what hangs on a heart, four times in the length of a lease, until the block ends."""
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=(heart, done, seconds), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=5)


@contextmanager
def kept_alive(heart: Heart, renew: Callable[[], object]) -> Iterator[None]:
    """Let a heart renew one more lease for the length of a block."""
    with heart.turn:
        heart.renewals.append(renew)
    try:
        yield
    finally:
        with heart.turn:
            heart.renewals.remove(renew)


def _beat(heart: Heart, done: threading.Event, seconds: float) -> None:
    missed = 0
    while not done.wait(seconds / _RENEWALS_PER_LEASE):
        try:
            with heart.turn:
                for renew in heart.renewals:
                    renew()
        except FenceLost as error:
            heart.lost = str(error)
            return
        except Exception as error:  # noqa: BLE001  a heart that died of a surprise would tell nobody
            missed += 1
            if missed * 2 >= _RENEWALS_PER_LEASE:
                heart.lost = f"the lease could not be renewed for half its time: {error}"
                return
        else:
            missed = 0
