"""Read and write single files of a work tree that hostile code may have filled with links."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..domain.errors import ChangeUnusable

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def write_inside(root: Path, path: str, text: str, *, new: bool) -> None:
    """Write a file below `root`, folders made as needed; ChangeUnusable when a link is in the way.

    :param new: fail when the file exists.
    """
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC) | _FILE
    with _parent(root, path, make=True) as (folder, name):
        try:
            descriptor = os.open(name, flags, 0o644, dir_fd=folder)
        except OSError as error:
            raise ChangeUnusable(f"{path} cannot be written into the work tree: {error.strerror}") from error
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "replace"))


def read_inside(root: Path, path: str, limit: int) -> str | None:
    """Return a file's text; None when it is absent, behind a link, no UTF-8, or larger than `limit` bytes."""
    try:
        with _parent(root, path, make=False) as (folder, name):
            descriptor = os.open(name, os.O_RDONLY | _FILE, dir_fd=folder)
            with os.fdopen(descriptor, "rb") as file:
                content = file.read(limit + 1)
    except (OSError, ChangeUnusable):
        return None
    try:
        return content.decode() if len(content) <= limit else None
    except UnicodeDecodeError:
        return None


def remove_inside(root: Path, path: str) -> None:
    """Remove a file below `root`; silent when it is gone."""
    try:
        with _parent(root, path, make=False) as (folder, name):
            os.unlink(name, dir_fd=folder)
    except (OSError, ChangeUnusable):
        return


@contextmanager
def _parent(root: Path, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
    """Open the folder of a path, part by part, following no link; yield it with the file's name."""
    *folders, name = path.split("/")
    if not name or any(part in ("", ".", "..") for part in (*folders, name)):
        raise ChangeUnusable(f"{path!r} is no path inside a work tree")
    folder = os.open(root, _FOLDER)
    try:
        for part in folders:
            folder = _below(folder, part, path, make=make)
        yield folder, name
    finally:
        os.close(folder)


def _below(folder: int, part: str, path: str, *, make: bool) -> int:
    try:
        if make:
            with suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=folder)
        below = os.open(part, _FOLDER, dir_fd=folder)
    except OSError as error:
        raise ChangeUnusable(f"{path} cannot be reached in the work tree: {error.strerror}") from error
    os.close(folder)
    return below
