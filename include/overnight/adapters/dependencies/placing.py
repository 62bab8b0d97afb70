"""Put kept dependencies into a tree, and keep them out of its changes."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ...ports import Tree
from ..git.trees import empty


def place(kept: Path, products: Sequence[str], tree: Path) -> None:
    """Put kept dependencies into a tree; whatever stands in their place there is removed.

    Root shares the files by hard links (the sandbox's user cannot write them), everybody else copies, on
    file systems that can by reference. What the tree's commands write never reaches what is kept.
    """
    for path in products:
        target = tree / path
        _clear(tree, target)
        if not _copied(kept / path, target, link=os.geteuid() == 0):
            _clear(tree, target)
            _copied(kept / path, target, link=False, must=True)


def _copied(source: Path, target: Path, *, link: bool, must: bool = False) -> bool:
    how = ["--link"] if link else ["--reflink=auto"]
    argv = ["cp", "--archive", "--no-target-directory", *how, "--", str(source), str(target)]
    environment = {"LC_ALL": "C", "PATH": os.environ.get("PATH", "/usr/bin:/bin")}
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environment)
    if must and done.returncode != 0:
        code = errno.ENOSPC if "No space left" in done.stderr else errno.EIO
        raise OSError(code, f"dependencies could not be copied: {done.stderr.strip()[-300:]}")
    return done.returncode == 0


def _clear(tree: Path, target: Path) -> None:
    """Make the way to a target: real folders only, nothing at its end."""
    step = tree
    for part in target.relative_to(tree).parts[:-1]:
        step = step / part
        if step.is_symlink() or not step.is_dir():
            step.unlink(missing_ok=True)
            step.mkdir()
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.is_dir():
        empty(target)
        shutil.rmtree(target)


def exclude(tree: Tree, products: tuple[str, ...]) -> None:
    """Tell git that what setup makes is no part of a change."""
    file = tree.git_dir / "info" / "exclude"
    known = file.read_text() if file.exists() else ""
    lines = (f"/{_as_pattern(path)}" for path in products if "\n" not in path)
    new = [line for line in lines if line not in known.splitlines()]
    if new:
        file.write_text(known + "".join(f"{line}\n" for line in new))


def _as_pattern(path: str) -> str:
    return "".join(f"\\{letter}" if letter in "*?[\\! #" else letter for letter in path)
