"""A running forge with one small repository, and a person at a keyboard."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.forge import RunningForge, running_forge

HOME = "acme/pantry"
TOKENS = {"bot-token": "bot", "reader-token": "eve:read", "admin-token": "acme:admin", "app-token": "ci[bot]"}

Ask = Callable[..., requests.Response]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "README.md").write_text("# Pantry\n")
    return folder


@pytest.fixture
def running(tmp_path: Path, tree: Path) -> Iterator[RunningForge]:
    with running_forge(tmp_path / "forge", TOKENS) as forge:
        forge.forge.create_repository("acme", "pantry", tree=tree, allow_auto_merge=True)
        forge.forge.add_collaborator(HOME, "ann", "maintain")
        yield forge


@pytest.fixture
def ask(running: RunningForge) -> Ask:
    """Ask the REST API of the repository; a path without a slash in front is inside it."""

    def send(
        method: str, path: str, body: Any = None, token: str | None = "bot-token", **more: Any
    ) -> requests.Response:
        url = f"{running.rest_url}{path if path.startswith('/') or not path else f'/repos/{HOME}/{path}'}"
        headers = {"Authorization": f"token {token}"} if token else {}
        return requests.request(
            method, url, json=body, headers=headers | more.pop("headers", {}), timeout=10, **more
        )

    return send


@pytest.fixture
def query(running: RunningForge) -> Callable[..., dict[str, Any]]:
    """Ask GraphQL and return the whole answer."""

    def send(text: str, token: str = "bot-token", **variables: Any) -> dict[str, Any]:
        headers = {"Authorization": f"bearer {token}"}
        body = {"query": text, "variables": variables}
        answer: dict[str, Any] = requests.post(
            running.graphql_url, json=body, headers=headers, timeout=10
        ).json()
        return answer

    return send


class Clone:
    """A clone with somebody's token in its URL."""

    def __init__(self, url: str, folder: Path, token: str) -> None:
        self.folder = folder
        self._environment = {
            **os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }  # fmt: skip
        folder.mkdir()
        self.git("clone", "--quiet", url.replace("http://", f"http://x-access-token:{token}@"), ".")

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", *arguments],
            cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def push(self, branch: str, name: str, text: str) -> subprocess.CompletedProcess[str]:
        """Commit one file on a branch and push it."""
        self.git("checkout", "--quiet", "-B", branch)
        (self.folder / name).write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", f"Change {name}")
        return self.git("push", "--quiet", "origin", branch)


@pytest.fixture
def clone(running: RunningForge, tmp_path: Path) -> Callable[..., Clone]:
    return lambda token="bot-token": Clone(running.git_url(HOME), tmp_path / f"clone-{token}", token)
