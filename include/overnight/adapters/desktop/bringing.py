"""Bring a night's branches to the desktop, and open a work tree for each where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...domain.checkouts import Checkout
from ...ports.desktop import Opened
from .places import Place
from .refs import sha_of

_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def bring(place: Place, checkout: Checkout, branches: Sequence[str]) -> Opened:
    """Fetch branches to refs/remotes/<remote>/, so that `git switch <branch>` just works.

    A branch that is not on the remote (any more) is left out; a name that git would not take, too.
    """
    asked = [branch for branch in dict.fromkeys(branches) if _BRANCH.fullmatch(branch)]
    there = _on_remote(place, checkout, asked)
    if there:
        place.git.ask(
            f"fetch {len(there)} branches",
            *("fetch", "--quiet", "--no-tags", "--no-auto-gc", "--no-write-fetch-head", "--refmap="),
            *("--no-recurse-submodules", "--no-prune", "--", checkout.remote),
            *(f"+refs/heads/{branch}:{_ref(checkout, branch)}" for branch in there),
            seconds=checkout.fetch_seconds,
        )
    fetched = tuple((branch, sha_of(place.git, _ref(checkout, branch))) for branch in there)
    if not checkout.worktrees:
        return Opened(fetched)
    return Opened(fetched, tuple(_open(place, checkout, branch) for branch, _ in fetched))


def _ref(checkout: Checkout, branch: str) -> str:
    return f"refs/remotes/{checkout.remote}/{branch}"


def _on_remote(place: Place, checkout: Checkout, branches: Sequence[str]) -> list[str]:
    if not branches:
        return []
    said = place.git.ask(
        f"ask {checkout.remote} for the night's branches",
        *("ls-remote", "--heads", "--", checkout.remote),
        *(f"refs/heads/{branch}" for branch in branches),
        seconds=checkout.fetch_seconds,
    )
    found = {line.partition("\t")[2].removeprefix("refs/heads/") for line in said.text.splitlines()}
    return [branch for branch in branches if branch in found]


def _open(place: Place, checkout: Checkout, branch: str) -> str:
    """Open a work tree at the fetched commit, detached; one that is there already stays as it is."""
    folder = Path(checkout.worktrees).expanduser() / branch.replace("/", "-")
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        place.git.ask(
            f"open a work tree for {branch}",
            *("worktree", "add", "--quiet", "--detach", str(folder), _ref(checkout, branch)),
        )
    return str(folder)
