"""The outbox of GitHub writes and the turns they take, shared by all nights and workers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from ..domain.outbox import Entry, Intent
from ..domain.pacing import Pace, Turn
from .ledger import Claim


class Outbox(Protocol):
    """Intents and what became of them."""

    def alone(self, intent: Intent) -> AbstractContextManager[None]:
        """Hold a key for the length of a block; the hold ends with its process (Contended when it is busy).

        Holds do not nest: a step takes one key, and the next one after it.
        """

    def intend(self, intent: Intent, *, claim: Claim | None = None) -> Entry:
        """Write down what is meant, and return it as it stands.

        An entry that is `done` need not be performed. FenceLost when the claim is no longer in force.
        """

    def confirm(self, intent: Intent, result: str) -> None:
        """Write down that it is done, with GitHub's id of it."""

    def refuse(self, intent: Intent, reason: str) -> None:
        """Write down that GitHub understood and said no."""

    def unsettled(self, repository: str | None = None) -> tuple[Entry, ...]:
        """Return what was meant and is not known to be done, oldest first."""


class Turns(Protocol):
    """Turns of writes in a lane: everything that GitHub counts together, one login's writes."""

    def take(self, lane: str, pace: Pace, within: float, instead_of: Turn | None = None) -> Turn:
        """Reserve the next turn and return it; RateLimited when it is more than `within` seconds away.

        :param instead_of: a turn of ours that could not be used, given back.
        """

    def stands(self, turn: Turn) -> bool:
        """Return whether a turn may be used: nobody was asked to wait beyond it since it was given."""

    def hold(self, lane: str, seconds: float) -> None:
        """Give no turn before some seconds have passed, because GitHub asked for it."""
