"""One writer at a time on a mirror, across threads and processes of this machine."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...domain.errors import Contended


@contextmanager
def locked(path: Path, seconds: float = 900.0) -> Iterator[None]:
    """Hold the lock file; the kernel frees it when the process dies. Contended after `seconds`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(handle, path, time.monotonic() + seconds)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Contended(f"another process holds {path.name} for too long; try again") from None
            time.sleep(0.05)
        else:
            return
