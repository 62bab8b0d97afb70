"""What lies in the work tree, unknown to git, where a merge would put something."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from ...domain.drift import FileChange, parents
from .places import Place


def in_the_way(place: Place, incoming: Sequence[FileChange]) -> tuple[str, ...]:
    """Return what lies in the work tree, unknown to git, where a merge would put something."""
    tracked = set(place.git.ask("list files", "ls-files", "-z").fields)
    gone = {one.old if one.status == "R" else one.path for one in incoming if one.status in "DR"}
    found = set()
    for one in incoming:
        if one.mode != "000000" and one.path not in tracked:
            found |= _blocking(place.path, one, tracked, gone)
    return tuple(sorted(found))


def _blocking(top: Path, one: FileChange, tracked: set[str], gone: set[str]) -> set[str]:
    for parent in parents(one.path):
        kind = _kind(top / parent)
        if not kind:
            return set()
        if kind != "folder":
            return set() if parent in gone else {parent}
    kind = _kind(top / one.path)
    if kind != "folder":
        return {one.path} if kind else set()
    inside = {os.path.relpath(file, top) for file in _files(top / one.path)}
    if one.is_submodule and not inside:
        return set()
    return inside - (tracked & gone)


def _kind(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return "folder" if stat.S_ISDIR(mode) else "file"


def _files(folder: Path) -> list[str]:
    """Return every file below a folder, links to folders included; an empty folder holds no work."""
    found = []
    for root, folders, files in os.walk(folder):
        found += [os.path.join(root, name) for name in files]  # noqa: PTH118
        found += [
            path
            for name in folders
            if os.path.islink(path := os.path.join(root, name))  # noqa: PTH114, PTH118
        ]
    return found


def ignored(place: Place, paths: Sequence[str]) -> tuple[str, ...]:
    """Return those that git is told to ignore: a checkout would overwrite them without a word."""
    if not paths:
        return ()
    said = place.git.attempt(
        "check-ignore",
        "-z",
        "--stdin",
        stdin=b"".join(path.encode(errors="surrogateescape") + b"\0" for path in paths),
    )
    return tuple(sorted(said.fields))
