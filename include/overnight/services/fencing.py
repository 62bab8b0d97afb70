"""A desk for who holds an issue: what it appends, keeps, pushes or writes to GitHub is checked by the fence.

The steps after the build hold the issue as the build does. A worker that was thought dead and wakes up
again finds its fence behind: nothing of what it still does leaves it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from ..domain.errors import Contended, FenceLost
from ..ports import Claim, Desk
from .claiming import LEASE_SECONDS, Hold, holding
from .reading import open_night

P = ParamSpec("P")
T = TypeVar("T")
Step = Callable[Concatenate[Desk, str, int, P], T]
"""A task of one issue: desk, night id, issue number, and what else it takes."""

_WITH_CLAIM = {"ledger": ("append",), "budgets": ("open",), "quota": ("lease",)}
"""Part → methods that check a claim themselves, when they are given it."""
_AFTER_RENEWAL = {
    "records": ("keep_change", "record_publication"),
    "workspace": ("push", "open_tree", "open_change"),
}
"""Part → methods before which the claim is renewed, since they know of none."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a desk, some of whose methods are fenced."""

    whole: Any
    name: str
    desk: Desk
    hold: Hold

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.whole, name)
        if name in _WITH_CLAIM.get(self.name, ()):
            return lambda *given, claim=None, **more: method(*given, claim=claim or self.hold.claim, **more)
        if (self.name, name) == ("workspace", "close_tree"):
            return lambda tree: method(tree) if still_ours(self.desk, self.hold) else None
        if name in _AFTER_RENEWAL.get(self.name, ()):
            return lambda *given, **more: (renew(self.desk, self.hold), method(*given, **more))[1]
        return method


@dataclass(frozen=True, slots=True)
class FencedDesk:
    """A desk under a claim; everything that is not fenced is the desk's own."""

    desk: Desk
    hold: Hold

    def __getattr__(self, name: str) -> Any:
        part = getattr(self.desk, name)
        if name == "writer":
            return part.under(self.hold.claim)
        if name in _WITH_CLAIM or name in _AFTER_RENEWAL:
            return _Part(part, name, self.desk, self.hold)
        return part


def renew(desk: Desk, hold: Hold) -> Claim:
    """Prolong a hold; FenceLost when another worker has the issue."""
    hold.check()
    return desk.claims.renew(hold.claim, LEASE_SECONDS)


def still_ours(desk: Desk, hold: Hold) -> bool:
    """Whether work trees may be removed: who took over has trees of its own under the same names."""
    try:
        renew(desk, hold)
    except FenceLost:
        return False
    return True


def fenced(desk: Desk, hold: Hold) -> Desk:
    """Return the desk under a hold."""
    return cast("Desk", FencedDesk(desk, hold))


def under_claim(step: Step[P, T]) -> Step[P, T]:
    """Make a step claim its issue first, and work on a fenced desk.

    The step raises Contended while another night holds the issue, FenceLost once another worker took it over.
    """

    @wraps(step)
    def held(desk: Desk, night_id: str, number: int, *more: P.args, **named: P.kwargs) -> T:
        with holding(desk, open_night(desk, night_id), number) as hold:
            if hold is None:
                raise Contended(f"another night works on issue #{number} just now; try again in a moment")
            return step(fenced(desk, hold), night_id, number, *more, **named)

    return cast("Step[P, T]", held)


def under_claim_if_free(step: Step[P, T]) -> Step[P, T]:
    """Make a step claim its issue first; while another night holds it the step runs without a claim."""

    @wraps(step)
    def held(desk: Desk, night_id: str, number: int, *more: P.args, **named: P.kwargs) -> T:
        with holding(desk, open_night(desk, night_id), number) as hold:
            return step(fenced(desk, hold) if hold else desk, night_id, number, *more, **named)

    return cast("Step[P, T]", held)
