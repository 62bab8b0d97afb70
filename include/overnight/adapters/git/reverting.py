"""What landed on a branch, and the commit that takes a part of it back; nothing is checked out."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from ...domain.changes import Base
from ...domain.errors import RepositoryUnusable
from ...domain.landing import Landed, Step
from ...domain.orders import NightOrder
from ...ports import Storage
from ...ports.git import Reverted
from . import bundles, trees
from .commits import identity
from .mirrors import Mirror, checked
from .running import Git

_CONFLICTS = 1
_LOG = "--format=%H%x00%P%x00%B%x00"
_SAME = "--format=%an%x00%ae%x00%at%x00%B"


def landed(mirror: Mirror, after: str, head: str) -> tuple[Landed, ...]:
    """Return the first-parent commits of after..head, oldest first.

    RepositoryUnusable when `after` is no part of that history any more: it was rewritten.
    """
    git = mirror.git
    if git.attempt("merge-base", "--is-ancestor", checked(after), checked(head)).code != 0:
        raise RepositoryUnusable(
            f"the history of {mirror.repository.full_name} was rewritten: {after[:12]} is no part of it any "
            "more. Look at the branch: nothing is taken back by itself"
        )
    said = git.ask("read a branch", "log", "-z", "--first-parent", "--reverse", _LOG, f"{after}..{head}")
    fields = said.out.decode(errors="replace").split("\0")
    # Each record ends with two NULs: one of the format, one of -z, which leaves an empty field between.
    rows = (fields[start : start + 3] for start in range(0, len(fields) - 3, 4))
    return tuple(Landed(sha, tuple(parents.split()), message.strip()) for sha, parents, message in rows)


def brought(git: Git, merged: str, head: str) -> int:
    """Return how many first-parent commits a merged pull request became: 1, or those of a rebase.

    :param head: what the pull request's branch stood at.
    """
    parents = git.ask("read a commit", "show", "--no-patch", "--format=%P", checked(merged)).text.split()
    if len(parents) != 1:
        return 1
    fork = git.attempt("merge-base", parents[0], checked(head))
    if fork.code != 0:
        return 1
    proposed = _commits(git, f"{fork.text}..{head}")
    count = len(proposed)
    return count if count > 1 and _commits(git, merged, f"--max-count={count}") == proposed else 1


def revert(
    home: Path,
    mirror: Mirror,
    storage: Storage,
    step: Step,
    onto: Base,
    issue: int,
    branch: str,
    message: str,
    order: NightOrder,
) -> Reverted:
    """Take a step of a branch back on top of `onto`; the same step and base always give the same commit."""
    tree = trees.lay_out_empty(home, mirror, onto, f"revert-{issue}-{uuid4().hex}")
    try:
        git = trees.git_of(tree)
        dated = _at(git, onto.sha) | identity(order)
        before = _tree_of(git, checked(step.before))
        # What the files were like before the step, as a child of the step: so the step is the merge's base.
        without = git.ask(
            "revert", "commit-tree", "-p", checked(step.sha), before, stdin=b"stand-in\n", environment=dated
        ).text
        said = git.attempt(
            *("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z"), onto.sha, without
        )
        if said.code == _CONFLICTS:
            return Reverted(None, tuple(sorted(set(said.fields[1:]))))
        if said.code != 0:
            raise git.refusal(f"revert {step.sha[:12]}", said)
        if said.fields[0] == _tree_of(git, onto.sha):
            return Reverted(None)
        tip = git.ask(
            "revert",
            *("commit-tree", "--no-gpg-sign", "-p", onto.sha, said.fields[0]),
            stdin=message.strip().encode() + b"\n",
            environment=dated,
        ).text
        git.ask("revert", "update-ref", "--no-deref", "HEAD", tip)
        return Reverted(bundles.pack(tree, issue, branch, storage))
    finally:
        trees.discard(tree)


def _commits(git: Git, revision: str, *options: str) -> list[tuple[str, ...]]:
    """Return (author, address, moment, message) of commits, newest first: what a rebase leaves as it is."""
    said = git.ask("list commits", "log", "-z", "--first-parent", _SAME, *options, revision)
    fields = said.out.decode(errors="replace").split("\0")
    return [tuple(fields[start : start + 4]) for start in range(0, len(fields) - 3, 4)]


def _at(git: Git, sha: str) -> dict[str, str]:
    moment = git.ask("read a commit", "show", "--no-patch", "--format=@%ct +0000", sha).text
    return {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}


def _tree_of(git: Git, commit: str) -> str:
    return git.ask("read a commit", "rev-parse", "--verify", f"{commit}^{{tree}}").text
