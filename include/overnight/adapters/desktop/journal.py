"""The journal: what is being done to a checkout, written down before anything is touched."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ...domain.errors import RepositoryUnusable
from .places import Place, write_durably

PREPARED = "prepared"
SWAPPING = "swapping"
Stat = tuple[int, ...]
"""Inode, size, modification time in nanoseconds, mode: the same as long as nobody wrote there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One file's change: `old` is moved away (None: there was none), a new one put there (`new`)."""

    number: int
    path: str
    old: Stat | None
    new: Stat | None = None
    arrives: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A move of a checkout from one commit to another.

    :param token: names this move's folder, and stands in the index lock we hold.
    :param content: tree that the touched files get their content from.
    :param former: tree that holds their content as it was (with carried work).
    :param carries: uncommitted work is carried over, so that `content` is not the commit's own tree.
    :param tracking: remote-tracking ref with its old and new sha, ("", "", "") to leave it.
    """

    token: str
    kind: str
    branch: str
    before: str
    after: str
    content: str
    former: str
    backup: str
    stash: str = ""
    carries: bool = False
    tracking: tuple[str, str, str] = ("", "", "")
    stage: str = PREPARED
    steps: tuple[Step, ...] = ()


def journal_file(place: Place) -> Path:
    """Return where a move under way is written down."""
    return place.ours / "journal.json"


def last_file(place: Place) -> Path:
    """Return where the last finished merge is written down, for undo."""
    return place.ours / "last.json"


def undone_file(place: Place) -> Path:
    """Return where the remote's commit is written down whose merge was taken back."""
    return place.ours / "undone"


def undone(place: Place) -> str:
    """Return that commit, "" for none."""
    try:
        return undone_file(place).read_text().strip()
    except FileNotFoundError:
        return ""


def write(path: Path, move: Move) -> None:
    """Write a move down, durably."""
    write_durably(path, json.dumps(asdict(move)).encode())


def read(path: Path) -> Move | None:
    """Return the move that is written down, None when there is none."""
    try:
        document = json.loads(path.read_text())
        steps = tuple(
            Step(**{**row, "old": _stat(row["old"]), "new": _stat(row["new"])}) for row in document["steps"]
        )
        return replace(Move(**{**document, "steps": ()}), steps=steps, tracking=tuple(document["tracking"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise RepositoryUnusable(f"{path} cannot be read: look at the checkout, then remove it") from error


def _stat(row: list[int] | None) -> Stat | None:
    return None if row is None else tuple(row)


def stat_of(path: Path) -> Stat | None:
    """Return what tells a file from a later version of itself, None when there is none."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode)
