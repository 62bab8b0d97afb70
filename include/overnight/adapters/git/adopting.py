"""Take somebody's branch into a work tree as if it had been written there, uncommitted."""

from __future__ import annotations

import re

from ...domain.errors import Stuck
from ...domain.issues import Repository
from ...ports import Tree
from .mirrors import Mirror, checked
from .running import Git
from .trees import git_of
from .workspace import GitWorkspace

_CONFLICTS = 1
_AUTHOR = re.compile(r"[^<>\x00-\x1f\x7f]{1,100} <[^<>\s\x00-\x1f]{1,200}>")
_MOST_AUTHORS = 5
_NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Overnight"), ("EMAIL", "overnight@users.noreply.github.com"))
}


def adopt(workspace: GitWorkspace, repository: Repository, tree: Tree, sha: str) -> tuple[str, ...]:
    """Put what a commit changed since it left its base branch onto the tree's own base, uncommitted.

    Returns who wrote it, "Name <email>", oldest commit first, each once. Untracked files of the tree stay.
    Stuck when both changed the same lines; RepositoryUnusable when the commit is gone from GitHub.
    """
    mirror = Mirror.of(workspace.home.resolve(), repository, workspace.remote)
    mirror.require(checked(sha))
    git = git_of(tree)
    base = checked(tree.base.sha)
    fork = _fork(mirror.git, tree, sha)
    wanted = _tree_of(git, sha) if fork == base else _carried(git, fork, base, sha)
    git.ask("take the branch in", "read-tree", "--reset", "-u", wanted)
    return _authors(git, fork, sha)


def _authors(git: Git, fork: str, sha: str) -> tuple[str, ...]:
    """A name is a stranger's text: one that does not look like an author is left out."""
    between = f"{fork}..{sha}"
    said = git.ask("list its authors", "log", "--reverse", "--no-merges", "--format=%an <%ae>", between)
    told = dict.fromkeys(line.strip() for line in said.text.splitlines())
    return tuple(who for who in told if _AUTHOR.fullmatch(who))[:_MOST_AUTHORS]


def _fork(git: Git, tree: Tree, sha: str) -> str:
    """Return the commit at which the branch left its base branch, as both are now."""
    for base in (f"refs/heads/{tree.base.ref}", tree.base.sha):
        said = git.attempt("merge-base", base, sha)
        if said.code == 0:
            return checked(said.text)
    raise Stuck(f"the branch at {sha[:12]} has no commit in common with {tree.base.ref}")


def _carried(git: Git, fork: str, base: str, sha: str) -> str:
    """Return the tree of the base with the branch's changes; two stand-ins make the fork the merge's base."""
    ours, theirs = (_stand_in(git, _tree_of(git, commit), fork) for commit in (base, sha))
    said = git.attempt("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs)
    if said.code == _CONFLICTS:
        paths = ", ".join(sorted(set(said.fields[1:]))[:5])
        raise Stuck(f"the branch at {sha[:12]} does not fit onto {base[:12]}: both changed {paths}")
    if said.code != 0:
        raise git.refusal("take the branch in", said)
    return said.fields[0]


def _stand_in(git: Git, written: str, parent: str) -> str:
    arguments = ("commit-tree", "--no-gpg-sign", "-p", parent, written)
    return git.ask("take the branch in", *arguments, stdin=b"stand-in\n", environment=_NOBODY).text


def _tree_of(git: Git, commit: str) -> str:
    return git.ask("read a commit", "rev-parse", "--verify", f"{commit}^{{tree}}").text
