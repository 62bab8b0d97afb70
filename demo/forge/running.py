"""Run a forge on a free loopback port, in a thread of this process."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .faults import Fault
from .forge import Forge
from .journal import Entry
from .server import TRANSPORT, Application


class _CuttableProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, which hands its connection to the application."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, object]", self.scope)[TRANSPORT] = self.transport


@dataclass(frozen=True, slots=True)
class RunningForge:
    """A forge that answers at `url`, and the means to set its scene while it runs."""

    url: str
    forge: Forge

    @property
    def rest_url(self) -> str:
        """The base URL for PyGithub."""
        return f"{self.url}/api/v3"

    @property
    def graphql_url(self) -> str:
        return f"{self.url}/api/graphql"

    def git_url(self, full_name: str) -> str:
        return f"{self.url}/{full_name}.git"

    def order(self, fault: Fault) -> None:
        self.forge.faults.order(fault)

    def requests(self, method: str | None = None) -> list[Entry]:
        """Return the requests so far, of one method if given."""
        return self.forge.journal.entries(method)


def server_for(forge: Forge) -> uvicorn.Server:
    """Return a server for a forge; the caller gives it a socket."""
    config = uvicorn.Config(
        Application(forge), http=_CuttableProtocol, loop="asyncio", lifespan="off", log_level="error",
        access_log=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    return uvicorn.Server(config)


def listen(port: int = 0) -> socket.socket:
    """Return a socket on loopback; port 0 takes a free one."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


@contextmanager
def running_forge(root: Path | Forge, tokens: Mapping[str, str] | None = None) -> Iterator[RunningForge]:
    """Serve a forge until the block ends.

    `tokens` maps a token to `login` or `login:permission`. A path is opened and closed; a `Forge` that is
    passed in stays open, so that the same scene can be served again.
    """
    forge = root if isinstance(root, Forge) else Forge(root)
    for token, who in (tokens or {}).items():
        login, _, permission = who.partition(":")
        forge.allow(token, login, permission or "write")
    listener = listen()
    forge.world.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = server_for(forge)
    thread = threading.Thread(target=server.run, args=([listener],), name="forge", daemon=True)
    thread.start()
    try:
        _await_start(server, thread)
        yield RunningForge(forge.world.base_url, forge)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
        if forge is not root:
            forge.close()


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the forge did not start within 10 seconds")
        time.sleep(0.005)
