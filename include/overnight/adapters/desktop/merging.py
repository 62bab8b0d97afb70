"""Turn a decision into a move of the checkout, and the last move into its opposite."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from ...domain.checkouts import Checkout
from ...domain.drift import CheckoutState
from ...domain.errors import Forbidden, NotFound
from ...domain.syncing import decide
from ...ports.desktop import Moved
from . import journal
from .incoming import changes, proved_merge
from .journal import Move
from .looking import look_at
from .overwriting import in_the_way
from .places import Place, write_durably
from .refs import sha_of
from .standing import locks, operations, read_status
from .stashing import merge_commit, stored
from .swapping import Told, silent, swap

BACKUPS = "refs/overnight/backup"
KEPT_BACKUPS = 50


def merge(place: Place, state: CheckoutState, now: datetime, told: Told = silent) -> Moved:
    """Carry out what was decided for this state.

    :raises Forbidden: the state is not safe to merge.
    :raises Contended: the checkout is not in this state any more; nothing was touched.
    """
    decision = decide(state)
    if not decision.safe:
        raise Forbidden(f"checkout {state.checkout.name} is not merged: {decision.reason}")
    move = _move_of(place, state, now)

    def unchanged() -> bool:
        return replace(look_at(place, state.checkout, again=True), locks=()) == state

    moved = swap(place, move, unchanged, told)
    _thin_out(place)
    if state.checkout.hooks:
        _run_post_merge(place)
    return _told_of(moved)


def undo(place: Place, checkout: Checkout, now: datetime, told: Told = silent) -> Moved:
    """Take the last merge back; what was carried over becomes uncommitted work again, as it was.

    :raises NotFound: there is nothing to undo.
    :raises Forbidden: commits, edits or files that came later would be lost.
    """
    last = journal.read(journal.last_file(place))
    if last is None:
        raise NotFound(f"checkout {checkout.name}: nothing was merged that could be undone")
    _check_undo(place, checkout, last)
    token = uuid4().hex
    move = Move(
        token=token,
        kind="undo",
        branch=last.branch,
        before=last.after,
        after=last.before,
        content=last.former,
        former=last.content,
        backup=_backup(now, token),
        carries=last.carries,
    )

    def unchanged() -> bool:
        try:
            _check_undo(place, checkout, last, ours_is_locked=True)
        except Forbidden:
            return False
        return True

    # Before the swap: killed in between, it says of a level checkout what does no harm.
    write_durably(journal.undone_file(place), last.tracking[2].encode())
    return _told_of(swap(place, move, unchanged, told))


def _move_of(place: Place, state: CheckoutState, now: datetime) -> Move:
    after = merge_commit(place, state) if state.diverged else state.remote_sha
    content = proved_merge(place, after, state.stash)[0] if state.stash else _tree(place, after)
    ref = f"refs/remotes/{state.checkout.remote}/{state.expected}"
    token = uuid4().hex
    return Move(
        token=token,
        kind="merge",
        branch=state.branch,
        before=state.head,
        after=after,
        content=content,
        former=_tree(place, state.stash or state.head),
        backup=_backup(now, token),
        stash=state.stash,
        carries=bool(state.stash),
        tracking=(ref, sha_of(place.git, ref), state.remote_sha),
    )


def _check_undo(place: Place, checkout: Checkout, last: Move, *, ours_is_locked: bool = False) -> None:
    state = read_status(place, CheckoutState(checkout))
    undone = changes(place, last.after, last.before)
    paths = {path for one in undone for path in one.paths}
    here = stored(place)
    edited = sorted(
        one.path for one in changes(place, last.content, here, renames=False) if one.path in paths
    )
    reasons = (
        (state.branch != last.branch, f"{last.branch} is not checked out"),
        (state.head != last.after, f"{last.branch} has moved on to {state.head[:12]}"),
        (bool(operations(place)), "something is under way in the checkout"),
        (not ours_is_locked and bool(locks(place, state.branch)), "git is at work in the checkout"),
        (bool(state.unmerged), "there are unresolved conflicts"),
        (bool(edited), f"edited since: {', '.join(edited[:5])}"),
        (bool(in_the_way(place, undone)), "new files lie where old ones would come back"),
    )
    for holds, why in reasons:
        if holds:
            raise Forbidden(
                f"checkout {checkout.name}: the merge is not undone: {why} "
                f"(what was there before is kept as {last.backup})"
            )


def _tree(place: Place, commit: str) -> str:
    return place.git.ask("find a tree", "rev-parse", "--verify", f"{commit}^{{tree}}").text


def _backup(now: datetime, token: str) -> str:
    return f"{BACKUPS}/{now:%Y%m%dT%H%M%SZ}-{token[:6]}"


def _told_of(move: Move) -> Moved:
    return Moved(move.branch, move.before, move.after, move.backup, len(move.steps), move.stash)


def _thin_out(place: Place) -> None:
    """Names begin with the moment, so the oldest come first."""
    listed = place.git.attempt("for-each-ref", "--format=%(refname)", BACKUPS).text.splitlines()
    old = sorted(listed)[:-KEPT_BACKUPS]
    if not old:
        return
    place.git.attempt("update-ref", "--stdin", stdin="".join(f"delete {ref}\n" for ref in old).encode())


def _run_post_merge(place: Place) -> None:
    """Run the developer's hook because their settings ask for it; its failure is theirs to see."""
    given = place.git.attempt("config", "--get-all", "core.hooksPath").text.splitlines()[:-1]
    hooks = given[-1] if given else str(place.shared / "hooks")
    place.git.attempt(
        *("hook", "run", "--ignore-missing", "post-merge", "--", "0"),
        configuration={"core.hooksPath": hooks},
    )
