from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.domain.issues import Repository
from tests.adapters.git.remotes import GitServer, MemoryStorage, Upstream, git

FILES = {"README.md": "# Pantry\n", "src/pantry.py": "def stock():\n    return 1\n", ".gitignore": "build/\n"}


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream.make(tmp_path / "github", FILES)


@pytest.fixture
def repository(upstream: Upstream) -> Repository:
    return upstream.repository()


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def workspace(tmp_path: Path, storage: MemoryStorage) -> GitWorkspace:
    return GitWorkspace(tmp_path / "home", storage, RemoteAccess())


@pytest.fixture
def server(upstream: Upstream) -> Iterator[GitServer]:
    git(upstream.bare, "config", "http.receivepack", "true")
    server = GitServer(upstream.bare.parent, token="ghs_17_verysecrettokenverysecrettoken")
    yield server
    server.close()
