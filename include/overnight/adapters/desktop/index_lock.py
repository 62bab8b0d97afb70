"""Git's own lock on the index, taken by us: meanwhile no git command of the developer changes anything."""

from __future__ import annotations

from ...domain.errors import Contended
from .files import Shelf
from .journal import Move
from .places import Place


def take(place: Place, move: Move) -> None:
    """Take git's own lock, so that no git command of the developer meets us half-way."""
    ours = Shelf.of(place, move).folder / "lock"
    ours.write_text(move.token)
    try:
        # A link, because it appears with its content: a lock of ours is never mistaken for one of git's.
        place.index_lock.hardlink_to(ours)
    except FileExistsError as error:
        raise Contended("git is at work in this checkout (index.lock); nothing was touched") from error


def take_again(place: Place, move: Move) -> None:
    """After a kill the lock is still there, unless a person removed it."""
    if not is_ours(place, move):
        take(place, move)


def is_ours(place: Place, move: Move) -> bool:
    """Return whether the lock that is there is this move's."""
    try:
        return place.index_lock.read_text(errors="replace") == move.token
    except FileNotFoundError:
        return False


def give_back(place: Place, move: Move) -> None:
    """Remove the lock, when it is this move's."""
    if is_ours(place, move):
        place.index_lock.unlink(missing_ok=True)
