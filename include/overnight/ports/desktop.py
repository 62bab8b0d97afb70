"""A developer's checkouts, as the services of desktop sync ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ..domain.checkouts import Checkout
from ..domain.desktops import Finding
from ..domain.drift import CheckoutState
from ..domain.events import Event


@dataclass(frozen=True, slots=True)
class Moved:
    """What was done to a checkout.

    :param backup: ref that keeps what was there before.
    :param stash: commit that keeps the uncommitted work as it was, "" when none was carried over.
    """

    branch: str
    before: str
    after: str
    backup: str
    files: int
    stash: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was handed over.

    :param branches: branch → sha, as fetched under the remote's name.
    :param worktrees: folders opened for them.
    """

    branches: tuple[tuple[str, str], ...] = ()
    worktrees: tuple[str, ...] = ()


class EventSink(Protocol):
    """Where events go, and nothing comes from."""

    def append(self, *events: Event) -> tuple[Event, ...]:
        """Keep events; return them as they are kept."""


class Memory(Protocol):
    """What was remembered."""

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """Return what was kept under a key, None when nothing was."""


class TellsTime(Protocol):
    """The time alone."""

    def now(self) -> datetime: ...


class SyncHouse(Protocol):
    """What syncing asks of a desk: a machine that only reports has no more than this."""

    @property
    def ledger(self) -> EventSink: ...

    @property
    def records(self) -> Memory: ...

    @property
    def clock(self) -> TellsTime: ...


class Desktop(Protocol):
    """Git on developers' checkouts of this machine."""

    def hold(self, checkout: Checkout) -> AbstractContextManager[None]:
        """Be the only one of ours at work on a checkout (Contended); a wrong path is no error."""

    def settle(self, checkout: Checkout) -> str:
        """Finish or undo what an earlier run was killed at; return what was done, "" for nothing."""

    def look(self, checkout: Checkout) -> CheckoutState:
        """Fetch and return how the checkout stands; never raises for what is wrong with it."""

    def merge(self, state: CheckoutState) -> Moved:
        """Do what was decided safe for this very state; Contended when it is not this state any more."""

    def undo(self, checkout: Checkout) -> Moved:
        """Take the last merge back; Forbidden when later work would be involved."""

    def merge_again(self, checkout: Checkout) -> None:
        """Forget that a merge was taken back, so that it may be made again."""

    def report_conflicts(self, state: CheckoutState) -> str:
        """Write both sides of every conflict beside the checkout's git files; return the file, "" if none."""

    def examine(self, checkout: Checkout, state: CheckoutState, now: datetime) -> tuple[Finding, ...]:
        """Return what is found of a checkout's health: folder, branch, remote, disk, clock."""

    def bring(self, checkout: Checkout, branches: Sequence[str]) -> Opened:
        """Fetch branches (those that exist) and open work trees where the checkout asks for them."""

    def leave(self, checkout: Checkout, name: str, text: str) -> str:
        """Write a file beside the checkout's git files, never in its work tree; return its path."""
