"""What is found in a checkout: where it stands to its remote, and what stands in the way of a merge."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .checkouts import Checkout


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit by sha and first line."""

    sha: str
    subject: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """A path that a commit range touches.

    :param status: git's letter: A, M, D, T, R (then `old` is the former path).
    :param mode: of the new side, "000000" when it is gone.
    """

    path: str
    status: str
    old: str = ""
    mode: str = "100644"
    old_mode: str = "100644"

    @property
    def paths(self) -> tuple[str, ...]:
        """Return every path it touches."""
        return (self.old, self.path) if self.old else (self.path,)

    @property
    def is_submodule(self) -> bool:
        return "160000" in (self.mode, self.old_mode)


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """Everything a decision about one checkout is made from; SHAs are "" where there is none.

    :param problem: why there is nothing to look at (no such folder, no repository, somebody else's).
    :param unreachable: why the remote could not be fetched.
    :param url: of the remote, without credentials.
    :param branch: checked out now, "" with a detached head; `expected` is the one to keep level.
    :param remote_sha: the remote's branch as fetched just now.
    :param base: merge base of both.
    :param ahead: commits that the remote's branch has not, newest first, at most 50 (`ahead_count` is all of
        them); likewise behind.
    :param rewritten: the remote's branch was force-pushed since it was last seen.
    :param operations: what is under way: rebase, merge, cherry-pick, revert, bisect, am.
    :param locks: lock files of git, with their age in words.
    :param unmerged: paths with unresolved conflicts.
    :param dirty: tracked paths with uncommitted changes, staged or not.
    :param incoming: what a merge would change in the work tree.
    :param unpushed: paths of the commits that are on no branch of the remote.
    :param both: paths that commits ahead and incoming ones touch.
    :param conflicts: paths on which merging both sides would conflict.
    :param overwritten: untracked paths that a merge would overwrite; `ignored` are those git ignores.
    :param hidden: incoming paths marked assume-unchanged or skip-worktree (sparse checkout).
    :param submodules: incoming submodule moves whose submodule is checked out.
    :param lfs: incoming paths that are LFS pointers; `lfs_ready` when git-lfs is configured.
    :param collisions: incoming paths that differ from another path only by case.
    :param stash: commit that holds the uncommitted work, made for autostash; its conflicts beside it.
    :param undone: the remote's commit whose merge a person took back last, "" for none.
    :param merged_tree: tree of the proved merge, "" when it conflicts or is not needed.
    """

    checkout: Checkout
    problem: str = ""
    unreachable: str = ""
    url: str = ""
    branch: str = ""
    expected: str = ""
    head: str = ""
    remote_sha: str = ""
    base: str = ""
    ahead: tuple[Commit, ...] = ()
    behind: tuple[Commit, ...] = ()
    ahead_count: int = 0
    behind_count: int = 0
    rewritten: bool = False
    shallow: bool = False
    operations: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()
    dirty: tuple[str, ...] = ()
    incoming: tuple[FileChange, ...] = ()
    unpushed: tuple[str, ...] = ()
    both: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    overwritten: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    submodules: tuple[str, ...] = ()
    lfs: tuple[str, ...] = ()
    lfs_ready: bool = False
    collisions: tuple[str, ...] = ()
    case_insensitive: bool = False
    stash: str = ""
    stash_conflicts: tuple[str, ...] = ()
    merged_tree: str = ""
    undone: str = ""

    @property
    def diverged(self) -> bool:
        return self.ahead_count > 0 and self.behind_count > 0

    @property
    def involved(self) -> tuple[str, ...]:
        """Return uncommitted paths that a merge would touch."""
        return touching(self.dirty, (path for change in self.incoming for path in change.paths))

    @property
    def renames(self) -> tuple[FileChange, ...]:
        return tuple(change for change in self.incoming if change.status == "R")


def touching(paths: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that are among the others, above one of them, or below one."""
    exact = set(others)
    above = {parent for other in exact for parent in parents(other)}
    return tuple(
        sorted(
            path for path in paths if path in exact or path in above or not exact.isdisjoint(parents(path))
        )
    )


def parents(path: str) -> tuple[str, ...]:
    """Return the folders above a path, outermost first."""
    parts = path.split("/")
    return tuple("/".join(parts[:count]) for count in range(1, len(parts)))


def case_collisions(changed: Collection[str], present: Iterable[str]) -> tuple[str, ...]:
    """Return changed paths that another present path equals but for the case of letters."""
    names: dict[str, set[str]] = {}
    for path in {*changed, *present}:
        for name in (path, *parents(path)):
            names.setdefault(name.casefold(), set()).add(name)
    return tuple(
        sorted(
            path
            for path in changed
            if any(len(names[name.casefold()]) > 1 for name in (path, *parents(path)))
        )
    )


def shown(path: str) -> str:
    """Return a path as text that every encoding and terminal takes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
