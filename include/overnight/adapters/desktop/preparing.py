"""Make a move ready beside the checkout: its index, its list of files, and the files themselves."""

from __future__ import annotations

import os
import shutil

from ...domain.drift import FileChange
from ...domain.errors import RepositoryUnusable
from .files import Shelf
from .incoming import changes
from .journal import Move, Step
from .places import Place

_GONE = "000000"


def plan_steps(place: Place, shelf: Shelf, move: Move) -> tuple[Step, ...]:
    """Return a step per touched file, removals first: a folder may take a file's place."""
    touched = [
        one
        for one in changes(place, move.before, move.after, renames=False)
        if not one.is_submodule or one.mode != one.old_mode
    ]
    ordered = sorted(touched, key=lambda one: (_arrives(one), one.path))
    known = (0, 0, 0, 0)  # replaced by what is really there once the lock is held
    return tuple(
        Step(number, one.path, known if _leaves(one) else None, None, _arrives(one))
        for number, one in enumerate(ordered)
        if _arrives(one) or _leaves(one)
    )


def _arrives(one: FileChange) -> bool:
    return one.mode not in (_GONE, "160000")


def _leaves(one: FileChange) -> bool:
    return one.old_mode not in (_GONE, "160000")


def stage_index(place: Place, shelf: Shelf, move: Move) -> None:
    """Make the index that the checkout will have: what is staged in untouched paths stays staged."""
    if place.index.exists():
        shutil.copy2(place.index, shelf.index)
    environment = {"GIT_INDEX_FILE": str(shelf.index)}
    if move.carries:
        _unstage(place, move, environment)
    place.git.ask(
        "make the new index", "read-tree", "-m", "-i", move.before, move.after, environment=environment
    )


def _unstage(place: Place, move: Move, environment: dict[str, str]) -> None:
    """Carried work is uncommitted work afterwards, staged or not before: its paths start from the commit."""
    paths = [one.path for one in changes(place, move.before, move.after, renames=False)]
    listing = place.git.ask("list the commit", "ls-tree", "-r", "-z", move.before).fields
    entries = {path: entry for entry, _, path in (field.partition("\t") for field in listing)}
    lines = b""
    for path in paths:
        mode, _, sha = entries.get(path, f"0 blob {'0' * 40}").split(" ")
        lines += f"{mode} {sha}\t{path}\0".encode(errors="surrogateescape")
    place.git.ask(
        "make the new index",
        *("update-index", "-z", "--index-info"),
        stdin=lines,
        environment=environment,
    )


def stage_files(place: Place, shelf: Shelf, move: Move) -> None:
    """Write the new files as git would check them out, attributes and filters included, into our folder."""
    wanted = [step.path for step in move.steps if step.arrives]
    shelf.staged.mkdir()
    content = shelf.folder / "content"
    environment = {"GIT_INDEX_FILE": str(content), "GIT_WORK_TREE": str(shelf.staged)}
    environment["GIT_DIR"] = str(place.git_dir)
    place.git.ask("read the merged files", "read-tree", move.content, environment=environment)
    place.git.ask(
        "write the merged files",
        *("checkout-index", "-z", "--stdin", "--force"),
        stdin=b"".join(path.encode(errors="surrogateescape") + b"\0" for path in wanted),
        environment=environment,
        seconds=600.0,
    )
    missing = [path for path in wanted if not os.path.lexists(shelf.staged / path)]
    if missing:
        raise RepositoryUnusable(f"git did not write {missing[0]}; nothing was touched")
