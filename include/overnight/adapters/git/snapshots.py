"""A work tree as it is in the middle of an attempt, bundled, so that another worker can go on from there."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from ...domain.errors import ChangeUnusable
from ...ports import Storage, Tree
from .bundles import bundle
from .mirrors import Mirror, checked
from .trees import git_of

_WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Overnight"), ("EMAIL", "overnight@localhost"))
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Files as a commit on the tree's head that no branch leads to.

    :param files: git's name of the files, equal for equal files.
    :param head: the commit that the tree stood at.
    :param uri: of the bundle in object storage.
    """

    files: str
    sha: str
    head: str
    uri: str


def take(tree: Tree, name: str, storage: Storage, last: Snapshot | None = None) -> Snapshot:
    """Store the tree's files, those that the repository ignores left out; HEAD and index stay as they are.

    :param last: what was taken before; returned when the files are the same.
    """
    git = git_of(tree)
    index, own = tree.git_dir / "index", tree.git_dir / "snapshot-index"
    if not own.exists() and index.exists():
        shutil.copy2(index, own)  # so that git looks only at what changed since
    apart = {"GIT_INDEX_FILE": str(own)}
    git.ask("take a snapshot", "add", "--all", environment=apart)
    files = git.ask("take a snapshot", "write-tree", environment=apart).text
    if last is not None and last.files == files:
        return last
    head = git.ask("take a snapshot", "rev-parse", "--verify", "HEAD").text
    sha = git.ask(
        "take a snapshot",
        *("commit-tree", "--no-gpg-sign", "-p", head, files),
        stdin=b"In the middle of an attempt\n",
        environment=_WHO,
    ).text
    return Snapshot(files, sha, head, storage.put(f"{name}/{sha}.bundle", bundle(tree, sha, ())))


def restore(tree: Tree, mirror: Mirror, snapshot: Snapshot, storage: Storage) -> None:
    """Put a snapshot's files into a tree at the snapshot's head, uncommitted; ignored files stay as they are.

    :raises ChangeUnusable: the tree stands elsewhere, or the stored bundle is not the snapshot's.
    """
    git = git_of(tree)
    if (head := git.ask("restore a snapshot", "rev-parse", "--verify", "HEAD").text) != snapshot.head:
        raise ChangeUnusable(f"the tree stands at {head}, the snapshot was taken at {snapshot.head}")
    if mirror.take_in(snapshot.uri, storage) != snapshot.sha:
        raise ChangeUnusable(f"{snapshot.uri} holds another snapshot")
    git.ask("restore a snapshot", "read-tree", "-m", "-u", head, checked(snapshot.sha))
    git.ask("restore a snapshot", "read-tree", head)
    (tree.git_dir / "snapshot-index").unlink(missing_ok=True)
