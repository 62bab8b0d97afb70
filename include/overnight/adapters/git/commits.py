"""Turn what the builder left in a tree into a commit, or say why it cannot become one."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...domain.errors import ChangeUnusable, DiskFull
from ...domain.orders import NightOrder
from ...ports import Tree
from .failures import failure
from .running import Git
from .trees import CACHES, git_of

MAX_FILE_BYTES = 100 * 1024 * 1024
"""GitHub refuses a push with a larger file."""

_SYMLINK, _SUBMODULE = "120000", "160000"
_FILES, _ABSENT = frozenset({"100644", "100755", _SYMLINK}), "000000"


@dataclass(frozen=True, slots=True)
class Staged:
    """One entry of the index that differs from a commit."""

    path: str
    old_mode: str
    new_mode: str
    blob: str


def commit(tree: Tree, message: str, order: NightOrder) -> str | None:
    """Commit everything in the tree; None when nothing changed, ChangeUnusable when it is hostile."""
    git = git_of(tree)
    _refuse_hostile_files(git, tree.path)
    _stage(git)
    head = git.ask("read HEAD", "rev-parse", "--verify", "HEAD").text
    staged = list(_staged(git, head))
    if not staged:
        return None
    try:
        _refuse_hostile_entries(git, tree.path, staged)
    except ChangeUnusable:
        git.ask("unstage", "read-tree", head)
        raise
    written = git.ask("write the tree", "write-tree").text
    sha = git.ask(
        "commit",
        *("commit-tree", "--no-gpg-sign", "-p", head, written),
        stdin=message.strip().encode() + b"\n",
        environment=identity(order),
    ).text
    git.ask("commit", "update-ref", "--no-deref", "HEAD", sha, head)
    return sha


def _stage(git: Git) -> None:
    said = git.attempt("add", "--all")
    if said.code != 0:
        error = failure("stage the change", said.err)
        raise error if isinstance(error, DiskFull) else ChangeUnusable(str(error)) from None


def _staged(git: Git, head: str) -> Iterator[Staged]:
    fields = git.ask(
        "compare with HEAD", "diff-index", "--cached", "--raw", "-z", "--no-renames", head
    ).fields
    for about, path in zip(fields[::2], fields[1::2], strict=True):
        old_mode, new_mode, _, blob, _ = about.lstrip(":").split(" ")
        yield Staged(path, old_mode, new_mode, blob)


def _refuse_hostile_files(git: Git, root: Path) -> None:
    """Refuse nested repositories and giant files, unless the repository ignores them."""
    suspects = dict(_suspects(root))
    if not suspects:
        return
    listed = "".join(f"./{path}\0" for path in suspects).encode(errors="surrogateescape")
    patterns = {"GIT_LITERAL_PATHSPECS": "0"}  # check-ignore knows no literal ones; "./" makes them plain
    ignored = set(git.attempt("check-ignore", "-z", "--stdin", stdin=listed, environment=patterns).fields)
    for path, reason in suspects.items():
        if f"./{path}" not in ignored:
            raise ChangeUnusable(f"{path}: {reason}")


def _suspects(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (path, reason) of what git must not be shown; only names and sizes are looked at.

    For a nested repository the path is that of the folder which holds it: git itself overlooks `.git`.
    """
    for folder, folders, files in os.walk(root):
        place = os.path.relpath(folder, root)
        if place != "." and any(name.lower() == ".git" for name in (*folders, *files)):
            yield place, "a git repository inside the repository; remove its .git"
        folders[:] = [name for name in folders if name not in CACHES and name.lower() != ".git"]
        for name in files:
            path = os.path.join(folder, name)  # noqa: PTH118
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode) and status.st_size > MAX_FILE_BYTES:
                yield os.path.normpath(os.path.join(place, name)), "larger than the 100 MiB GitHub takes"  # noqa: PTH118


def _refuse_hostile_entries(git: Git, root: Path, staged: list[Staged]) -> None:
    for entry in staged:
        if entry.new_mode == _SUBMODULE:
            raise ChangeUnusable(f"{entry.path}: a submodule cannot be added or moved by a change")
        if entry.new_mode in _FILES and entry.old_mode == _ABSENT and _in_a_cache(entry.path):
            raise ChangeUnusable(f"{entry.path}: an environment or a cache is no part of a change")
        if entry.new_mode == _SYMLINK and _leaves(git, root, entry):
            raise ChangeUnusable(f"{entry.path}: a symbolic link that leaves the repository")


def _in_a_cache(path: str) -> bool:
    """A tree's own .gitignore outranks ours: `!/.venv/` would bring in a false interpreter."""
    return not {part.lower() for part in path.split("/")[:-1]}.isdisjoint(CACHES)


def _leaves(git: Git, root: Path, entry: Staged) -> bool:
    """Tell whether a symlink points out of the tree, by its words or by way of other links."""
    target = git.ask("read a link", "cat-file", "blob", entry.blob).out.decode(errors="surrogateescape")
    by_words = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), target))
    if target.startswith("/") or by_words == ".." or by_words.startswith("../"):
        return True
    real = os.path.realpath(root / entry.path)
    home = os.path.realpath(root)
    return real != home and not real.startswith(home + os.sep)


def identity(order: NightOrder) -> dict[str, str]:
    """Return who commits, as git's environment, without the characters that git gives a meaning."""
    name = "".join(sign for sign in order.author_name if sign.isprintable() and sign not in "<>").strip()
    email = "".join(sign for sign in order.author_email if sign.isprintable() and sign not in "<> ")
    name = name or "Overnight"
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
    }
