"""A bare mirror of one repository: fetched, never cloned afresh, shared by every work tree of this worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ...domain.changes import Base
from ...domain.errors import ChangeUnusable, RepositoryUnusable
from ...domain.issues import Repository
from ...ports import Storage
from .access import RemoteAccess
from .failures import noticing_full_disk
from .locks import locked
from .running import Git

CHANGE_REF = "refs/overnight/change"
"""The one ref every bundle of ours holds."""

_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Mirror:
    """The mirror of `repository` at `path`."""

    path: Path
    repository: Repository
    access: RemoteAccess

    @classmethod
    def of(cls, home: Path, repository: Repository, access: RemoteAccess) -> Mirror:
        """Return the mirror of a repository, made when it does not exist yet."""
        folder = home / "mirrors"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mirror = cls(folder / quote(repository.node_id, safe=""), repository, access)
        if not (mirror.path / "HEAD").exists():
            with mirror.writing():
                _initialize(mirror.path)
        return mirror

    @property
    def git(self) -> Git:
        return Git(self.path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the mirror's lock, with locks of a killed git cleared away."""
        with locked(self.path.with_name(self.path.name + ".lock")):
            for stale in self.path.rglob("*.lock"):
                stale.unlink(missing_ok=True)
            yield

    def fetch(self) -> str:
        """Bring every branch up to date and return the default branch's sha."""
        self._fetch("+refs/heads/*:refs/heads/*", "--prune")
        branch = self.repository.default_branch
        said = self.git.attempt("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}")
        if said.code != 0:
            raise RepositoryUnusable(
                f"{self.repository.full_name} has no commit on {branch!r}, its default branch: push one"
            )
        return said.text

    def holds(self, sha: str) -> bool:
        """Tell whether the commit is here."""
        return self.git.attempt("cat-file", "-e", f"{checked(sha)}^{{commit}}").code == 0

    def require(self, sha: str) -> None:
        """Make sure that a commit of GitHub's is here, or raise RepositoryUnusable."""
        if self.holds(sha):
            return
        self.fetch()
        if self.holds(sha):
            return
        try:
            self._fetch(sha)
        except RepositoryUnusable as error:
            raise RepositoryUnusable(
                f"commit {sha} is gone from {self.repository.full_name} (history rewritten?): plan again"
            ) from error

    def require_base(self, base: Base, storage: Storage) -> None:
        """Make sure that a base is here, applying its bundles in order when it is not."""
        if not base.bundles:
            return self.require(base.sha)
        if self.holds(base.sha):
            return None
        for uri in base.bundles:
            self.take_in(uri, storage)
        if not self.holds(base.sha):
            raise ChangeUnusable(f"the bundles of {base.ref} do not hold its commit {base.sha}")
        return None

    @noticing_full_disk()
    def take_in(self, uri: str, storage: Storage) -> str:
        """Apply one bundle and return the commit it brought; ChangeUnusable when it does not fit."""
        content = storage.get(uri)
        with self.writing():
            bundle = self.path / "incoming.bundle"
            bundle.write_bytes(content)
            try:
                return self._unbundle(bundle, uri)
            finally:
                bundle.unlink(missing_ok=True)

    def _unbundle(self, bundle: Path, uri: str) -> str:
        for missing in _prerequisites(bundle):
            if not self.holds(missing):
                self._fetch(missing, lock=False)
        heads = self.git.attempt("bundle", "list-heads", str(bundle), CHANGE_REF)
        sha = heads.text.split(" ")[0]
        if heads.code != 0 or not _SHA.fullmatch(sha):
            raise ChangeUnusable(f"{uri} is not a bundle of ours; build the issue again")
        said = self.git.attempt(
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            str(bundle),
            f"+{CHANGE_REF}:{kept_ref(sha)}",
        )
        if said.code != 0:
            raise ChangeUnusable(f"{uri} cannot be applied: {self.git.refusal('apply it', said)}")
        return sha

    def _fetch(self, what: str, *options: str, lock: bool = True) -> None:
        url = self.access.url_of(self.repository)
        arguments = ("fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", *options, url, what)
        if lock:
            with self.writing():
                said = self.git.attempt(
                    *arguments, configuration=self.access.configuration(url), seconds=1800
                )
        else:
            said = self.git.attempt(*arguments, configuration=self.access.configuration(url), seconds=1800)
        if said.code != 0:
            raise self.git.refusal(f"fetch {self.repository.full_name}", said, self.access.secrets)


def checked(sha: str) -> str:
    """Return a full commit id; anything else would be read by git as an option or an expression."""
    if not _SHA.fullmatch(sha):
        raise ValueError(f"{sha!r} is not a full commit id")
    return sha


def kept_ref(sha: str) -> str:
    """Return the ref that keeps a change's objects alive in a mirror."""
    return f"refs/overnight/changes/{sha}"


def _prerequisites(bundle: Path) -> list[str]:
    """Return the commits a bundle builds on, from its header."""
    with bundle.open("rb") as content:
        lines = iter(lambda: content.readline(4096).decode(errors="replace").rstrip("\n"), "")
        return [line[1:].split(" ")[0] for line in lines if line.startswith("-")]


def _initialize(path: Path) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    Git(path).ask("make a mirror", "init", "--bare", "--quiet", "--template=", str(path))
    attributes = path / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text(ATTRIBUTES)


ATTRIBUTES = "* -filter -text -ident -working-tree-encoding !diff !merge\n"
"""Outranks every .gitattributes in a tree: bytes stay as they are, and no file can hide from the diff."""
