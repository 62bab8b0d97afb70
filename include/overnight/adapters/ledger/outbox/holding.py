"""A named hold across processes that ends with its holder: a killed worker leaves none behind.

PostgreSQL: an advisory lock of the session, released by the server when the connection goes. SQLite: its
workers share a machine, so a file lock beside the database does, released by the kernel.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ....domain.errors import Contended
from ..engine import open_engine, parse_url
from ..failures import speaking_sql

_BETWEEN_LOOKS = 0.05
_BUCKETS = 256
"""Files for all names; two names in one bucket wait for each other, which costs time alone."""


@contextmanager
def alone(url: str, name: str, patience: float) -> Iterator[None]:
    """Hold a name for the length of a block; Contended when it is not free after `patience` seconds."""
    held = _file_lock if parse_url(url).get_backend_name() == "sqlite" else _session_lock
    with held(url, name, patience):
        yield


@contextmanager
def _file_lock(url: str, name: str, patience: float) -> Iterator[None]:
    database = Path(parse_url(url).database or "")
    folder = database.with_name(f"{database.name}-outbox")
    folder.mkdir(exist_ok=True)
    bucket = int(hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8], 16) % _BUCKETS
    descriptor = os.open(folder / f"{bucket:02x}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for(lambda: _flocked(descriptor), name, patience)
        yield
    finally:
        os.close(descriptor)


def _flocked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _session_lock(url: str, name: str, patience: float) -> Iterator[None]:
    engine = open_engine(url)
    parameters = (f"overnight/{name}",)
    with (
        speaking_sql(engine.url),
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):

        def took() -> bool:
            query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
            return bool(connection.exec_driver_sql(query, parameters).scalar_one())

        _wait_for(took, name, patience)
        try:
            yield
        finally:
            connection.exec_driver_sql("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", parameters)


def _wait_for(took: Callable[[], bool], name: str, patience: float) -> None:
    end = time.monotonic() + patience
    while not took():
        if time.monotonic() >= end:
            raise Contended(f"another worker is writing {name.removeprefix('outbox/')} to GitHub just now")
        time.sleep(_BETWEEN_LOOKS)
