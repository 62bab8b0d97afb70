"""What a checkout itself says: branch, uncommitted work, what is under way, who holds a lock."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from ...domain.drift import CheckoutState
from .places import Place

_OPERATIONS = (
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("BISECT_LOG", "bisect"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("sequencer", "sequence of picks"),
)
_STALE_SECONDS = 600.0


def read_status(place: Place, state: CheckoutState) -> CheckoutState:
    """Return the state with branch, head, uncommitted and unmerged paths; the index is not rewritten."""
    said = place.git.ask(
        "read the status",
        *("status", "--porcelain=v2", "-z", "--branch", "--untracked-files=no", "--ignore-submodules=none"),
        "--no-renames",
    )
    facts, dirty, unmerged = {}, set(), set()
    for field in said.fields:
        kind = field[0]
        if kind == "#":
            key, _, value = field[2:].partition(" ")
            facts[key] = value
        elif kind == "1":
            dirty.add(field.split(" ", 8)[8])
        elif kind == "u":
            unmerged.add(field.split(" ", 10)[10])
    head, branch = facts.get("branch.oid", ""), facts.get("branch.head", "")
    return replace(
        state,
        head="" if head == "(initial)" else head,
        branch="" if branch == "(detached)" else branch,
        dirty=tuple(sorted(dirty)),
        unmerged=tuple(sorted(unmerged)),
    )


def operations(place: Place) -> tuple[str, ...]:
    """Return what a person began here and did not finish."""
    return tuple(dict.fromkeys(name for file, name in _OPERATIONS if (place.git_dir / file).exists()))


def locks(place: Place, branch: str) -> tuple[str, ...]:
    """Return git's lock files with their age, told apart by whether anybody can still be at work."""
    shared = place.shared
    files = [
        *(place.git_dir / name for name in ("index.lock", "HEAD.lock")),
        *(shared / name for name in ("config.lock", "packed-refs.lock", "shallow.lock")),
        shared / "refs" / "heads" / f"{branch}.lock",
    ]
    return tuple(found for file in files if (found := _told(file)))


def _told(file: Path) -> str:
    try:
        seconds = time.time() - file.lstat().st_mtime
    except OSError:
        return ""
    if seconds < _STALE_SECONDS:
        return f"{file.name} (fresh)"
    return f"{file.name} (stale, over {int(_STALE_SECONDS // 60)} minutes old)"
