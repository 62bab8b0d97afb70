"""Work trees: plain folders; what git knows of them lies elsewhere, out of the builder's reach."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...domain.changes import Base
from ...domain.errors import OvernightError
from ...ports import Tree
from .failures import noticing_full_disk
from .mirrors import ATTRIBUTES, Mirror
from .running import Git

CACHES = ("__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", "node_modules", ".venv")
"""Folders that never become part of a change."""

_INSTALLED = frozenset({*CACHES, ".overnight-cache"})
_CHECKOUT = "overnight-checkout"
_OBEYED = (
    *("*conftest.py", "*sitecustomize.py", "*usercustomize.py", "*.pth", "*pytest.ini", "*tox.ini"),
    *("pytest.py", "unittest.py", "GNUmakefile", "makefile"),
)
"""What test runners and make take their orders from, wherever it lies or at the top."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")


def git_of(tree: Tree) -> Git:
    """Return git on a work tree."""
    return Git(tree.git_dir, tree.path)


@noticing_full_disk()
def lay_out(home: Path, mirror: Mirror, base: Base, head: str, name: str) -> Tree:
    """Return a fresh tree `name` checked out at `head`, sharing the mirror's objects."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name for a work tree: use letters, digits, dot, dash and underscore"
        )
    tree = lay_out_empty(home, mirror, base, name)
    check_out(tree, head)
    return tree


@noticing_full_disk()
def lay_out_empty(home: Path, mirror: Mirror, base: Base, name: str) -> Tree:
    """Return a fresh tree without any file, for work on the objects alone."""
    tree = Tree(home / "trees" / name, base, home / "gitdirs" / name)
    discard(tree)
    tree.path.mkdir(parents=True)
    tree.git_dir.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_git_dir(tree, mirror)
    return tree


def check_out(tree: Tree, sha: str) -> None:
    """Fill an empty tree with a commit and make it HEAD."""
    git = git_of(tree)
    (tree.git_dir / "index").unlink(missing_ok=True)
    git.ask("check out a work tree", "update-ref", "--no-deref", "HEAD", sha)
    git.ask("check out a work tree", "read-tree", "--reset", "-u", sha)
    (tree.git_dir / _CHECKOUT).write_text(uuid4().hex)
    _hand_over(tree.path)


def tidy(tree: Tree) -> tuple[str, ...]:
    """Put back as committed what a command left in a tree; return the tracked paths it had changed.

    An ignored file stays, it may be a build's product that the tests need, unless it is one that test
    runners obey: a change may ignore what its build then writes. After any tidying the tree counts as
    checked out afresh, so that setup brings back what it had made.
    """
    git = git_of(tree)
    changed, strange = _left_behind(git)
    if not changed and not strange:
        return ()
    head = git.ask("read HEAD", "rev-parse", "HEAD").text
    try:
        for path in strange:
            _remove(tree.path / path)
        git.ask("put a work tree right", "read-tree", "--reset", "-u", head)
        right = not any(_left_behind(git))
    except (OSError, OvernightError):
        right = False
    if right:
        (tree.git_dir / _CHECKOUT).write_text(uuid4().hex)
    else:
        empty(tree.path)
        check_out(tree, head)
    return changed


def _left_behind(git: Git) -> tuple[tuple[str, ...], list[str]]:
    """Return tracked paths that differ, and paths to remove: untracked ones, and ignored ones obeyed."""
    look = "look at a work tree"
    told = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
    fields = git.ask(look, *told).fields
    ignored = ("ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", *_OBEYED)
    found = git.ask(look, *ignored, environment={"GIT_LITERAL_PATHSPECS": "0"}).fields
    obeyed = (path for path in found if _INSTALLED.isdisjoint(path.split("/")[:-1]))
    changed = sorted(field[3:] for field in fields if not field.startswith("??"))
    return tuple(changed), [*(field[3:] for field in fields if field.startswith("??")), *obeyed]


def checkout_id(tree: Tree) -> str:
    """Return a word that changes whenever the tree is checked out afresh."""
    return (tree.git_dir / _CHECKOUT).read_text()


def empty(folder: Path) -> None:
    """Remove everything in a folder, however its permissions were set; the folder itself stays."""
    os.chmod(folder, stat.S_IMODE(folder.lstat().st_mode) | stat.S_IRWXU)  # noqa: PTH101  lstat is meant
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, onerror=_open_up_and_retry)
        else:
            os.unlink(entry.path)  # noqa: PTH108  a symlink's target must stay out of it


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder, however the permissions were set."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, onerror=_open_up_and_retry)
        return
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        _open_up_and_retry(os.unlink, str(path), None)


def discard(tree: Tree) -> None:
    """Remove a tree and its git directory; silent when there is none."""
    for folder in (tree.path, tree.git_dir):
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            empty(folder)
            folder.rmdir()


def _make_git_dir(tree: Tree, mirror: Mirror) -> None:
    Git(mirror.path).ask("make a work tree", "init", "--bare", "--quiet", "--template=", str(tree.git_dir))
    info = tree.git_dir / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text(ATTRIBUTES)
    (info / "exclude").write_text("".join(f"{name}/\n" for name in CACHES))
    alternates = tree.git_dir / "objects" / "info" / "alternates"
    alternates.parent.mkdir(exist_ok=True)
    alternates.write_text(f"{mirror.path / 'objects'}\n")


def _hand_over(folder: Path) -> None:
    """Give every file to whoever owns the folder: the sandbox's user, once it has run there."""
    owner = folder.lstat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(os.path.join(root, name), owner.st_uid, owner.st_gid)  # noqa: PTH118


def _open_up_and_retry(remove: Callable[..., Any], path: str, _: object) -> None:
    """Answer a refused removal: make the folders writable once and try again."""
    parent = os.path.dirname(path)  # noqa: PTH120
    os.chmod(parent, stat.S_IRWXU)  # noqa: PTH101
    if not os.path.islink(path) and os.path.isdir(path):  # noqa: PTH112, PTH114
        os.chmod(path, stat.S_IRWXU)  # noqa: PTH101
        shutil.rmtree(path)
    elif os.path.lexists(path):
        remove(path)
