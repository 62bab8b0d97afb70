"""Read what is committed. Files on disk may be swapped by the code that ran there; objects cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ...domain.errors import RepositoryUnusable
from ...ports import Tree
from .mirrors import checked
from .running import Git

_SMALL = 64 * 1024
"""Bytes of a file up to which it is kept in memory once it was read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A committed file; `size` is in bytes, 0 for a submodule."""

    mode: str
    size: int
    blob: str

    @property
    def is_regular(self) -> bool:
        return self.mode.startswith("100")


def entries(tree: Tree, sha: str, paths: Iterable[str]) -> dict[str, Entry]:
    """Return the entries of a commit that exist among the paths."""
    present = listing(tree, sha)
    return {path: present[path] for path in paths if path in present}


def listing(tree: Tree, sha: str) -> Mapping[str, Entry]:
    """Return every entry of a commit by its path."""
    return committed(tree.git_dir, sha)


@lru_cache(maxsize=8)
def committed(git_dir: Path, sha: str) -> Mapping[str, Entry]:
    """Return every entry of a commit by its path; a commit stays as it is, so git is asked once."""
    said = Git(git_dir).ask("list files", "ls-tree", "-r", "-z", "-l", "--full-tree", checked(sha))
    return MappingProxyType(dict(_entry(field) for field in said.fields))


def read_blobs(tree: Tree, blobs: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of many entries, read by one git; the caller sees to it that they are small."""
    wanted = list(dict.fromkeys(checked(blob) for blob in blobs))
    if not wanted:
        return {}
    asked = "".join(f"{blob}\n" for blob in wanted).encode()
    out = Git(tree.git_dir).ask("read files", "cat-file", "--batch", stdin=asked).out
    found: dict[str, bytes] = {}
    start = 0
    while start < len(out):
        end = out.index(b"\n", start)
        blob, *about = out[start:end].decode().split(" ")
        start = end + 1
        if about[0] == "missing":
            raise RepositoryUnusable(f"object {blob} is gone from the work tree's store: open it again")
        size = int(about[1])
        found[blob] = out[start : start + size]
        start += size + 1
    return found


def read_blob(tree: Tree, blob: str) -> bytes:
    """Return the bytes of an entry."""
    return Git(tree.git_dir).ask("read a file", "cat-file", "blob", checked(blob)).out


def read_committed(tree: Tree, sha: str, path: str) -> bytes | None:
    """Return a regular file of a commit, None when there is none."""
    return read_regular(tree.git_dir, sha, path)


def read_regular(git_dir: Path, sha: str, path: str) -> bytes | None:
    """Return a regular file of a commit, None when there is none; small ones are read once."""
    entry = committed(git_dir, sha).get(path)
    if entry is None or not entry.is_regular:
        return None
    read = _small if entry.size <= _SMALL else _small.__wrapped__
    return read(git_dir, entry.blob)


@lru_cache(maxsize=256)
def _small(git_dir: Path, blob: str) -> bytes:
    return Git(git_dir).ask("read a file", "cat-file", "blob", checked(blob)).out


def _entry(field: str) -> tuple[str, Entry]:
    about, name = field.split("\t", 1)
    mode, _, blob, size = about.split()
    return name, Entry(mode, int(size) if size.isdigit() else 0, blob)
