"""Where a checkout keeps its things."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from ...domain.checkouts import Checkout
from ...domain.errors import RepositoryUnusable
from .running import OwnGit, refusal


@dataclass(frozen=True, slots=True)
class Place:
    """A checkout that was found.

    :param git_dir: HEAD and index are here (of a linked work tree: its own).
    :param shared: what linked work trees have in common: branches, configuration, hooks.
    """

    path: Path
    git_dir: Path
    shared: Path
    shallow: bool = False

    @property
    def git(self) -> OwnGit:
        return OwnGit(self.path)

    @property
    def ours(self) -> Path:
        """Return our folder among git's files: lock, journal, reports."""
        return self.git_dir / "overnight"

    @property
    def index(self) -> Path:
        return self.git_dir / "index"

    @property
    def index_lock(self) -> Path:
        return self.git_dir / "index.lock"

    def make_ours(self) -> Path:
        """Return our folder, made."""
        self.ours.mkdir(mode=0o700, exist_ok=True)
        return self.ours


def find(checkout: Checkout) -> Place:
    """Return where a checkout is; RepositoryUnusable says why there is none to work on."""
    path = Path(checkout.path).expanduser()
    if not path.is_dir():
        raise RepositoryUnusable(f"{path} is no folder on this machine")
    git = OwnGit(path)
    said = git.attempt(
        *("rev-parse", "--is-bare-repository", "--absolute-git-dir", "--git-common-dir"),
        *("--is-shallow-repository", "--show-prefix"),
    )
    if said.code != 0:
        raise RepositoryUnusable(str(refusal(f"find a repository at {path}", said)))
    lines = said.out.decode(errors="surrogateescape").split("\n")
    bare, git_dir, shared, shallow, prefix = [*lines, ""][:5]
    if bare == "true":
        raise RepositoryUnusable(f"{path} is a bare repository: it has no files to keep level")
    if prefix or Path(git_dir) == path:
        raise RepositoryUnusable(f"{path} is not the top of a work tree: name the folder that holds .git")
    owner = Path(git_dir).stat().st_uid
    if owner != os.geteuid():
        raise RepositoryUnusable(
            f"{path} belongs to user {owner} and Overnight runs as {os.geteuid()}: its files would change "
            "hands; run the worker, or `overnight sync run`, as its owner"
        )
    return Place(path.resolve(), Path(git_dir), (path / shared).resolve(), shallow == "true")


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that after any crash it is there whole, or as it was before."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
