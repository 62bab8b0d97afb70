"""A control group for each sandbox, where the machine lets us make one (cgroup v2, delegated)."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from .limits import SandboxLimits

_ROOT = Path("/sys/fs/cgroup")
_NEEDED = frozenset({"memory", "pids"})
_ENTER = 'echo $$ > "$0" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Group:
    """A control group; without a path it is none, and rlimits with the memory watch must do."""

    path: Path | None = None

    def enter(self, argv: Sequence[str]) -> list[str]:
        """Return the command that joins the group before it starts."""
        if self.path is None:
            return list(argv)
        return ["/bin/sh", "-c", _ENTER, str(self.path / "cgroup.procs"), *argv]


@dataclass(frozen=True, slots=True)
class GroupHome:
    """The group under which ours are made; None where that is not possible."""

    path: Path | None = None

    @classmethod
    def here(
        cls,
        root: Path = _ROOT,
        membership: Path = Path("/proc/self/cgroup"),
        is_ours: Callable[[Path], bool] | None = None,
    ) -> GroupHome:
        """Find the nearest group that hands memory and pids to groups we may make in it.

        :param is_ours: whether a group above our own was delegated to us; systemd marks those. Others are
            never used, root or not: a group made there would leave the limits this process is under.
        """
        try:
            lines = membership.read_text().splitlines()
        except OSError:
            return cls()
        own = next((line[3:] for line in lines if line.startswith("0::")), None)
        if own is None:
            return cls()
        start = root / own.strip().lstrip("/")
        above = takewhile(lambda path: path != root.parent, start.parents)
        ours = [start, *(path for path in above if (is_ours or _marked_delegated)(path))]
        return cls(next((path for path in ours if _hands_on(path)), None))

    @contextmanager
    def group(self, limits: SandboxLimits) -> Iterator[Group]:
        """Make a group with the limits for the length of a block; kill what is left in it at the end."""
        made = self._make(limits)
        try:
            yield made
        finally:
            if made.path is not None:
                _remove(made.path)

    def _make(self, limits: SandboxLimits) -> Group:
        if self.path is None:
            return Group()
        path = self.path / f"overnight-{uuid.uuid4().hex[:12]}"
        try:
            path.mkdir()
            (path / "memory.max").write_text(str(limits.memory_bytes))
            (path / "pids.max").write_text(str(limits.processes))
        except OSError:
            _remove(path)
            return Group()
        with suppress(OSError):  # no swap accounting: then memory.max alone
            (path / "memory.swap.max").write_text("0")
        return Group(path)


def _marked_delegated(path: Path) -> bool:
    try:
        return os.getxattr(path, "user.delegate") == b"1"
    except OSError:
        return False


def _hands_on(path: Path) -> bool:
    try:
        return (
            os.access(path, os.W_OK) and set((path / "cgroup.subtree_control").read_text().split()) >= _NEEDED
        )
    except OSError:
        return False


def _remove(path: Path) -> None:
    with suppress(OSError):
        (path / "cgroup.kill").write_text("1")
    with suppress(OSError):
        path.rmdir()
