"""Read what is committed. Files on disk may be swapped by the code that ran there; objects cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...domain.errors import RepositoryUnusable
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
            name, entry = _entry(field)
            found[name] = entry
    return found


def listing(tree: Tree, sha: str) -> dict[str, Entry]:
    """Return every entry of a commit by its path."""
    said = git_of(tree).ask("list files", "ls-tree", "-r", "-z", "-l", "--full-tree", checked(sha))
    return dict(_entry(field) for field in said.fields)


def read_blobs(tree: Tree, blobs: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of many entries, read by one git; the caller sees to it that they are small."""
    wanted = list(dict.fromkeys(checked(blob) for blob in blobs))
    if not wanted:
        return {}
    asked = "".join(f"{blob}\n" for blob in wanted).encode()
    out = git_of(tree).ask("read files", "cat-file", "--batch", stdin=asked).out
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
    return git_of(tree).ask("read a file", "cat-file", "blob", checked(blob)).out


def read_committed(tree: Tree, sha: str, path: str) -> bytes | None:
    """Return a regular file of a commit, None when there is none."""
    entry = entries(tree, sha, [path]).get(path)
    return read_blob(tree, entry.blob) if entry is not None and entry.is_regular else None


def _entry(field: str) -> tuple[str, Entry]:
    about, name = field.split("\t", 1)
    mode, _, blob, size = about.split()
    return name, Entry(mode, int(size) if size.isdigit() else 0, blob)


def _parts(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(paths), _AT_ONCE):
        yield paths[start : start + _AT_ONCE]
