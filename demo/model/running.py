"""Run the scripted model on a free loopback port for as long as a `with` block lasts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from .app import MODELS, ScriptedModel, create_app
from .journal import Journal

STARTUP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A model that answers at `url`; the OpenAI client's base URL is `api_url`."""

    url: str
    model: ScriptedModel

    @property
    def api_url(self) -> str:
        return f"{self.url}/v1"


class _Server(uvicorn.Server):
    """A server that says when it is ready, and leaves the process's signal handlers alone in a thread."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def running_model(
    scripts: Path,
    *,
    key: str | None = None,
    journal: Path | None = None,
    port: int = 0,
    models: tuple[str, ...] = MODELS,
) -> Iterator[RunningModel]:
    """Serve the scripts in `scripts` from a thread and stop it, with its port, at the end.

    :raises RuntimeError: the server was not ready within ten seconds.
    """
    model = ScriptedModel(scripts, key, models, journal=Journal(journal))
    listener = socket.create_server(("127.0.0.1", port))
    server = _Server(_configuration(model))
    thread = threading.Thread(target=server.run, args=([listener],), name="scripted-model", daemon=True)
    thread.start()
    try:
        if not server.ready.wait(STARTUP_SECONDS):
            raise RuntimeError(f"the scripted model did not start within {STARTUP_SECONDS:.0f} s")
        yield RunningModel(f"http://127.0.0.1:{listener.getsockname()[1]}", model)
    finally:
        server.should_exit = True
        thread.join(STARTUP_SECONDS)
        listener.close()


def serve(model: ScriptedModel, port: int) -> None:
    """Serve until interrupted, in the foreground."""
    listener = socket.create_server(("127.0.0.1", port))
    print(f"scripted model on http://127.0.0.1:{listener.getsockname()[1]}/v1", flush=True)
    uvicorn.Server(_configuration(model)).run([listener])


def _configuration(model: ScriptedModel) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(model), log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
