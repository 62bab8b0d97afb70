"""A service of ours on the loopback of a sandbox that has no network: one fixed address, nothing else."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import forwarder
from .proxy import ProxyLimits
from .serving import Service, ServiceSocket

PORT = 4141
"""On the sandbox's own loopback, where nobody else listens."""
_INSIDE = "/run/overnight/door"
_PORT_FILE = "/tmp/overnight-door-port"  # noqa: S108  inside the sandbox, whose /tmp is its own
_UNREACHED = 125
_START = f"""python3 -I -S {_INSIDE}/forwarder.py {_INSIDE}/socket {_PORT_FILE} {PORT} >/dev/null 2>&1 &
for _ in $(seq 100); do [ -s {_PORT_FILE} ] && break; sleep 0.05; done
if [ ! -s {_PORT_FILE} ]; then echo 'no way to the model: is there a python3?' >&2; exit {_UNREACHED}; fi
( while sleep 0.3; do [ -e {_INSIDE}/stop ] && kill -KILL -1; done ) >/dev/null 2>&1 &
"""


@dataclass(frozen=True, slots=True)
class Door:
    """What a confined command needs to reach the service.

    :param mounts: for the sandbox's `run`.
    :param url: where the service is, seen from inside.
    """

    folder: Path
    url: str = f"http://127.0.0.1:{PORT}"

    @property
    def mounts(self) -> tuple[tuple[Path, str, bool], ...]:
        return ((self.folder, _INSIDE, False),)

    def around(self, command: str, stdin: str = "/dev/null") -> str:
        """Return the command with the door opened before it.

        :param stdin: a path inside.
        """
        return f"{_START}/bin/bash -c {shlex.quote(command)} < {shlex.quote(stdin)}"

    def stop(self) -> None:
        """End the command and all it started, from outside, within a second."""
        (self.folder / "stop").touch()


@contextmanager
def opened_door(service: Service, limits: ProxyLimits | None = None) -> Iterator[Door]:
    """Serve for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="overnight-door-") as private:
        folder = Path(private) / "way"
        folder.mkdir()
        folder.chmod(0o755)
        script = folder / "forwarder.py"
        script.write_bytes(Path(forwarder.__file__).read_bytes())
        script.chmod(0o644)
        with ServiceSocket(folder / "socket", service, limits):
            yield Door(folder)
