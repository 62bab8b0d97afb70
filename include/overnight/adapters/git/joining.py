"""Make one base of several: a merge commit of their tips, in the object store, nothing is checked out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from ...domain.changes import Base
from ...domain.orders import NightOrder
from ...ports import Storage
from ...ports.git import Joined
from . import bundles, trees
from .commits import identity
from .mirrors import Mirror, checked
from .running import Git

_CONFLICTS = 1


def join(
    home: Path,
    mirror: Mirror,
    storage: Storage,
    parts: Sequence[Base],
    issue: int,
    branch: str,
    order: NightOrder,
) -> Joined:
    """Merge bases in the order given; the same parts always give the same commit."""
    for base in parts:
        mirror.require_base(base, storage)
    tips = _tips(mirror.git, parts)
    first, *others = tips
    if not others:
        return Joined(first)
    tree = trees.lay_out_empty(home, mirror, first, f"join-{issue}-{uuid4().hex}")
    try:
        git, tip, said = trees.git_of(tree), first.sha, first.ref
        for other in others:
            merged = git.attempt(
                *("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z"), tip, other.sha
            )
            if merged.code == _CONFLICTS:
                return Joined(None, None, tuple(sorted(set(merged.fields[1:]))), (said, other.ref))
            if merged.code != 0:
                raise git.refusal(f"merge {other.ref} into {said}", merged)
            said = f"{said} and {other.ref}"
            tip = _commit(git, merged.fields[0], (tip, other.sha), f"Join {said}", order)
        git.ask("join branches", "update-ref", "--no-deref", "HEAD", tip)
        # What GitHub has need not travel: whoever takes the bundle fetches it.
        there = tuple(base.sha for base in others if not base.bundles)
        change = bundles.pack(tree, issue, branch, storage, without=there)
        return Joined(change.as_base(), change)
    finally:
        trees.discard(tree)


def _tips(git: Git, parts: Sequence[Base]) -> list[Base]:
    """Return the bases that no other one contains, in order; of equal ones the first."""
    tips: list[Base] = []
    for base in parts:
        if any(_contains(git, tip.sha, base.sha) for tip in tips):
            continue
        tips = [tip for tip in tips if not _contains(git, base.sha, tip.sha)]
        tips.append(base)
    return tips


def _contains(git: Git, above: str, below: str) -> bool:
    return git.attempt("merge-base", "--is-ancestor", checked(below), checked(above)).code == 0


def _commit(git: Git, tree: str, parents: tuple[str, ...], message: str, order: NightOrder) -> str:
    told = git.ask("read commits", "show", "--no-patch", "--format=%ct", *parents).text
    moment = f"@{max(int(line) for line in told.split())} +0000"
    return git.ask(
        "join branches",
        *("commit-tree", "--no-gpg-sign", *(part for sha in parents for part in ("-p", sha)), tree),
        stdin=message.encode() + b"\n",
        environment={**identity(order), "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment},
    ).text
