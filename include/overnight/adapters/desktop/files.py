"""Put prepared files where they belong, one rename each, and keep what stood there."""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...domain.errors import Contended
from .journal import Move, Step, stat_of
from .places import Place


@dataclass(frozen=True, slots=True)
class Shelf:
    """A move's own folder: new files wait here, old ones are kept here until the move is done."""

    top: Path
    folder: Path

    @classmethod
    def of(cls, place: Place, move: Move) -> Shelf:
        return cls(place.path, place.ours / f"move-{move.token}")

    @property
    def staged(self) -> Path:
        return self.folder / "staged"

    @property
    def index(self) -> Path:
        return self.folder / "index"

    def new(self, step: Step) -> Path:
        return self.staged / step.path

    def old(self, step: Step) -> Path:
        return self.folder / "old" / str(step.number)

    def put(self, step: Step) -> None:
        """Move the old file away and the new one in; what was done before is not done twice.

        :raises Contended: the file is not the one that was looked at.
        """
        there, waiting = self.top / step.path, self.new(step)
        arrived = step.arrives and stat_of(waiting) is None
        if step.old and stat_of(self.old(step)) is None and not arrived:
            if stat_of(there) != step.old:
                raise Contended(f"{step.path} was changed while the merge was under way")
            _real_parents(self.top, there)
            there.rename(self.old(step))
            if stat_of(self.old(step)) != step.old:
                raise Contended(f"{step.path} was changed while the merge was under way")
        if not step.arrives:
            _prune(self.top, there.parent)
        elif not arrived:
            _real_parents(self.top, there)
            there.parent.mkdir(parents=True, exist_ok=True)
            if there.is_dir() and not there.is_symlink():
                _prune(self.top, there)
            if stat_of(there) is not None:
                raise Contended(f"{step.path} was made while the merge was under way")
            waiting.rename(there)

    def take_back(self, step: Step) -> bool:
        """Put the old file back; false when somebody has written to the new one since, which then stays."""
        there, waiting = self.top / step.path, self.new(step)
        if step.arrives and stat_of(waiting) is None:
            if stat_of(there) != step.new:
                return False
            waiting.parent.mkdir(parents=True, exist_ok=True)
            there.rename(waiting)
            _prune(self.top, there.parent)
        if stat_of(self.old(step)) is not None:
            if stat_of(there) is not None:
                return False
            there.parent.mkdir(parents=True, exist_ok=True)
            self.old(step).rename(there)
        return True


def _real_parents(top: Path, path: Path) -> None:
    """A link in the way would lead the write out of the checkout."""
    for parent in path.relative_to(top).parents:
        found = stat_of(top / parent)
        if found and not stat.S_ISDIR(found[-1]):
            raise Contended(f"{parent} is no folder any more")


def _prune(top: Path, folder: Path) -> None:
    """Remove a folder that became empty, and those above it; never the checkout itself."""
    with suppress(OSError):
        while folder != top:
            folder.rmdir()
            folder = folder.parent
