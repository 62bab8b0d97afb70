"""Trees to run in, and a way to be an ordinary user for a moment."""

from __future__ import annotations

import os
import pickle
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from include.overnight.adapters.sandbox import BubblewrapSandbox, SandboxLimits

NOBODY = 65534


@pytest.fixture
def tree() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="overnight-test-tree-") as folder:
        path = Path(folder)
        (path / "readme.txt").write_text("hello\n")
        yield path


@pytest.fixture(scope="session")
def sandbox() -> BubblewrapSandbox:
    return BubblewrapSandbox()


@pytest.fixture(scope="session")
def tight() -> BubblewrapSandbox:
    mib = 1024 * 1024
    return BubblewrapSandbox(
        limits=SandboxLimits(
            processes=40,
            memory_bytes=150 * mib,
            address_space_bytes=1024 * mib,
            file_bytes=8 * mib,
            scratch_bytes=8 * mib,
            cpu_seconds=1,
            flood_bytes=2 * mib,
        )
    )


@pytest.fixture(autouse=True)
def _nothing_stays_behind() -> Iterator[None]:
    before = set(psutil.Process().children(recursive=True))
    yield
    after = {child for child in psutil.Process().children(recursive=True) if child.is_running()}
    assert after <= before, f"left running: {after - before}"


def as_ordinary_user(work: Callable[[], Any]) -> Any:
    """Run `work` in a fork that is nobody at all (or, when we are no root already, as ourselves)."""
    if os.geteuid() != 0:
        return work()
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the child never touches them
        child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            try:
                answer = work()
            except Exception as error:  # noqa: BLE001 - the parent raises it
                answer = error
            with os.fdopen(writer, "wb") as stream:
                pickle.dump(answer, stream)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        answer = pickle.load(stream)
    assert os.waitpid(child, 0)[1] == 0
    if isinstance(answer, Exception):
        raise answer
    return answer
