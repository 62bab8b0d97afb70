"""The Workspace port on git: one bare mirror per repository and worker, a work tree per issue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from ...domain.changes import Base, Change
from ...domain.errors import ChangeUnusable, RepositoryUnusable
from ...domain.issues import Repository
from ...domain.landing import Landed, Step
from ...domain.orders import NightOrder
from ...ports import Storage, Tree
from ...ports.git import Joined, Reverted, Standing
from . import bundles, commits, joining, pushing, replaying, reverting, snapshots, trees
from .access import RemoteAccess
from .contents import read_regular
from .mirrors import Mirror, checked

_CONFLICTS = 1


@dataclass(frozen=True, slots=True)
class GitWorkspace:
    """Git on this worker.

    :param home: folder for mirrors, trees and their git directories; on one disk, ours alone.
    :param storage: where bundles are put and found.
    :param remote: how GitHub is reached.
    """

    home: Path
    storage: Storage
    remote: RemoteAccess

    def refresh(self, repository: Repository) -> str:
        """Fetch the mirror and return the sha of the default branch.

        Errors: RepositoryUnusable (empty), NotAuthorized, NotFound, Unreachable, DiskFull.
        """
        return self._mirror(repository).fetch()

    def open_tree(self, repository: Repository, base: Base, name: str) -> Tree:
        """Return a fresh work tree `name` at the base, applying its bundles when needed."""
        mirror = self._mirror(repository)
        mirror.require_base(base, self.storage)
        return trees.lay_out(self.home.resolve(), mirror, base, checked(base.sha), name)

    def close_tree(self, tree: Tree) -> None:
        """Remove a work tree."""
        trees.discard(tree)

    def commit(self, tree: Tree, message: str, order: NightOrder) -> str | None:
        """Commit everything in the tree as the order's author; None when nothing changed.

        ChangeUnusable: nested repositories, submodules, links that leave the tree, giant files.
        """
        return commits.commit(tree, message, order)

    def rollback(self, tree: Tree, sha: str) -> None:
        """Put the tree back to a commit, untracked and ignored files gone."""
        trees.empty(tree.path)
        trees.check_out(tree, checked(sha))

    def snapshot(self, tree: Tree, name: str, last: snapshots.Snapshot | None = None) -> snapshots.Snapshot:
        """Store a tree's files as they are; `last` comes back when they are the same."""
        return snapshots.take(tree, name, self.storage, last)

    def restore(self, repository: Repository, tree: Tree, snapshot: snapshots.Snapshot) -> None:
        """Put a snapshot's files into a tree that stands at its base."""
        snapshots.restore(tree, self._mirror(repository), snapshot, self.storage)

    def pack(self, tree: Tree, issue: int, branch: str) -> Change:
        """Bundle base..HEAD into storage and describe it; ChangeUnusable when empty."""
        return bundles.pack(tree, issue, branch, self.storage)

    def open_change(self, repository: Repository, change: Change, name: str) -> Tree:
        """Return a clean work tree at the change's head, taken from its bundle alone."""
        mirror = self._mirror(repository)
        mirror.require_base(change.base, self.storage)
        self._prove(mirror, change)
        return trees.lay_out(self.home.resolve(), mirror, change.base, change.head_sha, name)

    def diff(self, tree: Tree) -> str:
        """Return the unified diff base..HEAD (text; binary files named only)."""
        said = trees.git_of(tree).ask(
            "show the change",
            *("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--full-index"),
            *("--src-prefix=a/", "--dst-prefix=b/", tree.base.sha, "HEAD"),
        )
        return said.out.decode(errors="replace")

    def read_file(self, repository: Repository, sha: str, path: str) -> str | None:
        """Return a file of a commit as text; None when absent, a folder or a symbolic link."""
        mirror = self._mirror(repository)
        mirror.require(checked(sha))
        content = read_regular(mirror.git.git_dir, sha, path)
        return None if content is None else content.decode(errors="replace")

    def list_files(self, repository: Repository, sha: str) -> tuple[str, ...]:
        """Return every path of a commit, sorted."""
        mirror = self._mirror(repository)
        mirror.require(checked(sha))
        fields = mirror.git.ask("list files", "ls-tree", "-r", "-z", "--name-only", sha).fields
        return tuple(
            sorted(name.encode(errors="surrogateescape").decode(errors="replace") for name in fields)
        )

    def conflicts(self, repository: Repository, ours: str, theirs: str) -> tuple[str, ...]:
        """Return the paths on which merging two commits would conflict; empty when it is clean."""
        mirror = self._mirror(repository)
        for sha in (ours, theirs):
            mirror.require(checked(sha))
        said = mirror.git.attempt(
            *("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs)
        )
        if said.code == 0:
            return ()
        if said.code != _CONFLICTS:
            raise mirror.git.refusal(f"merge {ours[:12]} and {theirs[:12]}", said)
        return tuple(sorted(set(said.fields[1:])))

    def standing(self, repository: Repository, change: Change, onto: Base) -> Standing:
        """Return how a change stands to where its base is now; bundles of both are applied when needed."""
        mirror = self._mirror(repository)
        self._require(mirror, change)
        mirror.require_base(onto, self.storage)
        grown = mirror.git.attempt("merge-base", "--is-ancestor", change.base.sha, onto.sha).code == 0
        paths = replaying.colliding(mirror.git, change.head_sha, onto.sha)
        return Standing(paths, rewritten=not grown)

    def rebase(self, repository: Repository, change: Change, onto: Base, order: NightOrder) -> Change | None:
        """Replay the change's commits onto another base and bundle them; None when that cannot be done.

        Nothing is checked out: hooks, filters and merge drivers have no chance. Messages and authors stay.
        """
        mirror = self._mirror(repository)
        self._require(mirror, change)
        mirror.require_base(onto, self.storage)
        name = f"rebase-{change.issue}-{uuid4().hex}"
        tree = trees.lay_out_empty(self.home.resolve(), mirror, onto, name)
        try:
            if not replaying.replay(trees.git_of(tree), change, onto.sha, order):
                return None
            return bundles.pack(tree, change.issue, change.branch, self.storage)
        finally:
            trees.discard(tree)

    def push(self, repository: Repository, change: Change, expected: str | None) -> None:
        """Push the change to its branch; `expected` is our own earlier sha there, None for a new branch.

        Forbidden when somebody else's commit stands there or the branch is protected. Pushing what
        already stands there does nothing.
        """
        mirror = self._mirror(repository)
        self._require(mirror, change)
        pushing.push(mirror, change, expected)

    def remote_sha(self, repository: Repository, branch: str) -> str | None:
        """Return the sha of a branch on GitHub, None when it does not exist."""
        return pushing.remote_sha(self._mirror(repository), branch)

    def join(
        self, repository: Repository, parts: Sequence[Base], issue: int, branch: str, order: NightOrder
    ) -> Joined:
        """Make one base of several, merged in their order; the same parts always give the same commit."""
        home, mirror = self.home.resolve(), self._mirror(repository)
        return joining.join(home, mirror, self.storage, parts, issue, branch, order)

    def landed(self, repository: Repository, after: str, head: str) -> tuple[Landed, ...]:
        """Return the first-parent commits of after..head, oldest first.

        RepositoryUnusable when `after` is no part of that history any more.
        """
        mirror = self._mirror(repository)
        for sha in (after, head):
            mirror.require(checked(sha))
        return reverting.landed(mirror, after, head)

    def before(self, repository: Repository, sha: str, commits: int = 1) -> str:
        """Return the commit that many first-parent steps under one; RepositoryUnusable when there is none."""
        mirror = self._mirror(repository)
        mirror.require(checked(sha))
        return mirror.git.ask("read a branch", "rev-parse", "--verify", f"{sha}~{commits}").text

    def brought(self, repository: Repository, merged: str, head: str) -> int:
        """Return how many first-parent commits a merged pull request became: 1, or those of a rebase."""
        mirror = self._mirror(repository)
        for sha in (merged, head):
            mirror.require(checked(sha))
        return reverting.brought(mirror.git, merged, head)

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
        """Take a step of the default branch back on top of it, as one commit in a bundle.

        Nothing is checked out: hooks, filters and merge drivers have no chance.
        """
        home, mirror = self.home.resolve(), self._mirror(repository)
        mirror.require_base(onto, self.storage)
        return reverting.revert(home, mirror, self.storage, step, onto, issue, branch, message, order)

    def _mirror(self, repository: Repository) -> Mirror:
        if not repository.node_id:
            raise RepositoryUnusable(f"{repository.full_name} has no node id: read it from GitHub first")
        return Mirror.of(self.home.resolve(), repository, self.remote)

    def _require(self, mirror: Mirror, change: Change) -> None:
        """Make sure that a change is here, proved against its description when it has to be brought."""
        mirror.require_base(change.base, self.storage)
        if not mirror.holds(change.head_sha):
            self._prove(mirror, change)

    def _prove(self, mirror: Mirror, change: Change) -> None:
        """Take the change from its bundle and check that it is the one that was described."""
        brought = mirror.take_in(change.bundle, self.storage)
        if brought != change.head_sha:
            raise ChangeUnusable(f"{change.bundle} holds {brought}, not {change.head_sha}")
        tree_sha = mirror.git.ask("read the change", "rev-parse", "--verify", f"{brought}^{{tree}}").text
        above = mirror.git.attempt("merge-base", "--is-ancestor", checked(change.base.sha), brought).code == 0
        if tree_sha != change.tree_sha or not above:
            raise ChangeUnusable(
                f"{change.bundle} is not the change of issue #{change.issue} on {change.base.ref}"
            )
