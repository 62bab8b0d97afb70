"""What a setup command made in a tree: found, and made safe to keep."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

_INSTALLED = frozenset({".venv", "node_modules"})
_IGNORED = frozenset({"__pycache__", ".pytest_cache"})


def made(folder: Path, tracked: Mapping[str, object]) -> tuple[str, ...]:
    """Return the topmost paths in a folder that the commit does not have, sorted."""
    folders = {str(parent) for path in tracked for parent in PurePosixPath(path).parents}
    return tuple(sorted(_made(folder, "", tracked, folders)))


def _made(folder: Path, inside: str, tracked: Mapping[str, object], folders: set[str]) -> Iterator[str]:
    for entry in os.scandir(folder / inside):
        path = f"{inside}/{entry.name}" if inside else entry.name
        if entry.name in _IGNORED or path in tracked:
            continue
        if entry.is_dir(follow_symlinks=False) and path in folders:
            yield from _made(folder, path, tracked, folders)
        else:
            yield path


def brought_along(tracked: Mapping[str, object], before: Mapping[str, object]) -> str:
    """Return a file that a change puts where an interpreter or its packages are looked for, "" if none."""
    new = (path for path in tracked if path not in before and _INSTALLED & set(PurePosixPath(path).parts))
    return min(new, default="")


def covers(products: Sequence[str], tracked: Mapping[str, object]) -> bool:
    """Tell whether a product lies where the commit has something of its own."""
    theirs = {str(parent) for path in tracked for parent in PurePosixPath(path).parents} | tracked.keys()
    ways = {str(parent) for path in products for parent in PurePosixPath(path).parents}
    return not theirs.isdisjoint(products) or not ways.isdisjoint(tracked)


def keep(folder: Path, products: Sequence[str], target: Path) -> int:
    """Move what was made to `target` and return its bytes; nothing of it stays special or others' to write.

    As root every file becomes root's, so that a tree may share it by a hard link that the sandbox's user
    cannot write through.
    """
    total = 0
    for path in products:
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        os.rename(folder / path, place)  # noqa: PTH104  a link is moved, never followed
        total += _seal(place)
    return total


def _seal(place: Path) -> int:
    total = _seal_one(place)
    for root, folders, names in os.walk(place):
        total += sum(_seal_one(Path(root, name)) for name in (*folders, *names))
    return total


def _seal_one(path: Path) -> int:
    about = path.lstat()
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode) or stat.S_ISLNK(about.st_mode)):
        path.unlink()  # a socket, a pipe: nothing that is installed
        return 0
    if os.geteuid() == 0:
        os.lchown(path, 0, 0)
    if stat.S_ISDIR(about.st_mode):
        path.chmod(0o755)
    elif stat.S_ISREG(about.st_mode):
        path.chmod(0o755 if about.st_mode & stat.S_IXUSR else 0o644)
    return about.st_size
