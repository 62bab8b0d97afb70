"""Look at a checkout: fetch, and gather everything a decision is made from. Only our own refs change."""

from __future__ import annotations

from dataclasses import replace

from ...domain.checkouts import Checkout, is_of, repository_of
from ...domain.drift import CheckoutState, Commit
from ...domain.errors import OvernightError
from ..git.failures import brief
from . import journal
from .fetching import fetch, remote_branch
from .incoming import with_incoming
from .places import Place, find
from .standing import locks, operations, read_status
from .stashing import with_stash

SHOWN_COMMITS = 50


def look(checkout: Checkout) -> CheckoutState:
    """Return how a checkout stands, with what is wrong in it instead of an error."""
    try:
        return look_at(find(checkout), checkout)
    except OvernightError as error:
        return CheckoutState(checkout, problem=str(error))
    except OSError as error:
        return CheckoutState(checkout, problem=f"{error.filename or checkout.path}: {error.strerror}")


def look_at(place: Place, checkout: Checkout, *, again: bool = False) -> CheckoutState:
    """Return how a checkout stands.

    :param again: compare with what was fetched before, without asking the remote.
    """
    state = read_status(place, CheckoutState(checkout))
    state = replace(
        state,
        operations=operations(place),
        locks=locks(place, state.branch),
        undone=journal.undone(place),
        url=brief(place.git.attempt("remote", "get-url", "--", checkout.remote).text),
    )
    state = _with_settings(place, state)
    if not state.url:
        return replace(state, problem=f"it has no remote {checkout.remote}: git remote add")
    if not is_of(checkout, state.url):
        of = repository_of(state.url) or state.url
        return replace(state, problem=f"its remote is {of}, not {checkout.repository}")
    try:
        expected = remote_branch(place, checkout, again)
        sha, rewritten = fetch(place, checkout, expected, state.head, again) if expected else ("", False)
    except OvernightError as error:
        return replace(state, unreachable=str(error))
    state = replace(state, expected=expected, remote_sha=sha, rewritten=rewritten)
    return _with_drift(place, state) if sha and state.head else state


def _with_drift(place: Place, state: CheckoutState) -> CheckoutState:
    git, ends = place.git, f"HEAD...{state.remote_sha}"
    counted = git.ask("count commits", "rev-list", "--left-right", "--count", ends).text.split()
    base = git.attempt("merge-base", "HEAD", state.remote_sha).text
    state = replace(
        state,
        ahead_count=int(counted[0]),
        behind_count=int(counted[1]),
        base=base,
        shallow=place.shallow,
        ahead=_commits(place, f"{state.remote_sha}..HEAD") if counted[0] != "0" else (),
        behind=_commits(place, f"HEAD..{state.remote_sha}") if counted[1] != "0" else (),
    )
    return with_stash(place, with_incoming(place, state)) if base else state


def _commits(place: Place, range_: str) -> tuple[Commit, ...]:
    said = place.git.ask("list commits", "log", "-z", f"-{SHOWN_COMMITS}", "--format=%H %s", range_, "--")
    return tuple(Commit(*field.partition(" ")[::2]) for field in said.fields)


def _with_settings(place: Place, state: CheckoutState) -> CheckoutState:
    """Return the state with what the configuration says of the file system and of git-lfs."""
    wanted = r"^(core\.ignorecase|filter\.lfs\.(smudge|process))$"
    said = place.git.attempt("config", "-z", "--get-regexp", wanted)
    found = dict(field.partition("\n")[::2] for field in said.fields)
    blind = found.pop("core.ignorecase", "") == "true"
    return replace(state, case_insensitive=blind, lfs_ready=any(found.values()))
