"""Read a commit of a work tree's git directory, and lay it out somewhere else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...ports import Tree
from ..git.running import Git


@dataclass(frozen=True)
class Commit:
    """A commit in the git directory of a tree; nothing on the tree's own disk is looked at."""

    tree: Tree
    sha: str

    @classmethod
    def head(cls, tree: Tree) -> Commit:
        """Return what is checked out."""
        said = Git(tree.git_dir).ask("read HEAD", "rev-parse", "--verify", "HEAD^{commit}")
        return cls(tree, said.text)

    @cached_property
    def tree_sha(self) -> str:
        return (
            Git(self.tree.git_dir).ask("read a commit", "rev-parse", "--verify", f"{self.sha}^{{tree}}").text
        )

    @cached_property
    def sizes(self) -> dict[str, tuple[str, int]]:
        """Path → (blob, bytes) of every regular file, link and submodule."""
        fields = Git(self.tree.git_dir).ask("list files", "ls-tree", "-r", "-z", "-l", self.sha).fields
        found: dict[str, tuple[str, int]] = {}
        for field in fields:
            about, path = field.split("\t", 1)
            _, _, blob, size = about.split()
            found[path] = (blob, int(size) if size.isdigit() else 0)
        return found

    @property
    def files(self) -> dict[str, str]:
        """Path → blob of every file."""
        return {path: blob for path, (blob, _) in self.sizes.items()}

    def lay_out(self, folder: Path, index: Path) -> None:
        """Write every file of the commit into an empty folder; `index` is a path git may use meanwhile."""
        Git(self.tree.git_dir, folder).ask(
            "lay out a commit",
            *("read-tree", "--reset", "-u", self.sha),
            environment={"GIT_INDEX_FILE": str(index)},
        )
