"""Why a checkout is not merged: one table, a row per reason, read from the top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .drift import CheckoutState, shown

_Says = Callable[[CheckoutState], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of the table: it refuses when `when` holds.

    :param reason: why, for people; :param fix: what a person can do about it.
    """

    name: str
    when: Callable[[CheckoutState], bool]
    reason: _Says
    fix: _Says


def listed(paths: Sequence[str], most: int = 5) -> str:
    """Return the first paths of a list and how many more there are."""
    text = ", ".join(map(shown, paths[:most]))
    return f"{text} and {len(paths) - most} more" if len(paths) > most else text


def counted(number: int, noun: str) -> str:
    """Return "1 file", "2 files"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _autostash_fits(state: CheckoutState) -> bool:
    return bool(state.checkout.autostash and state.stash and not state.stash_conflicts)


UNUSABLE: tuple[Refusal, ...] = (
    Refusal(
        "problem",
        lambda s: bool(s.problem),
        lambda s: s.problem,
        lambda s: f"mend it, or correct the path of checkout {s.checkout.name}",
    ),
    Refusal(
        "unreachable",
        lambda s: bool(s.unreachable),
        lambda s: s.unreachable,
        lambda s: f"try it by hand: git -C {s.checkout.path} fetch {s.checkout.remote}",
    ),
    Refusal(
        "no branch",
        lambda s: not s.remote_sha,
        lambda s: f"{s.checkout.remote} has no branch {s.expected or '(it names no default branch)'}",
        lambda s: f"set the branch of checkout {s.checkout.name}",
    ),
    Refusal(
        "unborn",
        lambda s: not s.head,
        lambda s: "the checkout has no commit yet",
        lambda s: f"git -C {s.checkout.path} switch {s.expected}",
    ),
)
"""Nothing can be said about drift."""

IN_THE_WAY: tuple[Refusal, ...] = (
    Refusal(
        "undone",
        lambda s: bool(s.undone) and s.undone == s.remote_sha,
        lambda s: f"the merge of {s.remote_sha[:12]} was taken back, and nothing came after it",
        lambda s: f"overnight sync run {s.checkout.name} merges it again",
    ),
    Refusal(
        "operation",
        lambda s: bool(s.operations),
        lambda s: f"a {' and a '.join(s.operations)} is under way",
        lambda s: "finish or abort it first",
    ),
    Refusal(
        "lock",
        lambda s: bool(s.locks),
        lambda s: f"git is at work here, or died at it: {', '.join(s.locks)}",
        lambda s: "when no git runs in this checkout, remove the lock file",
    ),
    Refusal(
        "unmerged",
        lambda s: bool(s.unmerged),
        lambda s: f"unresolved conflicts in {listed(s.unmerged)}",
        lambda s: "resolve them and commit",
    ),
    Refusal(
        "detached",
        lambda s: not s.branch,
        lambda s: f"the head is detached at {s.head[:12]}",
        lambda s: f"git switch {s.expected}",
    ),
    Refusal(
        "other branch",
        lambda s: s.branch != s.expected,
        lambda s: f"on branch {s.branch}, not on {s.expected}",
        lambda s: f"git switch {s.expected}, or set the branch of checkout {s.checkout.name}",
    ),
    Refusal(
        "rewritten",
        lambda s: s.rewritten,
        lambda s: f"the history of {s.checkout.remote}/{s.expected} was rewritten (force-pushed)",
        lambda s: "compare both histories, then rebase or reset by hand",
    ),
    Refusal(
        "no base",
        lambda s: not s.base,
        lambda s: (
            "the clone is too shallow to see where both sides parted"
            if s.shallow
            else "both sides have no common history"
        ),
        lambda s: "git fetch --unshallow" if s.shallow else "look at the remote: is it the right repository?",
    ),
    Refusal(
        "hidden",
        lambda s: bool(s.hidden),
        lambda s: f"marked sparse or assume-unchanged, so edits would not be seen: {listed(s.hidden)}",
        lambda s: "merge by hand, or clear the mark (git update-index --no-assume-unchanged)",
    ),
    Refusal(
        "submodule",
        lambda s: bool(s.submodules),
        lambda s: f"the merge moves submodules that are checked out: {listed(s.submodules)}",
        lambda s: "git pull && git submodule update",
    ),
    Refusal(
        "case",
        lambda s: s.case_insensitive and bool(s.collisions),
        lambda s: f"paths that this file system cannot tell apart: {listed(s.collisions)}",
        lambda s: "rename one of them on the remote",
    ),
    Refusal(
        "overwritten",
        lambda s: bool(s.overwritten),
        lambda s: (
            f"{'ignored' if s.ignored == s.overwritten else 'untracked'} files would be overwritten: "
            f"{listed(s.overwritten)}"
        ),
        lambda s: "move or commit them",
    ),
    Refusal(
        "conflict",
        lambda s: bool(s.conflicts),
        lambda s: f"unpushed and incoming commits conflict in {listed(s.conflicts)}",
        lambda s: f"both sides are in .git/overnight/conflicts.md; git merge {s.remote_sha[:12]}",
    ),
    Refusal(
        "unpushed",
        lambda s: s.diverged and bool(s.both),
        lambda s: f"unpushed commits touch the same files as the incoming ones: {listed(s.both)}",
        lambda s: "pull and look at the result yourself",
    ),
    Refusal(
        "diverged",
        lambda s: s.diverged and not s.checkout.merge_diverged,
        lambda s: f"{counted(s.ahead_count, 'unpushed commit')}, and merge commits are off for this checkout",
        lambda s: "git pull --rebase, or push first",
    ),
    Refusal(
        "uncommitted",
        lambda s: bool(s.involved) and not _autostash_fits(s),
        lambda s: (
            f"uncommitted work does not fit onto the incoming commits: {listed(s.stash_conflicts)}"
            if s.stash_conflicts
            else f"uncommitted work in files that the merge would change: {listed(s.involved)}"
        ),
        lambda s: "commit or stash it, or set autostash for this checkout",
    ),
)
"""There is something to merge, and it may not be: nothing of the checkout is touched."""
