"""Git on a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..domain.changes import Base, Change
from ..domain.issues import Repository
from ..domain.landing import Landed, Step
from ..domain.orders import NightOrder


@dataclass(frozen=True, slots=True)
class Tree:
    """A work tree on this machine; its git directory lies elsewhere, out of the builder's reach."""

    path: Path
    base: Base
    git_dir: Path


@dataclass(frozen=True, slots=True)
class Standing:
    """How a change stands to where its base is now.

    :param conflicts: paths on which both would conflict, sorted.
    :param rewritten: whether the commit the change was built on is not part of the base any more.
    """

    conflicts: tuple[str, ...] = ()
    rewritten: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """Several bases as one.

    :param base: what to build on; None when two of them conflict.
    :param change: the merge commit that was made for it; None when one base holds all the others.
    :param conflicts: paths on which the two of `between` conflict, sorted.
    """

    base: Base | None
    change: Change | None = None
    conflicts: tuple[str, ...] = ()
    between: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reverted:
    """The commit that takes something back.

    :param change: None when it conflicts with what came later, or when nothing is left to take back.
    :param conflicts: paths, sorted.
    """

    change: Change | None
    conflicts: tuple[str, ...] = ()


class Workspace(Protocol):
    """Git on this worker: one bare mirror per repository, a work tree per issue."""

    def refresh(self, repository: Repository) -> str:
        """Fetch the mirror and return the sha of the default branch (RepositoryUnusable when empty)."""

    def open_tree(self, repository: Repository, base: Base, name: str) -> Tree:
        """Return a fresh work tree `name` at the base, applying its bundles when needed."""

    def close_tree(self, tree: Tree) -> None:
        """Remove a work tree."""

    def commit(self, tree: Tree, message: str, order: NightOrder) -> str | None:
        """Commit everything in the tree as the order's author; None when nothing changed."""

    def rollback(self, tree: Tree, sha: str) -> None:
        """Put the tree back to a commit, untracked files gone."""

    def pack(self, tree: Tree, issue: int, branch: str) -> Change:
        """Bundle base..HEAD into storage and describe it; ChangeUnusable when empty."""

    def open_change(self, repository: Repository, change: Change, name: str) -> Tree:
        """Return a clean work tree at the change's head, taken from its bundle alone."""

    def diff(self, tree: Tree) -> str:
        """Return the unified diff base..HEAD (text; binary files named only)."""

    def read_file(self, repository: Repository, sha: str, path: str) -> str | None:
        """Return a file of a commit as text, None when absent."""

    def list_files(self, repository: Repository, sha: str) -> tuple[str, ...]:
        """Return every path of a commit, sorted."""

    def conflicts(self, repository: Repository, ours: str, theirs: str) -> tuple[str, ...]:
        """Return the paths on which merging two commits would conflict; empty when it is clean."""

    def standing(self, repository: Repository, change: Change, onto: Base) -> Standing:
        """Return how a change stands to a base (its own, as it is now)."""

    def rebase(self, repository: Repository, change: Change, onto: Base, order: NightOrder) -> Change | None:
        """Replay the change's commits onto another base; None when they conflict or change nothing there."""

    def push(self, repository: Repository, change: Change, expected: str | None) -> None:
        """Push the change to its branch; `expected` is our own earlier sha there, None for a new branch.

        Forbidden when somebody else's commit stands there or the branch is protected.
        """

    def remote_sha(self, repository: Repository, branch: str) -> str | None:
        """Return the sha of a branch on GitHub, None when it does not exist."""

    def join(
        self, repository: Repository, parts: Sequence[Base], issue: int, branch: str, order: NightOrder
    ) -> Joined:
        """Make one base of several, merged in their order; the same parts always give the same commit."""

    def landed(self, repository: Repository, after: str, head: str) -> tuple[Landed, ...]:
        """Return the first-parent commits of after..head, oldest first (RepositoryUnusable: rewritten)."""

    def before(self, repository: Repository, sha: str, commits: int = 1) -> str:
        """Return the commit that many first-parent steps under one."""

    def brought(self, repository: Repository, merged: str, head: str) -> int:
        """Return how many first-parent commits a merged pull request became: 1, or those of a rebase."""

    def revert(
        self,
        repository: Repository,
        step: Step,
        onto: Base,
        issue: int,
        branch: str,
        message: str,
        order: NightOrder,
    ) -> Reverted:
        """Take a step of the default branch back on top of it, as one commit in a bundle."""
