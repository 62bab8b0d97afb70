"""Read what is committed. Files on disk may be swapped by the code that ran there; objects cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...ports import Tree
from .mirrors import checked
from .trees import git_of

_AT_ONCE = 400


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
    found: dict[str, Entry] = {}
    for part in _parts([path for path in paths if path]):
        for field in git_of(tree).ask("list files", "ls-tree", "-z", "-l", checked(sha), "--", *part).fields:
            about, name = field.split("\t", 1)
            mode, _, blob, size = about.split()
            found[name] = Entry(mode, int(size) if size.isdigit() else 0, blob)
    return found


def read_blob(tree: Tree, blob: str) -> bytes:
    """Return the bytes of an entry."""
    return git_of(tree).ask("read a file", "cat-file", "blob", checked(blob)).out


def read_committed(tree: Tree, sha: str, path: str) -> bytes | None:
    """Return a regular file of a commit, None when there is none."""
    entry = entries(tree, sha, [path]).get(path)
    return read_blob(tree, entry.blob) if entry is not None and entry.is_regular else None


def _parts(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(paths), _AT_ONCE):
        yield paths[start : start + _AT_ONCE]
