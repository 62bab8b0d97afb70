"""The `Desktop` port on git: developers' checkouts of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ...domain.checkouts import Checkout
from ...domain.desktops import Finding
from ...domain.drift import CheckoutState
from ...domain.errors import OvernightError, RepositoryUnusable
from ...ports.desktop import Moved, Opened
from ..git.failures import noticing_full_disk
from ..git.locks import locked
from . import bringing, conflicts, examining, journal, looking, merging, swapping
from .places import Place, find, write_durably

_PATIENCE_SECONDS = 60.0


def utc_now() -> datetime:
    """Return the moment in UTC."""
    return datetime.now(UTC)


@contextmanager
def _speaking() -> Iterator[None]:
    """What the file system refuses becomes our error."""
    try:
        with noticing_full_disk():
            yield
    except OSError as error:
        raise RepositoryUnusable(f"{error.filename or 'the checkout'}: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class GitDesktop:
    """Git on developers' checkouts, each held by one process of ours at a time.

    :param patience: seconds to wait for another process of ours.
    """

    now: Callable[[], datetime] = utc_now
    patience: float = _PATIENCE_SECONDS

    @contextmanager
    def hold(self, checkout: Checkout) -> Iterator[None]:
        """Be the only one of ours at work on a checkout (Contended); a wrong path is no error."""
        try:
            with _speaking():
                lock = find(checkout).make_ours() / "lock"
        except RepositoryUnusable:
            yield  # there is nothing to hold; `look` says why
            return
        with locked(lock, self.patience):
            yield

    def settle(self, checkout: Checkout) -> str:
        """Finish or undo what an earlier run was killed at; return what was done, "" for nothing."""
        place = _place(checkout)
        if place is None:
            return ""
        with _speaking():
            return swapping.settle(place)

    def look(self, checkout: Checkout) -> CheckoutState:
        """Fetch and return how the checkout stands; never raises for what is wrong with it."""
        return looking.look(checkout)

    def merge(self, state: CheckoutState) -> Moved:
        """Do what was decided safe for this very state; Contended when it is not this state any more."""
        with _speaking():
            return merging.merge(find(state.checkout), state, self.now())

    def undo(self, checkout: Checkout) -> Moved:
        """Take the last merge back; Forbidden when later work would be involved."""
        with _speaking():
            return merging.undo(find(checkout), checkout, self.now())

    def merge_again(self, checkout: Checkout) -> None:
        """Forget that a merge was taken back, so that it may be made again."""
        if place := _place(checkout):
            with _speaking():
                journal.undone_file(place).unlink(missing_ok=True)

    def report_conflicts(self, state: CheckoutState) -> str:
        """Write both sides of every conflict beside the checkout's git files; return the file, "" if none."""
        place = _place(state.checkout)
        if place is None:
            return ""
        with _speaking():
            return conflicts.report_conflicts(place, state)

    def examine(self, checkout: Checkout, state: CheckoutState, now: datetime) -> tuple[Finding, ...]:
        """Return what is found of a checkout's health: folder, branch, remote, disk, clock."""
        with _speaking():
            return examining.examine(_place(checkout), checkout, state, now)

    def bring(self, checkout: Checkout, branches: Sequence[str]) -> Opened:
        """Fetch branches (those that exist) and open work trees where the checkout asks for them."""
        with _speaking():
            return bringing.bring(find(checkout), checkout, branches)

    def leave(self, checkout: Checkout, name: str, text: str) -> str:
        """Write a file beside the checkout's git files, never in its work tree; return its path."""
        with _speaking():
            file = find(checkout).make_ours() / name
            write_durably(file, text.encode())
        return str(file)


def _place(checkout: Checkout) -> Place | None:
    try:
        return find(checkout)
    except OvernightError:
        return None
