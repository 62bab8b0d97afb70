"""Hand a tree to the unprivileged user, so that confined code can write it and nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ...domain.errors import SandboxUnavailable

SANDBOX_UID = 65534
"""The user confined code runs as when Overnight itself is root ("nobody")."""

_FORBIDDEN = frozenset(
    Path(path) for path in ("/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/opt", "/proc", "/root")
) | frozenset(Path(path) for path in ("/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var", "/work"))  # noqa: S108


def check_tree(tree: Path) -> Path:
    """Return the tree's absolute path; SandboxUnavailable when it is no directory of ours to hand over."""
    path = tree.absolute()
    if path.is_symlink() or not path.is_dir():
        raise SandboxUnavailable(f"{path} is not a directory: the sandbox needs a real work tree")
    resolved = path.resolve()
    if resolved in _FORBIDDEN or resolved == Path.home().resolve() or Path.cwd().is_relative_to(resolved):
        raise SandboxUnavailable(f"{resolved} is not a work tree: give the sandbox a directory of its own")
    return resolved


def hand_over(path: Path, uid: int = SANDBOX_UID) -> None:
    """Give a tree (or one file) to `uid`, never following a link out of it.

    A file with a second hard link is left alone: it may be somebody else's outside the tree.
    """
    _give(os.lstat(path), path, None, uid)
    if path.is_symlink() or not path.is_dir():
        return
    for _, directories, files, descriptor in os.fwalk(path, follow_symlinks=False):
        for name in (*directories, *files):
            _give(os.stat(name, dir_fd=descriptor, follow_symlinks=False), name, descriptor, uid)


def _give(status: os.stat_result, name: str | Path, directory: int | None, uid: int) -> None:
    shared = status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode)
    if status.st_uid != uid and not shared:
        os.chown(name, uid, uid, dir_fd=directory, follow_symlinks=False)
