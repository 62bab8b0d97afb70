"""Hold an issue while working on it: a claim with a lease, renewed by a heartbeat."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..domain.errors import FenceLost, OvernightError
from ..ports import Claim, Desk
from .reading import OpenNight

LEASE_SECONDS = 300.0
_RENEWALS_PER_LEASE = 4


@contextmanager
def holding(desk: Desk, night: OpenNight, number: int) -> Iterator[Claim | None]:
    """Claim an issue for the length of a block; yields None while another night holds it.

    A renewal that fails is not raised here: every append checks the fence, so a worker that lost its
    claim is stopped at its next word.
    """
    claim = desk.claims.claim(night.repository.node_id, number, night.id, LEASE_SECONDS)
    if claim is None:
        yield None
        return
    done = threading.Event()
    heart = threading.Thread(target=_beat, args=(desk, claim, done), name=f"lease-{number}", daemon=True)
    heart.start()
    try:
        yield claim
    finally:
        done.set()
        heart.join(timeout=5)
        desk.claims.release(claim)


def _beat(desk: Desk, claim: Claim, done: threading.Event) -> None:
    while not done.wait(LEASE_SECONDS / _RENEWALS_PER_LEASE):
        try:
            claim = desk.claims.renew(claim, LEASE_SECONDS)
        except FenceLost:
            return
        except OvernightError:
            continue
