"""Refs of a checkout: read, kept as backups, moved all at once."""

from __future__ import annotations

from .journal import Move
from .places import Place
from .running import OwnGit


def shas_of(git: OwnGit, *refs: str) -> dict[str, str]:
    """Return the object of each full ref name, "" where there is none."""
    said = git.ask("read refs", "for-each-ref", "--format=%(refname) %(objectname)", *refs).text
    found = dict(line.rsplit(" ", 1) for line in said.splitlines())
    return {ref: found.get(ref, "") for ref in refs}


def sha_of(git: OwnGit, ref: str) -> str:
    """Return the commit of a ref, "" when there is none."""
    return git.attempt("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").text


def is_part(git: OwnGit, sha: str, of: str) -> bool:
    """Return whether a commit is an ancestor of another (or the same)."""
    return sha == of or git.attempt("merge-base", "--is-ancestor", sha, of).code == 0


def keep_backup(place: Place, move: Move) -> None:
    """Keep what a move starts from, uncommitted work included, before anything is touched."""
    lines = [f"create {move.backup} {move.before}\n"]
    if move.stash:
        lines.append(f"create {move.backup}-uncommitted {move.stash}\n")
    place.git.ask("keep a backup", "update-ref", "--stdin", stdin="".join(lines).encode())


def move_refs(place: Place, move: Move) -> None:
    """Move branch and remote-tracking ref in one transaction; done before, nothing happens."""
    if sha_of(place.git, "HEAD") == move.after:
        return
    ref, old, new = move.tracking
    lines = [f"update HEAD {move.after} {move.before}\n"]
    if ref and old != new:
        lines.append(f"update {ref} {new}{f' {old}' if old else ''}\n")
    place.git.ask(
        "move the branch",
        *("update-ref", "-m", f"overnight: {move.kind}", "--stdin"),
        stdin="".join(lines).encode(),
    )
