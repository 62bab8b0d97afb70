"""Run one process tree: output capped while it streams, memory watched, the wall clock kept."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ...ports import Ran
from .limits import SandboxLimits
from .output import CappedOutput
from .streaming import Clean, LineLog, line_log

_GLANCE_SECONDS = 0.2
_GRACE_SECONDS = 5.0
_CHUNK = 64 * 1024
TIMED_OUT_CODE = 124
KILLED_CODE = 137


@dataclass(frozen=True, slots=True)
class Invocation:
    """What is run on the host side to have a command run confined.

    :param environment: the whole environment of the outermost process.
    :param descriptors: open file descriptors handed on.
    :param fills: a folder that the command writes to, whose disk is watched.
    """

    argv: Sequence[str]
    environment: Mapping[str, str]
    directory: Path | None = None
    descriptors: Sequence[int] = ()
    fills: Path | None = None


@dataclass(slots=True)
class _Watch:
    """One running process tree and what has come out of it."""

    process: subprocess.Popen[bytes]
    limits: SandboxLimits
    deadline: float
    outputs: Mapping[int, CappedOutput]
    log: LineLog | None = None
    fills: Path | None = None
    stopped: str = field(default="")

    def follow(self) -> None:
        """Read until the streams end or a limit is crossed."""
        with selectors.DefaultSelector() as selector:
            for descriptor in self.outputs:
                selector.register(descriptor, selectors.EVENT_READ)
            next_look = 0.0
            while selector.get_map():
                if not self._read_ready(selector) and self.process.poll() is not None:
                    return  # it ended; a leftover only holds the stream open
                now = time.monotonic()
                self.stopped = self._limit_crossed(now, look=now >= next_look)
                if self.stopped:
                    return
                next_look = now + _GLANCE_SECONDS if now >= next_look else next_look

    def _read_ready(self, selector: selectors.BaseSelector) -> bool:
        ready = selector.select(_GLANCE_SECONDS)
        for key, _ in ready:
            piece = os.read(key.fd, _CHUNK)
            if piece:
                self.outputs[key.fd].feed(piece)
                if self.log is not None:
                    self.log.feed(key.fd, piece)
            else:
                selector.unregister(key.fd)
        return bool(ready)

    def _limit_crossed(self, now: float, *, look: bool) -> str:
        if now >= self.deadline:
            return "wall clock"
        if sum(output.total for output in self.outputs.values()) > self.limits.flood_bytes:
            return f"more than {self.limits.flood_bytes} bytes of output"
        if look and resident_bytes(self.process.pid) > self.limits.memory_bytes:
            return f"more than {self.limits.memory_bytes} bytes of memory"
        if look and self.fills is not None and shutil.disk_usage(self.fills).free < self.limits.reserve_bytes:
            return f"less than {self.limits.reserve_bytes} bytes are free on the disk"
        return ""

    def reap(self) -> int:
        """Wait for the end until the wall clock, then kill the whole tree; return its exit status."""
        try:
            if not self.stopped:
                self.process.wait(max(0.0, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.stopped = "wall clock"
        finally:
            kill_tree(self.process)
        return self.process.returncode


def run_watched(
    invocation: Invocation,
    limits: SandboxLimits,
    *,
    seconds: float,
    max_output: int,
    clean: Clean | None = None,
) -> Ran:
    """Run to the end or to a limit; nothing of it is running when this returns."""
    started = time.monotonic()
    process = subprocess.Popen(
        list(invocation.argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(invocation.environment),
        cwd=invocation.directory,
        pass_fds=tuple(invocation.descriptors),
        start_new_session=True,
        close_fds=True,
    )
    assert process.stdout
    assert process.stderr
    with process.stdout as out, process.stderr as err:
        outputs = {out.fileno(): CappedOutput(max_output), err.fileno(): CappedOutput(max_output)}
        watch = _Watch(process, limits, started + seconds, outputs, line_log(clean), invocation.fills)
        try:
            watch.follow()
        finally:
            status = watch.reap()
            if watch.log is not None:
                watch.log.close()
        stdout, stderr = (output.text() for output in outputs.values())
    return _verdict(watch.stopped, status, stdout, stderr, time.monotonic() - started)


def _verdict(stopped: str, status: int, stdout: str, stderr: str, elapsed: float) -> Ran:
    if stopped == "wall clock":
        return Ran(TIMED_OUT_CODE, stdout, stderr, timed_out=True, seconds=elapsed)
    if stopped:
        return Ran(KILLED_CODE, stdout, f"{stderr}\n[killed: {stopped}]\n", seconds=elapsed)
    return Ran(status if status >= 0 else 128 - status, stdout, stderr, seconds=elapsed)


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill the process group of a session leader and wait for it.

    bwrap's child is the first process of its own namespace and dies with bwrap, so the kernel ends
    everything inside, whatever session it moved to.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(_GRACE_SECONDS)


def resident_bytes(pid: int) -> int:
    """Return the memory a process and its descendants hold for themselves; 0 when they are gone."""
    total = 0
    with suppress(psutil.Error):
        family = psutil.Process(pid)
        for member in (family, *family.children(recursive=True)):
            with suppress(psutil.Error):
                memory = member.memory_info()
                total += max(0, memory.rss - memory.shared)
    return total
