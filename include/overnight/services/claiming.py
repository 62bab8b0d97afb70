"""Hold an issue and a seat while working: leases that a heartbeat renews, and a word when one is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..domain.errors import FenceLost, OvernightError
from ..ports import Claim, Desk
from .reading import OpenNight

LEASE_SECONDS = 300.0
_RENEWALS_PER_LEASE = 4


@dataclass(slots=True)
class Hold:
    """What one worker holds while it works on an issue.

    :param lost: why the hold is gone, "" while it stands; the builder stops at its next request.
    """

    claim: Claim
    lost: str = ""
    renewals: list[Callable[[], object]] = field(default_factory=list)

    def check(self) -> None:
        """Raise FenceLost when another worker holds the issue now, or this one could not renew."""
        if self.lost:
            raise FenceLost(self.lost)


@contextmanager
def holding(desk: Desk, night: OpenNight, number: int) -> Iterator[Hold | None]:
    """Claim an issue for the length of a block; yields None while another night holds it.

    A worker that cannot renew for half its lease counts as lost, although the lease may stand: whoever takes
    over must not meet it.
    """
    claim = desk.claims.claim(night.repository.node_id, number, night.id, LEASE_SECONDS)
    if claim is None:
        yield None
        return
    hold = Hold(claim)
    hold.renewals.append(lambda: desk.claims.renew(claim, LEASE_SECONDS))
    done = threading.Event()
    heart = threading.Thread(target=_beat, args=(hold, done), name=f"lease-{number}", daemon=True)
    heart.start()
    try:
        yield hold
    finally:
        done.set()
        heart.join(timeout=5)
        desk.claims.release(claim)


@contextmanager
def kept_alive(hold: Hold, renew: Callable[[], object]) -> Iterator[None]:
    """Let the hold's heartbeat renew one more lease for the length of a block."""
    hold.renewals.append(renew)
    try:
        yield
    finally:
        hold.renewals.remove(renew)


def _beat(hold: Hold, done: threading.Event) -> None:
    missed = 0
    while not done.wait(LEASE_SECONDS / _RENEWALS_PER_LEASE):
        try:
            for renew in tuple(hold.renewals):
                renew()
        except FenceLost as error:
            hold.lost = str(error)
            return
        except OvernightError as error:
            missed += 1
            if missed * 2 >= _RENEWALS_PER_LEASE:
                hold.lost = f"the lease could not be renewed for half its time: {error}"
                return
        else:
            missed = 0
