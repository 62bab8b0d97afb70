"""Move a checkout from one commit to another: all of it, or nothing.

Everything is made ready beside the checkout first: objects, the new files, the new index. Only then, with
git's own index lock held, the files are renamed into place, the refs moved and the index replaced. The
journal says at every moment how to go on; `settle` finishes a move that was killed, or takes it back.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace

from ...domain.errors import Contended, OvernightError, RepositoryUnusable
from . import index_lock, journal
from .files import Shelf
from .incoming import changes
from .journal import PREPARED, SWAPPING, Move
from .places import Place
from .preparing import plan_steps, stage_files, stage_index
from .refs import keep_backup, move_refs, sha_of

Told = Callable[[str], None]


def silent(step: str) -> None:
    """Tell nobody."""


def swap(place: Place, move: Move, unchanged: Callable[[], bool], told: Told = silent) -> Move:
    """Carry out a move; after an error the checkout is as it was.

    :param unchanged: asked with the index lock held: is the checkout still what was looked at?
    :param told: is told each step before it is taken.
    """
    place.make_ours()
    told("journal")
    journal.write(journal.journal_file(place), move)
    try:
        told("backup")
        keep_backup(place, move)
        told("stage")
        shelf = Shelf.of(place, move)
        (shelf.folder / "old").mkdir(parents=True)
        stage_index(place, shelf, move)
        move = replace(move, steps=plan_steps(place, shelf, move))
        stage_files(place, shelf, move)
        told("lock")
        index_lock.take(place, move)
        told("verify")
        if not unchanged():
            raise Contended("the checkout changed while the merge was made ready; nothing was touched")
        move = replace(move, steps=_stats(shelf, move), stage=SWAPPING)
        told("begin")
        journal.write(journal.journal_file(place), move)
        _forward(place, move, told)
    except (OvernightError, OSError):
        _abandon(place)
        raise
    return move


def settle(place: Place, told: Told = silent) -> str:
    """Finish or take back a move that was killed; return what was done, "" when there was none."""
    move = journal.read(journal.journal_file(place))
    if move is None:
        return ""
    if move.stage == PREPARED:
        _forget(place, move, drop_backup=True)
        return f"an earlier {move.kind} had not begun to touch anything: forgotten"
    index_lock.take_again(place, move)
    try:
        _forward(place, move, told)
    except Contended as error:
        _back(place, move)
        return f"an earlier {move.kind} was taken back: {error}"
    return f"an earlier {move.kind} to {move.after[:12]} was finished"


def _forward(place: Place, move: Move, told: Told) -> None:
    shelf = Shelf.of(place, move)
    if shelf.index.exists():
        if sha_of(place.git, "HEAD") not in (move.before, move.after):
            raise Contended("somebody moved the branch meanwhile")
        for step in move.steps:
            told(f"put {step.path}")
            shelf.put(step)
        _fill_submodules(place, move)
        told("refresh")
        _refresh(place, shelf)
        told("refs")
        move_refs(place, move)
        told("index")
        shelf.index.replace(place.index)
    told("last")
    if move.kind == "merge":
        journal.write(journal.last_file(place), move)
    else:
        journal.last_file(place).unlink(missing_ok=True)
    told("done")
    _forget(place, move)
    told("end")


def _abandon(place: Place) -> None:
    """After an error: back to before. What cannot be put back is left to `settle`, with its journal."""
    move = journal.read(journal.journal_file(place))
    if move is None:
        return
    if move.stage == PREPARED:
        _forget(place, move, drop_backup=True)
    else:
        _back(place, move)


def _back(place: Place, move: Move) -> None:
    shelf = Shelf.of(place, move)
    kept = [step.path for step in reversed(move.steps) if not shelf.take_back(step)]
    if sha_of(place.git, "HEAD") == move.after:
        ref, old, new = move.tracking
        tracking = (ref, new, old) if old else ("", "", "")
        move_refs(place, replace(move, before=move.after, after=move.before, tracking=tracking))
    left = [step for step in move.steps if journal.stat_of(shelf.old(step)) is not None]
    if left:
        rescued = place.ours / f"rescued-{move.token}"
        for step in left:
            target = rescued / step.path
            target.parent.mkdir(parents=True, exist_ok=True)
            shelf.old(step).replace(target)
    _forget(place, move)
    if kept:
        where = f"; their former versions are in {place.ours / f'rescued-{move.token}'}" if left else ""
        raise RepositoryUnusable(
            f"taken back, but for files that were edited meanwhile: {', '.join(kept[:5])}{where}"
        )


def _stats(shelf: Shelf, move: Move) -> tuple[journal.Step, ...]:
    """Return the steps with what old and new files look like, so that later edits are told apart."""
    return tuple(
        replace(
            step,
            old=journal.stat_of(shelf.top / step.path) if step.old else None,
            new=journal.stat_of(shelf.new(step)) if step.arrives else None,
        )
        for step in move.steps
    )


def _fill_submodules(place: Place, move: Move) -> None:
    """A new submodule that is not checked out is an empty folder."""
    for one in changes(place, move.before, move.after, renames=False):
        if one.mode == "160000" != one.old_mode:
            (place.path / one.path).mkdir(parents=True, exist_ok=True)


def _refresh(place: Place, shelf: Shelf) -> None:
    """Note the new files' times in the new index; uncommitted work makes git say so, which is no failure."""
    environment = {"GIT_INDEX_FILE": str(shelf.index)}
    place.git.attempt("update-index", "-q", "--refresh", environment=environment)


def _forget(place: Place, move: Move, *, drop_backup: bool = False) -> None:
    index_lock.give_back(place, move)
    if drop_backup:
        for ref in (move.backup, f"{move.backup}-uncommitted"):
            place.git.attempt("update-ref", "-d", ref)
    journal.journal_file(place).unlink(missing_ok=True)
    shutil.rmtree(Shelf.of(place, move).folder, ignore_errors=True)
