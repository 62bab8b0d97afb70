"""A repository on this machine, judged where it lies: its objects are read, nothing in it changes."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from ..domain.errors import NotFound, RepositoryUnusable
from ..domain.issues import Repository
from .desktop.running import OwnGit
from .git import GitWorkspace, RemoteAccess
from .git.mirrors import Mirror

_HERE = "local"
_NOT_FOR_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class _Kept:
    """Bundles of a judgement that ends with this process."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, content: bytes) -> str:
        self.objects[f"memory:{name}"] = content
        return f"memory:{name}"

    def get(self, uri: str) -> bytes:
        if uri not in self.objects:
            raise NotFound(f"nothing is stored at {uri}")
        return self.objects[uri]


@dataclass(frozen=True, slots=True)
class LocalRepository:
    """A repository that was found.

    :param path: top of its work tree, or the bare repository.
    :param objects: git's object folder; work trees elsewhere borrow from it.
    """

    path: Path
    objects: Path
    shallow: Path

    @classmethod
    def at(cls, path: Path) -> LocalRepository:
        """Return the repository that a folder is part of; RepositoryUnusable says why there is none."""
        place = path.expanduser().resolve()
        if not place.is_dir():
            raise RepositoryUnusable(f"{path} is no folder: name one with --repo")
        top = next((folder for folder in (place, *place.parents) if (folder / ".git").exists()), place)
        asked = ("--show-object-format", "--path-format=absolute", "--git-path", "objects")
        said = OwnGit(top).attempt("rev-parse", *asked, "--git-path", "shallow")
        if said.code != 0:
            raise RepositoryUnusable(f"{path} is no git repository: {said.err.strip()[:300]}")
        kind, objects, shallow = said.text.split("\n")
        found = cls(top, Path(objects), Path(shallow))
        if kind != "sha1":
            raise RepositoryUnusable(f"{top} names its objects by {kind}; only sha1 can be judged")
        if any(found.objects.glob("pack/*.promisor")):
            raise RepositoryUnusable(f"{top} is a partial clone: judge a clone made without --filter")
        return found

    @property
    def repository(self) -> Repository:
        name = _NOT_FOR_A_NAME.sub("-", self.path.name) or "repository"
        return Repository(_HERE, _HERE, name, "HEAD", clone_url=str(self.path))

    def commit(self, revision: str) -> str:
        """Return the commit that a branch, tag, sha or expression such as HEAD~2 names."""
        said = OwnGit(self.path).attempt(
            *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        )
        if said.code != 0 or not revision.strip():
            raise RepositoryUnusable(
                f"{revision!r} names no commit of {self.path}: name a branch, a tag or a sha"
            )
        return said.text

    def uncommitted(self) -> int:
        """Return how many paths differ from what is committed; 0 in a bare repository."""
        said = OwnGit(self.path).attempt("status", "--porcelain", "-z", "--no-renames")
        return len(said.fields) if said.code == 0 else 0

    def common_ancestor(self, base: str, head: str) -> str:
        """Return the commit from which both have grown."""
        said = OwnGit(self.path).attempt("merge-base", base, head)
        if said.code != 0:
            raise RepositoryUnusable(
                f"{base[:12]} and {head[:12]} have no common history here: in a shallow clone, "
                "`git fetch --unshallow`"
            )
        return said.text

    def workspace(self, home: Path) -> GitWorkspace:
        """Return git on work trees below `home`, which must outlive them; every commit of here is there."""
        mirror = Mirror.of(home.resolve(), self.repository, RemoteAccess())
        (mirror.path / "objects" / "info" / "alternates").write_text(f"{self.objects}\n")
        if self.shallow.is_file():
            shutil.copyfile(self.shallow, mirror.path / "shallow")
        return GitWorkspace(home, _Kept(), RemoteAccess())
