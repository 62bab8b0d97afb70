"""Our open pull requests: how they stood when last seen, what is owed on them, and how GitHub sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..domain.following import PullStanding
from ..domain.issues import split_full_name
from ..domain.open_changes import OpenChange
from ..domain.revisions import tell
from ..ports import Desk, Follower, Tracker
from .merging import changes_of
from .revising import read_book, stopped_by


@dataclass(frozen=True, slots=True)
class OpenPull:
    """One open pull request of ours.

    :param owed: what a coming night does on it, "" when nothing is asked.
    :param left_alone_by: who asked Overnight to leave it alone, "" when nobody did.
    """

    change: OpenChange
    owed: str = ""
    left_alone_by: str = ""


def open_pulls(
    desk: Desk, shows: Callable[[str], bool], repository: str | None = None
) -> tuple[OpenPull, ...]:
    """Return what is open as far as the ledger knows, newest first.

    :param shows: whether a repository, by GitHub's id, may be seen.
    :param repository: GitHub node id, None for every repository.
    """
    found = [one for one in changes_of(desk, repository) if not one.ended and shows(one.repository)]
    owed = {place: _owed(desk, place) for place in {one.repository for one in found}}
    found.sort(key=lambda one: (one.pushed_at, one.number), reverse=True)
    return tuple(
        OpenPull(one, owed[one.repository].get(one.number, ""), stopped_by(desk, one.repository, one.number))
        for one in found
    )


def standings_now(
    tracker: Tracker, follower: Follower, full_name: str, numbers: Sequence[int]
) -> Mapping[int, PullStanding]:
    """Ask GitHub how pull requests of a repository stand, by number; few requests, nothing is written.

    :raises NotFound: the repository is gone, or the token may not see it.
    """
    if not numbers:
        return {}
    repository = tracker.repository(*split_full_name(full_name))
    return {one.number: one for one in follower.standings(repository, numbers)}


def _owed(desk: Desk, repository: str) -> Mapping[int, str]:
    """Return pull request → what is pending on it, in words."""
    pending: dict[int, list[str]] = {}
    for revision in read_book(desk, repository).pending():
        pending.setdefault(revision.pull_request, []).append(tell([revision]))
    return {number: "; ".join(dict.fromkeys(said)) for number, said in pending.items()}
