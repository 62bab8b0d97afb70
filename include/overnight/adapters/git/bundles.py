"""Describe and bundle what a tree holds over its base."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...domain.changes import Change
from ...domain.errors import ChangeUnusable
from ...ports import Storage, Tree
from .failures import noticing_full_disk
from .mirrors import CHANGE_REF
from .trees import git_of


def pack(tree: Tree, issue: int, branch: str, storage: Storage, *, without: tuple[str, ...] = ()) -> Change:
    """Bundle base..HEAD into storage and describe it; ChangeUnusable when it changes nothing.

    :param without: commits that need not be in it: whoever takes it has them, or fetches them.
    """
    git = git_of(tree)
    base = tree.base.sha
    head = git.ask("read HEAD", "rev-parse", "--verify", "HEAD").text
    tree_sha = git.ask("read HEAD", "rev-parse", "--verify", f"{head}^{{tree}}").text
    if tree_sha == git.ask("read the base", "rev-parse", "--verify", f"{base}^{{tree}}").text:
        raise ChangeUnusable("the change is empty: the files are those of the base")
    files, insertions, deletions = numbers(tree, head)
    return Change(
        issue=issue,
        base=tree.base,
        head_sha=head,
        tree_sha=tree_sha,
        branch=branch,
        bundle=storage.put(f"bundles/{head[:2]}/{head}.bundle", bundle(tree, head, without)),
        files=files,
        insertions=insertions,
        deletions=deletions,
    )


def numbers(tree: Tree, head: str) -> tuple[tuple[str, ...], int, int]:
    """Return (paths sorted, lines added, lines removed) of base..head; binary files count no lines."""
    said = git_of(tree).ask(
        "count the change", "diff", "--numstat", "-z", "--no-renames", tree.base.sha, head
    )
    rows = [field.split("\t", 2) for field in said.fields]
    count = [[int(number) if number.isdigit() else 0 for number in row[:2]] for row in rows]
    files = tuple(sorted(row[2].encode(errors="surrogateescape").decode(errors="replace") for row in rows))
    return files, sum(added for added, _ in count), sum(removed for _, removed in count)


@noticing_full_disk()
def bundle(tree: Tree, head: str, without: tuple[str, ...]) -> bytes:
    """Return base..head as a bundle, some commits more left out."""
    git = git_of(tree)
    git.ask("mark the change", "update-ref", CHANGE_REF, head)
    with tempfile.TemporaryDirectory(dir=tree.git_dir) as folder:
        path = Path(folder) / "change.bundle"
        left_out = [f"^{sha}" for sha in (tree.base.sha, *without)]
        git.ask("bundle the change", "bundle", "create", "--quiet", str(path), CHANGE_REF, *left_out)
        return path.read_bytes()
