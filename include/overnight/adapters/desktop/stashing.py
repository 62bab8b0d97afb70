"""Uncommitted work as commits, made without touching index or work tree; and whether it fits a merge."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ...domain.drift import CheckoutState
from .incoming import proved_merge
from .places import Place


def with_stash(place: Place, state: CheckoutState) -> CheckoutState:
    """Return the state with the uncommitted work stored and tried, where autostash would carry it over."""
    ready = state.checkout.autostash and state.involved and not state.unmerged and not state.conflicts
    if not ready:
        return state
    stash = stored(place)
    onto = merge_commit(place, state) if state.merged_tree else state.remote_sha
    _, conflicts = proved_merge(place, onto, stash)
    return replace(state, stash=stash, stash_conflicts=conflicts)


def stored(place: Place) -> str:
    """Return a commit on top of HEAD whose tree is the tracked files as they lie in the work tree."""
    with copied_index(place) as index:
        environment = {"GIT_INDEX_FILE": str(index)}
        place.git.ask("read uncommitted work", "add", "--update", environment=environment)
        tree = place.git.ask("store uncommitted work", "write-tree", environment=environment).text
    # The date stands still, so that the same work is the same commit when it is looked at again.
    still = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "1700000000 +0000")
    message = "overnight: uncommitted work"
    return place.git.ask(
        "store uncommitted work", "commit-tree", tree, "-p", "HEAD", "-m", message, environment=still
    ).text


def merge_commit(place: Place, state: CheckoutState) -> str:
    """Return the merge of both sides as a commit object; the same state gives the same commit."""
    date = place.git.ask("read a date", "log", "-1", "--format=%ct", state.remote_sha, "--").text
    dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{date} +0000")
    message = f"Merge {state.checkout.remote}/{state.expected} into {state.branch}"
    return place.git.ask(
        "make the merge commit",
        *("commit-tree", state.merged_tree, "-p", state.head, "-p", state.remote_sha, "-m", message),
        environment=dates,
    ).text


@contextmanager
def copied_index(place: Place) -> Iterator[Path]:
    """Give a copy of the index for commands that would rewrite it."""
    with tempfile.TemporaryDirectory(prefix="index-", dir=place.make_ours()) as folder:
        copy = Path(folder) / "index"
        if place.index.exists():
            shutil.copy2(place.index, copy)  # its time tells git which entries it may trust
        yield copy
