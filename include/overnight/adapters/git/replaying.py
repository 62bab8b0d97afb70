"""Put a change's commits onto another commit: three-way merges of objects, nothing is checked out."""

from __future__ import annotations

from ...domain.changes import Change
from ...domain.orders import NightOrder
from .commits import identity
from .mirrors import checked
from .running import Git, Said

_CONFLICTS = 1


def colliding(git: Git, ours: str, theirs: str) -> tuple[str, ...]:
    """Return the paths on which merging two commits would conflict, sorted; also of unrelated histories."""
    said = _merged(git, "--name-only", "--no-messages", "--allow-unrelated-histories", "-z", ours, theirs)
    return tuple(sorted(set(said.fields[1:]))) if said.code == _CONFLICTS else ()


def replay(git: Git, change: Change, onto: str, order: NightOrder) -> bool:
    """Make HEAD the change's commits on top of `onto`; False when one conflicts or nothing is left."""
    tip = checked(onto)
    for commit, *parents in _ours(git, change):
        carried = _carried(git, commit, parents, tip, order)
        if not carried:
            return False
        tip = carried
    if _tree_of(git, tip) == _tree_of(git, onto):
        return False
    git.ask("rebase", "update-ref", "--no-deref", "HEAD", tip)
    return True


def _ours(git: Git, change: Change) -> list[list[str]]:
    """Return (commit, parents…) of base..head, oldest first."""
    between = f"{checked(change.base.sha)}..{checked(change.head_sha)}"
    said = git.ask("list our commits", "rev-list", "--reverse", "--topo-order", "--parents", between)
    return [line.split() for line in said.text.splitlines()]


def _carried(git: Git, commit: str, parents: list[str], tip: str, order: NightOrder) -> str:
    """Return the commit as it is on top of `tip` (`tip` when it is there already), "" when it conflicts."""
    if len(parents) != 1:
        return ""
    # A commit with the tip's files and our parent: so the merge's base is that parent, on any git from 2.38.
    stand_in = git.ask(
        "rebase",
        *("commit-tree", "--no-gpg-sign", "-p", parents[0], _tree_of(git, tip)),
        stdin=b"stand-in\n",
        environment=identity(order),
    ).text
    said = _merged(git, "--no-messages", stand_in, commit)
    if said.code == _CONFLICTS:
        return ""
    if said.text == _tree_of(git, tip):
        return tip
    return git.ask(
        "rebase",
        *("commit-tree", "--no-gpg-sign", "-p", tip, said.text),
        stdin=git.ask("read a commit", "cat-file", "commit", commit).out.partition(b"\n\n")[2],
        environment={**identity(order), **_author(git, commit)},
    ).text


def _author(git: Git, commit: str) -> dict[str, str]:
    said = git.ask("read a commit", "show", "--no-patch", "--date=raw", "--format=%an%x00%ae%x00%ad", commit)
    name, email, date = said.text.split("\0")
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": date}


def _merged(git: Git, *arguments: str) -> Said:
    said = git.attempt("merge-tree", "--write-tree", *arguments)
    if said.code not in (0, _CONFLICTS):
        raise git.refusal("merge two commits", said)
    return said


def _tree_of(git: Git, commit: str) -> str:
    return git.ask("read a commit", "rev-parse", "--verify", f"{commit}^{{tree}}").text
