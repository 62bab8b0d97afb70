"""A GitHub stand-in written by others: npm `emulate`, started on a free port and asked with our client."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import github
import pytest
import requests

from .published import installed

TOKEN, LOGIN, NAME = "emulated-token-4711", "overnight-bot", "overnight-bot/box"
_SEED = {
    "tokens": {TOKEN: {"login": LOGIN, "scopes": ["repo", "user"]}},
    "github": {
        "users": [
            {"login": login, "name": login, "email": f"{login}@example.com"} for login in (LOGIN, "ann")
        ],
        "repos": [{"owner": LOGIN, "name": "box", "auto_init": True}],
    },
}


@dataclass(frozen=True, slots=True)
class Emulated:
    """The running stand-in; its REST API begins at the root, not at /api/v3."""

    url: str

    def client(self) -> github.Github:
        """Return a client as somebody else would make it, which is the way round the missing /api/v3."""
        return github.Github(base_url=self.url, auth=github.Auth.Token(TOKEN), per_page=100)

    def ask(self, method: str, path: str, body: object = None) -> requests.Response:
        return requests.request(
            method, f"{self.url}{path}", json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
        )


@contextmanager
def emulated_github(folder: Path) -> Iterator[Emulated]:
    """Run the stand-in until the block ends; skipped with the reason where it cannot run."""
    program, node = installed("emulate/dist/index.js"), which("node")
    if node is None:
        pytest.skip("node not found: npm's emulate needs Node 20 or newer")
    seed = folder / "seed.yaml"  # JSON is YAML
    seed.write_text(json.dumps(_SEED))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [node, str(program), "start", "-p", str(port), "-s", "github", "--seed", str(seed)]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with (folder / "emulate.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _await(url, process, folder / "emulate.log")
            yield Emulated(url)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=10)


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            requests.get(f"{url}/rate_limit", timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.05)
    pytest.fail(f"emulate did not start:\n{log.read_text(errors='replace')[-2000:]}")
